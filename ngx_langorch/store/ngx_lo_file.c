/*
 * The file, as the writer sees it: opened, known, watched, tried again after it
 * failed; and the order among the writers of all workers.
 */

#include "store/ngx_lo_store_int.h"

#include <sys/stat.h>
#include <sys/statvfs.h>


#define NGX_LO_ROOM_MIN  (4 * 1024 * 1024)  /* bytes free: not full any more */


static int ngx_lo_writer_file(ngx_lo_store_t *store, ngx_uint_t *check);
static uint64_t ngx_lo_file_inode(ngx_lo_store_t *store, const char *end,
    struct stat *st);
static void ngx_lo_file_drop(ngx_lo_store_t *store, const char *end,
    uint64_t inode);
static void ngx_lo_writer_logs(ngx_lo_store_t *store);
static void ngx_lo_writer_leave(ngx_lo_store_t *store);
static int ngx_lo_writer_check(ngx_lo_store_t *store);
static void ngx_lo_writer_probe(ngx_lo_store_t *store);
static ngx_uint_t ngx_lo_writer_room(ngx_lo_store_t *store);


ngx_int_t
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

    rc = ngx_lo_db_create(db, store);
    rc = rc ? rc : ngx_lo_writer_file(store, &check);
    rc = rc ? rc : ngx_lo_db_open(db, store, 1);
    rc = (rc == SQLITE_OK && check) ? ngx_lo_writer_check(store) : rc;

    if (rc == SQLITE_OK) {
        made = ngx_lo_schema_migrate(db, &rc);
        ngx_lo_writer_logs(store);
    }

    if (rc == SQLITE_OK && made == NGX_OK) {
        ngx_lo_writer_unlock(locked);
        return NGX_OK;
    }

    ngx_lo_writer_close(store);

    state = (made == NGX_DECLINED) ? NGX_LO_STATE_SCHEMA
                                   : ngx_lo_writer_state_of(rc);

    if (state == NGX_LO_STATE_CORRUPT) {
        ngx_lo_zone_file_set_bad();
    }

    ngx_lo_writer_unlock(locked);

    /* a probe that fails as the one before says nothing new */

    if (state != ngx_lo_writer_state(store, state)) {
        ngx_lo_store_note(store, NGX_LOG_CRIT, "cannot use %s%s: %s",
                          store->path,
                          state == NGX_LO_STATE_CORRUPT
                          ? " (reload when it was restored)" : "", db->error);
    }

    return NGX_ERROR;
}


/*
 * Is it the file that the other workers have?  Asked before it is opened:
 * SQLite finds a log by its name, and would put the pages of ours into another
 * file.
 * *check: nobody looked inside since an end that may have been unclean.
 */
static int
ngx_lo_writer_file(ngx_lo_store_t *store, ngx_uint_t *check)
{
    uint64_t     wal, shm;
    ngx_uint_t   first, was_bad;
    struct stat  st;

    if (stat(store->path, &st) == -1) {
        (void) snprintf(store->writer.error, NGX_LO_STORE_TEXT,
                        "the file is gone");
        return SQLITE_NOTFOUND;
    }

    if (ngx_lo_zone_file_other(st.st_dev, st.st_ino)
        || (store->opened && ngx_lo_file_is_other(store)))
    {
        (void) snprintf(store->writer.error, NGX_LO_STORE_TEXT,
                        "the file is another than the workers have");
        return SQLITE_NOTFOUND;
    }

    if (store->opened) {

        /* after a sync that failed the pages in memory prove nothing */

        *check = (ngx_lo_store_state_now(store) == NGX_LO_STATE_IO);

        return SQLITE_OK;
    }

    was_bad = ngx_lo_zone_file_bad();
    ngx_lo_zone_file_logs_had(&wal, &shm);
    (void) ngx_lo_zone_file(st.st_dev, st.st_ino, &first);

    if (first) {
        ngx_lo_file_drop(store, "-wal", wal);
        ngx_lo_file_drop(store, "-shm", shm);
    }

    store->dev = st.st_dev;
    store->ino = st.st_ino;
    store->opened = 1;

    if (ngx_lo_zone_file_bad()) {
        (void) snprintf(store->writer.error, NGX_LO_STORE_TEXT,
                        "another worker found it damaged");
        return SQLITE_CORRUPT;
    }

    /* a log that is left over: the last one did not close */

    *check = first && (was_bad || (ngx_lo_file_inode(store, "-wal", &st) != 0
                                   && st.st_size > 0));

    return SQLITE_OK;
}


ngx_uint_t
ngx_lo_file_is_other(const ngx_lo_store_t *store)
{
    struct stat  st;

    return stat(store->path, &st) == -1 || st.st_dev != store->dev
           || st.st_ino != store->ino;
}


/* Of the path with this end; 0: there is none. */

static uint64_t
ngx_lo_file_inode(ngx_lo_store_t *store, const char *end, struct stat *st)
{
    char  path[NGX_MAX_PATH];

    (void) snprintf(path, sizeof(path), "%s%s", store->path, end);

    return stat(path, st) == 0 ? (uint64_t) st->st_ino : 0;
}


/* The log or index of a file that is not there any more goes, too, when it is
 * that one; who has it open keeps it. */

static void
ngx_lo_file_drop(ngx_lo_store_t *store, const char *end, uint64_t inode)
{
    char         path[NGX_MAX_PATH];
    struct stat  st;

    if (inode == 0 || ngx_lo_file_inode(store, end, &st) != inode) {
        return;
    }

    (void) snprintf(path, sizeof(path), "%s%s", store->path, end);
    (void) unlink(path);
}


static void
ngx_lo_writer_logs(ngx_lo_store_t *store)
{
    struct stat  st;

    store->wal = ngx_lo_file_inode(store, "-wal", &st);
    store->shm = ngx_lo_file_inode(store, "-shm", &st);

    ngx_lo_zone_file_logs(store->wal, store->shm);
}


/*
 * Another file is in its place, or none.  What the log holds goes into the file
 * that was ours, wherever it is now, and the log does not stay beside the other
 * one, where it would be taken for its own.
 */
static void
ngx_lo_writer_leave(ngx_lo_store_t *store)
{
    ngx_lo_db_t  *db;

    db = &store->writer;
    db->until_ms = ngx_lo_store_clock() + NGX_LO_LOCK_WAIT;
    (void) ngx_lo_db_exec(db, "PRAGMA wal_checkpoint(FULL)");

    ngx_lo_file_drop(store, "-wal", store->wal);
    ngx_lo_file_drop(store, "-shm", store->shm);

    /* the last one to close would remove them by their names */

    (void) sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                             NULL);
    ngx_lo_db_close(db);
}


void
ngx_lo_writer_close(ngx_lo_store_t *store)
{
    struct stat  st;

    if (store->writer.db != NULL && ngx_lo_file_is_other(store)) {
        ngx_lo_writer_leave(store);
        return;
    }

    ngx_lo_db_close(&store->writer);

    if (store->opened && ngx_lo_file_inode(store, "-wal", &st) == 0) {
        ngx_lo_zone_file_logs(0, 0);
    }
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


void
ngx_lo_writer_look(ngx_lo_store_t *store)
{
    int64_t    now;
    ngx_int_t  locked;

    now = ngx_lo_store_clock();

    if (now - store->looked_ms < NGX_LO_PROBE_TIME) {
        return;
    }

    store->looked_ms = now;

    switch (ngx_lo_store_state_now(store)) {

    case NGX_LO_STATE_OPEN:
        if (ngx_lo_file_is_other(store)) {
            (void) ngx_lo_writer_state(store, NGX_LO_STATE_REPLACED);

            locked = ngx_lo_writer_lock(store);
            ngx_lo_writer_close(store);
            ngx_lo_writer_unlock(locked);

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
        ngx_lo_writer_close(store);
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


ngx_int_t
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


void
ngx_lo_writer_unlock(ngx_int_t locked)
{
    if (locked == NGX_OK || locked == NGX_AGAIN) {
        ngx_lo_zone_write_unlock();
    }
}


ngx_lo_state_t
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


ngx_lo_state_t
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
