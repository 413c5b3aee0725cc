/*
 * Idempotency-Key: one key, one effect, one answer (spec/api.md 1.11,
 * reliability.md G7).  The key's row is part of the transaction that creates,
 * so nobody can be between the two.
 */

#ifndef NGX_LO_ONCE_H
#define NGX_LO_ONCE_H

#include "api/ngx_lo_api.h"

typedef struct {
    const char  *key;           /* NULL: none was sent */
    char        *scope;         /* who and where */
    char         hash[65];      /* of the body */
} ngx_lo_once_t;

/* Reads the header.  NGX_OK, NGX_DONE (refused), NGX_ERROR. */
ngx_int_t ngx_lo_once_read(ngx_lo_api_t *api, ngx_lo_once_t *once);

/* Adds the look-up to a job of reads (nothing without a key). */
ngx_int_t ngx_lo_once_find(ngx_lo_api_t *api, ngx_lo_once_t *once,
    ngx_lo_job_t *job);

/* The row the look-up found: the kept answer again, or the mismatch (NGX_DONE);
 * NGX_OK: there is none. */
ngx_int_t ngx_lo_once_again(ngx_lo_api_t *api, ngx_lo_once_t *once,
    const json_t *row);

/* Adds the row to the creating job; its guard misses when another was first. */
ngx_int_t ngx_lo_once_add(ngx_lo_api_t *api, ngx_lo_once_t *once,
    ngx_lo_job_t *job, ngx_uint_t status, const char *answer,
    const char *location);

#endif
