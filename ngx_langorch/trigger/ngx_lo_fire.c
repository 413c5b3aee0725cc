/*
 * The life of a firing: new, looked, born; the transaction is that of
 * ngx_lo_fire_write.c.
 */

#include "run/ngx_lo_program.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_fire_int.h"

#include "trigger/inputs.h"

#define NGX_LO_FIRE_POOL  4096


static ngx_int_t ngx_lo_fire_look(ngx_lo_fire_t *f);
static void ngx_lo_fire_looked(ngx_lo_job_t *job, void *data);
static void ngx_lo_fire_may(ngx_lo_fire_t *f, const json_t *row);
static void ngx_lo_fire_document(ngx_lo_job_t *job, void *data);
static json_t *ngx_lo_fire_meta(ngx_lo_fire_t *f);
static json_t *ngx_lo_fire_self(const ngx_lo_fire_t *f);
static ngx_int_t ngx_lo_fire_inputs(ngx_lo_fire_t *f,
    const ckp_program_t *prog, json_t *start);


static ngx_queue_t  ngx_lo_fires;


ngx_lo_fire_t *
ngx_lo_fire_new(void)
{
    ngx_pool_t     *pool;
    ngx_lo_fire_t  *f;

    pool = ngx_create_pool(NGX_LO_FIRE_POOL, ngx_cycle->log);

    if (pool == NULL) {
        return NULL;
    }

    f = ngx_pcalloc(pool, sizeof(ngx_lo_fire_t));

    if (f == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    f->pool = pool;
    f->due_at = NGX_LO_NULL;

    if (ngx_lo_fires.next == NULL) {
        ngx_queue_init(&ngx_lo_fires);
    }

    ngx_queue_insert_tail(&ngx_lo_fires, &f->link);

    return f;
}


const char *
ngx_lo_fire_text(ngx_lo_fire_t *f, const char *s)
{
    size_t   len;
    u_char  *p;

    if (s == NULL) {
        return NULL;
    }

    len = strlen(s) + 1;
    p = ngx_pnalloc(f->pool, len);

    if (p != NULL) {
        ngx_memcpy(p, s, len);
    }

    return (const char *) p;
}


void
ngx_lo_fire_free(ngx_lo_fire_t *f)
{
    ngx_queue_remove(&f->link);

    if (f->job != NULL) {
        ngx_lo_job_forget(f->job);
    }

    json_decref(f->row);
    json_decref(f->came);
    json_decref(f->given);
    json_decref(f->errors);
    json_decref((json_t *) f->b.inputs);
    json_decref(f->b.gate.gate);

    ngx_destroy_pool(f->pool);
}


void
ngx_lo_fire_forget(void *fire)
{
    ngx_lo_fire_t  *f = fire;

    f->done = NULL;
    f->also = NULL;
}


void
ngx_lo_fire_stop(void)
{
    ngx_queue_t  *q;

    while (ngx_lo_fires.next != NULL && !ngx_queue_empty(&ngx_lo_fires)) {
        q = ngx_queue_head(&ngx_lo_fires);
        ngx_lo_fire_free(ngx_queue_data(q, ngx_lo_fire_t, link));
    }
}


ngx_int_t
ngx_lo_fire_start(ngx_lo_fire_t *f, ngx_lo_fired_pt done, void *data)
{
    f->done = done;
    f->data = data;
    f->b.now_ms = ngx_lo_now_ms();

    if (ngx_lo_fire_look(f) != NGX_OK) {
        ngx_lo_fire_free(f);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* The version, and its registration unless whoever fires has it. */

static ngx_int_t
ngx_lo_fire_look(ngx_lo_fire_t *f)
{
    char           today[CKP_TIME_LEN + 1];
    ngx_lo_job_t  *job;

    ckp_time_text(f->b.now_ms, today);
    today[10] = '\0';

    job = ngx_lo_fire_job(0);

    if (job == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_run,
                          f->procedure_id, f->version, (const char *) NULL,
                          (const char *) today);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_of, f->procedure_id,
                          f->version);

    ngx_lo_fire_submit(f, job, ngx_lo_fire_looked);

    return NGX_OK;
}


static void
ngx_lo_fire_looked(ngx_lo_job_t *job, void *data)
{
    ngx_lo_fire_t  *f = data;

    const json_t  *row;

    f->job = NULL;

    if (ngx_lo_fire_failed(f, job)) {
        return;
    }

    row = ngx_lo_job_row(job, 0);

    if (row == NULL && (f->next_at != 0 || f->backfill != 0)) {
        ngx_lo_fire_say(f, "There is no such version");
        ngx_lo_fire_refuse(f, NGX_LO_FIRE_NOT_RUNNABLE);
        return;
    }

    if (row == NULL) {
        ngx_lo_fire_end(f, NGX_LO_FIRE_UNKNOWN);
        return;
    }

    if (f->row == NULL) {
        f->row = json_incref((json_t *) ngx_lo_job_row(job, 1));
    }

    f->b.hash = ngx_lo_fire_text(f, ckp_json_str(row, "content_hash"));
    f->b.procedure_id = f->procedure_id;
    f->b.version = f->version;
    f->b.mode = ngx_lo_fire_text(f, ckp_json_str(row, "execution_mode"));
    f->b.project_id = ckp_json_str(json_object_get(f->row, "settings"),
                                   "project_id");

    if (f->b.project_id == NULL) {
        f->b.project_id = ngx_lo_fire_text(f, ckp_json_str(row,
                                                           "project_id"));
    }

    if (f->b.hash == NULL) {
        ngx_lo_fire_end(f, NGX_LO_FIRE_ERROR);
        return;
    }

    ngx_lo_fire_may(f, row);
}


static void
ngx_lo_fire_may(ngx_lo_fire_t *f, const json_t *row)
{
    ngx_lo_job_t   *job;
    ckp_program_t  *prog;

    f->code = "procedure_not_runnable";

    if (ckp_json_bool(row, "refused", false)) {
        ngx_lo_fire_say(f, "Procedure %s version %s is %s", f->procedure_id,
                        f->version, ckp_json_str(row, "status"));
        ngx_lo_fire_refuse(f, NGX_LO_FIRE_NOT_RUNNABLE);
        return;
    }

    if (ckp_json_bool(row, "early", false)) {
        ngx_lo_fire_say(f, "Procedure %s version %s is not effective before"
                        " %s", f->procedure_id, f->version,
                        ckp_json_str(row, "effective_date"));
        ngx_lo_fire_refuse(f, NGX_LO_FIRE_NOT_RUNNABLE);
        return;
    }

    prog = ckp_json_bool(row, "valid", false) ? ngx_lo_program_get(f->b.hash)
                                              : NULL;

    if (prog != NULL) {
        ngx_lo_fire_bear(f, prog);
        return;
    }

    /* one that does not compile is compiled again, for what is wrong with it */

    job = ngx_lo_fire_job(0);

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_document, f->b.hash);
        (void) ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get,
                              f->procedure_id, f->version);
    }

    ngx_lo_fire_submit(f, job, ngx_lo_fire_document);
}


static void
ngx_lo_fire_document(ngx_lo_job_t *job, void *data)
{
    ngx_lo_fire_t  *f = data;

    const char     *body;
    const json_t   *row;
    ckp_program_t  *prog;

    f->job = NULL;

    if (ngx_lo_fire_failed(f, job)) {
        return;
    }

    body = ckp_json_str(ngx_lo_job_row(job, 0), "body");
    row = ngx_lo_job_row(job, 1);
    prog = NULL;

    if (body != NULL && ckp_json_bool(row, "valid", false)) {
        prog = ngx_lo_program_compile(f->b.hash, body, strlen(body));
    }

    if (prog != NULL) {
        ngx_lo_fire_bear(f, prog);
        return;
    }

    f->code = "compile_error";
    f->errors = ngx_lo_compile_errors(json_object_get(row, "diagnostics"));
    ngx_lo_fire_say(f, "Procedure %s version %s does not compile",
                    f->procedure_id, f->version);
    ngx_lo_fire_refuse(f, NGX_LO_FIRE_NOT_RUNNABLE);
}


/* --- born ------------------------------------------------------------------- */


void
ngx_lo_fire_bear(ngx_lo_fire_t *f, ckp_program_t *prog)
{
    json_t     *meta, *start;
    ngx_int_t   rc;

    ngx_lo_uuid(f->b.run_id);

    meta = ngx_lo_fire_meta(f);
    start = (meta != NULL) ? json_pack("{s:o}", "meta", meta) : NULL;

    rc = (start != NULL) ? ngx_lo_fire_inputs(f, prog, start) : NGX_ERROR;

    if (rc == NGX_OK) {
        rc = ngx_lo_fire_write(f, prog, start);
    }

    json_decref(start);

    if (rc == NGX_DECLINED) {
        ngx_lo_fire_refuse(f, NGX_LO_FIRE_INVALID);

    } else if (rc != NGX_OK) {
        ngx_lo_fire_end(f, NGX_LO_FIRE_ERROR);
    }
}


static json_t *
ngx_lo_fire_meta(ngx_lo_fire_t *f)
{
    json_t  *meta;

    f->b.trigger_type = f->type;
    f->b.triggered_by = f->by;
    f->b.actor = f->actor;

    (void) json_object_set_new(f->came, "type", json_string(f->type));

    if (f->row != NULL) {
        (void) json_object_set(f->came, "id", json_object_get(f->row, "id"));
    }

    meta = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:O}",
                     "run_id", f->b.run_id,
                     "self", ngx_lo_fire_self(f),
                     "procedure_id", f->procedure_id,
                     "procedure_version", f->version,
                     "trigger_type", f->type,
                     "triggered_by", f->by,
                     "actor", f->actor,
                     "project_id", f->b.project_id,
                     "execution_mode", f->b.mode,
                     "trigger", f->came);

    if (meta != NULL && f->row != NULL) {
        (void) json_object_set(meta, "trigger_id",
                               json_object_get(f->row, "id"));
    }

    return meta;
}


/* A trigger has no request to learn from what the site is called: the site says
 * it, or whoever registered the trigger knew. */

static json_t *
ngx_lo_fire_self(const ngx_lo_fire_t *f)
{
    const char          *known;
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_lo_conf();
    known = (f->self != NULL) ? f->self : ckp_json_str(f->row, "self");

    if (mcf->base_url.len == 0 && known != NULL) {
        return json_string(known);
    }

    return json_sprintf("%.*s%.*s", (int) mcf->base_url.len,
                        mcf->base_url.data, (int) mcf->mount.len,
                        mcf->mount.data);
}


/* What is asked for by hand is not mapped. */

static json_t *
ngx_lo_fire_settings(const ngx_lo_fire_t *f)
{
    json_t  *settings;

    settings = json_object_get(f->row, "settings");

    return f->by_hand ? json_pack("{s:O*}", "input_vars",
                                  json_object_get(settings, "input_vars"))
                      : json_incref(settings);
}


/* NGX_DECLINED: they are wrong, and it is told why. */

static ngx_int_t
ngx_lo_fire_inputs(ngx_lo_fire_t *f, const ckp_program_t *prog, json_t *start)
{
    json_t      *settings, *inputs, *vars;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   code;

    vars = NULL;
    settings = ngx_lo_fire_settings(f);

    code = ckp_trigger_inputs(settings, f->came, f->given, f->b.now_ms,
                              &inputs, &err);
    json_decref(settings);

    if (code == CKP_OK) {
        json_decref((json_t *) f->b.inputs);
        f->b.inputs = inputs;
        (void) json_object_set(start, "inputs", inputs);

        code = ckp_program_inputs(prog, inputs, json_object_get(start, "meta"),
                                  f->b.now_ms, &vars, &f->errors, &err);
    }

    if (code == CKP_OK) {
        return json_object_set_new(start, "vars", vars) == 0 ? NGX_OK
                                                             : NGX_ERROR;
    }

    if (code == CKP_E_INVALID || code == CKP_E_LIMIT) {
        ngx_lo_fire_say(f, "%s", err.msg[0] ? err.msg : "Invalid input_vars");
        return NGX_DECLINED;
    }

    return NGX_ERROR;
}
