/*
 * What the files of push/ share: a stream, and what it is about.
 */

#ifndef NGX_LO_PUSH_INT_H
#define NGX_LO_PUSH_INT_H

#include "core/ngx_lo_core.h"
#include "push/ngx_lo_push.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_STREAM_ROWS   200        /* messages in one block */
#define NGX_LO_STREAM_PING   15000
#define NGX_LO_STREAM_LIFE   3600000
#define NGX_LO_SSE_MAX       (32 * 1024 * 1024)

typedef struct ngx_lo_stream_s  ngx_lo_stream_t;

/* What one look at the tail of all tables found. */
typedef struct {
    const json_t  *runs;                /* rows {run_id}: with new events */
    int64_t        changes;             /* newest change of an approval */
} ngx_lo_tail_t;

/* A kind of stream; none of these waits. */
typedef struct {
    const char    *what;                /* for the log */

    /* adds the statements of a look */
    void         (*ask)(ngx_lo_stream_t *st, ngx_lo_job_t *job);

    /* their rows: a block (ngx_lo_sse_block), or nothing new */
    void         (*told)(ngx_lo_stream_t *st, ngx_lo_job_t *job);

    /* 1: there is something to look at */
    ngx_uint_t   (*wants)(const ngx_lo_stream_t *st, const ngx_lo_tail_t *t);
} ngx_lo_topic_t;

struct ngx_lo_stream_s {
    const ngx_lo_topic_t  *topic;
    ngx_queue_t            queue;       /* all streams of this worker */
    ngx_http_request_t    *r;
    char                   run_id[40];  /* of a run's; else "" */
    int64_t                seq;         /* last one sent */
    int64_t                last_id;     /* the id of its message */
    int64_t                until;       /* up to it only what is pending */
    ngx_lo_job_t          *job;         /* a look under way */
    ngx_event_t            timer;       /* ping */
    ngx_msec_t             opened;
    char                  *block;       /* being sent; NULL: none */
    ngx_buf_t              buf;
    ngx_chain_t            out;
    unsigned               follow:1;
    unsigned               dirty:1;     /* look again */
    unsigned               last:1;      /* the block being sent is the last */
    unsigned               closed:1;
};

/* --- the tail (ngx_lo_push.c) ------------------------------------------------- */

/* One stream more, or one less; NGX_BUSY: there are enough. */
ngx_int_t ngx_lo_push_join(ngx_lo_stream_t *st);
void ngx_lo_push_leave(ngx_lo_stream_t *st);

/* The first look of a stream: the tail is followed from here on. */
void ngx_lo_push_begin(ngx_lo_stream_t *st);

/* --- a stream (ngx_lo_stream.c) ------------------------------------------------ */

/* As told in ngx_lo_push.h; `st` is a draft of what it is about. */
ngx_int_t ngx_lo_stream_open(ngx_http_request_t *r,
    const ngx_lo_stream_t *draft);

/* The stream that a request became; NULL: none. */
ngx_lo_stream_t *ngx_lo_stream_of(ngx_http_request_t *r);

/* Reads what follows, unless a look or a block is under way. */
void ngx_lo_stream_look(ngx_lo_stream_t *st);

/* --- framing (ngx_lo_sse.c) ----------------------------------------------------- */

ngx_int_t ngx_lo_sse_head(ngx_lo_stream_t *st);

/* First bytes: how soon to come back. */
void ngx_lo_sse_hello(ngx_lo_stream_t *st);

/* Appends a message; what fails stays in the text. */
void ngx_lo_sse_message(ckp_buf_t *text, const char *event, int64_t id,
    const json_t *data);

/* Sends the text, which is taken; `end` closes the stream behind it. */
void ngx_lo_sse_block(ngx_lo_stream_t *st, ckp_buf_t *text, ngx_uint_t end);
void ngx_lo_sse_ping(ngx_lo_stream_t *st);

/* Ends the stream cleanly now. */
void ngx_lo_sse_close(ngx_lo_stream_t *st);

#endif
