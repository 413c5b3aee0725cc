/*
 * A version is promoted into a channel (spec/api.md 3.12).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_channels.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_proc.h"


static ngx_int_t ngx_lo_promote_may(ngx_lo_api_t *api,
    const ngx_lo_release_t *rel);
static ngx_int_t ngx_lo_promote_broken(ngx_lo_api_t *api,
    const ngx_lo_release_t *rel, json_t *errors);
static ngx_int_t ngx_lo_promote_look(ngx_lo_api_t *api, ngx_lo_release_t *rel);
static ngx_int_t ngx_lo_promote_seen(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_promote_go(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_promote_write(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_promote_new(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_promote_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_release_prepare(api, job, "promote");
}


ngx_int_t
ngx_lo_promote_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t          rc;
    ngx_lo_release_t  *rel;

    rel = api->ctx;

    rc = ngx_lo_release_known(api, job);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_lo_promote_may(api, rel);
    if (rc != NGX_OK) {
        return rc;
    }

    /* the rows live as long as the request: their names are told at the end */

    rel->others = ngx_lo_api_keep(api, ngx_lo_job_rows_take(job, 1));
    if (rel->others == NULL) {
        return NGX_ERROR;
    }

    rel->replaced = ckp_json_str(json_array_get(rel->others, 0), "version");

    return ngx_lo_conf()->strict ? ngx_lo_promote_look(api, rel)
                                 : ngx_lo_promote_go(api);
}


static ngx_int_t
ngx_lo_promote_may(ngx_lo_api_t *api, const ngx_lo_release_t *rel)
{
    const char  *from;

    from = ckp_json_str(rel->current, "release_channel");

    if (ngx_lo_release_rank(rel->channel) < ngx_lo_release_rank(from)) {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "Cannot promote from %s to %s. Use forward"
                                  " channels only.", from, rel->channel);
    }

    if (ngx_lo_conf()->strict && !ckp_json_bool(rel->current, "valid", 0)) {
        return ngx_lo_promote_broken(api, rel,
                                     ngx_lo_compile_errors(
                                         json_object_get(rel->current,
                                                         "diagnostics")));
    }

    return NGX_OK;
}


/* errors: stolen. */

static ngx_int_t
ngx_lo_promote_broken(ngx_lo_api_t *api, const ngx_lo_release_t *rel,
    json_t *errors)
{
    return ngx_lo_api_problem_json(api, 422, "compile_error",
               json_sprintf("Procedure %s version %s does not compile",
                            ckp_json_str(rel->current, "procedure_id"),
                            ckp_json_str(rel->current, "version")),
               json_pack("{s:o}", "errors", errors));
}


/* What it calls may be another than at its import. */

static ngx_int_t
ngx_lo_promote_look(ngx_lo_api_t *api, ngx_lo_release_t *rel)
{
    ngx_lo_compiled_t  *out;

    out = ngx_lo_compiled_new(api);
    if (out == NULL) {
        return NGX_ERROR;
    }

    rel->compiled = out;

    return ngx_lo_compile_all(api, json_object_get(rel->current, "ckp_json"),
                              NULL, out, ngx_lo_promote_seen);
}


static ngx_int_t
ngx_lo_promote_seen(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_release_t  *rel;

    rel = api->ctx;

    return rel->compiled->valid ? ngx_lo_promote_go(api)
           : ngx_lo_promote_broken(api, rel,
                                   json_incref(rel->compiled->errors));
}


/* The version becomes active.  Promoted once more to where it counts already,
 * it keeps the version that it replaced then. */

static ngx_int_t
ngx_lo_promote_go(ngx_lo_api_t *api)
{
    char               at[CKP_TIME_LEN + 1];
    const char        *channel;
    ngx_lo_release_t  *rel;

    rel = api->ctx;
    rel->from = rel->replaced;
    channel = ckp_json_str(rel->current, "release_channel");

    if (rel->from == NULL && channel != NULL
        && strcmp(channel, rel->channel) == 0)
    {
        rel->from = ckp_json_str(rel->current, "promoted_from_version");
    }

    ckp_time_text(api->now_ms, at);

    return ngx_lo_release_change(api, rel->current,
                                 json_pack("{s:s, s:s?, s:s, s:s}",
                                           "channel", rel->channel,
                                           "promoted_from_version", rel->from,
                                           "promoted_at", at,
                                           "promoted_by", api->actor),
                                 ngx_lo_promote_write);
}


static ngx_int_t
ngx_lo_promote_write(ngx_lo_api_t *api)
{
    ngx_lo_job_t      *job;
    ngx_lo_release_t  *rel;

    rel = api->ctx;
    job = ngx_lo_api_job(api, 1);

    if (job == NULL || ngx_lo_release_retire(api, job) != NGX_OK
        || ngx_lo_promote_new(api, job) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_deployment_old,
                          ckp_json_str(rel->current, "procedure_id"),
                          rel->channel, "replaced")
           != NGX_OK
        || ngx_lo_release_end(api, job, ckp_json_str(rel->current, "version"))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_release_submit(api, job);
}


static ngx_int_t
ngx_lo_promote_new(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_release_t          *rel;
    ngx_lo_release_version_t  *v;

    rel = api->ctx;
    v = ngx_lo_release_new(api);

    if (ngx_lo_document_keep(v->d, job, v->row) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_release_put,
                          ckp_json_str(v->row, "procedure_id"),
                          ckp_json_str(v->row, "version"),
                          ckp_json_str(v->row, "content_hash"),
                          (const char *) v->d->hash, v->status, rel->channel,
                          rel->from, api->now_ms, api->actor, api->now_ms);
}
