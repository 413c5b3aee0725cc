/*
 * Files that triggers watch.
 */

#ifndef NGX_LO_WATCH_H
#define NGX_LO_WATCH_H

#include "trigger/ngx_lo_fire.h"

/* A look at the files of a registration (row of ngx_lo_sql_trigger_clock): of
 * all workers that try one makes it.  ngx_lo_clock_over is called once, later,
 * unless NGX_ERROR. */
ngx_int_t ngx_lo_watch_look(const json_t *row, int64_t now);

/* A look or a firing of the clock has ended (ngx_lo_clock.c). */
void ngx_lo_clock_over(ngx_uint_t failed);

void ngx_lo_watch_stop(void);

/* --- notices of the kernel (ngx_lo_notice.c) ------------------------------------ */

void ngx_lo_notice_start(ngx_cycle_t *cycle);
void ngx_lo_notice_stop(void);

/* Where folders are made known, for a thread; -1: no more of them. */
int ngx_lo_notice_fd(void);

/* A change in one of them is one of the trigger's. */
void ngx_lo_notice_know(int64_t trigger, const int *wds, ngx_uint_t n);

#endif
