/*
 * Another run that begins with a saved state of a run, at the node after it
 * (spec/api.md 4.7).  The run itself is not touched, whatever it is doing.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "control/ngx_lo_control.h"
#include "control/ngx_lo_point.h"
#include "routes/ngx_lo_routes.h"


/* What the request asks for, until the run is known. */

typedef struct {
    ngx_lo_point_t  *point;
    const char      *mode;
    ngx_lo_once_t    once;
} ngx_lo_replay_t;


ngx_int_t
ngx_lo_runs_replay_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    const char       *run;
    ngx_lo_replay_t  *re;

    re = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_replay_t));
    if (re == NULL) {
        return NGX_ERROR;
    }

    api->ctx = re;
    run = ngx_lo_api_seg(api, "run_id");

    re->point = ngx_lo_point_read(api);
    re->mode = ngx_lo_run_mode(api);

    if (re->point == NULL) {
        return NGX_ERROR;
    }

    if (!ngx_lo_point_asked(re->point)) {
        ngx_lo_input_wrong(api, "body", "checkpoint_id", "missing",
                           "This or from_node is required");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_once_read(api, &re->once);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_origin, run);

    if (rc == NGX_OK) {
        rc = ngx_lo_point_add(re->point, job, run);
    }

    return (rc == NGX_OK) ? ngx_lo_once_find(api, &re->once, job) : rc;
}


ngx_int_t
ngx_lo_runs_replay_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    const json_t     *row;
    ngx_lo_birth_t   *b;
    ngx_lo_replay_t  *re;

    re = api->ctx;

    /* 0 the run, 1 the point, 2 whether there is any, 3 the kept answer */

    if (re->once.key != NULL) {
        rc = ngx_lo_once_again(api, &re->once, ngx_lo_job_row(job, 3));
        if (rc != NGX_OK) {
            return rc;
        }
    }

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    if (ngx_lo_point_take(api, re->point, job, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!re->point->any) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "Run %s has no checkpoints",
                                  ckp_json_str(row, "run_id"));
    }

    b = ngx_lo_retry_birth(api, row);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->once = re->once;
    b->point = re->point;
    b->action = "replay";

    if (re->mode != NULL) {
        b->mode = re->mode;
    }

    return ngx_lo_birth_of(api, b, NULL);
}
