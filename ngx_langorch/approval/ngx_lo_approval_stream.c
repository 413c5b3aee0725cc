/*
 * Questions to people as they come and go (spec/api.md 7).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "push/ngx_lo_push.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql.h"


typedef struct {
    int64_t     after;          /* what the client has */
    ngx_uint_t  asked;          /* it says so */
    ngx_uint_t  follow;
    const json_t  *within;      /* projects; NULL: the whole site */
} ngx_lo_follow_t;


ngx_int_t
ngx_lo_approvals_stream_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_follow_t  *f;

    f = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_follow_t));
    if (f == NULL) {
        return NGX_ERROR;
    }

    api->ctx = f;
    f->after = ngx_lo_query_resume(api, &f->asked);
    f->follow = ngx_lo_query_bool(api, "follow", 1);
    f->within = ngx_lo_api_projects(api);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_push_changes_tail);
}


ngx_int_t
ngx_lo_approvals_stream_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t           tail;
    ngx_int_t         opened;
    ngx_lo_follow_t  *f;

    f = api->ctx;
    tail = ckp_json_int(ngx_lo_job_row(job, 0), "tail", 0);

    opened = ngx_lo_api_stream_head(api);
    if (opened != NGX_OK) {
        return opened;
    }

    /* a number that we never gave says nothing about what the client has */

    opened = (f->asked && f->after <= tail)
             ? ngx_lo_push_approvals(api->r, f->after, 0, f->follow, f->within)
             : ngx_lo_push_approvals(api->r, 0, tail, f->follow, f->within);

    return ngx_lo_api_stream(api, opened);
}
