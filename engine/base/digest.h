/*
 * Digests by name, and sealed texts: libcrypto's functions of bytes, which keep
 * no state and read nothing.  Source: spec/ckp.md 13.2.
 */

#ifndef CKP_DIGEST_H
#define CKP_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

#define CKP_DIGEST_MAX   64
#define CKP_NONCE_LEN    12
#define CKP_SEAL_MARK    "enc:v1:"
#define CKP_SEAL_MAX     (1024 * 1024)  /* bytes that are sealed at most */

typedef struct {
    const void  *data;
    size_t       len;
} ckp_bytes_t;

/* sha256, sha512, sha1, md5 in any case, also "sha-256".  Gives the number of
 * bytes in out; 0: no such digest, or no memory. */
size_t ckp_digest(const char *name, const void *data, size_t len,
    uint8_t out[CKP_DIGEST_MAX]);

/* HMAC of sha256 or sha512. */
size_t ckp_hmac(const char *name, const ckp_bytes_t *key, const void *data,
    size_t len, uint8_t out[CKP_DIGEST_MAX]);

/* Appends the bytes as "hex" (NULL, too) or "base64".  false: neither. */
bool ckp_digest_put(ckp_buf_t *b, const uint8_t *sum, size_t n,
    const char *encoding);

/*
 * Appends CKP_SEAL_MARK and base64url(nonce, AES-256-GCM ciphertext, tag).
 *
 * key: 32 bytes, or their hexadecimal or base64 form; any other is stretched by
 * scrypt (N 1024, r 8, p 1, the nonce is the salt): a few milliseconds.
 * nonce: must never be used twice with one key.  aad: bound, not sent.
 *
 * CKP_OK, CKP_E_NOMEM, or CKP_E_LIMIT: more than CKP_SEAL_MAX bytes.
 */
ckp_code_t ckp_seal(ckp_buf_t *b, const ckp_bytes_t *key,
    const ckp_bytes_t *aad, const uint8_t nonce[CKP_NONCE_LEN],
    const ckp_bytes_t *plain);

/* The same without that limit: for rows of the host. */
ckp_code_t ckp_seal_row(ckp_buf_t *b, const ckp_bytes_t *key,
    const ckp_bytes_t *aad, const uint8_t nonce[CKP_NONCE_LEN],
    const ckp_bytes_t *plain);
ckp_code_t ckp_unseal_row(ckp_buf_t *b, const ckp_bytes_t *key,
    const ckp_bytes_t *aad, const ckp_bytes_t *sealed);

/* Appends what was sealed.  CKP_E_INVALID: another key or aad, or it is not
 * what ckp_seal made; CKP_E_NOMEM; CKP_E_LIMIT. */
ckp_code_t ckp_unseal(ckp_buf_t *b, const ckp_bytes_t *key,
    const ckp_bytes_t *aad, const ckp_bytes_t *sealed);

#endif
