/*
 * Runs listed and shown; their checkpoints (spec/api.md 4.2, 4.3, 4.11).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "run/ngx_lo_program.h"
#include "store/ngx_lo_sql_api.h"


/* What the list is asked for, as its statement takes it. */

typedef struct {
    ngx_lo_page_t   page;
    const char     *procedure_id;
    const char     *version;
    const char     *project_id;
    const char     *case_id;
    const char     *status;         /* one, or ",a,b," */
    const char     *trigger_type;
    const char     *parent;
    int64_t         from;
    int64_t         to;
    const char     *prefix;
    const char     *part;
    ngx_uint_t      which;          /* index of the statement */
} ngx_lo_run_filter_t;


static void ngx_lo_run_filter_read(ngx_lo_api_t *api, ngx_lo_run_filter_t *f);
static void ngx_lo_run_filter_status(ngx_lo_api_t *api,
    ngx_lo_run_filter_t *f);
static ngx_int_t ngx_lo_checkpoint_document(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static json_t *ngx_lo_checkpoint_json(const json_t *row,
    const ckp_program_t *prog);


ngx_uint_t
ngx_lo_run_is_final(const char *status)
{
    return status != NULL && (strcmp(status, "completed") == 0
                              || strcmp(status, "failed") == 0
                              || strcmp(status, "canceled") == 0);
}


ngx_int_t
ngx_lo_run_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Run not found");
}


ngx_int_t
ngx_lo_run_found(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return (ngx_lo_job_row(job, 0) != NULL) ? NGX_OK : ngx_lo_run_404(api);
}


ngx_int_t
ngx_lo_runs_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t             rc;
    ngx_lo_run_filter_t  *f;

    f = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_run_filter_t));
    if (f == NULL) {
        return NGX_ERROR;
    }

    api->ctx = f;

    ngx_lo_run_filter_read(api, f);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_runs[f->which][f->page.asc],
                        f->procedure_id, f->version, f->project_id, f->case_id,
                        f->status, f->trigger_type, f->parent, f->from, f->to,
                        f->prefix, f->part, f->page.at, f->page.id,
                        f->page.limit + 1, f->page.offset);

    if (rc == NGX_OK && f->page.total) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_runs_count[f->which],
                            f->procedure_id, f->version, f->project_id,
                            f->case_id, f->status, f->trigger_type, f->parent,
                            f->from, f->to, f->prefix, f->part);
    }

    return rc;
}


static void
ngx_lo_run_filter_read(ngx_lo_api_t *api, ngx_lo_run_filter_t *f)
{
    const char  *q;

    ngx_lo_page_read(api, &f->page, 0, 1000, 100);

    f->procedure_id = ngx_lo_query_str(api, "procedure_id");
    f->version = ngx_lo_query_str(api, "procedure_version");
    f->project_id = ngx_lo_query_str(api, "project_id");
    f->case_id = ngx_lo_query_str(api, "case_id");
    f->parent = ngx_lo_query_str(api, "parent_run_id");
    f->from = ngx_lo_query_time(api, "created_from");
    f->to = ngx_lo_query_time(api, "created_to");

    f->trigger_type = ngx_lo_query_word(api, "trigger_type", "manual|scheduled|"
                                        "webhook|event|file_watch");

    q = ngx_lo_query_str(api, "q");
    f->prefix = ngx_lo_like(api, q, 0);
    f->part = ngx_lo_like(api, q, 1);

    ngx_lo_run_filter_status(api, f);
}


/* The filter that an index serves: one parent, one procedure, one state. */

static void
ngx_lo_run_filter_status(ngx_lo_api_t *api, ngx_lo_run_filter_t *f)
{
    char    *list;
    size_t   len;

    list = ngx_lo_word_list(api, ngx_lo_query_str(api, "status"), 1);
    len = (list != NULL) ? strlen(list) : 0;

    f->status = list;
    f->which = (f->parent != NULL) ? 3 : (f->procedure_id != NULL) ? 1 : 0;

    if (len > 2 && strcspn(list + 1, ",") == len - 2 && f->which == 0) {
        list[len - 1] = '\0';
        f->status = list + 1;
        f->which = 2;
    }
}


ngx_int_t
ngx_lo_runs_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t               *rows;
    ngx_lo_run_filter_t  *f;

    f = api->ctx;
    rows = ngx_lo_job_rows_take(job, 0);

    if (ngx_lo_page_cut(api, &f->page, rows, "created_at") != NGX_OK
        || ngx_lo_page_total(api, &f->page, job, 1) != NGX_OK)
    {
        json_decref(rows);
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}


ngx_int_t
ngx_lo_runs_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_run_get,
                          ngx_lo_api_seg(api, "run_id"));
}


ngx_int_t
ngx_lo_runs_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref((json_t *) row));
}


ngx_int_t
ngx_lo_runs_checkpoints_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *run;

    run = ngx_lo_api_seg(api, "run_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_run_known, run) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_checkpoints, run);
}


ngx_int_t
ngx_lo_runs_checkpoints_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t  rc;

    rc = ngx_lo_run_found(api, job);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 1));
}


ngx_int_t
ngx_lo_runs_checkpoint_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *run;

    run = ngx_lo_api_seg(api, "run_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_run_known, run) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_checkpoint_get, run,
                          ngx_lo_api_seg(api, "checkpoint_id"));
}


ngx_int_t
ngx_lo_runs_checkpoint_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t       rc;
    const char     *hash;
    const json_t   *row;
    ckp_program_t  *prog;

    rc = ngx_lo_run_found(api, job);
    if (rc != NGX_OK) {
        return rc;
    }

    row = ngx_lo_job_row(job, 1);
    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Checkpoint not found");
    }

    api->ctx = ngx_lo_api_keep(api, json_incref((json_t *) row));
    hash = ckp_json_str(row, "doc_hash");

    if (api->ctx == NULL || hash == NULL) {
        return NGX_ERROR;
    }

    prog = ngx_lo_program_get(hash);

    if (prog != NULL) {
        return ngx_lo_api_json(api, NGX_HTTP_OK,
                               ngx_lo_checkpoint_json(row, prog));
    }

    /* what may be shown is for the program to say */

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_claim_document, hash) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_checkpoint_document);
}


static ngx_int_t
ngx_lo_checkpoint_document(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char     *body;
    const json_t   *row;
    ckp_program_t  *prog;

    row = api->ctx;
    body = ckp_json_str(ngx_lo_job_row(job, 0), "body");

    prog = (body != NULL)
           ? ngx_lo_program_compile(ckp_json_str(row, "doc_hash"), body,
                                    strlen(body))
           : NULL;

    if (prog == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           ngx_lo_checkpoint_json(row, prog));
}


static json_t *
ngx_lo_checkpoint_json(const json_t *row, const ckp_program_t *prog)
{
    json_t       *values, *meta;
    ngx_uint_t    i;

    static const char *const  members[] = {
        "seq", "parent_id", "node_id", "path", "reason", "name", "created_at"
    };

    values = ckp_program_redact(prog, json_object_get(row, "state"));
    meta = json_object();

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        (void) json_object_set(meta, members[i],
                               json_object_get(row, members[i]));
    }

    return json_pack("{s:O, s:O, s:o, s:o, s:[], s:{}}",
                     "checkpoint_id", json_object_get(row, "checkpoint_id"),
                     "thread_id", json_object_get(row, "thread_id"),
                     "channel_values", values, "metadata", meta,
                     "pending_writes", "versions_seen");
}
