/*
 * The cookie of a login that is under way.
 */

#include "api/ngx_lo_front.h"
#include "api/ngx_lo_reply.h"
#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_oidc_int.h"

#define NGX_LO_OIDC_COOKIE   "langorch_oidc"
#define NGX_LO_OIDC_MARK     "oidc:"        /* before what is signed */


static ngx_int_t ngx_lo_oidc_cookie(ngx_lo_api_t *api, const char *value);


/* No token of ours could be one of these: what is signed begins otherwise. */

static void
ngx_lo_oidc_sign(const char *text, size_t len, char out[65])
{
    uint8_t           sum[CKP_SHA256_LEN];
    ckp_buf_t         b;
    const ngx_str_t  *key;

    key = &ngx_lo_auth_conf()->secret;

    ckp_buf_init(&b, NGX_LO_OIDC_TEXT);
    ckp_buf_puts(&b, NGX_LO_OIDC_MARK);
    ckp_buf_put(&b, text, len);
    ckp_hmac_sha256(key->data, key->len, ckp_buf_str(&b), b.len, sum);
    ckp_hex(sum, sizeof(sum), out);
    ckp_buf_free(&b);
}


ngx_int_t
ngx_lo_oidc_seal(ngx_lo_api_t *api, json_t *flow)
{
    char       *text, mac[65];
    ngx_int_t   rc;
    ckp_buf_t   b;

    text = ckp_json_text(flow);
    if (text == NULL) {
        return NGX_ERROR;
    }

    ckp_buf_init(&b, NGX_LO_OIDC_TEXT);
    ckp_base64_put(&b, (const uint8_t *) text, ngx_strlen(text), true);
    ckp_free(text);

    ngx_lo_oidc_sign(ckp_buf_str(&b), b.len, mac);
    ckp_buf_printf(&b, ".%s", mac);

    rc = (b.failed == CKP_OK) ? ngx_lo_oidc_cookie(api, ckp_buf_str(&b))
                              : NGX_ERROR;
    ckp_buf_free(&b);

    return rc;
}


/* It comes back from another site, so Strict would not do; "": it goes. */

static ngx_int_t
ngx_lo_oidc_cookie(ngx_lo_api_t *api, const char *value)
{
    u_char      *p;
    size_t       len;
    ngx_uint_t   secure;

    secure = ngx_lo_identity_is_secure(api);
    len = ngx_strlen(value) + api->conf->mount.len + 160;
    p = ngx_pnalloc(api->r->pool, len);

    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_snprintf(p, len - 1, NGX_LO_OIDC_COOKIE "=%s; HttpOnly; SameSite=Lax;"
                  " Path=%V/auth/sso; Max-Age=%d%s", value, &api->conf->mount,
                  *value ? NGX_LO_OIDC_SECONDS : 0,
                  secure ? "; Secure" : "") = '\0';

    return ngx_lo_api_set(api, "Set-Cookie", (const char *) p) == NGX_ERROR
           ? NGX_ERROR : NGX_OK;
}


json_t *
ngx_lo_oidc_open(ngx_lo_api_t *api)
{
    char         mac[65];
    size_t       len, n;
    uint8_t     *bytes;
    json_t      *flow;
    ckp_err_t    err = CKP_ERR_INIT;
    const char  *text, *dot;

    text = ngx_lo_front_cookie(api, NGX_LO_OIDC_COOKIE);
    dot = (text != NULL) ? ngx_strchr(text, '.') : NULL;

    if (dot == NULL || ngx_strlen(text) > NGX_LO_OIDC_TEXT) {
        return NULL;
    }

    len = (size_t) (dot - text);
    ngx_lo_oidc_sign(text, len, mac);

    if (!ngx_lo_token_same(mac, dot + 1)) {
        return NULL;
    }

    bytes = ngx_pnalloc(api->r->pool, len + 4);

    if (bytes == NULL || !ckp_base64_read(text, len, bytes, &n)) {
        return NULL;
    }

    flow = ckp_json_parse((const char *) bytes, n, &err);

    if (ckp_json_int(flow, "until", 0) < api->now_ms) {
        json_decref(flow);
        return NULL;
    }

    return flow;
}


ngx_int_t
ngx_lo_oidc_forget(ngx_lo_api_t *api)
{
    return ngx_lo_oidc_cookie(api, "");
}
