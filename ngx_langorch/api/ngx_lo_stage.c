/*
 * What a request waits for: a job, a call, a time; and how it goes on.
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_reply.h"

/* How long a request waits for a job or a call.  The timer is also what keeps a
 * worker that quits until its requests are answered. */
#define NGX_LO_API_WAIT_MS  60000


static void ngx_lo_api_done(ngx_lo_job_t *job, void *data);
static ngx_int_t ngx_lo_api_busy(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_api_outcome(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_render_pt render, ngx_lo_render_pt missed);
static void ngx_lo_api_called(const ngx_lo_call_reply_t *reply, void *data);
static void ngx_lo_api_looked(ngx_lo_disk_t *d);
static void ngx_lo_api_unthink(void *waits);
static void ngx_lo_api_thought(ngx_lo_think_t *t);
static void ngx_lo_api_again(ngx_lo_api_t *api, ngx_int_t rc);


ngx_lo_job_t *
ngx_lo_api_job(ngx_lo_api_t *api, ngx_uint_t write)
{
    ngx_lo_store_t  *store;

    if (api->open != NULL) {
        ngx_lo_job_free(api->open);
        api->open = NULL;
    }

    store = ngx_lo_store();

    if (store != NULL) {
        api->open = ngx_lo_job_new(store, write);
    }

    return api->open;
}


ngx_int_t
ngx_lo_api_then(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_lo_render_pt render)
{
    if (job == NULL) {
        return NGX_ERROR;
    }

    api->open = job;
    api->render = render;
    api->next = 1;

    return NGX_OK;
}


void
ngx_lo_api_missed(ngx_lo_api_t *api, ngx_lo_render_pt missed)
{
    api->missed = missed;
}


ngx_int_t
ngx_lo_api_sleep(ngx_lo_api_t *api, ngx_msec_t ms, ngx_lo_resume_pt resume)
{
    api->resume = resume;
    ngx_add_timer(&api->timer, ms);

    return NGX_AGAIN;
}


ngx_int_t
ngx_lo_api_call(ngx_lo_api_t *api, const ngx_lo_call_request_t *rq,
    ngx_lo_reply_pt reply)
{
    api->reply = reply;
    api->call = ngx_lo_call_start(rq, ngx_lo_api_called, api);

    if (api->call == NULL) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "No room for another call now");
    }

    ngx_add_timer(&api->timer, NGX_LO_API_WAIT_MS);

    return NGX_AGAIN;
}


ngx_int_t
ngx_lo_api_disk(ngx_lo_api_t *api, ngx_lo_disk_t *d, ngx_lo_looked_pt looked)
{
    if (d == NULL) {
        return NGX_ERROR;
    }

    d->done = ngx_lo_api_looked;
    d->data = api;

    if (ngx_lo_disk_post(d) != NGX_OK) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "No room for another file now");
    }

    api->disk = d;
    api->looked = looked;
    ngx_add_timer(&api->timer, NGX_LO_API_WAIT_MS);

    return NGX_AGAIN;
}


ngx_int_t
ngx_lo_api_think(ngx_lo_api_t *api, ngx_lo_think_t *t, ngx_uint_t large,
    ngx_lo_thought_pt thought)
{
    ngx_int_t  rc;

    if (t == NULL) {
        return NGX_ERROR;
    }

    if (!large) {
        t->work(t);
        rc = thought(api, t);
        ngx_lo_think_free(t);

        return rc;
    }

    t->done = ngx_lo_api_thought;
    t->data = api;

    if (ngx_lo_think(t) != NGX_OK) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "No room for another document now");
    }

    api->thought = thought;

    return ngx_lo_api_wait(api, t, ngx_lo_api_unthink);
}


static void
ngx_lo_api_unthink(void *waits)
{
    ngx_lo_think_forget(waits);
}


ngx_int_t
ngx_lo_api_wait(ngx_lo_api_t *api, void *waits, void (*forget)(void *waits))
{
    api->waits = waits;
    api->forget = forget;
    ngx_add_timer(&api->timer, NGX_LO_API_WAIT_MS);

    return NGX_AGAIN;
}


void
ngx_lo_api_over(ngx_lo_api_t *api, ngx_lo_resume_pt resume)
{
    api->waits = NULL;

    ngx_del_timer(&api->timer);

    api->refusals = ckp_memory_refusals();
    ngx_lo_api_again(api, resume(api));
}


ngx_int_t
ngx_lo_api_receive(ngx_lo_api_t *api, ngx_lo_resume_pt resume)
{
    api->resume = resume;
    api->receive = 1;

    return NGX_AGAIN;
}


void
ngx_lo_api_submit(ngx_lo_api_t *api)
{
    api->job = api->open;
    api->open = NULL;
    api->next = 0;

    ngx_add_timer(&api->timer, NGX_LO_API_WAIT_MS);
    ngx_lo_job_submit(api->job, ngx_lo_api_done, api);
}


static void
ngx_lo_api_done(ngx_lo_job_t *job, void *data)
{
    ngx_lo_api_t  *api = data;

    ngx_lo_render_pt  render, missed;

    render = api->render;
    missed = api->missed;

    api->job = NULL;
    api->render = NULL;
    api->missed = NULL;

    ngx_del_timer(&api->timer);

    api->refusals = ckp_memory_refusals();
    ngx_lo_api_again(api, ngx_lo_api_outcome(api, job, render, missed));
}


/* It was not tried: too much is to be done, or nothing can be for now. */

static ngx_int_t
ngx_lo_api_busy(ngx_lo_api_t *api)
{
    const char  *state;

    state = ngx_lo_store_state();

    if (strcmp(state, "ok") == 0 || strcmp(state, "slow") == 0
        || strcmp(state, "opening") == 0)
    {
        return ngx_lo_api_problem(api, 503, "store_busy",
                                  "The store is busy, try again");
    }

    return ngx_lo_api_problem(api, 503, "unavailable",
                              "The store is not available: %s", state);
}


static ngx_int_t
ngx_lo_api_outcome(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_render_pt render, ngx_lo_render_pt missed)
{
    switch (ngx_lo_job_rc(job)) {

    case NGX_LO_JOB_OK:

        if (ngx_lo_job_shut(job)) {
            return ngx_lo_api_problem(api, 503, "secrets_locked",
                                      "What is stored there is sealed, and not"
                                      " under the key of this site");
        }

        return render(api, job);

    case NGX_LO_JOB_GUARD:

        if (missed != NULL) {
            return missed(api, job);
        }

        return ngx_lo_api_problem(api, 409, "conflict",
                                  "It was changed at the same moment");

    case NGX_LO_JOB_BUSY:
        return ngx_lo_api_busy(api);

    case NGX_LO_JOB_ERROR:
    case NGX_LO_JOB_UNKNOWN:
        break;
    }

    ngx_log_error(NGX_LOG_ERR, api->r->connection->log, 0,
                  "request %s: the store failed: %s", api->request_id,
                  ngx_lo_job_error(job));

    return ngx_lo_api_problem(api, 503, "unavailable",
                              "The store is not available");
}


void
ngx_lo_api_woken(ngx_event_t *ev)
{
    ngx_lo_api_t  *api = ev->data;

    ngx_lo_resume_pt  resume;

    resume = api->resume;
    api->resume = NULL;
    api->refusals = ckp_memory_refusals();

    if (resume != NULL) {
        ngx_lo_api_again(api, resume(api));
        return;
    }

    ngx_lo_api_drop(api);
    ngx_lo_api_again(api, ngx_lo_api_problem(api, 503, "unavailable",
                                             "It took too long"));
}


/* Nobody waits for what is under way any more. */

void
ngx_lo_api_drop(ngx_lo_api_t *api)
{
    if (api->open != NULL) {
        ngx_lo_job_free(api->open);
        api->open = NULL;
    }

    if (api->job != NULL) {
        ngx_lo_job_forget(api->job);
        api->job = NULL;
    }

    if (api->call != NULL) {
        ngx_lo_call_abort(api->call);
        api->call = NULL;
    }

    api->receive = 0;

    if (api->disk != NULL) {
        ngx_lo_disk_forget(api->disk);
        api->disk = NULL;
    }

    if (api->waits != NULL) {
        api->forget(api->waits);
        api->waits = NULL;
    }

    if (api->timer.timer_set) {
        ngx_del_timer(&api->timer);
    }
}


static void
ngx_lo_api_called(const ngx_lo_call_reply_t *reply, void *data)
{
    ngx_lo_api_t  *api = data;

    api->call = NULL;

    ngx_del_timer(&api->timer);

    api->refusals = ckp_memory_refusals();
    ngx_lo_api_again(api, api->reply(api, reply));
}


static void
ngx_lo_api_looked(ngx_lo_disk_t *d)
{
    ngx_lo_api_t  *api = d->data;

    api->disk = NULL;

    ngx_del_timer(&api->timer);

    api->refusals = ckp_memory_refusals();
    ngx_lo_api_again(api, api->looked(api, d));
}


static void
ngx_lo_api_thought(ngx_lo_think_t *t)
{
    ngx_lo_api_t  *api = t->data;

    api->waits = NULL;

    ngx_del_timer(&api->timer);

    api->refusals = ckp_memory_refusals();

    /* what there was no memory for there is missing here */

    if (t->refused) {
        ckp_memory_refused();
    }

    ngx_lo_api_again(api, t->refused ? NGX_ERROR : api->thought(api, t));
}


/* A wait ended: what the stage said is done outside of the client's events. */

static void
ngx_lo_api_again(ngx_lo_api_t *api, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = api->r->connection;

    ngx_http_set_log_request(c->log, api->r);

    ngx_lo_api_step(api, rc);
    ngx_http_run_posted_requests(c);
}
