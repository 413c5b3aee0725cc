/*
 * The timeline of a run: in pages, or as it happens (spec/api.md 5).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "push/ngx_lo_push.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"


typedef struct {
    int64_t     limit;
    int64_t     after;          /* event_id */
    ngx_uint_t  follow;
    ngx_uint_t  asked;          /* an id was given at all */
} ngx_lo_events_page_t;


ngx_int_t
ngx_lo_events_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char                  *types;
    const char            *run, *node;
    ngx_lo_events_page_t  *page;

    page = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_events_page_t));
    if (page == NULL) {
        return NGX_ERROR;
    }

    api->ctx = page;

    page->after = ngx_lo_query_int(api, "after_id", 0, INT64_MAX, 0);
    page->limit = ngx_lo_query_int(api, "limit", 1, 10000, 10000);
    types = ngx_lo_word_list(api, ngx_lo_query_str(api, "types"), 0);
    node = ngx_lo_query_str(api, "node_id");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    run = ngx_lo_api_seg(api, "run_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_run_known, run) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_events, run, page->after,
                          (const char *) types, node, page->limit + 1);
}


ngx_int_t
ngx_lo_events_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t                 n;
    u_char                *next;
    json_t                *rows;
    ngx_int_t              rc;
    ngx_lo_events_page_t  *page;

    rc = ngx_lo_run_found(api, job);
    if (rc != NGX_OK) {
        return rc;
    }

    page = api->ctx;
    rows = ngx_lo_job_rows_take(job, 1);
    n = json_array_size(rows);

    if ((int64_t) n > page->limit) {
        (void) json_array_remove(rows, n - 1);

        next = ngx_pnalloc(api->r->pool, NGX_INT64_LEN + 1);
        if (next == NULL) {
            json_decref(rows);
            return NGX_ERROR;
        }

        *ngx_sprintf(next, "%L",
                     ckp_json_int(json_array_get(rows, n - 2), "event_id", 0))
            = '\0';

        if (ngx_lo_api_set(api, "X-Next-After-Id", (const char *) next)
            == NGX_ERROR)
        {
            json_decref(rows);
            return NGX_ERROR;
        }
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}


ngx_int_t
ngx_lo_events_stream_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_events_page_t  *page;

    page = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_events_page_t));
    if (page == NULL) {
        return NGX_ERROR;
    }

    api->ctx = page;

    page->after = ngx_lo_query_resume(api, &page->asked);
    page->follow = ngx_lo_query_bool(api, "follow", 1);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_stream_head,
                          ngx_lo_api_seg(api, "run_id"), page->after);
}


ngx_int_t
ngx_lo_events_stream_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t              rc;
    const json_t          *row;
    ngx_lo_events_page_t  *page;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    page = api->ctx;

    /* a reader that has the end already is told not to come again */

    if (page->asked
        && ngx_lo_run_is_final(ckp_json_str(row, "status"))
        && page->after >= ckp_json_int(row, "last_id", 0))
    {
        return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
    }

    rc = ngx_lo_api_stream_head(api);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_api_stream(api,
                             ngx_lo_push_run(api->r,
                                             ckp_json_str(row, "run_id"),
                                             ckp_json_int(row, "seq", 0),
                                             page->follow));
}
