/*
 * A run goes on (spec/api.md 4.6): one that was held, one that waits for a
 * workflow, or one that is set back to a point; spec/ckp.md 21, 31.2.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "control/ngx_lo_point.h"
#include "routes/ngx_lo_routes.h"
#include "run/ngx_lo_program.h"


typedef struct {
    ngx_lo_point_t  *point;
    const json_t    *run;           /* of ngx_lo_sql_point_run */
    const char      *kind;          /* of the word in the inbox */
} ngx_lo_resume_t;


static const char *ngx_lo_resume_kind(const ngx_lo_resume_t *re);
static ngx_int_t ngx_lo_resume_document(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_resume_with(ngx_lo_api_t *api, ngx_lo_resume_t *re,
    const ckp_program_t *prog);
static ngx_int_t ngx_lo_resume_word(ngx_lo_api_t *api, ngx_lo_resume_t *re,
    ngx_lo_job_t *job, const json_t *data);


ngx_int_t
ngx_lo_runs_resume_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char       *run;
    ngx_lo_resume_t  *re;

    re = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_resume_t));
    if (re == NULL) {
        return NGX_ERROR;
    }

    api->ctx = re;
    re->point = ngx_lo_point_read(api);

    if (re->point == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    run = ngx_lo_api_seg(api, "run_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_point_run, run) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_point_add(re->point, job, run);
}


ngx_int_t
ngx_lo_runs_resume_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char       *hash;
    const json_t     *row;
    ckp_program_t    *prog;
    ngx_lo_resume_t  *re;

    re = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    re->run = ngx_lo_api_keep(api, json_incref((json_t *) row));

    if (re->run == NULL
        || ngx_lo_point_take(api, re->point, job, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    re->kind = ngx_lo_resume_kind(re);

    if (re->kind == NULL) {
        return ngx_lo_hold_not(api, ckp_json_str(re->run, "status"));
    }

    /* what only goes on does so where it stands */

    if (strcmp(re->kind, "checkpoint") != 0) {
        re->point->row = NULL;
    }

    hash = ckp_json_str(re->run, "doc_hash");
    prog = (hash != NULL) ? ngx_lo_program_get(hash) : NULL;

    if (prog != NULL) {
        return ngx_lo_resume_with(api, re, prog);
    }

    job = ngx_lo_api_job(api, 0);

    if (job == NULL || hash == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_claim_document, hash) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_resume_document);
}


/* What the request means for a run in that state; NULL: nothing. */

static const char *
ngx_lo_resume_kind(const ngx_lo_resume_t *re)
{
    const char  *status, *waits;

    status = ckp_json_str(re->run, "status");
    waits = ckp_json_str(re->run, "waiting_for");

    if (status == NULL) {
        return NULL;
    }

    if (strcmp(status, "failed") == 0) {
        return "checkpoint";
    }

    if (strcmp(status, "paused") != 0) {
        return NULL;
    }

    if (ngx_lo_point_asked(re->point)) {
        return "checkpoint";
    }

    if (waits != NULL && strcmp(waits, "operator") == 0) {
        return "operator";
    }

    return (waits != NULL && strcmp(waits, "callback") == 0) ? "callback"
                                                             : NULL;
}


static ngx_int_t
ngx_lo_resume_document(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char       *body;
    ckp_program_t    *prog;
    ngx_lo_resume_t  *re;

    re = api->ctx;
    body = ckp_json_str(ngx_lo_job_row(job, 0), "body");

    prog = (body != NULL)
           ? ngx_lo_program_compile(ckp_json_str(re->run, "doc_hash"), body,
                                    strlen(body))
           : NULL;

    return (prog != NULL) ? ngx_lo_resume_with(api, re, prog) : NGX_ERROR;
}


static ngx_int_t
ngx_lo_resume_with(ngx_lo_api_t *api, ngx_lo_resume_t *re,
    const ckp_program_t *prog)
{
    json_t        *data;
    ngx_int_t      rc;
    ngx_lo_job_t  *job;

    if (strcmp(re->kind, "checkpoint") == 0 && re->point->row == NULL
        && !ngx_lo_point_asked(re->point))
    {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Checkpoint not found");
    }

    rc = ngx_lo_point_fits(api, re->point, prog,
                           json_object_get(re->run, "inputs"));
    if (rc != NGX_OK) {
        return rc;
    }

    job = ngx_lo_api_job(api, 1);
    data = json_pack("{s:s, s:s, s:s*, s:O*}", "kind", re->kind,
                     "actor", api->actor,
                     "node", ngx_lo_point_node(re->point),
                     "vars", re->point->vars);

    rc = (job != NULL && data != NULL)
         ? ngx_lo_resume_word(api, re, job, data) : NGX_ERROR;

    json_decref(data);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_hold_done) : rc;
}


/* Its row, the word, the audit. */

static ngx_int_t
ngx_lo_resume_word(ngx_lo_api_t *api, ngx_lo_resume_t *re, ngx_lo_job_t *job,
    const json_t *data)
{
    json_t      *meta;
    ngx_int_t    rc;
    const char  *run, *point, *status;

    run = ngx_lo_api_seg(api, "run_id");
    status = ckp_json_str(re->run, "status");
    point = (re->point->row != NULL)
            ? ckp_json_str(re->point->row, "checkpoint_id") : NULL;

    if (point != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_point_back, run, api->now_ms,
                            status);

        /* one that was held has its place */

        if (rc == NGX_OK && ngx_lo_run_is_final(status)) {
            rc = ngx_lo_job_add(job, &ngx_lo_sql_gate_wait, run);
        }

        if (rc == NGX_OK) {
            rc = ngx_lo_job_add(job, &ngx_lo_sql_point_word, run, data, point,
                                api->now_ms);
        }

    } else {
        rc = ngx_lo_job_add(job, re->kind[0] == 'o'
                                 ? &ngx_lo_sql_api_run_resume
                                 : &ngx_lo_sql_point_callback,
                            run, api->now_ms);

        if (rc == NGX_OK) {
            rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_add, run, "resume",
                                NULL, data, api->now_ms);
        }
    }

    meta = json_pack("{s:s, s:s, s:s*, s:s*}", "kind", re->kind,
                     "actor", api->actor, "checkpoint_id", point,
                     "node", ngx_lo_point_node(re->point));

    if (rc == NGX_OK) {
        rc = (meta != NULL) ? ngx_lo_hold_add(api, job, "resume", meta)
                            : NGX_ERROR;
    }

    json_decref(meta);

    return rc;
}
