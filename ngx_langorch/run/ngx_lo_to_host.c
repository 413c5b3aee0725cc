/*
 * Actions of the engine's catalogue that need what only the host has: the value
 * of a secret, or rows of the store.  A table from op to body; each answers at
 * once or after a job, and no key is kept.
 *
 * Work with a key is done here on the loop: it is bounded by CKP_SEAL_MAX, and
 * the stretching of a key that is no 32 bytes takes two milliseconds.
 */

#include "run/ngx_lo_run_int.h"
#include "secret/ngx_lo_secret.h"

#include <openssl/rand.h>


static void
ngx_lo_host_failed(ngx_lo_effect_t *e, const char *type, const char *why)
{
    ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                        json_pack("{s:s, s:s, s:b}", "type", type, "message",
                                  why, "retryable", 0), 0);
}


/* --- keys --------------------------------------------------------------------- */


typedef struct {
    json_t       *body;             /* secrets filled in */
    ckp_bytes_t   key;
    ckp_bytes_t   text;
    ckp_buf_t     out;
} ngx_lo_keyed_t;


static ngx_int_t
ngx_lo_host_hmac(ngx_lo_effect_t *e, ngx_lo_keyed_t *k, const char **why)
{
    size_t       n;
    uint8_t      sum[CKP_DIGEST_MAX];
    const char  *algorithm;

    algorithm = ckp_json_str(k->body, "algorithm");
    *why = "UnsupportedFormat";

    n = algorithm ? ckp_hmac(algorithm + sizeof("hmac_") - 1, &k->key,
                             k->text.data, k->text.len, sum)
                  : 0;

    return n > 0 && ckp_digest_put(&k->out, sum, n,
                                   ckp_json_str(k->body, "encoding"))
           ? NGX_OK : NGX_ERROR;
}


/* What was no text before is marked by what the seal is bound to. */

static void
ngx_lo_host_aad(const ngx_lo_keyed_t *k, ngx_uint_t json, ckp_buf_t *b)
{
    const char  *aad;

    aad = ckp_json_str(k->body, "aad");

    ckp_buf_init(b, 64 * 1024);
    ckp_buf_puts(b, aad ? aad : "");

    if (json) {
        ckp_buf_put(b, "\0json", 5);
    }
}


static ngx_int_t
ngx_lo_host_seal(ngx_lo_keyed_t *k, ngx_uint_t json, const char **why)
{
    uint8_t      nonce[CKP_NONCE_LEN];
    ckp_buf_t    aad;
    ckp_code_t   rc;
    ckp_bytes_t  bound;

    *why = "EncryptError";

    if (RAND_bytes(nonce, sizeof(nonce)) != 1) {
        return NGX_ERROR;
    }

    ngx_lo_host_aad(k, json, &aad);

    bound.data = ckp_buf_str(&aad);
    bound.len = aad.len;

    rc = aad.failed == CKP_OK
         ? ckp_seal(&k->out, &k->key, &bound, nonce, &k->text)
         : CKP_E_LIMIT;

    ckp_buf_free(&aad);

    if (rc == CKP_E_LIMIT) {
        *why = "VariablesTooLarge";
    }

    return rc == CKP_OK ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_host_encrypt(ngx_lo_effect_t *e, ngx_lo_keyed_t *k, const char **why)
{
    return ngx_lo_host_seal(k, 0, why);
}


static ngx_int_t
ngx_lo_host_encrypt_json(ngx_lo_effect_t *e, ngx_lo_keyed_t *k,
    const char **why)
{
    return ngx_lo_host_seal(k, 1, why);
}


static json_t *
ngx_lo_host_opened(ngx_lo_keyed_t *k, ngx_uint_t json)
{
    json_t       *v;
    ckp_err_t     err = CKP_ERR_INIT;
    ckp_buf_t     aad;
    ckp_code_t    rc;
    ckp_bytes_t   bound;

    ngx_lo_host_aad(k, json, &aad);

    bound.data = ckp_buf_str(&aad);
    bound.len = aad.len;
    k->out.len = 0;

    rc = ckp_unseal(&k->out, &k->key, &bound, &k->text);
    ckp_buf_free(&aad);

    if (rc != CKP_OK) {
        return NULL;
    }

    v = json ? ckp_json_parse(ckp_buf_str(&k->out), k->out.len, &err)
             : k->out.len == 0 ? json_string("")
             : json_stringn(ckp_buf_str(&k->out), k->out.len);

    return v;
}


static ngx_int_t
ngx_lo_host_decrypt(ngx_lo_effect_t *e, ngx_lo_keyed_t *k, const char **why)
{
    json_t  *v;

    *why = "DecryptError";

    v = ngx_lo_host_opened(k, 0);

    if (v == NULL) {
        v = ngx_lo_host_opened(k, 1);
    }

    if (v == NULL) {
        return NGX_ERROR;
    }

    return json_object_set_new(k->body, "result", v) == 0 ? NGX_OK : NGX_ERROR;
}


static const struct {
    const char   *op;
    ngx_int_t   (*make)(ngx_lo_effect_t *e, ngx_lo_keyed_t *k,
                        const char **why);
} ngx_lo_host_keyed[] = {
    { "hmac",         ngx_lo_host_hmac },
    { "encrypt",      ngx_lo_host_encrypt },
    { "encrypt_json", ngx_lo_host_encrypt_json },
    { "decrypt",      ngx_lo_host_decrypt },
};


static const char *
ngx_lo_host_why(const char *type)
{
    if (ngx_strcmp(type, "DecryptError") == 0) {
        return "it was not encrypted with this key";
    }

    return ngx_strcmp(type, "VariablesTooLarge") == 0
           ? "the text is too long to encrypt" : "it cannot be made";
}


static void
ngx_lo_host_with_key(ngx_lo_effect_t *e, ngx_uint_t i)
{
    json_t          *result;
    ngx_int_t        rc;
    const char      *why, *key, *text;
    ngx_lo_keyed_t   k;

    if (ngx_lo_effect_secrets(e, NULL) != NGX_OK) {
        return;
    }

    ngx_memzero(&k, sizeof(k));
    ckp_buf_init(&k.out, 3 * CKP_SEAL_MAX);

    k.body = ngx_lo_secrets_fill(e->body, e->secrets);
    key = ckp_json_str(k.body, "key");
    text = ckp_json_str(k.body, "text");

    why = "SecretNotFound";
    rc = NGX_ERROR;
    result = NULL;

    /* an empty key, or a handle that stands for nothing, is none */

    if (key != NULL && key[0] != '\0' && e->secrets != NULL && text != NULL) {
        k.key.data = key;
        k.key.len = ngx_strlen(key);
        k.text.data = text;
        k.text.len = json_string_length(json_object_get(k.body, "text"));

        rc = ngx_lo_host_keyed[i].make(e, &k, &why);
    }

    if (rc == NGX_OK) {
        result = json_incref(json_object_get(k.body, "result"));

        if (result == NULL) {
            result = json_stringn(ckp_buf_str(&k.out), k.out.len);
        }

        /* it is not the copy's any more, which is wiped */

        (void) json_object_del(k.body, "result");
    }

    if (k.out.data != NULL) {
        ngx_explicit_memzero(k.out.data, k.out.len);
    }

    ckp_buf_free(&k.out);
    ngx_lo_secrets_wipe(k.body);

    if (result == NULL) {
        ngx_lo_host_failed(e, why, ngx_lo_host_why(why));
        return;
    }

    ngx_lo_effect_reply(e, CKP_OUTCOME_OK, json_pack("{s:o}", "result",
                                                     result), 0);
}


/* ------------------------------------------------------------------------------ */


void
ngx_lo_to_host(ngx_lo_effect_t *e)
{
    ngx_uint_t   i;
    const char  *op;

    op = ckp_json_str(e->body, "op");
    op = op ? op : "";

    for (i = 0; i < sizeof(ngx_lo_host_keyed) / sizeof(ngx_lo_host_keyed[0]);
         i++)
    {
        if (ngx_strcmp(ngx_lo_host_keyed[i].op, op) == 0) {
            ngx_lo_host_with_key(e, i);
            return;
        }
    }

    if (ngx_strcmp(op, "procedure") == 0) {
        ngx_lo_to_child(e);
        return;
    }

    ngx_lo_host_failed(e, "NoExecutorError", "the host has no such action");
}
