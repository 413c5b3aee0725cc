/*
 * An earlier version counts again in its channel (spec/api.md 3.12).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_channels.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_proc.h"


static ngx_int_t ngx_lo_rollback_target(ngx_lo_api_t *api,
    ngx_lo_release_t *rel);
static ngx_int_t ngx_lo_rollback_found(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_rollback_may(ngx_lo_api_t *api,
    const ngx_lo_release_t *rel, const json_t *target);
static ngx_int_t ngx_lo_rollback_write(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_rollback_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_release_prepare(api, job, "rollback");
}


ngx_int_t
ngx_lo_rollback_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t          rc;
    ngx_lo_job_t      *next;
    ngx_lo_release_t  *rel;

    rel = api->ctx;

    rc = ngx_lo_release_known(api, job);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_lo_rollback_target(api, rel);
    if (rc != NGX_OK) {
        return rc;
    }

    next = ngx_lo_api_job(api, 0);

    if (next == NULL
        || ngx_lo_job_add(next, &ngx_lo_sql_api_procedure_get,
                          ckp_json_str(rel->current, "procedure_id"), rel->to)
           != NGX_OK
        || ngx_lo_job_add(next, &ngx_lo_sql_release_active,
                          ckp_json_str(rel->current, "procedure_id"),
                          rel->channel, rel->to)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, next, ngx_lo_rollback_found);
}


static ngx_int_t
ngx_lo_rollback_target(ngx_lo_api_t *api, ngx_lo_release_t *rel)
{
    const char  *version, *status, *channel;

    version = ckp_json_str(rel->current, "version");
    status = ckp_json_str(rel->current, "status");
    channel = ckp_json_str(rel->current, "release_channel");

    if (channel == NULL || strcmp(channel, rel->channel) != 0
        || status == NULL || strcmp(status, "active") != 0)
    {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "Rollback can only be performed from an"
                                  " active version. Version %s is %.64s in %s,"
                                  " not active in %s.", version,
                                  (status != NULL) ? status : "draft",
                                  (channel != NULL) ? channel : "none",
                                  rel->channel);
    }

    if (rel->to == NULL || *rel->to == '\0') {
        rel->to = ckp_json_str(rel->current, "promoted_from_version");
    }

    if (rel->to == NULL) {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "rollback_to_version is required when"
                                  " promoted_from_version is not available on"
                                  " current version.");
    }

    if (strcmp(rel->to, version) == 0) {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "Rollback target version %s is the current"
                                  " version.", rel->to);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_rollback_found(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t            *target;
    ngx_int_t          rc;
    ngx_lo_release_t  *rel;

    rel = api->ctx;
    target = (json_t *) ngx_lo_job_row(job, 0);

    rc = ngx_lo_rollback_may(api, rel, target);
    if (rc != NGX_OK) {
        return rc;
    }

    target = ngx_lo_api_keep(api, json_incref(target));
    rel->others = ngx_lo_api_keep(api, ngx_lo_job_rows_take(job, 1));
    rel->replaced = ckp_json_str(rel->current, "version");

    return (target != NULL && rel->others != NULL)
           ? ngx_lo_release_change(api, target, json_null(),
                                   ngx_lo_rollback_write)
           : NGX_ERROR;
}


static ngx_int_t
ngx_lo_rollback_may(ngx_lo_api_t *api, const ngx_lo_release_t *rel,
    const json_t *target)
{
    const char  *status, *channel;

    if (target == NULL || strcmp(rel->to, "latest") == 0) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Rollback target version %s not found.",
                                  rel->to);
    }

    status = ckp_json_str(target, "status");
    channel = ckp_json_str(target, "release_channel");

    if (channel == NULL || strcmp(channel, rel->channel) != 0) {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "Rollback target version %s is in %s, not"
                                  " %s.", rel->to,
                                  (channel != NULL) ? channel : "none",
                                  rel->channel);
    }

    if (status != NULL && (strcmp(status, "archived") == 0
                           || strcmp(status, "draft") == 0))
    {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "Rollback target version %s is %s and cannot"
                                  " be restored.", rel->to, status);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_rollback_write(ngx_lo_api_t *api)
{
    ngx_lo_job_t      *job;
    ngx_lo_release_t  *rel;

    rel = api->ctx;
    job = ngx_lo_api_job(api, 1);

    if (job == NULL || ngx_lo_release_retire(api, job) != NGX_OK
        || ngx_lo_release_status(api, job, ngx_lo_release_new(api)) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_deployment_old,
                          ckp_json_str(rel->current, "procedure_id"),
                          rel->channel, "rolled_back")
           != NGX_OK
        || ngx_lo_release_end(api, job, rel->to) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_release_submit(api, job);
}
