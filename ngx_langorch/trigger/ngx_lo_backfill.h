/*
 * Backfills: slots of a schedule that are over, fired on purpose.
 *
 *   made     by a request, for the slots between two times  ngx_lo_backfills.c
 *   running  slot by slot, as many runs at once as it says  ngx_lo_backfill.c
 *   paused   by a person, or because a slot was refused; and again running
 *   ended    behind its last slot (completed), or canceled
 */

#ifndef NGX_LO_BACKFILL_H
#define NGX_LO_BACKFILL_H

#include "trigger/ngx_lo_fire_int.h"

/* The firing of the slot that is next of a row of ngx_lo_sql_backfill_due, to
 * be started, or (unfit) refused.  NULL: no memory. */
ngx_lo_fire_t *ngx_lo_backfill_fire(const json_t *row);

/* Adds the step to the next slot: this one was fired, or `skip`: it had been
 * already.  Guarded: it is still the next, and may be. */
ngx_int_t ngx_lo_backfill_step(ngx_lo_fire_t *f, ngx_lo_job_t *job,
    ngx_uint_t skip);

/* A line of the history that says why it was not fired makes way. */
ngx_int_t ngx_lo_backfill_slot(ngx_lo_fire_t *f, ngx_lo_job_t *job);

/* What follows from a refusal: later, on to the next, or a pause with the
 * reason.  Guarded. */
ngx_int_t ngx_lo_backfill_refused(ngx_lo_fire_t *f, ngx_lo_job_t *job,
    ngx_lo_fire_outcome_t outcome);

#endif
