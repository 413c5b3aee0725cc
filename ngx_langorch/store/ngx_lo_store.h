/*
 * The store: jobs of SQL statements, done off the event loop.
 *
 * The life of a job.
 *   new      statements are added with their parameters   ngx_lo_job_add
 *   queued   admission, or BUSY                           ngx_lo_job_submit
 *   grouped  write jobs of this worker meet in one transaction and one sync;
 *            read jobs go to a reader's own connection
 *   done     on the event loop, once; then the job is freed
 *
 * A job is one whole transaction, written down before it starts: statements
 * with their parameters, and the number of rows each must change.  Nobody talks
 * to the store in the middle of one, so a job can be queued, grouped with
 * others, sent again after a conflict, and run in a thread.
 */

#ifndef NGX_LO_STORE_H
#define NGX_LO_STORE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "value/json.h"

#include "ckp.h"

typedef struct {
    const char  *name;      /* "lease_release": in logs and metrics */
    const char  *sql;       /* one text for SQLite and PostgreSQL; $1, $2 ... */
    const char  *types;     /* a letter a parameter, in ngx_lo_job_add's list:
                               s const char * (NULL = NULL), i int64_t,
                               l the same that lives forever: not copied,
                               d double, j const json_t * (NULL = NULL),
                               k the same, sealed where the job says so,
                               t a text that is handled as k (NULL = NULL),
                               K the same, sealed wherever there is a key,
                               p the value of that K as it is, none of its own,
                               n int64_t where NGX_LO_NULL means NULL */
    int          changes;   /* rows it must change (SELECT: return); -1 = any
                               number; NGX_LO_EACH: those that were added by
                               ngx_lo_job_add_row, `sql` ends with VALUES */
} ngx_lo_stmt_t;

#define NGX_LO_NULL  INT64_MIN
#define NGX_LO_EACH  (-2)

typedef enum {
    NGX_LO_JOB_OK,          /* committed */
    NGX_LO_JOB_GUARD,       /* a statement missed its rows, or its row is there
                               already (UNIQUE): rolled back */
    NGX_LO_JOB_BUSY,        /* not tried: the queue is full or the store down */
    NGX_LO_JOB_ERROR,       /* tried, not committed */
    NGX_LO_JOB_UNKNOWN      /* the answer to COMMIT was lost */
} ngx_lo_job_rc_t;

typedef struct ngx_lo_store_s  ngx_lo_store_t;
typedef struct ngx_lo_job_s    ngx_lo_job_t;

/* Runs once on the event loop, never inside submit(); the job and its rows are
 * valid during the call only (take rows with ngx_lo_job_rows_take). */
typedef void (*ngx_lo_job_done_pt)(ngx_lo_job_t *job, void *data);

/* This worker's store; NULL when none is configured or it is not open. */
ngx_lo_store_t *ngx_lo_store(void);

/* What the readiness endpoint says: "ok", or why not ("full", "corrupt" ...);
 * static text. */
const char *ngx_lo_store_state(void);
ngx_uint_t ngx_lo_store_relaxed(void);      /* 1: durability relaxed */

/*
 * How texts are sealed at rest; a function without a key gives NGX_DECLINED,
 * and the text stays as it is.  `open` is called in threads.  What is sealed
 * begins with NGX_LO_SEALED, which no JSON does, and is opened where rows are
 * read.
 */
#define NGX_LO_SEALED  '!'

typedef struct {
    ngx_int_t  (*seal)(const char *text, size_t len, ckp_buf_t *out);
    ngx_int_t  (*open)(const char *sealed, size_t len, ckp_buf_t *out);
} ngx_lo_sealer_t;

void ngx_lo_store_sealer(const ngx_lo_sealer_t *sealer);

/*
 * Of the letter d: the text of a document, whose hash is the column before. Its
 * row is read in a thread, and there it is shown to whoever compiles those that
 * are large, before the job is done.
 */
typedef void (*ngx_lo_compiler_pt)(const char *hash, const char *body,
    size_t len);
void ngx_lo_store_compiler(ngx_lo_compiler_pt compile);

/* 1: the value of a column is there and cannot be opened, all of it or the
 * state in it.  Other rows of the same look are not its victims. */
#define NGX_LO_SHUT  "!sealed"
ngx_uint_t ngx_lo_store_is_shut(const json_t *v);

/* 1: the value of a column is no JSON, or deeper than we write it. */
#define NGX_LO_DAMAGED  "!damaged"
ngx_uint_t ngx_lo_store_is_damaged(const json_t *v);

/* 1: among the rows of the job is such a value. */
ngx_uint_t ngx_lo_job_shut(const ngx_lo_job_t *job);

/*
 * Of the letters "Kp" in INSERT ... SELECT from runs r: what the row is to
 * have.  runs.seals is the text `true`, sealed when what is kept of the run is,
 * NULL when that is not known yet.  Who is about to tell it something reads it
 * as JSON: what is said under another key nobody could hear.
 */
#define NGX_LO_WORD(sealed, plain)                                            \
    "CASE WHEN r.seals = 'true' THEN " plain " ELSE " sealed " END"

/* From here on parameters `k` of this job are sealed, or not: spec/ckp.md 21.1.
 * Returns what it was before. */
ngx_uint_t ngx_lo_job_seal(ngx_lo_job_t *job, ngx_uint_t on);

/* NULL: no memory.  `write` = 1: one transaction; 0: one snapshot of reads. */
ngx_lo_job_t *ngx_lo_job_new(ngx_lo_store_t *store, ngx_uint_t write);

/*
 * Adds a statement; parameters follow by stmt->types and are copied (j: dumped
 * as compact text at once).  Statements run in order.  The first failure stays
 * inside: submit then reports NGX_LO_JOB_ERROR.
 */
ngx_int_t ngx_lo_job_add(ngx_lo_job_t *job, const ngx_lo_stmt_t *stmt, ...);

/*
 * Adds a row to a statement NGX_LO_EACH: to the last one that the job has of it
 * when that has room, else to one more.  Its rows stay in order, but may run
 * before statements that were added earlier than they.
 */
ngx_int_t ngx_lo_job_add_row(ngx_lo_job_t *job, const ngx_lo_stmt_t *stmt, ...);

/* How many statements were added so far: the index of the next. */
ngx_uint_t ngx_lo_job_len(const ngx_lo_job_t *job);

/* Steals the job. */
void ngx_lo_job_submit(ngx_lo_job_t *job, ngx_lo_job_done_pt done, void *data);
void ngx_lo_job_forget(ngx_lo_job_t *job);   /* the waiter left; it runs on */
void ngx_lo_job_free(ngx_lo_job_t *job);     /* one that is yours; or NULL */

/*
 * `watch` is called once, on the loop, when the job is over, before its `done`
 * and also when the waiter left.  One that was not submitted, or never ended,
 * is over when it is freed: its rc is NGX_LO_JOB_ERROR then.
 */
void ngx_lo_job_watch(ngx_lo_job_t *job, ngx_lo_job_done_pt watch, void *data);
ngx_uint_t ngx_lo_job_is_watched(const ngx_lo_job_t *job);

/* It was submitted: what is submitted from now on is run after it. */
ngx_uint_t ngx_lo_job_is_queued(const ngx_lo_job_t *job);

/* In its `done`, when it was BUSY: the job is yours again, to be submitted once
 * more or freed. */
void ngx_lo_job_keep(ngx_lo_job_t *job);

ngx_lo_job_rc_t ngx_lo_job_rc(const ngx_lo_job_t *job);
const char *ngx_lo_job_error(const ngx_lo_job_t *job);   /* for the log */
ngx_uint_t ngx_lo_job_guard(const ngx_lo_job_t *job);    /* which missed */

/* When its commit had been done, of ngx_lo_boot_ms: until then all that its
 * guards say held. */
int64_t ngx_lo_job_held_ms(const ngx_lo_job_t *job);

/* Rows changed by statement n; of a SELECT, rows returned. */
ngx_uint_t ngx_lo_job_count(const ngx_lo_job_t *job, ngx_uint_t n);

/*
 * Rows of statement n (SELECT or RETURNING): an array of objects, members in
 * column order, made in the store's thread.  A column is named by its alias;
 * a suffix tells how to make the member and is cut off:
 *   "created_at:t"  integer ms -> RFC 3339 text;  "input_vars:j" JSON text ->
 *   value (NULL stays null), what is sealed opened; "data:w" the same of what
 *   is told to a run, with the word and the state in it;  "state:p" a state as
 *   NGX_LO_CHAIN gives it;  "active:b" 0/1 -> false/true.
 * Lent; ngx_lo_job_rows_take gives a new reference.
 */
const json_t *ngx_lo_job_rows(const ngx_lo_job_t *job, ngx_uint_t n);
json_t *ngx_lo_job_rows_take(const ngx_lo_job_t *job, ngx_uint_t n);

/* First row of statement n, lent; NULL: none. */
const json_t *ngx_lo_job_row(const ngx_lo_job_t *job, ngx_uint_t n);

/* Worker's life, called by ngx_lo_worker.c: opens, migrates, starts threads. */
ngx_int_t ngx_lo_store_start(ngx_cycle_t *cycle);

/* 1: nothing is queued, and every `done` was called. */
ngx_uint_t ngx_lo_store_idle(void);

/* Finishes what is queued and joins the threads; no `done` is called from now
 * on, and what is submitted later is dropped. */
void ngx_lo_store_stop(ngx_cycle_t *cycle);

#endif
