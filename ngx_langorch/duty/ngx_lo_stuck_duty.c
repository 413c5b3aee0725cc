/*
 * Runs that nothing moves any more: twice a minute one worker looks for them,
 * and tells the log and the site's webhook, of each once a day (api.md 19).
 */

#include "core/ngx_lo_core.h"
#include "duty/ngx_lo_duty.h"
#include "run/ngx_lo_alert.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_STUCK_PERIOD   30000
#define NGX_LO_STUCK_OVERDUE  300000LL      /* ms */
#define NGX_LO_STUCK_AGAIN    86400000LL


static struct {
    ngx_event_t   timer;
    unsigned      stopped:1;
} ngx_lo_stucks;


/* Nobody has told of it today: a duty of its own says so. */

static void
ngx_lo_stuck_tell(ngx_lo_job_t *job, void *data)
{
    char           at[CKP_TIME_LEN + 1];
    json_t        *row = data;
    ngx_uint_t     mine;
    const char    *run, *why;

    mine = (ngx_lo_job_rc(job) == NGX_LO_JOB_OK && !ngx_lo_stucks.stopped);
    run = ckp_json_str(row, "run_id");
    why = ckp_json_str(row, "error");

    if (mine && run != NULL && why != NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "run %s: nothing will move it: %s", run, why);

        ckp_time_text(ngx_lo_now_ms(), at);

        (void) ngx_lo_alert_tell(json_pack(
            "{s:s, s:s, s:s, s:O?, s:O?, s:O?, s:s}", "event", "run_stuck",
            "run_id", run, "error", why, "procedure_id",
            json_object_get(row, "procedure_id"), "procedure_version",
            json_object_get(row, "procedure_version"), "node_id",
            json_object_get(row, "last_node_id"), "at", at));
    }

    json_decref(row);
}


static void
ngx_lo_stuck_found(ngx_lo_job_t *job, void *data)
{
    char           name[64], owner[37];
    size_t         i;
    json_t        *row;
    int64_t        now;
    ngx_lo_job_t  *take;

    (void) data;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || ngx_lo_stucks.stopped) {
        return;
    }

    now = ngx_lo_now_ms();

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        take = ngx_lo_job_new(ngx_lo_store(), 1);

        if (take == NULL) {
            return;
        }

        /* nobody's, so that whoever told of it waits like all others */

        ngx_lo_uuid(owner);
        (void) snprintf(name, sizeof(name), "stuck %s",
                        ckp_json_str(row, "run_id"));
        (void) ngx_lo_job_add(take, &ngx_lo_sql_duty_take,
                              (const char *) name, (const char *) owner,
                              now + NGX_LO_STUCK_AGAIN, now);
        ngx_lo_job_submit(take, ngx_lo_stuck_tell, json_incref(row));
    }
}


static void
ngx_lo_stuck_taken(ngx_lo_job_t *job, void *data)
{
    (void) data;

    /* missed: another worker has the duty */

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || ngx_lo_stucks.stopped) {
        return;
    }

    job = ngx_lo_job_new(ngx_lo_store(), 0);

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_stuck,
                              ngx_lo_now_ms() - NGX_LO_STUCK_OVERDUE);
        ngx_lo_job_submit(job, ngx_lo_stuck_found, NULL);
    }
}


static void
ngx_lo_stuck_tick(ngx_event_t *ev)
{
    int64_t        now;
    ngx_lo_job_t  *job;

    (void) ev;

    if (ngx_lo_stucks.stopped || ngx_lo_worker_quits()) {
        return;
    }

    ngx_add_timer(&ngx_lo_stucks.timer, NGX_LO_STUCK_PERIOD);

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    now = ngx_lo_now_ms();

    (void) ngx_lo_job_add(job, &ngx_lo_sql_duty_take, "stuck_runs",
                          ngx_lo_worker_id(),
                          now + NGX_LO_STUCK_PERIOD + NGX_LO_STUCK_PERIOD / 2,
                          now);

    ngx_lo_job_submit(job, ngx_lo_stuck_taken, NULL);
}


void
ngx_lo_stuck_duty_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_stucks, sizeof(ngx_lo_stucks));

    ngx_lo_stucks.timer.handler = ngx_lo_stuck_tick;
    ngx_lo_stucks.timer.data = &ngx_lo_stucks;
    ngx_lo_stucks.timer.log = cycle->log;
    ngx_lo_stucks.timer.cancelable = 1;

    ngx_add_timer(&ngx_lo_stucks.timer, NGX_LO_STUCK_PERIOD / 10);
}


void
ngx_lo_stuck_duty_stop(void)
{
    ngx_lo_stucks.stopped = 1;

    if (ngx_lo_stucks.timer.timer_set) {
        ngx_del_timer(&ngx_lo_stucks.timer);
    }
}
