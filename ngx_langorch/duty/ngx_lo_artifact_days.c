/*
 * Artifacts that are too old: once an hour, by whichever worker holds the duty
 * (langorch_artifact_days).
 */

#include "core/ngx_lo_core.h"
#include "disk/ngx_lo_sweep.h"
#include "duty/ngx_lo_duty.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_DAYS_FIRST   60000           /* after the start */
#define NGX_LO_DAYS_PERIOD  3600000
#define NGX_LO_DAYS_BUDGET  300000          /* one sweep */


static struct {
    ngx_event_t      timer;
    ngx_lo_sweep_t  *sweep;
    unsigned         stopped:1;
} ngx_lo_days;


static void
ngx_lo_days_swept(const ngx_lo_sweep_sum_t *sum, void *data)
{
    (void) data;

    ngx_lo_days.sweep = NULL;

    if (json_array_size(sum->deleted) > 0) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "langorch: artifacts of %uz runs removed, %L bytes",
                      json_array_size(sum->deleted), sum->freed);
    }
}


static void
ngx_lo_days_taken(ngx_lo_job_t *job, void *data)
{
    (void) data;

    /* missed: another worker has the duty */

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || ngx_lo_days.stopped
        || ngx_lo_days.sweep != NULL)
    {
        return;
    }

    ngx_lo_days.sweep = ngx_lo_sweep_start(
                            (int64_t) ngx_lo_conf()->artifact_days,
                            NGX_LO_DAYS_BUDGET, ngx_lo_days_swept, NULL);
}


static void
ngx_lo_days_tick(ngx_event_t *ev)
{
    int64_t        now;
    ngx_lo_job_t  *job;

    (void) ev;

    if (ngx_lo_days.stopped || ngx_lo_worker_quits()) {
        return;
    }

    ngx_add_timer(&ngx_lo_days.timer, NGX_LO_DAYS_PERIOD);

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    now = ngx_lo_now_ms();

    (void) ngx_lo_job_add(job, &ngx_lo_sql_duty_take, "artifact_days",
                          ngx_lo_worker_id(),
                          now + NGX_LO_DAYS_PERIOD - NGX_LO_DAYS_FIRST, now);

    ngx_lo_job_submit(job, ngx_lo_days_taken, NULL);
}


void
ngx_lo_artifact_days_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_days, sizeof(ngx_lo_days));

    ngx_lo_days.timer.handler = ngx_lo_days_tick;
    ngx_lo_days.timer.data = &ngx_lo_days;
    ngx_lo_days.timer.log = cycle->log;
    ngx_lo_days.timer.cancelable = 1;

    ngx_add_timer(&ngx_lo_days.timer, NGX_LO_DAYS_FIRST);
}


void
ngx_lo_artifact_days_stop(void)
{
    ngx_lo_days.stopped = 1;

    if (ngx_lo_days.timer.timer_set) {
        ngx_del_timer(&ngx_lo_days.timer);
    }

    if (ngx_lo_days.sweep != NULL) {
        ngx_lo_sweep_forget(ngx_lo_days.sweep);
        ngx_lo_days.sweep = NULL;
    }
}
