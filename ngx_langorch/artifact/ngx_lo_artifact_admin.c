/*
 * The folder of artifacts as a whole: how much it has, and making room in it.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "artifact/ngx_lo_artifacts.h"
#include "disk/ngx_lo_sweep.h"
#include "routes/ngx_lo_routes.h"

#define NGX_LO_STATS_MS    10000        /* counting takes no longer */
#define NGX_LO_CLEANUP_MS  30000        /* nor does cleaning */


typedef struct {
    int64_t   days;
    json_t   *answer;
} ngx_lo_cleanup_t;


static ngx_int_t ngx_lo_stats_counted(ngx_lo_api_t *api, ngx_lo_disk_t *d);
static void ngx_lo_cleanup_done(const ngx_lo_sweep_sum_t *sum, void *data);
static ngx_int_t ngx_lo_cleanup_audit(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_cleanup_answer(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* --- how much ---------------------------------------------------------------------- */


ngx_int_t
ngx_lo_artifacts_stats_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_disk_sum_t  *s;

    s = ngx_lo_disk_sum(NGX_LO_STATS_MS);

    return ngx_lo_api_disk(api, s ? &s->disk : NULL, ngx_lo_stats_counted);
}


static ngx_int_t
ngx_lo_stats_counted(ngx_lo_api_t *api, ngx_lo_disk_t *d)
{
    json_t             *answer;
    ngx_lo_disk_sum_t  *s = (ngx_lo_disk_sum_t *) d;

    answer = json_pack("{s:I, s:I, s:s}",
                       "total_folders", (json_int_t) s->folders,
                       "total_bytes", (json_int_t) s->bytes,
                       "artifacts_dir", ngx_lo_who_is(&api->who, NGX_LO_ADMIN)
                       ? (char *) ngx_lo_conf()->artifacts.data : "");

    if (answer != NULL && s->partial) {
        (void) json_object_set_new(answer, "partial", json_true());
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, answer);
}


/* --- making room ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_artifacts_cleanup_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_sweep_t    *sweep;
    ngx_lo_cleanup_t  *c;

    c = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_cleanup_t));
    if (c == NULL) {
        return NGX_ERROR;
    }

    api->ctx = c;
    c->days = ngx_lo_query_int(api, "before", 0, 36500,
                               (int64_t) ngx_lo_conf()->artifact_days);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    sweep = ngx_lo_sweep_start(c->days, NGX_LO_CLEANUP_MS,
                               ngx_lo_cleanup_done, api);
    if (sweep == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_api_wait(api, sweep, ngx_lo_sweep_forget);
}


static void
ngx_lo_cleanup_done(const ngx_lo_sweep_sum_t *sum, void *data)
{
    ngx_lo_api_t      *api = data;
    ngx_lo_cleanup_t  *c = api->ctx;

    c->answer = ngx_lo_api_keep(api, json_pack("{s:O, s:I, s:I}",
                                    "deleted_runs", sum->deleted,
                                    "freed_bytes", (json_int_t) sum->freed,
                                    "skipped", (json_int_t) sum->skipped));

    if (c->answer != NULL && (sum->more || sum->failed)) {
        (void) json_object_set_new(c->answer, "more", json_true());
    }

    ngx_lo_api_over(api, ngx_lo_cleanup_audit);
}


static ngx_int_t
ngx_lo_cleanup_audit(ngx_lo_api_t *api)
{
    json_t            *meta;
    ngx_int_t          rc;
    ngx_lo_job_t      *job;
    ngx_lo_trail_t     trail;
    ngx_lo_cleanup_t  *c = api->ctx;

    job = ngx_lo_api_job(api, 1);
    meta = json_pack("{s:I, s:I, s:O}", "before_days", (json_int_t) c->days,
                     "deleted_runs", (json_int_t) json_array_size(
                         json_object_get(c->answer, "deleted_runs")),
                     "freed_bytes", json_object_get(c->answer,
                                                    "freed_bytes"));

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "artifact";
    trail.action = "cleanup";
    trail.description = "Artifacts cleaned up";
    trail.resource_type = "artifact";
    trail.meta = meta;

    rc = (job != NULL && meta != NULL && c->answer != NULL)
         ? ngx_lo_api_audit(api, job, &trail) : NGX_ERROR;

    json_decref(meta);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_cleanup_answer)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_cleanup_answer(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_cleanup_t  *c = api->ctx;

    return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref(c->answer));
}
