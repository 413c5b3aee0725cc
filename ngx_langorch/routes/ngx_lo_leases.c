/*
 * Who holds what, and taking it away (spec/api.md 9).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


#define NGX_LO_LEASE_NOTE_MS  1000  /* how long an answer waits for its event */


static ngx_int_t ngx_lo_leases_noted(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_leases_look(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_leases_left(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_leases_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t      stale;
    const char  *resource, *run;

    resource = ngx_lo_query_str(api, "resource_key");
    run = ngx_lo_query_str(api, "run_id");
    stale = ngx_lo_query_bool(api, "stale", 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_leases, resource, run, stale,
                          api->now_ms, ngx_lo_api_projects(api));
}


ngx_int_t
ngx_lo_leases_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_leases_release_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *lease;

    lease = ngx_lo_api_seg(api, "lease_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_lease_get, lease, api->now_ms)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_lease_run,
                          ngx_lo_lease_run(lease));
}


ngx_int_t
ngx_lo_leases_release_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *lease;
    const json_t    *row;
    ngx_lo_trail_t   trail;

    row = ngx_lo_job_row(job, 0);

    /* of one that was given back there is nothing but its run */

    if (row == NULL && ngx_lo_job_row(job, 1) == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found", "Lease not found");
    }

    if (row == NULL || ckp_json_str(row, "released_at") != NULL) {
        return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
    }

    lease = ngx_lo_api_seg(api, "lease_id");
    job = ngx_lo_api_job(api, 1);

    /* its run hears of it in the same transaction, unless it is over */

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_lease_note, lease, api->actor,
                          api->now_ms)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_lease_wake, lease, api->now_ms)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_lease_release, lease) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "lease";
    trail.action = "force_release";
    trail.description = "Lease released by force";
    trail.resource_type = "lease";
    trail.resource_id = lease;
    trail.run = ckp_json_str(row, "run_id");
    trail.meta = row;

    if (ngx_lo_api_audit(api, job, &trail) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_leases_noted);
}


static ngx_int_t
ngx_lo_leases_noted(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_RUNS|NGX_LO_BELL_SETTINGS, 0);

    return ngx_lo_leases_look(api);
}


/* Who reads the run's events after the answer finds the one of this. */

static ngx_int_t
ngx_lo_leases_look(ngx_lo_api_t *api)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_lease_noted,
                          ngx_lo_lease_run(ngx_lo_api_seg(api, "lease_id")))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_leases_left);
}


static ngx_int_t
ngx_lo_leases_left(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_msec_t  waited;

    waited = ngx_current_msec - api->started;

    if (ckp_json_int(ngx_lo_job_row(job, 0), "n", 0) > 0
        && waited < NGX_LO_LEASE_NOTE_MS)
    {
        return ngx_lo_api_sleep(api, 4 + waited / 2, ngx_lo_leases_look);
    }

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
