/*
 * With whom a graph is shared (spec/api.md 18.7).  An organization is a group
 * that callers are in, by the name that NGINX knows it by.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "graph/ngx_lo_graph_int.h"
#include "routes/ngx_lo_routes.h"

#define NGX_LO_GRANTS_MAX  1000         /* of a graph */
#define NGX_LO_GRANT_WHAT  "see with whom this workflow is shared"
#define NGX_LO_GRANT_SHARE "share this workflow"


/* What a caller grants. */
typedef struct {
    char         grant_id[37];
    const char  *user;
    const char  *organization;
    const char  *permission;
    int64_t      expires;
} ngx_lo_grant_t;


static ngx_int_t ngx_lo_graph_grants_full(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_graph_granted(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_graph_grant_gone(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_graph_grant_taken(ngx_lo_api_t *api,
    ngx_lo_job_t *job);


/* --- GET /workflows/{workflow_id}/permissions -------------------------------- */


ngx_int_t
ngx_lo_graph_grants_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_graph_find(api, job, NGX_LO_NULL) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_grants,
                          ngx_lo_api_seg(api, "workflow_id"));
}


ngx_int_t
ngx_lo_graph_grants_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t  rc;

    if (ngx_lo_graph_row(api, job, NGX_LO_GRAPH_OWNER, NGX_LO_GRANT_WHAT, &rc)
        == NULL)
    {
        return rc;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 1));
}


/* --- POST /workflows/{workflow_id}/permissions ------------------------------- */


static int64_t
ngx_lo_graph_grant_expires(ngx_lo_api_t *api)
{
    int64_t      ms;
    const char  *s;

    s = ngx_lo_input_str(api, "expires_at", NGX_LO_OPTIONAL, 64);

    if (s == NULL) {
        return NGX_LO_NULL;
    }

    if (!ckp_time_parse(s, &ms)) {
        ngx_lo_input_wrong(api, "body", "expires_at", "datetime_parsing",
                           "Must be a time (RFC 3339)");
        return NGX_LO_NULL;
    }

    if (ms <= api->now_ms) {
        ngx_lo_input_wrong(api, "body", "expires_at", "value_error",
                           "Is over already");
    }

    return ms;
}


ngx_int_t
ngx_lo_graph_grant_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_grant_t  *g;

    g = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_grant_t));
    if (g == NULL) {
        return NGX_ERROR;
    }

    api->ctx = g;
    ngx_lo_uuid(g->grant_id);

    g->user = ngx_lo_input_str(api, "user_id", NGX_LO_OPTIONAL,
                               NGX_LO_WHO_MAX);
    g->organization = ngx_lo_input_str(api, "organization_id",
                                       NGX_LO_OPTIONAL, NGX_LO_WHO_MAX);
    g->permission = ngx_lo_input_word(api, "permission",
                                      "view|run|edit|delete");
    g->expires = ngx_lo_graph_grant_expires(api);

    if (g->permission == NULL && !ngx_lo_input_failed(api)) {
        ngx_lo_input_wrong(api, "body", "permission", "missing",
                           "This field is required");
    }

    if ((g->user == NULL) == (g->organization == NULL)
        && !ngx_lo_input_failed(api))
    {
        ngx_lo_input_wrong(api, "body", "user_id", "value_error",
                           "Either user_id or organization_id is required");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_graph_find(api, job, NGX_LO_NULL);
}


ngx_int_t
ngx_lo_graph_grant_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    const char      *id;
    ngx_lo_trail_t   trail;
    ngx_lo_grant_t  *g;

    if (ngx_lo_graph_row(api, job, NGX_LO_GRAPH_OWNER, NGX_LO_GRANT_SHARE,
                         &rc)
        == NULL)
    {
        return rc;
    }

    g = api->ctx;
    id = ngx_lo_api_seg(api, "workflow_id");
    job = ngx_lo_api_job(api, 1);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "workflow";
    trail.action = "share";
    trail.description = "Workflow shared";
    trail.resource_type = "workflow";
    trail.resource_id = id;

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_graph_grant_add,
                          (const char *) g->grant_id, id, g->user,
                          g->organization, g->permission, api->actor,
                          api->now_ms, g->expires,
                          (int64_t) NGX_LO_GRANTS_MAX)
           != NGX_OK
        || ngx_lo_api_audit(api, job, &trail) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_graph_grants_full);

    return ngx_lo_api_then(api, job, ngx_lo_graph_granted);
}


static ngx_int_t
ngx_lo_graph_grants_full(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_problem(api, 409, "conflict",
                              "The workflow is shared %d times already",
                              NGX_LO_GRANTS_MAX);
}


static ngx_int_t
ngx_lo_graph_granted(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             now[CKP_TIME_LEN + 1], expires[CKP_TIME_LEN + 1];
    ngx_lo_grant_t  *g;

    g = api->ctx;
    ckp_time_text(api->now_ms, now);

    if (g->expires != NGX_LO_NULL) {
        ckp_time_text(g->expires, expires);
    }

    return ngx_lo_api_json(api, NGX_HTTP_CREATED,
                           json_pack("{s:s, s:s?, s:s?, s:s, s:s, s:s, s:s?}",
                                     "id", g->grant_id, "user_id", g->user,
                                     "organization_id", g->organization,
                                     "permission", g->permission,
                                     "granted_by", api->actor,
                                     "granted_at", now, "expires_at",
                                     g->expires != NGX_LO_NULL ? expires
                                                               : NULL));
}


/* --- DELETE /workflows/{workflow_id}/permissions/{permission_id} ------------- */


ngx_int_t
ngx_lo_graph_grant_end_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_graph_find(api, job, NGX_LO_NULL);
}


ngx_int_t
ngx_lo_graph_grant_end_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    const char      *id;
    ngx_lo_trail_t   trail;

    if (ngx_lo_graph_row(api, job, NGX_LO_GRAPH_OWNER, NGX_LO_GRANT_SHARE,
                         &rc)
        == NULL)
    {
        return rc;
    }

    id = ngx_lo_api_seg(api, "workflow_id");
    job = ngx_lo_api_job(api, 1);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "workflow";
    trail.action = "unshare";
    trail.description = "Workflow no longer shared";
    trail.resource_type = "workflow";
    trail.resource_id = id;

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_graph_grant_del, id,
                          ngx_lo_api_seg(api, "permission_id"))
           != NGX_OK
        || ngx_lo_api_audit(api, job, &trail) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_graph_grant_gone);

    return ngx_lo_api_then(api, job, ngx_lo_graph_grant_taken);
}


static ngx_int_t
ngx_lo_graph_grant_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Permission not found");
}


static ngx_int_t
ngx_lo_graph_grant_taken(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
