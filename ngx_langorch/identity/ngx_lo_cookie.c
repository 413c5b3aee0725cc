/*
 * What a browser keeps for the site: texts in cookies that the site signs, each
 * kind with a mark of its own before what is signed.
 */

#include "api/ngx_lo_front.h"
#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_cookie.h"


/* No token of ours could be one of these: what is signed begins otherwise. */

static ngx_int_t
ngx_lo_cookie_sign(const char *mark, const char *text, size_t len,
    char out[65])
{
    uint8_t           sum[CKP_SHA256_LEN];
    ckp_buf_t         b;
    const ngx_str_t  *key;

    key = &ngx_lo_auth_conf()->secret;

    ckp_buf_init(&b, NGX_LO_COOKIE_TEXT + 64);
    ckp_buf_puts(&b, mark);
    ckp_buf_put(&b, text, len);

    if (b.failed != CKP_OK) {
        ckp_buf_free(&b);
        return NGX_ERROR;
    }

    ckp_hmac_sha256(key->data, key->len, ckp_buf_str(&b), b.len, sum);
    ckp_hex(sum, sizeof(sum), out);
    ckp_buf_free(&b);

    return NGX_OK;
}


ngx_int_t
ngx_lo_cookie_seal(const char *mark, const json_t *what, ckp_buf_t *out)
{
    char       *text, mac[65];
    ngx_int_t   rc;

    ckp_buf_init(out, NGX_LO_COOKIE_TEXT + 80);

    text = ckp_json_text(what);
    if (text == NULL) {
        return NGX_ERROR;
    }

    ckp_base64_put(out, (const uint8_t *) text, ngx_strlen(text), true);
    ckp_free(text);

    rc = ngx_lo_cookie_sign(mark, ckp_buf_str(out), out->len, mac);

    if (rc == NGX_OK) {
        ckp_buf_printf(out, ".%s", mac);
    }

    return (rc == NGX_OK && out->failed == CKP_OK) ? NGX_OK : NGX_ERROR;
}


json_t *
ngx_lo_cookie_open(ngx_lo_api_t *api, const char *name, const char *mark)
{
    char         mac[65];
    size_t       len, n;
    json_t      *what;
    uint8_t     *bytes;
    ckp_err_t    err = CKP_ERR_INIT;
    const char  *text, *dot;

    text = ngx_lo_front_cookie(api, name);
    dot = (text != NULL) ? ngx_strchr(text, '.') : NULL;

    if (dot == NULL || ngx_strlen(text) > NGX_LO_COOKIE_TEXT
        || ngx_lo_auth_conf()->secret.len == 0)
    {
        return NULL;
    }

    len = (size_t) (dot - text);

    if (ngx_lo_cookie_sign(mark, text, len, mac) != NGX_OK
        || !ngx_lo_token_same(mac, dot + 1))
    {
        return NULL;
    }

    bytes = ngx_pnalloc(api->r->pool, len + 4);

    if (bytes == NULL || !ckp_base64_read(text, len, bytes, &n)) {
        return NULL;
    }

    what = ckp_json_parse((const char *) bytes, n, &err);

    if (ckp_json_int(what, "until", 0) < api->now_ms) {
        json_decref(what);
        return NULL;
    }

    return what;
}
