/*
 * Topics and their readers: which streams have something to look at.
 *
 * One look a worker finds the runs that have new events; only their streams
 * read.  event_id rises in commit order, so a tail of it misses nothing.
 */

#include "push/ngx_lo_push_int.h"

#define NGX_LO_PUSH_PAUSE  10           /* ms between two looks at the tail */


static struct {
    ngx_rbtree_t       tree;            /* streams by run */
    ngx_rbtree_node_t  sentinel;
    ngx_queue_t        all;
    ngx_uint_t         n;
    int64_t            tail;            /* newest event looked at; -1: none */
    ngx_event_t        timer;
    unsigned           looking:1;
    unsigned           again:1;
    unsigned           quits:1;
} ngx_lo_push;


static void ngx_lo_push_look(void *data);
static void ngx_lo_push_tick(ngx_event_t *ev);


static ngx_rbtree_key_t
ngx_lo_push_key(const char *run_id)
{
    return ngx_crc32_short((u_char *) run_id, ngx_strlen(run_id));
}


/* --- a stream ---------------------------------------------------------------- */

static void
ngx_lo_stream_cleanup(void *data)
{
    ngx_lo_stream_t  *st = data;

    st->closed = 1;

    if (st->job != NULL) {
        ngx_lo_job_forget(st->job);
        st->job = NULL;
    }

    if (st->timer.timer_set) {
        ngx_del_timer(&st->timer);
    }

    ngx_rbtree_delete(&ngx_lo_push.tree, &st->node);
    ngx_queue_remove(&st->queue);
    ngx_lo_push.n--;

    ngx_lo_metric_add(NGX_LO_M_SSE_CONNECTIONS, NULL, -1);

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
        ngx_lo_sse_close(st);

    } else {
        ngx_lo_sse_ping(st);

        /* of a deleted run no bell tells */

        ngx_lo_stream_look(st);
    }

    ngx_http_run_posted_requests(c);
}


static void
ngx_lo_stream_looked(ngx_lo_job_t *job, void *data)
{
    json_t            *row;
    ngx_uint_t         end, n;
    const char        *type, *status;
    const json_t      *rows;
    ngx_connection_t  *c;
    ngx_lo_stream_t   *st = data;

    static const struct {
        const char  *type;
        const char  *status;
    } finals[] = {
        { "run_completed", "completed" },
        { "run_failed",    "failed" },
        { "run_canceled",  "canceled" },
    };

    st->job = NULL;
    c = st->r->connection;

    /* the poll comes back to it, or the end of the block that is on its way */

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || st->block != NULL) {
        st->dirty = 1;
        return;
    }

    rows = ngx_lo_job_rows(job, 0);
    status = NULL;

    /* a run that was deleted has nothing more to tell */

    end = (ngx_lo_job_row(job, 1) == NULL);

    if (json_array_size(rows) < NGX_LO_STREAM_ROWS) {

        end |= !st->follow;
        row = json_array_get(rows, json_array_size(rows) - 1);
        type = row ? ckp_json_str(row, "event_type") : NULL;

        /* a retry continues the sequence: only the last event ends it */

        for (n = 0; type != NULL && n < 3; n++) {
            if (ngx_strcmp(type, finals[n].type) == 0) {
                status = finals[n].status;
                end = 1;
            }
        }

    } else {
        st->dirty = 1;
    }

    if (json_array_size(rows) != 0 || end) {
        ngx_lo_sse_rows(st, rows, end, status);

    } else if (st->dirty) {
        ngx_lo_stream_look(st);
    }

    ngx_http_run_posted_requests(c);
}


void
ngx_lo_stream_look(ngx_lo_stream_t *st)
{
    ngx_lo_job_t  *job;

    if (st->job != NULL || st->block != NULL || st->last || st->closed) {
        st->dirty = 1;
        return;
    }

    st->dirty = 0;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        st->dirty = 1;
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_api_events_after,
                          (const char *) st->run_id, st->seq,
                          (int64_t) NGX_LO_STREAM_ROWS);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_api_run_known,
                          (const char *) st->run_id);

    st->job = job;
    ngx_lo_job_submit(job, ngx_lo_stream_looked, st);
}


ngx_int_t
ngx_lo_push_open(ngx_http_request_t *r, const char *run_id, int64_t after,
    ngx_uint_t follow)
{
    ngx_lo_stream_t     *st;
    ngx_pool_cleanup_t  *cln;

    if (ngx_lo_push.quits || ngx_lo_push.n >= ngx_lo_conf()->streams_max) {
        return NGX_BUSY;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_lo_stream_t));

    if (cln == NULL) {
        return NGX_ERROR;
    }

    st = cln->data;
    ngx_memzero(st, sizeof(ngx_lo_stream_t));

    st->r = r;
    st->seq = after;
    st->follow = follow ? 1 : 0;
    st->opened = ngx_current_msec;
    ngx_cpystrn((u_char *) st->run_id, (u_char *) run_id, sizeof(st->run_id));

    st->timer.handler = ngx_lo_stream_timer;
    st->timer.data = st;
    st->timer.log = r->connection->log;
    st->timer.cancelable = 1;

    if (ngx_lo_sse_head(st) != NGX_OK) {
        return NGX_ERROR;
    }

    cln->handler = ngx_lo_stream_cleanup;

    st->node.key = ngx_lo_push_key(st->run_id);
    ngx_rbtree_insert(&ngx_lo_push.tree, &st->node);
    ngx_queue_insert_tail(&ngx_lo_push.all, &st->queue);
    ngx_lo_push.n++;

    ngx_lo_metric_add(NGX_LO_M_SSE_CONNECTIONS, NULL, 1);
    ngx_add_timer(&st->timer, NGX_LO_STREAM_PING);

    if (ngx_lo_push.tail == -1) {

        /* what comes after the tail is known is seen by the tail */

        st->dirty = 1;
        ngx_lo_push_look(NULL);

    } else {
        ngx_lo_stream_look(st);
    }

    /* last: a client that has left ends the stream in here */

    ngx_lo_sse_hello(st);

    return NGX_OK;
}


/* --- the tail ----------------------------------------------------------------- */

static ngx_uint_t
ngx_lo_push_wants(const json_t *rows, const ngx_lo_stream_t *st)
{
    size_t       i;
    json_t      *row;
    const char  *run_id;

    if (st->dirty) {
        return 1;
    }

    json_array_foreach(rows, i, row) {
        run_id = ckp_json_str(row, "run_id");

        if (run_id != NULL && ngx_strcmp(run_id, st->run_id) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_lo_push_wake(const json_t *rows)
{
    ngx_queue_t      *q, *next;
    ngx_lo_stream_t  *st;

    for (q = ngx_queue_head(&ngx_lo_push.all);
         q != ngx_queue_sentinel(&ngx_lo_push.all);
         q = next)
    {
        next = ngx_queue_next(q);
        st = ngx_queue_data(q, ngx_lo_stream_t, queue);

        if (ngx_lo_push_wants(rows, st)) {
            ngx_lo_stream_look(st);
        }
    }
}


static void
ngx_lo_push_looked(ngx_lo_job_t *job, void *data)
{
    ngx_uint_t  again;

    (void) data;

    ngx_lo_push.looking = 0;
    again = ngx_lo_push.again;
    ngx_lo_push.again = 0;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_push.tail = ckp_json_int(ngx_lo_job_row(job, 0), "tail", 0);
        ngx_lo_push_wake(ngx_lo_job_rows(job, 1));
    }

    if (ngx_lo_push.n == 0) {
        ngx_lo_push.tail = -1;      /* nobody reads: nothing to follow */
        return;
    }

    if (!ngx_lo_push.quits) {
        ngx_add_timer(&ngx_lo_push.timer,
                      again ? NGX_LO_PUSH_PAUSE : ngx_lo_conf()->poll_time);
    }
}


static void
ngx_lo_push_read(void)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        ngx_add_timer(&ngx_lo_push.timer, ngx_lo_conf()->poll_time);
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_push_tail);

    /* unknown yet: every stream looks for itself */

    (void) ngx_lo_job_add(job, &ngx_lo_sql_push_runs,
                          ngx_lo_push.tail == -1 ? INT64_MAX
                                                 : ngx_lo_push.tail);

    ngx_lo_push.looking = 1;
    ngx_lo_job_submit(job, ngx_lo_push_looked, NULL);
}


static void
ngx_lo_push_look(void *data)
{
    ngx_msec_t  left;

    (void) data;

    if (ngx_lo_push.n == 0 || ngx_lo_push.quits) {
        return;
    }

    if (ngx_lo_push.looking) {
        ngx_lo_push.again = 1;
        return;
    }

    /* the pause after the last look is still on */

    if (ngx_lo_push.timer.timer_set) {
        left = ngx_lo_push.timer.timer.key - ngx_current_msec;

        if ((ngx_msec_int_t) left <= NGX_LO_PUSH_PAUSE) {
            return;
        }

        ngx_del_timer(&ngx_lo_push.timer);
    }

    ngx_lo_push_read();
}


static void
ngx_lo_push_tick(ngx_event_t *ev)
{
    (void) ev;

    if (ngx_lo_push.n != 0 && !ngx_lo_push.looking && !ngx_lo_push.quits) {
        ngx_lo_push_read();
    }
}


ngx_int_t
ngx_lo_push_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_push, sizeof(ngx_lo_push));

    ngx_rbtree_init(&ngx_lo_push.tree, &ngx_lo_push.sentinel,
                    ngx_rbtree_insert_value);
    ngx_queue_init(&ngx_lo_push.all);

    ngx_lo_push.tail = -1;
    ngx_lo_push.timer.handler = ngx_lo_push_tick;
    ngx_lo_push.timer.data = &ngx_lo_push;
    ngx_lo_push.timer.log = cycle->log;
    ngx_lo_push.timer.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_STREAMS, ngx_lo_push_look, NULL);

    return NGX_OK;
}


void
ngx_lo_push_quit(void)
{
    ngx_queue_t       *q;
    ngx_connection_t  *c;
    ngx_lo_stream_t   *st;

    ngx_lo_push.quits = 1;

    if (ngx_lo_push.timer.timer_set) {
        ngx_del_timer(&ngx_lo_push.timer);
    }

    q = ngx_queue_head(&ngx_lo_push.all);

    while (q != ngx_queue_sentinel(&ngx_lo_push.all)) {
        st = ngx_queue_data(q, ngx_lo_stream_t, queue);
        q = ngx_queue_next(q);

        c = st->r->connection;
        ngx_lo_sse_close(st);
        ngx_http_run_posted_requests(c);
    }
}
