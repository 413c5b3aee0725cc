/*
 * Before every route: pages of other origins, rates, times.
 */

#include "api/ngx_lo_front.h"
#include "api/ngx_lo_reply.h"

#define NGX_LO_FRONT_EXPOSED                                                  \
    "ETag, Link, Location, Retry-After, X-Next-Cursor, X-Total-Count,"        \
    " X-Next-After-Id, X-Request-ID, Idempotent-Replayed,"                    \
    " X-LangOrch-Deduplicated"

#define NGX_LO_FRONT_METHODS  "GET, POST, PUT, PATCH, DELETE, OPTIONS"

#define NGX_LO_FRONT_HEADERS                                                  \
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key,"  \
    " Last-Event-ID, X-API-Key, X-Requested-With"


static const char *ngx_lo_front_origin(ngx_lo_api_t *api, ngx_uint_t *named);
static ngx_int_t ngx_lo_front_timing(ngx_lo_api_t *api);


/* By who asks; those without a name by where they ask from. */

ngx_int_t
ngx_lo_front_rate(ngx_lo_api_t *api)
{
    u_char       key[512];
    ngx_str_t   *addr;
    ngx_uint_t   most;

    most = ngx_lo_conf()->api_rate;

    if (most == 0 || api->route->role == NGX_LO_PUBLIC) {
        return NGX_OK;
    }

    addr = &api->r->connection->addr_text;

    if (api->who.method != NULL) {
        *ngx_snprintf(key, sizeof(key) - 1, "api %s %s", api->who.method,
                      api->actor) = '\0';

    } else {
        *ngx_snprintf(key, sizeof(key) - 1, "api from %V", addr) = '\0';
    }

    return ngx_lo_front_limit(api, (const char *) key, most);
}


ngx_int_t
ngx_lo_front_limit(ngx_lo_api_t *api, const char *key, ngx_uint_t most)
{
    u_char      *after;
    ngx_msec_t   wait;

    wait = ngx_lo_rate_take(key, (int64_t) most);

    if (wait == 0) {
        return NGX_OK;
    }

    after = ngx_pnalloc(api->r->pool, NGX_INT_T_LEN + 1);
    if (after == NULL) {
        return NGX_ERROR;
    }

    *ngx_sprintf(after, "%M", (wait + 999) / 1000) = '\0';

    if (ngx_lo_api_set(api, "Retry-After", (const char *) after)
        == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 429, "rate_limited",
                              "More than %lu requests a minute",
                              (unsigned long) most);
}


/* What Access-Control-Allow-Origin says; NULL: nothing.  *named = 1: the origin
 * is one of the list, and not let in by "*". */

static const char *
ngx_lo_front_origin(ngx_lo_api_t *api, ngx_uint_t *named)
{
    ngx_str_t   *list;
    ngx_uint_t   i, any;
    const char  *origin;

    *named = 0;

    if (api->conf->cors == NULL) {
        return NULL;
    }

    origin = ngx_lo_api_header(api, "Origin");

    if (origin == NULL) {
        return NULL;
    }

    list = api->conf->cors->elts;
    any = 0;

    for (i = 0; i < api->conf->cors->nelts; i++) {

        if (list[i].len == 1 && list[i].data[0] == '*') {
            any = 1;

        } else if (list[i].len == strlen(origin)
                   && ngx_strncasecmp(list[i].data, (u_char *) origin,
                                      list[i].len) == 0)
        {
            *named = 1;
            return origin;
        }
    }

    return any ? "*" : NULL;
}


ngx_uint_t
ngx_lo_front_trusts(ngx_lo_api_t *api)
{
    ngx_str_t    base;
    ngx_uint_t   named;
    const char  *origin, *host, *own;

    origin = ngx_lo_api_header(api, "Origin");

    if (origin == NULL) {
        return 1;                       /* no page: no browser does without */
    }

    if (ngx_lo_front_origin(api, &named) != NULL && named) {
        return 1;
    }

    if (ngx_lo_api_base(api, &base) == NGX_OK && base.len == strlen(origin)
        && ngx_strncasecmp(base.data, (u_char *) origin, base.len) == 0)
    {
        return 1;
    }

    /* behind a proxy the scheme is another one: the host has to be the same */

    host = strstr(origin, "://");
    own = ngx_lo_api_header(api, "Host");

    return host != NULL && own != NULL
           && ngx_strcasecmp((u_char *) host + 3, (u_char *) own) == 0;
}


ngx_int_t
ngx_lo_front_headers(ngx_lo_api_t *api)
{
    ngx_uint_t   named;
    const char  *origin;

    if (ngx_lo_front_timing(api) == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (api->conf->cors == NULL) {
        return NGX_DONE;
    }

    /* also when nobody asked from elsewhere: a cache must not mix them up */

    if (ngx_lo_api_set(api, "Vary", "Origin") == NGX_ERROR) {
        return NGX_ERROR;
    }

    origin = ngx_lo_front_origin(api, &named);

    if (origin == NULL) {
        return NGX_DONE;
    }

    if (named
        && ngx_lo_api_set(api, "Access-Control-Allow-Credentials", "true")
           == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    if (ngx_lo_api_set(api, "Access-Control-Allow-Origin", origin)
        == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_set(api, "Access-Control-Expose-Headers",
                          NGX_LO_FRONT_EXPOSED);
}


ngx_int_t
ngx_lo_front_preflight(ngx_lo_api_t *api)
{
    ngx_uint_t  named;

    if (ngx_lo_api_header(api, "Access-Control-Request-Method") == NULL
        || ngx_lo_front_origin(api, &named) == NULL)
    {
        return NGX_DONE;
    }

    if (ngx_lo_api_set(api, "Access-Control-Allow-Methods",
                       NGX_LO_FRONT_METHODS)
        == NGX_ERROR
        || ngx_lo_api_set(api, "Access-Control-Allow-Headers",
                          NGX_LO_FRONT_HEADERS)
           == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_set(api, "Access-Control-Max-Age", "600");
}


static ngx_int_t
ngx_lo_front_timing(ngx_lo_api_t *api)
{
    u_char           *value;
    double            ms;
    struct timespec   now;

    if (!api->conf->timing) {
        return NGX_DONE;
    }

    value = ngx_pnalloc(api->r->pool, 64);
    if (value == NULL) {
        return NGX_ERROR;
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    ms = (double) (now.tv_sec - api->began.tv_sec) * 1e3
         + (double) (now.tv_nsec - api->began.tv_nsec) / 1e6;

    *ngx_sprintf(value, "app;dur=%.3f", ms) = '\0';

    return ngx_lo_api_set(api, "Server-Timing", (const char *) value);
}
