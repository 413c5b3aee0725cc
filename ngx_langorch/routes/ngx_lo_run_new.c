/*
 * A run is born: its program, its inputs, its first event (spec/api.md 4.1).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "proc/ngx_lo_compile.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "run/ngx_lo_program.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_assets.h"


static ngx_int_t ngx_lo_birth_refuse(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    const json_t *row);
static ngx_int_t ngx_lo_birth_broken(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_document(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_birth_give(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    ckp_program_t *prog);
static ngx_int_t ngx_lo_birth_vars(ngx_lo_api_t *api,
    const ckp_program_t *prog, json_t *start);
static ngx_int_t ngx_lo_birth_point(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    const ckp_program_t *prog, json_t *start);
static json_t *ngx_lo_birth_meta(ngx_lo_api_t *api, ngx_lo_birth_t *b);
static ngx_int_t ngx_lo_birth_inputs(ngx_lo_api_t *api, ckp_code_t code,
    json_t *errors, const ckp_err_t *err);
static ngx_int_t ngx_lo_birth_run(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    ckp_program_t *prog, const json_t *start);


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


/* The program is known: are the inputs what it asks for, or does the state fit
 * that it begins with? */

static ngx_int_t
ngx_lo_birth_give(ngx_lo_api_t *api, ngx_lo_birth_t *b, ckp_program_t *prog)
{
    json_t     *meta, *inputs, *start;
    ngx_int_t   rc;

    start = NULL;
    ngx_lo_uuid(b->run_id);

    meta = ngx_lo_birth_meta(api, b);
    inputs = (b->inputs != NULL) ? json_incref((json_t *) b->inputs)
                                 : json_object();

    if (meta == NULL || inputs == NULL) {
        rc = NGX_ERROR;

    } else {
        start = json_pack("{s:O, s:O}", "meta", meta, "inputs", inputs);
        rc = (b->point != NULL) ? ngx_lo_birth_point(api, b, prog, start)
                                : ngx_lo_birth_vars(api, prog, start);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_birth_run(api, b, prog, start);
    }

    json_decref(meta);
    json_decref(inputs);
    json_decref(start);

    return rc;
}


/* start.vars, or the refusal. */

static ngx_int_t
ngx_lo_birth_vars(ngx_lo_api_t *api, const ckp_program_t *prog, json_t *start)
{
    json_t      *vars, *errors;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   code;

    vars = NULL;
    errors = NULL;

    code = ckp_program_inputs(prog, json_object_get(start, "inputs"),
                              json_object_get(start, "meta"), api->now_ms,
                              &vars, &errors, &err);

    if (code != CKP_OK) {
        return ngx_lo_birth_inputs(api, code, errors, &err);
    }

    return json_object_set_new(start, "vars", vars) == 0 ? NGX_OK : NGX_ERROR;
}


/* start.from; `vars` is for whoever looks at what the run was given. */

static ngx_int_t
ngx_lo_birth_point(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    const ckp_program_t *prog, json_t *start)
{
    json_t          *from, *vars;
    ngx_int_t        rc;
    const json_t    *state;
    ngx_lo_point_t  *p;

    p = b->point;

    rc = ngx_lo_point_fits(api, p, prog, NULL);
    if (rc != NGX_OK) {
        return rc;
    }

    state = json_object_get(p->row, "state");
    vars = json_copy(json_object_get(state, "input"));

    from = json_pack("{s:O, s:O, s:s*, s:O*}", "checkpoint_id",
                     json_object_get(p->row, "checkpoint_id"), "state", state,
                     "node", ngx_lo_point_node(p), "vars", p->vars);

    if (vars == NULL || from == NULL
        || (p->vars != NULL && json_object_update(vars, (json_t *) p->vars)))
    {
        json_decref(vars);
        json_decref(from);
        return NGX_ERROR;
    }

    return json_object_set_new(start, "vars", vars) == 0
           && json_object_set_new(start, "from", from) == 0
           ? NGX_OK : NGX_ERROR;
}


static json_t *
ngx_lo_birth_meta(ngx_lo_api_t *api, ngx_lo_birth_t *b)
{
    char          parent[CKP_PARENT_LEN + 1];
    ngx_str_t     base, *mount;
    ckp_trace_t   trace;
    ngx_uint_t    traced;

    /* callbacks come to the surface of procedures, whoever began the run */

    mount = (b->family != NULL) ? &ngx_lo_conf()->mount : &api->conf->mount;

    if (ngx_lo_api_base(api, &base) != NGX_OK) {
        return NULL;
    }

    traced = ckp_trace_read(ngx_lo_api_header(api, "traceparent"), &trace);

    if (traced) {
        ckp_trace_text(&trace, parent);
    }

    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?,"
                     " s:s?, s:s*}",
                     "run_id", b->run_id,
                     "self", json_sprintf("%.*s%.*s", (int) base.len,
                                          base.data, (int) mount->len,
                                          mount->data),
                     "procedure_id", b->procedure_id,
                     "procedure_version", b->version,
                     "trigger_type", "manual",
                     "triggered_by", api->actor,
                     "actor", api->actor,
                     "project_id", b->project_id,
                     "case_id", b->case_id,
                     "execution_mode", b->mode,
                     "retry_of_run_id", b->retry_of,
                     "traceparent", traced ? parent : NULL);
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
    json_t       *gate;
    ngx_int_t     rc;
    ckp_err_t     err = CKP_ERR_INIT;
    ckp_code_t    code;
    ckp_run_t    *run;
    ckp_turn_t    turn;

    code = ckp_program_gate(prog, start, api->now_ms, &gate, &err);
    b->gate.gate = ngx_lo_api_keep(api, gate);

    if (code != CKP_OK) {
        return ngx_lo_birth_inputs(api, code, NULL, &err);
    }

    run = ckp_run_new(prog, b->run_id);
    if (run == NULL) {
        return NGX_ERROR;
    }

    b->kept = 0;
    b->now_ms = api->now_ms;
    code = ngx_lo_birth_feed(b, run, start, &turn, &err);

    if (code == CKP_OK) {
        rc = ngx_lo_birth_rows(api, b, run, prog, &turn);

    } else if (code == CKP_E_LIMIT || code == CKP_E_INVALID) {
        rc = ngx_lo_birth_inputs(api, code, NULL, &err);

    } else {
        ngx_log_error(NGX_LOG_ERR, api->r->connection->log, 0,
                      "run %s of \"%s\" cannot begin: %s", b->run_id,
                      b->procedure_id, err.msg);
        rc = NGX_ERROR;
    }

    if (!b->kept) {
        ckp_run_free(run);
    }

    return rc;
}
