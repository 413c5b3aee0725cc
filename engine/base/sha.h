/*
 * SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104), without a library so that
 * the engine stays pure.
 */

#ifndef CKP_SHA_H
#define CKP_SHA_H

#include <stddef.h>
#include <stdint.h>

#define CKP_SHA256_LEN  32

void ckp_sha256(const void *data, size_t len, uint8_t out[CKP_SHA256_LEN]);
void ckp_hmac_sha256(const void *key, size_t key_len, const void *data,
    size_t len, uint8_t out[CKP_SHA256_LEN]);

/* Lower-case hexadecimal and NUL: `out` has 2 * len + 1 bytes. */
void ckp_hex(const uint8_t *data, size_t len, char *out);

#endif
