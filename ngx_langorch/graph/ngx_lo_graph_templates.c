/*
 * Templates: patterns that graphs are made of (spec/api.md 18.7).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "graph/ngx_lo_graph_int.h"
#include "routes/ngx_lo_routes.h"


static const ngx_lo_graph_member_t  ngx_lo_template_members[] = {
    { "name", NULL, NGX_LO_GM_TEXT, 1, 255, NULL, NULL },
    { "description", NULL, NGX_LO_GM_TEXT_OR, 0, 65536, NULL, "null" },
    { "category", NULL, NGX_LO_GM_TEXT_OR, 0, 100, NULL, "null" },
    { "icon", NULL, NGX_LO_GM_TEXT_OR, 0, 255, NULL, "null" },
    { "example_input", NULL, NGX_LO_GM_ANY, 0, 0, NULL, "null" },
    { "example_output", NULL, NGX_LO_GM_ANY, 0, 0, NULL, "null" },
    { "required_capabilities", NULL, NGX_LO_GM_LIST, 0, 0, NULL, "[]" },
    { "estimated_cost", NULL, NGX_LO_GM_NUMBER, 0, 1e12, NULL, "null" },
    { "estimated_duration_seconds", NULL, NGX_LO_GM_NUMBER, 0, 1e9, NULL,
      "null" },
    { "is_official", NULL, NGX_LO_GM_BOOL, 0, 0, NULL, "false" },
    { "template_data", NULL, NGX_LO_GM_OBJECT, 0, 0, NULL, NULL },
    NGX_LO_GM_NONE
};


/* What a stage keeps for the next. */
typedef struct {
    char             template_id[37];
    ngx_lo_graph_t   graph;
} ngx_lo_template_t;


static ngx_int_t ngx_lo_template_make(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_template_404(ngx_lo_api_t *api);
static void ngx_lo_template_data(ngx_lo_api_t *api, const json_t *t);
static ngx_int_t ngx_lo_template_graph(ngx_lo_api_t *api,
    const json_t *row);


/* --- GET /workflow_templates, /workflow_templates/{template_id} --------------- */


ngx_int_t
ngx_lo_graph_templates_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t      official, skip, limit;
    const char  *category;

    official = NGX_LO_NULL;
    category = ngx_lo_query_str(api, "category");
    skip = ngx_lo_query_int(api, "skip", 0, INT32_MAX, 0);
    limit = ngx_lo_query_int(api, "limit", 1, 100, 50);

    if (ngx_lo_query_str(api, "is_official") != NULL) {
        official = ngx_lo_query_bool(api, "is_official", 0);
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_templates, category,
                          official, limit, skip);
}


ngx_int_t
ngx_lo_graph_templates_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_graph_template_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_graph_template,
                          ngx_lo_api_seg(api, "template_id"));
}


ngx_int_t
ngx_lo_graph_template_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row == NULL) ? ngx_lo_template_404(api)
           : ngx_lo_api_json(api, NGX_HTTP_OK, json_incref((json_t *) row));
}


static ngx_int_t
ngx_lo_template_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Template not found");
}


/* --- POST /workflow_templates -------------------------------------------------- */


ngx_int_t
ngx_lo_graph_template_add_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t              *t, *figures;
    ngx_lo_trail_t       trail;
    ngx_lo_template_t   *ctx;
    ngx_lo_graph_at_t    at;

    ctx = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_template_t));
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    api->ctx = ctx;
    ngx_lo_uuid(ctx->template_id);

    ngx_memzero(&at, sizeof(at));
    at.api = api;

    t = ngx_lo_api_keep(api, ngx_lo_graph_members(&at, api->body,
                                                  ngx_lo_template_members,
                                                  NULL));
    ngx_lo_template_data(api, t);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    figures = ngx_lo_api_keep(api, json_pack("[O, O]",
                  json_object_get(t, "estimated_cost"),
                  json_object_get(t, "estimated_duration_seconds")));

    if (t == NULL || at.failed || figures == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "workflow";
    trail.action = "create";
    trail.description = "Workflow template created";
    trail.resource_type = "workflow_template";
    trail.resource_id = ctx->template_id;

    if (ngx_lo_job_add(job, &ngx_lo_sql_graph_template_add,
                       (const char *) ctx->template_id,
                       ckp_json_str(t, "name"),
                       ckp_json_str(t, "description"),
                       ckp_json_str(t, "category"), ckp_json_str(t, "icon"),
                       json_object_get(t, "example_input"),
                       json_object_get(t, "example_output"),
                       json_object_get(t, "required_capabilities"), figures,
                       (int64_t) ckp_json_bool(t, "is_official", false),
                       api->actor, api->now_ms,
                       json_object_get(t, "template_data"))
        != NGX_OK
        || ngx_lo_api_audit(api, job, &trail) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_template,
                          (const char *) ctx->template_id);
}


/* It has to look like a graph; whether it is a good one is known when its
 * variables are. */

static void
ngx_lo_template_data(ngx_lo_api_t *api, const json_t *t)
{
    const json_t  *data, *edges, *variables;

    data = json_object_get(t, "template_data");

    if (!json_is_object(data)) {
        return;
    }

    edges = json_object_get(data, "edges");
    variables = json_object_get(data, "variables");

    if (!json_is_array(json_object_get(data, "nodes"))) {
        ngx_lo_input_wrong_at(api, json_pack("[s, s, s]", "body",
                                             "template_data", "nodes"),
                              "list_type", "Must be a list");
    }

    if (edges != NULL && !json_is_array(edges)) {
        ngx_lo_input_wrong_at(api, json_pack("[s, s, s]", "body",
                                             "template_data", "edges"),
                              "list_type", "Must be a list");
    }

    if (variables != NULL && !json_is_object(variables)) {
        ngx_lo_input_wrong_at(api, json_pack("[s, s, s]", "body",
                                             "template_data", "variables"),
                              "object_type", "Must be an object");
    }
}


ngx_int_t
ngx_lo_graph_template_add_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char               *path;
    const json_t       *row;
    ngx_lo_template_t  *ctx;

    ctx = api->ctx;
    row = ngx_lo_job_row(job, ngx_lo_job_len(job) - 1);
    path = ngx_lo_api_path(api, "workflow_templates", ctx->template_id, NULL);

    if (row == NULL || path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_CREATED, json_incref((json_t *) row));
}


/* --- POST /workflow_templates/{template_id}/instantiate ------------------------ */


ngx_int_t
ngx_lo_graph_instantiate_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_input_str(api, "name", NGX_LO_OPTIONAL, 255);
    (void) ngx_lo_input_object(api, "variables", NGX_LO_OPTIONAL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_graph_template_prepare(api, job);
}


ngx_int_t
ngx_lo_graph_instantiate_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t           rc;
    const json_t       *row;
    ngx_lo_template_t  *ctx;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_template_404(api);
    }

    ctx = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_template_t));
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    api->ctx = &ctx->graph;
    ctx->graph.version = 1;
    ngx_lo_uuid(ctx->graph.graph_id);

    rc = ngx_lo_template_graph(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_lo_graph_read(api, &ctx->graph, NULL);

    return (rc == NGX_OK) ? ngx_lo_graph_check(api, &ctx->graph,
                                               ngx_lo_template_make)
                          : rc;
}


static ngx_int_t
ngx_lo_template_make(ngx_lo_api_t *api)
{
    ngx_int_t        rc;
    ngx_lo_job_t    *job;
    ngx_lo_graph_t  *g;

    g = api->ctx;

    rc = ngx_lo_graph_refuse(api, g, "Invalid workflow structure");
    if (rc != NGX_OK) {
        return rc;
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_graph_template_used,
                          ngx_lo_api_seg(api, "template_id"))
           != NGX_OK
        || ngx_lo_graph_store(api, g, job, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_graphs_create_render);
}


/* The body becomes the graph that the template and the variables make. */

static ngx_int_t
ngx_lo_template_graph(ngx_lo_api_t *api, const json_t *row)
{
    json_t      *graph;
    const char  *name;

    graph = ngx_lo_api_keep(api,
                ngx_lo_graph_fill(json_object_get(row, "template_data"),
                                  json_object_get(api->body, "variables")));

    if (graph == NULL) {
        return ngx_lo_api_problem(api, 413, "too_large",
                                  "The graph is too large");
    }

    name = ckp_json_str(api->body, "name");

    if (json_object_set_new(graph, "name",
                            json_string(name != NULL ? name
                                        : ckp_json_str(row, "name"))) != 0
        || json_object_set_new(graph, "is_template", json_false()) != 0)
    {
        return NGX_ERROR;
    }

    if (json_object_get(graph, "description") == NULL) {
        (void) json_object_set(graph, "description",
                               json_object_get(row, "description"));
    }

    api->body = graph;

    return NGX_OK;
}
