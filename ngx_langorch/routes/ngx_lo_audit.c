/*
 * The audit trail, newest first (spec/api.md 14).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


ngx_int_t
ngx_lo_audit_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t         since, until;
    ngx_int_t       rc;
    const char     *category, *actor, *action, *type, *id, *search;
    ngx_lo_page_t  *page;

    page = ngx_palloc(api->r->pool, sizeof(ngx_lo_page_t));
    if (page == NULL) {
        return NGX_ERROR;
    }

    api->ctx = page;

    ngx_lo_page_read(api, page, 1, 1000, 200);

    category = ngx_lo_query_str(api, "category");
    actor = ngx_lo_query_str(api, "actor");
    action = ngx_lo_query_str(api, "action");
    type = ngx_lo_query_str(api, "resource_type");
    id = ngx_lo_query_str(api, "resource_id");
    search = ngx_lo_like(api, ngx_lo_query_str(api, "search"), 1);
    since = ngx_lo_query_time(api, "since");
    until = ngx_lo_query_time(api, "until");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_audit, category, actor, action,
                        type, id, search, since, until, page->id,
                        page->limit + 1, page->offset);

    if (rc == NGX_OK && page->total) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_audit_count, category, actor,
                            action, type, id, search, since, until);
    }

    return rc;
}


ngx_int_t
ngx_lo_audit_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char           *cursor;
    size_t          n;
    json_t         *rows, *v;
    ngx_lo_page_t  *page;

    page = api->ctx;
    rows = ngx_lo_job_rows_take(job, 0);
    n = json_array_size(rows);
    cursor = NULL;

    if ((int64_t) n > page->limit) {
        (void) json_array_remove(rows, n - 1);
        cursor = ngx_lo_page_cursor(api, 0,
                                    ckp_json_int(json_array_get(rows, n - 2),
                                                 "event_id", 0));
    }

    v = json_pack("{s:o, s:I, s:I, s:s?}", "events", rows,
                  "limit", (json_int_t) page->limit,
                  "offset", (json_int_t) page->offset,
                  "next_cursor", cursor);

    if (v != NULL && page->total) {
        (void) json_object_set(v, "total",
                               json_object_get(ngx_lo_job_row(job, 1), "n"));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}
