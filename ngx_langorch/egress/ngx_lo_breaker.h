/*
 * Circuits: who has failed several times in a row is not asked for a while,
 * then once, to see.  Each worker has its own view.  Source: spec/ckp.md 14.1.
 */

#ifndef NGX_LO_BREAKER_H
#define NGX_LO_BREAKER_H

#include <ngx_config.h>
#include <ngx_core.h>

#define NGX_LO_BREAKER_PAUSE  300000    /* ms that a circuit stays open */

/* "closed", "open" or "half_open": somebody looks, or may; asks nothing. */
const char *ngx_lo_breaker_state(const char *name);

/* 1: it is open; 0: go, and tell how it ended. */
ngx_uint_t ngx_lo_breaker_open(const char *name);

/* `limit` failures in a row open it; a success closes it. */
void ngx_lo_breaker_ended(const char *name, ngx_uint_t failed,
    ngx_uint_t limit);

/* A call was given up: the one trial may be made by another. */
void ngx_lo_breaker_left(const char *name);

#endif
