/*
 * Workflows and their runs (spec/api.md 17.1 to 17.4).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "flow/ngx_lo_flow.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"


static ngx_int_t ngx_lo_flow_known(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_flow_look(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_flow_taken(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_flow_again(ngx_lo_api_t *api, ngx_lo_job_t *job);
static json_t *ngx_lo_flow_tell(ngx_lo_api_t *api, ngx_lo_birth_t *b);
static ngx_int_t ngx_lo_flow_404(ngx_lo_api_t *api);


/* --- POST /workflows --------------------------------------------------------- */


ngx_int_t
ngx_lo_flows_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_flow_t  *flow;

    flow = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_flow_t));
    if (flow == NULL) {
        return NGX_ERROR;
    }

    api->ctx = flow;

    return ngx_lo_flow_read(api, flow, ngx_lo_flow_known);
}


static ngx_int_t
ngx_lo_flow_known(ngx_lo_api_t *api)
{
    ngx_lo_job_t    *job;
    ngx_lo_flow_t   *flow;
    ngx_lo_trail_t   trail;

    flow = api->ctx;
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_document_put,
                          (const char *) flow->hash,
                          (const char *) flow->text, NGX_LO_NULL, NULL)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_flow_add,
                          (const char *) flow->flow_id, flow->name,
                          flow->definition, flow->steps,
                          (const char *) flow->hash, api->now_ms, api->actor)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "workflow";
    trail.action = "create";
    trail.description = "Workflow created";
    trail.resource_type = "workflow";
    trail.resource_id = flow->flow_id;

    return (ngx_lo_api_audit(api, job, &trail) == NGX_OK)
           ? ngx_lo_api_then(api, job, api->route->render) : NGX_ERROR;
}


ngx_int_t
ngx_lo_flows_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char            now[CKP_TIME_LEN + 1], *path;
    ngx_lo_flow_t  *flow;

    flow = api->ctx;
    path = ngx_lo_api_path(api, "workflows", flow->flow_id, NULL);

    if (path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    ckp_time_text(api->now_ms, now);

    return ngx_lo_api_json(api, NGX_HTTP_CREATED,
                           json_pack("{s:s, s:s, s:O, s:s}",
                                     "id", flow->flow_id, "name", flow->name,
                                     "definition", flow->definition,
                                     "created_at", now));
}


/* --- GET /workflows, /workflows/{workflow_id} ---------------------------------- */


ngx_int_t
ngx_lo_flows_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  limit, offset;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_flows, limit, offset);
}


ngx_int_t
ngx_lo_flows_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_flows_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_flow_get,
                          ngx_lo_api_seg(api, "workflow_id"));
}


ngx_int_t
ngx_lo_flows_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t        *v;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_flow_404(api);
    }

    v = json_copy((json_t *) row);

    (void) json_object_del(v, "steps");
    (void) json_object_del(v, "doc_hash");

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


/* --- POST /workflows/{workflow_id}/runs ------------------------------------------ */


ngx_int_t
ngx_lo_flows_run_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_birth_t  *b;

    b = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_birth_t));
    if (b == NULL) {
        return NGX_ERROR;
    }

    api->ctx = b;

    b->family = "d";
    b->procedure_id = ngx_lo_api_seg(api, "workflow_id");
    b->version = "1";
    b->mode = "production";
    b->status = NGX_HTTP_ACCEPTED;
    b->tell = ngx_lo_flow_tell;
    b->order_id = ngx_lo_input_str(api, "order_id", NGX_LO_OPTIONAL, 64);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (b->order_id != NULL && *b->order_id == '\0') {
        b->order_id = NULL;
    }

    if (b->order_id != NULL) {
        b->taken = ngx_lo_flow_again;
        b->inputs = ngx_lo_api_keep(api, json_pack("{s:s}", "order_id",
                                                   b->order_id));
        if (b->inputs == NULL) {
            return NGX_ERROR;
        }
    }

    rc = ngx_lo_once_read(api, &b->once);

    return (rc != NGX_OK) ? rc : ngx_lo_flow_look(api, job);
}


static ngx_int_t
ngx_lo_flow_look(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_birth_t  *b;

    b = api->ctx;

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_flow_get, b->procedure_id)
        != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_flow_order_run, b->order_id)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_once_find(api, &b->once, job);
}


ngx_int_t
ngx_lo_flows_run_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *flow;
    ngx_int_t        rc;
    const char      *run;
    const json_t    *order;
    ngx_lo_birth_t  *b;

    b = api->ctx;

    if (b->once.key != NULL) {
        rc = ngx_lo_once_again(api, &b->once, ngx_lo_job_row(job, 2));
        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (ngx_lo_job_row(job, 0) == NULL) {
        return ngx_lo_flow_404(api);
    }

    order = ngx_lo_job_row(job, 1);

    if (b->order_id != NULL && order == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found", "Order not found");
    }

    run = ckp_json_str(order, "run_id");

    if (run != NULL) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "Order %s already has an active run: %s",
                                  b->order_id, run);
    }

    flow = ngx_lo_api_keep(api, json_copy((json_t *) ngx_lo_job_row(job, 0)));
    if (flow == NULL) {
        return NGX_ERROR;
    }

    b->hash = ckp_json_str(flow, "doc_hash");
    b->about = flow;

    return ngx_lo_birth_of(api, b, NULL);
}


/* Somebody was faster, with the key or with the order: another look tells. */

static ngx_int_t
ngx_lo_flow_again(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_flow_look(api, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_flow_taken);
}


static ngx_int_t
ngx_lo_flow_taken(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_flows_run_render(api, job);
}


/* RunDetail at its birth. */

static json_t *
ngx_lo_flow_tell(ngx_lo_api_t *api, ngx_lo_birth_t *b)
{
    json_t  *row, *run;

    row = json_pack("{s:s, s:s, s:O, s:s?, s:s, s:n, s:n, s:O}",
                    "id", b->run_id, "workflow_id", b->procedure_id,
                    "workflow_name", json_object_get(b->about, "name"),
                    "order_id", b->order_id, "status", "pending",
                    "started_at", "completed_at",
                    "steps", json_object_get(b->about, "steps"));

    run = (row != NULL) ? ngx_lo_flow_run_json(row, NULL) : NULL;
    json_decref(row);

    return run;
}


/* --- GET /runs, /runs/{run_id} ---------------------------------------------------- */


ngx_int_t
ngx_lo_flows_runs_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t      limit, offset;
    const char  *status, *order;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);
    status = ngx_lo_query_word(api, "status",
                               "pending|running|completed|failed");
    order = ngx_lo_query_str(api, "order_id");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_flow_runs, status, order,
                          limit, offset);
}


ngx_int_t
ngx_lo_flows_runs_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_flows_run_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_job_add(job, &ngx_lo_sql_api_flow_run,
                       ngx_lo_api_seg(api, "run_id"))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_flow_tasks,
                          ngx_lo_api_seg(api, "run_id"));
}


ngx_int_t
ngx_lo_flows_run_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found", "Run not found");
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           ngx_lo_flow_run_json(row, ngx_lo_job_rows(job, 1)));
}


static ngx_int_t
ngx_lo_flow_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Workflow not found");
}
