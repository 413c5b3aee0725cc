/*
 * Credentials in the address, for those who cannot send headers: a stream of
 * events, a picture, a WebSocket, a link (spec/api.md 1.6).  They are read, and
 * then nobody sees them any more: the log writes the address.
 */

#include "api/ngx_lo_api.h"
#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_told.h"


static void ngx_lo_asked_hide(ngx_str_t *s, const char *name);


const char *
ngx_lo_asked(ngx_lo_api_t *api)
{
    ngx_uint_t           i;
    const char          *value, *found;
    ngx_http_request_t  *r;

    static const char *const  names[] = { "access_token", "token" };

    r = api->r;
    found = NULL;

    if (r->args.len == 0) {
        return NULL;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        /* looking for one reads them all, from a copy */

        value = ngx_lo_told_has(api->route->query, names[i])
                ? ngx_lo_query_str(api, names[i]) : NULL;

        if (found == NULL && api->route->method == NGX_HTTP_GET) {
            found = value;
        }
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ngx_lo_asked_hide(&r->args, names[i]);
        ngx_lo_asked_hide(&r->unparsed_uri, names[i]);
        ngx_lo_asked_hide(&r->request_line, names[i]);
    }

    return found;
}


/* Of as many bytes as it had: others have pointers into the text. */

static void
ngx_lo_asked_hide(ngx_str_t *s, const char *name)
{
    size_t   len;
    u_char  *p, *last;

    len = ngx_strlen(name);
    last = s->data + s->len;

    for (p = s->data; p + len < last; p++) {

        if (p[len] != '=' || ngx_strncmp(p, name, len) != 0
            || (p != s->data && p[-1] != '?' && p[-1] != '&'))
        {
            continue;
        }

        for (p += len + 1; p < last && *p != '&' && *p != ' ' && *p != '#';
             p++)
        {
            *p = '*';
        }

        if (p == last) {
            return;
        }
    }
}
