/*
 * Server-sent events: how the bytes of a stream look (spec/api.md 1.14).
 */

#include "push/ngx_lo_push_int.h"


static ngx_int_t
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

    h = ngx_list_push(&r->headers_out.headers);

    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    ngx_str_set(&h->key, "X-Accel-Buffering");
    ngx_str_set(&h->value, "no");

    return NGX_OK;
}


/* How soon to come back. */

static void
ngx_lo_sse_hello(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    ckp_buf_puts(text, "retry: 2000\n\n");
}


static void
ngx_lo_sse_message(ngx_lo_stream_t *st, ckp_buf_t *text, const char *event,
    int64_t id, const json_t *data)
{
    ckp_buf_printf(text, "event: %s\n", event);

    /* what is not stored has none: a reader resumes behind what is */

    if (id != NGX_LO_STREAM_NO_ID) {
        ckp_buf_printf(text, "id: %lld\n", (long long) id);
    }

    /* compact JSON has no end of line in it */

    ckp_buf_puts(text, "data: ");
    ckp_json_put(text, data);
    ckp_buf_puts(text, "\n\n");
}


static void
ngx_lo_sse_ping(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    ckp_buf_puts(text, ": ping\n\n");
}


static void
ngx_lo_sse_end(ngx_lo_stream_t *st, ckp_buf_t *text, ngx_lo_stream_end_t why)
{
    if (text->len == 0) {
        ckp_buf_puts(text, why == NGX_LO_STREAM_DONE ? ": end\n\n"
                                                     : ": bye\n\n");
    }
}


const ngx_lo_framing_t  ngx_lo_sse = {
    15000, ngx_lo_sse_head, ngx_lo_sse_hello, ngx_lo_sse_message,
    ngx_lo_sse_ping, ngx_lo_sse_end, NULL
};
