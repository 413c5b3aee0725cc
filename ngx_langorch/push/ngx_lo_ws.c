/*
 * WebSocket: how the bytes of a stream look to a page that wants frames, and
 * what it may say (RFC 6455; spec/api.md 18.12).
 *
 * The library makes and takes frames in memory.  What it has to say goes out as
 * a block like everything else; while one is under way nothing is read, so a
 * reader that does not read cannot fill our memory with what it asks for.
 */

#include "push/ngx_lo_push_int.h"

#include <wslay/wslay.h>

#define NGX_LO_WS_TAKEN   4096      /* bytes of a client's message */
#define NGX_LO_WS_TURN    4096      /* bytes that are read at once */


/* The framing's own of a stream. */
typedef struct {
    ngx_lo_stream_t           *st;
    wslay_event_context_ptr    ctx;
    ckp_buf_t                 *text;    /* where frames go at this moment */
    size_t                     turn;    /* bytes that may still be read */
    unsigned                   gone:1;  /* the client left */
} ngx_lo_ws_t;


/* --- callbacks of the library ---------------------------------------------- */


static ssize_t
ngx_lo_ws_put(wslay_event_context_ptr ctx, const uint8_t *data, size_t len,
    int flags, void *own)
{
    ngx_lo_ws_t  *ws = own;

    ckp_buf_put(ws->text, (const char *) data, len);

    if (ws->text->failed != CKP_OK) {
        wslay_event_set_error(ctx, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }

    return (ssize_t) len;
}


/* Bytes that came with the head of the request go first. */

static ssize_t
ngx_lo_ws_get(wslay_event_context_ptr ctx, uint8_t *data, size_t len,
    int flags, void *own)
{
    ssize_t            n;
    ngx_buf_t         *b;
    ngx_lo_ws_t       *ws = own;
    ngx_connection_t  *c;

    c = ws->st->r->connection;
    b = ws->st->r->header_in;
    len = ngx_min(len, ws->turn);
    n = ngx_min((ssize_t) len, b->last - b->pos);

    if (n > 0) {
        ngx_memcpy(data, b->pos, n);
        b->pos += n;

    } else {
        n = (len != 0) ? c->recv(c, data, len) : NGX_AGAIN;
    }

    if (n > 0) {
        ws->turn -= (size_t) n;
        return n;
    }

    if (n != NGX_AGAIN) {
        ws->gone = 1;
    }

    wslay_event_set_error(ctx, n == NGX_AGAIN ? WSLAY_ERR_WOULDBLOCK
                                              : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}


static void
ngx_lo_ws_queue(ngx_lo_ws_t *ws, uint8_t opcode, const char *data, size_t len,
    ckp_buf_t *text)
{
    struct wslay_event_msg  msg;

    msg.opcode = opcode;
    msg.msg = (const uint8_t *) data;
    msg.msg_length = len;

    if (wslay_event_queue_msg(ws->ctx, &msg) == WSLAY_ERR_NOMEM) {
        text->failed = CKP_E_NOMEM;
    }
}


/* "ping" has an answer; there is nothing else that a client may say. */

static void
ngx_lo_ws_took(wslay_event_context_ptr ctx,
    const struct wslay_event_on_msg_recv_arg *arg, void *own)
{
    ngx_lo_ws_t  *ws = own;

    if (arg->opcode == WSLAY_TEXT_FRAME && arg->msg_length == 4
        && ngx_memcmp(arg->msg, "ping", 4) == 0)
    {
        ngx_lo_ws_queue(ws, WSLAY_TEXT_FRAME, "pong", 4, ws->text);
    }
}


/* --- the framing ------------------------------------------------------------- */


static void
ngx_lo_ws_cleanup(void *data)
{
    ngx_lo_ws_t  *ws = data;

    wslay_event_context_free(ws->ctx);
}


/* What is queued becomes bytes behind the text. */

static void
ngx_lo_ws_drain(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    ngx_lo_ws_t  *ws = st->wire;

    ws->text = text;

    if (wslay_event_send(ws->ctx) != 0 && text->failed == CKP_OK) {
        text->failed = CKP_E_NOMEM;
    }

    ws->text = NULL;
}


static ngx_int_t
ngx_lo_ws_head(ngx_lo_stream_t *st)
{
    ngx_lo_ws_t         *ws;
    ngx_table_elt_t     *h;
    ngx_pool_cleanup_t  *cln;
    ngx_http_request_t  *r;

    static const struct wslay_event_callbacks  callbacks = {
        ngx_lo_ws_get, ngx_lo_ws_put, NULL, NULL, NULL, NULL, ngx_lo_ws_took
    };

    r = st->r;
    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_lo_ws_t));
    h = ngx_list_push(&r->headers_out.headers);

    if (cln == NULL || h == NULL) {
        return NGX_ERROR;
    }

    ws = cln->data;
    ngx_memzero(ws, sizeof(ngx_lo_ws_t));
    ws->st = st;
    h->hash = 0;

    if (wslay_event_context_server_init(&ws->ctx, &callbacks, ws) != 0) {
        return NGX_ERROR;
    }

    wslay_event_config_set_max_recv_msg_length(ws->ctx, NGX_LO_WS_TAKEN);

    cln->handler = ngx_lo_ws_cleanup;
    st->wire = ws;

    h->hash = 1;
    ngx_str_set(&h->key, "Upgrade");
    ngx_str_set(&h->value, "websocket");

    r->headers_out.status = NGX_HTTP_SWITCHING_PROTOCOLS;
    ngx_str_set(&r->headers_out.status_line, "101 Switching Protocols");

    /* the connection is no HTTP any more, and its end is ours to tell */

    r->keepalive = 0;
    r->lingering_close = 1;

    return NGX_OK;
}


/* Frames may have come with the head. */

static void
ngx_lo_ws_hello(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    ngx_post_event(st->r->connection->read, &ngx_posted_events);
}


static void
ngx_lo_ws_message(ngx_lo_stream_t *st, ckp_buf_t *text, const char *event,
    int64_t id, const json_t *data)
{
    char  *line;

    line = ckp_json_text(data);

    if (line == NULL) {
        text->failed = CKP_E_NOMEM;
        return;
    }

    ngx_lo_ws_queue(st->wire, WSLAY_TEXT_FRAME, line, ngx_strlen(line), text);
    ckp_free(line);

    ngx_lo_ws_drain(st, text);
}


static void
ngx_lo_ws_ping(ngx_lo_stream_t *st, ckp_buf_t *text)
{
    ngx_lo_ws_queue(st->wire, WSLAY_PING, NULL, 0, text);
    ngx_lo_ws_drain(st, text);
}


static void
ngx_lo_ws_end(ngx_lo_stream_t *st, ckp_buf_t *text, ngx_lo_stream_end_t why)
{
    uint16_t      code;
    ngx_lo_ws_t  *ws = st->wire;

    switch (why) {

    case NGX_LO_STREAM_LEAVES:
        code = WSLAY_CODE_GOING_AWAY;
        break;

    case NGX_LO_STREAM_DENIED:
        code = WSLAY_CODE_POLICY_VIOLATION;
        break;

    default:
        code = WSLAY_CODE_NORMAL_CLOSURE;
        break;
    }

    (void) wslay_event_queue_close(ws->ctx, code, NULL, 0);
    ngx_lo_ws_drain(st, text);
}


/* Reads a turn of what the client says, and answers. */

static void
ngx_lo_ws_read(ngx_lo_stream_t *st)
{
    int           rc;
    ckp_buf_t     text;
    ngx_event_t  *rev;
    ngx_lo_ws_t  *ws = st->wire;

    if (st->block != NULL || st->last) {
        return;
    }

    rev = st->r->connection->read;
    ckp_buf_init(&text, NGX_LO_STREAM_MAX);

    ws->text = &text;
    ws->turn = NGX_LO_WS_TURN;
    rc = wslay_event_recv(ws->ctx);
    ws->text = NULL;

    if (ws->gone || rc == WSLAY_ERR_NOMEM
        || ngx_handle_read_event(rev, 0) != NGX_OK)
    {
        ckp_buf_free(&text);
        ngx_lo_stream_end(st, NGX_HTTP_CLIENT_CLOSED_REQUEST);
        return;
    }

    if (ws->turn == 0) {
        ngx_post_event(rev, &ngx_posted_events);
    }

    if (wslay_event_want_write(ws->ctx)) {
        ngx_lo_ws_drain(st, &text);
        st->last = wslay_event_get_close_sent(ws->ctx) ? 1 : 0;
    }

    ngx_lo_stream_flush(st, &text);
}


const ngx_lo_framing_t  ngx_lo_ws = {
    30000, ngx_lo_ws_head, ngx_lo_ws_hello, ngx_lo_ws_message,
    ngx_lo_ws_ping, ngx_lo_ws_end, ngx_lo_ws_read
};
