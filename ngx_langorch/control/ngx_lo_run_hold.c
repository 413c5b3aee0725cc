/*
 * Operators hold a run (spec/api.md 4.6).  It holds at its next step boundary
 * and says so with run_paused; ngx_lo_run_resume.c lets go of it.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "routes/ngx_lo_routes.h"


static ngx_int_t ngx_lo_hold_why(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_hold_add(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *action,
    const json_t *meta)
{
    ngx_int_t        rc;
    const char      *run;
    ngx_lo_trail_t   trail;

    run = ngx_lo_api_seg(api, "run_id");

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = action;
    trail.description = action[0] == 'p' ? "Run paused" : "Run resumed";
    trail.resource_type = "run";
    trail.resource_id = run;
    trail.run = run;
    trail.meta = meta;

    rc = ngx_lo_api_audit(api, job, &trail);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_get, run);
    }

    ngx_lo_api_missed(api, ngx_lo_hold_missed);

    return rc;
}


ngx_int_t
ngx_lo_hold_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    /* the row is read again last */

    row = ngx_lo_job_row(job, ngx_lo_job_len(job) - 1);

    return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref((json_t *) row));
}


ngx_int_t
ngx_lo_runs_pause_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t      *data;
    ngx_int_t    rc;
    const char  *run, *reason;

    reason = ngx_lo_input_str(api, "reason", NGX_LO_OPTIONAL, 2000);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    run = ngx_lo_api_seg(api, "run_id");
    data = json_pack("{s:s?, s:s}", "reason", reason, "actor", api->actor);

    if (data == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_pause, run, api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_say, run, "pause", NULL,
                            data, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_hold_add(api, job, "pause", data);
    }

    json_decref(data);

    return rc;
}


ngx_int_t
ngx_lo_runs_pause_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_hold_done(api, job);
}


ngx_int_t
ngx_lo_hold_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_run_known,
                          ngx_lo_api_seg(api, "run_id"))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_hold_why);
}


static ngx_int_t
ngx_lo_hold_why(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row == NULL) ? ngx_lo_run_404(api)
                         : ngx_lo_hold_not(api, ckp_json_str(row, "status"));
}


ngx_int_t
ngx_lo_hold_not(ngx_lo_api_t *api, const char *status)
{
    return ngx_lo_api_problem(api, 409, "conflict", "Run %s is %s",
                              ngx_lo_api_seg(api, "run_id"), status);
}
