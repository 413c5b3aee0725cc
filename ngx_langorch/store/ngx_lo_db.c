/*
 * One connection to SQLite, of one thread: opened, asked, closed.  Statements
 * stay prepared.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>


static int ngx_lo_db_busy(void *data, int n);
static void ngx_lo_db_slow(ngx_lo_db_t *db);
static int ngx_lo_db_tick(void *data);
static int ngx_lo_db_again(ngx_lo_db_t *db, sqlite3_stmt **handle,
    const char *sql);
static ngx_lo_prepared_t *ngx_lo_db_prepare(ngx_lo_db_t *db,
    const ngx_lo_bound_t *bound, int *rc);
static int ngx_lo_db_prepare_rows(ngx_lo_db_t *db,
    const ngx_lo_bound_t *bound, sqlite3_stmt **handle);
static int ngx_lo_db_held(ngx_lo_db_t *db, ngx_lo_bound_t *bound);
static int ngx_lo_db_bind(const ngx_lo_prepared_t *p,
    const ngx_lo_bound_t *bound);
static int ngx_lo_db_bind_row(const ngx_lo_prepared_t *p,
    const ngx_lo_bound_t *bound, size_t first);
static void ngx_lo_db_forget(ngx_lo_prepared_t *p);
static int ngx_lo_db_says(ngx_lo_db_t *db, const char *what, int rc);
static int ngx_lo_db_code(ngx_lo_db_t *db, int rc);


/* --- a connection ---------------------------------------------------------------- */


int
ngx_lo_db_open(ngx_lo_db_t *db, ngx_lo_store_t *store, ngx_uint_t write)
{
    int          rc;
    ngx_uint_t   pieces;
    const char  *sync;

    db->store = store;
    db->stop = &store->stop;
    db->write = write;
    db->until_ms = ngx_lo_store_clock() + NGX_LO_LOCK_WAIT;

    if (!write && ngx_lo_file_is_other(store)) {
        (void) snprintf(db->error, NGX_LO_STORE_TEXT,
                        "the file is another than the workers have");
        return SQLITE_NOTFOUND;
    }

    pieces = write && !store->relaxed && sqlite3_vfs_find(NGX_LO_WAL_VFS);

    rc = sqlite3_open_v2(store->path, &db->db,
                         SQLITE_OPEN_READWRITE|SQLITE_OPEN_NOMUTEX,
                         pieces ? NGX_LO_WAL_VFS : NULL);
    if (rc != SQLITE_OK) {
        rc = ngx_lo_db_says(db, "open", rc);
        ngx_lo_db_close(db);
        return rc;
    }

    (void) sqlite3_extended_result_codes(db->db, 1);
    (void) sqlite3_busy_handler(db->db, ngx_lo_db_busy, db);
    (void) sqlite3_limit(db->db, SQLITE_LIMIT_ATTACHED, 0);
    (void) sqlite3_db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void) sqlite3_db_config(db->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);

    if (write) {
        sync = store->relaxed ? "PRAGMA synchronous = NORMAL"
                              : "PRAGMA synchronous = FULL";

        rc = ngx_lo_db_exec(db, "PRAGMA journal_mode = WAL");
        rc = rc ? rc : ngx_lo_db_exec(db, sync);
        rc = rc ? rc : ngx_lo_db_exec(db, "PRAGMA wal_autocheckpoint = 2000");
        rc = rc ? rc : ngx_lo_db_exec(db,
                                  "PRAGMA journal_size_limit = 67108864");
        rc = rc ? rc : ngx_lo_db_exec(db, "PRAGMA cache_size = -8192");
        rc = rc ? rc : ngx_lo_db_chain(db);

    } else {

        /* a read must not end in a checkpoint */

        (void) sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                                 NULL);
        sqlite3_progress_handler(db->db, 10000, ngx_lo_db_tick, db);

        rc = ngx_lo_db_exec(db, "PRAGMA query_only = 1");
        rc = rc ? rc : ngx_lo_db_exec(db, "PRAGMA cache_size = -4096");
    }

    rc = rc ? rc : ngx_lo_db_exec(db, "PRAGMA mmap_size = 0");
    rc = rc ? rc : ngx_lo_db_exec(db, "PRAGMA temp_store = MEMORY");

    if (rc != SQLITE_OK) {
        ngx_lo_db_close(db);
    }

    return rc;
}


/*
 * The file is for the worker's user alone, and is made once: one that went away
 * from a site that runs is not replaced by an empty one.
 */
int
ngx_lo_db_create(ngx_lo_db_t *db, ngx_lo_store_t *store)
{
    int  fd;

    if (store->opened) {
        return SQLITE_OK;
    }

    if (ngx_lo_zone_file_seen()) {

        if (access(store->path, F_OK) == -1 && errno == ENOENT) {
            (void) snprintf(db->error, NGX_LO_STORE_TEXT, "the file is gone");
            return SQLITE_NOTFOUND;
        }

        return SQLITE_OK;
    }

    fd = open(store->path, O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC|O_NOFOLLOW, 0600);

    if (fd != -1) {
        (void) close(fd);
        return SQLITE_OK;
    }

    if (errno == EEXIST) {
        return SQLITE_OK;
    }

    (void) snprintf(db->error, NGX_LO_STORE_TEXT, "cannot make the file: %s",
                    strerror(errno));

    switch (errno) {

    case ENOSPC:
    case EDQUOT:
        return SQLITE_FULL;

    case EROFS:
        return SQLITE_READONLY;

    default:
        return SQLITE_CANTOPEN;
    }
}


void
ngx_lo_db_close(ngx_lo_db_t *db)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_LO_STMTS_MAX; i++) {
        ngx_lo_db_forget(&db->prepared[i]);
    }

    db->nprepared = 0;

    (void) sqlite3_finalize(db->begin);
    (void) sqlite3_finalize(db->commit);
    (void) sqlite3_finalize(db->held_by_all);
    (void) sqlite3_finalize(db->held_by_us);
    db->begin = NULL;
    db->commit = NULL;
    db->held_by_all = NULL;
    db->held_by_us = NULL;

    (void) sqlite3_close_v2(db->db);
    db->db = NULL;
}


/* Waits for locks of others as long as the job may, or until we have to end. */

static int
ngx_lo_db_busy(void *data, int n)
{
    ngx_lo_db_t      *db = data;
    struct timespec   pause;

    if (__atomic_load_n(db->stop, __ATOMIC_RELAXED)
        || ngx_lo_store_clock() >= db->until_ms)
    {
        return 0;
    }

    pause.tv_sec = 0;
    pause.tv_nsec = (n < 10) ? 500000 : 5000000;

    (void) nanosleep(&pause, NULL);

    return 1;
}


/* This one takes long: what is over is told, what waits goes elsewhere. */

static void
ngx_lo_db_slow(ngx_lo_db_t *db)
{
    if (db->over == NULL) {
        return;
    }

    if (db->over->n > 0) {
        ngx_lo_store_ended(db->store, db->over);
    }

    (void) pthread_cond_signal(&db->store->read_ready);
}


static int
ngx_lo_db_tick(void *data)
{
    ngx_lo_db_t  *db = data;

    ngx_lo_db_slow(db);

    return __atomic_load_n(db->stop, __ATOMIC_RELAXED)
           || ngx_lo_store_clock() >= db->until_ms;
}


int
ngx_lo_db_exec(ngx_lo_db_t *db, const char *sql)
{
    int  rc;

    errno = 0;
    rc = sqlite3_exec(db->db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? rc : ngx_lo_db_says(db, sql, rc);
}


int
ngx_lo_db_begin(ngx_lo_db_t *db)
{
    db->nheld = 0;

    return ngx_lo_db_again(db, &db->begin,
                           db->write ? "BEGIN IMMEDIATE" : "BEGIN");
}


int
ngx_lo_db_commit(ngx_lo_db_t *db)
{
    return ngx_lo_db_again(db, &db->commit, "COMMIT");
}


/* What is said for each group stays prepared. */

static int
ngx_lo_db_again(ngx_lo_db_t *db, sqlite3_stmt **handle, const char *sql)
{
    int  rc;

    errno = 0;
    rc = SQLITE_OK;

    if (*handle == NULL) {
        rc = sqlite3_prepare_v3(db->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                handle, NULL);
    }

    if (rc == SQLITE_OK) {
        (void) sqlite3_step(*handle);
        rc = sqlite3_reset(*handle);
    }

    return rc == SQLITE_OK ? rc : ngx_lo_db_says(db, sql, rc);
}


int
ngx_lo_db_number(ngx_lo_db_t *db, const char *sql, int64_t *n)
{
    int   rc;
    char  text[32];

    *n = 0;

    rc = ngx_lo_db_text(db, sql, text, sizeof(text));

    if (rc == SQLITE_OK) {
        *n = strtoll(text, NULL, 10);
    }

    return rc;
}


/* The first column of the first row; "" when there is none. */

int
ngx_lo_db_text(ngx_lo_db_t *db, const char *sql, char *out, size_t size)
{
    int            rc;
    const char    *text;
    sqlite3_stmt  *handle;

    out[0] = '\0';
    errno = 0;

    rc = sqlite3_prepare_v2(db->db, sql, -1, &handle, NULL);
    if (rc != SQLITE_OK) {
        return ngx_lo_db_says(db, sql, rc);
    }

    rc = sqlite3_step(handle);

    if (rc == SQLITE_ROW) {
        text = (const char *) sqlite3_column_text(handle, 0);
        (void) snprintf(out, size, "%s", text == NULL ? "" : text);
    }

    rc = sqlite3_finalize(handle);

    return rc == SQLITE_OK ? rc : ngx_lo_db_says(db, sql, rc);
}


static int
ngx_lo_db_says(ngx_lo_db_t *db, const char *what, int rc)
{
    rc = ngx_lo_db_code(db, rc);

    (void) snprintf(db->error, NGX_LO_STORE_TEXT, "%.80s: %s (%d)", what,
                    db->db == NULL ? sqlite3_errstr(rc)
                                   : sqlite3_errmsg(db->db), rc);
    return rc;
}


/*
 * What the disk said is better known by errno, what this thread met last, than
 * by SQLite: of a full disk it knows ENOSPC alone, and a page that cannot be
 * read is a corrupt file to it.  A quota that is used up and a file system that
 * became read-only took no page of a commit; whatever a sync says is another
 * matter, because its pages may be there or not.
 */
static int
ngx_lo_db_code(ngx_lo_db_t *db, int rc)
{
    if (db->db == NULL || rc == SQLITE_IOERR_FSYNC
        || rc == SQLITE_IOERR_DIR_FSYNC)
    {
        return rc;
    }

    switch (rc & 0xff) {

    case SQLITE_CORRUPT:
        return errno == EIO ? SQLITE_IOERR_READ : rc;

    case SQLITE_IOERR:

        if (errno == ENOSPC || errno == EDQUOT) {
            return SQLITE_FULL;
        }

        return errno == EROFS ? SQLITE_READONLY : rc;

    default:
        return rc;
    }
}


/* --- a statement of a job ---------------------------------------------------------- */


int
ngx_lo_db_run(ngx_lo_db_t *db, ngx_lo_job_t *job, ngx_lo_bound_t *bound)
{
    int                 rc, ended;
    ngx_lo_prepared_t  *p;

    /* a job that is done again begins without what the first time gave */

    json_decref(bound->rows);
    bound->rows = NULL;
    bound->count = 0;

    errno = 0;
    rc = SQLITE_OK;
    p = ngx_lo_db_prepare(db, bound, &rc);

    if (p != NULL) {
        bound->readonly = p->readonly;
        job->procedures |= p->procedures;
        rc = ngx_lo_db_held(db, bound);
        rc = rc ? rc : ngx_lo_db_bind(p, bound);

        if (rc == SQLITE_OK && p->columns > 0) {
            bound->rows = json_array();
            rc = (bound->rows == NULL) ? SQLITE_NOMEM : SQLITE_OK;
        }

        while (rc == SQLITE_OK) {
            rc = sqlite3_step(p->handle);

            if (rc == SQLITE_ROW) {
                rc = ngx_lo_db_row(p, bound->rows, &job->shut);
            }
        }

        if (rc == SQLITE_DONE) {
            bound->count = (ngx_uint_t) (p->readonly
                                         ? json_array_size(bound->rows)
                                         : (size_t) sqlite3_changes(db->db));
            rc = SQLITE_OK;
        }

        if (rc != SQLITE_OK) {
            rc = ngx_lo_db_says(db, bound->stmt->name, rc);
        }

        if (rc == SQLITE_OK && p->documents) {
            ngx_lo_db_slow(db);
            ngx_lo_db_documents(p, bound->rows);
        }

        ended = sqlite3_reset(p->handle);
        (void) sqlite3_clear_bindings(p->handle);

        rc = (rc == SQLITE_OK) ? ended : rc;
    }

    if (rc != SQLITE_OK) {
        (void) snprintf(job->error, NGX_LO_STORE_TEXT, "%s", db->error);
    }

    return rc;
}


/* A lease is told how many are held; see ngx_lo_sql_turn_lease. */

static int
ngx_lo_db_held(ngx_lo_db_t *db, ngx_lo_bound_t *bound)
{
    ngx_lo_value_t  *v;

    if (bound->stmt != &ngx_lo_sql_turn_lease) {
        return SQLITE_OK;
    }

    v = bound->params;

    return ngx_lo_slots_look(db, &(ngx_lo_slot_t) {
                                 .resource = v[1].s == NULL ? "" : v[1].s,
                                 .run = v[3].i,
                                 .path = v[4].s == NULL ? "" : v[4].s,
                                 .now = v[7].i, .limit = v[9].i },
                             &v[10].i);
}


/* Lends the statement of this connection, prepared once.  NULL: *rc. */

static ngx_lo_prepared_t *
ngx_lo_db_prepare(ngx_lo_db_t *db, const ngx_lo_bound_t *bound, int *rc)
{
    int                   i, n;
    char                  name[16];
    ngx_uint_t            at;
    ngx_lo_prepared_t    *p;
    const ngx_lo_stmt_t  *stmt;

    stmt = bound->stmt;
    at = (ngx_uint_t) ((((uintptr_t) stmt >> 4) + bound->n)
                       % NGX_LO_STMTS_MAX);

    while (db->prepared[at].stmt != NULL) {

        if (db->prepared[at].stmt == stmt && db->prepared[at].n == bound->n) {
            return &db->prepared[at];
        }

        at = (at + 1) % NGX_LO_STMTS_MAX;
    }

    n = (int) strlen(stmt->types);

    if (db->nprepared >= NGX_LO_STMTS_MAX - 1 || n > NGX_LO_PARAMS_MAX) {
        *rc = SQLITE_NOMEM;
        return NULL;
    }

    p = &db->prepared[at];

    *rc = (bound->n > 0)
          ? ngx_lo_db_prepare_rows(db, bound, &p->handle)
          : sqlite3_prepare_v3(db->db, stmt->sql, -1,
                               SQLITE_PREPARE_PERSISTENT, &p->handle, NULL);

    if (*rc != SQLITE_OK || p->handle == NULL) {
        *rc = (*rc == SQLITE_OK) ? SQLITE_MISUSE : *rc;
        *rc = ngx_lo_db_says(db, stmt->name, *rc);
        ngx_lo_db_forget(p);
        return NULL;
    }

    for (i = 0; i < n; i++) {
        (void) snprintf(name, sizeof(name), "$%d", i + 1);
        p->params[i] = (bound->n > 0)
                       ? i + 1
                       : sqlite3_bind_parameter_index(p->handle, name);
    }

    p->stmt = stmt;
    p->n = bound->n;
    p->columns = sqlite3_column_count(p->handle);
    p->readonly = sqlite3_stmt_readonly(p->handle) != 0;
    p->procedures = strstr(stmt->sql, "INTO procedures ") != NULL
                    || strstr(stmt->sql, "UPDATE procedures ") != NULL
                    || strstr(stmt->sql, "DELETE FROM procedures ") != NULL;
    db->nprepared++;

    return p;
}


/* The text with a list of parameters for each row: (?, ?), (?, ?). */

static int
ngx_lo_db_prepare_rows(ngx_lo_db_t *db, const ngx_lo_bound_t *bound,
    sqlite3_stmt **handle)
{
    int         rc;
    size_t      columns, i;
    ckp_buf_t   text;

    ckp_buf_init(&text, 1 << 16);
    ckp_buf_puts(&text, bound->stmt->sql);

    columns = strlen(bound->stmt->types);

    for (i = 0; i < bound->n * columns; i++) {
        ckp_buf_puts(&text, (i == 0) ? " (?"
                            : (i % columns == 0) ? "), (?" : ", ?");
    }

    ckp_buf_puts(&text, ")");

    rc = (text.failed == CKP_OK)
         ? sqlite3_prepare_v3(db->db, ckp_buf_str(&text), -1,
                              SQLITE_PREPARE_PERSISTENT, handle, NULL)
         : SQLITE_NOMEM;

    ckp_buf_free(&text);

    return rc;
}


static int
ngx_lo_db_bind(const ngx_lo_prepared_t *p, const ngx_lo_bound_t *bound)
{
    int         rc;
    size_t      columns;
    ngx_uint_t  row, rows;

    rc = SQLITE_OK;
    columns = strlen(bound->stmt->types);
    rows = (bound->n > 0) ? bound->n : 1;

    for (row = 0; rc == SQLITE_OK && row < rows; row++) {
        rc = ngx_lo_db_bind_row(p, bound, row * columns);
    }

    return rc;
}


/* `first` parameters are before these.  What is NULL is so since the statement
 * ran last, or was prepared. */

static int
ngx_lo_db_bind_row(const ngx_lo_prepared_t *p, const ngx_lo_bound_t *bound,
    size_t first)
{
    int                    rc, i, at;
    const char            *types;
    const ngx_lo_value_t  *value;

    types = bound->stmt->types;

    for (i = 0; types[i] != '\0'; i++) {
        at = p->params[i];
        value = &bound->params[first + (size_t) i];

        if (at == 0) {
            continue;               /* the text does not use it */
        }

        at += (int) first;

        switch (types[i]) {

        case 'i':
            rc = sqlite3_bind_int64(p->handle, at, value->i);
            break;

        case 'n':
            rc = (value->i == NGX_LO_NULL)
                 ? SQLITE_OK : sqlite3_bind_int64(p->handle, at, value->i);
            break;

        case 'd':
            rc = sqlite3_bind_double(p->handle, at, value->d);
            break;

        default:

            /* text; it lives as long as the job */

            rc = (value->s == NULL)
                 ? SQLITE_OK
                 : sqlite3_bind_text(p->handle, at, value->s, value->len,
                                     SQLITE_STATIC);
        }

        if (rc != SQLITE_OK) {
            return rc;
        }
    }

    return SQLITE_OK;
}


static void
ngx_lo_db_forget(ngx_lo_prepared_t *p)
{
    int  i;

    for (i = 0; p->names != NULL && i < p->columns; i++) {
        ckp_free(p->names[i]);
    }

    ckp_free(p->names);
    ckp_free(p->kinds);
    (void) sqlite3_finalize(p->handle);

    ngx_memzero(p, sizeof(ngx_lo_prepared_t));
}
