/*
 * Jobs on the event loop's side: written down, admitted, queued, done.
 */

#include "store/ngx_lo_store_int.h"

#include <stdarg.h>
#include <sys/eventfd.h>
#include <time.h>


#define NGX_LO_DONE_TIME  5         /* ms of `done` calls in one loop turn */


static ngx_int_t ngx_lo_job_bind(ngx_lo_job_t *job, ngx_lo_bound_t *bound,
    va_list args);
static ngx_int_t ngx_lo_job_value(ngx_lo_job_t *job, char type,
    ngx_lo_value_t *value, va_list *args);
static const char *ngx_lo_store_refuses(ngx_lo_store_t *store,
    ngx_lo_job_t *job);
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


/* --- a job -------------------------------------------------------------------- */


ngx_lo_job_t *
ngx_lo_job_new(ngx_lo_store_t *store, ngx_uint_t write)
{
    ckp_arena_t   *arena;
    ngx_lo_job_t  *job;

    arena = ckp_arena_new();
    if (arena == NULL) {
        return NULL;
    }

    job = ckp_arena_alloc(arena, sizeof(ngx_lo_job_t));
    if (job == NULL) {
        ckp_arena_free(arena);
        return NULL;
    }

    job->arena = arena;
    job->store = store;
    job->write = write;
    job->commit = -1;

    return job;
}


void
ngx_lo_job_free(ngx_lo_job_t *job)
{
    ngx_uint_t  i;

    if (job == NULL) {
        return;
    }

    for (i = 0; i < job->nstmts; i++) {
        json_decref(job->stmts[i].rows);
    }

    ckp_arena_free(job->arena);
}


ngx_int_t
ngx_lo_job_add(ngx_lo_job_t *job, const ngx_lo_stmt_t *stmt, ...)
{
    va_list          args;
    ngx_int_t        rc;
    ngx_uint_t       room;
    ngx_lo_bound_t  *stmts;

    if (job->nstmts == job->room) {
        room = (job->room == 0) ? 8 : 2 * job->room;

        stmts = ckp_arena_alloc(job->arena, room * sizeof(ngx_lo_bound_t));
        if (stmts == NULL) {
            job->failed = 1;
            return NGX_ERROR;
        }

        if (job->nstmts > 0) {
            ngx_memcpy(stmts, job->stmts,
                       job->nstmts * sizeof(ngx_lo_bound_t));
        }

        job->stmts = stmts;
        job->room = room;
    }

    stmts = &job->stmts[job->nstmts];
    stmts->stmt = stmt;

    va_start(args, stmt);
    rc = ngx_lo_job_bind(job, stmts, args);
    va_end(args);

    if (rc != NGX_OK) {
        job->failed = 1;
        return NGX_ERROR;
    }

    job->nstmts++;

    return NGX_OK;
}


static ngx_int_t
ngx_lo_job_bind(ngx_lo_job_t *job, ngx_lo_bound_t *bound, va_list args)
{
    size_t      n, i;
    va_list     rest;
    ngx_int_t   rc;

    n = strlen(bound->stmt->types);

    if (n > NGX_LO_PARAMS_MAX) {
        return NGX_ERROR;
    }

    bound->params = ckp_arena_alloc(job->arena,
                                    (n + 1) * sizeof(ngx_lo_value_t));
    if (bound->params == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_OK;
    va_copy(rest, args);

    for (i = 0; i < n && rc == NGX_OK; i++) {
        rc = ngx_lo_job_value(job, bound->stmt->types[i], &bound->params[i],
                              &rest);
    }

    va_end(rest);

    return rc;
}


static ngx_int_t
ngx_lo_job_value(ngx_lo_job_t *job, char type, ngx_lo_value_t *value,
    va_list *args)
{
    char          *text;
    const char    *s;
    const json_t  *j;

    switch (type) {

    case 'i':
    case 'n':
        value->i = va_arg(*args, int64_t);
        return NGX_OK;

    case 'd':
        value->d = va_arg(*args, double);
        return NGX_OK;

    case 's':
        s = va_arg(*args, const char *);
        value->s = (s == NULL) ? NULL : ckp_arena_strdup(job->arena, s);

        return (s != NULL && value->s == NULL) ? NGX_ERROR : NGX_OK;

    case 'j':
        j = va_arg(*args, const json_t *);
        value->s = NULL;

        if (j == NULL) {
            return NGX_OK;
        }

        text = ckp_json_text(j);
        if (text == NULL) {
            return NGX_ERROR;
        }

        value->s = ckp_arena_strdup(job->arena, text);
        ckp_free(text);

        return value->s == NULL ? NGX_ERROR : NGX_OK;

    default:
        return NGX_ERROR;
    }
}


ngx_uint_t
ngx_lo_job_len(const ngx_lo_job_t *job)
{
    return job->nstmts;
}


void
ngx_lo_job_submit(ngx_lo_job_t *job, ngx_lo_job_done_pt done, void *data)
{
    const char      *why;
    ngx_lo_store_t  *store;

    store = job->store;
    job->done = done;
    job->data = data;

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

    (void) pthread_mutex_lock(&store->mutex);

    why = ngx_lo_store_refuses(store, job);

    if (why == NULL) {
        ngx_lo_queue_push(job->write ? &store->writes : &store->reads, job);
        (void) pthread_cond_signal(job->write ? &store->write_ready
                                              : &store->read_ready);
    }

    (void) pthread_mutex_unlock(&store->mutex);

    if (why != NULL) {
        job->rc = NGX_LO_JOB_BUSY;
        (void) snprintf(job->error, NGX_LO_STORE_TEXT, "%s", why);
        ngx_lo_store_later(store, job);
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


void
ngx_lo_job_forget(ngx_lo_job_t *job)
{
    job->done = NULL;
    job->data = NULL;
}


ngx_lo_job_rc_t
ngx_lo_job_rc(const ngx_lo_job_t *job)
{
    return job->rc;
}


const char *
ngx_lo_job_error(const ngx_lo_job_t *job)
{
    return job->error;
}


ngx_uint_t
ngx_lo_job_guard(const ngx_lo_job_t *job)
{
    return job->guard;
}


ngx_uint_t
ngx_lo_job_count(const ngx_lo_job_t *job, ngx_uint_t n)
{
    return n < job->nstmts ? job->stmts[n].count : 0;
}


const json_t *
ngx_lo_job_rows(const ngx_lo_job_t *job, ngx_uint_t n)
{
    return n < job->nstmts ? job->stmts[n].rows : NULL;
}


json_t *
ngx_lo_job_rows_take(const ngx_lo_job_t *job, ngx_uint_t n)
{
    return json_incref((json_t *) ngx_lo_job_rows(job, n));
}


const json_t *
ngx_lo_job_row(const ngx_lo_job_t *job, ngx_uint_t n)
{
    return json_array_get(ngx_lo_job_rows(job, n), 0);
}


/* --- the store on the loop ------------------------------------------------------ */


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

    store->later.handler = ngx_lo_store_done;
    store->later.data = store;
    store->later.log = cycle->log;

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
            ngx_lo_metric_observe(NGX_LO_M_STORE_COMMIT, NULL, job->commit);

            if (job->waited) {
                ngx_lo_metric_add(NGX_LO_M_STORE_BUSY, NULL, 1);
            }
        }

        store->outstanding--;

        if (job->done != NULL) {
            job->done(job, job->data);
        }

        ngx_lo_job_free(job);

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


/* --- for the threads ------------------------------------------------------------ */


void
ngx_lo_queue_init(ngx_lo_queue_t *q)
{
    q->first = NULL;
    q->last = &q->first;
    q->n = 0;
}


void
ngx_lo_queue_push(ngx_lo_queue_t *q, ngx_lo_job_t *job)
{
    job->next = NULL;
    *q->last = job;
    q->last = &job->next;
    q->n++;
}


ngx_lo_job_t *
ngx_lo_queue_pop(ngx_lo_queue_t *q)
{
    ngx_lo_job_t  *job;

    job = q->first;

    if (job != NULL) {
        q->first = job->next;
        q->n--;

        if (q->first == NULL) {
            q->last = &q->first;
        }
    }

    return job;
}


void
ngx_lo_queue_move(ngx_lo_queue_t *to, ngx_lo_queue_t *from)
{
    if (from->first != NULL) {
        *to->last = from->first;
        to->last = from->last;
        to->n += from->n;
        ngx_lo_queue_init(from);
    }
}


void
ngx_lo_queue_end(ngx_lo_queue_t *q, ngx_lo_job_rc_t rc, const char *error)
{
    ngx_lo_job_t  *job;

    for (job = q->first; job != NULL; job = job->next) {
        job->rc = rc;
        (void) snprintf(job->error, NGX_LO_STORE_TEXT, "%s", error);
    }
}


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
