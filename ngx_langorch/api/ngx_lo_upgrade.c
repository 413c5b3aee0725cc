/*
 * The handshake of a WebSocket (RFC 6455, 4.2; spec/api.md 18.12).
 */

#include "api/ngx_lo_front.h"
#include "api/ngx_lo_reply.h"

#include <ngx_sha1.h>

#define NGX_LO_UPGRADE_GUID  "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define NGX_LO_UPGRADE_KEY   24         /* 16 bytes in base64 */


static ngx_int_t ngx_lo_upgrade_required(ngx_lo_api_t *api);
static const char *ngx_lo_upgrade_wrong(ngx_lo_api_t *api, const char *key);
static const char *ngx_lo_upgrade_accept(ngx_lo_api_t *api, const char *key);


ngx_int_t
ngx_lo_api_upgrade(ngx_lo_api_t *api)
{
    const char  *key, *wrong, *accept, *upgrade, *version;

    upgrade = ngx_lo_api_header(api, "Upgrade");
    version = ngx_lo_api_header(api, "Sec-WebSocket-Version");
    key = ngx_lo_api_header(api, "Sec-WebSocket-Key");

    if (api->r->http_version != NGX_HTTP_VERSION_11 || upgrade == NULL
        || ngx_strcasecmp((u_char *) upgrade, (u_char *) "websocket") != 0
        || (version != NULL && ngx_strcmp(version, "13") != 0))
    {
        return ngx_lo_upgrade_required(api);
    }

    wrong = ngx_lo_upgrade_wrong(api, key);

    if (wrong != NULL) {
        return ngx_lo_api_problem(api, 400, "bad_request", "%s", wrong);
    }

    if (!ngx_lo_front_trusts(api)) {
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "Pages of this origin may not ask");
    }

    accept = ngx_lo_upgrade_accept(api, key);

    if (accept == NULL
        || ngx_lo_api_set(api, "Sec-WebSocket-Accept", accept) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_common(api) == NGX_OK ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_upgrade_required(ngx_lo_api_t *api)
{
    if (ngx_lo_api_set(api, "Upgrade", "websocket") == NGX_ERROR
        || ngx_lo_api_set(api, "Sec-WebSocket-Version", "13") == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 426, "upgrade_required",
                              "This is a WebSocket (RFC 6455, version 13);"
                              " /stream has the same for plain requests");
}


static const char *
ngx_lo_upgrade_wrong(ngx_lo_api_t *api, const char *key)
{
    u_char       bytes[NGX_LO_UPGRADE_KEY];
    ngx_str_t    in, out;
    const char  *connection;

    connection = ngx_lo_api_header(api, "Connection");

    if (connection == NULL
        || ngx_strcasestrn((u_char *) connection, "upgrade", 7 - 1) == NULL)
    {
        return "Connection does not name the upgrade";
    }

    if (ngx_lo_api_header(api, "Sec-WebSocket-Version") == NULL) {
        return "Sec-WebSocket-Version is missing";
    }

    if (api->r->headers_in.content_length_n > 0
        || api->r->headers_in.chunked)
    {
        return "A handshake has no body";
    }

    in.data = (u_char *) key;
    in.len = (key != NULL) ? strlen(key) : 0;
    out.data = bytes;
    out.len = 0;

    if (in.len != NGX_LO_UPGRADE_KEY || ngx_decode_base64(&out, &in) != NGX_OK
        || out.len != 16)
    {
        return "Sec-WebSocket-Key is not 16 bytes in base64";
    }

    return NULL;
}


static const char *
ngx_lo_upgrade_accept(ngx_lo_api_t *api, const char *key)
{
    u_char      *p, digest[20];
    ngx_str_t    in, out;
    ngx_sha1_t   sha1;

    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, key, NGX_LO_UPGRADE_KEY);
    ngx_sha1_update(&sha1, NGX_LO_UPGRADE_GUID,
                    sizeof(NGX_LO_UPGRADE_GUID) - 1);
    ngx_sha1_final(digest, &sha1);

    in.data = digest;
    in.len = sizeof(digest);

    p = ngx_pnalloc(api->r->pool, ngx_base64_encoded_length(in.len) + 1);
    if (p == NULL) {
        return NULL;
    }

    out.data = p;
    ngx_encode_base64(&out, &in);
    p[out.len] = '\0';

    return (const char *) p;
}
