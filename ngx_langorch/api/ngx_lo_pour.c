/*
 * Answers that are poured: bytes out, and waiting for the client to read them.
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_pour.h"
#include "api/ngx_lo_reply.h"


static ngx_int_t ngx_lo_pour_wait(ngx_lo_api_t *api, ngx_int_t rc);
static void ngx_lo_pour_write(ngx_http_request_t *r);
static void ngx_lo_pour_free(void *data);


ngx_int_t
ngx_lo_pour_begin(ngx_lo_api_t *api, const char *type)
{
    ngx_int_t            rc;
    ngx_pool_cleanup_t  *cln;
    ngx_http_request_t  *r;

    r = api->r;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_lo_pour_free;
    cln->data = api;

    api->status = NGX_HTTP_OK;
    api->type = type;

    r->disable_not_modified = 1;
    r->headers_out.status = NGX_HTTP_OK;
    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);

    if (ngx_lo_api_common(api) != NGX_OK) {
        return NGX_ERROR;
    }

    api->poured = 1;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK) {
        return NGX_ERROR;
    }

    return r->header_only ? NGX_DONE : NGX_OK;
}


static void
ngx_lo_pour_free(void *data)
{
    ngx_lo_api_t  *api = data;

    ckp_free(api->piece.start);
    api->piece.start = NULL;
}


ngx_int_t
ngx_lo_pour_piece(ngx_lo_api_t *api, ckp_buf_t *text, ngx_lo_resume_pt more)
{
    ngx_buf_t    *b;
    ngx_chain_t   out;

    if (text->failed != CKP_OK) {
        ckp_buf_free(text);
        return NGX_ERROR;
    }

    api->more = more;
    b = &api->piece;
    ngx_memzero(b, sizeof(ngx_buf_t));

    b->start = (u_char *) text->data;
    b->pos = b->start;
    b->last = b->start + text->len;
    b->end = b->last;
    b->temporary = (text->len > 0);
    b->flush = 1;
    b->last_buf = (more == NULL);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_lo_pour_wait(api, ngx_http_output_filter(api->r, &out));
}


/* After a try to send: the next stage, or waiting until the client has read. */

static ngx_int_t
ngx_lo_pour_wait(ngx_lo_api_t *api, ngx_int_t rc)
{
    ngx_event_t               *wev;
    ngx_lo_resume_pt           more;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = api->r;
    wev = r->connection->write;

    if (rc == NGX_ERROR || r->connection->error) {
        return NGX_ERROR;
    }

    if (!r->buffered && !r->postponed && !r->connection->buffered
        && ngx_buf_size((&api->piece)) == 0)
    {
        if (wev->timer_set && !wev->delayed) {
            ngx_del_timer(wev);
        }

        r->write_event_handler = ngx_http_request_empty_handler;
        ngx_lo_pour_free(api);

        more = api->more;
        api->more = NULL;

        return (more != NULL) ? more(api) : NGX_DONE;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    r->write_event_handler = ngx_lo_pour_write;

    if (!wev->delayed) {
        ngx_add_timer(wev, clcf->send_timeout);
    }

    if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
        return NGX_ERROR;
    }

    return NGX_AGAIN;
}


static void
ngx_lo_pour_write(ngx_http_request_t *r)
{
    ngx_lo_api_t  *api;

    api = ngx_http_get_module_ctx(r, ngx_http_langorch_module);

    if (r->connection->write->timedout) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, NGX_ETIMEDOUT,
                      "request %s: its client does not read",
                      api->request_id);
        r->connection->timedout = 1;
        ngx_lo_api_step(api, NGX_ERROR);
        return;
    }

    ngx_lo_api_step(api, ngx_lo_pour_wait(api, ngx_http_output_filter(r,
                                                                    NULL)));
}
