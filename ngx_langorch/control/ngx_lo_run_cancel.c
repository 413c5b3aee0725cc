/*
 * A run is cancelled (spec/api.md 4.4): the flag and the word go in together,
 * and the answer waits a little for the end.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "routes/ngx_lo_routes.h"


static ngx_int_t ngx_lo_cancel_look(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_cancel_read(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_runs_cancel_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *reason;

    reason = ngx_lo_input_str(api, "reason", NGX_LO_OPTIONAL, 2000);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_cancel_ask(api, job, reason);
}


ngx_int_t
ngx_lo_runs_cancel_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_cancel_asked(api, job);
}


ngx_int_t
ngx_lo_cancel_add(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *run,
    const char *reason)
{
    json_t          *data;
    ngx_int_t        rc;
    ngx_lo_trail_t   trail;

    data = json_pack("{s:s?, s:s}", "reason", reason, "actor", api->actor);

    if (data == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = "cancel";
    trail.description = "Run cancelled";
    trail.resource_type = "run";
    trail.resource_id = run;
    trail.run = run;
    trail.meta = data;

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_cancel, run, api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_say, run, "cancel", NULL,
                            data, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_api_audit(api, job, &trail);
    }

    json_decref(data);

    return rc;
}


/* A guard that misses makes it look at what there is instead. */

ngx_int_t
ngx_lo_cancel_ask(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *reason)
{
    ngx_lo_api_missed(api, ngx_lo_cancel_asked);

    return ngx_lo_cancel_add(api, job, ngx_lo_api_seg(api, "run_id"), reason);
}


ngx_int_t
ngx_lo_cancel_asked(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    return ngx_lo_cancel_look(api);
}


static ngx_int_t
ngx_lo_cancel_look(ngx_lo_api_t *api)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_run_get,
                          ngx_lo_api_seg(api, "run_id"))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_cancel_read);
}


ngx_msec_t
ngx_lo_cancel_wait(const ngx_lo_api_t *api)
{
    ngx_msec_t  waited;

    waited = ngx_current_msec - api->started;

    return (waited < NGX_LO_CANCEL_MS) ? ngx_min(4 + waited / 2, 250) : 0;
}


static ngx_int_t
ngx_lo_cancel_read(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t     final, deletes;
    ngx_msec_t     wait;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    deletes = (api->route->method == NGX_HTTP_DELETE);
    final = ngx_lo_run_is_final(ckp_json_str(row, "status"));
    wait = ngx_lo_cancel_wait(api);

    if (!final && wait != 0) {
        return ngx_lo_api_sleep(api, wait, ngx_lo_cancel_look);
    }

    if (!deletes) {
        return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref((json_t *) row));
    }

    if (!final) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "The run is being cancelled, try again");
    }

    return ngx_lo_delete_rows(api, row);
}
