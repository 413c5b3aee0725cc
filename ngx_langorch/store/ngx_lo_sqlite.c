/*
 * The store's threads: started and joined; and those that read.  The one that
 * writes is in ngx_lo_writer.c.
 */

#include "store/ngx_lo_store_int.h"

#include <sched.h>
#include <signal.h>


#define NGX_LO_READ_GROUP  32       /* jobs that share a transaction */


typedef struct {
    ngx_lo_store_t  *store;
    ngx_lo_db_t     *db;            /* NULL: no memory */
    ngx_lo_queue_t   over;          /* not told yet */
    ngx_uint_t       n;             /* jobs of this transaction */
    uint64_t         batch;         /* it began after this one was queued */
    int64_t          began_ms;      /* the last job */
} ngx_lo_reader_t;


static void ngx_lo_sqlite_setup(void);
static void *ngx_lo_reader_thread(void *data);
static ngx_lo_job_t *ngx_lo_reader_next(ngx_lo_reader_t *r);
static void ngx_lo_reader_end(ngx_lo_reader_t *r);
static void ngx_lo_reader_run(ngx_lo_reader_t *r, ngx_lo_job_t *job);
static void ngx_lo_reader_fail(ngx_lo_store_t *store, ngx_lo_db_t *db,
    ngx_lo_job_t *job, int rc);


ngx_int_t
ngx_lo_sqlite_start(ngx_lo_store_t *store)
{
    int                  rc;
    sigset_t             all, before;
    ngx_uint_t           i;
    pthread_condattr_t   attr;

    ngx_lo_sqlite_setup();

    if (pthread_mutex_init(&store->mutex, NULL) != 0
        || pthread_condattr_init(&attr) != 0
        || pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0
        || pthread_cond_init(&store->write_ready, &attr) != 0
        || pthread_cond_init(&store->read_ready, &attr) != 0)
    {
        return NGX_ERROR;
    }

    pthread_condattr_destroy(&attr);

    /* signals are the loop's */

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);

    rc = pthread_create(&store->threads[0], NULL, ngx_lo_writer_thread, store);
    store->nthreads = (rc == 0);

    for (i = 0; rc == 0 && i < store->mcf->readers; i++) {
        rc = pthread_create(&store->threads[store->nthreads], NULL,
                            ngx_lo_reader_thread, store);
        store->nthreads += (rc == 0);
    }

    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);

    if (rc != 0) {
        ngx_lo_sqlite_stop(store);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void *
ngx_lo_sqlite_alloc(int size)
{
    return ngx_lo_memory_get((size_t) size);
}


static void *
ngx_lo_sqlite_realloc(void *p, int size)
{
    void    *new;
    size_t   had;

    had = ngx_lo_memory_size(p);

    if ((size_t) size <= had) {
        return p;
    }

    new = ngx_lo_memory_get((size_t) size);

    if (new != NULL) {
        ngx_memcpy(new, p, had);
        ngx_lo_memory_put(p);
    }

    return new;
}


static int
ngx_lo_sqlite_size(void *p)
{
    return p == NULL ? 0 : (int) ngx_lo_memory_size(p);
}


static int
ngx_lo_sqlite_round(int size)
{
    return (size + 7) & ~7;
}


static int
ngx_lo_sqlite_init(void *data)
{
    (void) data;

    return SQLITE_OK;
}


static void
ngx_lo_sqlite_end(void *data)
{
    (void) data;
}


/*
 * Before the first connection of the process.  A statement takes and drops a
 * dozen blocks, and Debian's SQLite is built without a store of its own for
 * them, and counts them under one mutex.  Each connection is one thread's.
 *
 * Who was first in this process has decided: then it is slower, not wrong.
 */
static void
ngx_lo_sqlite_setup(void)
{
    static const sqlite3_mem_methods  methods = {
        ngx_lo_sqlite_alloc, ngx_lo_memory_put, ngx_lo_sqlite_realloc,
        ngx_lo_sqlite_size, ngx_lo_sqlite_round, ngx_lo_sqlite_init,
        ngx_lo_sqlite_end, NULL
    };

    (void) sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    (void) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void) sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);

    ngx_lo_wal_setup();
}


void
ngx_lo_sqlite_stop(ngx_lo_store_t *store)
{
    ngx_uint_t  i;

    (void) pthread_mutex_lock(&store->mutex);

    __atomic_store_n(&store->stop, 1, __ATOMIC_RELAXED);
    (void) pthread_cond_broadcast(&store->write_ready);
    (void) pthread_cond_broadcast(&store->read_ready);

    (void) pthread_mutex_unlock(&store->mutex);

    for (i = 0; i < store->nthreads; i++) {
        (void) pthread_join(store->threads[i], NULL);
    }

    store->nthreads = 0;
}


/* --- reading ---------------------------------------------------------------------- */


/*
 * Jobs that were queued before a transaction began share it, and those that end
 * within a millisecond are told of together: what a lock, a snapshot and a bell
 * cost is as much as a row.
 */
/*
 * One that wakes does not push the loop, which woke it, off its processor: the
 * loop goes on to the end of its turn, and more is there to be done at once.
 */
void
ngx_lo_store_thread(void)
{
    struct sched_param  none;

    ngx_memzero(&none, sizeof(none));
    (void) pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}


static void *
ngx_lo_reader_thread(void *data)
{
    ngx_lo_job_t    *job;
    ngx_lo_reader_t  reader;

    ngx_lo_store_thread();

    ngx_memzero(&reader, sizeof(ngx_lo_reader_t));
    ngx_lo_queue_init(&reader.over);

    reader.store = data;
    reader.db = ckp_calloc(sizeof(ngx_lo_db_t));

    for ( ;; ) {
        job = ngx_lo_reader_next(&reader);
        if (job == NULL) {
            break;
        }

        if (reader.db != NULL) {
            ngx_lo_reader_run(&reader, job);

        } else {
            job->rc = NGX_LO_JOB_ERROR;
            (void) snprintf(job->error, NGX_LO_STORE_TEXT, "no memory");
        }

        ngx_lo_queue_push(&reader.over, job);
    }

    if (reader.db != NULL) {
        ngx_lo_db_close(reader.db);
        ckp_free(reader.db);
    }

    return NULL;
}


/*
 * The next job, once the writer has the tables in order.  NULL: the end.  Those
 * that are over are told, and their snapshot is let go, when there is no other
 * or it wants a newer one.
 */
static ngx_lo_job_t *
ngx_lo_reader_next(ngx_lo_reader_t *r)
{
    ngx_lo_job_t    *job;
    ngx_lo_store_t  *store = r->store;

    (void) pthread_mutex_lock(&store->mutex);

    if ((r->n > 0 || r->over.n > 0)
        && (store->stop || store->reads.n == 0
            || store->reads.first->batch > r->batch
            || r->n >= NGX_LO_READ_GROUP))
    {
        (void) pthread_mutex_unlock(&store->mutex);
        ngx_lo_reader_end(r);
        (void) pthread_mutex_lock(&store->mutex);
    }

    while (!store->stop
           && (store->reads.n == 0 || store->state == NGX_LO_STATE_OPENING))
    {
        (void) pthread_cond_wait(&store->read_ready, &store->mutex);
    }

    job = store->stop ? NULL : ngx_lo_queue_pop(&store->reads);

    if (r->n == 0) {
        r->batch = store->batch;
    }

    (void) pthread_mutex_unlock(&store->mutex);

    r->n++;

    return job;
}


static void
ngx_lo_reader_end(ngx_lo_reader_t *r)
{
    r->n = 0;

    if (r->over.n > 0) {
        ngx_lo_store_ended(r->store, &r->over);
    }

    if (r->db != NULL && r->db->db != NULL
        && !sqlite3_get_autocommit(r->db->db))
    {
        (void) ngx_lo_db_commit(r->db);
    }
}


static void
ngx_lo_reader_run(ngx_lo_reader_t *r, ngx_lo_job_t *job)
{
    int              rc;
    int64_t          now;
    ngx_uint_t       i;
    ngx_lo_db_t     *db = r->db;
    ngx_lo_store_t  *store = r->store;

    if (ngx_lo_store_state_now(store) >= NGX_LO_STATE_CORRUPT) {
        job->rc = NGX_LO_JOB_BUSY;
        return;
    }

    now = ngx_lo_store_clock();

    if (r->over.n > 0 && now != r->began_ms) {
        ngx_lo_store_ended(store, &r->over);
    }

    r->began_ms = now;

    rc = (db->db == NULL) ? ngx_lo_db_open(db, store, 0) : SQLITE_OK;

    db->over = &r->over;
    db->until_ms = now + NGX_LO_READ_TIME;

    if (rc == SQLITE_OK && sqlite3_get_autocommit(db->db)) {
        rc = ngx_lo_db_begin(db);
    }

    for (i = 0; rc == SQLITE_OK && i < job->nstmts; i++) {
        rc = ngx_lo_db_run(db, job, &job->stmts[i]);

        if (rc == SQLITE_OK && !ngx_lo_job_counts(&job->stmts[i])) {
            job->rc = NGX_LO_JOB_GUARD;
            job->guard = i;
            break;
        }
    }

    if (rc != SQLITE_OK) {
        ngx_lo_reader_fail(store, db, job, rc);
        ngx_lo_reader_end(r);
    }
}


static void
ngx_lo_reader_fail(ngx_lo_store_t *store, ngx_lo_db_t *db, ngx_lo_job_t *job,
    int rc)
{
    job->rc = NGX_LO_JOB_ERROR;
    (void) snprintf(job->error, NGX_LO_STORE_TEXT, "%s", db->error);

    switch (rc & 0xff) {

    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:

        (void) pthread_mutex_lock(&store->mutex);
        store->state = NGX_LO_STATE_CORRUPT;
        (void) pthread_mutex_unlock(&store->mutex);

        ngx_lo_store_note(store, NGX_LOG_CRIT, "the file is corrupt: %s",
                          db->error);
        ngx_lo_db_close(db);
        return;

    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        ngx_lo_store_note(store, NGX_LOG_CRIT, "cannot read: %s", db->error);
        ngx_lo_db_close(db);
        return;

    default:

        /* those that our end interrupts failed nobody */

        if (!__atomic_load_n(&store->stop, __ATOMIC_RELAXED)) {
            ngx_lo_store_note(store, NGX_LOG_ERR, "read failed: %s",
                              db->error);
        }

        return;
    }
}
