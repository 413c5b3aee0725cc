/*
 * Keys of an identity provider that the site gets by itself: from an address
 * (langorch_jwt_keys), or from where the provider of logins says that they are.
 * The latter prove who logs in and nothing else: the provider signs tokens for
 * others, too.
 */

#ifndef NGX_LO_KEYS_H
#define NGX_LO_KEYS_H

#include "auth/ngx_lo_fetched.h"
#include "wire/jwt.h"

void ngx_lo_keys_start(void);
void ngx_lo_keys_stop(void);

/* Where the provider of logins has them, copied; nothing is asked where
 * langorch_jwt_keys is given. */
void ngx_lo_keys_found(const char *url);

/* 1: a key of the set that is held signed it.  `login`: it is an identity
 * token of the one who logs in. */
ngx_uint_t ngx_lo_keys_signed(const ckp_jwt_t *jwt, const char *text,
    ngx_uint_t login);

/*
 * Waits for a newer set when one may have the key that this token names.  NULL:
 * nothing to wait for, the token is known or nobody's; or no memory.
 */
ngx_lo_fetched_look_t *ngx_lo_keys_look(const char *text, ngx_uint_t login,
    ngx_lo_fetched_pt done, void *data);

#endif
