/*
 * A job: written down by the loop, read when it is over; and queues of them.
 */

#include "store/ngx_lo_store_int.h"

#include <stdarg.h>


/* Bytes that hold an ordinary job, less than a kept block (ngx_lo_memory.c). */

#define NGX_LO_JOB_FIRST  4544


static ngx_lo_bound_t *ngx_lo_job_room(ngx_lo_job_t *job);
static void ngx_lo_job_widen(ngx_lo_job_t *job, ngx_lo_bound_t *bound);
static ngx_int_t ngx_lo_job_bind(ngx_lo_job_t *job, ngx_lo_bound_t *bound,
    va_list args);
static ngx_int_t ngx_lo_job_value(ngx_lo_job_t *job, char type,
    ngx_lo_value_t *value, const ngx_lo_value_t *above, va_list *args);
static ngx_int_t ngx_lo_job_copy(ngx_lo_job_t *job, const char *s,
    ngx_lo_value_t *value, const ngx_lo_value_t *above);
static const char *ngx_lo_job_text(ngx_lo_job_t *job, const json_t *j,
    int *len);
static const char *ngx_lo_job_sealed(ngx_lo_job_t *job, const char *text);


const ngx_lo_sealer_t  *ngx_lo_sealer;


ngx_lo_job_t *
ngx_lo_job_new(ngx_lo_store_t *store, ngx_uint_t write)
{
    ckp_arena_t   *arena;
    ngx_lo_job_t  *job;

    arena = ckp_arena_new_of(NGX_LO_JOB_FIRST);
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

    if (job->watch != NULL) {
        job->rc = NGX_LO_JOB_ERROR;
        ngx_lo_job_watched(job);
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
    ngx_lo_bound_t  *bound;

    bound = ngx_lo_job_room(job);

    if (bound == NULL) {
        return NGX_ERROR;
    }

    bound->stmt = stmt;
    bound->params = ckp_arena_alloc(job->arena, (strlen(stmt->types) + 1)
                                                * sizeof(ngx_lo_value_t));
    va_start(args, stmt);
    rc = ngx_lo_job_bind(job, bound, args);
    va_end(args);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    job->nstmts++;

    return NGX_OK;
}


ngx_int_t
ngx_lo_job_add_row(ngx_lo_job_t *job, const ngx_lo_stmt_t *stmt, ...)
{
    va_list          args;
    ngx_int_t        rc;
    ngx_uint_t       i;
    ngx_lo_bound_t  *bound;

    bound = NULL;

    for (i = job->nstmts; i > 0; i--) {
        if (job->stmts[i - 1].stmt == stmt) {
            bound = &job->stmts[i - 1];
            break;
        }
    }

    if (bound == NULL || bound->n == NGX_LO_EACH_MAX) {
        bound = ngx_lo_job_room(job);

        if (bound == NULL) {
            return NGX_ERROR;
        }

        bound->stmt = stmt;
    }

    if (bound->n == bound->room) {
        ngx_lo_job_widen(job, bound);
    }

    va_start(args, stmt);
    rc = ngx_lo_job_bind(job, bound, args);
    va_end(args);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    job->nstmts += (bound->n++ == 0);

    return NGX_OK;
}


ngx_uint_t
ngx_lo_job_counts(const ngx_lo_bound_t *bound)
{
    ngx_uint_t  n;

    n = (bound->n > 0) ? bound->n : (ngx_uint_t) bound->stmt->changes;

    return bound->stmt->changes == -1 || bound->count == n;
}


/* Room for more rows: a turn has two or three events, or very many.  Without
 * memory there are no parameters any more. */

static void
ngx_lo_job_widen(ngx_lo_job_t *job, ngx_lo_bound_t *bound)
{
    size_t           row;
    ngx_uint_t       room;
    ngx_lo_value_t  *params;

    row = strlen(bound->stmt->types) * sizeof(ngx_lo_value_t);
    room = (bound->room == 0) ? 4 : NGX_LO_EACH_MAX;
    params = ckp_arena_alloc(job->arena, room * row);

    if (params != NULL && bound->n > 0) {
        ngx_memcpy(params, bound->params, bound->n * row);
    }

    bound->params = params;
    bound->room = room;
}


/* An empty place for one statement more; it is not counted yet. */

static ngx_lo_bound_t *
ngx_lo_job_room(ngx_lo_job_t *job)
{
    ngx_uint_t       room;
    ngx_lo_bound_t  *stmts;

    if (job->nstmts == job->room) {
        room = (job->room == 0) ? 8 : 2 * job->room;

        stmts = ckp_arena_alloc(job->arena, room * sizeof(ngx_lo_bound_t));
        if (stmts == NULL) {
            job->failed = 1;
            return NULL;
        }

        if (job->nstmts > 0) {
            ngx_memcpy(stmts, job->stmts,
                       job->nstmts * sizeof(ngx_lo_bound_t));
        }

        job->stmts = stmts;
        job->room = room;
    }

    return &job->stmts[job->nstmts];
}


/* Parameters of one row, behind those of the rows that are bound already. */

static ngx_int_t
ngx_lo_job_bind(ngx_lo_job_t *job, ngx_lo_bound_t *bound, va_list args)
{
    size_t           n, i;
    va_list          rest;
    ngx_int_t        rc;
    const char      *types;
    ngx_lo_value_t  *row, *above;

    if (bound->params == NULL || job->failed) {
        job->failed = 1;
        return NGX_ERROR;
    }

    types = bound->stmt->types;
    n = strlen(types);
    row = &bound->params[bound->n * n];
    above = (bound->n == 0) ? NULL : row - n;
    rc = NGX_OK;
    va_copy(rest, args);

    for (i = 0; i < n && rc == NGX_OK; i++) {
        rc = ngx_lo_job_value(job, types[i], &row[i],
                              above == NULL ? NULL : &above[i], &rest);
    }

    va_end(rest);

    job->failed |= (rc != NGX_OK);

    return rc;
}


static ngx_int_t
ngx_lo_job_value(ngx_lo_job_t *job, char type, ngx_lo_value_t *value,
    const ngx_lo_value_t *above, va_list *args)
{
    const char    *s;
    const json_t  *j;

    value->len = -1;

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
        return ngx_lo_job_copy(job, s, value, above);

    case 'l':
        value->s = va_arg(*args, const char *);
        return NGX_OK;

    case 't':
        s = va_arg(*args, const char *);

        if (s == NULL || !job->seals) {
            return ngx_lo_job_copy(job, s, value, NULL);
        }

        value->s = ngx_lo_job_sealed(job, s);

        return value->s == NULL ? NGX_ERROR : NGX_OK;

    case 'j':
    case 'k':
    case 'K':
        j = va_arg(*args, const json_t *);
        value->s = NULL;

        if (j == NULL) {
            job->plain = NULL;
            return NGX_OK;
        }

        value->s = ngx_lo_job_text(job, j, &value->len);

        if (type == 'K') {
            job->plain = value->s;
        }

        if (value->s != NULL && (type == 'K' || (type == 'k' && job->seals))) {
            value->s = ngx_lo_job_sealed(job, value->s);
            value->len = -1;
        }

        return value->s == NULL ? NGX_ERROR : NGX_OK;

    case 'p':
        value->s = job->plain;
        return NGX_OK;

    default:
        return NGX_ERROR;
    }
}


/* What the row above has, too, is not copied again: paths and names of nodes
 * are the same in most events of a turn. */

static ngx_int_t
ngx_lo_job_copy(ngx_lo_job_t *job, const char *s, ngx_lo_value_t *value,
    const ngx_lo_value_t *above)
{
    size_t  len;

    value->s = NULL;

    if (s == NULL) {
        return NGX_OK;
    }

    len = ngx_strlen(s);
    value->len = (len < INT_MAX) ? (int) len : -1;

    if (above != NULL && above->s != NULL && above->len == value->len
        && value->len >= 0 && ngx_memcmp(above->s, s, len) == 0)
    {
        value->s = above->s;
        return NGX_OK;
    }

    value->s = ckp_arena_strndup(job->arena, s, len);

    return value->s == NULL ? NGX_ERROR : NGX_OK;
}


static const char *
ngx_lo_job_text(ngx_lo_job_t *job, const json_t *j, int *len)
{
    const ckp_buf_t  *text;

    text = ngx_lo_json_lend(j);

    if (text == NULL) {
        return NULL;
    }

    *len = (text->len < INT_MAX) ? (int) text->len : -1;

    return ckp_arena_strndup(job->arena, text->data, text->len);
}


static const char *
ngx_lo_job_sealed(ngx_lo_job_t *job, const char *text)
{
    ngx_int_t    rc;
    ckp_buf_t    out;
    const char  *copy;

    if (ngx_lo_sealer == NULL) {
        return text;
    }

    ckp_buf_init(&out, NGX_LO_SEALED_MAX);
    rc = ngx_lo_sealer->seal(text, ngx_strlen(text), &out);

    copy = (rc == NGX_DECLINED) ? text
           : (rc == NGX_OK) ? ckp_arena_strndup(job->arena, out.data, out.len)
           : NULL;

    ckp_buf_free(&out);

    return copy;
}


ngx_uint_t
ngx_lo_job_seal(ngx_lo_job_t *job, ngx_uint_t on)
{
    ngx_uint_t  was;

    was = job->seals;
    job->seals = on;

    return was;
}


ngx_uint_t
ngx_lo_job_shut(const ngx_lo_job_t *job)
{
    return job->shut;
}


void
ngx_lo_store_sealer(const ngx_lo_sealer_t *sealer)
{
    ngx_lo_sealer = sealer;
}


ngx_uint_t
ngx_lo_job_len(const ngx_lo_job_t *job)
{
    return job->nstmts;
}


void
ngx_lo_job_watch(ngx_lo_job_t *job, ngx_lo_job_done_pt watch, void *data)
{
    job->watch = watch;
    job->watcher = data;
}


ngx_uint_t
ngx_lo_job_is_watched(const ngx_lo_job_t *job)
{
    return job->watch != NULL;
}


ngx_uint_t
ngx_lo_job_is_queued(const ngx_lo_job_t *job)
{
    return job->queued_ms != 0;
}


void
ngx_lo_job_watched(ngx_lo_job_t *job)
{
    ngx_lo_job_done_pt  watch;

    watch = job->watch;
    job->watch = NULL;

    if (watch != NULL) {
        watch(job, job->watcher);
    }
}


void
ngx_lo_job_forget(ngx_lo_job_t *job)
{
    job->done = NULL;
    job->data = NULL;
}


void
ngx_lo_job_keep(ngx_lo_job_t *job)
{
    job->store->kept = 1;
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


int64_t
ngx_lo_job_held_ms(const ngx_lo_job_t *job)
{
    return job->held_ms;
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


/* --- queues, of whoever holds them ----------------------------------------- */


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
