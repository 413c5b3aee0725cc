/*
 * Server-sent events: framing and sending, one block at a time (api.md 1.14).
 *
 * A reader that does not read holds one block and nothing more; NGINX's
 * send_timeout ends it, and it resumes by id.
 */

#include "push/ngx_lo_push_int.h"


static void ngx_lo_sse_write(ngx_http_request_t *r);
static void ngx_lo_sse_read(ngx_http_request_t *r);


static void
ngx_lo_sse_end(ngx_lo_stream_t *st, ngx_int_t rc)
{
    if (st->closed) {
        return;
    }

    st->closed = 1;
    ngx_http_finalize_request(st->r, rc);
}


/* Whether NGINX still holds bytes of ours. */

static ngx_uint_t
ngx_lo_sse_busy(ngx_http_request_t *r)
{
    return r->buffered || r->postponed || r->connection->buffered
           || ngx_buf_size((&ngx_lo_stream_of(r)->buf)) > 0;
}


static void
ngx_lo_sse_sent(ngx_lo_stream_t *st)
{
    ngx_event_t  *wev;

    wev = st->r->connection->write;

    if (wev->timer_set && !wev->delayed) {
        ngx_del_timer(wev);
    }

    ckp_free(st->block);
    st->block = NULL;

    if (st->last) {
        ngx_lo_sse_end(st, NGX_OK);
        return;
    }

    if (st->dirty) {
        ngx_lo_stream_look(st);
    }
}


/* After a try to send: done, or wait until the client has read. */

static void
ngx_lo_sse_wait(ngx_lo_stream_t *st, ngx_int_t rc)
{
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = st->r;

    if (rc == NGX_ERROR || r->connection->error) {
        ngx_lo_sse_end(st, NGX_ERROR);
        return;
    }

    if (!ngx_lo_sse_busy(r)) {
        ngx_lo_sse_sent(st);
        return;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    r->write_event_handler = ngx_lo_sse_write;

    if (!r->connection->write->delayed) {
        ngx_add_timer(r->connection->write, clcf->send_timeout);
    }

    if (ngx_handle_write_event(r->connection->write, clcf->send_lowat)
        != NGX_OK)
    {
        ngx_lo_sse_end(st, NGX_ERROR);
    }
}


static void
ngx_lo_sse_write(ngx_http_request_t *r)
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
        ngx_lo_sse_end(st, NGX_ERROR);
        return;
    }

    if (st->block == NULL && !r->connection->buffered && !r->buffered) {
        return;
    }

    ngx_lo_sse_wait(st, ngx_http_output_filter(r, NULL));
}


/* The client says nothing more: only its leaving is of interest. */

static void
ngx_lo_sse_read(ngx_http_request_t *r)
{
    ngx_http_test_reading(r);
}


/* Sends st->block; steals it. */

static void
ngx_lo_sse_send(ngx_lo_stream_t *st, size_t len)
{
    ngx_buf_t  *b;

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

    ngx_lo_sse_wait(st, ngx_http_output_filter(st->r, &st->out));
}


static void
ngx_lo_sse_put(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    if (text->failed != CKP_OK || text->len == 0) {
        ckp_buf_free(text);
        ngx_lo_sse_end(st, NGX_ERROR);
        return;
    }

    st->block = text->data;
    ngx_lo_sse_send(st, text->len);
}


ngx_int_t
ngx_lo_sse_head(ngx_lo_stream_t *st)
{
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r;

    r = st->r;

    ngx_str_set(&r->headers_out.content_type, "text/event-stream");
    ngx_str_set(&r->headers_out.charset, "utf-8");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.status = NGX_HTTP_OK;

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);

    h = ngx_list_push(&r->headers_out.headers);

    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    ngx_str_set(&h->key, "X-Accel-Buffering");
    ngx_str_set(&h->value, "no");

    r->read_event_handler = ngx_lo_sse_read;
    r->write_event_handler = ngx_lo_sse_write;

    /* the length of a stream is not known: chunks, or the end of HTTP/1.0 */

    return ngx_http_send_header(r) == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


void
ngx_lo_sse_message(ckp_buf_t *text, const char *event, int64_t id,
    const json_t *data)
{
    char  *line;

    line = ckp_json_text(data);

    if (line == NULL) {
        text->failed = CKP_E_NOMEM;
        return;
    }

    ckp_buf_printf(text, "event: %s\nid: %lld\ndata: ", event, (long long) id);
    ckp_buf_puts(text, line);
    ckp_buf_puts(text, "\n\n");
    ckp_free(line);
}


void
ngx_lo_sse_block(ngx_lo_stream_t *st, ckp_buf_t *text, ngx_uint_t end)
{
    st->last = end ? 1 : 0;

    if (text->len == 0 && text->failed == CKP_OK) {
        ckp_buf_puts(text, ": end\n\n");
    }

    ngx_lo_sse_put(st, text);
}


void
ngx_lo_sse_hello(ngx_lo_stream_t *st)
{
    ckp_buf_t  text;

    ckp_buf_init(&text, 64);
    ckp_buf_puts(&text, "retry: 2000\n\n");
    ngx_lo_sse_put(st, &text);
}


void
ngx_lo_sse_ping(ngx_lo_stream_t *st)
{
    ckp_buf_t  text;

    ngx_add_timer(&st->timer, NGX_LO_STREAM_PING);

    if (st->block != NULL || st->closed) {
        return;
    }

    ckp_buf_init(&text, 64);
    ckp_buf_puts(&text, ": ping\n\n");
    ngx_lo_sse_put(st, &text);
}


void
ngx_lo_sse_close(ngx_lo_stream_t *st)
{
    ckp_buf_t  text;

    if (st->closed) {
        return;
    }

    if (st->block != NULL) {
        st->last = 0;
        ngx_lo_sse_end(st, NGX_ERROR);
        return;
    }

    st->last = 1;
    ckp_buf_init(&text, 64);
    ckp_buf_puts(&text, ": bye\n\n");
    ngx_lo_sse_put(st, &text);
}
