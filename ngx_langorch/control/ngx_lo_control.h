/*
 * What people do to runs: stop them, hold them, let them go on from somewhere,
 * remove them, one or many.
 *
 * None of it touches a live run: a row in its inbox and a bell, and whoever
 * drives the run does the rest.
 */

#ifndef NGX_LO_CONTROL_H
#define NGX_LO_CONTROL_H

#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_control.h"

/* --- cancelling (ngx_lo_run_cancel.c) ----------------------------------------- */

#define NGX_LO_CANCEL_MS  5000      /* how long an answer waits for the end */

/* How long to wait before the next look at what is being cancelled: 4, 6, 9
 * ... 250 ms; 0: that was long enough. */
ngx_msec_t ngx_lo_cancel_wait(const ngx_lo_api_t *api);

/* Adds the statements of one cancel, guarded: not final, not asked before. */
ngx_int_t ngx_lo_cancel_add(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *run, const char *reason);

/* The run of the path is cancelled; then the answer, or its removal. */
ngx_int_t ngx_lo_cancel_ask(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *reason);
ngx_int_t ngx_lo_cancel_asked(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* --- removing (ngx_lo_run_delete.c) ------------------------------------------- */

/* Adds the statements that remove a run, guarded: it is over.  row: {run_id,
 * procedure_id, procedure_version, status}. */
ngx_int_t ngx_lo_delete_add(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const json_t *row);

/* The run of the path, which is over; then the answer. */
ngx_int_t ngx_lo_delete_rows(ngx_lo_api_t *api, const json_t *row);

/* --- holding (ngx_lo_run_hold.c) ------------------------------------------------ */

/* Behind what changes the run and its inbox: the audit row, and the run read
 * again for ngx_lo_hold_done. */
ngx_int_t ngx_lo_hold_add(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *action, const json_t *meta);
ngx_int_t ngx_lo_hold_done(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* Its state does not allow it, or it is not there. */
ngx_int_t ngx_lo_hold_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
ngx_int_t ngx_lo_hold_not(ngx_lo_api_t *api, const char *status);

/* --- another run of a run (ngx_lo_run_retry.c) ---------------------------------- */

/* api->ctx becomes the birth of another run of the very document, with inputs
 * overlaid; row: ngx_lo_sql_api_run_origin.  NULL: no memory. */
ngx_lo_birth_t *ngx_lo_retry_birth(ngx_lo_api_t *api, const json_t *row);

#endif
