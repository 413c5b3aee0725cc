/*
 * One outbound HTTP exchange, whoever carries it.
 *
 * The life of a call.
 *   start   the policy agrees, the target is resolved      ngx_lo_call_start
 *   open    a carrier moves the bytes: upstream or curl
 *   ended   the outcome is known; the only way out
 *   freed   one loop turn later, never under its own callback
 */

#ifndef NGX_LO_CALL_H
#define NGX_LO_CALL_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ckp.h"

typedef enum {
    NGX_LO_CARRIER_UPSTREAM,        /* agents, LLM, MCP, http_request */
    NGX_LO_CARRIER_CURL             /* vaults, alert webhooks, health polls */
} ngx_lo_carrier_t;

typedef struct {
    const char  *name;              /* no CR, LF or NUL in either */
    const char  *value;
} ngx_lo_call_header_t;

/* What came of the body of a 2xx, while it comes; must not end the call.
 * CARRIER_UPSTREAM only. */
typedef void (*ngx_lo_call_piece_pt)(const char *bytes, size_t len,
    void *data);

/* Everything is borrowed during start() only, which copies what it keeps. */
typedef struct {
    ngx_lo_carrier_t              carrier;
    const char                   *url;      /* absolute, http or https */
    const char                   *method;
    const ngx_lo_call_header_t   *headers;
    ngx_uint_t                    nheaders;
    const char                   *body;     /* NULL: none */
    size_t                        body_len;
    ngx_msec_t                    timeout;  /* from start to the last byte */
    size_t                        reply_max;    /* bytes of body; more fails */
    ngx_lo_call_piece_pt          piece;    /* with the data of `done`; NULL:
                                               nobody wants them */
    const char                   *ca;       /* PEM of those who are trusted,
                                               lent until the end; NULL: whom
                                               the system trusts; CARRIER_CURL
                                               only */
    unsigned                      heads:1;  /* reply->headers is wanted */
    unsigned                      sealed:1; /* the reply is wiped, too */
    unsigned                      named:1;  /* a directive names this very
                                               address: no policy is asked */
    unsigned                      unverified:1; /* any certificate will do:
                                               CARRIER_CURL only */
} ngx_lo_call_request_t;

typedef struct {
    ckp_outcome_t  outcome;         /* OK: a complete reply of any status;
                                       UNKNOWN: none, or a broken one; FAILED:
                                       refused by policy, never sent */
    ngx_uint_t     status;          /* 0 when no head came */
    ngx_str_t      body;            /* valid during `done` only */
    ngx_str_t      content_type;
    ngx_msec_t     retry_after;     /* 0: none */
    ngx_msec_t     elapsed;
    json_t        *headers;         /* {lower-case name: text}, lent during
                                       `done`; NULL when not wanted */
    const char    *why;             /* "timeout", "refused address", "reset",
                                       "too large" ...; NULL when OK */
    ngx_uint_t     unsent;          /* 1: its time was over while it waited for
                                       room; who should have got it is not to
                                       blame */
} ngx_lo_call_reply_t;

typedef struct ngx_lo_call_s  ngx_lo_call_t;

typedef void (*ngx_lo_call_done_pt)(const ngx_lo_call_reply_t *reply,
    void *data);

/*
 * `done` runs once, never inside start(), and never after abort().  Beyond
 * calls_max it waits until another one has ended, the oldest first; `timeout`
 * counts from now on in any case.  NULL: no memory; nothing was started.
 */
ngx_lo_call_t *ngx_lo_call_start(const ngx_lo_call_request_t *rq,
    ngx_lo_call_done_pt done, void *data);
void ngx_lo_call_abort(ngx_lo_call_t *call);

/* 1: it waits for room, and nothing of it was sent. */
ngx_uint_t ngx_lo_call_waits(const ngx_lo_call_t *call);

/* Address policy for a URL at registration: NGX_OK; NGX_ERROR malformed;
 * NGX_DECLINED refused.  Names are not resolved here.  *why is static text. */
ngx_int_t ngx_lo_target_check(const char *url, const char **why);

ngx_int_t ngx_lo_egress_start(ngx_cycle_t *cycle);
void ngx_lo_egress_stop(ngx_cycle_t *cycle);

#endif
