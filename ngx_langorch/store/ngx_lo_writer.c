/*
 * The thread that writes: jobs of all runs of this worker meet in one
 * transaction and one sync.
 *
 * The life of a group.
 *   gathered   after the lock among workers is ours: what waited meanwhile
 *              joins                                     ngx_lo_writer_gather
 *   tried      each job alone in a savepoint             ngx_lo_writer_jobs
 *   committed  one COMMIT; its end is every job's        ngx_lo_writer_commit
 *
 * When the file fails, nothing is synced twice: the connection is closed, the
 * file is looked at, and only then we go on (design/reliability.md 3).
 */

#include "store/ngx_lo_store_int.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>


#define NGX_LO_AGAIN     -1     /* the group has to be tried once more */
#define NGX_LO_ROOM_MIN  (4 * 1024 * 1024)  /* bytes free: not full any more */


static ngx_int_t ngx_lo_writer_open(ngx_lo_store_t *store);
static int ngx_lo_writer_file(ngx_lo_store_t *store, ngx_uint_t *check);
static int ngx_lo_writer_check(ngx_lo_store_t *store);
static ngx_uint_t ngx_lo_writer_wait(ngx_lo_store_t *store);
static void ngx_lo_writer_look(ngx_lo_store_t *store);
static void ngx_lo_writer_probe(ngx_lo_store_t *store);
static ngx_uint_t ngx_lo_writer_room(ngx_lo_store_t *store);
static void ngx_lo_writer_group(ngx_lo_store_t *store);
static ngx_int_t ngx_lo_writer_lock(ngx_lo_store_t *store);
static void ngx_lo_writer_unlock(ngx_int_t locked);
static void ngx_lo_writer_gather(ngx_lo_store_t *store, ngx_lo_queue_t *q);
static void ngx_lo_writer_try(ngx_lo_store_t *store, ngx_lo_queue_t *q);
static int ngx_lo_writer_jobs(ngx_lo_store_t *store, ngx_lo_queue_t *q);
static int ngx_lo_writer_job(ngx_lo_db_t *db, ngx_lo_job_t *job);
static int ngx_lo_writer_statements(ngx_lo_db_t *db, ngx_lo_job_t *job);
static void ngx_lo_writer_commit(ngx_lo_store_t *store, ngx_lo_queue_t *q);
static void ngx_lo_writer_failed(ngx_lo_store_t *store, ngx_lo_queue_t *q,
    int rc, ngx_uint_t commit);
static ngx_lo_state_t ngx_lo_writer_state_of(int rc);
static ngx_lo_state_t ngx_lo_writer_state(ngx_lo_store_t *store,
    ngx_lo_state_t state);


void *
ngx_lo_writer_thread(void *data)
{
    ngx_lo_queue_t   rest;
    ngx_lo_store_t  *store = data;

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
        (void) pthread_mutex_unlock(&store->mutex);

        ngx_lo_queue_end(&rest, NGX_LO_JOB_BUSY, "the store does not write");
        ngx_lo_store_ended(store, &rest);
    }

    ngx_lo_db_close(&store->writer);

    return NULL;
}


/* --- the file ------------------------------------------------------------------------ */


/*
 * Opens, looks whether it is sound and ours, brings the tables up to date.
 * NGX_ERROR: the state says why.
 */
static ngx_int_t
ngx_lo_writer_open(ngx_lo_store_t *store)
{
    int              rc;
    ngx_int_t        locked, made;
    ngx_uint_t       check;
    ngx_lo_db_t     *db;
    ngx_lo_state_t   state;

    db = &store->writer;
    check = 0;
    made = NGX_OK;

    locked = ngx_lo_writer_lock(store);

    rc = ngx_lo_db_open(db, store, 1);
    rc = rc ? rc : ngx_lo_writer_file(store, &check);
    rc = (rc == SQLITE_OK && check) ? ngx_lo_writer_check(store) : rc;

    if (rc == SQLITE_OK) {
        made = ngx_lo_schema_migrate(db, &rc);
    }

    ngx_lo_writer_unlock(locked);

    if (rc == SQLITE_OK && made == NGX_OK) {
        return NGX_OK;
    }

    state = (made == NGX_DECLINED) ? NGX_LO_STATE_SCHEMA
                                   : ngx_lo_writer_state_of(rc);

    /* a probe that fails as the one before says nothing new */

    if (state != ngx_lo_writer_state(store, state)) {
        ngx_lo_store_note(store, NGX_LOG_CRIT, "cannot use %s: %s",
                          store->path, db->error);
    }

    ngx_lo_db_close(db);

    return NGX_ERROR;
}


/* Is it the file that the other workers have?  *check: nobody looked inside
 * since an end that may have been unclean. */

static int
ngx_lo_writer_file(ngx_lo_store_t *store, ngx_uint_t *check)
{
    char         wal[NGX_MAX_PATH];
    ngx_uint_t   first;
    struct stat  st;

    if (stat(store->path, &st) == -1) {
        (void) snprintf(store->writer.error, NGX_LO_STORE_TEXT,
                        "the file is gone");
        return SQLITE_NOTFOUND;
    }

    if (ngx_lo_zone_file(st.st_dev, st.st_ino, &first) != NGX_OK) {
        (void) snprintf(store->writer.error, NGX_LO_STORE_TEXT,
                        "the file is another than the other workers have");
        return SQLITE_NOTFOUND;
    }

    if (!store->opened) {
        store->dev = st.st_dev;
        store->ino = st.st_ino;
        store->opened = 1;

        /* a log that is left over: the last one did not close */

        (void) snprintf(wal, sizeof(wal), "%s-wal", store->path);
        *check = first && stat(wal, &st) == 0 && st.st_size > 0;

        return SQLITE_OK;
    }

    /* after a sync that failed the pages in memory prove nothing */

    *check = (ngx_lo_store_state_now(store) == NGX_LO_STATE_IO);

    return (store->dev == st.st_dev && store->ino == st.st_ino)
           ? SQLITE_OK : SQLITE_NOTFOUND;
}


static int
ngx_lo_writer_check(ngx_lo_store_t *store)
{
    int   rc;
    char  said[128];

    rc = ngx_lo_db_text(&store->writer, "PRAGMA quick_check(1)", said,
                        sizeof(said));

    if (rc == SQLITE_OK && ngx_strcmp(said, "ok") != 0) {
        (void) snprintf(store->writer.error, NGX_LO_STORE_TEXT,
                        "quick_check: %s", said);
        return SQLITE_CORRUPT;
    }

    return rc;
}


/* --- waiting -------------------------------------------------------------------------- */


/* 0: we have to end, and nothing is queued. */

static ngx_uint_t
ngx_lo_writer_wait(ngx_lo_store_t *store)
{
    ngx_uint_t       ready;
    struct timespec  until;

    for ( ;; ) {
        ngx_lo_writer_look(store);

        (void) pthread_mutex_lock(&store->mutex);

        store->oldest_ms = 0;

        if (store->writes.n == 0 && !store->stop) {
            (void) clock_gettime(CLOCK_MONOTONIC, &until);
            until.tv_sec++;

            (void) pthread_cond_timedwait(&store->write_ready, &store->mutex,
                                          &until);
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


/* Every now and then: is the file still there, does a file that failed work? */

static void
ngx_lo_writer_look(ngx_lo_store_t *store)
{
    int64_t      now;
    struct stat  st;

    now = ngx_lo_store_clock();

    if (now - store->looked_ms < NGX_LO_PROBE_TIME) {
        return;
    }

    store->looked_ms = now;

    switch (ngx_lo_store_state_now(store)) {

    case NGX_LO_STATE_OPEN:
        if (stat(store->path, &st) == -1 || st.st_dev != store->dev
            || st.st_ino != store->ino)
        {
            (void) ngx_lo_writer_state(store, NGX_LO_STATE_REPLACED);
            ngx_lo_store_note(store, NGX_LOG_CRIT,
                              "%s was replaced or removed: reload when it is "
                              "right", store->path);
        }
        return;

    case NGX_LO_STATE_FULL:
    case NGX_LO_STATE_READONLY:
    case NGX_LO_STATE_IO:
        ngx_lo_writer_probe(store);
        return;

    case NGX_LO_STATE_OPENING:
    case NGX_LO_STATE_CORRUPT:
    case NGX_LO_STATE_REPLACED:
    case NGX_LO_STATE_SCHEMA:
    case NGX_LO_STATE_CLOSED:
        return;
    }
}


/* Does the file take a commit again? */

static void
ngx_lo_writer_probe(ngx_lo_store_t *store)
{
    int           rc;
    ngx_int_t     locked;
    ngx_lo_db_t  *db;

    db = &store->writer;

    /* one page may fit where the next job's would not */

    if (ngx_lo_store_state_now(store) == NGX_LO_STATE_FULL
        && !ngx_lo_writer_room(store))
    {
        return;
    }

    if (db->db == NULL && ngx_lo_writer_open(store) != NGX_OK) {
        return;
    }

    locked = ngx_lo_writer_lock(store);

    db->until_ms = ngx_lo_store_clock() + NGX_LO_LOCK_WAIT;

    rc = ngx_lo_db_exec(db, "BEGIN IMMEDIATE");
    rc = rc ? rc : ngx_lo_db_exec(db, "INSERT INTO meta (key, value)"
                                      " VALUES ('probe', '1') ON CONFLICT (key)"
                                      " DO UPDATE SET value = value + 1");
    rc = rc ? rc : ngx_lo_db_exec(db, "COMMIT");

    if (rc != SQLITE_OK) {
        (void) ngx_lo_writer_state(store, ngx_lo_writer_state_of(rc));
        ngx_lo_db_close(db);
    }

    ngx_lo_writer_unlock(locked);

    if (rc == SQLITE_OK) {
        ngx_lo_store_note(store, NGX_LOG_NOTICE, "writes again");
        (void) ngx_lo_writer_state(store, NGX_LO_STATE_OPEN);
    }
}


static ngx_uint_t
ngx_lo_writer_room(ngx_lo_store_t *store)
{
    char            *slash, dir[NGX_MAX_PATH];
    struct statvfs   fs;

    /* the file may not be there yet */

    (void) snprintf(dir, sizeof(dir), "%s", store->path);
    slash = strrchr(dir, '/');

    if (slash != NULL) {
        slash[slash == dir] = '\0';
    }

    return statvfs(dir, &fs) == -1
           || (uint64_t) fs.f_bavail * fs.f_frsize >= NGX_LO_ROOM_MIN;
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


/* As ngx_lo_zone_write_lock; ends a holder that somebody stopped. */

static ngx_int_t
ngx_lo_writer_lock(ngx_lo_store_t *store)
{
    ngx_int_t  rc;
    ngx_pid_t  pid;

    rc = ngx_lo_zone_write_lock(NGX_LO_LOCK_WAIT);

    if (rc != NGX_BUSY) {
        return rc;
    }

    pid = ngx_lo_zone_free_stopped();

    if (pid == 0) {
        return rc;
    }

    ngx_lo_store_note(store, NGX_LOG_WARN,
                      "worker %d was stopped inside a transaction: killed",
                      (int) pid);

    return ngx_lo_zone_write_lock(NGX_LO_LOCK_WAIT);
}


static void
ngx_lo_writer_unlock(ngx_int_t locked)
{
    if (locked == NGX_OK || locked == NGX_AGAIN) {
        ngx_lo_zone_write_unlock();
    }
}


static void
ngx_lo_writer_gather(ngx_lo_store_t *store, ngx_lo_queue_t *q)
{
    (void) pthread_mutex_lock(&store->mutex);

    while (q->n < store->mcf->group_max && store->writes.n > 0) {
        ngx_lo_queue_push(q, ngx_lo_queue_pop(&store->writes));
    }

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

        rc = ngx_lo_db_exec(db, "BEGIN IMMEDIATE");
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
 */
static int
ngx_lo_writer_job(ngx_lo_db_t *db, ngx_lo_job_t *job)
{
    int         rc;
    ngx_uint_t  saved;

    /* SQLite undoes a single statement that fails by itself */

    saved = (job->nstmts > 1 || job->careful);

    rc = saved ? ngx_lo_db_exec(db, "SAVEPOINT job") : SQLITE_OK;
    rc = rc ? rc : ngx_lo_writer_statements(db, job);

    if (rc != SQLITE_OK) {
        return rc;
    }

    if (!saved) {

        /* it may have changed rows, though not as it should: once more, with
         * a savepoint to go back to */

        if (job->rc == NGX_LO_JOB_ERROR
            || (job->rc == NGX_LO_JOB_GUARD && job->stmts[0].count > 0))
        {
            job->careful = 1;
            return NGX_LO_AGAIN;
        }

        return SQLITE_OK;
    }

    if (job->rc != NGX_LO_JOB_OK) {
        rc = ngx_lo_db_exec(db, "ROLLBACK TO job");
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

    for (i = 0; i < job->nstmts; i++) {
        bound = &job->stmts[i];

        rc = ngx_lo_db_run(db, job, bound);

        if (rc == SQLITE_CONSTRAINT_UNIQUE
            || rc == SQLITE_CONSTRAINT_PRIMARYKEY
            || (rc == SQLITE_OK && bound->stmt->changes >= 0
                && bound->count != (ngx_uint_t) bound->stmt->changes))
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
    struct timespec  start, end;

    (void) clock_gettime(CLOCK_MONOTONIC, &start);

    rc = ngx_lo_db_exec(&store->writer, "COMMIT");

    if (rc != SQLITE_OK) {
        ngx_lo_writer_failed(store, q, rc, 1);
        return;
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

    if (!commit) {
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
    ngx_lo_db_close(db);

    ngx_lo_store_note(store, NGX_LOG_CRIT, "cannot commit: %s", error);
}


static ngx_lo_state_t
ngx_lo_writer_state_of(int rc)
{
    switch (rc & 0xff) {

    case SQLITE_FULL:
        return NGX_LO_STATE_FULL;

    case SQLITE_READONLY:
        return NGX_LO_STATE_READONLY;

    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return NGX_LO_STATE_CORRUPT;

    case SQLITE_NOTFOUND:
        return NGX_LO_STATE_REPLACED;

    default:
        return NGX_LO_STATE_IO;
    }
}


/* The state before. */

static ngx_lo_state_t
ngx_lo_writer_state(ngx_lo_store_t *store, ngx_lo_state_t state)
{
    ngx_lo_state_t  before;

    (void) pthread_mutex_lock(&store->mutex);

    before = store->state;
    store->state = state;
    (void) pthread_cond_broadcast(&store->read_ready);

    (void) pthread_mutex_unlock(&store->mutex);

    return before;
}
