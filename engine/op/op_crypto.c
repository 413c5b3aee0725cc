/*
 * Internal actions that hash, seal and open.  A plain digest is a function of
 * its text; what needs a key is the host's to do, for the engine never sees
 * one.  Source: spec/ckp.md 13.2.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "lang/value.h"


/* A text is itself, objects and arrays are their canonical JSON. */

static json_t *
crypto_text(const json_t *v)
{
    json_t  *text;
    char    *s;

    if (!json_is_object(v) && !json_is_array(v)) {
        return ckp_op_text(v == NULL ? json_null() : v);
    }

    s = ckp_json_canonical(v);
    text = s == NULL ? NULL : json_string(s);
    ckp_free(s);

    return text;
}


static bool
crypto_is_hmac(const char *algorithm)
{
    return algorithm != NULL && strncmp(algorithm, "hmac_", 5) == 0;
}


static ckp_code_t
op_hash(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  given = ckp_json_str(params, "algorithm");
    const char *const  name = given == NULL ? "sha256" : given;
    uint8_t            sum[CKP_DIGEST_MAX];
    ckp_buf_t          b;
    json_t *const      text = crypto_text(ckp_op_source(f, params));

    if (text == NULL) {
        return CKP_E_NOMEM;
    }

    const size_t  n = ckp_digest(name, json_string_value(text),
                                 json_string_length(text), sum);

    json_decref(text);

    if (n == 0) {
        return ckp_fiber_raise(f, "UnsupportedFormat",
                               "there is no algorithm \"%.40s\"", name);
    }

    ckp_buf_init(&b, 4 * CKP_DIGEST_MAX);

    if (!ckp_digest_put(&b, sum, n, ckp_json_str(params, "encoding"))) {
        ckp_buf_free(&b);
        return ckp_fiber_raise(f, "UnsupportedFormat",
                               "encoding is neither hex nor base64");
    }

    *result = b.failed == CKP_OK ? json_string(ckp_buf_str(&b)) : NULL;
    ckp_buf_free(&b);

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* --- with a key --------------------------------------------------------------- */

/* {op, key: handle, text, ...}; text is stolen. */

static ckp_code_t
crypto_ask(ckp_fiber_t *f, const json_t *params, const char *op,
    json_t *text, json_t **body)
{
    const char *const  name = ckp_json_str(params, "key_reference");
    json_t            *handle = NULL;

    if (text == NULL) {
        return CKP_E_NOMEM;
    }

    if (name != NULL) {
        handle = strncmp(name, "$secret{", 8) == 0
                 ? json_string(name) : ckp_fiber_secret(f, name, NULL);
    }

    if (handle == NULL) {
        json_decref(text);
        return ckp_fiber_raise(f, "SecretNotFound",
                               "key_reference names no secret");
    }

    *body = json_pack("{s:s, s:o, s:o, s:s*, s:s*, s:s*}", "op", op,
                      "key", handle, "text", text,
                      "algorithm", ckp_json_str(params, "algorithm"),
                      "encoding", ckp_json_str(params, "encoding"),
                      "aad", ckp_json_str(params, "aad"));

    return *body == NULL ? CKP_E_NOMEM : CKP_OK;
}


ckp_code_t
ckp_op_hash_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    const char *const  algorithm = ckp_json_str(params, "algorithm");

    (void) again;

    if (!crypto_is_hmac(algorithm)) {
        return CKP_OK;
    }

    if (strcmp(algorithm, "hmac_sha256") != 0
        && strcmp(algorithm, "hmac_sha512") != 0)
    {
        return ckp_fiber_raise(f, "UnsupportedFormat",
                               "there is no algorithm \"%.40s\"", algorithm);
    }

    return crypto_ask(f, params, "hmac",
                      crypto_text(ckp_op_source(f, params)), body);
}


static ckp_code_t
crypto_algorithm(ckp_fiber_t *f, const json_t *params)
{
    const char *const  algorithm = ckp_json_str(params, "algorithm");

    return algorithm == NULL || strcmp(algorithm, "aes-256-gcm") == 0
           ? CKP_OK
           : ckp_fiber_raise(f, "UnsupportedFormat",
                             "there is no algorithm \"%.40s\"", algorithm);
}


ckp_code_t
ckp_op_encrypt_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    const json_t *const  v = ckp_op_source(f, params);
    const ckp_code_t     rc = crypto_algorithm(f, params);

    (void) again;

    if (rc != CKP_OK) {
        return rc;
    }

    /* what is no text comes back as what it was */

    return json_is_string(v)
           ? crypto_ask(f, params, "encrypt", json_incref((json_t *) v), body)
           : crypto_ask(f, params, "encrypt_json",
                        crypto_text(v == NULL ? json_null() : v), body);
}


ckp_code_t
ckp_op_decrypt_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    const json_t *const  v = ckp_op_source(f, params);
    const ckp_code_t     rc = crypto_algorithm(f, params);

    (void) again;

    if (rc != CKP_OK) {
        return rc;
    }

    if (!json_is_string(v)
        || strncmp(json_string_value(v), CKP_SEAL_MARK,
                   sizeof(CKP_SEAL_MARK) - 1) != 0)
    {
        return ckp_fiber_raise(f, "DecryptError", "that is no encrypted text");
    }

    return crypto_ask(f, params, "decrypt", json_incref((json_t *) v), body);
}


/* ask always has something to ask. */

static ckp_code_t
crypto_run(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    (void) f;
    (void) params;
    (void) result;

    return CKP_E_BUG;
}


const ckp_op_t  ckp_ops_crypto[] = {
    { "hash", " source value data algorithm key_reference encoding ",
      " source|value|data ", false, false, op_hash },
    { "encrypt", " source value data key_reference algorithm aad ",
      " source|value|data key_reference ", false, false, crypto_run },
    { "decrypt", " source value data key_reference algorithm aad ",
      " source|value|data key_reference ", false, false, crypto_run },
    { .action = NULL }
};
