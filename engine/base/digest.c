/*
 * Digests, HMAC and AES-256-GCM by libcrypto.
 */

#include "base/digest.h"

#include <string.h>
#include <strings.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/base64.h"
#include "base/sha.h"

#define SEAL_KEY_LEN   32
#define SEAL_TAG_LEN   16
#define SEAL_SCRYPT_N  1024
#define SEAL_MEM_MAX   (4 * 1024 * 1024)


static const EVP_MD *
digest_by_name(const char *name)
{
    static const struct {
        const char      *name;
        const EVP_MD  *(*make)(void);
    } known[] = {
        { "sha256", EVP_sha256 }, { "sha-256", EVP_sha256 },
        { "sha512", EVP_sha512 }, { "sha-512", EVP_sha512 },
        { "sha1", EVP_sha1 }, { "sha-1", EVP_sha1 }, { "md5", EVP_md5 }
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcasecmp(known[i].name, name) == 0) {
            return known[i].make();
        }
    }

    return NULL;
}


size_t
ckp_digest(const char *name, const void *data, size_t len,
    uint8_t out[CKP_DIGEST_MAX])
{
    const EVP_MD *const  md = digest_by_name(name);
    unsigned             n = 0;

    return md != NULL && EVP_Digest(data, len, out, &n, md, NULL) == 1 ? n : 0;
}


size_t
ckp_hmac(const char *name, const ckp_bytes_t *key, const void *data,
    size_t len, uint8_t out[CKP_DIGEST_MAX])
{
    const EVP_MD *const  md = digest_by_name(name);
    unsigned             n = 0;

    if (md == NULL || EVP_MD_size(md) < CKP_SHA256_LEN) {
        return 0;
    }

    return HMAC(md, key->data, (int) key->len, data, len, out, &n) != NULL ? n
                                                                         : 0;
}


bool
ckp_digest_put(ckp_buf_t *b, const uint8_t *sum, size_t n,
    const char *encoding)
{
    char  hex[2 * CKP_DIGEST_MAX + 1];

    if (encoding != NULL && strcmp(encoding, "base64") == 0) {
        ckp_base64_put(b, sum, n, false);
        return true;
    }

    if (encoding != NULL && strcmp(encoding, "hex") != 0) {
        return false;
    }

    ckp_hex(sum, n, hex);
    ckp_buf_puts(b, hex);

    return true;
}


/* --- sealed ------------------------------------------------------------------- */

static bool
seal_hex(const ckp_bytes_t *key, uint8_t out[SEAL_KEY_LEN])
{
    const char *const  text = key->data;

    if (key->len != 2 * SEAL_KEY_LEN) {
        return false;
    }

    for (size_t i = 0; i < key->len; i++) {
        const char  c = text[i];
        const int   v = c >= '0' && c <= '9' ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

        if (v < 0) {
            return false;
        }

        out[i / 2] = (uint8_t) (i % 2 == 0 ? v << 4 : out[i / 2] | v);
    }

    return true;
}


static bool
seal_key(const ckp_bytes_t *key, const uint8_t nonce[CKP_NONCE_LEN],
    uint8_t out[SEAL_KEY_LEN])
{
    uint8_t  bytes[64];
    size_t   n = 0;

    if (key->len == SEAL_KEY_LEN) {
        memcpy(out, key->data, SEAL_KEY_LEN);
        return true;
    }

    if (seal_hex(key, out)) {
        return true;
    }

    if (key->len >= 43 && key->len <= 48
        && ckp_base64_read(key->data, key->len, bytes, &n)
        && n == SEAL_KEY_LEN)
    {
        memcpy(out, bytes, SEAL_KEY_LEN);
        return true;
    }

    return EVP_PBE_scrypt(key->data, key->len, nonce, CKP_NONCE_LEN,
                          SEAL_SCRYPT_N, 8, 1, SEAL_MEM_MAX, out,
                          SEAL_KEY_LEN) == 1;
}


/* out: as many bytes as in; tag is written, or checked. */

static bool
seal_crypt(bool encrypt, const uint8_t *key, const uint8_t *nonce,
    const ckp_bytes_t *aad, const ckp_bytes_t *in, uint8_t *out, uint8_t *tag)
{
    /* tidy: six arguments of one cipher, and nobody else calls it */

    EVP_CIPHER_CTX *const  c = EVP_CIPHER_CTX_new();
    int                    n = 0;
    bool                   ok;

    ok = c != NULL
         && EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce,
                              encrypt ? 1 : 0) == 1
         && (aad->len == 0
             || EVP_CipherUpdate(c, NULL, &n, aad->data, (int) aad->len) == 1)
         && (in->len == 0
             || EVP_CipherUpdate(c, out, &n, in->data, (int) in->len) == 1);

    if (ok && !encrypt) {
        ok = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, SEAL_TAG_LEN, tag)
             == 1;
    }

    ok = ok && EVP_CipherFinal_ex(c, out + in->len, &n) == 1;

    if (ok && encrypt) {
        ok = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, SEAL_TAG_LEN, tag)
             == 1;
    }

    EVP_CIPHER_CTX_free(c);

    return ok;
}


ckp_code_t
ckp_seal(ckp_buf_t *b, const ckp_bytes_t *key, const ckp_bytes_t *aad,
    const uint8_t nonce[CKP_NONCE_LEN], const ckp_bytes_t *plain)
{
    return plain->len > CKP_SEAL_MAX ? CKP_E_LIMIT
           : ckp_seal_row(b, key, aad, nonce, plain);
}


ckp_code_t
ckp_seal_row(ckp_buf_t *b, const ckp_bytes_t *key, const ckp_bytes_t *aad,
    const uint8_t nonce[CKP_NONCE_LEN], const ckp_bytes_t *plain)
{
    const size_t  whole = CKP_NONCE_LEN + plain->len + SEAL_TAG_LEN;
    uint8_t       own[SEAL_KEY_LEN];
    uint8_t      *bytes;
    ckp_code_t    rc = CKP_E_NOMEM;

    bytes = ckp_alloc(whole);

    if (bytes == NULL) {
        return CKP_E_NOMEM;
    }

    memcpy(bytes, nonce, CKP_NONCE_LEN);

    if (seal_key(key, nonce, own)
        && seal_crypt(true, own, nonce, aad, plain, bytes + CKP_NONCE_LEN,
                      bytes + CKP_NONCE_LEN + plain->len))
    {
        ckp_buf_puts(b, CKP_SEAL_MARK);
        ckp_base64_put(b, bytes, whole, true);
        rc = (ckp_code_t) b->failed;
    }

    OPENSSL_cleanse(own, sizeof(own));
    ckp_free(bytes);

    return rc;
}


ckp_code_t
ckp_unseal(ckp_buf_t *b, const ckp_bytes_t *key, const ckp_bytes_t *aad,
    const ckp_bytes_t *sealed)
{
    return sealed->len > 2 * CKP_SEAL_MAX ? CKP_E_LIMIT
           : ckp_unseal_row(b, key, aad, sealed);
}


ckp_code_t
ckp_unseal_row(ckp_buf_t *b, const ckp_bytes_t *key, const ckp_bytes_t *aad,
    const ckp_bytes_t *sealed)
{
    const size_t       mark = sizeof(CKP_SEAL_MARK) - 1;
    const char *const  text = sealed->data;
    uint8_t            own[SEAL_KEY_LEN];
    ckp_code_t         rc = CKP_E_INVALID;
    size_t             n;

    if (sealed->len < mark || memcmp(text, CKP_SEAL_MARK, mark) != 0) {
        return CKP_E_INVALID;
    }

    uint8_t *const  bytes = ckp_alloc(sealed->len + 3);
    uint8_t *const  plain = ckp_alloc(sealed->len + 3);

    if (bytes == NULL || plain == NULL) {
        rc = CKP_E_NOMEM;

    } else if (ckp_base64_read(text + mark, sealed->len - mark, bytes, &n)
               && n >= CKP_NONCE_LEN + SEAL_TAG_LEN)
    {
        const ckp_bytes_t  in = { bytes + CKP_NONCE_LEN,
                                  n - CKP_NONCE_LEN - SEAL_TAG_LEN };

        if (seal_key(key, bytes, own)
            && seal_crypt(false, own, bytes, aad, &in, plain,
                          bytes + n - SEAL_TAG_LEN))
        {
            ckp_buf_put(b, (const char *) plain, in.len);
            rc = (ckp_code_t) b->failed;
        }

        OPENSSL_cleanse(own, sizeof(own));
        OPENSSL_cleanse(plain, sealed->len + 3);
    }

    ckp_free(bytes);
    ckp_free(plain);

    return rc;
}
