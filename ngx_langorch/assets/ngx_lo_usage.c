/*
 * What models were asked and what it cost, as the timelines of runs tell it
 * (spec/api.md 13).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_USAGE_MS  2592000000LL       /* 30 days, when nobody says */


typedef struct {
    int64_t  from;
    int64_t  to;
} ngx_lo_usage_t;


ngx_int_t
ngx_lo_usage_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *by;
    ngx_lo_usage_t  *u;

    u = ngx_palloc(api->r->pool, sizeof(ngx_lo_usage_t));

    if (u == NULL) {
        return NGX_ERROR;
    }

    api->ctx = u;
    u->from = ngx_lo_query_time(api, "from");
    u->to = ngx_lo_query_time(api, "to");
    by = ngx_lo_query_word(api, "group_by",
                           "model|profile|procedure|project|day");

    u->to = (u->to == NGX_LO_NULL) ? api->now_ms + 1 : u->to;
    u->from = (u->from == NGX_LO_NULL) ? u->to - NGX_LO_USAGE_MS : u->from;

    if (u->from > u->to) {
        ngx_lo_input_wrong(api, "query", "from", "value_error",
                           "Is later than to");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_llm_usage, u->from, u->to,
                          by ? by : "model", ngx_lo_api_projects(api));
}


ngx_int_t
ngx_lo_usage_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             from[CKP_TIME_LEN + 1], to[CKP_TIME_LEN + 1];
    ngx_lo_usage_t  *u = api->ctx;

    ckp_time_text(u->from, from);
    ckp_time_text(u->to, to);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:s, s:s, s:O}", "from", from, "to", to,
                                     "rows", ngx_lo_job_rows(job, 0)));
}
