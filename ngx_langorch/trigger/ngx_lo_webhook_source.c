/*
 * Whether a post comes from where a trigger takes posts from: addresses and
 * CIDRs are compared at once, names are looked up by NGINX's resolver, one
 * after the other, and only when nothing else fits (spec/ckp.md 5.3).
 */

#include "api/ngx_lo_reply.h"
#include "trigger/ngx_lo_webhook.h"

#define NGX_LO_SOURCE_NAME  253         /* bytes */


struct ngx_lo_source_s {
    ngx_lo_api_t         *api;
    const json_t         *allowed;
    size_t                next;
    ngx_resolver_ctx_t   *asked;        /* NULL: nobody is */
    ngx_lo_resume_pt      go_on;
    unsigned              fits:1;
    unsigned              answered:1;
    unsigned              inside:1;     /* of ngx_resolve_name */
};


static void ngx_lo_source_answered(ngx_resolver_ctx_t *ctx);
static void ngx_lo_source_forget(void *waits);


ngx_uint_t
ngx_lo_source_is_name(const char *text)
{
    size_t       len, label;
    ngx_uint_t   letters;
    const char  *p;

    len = ngx_strlen(text);
    label = 0;
    letters = 0;

    for (p = text; *p != '\0'; p++) {

        if (*p == '.') {
            if (label == 0 || p[-1] == '-') {
                return 0;
            }

            label = 0;
            letters = 0;
            continue;
        }

        if (!isalnum((u_char) *p) && (*p != '-' || label == 0)) {
            return 0;
        }

        letters |= isalpha((u_char) *p) != 0;
        label++;
    }

    /* the last label of an address is a number */

    return len > 0 && len <= NGX_LO_SOURCE_NAME && label > 0 && letters
           && p[-1] != '-';
}


/* 1: the client is in the net, also when its address says IPv6 and means 4. */

static ngx_uint_t
ngx_lo_source_in(ngx_lo_api_t *api, const ngx_cidr_t *net)
{
    ngx_cidr_t   one;
    ngx_array_t  list;

    one = *net;
    ngx_memzero(&list, sizeof(list));
    list.elts = &one;
    list.nelts = 1;
    list.size = sizeof(ngx_cidr_t);

    return ngx_cidr_match(api->r->connection->sockaddr, &list) == NGX_OK;
}


static ngx_uint_t
ngx_lo_source_is(ngx_lo_api_t *api, const struct sockaddr *sa)
{
    ngx_cidr_t  net;

    ngx_memzero(&net, sizeof(net));
    net.family = (ngx_uint_t) sa->sa_family;

    if (sa->sa_family == AF_INET) {
        net.u.in.addr = ((const struct sockaddr_in *) sa)->sin_addr.s_addr;
        net.u.in.mask = 0xffffffff;

    } else if (sa->sa_family == AF_INET6) {
        net.u.in6.addr = ((const struct sockaddr_in6 *) sa)->sin6_addr;
        ngx_memset(&net.u.in6.mask, 0xff, sizeof(net.u.in6.mask));

    } else {
        return 0;
    }

    return ngx_lo_source_in(api, &net);
}


/* Of the entries that are no names. */

static ngx_uint_t
ngx_lo_source_listed(ngx_lo_api_t *api, const json_t *allowed)
{
    size_t       i;
    json_t      *one;
    ngx_str_t    s;
    ngx_cidr_t   net;

    json_array_foreach(allowed, i, one) {
        s.data = (u_char *) json_string_value(one);
        s.len = json_string_length(one);

        if (ngx_ptocidr(&s, &net) != NGX_ERROR
            && ngx_lo_source_in(api, &net))
        {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_lo_source_look(ngx_lo_api_t *api, const json_t *allowed,
    ngx_lo_resume_pt go_on, ngx_lo_source_t **source)
{
    ngx_lo_source_t  *s;

    if (json_array_size(allowed) == 0 || ngx_lo_source_listed(api, allowed)) {
        return NGX_OK;
    }

    s = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_source_t));

    if (s == NULL) {
        return NGX_ERROR;
    }

    s->api = api;
    s->allowed = allowed;
    s->go_on = go_on;
    *source = s;

    return ngx_lo_source_more(s);
}


/* --- names ----------------------------------------------------------------------- */


/* NGX_OK: it is under way, or answered already; NGX_DECLINED: nobody can. */

static ngx_int_t
ngx_lo_source_ask(ngx_lo_source_t *s, const char *name)
{
    ngx_int_t                  rc;
    ngx_resolver_ctx_t        *ctx;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(s->api->r, ngx_http_core_module);
    ctx = ngx_resolve_start(clcf->resolver, NULL);

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        ngx_log_error(NGX_LOG_ERR, s->api->r->connection->log, 0,
                      "langorch: allowed_sources has a name, and there is no"
                      " \"resolver\" to ask");
        return NGX_DECLINED;
    }

    /* the resolver makes its letters small */

    ctx->name.len = ngx_strlen(name);
    ctx->name.data = ngx_pnalloc(s->api->r->pool, ctx->name.len);

    if (ctx->name.data == NULL) {
        return NGX_DECLINED;
    }

    ngx_memcpy(ctx->name.data, name, ctx->name.len);
    ctx->handler = ngx_lo_source_answered;
    ctx->data = s;
    ctx->timeout = clcf->resolver_timeout;
    ctx->cancelable = 1;

    s->asked = ctx;
    s->answered = 0;
    s->inside = 1;
    rc = ngx_resolve_name(ctx);
    s->inside = 0;

    if (rc != NGX_OK) {
        s->asked = NULL;
    }

    return (rc == NGX_OK) ? NGX_OK : NGX_DECLINED;
}


static void
ngx_lo_source_answered(ngx_resolver_ctx_t *ctx)
{
    ngx_uint_t        i;
    ngx_lo_source_t  *s = ctx->data;

    for (i = 0; ctx->state == NGX_OK && i < ctx->naddrs; i++) {
        s->fits |= ngx_lo_source_is(s->api, ctx->addrs[i].sockaddr);
    }

    s->asked = NULL;
    s->answered = 1;
    ngx_resolve_name_done(ctx);

    if (!s->inside) {
        ngx_lo_api_over(s->api, s->go_on);
    }
}


static void
ngx_lo_source_forget(void *waits)
{
    ngx_lo_source_t  *s = waits;

    if (s->asked != NULL) {
        ngx_resolve_name_done(s->asked);
        s->asked = NULL;
    }
}


ngx_int_t
ngx_lo_source_more(ngx_lo_source_t *s)
{
    const char  *name;

    while (!s->fits) {
        name = json_string_value(json_array_get(s->allowed, s->next++));

        if (name == NULL) {
            return NGX_DECLINED;
        }

        if (ngx_lo_source_is_name(name) && ngx_lo_source_ask(s, name) == NGX_OK
            && !s->answered)
        {
            return ngx_lo_api_wait(s->api, s, ngx_lo_source_forget);
        }
    }

    return NGX_OK;
}
