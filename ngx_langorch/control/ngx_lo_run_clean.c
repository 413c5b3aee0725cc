/*
 * Runs that are over are removed by age (spec/api.md 4.9): counted first, if
 * that is what is wanted, then a slice a transaction until none is left.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "routes/ngx_lo_routes.h"

#define NGX_LO_CLEAN_SLICE  500


typedef struct {
    int64_t      before;            /* ms */
    const char  *status;            /* NULL: any that is final */
    ngx_uint_t   dry;
    int64_t      removed;
} ngx_lo_clean_t;


static ngx_int_t ngx_lo_clean_slice(ngx_lo_api_t *api, ngx_lo_clean_t *c);
static ngx_int_t ngx_lo_clean_sliced(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_clean_over(ngx_lo_api_t *api, ngx_lo_clean_t *c);
static ngx_int_t ngx_lo_clean_told(ngx_lo_api_t *api, ngx_lo_job_t *job);
static json_t *ngx_lo_clean_sum(const json_t *rows, int64_t *count);
static json_t *ngx_lo_clean_edge(const json_t *rows, const char *name,
    int way);


/* before!, status */

static ngx_int_t
ngx_lo_clean_read(ngx_lo_api_t *api)
{
    const char      *status;
    ngx_lo_clean_t  *c;

    c = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_clean_t));
    if (c == NULL) {
        return NGX_ERROR;
    }

    api->ctx = c;
    c->before = ngx_lo_query_time(api, "before");

    status = ngx_lo_query_word(api, "status", "completed|succeeded|failed"
                               "|canceled|cancelled");
    if (status != NULL) {
        c->status = (*status == 's') ? "completed"
                    : (*status == 'c' && status[1] == 'a') ? "canceled"
                    : status;
    }

    if (c->before == NGX_LO_NULL && !ngx_lo_input_failed(api)) {
        ngx_lo_input_wrong(api, "query", "before", "missing",
                           "This field is required");
    }

    return NGX_OK;
}


/* --- looking ----------------------------------------------------------------- */


static ngx_int_t
ngx_lo_clean_count(ngx_lo_clean_t *c, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_old_count, c->before, c->status);
}


ngx_int_t
ngx_lo_runs_clean_preview_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_clean_t  *c;

    if (ngx_lo_clean_read(api) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    c = api->ctx;

    if (ngx_lo_clean_count(c, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_old_sample, c->before, c->status);
}


ngx_int_t
ngx_lo_runs_clean_preview_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             before[CKP_TIME_LEN + 1];
    size_t           i;
    json_t          *row, *sample, *sum;
    int64_t          count;
    const json_t    *rows;
    ngx_lo_clean_t  *c;

    c = api->ctx;
    rows = ngx_lo_job_rows(job, 0);
    sample = json_array();
    sum = ngx_lo_clean_sum(rows, &count);

    json_array_foreach(ngx_lo_job_rows(job, 1), i, row) {
        (void) json_array_append(sample, json_object_get(row, "run_id"));
    }

    ckp_time_text(c->before, before);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:I, s:o, s:o, s:o, s:o, s:s, s:s?}",
                                     "count", (json_int_t) count,
                                     "oldest", ngx_lo_clean_edge(rows,
                                                        "oldest", -1),
                                     "newest", ngx_lo_clean_edge(rows,
                                                        "newest", 1),
                                     "by_status", sum, "sample", sample,
                                     "before", before, "status", c->status));
}


/* {status: n}, and how many in all. */

static json_t *
ngx_lo_clean_sum(const json_t *rows, int64_t *count)
{
    size_t   i;
    json_t  *sum, *row;

    sum = json_object();
    *count = 0;

    json_array_foreach(rows, i, row) {
        *count += ckp_json_int(row, "n", 0);
        (void) json_object_set(sum, ckp_json_str(row, "status"),
                               json_object_get(row, "n"));
    }

    return sum;
}


/* The first or the last of these times: their texts have their order. */

static json_t *
ngx_lo_clean_edge(const json_t *rows, const char *name, int way)
{
    size_t       i;
    json_t      *row;
    const char  *best, *at;

    best = NULL;

    json_array_foreach(rows, i, row) {
        at = ckp_json_str(row, name);

        if (at != NULL && (best == NULL || strcmp(at, best) * way > 0)) {
            best = at;
        }
    }

    return (best != NULL) ? json_string(best) : json_null();
}


/* --- removing ----------------------------------------------------------------- */


ngx_int_t
ngx_lo_runs_clean_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_clean_t  *c;

    if (ngx_lo_clean_read(api) != NGX_OK) {
        return NGX_ERROR;
    }

    c = api->ctx;
    c->dry = ngx_lo_query_bool(api, "dry_run", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return c->dry ? ngx_lo_clean_count(c, job) : NGX_OK;
}


ngx_int_t
ngx_lo_runs_clean_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *sum;
    ngx_lo_clean_t  *c;

    c = api->ctx;

    if (!c->dry) {
        return ngx_lo_clean_slice(api, c);
    }

    sum = ngx_lo_clean_sum(ngx_lo_job_rows(job, 0), &c->removed);
    json_decref(sum);

    return ngx_lo_clean_told(api, job);
}


static ngx_int_t
ngx_lo_clean_slice(ngx_lo_api_t *api, ngx_lo_clean_t *c)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_bury_before, c->before, c->status,
                          (int64_t) NGX_LO_CLEAN_SLICE) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_bury_rows) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_buried) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_clean_sliced);
}


static ngx_int_t
ngx_lo_clean_sliced(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t          n;
    ngx_lo_clean_t  *c;

    c = api->ctx;
    n = (int64_t) ngx_lo_job_count(job, 1);
    c->removed += n;

    if (n != 0) {
        ngx_lo_bell_ring(NGX_LO_BELL_SWEEP, 0);
    }

    return (n == NGX_LO_CLEAN_SLICE) ? ngx_lo_clean_slice(api, c)
                                     : ngx_lo_clean_over(api, c);
}


/* Who cleaned up, and how much of it. */

static ngx_int_t
ngx_lo_clean_over(ngx_lo_api_t *api, ngx_lo_clean_t *c)
{
    char             before[CKP_TIME_LEN + 1];
    json_t          *meta;
    ngx_int_t        rc;
    ngx_lo_job_t    *job;
    ngx_lo_trail_t   trail;

    ckp_time_text(c->before, before);
    job = ngx_lo_api_job(api, 1);
    meta = json_pack("{s:I, s:s, s:s?}", "deleted", (json_int_t) c->removed,
                     "before", before, "status", c->status);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = "cleanup";
    trail.description = "Runs removed";
    trail.resource_type = "run";
    trail.meta = meta;

    rc = (job != NULL && meta != NULL) ? ngx_lo_api_audit(api, job, &trail)
                                       : NGX_ERROR;
    json_decref(meta);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_clean_told)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_clean_told(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             before[CKP_TIME_LEN + 1];
    ngx_lo_clean_t  *c;

    c = api->ctx;
    ckp_time_text(c->before, before);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:I, s:s, s:s?, s:o*}",
                                     "deleted_count",
                                     (json_int_t) c->removed,
                                     "before", before, "status", c->status,
                                     "dry_run", c->dry ? json_true() : NULL));
}
