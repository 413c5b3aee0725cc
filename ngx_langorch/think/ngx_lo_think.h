/*
 * Work that takes a processor long and needs nothing of the loop: done by
 * NGINX's thread pool, a few of it at once, so that the loop has its processor.
 *
 * The life of a thought.
 *   new       memory of its own; nothing of a request          ngx_lo_think_new
 *   in line   until less than NGX_LO_THINK_MAX are under way   ngx_lo_think
 *   thinking  nobody touches it but its thread
 *   done      on the event loop, once, unless it was forgotten
 *   freed     behind its `done`
 *
 * What it reads of values that others have, too, it holds a reference to, and
 * nobody changes those meanwhile.
 */

#ifndef NGX_LO_THINK_H
#define NGX_LO_THINK_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_thread_pool.h>
#include "value/json.h"

#include "ckp.h"

#define NGX_LO_THINK_MAX    2           /* at once, of a worker */
#define NGX_LO_THINK_BYTES  (16 * 1024) /* less of JSON is done on the loop:
                                           to parse, hash, compile, explain it
                                           takes a third of a ms each */

typedef struct ngx_lo_think_s  ngx_lo_think_t;
typedef void (*ngx_lo_think_pt)(ngx_lo_think_t *t);

/* The first member of a thought of a kind. */

struct ngx_lo_think_s {
    ngx_thread_task_t   task;
    ngx_queue_t         queue;      /* in line */
    ngx_lo_think_pt     work;       /* in the thread: no log, no pool */
    ngx_lo_think_pt     done;       /* on the loop; NULL: nobody waits */
    ngx_lo_think_pt     clean;      /* ends what it holds; NULL: nothing */
    void               *data;       /* of who waits */
    unsigned            waits:1;    /* it is in line */
    unsigned            refused:1;  /* the work was refused memory */
};

/* Zeroed, `size` bytes; it begins with an ngx_lo_think_t.  NULL: no memory. */
void *ngx_lo_think_new(size_t size);

/* For one that was not given to ngx_lo_think; NULL is none. */
void ngx_lo_think_free(ngx_lo_think_t *t);

/* Steals it.  NGX_ERROR: no thread takes it, and it is freed. */
ngx_int_t ngx_lo_think(ngx_lo_think_t *t);

/* Who waited has left: it ends, at once when it was still in line. */
void ngx_lo_think_forget(ngx_lo_think_t *t);

/* 1: the text of that value is longer than NGX_LO_THINK_BYTES; it is looked at
 * no further than that. */
ngx_uint_t ngx_lo_think_is_large(const json_t *v);

/* Ends a value, off the loop when it is large; NULL is none. */
void ngx_lo_think_drop(json_t *v);

#endif
