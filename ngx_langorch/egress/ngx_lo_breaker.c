/*
 * Circuits of this worker, by name.  Only those that failed lately are kept.
 */

#include "egress/ngx_lo_breaker.h"
#include "core/ngx_lo_core.h"


#define NGX_LO_BREAKERS_MAX  256


typedef struct {
    ngx_queue_t  queue;             /* the latest that failed first */
    ngx_uint_t   failures;          /* in a row */
    ngx_msec_t   until;             /* open until then; 0: closed */
    unsigned     trial:1;           /* somebody looks whether it is back */
    char         name[1];
} ngx_lo_breaker_t;


static ngx_queue_t  ngx_lo_breakers;
static ngx_uint_t   ngx_lo_breakers_n;


static ngx_lo_breaker_t *
ngx_lo_breaker_find(const char *name)
{
    ngx_queue_t       *q;
    ngx_lo_breaker_t  *b;

    if (ngx_lo_breakers.next == NULL) {
        ngx_queue_init(&ngx_lo_breakers);
    }

    for (q = ngx_queue_head(&ngx_lo_breakers);
         q != ngx_queue_sentinel(&ngx_lo_breakers);
         q = ngx_queue_next(q))
    {
        b = ngx_queue_data(q, ngx_lo_breaker_t, queue);

        if (ngx_strcmp(b->name, name) == 0) {
            return b;
        }
    }

    return NULL;
}


static void
ngx_lo_breaker_forget(ngx_lo_breaker_t *b)
{
    ngx_queue_remove(&b->queue);
    ngx_free(b);
    ngx_lo_breakers_n--;
}


/* NULL: no memory; it is closed then, as one that nobody remembers is. */

static ngx_lo_breaker_t *
ngx_lo_breaker_add(const char *name)
{
    size_t             len;
    ngx_lo_breaker_t  *b;

    if (ngx_lo_breakers_n >= NGX_LO_BREAKERS_MAX) {
        ngx_lo_breaker_forget(ngx_queue_data(ngx_queue_last(&ngx_lo_breakers),
                                             ngx_lo_breaker_t, queue));
    }

    len = ngx_strlen(name);
    b = ngx_calloc(sizeof(ngx_lo_breaker_t) + len, ngx_cycle->log);

    if (b != NULL) {
        ngx_memcpy(b->name, name, len + 1);
        ngx_queue_insert_head(&ngx_lo_breakers, &b->queue);
        ngx_lo_breakers_n++;
    }

    return b;
}


const char *
ngx_lo_breaker_state(const char *name)
{
    ngx_lo_breaker_t  *b;

    b = ngx_lo_breaker_find(name);

    if (b == NULL || b->until == 0) {
        return "closed";
    }

    return (b->trial || (ngx_msec_int_t) (b->until - ngx_current_msec) <= 0)
           ? "half_open" : "open";
}


ngx_uint_t
ngx_lo_breaker_open(const char *name)
{
    ngx_lo_breaker_t  *b;

    b = ngx_lo_breaker_find(name);

    if (b == NULL || b->until == 0) {
        return 0;
    }

    if (b->trial || (ngx_msec_int_t) (b->until - ngx_current_msec) > 0) {
        return 1;
    }

    b->trial = 1;

    return 0;
}


void
ngx_lo_breaker_ended(const char *name, ngx_uint_t failed, ngx_uint_t limit)
{
    ngx_lo_breaker_t  *b;

    b = ngx_lo_breaker_find(name);

    if (!failed) {
        if (b != NULL) {
            ngx_lo_breaker_forget(b);
        }

        return;
    }

    b = b ? b : ngx_lo_breaker_add(name);

    if (b == NULL) {
        return;
    }

    b->trial = 0;

    if (++b->failures < limit) {
        return;
    }

    if (b->until == 0) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "circuit \"%s\" is open after %ui failures", name,
                      b->failures);
    }

    b->until = ngx_current_msec + NGX_LO_BREAKER_PAUSE;
    b->until += (b->until == 0);
}


void
ngx_lo_breaker_left(const char *name)
{
    ngx_lo_breaker_t  *b;

    b = ngx_lo_breaker_find(name);

    if (b != NULL) {
        b->trial = 0;
    }
}
