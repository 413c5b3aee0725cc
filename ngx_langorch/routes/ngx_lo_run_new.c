/*
 * A run is born: procedure, program, inputs, then one transaction of its row,
 * its first event, the kept answer and the audit (spec/api.md 4.1).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_compile.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "run/ngx_lo_program.h"
#include "store/ngx_lo_sql_api.h"


static ngx_int_t ngx_lo_birth_refuse(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    const json_t *row);
static ngx_int_t ngx_lo_birth_broken(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_document(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_give(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    ckp_program_t *prog);
static json_t *ngx_lo_birth_meta(ngx_lo_api_t *api, ngx_lo_birth_t *b);
static ngx_int_t ngx_lo_birth_inputs(ngx_lo_api_t *api, ckp_code_t code,
    json_t *errors, const ckp_err_t *err);
static ngx_int_t ngx_lo_birth_run(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    ckp_program_t *prog, const json_t *start);
static ngx_int_t ngx_lo_birth_rows(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    ckp_program_t *prog, const ckp_turn_t *turn);
static json_t *ngx_lo_birth_shown(const json_t *inputs,
    const ckp_program_t *prog);
static ngx_int_t ngx_lo_birth_answer(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    const json_t *shown);
static ngx_int_t ngx_lo_birth_events(ngx_lo_birth_t *b, ngx_lo_job_t *job,
    const ckp_turn_t *turn);
static ngx_int_t ngx_lo_birth_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_raced(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_twin(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_runs_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             today[CKP_TIME_LEN + 1];
    ngx_int_t        rc;
    const char      *version, *alias;
    ngx_lo_birth_t  *b;

    b = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_birth_t));
    if (b == NULL) {
        return NGX_ERROR;
    }

    api->ctx = b;

    b->procedure_id = ngx_lo_input_str(api, "procedure_id", NGX_LO_REQUIRED,
                                       1024);
    version = ngx_lo_input_str(api, "procedure_version", NGX_LO_OPTIONAL, 128);
    alias = ngx_lo_input_str(api, "version", NGX_LO_OPTIONAL, 128);
    b->channel = ngx_lo_input_word(api, "channel", "dev|qa|prod");
    b->inputs = ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);
    b->project_id = ngx_lo_input_str(api, "project_id", NGX_LO_OPTIONAL, 64);
    b->case_id = ngx_lo_input_str(api, "case_id", NGX_LO_OPTIONAL, 256);
    b->mode = ngx_lo_input_word(api, "execution_mode",
                                "production|dry_run|validation_only");
    b->retry_of = ngx_lo_input_str(api, "retry_of_run_id", NGX_LO_OPTIONAL,
                                   64);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_once_read(api, &b->once);
    if (rc != NGX_OK) {
        return rc;
    }

    if (version == NULL) {
        version = alias;
    }

    if (version != NULL && *version != '\0'
        && strcmp(version, "latest") != 0)
    {
        b->version = version;
    }

    ckp_time_text(api->now_ms, today);
    today[10] = '\0';

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_run, b->procedure_id,
                       b->version, b->channel, (const char *) today)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_once_find(api, &b->once, job);
}


ngx_int_t
ngx_lo_runs_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    const json_t    *row;
    ngx_lo_birth_t  *b;

    b = api->ctx;

    if (b->once.key != NULL) {
        rc = ngx_lo_once_again(api, &b->once, ngx_lo_job_row(job, 1));
        if (rc != NGX_OK) {
            return rc;
        }
    }

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure not found");
    }

    return ngx_lo_birth_of(api, b, row);
}


ngx_int_t
ngx_lo_birth_of(ngx_lo_api_t *api, ngx_lo_birth_t *b, const json_t *row)
{
    ngx_int_t       rc;
    json_t         *kept;
    ngx_lo_job_t   *job;
    ckp_program_t  *prog;

    if (row != NULL) {

        kept = ngx_lo_api_keep(api, json_copy((json_t *) row));
        if (kept == NULL) {
            return NGX_ERROR;
        }

        b->version = ckp_json_str(kept, "version");
        b->hash = ckp_json_str(kept, "content_hash");

        if (b->project_id == NULL) {
            b->project_id = ckp_json_str(kept, "project_id");
        }

        if (b->mode == NULL) {
            b->mode = ckp_json_str(kept, "execution_mode");
        }

        rc = ngx_lo_birth_refuse(api, b, kept);
        if (rc != NGX_OK) {
            return rc;
        }

        if (api->next) {
            return NGX_OK;
        }
    }

    prog = ngx_lo_program_get(b->hash);
    if (prog != NULL) {
        return ngx_lo_birth_give(api, b, prog);
    }

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_claim_document, b->hash) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_birth_document);
}


static ngx_int_t
ngx_lo_birth_refuse(ngx_lo_api_t *api, ngx_lo_birth_t *b, const json_t *row)
{
    ngx_lo_job_t  *job;

    if (ckp_json_bool(row, "refused", false)) {
        return ngx_lo_api_problem(api, 409, "procedure_not_runnable",
                                  "Procedure %s version %s is %s",
                                  b->procedure_id, b->version,
                                  ckp_json_str(row, "status"));
    }

    if (ckp_json_bool(row, "early", false)) {
        return ngx_lo_api_problem(api, 409, "procedure_not_runnable",
                                  "Procedure %s version %s is not effective"
                                  " before %s", b->procedure_id, b->version,
                                  ckp_json_str(row, "effective_date"));
    }

    if (ckp_json_bool(row, "valid", false)) {
        return NGX_OK;
    }

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get, b->procedure_id,
                          b->version)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_birth_broken);
}


static ngx_int_t
ngx_lo_birth_broken(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *errors;
    ngx_lo_birth_t  *b;

    b = api->ctx;
    errors = ngx_lo_compile_errors(json_object_get(ngx_lo_job_row(job, 0),
                                                   "diagnostics"));

    return ngx_lo_api_problem_json(api, 422, "compile_error",
                                   json_sprintf("Procedure %s version %s does"
                                                " not compile",
                                                b->procedure_id, b->version),
                                   json_pack("{s:o}", "errors", errors));
}


static ngx_int_t
ngx_lo_birth_document(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *body;
    ckp_program_t   *prog;
    ngx_lo_birth_t  *b;

    b = api->ctx;
    body = ckp_json_str(ngx_lo_job_row(job, 0), "body");
    prog = NULL;

    if (body != NULL) {
        prog = ngx_lo_program_compile(b->hash, body, strlen(body));
    }

    if (prog == NULL) {
        return ngx_lo_birth_broken(api, job);
    }

    return ngx_lo_birth_give(api, b, prog);
}


/* The program is known: are the inputs what it asks for? */

static ngx_int_t
ngx_lo_birth_give(ngx_lo_api_t *api, ngx_lo_birth_t *b, ckp_program_t *prog)
{
    json_t      *meta, *vars, *errors, *inputs, *start;
    ngx_int_t    rc;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   code;

    vars = NULL;
    errors = NULL;
    start = NULL;
    ngx_lo_uuid(b->run_id);

    meta = ngx_lo_birth_meta(api, b);
    inputs = (b->inputs != NULL) ? json_incref((json_t *) b->inputs)
                                 : json_object();

    code = (meta != NULL && inputs != NULL)
           ? ckp_program_inputs(prog, inputs, meta, api->now_ms, &vars,
                                &errors, &err)
           : CKP_E_NOMEM;

    if (code == CKP_OK) {
        start = json_pack("{s:O, s:O, s:O}", "meta", meta, "inputs", inputs,
                          "vars", vars);
        rc = (start != NULL) ? ngx_lo_birth_run(api, b, prog, start)
                             : NGX_ERROR;

    } else {
        rc = ngx_lo_birth_inputs(api, code, errors, &err);
        errors = NULL;
    }

    json_decref(meta);
    json_decref(inputs);
    json_decref(vars);
    json_decref(errors);
    json_decref(start);

    return rc;
}


static json_t *
ngx_lo_birth_meta(ngx_lo_api_t *api, ngx_lo_birth_t *b)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?}",
                     "run_id", b->run_id,
                     "procedure_id", b->procedure_id,
                     "procedure_version", b->version,
                     "trigger_type", "manual",
                     "triggered_by", api->actor,
                     "actor", api->actor,
                     "project_id", b->project_id,
                     "case_id", b->case_id,
                     "execution_mode", b->mode,
                     "retry_of_run_id", b->retry_of);
}


/* `errors` is stolen. */

static ngx_int_t
ngx_lo_birth_inputs(ngx_lo_api_t *api, ckp_code_t code, json_t *errors,
    const ckp_err_t *err)
{
    if (errors != NULL) {
        return ngx_lo_api_problem_json(api, 422, "invalid_inputs",
                                       json_pack("{s:s, s:O}", "message",
                                                 "Invalid input_vars",
                                                 "errors", errors),
                                       json_pack("{s:o}", "errors", errors));
    }

    if (code == CKP_E_INVALID || code == CKP_E_LIMIT) {
        ngx_lo_input_wrong(api, "body", "input_vars", "invalid", err->msg);
        return ngx_lo_input_problem(api);
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_lo_birth_run(ngx_lo_api_t *api, ngx_lo_birth_t *b, ckp_program_t *prog,
    const json_t *start)
{
    uint8_t       seed[CKP_SEED_LEN];
    ngx_int_t     rc;
    ckp_err_t     err = CKP_ERR_INIT;
    ckp_run_t    *run;
    ckp_turn_t    turn;
    ckp_input_t   in;

    run = ckp_run_new(prog, b->run_id);
    if (run == NULL) {
        return NGX_ERROR;
    }

    ngx_lo_rand_seed(seed);
    ngx_memzero(&in, sizeof(in));
    ngx_memzero(&turn, sizeof(turn));

    in.kind = CKP_IN_START;
    in.now_ms = api->now_ms;
    in.seed = seed;
    in.ref = "";
    in.data = start;

    if (ckp_run_feed(run, &in, &turn, &err) == CKP_OK) {
        rc = ngx_lo_birth_rows(api, b, prog, &turn);

    } else {
        ngx_log_error(NGX_LOG_ERR, api->r->connection->log, 0,
                      "run %s of \"%s\" cannot begin: %s", b->run_id,
                      b->procedure_id, err.msg);
        rc = NGX_ERROR;
    }

    ckp_run_free(run);

    return rc;
}


static ngx_int_t
ngx_lo_birth_rows(ngx_lo_api_t *api, ngx_lo_birth_t *b, ckp_program_t *prog,
    const ckp_turn_t *turn)
{
    json_t          *shown;
    ngx_int_t        rc;
    ngx_lo_job_t    *job;
    const json_t    *raw;
    ngx_lo_trail_t   trail;

    shown = ngx_lo_birth_shown(b->inputs, prog);
    job = ngx_lo_api_job(api, 1);

    if (shown == NULL || job == NULL
        || ngx_lo_birth_answer(api, b, shown) != NGX_OK)
    {
        json_decref(shown);
        return NGX_ERROR;
    }

    raw = (b->inputs != NULL && !json_equal(shown, b->inputs)) ? b->inputs
                                                               : NULL;

    rc = ngx_lo_once_add(api, &b->once, job, NGX_HTTP_CREATED,
                         (const char *) b->answer.data, b->location);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_add,
                            (const char *) b->run_id, b->procedure_id,
                            b->version, b->hash, "created", shown, raw,
                            "manual", api->actor, b->project_id, b->case_id,
                            api->now_ms, b->mode, b->retry_of, api->actor,
                            (int64_t) turn->nevents);
    }

    json_decref(shown);

    if (rc != NGX_OK || ngx_lo_birth_events(b, job, turn) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = (b->retry_of != NULL) ? "retry" : "create";
    trail.description = "Run created";
    trail.resource_type = "run";
    trail.resource_id = b->run_id;

    if (ngx_lo_api_audit(api, job, &trail) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_birth_raced);

    return ngx_lo_api_then(api, job, ngx_lo_birth_done);
}


/* What readers of the run may see of its inputs (spec/api.md 1.15, 4). */

static json_t *
ngx_lo_birth_shown(const json_t *inputs, const ckp_program_t *prog)
{
    void        *next;
    json_t      *v, *all;
    const char  *key;

    if (inputs == NULL) {
        return json_object();
    }

    v = ckp_program_redact(prog, inputs);
    if (v == NULL) {
        return NULL;
    }

    all = json_copy(v);
    json_decref(v);

    for (v = all, next = json_object_iter(v); next != NULL; /* void */) {
        key = json_object_iter_key(next);
        next = json_object_iter_next(v, next);

        if (key[0] == '_' && key[1] == '_') {
            (void) json_object_del(v, key);
        }
    }

    return all;
}


static ngx_int_t
ngx_lo_birth_answer(ngx_lo_api_t *api, ngx_lo_birth_t *b, const json_t *shown)
{
    char     now[CKP_TIME_LEN + 1], *text;
    size_t   len;
    json_t  *v;

    ckp_time_text(api->now_ms, now);

    v = json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:n, s:n, s:n, s:n, s:n,"
                  " s:n, s:n, s:n, s:n, s:n, s:n, s:s, s:s, s:s?, s:s?, s:s,"
                  " s:s, s:s?, s:b, s:s?, s:i, s:s}",
                  "run_id", b->run_id, "procedure_id", b->procedure_id,
                  "procedure_version", b->version, "thread_id", b->run_id,
                  "status", "created", "input_vars", shown, "output_vars",
                  "total_prompt_tokens", "total_completion_tokens",
                  "estimated_cost_usd", "started_at", "ended_at",
                  "duration_seconds", "last_node_id", "last_step_id",
                  "error_message", "parent_run_id", "trigger_type", "manual",
                  "triggered_by", api->actor, "project_id", b->project_id,
                  "case_id", b->case_id, "created_at", now, "updated_at", now,
                  "execution_mode", b->mode, "cancellation_requested", 0,
                  "retry_of_run_id", b->retry_of, "attempt", 1,
                  "created_by", api->actor);

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
    b->location = ngx_lo_api_path(api, "runs", b->run_id, NULL);

    return (b->answer.data != NULL && b->location != NULL) ? NGX_OK
                                                           : NGX_ERROR;
}


static ngx_int_t
ngx_lo_birth_events(ngx_lo_birth_t *b, ngx_lo_job_t *job,
    const ckp_turn_t *turn)
{
    size_t              i;
    const ckp_event_t  *ev;

    for (i = 0; i < turn->nevents; i++) {
        ev = &turn->events[i];

        if (ngx_lo_job_add(job, &ngx_lo_sql_event_add,
                           (const char *) b->run_id, (int64_t) ev->seq,
                           ev->at_ms, ev->type, ev->path, ev->node_id,
                           ev->step_id, ev->attempt ? (int64_t) ev->attempt
                                                    : NGX_LO_NULL,
                           ev->payload, ev->delta)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_birth_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_birth_t  *b;

    b = api->ctx;

    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 1);

    if (ngx_lo_api_set_url(api, "Location", b->location) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_text(api, NGX_HTTP_CREATED, "application/json",
                           &b->answer);
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
