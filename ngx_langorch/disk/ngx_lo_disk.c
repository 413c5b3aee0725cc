/*
 * A task's way to a thread and back.
 *
 * Its memory is nobody else's, so that a request, a run or a whole worker may
 * go while it works.
 */

#include "core/ngx_lo_core.h"
#include "disk/ngx_lo_disk.h"


static ngx_str_t  ngx_lo_disk_pool = ngx_string("default");


static void ngx_lo_disk_thread(void *data, ngx_log_t *log);
static void ngx_lo_disk_ended(ngx_event_t *ev);


void *
ngx_lo_disk_new(size_t size)
{
    ngx_lo_disk_t  *d;

    d = ngx_calloc(size, ngx_cycle->log);

    if (d != NULL) {
        d->root = (const char *) ngx_lo_conf()->artifacts.data;
        d->task.ctx = d;
        d->task.handler = ngx_lo_disk_thread;
        d->task.event.data = d;
        d->task.event.handler = ngx_lo_disk_ended;
        d->task.event.log = ngx_cycle->log;
    }

    return d;
}


void
ngx_lo_disk_free(ngx_lo_disk_t *d)
{
    if (d == NULL) {
        return;
    }

    if (d->clean != NULL) {
        d->clean(d);
    }

    ngx_free(d);
}


ngx_int_t
ngx_lo_disk_post(ngx_lo_disk_t *d)
{
    ngx_thread_pool_t  *tp;

    tp = ngx_thread_pool_get((ngx_cycle_t *) ngx_cycle, &ngx_lo_disk_pool);

    if (tp == NULL || ngx_thread_task_post(tp, &d->task) != NGX_OK) {
        ngx_lo_disk_free(d);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_lo_disk_forget(ngx_lo_disk_t *d)
{
    d->done = NULL;
    d->data = NULL;
}


static void
ngx_lo_disk_thread(void *data, ngx_log_t *log)
{
    ngx_lo_disk_t  *d = data;

    d->work(d);
}


static void
ngx_lo_disk_ended(ngx_event_t *ev)
{
    ngx_lo_disk_t  *d = ev->data;

    if (d->done != NULL) {
        d->done(d);
    }

    ngx_lo_disk_free(d);
}
