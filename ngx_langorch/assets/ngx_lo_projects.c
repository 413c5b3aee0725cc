/*
 * Projects: names under which procedures and runs are kept together
 * (spec/api.md 10).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_PROJECT_NAME   256
#define NGX_LO_PROJECT_TEXT   4096
#define NGX_LO_PROJECT_DAYS   365
#define NGX_LO_PROJECT_CHUNK  5000      /* runs that one transaction changes */


typedef struct {
    char         id[37];
    const char  *name;              /* NULL: unchanged */
    const char  *description;
} ngx_lo_project_t;


static ngx_int_t ngx_lo_project_read(ngx_lo_api_t *api, ngx_lo_project_t *p,
    ngx_uint_t required);
static ngx_int_t ngx_lo_project_changed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_project_lost(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_project_left(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_project_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_project_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Project not found");
}


/* --- shown ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_projects_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  limit, offset;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_projects, limit, offset,
                          ngx_lo_api_projects(api));
}


ngx_int_t
ngx_lo_projects_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_asset_list(api, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_projects_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_project_get,
                          ngx_lo_api_seg(api, "project_id"));
}


ngx_int_t
ngx_lo_projects_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_OK, row, NULL)
                         : ngx_lo_project_404(api);
}


ngx_int_t
ngx_lo_projects_cost_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  days;

    days = ngx_lo_query_int(api, "period_days", 1, NGX_LO_PROJECT_DAYS, 30);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_projects_get_prepare(api, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_project_cost,
                          ngx_lo_api_seg(api, "project_id"), days,
                          api->now_ms - days * 86400000);
}


ngx_int_t
ngx_lo_projects_cost_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_job_row(job, 0) == NULL) {
        return ngx_lo_project_404(api);
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_copy((json_t *) ngx_lo_job_row(job, 1)));
}


/* --- made and changed ----------------------------------------------------------- */


static ngx_int_t
ngx_lo_project_read(ngx_lo_api_t *api, ngx_lo_project_t *p,
    ngx_uint_t required)
{
    p->name = ngx_lo_input_str(api, "name", required, NGX_LO_PROJECT_NAME);
    p->description = ngx_lo_input_str(api, "description", NGX_LO_OPTIONAL,
                                      NGX_LO_PROJECT_TEXT);

    if (!required && ngx_lo_asset_says(api, "name")
        && (p->name == NULL || *p->name == '\0')
        && !ngx_lo_input_failed(api))
    {
        ngx_lo_input_wrong(api, "body", "name", "missing",
                           "This field is required");
    }

    return ngx_lo_input_failed(api) ? ngx_lo_input_problem(api) : NGX_OK;
}


ngx_int_t
ngx_lo_projects_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t          rc;
    const char        *id;
    ngx_lo_project_t  *p;

    p = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_project_t));
    if (p == NULL) {
        return NGX_ERROR;
    }

    api->ctx = p;
    ngx_lo_uuid(p->id);
    id = p->id;

    rc = ngx_lo_project_read(api, p, NGX_LO_REQUIRED);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_project_add, id, p->name,
                       p->description, api->now_ms) != NGX_OK
        || ngx_lo_asset_trail(api, job, "project", id,
                              json_incref((json_t *) api->body)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_project_get, id);
}


ngx_int_t
ngx_lo_projects_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char              *path;
    const json_t      *row;
    ngx_lo_project_t  *p;

    p = api->ctx;
    row = ngx_lo_job_row(job, 2);
    path = ngx_lo_api_path(api, "projects", p->id, NULL);

    if (row == NULL || path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_asset_answer(api, NGX_HTTP_CREATED, row, NULL);
}


ngx_int_t
ngx_lo_projects_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t          rc;
    ngx_lo_project_t  *p;

    p = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_project_t));
    if (p == NULL) {
        return NGX_ERROR;
    }

    api->ctx = p;
    rc = ngx_lo_project_read(api, p, NGX_LO_OPTIONAL);

    return (rc == NGX_OK) ? ngx_lo_projects_get_prepare(api, job) : rc;
}


ngx_int_t
ngx_lo_projects_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t          rc;
    const char        *id, *guard;
    const json_t      *row;
    ngx_lo_project_t  *p;

    p = api->ctx;
    id = ngx_lo_api_seg(api, "project_id");
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_project_404(api);
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    guard = ngx_lo_asset_guard(api, row);
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_project_put, id, p->name,
                          p->description,
                          (int64_t) ngx_lo_asset_says(api, "description"),
                          api->now_ms, guard) != NGX_OK
        || ngx_lo_asset_trail(api, job, "project", id,
                              json_incref((json_t *) api->body)) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_project_get, id) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_project_lost);

    return ngx_lo_api_then(api, job, ngx_lo_project_changed);
}


static ngx_int_t
ngx_lo_project_changed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_asset_answer(api, NGX_HTTP_OK, ngx_lo_job_row(job, 2), NULL);
}


/* Between the look at it and the change somebody else was there. */

static ngx_int_t
ngx_lo_project_lost(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_header(api, "If-Match")
           ? ngx_lo_asset_412(api) : ngx_lo_project_404(api);
}


/* --- removed ----------------------------------------------------------------------- */


ngx_int_t
ngx_lo_projects_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_projects_get_prepare(api, job);
}


ngx_int_t
ngx_lo_projects_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_project_404(api);
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    api->ctx = ngx_lo_api_header(api, "If-Match")
               ? ngx_lo_api_keep(api, json_incref(json_object_get(row,
                                                                  "_tag")))
               : NULL;

    return ngx_lo_project_left(api, NULL);
}


/* Its runs leave it some at a time, so that nobody waits long for the writer;
 * the last of them go with its own row. */

static ngx_int_t
ngx_lo_project_left(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t   rest;
    const char  *id;

    id = ngx_lo_api_seg(api, "project_id");
    rest = (job != NULL
            && ngx_lo_job_count(job, 0) < NGX_LO_PROJECT_CHUNK);

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_project_runs_leave, id,
                          (int64_t) NGX_LO_PROJECT_CHUNK) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!rest) {
        return ngx_lo_api_then(api, job, ngx_lo_project_left);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_project_procedures_leave, id)
        != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_project_del, id,
                          json_string_value(api->ctx)) != NGX_OK
        || ngx_lo_asset_trail(api, job, "project", id, NULL) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_project_lost);

    return ngx_lo_api_then(api, job, ngx_lo_project_gone);
}


static ngx_int_t
ngx_lo_project_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
