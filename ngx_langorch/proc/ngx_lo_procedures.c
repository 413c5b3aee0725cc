/*
 * Procedures shown and removed (spec/api.md 3.3, 3.4, 3.7).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_procedures.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_proc.h"
#include "store/ngx_lo_sql_trigger.h"


static ngx_int_t ngx_lo_procedures_remove(ngx_lo_api_t *api,
    const json_t *row, ngx_uint_t force);
static ngx_int_t ngx_lo_procedures_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_procedures_missed(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_procedures_kept(ngx_lo_api_t *api, ngx_lo_job_t *job);


json_t *
ngx_lo_procedure_json(const json_t *row, ngx_uint_t detail)
{
    json_t       *v;
    ngx_uint_t    i;

    static const char *const  more[] = {
        "ckp_json", "provenance", "retrieval_metadata", "trigger",
        "builder_draft", "builder_draft_updated_at"
    };

    v = json_copy((json_t *) row);
    if (v == NULL) {
        return NULL;
    }

    (void) json_object_del(v, "diagnostics");

    if (detail) {
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

    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_show,
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
    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_show,
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


/* `latest` is a version to look at; a change says which it means. */

ngx_int_t
ngx_lo_procedure_exact(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (strcmp(ngx_lo_api_seg(api, "version"), "latest") == 0) {
        return ngx_lo_procedure_404(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_procedures_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_query_bool(api, "force", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_procedure_exact(api, job);
}


ngx_int_t
ngx_lo_procedures_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_procedure_404(api);
    }

    if (ngx_lo_api_stale(api, ngx_lo_procedure_tag(api, row))) {
        return ngx_lo_procedure_412(api, row);
    }

    api->ctx = ngx_lo_api_keep(api, ngx_lo_procedure_json(row, 0));

    if (api->ctx == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_procedures_remove(api, row,
                                    ngx_lo_query_bool(api, "force", 0));
}


static ngx_int_t
ngx_lo_procedures_remove(ngx_lo_api_t *api, const json_t *row,
    ngx_uint_t force)
{
    int64_t          id;
    ngx_int_t        rc;
    ngx_lo_job_t    *job;
    ngx_lo_trail_t   trail;

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "procedure";
    trail.action = "delete";
    trail.description = "Procedure version deleted";
    trail.resource_type = "procedure";
    trail.resource_id = ckp_json_str(row, "procedure_id");
    trail.procedure = trail.resource_id;
    trail.hash = ckp_json_str(row, "content_hash");
    trail.meta = json_pack("{s:O, s:O, s:b}",
                           "version", json_object_get(row, "version"),
                           "hash", json_object_get(row, "content_hash"),
                           "force", (int) force);

    job = ngx_lo_api_job(api, 1);
    rc = NGX_ERROR;
    id = ckp_json_int(row, "id", 0);

    if (job != NULL && trail.meta != NULL) {

        /* what the client saw is what goes, when it said so by If-Match */

        rc = ngx_lo_job_add(job, force ? &ngx_lo_sql_api_procedure_del
                                       : &ngx_lo_sql_api_procedure_del_idle,
                            ckp_json_str(row, "procedure_id"),
                            ckp_json_str(row, "version"),
                            ngx_lo_api_header(api, "If-Match") != NULL
                            ? ckp_json_str(row, "content_hash") : NULL);
    }

    if (rc == NGX_OK
        && ngx_lo_job_add(job, &ngx_lo_sql_procedure_words_gone, id) == NGX_OK
        && ngx_lo_job_add(job, &ngx_lo_sql_draft_del, id) == NGX_OK
        && ngx_lo_job_add(job, &ngx_lo_sql_trigger_gone,
                          ckp_json_str(row, "procedure_id"),
                          ckp_json_str(row, "version")) == NGX_OK
        && ngx_lo_job_add(job, &ngx_lo_sql_backfills_gone,
                          ckp_json_str(row, "procedure_id"),
                          ckp_json_str(row, "version")) == NGX_OK
        && ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_lost) == NGX_OK)
    {
        rc = ngx_lo_api_audit(api, job, &trail);

    } else {
        rc = NGX_ERROR;
    }

    json_decref((json_t *) trail.meta);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_procedures_missed);

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


/* It was removed or changed meanwhile, or runs of it are active: which? */

static ngx_int_t
ngx_lo_procedures_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_job_t  *next;

    next = ngx_lo_api_job(api, 0);

    if (next == NULL || ngx_lo_procedure_exact(api, next) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, next, ngx_lo_procedures_kept);
}


static ngx_int_t
ngx_lo_procedures_kept(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_procedure_404(api);
    }

    if (ngx_lo_api_stale(api, ngx_lo_procedure_tag(api, row))) {
        return ngx_lo_procedure_412(api, row);
    }

    return ngx_lo_api_problem(api, 409, "active_runs",
                              "Runs of this version are not finished");
}
