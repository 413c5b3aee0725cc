/*
 * Grants, made and read.
 */

#include "auth/ngx_lo_auth_conf.h"
#include "secret/ngx_lo_grant.h"
#include "secret/ngx_lo_secret_int.h"
#include "wire/jwt.h"

#define NGX_LO_GRANT_FOR     "agent_credential"
#define NGX_LO_GRANT_MARK    "langorch agent credential"
#define NGX_LO_GRANT_LEEWAY  10             /* seconds, between two nodes */


ngx_uint_t
ngx_lo_grants_given(void)
{
    return ngx_lo_conf()->grants && ngx_lo_auth_conf()->secret.len != 0;
}


static void
ngx_lo_grant_sign(const char *text, size_t len, uint8_t sum[CKP_SHA256_LEN])
{
    uint8_t           key[CKP_SHA256_LEN];
    const ngx_str_t  *secret;

    secret = &ngx_lo_auth_conf()->secret;

    ckp_hmac_sha256(secret->data, secret->len, NGX_LO_GRANT_MARK,
                    sizeof(NGX_LO_GRANT_MARK) - 1, key);
    ckp_hmac_sha256(key, sizeof(key), text, len, sum);
    ngx_explicit_memzero(key, sizeof(key));
}


/* --- made ------------------------------------------------------------------------ */


/* What finds the value again; the names of others are no business of its. */

static json_t *
ngx_lo_grant_entry(const json_t *secret)
{
    json_t  *entry, *settings;

    entry = json_copy((json_t *) secret);
    settings = json_object_get(entry, "settings");
    (void) json_object_del(entry, "delivery");

    if (settings != NULL) {
        settings = json_copy(settings);
        (void) json_object_del(settings, "secret_references");
        (void) json_object_set_new(entry, "settings", settings);
    }

    return entry;
}


/* The text of a grant, new; NULL: no memory, or it would be too long. */

static json_t *
ngx_lo_grant_made(const json_t *secret, const char *run_id, int64_t now_ms)
{
    json_t     *claims, *text;
    uint8_t     sum[CKP_SHA256_LEN];
    ckp_buf_t   b;

    claims = json_pack("{s:s, s:s, s:O, s:O*, s:I, s:I, s:o}",
                       "aud", NGX_LO_GRANT_FOR, "sub", run_id,
                       "secret_name", json_object_get(secret, "name"),
                       "field", json_object_get(secret, "field"),
                       "iat", (json_int_t) now_ms / 1000,
                       "exp", (json_int_t) now_ms / 1000
                              + NGX_LO_GRANT_SECONDS,
                       "secret", ngx_lo_grant_entry(secret));

    ckp_buf_init(&b, CKP_JWT_MAX);
    text = NULL;

    if (claims != NULL) {
        ckp_jwt_put(claims, &b);
        ngx_lo_grant_sign(ckp_buf_str(&b), b.len, sum);
        ckp_buf_puts(&b, ".");
        ckp_base64_put(&b, sum, sizeof(sum), true);
        text = (b.failed == CKP_OK) ? json_string(ckp_buf_str(&b)) : NULL;
    }

    json_decref(claims);
    ckp_buf_free(&b);

    return text;
}


json_t *
ngx_lo_grants(const json_t *secrets, const json_t *texts, const char *run_id,
    int64_t now_ms)
{
    json_t      *out, *secret, *text;
    const char  *handle, *way;

    out = json_object();

    json_object_foreach((json_t *) secrets, handle, secret) {
        way = ckp_json_str(secret, "delivery");

        text = (way != NULL && ngx_strcmp(way, "grant") == 0)
               ? ngx_lo_grant_made(secret, run_id, now_ms)
               : json_deep_copy(json_object_get(texts, handle));

        if (text == NULL || json_object_set_new(out, handle, text) != 0) {
            ngx_lo_secrets_wipe(out);
            return NULL;
        }
    }

    return out;
}


/* --- read ------------------------------------------------------------------------ */


json_t *
ngx_lo_grant_read(const char *text, int64_t now_ms)
{
    json_t           *claims;
    uint8_t           sum[CKP_SHA256_LEN];
    ckp_jwt_t         jwt;
    ngx_uint_t        good;
    ckp_jwt_rules_t   rules;

    if (!ckp_jwt_read(&jwt, text, ngx_strlen(text))) {
        return NULL;
    }

    rules.now_s = now_ms / 1000;
    rules.leeway_s = NGX_LO_GRANT_LEEWAY;
    rules.iss = NULL;
    rules.aud = NGX_LO_GRANT_FOR;

    ngx_lo_grant_sign(text, jwt.signed_len, sum);

    good = jwt.alg == CKP_JWT_HS256 && jwt.sig_len == sizeof(sum)
           && ckp_same(jwt.sig, sum, sizeof(sum))
           && ckp_jwt_holds(jwt.claims, &rules)
           && json_is_object(json_object_get(jwt.claims, "secret"));

    claims = good ? json_incref(jwt.claims) : NULL;
    ckp_jwt_free(&jwt);

    return claims;
}
