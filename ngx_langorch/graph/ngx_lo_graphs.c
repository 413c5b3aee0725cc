/*
 * Graphs: made, read, listed, removed (spec/api.md 18.2 to 18.4, 18.6).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "graph/ngx_lo_graph_int.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql.h"


static ngx_int_t ngx_lo_graph_create(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_graph_validated(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_graph_active(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_graph_deleted(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* --- POST /workflows, /workflows/validate --------------------------------------- */


ngx_int_t
ngx_lo_graphs_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_graph_t  *g;

    g = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_graph_t));
    if (g == NULL) {
        return NGX_ERROR;
    }

    api->ctx = g;
    g->version = 1;
    ngx_lo_uuid(g->graph_id);

    rc = ngx_lo_graph_read(api, g, NULL);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_graph_check(api, g, ngx_lo_graph_create);
}


static ngx_int_t
ngx_lo_graph_create(ngx_lo_api_t *api)
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

    if (job == NULL || ngx_lo_graph_store(api, g, job, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_graphs_create_render);
}


ngx_int_t
ngx_lo_graphs_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char            *path;
    ngx_lo_graph_t  *g;

    g = api->ctx;
    path = ngx_lo_api_path(api, "workflows", g->graph_id, NULL);

    if (path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_graph_answer(api, NGX_HTTP_CREATED,
                               ngx_lo_job_row(job, g->answer));
}


ngx_int_t
ngx_lo_graphs_validate_render(ngx_lo_api_t *api, ngx_lo_job_t *none)
{
    ngx_int_t        rc;
    ngx_lo_graph_t  *g;

    g = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_graph_t));
    if (g == NULL) {
        return NGX_ERROR;
    }

    api->ctx = g;
    g->version = 1;
    ngx_lo_uuid(g->graph_id);

    rc = ngx_lo_graph_read(api, g, NULL);

    return (rc == NGX_OK) ? ngx_lo_graph_check(api, g, ngx_lo_graph_validated)
                          : rc;
}


static ngx_int_t
ngx_lo_graph_validated(ngx_lo_api_t *api)
{
    size_t           i, k;
    json_t          *order, *level, *v;
    ngx_lo_graph_t  *g;

    g = api->ctx;
    order = json_array();

    json_array_foreach(g->levels, i, level) {
        json_array_foreach(level, k, v) {
            (void) json_array_append(order, v);
        }
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b, s:O, s:o, s:o}",
                                     "valid", json_array_size(g->errors) == 0,
                                     "errors", g->errors,
                                     "execution_order", order,
                                     "execution_levels",
                                     (g->levels != NULL)
                                     ? json_incref(g->levels)
                                     : json_array()));
}


/* --- GET /workflows, /workflows/{workflow_id} -------------------------------------- */


ngx_int_t
ngx_lo_graphs_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t      skip, limit, public, template;
    json_t      *tags;
    const char  *search, *owner, *s, *end;

    skip = ngx_lo_query_int(api, "skip", 0, INT32_MAX, 0);
    limit = ngx_lo_query_int(api, "limit", 1, 100, 50);
    search = ngx_lo_query_str(api, "search");
    owner = ngx_lo_query_str(api, "owner_id");
    public = NGX_LO_NULL;
    template = NGX_LO_NULL;
    tags = NULL;

    if (ngx_lo_query_str(api, "is_public") != NULL) {
        public = ngx_lo_query_bool(api, "is_public", 0);
    }

    if (ngx_lo_query_str(api, "is_template") != NULL) {
        template = ngx_lo_query_bool(api, "is_template", 0);
    }

    s = ngx_lo_query_str(api, "tags");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (s != NULL && *s != '\0') {
        tags = ngx_lo_api_keep(api, json_array());

        for ( /* void */ ; *s != '\0'; s = end + (*end == ',')) {
            end = s + strcspn(s, ",");
            (void) json_array_append_new(tags, json_stringn(s, end - s));
        }
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graphs,
                          (int64_t) ngx_lo_who_is(&api->who, NGX_LO_ADMIN),
                          api->actor, ngx_lo_graph_groups(api), api->now_ms,
                          public, tags,
                          ngx_lo_like(api, search, 1), owner, template, limit,
                          skip);
}


ngx_int_t
ngx_lo_graphs_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_graphs_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  version;

    version = ngx_lo_query_int(api, "version", 1, INT32_MAX, NGX_LO_NULL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_graph_find(api, job, version);
}


ngx_int_t
ngx_lo_graphs_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const char    *tag;
    const json_t  *row;

    row = ngx_lo_graph_row(api, job, NGX_LO_GRAPH_VIEW, "view this workflow",
                           &rc);
    if (row == NULL) {
        return rc;
    }

    tag = ngx_lo_graph_tag(api, row);

    if (tag != NULL && ngx_lo_api_fresh(api, tag)) {

        if (ngx_lo_api_set(api, "ETag", tag) == NGX_ERROR) {
            return NGX_ERROR;
        }

        return ngx_lo_api_empty(api, NGX_HTTP_NOT_MODIFIED);
    }

    return ngx_lo_graph_answer(api, NGX_HTTP_OK, row);
}


/* --- DELETE /workflows/{workflow_id} ------------------------------------------------- */


ngx_int_t
ngx_lo_graphs_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_query_bool(api, "force", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_graph_find(api, job, NGX_LO_NULL);
}


ngx_int_t
ngx_lo_graphs_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    const char      *id, *tag;
    const json_t    *row;
    ngx_lo_trail_t   trail;

    row = ngx_lo_graph_row(api, job, NGX_LO_GRAPH_DELETE,
                           "delete this workflow", &rc);
    if (row == NULL) {
        return rc;
    }

    tag = ngx_lo_graph_tag(api, row);

    if (tag == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_api_stale(api, tag)) {
        return ngx_lo_graph_412(api, tag);
    }

    id = ngx_lo_api_seg(api, "workflow_id");
    job = ngx_lo_api_job(api, 1);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "workflow";
    trail.action = "delete";
    trail.description = "Workflow deleted";
    trail.resource_type = "workflow";
    trail.resource_id = id;

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_graph_del, id, api->now_ms,
                          (int64_t) ngx_lo_query_bool(api, "force", 0))
           != NGX_OK
        || ngx_lo_api_audit(api, job, &trail) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_graph_active);

    return ngx_lo_api_then(api, job, ngx_lo_graph_deleted);
}


static ngx_int_t
ngx_lo_graph_active(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_problem(api, 409, "active_runs",
                              "The workflow has active runs");
}


static ngx_int_t
ngx_lo_graph_deleted(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}


/* --- GET /workflows/{workflow_id}/versions --------------------------------------------- */


ngx_int_t
ngx_lo_graphs_versions_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_graph_find(api, job, NGX_LO_NULL) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_versions,
                          ngx_lo_api_seg(api, "workflow_id"));
}


ngx_int_t
ngx_lo_graphs_versions_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t  rc;

    if (ngx_lo_graph_row(api, job, NGX_LO_GRAPH_VIEW, "view this workflow",
                         &rc)
        == NULL)
    {
        return rc;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 1));
}
