/*
 * What the store's loop side, its threads and its connections share.
 *
 * A job has one owner at a time: the loop until submit, a queue, a thread, the
 * done list, the loop.  Only `done` and `data` stay the loop's throughout.
 */

#ifndef NGX_LO_STORE_INT_H
#define NGX_LO_STORE_INT_H

#include "core/ngx_lo_core.h"
#include "store/ngx_lo_store.h"

#include <pthread.h>
#include <sqlite3.h>

#define NGX_LO_PARAMS_MAX     40
#define NGX_LO_EACH_MAX       16        /* rows of one statement */
#define NGX_LO_STMTS_MAX      512       /* statements a connection keeps */
#define NGX_LO_READERS_MAX    16
#define NGX_LO_STORE_TEXT     256

/* longer where all is much slower than it should be, under valgrind */

#ifndef NGX_LO_STORE_WAIT
#define NGX_LO_STORE_WAIT     5000
#endif

#define NGX_LO_LOCK_WAIT      NGX_LO_STORE_WAIT     /* ms for another writer */
#define NGX_LO_READ_TIME      NGX_LO_STORE_WAIT     /* ms, the longest read */
#define NGX_LO_QUEUE_TIME     NGX_LO_STORE_WAIT     /* ms of the oldest job:
                                                       refuse more */
#define NGX_LO_SLOW_TIME      1000      /* ms of it: not ready */
#define NGX_LO_PROBE_TIME     2000      /* ms between two probes */
#define NGX_LO_SEALED_MAX     (64 * 1024 * 1024)
#define NGX_LO_NOTE_TIME      60000     /* ms before a line is logged again */

typedef struct {
    union {
        int64_t      i;
        double       d;
        const char  *s;                 /* in the job's arena, or forever */
    };
    int              len;               /* of s; -1: not known */
} ngx_lo_value_t;

typedef struct {
    const ngx_lo_stmt_t  *stmt;
    ngx_uint_t            n;            /* rows of an NGX_LO_EACH; else 0 */
    ngx_uint_t            room;         /* for so many */
    ngx_lo_value_t       *params;
    json_t               *rows;         /* NULL: none asked for */
    ngx_uint_t            count;
    ngx_uint_t            readonly;     /* it cannot have changed a row */
} ngx_lo_bound_t;

struct ngx_lo_job_s {
    ngx_lo_job_t         *next;
    ngx_lo_store_t       *store;
    ckp_arena_t          *arena;

    ngx_lo_bound_t       *stmts;
    ngx_uint_t            nstmts;
    ngx_uint_t            room;
    ngx_uint_t            write;
    ngx_uint_t            failed;       /* an add failed */
    ngx_uint_t            seals;        /* parameters k are sealed */
    ngx_uint_t            shut;         /* a row has what cannot be opened */
    const char           *plain;        /* the last K as it is, for a p */

    ngx_lo_job_done_pt    done;         /* NULL: forgotten */
    void                 *data;
    ngx_lo_job_done_pt    watch;        /* NULL: none, or it was called */
    void                 *watcher;

    ngx_lo_job_rc_t       rc;
    ngx_uint_t            guard;
    ngx_uint_t            careful;      /* has to have a savepoint */
    ngx_uint_t            procedures;   /* some statement may change them */
    ngx_uint_t            touched;      /* some statement changed rows */
    int64_t               queued_ms;
    int64_t               held_ms;      /* ngx_lo_job_held_ms */
    uint64_t              batch;        /* that it was queued with */
    double                commit;       /* seconds, in the group's first job;
                                           less than 0: in no other */
    ngx_uint_t            waited;       /* the group stood in line */
    char                  error[NGX_LO_STORE_TEXT];
};

typedef struct {
    ngx_lo_job_t         *first;
    ngx_lo_job_t        **last;
    ngx_uint_t            n;
} ngx_lo_queue_t;

/* What we know of the file.  Writes are tried in OPEN only; reads also where
 * it says so. */
typedef enum {
    NGX_LO_STATE_OPENING,
    NGX_LO_STATE_OPEN,
    NGX_LO_STATE_FULL,                  /* reads go on */
    NGX_LO_STATE_READONLY,              /* reads go on */
    NGX_LO_STATE_IO,                    /* reads go on */
    NGX_LO_STATE_CORRUPT,
    NGX_LO_STATE_REPLACED,
    NGX_LO_STATE_SCHEMA,
    NGX_LO_STATE_CLOSED
} ngx_lo_state_t;

/* A prepared statement of one connection. */
typedef struct {
    const ngx_lo_stmt_t  *stmt;         /* NULL: free */
    ngx_uint_t            n;            /* rows of an NGX_LO_EACH; else 0 */
    sqlite3_stmt         *handle;
    int                   params[NGX_LO_PARAMS_MAX];    /* $n -> index */
    int                   columns;
    char                **names;        /* without suffix; NULL: not read yet */
    char                 *kinds;        /* the suffix's letter or 0 */
    ngx_uint_t            readonly;
    ngx_uint_t            documents;    /* there is a d among the kinds */
    ngx_uint_t            procedures;   /* it may change what can be run */
} ngx_lo_prepared_t;

/* Of a resource: leases held at most, in this transaction; -1: not known. */
typedef struct {
    char                  key[120];
    int64_t               n;
} ngx_lo_held_t;

#define NGX_LO_HELD_MAX  16             /* others are counted each time */

typedef struct {
    sqlite3              *db;           /* NULL: closed */
    int                  *stop;
    int64_t               until_ms;     /* patience with locks, or a read's */
    ngx_lo_queue_t       *over;         /* of one that reads: to be told when
                                           the next takes long */
    ngx_lo_store_t       *store;
    ngx_lo_prepared_t     prepared[NGX_LO_STMTS_MAX];
    ngx_uint_t            nprepared;
    sqlite3_stmt         *begin;        /* NULL: not needed yet */
    sqlite3_stmt         *commit;
    sqlite3_stmt         *held_by_all;  /* ngx_lo_slots.c */
    sqlite3_stmt         *held_by_us;
    ngx_lo_held_t         held[NGX_LO_HELD_MAX];
    ngx_uint_t            nheld;        /* 0 whenever a change is undone */
    ngx_uint_t            write;
    char                  error[NGX_LO_STORE_TEXT];
} ngx_lo_db_t;

struct ngx_lo_store_s {
    ngx_lo_main_conf_t   *mcf;
    char                 *path;
    ngx_uint_t            relaxed;

    pthread_mutex_t       mutex;        /* guards from here ... */
    pthread_cond_t        write_ready;
    pthread_cond_t        read_ready;
    ngx_lo_queue_t        writes;
    int                   pushed;       /* there are some that the writer did
                                           not take; read without the mutex */
    ngx_lo_queue_t        reads;
    uint64_t              batch;        /* the last that was queued */
    ngx_lo_queue_t        ended;
    ngx_uint_t            notified;     /* the loop knows of `ended` */
    int64_t               oldest_ms;    /* job the writer works on; 0: none */
    ngx_lo_state_t        state;
    ngx_uint_t            note_level;   /* 0: nothing to log */
    char                  note[NGX_LO_STORE_TEXT];
    int64_t               noted_ms;
    int                   stop;         /* ... to here; read by busy handlers */

    ngx_socket_t          bell;
    ngx_uint_t            outstanding;  /* loop only: submitted, not done */
    ngx_connection_t     *c;
    ngx_event_t           flush;
    ngx_lo_queue_t        asked;        /* loop only: since the last flush */
    ngx_event_t           later;        /* dones that did not fit a turn */
    ngx_lo_queue_t        done;         /* loop only */
    ngx_uint_t            kept;         /* loop only: the job that is done is
                                           its submitter's again */
    ngx_uint_t            stopped;

    ngx_uint_t            nthreads;
    pthread_t             threads[1 + NGX_LO_READERS_MAX];

    ngx_lo_db_t           writer;       /* writer thread only, as these */
    ngx_uint_t            spin_us;      /* 0: never */
    ngx_uint_t            lively;       /* what it waited for came at once */
    uint64_t              dev;
    uint64_t              ino;
    uint64_t              opened;       /* 1: we saw the file */
    uint64_t              wal;          /* inodes of what is beside it */
    uint64_t              shm;
    int64_t               looked_ms;
};

/* 1: the statement changed, or gave, as many rows as it must. */
ngx_uint_t ngx_lo_job_counts(const ngx_lo_bound_t *bound);

/* Tells who watches the job, if somebody does and was not told. */
void ngx_lo_job_watched(ngx_lo_job_t *job);

/* --- queues ----------------------------------------------------------------- */

void ngx_lo_queue_init(ngx_lo_queue_t *q);
void ngx_lo_queue_push(ngx_lo_queue_t *q, ngx_lo_job_t *job);
ngx_lo_job_t *ngx_lo_queue_pop(ngx_lo_queue_t *q);      /* NULL: empty */
void ngx_lo_queue_move(ngx_lo_queue_t *to, ngx_lo_queue_t *from);   /* all */

/* --- threads (ngx_lo_sqlite.c, ngx_lo_writer.c) ------------------------------ */

ngx_int_t ngx_lo_sqlite_start(ngx_lo_store_t *store);
void ngx_lo_sqlite_stop(ngx_lo_store_t *store);

void *ngx_lo_writer_thread(void *data);

/* First in each of them: how it shares a processor with the loop. */
void ngx_lo_store_thread(void);

/* From a thread: jobs are over; the loop is told.  Empties `q`. */
void ngx_lo_store_ended(ngx_lo_store_t *store, ngx_lo_queue_t *q);

/* From a thread: a line for the log, written by the loop; the same line again
 * within a minute is dropped. */
void ngx_lo_store_note(ngx_lo_store_t *store, ngx_uint_t level,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

ngx_lo_state_t ngx_lo_store_state_now(ngx_lo_store_t *store);
int64_t ngx_lo_store_clock(void);       /* monotonic ms; any thread */

/* Ends every job of `q` with rc and a text. */
void ngx_lo_queue_end(ngx_lo_queue_t *q, ngx_lo_job_rc_t rc,
    const char *error);

/* --- the file (ngx_lo_file.c); writer thread only ---------------------------- */

/*
 * Opens, looks whether the file is sound and ours, brings the tables up to
 * date.  NGX_ERROR: the state says why.
 */
ngx_int_t ngx_lo_writer_open(ngx_lo_store_t *store);

/* With the write lock held.  The log of a file that is not in its place any
 * more is not left beside the one that is. */
void ngx_lo_writer_close(ngx_lo_store_t *store);

/* 1: the path leads to another file than this worker opened, or to none.  Any
 * thread, once the state is known. */
ngx_uint_t ngx_lo_file_is_other(const ngx_lo_store_t *store);

/* Every now and then: is it still there, does one that failed work again? */
void ngx_lo_writer_look(ngx_lo_store_t *store);

/* As ngx_lo_zone_write_lock; ends a worker that somebody stopped there. */
ngx_int_t ngx_lo_writer_lock(ngx_lo_store_t *store);
void ngx_lo_writer_unlock(ngx_int_t locked);        /* what lock() returned */

ngx_lo_state_t ngx_lo_writer_state_of(int rc);      /* SQLite's code */
ngx_lo_state_t ngx_lo_writer_state(ngx_lo_store_t *store,
    ngx_lo_state_t state);                          /* returns the one before */

/* --- connections (ngx_lo_db.c) ----------------------------------------------- */

/* Makes the file when there never was one; SQLite's code. */
int ngx_lo_db_create(ngx_lo_db_t *db, ngx_lo_store_t *store);

/* SQLite result code; 0 is success.  db->error says more. */
int ngx_lo_db_open(ngx_lo_db_t *db, ngx_lo_store_t *store, ngx_uint_t write);

/* Makes lo_chain() known (ngx_lo_chain.c); SQLITE_OK, or why not. */
int ngx_lo_db_chain(ngx_lo_db_t *db);
void ngx_lo_db_close(ngx_lo_db_t *db);
int ngx_lo_db_exec(ngx_lo_db_t *db, const char *sql);
int ngx_lo_db_begin(ngx_lo_db_t *db);       /* one that writes: IMMEDIATE */
int ngx_lo_db_commit(ngx_lo_db_t *db);      /* of one that reads: its end */
int ngx_lo_db_number(ngx_lo_db_t *db, const char *sql, int64_t *n);
int ngx_lo_db_text(ngx_lo_db_t *db, const char *sql, char *out, size_t size);

/* Runs one statement of a job: rows and count.  SQLITE_OK, or what went wrong:
 * the job's error text is set. */
int ngx_lo_db_run(ngx_lo_db_t *db, ngx_lo_job_t *job, ngx_lo_bound_t *bound);

/* --- the log (ngx_lo_wal.c) ---------------------------------------------------- */

#define NGX_LO_WAL_VFS  "langorch-wal"  /* of writers that sync each commit */

/* Makes it known to SQLite; without it logs are written page by page. */
void ngx_lo_wal_setup(void);

/* --- slots (ngx_lo_slots.c) ---------------------------------------------------- */

/* What asks for a slot. */
typedef struct {
    const char           *resource;
    int64_t               run;
    const char           *path;
    int64_t               now;          /* ms since 1970 */
    int64_t               limit;
} ngx_lo_slot_t;

/* *n: leases of the resource that are held, before one more is taken; exact
 * when it is not below the limit, else perhaps too many; below any limit when
 * one of them is its own.  SQLite's code. */
int ngx_lo_slots_look(ngx_lo_db_t *db, const ngx_lo_slot_t *slot, int64_t *n);

/* --- rows (ngx_lo_row.c) ------------------------------------------------------- */

/* Adds the row that the statement stands on as an object; *shut becomes 1 when
 * something of it cannot be opened.  SQLite's code. */
int ngx_lo_db_row(ngx_lo_prepared_t *p, json_t *rows, ngx_uint_t *shut);

/* --- tables (ngx_lo_schema.c, ngx_lo_migrate.c) ------------------------------ */

/* NGX_OK · NGX_DECLINED: made by a newer version · NGX_ERROR: db->error, *rc */
/* A file that knows n steps gets those from n on. */
extern const char *const  ngx_lo_schema_steps[];
extern const ngx_uint_t   ngx_lo_schema_nsteps;

ngx_int_t ngx_lo_schema_migrate(ngx_lo_db_t *db, int *rc);

/* Shows documents among the rows to the compiler. */
void ngx_lo_db_documents(const ngx_lo_prepared_t *p, const json_t *rows);

/* NULL: nothing is sealed. */
extern const ngx_lo_sealer_t  *ngx_lo_sealer;

#endif
