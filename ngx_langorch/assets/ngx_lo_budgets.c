/*
 * Budgets of models: what calls may cost in a period, for whom, and what is
 * done about it (spec/ckp.md 23.7; completes spec/api.md 13).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_BUDGET_NAME  128
#define NGX_LO_BUDGET_NOTE  4096
#define NGX_LO_BUDGET_USD   1e9


typedef struct {
    const char  *scope;
    const char  *target;            /* NULL: each of that kind by itself */
    const char  *period;
    const char  *description;
    int64_t      limit;             /* billionths of a US dollar */
    int64_t      stop;              /* NGX_LO_NULL: none */
    int64_t      ask;
    int64_t      enabled;
    double       warn;
} ngx_lo_budget_t;


static ngx_int_t ngx_lo_budget_full(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_budget_404(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* --- shown ---------------------------------------------------------------------- */


static ngx_int_t
ngx_lo_budget_look(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *name)
{
    char  day[CKP_TIME_LEN + 1], month[CKP_TIME_LEN + 1];

    ngx_lo_periods(api->now_ms, day, month);

    if (name == NULL) {
        return ngx_lo_job_add(job, &ngx_lo_sql_budgets, NULL,
                              (const char *) day, (const char *) month,
                              ngx_lo_api_projects(api));
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_budget_get, name,
                          (const char *) day, (const char *) month);
}


ngx_int_t
ngx_lo_budgets_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_budget_look(api, job, NULL);
}


ngx_int_t
ngx_lo_budgets_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


/* --- read ------------------------------------------------------------------------ */


/* A number of the body; `otherwise` when it is absent, or wrong. */

static double
ngx_lo_budget_number(ngx_lo_api_t *api, const char *name, double most,
    double otherwise)
{
    double         d;
    const json_t  *v;

    v = json_object_get(api->body, name);

    if (v == NULL || json_is_null(v)) {
        return otherwise;
    }

    d = json_number_value(v);

    if (!json_is_number(v) || d < 0 || d > most) {
        ngx_lo_input_wrong(api, "body", name, "value_error",
                           most > 1 ? "Must be a number of US dollars from 0"
                                      " to 1000000000"
                                    : "Must be a number from 0 to 1");
        return otherwise;
    }

    return d;
}


static int64_t
ngx_lo_budget_usd(ngx_lo_api_t *api, const char *name)
{
    double  d;

    d = ngx_lo_budget_number(api, name, NGX_LO_BUDGET_USD, -1);

    return d < 0 ? NGX_LO_NULL : (int64_t) (d * 1e9 + 0.5);
}


static void
ngx_lo_budget_judge(ngx_lo_api_t *api, const ngx_lo_budget_t *b)
{
    ngx_uint_t  few;

    few = (ngx_strcmp(b->scope, "call") == 0
           || ngx_strcmp(b->scope, "run") == 0);

    if (b->target != NULL && (few || ngx_strcmp(b->scope, "site") == 0)) {
        ngx_lo_input_wrong(api, "body", "target", "value_error",
                           "Is for projects, procedures and profiles");
    }

    if (few && ngx_strcmp(b->period, "total") != 0) {
        ngx_lo_input_wrong(api, "body", "period", "value_error",
                           "Is total for a call and for a run");
    }

    if (b->stop != NGX_LO_NULL && (!b->ask || b->stop < b->limit)) {
        ngx_lo_input_wrong(api, "body", "stop_usd", "value_error",
                           "Goes with on_limit approve, and is not less than"
                           " limit_usd");
    }
}


static ngx_int_t
ngx_lo_budget_read(ngx_lo_api_t *api, ngx_lo_budget_t *b)
{
    const char  *word;

    if (!ngx_lo_text_is_id(ngx_lo_api_seg(api, "name"), "_.-",
                           NGX_LO_BUDGET_NAME))
    {
        ngx_lo_input_wrong(api, "path", "name", "name",
                           "Must begin with a letter or digit, and have"
                           " letters, digits and _ . - only");
    }

    b->scope = ngx_lo_input_word(api, "scope",
                                 "site|project|procedure|profile|run|call");

    if (b->scope == NULL && !ngx_lo_input_failed(api)) {
        ngx_lo_input_wrong(api, "body", "scope", "missing",
                           "This field is required");
    }

    b->scope = b->scope ? b->scope : "site";
    b->target = ngx_lo_input_str(api, "target", NGX_LO_OPTIONAL, 256);
    b->period = ngx_lo_input_word(api, "period", "day|month|total");
    b->period = b->period ? b->period : "total";
    b->description = ngx_lo_input_str(api, "description", NGX_LO_OPTIONAL,
                                      NGX_LO_BUDGET_NOTE);
    b->limit = ngx_lo_budget_usd(api, "limit_usd");
    b->stop = ngx_lo_budget_usd(api, "stop_usd");
    b->warn = ngx_lo_budget_number(api, "warn_at", 1, 0.8);
    b->enabled = ngx_lo_input_bool(api, "enabled", 1);

    word = ngx_lo_input_word(api, "on_limit", "stop|approve");
    b->ask = (word != NULL && word[0] == 'a');

    if (b->limit == NGX_LO_NULL && !ngx_lo_input_failed(api)) {
        ngx_lo_input_wrong(api, "body", "limit_usd", "missing",
                           "This field is required");
    }

    ngx_lo_budget_judge(api, b);

    return ngx_lo_input_failed(api) ? ngx_lo_input_problem(api) : NGX_OK;
}


/* --- set --------------------------------------------------------------------------- */


ngx_int_t
ngx_lo_budgets_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    const char       *name;
    ngx_lo_budget_t   b;

    name = ngx_lo_api_seg(api, "name");
    rc = ngx_lo_budget_read(api, &b);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_budget_put, name, b.scope, b.target,
                       b.period, b.limit, b.stop, b.warn, b.ask, b.enabled,
                       b.description, api->now_ms)
        != NGX_OK
        || ngx_lo_asset_trail(api, job, "llm", name,
                              json_incref((json_t *) api->body)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_budget_full);

    return ngx_lo_budget_look(api, job, name);
}


ngx_int_t
ngx_lo_budgets_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    /* runs learn whether there are budgets with what they learn of profiles */

    ngx_lo_zone_kept_changed(NGX_LO_KEPT_MODELS);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_copy((json_t *) ngx_lo_job_row(job, 2)));
}


static ngx_int_t
ngx_lo_budget_full(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_problem(api, 409, "conflict",
                              "There are 200 budgets, which is the limit");
}


/* --- removed ------------------------------------------------------------------------ */


ngx_int_t
ngx_lo_budgets_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t   i;
    const char  *name;

    name = ngx_lo_api_seg(api, "name");

    for (i = 0; i < NGX_LO_SQL_BUDGET_DEL; i++) {
        if (ngx_lo_job_add(job, &ngx_lo_sql_budget_del[i], name) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    ngx_lo_api_missed(api, ngx_lo_budget_404);

    return ngx_lo_asset_trail(api, job, "llm", name, NULL);
}


ngx_int_t
ngx_lo_budgets_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_zone_kept_changed(NGX_LO_KEPT_MODELS);

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}


static ngx_int_t
ngx_lo_budget_404(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_problem(api, 404, "not_found", "Budget '%s' not found",
                              ngx_lo_api_seg(api, "name"));
}
