/*
 * Agents' health: GET <base_url>/health of every agent, once a site, by
 * whichever worker holds the duty (api.md 8).
 */

#include "core/ngx_lo_core.h"
#include "duty/ngx_lo_duty.h"
#include "egress/ngx_lo_call.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_HEALTH_TIMEOUT  5000
#define NGX_LO_HEALTH_REPLY    65536


typedef struct {
    ngx_queue_t     queue;
    ngx_lo_call_t  *call;
    char           *agent_id;
    ngx_uint_t      online;         /* as the store had it */
} ngx_lo_poll_t;


static struct {
    ngx_event_t   timer;
    ngx_queue_t   polls;
    unsigned      stopped:1;
} ngx_lo_polls;


static void
ngx_lo_poll_free(ngx_lo_poll_t *p)
{
    ngx_queue_remove(&p->queue);
    ngx_free(p->agent_id);
    ngx_free(p);
}


static void
ngx_lo_poll_noted(ngx_lo_job_t *job, void *data)
{
    (void) data;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_zone_settings_changed();
        ngx_lo_bell_ring(NGX_LO_BELL_SETTINGS, 0);
    }
}


static void
ngx_lo_poll_done(const ngx_lo_call_reply_t *reply, void *data)
{
    ngx_uint_t      ok;
    const char     *why;
    ngx_lo_job_t   *job;
    ngx_lo_poll_t  *p = data;

    if (reply->unsent) {
        ngx_lo_poll_free(p);        /* it was not asked */
        return;
    }

    ok = (reply->outcome == CKP_OUTCOME_OK && reply->status == 200);
    why = ok ? NULL : reply->why ? reply->why : "health is not 200";

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_polled, p->agent_id,
                              ok ? "online" : "offline", ngx_lo_now_ms(), why);
        ngx_lo_job_submit(job, ngx_lo_poll_noted, NULL);
    }

    ngx_lo_poll_free(p);
}


static void
ngx_lo_poll_agent(const json_t *agent)
{
    char                   url[2048];
    size_t                 len;
    const char            *base, *id;
    ngx_lo_poll_t         *p;
    ngx_lo_call_request_t  rq;

    base = ckp_json_str(agent, "base_url");
    id = ckp_json_str(agent, "agent_id");

    if (base == NULL || id == NULL) {
        return;
    }

    len = ngx_strlen(base);

    while (len > 0 && base[len - 1] == '/') {
        len--;
    }

    if (len + sizeof("/health") > sizeof(url)) {
        return;
    }

    ngx_memcpy(url, base, len);
    ngx_memcpy(url + len, "/health", sizeof("/health"));

    p = ngx_calloc(sizeof(ngx_lo_poll_t), ngx_cycle->log);

    if (p == NULL) {
        return;
    }

    ngx_queue_insert_tail(&ngx_lo_polls.polls, &p->queue);

    p->agent_id = ngx_alloc(ngx_strlen(id) + 1, ngx_cycle->log);

    if (p->agent_id == NULL) {
        ngx_lo_poll_free(p);
        return;
    }

    ngx_memcpy(p->agent_id, id, ngx_strlen(id) + 1);

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = url;
    rq.method = "GET";
    rq.timeout = NGX_LO_HEALTH_TIMEOUT;
    rq.reply_max = NGX_LO_HEALTH_REPLY;

    p->call = ngx_lo_call_start(&rq, ngx_lo_poll_done, p);

    if (p->call == NULL) {
        ngx_lo_poll_free(p);
    }
}


static void
ngx_lo_poll_taken(ngx_lo_job_t *job, void *data)
{
    size_t   i;
    json_t  *agent;

    (void) data;

    /* missed: another worker has the duty */

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || ngx_lo_polls.stopped) {
        return;
    }

    json_array_foreach(ngx_lo_job_rows(job, 1), i, agent) {
        ngx_lo_poll_agent(agent);
    }
}


static void
ngx_lo_poll_tick(ngx_event_t *ev)
{
    int64_t        now;
    ngx_msec_t     period;
    ngx_lo_job_t  *job;

    (void) ev;

    period = ngx_lo_conf()->health_time;

    if (ngx_lo_polls.stopped || ngx_lo_worker_quits() || period == 0) {
        return;
    }

    ngx_add_timer(&ngx_lo_polls.timer, period);

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    now = ngx_lo_now_ms();

    (void) ngx_lo_job_add(job, &ngx_lo_sql_duty_take, "agent_poll",
                          ngx_lo_worker_id(),
                          now + (int64_t) (period + period / 2), now);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_admit_agents);

    ngx_lo_job_submit(job, ngx_lo_poll_taken, NULL);
}


ngx_int_t
ngx_lo_duty_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_polls, sizeof(ngx_lo_polls));
    ngx_queue_init(&ngx_lo_polls.polls);

    ngx_lo_polls.timer.handler = ngx_lo_poll_tick;
    ngx_lo_polls.timer.data = &ngx_lo_polls;
    ngx_lo_polls.timer.log = cycle->log;
    ngx_lo_polls.timer.cancelable = 1;

    if (ngx_lo_conf()->health_time != 0) {
        ngx_add_timer(&ngx_lo_polls.timer, ngx_lo_conf()->health_time);
    }

    ngx_lo_sweep_duty_start(cycle);
    ngx_lo_stuck_duty_start(cycle);
    ngx_lo_metrics_push_start(cycle);

    return NGX_OK;
}


void
ngx_lo_duty_stop(void)
{
    ngx_queue_t    *q;
    ngx_lo_poll_t  *p;

    ngx_lo_polls.stopped = 1;
    ngx_lo_sweep_duty_stop();
    ngx_lo_stuck_duty_stop();
    ngx_lo_metrics_push_stop();

    if (ngx_lo_polls.timer.timer_set) {
        ngx_del_timer(&ngx_lo_polls.timer);
    }

    while (ngx_lo_polls.polls.next != NULL
           && !ngx_queue_empty(&ngx_lo_polls.polls))
    {
        q = ngx_queue_head(&ngx_lo_polls.polls);
        p = ngx_queue_data(q, ngx_lo_poll_t, queue);

        ngx_lo_call_abort(p->call);
        ngx_lo_poll_free(p);
    }
}
