/*
 * People stop, repeat and remove runs (spec/api.md 4.4, 4.5, 4.8).
 *
 * None of it touches a live run: a row in its inbox and a bell, and whoever
 * drives the run does the rest.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_CANCEL_MS      5000  /* how long an answer waits for the end */
#define NGX_LO_REDACTED       "***REDACTED***"


static ngx_int_t ngx_lo_cancel_ask(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *reason);
static ngx_int_t ngx_lo_cancel_asked(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_cancel_look(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_cancel_read(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_delete_rows(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_delete_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_retry_same(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_retry_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_retry_new(ngx_lo_api_t *api, const json_t *row);
static json_t *ngx_lo_retry_inputs(const json_t *old, const json_t *over);


/* --- cancel ------------------------------------------------------------------ */


ngx_int_t
ngx_lo_runs_cancel_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *reason;

    reason = ngx_lo_input_str(api, "reason", NGX_LO_OPTIONAL, 2000);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_cancel_ask(api, job, reason);
}


ngx_int_t
ngx_lo_runs_cancel_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_cancel_asked(api, job);
}


/* Guarded by the run not being final and not cancelled before: a miss looks at
 * what there is instead. */

static ngx_int_t
ngx_lo_cancel_ask(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *reason)
{
    json_t          *data;
    ngx_int_t        rc;
    const char      *run;
    ngx_lo_trail_t   trail;

    run = ngx_lo_api_seg(api, "run_id");
    data = json_pack("{s:s?, s:s}", "reason", reason, "actor", api->actor);

    if (data == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = "cancel";
    trail.description = "Run cancelled";
    trail.resource_type = "run";
    trail.resource_id = run;
    trail.meta = data;

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_cancel, run, api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_add, run, "cancel", NULL,
                            data, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_api_audit(api, job, &trail);
    }

    json_decref(data);
    ngx_lo_api_missed(api, ngx_lo_cancel_asked);

    return rc;
}


static ngx_int_t
ngx_lo_cancel_asked(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    return ngx_lo_cancel_look(api);
}


static ngx_int_t
ngx_lo_cancel_look(ngx_lo_api_t *api)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_run_get,
                          ngx_lo_api_seg(api, "run_id"))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_cancel_read);
}


/* Looks again after 4, 6, 9 ... 250 ms until the run is over. */

static ngx_int_t
ngx_lo_cancel_read(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t     final, deletes;
    ngx_msec_t     waited;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    deletes = (api->route->method == NGX_HTTP_DELETE);
    final = ngx_lo_run_is_final(ckp_json_str(row, "status"));
    waited = ngx_current_msec - api->started;

    if (!final && waited < NGX_LO_CANCEL_MS) {
        return ngx_lo_api_sleep(api, ngx_min(4 + waited / 2, 250),
                                ngx_lo_cancel_look);
    }

    if (!deletes) {
        return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref((json_t *) row));
    }

    if (!final) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "The run is being cancelled, try again");
    }

    return ngx_lo_delete_rows(api, row);
}


/* --- delete ------------------------------------------------------------------ */


ngx_int_t
ngx_lo_runs_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_runs_get_prepare(api, job);
}


ngx_int_t
ngx_lo_runs_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    if (ngx_lo_run_is_final(ckp_json_str(row, "status"))) {
        return ngx_lo_delete_rows(api, row);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL || ngx_lo_cancel_ask(api, job, "deleted") != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_cancel_asked);
}


static ngx_int_t
ngx_lo_delete_rows(ngx_lo_api_t *api, const json_t *row)
{
    json_t          *meta;
    ngx_int_t        rc;
    ngx_uint_t       i;
    const char      *run;
    ngx_lo_job_t    *job;
    ngx_lo_trail_t   trail;

    run = ngx_lo_api_seg(api, "run_id");
    job = ngx_lo_api_job(api, 1);

    meta = json_pack("{s:O, s:O, s:O}",
                     "procedure_id", json_object_get(row, "procedure_id"),
                     "version", json_object_get(row, "procedure_version"),
                     "status", json_object_get(row, "status"));

    rc = (job != NULL && meta != NULL) ? NGX_OK : NGX_ERROR;

    for (i = 0; rc == NGX_OK && i < NGX_LO_SQL_RUN_DEL_N; i++) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_del[i], run);
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = "delete";
    trail.description = "Run deleted";
    trail.resource_type = "run";
    trail.resource_id = run;
    trail.meta = meta;

    if (rc == NGX_OK) {
        rc = ngx_lo_api_audit(api, job, &trail);
    }

    json_decref(meta);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_delete_done)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_delete_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_STREAMS, 0);
    ngx_lo_disk_drop_run(ngx_lo_api_seg(api, "run_id"));

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b, s:s}", "deleted", 1, "run_id",
                                     ngx_lo_api_seg(api, "run_id")));
}


/* --- retry ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_runs_retry_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);
    (void) ngx_lo_input_bool(api, "new_run", 0);

    if (ngx_lo_input_str(api, "from_checkpoint_id", NGX_LO_OPTIONAL, 64)
        != NULL)
    {
        ngx_lo_input_wrong(api, "body", "from_checkpoint_id", "unsupported",
                           "Only the newest state can be retried from");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_run_origin,
                          ngx_lo_api_seg(api, "run_id"));
}


ngx_int_t
ngx_lo_runs_retry_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *status;
    const json_t  *row;

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

    if (ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL) != NULL
        || ngx_lo_input_bool(api, "new_run", 0))
    {
        return ngx_lo_retry_new(api, row);
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

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_retry, run, api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_gate_wait, run);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_add, run, "resume", NULL,
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


/* Another run of the very document, with the inputs overlaid. */

static ngx_int_t
ngx_lo_retry_new(ngx_lo_api_t *api, const json_t *row)
{
    json_t          *kept;
    ngx_lo_birth_t  *b;

    b = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_birth_t));
    kept = ngx_lo_api_keep(api, json_copy((json_t *) row));

    if (b == NULL || kept == NULL) {
        return NGX_ERROR;
    }

    api->ctx = b;

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
        return NGX_ERROR;
    }

    return ngx_lo_birth_of(api, b, NULL);
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
