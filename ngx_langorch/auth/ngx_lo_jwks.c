/*
 * Keys of others, and signatures that they made.
 */

#include "auth/ngx_lo_jwks.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#define NGX_LO_JWKS_MAX   32            /* keys */
#define NGX_LO_JWK_NAME   256           /* bytes of a name */
#define NGX_LO_JWK_BYTES  1024          /* of a number: 8192 bits */
#define NGX_LO_JWK_RSA    2048          /* bits, at least */
#define NGX_LO_P256       32            /* bytes of a coordinate */


typedef struct {
    EVP_PKEY    *key;
    ngx_uint_t   algs;                  /* bits: 1 << ckp_jwt_alg_t */
    char         kid[NGX_LO_JWK_NAME];  /* "": it has no name */
} ngx_lo_jwk_t;


struct ngx_lo_jwks_s {
    ngx_uint_t    n;
    ngx_lo_jwk_t  keys[NGX_LO_JWKS_MAX];
};


static void ngx_lo_jwks_free(void *data);
static ngx_uint_t ngx_lo_jwk_read(ngx_lo_jwk_t *k, const json_t *jwk);
static EVP_PKEY *ngx_lo_jwk_rsa(const json_t *jwk);
static EVP_PKEY *ngx_lo_jwk_ec(const json_t *jwk);
static EVP_PKEY *ngx_lo_jwk_okp(const json_t *jwk);
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
    json_t              *doc, *jwk;
    ckp_err_t            err = CKP_ERR_INIT;
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

    doc = ckp_json_parse(text, len, &err);
    *why = "it is no JSON object with \"keys\"";

    json_array_foreach(json_object_get(doc, "keys"), i, jwk) {

        *why = "it has no key that can be used";

        if (set->n < NGX_LO_JWKS_MAX
            && ngx_lo_jwk_read(&set->keys[set->n], jwk))
        {
            set->n++;
        }
    }

    json_decref(doc);

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


/* A secret key of a set is for nobody: whoever can read it could sign. */

static ngx_uint_t
ngx_lo_jwk_read(ngx_lo_jwk_t *k, const json_t *jwk)
{
    ngx_uint_t   i;
    const char  *kty, *use, *alg, *kid;

    static const struct {
        const char     *kty;
        const char     *alg;
        ckp_jwt_alg_t   is;
        EVP_PKEY     *(*read)(const json_t *jwk);
    } kinds[] = {
        { "RSA", "RS256", CKP_JWT_RS256, ngx_lo_jwk_rsa },
        { "RSA", "PS256", CKP_JWT_PS256, ngx_lo_jwk_rsa },
        { "EC", "ES256", CKP_JWT_ES256, ngx_lo_jwk_ec },
        { "OKP", "EdDSA", CKP_JWT_EDDSA, ngx_lo_jwk_okp }
    };

    kty = ckp_json_str(jwk, "kty");
    use = ckp_json_str(jwk, "use");
    alg = ckp_json_str(jwk, "alg");
    kid = ckp_json_str(jwk, "kid");

    k->algs = 0;
    k->key = NULL;

    if (kty == NULL || (use != NULL && ngx_strcmp(use, "sig") != 0)
        || (kid != NULL && ngx_strlen(kid) >= NGX_LO_JWK_NAME))
    {
        return 0;
    }

    (void) ngx_cpystrn((u_char *) k->kid, (u_char *) (kid ? kid : ""),
                       NGX_LO_JWK_NAME);

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {

        if (ngx_strcmp(kty, kinds[i].kty) != 0
            || (alg != NULL && ngx_strcmp(alg, kinds[i].alg) != 0))
        {
            continue;
        }

        if (k->key == NULL) {
            k->key = kinds[i].read(jwk);
        }

        k->algs |= (ngx_uint_t) 1 << kinds[i].is;
    }

    return k->key != NULL;
}


/* A number of a key in base64url; 0: there is none, or it is too long. */

static size_t
ngx_lo_jwk_bytes(const json_t *jwk, const char *name, u_char *out)
{
    size_t       n, len;
    const char  *text;

    text = ckp_json_str(jwk, name);
    len = (text != NULL) ? ngx_strlen(text) : 0;

    if (len == 0 || len > NGX_LO_JWK_BYTES / 3 * 4
        || !ckp_base64_read(text, len, out, &n))
    {
        return 0;
    }

    return n;
}


static EVP_PKEY *
ngx_lo_jwk_rsa(const json_t *jwk)
{
    u_char           n[NGX_LO_JWK_BYTES + 4], e[NGX_LO_JWK_BYTES + 4];
    size_t           nlen, elen;
    BIGNUM          *bn, *be;
    EVP_PKEY        *key;
    OSSL_PARAM      *params;
    OSSL_PARAM_BLD  *bld;

    nlen = ngx_lo_jwk_bytes(jwk, "n", n);
    elen = ngx_lo_jwk_bytes(jwk, "e", e);

    if (nlen == 0 || elen == 0) {
        return NULL;
    }

    bn = BN_bin2bn(n, (int) nlen, NULL);
    be = BN_bin2bn(e, (int) elen, NULL);
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

    if (key != NULL && EVP_PKEY_get_bits(key) < NGX_LO_JWK_RSA) {
        EVP_PKEY_free(key);
        return NULL;
    }

    return key;
}


static EVP_PKEY *
ngx_lo_jwk_ec(const json_t *jwk)
{
    char         group[] = "prime256v1";
    u_char       x[NGX_LO_JWK_BYTES + 4], y[NGX_LO_JWK_BYTES + 4];
    u_char       point[1 + 2 * NGX_LO_P256];
    const char  *crv;
    OSSL_PARAM   params[3];

    crv = ckp_json_str(jwk, "crv");

    if (crv == NULL || ngx_strcmp(crv, "P-256") != 0
        || ngx_lo_jwk_bytes(jwk, "x", x) != NGX_LO_P256
        || ngx_lo_jwk_bytes(jwk, "y", y) != NGX_LO_P256)
    {
        return NULL;
    }

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    ngx_memcpy(point + 1, x, NGX_LO_P256);
    ngx_memcpy(point + 1 + NGX_LO_P256, y, NGX_LO_P256);

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 group, 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  point, sizeof(point));
    params[2] = OSSL_PARAM_construct_end();

    return ngx_lo_jwk_made("EC", params);
}


static EVP_PKEY *
ngx_lo_jwk_okp(const json_t *jwk)
{
    size_t       len;
    u_char       x[NGX_LO_JWK_BYTES + 4];
    const char  *crv;

    crv = ckp_json_str(jwk, "crv");
    len = ngx_lo_jwk_bytes(jwk, "x", x);

    return (crv != NULL && ngx_strcmp(crv, "Ed25519") == 0 && len == 32)
           ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, len)
           : NULL;
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
    u_char         der[2 * NGX_LO_P256 + 16];
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

    if (jwt->sig_len != 2 * NGX_LO_P256) {
        return 0;
    }

    sig = ECDSA_SIG_new();
    r = BN_bin2bn(jwt->sig, NGX_LO_P256, NULL);
    s = BN_bin2bn(jwt->sig + NGX_LO_P256, NGX_LO_P256, NULL);

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
    n = (n > 0 && n <= 2 * NGX_LO_P256 + 16) ? i2d_ECDSA_SIG(sig, &p) : 0;
    *len = (size_t) ngx_max(n, 0);

    ECDSA_SIG_free(sig);

    return n > 0;
}
