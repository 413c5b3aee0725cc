/*
 * Tool servers (MCP) registered, shown, changed and removed (spec/api.md 8).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_agents.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_servers.h"
#include "store/ngx_lo_sql_api.h"


typedef struct {
    char         id[37];
    const char  *name;              /* NULL: not said */
    const char  *base_url;
    const char  *protocol;
    const char  *secret_name;
    int64_t      enabled;           /* NGX_LO_NULL: not said */
} ngx_lo_server_t;


static ngx_int_t ngx_lo_server_read(ngx_lo_api_t *api, ngx_lo_server_t *s,
    ngx_uint_t required);
static json_t *ngx_lo_server_shown(const json_t *row);
static ngx_int_t ngx_lo_server_added(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_server_changed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_server_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_server_removed(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_server_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "MCP server not found");
}


ngx_int_t
ngx_lo_server_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *server_id, const char *action, const json_t *meta)
{
    ngx_lo_trail_t  trail;

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "mcp";
    trail.action = action;
    trail.description = "MCP server changed";
    trail.resource_type = "mcp_server";
    trail.resource_id = server_id;
    trail.meta = meta;

    return ngx_lo_api_audit(api, job, &trail);
}


/* --- shown ------------------------------------------------------------------- */


static json_t *
ngx_lo_server_shown(const json_t *row)
{
    json_t  *v;

    v = json_copy((json_t *) row);

    if (v != NULL) {
        (void) json_object_set_new(v, "tool_count", json_integer((json_int_t)
                   json_array_size(json_object_get(row, "tools"))));
        (void) json_object_del(v, "tools");
        (void) json_object_del(v, "tools_at");
    }

    return v;
}


ngx_int_t
ngx_lo_servers_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_servers, NULL);
}


ngx_int_t
ngx_lo_servers_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t   i;
    json_t  *all, *row;

    all = json_array();

    json_array_foreach((json_t *) ngx_lo_job_rows(job, 0), i, row) {
        (void) json_array_append_new(all, ngx_lo_server_shown(row));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, all);
}


ngx_int_t
ngx_lo_servers_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_server_get,
                          ngx_lo_api_seg(api, "server_id"));
}


ngx_int_t
ngx_lo_servers_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_api_json(api, NGX_HTTP_OK,
                                           ngx_lo_server_shown(row))
                         : ngx_lo_server_404(api);
}


/* --- made and changed ----------------------------------------------------------- */


static ngx_int_t
ngx_lo_server_read(ngx_lo_api_t *api, ngx_lo_server_t *s, ngx_uint_t required)
{
    const json_t  *v;

    s->name = ngx_lo_input_str(api, "name", required, 256);
    s->base_url = ngx_lo_input_str(api, "base_url", required, 2000);
    s->protocol = ngx_lo_input_word(api, "protocol", "rest|streamable-http");
    s->secret_name = ngx_lo_input_str(api, "secret_name", NGX_LO_OPTIONAL,
                                      256);

    v = json_object_get(api->body, "enabled");
    s->enabled = ngx_lo_input_bool(api, "enabled", 1);

    if (!required && (v == NULL || json_is_null(v))) {
        s->enabled = NGX_LO_NULL;
    }

    if (s->name != NULL && *s->name == '\0') {
        ngx_lo_input_wrong(api, "body", "name", "missing",
                           "This field is required");
    }

    return s->base_url ? ngx_lo_agent_target(api, "body", s->base_url)
                       : NGX_OK;
}


ngx_int_t
ngx_lo_servers_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    const char       *id;
    ngx_lo_server_t  *s;

    s = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_server_t));
    if (s == NULL) {
        return NGX_ERROR;
    }

    api->ctx = s;
    ngx_lo_uuid(s->id);
    id = s->id;

    rc = ngx_lo_server_read(api, s, NGX_LO_REQUIRED);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_server_add, id, s->name,
                        s->base_url, s->protocol ? s->protocol : "rest",
                        s->secret_name, s->enabled, api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_server_trail(api, job, id, "create", api->body);
    }

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_api_server_get, id)
                          : rc;
}


ngx_int_t
ngx_lo_servers_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_server_added(api, job);
}


static ngx_int_t
ngx_lo_server_added(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             *path;
    const json_t     *row;
    ngx_lo_server_t  *s;

    s = api->ctx;
    ngx_lo_agents_changed();

    path = ngx_lo_api_path(api, "mcp", "servers", s->id);
    row = ngx_lo_job_row(job, 2);

    if (path == NULL || row == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_CREATED, ngx_lo_server_shown(row));
}


ngx_int_t
ngx_lo_servers_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    const char       *id;
    ngx_lo_server_t  *s;

    s = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_server_t));
    if (s == NULL) {
        return NGX_ERROR;
    }

    id = ngx_lo_api_seg(api, "server_id");
    rc = ngx_lo_server_read(api, s, NGX_LO_OPTIONAL);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_server_put, id, s->name,
                        s->base_url, s->protocol, s->secret_name, s->enabled,
                        api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_server_trail(api, job, id, "update", api->body);
    }

    ngx_lo_api_missed(api, ngx_lo_server_missed);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_api_server_get, id)
                          : rc;
}


ngx_int_t
ngx_lo_servers_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_server_changed(api, job);
}


static ngx_int_t
ngx_lo_server_changed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    ngx_lo_agents_changed();
    row = ngx_lo_job_row(job, 2);

    return (row != NULL) ? ngx_lo_api_json(api, NGX_HTTP_OK,
                                           ngx_lo_server_shown(row))
                         : ngx_lo_server_404(api);
}


static ngx_int_t
ngx_lo_server_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_server_404(api);
}


/* --- removed ----------------------------------------------------------------------- */


ngx_int_t
ngx_lo_servers_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *id;

    id = ngx_lo_api_seg(api, "server_id");
    ngx_lo_api_missed(api, ngx_lo_server_missed);

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_server_del, id) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_server_trail(api, job, id, "delete", NULL);
}


ngx_int_t
ngx_lo_servers_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_server_removed(api, job);
}


static ngx_int_t
ngx_lo_server_removed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_agents_changed();

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
