/*
 * Values at rest: AES-256-GCM under the site's key, bound to whose they are, so
 * that a row's text opens nowhere else.
 */

#include "secret/ngx_lo_secret_int.h"

#include <openssl/rand.h>

#define NGX_LO_SEAL_MARK  "langorch secret "
#define NGX_LO_SEAL_ROWS  "langorch row"


static ngx_int_t ngx_lo_seal_bound(ckp_buf_t *b, const char *secret_id,
    ckp_bytes_t *aad);


ngx_uint_t
ngx_lo_secrets_locked(void)
{
    return !ngx_lo_conf()->secrets_open;
}


const char *
ngx_lo_secrets_key_id(void)
{
    static char  id[NGX_LO_KEY_ID_LEN + 1];

    u_char  sum[CKP_SHA256_LEN];

    if (ngx_lo_secrets_locked()) {
        return "";
    }

    ckp_hmac_sha256(ngx_lo_conf()->secrets_key,
                    sizeof(ngx_lo_conf()->secrets_key), NGX_LO_SEAL_MARK,
                    sizeof(NGX_LO_SEAL_MARK) - 1, sum);
    ckp_hex(sum, NGX_LO_KEY_ID_LEN / 2, id);

    return id;
}


ngx_int_t
ngx_lo_secret_seal(const char *secret_id, const char *value, size_t len,
    ckp_buf_t *out)
{
    u_char        nonce[CKP_NONCE_LEN];
    ckp_buf_t     b;
    ckp_bytes_t   key, aad, text;
    ckp_code_t    rc;

    if (ngx_lo_secrets_locked() || RAND_bytes(nonce, sizeof(nonce)) != 1) {
        return NGX_ERROR;
    }

    if (ngx_lo_seal_bound(&b, secret_id, &aad) != NGX_OK) {
        return NGX_ERROR;
    }

    key.data = ngx_lo_conf()->secrets_key;
    key.len = sizeof(ngx_lo_conf()->secrets_key);
    text.data = value;
    text.len = len;

    rc = ckp_seal(out, &key, &aad, nonce, &text);
    ckp_buf_free(&b);

    return rc == CKP_OK ? NGX_OK : NGX_ERROR;
}


char *
ngx_lo_secret_unseal(const char *secret_id, const char *sealed)
{
    char         *value;
    ckp_buf_t     b, out;
    ckp_bytes_t   key, aad, text;
    ckp_code_t    rc;

    if (ngx_lo_secrets_locked()
        || ngx_lo_seal_bound(&b, secret_id, &aad) != NGX_OK)
    {
        return NULL;
    }

    key.data = ngx_lo_conf()->secrets_key;
    key.len = sizeof(ngx_lo_conf()->secrets_key);
    text.data = sealed;
    text.len = ngx_strlen(sealed);

    ckp_buf_init(&out, 2 * NGX_LO_SECRET_VALUE_MAX);
    rc = ckp_unseal(&out, &key, &aad, &text);
    ckp_buf_free(&b);

    value = (rc == CKP_OK) ? ngx_lo_secret_copy(ckp_buf_str(&out), out.len)
                           : NULL;

    if (out.data != NULL) {
        ngx_explicit_memzero(out.data, out.len);
    }

    ckp_buf_free(&out);

    return value;
}


/* --- texts of rows -------------------------------------------------------- */

/* A state is copied from one run to another inside the database, so it is bound
 * to what it is, not to whose. */

static ngx_int_t
ngx_lo_seal_row(const char *text, size_t len, ckp_buf_t *out)
{
    u_char        nonce[CKP_NONCE_LEN];
    ckp_code_t    rc;
    ckp_bytes_t   key, aad, plain;

    if (ngx_lo_secrets_locked()) {
        return NGX_DECLINED;
    }

    if (RAND_bytes(nonce, sizeof(nonce)) != 1) {
        return NGX_ERROR;
    }

    key.data = ngx_lo_conf()->secrets_key;
    key.len = sizeof(ngx_lo_conf()->secrets_key);
    aad.data = NGX_LO_SEAL_ROWS;
    aad.len = sizeof(NGX_LO_SEAL_ROWS) - 1;
    plain.data = text;
    plain.len = len;

    ckp_buf_put(out, (const char[]) { NGX_LO_SEALED }, 1);
    rc = ckp_seal_row(out, &key, &aad, nonce, &plain);

    return rc == CKP_OK ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_open_row(const char *sealed, size_t len, ckp_buf_t *out)
{
    ckp_bytes_t  key, aad, text;

    if (ngx_lo_secrets_locked()) {
        return NGX_ERROR;
    }

    key.data = ngx_lo_conf()->secrets_key;
    key.len = sizeof(ngx_lo_conf()->secrets_key);
    aad.data = NGX_LO_SEAL_ROWS;
    aad.len = sizeof(NGX_LO_SEAL_ROWS) - 1;
    text.data = sealed + 1;
    text.len = len - 1;

    return ckp_unseal_row(out, &key, &aad, &text) == CKP_OK ? NGX_OK
                                                            : NGX_ERROR;
}


const ngx_lo_sealer_t  ngx_lo_row_sealer = {
    ngx_lo_seal_row, ngx_lo_open_row
};


static ngx_int_t
ngx_lo_seal_bound(ckp_buf_t *b, const char *secret_id, ckp_bytes_t *aad)
{
    ckp_buf_init(b, 1024);
    ckp_buf_puts(b, NGX_LO_SEAL_MARK);
    ckp_buf_puts(b, secret_id);

    if (b->failed != CKP_OK) {
        ckp_buf_free(b);
        return NGX_ERROR;
    }

    aad->data = ckp_buf_str(b);
    aad->len = b->len;

    return NGX_OK;
}
