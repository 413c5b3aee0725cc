/*
 * How the site is: liveness, readiness, metrics (spec/api.md 2).
 */

#include "api/ngx_lo_reply.h"
#include "auth/ngx_lo_admin.h"
#include "duty/ngx_lo_gauges.h"
#include "routes/ngx_lo_routes.h"
#include "secret/ngx_lo_secret.h"


static ngx_uint_t ngx_lo_health_is_open(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_health_metrics_counted(ngx_lo_api_t *api,
    ngx_lo_job_t *job);


ngx_int_t
ngx_lo_health_live_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char        time[CKP_TIME_LEN + 1];
    ngx_str_t  *node;

    ckp_time_text(api->now_ms, time);
    node = &ngx_lo_conf()->node_id;

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:s, s:s, s:s, s:s%, s:s}",
                                     "status", "ok",
                                     "version", NGX_LO_VERSION,
                                     "contract", "1",
                                     "node_id", node->data, node->len,
                                     "time", time));
}


ngx_int_t
ngx_lo_health_ready_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t      *checks;
    ngx_uint_t   ready;
    const char  *store, *engine;

    store = ngx_lo_store_state();
    engine = ngx_lo_worker_quits() ? "draining"
             : ngx_lo_admin_pending() ? "starting" : "ok";

    ready = (strcmp(store, "ok") == 0 && strcmp(engine, "ok") == 0);

    checks = json_pack("{s:s, s:s, s:s}", "store", store, "engine", engine,
                       "secrets", ngx_lo_secrets_locked() ? "locked" : "ok");

    if (checks != NULL && ngx_lo_store_relaxed()) {
        (void) json_object_set_new(checks, "durability",
                                   json_string("relaxed"));
    }

    if (!ready && ngx_lo_api_set(api, "Retry-After", "2") == NGX_ERROR) {
        json_decref(checks);
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, ready ? NGX_HTTP_OK
                                      : NGX_HTTP_SERVICE_UNAVAILABLE,
                           json_pack("{s:s, s:o}", "status",
                                     ready ? "ready" : "unready",
                                     "checks", checks));
}


/* The counters live in memory: they are told also when the store stands. */

ngx_int_t
ngx_lo_health_metrics_prepare(ngx_lo_api_t *api, ngx_lo_job_t *none)
{
    ngx_lo_job_t  *job;

    if (ngx_lo_store() == NULL) {
        return NGX_OK;
    }

    job = ngx_lo_api_job(api, 0);
    if (job == NULL || ngx_lo_health_summary_prepare(api, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_health_metrics_counted);
}


ngx_int_t
ngx_lo_health_metrics_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_health_metrics_counted(api, NULL);
}


static ngx_int_t
ngx_lo_health_metrics_counted(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t      *gauges;
    ngx_int_t    rc;
    ngx_str_t    text;
    ngx_uint_t   open;

    gauges = (job != NULL) ? ngx_lo_gauges(job) : NULL;
    open = ngx_lo_health_is_open(api);

    rc = ngx_lo_metric_text(api->r->pool, gauges, open, &text);
    json_decref(gauges);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_text(api, NGX_HTTP_OK,
                           open ? "application/openmetrics-text;"
                                  " version=1.0.0; charset=utf-8"
                                : "text/plain; version=0.0.4; charset=utf-8",
                           &text);
}


/* Only who names it gets OpenMetrics. */

static ngx_uint_t
ngx_lo_health_is_open(ngx_lo_api_t *api)
{
    double       weight;
    const char  *accept;

    accept = ngx_lo_api_header(api, "Accept");

    if (accept == NULL || strstr(accept, "openmetrics-text") == NULL) {
        return 0;
    }

    weight = ngx_lo_api_weight(accept, "application/openmetrics-text");

    return weight > 0 && weight >= ngx_lo_api_weight(accept, "text/plain");
}


ngx_int_t
ngx_lo_health_summary_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_gauges_add(job, api->now_ms, ngx_lo_api_projects(api));
}


/* What is counted in memory is of all projects alike: who is limited to some
 * hears what the store says of those. */

ngx_int_t
ngx_lo_health_summary_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t  *gauges, *summary;

    gauges = ngx_lo_gauges(job);
    summary = (gauges != NULL)
              ? ngx_lo_metric_summary(gauges, api->who.projects == NULL) : NULL;
    json_decref(gauges);

    return ngx_lo_api_json(api, NGX_HTTP_OK, summary);
}
