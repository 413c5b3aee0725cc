/*
 * Gauges that are counted in the store when somebody wants the figures.
 */

#ifndef NGX_LO_GAUGES_H
#define NGX_LO_GAUGES_H

#include "store/ngx_lo_store.h"

/* Adds the statements that count them, in their order: of those projects alone,
 * or (NULL) of all.  NGX_ERROR: no memory. */
ngx_int_t ngx_lo_gauges_add(ngx_lo_job_t *job, int64_t now_ms,
    const json_t *within);

/* Of a job whose first statements are those: as ngx_lo_metric_text() wants it.
 * New; NULL: no memory. */
json_t *ngx_lo_gauges(ngx_lo_job_t *job);

#endif
