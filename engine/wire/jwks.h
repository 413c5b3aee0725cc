/*
 * Keys of others as they publish them (RFC 7517, 7518, 8037): what a set says,
 * within bounds.  Whether a number is a key is for who makes one of it.
 */

#ifndef CKP_WIRE_JWKS_H
#define CKP_WIRE_JWKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "value/json.h"

#include "wire/jwt.h"

#define CKP_JWK_NAME_MAX   255          /* bytes of a name */
#define CKP_JWK_BYTES_MAX  1024         /* of a number: 8192 bits */
#define CKP_JWK_RSA_LEAST  256          /* bytes of a modulus: 2048 bits */
#define CKP_JWK_POWER_MAX  8            /* bytes of an exponent */
#define CKP_JWK_POINT_LEN  32           /* of P-256, and of Ed25519 */

typedef enum {
    CKP_JWK_RSA,                        /* first: modulus; second: exponent */
    CKP_JWK_P256,                       /* x and y */
    CKP_JWK_ED25519                     /* x alone */
} ckp_jwk_kind_t;

typedef struct {
    ckp_jwk_kind_t  kind;
    unsigned        algs;               /* bits: 1 << ckp_jwt_alg_t */
    char            kid[CKP_JWK_NAME_MAX + 1];      /* "": it has no name */
    uint8_t         first[CKP_JWK_BYTES_MAX + 4];
    size_t          first_len;
    uint8_t         second[CKP_JWK_BYTES_MAX + 4];
    size_t          second_len;
} ckp_jwk_t;

/*
 * Reads a key that signatures can be checked with.
 *
 * false: it is none.  It is for something else (`use`, `key_ops`, `alg`), of
 * another kind, or longer than the limits; a modulus of fewer than 2048 bits;
 * an exponent that is even, 1, or so long that checking would take its time; or
 * a secret one, as whoever can read that could sign.
 */
bool ckp_jwk_read(ckp_jwk_t *k, const json_t *jwk);

/* The keys of a set, a new array; NULL: it is no JSON object with "keys", or
 * there is no memory. */
json_t *ckp_jwks_keys(const char *text, size_t len);

#endif
