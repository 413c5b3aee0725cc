/*
 * A start that the gate does not let through: the run it repeats, or a refusal,
 * or a run that is over at once (spec/api.md 4.1, ckp.md 26.1, 26.2).
 */

#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_api.h"
#include "wire/projects.h"

#define NGX_LO_GATED_TRIES  8


static ngx_int_t ngx_lo_gated_full(ngx_lo_api_t *api, ngx_lo_birth_t *b);
static ngx_int_t ngx_lo_gated_again(ngx_lo_api_t *api, ngx_lo_birth_t *b);
static ngx_int_t ngx_lo_gated_found(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_gated_duplicate(ngx_lo_api_t *api, const char *run);
static ngx_int_t ngx_lo_gated_twin(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_gated_kept(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_gated_answer(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_birth_gated(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_birth_t  *b;

    b = api->ctx;

    if (ngx_lo_gate_missed(&b->gate, job) == NGX_LO_GATE_FULL) {
        return ngx_lo_gated_full(api, b);
    }

    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_gate_twin(&b->gate, job, api->now_ms) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_gated_found);
}


static ngx_int_t
ngx_lo_gated_full(ngx_lo_api_t *api, ngx_lo_birth_t *b)
{
    if (strcmp(ngx_lo_gate_on_limit(&b->gate), "skip") == 0) {
        b->gate.skipped = 1;
        return ngx_lo_gated_again(api, b);
    }

    if (ngx_lo_api_set(api, "Retry-After", "5") == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 429, "concurrency_limit",
                              "Procedure %s has as many active runs as it may",
                              b->procedure_id);
}


/* The document is compiled here, so this is one more turn and its job. */

static ngx_int_t
ngx_lo_gated_again(ngx_lo_api_t *api, ngx_lo_birth_t *b)
{
    if (++b->tries > NGX_LO_GATED_TRIES) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "The start could not be decided, try again");
    }

    return ngx_lo_birth_of(api, b, NULL);
}


static ngx_int_t
ngx_lo_gated_found(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *run;
    ngx_lo_birth_t  *b;

    b = api->ctx;
    run = ckp_json_str(ngx_lo_job_row(job, 0), "run_id");

    /* deleted, or of another status, in between: then there is none */

    if (run == NULL) {
        return ngx_lo_gated_again(api, b);
    }

    if (ngx_lo_gate_refuses(&b->gate) && api->who.projects == NULL) {
        return ngx_lo_gated_duplicate(api, run);
    }

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_run_get, run) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_gated_twin);
}


static ngx_int_t
ngx_lo_gated_duplicate(ngx_lo_api_t *api, const char *run)
{
    if (run == NULL) {
        return ngx_lo_api_problem(api, 409, "duplicate",
                                  "A run of another project was started with"
                                  " the same key");
    }

    return ngx_lo_api_problem_json(api, 409, "duplicate",
                                   json_sprintf("Run %s was started with"
                                                " the same key", run),
                                   json_pack("{s:s}", "existing_run_id", run));
}


/* The answer is kept under the Idempotency-Key as that of a new run is. */

static ngx_int_t
ngx_lo_gated_twin(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char            *text;
    size_t           len;
    const char      *run;
    const json_t    *row;
    ngx_lo_birth_t  *b;

    b = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_gated_again(api, b);
    }

    if (!ckp_projects_has(api->who.projects, ckp_json_str(row, "project_id")))
    {
        return ngx_lo_gated_duplicate(api, NULL);
    }

    if (ngx_lo_gate_refuses(&b->gate)) {
        return ngx_lo_gated_duplicate(api, ckp_json_str(row, "run_id"));
    }

    text = ckp_json_text(row);
    run = ckp_json_str(row, "run_id");

    if (text == NULL || run == NULL) {
        ckp_free(text);
        return NGX_ERROR;
    }

    len = strlen(text);
    b->answer.len = len;
    b->answer.data = ngx_pnalloc(api->r->pool, len + 1);

    if (b->answer.data != NULL) {
        ngx_memcpy(b->answer.data, text, len + 1);
    }

    ckp_free(text);
    b->location = ngx_lo_api_path(api, "runs", run, NULL);

    if (b->answer.data == NULL || b->location == NULL) {
        return NGX_ERROR;
    }

    if (b->once.key == NULL) {
        return ngx_lo_gated_answer(api);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_once_add(api, &b->once, job, NGX_HTTP_OK,
                           (const char *) b->answer.data, b->location)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_gated_kept);

    return ngx_lo_api_then(api, job, ngx_lo_gated_kept);
}


/* Whether this one kept it or another: it is the run that both have. */

static ngx_int_t
ngx_lo_gated_kept(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_gated_answer(api);
}


static ngx_int_t
ngx_lo_gated_answer(ngx_lo_api_t *api)
{
    ngx_lo_birth_t  *b;

    b = api->ctx;

    if (ngx_lo_api_set_url(api, "Location", b->location) == NGX_ERROR
        || ngx_lo_api_set(api, "X-LangOrch-Deduplicated", "1") == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_text(api, NGX_HTTP_OK, "application/json", &b->answer);
}
