/*
 * Procedures listed, shown and removed (spec/api.md 3.2-3.4, 3.7).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_procedures.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_TAGS_MAX  4


static ngx_int_t ngx_lo_procedures_tags(ngx_lo_api_t *api,
    const char *tags[NGX_LO_TAGS_MAX]);
static ngx_int_t ngx_lo_procedures_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_procedures_in_use(ngx_lo_api_t *api,
    ngx_lo_job_t *job);


json_t *
ngx_lo_procedure_json(const json_t *row, ngx_uint_t detail)
{
    json_t       *v;
    ngx_uint_t    i;

    static const char *const  more[] = {
        "ckp_json", "provenance", "retrieval_metadata", "trigger"
    };

    v = json_copy((json_t *) row);
    if (v == NULL) {
        return NULL;
    }

    (void) json_object_del(v, "diagnostics");

    if (detail) {
        (void) json_object_set_new(v, "builder_draft", json_null());
        (void) json_object_set_new(v, "builder_draft_updated_at", json_null());
        return v;
    }

    for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        (void) json_object_del(v, more[i]);
    }

    return v;
}


/* The document's hash and the time of the change, quoted. */

const char *
ngx_lo_procedure_tag(ngx_lo_api_t *api, const json_t *row)
{
    u_char      *p;
    int64_t      ms;
    const char  *hash, *at;

    hash = ckp_json_str(row, "content_hash");
    at = ckp_json_str(row, "updated_at");
    ms = 0;

    if (hash == NULL || at == NULL || !ckp_time_parse(at, &ms)) {
        return NULL;
    }

    p = ngx_pnalloc(api->r->pool, 64);
    if (p == NULL) {
        return NULL;
    }

    *ngx_sprintf(p, "\"%*s-%xL\"", (size_t) 32, hash, ms) = '\0';

    return (const char *) p;
}


const char *
ngx_lo_procedure_etag(ngx_lo_api_t *api, const json_t *row)
{
    const char  *tag;

    tag = ngx_lo_procedure_tag(api, row);

    if (tag == NULL || ngx_lo_api_set(api, "ETag", tag) == NGX_ERROR) {
        return NULL;
    }

    return tag;
}


ngx_int_t
ngx_lo_procedure_412(ngx_lo_api_t *api, const json_t *row)
{
    if (ngx_lo_procedure_etag(api, row) == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 412, "precondition_failed",
                              "It was changed since it was read");
}


ngx_int_t
ngx_lo_procedure_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Procedure not found");
}


ngx_int_t
ngx_lo_procedures_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t       rc;
    int64_t         latest;
    const char     *tags[NGX_LO_TAGS_MAX], *status, *channel, *project;
    const char     *search, *meta;
    ngx_lo_page_t  *page;

    page = ngx_palloc(api->r->pool, sizeof(ngx_lo_page_t));
    if (page == NULL || ngx_lo_procedures_tags(api, tags) != NGX_OK) {
        return NGX_ERROR;
    }

    api->ctx = page;

    ngx_lo_page_read(api, page, 1, 1000, 1000);

    project = ngx_lo_query_str(api, "project_id");
    status = ngx_lo_query_str(api, "status");
    channel = ngx_lo_query_word(api, "channel", "dev|qa|prod");
    search = ngx_lo_like(api, ngx_lo_query_str(api, "search"), 1);
    meta = ngx_lo_like(api, ngx_lo_query_str(api, "metadata_search"), 1);
    latest = ngx_lo_query_bool(api, "latest_only", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_job_add(job, page->asc ? &ngx_lo_sql_api_procedures_asc
                                       : &ngx_lo_sql_api_procedures_desc,
                        project, status, channel, search, meta, tags[0],
                        tags[1], tags[2], tags[3], latest, page->at, page->id,
                        page->limit + 1, page->offset);

    if (rc == NGX_OK && page->total) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_procedures_count, project,
                            status, channel, search, meta, tags[0], tags[1],
                            tags[2], tags[3], latest);
    }

    return rc;
}


/* Each tag as a pattern for the JSON text of the column: %"tag"% */

static ngx_int_t
ngx_lo_procedures_tags(ngx_lo_api_t *api, const char *tags[NGX_LO_TAGS_MAX])
{
    char        *text, *dump;
    size_t       len;
    json_t      *v;
    ngx_uint_t   n;
    const char  *s;

    ngx_memzero(tags, NGX_LO_TAGS_MAX * sizeof(char *));

    s = ngx_lo_query_str(api, "tags");

    for (n = 0; s != NULL && *s != '\0'; s += len) {

        s += strspn(s, ", ");
        len = strcspn(s, ",");

        if (len == 0) {
            continue;
        }

        if (n == NGX_LO_TAGS_MAX) {
            ngx_lo_input_wrong(api, "query", "tags", "too_many",
                               "At most 4 tags");
            return NGX_OK;
        }

        v = json_stringn(s, len);
        dump = json_dumps(v, JSON_ENCODE_ANY|JSON_COMPACT);
        json_decref(v);

        if (dump == NULL) {
            return NGX_ERROR;
        }

        text = ngx_lo_like(api, dump, 1);
        free(dump);

        if (text == NULL) {
            return NGX_ERROR;
        }

        tags[n++] = text;
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_procedures_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t         *rows;
    ngx_lo_page_t  *page;

    page = api->ctx;
    rows = ngx_lo_job_rows_take(job, 0);

    if (ngx_lo_page_cut(api, page, rows, "created_at") != NGX_OK
        || ngx_lo_page_total(api, page, job, 1) != NGX_OK)
    {
        json_decref(rows);
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}


ngx_int_t
ngx_lo_procedures_versions_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_versions,
                          ngx_lo_api_seg(api, "procedure_id"));
}


ngx_int_t
ngx_lo_procedures_versions_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_procedures_newest_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *channel;

    channel = ngx_lo_query_word(api, "channel", "dev|qa|prod");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (channel != NULL) {
        return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_in,
                              ngx_lo_api_seg(api, "procedure_id"), channel);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get,
                          ngx_lo_api_seg(api, "procedure_id"), "latest");
}


ngx_int_t
ngx_lo_procedures_newest_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_procedures_get_render(api, job);
}


ngx_int_t
ngx_lo_procedures_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_procedures_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *tag;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_procedure_404(api);
    }

    tag = ngx_lo_procedure_etag(api, row);

    if (ngx_lo_api_fresh(api, tag)) {
        return ngx_lo_api_empty(api, NGX_HTTP_NOT_MODIFIED);
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_procedure_json(row, 1));
}


ngx_int_t
ngx_lo_procedures_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_query_bool(api, "force", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_procedures_get_prepare(api, job);
}


ngx_int_t
ngx_lo_procedures_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_uint_t       force;
    const json_t    *row;
    ngx_lo_trail_t   trail;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_procedure_404(api);
    }

    if (ngx_lo_api_stale(api, ngx_lo_procedure_tag(api, row))) {
        return ngx_lo_procedure_412(api, row);
    }

    api->ctx = ngx_lo_api_keep(api, ngx_lo_procedure_json(row, 0));
    force = ngx_lo_query_bool(api, "force", 0);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "procedure";
    trail.action = "delete";
    trail.description = "Procedure version deleted";
    trail.resource_type = "procedure";
    trail.resource_id = ckp_json_str(row, "procedure_id");
    trail.meta = json_pack("{s:O, s:O, s:b}",
                           "version", json_object_get(row, "version"),
                           "hash", json_object_get(row, "content_hash"),
                           "force", (int) force);

    job = ngx_lo_api_job(api, 1);
    rc = NGX_ERROR;

    if (job != NULL && api->ctx != NULL) {
        rc = ngx_lo_job_add(job, force ? &ngx_lo_sql_api_procedure_del
                                       : &ngx_lo_sql_api_procedure_del_idle,
                            ckp_json_str(row, "procedure_id"),
                            ckp_json_str(row, "version"));
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_api_audit(api, job, &trail);
    }

    json_decref((json_t *) trail.meta);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_procedures_in_use);

    return ngx_lo_api_then(api, job, ngx_lo_procedures_gone);
}


static ngx_int_t
ngx_lo_procedures_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = api->ctx;

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b, s:O, s:O}", "deleted", 1,
                                     "procedure_id",
                                     json_object_get(row, "procedure_id"),
                                     "version",
                                     json_object_get(row, "version")));
}


static ngx_int_t
ngx_lo_procedures_in_use(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_query_bool(api, "force", 0)) {
        return ngx_lo_procedure_404(api);
    }

    return ngx_lo_api_problem(api, 409, "active_runs",
                              "Runs of this version are not finished");
}
