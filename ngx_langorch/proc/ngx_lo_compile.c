/*
 * Documents compiled and drawn, without storing or running (spec/api.md 3.5,
 * 3.9).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_compile.h"
#include "routes/ngx_lo_routes.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_assets.h"


typedef struct {
    ngx_lo_think_t   think;
    json_t          *doc;
    json_t          *told;
} ngx_lo_graphed_t;


static void ngx_lo_compiled_end(void *data);
static bool ngx_lo_compile_secret(void *data, const char *prefix,
    const char *key);
static ngx_int_t ngx_lo_compile_look(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_compile_any_answer(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static json_t *ngx_lo_compile_named(ngx_lo_api_t *api, const json_t *rows,
    const char *member);
static ngx_int_t ngx_lo_compile_environ(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t n, ckp_environment_t *env);
static ngx_int_t ngx_lo_compile_answer(ngx_lo_api_t *api, const json_t *doc,
    const ckp_environment_t *env);
static ngx_int_t ngx_lo_compile_told(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_uint_t ngx_lo_compile_beyond(const json_t *errors);


ngx_int_t
ngx_lo_compile(const json_t *doc, ngx_lo_compiled_t *out)
{
    ngx_int_t        rc;
    ckp_diags_t     *diags;
    ckp_compiler_t  *c;

    ngx_memzero(out, sizeof(ngx_lo_compiled_t));

    rc = NGX_ERROR;
    diags = ckp_diags_new();
    c = (diags != NULL) ? ckp_compiler_new(diags) : NULL;

    if (c != NULL) {
        ckp_compiler_zones(c, ngx_lo_tz, NULL);
        (void) ckp_compiler_add(c, doc);
        rc = ngx_lo_compile_end(c, diags, out);
        ckp_compiler_free(c);
    }

    if (diags != NULL) {
        ckp_diags_free(diags);
    }

    return rc;
}


ngx_int_t
ngx_lo_compile_end(ckp_compiler_t *c, ckp_diags_t *diags,
    ngx_lo_compiled_t *out)
{
    out->prog = ckp_compiler_finish(c);

    if (out->prog != NULL) {
        ckp_program_zones(out->prog, ngx_lo_tz, NULL);
    }

    out->outline = ckp_compiler_outline(c);
    out->pins = ckp_compiler_pins(c);
    out->valid = (ckp_diags_errors(diags) == 0);
    out->all = ckp_diags_json(diags, 'a');
    out->errors = ckp_diags_json(diags, 'e');
    out->warnings = ckp_diags_json(diags, 'w');
    out->beyond = ngx_lo_compile_beyond(out->errors);

    return (out->outline != NULL && out->pins != NULL && out->all != NULL
            && out->errors != NULL && out->warnings != NULL)
           ? NGX_OK : NGX_ERROR;
}


/* What is never stored: CKP006 is a limit of reliability.md 4, CKP017 an id
 * that is none (spec/api.md 1.3, 3.1). */

static ngx_uint_t
ngx_lo_compile_beyond(const json_t *errors)
{
    size_t       i;
    json_t      *e;
    const char  *id;

    json_array_foreach(errors, i, e) {
        id = ckp_json_str(e, "id");

        if (id != NULL && (strcmp(id, "CKP006") == 0
                           || strcmp(id, "CKP017") == 0))
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_lo_compiled_free(ngx_lo_compiled_t *out)
{
    if (out->prog != NULL) {
        ckp_program_unref(out->prog);
    }

    json_decref(out->all);
    json_decref(out->errors);
    json_decref(out->warnings);
    json_decref(out->outline);
    json_decref(out->pins);

    ngx_memzero(out, sizeof(ngx_lo_compiled_t));
}


static void
ngx_lo_compiled_end(void *data)
{
    ngx_lo_compiled_free(data);
}


ngx_lo_compiled_t *
ngx_lo_compiled_new(ngx_lo_api_t *api)
{
    ngx_lo_compiled_t   *out;
    ngx_pool_cleanup_t  *cln;

    out = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_compiled_t));
    cln = ngx_pool_cleanup_add(api->r->pool, 0);

    if (out == NULL || cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_lo_compiled_end;
    cln->data = out;

    return out;
}


json_t *
ngx_lo_compile_errors(const json_t *diagnostics)
{
    size_t       i;
    json_t      *d, *errors;
    const char  *severity;

    errors = json_array();

    json_array_foreach(diagnostics, i, d) {
        severity = ckp_json_str(d, "severity");

        if (severity != NULL && strcmp(severity, "error") == 0) {
            (void) json_array_append(errors, d);
        }
    }

    return errors;
}


/* Whether it has a value; data: rows of ngx_lo_sql_secrets_there by name. */

static bool
ngx_lo_compile_secret(void *data, const char *prefix, const char *key)
{
    const json_t  *row;
    const char    *key_id;

    row = json_object_get(data, key);
    key_id = ckp_json_str(row, "key_id");

    if (key_id != NULL) {
        return !ngx_lo_secrets_locked()
               && strcmp(key_id, ngx_lo_secrets_key_id()) == 0;
    }

    return ngx_lo_secret_env(prefix, key) != NULL;
}


/* What `check_environment` asks of the store, from statement n of a job on. */

static ngx_int_t
ngx_lo_compile_look(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_job_add(job, &ngx_lo_sql_api_agents, NULL, NULL, NULL,
                       api->now_ms)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_secrets_there) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_prompts_there) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_llm_profiles);
}


/* Rows, or a member of each, by name; of the request.  NULL: no memory. */

static json_t *
ngx_lo_compile_named(ngx_lo_api_t *api, const json_t *rows,
    const char *member)
{
    size_t       i;
    json_t      *row, *all;
    const char  *name;

    all = ngx_lo_api_keep(api, json_object());

    json_array_foreach(rows, i, row) {
        name = ckp_json_str(row, "name");

        if (name == NULL
            || json_object_set(all, name, member ? json_object_get(row, member)
                                                 : row) != 0)
        {
            return NULL;
        }
    }

    return all;
}


/* The environment of such a job; its parts are of the request.  NGX_ERROR: no
 * memory. */

static ngx_int_t
ngx_lo_compile_environ(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_uint_t n,
    ckp_environment_t *env)
{
    json_t  *secrets, *prompts, *profiles;

    secrets = ngx_lo_compile_named(api, ngx_lo_job_rows(job, n + 1), NULL);
    prompts = ngx_lo_compile_named(api, ngx_lo_job_rows(job, n + 2),
                                   "versions");

    profiles = ngx_lo_compile_named(api, ngx_lo_job_rows(job, n + 3), NULL);

    if (secrets == NULL || prompts == NULL || profiles == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(env, sizeof(ckp_environment_t));
    env->agents = ngx_lo_api_keep(api, ngx_lo_job_rows_take(job, n));
    env->secret = ngx_lo_compile_secret;
    env->data = secrets;
    env->prompts = prompts;
    env->profiles = profiles;

    return NGX_OK;
}


ngx_int_t
ngx_lo_compile_any_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t     look;
    const json_t  *doc;
    ngx_lo_job_t  *next;

    doc = ngx_lo_input_object(api, "ckp_json", NGX_LO_REQUIRED);
    look = ngx_lo_input_bool(api, "check_environment", 0);
    (void) ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (!look) {
        return ngx_lo_compile_answer(api, doc, NULL);
    }

    next = ngx_lo_api_job(api, 0);

    if (next == NULL || ngx_lo_compile_look(api, next) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, next, ngx_lo_compile_any_answer);
}


static ngx_int_t
ngx_lo_compile_any_answer(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ckp_environment_t  env;

    if (ngx_lo_compile_environ(api, job, 0, &env) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_compile_answer(api,
               ngx_lo_input_object(api, "ckp_json", NGX_LO_REQUIRED), &env);
}


ngx_int_t
ngx_lo_compile_stored_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t  look;

    (void) ngx_lo_input_object(api, "ckp_json", NGX_LO_OPTIONAL);
    look = ngx_lo_input_bool(api, "check_environment", 0);
    (void) ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get,
                       ngx_lo_api_seg(api, "procedure_id"),
                       ngx_lo_api_seg(api, "version"))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return look ? ngx_lo_compile_look(api, job) : NGX_OK;
}


ngx_int_t
ngx_lo_compile_stored_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t          look;
    const json_t       *row, *doc;
    ckp_environment_t   env;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure not found");
    }

    doc = ngx_lo_input_object(api, "ckp_json", NGX_LO_OPTIONAL);
    look = ngx_lo_input_bool(api, "check_environment", 0);

    if (look && ngx_lo_compile_environ(api, job, 1, &env) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_compile_answer(api, (doc != NULL)
                                 ? doc : json_object_get(row, "ckp_json"),
                                 look ? &env : NULL);
}


/* env NULL: the environment is not looked at. */

static ngx_int_t
ngx_lo_compile_answer(ngx_lo_api_t *api, const json_t *doc,
    const ckp_environment_t *env)
{
    ngx_lo_compiled_t  *out;

    /* the document may be a row's, which ends with its job */

    doc = ngx_lo_api_keep(api, json_incref((json_t *) doc));
    out = ngx_lo_compiled_new(api);
    api->ctx = out;

    if (doc == NULL || out == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_compile_all(api, doc, env, out, ngx_lo_compile_told);
}


static ngx_int_t
ngx_lo_compile_told(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t             *v;
    ngx_lo_compiled_t  *out;

    out = api->ctx;

    v = json_pack("{s:b, s:O, s:O}", "valid", (int) out->valid,
                  "errors", out->errors, "warnings", out->warnings);

    if (v != NULL && json_object_update(v, out->outline) != 0) {
        json_decref(v);
        v = NULL;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


ngx_int_t
ngx_lo_compile_graph_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


static void
ngx_lo_graph_work(ngx_lo_think_t *t)
{
    ngx_lo_graphed_t  *g = (ngx_lo_graphed_t *) t;

    g->told = ckp_document_graph(g->doc);
}


static void
ngx_lo_graph_clean(ngx_lo_think_t *t)
{
    ngx_lo_graphed_t  *g = (ngx_lo_graphed_t *) t;

    json_decref(g->doc);
    json_decref(g->told);
}


static ngx_int_t
ngx_lo_graph_answer(ngx_lo_api_t *api, ngx_lo_think_t *t)
{
    json_t            *told;
    ngx_lo_graphed_t  *g = (ngx_lo_graphed_t *) t;

    told = g->told;
    g->told = NULL;

    return ngx_lo_api_json(api, NGX_HTTP_OK, told);
}


ngx_int_t
ngx_lo_compile_graph_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t      *row;
    ngx_lo_graphed_t  *g;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure not found");
    }

    g = ngx_lo_think_new(sizeof(ngx_lo_graphed_t));
    if (g == NULL) {
        return NGX_ERROR;
    }

    g->think.work = ngx_lo_graph_work;
    g->think.clean = ngx_lo_graph_clean;
    g->doc = json_incref(json_object_get(row, "ckp_json"));

    return ngx_lo_api_think(api, &g->think, ngx_lo_think_is_large(g->doc),
                            ngx_lo_graph_answer);
}
