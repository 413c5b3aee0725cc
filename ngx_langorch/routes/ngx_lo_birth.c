/*
 * What is written when a run is born, in one transaction: its row, its first
 * event, the kept answer and the audit; and what the client is told.
 */

#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"


static ngx_uint_t ngx_lo_birth_status(const ngx_lo_birth_t *b);
static ngx_int_t ngx_lo_birth_answer(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    const json_t *shown);
static json_t *ngx_lo_birth_tell(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    const json_t *shown);
static ngx_int_t ngx_lo_birth_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_raced(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_twin(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_birth_rows(ngx_lo_api_t *api, ngx_lo_birth_t *b, ckp_run_t *run,
    ckp_program_t *prog, ckp_turn_t *turn)
{
    json_t          *shown;
    ngx_int_t        rc;
    ngx_lo_job_t    *job;
    ngx_lo_trail_t   trail;

    shown = ngx_lo_birth_shown(b->inputs, prog);
    job = ngx_lo_api_job(api, 1);

    if (shown == NULL || job == NULL
        || ngx_lo_birth_answer(api, b, shown) != NGX_OK)
    {
        json_decref(shown);
        return NGX_ERROR;
    }

    rc = ngx_lo_gate_before(&b->gate, job, api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_once_add(api, &b->once, job, ngx_lo_birth_status(b),
                             (const char *) b->answer.data, b->location);
    }

    if (rc == NGX_OK && b->order_id != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_flow_order_free, b->order_id);
    }

    if (rc == NGX_OK) {
        b->now_ms = api->now_ms;
        b->triggered_by = api->actor;
        b->actor = api->actor;
        rc = ngx_lo_birth_put(b, job, run, prog, turn);
    }

    json_decref(shown);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = (b->action != NULL) ? b->action
                   : (b->retry_of != NULL) ? "retry" : "create";
    trail.description = "Run created";
    trail.resource_type = "run";
    trail.resource_id = b->run_id;
    trail.run = b->run_id;

    if (ngx_lo_api_audit(api, job, &trail) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_birth_missed);

    return ngx_lo_api_then(api, job, ngx_lo_birth_done);
}


static ngx_uint_t
ngx_lo_birth_status(const ngx_lo_birth_t *b)
{
    return (b->status != 0) ? b->status : NGX_HTTP_CREATED;
}


static ngx_int_t
ngx_lo_birth_answer(ngx_lo_api_t *api, ngx_lo_birth_t *b, const json_t *shown)
{
    char    *text;
    size_t   len;
    json_t  *v;

    b->shown = (shown != NULL) ? shown : b->inputs;
    v = (b->tell != NULL) ? b->tell(api, b) : ngx_lo_birth_tell(api, b, shown);

    text = (v != NULL) ? ckp_json_text(v) : NULL;
    json_decref(v);

    if (text == NULL) {
        return NGX_ERROR;
    }

    len = strlen(text);
    b->answer.len = len;
    b->answer.data = ngx_pnalloc(api->r->pool, len + 1);

    if (b->answer.data != NULL) {
        ngx_memcpy(b->answer.data, text, len + 1);
    }

    ckp_free(text);
    b->location = ngx_lo_api_path(api, (b->path != NULL) ? b->path : "runs",
                                  b->run_id, NULL);

    return (b->answer.data != NULL && b->location != NULL) ? NGX_OK
                                                           : NGX_ERROR;
}


/* The Run of spec/api.md 4, as it is at its birth. */

static json_t *
ngx_lo_birth_tell(ngx_lo_api_t *api, ngx_lo_birth_t *b, const json_t *shown)
{
    char  now[CKP_TIME_LEN + 1];

    ckp_time_text(api->now_ms, now);

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:n, s:n, s:n, s:n, s:n,"
                     " s:s?, s:n, s:n, s:n, s:n, s:n, s:s, s:s, s:s?, s:s?, s:s,"
                     " s:s, s:s?, s:b, s:s?, s:i, s:s, s:n}",
                     "run_id", b->run_id, "procedure_id", b->procedure_id,
                     "procedure_version", b->version, "thread_id", b->run_id,
                     "status", b->gate.skipped ? "canceled" : "created",
                     "input_vars", shown, "output_vars",
                     "total_prompt_tokens", "total_completion_tokens",
                     "estimated_cost_usd", "started_at",
                     "ended_at", b->gate.skipped ? now : NULL,
                     "duration_seconds", "last_node_id", "last_step_id",
                     "error_message", "parent_run_id", "trigger_type", "manual",
                     "triggered_by", api->actor, "project_id", b->project_id,
                     "case_id", b->case_id, "created_at", now,
                     "updated_at", now, "execution_mode", b->mode,
                     "cancellation_requested", (int) b->gate.skipped,
                     "retry_of_run_id", b->retry_of, "attempt", 1,
                     "created_by", api->actor, "workflow_name");
}


static ngx_int_t
ngx_lo_birth_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_birth_t  *b;

    b = api->ctx;

    /* a run that others make room for is not ours alone */

    if (!b->kept) {
        ngx_lo_bell_ring(NGX_LO_BELL_RUNS,
                         b->gate.gate == NULL
                         || json_object_size(b->gate.gate) == 0);
    }

    if (b->gate.skipped) {
        ngx_lo_metric_add(NGX_LO_M_RUN_COMPLETED, NGX_LO_LABELS("canceled"), 1);
    }

    if (ngx_lo_api_set_url(api, "Location", b->location) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_text(api, ngx_lo_birth_status(b), "application/json",
                           &b->answer);
}


static ngx_int_t
ngx_lo_birth_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_birth_t  *b;

    b = api->ctx;

    if (ngx_lo_gate_missed(&b->gate, job) != NGX_LO_GATE_OTHER) {
        return ngx_lo_birth_gated(api, job);
    }

    return (b->taken != NULL) ? b->taken(api, job)
                              : ngx_lo_birth_raced(api, job);
}


/* Another request with the same key was first: its answer is ours. */

static ngx_int_t
ngx_lo_birth_raced(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_birth_t  *b;

    b = api->ctx;
    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_once_find(api, &b->once, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_birth_twin);
}


static ngx_int_t
ngx_lo_birth_twin(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_birth_t  *b;

    b = api->ctx;

    rc = ngx_lo_once_again(api, &b->once, ngx_lo_job_row(job, 0));
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_api_set(api, "Retry-After", "1") == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 409, "idempotency_in_flight",
                              "The first request with this key is not done");
}
