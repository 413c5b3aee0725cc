/*
 * Ageing out: what is too old goes, and what removed runs had, in slices, by
 * whichever worker holds the duty (spec/ckp.md 21, api.md 1.17).
 *
 * A slice is one transaction that takes or keeps the duty and removes a little
 * of everything; when it removed something another one follows soon, else the
 * next one comes with the timer, or when a run was removed by somebody.
 */

#include "core/ngx_lo_core.h"
#include "disk/ngx_lo_disk.h"
#include "duty/ngx_lo_duty.h"
#include "store/ngx_lo_sql_control.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_SWEEP_PAUSE  10          /* ms between two slices */
#define NGX_LO_DAY_MS       86400000LL


static struct {
    ngx_event_t   timer;
    ngx_uint_t    first;        /* statement that removes, in the job */
    ngx_uint_t    last;
    ngx_uint_t    n;            /* runs whose folders were told to go */
    int64_t       runs[NGX_LO_GRAVES_FILES_N];
    unsigned      busy:1;       /* a slice is under way */
    unsigned      again:1;      /* somebody rang meanwhile */
    unsigned      stopped:1;
} ngx_lo_sweeps;


static void ngx_lo_sweep_done(ngx_lo_job_t *job, void *data);


/* Runs, and what those had that are gone. */

static ngx_int_t
ngx_lo_sweep_runs(ngx_lo_job_t *job, int64_t now)
{
    int64_t     days;
    ngx_int_t   rc;
    ngx_uint_t  i;

    rc = NGX_OK;
    days = (int64_t) ngx_lo_conf()->run_days;

    if (days > 0) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_bury_old,
                            now - days * NGX_LO_DAY_MS);
    }

    if (rc != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_bury_own, now) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_bury_told, now) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_bury_rows) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_buried) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_LO_SQL_SWEEP_N; i++) {
        if (ngx_lo_job_add(job, &ngx_lo_sql_sweep_graves[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_sweep_points(ngx_lo_job_t *job, int64_t now)
{
    int64_t     days;
    ngx_uint_t  i;

    days = (int64_t) ngx_lo_conf()->checkpoint_days;

    for (i = 0; i < 2; i++) {
        if ((days > 0
             && ngx_lo_job_add(job, &ngx_lo_sql_unsave_old[i],
                               now - days * NGX_LO_DAY_MS) != NGX_OK)
            || ngx_lo_job_add(job, &ngx_lo_sql_unsave_own[i], now) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_sweep_rest(ngx_lo_job_t *job, int64_t now)
{
    int64_t  days;

    days = (int64_t) ngx_lo_conf()->audit_days;

    if (days > 0
        && ngx_lo_job_add(job, &ngx_lo_sql_age_audit,
                          now - days * NGX_LO_DAY_MS) != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_age_audit_own, now, days);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_age_kept,
                          now - (int64_t) ngx_lo_conf()->once_time);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_age_results, now);

    return ngx_lo_job_add(job, &ngx_lo_sql_age_memory, now);
}


/* Folders of the last slice. */

static ngx_int_t
ngx_lo_sweep_filed(ngx_lo_job_t *job)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_lo_sweeps.n; i++) {
        if (ngx_lo_job_add(job, &ngx_lo_sql_grave_filed,
                           ngx_lo_sweeps.runs[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_lo_sweep_files(const json_t *rows)
{
    size_t   i;
    json_t  *row;

    ngx_lo_sweeps.n = 0;

    json_array_foreach(rows, i, row) {
        ngx_lo_disk_drop_run(ckp_json_str(row, "run_id"));
        ngx_lo_sweeps.runs[ngx_lo_sweeps.n++] = ckp_json_int(row, "run", 0);
    }
}


static void
ngx_lo_sweep_slice(void)
{
    int64_t        now, until;
    ngx_lo_job_t  *job;

    if (ngx_lo_sweeps.stopped || ngx_lo_worker_quits()) {
        return;
    }

    if (ngx_lo_sweeps.busy) {
        ngx_lo_sweeps.again = 1;
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    now = ngx_lo_now_ms();
    until = now + (int64_t) (ngx_lo_conf()->sweep_time
                             + ngx_lo_conf()->sweep_time / 2);

    (void) ngx_lo_job_add(job, &ngx_lo_sql_duty_take, "sweep",
                          ngx_lo_worker_id(), until, now);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_ageing);

    ngx_lo_sweeps.first = ngx_lo_job_len(job);

    if (ngx_lo_sweep_filed(job) != NGX_OK
        || ngx_lo_sweep_runs(job, now) != NGX_OK
        || ngx_lo_sweep_points(job, now) != NGX_OK
        || ngx_lo_sweep_rest(job, now) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_grave_files) != NGX_OK)
    {
        ngx_lo_job_free(job);
        return;
    }

    /* what is added from here on removes nothing */

    ngx_lo_sweeps.last = ngx_lo_job_len(job) - 1;
    (void) ngx_lo_job_add(job, &ngx_lo_sql_aged);

    ngx_lo_sweeps.busy = 1;
    ngx_lo_job_submit(job, ngx_lo_sweep_done, NULL);
}


static void
ngx_lo_sweep_done(ngx_lo_job_t *job, void *data)
{
    ngx_uint_t  i, n;

    ngx_lo_sweeps.busy = 0;

    if (ngx_lo_sweeps.stopped) {
        return;
    }

    /* missed: another worker has the duty, and heard the bell as well */

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        ngx_lo_sweeps.again = 0;
        return;
    }

    ngx_lo_sweep_files(ngx_lo_job_rows(job, ngx_lo_sweeps.last));
    n = ngx_lo_sweeps.n;

    for (i = ngx_lo_sweeps.first; i < ngx_lo_sweeps.last; i++) {
        n += ngx_lo_job_count(job, i);
    }

    if (n != 0 || ngx_lo_sweeps.again) {
        ngx_lo_sweeps.again = 0;
        ngx_add_timer(&ngx_lo_sweeps.timer, NGX_LO_SWEEP_PAUSE);
    }
}


static void
ngx_lo_sweep_tick(ngx_event_t *ev)
{
    if (ngx_lo_sweeps.stopped || ngx_lo_worker_quits()) {
        return;
    }

    ngx_add_timer(&ngx_lo_sweeps.timer, ngx_lo_conf()->sweep_time);
    ngx_lo_sweep_slice();
}


static void
ngx_lo_sweep_rung(void *data)
{
    ngx_lo_sweep_slice();
}


void
ngx_lo_sweep_duty_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_sweeps, sizeof(ngx_lo_sweeps));

    ngx_lo_sweeps.timer.handler = ngx_lo_sweep_tick;
    ngx_lo_sweeps.timer.data = &ngx_lo_sweeps;
    ngx_lo_sweeps.timer.log = cycle->log;
    ngx_lo_sweeps.timer.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_SWEEP, ngx_lo_sweep_rung, NULL);
    ngx_add_timer(&ngx_lo_sweeps.timer, ngx_lo_conf()->sweep_time);
}


void
ngx_lo_sweep_duty_stop(void)
{
    ngx_lo_sweeps.stopped = 1;

    if (ngx_lo_sweeps.timer.timer_set) {
        ngx_del_timer(&ngx_lo_sweeps.timer);
    }
}
