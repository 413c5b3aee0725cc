/*
 * Keys of others, and signatures that they made.
 */

#include "auth/ngx_lo_jwks.h"
#include "wire/jwks.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#define NGX_LO_JWKS_MAX   32            /* keys */


typedef struct {
    EVP_PKEY    *key;
    ngx_uint_t   algs;                  /* bits: 1 << ckp_jwt_alg_t */
    char         kid[CKP_JWK_NAME_MAX + 1];     /* "": it has no name */
} ngx_lo_jwk_t;


struct ngx_lo_jwks_s {
    ngx_uint_t    n;
    ngx_lo_jwk_t  keys[NGX_LO_JWKS_MAX];
};


static void ngx_lo_jwks_free(void *data);
static ngx_uint_t ngx_lo_jwk_read(ngx_lo_jwk_t *k, const json_t *jwk);
static EVP_PKEY *ngx_lo_jwk_rsa(const ckp_jwk_t *jwk);
static EVP_PKEY *ngx_lo_jwk_p256(const ckp_jwk_t *jwk);
static EVP_PKEY *ngx_lo_jwk_made(const char *kind, OSSL_PARAM *params);
static ngx_uint_t ngx_lo_jwk_signed(const ngx_lo_jwk_t *k,
    const ckp_jwt_t *jwt, const char *text);
static ngx_uint_t ngx_lo_jwk_der(const ckp_jwt_t *jwt, u_char *der,
    size_t *len);


/* --- read ------------------------------------------------------------------------ */


ngx_lo_jwks_t *
ngx_lo_jwks_new(ngx_pool_t *pool, const char *text, size_t len,
    const char **why)
{
    size_t               i;
    json_t              *keys, *jwk;
    ngx_lo_jwks_t       *set;
    ngx_pool_cleanup_t  *cln;

    *why = "there is no memory";
    set = ngx_pcalloc(pool, sizeof(ngx_lo_jwks_t));
    cln = ngx_pool_cleanup_add(pool, 0);

    if (set == NULL || cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_lo_jwks_free;
    cln->data = set;

    keys = ckp_jwks_keys(text, len);
    *why = "it is no JSON object with \"keys\"";

    json_array_foreach(keys, i, jwk) {

        *why = "it has no key that can be used";

        if (set->n < NGX_LO_JWKS_MAX
            && ngx_lo_jwk_read(&set->keys[set->n], jwk))
        {
            set->n++;
        }
    }

    json_decref(keys);

    return set->n != 0 ? set : NULL;
}


static void
ngx_lo_jwks_free(void *data)
{
    ngx_uint_t      i;
    ngx_lo_jwks_t  *set = data;

    for (i = 0; i < set->n; i++) {
        EVP_PKEY_free(set->keys[i].key);
    }
}


static ngx_uint_t
ngx_lo_jwk_read(ngx_lo_jwk_t *k, const json_t *jwk)
{
    ckp_jwk_t  said;

    if (!ckp_jwk_read(&said, jwk)) {
        return 0;
    }

    switch (said.kind) {

    case CKP_JWK_RSA:
        k->key = ngx_lo_jwk_rsa(&said);
        break;

    case CKP_JWK_P256:
        k->key = ngx_lo_jwk_p256(&said);
        break;

    case CKP_JWK_ED25519:
        k->key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
                                             said.first, said.first_len);
        break;
    }

    k->algs = said.algs;
    ngx_memcpy(k->kid, said.kid, sizeof(k->kid));

    return k->key != NULL;
}


static EVP_PKEY *
ngx_lo_jwk_rsa(const ckp_jwk_t *jwk)
{
    BIGNUM          *bn, *be;
    EVP_PKEY        *key;
    OSSL_PARAM      *params;
    OSSL_PARAM_BLD  *bld;

    bn = BN_bin2bn(jwk->first, (int) jwk->first_len, NULL);
    be = BN_bin2bn(jwk->second, (int) jwk->second_len, NULL);
    bld = OSSL_PARAM_BLD_new();
    params = NULL;
    key = NULL;

    if (bn != NULL && be != NULL && bld != NULL
        && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn) == 1
        && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, be) == 1)
    {
        params = OSSL_PARAM_BLD_to_param(bld);
        key = ngx_lo_jwk_made("RSA", params);
    }

    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(bld);
    BN_free(bn);
    BN_free(be);

    return key;
}


static EVP_PKEY *
ngx_lo_jwk_p256(const ckp_jwk_t *jwk)
{
    char         group[] = "prime256v1";
    u_char       point[1 + 2 * CKP_JWK_POINT_LEN];
    OSSL_PARAM   params[3];

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    ngx_memcpy(point + 1, jwk->first, CKP_JWK_POINT_LEN);
    ngx_memcpy(point + 1 + CKP_JWK_POINT_LEN, jwk->second, CKP_JWK_POINT_LEN);

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 group, 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  point, sizeof(point));
    params[2] = OSSL_PARAM_construct_end();

    return ngx_lo_jwk_made("EC", params);
}


static EVP_PKEY *
ngx_lo_jwk_made(const char *kind, OSSL_PARAM *params)
{
    EVP_PKEY      *key;
    EVP_PKEY_CTX  *ctx;

    key = NULL;
    ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);

    if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1
        || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
    {
        key = NULL;
    }

    EVP_PKEY_CTX_free(ctx);

    return key;
}


/* --- signed ----------------------------------------------------------------------- */


ngx_uint_t
ngx_lo_jwks_signed(const ngx_lo_jwks_t *set, const ckp_jwt_t *jwt,
    const char *text)
{
    ngx_uint_t           i;
    const char          *kid;
    const ngx_lo_jwk_t  *k;

    kid = ckp_jwt_kid(jwt);

    for (i = 0; i < set->n; i++) {
        k = &set->keys[i];

        if ((k->algs & ((ngx_uint_t) 1 << jwt->alg)) == 0
            || (kid != NULL && k->kid[0] != '\0'
                && ngx_strcmp(kid, k->kid) != 0))
        {
            continue;
        }

        if (ngx_lo_jwk_signed(k, jwt, text)) {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_lo_jwks_names(const ngx_lo_jwks_t *set, const ckp_jwt_t *jwt)
{
    ngx_uint_t   i;
    const char  *kid;

    kid = ckp_jwt_kid(jwt);

    for (i = 0; i < set->n; i++) {
        if (kid == NULL || set->keys[i].kid[0] == '\0'
            || ngx_strcmp(kid, set->keys[i].kid) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_lo_jwk_signed(const ngx_lo_jwk_t *k, const ckp_jwt_t *jwt,
    const char *text)
{
    u_char         der[2 * CKP_JWK_POINT_LEN + 16];
    size_t         len;
    EVP_MD_CTX    *md;
    ngx_uint_t     good;
    EVP_PKEY_CTX  *ctx;
    const u_char  *sig;

    sig = jwt->sig;
    len = jwt->sig_len;

    if (jwt->alg == CKP_JWT_ES256) {

        if (!ngx_lo_jwk_der(jwt, der, &len)) {
            return 0;
        }

        sig = der;
    }

    md = EVP_MD_CTX_new();

    good = md != NULL
           && EVP_DigestVerifyInit(md, &ctx, jwt->alg == CKP_JWT_EDDSA
                                             ? NULL : EVP_sha256(),
                                   NULL, k->key) == 1
           && (jwt->alg != CKP_JWT_PS256
               || (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0
                   && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx,
                                                RSA_PSS_SALTLEN_DIGEST) > 0))
           && EVP_DigestVerify(md, sig, len, (const u_char *) text,
                               jwt->signed_len) == 1;

    EVP_MD_CTX_free(md);

    return good;
}


/* A signature of a curve is two numbers side by side; OpenSSL wants them in
 * DER. */

static ngx_uint_t
ngx_lo_jwk_der(const ckp_jwt_t *jwt, u_char *der, size_t *len)
{
    int         n;
    u_char     *p;
    BIGNUM     *r, *s;
    ECDSA_SIG  *sig;

    if (jwt->sig_len != 2 * CKP_JWK_POINT_LEN) {
        return 0;
    }

    sig = ECDSA_SIG_new();
    r = BN_bin2bn(jwt->sig, CKP_JWK_POINT_LEN, NULL);
    s = BN_bin2bn(jwt->sig + CKP_JWK_POINT_LEN, CKP_JWK_POINT_LEN, NULL);

    /* both become the signature's, or neither does */

    if (sig == NULL || r == NULL || s == NULL
        || ECDSA_SIG_set0(sig, r, s) != 1)
    {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(sig);
        return 0;
    }

    p = der;
    n = i2d_ECDSA_SIG(sig, NULL);
    n = (n > 0 && n <= 2 * CKP_JWK_POINT_LEN + 16) ? i2d_ECDSA_SIG(sig, &p) : 0;
    *len = (size_t) ngx_max(n, 0);

    ECDSA_SIG_free(sig);

    return n > 0;
}
