/*
 * A thought's way to a thread and back, and the line before it.
 */

#include "core/ngx_lo_core.h"
#include "think/ngx_lo_think.h"

#define NGX_LO_THINK_DEEP  64           /* levels that are looked at */


static struct {
    ngx_queue_t  line;
    ngx_uint_t   n;                     /* under way */
} ngx_lo_thoughts;


static ngx_str_t  ngx_lo_think_pool = ngx_string("default");


static ngx_int_t ngx_lo_think_post(ngx_lo_think_t *t);
static void ngx_lo_think_next(void);
static void ngx_lo_think_thread(void *data, ngx_log_t *log);
static void ngx_lo_think_ended(ngx_event_t *ev);


void *
ngx_lo_think_new(size_t size)
{
    ngx_lo_think_t  *t;

    if (ngx_lo_thoughts.line.next == NULL) {
        ngx_queue_init(&ngx_lo_thoughts.line);
    }

    t = ngx_calloc(size, ngx_cycle->log);

    if (t != NULL) {
        t->task.ctx = t;
        t->task.handler = ngx_lo_think_thread;
        t->task.event.data = t;
        t->task.event.handler = ngx_lo_think_ended;
        t->task.event.log = ngx_cycle->log;
    }

    return t;
}


void
ngx_lo_think_free(ngx_lo_think_t *t)
{
    if (t == NULL) {
        return;
    }

    if (t->clean != NULL) {
        t->clean(t);
    }

    ngx_free(t);
}


ngx_int_t
ngx_lo_think(ngx_lo_think_t *t)
{
    if (ngx_lo_thoughts.n < NGX_LO_THINK_MAX) {
        return ngx_lo_think_post(t);
    }

    t->waits = 1;
    ngx_queue_insert_tail(&ngx_lo_thoughts.line, &t->queue);

    return NGX_OK;
}


static ngx_int_t
ngx_lo_think_post(ngx_lo_think_t *t)
{
    ngx_thread_pool_t  *tp;

    tp = ngx_thread_pool_get((ngx_cycle_t *) ngx_cycle, &ngx_lo_think_pool);

    if (tp == NULL || ngx_thread_task_post(tp, &t->task) != NGX_OK) {
        ngx_lo_think_free(t);
        return NGX_ERROR;
    }

    ngx_lo_thoughts.n++;

    return NGX_OK;
}


/* One that no thread takes stays where it is: the end of those that are under
 * way, or the patience of who waits, comes first. */

static void
ngx_lo_think_next(void)
{
    ngx_queue_t        *q;
    ngx_lo_think_t     *t;
    ngx_thread_pool_t  *tp;

    tp = ngx_thread_pool_get((ngx_cycle_t *) ngx_cycle, &ngx_lo_think_pool);

    while (ngx_lo_thoughts.n < NGX_LO_THINK_MAX
           && !ngx_queue_empty(&ngx_lo_thoughts.line))
    {
        q = ngx_queue_head(&ngx_lo_thoughts.line);
        t = ngx_queue_data(q, ngx_lo_think_t, queue);

        if (tp == NULL || ngx_thread_task_post(tp, &t->task) != NGX_OK) {
            return;
        }

        ngx_queue_remove(q);
        t->waits = 0;
        ngx_lo_thoughts.n++;
    }
}


void
ngx_lo_think_forget(ngx_lo_think_t *t)
{
    if (t->waits) {
        ngx_queue_remove(&t->queue);
        ngx_lo_think_free(t);
        return;
    }

    t->done = NULL;
    t->data = NULL;
}


static void
ngx_lo_think_thread(void *data, ngx_log_t *log)
{
    unsigned long    before;
    ngx_lo_think_t  *t = data;

    (void) log;

    before = ckp_memory_refusals();
    t->work(t);
    t->refused = (ckp_memory_refusals() != before);
}


static void
ngx_lo_think_ended(ngx_event_t *ev)
{
    ngx_lo_think_t  *t = ev->data;

    ngx_lo_thoughts.n--;
    ngx_lo_think_next();

    if (t->done != NULL) {
        t->done(t);
    }

    ngx_lo_think_free(t);
}


/* --- how large ------------------------------------------------------------------- */


/* What is left of `room`, or 0. */

static size_t
ngx_lo_think_weigh(const json_t *v, size_t room, ngx_uint_t deep)
{
    size_t       i, n;
    json_t      *member;
    const char  *key;

    n = json_is_string(v) ? json_string_length(v) + 3 : 3;

    if (deep == 0 || n >= room) {
        return 0;
    }

    room -= n;

    json_array_foreach(v, i, member) {
        room = ngx_lo_think_weigh(member, room, deep - 1);

        if (room == 0) {
            return 0;
        }
    }

    json_object_foreach((json_t *) v, key, member) {
        n = ngx_strlen(key) + 3;
        room = (n < room)
               ? ngx_lo_think_weigh(member, room - n, deep - 1) : 0;

        if (room == 0) {
            return 0;
        }
    }

    return room;
}


ngx_uint_t
ngx_lo_think_is_large(const json_t *v)
{
    return ngx_lo_think_weigh(v, NGX_LO_THINK_BYTES, NGX_LO_THINK_DEEP) == 0;
}


/* --- the end of a value ------------------------------------------------------------ */


typedef struct {
    ngx_lo_think_t   think;
    json_t          *v;
} ngx_lo_think_drop_t;


static void
ngx_lo_think_drop_work(ngx_lo_think_t *t)
{
    ngx_lo_think_drop_t  *d = (ngx_lo_think_drop_t *) t;

    json_decref(d->v);
    d->v = NULL;
}


static void
ngx_lo_think_drop_clean(ngx_lo_think_t *t)
{
    ngx_lo_think_drop_t  *d = (ngx_lo_think_drop_t *) t;

    json_decref(d->v);
}


void
ngx_lo_think_drop(json_t *v)
{
    ngx_lo_think_drop_t  *d;

    d = (v != NULL && ngx_lo_think_is_large(v))
        ? ngx_lo_think_new(sizeof(ngx_lo_think_drop_t)) : NULL;

    if (d == NULL) {
        json_decref(v);
        return;
    }

    d->v = v;
    d->think.work = ngx_lo_think_drop_work;
    d->think.clean = ngx_lo_think_drop_clean;

    (void) ngx_lo_think(&d->think);
}
