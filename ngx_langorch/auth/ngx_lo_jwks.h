/*
 * Public keys of others, as a JSON Web Key Set has them (RFC 7517): what the
 * site believes of tokens that it did not sign.
 */

#ifndef NGX_LO_JWKS_H
#define NGX_LO_JWKS_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ckp.h"
#include "wire/jwt.h"

typedef struct ngx_lo_jwks_s  ngx_lo_jwks_t;

/*
 * The keys of a set that can be used: RSA of 2048 bits or more, P-256, Ed25519;
 * for signatures, at most 32.  Ends with the pool.  NULL: the text is no set,
 * or none of its keys can be used, and *why is a static text; or no memory.
 */
ngx_lo_jwks_t *ngx_lo_jwks_new(ngx_pool_t *pool, const char *text, size_t len,
    const char **why);

/*
 * 1: one of the keys signed the token, with the algorithm that is the key's.
 * Where token and key have a name (`kid`), it is the same one.
 */
ngx_uint_t ngx_lo_jwks_signed(const ngx_lo_jwks_t *set, const ckp_jwt_t *jwt,
    const char *text);

/* 1: a key of the set has the name that the token says, or none; or the token
 * says none. */
ngx_uint_t ngx_lo_jwks_names(const ngx_lo_jwks_t *set, const ckp_jwt_t *jwt);

#endif
