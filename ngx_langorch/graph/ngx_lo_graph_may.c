/*
 * What a caller may do with a graph (spec/api.md 18.1).
 */

#include "api/ngx_lo_reply.h"
#include "graph/ngx_lo_graph.h"


static const char *const  ngx_lo_graph_rights[] = {
    "none", "view", "run", "edit", "delete", "owner"
};


ngx_uint_t
ngx_lo_graph_may(ngx_lo_api_t *api, const json_t *row)
{
    ngx_uint_t   may, i;
    const char  *owner, *granted;

    owner = ckp_json_str(row, "owner_id");
    granted = ckp_json_str(row, "granted");

    if (ngx_lo_who_is(&api->who, NGX_LO_ADMIN)
        || (owner != NULL && strcmp(owner, api->actor) == 0))
    {
        return NGX_LO_GRAPH_OWNER;
    }

    may = ckp_json_bool(row, "is_public", false) ? NGX_LO_GRAPH_RUN
                                                 : NGX_LO_GRAPH_NONE;

    for (i = may + 1; granted != NULL && i < NGX_LO_GRAPH_OWNER; i++) {
        if (strcmp(granted, ngx_lo_graph_rights[i]) == 0) {
            may = i;
        }
    }

    return may;
}


const json_t *
ngx_lo_graph_groups(ngx_lo_api_t *api)
{
    return (api->who.groups.len != 0)
           ? ngx_lo_api_keep(api, ngx_lo_who_groups(&api->who)) : NULL;
}


const char *
ngx_lo_graph_right(ngx_uint_t may)
{
    return ngx_lo_graph_rights[may];
}


ngx_int_t
ngx_lo_graph_403(ngx_lo_api_t *api, const char *what)
{
    return ngx_lo_api_problem(api, 403, "forbidden", "Not authorized to %s",
                              what);
}


ngx_int_t
ngx_lo_graph_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Workflow not found");
}


const json_t *
ngx_lo_graph_row(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_uint_t need,
    const char *what, ngx_int_t *rc)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        *rc = ngx_lo_graph_404(api);
        return NULL;
    }

    if (ngx_lo_graph_may(api, row) < need) {
        *rc = ngx_lo_graph_403(api, what);
        return NULL;
    }

    *rc = NGX_OK;

    return row;
}
