/*
 * Documents that are fetched: one exchange at a time, in each worker.
 */

#include "auth/ngx_lo_fetched.h"

#define NGX_LO_FETCHED_MS       5000        /* of one exchange */
#define NGX_LO_FETCHED_BYTES    (64 * 1024)
#define NGX_LO_FETCHED_REST_MS  10000       /* between two that are missed */
#define NGX_LO_FETCHED_FAIL_MS  10000       /* until it is tried again */


struct ngx_lo_fetched_look_s {
    ngx_queue_t         queue;
    ngx_lo_fetched_pt   done;
    void               *data;
};


static void ngx_lo_fetched_tick(ngx_event_t *ev);
static ngx_int_t ngx_lo_fetched_ask(ngx_lo_fetched_t *f);
static void ngx_lo_fetched_came(const ngx_lo_call_reply_t *reply, void *data);


void
ngx_lo_fetched_start(ngx_lo_fetched_t *f)
{
    if (f->up) {
        return;
    }

    /* who waits while it is started anew waits on */

    if (f->waits.next == NULL) {
        ngx_queue_init(&f->waits);
    }

    f->timer.handler = ngx_lo_fetched_tick;
    f->timer.data = f;
    f->timer.log = ngx_cycle->log;
    f->timer.cancelable = 1;
    f->up = 1;

    ngx_add_timer(&f->timer, 1);
}


void
ngx_lo_fetched_stop(ngx_lo_fetched_t *f)
{
    if (!f->up) {
        return;
    }

    f->up = 0;

    if (f->timer.timer_set) {
        ngx_del_timer(&f->timer);
    }

    if (f->call != NULL) {
        ngx_lo_call_abort(f->call);
        f->call = NULL;
    }
}


static void
ngx_lo_fetched_tick(ngx_event_t *ev)
{
    ngx_lo_fetched_t  *f = ev->data;

    if (f->call == NULL && ngx_lo_fetched_ask(f) != NGX_OK) {
        ngx_add_timer(ev, NGX_LO_FETCHED_FAIL_MS);
    }
}


static ngx_int_t
ngx_lo_fetched_ask(ngx_lo_fetched_t *f)
{
    ngx_lo_call_request_t  rq;

    if (f->url == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = f->url;
    rq.method = "GET";
    rq.timeout = NGX_LO_FETCHED_MS;
    rq.reply_max = NGX_LO_FETCHED_BYTES;

    f->call = ngx_lo_call_start(&rq, ngx_lo_fetched_came, f);

    return (f->call != NULL) ? NGX_OK : NGX_ERROR;
}


static void
ngx_lo_fetched_came(const ngx_lo_call_reply_t *reply, void *data)
{
    ngx_lo_fetched_t  *f = data;

    const char             *why;
    ngx_msec_t              next;
    ngx_queue_t            *q;
    ngx_lo_fetched_look_t  *look;

    f->call = NULL;
    next = f->valid;

    why = (reply->outcome != CKP_OUTCOME_OK) ? reply->why
          : (reply->status != 200) ? "the answer is not 200"
          : f->take(&reply->body);

    if (why != NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "langorch: no %s from \"%s\": %s", f->what, f->url, why);
        next = ngx_min(next, NGX_LO_FETCHED_FAIL_MS);
    }

    ngx_add_timer(&f->timer, next);

    while (!ngx_queue_empty(&f->waits)) {
        q = ngx_queue_head(&f->waits);
        look = ngx_queue_data(q, ngx_lo_fetched_look_t, queue);

        ngx_queue_remove(q);
        look->done(look->data);
        ngx_free(look);
    }
}


/* Whoever sends nonsense makes us ask once in a while, and no more often. */

ngx_lo_fetched_look_t *
ngx_lo_fetched_look(ngx_lo_fetched_t *f, ngx_lo_fetched_pt done, void *data)
{
    ngx_lo_fetched_look_t  *look;

    if (!f->up) {
        return NULL;
    }

    if (f->call == NULL) {

        if (f->once
            && (ngx_msec_t) (ngx_current_msec - f->asked)
               < NGX_LO_FETCHED_REST_MS)
        {
            return NULL;
        }

        f->once = 1;
        f->asked = ngx_current_msec;

        if (ngx_lo_fetched_ask(f) != NGX_OK) {
            return NULL;
        }
    }

    look = ngx_alloc(sizeof(ngx_lo_fetched_look_t), ngx_cycle->log);

    if (look != NULL) {
        look->done = done;
        look->data = data;
        ngx_queue_insert_tail(&f->waits, &look->queue);
    }

    return look;
}


void
ngx_lo_fetched_look_end(ngx_lo_fetched_look_t *look)
{
    if (look != NULL) {
        ngx_queue_remove(&look->queue);
        ngx_free(look);
    }
}
