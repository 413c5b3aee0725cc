/*
 * Many runs are cancelled or removed at once, each by itself (spec/api.md 4.9).
 *
 * The life of such a request.
 *   read     what the runs are                              ngx_lo_bulk_look
 *   changed  those whose turn it is, some in one job        ngx_lo_bulk_do
 *            a guard that misses has them read again
 *   waited   until what is being cancelled is over          a few seconds
 *   told     who went, who did not, and why
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "routes/ngx_lo_routes.h"

#define NGX_LO_BULK_MAX    500
#define NGX_LO_BULK_SLICE  50       /* runs in one job */


typedef enum {
    NGX_LO_BULK_OPEN,
    NGX_LO_BULK_ASKED,              /* to be cancelled */
    NGX_LO_BULK_DONE,
    NGX_LO_BULK_NONE                /* there is no such run */
} ngx_lo_bulk_state_t;

typedef struct {
    const char           *id;
    const json_t         *row;
    ngx_lo_bulk_state_t   state;
} ngx_lo_bulk_run_t;

typedef struct {
    ngx_lo_bulk_run_t    *runs;
    ngx_uint_t            n;
    ngx_uint_t            from;     /* the first of the slice */
    const char           *reason;
    unsigned              removes:1;
} ngx_lo_bulk_t;


static ngx_int_t ngx_lo_bulk_read(ngx_lo_api_t *api, ngx_lo_bulk_t *b);
static ngx_int_t ngx_lo_bulk_look(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_bulk_ask(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_bulk_seen(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_bulk_do(ngx_lo_api_t *api, ngx_lo_bulk_t *b);
static ngx_int_t ngx_lo_bulk_did(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_bulk_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_bulk_told(ngx_lo_api_t *api, ngx_lo_bulk_t *b);


static ngx_int_t
ngx_lo_bulk_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_uint_t removes)
{
    ngx_int_t       rc;
    ngx_lo_bulk_t  *b;

    b = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_bulk_t));
    if (b == NULL) {
        return NGX_ERROR;
    }

    api->ctx = b;
    b->removes = removes;
    b->reason = ngx_lo_input_str(api, "reason", NGX_LO_OPTIONAL, 2000);

    rc = ngx_lo_bulk_read(api, b);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_bulk_ask(api, job);
}


ngx_int_t
ngx_lo_runs_bulk_cancel_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_bulk_prepare(api, job, 0);
}


ngx_int_t
ngx_lo_runs_bulk_cancel_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_bulk_seen(api, job);
}


ngx_int_t
ngx_lo_runs_bulk_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_bulk_prepare(api, job, 1);
}


ngx_int_t
ngx_lo_runs_bulk_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_bulk_seen(api, job);
}


/* run_ids, each once. */

static ngx_int_t
ngx_lo_bulk_read(ngx_lo_api_t *api, ngx_lo_bulk_t *b)
{
    size_t         i;
    json_t        *v, *once;
    const json_t  *list;

    list = ngx_lo_input_array(api, "run_ids", NGX_LO_REQUIRED);

    if (list != NULL && (json_array_size(list) < 1
                         || json_array_size(list) > NGX_LO_BULK_MAX))
    {
        ngx_lo_input_wrong(api, "body", "run_ids", "length",
                           "Must have 1 to 500 items");
    }

    json_array_foreach(list, i, v) {
        if (!json_is_string(v)) {
            ngx_lo_input_wrong(api, "body", "run_ids", "string",
                               "Must be a list of strings");
            break;
        }
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    once = ngx_lo_api_keep(api, json_object());
    b->runs = ngx_pcalloc(api->r->pool, json_array_size(list)
                                        * sizeof(ngx_lo_bulk_run_t));

    if (once == NULL || b->runs == NULL) {
        return NGX_ERROR;
    }

    json_array_foreach(list, i, v) {

        if (json_object_get(once, json_string_value(v)) != NULL) {
            continue;
        }

        if (json_object_set_new(once, json_string_value(v), json_true())) {
            return NGX_ERROR;
        }

        b->runs[b->n++].id = json_string_value(v);
    }

    return NGX_OK;
}


/* --- what they are -------------------------------------------------------------- */


static ngx_int_t
ngx_lo_bulk_look(ngx_lo_api_t *api)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_bulk_ask(api, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_bulk_seen);
}


/* Of those that are not done. */

static ngx_int_t
ngx_lo_bulk_ask(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t      i;
    ngx_lo_bulk_t  *b;

    b = api->ctx;

    for (i = 0; i < b->n; i++) {
        if (b->runs[i].state <= NGX_LO_BULK_ASKED
            && ngx_lo_job_add(job, &ngx_lo_sql_bulk_run, b->runs[i].id,
                              ngx_lo_api_projects(api))
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_bulk_seen(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t          i, n, final;
    const json_t       *row;
    ngx_lo_bulk_t      *b;
    ngx_lo_bulk_run_t  *run;

    b = api->ctx;
    n = 0;

    for (i = 0; i < b->n; i++) {
        run = &b->runs[i];

        if (run->state > NGX_LO_BULK_ASKED) {
            continue;
        }

        row = ngx_lo_job_row(job, n++);

        if (row == NULL) {
            run->state = NGX_LO_BULK_NONE;
            continue;
        }

        run->row = ngx_lo_api_keep(api, json_incref((json_t *) row));
        if (run->row == NULL) {
            return NGX_ERROR;
        }

        final = ngx_lo_run_is_final(ckp_json_str(row, "status"));

        if (final && !b->removes) {
            run->state = NGX_LO_BULK_DONE;

        } else if (final) {
            run->state = NGX_LO_BULK_OPEN;      /* now it can be removed */

        } else if (ckp_json_bool(row, "asked", false)) {
            run->state = NGX_LO_BULK_ASKED;
        }
    }

    b->from = 0;

    return ngx_lo_bulk_do(api, b);
}


/* --- what is done ---------------------------------------------------------------- */


/* The next slice of those whose turn it is; then the wait for the others. */

static ngx_int_t
ngx_lo_bulk_do(ngx_lo_api_t *api, ngx_lo_bulk_t *b)
{
    ngx_int_t           rc;
    ngx_uint_t          n;
    ngx_msec_t          wait;
    ngx_lo_job_t       *job;
    ngx_lo_bulk_run_t  *run;

    rc = NGX_OK;
    job = NULL;
    wait = 0;

    for (n = 0; rc == NGX_OK && n < NGX_LO_BULK_SLICE && b->from < b->n;
         b->from++)
    {
        run = &b->runs[b->from];

        if (run->state != NGX_LO_BULK_OPEN) {
            continue;
        }

        job = job ? job : ngx_lo_api_job(api, 1);
        n++;

        rc = (job == NULL) ? NGX_ERROR
             : ngx_lo_run_is_final(ckp_json_str(run->row, "status"))
               ? ngx_lo_delete_add(api, job, run->row)
               : ngx_lo_cancel_add(api, job, run->id, b->reason);
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    if (job != NULL) {
        ngx_lo_api_missed(api, ngx_lo_bulk_missed);
        return ngx_lo_api_then(api, job, ngx_lo_bulk_did);
    }

    for (n = 0; n < b->n; n++) {
        if (b->runs[n].state == NGX_LO_BULK_ASKED) {
            wait = ngx_lo_cancel_wait(api);
            break;
        }
    }

    return (wait != 0) ? ngx_lo_api_sleep(api, wait, ngx_lo_bulk_look)
                       : ngx_lo_bulk_told(api, b);
}


static ngx_int_t
ngx_lo_bulk_did(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t          i;
    ngx_lo_bulk_t      *b;
    ngx_lo_bulk_run_t  *run;

    b = api->ctx;

    for (i = 0; i < b->from; i++) {
        run = &b->runs[i];

        if (run->state == NGX_LO_BULK_OPEN) {
            run->state = ngx_lo_run_is_final(ckp_json_str(run->row, "status"))
                         ? NGX_LO_BULK_DONE : NGX_LO_BULK_ASKED;
        }
    }

    ngx_lo_bell_ring(NGX_LO_BELL_RUNS|NGX_LO_BELL_STREAMS
                     |(b->removes ? NGX_LO_BELL_SWEEP : 0), 0);

    return ngx_lo_bulk_do(api, b);
}


/* One of the slice was changed by somebody else meanwhile. */

static ngx_int_t
ngx_lo_bulk_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_bulk_look(api);
}


/* --- the answer -------------------------------------------------------------------- */


static ngx_int_t
ngx_lo_bulk_told(ngx_lo_api_t *api, ngx_lo_bulk_t *b)
{
    json_t             *done, *failed;
    ngx_uint_t          i, none;
    ngx_lo_bulk_run_t  *run;

    done = json_array();
    failed = json_array();

    for (i = 0; i < b->n; i++) {
        run = &b->runs[i];
        none = (run->state == NGX_LO_BULK_NONE);

        /* the flag is set: no step of it starts any more */

        if (run->state == NGX_LO_BULK_DONE
            || (run->state == NGX_LO_BULK_ASKED && !b->removes))
        {
            (void) json_array_append_new(done, json_string(run->id));
            continue;
        }

        (void) json_array_append_new(failed,
                    json_pack("{s:s, s:i, s:s}", "run_id", run->id,
                              "status", none ? 404 : 409, "detail",
                              none ? "Run not found"
                              : "The run is being cancelled, try again"));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:I, s:o, s:o}", "requested",
                                     (json_int_t) b->n, "succeeded", done,
                                     "failed", failed));
}
