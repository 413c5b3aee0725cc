/*
 * What is counted in the store: active runs, open questions, leases, queues,
 * circuits (spec/api.md 2).
 */

#include "duty/ngx_lo_gauges.h"
#include "store/ngx_lo_sql_api.h"


ngx_int_t
ngx_lo_gauges_add(ngx_lo_job_t *job, int64_t now_ms, const json_t *within)
{
    ngx_int_t  rc;

    if (within != NULL) {
        rc = (ngx_lo_job_add(job, &ngx_lo_sql_runs_active_within, within)
              != NGX_OK
              || ngx_lo_job_add(job, &ngx_lo_sql_approvals_pending_within,
                                within) != NGX_OK)
             ? NGX_ERROR
             : ngx_lo_job_add(job, &ngx_lo_sql_api_leases_within, now_ms,
                              within);

    } else {
        rc = (ngx_lo_job_add(job, &ngx_lo_sql_runs_active) != NGX_OK
              || ngx_lo_job_add(job, &ngx_lo_sql_approvals_pending) != NGX_OK)
             ? NGX_ERROR
             : ngx_lo_job_add(job, &ngx_lo_sql_api_leases_active, now_ms);
    }

    return (rc == NGX_OK)
           ? ngx_lo_job_add(job, &ngx_lo_sql_api_agent_circuits, now_ms)
           : NGX_ERROR;
}


/* {name: n} of rows {name, n}. */

static json_t *
ngx_lo_gauges_counts(ngx_lo_job_t *job, ngx_uint_t at, json_t *into)
{
    size_t       i;
    json_t      *row;
    const char  *name;

    json_array_foreach(ngx_lo_job_rows(job, at), i, row) {
        name = ckp_json_str(row, "name");

        if (name != NULL) {
            (void) json_object_set(into, name, json_object_get(row, "n"));
        }
    }

    return into;
}


json_t *
ngx_lo_gauges(ngx_lo_job_t *job)
{
    int64_t   queued, pending;
    json_t   *active;

    active = ngx_lo_gauges_counts(job, 0,
                                  json_pack("{s:i, s:i, s:i, s:i}", "created",
                                            0, "running", 0, "paused", 0,
                                            "waiting_approval", 0));
    queued = ckp_json_int(active, "created", 0);
    pending = ckp_json_int(ngx_lo_job_row(job, 1), "n", 0);

    return json_pack("{s:o, s:I, s:I, s:{s:I, s:I}, s:o}",
                     "runs_active", active,
                     "approvals_pending", (json_int_t) pending,
                     "leases_active", (json_int_t)
                     ckp_json_int(ngx_lo_job_row(job, 2), "n", 0),
                     "queue_depth",
                     "run_queue", (json_int_t) queued,
                     "approval_queue", (json_int_t) pending,
                     "agent_circuit_open",
                     ngx_lo_gauges_counts(job, 3, json_object()));
}
