/*
 * Streams of what is stored: a run's events, changes of approvals.
 *
 * The life of a stream.
 *   opened   the head goes out; the request is the stream's ngx_lo_stream_open
 *   looked   rows after the last one sent are read          ngx_lo_stream_look
 *   sent     one block at a time; the next look waits       ngx_lo_sse.c
 *   ended    there is no more, on quit, or the client left
 *
 * A stream shows what the store holds, in order, from a point on.  Nothing is
 * pushed from memory: a bell says "look", the store says what.  So a stream is
 * right on any worker, after any crash, from any Last-Event-ID.
 *
 * Opening takes over a request (its main count was raised for this) whose
 * common headers are set and whose head was not sent.  NGX_OK: the request is
 * the stream's; NGX_BUSY: too many streams; NGX_ERROR: no memory.  In both
 * cases the request is still the caller's.
 */

#ifndef NGX_LO_PUSH_H
#define NGX_LO_PUSH_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "value/json.h"

/* Events of the run with seq > after; `follow` = 0: what there is, and its
 * end. */
ngx_int_t ngx_lo_push_run(ngx_http_request_t *r, const char *run_id,
    int64_t after, ngx_uint_t follow);

/*
 * Changes of approvals with seq > after; of those up to `tail` only the newest
 * of each approval that is pending.  `follow` as above.  Of these projects
 * alone, or NULL: of all; lent for as long as `r` is.
 */
ngx_int_t ngx_lo_push_approvals(ngx_http_request_t *r, int64_t after,
    int64_t tail, ngx_uint_t follow, const json_t *projects);

ngx_int_t ngx_lo_push_start(ngx_cycle_t *cycle);
void ngx_lo_push_quit(void);        /* ends every stream; clients resume */

#endif
