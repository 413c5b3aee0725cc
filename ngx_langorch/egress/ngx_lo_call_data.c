/*
 * What a call sends and what it gets: copied in, checked, kept within limits.
 */

#include "egress/ngx_lo_call_int.h"


#define NGX_LO_REPLY_FIRST  4096


static ngx_int_t ngx_lo_call_copy_headers(ngx_lo_call_t *call,
    const ngx_lo_call_request_t *rq);
static ngx_int_t ngx_lo_call_copy_text(ngx_lo_call_t *call, ngx_str_t *to,
    const char *from);
static ngx_uint_t ngx_lo_call_is_token(const char *text);


ngx_int_t
ngx_lo_call_copy(ngx_lo_call_t *call, const ngx_lo_call_request_t *rq)
{
    if (ngx_lo_call_copy_text(call, &call->url, rq->url) != NGX_OK
        || ngx_lo_call_copy_text(call, &call->method, rq->method) != NGX_OK
        || ngx_lo_call_copy_headers(call, rq) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (rq->body == NULL) {
        return NGX_OK;
    }

    /* one byte more: an empty body is a body */

    call->body.data = ngx_pnalloc(call->pool, rq->body_len + 1);

    if (call->body.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(call->body.data, rq->body, rq->body_len);
    call->body.len = rq->body_len;
    call->has_body = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_lo_call_copy_headers(ngx_lo_call_t *call, const ngx_lo_call_request_t *rq)
{
    ngx_uint_t  i, typed;

    call->headers = ngx_pcalloc(call->pool,
                                (rq->nheaders + 1) * sizeof(ngx_keyval_t));

    if (call->headers == NULL) {
        return NGX_ERROR;
    }

    typed = (rq->body == NULL);

    for (i = 0; i < rq->nheaders; i++) {
        if (ngx_lo_call_copy_text(call, &call->headers[i].key,
                                  rq->headers[i].name)
            != NGX_OK
            || ngx_lo_call_copy_text(call, &call->headers[i].value,
                                     rq->headers[i].value)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        call->nheaders++;
        typed = typed || ngx_strcasecmp(call->headers[i].key.data,
                                        (u_char *) "Content-Type") == 0;
    }

    if (typed) {
        return NGX_OK;
    }

    /* what we send is JSON where nobody says otherwise */

    ngx_str_set(&call->headers[i].key, "Content-Type");
    call->nheaders++;

    return ngx_lo_call_copy_text(call, &call->headers[i].value,
                                 "application/json");
}


static ngx_int_t
ngx_lo_call_copy_text(ngx_lo_call_t *call, ngx_str_t *to, const char *from)
{
    to->len = ngx_strlen(from);
    to->data = ngx_pnalloc(call->pool, to->len + 1);

    if (to->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(to->data, from, to->len + 1);

    return NGX_OK;
}


/* What could end a line of the head early must never come into one. */

const char *
ngx_lo_call_unfit(const ngx_lo_call_request_t *rq)
{
    ngx_uint_t  i;

    if (!ngx_lo_call_is_token(rq->method)) {
        return "malformed method";
    }

    for (i = 0; i < rq->nheaders; i++) {
        if (!ngx_lo_call_is_token(rq->headers[i].name)
            || strpbrk(rq->headers[i].value, "\r\n") != NULL)
        {
            return "malformed header";
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_lo_call_is_token(const char *text)
{
    if (*text == '\0') {
        return 0;
    }

    for ( /* void */ ; *text != '\0'; text++) {
        if (!isalnum((u_char) *text)
            && strchr("!#$%&'*+-.^_`|~", *text) == NULL)
        {
            return 0;
        }
    }

    return 1;
}


/* --- what comes back ------------------------------------------------------- */


const char *
ngx_lo_call_reply_room(ngx_lo_call_t *call, size_t len)
{
    size_t   room;
    u_char  *bytes;

    if (len > call->reply_max) {
        return "too large";
    }

    if (len <= call->room) {
        return NULL;
    }

    room = call->room == 0 ? NGX_LO_REPLY_FIRST : call->room;

    while (room < len) {
        room *= 2;
    }

    bytes = ngx_alloc(room, ngx_cycle->log);

    if (bytes == NULL) {
        return "no memory";
    }

    if (call->nbytes > 0) {
        ngx_memcpy(bytes, call->bytes, call->nbytes);
    }

    if (call->bytes != NULL) {
        if (call->sealed) {
            ngx_explicit_memzero(call->bytes, call->nbytes);
        }

        ngx_free(call->bytes);
    }

    call->bytes = bytes;
    call->room = room;

    return NULL;
}


const char *
ngx_lo_call_reply_add(ngx_lo_call_t *call, const u_char *bytes, size_t len)
{
    const char  *why;

    why = ngx_lo_call_reply_room(call, call->nbytes + len);

    if (why == NULL && len > 0) {
        ngx_memcpy(call->bytes + call->nbytes, bytes, len);
        call->nbytes += len;
    }

    return why;
}


void
ngx_lo_call_reply_later(ngx_lo_call_t *call, const ngx_str_t *value)
{
    time_t  seconds;

    seconds = ngx_atotm(value->data, value->len);

    if (seconds == (time_t) NGX_ERROR) {
        seconds = ngx_parse_http_time(value->data, value->len);

        if (seconds == (time_t) NGX_ERROR) {
            return;
        }

        seconds -= ngx_time();
    }

    if (seconds > 0) {
        call->reply.retry_after =
                       (ngx_msec_t) ngx_min(seconds, NGX_LO_LATER_MAX) * 1000;
    }
}


/* Header bytes that are no UTF-8 are read as Latin-1, as HTTP has it. */

static json_t *
ngx_lo_call_reply_text(const u_char *value, size_t len)
{
    size_t      i;
    json_t     *text;
    ckp_buf_t   b;
    char        two[2];

    text = json_stringn((const char *) value, len);

    if (text != NULL) {
        return text;
    }

    ckp_buf_init(&b, 2 * len + 1);

    for (i = 0; i < len; i++) {

        if (value[i] < 0x80) {
            ckp_buf_put(&b, (const char *) value + i, 1);

        } else {
            two[0] = (char) (0xc0 | value[i] >> 6);
            two[1] = (char) (0x80 | (value[i] & 0x3f));
            ckp_buf_put(&b, two, 2);
        }
    }

    text = json_stringn(ckp_buf_str(&b), b.len);
    ckp_buf_free(&b);

    return text;
}


void
ngx_lo_call_reply_head(ngx_lo_call_t *call, const u_char *name, size_t n,
    const u_char *value, size_t len)
{
    json_t  *text;
    char     key[256];

    if (call->reply.headers == NULL || n == 0 || n >= sizeof(key)) {
        return;
    }

    ngx_strlow((u_char *) key, (u_char *) name, n);
    key[n] = '\0';

    text = ngx_lo_call_reply_text(value, len);

    if (json_object_get(call->reply.headers, key) != NULL && text != NULL) {
        json_t  *both;

        both = json_sprintf("%s, %s",
                            ckp_json_str(call->reply.headers, key),
                            json_string_value(text));
        json_decref(text);
        text = both;
    }

    if (text != NULL) {
        (void) json_object_set_new(call->reply.headers, key, text);
    }
}
