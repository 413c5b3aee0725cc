/*
 * The streams of a worker, and the tail that they follow: which of them have
 * something to look at.
 *
 * One look a worker finds what is new; only the streams that it is for read.
 * Numbers rise in commit order, so a tail of them misses nothing.
 */

#include "push/ngx_lo_push_int.h"

#define NGX_LO_PUSH_PAUSE  10           /* ms between two looks at the tail */

/* A worker without streams need not wake whenever one of the others commits. */
#define NGX_LO_PUSH_BELLS  (NGX_LO_BELL_STREAMS|NGX_LO_BELL_LIVE)

/*
 * Looks of streams that are under way at once.  What they read is in memory
 * until it is sent, and requests read beside them: an event that thousands wait
 * for takes its turns.
 */
#define NGX_LO_PUSH_LOOKS  64


static struct {
    ngx_queue_t   all;
    ngx_uint_t    n;
    ngx_queue_t   waiting;              /* streams, for their turn to look */
    ngx_uint_t    looks;                /* of streams, under way */
    int64_t       tail;                 /* newest event looked at; -1: none */
    ngx_event_t   timer;
    unsigned      looking:1;
    unsigned      again:1;
    unsigned      quits:1;
} ngx_lo_push;


static void ngx_lo_push_look(void *data);


static void
ngx_lo_push_wait_over(ngx_lo_stream_t *st)
{
    if (st->waits) {
        ngx_queue_remove(&st->turn);
        st->waits = 0;
    }
}


static void
ngx_lo_push_count(const ngx_lo_stream_t *st, int n)
{
    ngx_lo_metric_add(st->framing == &ngx_lo_ws ? NGX_LO_M_WS_CONNECTIONS
                                                : NGX_LO_M_SSE_CONNECTIONS,
                      NULL, n);
}


ngx_int_t
ngx_lo_push_join(ngx_lo_stream_t *st)
{
    if (ngx_lo_push.quits || ngx_lo_push.n >= ngx_lo_conf()->streams_max) {
        return NGX_BUSY;
    }

    ngx_queue_insert_tail(&ngx_lo_push.all, &st->queue);

    if (ngx_lo_push.n++ == 0) {
        ngx_lo_bell_heed(NGX_LO_PUSH_BELLS, 1);
    }

    ngx_lo_push_count(st, 1);

    return NGX_OK;
}


void
ngx_lo_push_leave(ngx_lo_stream_t *st)
{
    ngx_queue_remove(&st->queue);
    ngx_lo_push_wait_over(st);

    if (--ngx_lo_push.n == 0) {
        ngx_lo_bell_heed(NGX_LO_PUSH_BELLS, 0);
    }

    ngx_lo_push_count(st, -1);
}


ngx_int_t
ngx_lo_push_turn(ngx_lo_stream_t *st)
{
    if (ngx_lo_push.looks < NGX_LO_PUSH_LOOKS) {
        ngx_lo_push_wait_over(st);
        return NGX_OK;
    }

    if (!st->waits) {
        ngx_queue_insert_tail(&ngx_lo_push.waiting, &st->turn);
        st->waits = 1;
    }

    return NGX_AGAIN;
}


void
ngx_lo_push_look_begun(void)
{
    ngx_lo_push.looks++;
}


void
ngx_lo_push_look_over(void)
{
    ngx_lo_stream_t  *st;

    ngx_lo_push.looks--;

    /* one that cannot look now does behind its block, or at the next tail */

    while (ngx_lo_push.looks < NGX_LO_PUSH_LOOKS
           && !ngx_queue_empty(&ngx_lo_push.waiting))
    {
        st = ngx_queue_data(ngx_queue_head(&ngx_lo_push.waiting),
                            ngx_lo_stream_t, turn);
        ngx_lo_push_wait_over(st);
        ngx_lo_stream_look(st);
    }
}


void
ngx_lo_push_begin(ngx_lo_stream_t *st)
{
    if (ngx_lo_push.tail != -1) {
        ngx_lo_stream_look(st);
        return;
    }

    /* what comes after the tail is known is seen by the tail */

    st->dirty = 1;
    ngx_lo_push_look(NULL);
}


static void
ngx_lo_push_wake(const ngx_lo_tail_t *tail)
{
    ngx_queue_t      *q, *next;
    ngx_lo_stream_t  *st;

    for (q = ngx_queue_head(&ngx_lo_push.all);
         q != ngx_queue_sentinel(&ngx_lo_push.all);
         q = next)
    {
        next = ngx_queue_next(q);
        st = ngx_queue_data(q, ngx_lo_stream_t, queue);

        if (st->dirty || st->topic->wants(st, tail)) {
            ngx_lo_stream_look(st);
        }
    }
}


static void
ngx_lo_push_looked(ngx_lo_job_t *job, void *data)
{
    ngx_uint_t     again;
    ngx_lo_tail_t  tail;

    (void) data;

    ngx_lo_push.looking = 0;
    again = ngx_lo_push.again;
    ngx_lo_push.again = 0;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_push.tail = ckp_json_int(ngx_lo_job_row(job, 0), "tail", 0);

        tail.runs = ngx_lo_job_rows(job, 1);
        tail.changes = ckp_json_int(ngx_lo_job_row(job, 2), "tail", 0);

        ngx_lo_push_wake(&tail);
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
    (void) ngx_lo_job_add(job, &ngx_lo_sql_push_changes_tail);

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


void
ngx_lo_push_each(void (*each)(ngx_lo_stream_t *st, void *data), void *data)
{
    ngx_queue_t      *q, *next;

    for (q = ngx_queue_head(&ngx_lo_push.all);
         q != ngx_queue_sentinel(&ngx_lo_push.all);
         q = next)
    {
        next = ngx_queue_next(q);
        each(ngx_queue_data(q, ngx_lo_stream_t, queue), data);
    }
}


ngx_int_t
ngx_lo_push_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_push, sizeof(ngx_lo_push));

    ngx_queue_init(&ngx_lo_push.all);
    ngx_queue_init(&ngx_lo_push.waiting);

    ngx_lo_push.tail = -1;
    ngx_lo_push.timer.handler = ngx_lo_push_tick;
    ngx_lo_push.timer.data = &ngx_lo_push;
    ngx_lo_push.timer.log = cycle->log;
    ngx_lo_push.timer.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_STREAMS, ngx_lo_push_look, NULL);
    ngx_lo_push_live_start(cycle);
    ngx_lo_bell_heed(NGX_LO_PUSH_BELLS, 0);

    return NGX_OK;
}


void
ngx_lo_push_quit(void)
{
    ngx_queue_t       *q;
    ngx_connection_t  *c;
    ngx_lo_stream_t   *st;

    ngx_lo_push.quits = 1;
    ngx_lo_push_live_quit();

    if (ngx_lo_push.timer.timer_set) {
        ngx_del_timer(&ngx_lo_push.timer);
    }

    q = ngx_queue_head(&ngx_lo_push.all);

    while (q != ngx_queue_sentinel(&ngx_lo_push.all)) {
        st = ngx_queue_data(q, ngx_lo_stream_t, queue);
        q = ngx_queue_next(q);

        c = st->r->connection;
        ngx_lo_stream_close(st, NGX_LO_STREAM_LEAVES);
        ngx_http_run_posted_requests(c);
    }
}
