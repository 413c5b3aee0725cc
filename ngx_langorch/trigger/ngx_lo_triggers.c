/*
 * Registrations: listed, shown, switched off, and what became of their firings
 * (spec/api.md 11.1, 11.2, 11.4, 11.8).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_trigger.h"

#define NGX_LO_TRIGGER_TYPES  "scheduled|webhook|event|file_watch"

#define NGX_LO_TRIGGER_OUTCOMES                                               \
    "fired|deduped|bad_signature|source_not_allowed|rate_limited"             \
    "|concurrency_limited|not_runnable|invalid_inputs|disabled|error"


static ngx_int_t ngx_lo_triggers_off(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_triggers_lost(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_triggers_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_triggers_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t      limit, offset, enabled;
    const char  *type, *procedure, *said;

    type = ngx_lo_query_word(api, "trigger_type", NGX_LO_TRIGGER_TYPES);
    procedure = ngx_lo_query_str(api, "procedure_id");
    said = ngx_lo_query_str(api, "enabled");
    enabled = (said != NULL && *said != '\0')
              ? (int64_t) ngx_lo_query_bool(api, "enabled", 0) : NGX_LO_NULL;
    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_triggers, type, enabled,
                          (procedure && *procedure) ? procedure : NULL, limit,
                          offset, ngx_lo_api_projects(api));
}


ngx_int_t
ngx_lo_triggers_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_asset_list(api, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_triggers_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_get,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_triggers_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_OK, row, NULL)
                         : ngx_lo_api_json(api, NGX_HTTP_OK, json_null());
}


/* --- switched off ------------------------------------------------------------ */


ngx_int_t
ngx_lo_triggers_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_query_bool(api, "purge", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_triggers_get_prepare(api, job);
}


ngx_int_t
ngx_lo_triggers_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    ngx_uint_t     purge;
    const char    *guard;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Trigger registration not found");
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    purge = ngx_lo_query_bool(api, "purge", 0);
    guard = ngx_lo_asset_guard(api, row);
    job = ngx_lo_api_job(api, 1);

    if (job == NULL) {
        return NGX_ERROR;
    }

    rc = purge ? ngx_lo_job_add(job, &ngx_lo_sql_trigger_del,
                                ngx_lo_api_seg(api, "procedure_id"),
                                ngx_lo_api_seg(api, "version"), guard)
               : ngx_lo_job_add(job, &ngx_lo_sql_trigger_disable,
                                ngx_lo_api_seg(api, "procedure_id"),
                                ngx_lo_api_seg(api, "version"), api->now_ms,
                                guard);

    if (rc == NGX_OK && purge) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_lost);
    }

    return (rc == NGX_OK) ? ngx_lo_triggers_off(api, job) : NGX_ERROR;
}


static ngx_int_t
ngx_lo_triggers_off(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *meta;
    ngx_int_t        rc;
    ngx_lo_trail_t   trail;

    meta = json_pack("{s:s}", "version", ngx_lo_api_seg(api, "version"));

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "trigger";
    trail.action = ngx_lo_query_bool(api, "purge", 0) ? "delete" : "disable";
    trail.description = "Trigger switched off";
    trail.resource_type = "trigger";
    trail.resource_id = ngx_lo_api_seg(api, "procedure_id");
    trail.procedure = trail.resource_id;
    trail.meta = meta;

    rc = (meta != NULL) ? ngx_lo_api_audit(api, job, &trail) : NGX_ERROR;
    json_decref(meta);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_triggers_lost);

    return ngx_lo_api_then(api, job, ngx_lo_triggers_gone);
}


static ngx_int_t
ngx_lo_triggers_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}


static ngx_int_t
ngx_lo_triggers_lost(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_header(api, "If-Match")
           ? ngx_lo_asset_412(api)
           : ngx_lo_api_problem(api, 404, "not_found",
                                "Trigger registration not found");
}


/* --- what became of its firings -------------------------------------------------- */


ngx_int_t
ngx_lo_triggers_history_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t         beyond;
    ngx_int_t       rc;
    const char     *outcome, *id, *version;
    ngx_lo_page_t  *page;

    page = ngx_palloc(api->r->pool, sizeof(ngx_lo_page_t));
    if (page == NULL) {
        return NGX_ERROR;
    }

    api->ctx = page;
    ngx_lo_page_read(api, page, 1, 1000, 100);
    outcome = ngx_lo_query_word(api, "outcome", NGX_LO_TRIGGER_OUTCOMES);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    id = ngx_lo_api_seg(api, "procedure_id");
    version = ngx_lo_api_seg(api, "version");
    beyond = (page->id != NGX_LO_NULL) ? page->id
                                       : page->asc ? 0 : INT64_MAX;

    rc = ngx_lo_job_add(job, &ngx_lo_sql_trigger_history[page->asc], id,
                        version, outcome, beyond, page->limit + 1,
                        page->offset);

    if (rc == NGX_OK && page->total) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_trigger_history[2], id, version,
                            outcome);
    }

    return rc;
}


ngx_int_t
ngx_lo_triggers_history_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char           *cursor;
    size_t          n;
    json_t         *rows;
    ngx_lo_page_t  *page;

    page = api->ctx;
    rows = ngx_lo_job_rows_take(job, 0);
    n = json_array_size(rows);

    if ((int64_t) n > page->limit) {
        (void) json_array_remove(rows, n - 1);
        cursor = ngx_lo_page_cursor(api, 0,
                                    ckp_json_int(json_array_get(rows, n - 2),
                                                 "id", 0));

        if (cursor == NULL || ngx_lo_page_more(api, cursor) != NGX_OK) {
            json_decref(rows);
            return NGX_ERROR;
        }
    }

    if (ngx_lo_page_total(api, page, job, 1) != NGX_OK) {
        json_decref(rows);
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}
