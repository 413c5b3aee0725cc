/*
 * Any text as a set of keys, and any key of one: what is read is within its
 * bounds, and a secret key is never read.
 */

#include "fuzz.h"

#include "wire/jwks.h"


static void
f_key(const json_t *jwk)
{
    static const size_t  seconds[] = {
        [CKP_JWK_P256] = CKP_JWK_POINT_LEN, [CKP_JWK_ED25519] = 0
    };

    ckp_jwk_t  k;

    if (!ckp_jwk_read(&k, jwk)) {
        return;
    }

    F_HOLDS(json_object_get(jwk, "d") == NULL);
    F_HOLDS(memchr(k.kid, '\0', sizeof(k.kid)) != NULL);

    if (k.kind == CKP_JWK_RSA) {
        F_HOLDS(k.algs != 0 && (k.algs & ~(1u << CKP_JWT_RS256
                                           | 1u << CKP_JWT_PS256)) == 0);
        F_HOLDS(k.first_len >= CKP_JWK_RSA_LEAST
                && k.first_len <= CKP_JWK_BYTES_MAX && k.first[0] != 0);
        F_HOLDS(k.second_len > 0 && k.second_len <= CKP_JWK_POWER_MAX
                && k.second[0] != 0);
        return;
    }

    F_HOLDS(k.algs == (k.kind == CKP_JWK_P256 ? 1u << CKP_JWT_ES256
                                              : 1u << CKP_JWT_EDDSA));
    F_HOLDS(k.first_len == CKP_JWK_POINT_LEN);
    F_HOLDS(k.second_len == seconds[k.kind]);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const    text = f_text(data, size);
    json_t *const  keys = ckp_jwks_keys(text, size);
    json_t        *jwk;
    size_t         i;

    F_HOLDS(keys == NULL || json_is_array(keys));

    json_array_foreach(keys, i, jwk) {
        f_key(jwk);
    }

    json_decref(keys);
    free(text);

    return 0;
}
