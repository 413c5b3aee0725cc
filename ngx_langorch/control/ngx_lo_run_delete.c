/*
 * A run is removed (spec/api.md 4.8); one that is active is cancelled first.
 * Its row goes at once, what it had follows in slices (duty/).
 */

#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "disk/ngx_lo_disk.h"
#include "routes/ngx_lo_routes.h"


static ngx_int_t ngx_lo_delete_done(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_runs_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_runs_get_prepare(api, job);
}


ngx_int_t
ngx_lo_runs_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    if (ngx_lo_run_is_final(ckp_json_str(row, "status"))) {
        return ngx_lo_delete_rows(api, row);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL || ngx_lo_cancel_ask(api, job, "deleted") != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_cancel_asked);
}


ngx_int_t
ngx_lo_delete_rows(ngx_lo_api_t *api, const json_t *row)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 1);

    if (job == NULL || ngx_lo_delete_add(api, job, row) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_delete_done);
}


ngx_int_t
ngx_lo_delete_add(ngx_lo_api_t *api, ngx_lo_job_t *job, const json_t *row)
{
    json_t          *meta;
    ngx_int_t        rc;
    const char      *run;
    ngx_lo_trail_t   trail;

    run = ckp_json_str(row, "run_id");
    meta = json_pack("{s:O, s:O, s:O}",
                     "procedure_id", json_object_get(row, "procedure_id"),
                     "version", json_object_get(row, "procedure_version"),
                     "status", json_object_get(row, "status"));

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = "delete";
    trail.description = "Run deleted";
    trail.resource_type = "run";
    trail.resource_id = run;
    trail.run = run;
    trail.meta = meta;

    if (meta == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_bury, run) != NGX_OK)
    {
        json_decref(meta);
        return NGX_ERROR;
    }

    /* the entry learns of the procedure from the run's row */

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref(meta);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_bury_rows);
    }

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_buried) : rc;
}


static ngx_int_t
ngx_lo_delete_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_STREAMS|NGX_LO_BELL_SWEEP, 0);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b, s:s}", "deleted", 1, "run_id",
                                     ngx_lo_api_seg(api, "run_id")));
}
