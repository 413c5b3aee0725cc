/*
 * What the files of a firing share.
 */

#ifndef NGX_LO_FIRE_INT_H
#define NGX_LO_FIRE_INT_H

#include "proc/ngx_lo_compile.h"
#include "trigger/ngx_lo_fire.h"

/* A job of the store; NULL: no memory, or it is not open. */
ngx_lo_job_t *ngx_lo_fire_job(ngx_uint_t write);

/* Steals the job; NULL: the firing ends with an error, later. */
void ngx_lo_fire_submit(ngx_lo_fire_t *f, ngx_lo_job_t *job,
    ngx_lo_job_done_pt done);

/* 1: the job was not done, and the firing has ended. */
ngx_uint_t ngx_lo_fire_failed(ngx_lo_fire_t *f, ngx_lo_job_t *job);

/* The sentence for the history and the client. */
void ngx_lo_fire_say(ngx_lo_fire_t *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The program is known: inputs, run, transaction. */
void ngx_lo_fire_bear(ngx_lo_fire_t *f, ckp_program_t *prog);

/* Feeds START and submits the transaction; NGX_DECLINED: it is refused, and it
 * is told why. */
ngx_int_t ngx_lo_fire_write(ngx_lo_fire_t *f, ckp_program_t *prog,
    const json_t *start);

/* There is no run: the history has a line of it, then the firing ends. */
void ngx_lo_fire_refuse(ngx_lo_fire_t *f, ngx_lo_fire_outcome_t outcome);

/* Of a clock's firing: the slot is over, and so are those before it that were
 * missed; guarded.  Nothing for others. */
ngx_int_t ngx_lo_fire_slot(ngx_lo_fire_t *f, ngx_lo_job_t *job);

/* `done`, and the firing is gone. */
void ngx_lo_fire_end(ngx_lo_fire_t *f, ngx_lo_fire_outcome_t outcome);

#endif
