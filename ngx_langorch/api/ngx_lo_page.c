/*
 * People who open an address of this surface in a browser: the workflows have
 * the paths that an earlier console had its pages at (spec/api.md 1.1).
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_reply.h"

#include <math.h>


ngx_uint_t
ngx_lo_page_wanted(ngx_lo_api_t *api)
{
    const char  *accept;

    if (api->conf->api != NGX_LO_FAMILY_D || api->r->method != NGX_HTTP_GET) {
        return 0;
    }

    accept = ngx_lo_api_header(api, "Accept");

    return accept != NULL
           && ngx_lo_api_weight(accept, "text/html")
              > ngx_lo_api_weight(accept, "application/json");
}


double
ngx_lo_api_weight(const char *accept, const char *type)
{
    size_t       n, len, kind;
    double       q, best;
    ngx_uint_t   fits, closest;
    const char  *p, *end, *s;

    best = 0;
    closest = 0;
    len = strlen(type);
    kind = strcspn(type, "/") + 1;

    for (p = accept; *p != '\0'; p = end + (*end == ',')) {
        p += strspn(p, " \t");
        end = p + strcspn(p, ",");
        n = strcspn(p, ",; \t");
        fits = 0;

        if (n == len && ngx_strncasecmp((u_char *) p, (u_char *) type, n) == 0)
        {
            fits = 3;

        } else if (n == kind + 1 && p[kind] == '*'
                   && ngx_strncasecmp((u_char *) p, (u_char *) type, kind)
                      == 0)
        {
            fits = 2;

        } else if (n == 3 && strncmp(p, "*/*", 3) == 0) {
            fits = 1;
        }

        if (fits <= closest) {
            continue;
        }

        q = 1;
        s = strstr(p, "q=");

        if (s != NULL && s < end) {
            q = strtod(s + 2, NULL);
        }

        closest = fits;
        best = isfinite(q) ? q : 0;
    }

    return best;
}


ngx_int_t
ngx_lo_page_show(ngx_lo_api_t *api)
{
    u_char      *p, *url;
    ngx_str_t    path, base;
    ngx_uint_t   runs;

    path = api->r->uri;

    if (path.len < api->conf->mount.len) {
        return NGX_ERROR;
    }

    path.data += api->conf->mount.len;
    path.len -= api->conf->mount.len;

    if (ngx_lo_api_base(api, &base) != NGX_OK) {
        return NGX_ERROR;
    }

    runs = path.len >= 5 && ngx_memcmp(path.data, "/runs", 5) == 0;

    url = ngx_pnalloc(api->r->pool, base.len + api->conf->mount.len + 14
                                    + 3 * path.len + 1);
    if (url == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(url, "%V%V/ui%s", &base, &api->conf->mount,
                    runs ? "/workflows" : "");
    p = (u_char *) ngx_escape_uri(p, path.data, path.len, NGX_ESCAPE_URI);
    *p = '\0';

    if (ngx_lo_api_set(api, "Location", (const char *) url) == NGX_ERROR
        || ngx_lo_api_set(api, "Vary", "Accept") == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_empty(api, NGX_HTTP_MOVED_TEMPORARILY);
}
