/*
 * Who signed a token.
 */

#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_jwt.h"
#include "auth/ngx_lo_keys.h"
#include "wire/jwt.h"


#define NGX_LO_JWT_LEEWAY  60           /* seconds */


static json_t *ngx_lo_jwt_held(const char *text, size_t len,
    const ckp_jwt_rules_t *rules, ngx_uint_t own);
static ngx_uint_t ngx_lo_jwt_is_ours(const ckp_jwt_t *jwt, const char *text);
static const char *ngx_lo_jwt_word(const ngx_str_t *s);


ngx_uint_t
ngx_lo_jwt_ready(void)
{
    return ngx_lo_auth_conf()->secret.len != 0;
}


json_t *
ngx_lo_jwt_claims(const char *text, size_t len, int64_t now_ms)
{
    ckp_jwt_rules_t            rules;
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();

    rules.now_s = now_ms / 1000;
    rules.leeway_s = NGX_LO_JWT_LEEWAY;
    rules.iss = ngx_lo_jwt_word(&ac->issuer);
    rules.aud = ngx_lo_jwt_word(&ac->audience);

    return ngx_lo_jwt_held(text, len, &rules, 1);
}


json_t *
ngx_lo_jwt_identity(const char *text, int64_t now_ms)
{
    ckp_jwt_rules_t       rules;
    const ngx_lo_oidc_t  *o;

    o = ngx_lo_auth_conf()->oidc;

    rules.now_s = now_ms / 1000;
    rules.leeway_s = NGX_LO_JWT_LEEWAY;
    rules.iss = o->issuer;
    rules.aud = o->client;

    return ngx_lo_jwt_held(text, ngx_strlen(text), &rules, 0);
}


/* `own`: it may also be one that this site signed. */

static json_t *
ngx_lo_jwt_held(const char *text, size_t len, const ckp_jwt_rules_t *rules,
    ngx_uint_t own)
{
    json_t                    *claims;
    ckp_jwt_t                  jwt;
    ngx_uint_t                 good;
    const ngx_lo_auth_conf_t  *ac;

    if (!ckp_jwt_read(&jwt, text, len)) {
        return NULL;
    }

    ac = ngx_lo_auth_conf();

    switch (jwt.alg) {

    case CKP_JWT_HS256:
        good = own && ngx_lo_jwt_is_ours(&jwt, text);
        break;

    case CKP_JWT_RS256:
    case CKP_JWT_PS256:
    case CKP_JWT_ES256:
    case CKP_JWT_EDDSA:
        good = (ac->keys != NULL && ngx_lo_jwks_signed(ac->keys, &jwt, text))
               || ngx_lo_keys_signed(&jwt, text, !own);
        break;

    case CKP_JWT_OTHER:
    default:
        good = 0;
        break;
    }

    claims = (good && ckp_jwt_holds(jwt.claims, rules))
             ? json_incref(jwt.claims) : NULL;

    ckp_jwt_free(&jwt);

    return claims;
}


/* Texts of the configuration end with a NUL. */

static const char *
ngx_lo_jwt_word(const ngx_str_t *s)
{
    return s->len != 0 ? (const char *) s->data : NULL;
}


static ngx_uint_t
ngx_lo_jwt_is_ours(const ckp_jwt_t *jwt, const char *text)
{
    uint8_t           sum[CKP_SHA256_LEN];
    const ngx_str_t  *secret;

    secret = &ngx_lo_auth_conf()->secret;

    if (secret->len == 0) {
        return 0;
    }

    ckp_hmac_sha256(secret->data, secret->len, text, jwt->signed_len, sum);

    return jwt->sig_len == sizeof(sum)
           && ckp_same(jwt->sig, sum, sizeof(sum));
}


void
ngx_lo_jwt_roles(const json_t *claims, ckp_buf_t *out)
{
    ckp_jwt_roles(claims, ngx_lo_jwt_word(&ngx_lo_auth_conf()->claim), out);
}


ngx_int_t
ngx_lo_jwt_sign(json_t *claims, ckp_buf_t *out)
{
    uint8_t                    sum[CKP_SHA256_LEN];
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();

    if (ac->secret.len == 0
        || (ac->issuer.len != 0
            && json_object_set_new(claims, "iss",
                        json_string((char *) ac->issuer.data)) != 0)
        || (ac->audience.len != 0
            && json_object_set_new(claims, "aud",
                        json_string((char *) ac->audience.data)) != 0))
    {
        return NGX_ERROR;
    }

    ckp_jwt_put(claims, out);

    if (out->failed != CKP_OK) {
        return NGX_ERROR;
    }

    ckp_hmac_sha256(ac->secret.data, ac->secret.len,
                    ckp_buf_str(out), out->len, sum);
    ckp_buf_puts(out, ".");
    ckp_base64_put(out, sum, sizeof(sum), true);

    return out->failed == CKP_OK ? NGX_OK : NGX_ERROR;
}
