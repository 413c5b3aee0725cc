/*
 * A job: written down by the loop, read when it is over; and queues of them.
 */

#include "store/ngx_lo_store_int.h"

#include <stdarg.h>


static ngx_int_t ngx_lo_job_bind(ngx_lo_job_t *job, ngx_lo_bound_t *bound,
    va_list args);
static ngx_int_t ngx_lo_job_value(ngx_lo_job_t *job, char type,
    ngx_lo_value_t *value, va_list *args);


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
