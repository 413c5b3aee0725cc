/*
 * What promotion and rollback have in common, and what went where
 * (spec/api.md 3.12).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_channels.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_proc.h"

#define NGX_LO_RELEASE_TRIES  5


static ngx_int_t ngx_lo_release_read(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_release_take(ngx_lo_api_t *api, const json_t *row,
    const char *status, json_t *release);
static ngx_int_t ngx_lo_release_members(json_t *doc, json_t *release);
static ngx_int_t ngx_lo_release_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *deployed);
static ngx_int_t ngx_lo_release_again(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_release_done(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_release_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *action)
{
    ngx_lo_release_t  *rel;

    rel = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_release_t));
    if (rel == NULL) {
        return NGX_ERROR;
    }

    api->ctx = rel;

    rel->action = action;
    rel->channel = ngx_lo_input_str(api, "target_channel", NGX_LO_REQUIRED,
                                    1024);
    rel->reason = ngx_lo_input_str(api, "reason", NGX_LO_OPTIONAL, 2000);

    if (*action == 'r') {
        rel->to = ngx_lo_input_str(api, "rollback_to_version", NGX_LO_OPTIONAL,
                                   64);
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_release_rank(rel->channel) == 0) {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "Invalid target_channel '%.64s'. Must be one"
                                  " of: ['dev', 'qa', 'prod']", rel->channel);
    }

    return ngx_lo_release_read(api, job);
}


ngx_uint_t
ngx_lo_release_rank(const char *channel)
{
    return (channel == NULL) ? 0
           : (strcmp(channel, "dev") == 0) ? 1
           : (strcmp(channel, "qa") == 0) ? 2
           : (strcmp(channel, "prod") == 0) ? 3 : 0;
}


static ngx_int_t
ngx_lo_release_read(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t          rc;
    ngx_lo_release_t  *rel;

    rel = api->ctx;

    rc = ngx_lo_procedure_exact(api, job);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_release_active,
                          ngx_lo_api_seg(api, "procedure_id"), rel->channel,
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_release_known(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t            *row;
    ngx_lo_release_t  *rel;

    rel = api->ctx;
    row = (json_t *) ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_procedure_404(api);
    }

    if (ngx_lo_api_stale(api, ngx_lo_procedure_tag(api, row))) {
        return ngx_lo_procedure_412(api, row);
    }

    rel->current = ngx_lo_api_keep(api, json_incref(row));

    return (rel->current != NULL) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_lo_release_change(ngx_lo_api_t *api, const json_t *row, json_t *release,
    ngx_lo_resume_pt known)
{
    size_t              i, n;
    json_t             *other;
    ngx_int_t           rc;
    ngx_lo_release_t   *rel;
    ngx_lo_document_t  **d;

    rel = api->ctx;
    n = json_array_size(rel->others) + 1;
    d = ngx_palloc(api->r->pool, n * sizeof(ngx_lo_document_t *));

    rc = ngx_array_init(&rel->versions, api->r->pool, n,
                        sizeof(ngx_lo_release_version_t));

    json_array_foreach(rel->others, i, other) {
        rc = (rc == NGX_OK) ? ngx_lo_release_take(api, other, "deprecated",
                                                  json_null())
                            : rc;
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_release_take(api, row, "active", release);

    } else {
        json_decref(release);
    }

    if (rc != NGX_OK || d == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        d[i] = ((ngx_lo_release_version_t *) rel->versions.elts)[i].d;
    }

    return ngx_lo_document_know(api, d, n, known);
}


/* release: stolen. */

static ngx_int_t
ngx_lo_release_take(ngx_lo_api_t *api, const json_t *row, const char *status,
    json_t *release)
{
    json_t                    *doc;
    ngx_lo_release_t          *rel;
    ngx_lo_release_version_t  *v;

    rel = api->ctx;
    v = ngx_array_push(&rel->versions);
    doc = ngx_lo_api_keep(api, json_copy(json_object_get(row, "ckp_json")));

    if (v == NULL || doc == NULL || release == NULL
        || json_object_set_new(doc, "status", json_string(status)) != 0
        || ngx_lo_release_members(doc, release) != NGX_OK)
    {
        json_decref(release);
        return NGX_ERROR;
    }

    json_decref(release);

    v->row = row;
    v->status = status;
    v->d = ngx_lo_document_aside(api);

    if (v->d == NULL) {
        return NGX_ERROR;
    }

    v->d->doc = doc;

    return NGX_OK;
}


static ngx_int_t
ngx_lo_release_members(json_t *doc, json_t *release)
{
    json_t  *its;

    if (!json_is_object(release)) {
        return NGX_OK;
    }

    its = json_object_get(doc, "release");
    its = json_is_object(its) ? json_copy(its) : json_object();

    if (its != NULL && json_object_update(its, release) != 0) {
        json_decref(its);
        its = NULL;
    }

    return (json_object_set_new(doc, "release", its) == 0) ? NGX_OK
                                                           : NGX_ERROR;
}


ngx_lo_release_version_t *
ngx_lo_release_new(ngx_lo_api_t *api)
{
    ngx_lo_release_t  *rel;

    rel = api->ctx;

    return (ngx_lo_release_version_t *) rel->versions.elts
           + (rel->versions.nelts - 1);
}


ngx_int_t
ngx_lo_release_status(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_release_version_t *version)
{
    ngx_lo_release_t  *rel;

    rel = api->ctx;

    if (ngx_lo_document_keep(version->d, job, version->row) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_release_status,
                          ckp_json_str(rel->current, "procedure_id"),
                          ckp_json_str(version->row, "version"),
                          ckp_json_str(version->row, "content_hash"),
                          (const char *) version->d->hash, version->status,
                          api->now_ms);
}


ngx_int_t
ngx_lo_release_retire(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_release_t          *rel;
    ngx_lo_release_version_t  *v;

    rel = api->ctx;

    for (v = rel->versions.elts; v < ngx_lo_release_new(api); v++) {
        if (ngx_lo_release_status(api, job, v) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_release_end(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *deployed)
{
    char               id[37];
    const char        *procedure;
    ngx_lo_release_t  *rel;

    rel = api->ctx;
    procedure = ckp_json_str(rel->current, "procedure_id");
    ngx_lo_uuid(id);

    if (ngx_lo_job_add(job, &ngx_lo_sql_release_alone, procedure, rel->channel,
                       deployed)
        != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_deployment_add, (const char *) id,
                          procedure, rel->action, rel->channel, deployed,
                          rel->replaced, api->actor, api->now_ms, rel->reason)
           != NGX_OK
        || ngx_lo_release_trail(api, job, deployed) != NGX_OK)
    {
        return NGX_ERROR;
    }

    rel->row = ngx_lo_job_len(job);

    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get, procedure,
                          deployed);
}


static ngx_int_t
ngx_lo_release_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *deployed)
{
    json_t            *meta;
    ngx_int_t          rc;
    ngx_lo_trail_t     trail;
    ngx_lo_release_t  *rel;

    rel = api->ctx;

    meta = (*rel->action == 'p')
           ? json_pack("{s:O, s:s, s:s, s:s?, s:s*}", "procedure_id",
                       json_object_get(rel->current, "procedure_id"),
                       "version", deployed, "target_channel", rel->channel,
                       "previous_channel_version", rel->replaced,
                       "reason", rel->reason)
           : json_pack("{s:O, s:s, s:s, s:s, s:s, s:s*}", "procedure_id",
                       json_object_get(rel->current, "procedure_id"),
                       "from_version", rel->replaced, "restored_version",
                       deployed, "target_channel", rel->channel,
                       "replaced_version", rel->replaced,
                       "reason", rel->reason);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "procedure_release";
    trail.action = rel->action;
    trail.description = (*rel->action == 'p') ? "Procedure version promoted"
                                              : "Procedure version restored";
    trail.resource_type = "procedure";
    trail.resource_id = ckp_json_str(rel->current, "procedure_id");
    trail.procedure = trail.resource_id;
    trail.hash = ckp_json_str(rel->current, "content_hash");
    trail.meta = meta;

    rc = (meta != NULL) ? ngx_lo_api_audit(api, job, &trail) : NGX_ERROR;
    json_decref(meta);

    return rc;
}


ngx_int_t
ngx_lo_release_submit(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_api_missed(api, ngx_lo_release_again);

    return ngx_lo_api_then(api, job, ngx_lo_release_done);
}


/* What was read is not what is there: all of it is looked at again. */

static ngx_int_t
ngx_lo_release_again(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_job_t      *next;
    ngx_lo_release_t  *rel;

    rel = api->ctx;

    if (rel->tries++ == NGX_LO_RELEASE_TRIES) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "It was changed at the same moment");
    }

    if (*rel->action == 'r') {
        rel->to = ngx_lo_input_str(api, "rollback_to_version", NGX_LO_OPTIONAL,
                                   64);
    }

    next = ngx_lo_api_job(api, 0);

    if (next == NULL || ngx_lo_release_read(api, next) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, next, api->route->render);
}


static ngx_int_t
ngx_lo_release_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t            *v;
    const json_t      *row;
    ngx_lo_release_t  *rel;

    rel = api->ctx;
    row = ngx_lo_job_row(job, rel->row);

    if (row == NULL || ngx_lo_procedure_etag(api, row) == NULL) {
        return NGX_ERROR;
    }

    v = ngx_lo_procedure_json(row, 0);

    v = (*rel->action == 'p')
        ? json_pack("{s:o, s:s?}", "promoted", v, "previous_channel_version",
                    rel->replaced)
        : json_pack("{s:o, s:s}", "restored", v, "replaced_version",
                    rel->replaced);

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


ngx_int_t
ngx_lo_deployments_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  limit, offset;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 100);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_deployments,
                          ngx_lo_api_seg(api, "procedure_id"), limit, offset);
}


ngx_int_t
ngx_lo_deployments_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}
