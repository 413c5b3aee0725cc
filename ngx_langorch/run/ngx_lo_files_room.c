/*
 * Room for files: how many bytes of them a worker has in memory at once for its
 * runs (langorch_file_memory).  Who finds none waits, oldest first; one that is
 * larger than all the room goes alone.
 */

#include "run/ngx_lo_run_int.h"


static ngx_queue_t  ngx_lo_room_waiting;    /* ngx_lo_effect_t by `waiting` */
static size_t       ngx_lo_room_used;
static ngx_event_t  ngx_lo_room_event;


static ngx_uint_t
ngx_lo_room_has(size_t bytes)
{
    return ngx_lo_room_used == 0
           || ngx_lo_room_used + bytes <= ngx_lo_conf()->file_memory;
}


static void
ngx_lo_room_take(ngx_lo_effect_t *e)
{
    ngx_lo_room_used += e->bytes;
    e->roomed = 1;
}


/* What they do next may end them: their run is told by its next turn. */

static void
ngx_lo_room_next(ngx_event_t *ev)
{
    ngx_queue_t      *q;
    ngx_lo_run_t     *run;
    ngx_lo_effect_t  *e;

    while (!ngx_queue_empty(&ngx_lo_room_waiting)) {
        q = ngx_queue_head(&ngx_lo_room_waiting);
        e = ngx_queue_data(q, ngx_lo_effect_t, waiting);

        if (!ngx_lo_room_has(e->bytes)) {
            return;
        }

        ngx_queue_remove(q);
        e->queued = 0;
        run = e->run;

        ngx_lo_room_take(e);
        e->go(e);
        ngx_lo_run_next(run);
    }
}


static void
ngx_lo_room_init(void)
{
    if (ngx_lo_room_event.handler == NULL) {
        ngx_queue_init(&ngx_lo_room_waiting);
        ngx_lo_room_event.handler = ngx_lo_room_next;
        ngx_lo_room_event.log = ngx_cycle->log;
    }
}


void
ngx_lo_room_enter(ngx_lo_effect_t *e, size_t bytes,
    void (*go)(ngx_lo_effect_t *e))
{
    ngx_lo_room_init();

    e->bytes = bytes;
    e->go = go;

    if (ngx_queue_empty(&ngx_lo_room_waiting) && ngx_lo_room_has(bytes)) {
        ngx_lo_room_take(e);
        go(e);
        return;
    }

    ngx_queue_insert_tail(&ngx_lo_room_waiting, &e->waiting);
    e->queued = 1;
}


void
ngx_lo_room_leave(ngx_lo_effect_t *e)
{
    if (e->queued) {
        ngx_queue_remove(&e->waiting);
        e->queued = 0;
    }

    if (e->roomed) {
        ngx_lo_room_used -= e->bytes;
        e->roomed = 0;

        ngx_post_event(&ngx_lo_room_event, &ngx_posted_events);
    }
}
