/*
 * A document of an identity provider that the site gets by itself: its keys,
 * where it is asked.
 *
 * The life of one.
 *   asked for   when the worker starts; again when it is old; and when somebody
 *               misses something in it, because it is changed before anybody is
 *               told
 *   held        by its owner, until a newer one came; what cannot be had
 *               changes nothing
 */

#ifndef NGX_LO_FETCHED_H
#define NGX_LO_FETCHED_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "egress/ngx_lo_call.h"

typedef struct ngx_lo_fetched_look_s  ngx_lo_fetched_look_t;

/* Runs once on the loop, never inside look(); the look has ended. */
typedef void (*ngx_lo_fetched_pt)(void *data);

/* What the owner says, before start(), and what is ours; one exchange at a
 * time, in each worker. */
typedef struct {
    const char      *what;              /* for the log: "keys" */
    const char      *url;               /* NULL: nowhere to ask, for now */
    ngx_msec_t       valid;             /* how long one counts */
    const char    *(*take)(const ngx_str_t *text);  /* NULL: it is held; else
                                           why not, static text */

    ngx_lo_call_t   *call;
    ngx_event_t      timer;
    ngx_queue_t      waits;
    ngx_msec_t       asked;             /* when it was missed last */
    unsigned         once:1;            /* it was */
    unsigned         up:1;
} ngx_lo_fetched_t;

void ngx_lo_fetched_start(ngx_lo_fetched_t *f);
void ngx_lo_fetched_stop(ngx_lo_fetched_t *f);

/*
 * Something is missing: waits for a newer one.  NULL: it was asked for less
 * than ten seconds ago, or there is nowhere to ask; or no memory.
 */
ngx_lo_fetched_look_t *ngx_lo_fetched_look(ngx_lo_fetched_t *f,
    ngx_lo_fetched_pt done, void *data);

/* Nobody waits any more; NULL is fine. */
void ngx_lo_fetched_look_end(ngx_lo_fetched_look_t *look);

#endif
