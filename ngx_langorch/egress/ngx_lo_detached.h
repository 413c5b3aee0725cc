/*
 * The life of a request without a client.
 *   made     a connection without descriptor, a main request that never runs,
 *            one subrequest to the carrier's location   ngx_lo_carrier_open
 *   head     the peer's head came                       ngx_lo_detached_head
 *   body     piece by piece, under the call's limit     ngx_lo_detached_body
 *   ended    the subrequest is finalized: the outcome is read off it
 *   freed    by the call, from the top of the loop      ngx_lo_carrier_close
 *
 * The main request is blocked from birth to death: no path of NGINX that
 * terminates a request may free it.
 */

#ifndef NGX_LO_DETACHED_H
#define NGX_LO_DETACHED_H

#include "egress/ngx_lo_call_int.h"

typedef struct {
    ngx_lo_call_t          *call;
    ngx_http_request_t     *request;
    ngx_http_request_t     *sub;

    const char             *fault;      /* why the reply was not taken */
    void                  (*finalize)(ngx_http_request_t *r, ngx_int_t rc);

    unsigned                head:1;
    unsigned                complete:1;
    unsigned                reset:1;
    unsigned                timedout:1;

    /* what a connection that came by accept() would have */

    ngx_connection_t        connection;
    ngx_event_t             read;
    ngx_event_t             write;
    ngx_log_t               log;
    ngx_http_log_ctx_t      log_ctx;
    ngx_http_connection_t   http;
    ngx_http_addr_conf_t    addr_conf;
    ngx_listening_t         listening;
    ngx_buf_t               buffer;
    ngx_sockaddr_t          address;
} ngx_lo_detached_t;

/* NULL: the request has a client and is no business of ours. */
ngx_lo_detached_t *ngx_lo_detached_of(ngx_http_request_t *r);

/* From the filters.  NGX_ERROR: the reply cannot be taken, stop. */
ngx_int_t ngx_lo_detached_head(ngx_lo_detached_t *d, ngx_http_request_t *r);
ngx_int_t ngx_lo_detached_body(ngx_lo_detached_t *d, ngx_chain_t *in);

/* The subrequest's end: what became of the call. */
ngx_int_t ngx_lo_detached_done(ngx_http_request_t *r, void *data, ngx_int_t rc);

/* Something about this exchange went wrong: its connection has no future. */
ngx_uint_t ngx_lo_detached_is_spoiled(ngx_lo_detached_t *d);

#endif
