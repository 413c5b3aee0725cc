/*
 * How many runs there are in each state, and which are next (spec/api.md 4.13).
 */

#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "routes/ngx_lo_routes.h"


ngx_int_t
ngx_lo_runs_queue_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const json_t  *within;

    within = ngx_lo_api_projects(api);

    rc = (within == NULL)
         ? ngx_lo_job_add(job, &ngx_lo_sql_queue_depth)
         : ngx_lo_job_add(job, &ngx_lo_sql_queue_depth_within, within);

    return (rc == NGX_OK)
           ? ngx_lo_job_add(job, &ngx_lo_sql_queue_next, within,
                            (int64_t) ngx_lo_conf()->crashes_max) : NGX_ERROR;
}


ngx_int_t
ngx_lo_runs_queue_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t         i;
    json_t        *depth, *row;
    const json_t  *rows;

    rows = ngx_lo_job_rows(job, 0);
    depth = json_object();

    json_array_foreach(rows, i, row) {
        (void) json_object_set(depth, ckp_json_str(row, "status"),
                               json_object_get(row, "n"));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
        json_pack("{s:O, s:I, s:I, s:I, s:I, s:O}",
                  "depth_by_status", depth,
                  "total_pending",
                  (json_int_t) ckp_json_int(depth, "created", 0),
                  "total_running",
                  (json_int_t) ckp_json_int(depth, "running", 0),
                  "total_done",
                  (json_int_t) (ckp_json_int(depth, "completed", 0)
                                + ckp_json_int(depth, "canceled", 0)),
                  "total_failed",
                  (json_int_t) ckp_json_int(depth, "failed", 0),
                  "next_jobs", ngx_lo_job_rows(job, 1)));
}
