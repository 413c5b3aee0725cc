/*
 * Events on their way to triggers.
 */

#ifndef NGX_LO_LISTEN_H
#define NGX_LO_LISTEN_H

#include "trigger/ngx_lo_fire.h"

/* The firing of a row of ngx_lo_sql_trigger_queue; NULL: the trigger does not
 * want it, then *unwanted is set; or there is no memory, and it is looked at
 * again. */
ngx_lo_fire_t *ngx_lo_listen_fire(const json_t *row, int64_t now,
    ngx_uint_t *unwanted);

/* Adds that the row was delivered; guarded. */
ngx_int_t ngx_lo_listen_done(ngx_lo_job_t *job, int64_t queued, int64_t now);

#endif
