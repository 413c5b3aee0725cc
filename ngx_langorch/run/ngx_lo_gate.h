/*
 * The gate that a start passes: places among the runs that are active, and
 * starts that repeat another one (spec/ckp.md 26.1, 26.2).
 *
 * Whoever makes a run adds its statements to the job that makes it, so that
 * looking and making are one transaction:
 *   before   guards, ahead of the INSERT          ngx_lo_gate_before
 *   after    keys, and its place or its wait; behind
 *            the INSERT and the first events      ngx_lo_gate_after
 *   missed   which of the guards it was           ngx_lo_gate_missed
 * Whatever makes a run active that was over adds ngx_lo_sql_gate_wait behind
 * its UPDATE.  The end of a run gives its place on (ngx_lo_commit.c).
 */

#ifndef NGX_LO_GATE_H
#define NGX_LO_GATE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ckp.h"
#include "store/ngx_lo_store.h"

typedef enum {
    NGX_LO_GATE_OTHER,          /* no guard of the gate */
    NGX_LO_GATE_TWIN,           /* it repeats another start */
    NGX_LO_GATE_FULL            /* no place is free, and it does not wait */
} ngx_lo_gate_miss_t;

typedef struct {
    json_t      *gate;          /* of ckp_program_gate, lent; NULL: open */
    ngx_uint_t   twin;          /* index of that guard + 1; 0: none */
    ngx_uint_t   full;
    unsigned     again:1;       /* repeats on purpose: no duplicate */
    unsigned     skipped:1;     /* no place was free: it never begins */
} ngx_lo_gate_t;

ngx_int_t ngx_lo_gate_before(ngx_lo_gate_t *g, ngx_lo_job_t *job,
    int64_t now_ms);
ngx_int_t ngx_lo_gate_after(ngx_lo_gate_t *g, ngx_lo_job_t *job,
    const char *run_id, int64_t now_ms);

/* Of a job that ended with NGX_LO_JOB_GUARD. */
ngx_lo_gate_miss_t ngx_lo_gate_missed(const ngx_lo_gate_t *g,
    const ngx_lo_job_t *job);

/* "reject", "skip" ... of what limits it; "" when nothing does. */
const char *ngx_lo_gate_on_limit(const ngx_lo_gate_t *g);

/* 1: whoever repeats a start is refused; else it has the run it repeats. */
ngx_uint_t ngx_lo_gate_refuses(const ngx_lo_gate_t *g);

/* Adds the look for the run that is repeated: row {run_id}, or none. */
ngx_int_t ngx_lo_gate_twin(const ngx_lo_gate_t *g, ngx_lo_job_t *job,
    int64_t now_ms);

#endif
