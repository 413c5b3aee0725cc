/*
 * Figures that are pushed: where somebody named an address, the text of
 * GET /api/metrics is PUT to <address>/metrics/job/<job> (spec/api.md 2).
 *
 * The zone has the figures of all workers of this NGINX, so one of them does
 * it.  A push that fails is not made up for: the next one has all of it.
 */

#include "core/ngx_lo_core.h"
#include "duty/ngx_lo_duty.h"
#include "duty/ngx_lo_gauges.h"
#include "egress/ngx_lo_call.h"

#define NGX_LO_METRICS_PERIOD  500         /* ms between two looks */
#define NGX_LO_METRICS_MS      10000       /* ms of one exchange */
#define NGX_LO_METRICS_REPLY   65536
#define NGX_LO_METRICS_URL     4096


static struct {
    ngx_event_t     timer;
    ngx_lo_job_t   *job;                /* counting; NULL: not */
    ngx_lo_call_t  *call;               /* under way; NULL: none */
    ngx_msec_t      at;                 /* of the last one */
    unsigned        begun:1;            /* there was one */
    unsigned        failed:1;           /* it was not taken */
} ngx_lo_metrics_pushed;


static void ngx_lo_metrics_counted(ngx_lo_job_t *job, void *data);
static void ngx_lo_metrics_send(const json_t *gauges);
static void ngx_lo_metrics_sent(const ngx_lo_call_reply_t *reply, void *data);
static void ngx_lo_metrics_failed(const char *why);


static ngx_uint_t
ngx_lo_metrics_is_due(void)
{
    return ngx_lo_conf()->push_url.len > 0
           && ngx_lo_metrics_pushed.job == NULL
           && ngx_lo_metrics_pushed.call == NULL
           && (!ngx_lo_metrics_pushed.begun
               || ngx_current_msec - ngx_lo_metrics_pushed.at
                  >= ngx_lo_conf()->push_time);
}


static void
ngx_lo_metrics_tick(ngx_event_t *ev)
{
    ngx_lo_job_t  *job;

    if (ngx_lo_worker_quits()) {
        return;
    }

    ngx_add_timer(ev, NGX_LO_METRICS_PERIOD);

    if (!ngx_lo_metrics_is_due()) {
        return;
    }

    ngx_lo_metrics_pushed.begun = 1;
    ngx_lo_metrics_pushed.at = ngx_current_msec;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    /* what is counted in memory is told also when the store stands */

    if (job == NULL
        || ngx_lo_gauges_add(job, ngx_lo_now_ms(), NULL) != NGX_OK)
    {
        ngx_lo_job_free(job);
        ngx_lo_metrics_send(NULL);
        return;
    }

    ngx_lo_metrics_pushed.job = job;
    ngx_lo_job_submit(job, ngx_lo_metrics_counted, NULL);
}


static void
ngx_lo_metrics_counted(ngx_lo_job_t *job, void *data)
{
    json_t  *gauges;

    (void) data;

    ngx_lo_metrics_pushed.job = NULL;

    gauges = (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) ? ngx_lo_gauges(job) : NULL;
    ngx_lo_metrics_send(gauges);
    json_decref(gauges);
}


static void
ngx_lo_metrics_send(const json_t *gauges)
{
    u_char                  url[NGX_LO_METRICS_URL], *last;
    ngx_str_t               text, to;
    ngx_pool_t             *pool;
    ngx_lo_call_header_t    head;
    ngx_lo_call_request_t   rq;

    to = ngx_lo_conf()->push_url;

    while (to.len > 0 && to.data[to.len - 1] == '/') {
        to.len--;
    }

    last = ngx_slprintf(url, url + sizeof(url) - 1, "%V/metrics/job/%V", &to,
                        &ngx_lo_conf()->push_job);
    *last = '\0';

    pool = ngx_create_pool(16384, ngx_cycle->log);

    if (pool == NULL) {
        return;
    }

    if (ngx_lo_metric_text(pool, gauges, 0, &text) == NGX_OK) {
        head.name = "Content-Type";
        head.value = "text/plain; version=0.0.4; charset=utf-8";

        ngx_memzero(&rq, sizeof(rq));
        rq.carrier = NGX_LO_CARRIER_CURL;
        rq.url = (const char *) url;
        rq.method = "PUT";
        rq.headers = &head;
        rq.nheaders = 1;
        rq.body = (const char *) text.data;
        rq.body_len = text.len;
        rq.timeout = NGX_LO_METRICS_MS;
        rq.reply_max = NGX_LO_METRICS_REPLY;

        ngx_lo_metrics_pushed.call = ngx_lo_call_start(&rq,
                                                       ngx_lo_metrics_sent,
                                                       NULL);
    }

    if (ngx_lo_metrics_pushed.call == NULL) {
        ngx_lo_metrics_failed("no memory");
    }

    ngx_destroy_pool(pool);
}


static void
ngx_lo_metrics_sent(const ngx_lo_call_reply_t *reply, void *data)
{
    (void) data;

    ngx_lo_metrics_pushed.call = NULL;

    if (reply->outcome != CKP_OUTCOME_OK) {
        ngx_lo_metrics_failed(reply->why ? reply->why : "no answer");

    } else if (reply->status < 200 || reply->status > 299) {
        ngx_lo_metrics_failed("its status");

    } else {
        ngx_lo_metrics_pushed.failed = 0;
    }
}


/* Once, until one was taken. */

static void
ngx_lo_metrics_failed(const char *why)
{
    if (!ngx_lo_metrics_pushed.failed) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "langorch: figures are not taken where they are pushed:"
                      " %s", why);
    }

    ngx_lo_metrics_pushed.failed = 1;
}


void
ngx_lo_metrics_push_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_metrics_pushed, sizeof(ngx_lo_metrics_pushed));

    if (ngx_worker != 0) {
        return;
    }

    ngx_lo_metrics_pushed.timer.handler = ngx_lo_metrics_tick;
    ngx_lo_metrics_pushed.timer.data = &ngx_lo_metrics_pushed;
    ngx_lo_metrics_pushed.timer.log = cycle->log;
    ngx_lo_metrics_pushed.timer.cancelable = 1;

    ngx_add_timer(&ngx_lo_metrics_pushed.timer, NGX_LO_METRICS_PERIOD);
}


void
ngx_lo_metrics_push_stop(void)
{
    if (ngx_lo_metrics_pushed.timer.timer_set) {
        ngx_del_timer(&ngx_lo_metrics_pushed.timer);
    }

    if (ngx_lo_metrics_pushed.job != NULL) {
        ngx_lo_job_forget(ngx_lo_metrics_pushed.job);
        ngx_lo_metrics_pushed.job = NULL;
    }

    if (ngx_lo_metrics_pushed.call != NULL) {
        ngx_lo_call_abort(ngx_lo_metrics_pushed.call);
        ngx_lo_metrics_pushed.call = NULL;
    }
}
