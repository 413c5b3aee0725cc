/*
 * Answers of models that grow, for the streams of this worker.
 *
 * A bell says that some have; they are looked at once in a while, so that a
 * model that talks fast costs a reader some twenty messages a second.  A reader
 * that is slow gets what has come meanwhile when it has read.
 */

#include "push/ngx_lo_push_int.h"

#define NGX_LO_PUSH_LIVE_PAUSE  50      /* ms between two looks */


static struct {
    uint64_t     seen;                  /* last change that was looked at */
    ngx_event_t  timer;
    unsigned     quits:1;
} ngx_lo_push_live;


/* Who watches that run, or all of them, has something to be told. */

static void
ngx_lo_push_live_mark(ngx_lo_stream_t *st, void *data)
{
    const ngx_lo_live_t  *live = data;

    if (st->topic->grows != NULL && ngx_strcmp(st->run_id, live->run_id) == 0) {
        st->behind = 1;
    }
}


void
ngx_lo_push_live_put(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    ngx_uint_t     at;
    ngx_lo_live_t  live;

    st->behind = 0;
    at = 0;

    while (ngx_lo_live_next(&at, 0, st->run_id, &live) == NGX_OK) {
        st->topic->grows(st, &live, text);
    }
}


static void
ngx_lo_push_live_say(ngx_lo_stream_t *st, void *data)
{
    ckp_buf_t          text;
    ngx_connection_t  *c;

    (void) data;

    /* it is looked at again behind the block that is on its way */

    if (!st->behind || st->block != NULL || st->last || st->closed) {
        return;
    }

    c = st->r->connection;

    ckp_buf_init(&text, NGX_LO_STREAM_MAX);
    ngx_lo_push_live_put(st, &text);
    ngx_lo_stream_flush(st, &text);
    ngx_http_run_posted_requests(c);
}


static void
ngx_lo_push_live_look(ngx_event_t *ev)
{
    uint64_t       now;
    ngx_uint_t     at;
    ngx_lo_live_t  live;

    (void) ev;

    if (ngx_lo_push_live.quits) {
        return;
    }

    /* what changes behind this number is seen now, and again */

    now = ngx_lo_live_changes();
    at = 0;

    while (ngx_lo_live_next(&at, ngx_lo_push_live.seen, NULL, &live)
           == NGX_OK)
    {
        ngx_lo_push_each(ngx_lo_push_live_mark, &live);
    }

    ngx_lo_push_live.seen = now;

    ngx_lo_push_each(ngx_lo_push_live_say, NULL);
}


static void
ngx_lo_push_live_bell(void *data)
{
    (void) data;

    if (!ngx_lo_push_live.quits && !ngx_lo_push_live.timer.timer_set) {
        ngx_add_timer(&ngx_lo_push_live.timer, NGX_LO_PUSH_LIVE_PAUSE);
    }
}


void
ngx_lo_push_live_soon(ngx_lo_stream_t *st)
{
    if (st->topic->grows != NULL) {
        st->behind = 1;
        ngx_lo_push_live_bell(NULL);
    }
}


void
ngx_lo_push_live_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_push_live, sizeof(ngx_lo_push_live));

    ngx_lo_push_live.timer.handler = ngx_lo_push_live_look;
    ngx_lo_push_live.timer.data = &ngx_lo_push_live;
    ngx_lo_push_live.timer.log = cycle->log;
    ngx_lo_push_live.timer.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_LIVE, ngx_lo_push_live_bell, NULL);
}


void
ngx_lo_push_live_quit(void)
{
    ngx_lo_push_live.quits = 1;

    if (ngx_lo_push_live.timer.timer_set) {
        ngx_del_timer(&ngx_lo_push_live.timer);
    }
}
