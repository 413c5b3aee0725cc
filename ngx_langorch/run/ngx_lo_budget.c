/*
 * Budgets of the site: what a call of a model may cost at most is reserved
 * before it has the right to go, for all workers in one transaction (spec/
 * ckp.md 23.7).  What it came to is settled by the turn that hears of it.
 */

#include "run/ngx_lo_admit.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_BUDGET_AGAIN  200        /* ms, when the store was busy */


/* --- what is said ---------------------------------------------------------------- */


static json_t *
ngx_lo_budget_row(const ngx_lo_effect_t *e, const json_t *row)
{
    const json_t  *wish;

    wish = json_object_get(e->body, "budget");

    return json_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:O?, s:f}",
                     "budget", json_object_get(row, "budget"),
                     "scope", json_object_get(row, "scope"),
                     "subject", json_object_get(row, "subject"),
                     "spent_usd", json_object_get(row, "spent_usd"),
                     "limit_usd", json_object_get(row, "limit_usd"),
                     "ask", json_object_get(row, "ask"),
                     "model", json_object_get(wish, "model"),
                     "estimate_usd",
                     (double) ckp_json_int(wish, "nusd", 0) / 1e9);
}


/* `budget` of the answer. */

static json_t *
ngx_lo_budget_said(const ngx_lo_effect_t *e, const json_t *rows)
{
    size_t   i;
    json_t  *row, *said, *warnings;

    said = json_object();
    warnings = json_array();

    json_array_foreach(rows, i, row) {

        if (ckp_json_bool(row, "over", false)
            && json_object_get(said, "against") == NULL)
        {
            (void) json_object_set_new(said, "against",
                                       ngx_lo_budget_row(e, row));
        }

        if (ckp_json_bool(row, "warn", false)) {
            (void) json_array_append_new(warnings, ngx_lo_budget_row(e, row));
        }
    }

    if (json_array_size(warnings) > 0) {
        (void) json_object_set(said, "warnings", warnings);
    }

    json_decref(warnings);

    return said;
}


static void
ngx_lo_budget_got(ngx_lo_job_t *job, void *data)
{
    json_t           *said;
    unsigned long     refusals;
    ngx_lo_effect_t  *e = data;

    e->job = NULL;
    refusals = ckp_memory_refusals();

    said = (ngx_lo_job_rc(job) == NGX_LO_JOB_OK)
           ? ckp_json_whole(ngx_lo_budget_said(e, ngx_lo_job_rows(job,
                                NGX_LO_SQL_RESERVE_TOLD)), refusals)
           : NULL;

    if (said == NULL) {             /* a second time finds its own, or asks */
        ngx_lo_admit_later(e, NGX_LO_BUDGET_AGAIN);
        return;
    }

    if (json_object_get(said, "against") != NULL) {
        ngx_lo_admit_answer(e, json_pack("{s:o}", "budget", said));
        return;
    }

    e->reserved = 1;
    e->budget = said;

    if (ngx_lo_admit_again(e) != NGX_OK) {
        return;
    }
}


/* --- what is asked ---------------------------------------------------------------- */


void
ngx_lo_budget_reserve(ngx_lo_effect_t *e)
{
    char           day[CKP_TIME_LEN + 1], month[CKP_TIME_LEN + 1];
    int64_t        now;
    ngx_uint_t     i;
    ngx_lo_job_t  *job;
    const json_t  *wish;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        ngx_lo_admit_later(e, NGX_LO_BUDGET_AGAIN);
        return;
    }

    wish = json_object_get(e->body, "budget");
    now = ngx_lo_now_ms();
    ngx_lo_periods(now, day, month);

    for (i = 0; i < NGX_LO_SQL_RESERVE; i++) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_budget_reserve[i],
                              (const char *) e->key, e->run->id,
                              ckp_json_str(wish, "profile"),
                              ckp_json_int(wish, "nusd", 0),
                              (int64_t) ckp_json_bool(wish, "over", false),
                              now, (const char *) day, (const char *) month);
    }

    e->job = job;
    ngx_lo_job_submit(job, ngx_lo_budget_got, e);
}


/* --- its end ------------------------------------------------------------------------ */


ngx_int_t
ngx_lo_budget_settle(ngx_lo_job_t *job, const json_t *row)
{
    ngx_uint_t  i;

    for (i = 0; i < 2; i++) {
        if (ngx_lo_job_add(job, &ngx_lo_sql_budget_settle[i],
                           ckp_json_str(row, "key"),
                           ckp_json_int(row, "nusd", 0))
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
