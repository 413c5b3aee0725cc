/*
 * Operators hold a run and let go of it (spec/api.md 4.6).
 *
 * As with all that people do to a run: a row in its inbox and a bell.  The run
 * holds at its next step boundary and says so with run_paused.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"


static ngx_int_t ngx_lo_hold_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_hold_why(ngx_lo_api_t *api, ngx_lo_job_t *job);


static ngx_int_t
ngx_lo_hold_ask(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *kind,
    json_t *data)
{
    ngx_int_t             rc;
    const char           *run;
    ngx_lo_trail_t        trail;
    const ngx_lo_stmt_t  *stmt;

    if (data == NULL) {
        return NGX_ERROR;
    }

    run = ngx_lo_api_seg(api, "run_id");

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "run";
    trail.action = kind;
    trail.description = kind[0] == 'p' ? "Run paused" : "Run resumed";
    trail.resource_type = "run";
    trail.resource_id = run;
    trail.meta = data;

    stmt = kind[0] == 'p' ? &ngx_lo_sql_api_run_pause
                          : &ngx_lo_sql_api_run_resume;

    rc = ngx_lo_job_add(job, stmt, run, api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_add, run, kind, NULL,
                            data, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_api_audit(api, job, &trail);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_get, run);
    }

    json_decref(data);
    ngx_lo_api_missed(api, ngx_lo_hold_missed);

    return rc;
}


ngx_int_t
ngx_lo_runs_pause_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *reason;

    reason = ngx_lo_input_str(api, "reason", NGX_LO_OPTIONAL, 2000);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_hold_ask(api, job, "pause",
                           json_pack("{s:s?, s:s}", "reason", reason,
                                     "actor", api->actor));
}


ngx_int_t
ngx_lo_runs_pause_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    /* 0 row, 1 inbox, 2 audit, 3 the row read again */

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_incref((json_t *) ngx_lo_job_row(job, 3)));
}


ngx_int_t
ngx_lo_runs_resume_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    static const char  *later[] = { "checkpoint_id", "from_node" };
    ngx_uint_t          i;

    for (i = 0; i < 2; i++) {
        if (ngx_lo_input_str(api, later[i], NGX_LO_OPTIONAL, 256) != NULL) {
            ngx_lo_input_wrong(api, "body", later[i], "unsupported",
                               "Only the present state can be resumed");
        }
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_hold_ask(api, job, "resume",
                           json_pack("{s:s, s:s}", "kind", "operator",
                                     "actor", api->actor));
}


ngx_int_t
ngx_lo_runs_resume_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_runs_pause_render(api, job);
}


static ngx_int_t
ngx_lo_hold_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_run_get,
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

    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    return ngx_lo_api_problem(api, 409, "conflict", "Run %s is %s",
                              ckp_json_str(row, "run_id"),
                              ckp_json_str(row, "status"));
}
