/*
 * SHA-256 (FIPS 180-4) and HMAC over it (RFC 2104).
 */

#include <string.h>

#include "base/sha.h"

#define SHA_BLOCK  64

typedef struct {
    uint32_t  h[8];
    uint8_t   block[SHA_BLOCK];
    size_t    fill;
    uint64_t  total;                /* bytes so far */
} sha_t;

/* Fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
static const uint32_t  sha_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
    0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
    0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};


static uint32_t
sha_ror(uint32_t x, unsigned n)
{
    return (x >> n) | (x << (32 - n));
}


static void
sha_spread(const uint8_t *p, uint32_t w[64])
{
    for (size_t i = 0; i < 16; i++, p += 4) {
        w[i] = (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16
               | (uint32_t) p[2] << 8 | (uint32_t) p[3];
    }

    for (size_t i = 16; i < 64; i++) {
        const uint32_t  a = w[i - 15];
        const uint32_t  b = w[i - 2];

        w[i] = w[i - 16] + w[i - 7]
               + (sha_ror(a, 7) ^ sha_ror(a, 18) ^ (a >> 3))
               + (sha_ror(b, 17) ^ sha_ror(b, 19) ^ (b >> 10));
    }
}


static void
sha_block(sha_t *s, const uint8_t *p)
{
    uint32_t  w[64];
    uint32_t  v[8];

    sha_spread(p, w);
    memcpy(v, s->h, sizeof(v));

    for (size_t i = 0; i < 64; i++) {
        const uint32_t  e = v[4];
        const uint32_t  a = v[0];
        const uint32_t  one = v[7] + sha_k[i] + w[i]
                              + ((e & v[5]) ^ (~e & v[6]))
                              + (sha_ror(e, 6) ^ sha_ror(e, 11)
                                 ^ sha_ror(e, 25));
        const uint32_t  two = ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]))
                              + (sha_ror(a, 2) ^ sha_ror(a, 13)
                                 ^ sha_ror(a, 22));

        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += one;
        v[0] = one + two;
    }

    for (size_t i = 0; i < 8; i++) {
        s->h[i] += v[i];
    }
}


static void
sha_start(sha_t *s)
{
    static const uint32_t  h[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };

    memcpy(s->h, h, sizeof(h));
    s->fill = 0;
    s->total = 0;
}


static void
sha_add(sha_t *s, const void *data, size_t len)
{
    const uint8_t  *p = data;

    s->total += len;

    while (len != 0) {
        if (s->fill == 0 && len >= SHA_BLOCK) {
            sha_block(s, p);
            p += SHA_BLOCK;
            len -= SHA_BLOCK;
            continue;
        }

        const size_t  room = SHA_BLOCK - s->fill;
        const size_t  n = (len < room) ? len : room;

        memcpy(s->block + s->fill, p, n);
        s->fill += n;
        p += n;
        len -= n;

        if (s->fill == SHA_BLOCK) {
            sha_block(s, s->block);
            s->fill = 0;
        }
    }
}


static void
sha_end(sha_t *s, uint8_t out[CKP_SHA256_LEN])
{
    static const uint8_t  pad[SHA_BLOCK] = { 0x80 };
    const uint64_t        bits = s->total * 8;
    uint8_t               size[8];

    for (unsigned i = 0; i < 8; i++) {
        size[i] = (uint8_t) (bits >> (56 - 8 * i));
    }

    sha_add(s, pad, (s->fill < 56) ? 56 - s->fill : 120 - s->fill);
    sha_add(s, size, sizeof(size));

    for (unsigned i = 0; i < CKP_SHA256_LEN; i++) {
        out[i] = (uint8_t) (s->h[i / 4] >> (24 - 8 * (i % 4)));
    }
}


void
ckp_sha256(const void *data, size_t len, uint8_t out[CKP_SHA256_LEN])
{
    sha_t  s;

    sha_start(&s);
    sha_add(&s, data, len);
    sha_end(&s, out);
}


void
ckp_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
    uint8_t out[CKP_SHA256_LEN])
{
    uint8_t  pad[SHA_BLOCK] = { 0 };
    sha_t    s;

    if (key_len > SHA_BLOCK) {
        ckp_sha256(key, key_len, pad);

    } else if (key_len != 0) {
        memcpy(pad, key, key_len);
    }

    for (size_t i = 0; i < SHA_BLOCK; i++) {
        pad[i] ^= 0x36;
    }

    sha_start(&s);
    sha_add(&s, pad, SHA_BLOCK);
    sha_add(&s, data, len);
    sha_end(&s, out);

    for (size_t i = 0; i < SHA_BLOCK; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }

    sha_start(&s);
    sha_add(&s, pad, SHA_BLOCK);
    sha_add(&s, out, CKP_SHA256_LEN);
    sha_end(&s, out);
}


void
ckp_hex(const uint8_t *data, size_t len, char *out)
{
    static const char  digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }

    *out = '\0';
}
