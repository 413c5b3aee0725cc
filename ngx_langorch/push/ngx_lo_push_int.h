/*
 * What the two files of push/ share: a stream.
 */

#ifndef NGX_LO_PUSH_INT_H
#define NGX_LO_PUSH_INT_H

#include "core/ngx_lo_core.h"
#include "push/ngx_lo_push.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_STREAM_ROWS   200        /* events in one block */
#define NGX_LO_STREAM_PING   15000
#define NGX_LO_STREAM_LIFE   3600000

typedef struct {
    ngx_rbtree_node_t     node;         /* by hash of the run id */
    ngx_queue_t           queue;        /* all streams of this worker */
    ngx_http_request_t   *r;
    char                  run_id[40];
    int64_t               seq;          /* last one sent */
    int64_t               last_id;      /* its event_id */
    ngx_lo_job_t         *job;          /* a look under way */
    ngx_event_t           timer;        /* ping */
    ngx_msec_t            opened;
    char                 *block;        /* being sent; NULL: none */
    ngx_buf_t             buf;
    ngx_chain_t           out;
    unsigned              follow:1;
    unsigned              dirty:1;      /* look again */
    unsigned              last:1;       /* the block being sent is the last */
    unsigned              closed:1;
} ngx_lo_stream_t;

/* --- ngx_lo_push.c --- */

/* The stream that a request became; NULL: none. */
ngx_lo_stream_t *ngx_lo_stream_of(ngx_http_request_t *r);

/* Reads what follows, unless a look or a block is under way. */
void ngx_lo_stream_look(ngx_lo_stream_t *st);

/* --- ngx_lo_sse.c --- */

ngx_int_t ngx_lo_sse_head(ngx_lo_stream_t *st);

/* First bytes: how soon to come back. */
void ngx_lo_sse_hello(ngx_lo_stream_t *st);

/* Rows become a block that is sent; `end` closes the stream behind it. */
void ngx_lo_sse_rows(ngx_lo_stream_t *st, const json_t *rows, ngx_uint_t end,
    const char *status);
void ngx_lo_sse_ping(ngx_lo_stream_t *st);

/* Ends the stream cleanly now. */
void ngx_lo_sse_close(ngx_lo_stream_t *st);

#endif
