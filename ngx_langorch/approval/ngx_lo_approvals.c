/*
 * Questions to people: listed and shown (spec/api.md 7).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_approver.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_api.h"


ngx_int_t
ngx_lo_approvals_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t         at, id;
    ngx_int_t       rc;
    ngx_uint_t      by;
    const char     *status, *run, *procedure;
    const json_t   *within;
    ngx_lo_page_t  *page;

    page = ngx_palloc(api->r->pool, sizeof(ngx_lo_page_t));
    if (page == NULL) {
        return NGX_ERROR;
    }

    api->ctx = page;

    ngx_lo_page_read(api, page, 1, 1000, 1000);

    status = ngx_lo_query_str(api, "status");
    run = ngx_lo_query_str(api, "run_id");
    procedure = ngx_lo_query_str(api, "procedure_id");
    within = ngx_lo_api_projects(api);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    by = (run != NULL) ? 2 : (status != NULL) ? 1 : 0;
    at = (page->at != NGX_LO_NULL) ? page->at : INT64_MAX;
    id = (page->at != NGX_LO_NULL) ? page->id : INT64_MAX;

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_approvals[by][0], status, run,
                        procedure, within, at, id, page->limit + 1,
                        page->offset);

    if (rc == NGX_OK && page->total) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_approvals[by][1], status, run,
                            procedure, within);
    }

    return (rc == NGX_OK) ? ngx_lo_approver_ask(api, job) : rc;
}


ngx_int_t
ngx_lo_approvals_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t          i;
    json_t         *rows, *row;
    const json_t   *deputes;
    ngx_lo_page_t  *page;

    page = api->ctx;
    deputes = ngx_lo_job_rows(job, page->total ? 2 : 1);
    rows = ngx_lo_job_rows_take(job, 0);

    if (ngx_lo_page_cut(api, page, rows, "created_at") != NGX_OK
        || ngx_lo_page_total(api, page, job, 1) != NGX_OK)
    {
        json_decref(rows);
        return NGX_ERROR;
    }

    json_array_foreach(rows, i, row) {
        if (json_array_set_new(rows, i,
                               ngx_lo_approval_shown(api, row, deputes)) != 0)
        {
            json_decref(rows);
            return NGX_ERROR;
        }
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}


ngx_int_t
ngx_lo_approvals_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return (ngx_lo_job_add(job, &ngx_lo_sql_api_approval_get,
                           ngx_lo_api_seg(api, "approval_id")) == NGX_OK)
           ? ngx_lo_approver_ask(api, job) : NGX_ERROR;
}


ngx_int_t
ngx_lo_approvals_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Approval not found");
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           ngx_lo_approval_shown(api, row,
                                                 ngx_lo_job_rows(job, 1)));
}


ngx_int_t
ngx_lo_approval_changed(ngx_lo_job_t *job, const char *id)
{
    ngx_int_t   rc;
    ngx_uint_t  i;

    rc = NGX_OK;

    for (i = 0; rc == NGX_OK && i < NGX_LO_SQL_CHANGE_N; i++) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_approval_change[i], id);
    }

    return rc;
}
