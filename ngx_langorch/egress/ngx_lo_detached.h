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

typedef struct ngx_lo_detached_s  ngx_lo_detached_t;

/* NULL: the request has a client and is no business of ours. */
ngx_lo_detached_t *ngx_lo_detached_of(ngx_http_request_t *r);
ngx_lo_call_t *ngx_lo_detached_call(ngx_lo_detached_t *d);

/* From the filters.  NGX_ERROR: the reply cannot be taken, stop. */
ngx_int_t ngx_lo_detached_head(ngx_lo_detached_t *d, ngx_http_request_t *r);
ngx_int_t ngx_lo_detached_body(ngx_lo_detached_t *d, ngx_chain_t *in);

/* Ends the exchange, before its connection is made, for this reason. */
void ngx_lo_detached_fail(ngx_lo_detached_t *d, const char *why);

/* Something about this exchange went wrong: its connection has no future. */
ngx_uint_t ngx_lo_detached_is_spoiled(ngx_lo_detached_t *d);

#endif
