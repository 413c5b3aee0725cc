/*
 * The store on the event loop's side: jobs are admitted, queued, done.
 */

#include "store/ngx_lo_store_int.h"

#include <stdarg.h>
#include <sys/eventfd.h>
#include <time.h>


#define NGX_LO_DONE_TIME  5         /* ms of `done` calls in one loop turn */
#define NGX_LO_READ_FEW   8         /* reads at once that one thread is for */


static const char *ngx_lo_store_refuses(ngx_lo_store_t *store,
    ngx_lo_job_t *job);
static void ngx_lo_store_flush(ngx_event_t *ev);
static void ngx_lo_store_later(ngx_lo_store_t *store, ngx_lo_job_t *job);
static void ngx_lo_store_bell(ngx_event_t *rev);
static void ngx_lo_store_done(ngx_event_t *ev);
static void ngx_lo_store_log(ngx_lo_store_t *store);
static void ngx_lo_store_free(ngx_lo_store_t *store);


static ngx_lo_store_t  *ngx_lo_the_store;      /* this worker's */


static const char  *ngx_lo_states[] = {
    "opening", "ok", "full", "readonly", "io", "corrupt", "replaced",
    "schema", "closed"
};


void
ngx_lo_job_submit(ngx_lo_job_t *job, ngx_lo_job_done_pt done, void *data)
{
    ngx_lo_store_t  *store;

    store = job->store;
    job->done = done;
    job->data = data;
    job->rc = NGX_LO_JOB_OK;
    job->commit = -1;

    if (store == NULL || store->stopped) {
        ngx_lo_job_free(job);
        return;
    }

    store->outstanding++;

    if (job->failed) {
        job->rc = NGX_LO_JOB_ERROR;
        (void) snprintf(job->error, NGX_LO_STORE_TEXT,
                        "a statement was not written down");
        ngx_lo_store_later(store, job);
        return;
    }

    job->queued_ms = ngx_lo_store_clock();
    ngx_lo_queue_push(&store->asked, job);

    if (!store->flush.posted) {
        ngx_post_event(&store->flush, &ngx_posted_events);
    }
}


/*
 * What one turn of the loop asks for is queued at its end, at once: a thread is
 * woken once, and finds work for more than one look.
 */
static void
ngx_lo_store_flush(ngx_event_t *ev)
{
    ngx_uint_t       write, read;
    const char      *why;
    ngx_lo_job_t    *job;
    ngx_lo_store_t  *store;

    store = ev->data;
    write = 0;
    read = 0;

    (void) pthread_mutex_lock(&store->mutex);

    store->batch++;

    for ( ;; ) {
        job = ngx_lo_queue_pop(&store->asked);
        if (job == NULL) {
            break;
        }

        why = ngx_lo_store_refuses(store, job);

        if (why != NULL) {
            job->rc = NGX_LO_JOB_BUSY;
            (void) snprintf(job->error, NGX_LO_STORE_TEXT, "%s", why);
            ngx_lo_store_later(store, job);
            continue;
        }

        job->batch = store->batch;
        ngx_lo_queue_push(job->write ? &store->writes : &store->reads, job);

        write |= job->write;
        read += !job->write;
    }

    if (write) {
        __atomic_store_n(&store->pushed, 1, __ATOMIC_RELAXED);
        (void) pthread_cond_signal(&store->write_ready);
    }

    (void) pthread_mutex_unlock(&store->mutex);

    /* another reader for each few, not for each */

    if (read > NGX_LO_READ_FEW) {
        (void) pthread_cond_broadcast(&store->read_ready);

    } else if (read > 0) {
        (void) pthread_cond_signal(&store->read_ready);
    }
}


/* Why this job cannot wait in its queue; NULL: it can.  Under the mutex. */

static const char *
ngx_lo_store_refuses(ngx_lo_store_t *store, ngx_lo_job_t *job)
{
    ngx_lo_queue_t  *q;

    switch (store->state) {

    case NGX_LO_STATE_OPENING:
    case NGX_LO_STATE_OPEN:
        break;

    case NGX_LO_STATE_FULL:
    case NGX_LO_STATE_READONLY:
    case NGX_LO_STATE_IO:
        if (job->write) {
            return ngx_lo_states[store->state];
        }
        break;

    case NGX_LO_STATE_CORRUPT:
    case NGX_LO_STATE_REPLACED:
    case NGX_LO_STATE_SCHEMA:
    case NGX_LO_STATE_CLOSED:
        return ngx_lo_states[store->state];
    }

    q = job->write ? &store->writes : &store->reads;

    if (q->n >= store->mcf->queue_max) {
        return "the queue is full";
    }

    if (q->n > 0
        && job->queued_ms - q->first->queued_ms > NGX_LO_QUEUE_TIME)
    {
        return "the queue does not move";
    }

    return NULL;
}


/* `done` is called in the next turn of the loop, not inside submit(). */

static void
ngx_lo_store_later(ngx_lo_store_t *store, ngx_lo_job_t *job)
{
    ngx_lo_queue_push(&store->done, job);

    if (!store->later.posted) {
        ngx_post_event(&store->later, &ngx_posted_next_events);
    }
}

ngx_int_t
ngx_lo_store_start(ngx_cycle_t *cycle)
{
    ngx_lo_store_t  *store;

    store = ckp_calloc(sizeof(ngx_lo_store_t));
    if (store == NULL) {
        return NGX_ERROR;
    }

    store->mcf = ngx_lo_conf();
    store->relaxed = store->mcf->relaxed;
    store->path = ngx_lo_cstr(cycle->pool, &store->mcf->store);
    store->bell = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

    store->flush.handler = ngx_lo_store_flush;
    store->flush.data = store;
    store->flush.log = cycle->log;

    store->later.handler = ngx_lo_store_done;
    store->later.data = store;
    store->later.log = cycle->log;

    ngx_lo_queue_init(&store->asked);
    ngx_lo_queue_init(&store->writes);
    ngx_lo_queue_init(&store->reads);
    ngx_lo_queue_init(&store->ended);
    ngx_lo_queue_init(&store->done);

    if (store->bell != (ngx_socket_t) -1 && store->path != NULL) {
        store->c = ngx_lo_eventfd_watch(store->bell, ngx_lo_store_bell, store,
                                        cycle->log);
    }

    if (store->c == NULL || ngx_lo_sqlite_start(store) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno,
                      "langorch: the store's threads did not start");
        ngx_lo_store_free(store);
        return NGX_ERROR;
    }

    ngx_lo_the_store = store;

    return NGX_OK;
}


void
ngx_lo_store_stop(ngx_cycle_t *cycle)
{
    ngx_lo_job_t    *job;
    ngx_lo_store_t  *store;

    store = ngx_lo_the_store;
    if (store == NULL) {
        return;
    }

    store->stopped = 1;

    if (store->flush.posted) {
        ngx_delete_posted_event(&store->flush);
        ngx_lo_store_flush(&store->flush);
    }

    ngx_lo_sqlite_stop(store);
    ngx_lo_store_log(store);

    ngx_lo_queue_move(&store->done, &store->ended);
    ngx_lo_queue_move(&store->done, &store->reads);

    for ( ;; ) {
        job = ngx_lo_queue_pop(&store->done);
        if (job == NULL) {
            break;
        }

        ngx_lo_job_free(job);
    }

    if (store->later.posted) {
        ngx_delete_posted_event(&store->later);
    }

    ngx_lo_the_store = NULL;
    ngx_lo_store_free(store);
}


static void
ngx_lo_store_free(ngx_lo_store_t *store)
{
    if (store->c != NULL) {
        ngx_lo_eventfd_unwatch(store->c);

    } else if (store->bell != (ngx_socket_t) -1) {
        (void) close(store->bell);
    }

    (void) pthread_cond_destroy(&store->write_ready);
    (void) pthread_cond_destroy(&store->read_ready);
    (void) pthread_mutex_destroy(&store->mutex);

    ckp_free(store);
}


ngx_lo_store_t *
ngx_lo_store(void)
{
    return ngx_lo_the_store;
}


ngx_uint_t
ngx_lo_store_relaxed(void)
{
    return ngx_lo_the_store != NULL && ngx_lo_the_store->relaxed;
}


ngx_uint_t
ngx_lo_store_idle(void)
{
    return ngx_lo_the_store == NULL || ngx_lo_the_store->outstanding == 0;
}


const char *
ngx_lo_store_state(void)
{
    int64_t          oldest;
    const char      *said;
    ngx_lo_store_t  *store;

    store = ngx_lo_the_store;
    if (store == NULL) {
        return "closed";
    }

    (void) pthread_mutex_lock(&store->mutex);

    said = ngx_lo_states[store->state];
    oldest = store->oldest_ms;

    if (oldest == 0 && store->writes.n > 0) {
        oldest = store->writes.first->queued_ms;
    }

    if (store->state == NGX_LO_STATE_OPEN && oldest != 0
        && ngx_lo_store_clock() - oldest > NGX_LO_SLOW_TIME)
    {
        said = "slow";
    }

    (void) pthread_mutex_unlock(&store->mutex);

    return said;
}


static void
ngx_lo_store_bell(ngx_event_t *rev)
{
    ngx_lo_store_t    *store;
    ngx_connection_t  *c;

    c = rev->data;
    store = c->data;

    if (c->close) {
        c->close = 0;               /* NGINX shuts down; jobs go on */
        return;
    }

    ngx_lo_eventfd_read(rev);

    (void) pthread_mutex_lock(&store->mutex);

    store->notified = 0;
    ngx_lo_queue_move(&store->done, &store->ended);

    (void) pthread_mutex_unlock(&store->mutex);

    ngx_lo_store_log(store);
    ngx_lo_store_done(&store->later);
}


static void
ngx_lo_store_done(ngx_event_t *ev)
{
    int64_t          until;
    ngx_lo_job_t    *job;
    ngx_lo_store_t  *store;

    store = ev->data;
    until = ngx_lo_store_clock() + NGX_LO_DONE_TIME;

    for ( ;; ) {
        job = ngx_lo_queue_pop(&store->done);
        if (job == NULL) {
            return;
        }

        if (job->commit >= 0) {
            ngx_lo_metric_add(NGX_LO_M_STORE_COMMIT, NULL, job->commit);

            if (job->waited) {
                ngx_lo_metric_add(NGX_LO_M_STORE_BUSY, NULL, 1);
            }
        }

        /* whoever hears that it is done sees it on any worker */

        if (job->procedures && job->rc != NGX_LO_JOB_BUSY) {
            ngx_lo_zone_kept_changed(NGX_LO_KEPT_PROCEDURES);
        }

        store->outstanding--;
        store->kept = 0;

        ngx_lo_job_watched(job);

        if (job->done != NULL) {
            job->done(job, job->data);
        }

        if (!store->kept) {
            ngx_lo_job_free(job);
        }

        if (store->done.n > 0 && ngx_lo_store_clock() >= until) {
            break;
        }
    }

    /* others want this turn of the loop, too */

    if (!store->later.posted) {
        ngx_post_event(&store->later, &ngx_posted_next_events);
    }
}


static void
ngx_lo_store_log(ngx_lo_store_t *store)
{
    char        note[NGX_LO_STORE_TEXT];
    ngx_uint_t  level;

    (void) pthread_mutex_lock(&store->mutex);

    level = store->note_level;
    store->note_level = 0;
    ngx_memcpy(note, store->note, NGX_LO_STORE_TEXT);

    (void) pthread_mutex_unlock(&store->mutex);

    if (level != 0) {
        ngx_log_error(level, ngx_cycle->log, 0, "store: %s", note);
    }
}


/* --- for the threads ------------------------------------------------------ */


void
ngx_lo_store_ended(ngx_lo_store_t *store, ngx_lo_queue_t *q)
{
    ngx_uint_t  ring;

    (void) pthread_mutex_lock(&store->mutex);

    ngx_lo_queue_move(&store->ended, q);

    ring = !store->notified;
    store->notified = 1;

    (void) pthread_mutex_unlock(&store->mutex);

    if (ring) {
        ngx_lo_eventfd_write(store->bell);
    }
}


void
ngx_lo_store_note(ngx_lo_store_t *store, ngx_uint_t level, const char *fmt,
    ...)
{
    char            note[NGX_LO_STORE_TEXT];
    va_list         args;
    int64_t         now;
    ngx_uint_t      same;
    ngx_lo_queue_t  none;

    va_start(args, fmt);
    (void) vsnprintf(note, sizeof(note), fmt, args);
    va_end(args);

    now = ngx_lo_store_clock();

    (void) pthread_mutex_lock(&store->mutex);

    same = strcmp(store->note, note) == 0
           && now - store->noted_ms < NGX_LO_NOTE_TIME;

    if (!same) {
        ngx_memcpy(store->note, note, NGX_LO_STORE_TEXT);
        store->note_level = level;
        store->noted_ms = now;
    }

    (void) pthread_mutex_unlock(&store->mutex);

    if (same) {
        return;
    }

    ngx_lo_queue_init(&none);
    ngx_lo_store_ended(store, &none);
}


ngx_lo_state_t
ngx_lo_store_state_now(ngx_lo_store_t *store)
{
    ngx_lo_state_t  state;

    (void) pthread_mutex_lock(&store->mutex);
    state = store->state;
    (void) pthread_mutex_unlock(&store->mutex);

    return state;
}


int64_t
ngx_lo_store_clock(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
