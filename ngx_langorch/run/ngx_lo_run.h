/*
 * Driving runs.
 *
 * The life of a live run.
 *   claimed   its row is ours: owner and a new epoch          ngx_lo_claim.c
 *   loaded    checkpoint, later events, then RECOVER          ngx_lo_run_adopt
 *   turned    feed, commit, act; again for each input         ngx_lo_run_next
 *   released  nothing in flight: its row says when to wake    ngx_lo_run_drop
 *
 * What is in memory can be thrown away at any time and read again.
 */

#ifndef NGX_LO_RUN_H
#define NGX_LO_RUN_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ckp.h"

ngx_int_t ngx_lo_run_start(ngx_cycle_t *cycle);

/* Claims no more, hands over what it can at step boundaries. */
void ngx_lo_run_quit(void);

/* 1: no run is held and no release is on its way. */
ngx_uint_t ngx_lo_run_idle(void);

/* Ends what the drain did not: calls are aborted; the next owner repeats. */
void ngx_lo_run_stop(ngx_cycle_t *cycle);

ngx_uint_t ngx_lo_run_count(void);      /* live runs of this worker */

#endif
