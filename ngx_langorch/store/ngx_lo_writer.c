/*
 * The thread that writes: jobs of all runs of this worker meet in one
 * transaction and one sync.
 *
 * The life of a group.
 *   gathered   after the lock among workers is ours: what waited meanwhile
 *              joins                                     ngx_lo_writer_gather
 *   tried      each job whole or not at all              ngx_lo_writer_jobs
 *   committed  one COMMIT; its end is every job's        ngx_lo_writer_commit
 *
 * When the file fails, nothing is synced twice: the connection is closed, the
 * file is looked at, and only then we go on (design/reliability.md 3).
 */

#include "store/ngx_lo_store_int.h"

#include <sched.h>
#include <time.h>


#define NGX_LO_AGAIN   -1       /* the group has to be tried once more */
#define NGX_LO_PAUSES  32       /* of a processor that spins, for a look */


static ngx_uint_t ngx_lo_writer_spin_us(ngx_lo_store_t *store);
static int64_t ngx_lo_writer_now_us(void);
static void ngx_lo_writer_spin(ngx_lo_store_t *store);
static ngx_uint_t ngx_lo_writer_wait(ngx_lo_store_t *store);
static void ngx_lo_writer_sleep(ngx_lo_store_t *store);
static void ngx_lo_writer_group(ngx_lo_store_t *store);
static void ngx_lo_writer_gather(ngx_lo_store_t *store, ngx_lo_queue_t *q);
static void ngx_lo_writer_try(ngx_lo_store_t *store, ngx_lo_queue_t *q);
static int ngx_lo_writer_jobs(ngx_lo_store_t *store, ngx_lo_queue_t *q);
static int ngx_lo_writer_job(ngx_lo_db_t *db, ngx_lo_job_t *job);
static int ngx_lo_writer_statements(ngx_lo_db_t *db, ngx_lo_job_t *job);
static void ngx_lo_writer_commit(ngx_lo_store_t *store, ngx_lo_queue_t *q);
static void ngx_lo_writer_failed(ngx_lo_store_t *store, ngx_lo_queue_t *q,
    int rc, ngx_uint_t commit);


void *
ngx_lo_writer_thread(void *data)
{
    ngx_int_t        locked;
    ngx_lo_queue_t   rest;
    ngx_lo_store_t  *store = data;

    ngx_lo_store_thread();
    store->spin_us = ngx_lo_writer_spin_us(store);

    if (ngx_lo_writer_open(store) == NGX_OK) {
        (void) ngx_lo_writer_state(store, NGX_LO_STATE_OPEN);
    }

    while (ngx_lo_writer_wait(store)) {

        if (ngx_lo_store_state_now(store) == NGX_LO_STATE_OPEN) {
            ngx_lo_writer_group(store);
            continue;
        }

        /* those who were let in before the state was known */

        ngx_lo_queue_init(&rest);

        (void) pthread_mutex_lock(&store->mutex);
        ngx_lo_queue_move(&rest, &store->writes);
        __atomic_store_n(&store->pushed, 0, __ATOMIC_RELAXED);
        (void) pthread_mutex_unlock(&store->mutex);

        ngx_lo_queue_end(&rest, NGX_LO_JOB_BUSY, "the store does not write");
        ngx_lo_store_ended(store, &rest);
    }

    locked = ngx_lo_writer_lock(store);
    ngx_lo_writer_close(store);
    ngx_lo_writer_unlock(locked);

    return NULL;
}


/* --- waiting -------------------------------------------------------------------------- */


/* On a processor that the loop needs, too, it would keep what it waits for. */

static ngx_uint_t
ngx_lo_writer_spin_us(ngx_lo_store_t *store)
{
    cpu_set_t  set;

    CPU_ZERO(&set);

    return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 1
           ? store->mcf->spin_us : 0;
}


static int64_t
ngx_lo_writer_now_us(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}


/*
 * A run alone asks for its next commit a tenth of a millisecond after the last,
 * and to wake a thread takes a third of that.  So we look out for it awake, as
 * long as such looks are not in vain.
 */
static void
ngx_lo_writer_spin(ngx_lo_store_t *store)
{
    int64_t     until;
    ngx_uint_t  i;

    if (!store->lively) {
        return;
    }

    until = ngx_lo_writer_now_us() + (int64_t) store->spin_us;

    while (!__atomic_load_n(&store->pushed, __ATOMIC_RELAXED)) {

        if (ngx_lo_writer_now_us() >= until) {
            store->lively = 0;
            return;
        }

        for (i = 0; i < NGX_LO_PAUSES; i++) {
            ngx_cpu_pause();
        }

        (void) sched_yield();
    }
}


/* Until something is queued, for a second at most.  Under the mutex. */

static void
ngx_lo_writer_sleep(ngx_lo_store_t *store)
{
    int64_t          since;
    struct timespec  until;

    since = ngx_lo_writer_now_us();

    (void) clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;

    (void) pthread_cond_timedwait(&store->write_ready, &store->mutex, &until);

    store->lively = ngx_lo_writer_now_us() - since < (int64_t) store->spin_us;
}


/* 0: we have to end, and nothing is queued. */

static ngx_uint_t
ngx_lo_writer_wait(ngx_lo_store_t *store)
{
    ngx_uint_t  ready;

    for ( ;; ) {
        ngx_lo_writer_look(store);
        ngx_lo_writer_spin(store);

        (void) pthread_mutex_lock(&store->mutex);

        store->oldest_ms = 0;

        if (store->writes.n == 0 && !store->stop) {
            ngx_lo_writer_sleep(store);
        }

        ready = (store->writes.n > 0);

        if (ready) {
            store->oldest_ms = store->writes.first->queued_ms;
        }

        ready |= store->stop ? 2 : 0;

        (void) pthread_mutex_unlock(&store->mutex);

        if (ready) {
            return ready & 1;
        }
    }
}


/* --- a group ----------------------------------------------------------------------------- */


static void
ngx_lo_writer_group(ngx_lo_store_t *store)
{
    ngx_int_t       locked;
    ngx_lo_queue_t  q;

    ngx_lo_queue_init(&q);

    locked = ngx_lo_writer_lock(store);

    ngx_lo_writer_gather(store, &q);

    if (q.first != NULL) {
        q.first->waited = (locked == NGX_AGAIN);
    }

    if (locked == NGX_BUSY) {
        ngx_lo_queue_end(&q, NGX_LO_JOB_BUSY, "another worker holds the lock");

    } else {
        ngx_lo_writer_try(store, &q);
    }

    ngx_lo_writer_unlock(locked);

    ngx_lo_store_ended(store, &q);
}


static void
ngx_lo_writer_gather(ngx_lo_store_t *store, ngx_lo_queue_t *q)
{
    (void) pthread_mutex_lock(&store->mutex);

    while (q->n < store->mcf->group_max && store->writes.n > 0) {
        ngx_lo_queue_push(q, ngx_lo_queue_pop(&store->writes));
    }

    __atomic_store_n(&store->pushed, store->writes.n > 0, __ATOMIC_RELAXED);

    (void) pthread_mutex_unlock(&store->mutex);
}


static void
ngx_lo_writer_try(ngx_lo_store_t *store, ngx_lo_queue_t *q)
{
    int           rc;
    ngx_lo_db_t  *db;

    db = &store->writer;

    do {
        db->until_ms = ngx_lo_store_clock() + NGX_LO_LOCK_WAIT;

        rc = ngx_lo_db_begin(db);
        if (rc != SQLITE_OK) {
            ngx_lo_writer_failed(store, q, rc, 0);
            return;
        }

        rc = ngx_lo_writer_jobs(store, q);

        if (rc != SQLITE_OK && !sqlite3_get_autocommit(db->db)) {
            (void) sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
        }

    } while (rc == NGX_LO_AGAIN);

    if (rc != SQLITE_OK) {
        ngx_lo_writer_failed(store, q, rc, 0);
        return;
    }

    ngx_lo_writer_commit(store, q);
}


static int
ngx_lo_writer_jobs(ngx_lo_store_t *store, ngx_lo_queue_t *q)
{
    int            rc;
    ngx_lo_job_t  *job;

    for (job = q->first; job != NULL; job = job->next) {
        job->rc = NGX_LO_JOB_OK;
        job->error[0] = '\0';

        rc = ngx_lo_writer_job(&store->writer, job);

        if (rc != SQLITE_OK) {
            return rc;
        }
    }

    return SQLITE_OK;
}


/*
 * One job of the group.  SQLITE_OK: it is in the transaction, or has left no
 * trace there (its rc says which).  Else the whole group is lost.
 *
 * A savepoint costs a copy of every page that the job is the first to change,
 * and nearly all jobs succeed.  So there is none until it is missed: the group
 * is undone and tried again, with one around the job that failed half way.
 */
static int
ngx_lo_writer_job(ngx_lo_db_t *db, ngx_lo_job_t *job)
{
    int  rc;

    if (!job->careful) {
        rc = ngx_lo_writer_statements(db, job);

        if (rc == SQLITE_OK && job->rc != NGX_LO_JOB_OK && job->touched) {
            job->careful = 1;
            return NGX_LO_AGAIN;
        }

        return rc;
    }

    rc = ngx_lo_db_exec(db, "SAVEPOINT job");
    rc = rc ? rc : ngx_lo_writer_statements(db, job);

    if (rc == SQLITE_OK && job->rc != NGX_LO_JOB_OK) {
        rc = ngx_lo_db_exec(db, "ROLLBACK TO job");
        db->nheld = 0;
    }

    return rc ? rc : ngx_lo_db_exec(db, "RELEASE job");
}


/* Sets job->rc; other than SQLITE_OK: the connection or the file failed. */

static int
ngx_lo_writer_statements(ngx_lo_db_t *db, ngx_lo_job_t *job)
{
    int              rc;
    ngx_uint_t       i;
    ngx_lo_bound_t  *bound;

    job->touched = 0;

    for (i = 0; i < job->nstmts; i++) {
        bound = &job->stmts[i];

        rc = ngx_lo_db_run(db, job, bound);

        /* of a statement that failed SQLite leaves nothing, but for those of
         * several rows (OR FAIL) */

        job->touched |= (rc == SQLITE_OK)
                        ? (bound->count > 0 && !bound->readonly)
                        : (bound->n > 0);

        if (rc == SQLITE_CONSTRAINT_UNIQUE
            || rc == SQLITE_CONSTRAINT_PRIMARYKEY
            || (rc == SQLITE_OK && !ngx_lo_job_counts(bound)))
        {
            job->rc = NGX_LO_JOB_GUARD;
            job->guard = i;
            return SQLITE_OK;
        }

        switch (rc & 0xff) {

        case SQLITE_OK:
            break;

        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_NOMEM:
        case SQLITE_BUSY:
        case SQLITE_INTERRUPT:
        case SQLITE_READONLY:
            return rc;

        default:

            /* this job's own fault: the others go on without it */

            job->rc = NGX_LO_JOB_ERROR;

            return sqlite3_get_autocommit(db->db) ? SQLITE_ABORT : SQLITE_OK;
        }
    }

    return SQLITE_OK;
}


static void
ngx_lo_writer_commit(ngx_lo_store_t *store, ngx_lo_queue_t *q)
{
    int              rc;
    int64_t          now;
    ngx_lo_job_t    *job;
    struct timespec  start, end;

    (void) clock_gettime(CLOCK_MONOTONIC, &start);

    rc = ngx_lo_db_commit(&store->writer);

    if (rc != SQLITE_OK) {
        ngx_lo_writer_failed(store, q, rc, 1);
        return;
    }

    now = ngx_lo_boot_ms();

    for (job = q->first; job != NULL; job = job->next) {
        job->held_ms = now;
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &end);

    if (q->first != NULL) {
        q->first->commit = (double) (end.tv_sec - start.tv_sec)
                           + (double) (end.tv_nsec - start.tv_nsec) / 1e9;
    }
}


/* --- failing ---------------------------------------------------------------------------- */


/*
 * The group is over.  What was surely rolled back before COMMIT was as good as
 * not tried; a COMMIT that failed may have reached the disk.
 */
static void
ngx_lo_writer_failed(ngx_lo_store_t *store, ngx_lo_queue_t *q, int rc,
    ngx_uint_t commit)
{
    char             error[NGX_LO_STORE_TEXT];
    ngx_lo_db_t     *db;
    ngx_lo_state_t   state;
    ngx_lo_job_rc_t  ended;

    db = &store->writer;
    (void) snprintf(error, sizeof(error), "%s", db->error);

    if (db->db != NULL && !sqlite3_get_autocommit(db->db)) {
        (void) sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
    }

    /* a disk that takes nothing took no page of the commit that counts */

    if (!commit || (rc & 0xff) == SQLITE_FULL
        || (rc & 0xff) == SQLITE_READONLY)
    {
        ended = NGX_LO_JOB_BUSY;

    } else if ((rc & 0xff) == SQLITE_IOERR) {
        ended = NGX_LO_JOB_UNKNOWN;

    } else {
        ended = NGX_LO_JOB_ERROR;
    }

    ngx_lo_queue_end(q, ended, error);

    switch (rc & 0xff) {

    case SQLITE_BUSY:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
        ngx_lo_store_note(store, NGX_LOG_WARN, "%lu jobs were not tried: %s",
                          (unsigned long) q->n, error);
        return;

    default:
        break;
    }

    /* the state first: whoever hears the end of his job finds it there */

    state = ngx_lo_writer_state_of(rc);

    (void) ngx_lo_writer_state(store, state);
    ngx_lo_writer_close(store);

    if (state == NGX_LO_STATE_CORRUPT) {
        ngx_lo_zone_file_set_bad();
    }

    ngx_lo_store_note(store, NGX_LOG_CRIT, "cannot commit: %s", error);
}
