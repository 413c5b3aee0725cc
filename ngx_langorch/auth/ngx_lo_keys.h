/*
 * Keys of an identity provider that the site gets by itself, from an address
 * (langorch_jwt_keys).
 *
 * The life of a set.
 *   asked for   when the worker starts; again when it is old; and when a token
 *               names a key that nobody has, because keys are changed before
 *               anybody is told
 *   held        until a newer one came; what cannot be had changes nothing
 */

#ifndef NGX_LO_KEYS_H
#define NGX_LO_KEYS_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "wire/jwt.h"

typedef struct ngx_lo_keys_look_s  ngx_lo_keys_look_t;

/* Runs once on the loop, never inside look(); the look has ended. */
typedef void (*ngx_lo_keys_pt)(void *data);

void ngx_lo_keys_start(void);
void ngx_lo_keys_stop(void);

/* 1: a key of the set that is held signed it. */
ngx_uint_t ngx_lo_keys_signed(const ckp_jwt_t *jwt, const char *text);

/*
 * Waits for a newer set when one may have the key that this token names.  NULL:
 * nothing to wait for, the token is known or nobody's; or no memory.
 */
ngx_lo_keys_look_t *ngx_lo_keys_look(const char *text, ngx_lo_keys_pt done,
    void *data);

/* Nobody waits any more; NULL is fine. */
void ngx_lo_keys_look_end(ngx_lo_keys_look_t *look);

#endif
