/*
 * Requests that find no route, and those that NGINX itself refused.
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_front.h"
#include "api/ngx_lo_reply.h"


static ngx_int_t ngx_lo_api_no_route(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_api_match(ngx_lo_api_t *api)
{
    u_char              *q;
    ngx_int_t            rc;
    ngx_str_t            path, *mount;
    ngx_http_request_t  *r;

    r = api->r;
    path = r->unparsed_uri;
    mount = &api->conf->mount;

    q = ngx_strlchr(path.data, path.data + path.len, '?');
    if (q != NULL) {
        path.len = q - path.data;
    }

    /* a mount that was itself written encoded, or with dots before it */

    if (path.len < mount->len
        || ngx_memcmp(path.data, mount->data, mount->len) != 0)
    {
        path = r->uri;
    }

    if (path.len < mount->len) {
        return ngx_lo_api_no_route(api);
    }

    path.data += mount->len;
    path.len -= mount->len;

    rc = ngx_lo_match(r->pool, &path, api->conf->api, r->method, &api->match);

    if (rc == NGX_DECLINED) {
        return ngx_lo_api_no_route(api);
    }

    api->route = api->match.route;

    return rc;
}


static ngx_int_t
ngx_lo_api_no_route(ngx_lo_api_t *api)
{
    u_char      *p, *allow;
    ngx_uint_t   i, methods;

    static const struct {
        ngx_uint_t   method;
        const char  *name;
    } names[] = {
        { NGX_HTTP_GET, "GET, HEAD" },
        { NGX_HTTP_POST, "POST" },
        { NGX_HTTP_PUT, "PUT" },
        { NGX_HTTP_PATCH, "PATCH" },
        { NGX_HTTP_DELETE, "DELETE" },
        { NGX_HTTP_OPTIONS, "OPTIONS" }
    };

    if (api->match.methods == 0) {
        return ngx_lo_api_problem(api, 404, "no_route", "No such path");
    }

    allow = ngx_pnalloc(api->r->pool, 64);
    if (allow == NULL) {
        return NGX_ERROR;
    }

    p = allow;
    methods = api->match.methods | NGX_HTTP_OPTIONS;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (methods & names[i].method) {
            p = ngx_sprintf(p, "%s%s", (p == allow) ? "" : ", ",
                            names[i].name);
        }
    }

    *p = '\0';

    if (ngx_lo_api_set(api, "Allow", (const char *) allow) == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (api->r->method == NGX_HTTP_OPTIONS) {

        if (ngx_lo_front_preflight(api) == NGX_ERROR) {
            return NGX_ERROR;
        }

        return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
    }

    return ngx_lo_api_problem(api, 405, "method_not_allowed",
                              "The path has not this method");
}


/* NGINX itself refused the request, and the site sent the error here by
 * `error_page ... @name`. */

ngx_int_t
ngx_lo_api_refused(ngx_lo_api_t *api)
{
    ngx_uint_t   status;
    const char  *code, *what;

    status = api->r->err_status;
    code = "bad_request";
    what = "The request cannot be understood";

    switch (status) {

    case NGX_HTTP_FORBIDDEN:
        code = "forbidden";
        what = "Not allowed";
        break;

    case NGX_HTTP_UNAUTHORIZED:
        code = "unauthenticated";
        what = "Authentication required";
        break;

    case NGX_HTTP_NOT_FOUND:
        code = "no_route";
        what = "No such path";
        break;

    case NGX_HTTP_NOT_ALLOWED:
        code = "method_not_allowed";
        what = "The path has not this method";
        break;

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        code = "too_large";
        what = "The body is too large";
        break;

    case NGX_HTTP_TOO_MANY_REQUESTS:
        code = "rate_limited";
        what = "Too many requests";
        break;

    case NGX_HTTP_BAD_GATEWAY:
    case NGX_HTTP_GATEWAY_TIME_OUT:
        code = "bad_gateway";
        what = "No answer from behind";
        break;

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        code = "unavailable";
        what = "Not available now";
        break;

    default:
        if (status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
            code = "internal";
            what = "Internal error";
        }
    }

    return ngx_lo_api_problem(api, status, code, "%s", what);
}
