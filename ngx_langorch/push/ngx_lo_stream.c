/*
 * One stream: its looks, its pings, its end; whatever it is about.
 */

#include "push/ngx_lo_push_int.h"


static void
ngx_lo_stream_cleanup(void *data)
{
    ngx_lo_stream_t  *st = data;

    st->closed = 1;

    if (st->job != NULL) {
        ngx_lo_job_forget(st->job);
        st->job = NULL;
        ngx_lo_push_look_over();
    }

    if (st->timer.timer_set) {
        ngx_del_timer(&st->timer);
    }

    ngx_lo_push_leave(st);

    /* blocks are ended with the request: nothing may point at them now */

    ckp_free(st->block);
    st->block = NULL;
}


ngx_lo_stream_t *
ngx_lo_stream_of(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == ngx_lo_stream_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


static void
ngx_lo_stream_timer(ngx_event_t *ev)
{
    ngx_connection_t  *c;
    ngx_lo_stream_t   *st = ev->data;

    c = st->r->connection;

    if (ngx_current_msec - st->opened > NGX_LO_STREAM_LIFE) {
        ngx_lo_stream_close(st, NGX_LO_STREAM_LEAVES);

    } else {
        ngx_lo_stream_ping(st);

        /* of a deleted run no bell tells */

        ngx_lo_stream_look(st);
    }

    ngx_http_run_posted_requests(c);
}


static void
ngx_lo_stream_looked(ngx_lo_job_t *job, void *data)
{
    ngx_connection_t  *c;
    ngx_lo_stream_t   *st = data;

    st->job = NULL;
    c = st->r->connection;

    ngx_lo_push_look_over();

    /* the poll comes back to it, or the end of the block that is on its way */

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || st->block != NULL) {
        st->dirty = 1;
        return;
    }

    st->topic->told(st, job);

    ngx_http_run_posted_requests(c);
}


void
ngx_lo_stream_look(ngx_lo_stream_t *st)
{
    ngx_lo_job_t  *job;

    st->dirty = 1;

    if (st->job != NULL || st->block != NULL || st->last || st->closed
        || ngx_lo_push_turn(st) != NGX_OK)
    {
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        return;
    }

    st->dirty = 0;
    ngx_lo_push_look_begun();

    st->topic->ask(st, job);
    st->job = job;
    ngx_lo_job_submit(job, ngx_lo_stream_looked, st);
}


ngx_uint_t
ngx_lo_stream_of_run(const ngx_lo_stream_t *st, const ngx_lo_tail_t *tail)
{
    size_t       i;
    json_t      *row;
    const char  *run_id;

    json_array_foreach(tail->runs, i, row) {
        run_id = ckp_json_str(row, "run_id");

        if (run_id != NULL && ngx_strcmp(run_id, st->run_id) == 0) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_lo_stream_open(ngx_http_request_t *r, const ngx_lo_stream_t *draft)
{
    ngx_lo_stream_t     *st;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_lo_stream_t));

    if (cln == NULL) {
        return NGX_ERROR;
    }

    st = cln->data;
    *st = *draft;

    st->r = r;
    st->opened = ngx_current_msec;

    st->timer.handler = ngx_lo_stream_timer;
    st->timer.data = st;
    st->timer.log = r->connection->log;
    st->timer.cancelable = 1;

    if (ngx_lo_push_join(st) != NGX_OK) {
        return NGX_BUSY;
    }

    if (ngx_lo_stream_head(st) != NGX_OK) {
        ngx_lo_push_leave(st);
        return NGX_ERROR;
    }

    cln->handler = ngx_lo_stream_cleanup;

    ngx_add_timer(&st->timer, st->framing->every);
    ngx_lo_push_begin(st);
    ngx_lo_push_live_soon(st);

    /* last: a client that has left ends the stream in here */

    ngx_lo_stream_hello(st);

    return NGX_OK;
}
