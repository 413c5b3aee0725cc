/*
 * The bytes of a stream go out, one block at a time.
 *
 * A reader that does not read holds one block and nothing more; NGINX's
 * send_timeout ends it, and it resumes by id.
 */

#include "push/ngx_lo_push_int.h"


static void ngx_lo_stream_write(ngx_http_request_t *r);
static void ngx_lo_stream_read(ngx_http_request_t *r);


void
ngx_lo_stream_end(ngx_lo_stream_t *st, ngx_int_t rc)
{
    if (st->closed) {
        return;
    }

    st->closed = 1;
    ngx_http_finalize_request(st->r, rc);
}


/* Whether NGINX still holds bytes of ours. */

static ngx_uint_t
ngx_lo_stream_busy(ngx_lo_stream_t *st)
{
    ngx_http_request_t  *r;

    r = st->r;

    return r->buffered || r->postponed || r->connection->buffered
           || ngx_buf_size((&st->buf)) > 0;
}


static void
ngx_lo_stream_sent(ngx_lo_stream_t *st)
{
    ngx_event_t  *wev;

    wev = st->r->connection->write;

    if (wev->timer_set && !wev->delayed) {
        ngx_del_timer(wev);
    }

    ckp_free(st->block);
    st->block = NULL;

    if (st->last) {
        ngx_lo_stream_end(st, NGX_OK);
        return;
    }

    /* what came meanwhile was left where it was */

    if (st->framing->read != NULL) {
        ngx_post_event(st->r->connection->read, &ngx_posted_events);
    }

    if (st->behind) {
        ngx_lo_push_live_soon(st);
    }

    if (st->dirty) {
        ngx_lo_stream_look(st);
    }
}


/* After a try to send: done, or wait until the client has read. */

static void
ngx_lo_stream_wait(ngx_lo_stream_t *st, ngx_int_t rc)
{
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = st->r;

    if (rc == NGX_ERROR || r->connection->error) {
        ngx_lo_stream_end(st, NGX_ERROR);
        return;
    }

    if (!ngx_lo_stream_busy(st)) {
        ngx_lo_stream_sent(st);
        return;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    r->write_event_handler = ngx_lo_stream_write;

    if (!r->connection->write->delayed) {
        ngx_add_timer(r->connection->write, clcf->send_timeout);
    }

    if (ngx_handle_write_event(r->connection->write, clcf->send_lowat)
        != NGX_OK)
    {
        ngx_lo_stream_end(st, NGX_ERROR);
    }
}


static void
ngx_lo_stream_write(ngx_http_request_t *r)
{
    ngx_event_t      *wev;
    ngx_lo_stream_t  *st;

    st = ngx_lo_stream_of(r);

    if (st == NULL || st->closed) {
        return;
    }

    wev = r->connection->write;

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, NGX_ETIMEDOUT,
                      "a reader of %s does not read%s%s", st->topic->what,
                      st->run_id[0] ? ": run " : "", st->run_id);
        r->connection->timedout = 1;
        ngx_lo_stream_end(st, NGX_ERROR);
        return;
    }

    if (st->block == NULL && !r->connection->buffered && !r->buffered) {
        return;
    }

    ngx_lo_stream_wait(st, ngx_http_output_filter(r, NULL));
}


static void
ngx_lo_stream_read(ngx_http_request_t *r)
{
    ngx_lo_stream_t  *st;

    st = ngx_lo_stream_of(r);

    if (st == NULL || st->closed) {
        return;
    }

    if (st->framing->read == NULL) {
        ngx_http_test_reading(r);
        return;
    }

    st->framing->read(st);
}


/* The text becomes the block that is under way. */

void
ngx_lo_stream_flush(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    size_t      len;
    ngx_buf_t  *b;

    if (text->failed != CKP_OK) {
        ckp_buf_free(text);
        ngx_lo_stream_end(st, NGX_ERROR);
        return;
    }

    if (text->len == 0) {
        ckp_buf_free(text);
        return;
    }

    st->block = text->data;
    len = text->len;

    b = &st->buf;
    ngx_memzero(b, sizeof(ngx_buf_t));

    b->start = (u_char *) st->block;
    b->pos = b->start;
    b->last = b->start + len;
    b->end = b->last;
    b->temporary = 1;
    b->flush = 1;
    b->last_buf = st->last;
    b->last_in_chain = st->last;

    st->out.buf = b;
    st->out.next = NULL;

    ngx_lo_stream_wait(st, ngx_http_output_filter(st->r, &st->out));
}


void
ngx_lo_stream_say(ngx_lo_stream_t *st, ckp_buf_t *text, const char *event,
    int64_t id, const json_t *data)
{
    st->framing->message(st, text, event, id, data);
}


void
ngx_lo_stream_send(ngx_lo_stream_t *st, ckp_buf_t *text,
    ngx_lo_stream_end_t end)
{
    if (end != NGX_LO_STREAM_GOES_ON) {
        st->last = 1;
        st->framing->end(st, text, end);
    }

    ngx_lo_stream_flush(st, text);
}


ngx_int_t
ngx_lo_stream_head(ngx_lo_stream_t *st)
{
    ngx_http_request_t  *r;

    r = st->r;

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);

    if (st->framing->head(st) != NGX_OK) {
        return NGX_ERROR;
    }

    r->read_event_handler = ngx_lo_stream_read;
    r->write_event_handler = ngx_lo_stream_write;

    /* the length of a stream is not known: chunks, or the end of HTTP/1.0 */

    return ngx_http_send_header(r) == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


void
ngx_lo_stream_hello(ngx_lo_stream_t *st)
{
    ckp_buf_t  text;

    ckp_buf_init(&text, NGX_LO_STREAM_MAX);
    st->framing->hello(st, &text);

    if (st->topic->greet != NULL) {
        st->topic->greet(st, &text);
    }

    ngx_lo_stream_flush(st, &text);
}


void
ngx_lo_stream_ping(ngx_lo_stream_t *st)
{
    ckp_buf_t  text;

    ngx_add_timer(&st->timer, st->framing->every);

    if (st->block != NULL || st->closed) {
        return;
    }

    ckp_buf_init(&text, 64);
    st->framing->ping(st, &text);
    ngx_lo_stream_flush(st, &text);
}


void
ngx_lo_stream_close(ngx_lo_stream_t *st, ngx_lo_stream_end_t why)
{
    ckp_buf_t  text;

    if (st->closed) {
        return;
    }

    if (st->block != NULL) {
        st->last = 0;
        ngx_lo_stream_end(st, NGX_ERROR);
        return;
    }

    ckp_buf_init(&text, 256);
    ngx_lo_stream_send(st, &text, why);
}
