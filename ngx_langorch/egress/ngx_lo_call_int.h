/*
 * A call from the inside: what its life (ngx_lo_call.c) and its carriers share.
 *
 * A carrier moves bytes and nothing else.  It is opened once the target has an
 * address that policy allows, gives what comes to ngx_lo_call_reply_*(), and
 * says by ngx_lo_call_end() that it is over.  Only the call closes it, always
 * from the top of the loop, so that no carrier is freed under its own feet.
 */

#ifndef NGX_LO_CALL_INT_H
#define NGX_LO_CALL_INT_H

#include "egress/ngx_lo_call.h"
#include "egress/ngx_lo_target.h"

#define NGX_LO_LATER_MAX  (24 * 3600)   /* the longest Retry-After, in s */

typedef struct {
    ngx_int_t  (*open)(ngx_lo_call_t *call);    /* NGX_ERROR: no memory */
    void       (*close)(ngx_lo_call_t *call);   /* gives back all it holds */
} ngx_lo_carrier_ops_t;

struct ngx_lo_call_s {
    ngx_queue_t                  queue;         /* in ngx_lo_egress.calls */
    ngx_queue_t                  waiting;       /* in ngx_lo_egress.waiting */
    ngx_pool_t                  *pool;

    ngx_lo_call_done_pt          done;          /* NULL: aborted */
    void                        *data;
    ngx_lo_call_piece_pt         piece;         /* NULL: nobody wants them */

    const ngx_lo_carrier_ops_t  *ops;
    void                        *carried;       /* the carrier's own; NULL:
                                                   not open */
    ngx_lo_target_t              target;
    ngx_str_t                    url;
    ngx_str_t                    uri;           /* begins with "/" */
    ngx_str_t                    method;
    ngx_str_t                    body;
    ngx_uint_t                   has_body;
    ngx_keyval_t                *headers;       /* NUL-terminated texts */
    ngx_uint_t                   nheaders;

    ngx_resolver_ctx_t          *resolving;
    ngx_event_t                  deadline;
    ngx_event_t                  ended;         /* posted by the end */
    ngx_msec_t                   started;

    ngx_lo_call_reply_t          reply;
    u_char                      *bytes;         /* the body so far */
    size_t                       nbytes;
    size_t                       room;
    size_t                       reply_max;
    const char                  *ca;            /* PEM; NULL: the system's */

    unsigned                     starting:1;    /* start() has not returned */
    unsigned                     waits:1;       /* for room, by `waiting` */
    unsigned                     counted:1;     /* has it */
    unsigned                     over:1;
    unsigned                     named:1;
    unsigned                     unverified:1;
    unsigned                     sealed:1;
};

extern const ngx_lo_carrier_ops_t  ngx_lo_carrier_upstream;
extern const ngx_lo_carrier_ops_t  ngx_lo_carrier_curl;

/* The outcome is known.  Later ends of the same call are ignored. */
void ngx_lo_call_end(ngx_lo_call_t *call, ckp_outcome_t outcome,
    const char *why);

/* Copies what a call keeps of its request.  What cannot be sent: NULL, or why:
 * nothing that could end a line of the head early may come into one. */
ngx_int_t ngx_lo_call_copy(ngx_lo_call_t *call,
    const ngx_lo_call_request_t *rq);
const char *ngx_lo_call_unfit(const ngx_lo_call_request_t *rq);

/* Makes room for a body of a known length, if it may be that long; appends to
 * the body.  NULL, or why the reply cannot be taken. */
const char *ngx_lo_call_reply_room(ngx_lo_call_t *call, size_t len);
const char *ngx_lo_call_reply_add(ngx_lo_call_t *call, const u_char *bytes,
    size_t len);

/* A line of the reply's head, if somebody wants them. */
void ngx_lo_call_reply_head(ngx_lo_call_t *call, const u_char *name, size_t n,
    const u_char *value, size_t len);

/* A Retry-After: seconds or a date; what is neither counts for nothing. */
void ngx_lo_call_reply_later(ngx_lo_call_t *call, const ngx_str_t *value);

ngx_int_t ngx_lo_curl_start(ngx_cycle_t *cycle);
void ngx_lo_curl_stop(void);

#endif
