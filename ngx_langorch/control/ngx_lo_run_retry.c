/*
 * A run that is over is tried again (spec/api.md 4.5), as the same run or as
 * another one.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "control/ngx_lo_point.h"
#include "routes/ngx_lo_routes.h"

#define NGX_LO_REDACTED  "***REDACTED***"


static ngx_int_t ngx_lo_retry_same(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_retry_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_retry_new(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_point_t *p);
static json_t *ngx_lo_retry_inputs(const json_t *old, const json_t *over);


ngx_int_t
ngx_lo_runs_retry_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    const char      *run;
    ngx_lo_point_t  *p;

    p = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_point_t));
    if (p == NULL) {
        return NGX_ERROR;
    }

    api->ctx = p;

    p->given = ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);
    p->checkpoint_id = ngx_lo_input_str(api, "from_checkpoint_id",
                                        NGX_LO_OPTIONAL, 64);
    (void) ngx_lo_input_bool(api, "new_run", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    run = ngx_lo_api_seg(api, "run_id");
    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_origin, run);

    return (rc == NGX_OK && ngx_lo_point_asked(p))
           ? ngx_lo_point_add(p, job, run) : rc;
}


ngx_int_t
ngx_lo_runs_retry_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *status;
    const json_t    *row;
    ngx_lo_point_t  *p;

    p = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    status = ckp_json_str(row, "status");

    if (!ngx_lo_run_is_final(status)) {
        return ngx_lo_api_problem(api, 409, "conflict", "Run %s is %s; only"
                                  " finished runs can be retried",
                                  ckp_json_str(row, "run_id"), status);
    }

    if (ngx_lo_point_asked(p)
        && ngx_lo_point_take(api, p, job, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_lo_point_asked(p) || p->given != NULL
        || ngx_lo_input_bool(api, "new_run", 0))
    {
        return ngx_lo_retry_new(api, row, p);
    }

    if (strcmp(status, "completed") == 0) {
        return ngx_lo_api_problem(api, 409, "conflict", "Run %s is completed;"
                                  " only a new run can repeat it",
                                  ckp_json_str(row, "run_id"));
    }

    return ngx_lo_retry_same(api, row);
}


static ngx_int_t
ngx_lo_retry_same(ngx_lo_api_t *api, const json_t *row)
{
    json_t          *data;
    ngx_int_t        rc;
    const char      *run;
    ngx_lo_job_t    *job;
    ngx_lo_trail_t   trail;

    run = ckp_json_str(row, "run_id");
    job = ngx_lo_api_job(api, 1);
    data = json_pack("{s:s, s:s}", "kind", "retry", "actor", api->actor);

    if (job == NULL || data == NULL) {
        json_decref(data);
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = "retry";
    trail.description = "Run retried";
    trail.resource_type = "run";
    trail.resource_id = run;
    trail.run = run;

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_retry, run, api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_gate_wait, run);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_say, run, "resume", NULL,
                            data, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_api_audit(api, job, &trail);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_get, run);
    }

    json_decref(data);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_retry_done)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_retry_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    /* 0 row, 1 place, 2 inbox, 3 audit, 4 the row read again */

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_incref((json_t *) ngx_lo_job_row(job, 4)));
}


/* Another run of the very document: from its beginning, or from the point. */

static ngx_int_t
ngx_lo_retry_new(ngx_lo_api_t *api, const json_t *row, ngx_lo_point_t *p)
{
    ngx_lo_birth_t  *b;

    b = ngx_lo_retry_birth(api, row);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->point = ngx_lo_point_asked(p) ? p : NULL;

    return ngx_lo_birth_of(api, b, NULL);
}


ngx_lo_birth_t *
ngx_lo_retry_birth(ngx_lo_api_t *api, const json_t *row)
{
    json_t          *kept;
    ngx_lo_birth_t  *b;

    b = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_birth_t));
    kept = ngx_lo_api_keep(api, json_copy((json_t *) row));

    if (b == NULL || kept == NULL) {
        return NULL;
    }

    b->procedure_id = ckp_json_str(kept, "procedure_id");
    b->version = ckp_json_str(kept, "procedure_version");
    b->hash = ckp_json_str(kept, "doc_hash");
    b->project_id = ckp_json_str(kept, "project_id");
    b->case_id = ckp_json_str(kept, "case_id");
    b->mode = ckp_json_str(kept, "execution_mode");
    b->retry_of = ckp_json_str(kept, "run_id");
    b->gate.again = 1;

    b->inputs = ngx_lo_api_keep(api, ngx_lo_retry_inputs(
                                json_object_get(kept, "inputs"),
                                json_object_get(api->body, "input_vars")));

    if (b->inputs == NULL || b->hash == NULL) {
        return NULL;
    }

    api->ctx = b;

    return b;
}


/* The placeholder of a masked value means "as it was" (spec/api.md 1.15). */

static json_t *
ngx_lo_retry_inputs(const json_t *old, const json_t *over)
{
    json_t      *all, *value;
    const char  *key, *s;

    all = json_is_object(old) ? json_copy((json_t *) old) : json_object();
    if (all == NULL) {
        return NULL;
    }

    json_object_foreach((json_t *) over, key, value) {
        s = json_string_value(value);

        if (s != NULL && strcmp(s, NGX_LO_REDACTED) == 0
            && json_object_get(all, key) != NULL)
        {
            continue;
        }

        if (json_object_set(all, key, value) != 0) {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}
