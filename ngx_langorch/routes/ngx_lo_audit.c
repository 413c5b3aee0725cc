/*
 * The audit trail: a page of it, or all of it as lines (spec/api.md 14).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_pour.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_AUDIT_LINES     500      /* of an export at a time */
#define NGX_LO_AUDIT_LINES_MAX (64 * 1024 * 1024)


/* What is asked for; NULL: anything. */

typedef struct {
    ngx_lo_page_t   page;
    const char     *category;
    const char     *actor;
    const char     *action;
    const char     *type;
    const char     *id;
    const char     *search;
    const char     *procedure;
    int64_t         since;
    int64_t         until;
    int64_t         after;          /* export: the last one sent */
    int64_t         last;           /* export: the last one of all */
} ngx_lo_audit_t;


static ngx_lo_audit_t *ngx_lo_audit_read(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_audit_add(ngx_lo_job_t *job, const ngx_lo_audit_t *a,
    ngx_uint_t asc, int64_t limit);
static ngx_int_t ngx_lo_audit_more(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_audit_pour(ngx_lo_api_t *api, ngx_lo_job_t *job);


static ngx_lo_audit_t *
ngx_lo_audit_read(ngx_lo_api_t *api)
{
    ngx_lo_audit_t  *a;

    a = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_audit_t));
    if (a == NULL) {
        return NULL;
    }

    api->ctx = a;

    a->category = ngx_lo_query_str(api, "category");
    a->actor = ngx_lo_query_str(api, "actor");
    a->action = ngx_lo_query_str(api, "action");
    a->type = ngx_lo_query_str(api, "resource_type");
    a->id = ngx_lo_query_str(api, "resource_id");
    a->search = ngx_lo_like(api, ngx_lo_query_str(api, "search"), 1);
    a->procedure = ngx_lo_query_str(api, "procedure_id");
    a->since = ngx_lo_query_time(api, "since");
    a->until = ngx_lo_query_time(api, "until");

    return a;
}


static ngx_int_t
ngx_lo_audit_add(ngx_lo_job_t *job, const ngx_lo_audit_t *a, ngx_uint_t asc,
    int64_t limit)
{
    int64_t  beyond;

    beyond = (a->page.id != NGX_LO_NULL) ? a->page.id : asc ? 0 : INT64_MAX;

    return ngx_lo_job_add(job, &ngx_lo_sql_api_audit[a->id != NULL][asc],
                          a->category, a->actor, a->action, a->type, a->id,
                          a->search, a->since, a->until, a->procedure, beyond,
                          limit, a->page.offset);
}


ngx_int_t
ngx_lo_audit_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_audit_t  *a;

    a = ngx_lo_audit_read(api);
    if (a == NULL) {
        return NGX_ERROR;
    }

    ngx_lo_page_read(api, &a->page, 1, 1000, 200);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_audit_add(job, a, a->page.asc, a->page.limit + 1);

    if (rc == NGX_OK && a->page.total) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_audit[a->id != NULL][2],
                            a->category, a->actor, a->action, a->type, a->id,
                            a->search, a->since, a->until, a->procedure);
    }

    return rc;
}


ngx_int_t
ngx_lo_audit_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char            *cursor;
    size_t           n;
    json_t          *rows, *v;
    ngx_lo_audit_t  *a;

    a = api->ctx;
    rows = ngx_lo_job_rows_take(job, 0);
    n = json_array_size(rows);
    cursor = NULL;

    if ((int64_t) n > a->page.limit) {
        (void) json_array_remove(rows, n - 1);
        cursor = ngx_lo_page_cursor(api, 0,
                                    ckp_json_int(json_array_get(rows, n - 2),
                                                 "event_id", 0));

        if (cursor == NULL || ngx_lo_page_more(api, cursor) != NGX_OK) {
            json_decref(rows);
            return NGX_ERROR;
        }
    }

    v = json_pack("{s:o, s:I, s:I, s:s?}", "events", rows,
                  "limit", (json_int_t) a->page.limit,
                  "offset", (json_int_t) a->page.offset,
                  "next_cursor", cursor);

    if (v != NULL && a->page.total) {
        (void) json_object_set(v, "total",
                               json_object_get(ngx_lo_job_row(job, 1), "n"));
    }

    if (ngx_lo_page_total(api, &a->page, job, 1) != NGX_OK) {
        json_decref(v);
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


/* --- all of it ------------------------------------------------------------------ */


/* What is added while it is sent is not part of it. */

ngx_int_t
ngx_lo_audit_export_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_audit_t  *a;

    a = ngx_lo_audit_read(api);
    if (a == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_lo_query_word(api, "format", "ndjson");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_audit_last);
}


ngx_int_t
ngx_lo_audit_export_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_audit_t  *a;

    a = api->ctx;
    a->last = ckp_json_int(ngx_lo_job_row(job, 0), "n", 0);

    rc = ngx_lo_pour_begin(api, "application/x-ndjson");

    return (rc == NGX_OK) ? ngx_lo_audit_more(api) : rc;
}


static ngx_int_t
ngx_lo_audit_more(ngx_lo_api_t *api)
{
    ngx_lo_job_t    *job;
    ngx_lo_audit_t  *a;

    a = api->ctx;
    a->page.id = a->after;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_audit_add(job, a, 1, NGX_LO_AUDIT_LINES) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_audit_pour);
}


static ngx_int_t
ngx_lo_audit_pour(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t           i;
    json_t          *row;
    int64_t          id;
    ckp_buf_t        text;
    ngx_uint_t       end;
    ngx_lo_audit_t  *a;

    a = api->ctx;
    end = ngx_lo_job_count(job, 0) < NGX_LO_AUDIT_LINES;

    ckp_buf_init(&text, NGX_LO_AUDIT_LINES_MAX);
    ckp_buf_puts(&text, "");

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        id = ckp_json_int(row, "event_id", 0);

        if (id > a->last) {
            end = 1;
            break;
        }

        ckp_json_put(&text, row);
        ckp_buf_puts(&text, "\n");
        a->after = id;
    }

    return ngx_lo_pour_piece(api, &text, end ? NULL : ngx_lo_audit_more);
}
