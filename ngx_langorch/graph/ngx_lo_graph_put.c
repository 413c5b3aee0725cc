/*
 * A graph on its way into the store and back (spec/api.md 18.2, 18.5).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "graph/ngx_lo_graph_int.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql.h"


static ngx_int_t ngx_lo_graph_head(ngx_lo_api_t *api, ngx_lo_graph_t *g,
    ngx_lo_job_t *job, int64_t rev);
static ngx_uint_t ngx_lo_graph_differs(const ngx_lo_graph_t *g,
    const json_t *old);
static ngx_int_t ngx_lo_graph_change(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_graph_raced(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_graph_changed(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_graph_find(ngx_lo_api_t *api, ngx_lo_job_t *job, int64_t version)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_graph_get,
                          ngx_lo_api_seg(api, "workflow_id"), version,
                          api->actor, ngx_lo_graph_groups(api), api->now_ms);
}


ngx_int_t
ngx_lo_graph_store(ngx_lo_api_t *api, ngx_lo_graph_t *g, ngx_lo_job_t *job,
    int64_t rev)
{
    ngx_lo_trail_t  trail;

    if (ngx_lo_graph_head(api, g, job, rev) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!g->same
        && (ngx_lo_job_add(job, &ngx_lo_sql_document_put,
                           (const char *) g->hash, (const char *) g->text,
                           NGX_LO_NULL, NULL)
            != NGX_OK
            || ngx_lo_job_add(job, &ngx_lo_sql_graph_version_add,
                              (const char *) g->graph_id, g->version,
                              g->nodes, g->edges, g->levels,
                              (const char *) g->hash,
                              (int64_t) json_array_size(g->nodes),
                              (int64_t) json_array_size(g->edges),
                              api->now_ms, api->actor)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "workflow";
    trail.action = rev ? "update" : "create";
    trail.description = rev ? "Workflow changed" : "Workflow created";
    trail.resource_type = "workflow";
    trail.resource_id = g->graph_id;

    if (ngx_lo_api_audit(api, job, &trail) != NGX_OK) {
        return NGX_ERROR;
    }

    g->answer = ngx_lo_job_len(job);

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_get,
                          (const char *) g->graph_id, NGX_LO_NULL, api->actor,
                          ngx_lo_graph_groups(api), api->now_ms);
}


static ngx_int_t
ngx_lo_graph_head(ngx_lo_api_t *api, ngx_lo_graph_t *g, ngx_lo_job_t *job,
    int64_t rev)
{
    int64_t        timeout;
    const json_t  *h;

    h = g->head;
    timeout = ckp_json_int(h, "timeout_seconds", NGX_LO_NULL);

    if (rev == 0) {
        return ngx_lo_job_add(job, &ngx_lo_sql_graph_add,
                              (const char *) g->graph_id,
                              ckp_json_str(h, "name"),
                              ckp_json_str(h, "description"), api->actor,
                              ckp_json_str(h, "organization_id"),
                              (int64_t) ckp_json_bool(h, "is_template", false),
                              (int64_t) ckp_json_bool(h, "is_public", false),
                              (int64_t) ckp_json_bool(h, "is_active", true),
                              timeout, ckp_json_int(h, "max_retries", 3),
                              ckp_json_str(h, "on_error"),
                              ckp_json_str(h, "scheduling"),
                              json_object_get(h, "tags"),
                              json_object_get(h, "metadata"), api->now_ms);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_graph_put,
                          (const char *) g->graph_id, ckp_json_str(h, "name"),
                          ckp_json_str(h, "description"), g->version,
                          ckp_json_str(h, "organization_id"),
                          (int64_t) ckp_json_bool(h, "is_template", false),
                          (int64_t) ckp_json_bool(h, "is_public", false),
                          (int64_t) ckp_json_bool(h, "is_active", true),
                          timeout, ckp_json_int(h, "max_retries", 3),
                          ckp_json_str(h, "on_error"),
                          ckp_json_str(h, "scheduling"),
                          json_object_get(h, "tags"),
                          json_object_get(h, "metadata"), api->now_ms, rev);
}


const char *
ngx_lo_graph_tag(ngx_lo_api_t *api, const json_t *row)
{
    u_char  *p;

    p = ngx_pnalloc(api->r->pool, 2 * NGX_INT64_LEN + 4);
    if (p == NULL) {
        return NULL;
    }

    *ngx_sprintf(p, "\"%L-%L\"", ckp_json_int(row, "version", 0),
                 ckp_json_int(row, "rev", 0)) = '\0';

    return (const char *) p;
}


ngx_int_t
ngx_lo_graph_answer(ngx_lo_api_t *api, ngx_uint_t status, const json_t *row)
{
    const char  *tag;

    tag = (row != NULL) ? ngx_lo_graph_tag(api, row) : NULL;

    if (tag == NULL || ngx_lo_api_set(api, "ETag", tag) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, status, ngx_lo_graph_full(api, row));
}


ngx_int_t
ngx_lo_graph_412(ngx_lo_api_t *api, const char *tag)
{
    if (ngx_lo_api_set(api, "ETag", tag) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 412, "precondition_failed",
                              "The workflow has changed");
}


/* --- PUT /workflows/{workflow_id} ------------------------------------------------ */


ngx_int_t
ngx_lo_graphs_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_graph_find(api, job, NGX_LO_NULL);
}


ngx_int_t
ngx_lo_graphs_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *old;
    ngx_int_t        rc;
    const char      *tag;
    const json_t    *row;
    ngx_lo_graph_t  *g;

    row = ngx_lo_graph_row(api, job, NGX_LO_GRAPH_EDIT, "edit this workflow",
                           &rc);
    if (row == NULL) {
        return rc;
    }

    g = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_graph_t));
    old = ngx_lo_api_keep(api, json_copy((json_t *) row));
    tag = ngx_lo_graph_tag(api, row);

    if (g == NULL || old == NULL || tag == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_api_stale(api, tag)) {
        return ngx_lo_graph_412(api, tag);
    }

    api->ctx = g;
    ngx_memcpy(g->graph_id, ckp_json_str(old, "id"),
               ngx_min(sizeof(g->graph_id),
                       strlen(ckp_json_str(old, "id")) + 1));
    g->version = ckp_json_int(old, "version", 1) + 1;

    rc = ngx_lo_graph_read(api, g, old);
    if (rc != NGX_OK) {
        return rc;
    }

    g->rev = ckp_json_int(old, "rev", 0);
    g->same = !ngx_lo_graph_differs(g, old);

    return ngx_lo_graph_check(api, g, ngx_lo_graph_change);
}


static ngx_int_t
ngx_lo_graph_change(ngx_lo_api_t *api)
{
    ngx_int_t        rc;
    ngx_lo_job_t    *job;
    ngx_lo_graph_t  *g;

    g = api->ctx;

    rc = ngx_lo_graph_refuse(api, g, "Invalid workflow structure");
    if (rc != NGX_OK) {
        return rc;
    }

    g->version -= g->same;
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_graph_store(api, g, job, g->rev) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_graph_raced);

    return ngx_lo_api_then(api, job, ngx_lo_graph_changed);
}


/* Whether it runs differently now. */

static ngx_uint_t
ngx_lo_graph_differs(const ngx_lo_graph_t *g, const json_t *old)
{
    ngx_uint_t  i;

    static const char *const  names[] = {
        "on_error", "scheduling", "timeout_seconds", "max_retries"
    };

    for (i = 0; i < 4; i++) {
        if (!json_equal(json_object_get(g->head, names[i]),
                        json_object_get(old, names[i])))
        {
            return 1;
        }
    }

    return g->given;
}


static ngx_int_t
ngx_lo_graph_raced(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_problem(api, 409, "conflict",
                              "Somebody else changed the workflow just now");
}


static ngx_int_t
ngx_lo_graph_changed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_graph_t  *g;

    g = api->ctx;

    return ngx_lo_graph_answer(api, NGX_HTTP_OK,
                               ngx_lo_job_row(job, g->answer));
}
