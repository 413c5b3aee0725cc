/*
 * The duty of telling a collector; its header tells the life of a batch.
 */

#include "core/ngx_lo_core.h"
#include "egress/ngx_lo_call.h"
#include "otlp/ngx_lo_otlp.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_control.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_OTLP_PERIOD   2000       /* ms between two looks */
#define NGX_LO_OTLP_MORE     10         /* ms to the next of many batches */
#define NGX_LO_OTLP_REST     60000      /* ms, at most, after what failed */
#define NGX_LO_OTLP_FIGURES  30000      /* ms between two times of figures */
#define NGX_LO_OTLP_DUTY     15000      /* ms that nobody else does it */
#define NGX_LO_OTLP_MS       10000      /* ms of one exchange */
#define NGX_LO_OTLP_BATCH    512
#define NGX_LO_OTLP_BEHIND   20000      /* events; older ones are left out */


typedef enum {
    NGX_LO_OTLP_TRACES,
    NGX_LO_OTLP_LOGS,
    NGX_LO_OTLP_METRICS,
    NGX_LO_OTLP_N
} ngx_lo_otlp_signal_t;


static const struct {
    const char  *name;
    const char  *path;
} ngx_lo_otlp_signals[] = {
    { "traces", "/v1/traces" },
    { "logs", "/v1/logs" },
    { "metrics", "/v1/metrics" }
};


static struct {
    ngx_event_t             timer;
    ngx_lo_job_t           *job;
    ngx_lo_call_t          *call;
    ngx_lo_secret_look_t   *look;
    char                   *bodies[NGX_LO_OTLP_N];      /* to be sent */
    ngx_uint_t              signal;     /* that is being sent */
    int64_t                 until;      /* the last event of the batch */
    ngx_msec_t              rest;       /* after what failed; 0: nothing did */
    ngx_msec_t              figures;    /* when they were sent */
    ngx_uint_t              more;       /* the batch was full */
    unsigned                up:1;
} ngx_lo_otlp;


static void ngx_lo_otlp_tick(ngx_event_t *ev);
static void ngx_lo_otlp_marked(ngx_lo_job_t *job, void *data);
static void ngx_lo_otlp_taken(ngx_lo_job_t *job, void *data);
static void ngx_lo_otlp_read(int64_t after);
static void ngx_lo_otlp_came(ngx_lo_job_t *job, void *data);
static void ngx_lo_otlp_known(void *data, ngx_uint_t failed);
static void ngx_lo_otlp_send(void);
static ngx_lo_call_t *ngx_lo_otlp_call(ngx_uint_t signal);
static void ngx_lo_otlp_sent(const ngx_lo_call_reply_t *reply, void *data);
static void ngx_lo_otlp_over(ngx_uint_t signal, const char *outcome);
static void ngx_lo_otlp_done(void);
static void ngx_lo_otlp_written(ngx_lo_job_t *job, void *data);


void
ngx_lo_otlp_start(ngx_cycle_t *cycle)
{
    ngx_lo_job_t  *job;

    if (ngx_lo_otlp_conf() == NULL) {
        return;
    }

    ngx_memzero(&ngx_lo_otlp, sizeof(ngx_lo_otlp));

    ngx_lo_otlp.timer.handler = ngx_lo_otlp_tick;
    ngx_lo_otlp.timer.data = &ngx_lo_otlp;
    ngx_lo_otlp.timer.log = cycle->log;
    ngx_lo_otlp.timer.cancelable = 1;
    ngx_lo_otlp.figures = ngx_current_msec - NGX_LO_OTLP_FIGURES;
    ngx_lo_otlp.up = 1;

    ngx_add_timer(&ngx_lo_otlp.timer, NGX_LO_OTLP_PERIOD / 4);

    /* what this worker does from now on is behind the mark, however soon it is
     * done; who cannot write it now writes it with the first look */

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_otlp_mark);
        ngx_lo_job_submit(job, ngx_lo_otlp_marked, NULL);
    }
}


static void
ngx_lo_otlp_marked(ngx_lo_job_t *job, void *data)
{
    (void) job;
    (void) data;
}


void
ngx_lo_otlp_stop(void)
{
    ngx_uint_t  i;

    if (!ngx_lo_otlp.up) {
        return;
    }

    ngx_lo_otlp.up = 0;

    if (ngx_lo_otlp.timer.timer_set) {
        ngx_del_timer(&ngx_lo_otlp.timer);
    }

    if (ngx_lo_otlp.job != NULL) {
        ngx_lo_job_forget(ngx_lo_otlp.job);
        ngx_lo_otlp.job = NULL;
    }

    if (ngx_lo_otlp.call != NULL) {
        ngx_lo_call_abort(ngx_lo_otlp.call);
        ngx_lo_otlp.call = NULL;
    }

    ngx_lo_secrets_look_end(ngx_lo_otlp.look);
    ngx_lo_otlp.look = NULL;

    for (i = 0; i < NGX_LO_OTLP_N; i++) {
        ckp_free(ngx_lo_otlp.bodies[i]);
        ngx_lo_otlp.bodies[i] = NULL;
    }
}


/* --- read ------------------------------------------------------------------------ */


static void
ngx_lo_otlp_again(ngx_msec_t ms)
{
    if (ngx_lo_otlp.up) {
        ngx_add_timer(&ngx_lo_otlp.timer, ms);
    }
}


static void
ngx_lo_otlp_tick(ngx_event_t *ev)
{
    int64_t        now;
    ngx_lo_job_t  *job;

    (void) ev;

    if (ngx_lo_worker_quits()) {
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        ngx_lo_otlp_again(NGX_LO_OTLP_PERIOD);
        return;
    }

    now = ngx_lo_now_ms();

    (void) ngx_lo_job_add(job, &ngx_lo_sql_duty_take, "otlp",
                          ngx_lo_worker_id(), now + NGX_LO_OTLP_DUTY, now);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_otlp_mark);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_otlp_marked);

    ngx_lo_otlp.job = job;
    ngx_lo_job_submit(job, ngx_lo_otlp_taken, NULL);
}


static void
ngx_lo_otlp_taken(ngx_lo_job_t *job, void *data)
{
    int64_t        at, last;
    const json_t  *row;

    (void) data;

    ngx_lo_otlp.job = NULL;
    row = ngx_lo_job_row(job, 2);

    /* missed: another worker does it */

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || row == NULL) {
        ngx_lo_otlp_again(NGX_LO_OTLP_PERIOD);
        return;
    }

    at = ckp_json_int(row, "at", 0);
    last = ckp_json_int(row, "last", 0);

    if (last - at > NGX_LO_OTLP_BEHIND) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "langorch: the collector is %L events behind: the oldest"
                      " are left out", last - at);
        ngx_lo_otlp_over(NGX_LO_OTLP_TRACES, "dropped");
        at = last - NGX_LO_OTLP_BEHIND;
    }

    ngx_lo_otlp_read(at);
}


static void
ngx_lo_otlp_read(int64_t after)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_job_new(ngx_lo_store(), 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_otlp_events, after) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_runs_active) != NGX_OK)
    {
        ngx_lo_job_free(job);
        ngx_lo_otlp_again(NGX_LO_OTLP_PERIOD);
        return;
    }

    ngx_lo_otlp.until = after;
    ngx_lo_otlp.job = job;
    ngx_lo_job_submit(job, ngx_lo_otlp_came, NULL);
}


/* Runs that are active, by their status: {"runs_active": {status: n}}. */

static json_t *
ngx_lo_otlp_gauges(ngx_lo_job_t *job)
{
    size_t       i;
    json_t      *row, *active;
    const char  *name;

    active = json_object();

    json_array_foreach(ngx_lo_job_rows(job, 1), i, row) {
        name = ckp_json_str(row, "name");

        if (name != NULL) {
            (void) json_object_set(active, name, json_object_get(row, "n"));
        }
    }

    return json_pack("{s:o}", "runs_active", active);
}


static void
ngx_lo_otlp_came(ngx_lo_job_t *job, void *data)
{
    size_t          n;
    json_t         *gauges, *summary, *names;
    const json_t   *rows;

    (void) data;

    ngx_lo_otlp.job = NULL;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        ngx_lo_otlp_again(NGX_LO_OTLP_PERIOD);
        return;
    }

    rows = ngx_lo_job_rows(job, 0);
    n = json_array_size(rows);

    if (n != 0) {
        ngx_lo_otlp.until = ckp_json_int(json_array_get(rows, n - 1),
                                         "event_id", ngx_lo_otlp.until);
        ngx_lo_otlp.bodies[NGX_LO_OTLP_TRACES] = ngx_lo_otlp_traces(rows);
        ngx_lo_otlp.bodies[NGX_LO_OTLP_LOGS] = ngx_lo_otlp_logs(rows);
    }

    ngx_lo_otlp.more = (n >= NGX_LO_OTLP_BATCH);

    if ((ngx_msec_t) (ngx_current_msec - ngx_lo_otlp.figures)
        >= NGX_LO_OTLP_FIGURES)
    {
        ngx_lo_otlp.figures = ngx_current_msec;
        gauges = ngx_lo_otlp_gauges(job);
        summary = ngx_lo_metric_summary(gauges, 1);
        ngx_lo_otlp.bodies[NGX_LO_OTLP_METRICS]
            = ngx_lo_otlp_metrics(summary, ngx_lo_now_ms());
        json_decref(gauges);
        json_decref(summary);
    }

    ngx_lo_otlp.signal = 0;

    if (ngx_lo_otlp_conf()->secret == NULL) {
        ngx_lo_otlp_send();
        return;
    }

    names = json_pack("[s]", ngx_lo_otlp_conf()->secret);
    ngx_lo_otlp.look = ngx_lo_secrets_look(names, ngx_lo_otlp_known, NULL);
    json_decref(names);

    if (ngx_lo_otlp.look == NULL) {
        ngx_lo_otlp_send();
    }
}


static void
ngx_lo_otlp_known(void *data, ngx_uint_t failed)
{
    (void) data;
    (void) failed;

    ngx_lo_otlp.look = NULL;
    ngx_lo_otlp_send();
}


/* --- sent ------------------------------------------------------------------------ */


static void
ngx_lo_otlp_send(void)
{
    while (ngx_lo_otlp.signal < NGX_LO_OTLP_N
           && ngx_lo_otlp.bodies[ngx_lo_otlp.signal] == NULL)
    {
        ngx_lo_otlp.signal++;
    }

    if (ngx_lo_otlp.signal == NGX_LO_OTLP_N) {
        ngx_lo_otlp_done();
        return;
    }

    ngx_lo_otlp.call = ngx_lo_otlp_call(ngx_lo_otlp.signal);

    if (ngx_lo_otlp.call == NULL) {
        ngx_lo_otlp_over(ngx_lo_otlp.signal, "failed");
    }
}


static ngx_lo_call_t *
ngx_lo_otlp_call(ngx_uint_t signal)
{
    char                       *secret;
    ckp_buf_t                   url;
    ngx_lo_call_t              *call;
    ngx_lo_secret_lack_t        lack;
    ngx_lo_call_header_t        heads[2];
    ngx_lo_call_request_t       rq;
    const ngx_lo_otlp_conf_t   *o;

    o = ngx_lo_otlp_conf();
    secret = (o->secret != NULL) ? ngx_lo_secret_named(o->secret, &lack)
                                 : NULL;

    ckp_buf_init(&url, 8192);
    ckp_buf_puts(&url, o->url);
    ckp_buf_puts(&url, ngx_lo_otlp_signals[signal].path);

    heads[0].name = "Content-Type";
    heads[0].value = "application/json";
    heads[1].name = o->header;
    heads[1].value = secret;

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = ckp_buf_str(&url);
    rq.method = "POST";
    rq.headers = heads;
    rq.nheaders = (secret != NULL) ? 2 : 1;
    rq.body = ngx_lo_otlp.bodies[signal];
    rq.body_len = strlen(rq.body);
    rq.timeout = NGX_LO_OTLP_MS;
    rq.reply_max = 65536;

    call = (url.failed == CKP_OK) ? ngx_lo_call_start(&rq, ngx_lo_otlp_sent,
                                                      NULL)
                                  : NULL;
    ngx_lo_secret_free(secret);
    ckp_buf_free(&url);

    return call;
}


/* What a collector calls wrong it would call wrong again: it is left out. */

static void
ngx_lo_otlp_sent(const ngx_lo_call_reply_t *reply, void *data)
{
    ngx_uint_t  answered, later;

    (void) data;

    ngx_lo_otlp.call = NULL;

    answered = (reply->outcome == CKP_OUTCOME_OK);
    later = !answered || reply->status == 429 || reply->status == 408
            || reply->status >= 500 || reply->status == 401
            || reply->status == 403 || reply->status == 404;

    if (later) {
        if (ngx_lo_otlp.rest == 0) {
            ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                          "langorch: the collector does not take %s: %s",
                          ngx_lo_otlp_signals[ngx_lo_otlp.signal].name,
                          reply->why ? reply->why : "its status");
        }

        ngx_lo_otlp_over(ngx_lo_otlp.signal, "failed");
        return;
    }

    ngx_lo_metric_add(NGX_LO_M_OTLP_EXPORT,
                      NGX_LO_LABELS(reply->status < 300 ? "ok" : "refused",
                          ngx_lo_otlp_signals[ngx_lo_otlp.signal].name), 1);

    ckp_free(ngx_lo_otlp.bodies[ngx_lo_otlp.signal]);
    ngx_lo_otlp.bodies[ngx_lo_otlp.signal] = NULL;
    ngx_lo_otlp_send();
}


/* "dropped" is only counted; "failed" ends the batch, which is read again. */

static void
ngx_lo_otlp_over(ngx_uint_t signal, const char *outcome)
{
    ngx_uint_t  i;

    ngx_lo_metric_add(NGX_LO_M_OTLP_EXPORT,
                      NGX_LO_LABELS(outcome,
                                    ngx_lo_otlp_signals[signal].name), 1);

    if (outcome[0] != 'f') {
        return;
    }

    for (i = 0; i < NGX_LO_OTLP_N; i++) {
        ckp_free(ngx_lo_otlp.bodies[i]);
        ngx_lo_otlp.bodies[i] = NULL;
    }

    ngx_lo_otlp.rest = ngx_lo_otlp.rest == 0 ? NGX_LO_OTLP_PERIOD
                       : ngx_min(2 * ngx_lo_otlp.rest, NGX_LO_OTLP_REST);
    ngx_lo_otlp_again(ngx_lo_otlp.rest);
}


static void
ngx_lo_otlp_done(void)
{
    ngx_lo_job_t  *job;

    ngx_lo_otlp.rest = 0;
    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_otlp_done, ngx_lo_otlp.until)
           != NGX_OK)
    {
        ngx_lo_job_free(job);
        ngx_lo_otlp_again(NGX_LO_OTLP_PERIOD);
        return;
    }

    ngx_lo_otlp.job = job;
    ngx_lo_job_submit(job, ngx_lo_otlp_written, NULL);
}


static void
ngx_lo_otlp_written(ngx_lo_job_t *job, void *data)
{
    (void) data;

    ngx_lo_otlp.job = NULL;

    ngx_lo_otlp_again((ngx_lo_otlp.more
                       && ngx_lo_job_rc(job) == NGX_LO_JOB_OK)
                      ? NGX_LO_OTLP_MORE : NGX_LO_OTLP_PERIOD);
}
