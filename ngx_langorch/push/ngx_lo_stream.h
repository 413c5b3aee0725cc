/*
 * A stream from the inside: for those who have something that can be followed
 * (topics), and for those who know how its bytes look (framings).
 */

#ifndef NGX_LO_STREAM_H
#define NGX_LO_STREAM_H

#include "core/ngx_lo_core.h"
#include "push/ngx_lo_push.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_STREAM_ROWS   200        /* messages in one block */
#define NGX_LO_STREAM_NO_ID  (-1)
#define NGX_LO_STREAM_MAX    (32 * 1024 * 1024)

typedef struct ngx_lo_stream_s  ngx_lo_stream_t;

/* Why it ends. */
typedef enum {
    NGX_LO_STREAM_GOES_ON = 0,
    NGX_LO_STREAM_DONE,                 /* there will be no more */
    NGX_LO_STREAM_LEAVES,               /* come again: this worker goes */
    NGX_LO_STREAM_DENIED                /* the reader may not read on */
} ngx_lo_stream_end_t;

/* What one look at the tail of all tables found. */
typedef struct {
    const json_t  *runs;                /* rows {run_id}: with new events */
    int64_t        changes;             /* newest change of an approval */
} ngx_lo_tail_t;

/* What is followed; none of these waits. */
typedef struct {
    const char    *what;                /* for the log */

    /* appends what is said before the first look; NULL: nothing */
    void         (*greet)(ngx_lo_stream_t *st, ckp_buf_t *text);

    /* adds the statements of a look */
    void         (*ask)(ngx_lo_stream_t *st, ngx_lo_job_t *job);

    /* their rows: a block (ngx_lo_stream_send), or nothing new */
    void         (*told)(ngx_lo_stream_t *st, ngx_lo_job_t *job);

    /* 1: there is something to look at */
    ngx_uint_t   (*wants)(const ngx_lo_stream_t *st, const ngx_lo_tail_t *t);

    /* an answer of a model grows: appends what the reader has not; NULL: it is
       not shown there */
    void         (*grows)(ngx_lo_stream_t *st, const ngx_lo_live_t *live,
                     ckp_buf_t *text);
} ngx_lo_topic_t;

/*
 * How messages become bytes.  What appends to `text` leaves its failures
 * there.
 */
typedef struct {
    ngx_msec_t     every;               /* between two pings */

    /* headers_out, apart from what all answers have; NGX_OK or NGX_ERROR */
    ngx_int_t    (*head)(ngx_lo_stream_t *st);

    /* the first bytes; none for a framing that has nothing to say */
    void         (*hello)(ngx_lo_stream_t *st, ckp_buf_t *text);
    void         (*message)(ngx_lo_stream_t *st, ckp_buf_t *text,
                     const char *event, int64_t id, const json_t *data);
    void         (*ping)(ngx_lo_stream_t *st, ckp_buf_t *text);
    void         (*end)(ngx_lo_stream_t *st, ckp_buf_t *text,
                     ngx_lo_stream_end_t why);

    /* the client sent something, or left; NULL: only leaving is of interest */
    void         (*read)(ngx_lo_stream_t *st);
} ngx_lo_framing_t;

extern const ngx_lo_framing_t  ngx_lo_sse;
extern const ngx_lo_framing_t  ngx_lo_ws;

struct ngx_lo_stream_s {
    const ngx_lo_topic_t    *topic;
    const ngx_lo_framing_t  *framing;
    void                    *own;       /* of the topic; lives with r */
    void                    *wire;      /* of the framing; as well */
    ngx_queue_t              queue;     /* all streams of this worker */
    ngx_http_request_t      *r;
    char                     run_id[40]; /* of a run's; else "" */
    int64_t                  seq;       /* last one sent */
    int64_t                  last_id;   /* the id of its message */
    int64_t                  until;     /* up to it only what is pending */
    ngx_lo_job_t            *job;       /* a look under way */
    ngx_queue_t              turn;      /* among those who wait for a look */
    ngx_event_t              timer;     /* ping */
    ngx_msec_t               opened;
    char                    *block;     /* being sent; NULL: none */
    ngx_buf_t                buf;
    ngx_chain_t              out;
    unsigned                 follow:1;
    unsigned                 dirty:1;   /* look again */
    unsigned                 behind:1;  /* answers have grown since */
    unsigned                 waits:1;   /* for its turn to look */
    unsigned                 last:1;    /* the block being sent is the last */
    unsigned                 closed:1;
};

/* Takes the request over, as told in ngx_lo_push.h; `st` is a draft of what it
 * is about: topic, framing, own, run_id, seq, until, follow. */
ngx_int_t ngx_lo_stream_open(ngx_http_request_t *r,
    const ngx_lo_stream_t *draft);

/* Reads what follows, unless a look or a block is under way. */
void ngx_lo_stream_look(ngx_lo_stream_t *st);

/* Appends a message; what fails stays in the text. */
void ngx_lo_stream_say(ngx_lo_stream_t *st, ckp_buf_t *text,
    const char *event, int64_t id, const json_t *data);

/* Sends the text, which is taken; unless it goes on the stream ends behind
 * it. */
void ngx_lo_stream_send(ngx_lo_stream_t *st, ckp_buf_t *text,
    ngx_lo_stream_end_t end);

/* Whether the last look at the tail saw events of this run. */
ngx_uint_t ngx_lo_stream_of_run(const ngx_lo_stream_t *st,
    const ngx_lo_tail_t *tail);

#endif
