/*
 * Keys of others, read.
 */

#include "wire/jwks.h"

#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/json.h"


json_t *
ckp_jwks_keys(const char *text, size_t len)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  doc = ckp_json_parse(text, len, &err);
    json_t        *keys = json_object_get(doc, "keys");

    keys = json_is_array(keys) ? json_incref(keys) : NULL;
    json_decref(doc);

    return keys;
}


/* A number in base64url, without the zeros before it; 0: there is none, or it
 * is too long. */

static size_t
jwk_number(const json_t *jwk, const char *name, uint8_t *out)
{
    const char *const  text = ckp_json_str(jwk, name);
    const size_t       len = text == NULL ? 0 : strlen(text);
    size_t             n = 0;
    size_t             zeros = 0;

    if (len == 0 || len > CKP_JWK_BYTES_MAX / 3 * 4
        || !ckp_base64_read(text, len, out, &n))
    {
        return 0;
    }

    while (zeros < n && out[zeros] == 0) {
        zeros++;
    }

    memmove(out, out + zeros, n - zeros);

    return n - zeros;
}


/* A coordinate: all of its bytes. */

static size_t
jwk_point(const json_t *jwk, const char *name, uint8_t *out)
{
    const char *const  text = ckp_json_str(jwk, name);
    const size_t       len = text == NULL ? 0 : strlen(text);
    size_t             n = 0;

    return len > 0 && len <= CKP_JWK_BYTES_MAX / 3 * 4
           && ckp_base64_read(text, len, out, &n) && n == CKP_JWK_POINT_LEN
           ? n : 0;
}


static bool
jwk_rsa(ckp_jwk_t *k, const json_t *jwk)
{
    k->kind = CKP_JWK_RSA;
    k->first_len = jwk_number(jwk, "n", k->first);
    k->second_len = jwk_number(jwk, "e", k->second);

    return k->first_len >= CKP_JWK_RSA_LEAST
           && (k->first_len > CKP_JWK_RSA_LEAST || (k->first[0] & 0x80) != 0)
           && k->second_len > 0 && k->second_len <= CKP_JWK_POWER_MAX
           && (k->second[k->second_len - 1] & 1) == 1
           && (k->second_len > 1 || k->second[0] > 1);
}


static bool
jwk_p256(ckp_jwk_t *k, const json_t *jwk)
{
    const char *const  crv = ckp_json_str(jwk, "crv");

    k->kind = CKP_JWK_P256;
    k->first_len = jwk_point(jwk, "x", k->first);
    k->second_len = jwk_point(jwk, "y", k->second);

    return crv != NULL && strcmp(crv, "P-256") == 0 && k->first_len > 0
           && k->second_len > 0;
}


static bool
jwk_ed25519(ckp_jwk_t *k, const json_t *jwk)
{
    const char *const  crv = ckp_json_str(jwk, "crv");

    k->kind = CKP_JWK_ED25519;
    k->first_len = jwk_point(jwk, "x", k->first);
    k->second_len = 0;

    return crv != NULL && strcmp(crv, "Ed25519") == 0 && k->first_len > 0;
}


/* What it says that it is for; who says nothing is for whatever it can do. */

static bool
jwk_verifies(const json_t *jwk)
{
    const json_t *const  use = json_object_get(jwk, "use");
    const json_t *const  ops = json_object_get(jwk, "key_ops");
    json_t              *one;
    size_t               i;

    if (use != NULL && (!json_is_string(use)
                        || strcmp(json_string_value(use), "sig") != 0))
    {
        return false;
    }

    json_array_foreach(ops, i, one) {
        if (json_is_string(one)
            && strcmp(json_string_value(one), "verify") == 0)
        {
            return true;
        }
    }

    return ops == NULL;
}


bool
ckp_jwk_read(ckp_jwk_t *k, const json_t *jwk)
{
    const char *const  kty = ckp_json_str(jwk, "kty");
    const char *const  alg = ckp_json_str(jwk, "alg");
    const char *const  kid = ckp_json_str(jwk, "kid");
    bool             (*reads)(ckp_jwk_t *k, const json_t *jwk) = NULL;

    static const struct {
        const char     *kty;
        const char     *alg;
        ckp_jwt_alg_t   is;
        bool          (*reads)(ckp_jwk_t *k, const json_t *jwk);
    } kinds[] = {
        { "RSA", "RS256", CKP_JWT_RS256, jwk_rsa },
        { "RSA", "PS256", CKP_JWT_PS256, jwk_rsa },
        { "EC", "ES256", CKP_JWT_ES256, jwk_p256 },
        { "OKP", "EdDSA", CKP_JWT_EDDSA, jwk_ed25519 }
    };

    memset(k, 0, sizeof(*k));

    if (kty == NULL || !jwk_verifies(jwk)
        || (kid != NULL && strlen(kid) > CKP_JWK_NAME_MAX)
        || (alg == NULL && json_object_get(jwk, "alg") != NULL)
        || json_object_get(jwk, "d") != NULL)
    {
        return false;
    }

    if (kid != NULL) {
        memcpy(k->kid, kid, strlen(kid));
    }

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kty, kinds[i].kty) == 0
            && (alg == NULL || strcmp(alg, kinds[i].alg) == 0))
        {
            reads = kinds[i].reads;
            k->algs |= 1u << kinds[i].is;
        }
    }

    return reads != NULL && reads(k, jwk);
}
