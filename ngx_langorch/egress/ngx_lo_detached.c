/*
 * What comes back on a request without a client, and what is to be made of it.
 */

#include "egress/ngx_lo_detached.h"


static const char *ngx_lo_detached_head_fault(ngx_http_request_t *r);
static const char *ngx_lo_detached_length_fault(ngx_http_upstream_t *u);
static ngx_int_t ngx_lo_detached_head_take(ngx_lo_detached_t *d,
    ngx_http_upstream_t *u);
static void ngx_lo_detached_finalize(ngx_http_request_t *r, ngx_int_t rc);
static const char *ngx_lo_detached_why(ngx_lo_detached_t *d,
    ngx_http_request_t *r, ngx_int_t rc);


/* --- head ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_detached_head(ngx_lo_detached_t *d, ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (u == NULL || u->conf == NULL) {
        d->fault = "misconfigured carrier";
        return NGX_ERROR;
    }

    d->finalize = u->finalize_request;
    u->finalize_request = ngx_lo_detached_finalize;

    /* piece by piece to the body filter, whatever the location says */

    u->buffering = 0;

    d->fault = ngx_lo_detached_head_fault(r);

    if (d->fault != NULL) {
        return NGX_ERROR;
    }

    d->head = 1;
    d->call->reply.status = r->headers_out.status;

    if (ngx_lo_detached_head_take(d, u) != NGX_OK) {
        d->fault = "no memory";
        return NGX_ERROR;
    }

    if (u->headers_in.content_length_n > 0 && r->method != NGX_HTTP_HEAD) {
        d->fault = ngx_lo_call_reply_room(d->call,
                                       (size_t) u->headers_in.content_length_n);
    }

    return d->fault == NULL ? NGX_OK : NGX_ERROR;
}


/* Heads that NGINX would pass on and that nobody should believe. */

static const char *
ngx_lo_detached_head_fault(ngx_http_request_t *r)
{
    ngx_table_elt_t      *coding;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (u->headers_in.status_n < 200 || u->headers_in.status_n > 599) {
        return "malformed head";
    }

    /* already copied there: what the upstream keeps of it varies by version */

    coding = r->headers_out.content_encoding;

    if (coding != NULL
        && (coding->value.len != 8
            || ngx_strncasecmp(coding->value.data, (u_char *) "identity", 8)
               != 0))
    {
        return "content coding";
    }

    return ngx_lo_detached_length_fault(u);
}


/* Two lengths, a length that is none, or a length of a chunked body. */

static const char *
ngx_lo_detached_length_fault(ngx_http_upstream_t *u)
{
    off_t             n;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &u->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NULL;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len != 14
            || ngx_strncmp(h[i].lowcase_key, "content-length", 14) != 0)
        {
            continue;
        }

        n = ngx_atoof(h[i].value.data, h[i].value.len);

        if (n == NGX_ERROR || u->headers_in.chunked
            || n != u->headers_in.content_length_n)
        {
            return "malformed length";
        }
    }
}


static ngx_int_t
ngx_lo_detached_head_take(ngx_lo_detached_t *d, ngx_http_upstream_t *u)
{
    ngx_str_t        *type;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    if (u->headers_in.content_type != NULL) {
        type = &d->call->reply.content_type;
        type->data = ngx_pstrdup(d->call->pool,
                                 &u->headers_in.content_type->value);
        if (type->data == NULL) {
            return NGX_ERROR;
        }

        type->len = u->headers_in.content_type->value.len;
    }

    part = &u->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NGX_OK;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        ngx_lo_call_reply_head(d->call, h[i].key.data, h[i].key.len,
                               h[i].value.data, h[i].value.len);

        if (h[i].key.len == 11
            && ngx_strncmp(h[i].lowcase_key, "retry-after", 11) == 0)
        {
            ngx_lo_call_reply_later(d->call, &h[i].value);
        }
    }
}


/* The last look at the peer's connection: what ended an unfinished reply? */

static void
ngx_lo_detached_finalize(ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_connection_t   *c;
    ngx_lo_detached_t  *d;

    d = ngx_lo_detached_of(r);
    c = r->upstream->peer.connection;

    if (c != NULL) {
        d->reset = c->read->error;
        d->timedout = c->read->timedout;
    }

    d->finalize(r, rc);
}


/* --- body -------------------------------------------------------------------- */


static void
ngx_lo_detached_piece(ngx_lo_detached_t *d, const ngx_buf_t *b)
{
    ngx_lo_call_t  *call;

    call = d->call;

    if (call->piece != NULL && call->done != NULL && d->fault == NULL
        && call->reply.status / 100 == 2)
    {
        call->piece((const char *) b->pos, (size_t) (b->last - b->pos),
                    call->data);
    }
}


ngx_int_t
ngx_lo_detached_body(ngx_lo_detached_t *d, ngx_chain_t *in)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    for (cl = in; cl != NULL; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b) && b->last > b->pos && d->fault == NULL) {
            d->fault = ngx_lo_call_reply_add(d->call, b->pos,
                                             (size_t) (b->last - b->pos));
            ngx_lo_detached_piece(d, b);
        }

        /* only a whole reply is ended by it (ngx_http_upstream) */

        if (b->last_in_chain || b->last_buf) {
            d->complete = 1;
        }

        b->pos = b->last;
        b->file_pos = b->file_last;
    }

    return d->fault == NULL ? NGX_OK : NGX_ERROR;
}


/* --- ended -------------------------------------------------------------------- */


ngx_int_t
ngx_lo_detached_done(ngx_http_request_t *r, void *data, ngx_int_t rc)
{
    ngx_lo_detached_t  *d = data;

    const char  *why;

    why = ngx_lo_detached_why(d, r, rc);

    ngx_lo_call_end(d->call, why == NULL ? CKP_OUTCOME_OK
                                         : CKP_OUTCOME_UNKNOWN, why);

    /* no error page for nobody, and no terminated request */

    r->connection->error = 0;

    return NGX_OK;
}


/* NULL: a complete reply.  A 502 by NGINX itself has no head. */

static const char *
ngx_lo_detached_why(ngx_lo_detached_t *d, ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_http_upstream_state_t  *state;

    if (d->fault != NULL) {
        return d->fault;
    }

    if (d->head && d->complete) {
        return NULL;
    }

    if (d->timedout || rc == NGX_HTTP_GATEWAY_TIME_OUT) {
        return "timeout";
    }

    if (d->head && d->reset) {
        return "reset";
    }

    if (d->head) {
        return rc == NGX_ERROR ? "malformed body" : "truncated";
    }

    state = (r->upstream == NULL) ? NULL : r->upstream->state;

    if (state == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "langorch_carrier's location answered %i by itself", rc);
        return "misconfigured carrier";
    }

    if (state->bytes_received > 0) {
        return "malformed head";
    }

    return state->bytes_sent > 0 ? "reset" : "refused";
}


ngx_uint_t
ngx_lo_detached_is_spoiled(ngx_lo_detached_t *d)
{
    return d->fault != NULL || d->call->over;
}
