/*
 * Runs that nothing moves any more: twice a minute one worker looks for them,
 * and tells the log and the site's webhook, of each once a day (api.md 19).
 *
 * A look tells of some, and reads so many rows and no more: the next one goes
 * on behind them.  A run that is due at once and nobody's is what each crash
 * and each decision leaves for a moment: it is told of when it was the same
 * minutes ago.
 */

#include "core/ngx_lo_core.h"
#include "duty/ngx_lo_duty.h"
#include "run/ngx_lo_alert.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_STUCK_PERIOD   30000
#define NGX_LO_STUCK_OVERDUE  300000LL      /* ms */
#define NGX_LO_STUCK_AGAIN    86400000LL


#define NGX_LO_STUCK_FOUND    20            /* rows of a statement, at most */
#define NGX_LO_STUCK_LISTS    3


/* How far the runs of a status that rest were looked at. */

typedef struct {
    const char  *status;
    int64_t      created_at;
    int64_t      id;
    ngx_uint_t   parked;        /* its statements in the job of a look */
    ngx_uint_t   slice;
} ngx_lo_stuck_list_t;


static struct {
    ngx_event_t           timer;
    ngx_lo_stuck_list_t   lists[NGX_LO_STUCK_LISTS];
    ngx_uint_t            over;     /* statements of a look */
    ngx_uint_t            due;      /* 0: it does not ask for those */
    int64_t               due_at;   /* boot ms: when they were asked for */
    json_t               *dues;     /* who was due then: epochs by run_id */
    unsigned              stopped:1;
} ngx_lo_stucks;


static const char *const  ngx_lo_stuck_statuses[NGX_LO_STUCK_LISTS] = {
    "created", "running", "waiting_approval"
};


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


/* A duty that is nobody's, so that whoever told of it waits like all others. */

static void
ngx_lo_stuck_take(json_t *row, int64_t now)
{
    char           name[64], owner[37];
    const char    *run;
    ngx_lo_job_t  *job;

    run = ckp_json_str(row, "run_id");
    job = (run != NULL) ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    ngx_lo_uuid(owner);
    (void) snprintf(name, sizeof(name), "stuck %s", run);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_duty_take, (const char *) name,
                          (const char *) owner, now + NGX_LO_STUCK_AGAIN,
                          now);
    ngx_lo_job_submit(job, ngx_lo_stuck_tell, json_incref(row));
}


static void
ngx_lo_stuck_forget(int64_t now)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_job_new(ngx_lo_store(), 1);

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_stuck_forget, now);
        ngx_lo_job_submit(job, NULL, NULL);
    }
}


/* Those that were due then, too, and that nobody took since. */

static void
ngx_lo_stuck_dues(const json_t *rows, int64_t now)
{
    size_t       i;
    json_t      *row, *seen;
    ngx_uint_t   told;
    const char  *id;

    seen = json_object();
    told = 0;

    json_array_foreach(rows, i, row) {
        id = ckp_json_str(row, "run_id");

        if (id == NULL) {
            continue;
        }

        if (told < NGX_LO_STUCK_FOUND
            && ckp_json_int(ngx_lo_stucks.dues, id, -1)
               == ckp_json_int(row, "epoch", 0))
        {
            ngx_lo_stuck_take(row, now);
            told++;
        }

        (void) json_object_set_new(seen, id,
                    json_integer(ckp_json_int(row, "epoch", 0)));
    }

    json_decref(ngx_lo_stucks.dues);
    ngx_lo_stucks.dues = seen;
    ngx_lo_stucks.due_at = ngx_lo_boot_ms();
}


/* One that found all it may looks at the same ones again: the rest of them. */

static void
ngx_lo_stuck_next(ngx_lo_stuck_list_t *list, const ngx_lo_job_t *job)
{
    const json_t  *last;

    if (ngx_lo_job_count(job, list->parked) == NGX_LO_STUCK_FOUND) {
        return;
    }

    last = ngx_lo_job_row(job, list->slice);

    list->created_at = ckp_json_int(last, "created_at", 0);
    list->id = ckp_json_int(last, "id", 0);
}


static void
ngx_lo_stuck_found(ngx_lo_job_t *job, void *data)
{
    size_t      i;
    json_t     *row;
    int64_t     now;
    ngx_uint_t  n;

    (void) data;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || ngx_lo_stucks.stopped) {
        return;
    }

    now = ngx_lo_now_ms();

    for (n = 0; n < ngx_lo_stucks.over; n++) {
        json_array_foreach(ngx_lo_job_rows(job, n), i, row) {
            if (json_object_get(row, "error") != NULL) {
                ngx_lo_stuck_take(row, now);
            }
        }
    }

    for (n = 0; n < NGX_LO_STUCK_LISTS; n++) {
        ngx_lo_stuck_next(&ngx_lo_stucks.lists[n], job);
    }

    if (ngx_lo_job_count(job, ngx_lo_stucks.over) > 0) {
        ngx_lo_stuck_forget(now);
    }

    if (ngx_lo_stucks.due != 0) {
        ngx_lo_stuck_dues(ngx_lo_job_rows(job, ngx_lo_stucks.due), now);
    }
}


/* What a look asks: who is stuck, first; then how far it looked. */

static void
ngx_lo_stuck_ask(ngx_lo_job_t *job)
{
    int64_t               now, latest, before;
    ngx_uint_t            i;
    ngx_lo_stuck_list_t  *list;

    now = ngx_lo_now_ms();
    latest = now + NGX_LO_STUCK_AGAIN;
    before = now - NGX_LO_STUCK_OVERDUE;

    (void) ngx_lo_job_add(job, &ngx_lo_sql_stuck_shut, now, latest);

    for (i = 0; i < NGX_LO_SQL_STUCK_LATE; i++) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_stuck_late[i], now, latest,
                              before);
    }

    for (i = 0; i < NGX_LO_STUCK_LISTS; i++) {
        list = &ngx_lo_stucks.lists[i];
        list->status = ngx_lo_stuck_statuses[i];

        list->parked = ngx_lo_job_len(job);
        (void) ngx_lo_job_add(job, &ngx_lo_sql_stuck_parked, list->status,
                              list->created_at, list->id, now, latest,
                              before);
        list->slice = ngx_lo_job_len(job);
        (void) ngx_lo_job_add(job, &ngx_lo_sql_stuck_slice, list->status,
                              list->created_at, list->id);
    }

    ngx_lo_stucks.over = ngx_lo_job_len(job);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_stuck_over, now);

    ngx_lo_stucks.due = 0;

    if (ngx_lo_stucks.dues == NULL
        || ngx_lo_boot_ms() - ngx_lo_stucks.due_at >= NGX_LO_STUCK_OVERDUE)
    {
        ngx_lo_stucks.due = ngx_lo_job_len(job);
        (void) ngx_lo_job_add(job, &ngx_lo_sql_stuck_due);
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
        ngx_lo_stuck_ask(job);
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

    json_decref(ngx_lo_stucks.dues);
    ngx_lo_stucks.dues = NULL;
}
