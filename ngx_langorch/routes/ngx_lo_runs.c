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

/* So much of a run's id few others have: they were born within a minute. */
#define NGX_LO_RUN_ID_FEW  8


/* What the list is asked for, as its statements take it. */

typedef struct {
    ngx_lo_page_t      page;
    const char        *procedure_id;
    const char        *version;
    const char        *project_id;
    const char        *case_id;
    const char        *states;      /* ",a,b," */
    const char        *state;       /* when it is one */
    const char        *trigger_type;
    const char        *parent;
    const json_t      *within;      /* NULL: the whole site */
    int64_t            from;
    int64_t            to;
    const char        *prefix;      /* for LIKE */
    const char        *part;
    const char        *few;         /* the prefix of few ids, or NULL */
    int64_t            many;        /* 1: many ids have it */
    int64_t            at;          /* rows beyond this place */
    int64_t            id;
    ngx_lo_runs_by_t   by;
} ngx_lo_run_filter_t;


static void ngx_lo_run_filter_read(ngx_lo_api_t *api, ngx_lo_run_filter_t *f);
static void ngx_lo_run_filter_state(ngx_lo_api_t *api, ngx_lo_run_filter_t *f);
static void ngx_lo_run_filter_text(ngx_lo_api_t *api, ngx_lo_run_filter_t *f);
static void ngx_lo_run_filter_place(ngx_lo_run_filter_t *f);
static ngx_lo_runs_by_t ngx_lo_run_filter_by(const ngx_lo_run_filter_t *f);
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

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_runs[f->by][f->page.asc],
                        f->procedure_id, f->version, f->project_id, f->case_id,
                        f->states, f->state, f->trigger_type, f->parent,
                        f->from, f->to, f->prefix, f->part, f->few, f->many,
                        f->within, f->at, f->id, f->page.limit + 1,
                        f->page.offset);

    if (rc != NGX_OK || !f->page.total) {
        return rc;
    }

    if (f->by == NGX_LO_RUNS_ANY && f->version == NULL) {
        return ngx_lo_job_add(job, &ngx_lo_sql_api_runs_all_count, f->from,
                              f->to);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_runs[f->by][NGX_LO_RUNS_COUNT],
                          f->procedure_id, f->version, f->project_id,
                          f->case_id, f->states, f->state, f->trigger_type,
                          f->parent, f->from, f->to, f->prefix, f->part,
                          f->few, f->many, f->within);
}


static void
ngx_lo_run_filter_read(ngx_lo_api_t *api, ngx_lo_run_filter_t *f)
{
    ngx_lo_page_read(api, &f->page, 0, 1000, 100);

    f->within = ngx_lo_api_projects(api);
    f->procedure_id = ngx_lo_query_str(api, "procedure_id");
    f->version = ngx_lo_query_str(api, "procedure_version");
    f->project_id = ngx_lo_query_str(api, "project_id");
    f->case_id = ngx_lo_query_str(api, "case_id");
    f->parent = ngx_lo_query_str(api, "parent_run_id");
    f->from = ngx_lo_query_time(api, "created_from");
    f->to = ngx_lo_query_time(api, "created_to");

    f->trigger_type = ngx_lo_query_word(api, "trigger_type", "manual|scheduled|"
                                        "webhook|event|file_watch");

    ngx_lo_run_filter_state(api, f);
    ngx_lo_run_filter_text(api, f);
    ngx_lo_run_filter_place(f);

    f->by = ngx_lo_run_filter_by(f);
}


static void
ngx_lo_run_filter_state(ngx_lo_api_t *api, ngx_lo_run_filter_t *f)
{
    char    *one;
    size_t   len;

    f->states = ngx_lo_word_list(api, ngx_lo_query_str(api, "status"), 1);
    len = (f->states != NULL) ? strlen(f->states) : 0;

    if (len > 2 && strcspn(f->states + 1, ",") == len - 2) {

        one = ngx_pnalloc(api->r->pool, len - 1);

        if (one != NULL) {
            ngx_memcpy(one, f->states + 1, len - 2);
            one[len - 2] = '\0';
            f->state = one;
        }
    }
}


/* A part of a procedure's id; of a run's the first digits, of which all that
 * are alive share some. */

static void
ngx_lo_run_filter_text(ngx_lo_api_t *api, ngx_lo_run_filter_t *f)
{
    size_t       len;
    u_char      *low;
    const char  *q;

    q = ngx_lo_query_str(api, "q");
    f->prefix = ngx_lo_like(api, q, 0);
    f->part = ngx_lo_like(api, q, 1);

    if (f->prefix == NULL || strspn(q, "0123456789abcdefABCDEF-") != strlen(q))
    {
        return;
    }

    len = strlen(q);
    f->many = (len < NGX_LO_RUN_ID_FEW && *q == '0');
    low = f->many ? NULL : ngx_pnalloc(api->r->pool, len + 1);

    if (low != NULL) {
        ngx_strlow(low, (u_char *) q, len);
        low[len] = '\0';
        f->few = (char *) low;
    }
}


static void
ngx_lo_run_filter_place(ngx_lo_run_filter_t *f)
{
    f->from = (f->from == NGX_LO_NULL) ? 0 : f->from;
    f->to = (f->to == NGX_LO_NULL) ? INT64_MAX : f->to;
    f->at = f->page.at;
    f->id = f->page.id;

    if (f->page.asc && (f->at == NGX_LO_NULL || f->at < f->from)) {
        f->at = f->from;
        f->id = -1;

    } else if (!f->page.asc && (f->at == NGX_LO_NULL || f->at > f->to)) {
        f->at = f->to;
        f->id = INT64_MAX;
    }
}


/* The filter that leaves the fewest, as a rule. */

static ngx_lo_runs_by_t
ngx_lo_run_filter_by(const ngx_lo_run_filter_t *f)
{
    return f->parent ? NGX_LO_RUNS_PARENT
           : f->case_id ? NGX_LO_RUNS_CASE
           : f->project_id ? NGX_LO_RUNS_PROJECT
           : f->procedure_id ? NGX_LO_RUNS_PROCEDURE
           : f->prefix ? NGX_LO_RUNS_TEXT
           : f->within ? NGX_LO_RUNS_LIMITED
           : f->state ? NGX_LO_RUNS_STATE
           : f->states ? NGX_LO_RUNS_AMONG
           : f->trigger_type ? NGX_LO_RUNS_TRIGGER
           : NGX_LO_RUNS_ANY;
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
