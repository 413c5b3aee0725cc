/*
 * Runs of graphs: begun, read, listed, cancelled (spec/api.md 18.8 to 18.10),
 * and their events as a list.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "graph/ngx_lo_graph_int.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_GRAPH_CANCEL_MS  5000


static json_t *ngx_lo_graph_tell(ngx_lo_api_t *api, ngx_lo_birth_t *b);
static ngx_int_t ngx_lo_graph_cancel_missed(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_graph_cancel_asked(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_graph_cancel_look(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_graph_cancel_read(ngx_lo_api_t *api,
    ngx_lo_job_t *job);


/* --- POST /workflows/{workflow_id}/run ------------------------------------------- */


ngx_int_t
ngx_lo_graphs_run_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_birth_t  *b;

    b = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_birth_t));
    if (b == NULL) {
        return NGX_ERROR;
    }

    api->ctx = b;

    b->family = "w";
    b->procedure_id = ngx_lo_api_seg(api, "workflow_id");
    b->mode = "production";
    b->tell = ngx_lo_graph_tell;
    b->inputs = ngx_lo_input_object(api, "inputs", NGX_LO_OPTIONAL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_once_read(api, &b->once);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_graph_find(api, job, NGX_LO_NULL) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_once_find(api, &b->once, job);
}


ngx_int_t
ngx_lo_graphs_run_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    u_char          *version;
    json_t          *graph;
    ngx_int_t        rc;
    const json_t    *row;
    ngx_lo_birth_t  *b;

    b = api->ctx;

    row = ngx_lo_graph_row(api, job, NGX_LO_GRAPH_RUN, "execute this workflow",
                           &rc);
    if (row == NULL) {
        return rc;
    }

    if (b->once.key != NULL) {
        rc = ngx_lo_once_again(api, &b->once, ngx_lo_job_row(job, 1));
        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (!ckp_json_bool(row, "is_active", true)) {
        return ngx_lo_api_problem(api, 409, "procedure_not_runnable",
                                  "The workflow is not active");
    }

    graph = ngx_lo_api_keep(api, json_copy((json_t *) row));
    version = ngx_pnalloc(api->r->pool, NGX_INT64_LEN + 1);

    if (graph == NULL || version == NULL) {
        return NGX_ERROR;
    }

    *ngx_sprintf(version, "%L", ckp_json_int(row, "version", 1)) = '\0';

    b->version = (const char *) version;
    b->hash = ckp_json_str(graph, "doc_hash");
    b->about = graph;
    b->path = "workflow_runs";

    return ngx_lo_birth_of(api, b, NULL);
}


/* WorkflowRun at its birth. */

static json_t *
ngx_lo_graph_tell(ngx_lo_api_t *api, ngx_lo_birth_t *b)
{
    char     now[CKP_TIME_LEN + 1];
    json_t  *row, *run;

    ckp_time_text(api->now_ms, now);

    row = json_pack("{s:s, s:s, s:I, s:s, s:s, s:n, s:n, s:n, s:O, s:n, s:f,"
                    " s:i, s:O, s:s, s:s}",
                    "id", b->run_id, "workflow_id", b->procedure_id,
                    "workflow_version", ckp_json_int(b->about, "version", 1),
                    "status", "pending", "triggered_by", api->actor,
                    "started_at", "completed_at", "error",
                    "inputs", b->shown, "outputs", "total_cost", 0.0,
                    "nodes_completed", 0, "nodes_total",
                    json_object_get(b->about, "node_count"),
                    "created_at", now, "updated_at", now);

    run = (row != NULL) ? ngx_lo_graph_run_json(row) : NULL;
    json_decref(row);

    return run;
}


/* --- GET /workflows/{workflow_id}/runs ----------------------------------------------- */


ngx_int_t
ngx_lo_graphs_runs_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t      skip, limit;
    const char  *status;

    skip = ngx_lo_query_int(api, "skip", 0, INT32_MAX, 0);
    limit = ngx_lo_query_int(api, "limit", 1, 100, 50);
    status = ngx_lo_query_word(api, "status",
                               "pending|running|paused|completed|failed"
                               "|cancelled");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_graph_find(api, job, NGX_LO_NULL) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_runs,
                          ngx_lo_api_seg(api, "workflow_id"), api->actor,
                          ngx_lo_graph_groups(api), api->now_ms, status,
                          limit, skip);
}


ngx_int_t
ngx_lo_graphs_runs_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t         i;
    json_t        *list;
    ngx_int_t      rc;
    const json_t  *v;

    if (ngx_lo_graph_row(api, job, NGX_LO_GRAPH_VIEW, "view this workflow",
                         &rc)
        == NULL)
    {
        return rc;
    }

    list = json_array();

    json_array_foreach(ngx_lo_job_rows(job, 1), i, v) {
        if (json_array_append_new(list, ngx_lo_graph_run_json(v)) != 0) {
            json_decref(list);
            return NGX_ERROR;
        }
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, list);
}


/* --- GET /workflow_runs/{run_id}, its nodes, its events -------------------------------- */


ngx_int_t
ngx_lo_graph_run_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *run;

    run = ngx_lo_api_seg(api, "run_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_graph_run, run, api->actor,
                       ngx_lo_graph_groups(api), api->now_ms)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_tasks, run);
}


ngx_int_t
ngx_lo_graph_run_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t         i;
    json_t        *run, *nodes, *context, *node, *output;
    ngx_int_t      rc;
    const json_t  *row;

    row = ngx_lo_graph_run_row(api, job, NGX_LO_GRAPH_VIEW, "view this run",
                               &rc);
    if (row == NULL) {
        return rc;
    }

    run = ngx_lo_graph_run_json(row);
    nodes = ngx_lo_graph_nodes_json(row, ngx_lo_job_rows(job, 1));
    context = json_copy(json_object_get(run, "inputs"));

    json_array_foreach(nodes, i, node) {
        output = json_object_get(node, "outputs");

        if (!json_is_null(output)) {
            (void) json_object_set(context, ckp_json_str(node, "node_id"),
                                   output);
        }
    }

    if (json_object_set_new(run, "context", context) != 0
        || json_object_set_new(run, "nodes", nodes) != 0
        || json_object_set(run, "execution_levels",
                           json_object_get(row, "levels")) != 0)
    {
        json_decref(run);
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, run);
}


ngx_int_t
ngx_lo_graph_run_nodes_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const json_t  *row;

    row = ngx_lo_graph_run_row(api, job, NGX_LO_GRAPH_VIEW, "view this run",
                               &rc);

    return (row == NULL) ? rc
           : ngx_lo_api_json(api, NGX_HTTP_OK,
                             ngx_lo_graph_nodes_json(row,
                                                     ngx_lo_job_rows(job, 1)));
}


ngx_int_t
ngx_lo_graph_run_events_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t      after, limit;
    const char  *run;

    run = ngx_lo_api_seg(api, "run_id");
    after = ngx_lo_query_int(api, "after_seq", 0, INT64_MAX, 0);
    limit = ngx_lo_query_int(api, "limit", 1, 10000, 10000);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_graph_run, run, api->actor,
                       ngx_lo_graph_groups(api), api->now_ms)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_events, run, after, limit);
}


ngx_int_t
ngx_lo_graph_run_events_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t         i;
    json_t        *list, *said;
    ngx_int_t      rc;
    ngx_uint_t     skip;
    const json_t  *row, *ev;

    row = ngx_lo_graph_run_row(api, job, NGX_LO_GRAPH_VIEW, "view this run",
                               &rc);
    if (row == NULL) {
        return rc;
    }

    list = json_array();

    json_array_foreach(ngx_lo_job_rows(job, 1), i, ev) {
        said = ngx_lo_graph_event(row, ev, &skip);

        if (!skip && json_array_append_new(list, said) != 0) {
            json_decref(list);
            return NGX_ERROR;
        }
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, list);
}


const json_t *
ngx_lo_graph_run_row(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_uint_t need,
    const char *what, ngx_int_t *rc)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        *rc = ngx_lo_api_problem(api, 404, "not_found",
                                 "Workflow run not found");
        return NULL;
    }

    if (ngx_lo_graph_may(api, row) < need) {
        *rc = ngx_lo_graph_403(api, what);
        return NULL;
    }

    *rc = NGX_OK;

    return row;
}


/* --- POST /workflow_runs/{run_id}/cancel -------------------------------------------- */


ngx_int_t
ngx_lo_graph_run_cancel_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_graph_run,
                          ngx_lo_api_seg(api, "run_id"), api->actor,
                          ngx_lo_graph_groups(api), api->now_ms);
}


ngx_int_t
ngx_lo_graph_run_cancel_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *data;
    ngx_int_t        rc;
    const char      *run;
    const json_t    *row;
    ngx_lo_trail_t   trail;

    row = ngx_lo_graph_run_row(api, job, NGX_LO_GRAPH_RUN, "cancel this run",
                               &rc);
    if (row == NULL) {
        return rc;
    }

    if (ngx_lo_run_is_final(ckp_json_str(row, "_status"))) {
        return ngx_lo_graph_cancel_missed(api, job);
    }

    run = ngx_lo_api_seg(api, "run_id");
    job = ngx_lo_api_job(api, 1);
    data = json_pack("{s:n, s:s}", "reason", "actor", api->actor);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "workflow";
    trail.action = "cancel";
    trail.description = "Workflow run cancelled";
    trail.resource_type = "workflow_run";
    trail.resource_id = run;

    rc = (job != NULL && data != NULL)
         ? ngx_lo_job_add(job, &ngx_lo_sql_api_run_cancel, run, api->now_ms)
         : NGX_ERROR;

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_say, run, "cancel", NULL,
                            data, api->now_ms);
    }

    json_decref(data);

    if (rc != NGX_OK || ngx_lo_api_audit(api, job, &trail) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_graph_cancel_missed);

    return ngx_lo_api_then(api, job, ngx_lo_graph_cancel_asked);
}


static ngx_int_t
ngx_lo_graph_cancel_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_problem(api, 400, "bad_request",
                              "Can only cancel pending or running workflows");
}


static ngx_int_t
ngx_lo_graph_cancel_asked(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    return ngx_lo_graph_cancel_look(api);
}


static ngx_int_t
ngx_lo_graph_cancel_look(ngx_lo_api_t *api)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_graph_run_cancel_prepare(api, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_graph_cancel_read);
}


static ngx_int_t
ngx_lo_graph_cancel_read(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_msec_t     waited;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    waited = ngx_current_msec - api->started;

    if (!ngx_lo_run_is_final(ckp_json_str(row, "_status"))
        && waited < NGX_LO_GRAPH_CANCEL_MS)
    {
        return ngx_lo_api_sleep(api, ngx_min(4 + waited / 2, 250),
                                ngx_lo_graph_cancel_look);
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_graph_run_json(row));
}
