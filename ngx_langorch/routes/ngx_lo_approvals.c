/*
 * Questions to people: listed, shown, answered once (spec/api.md 7,
 * reliability.md G5).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_answer.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"


/* An answer on its way. */

typedef struct {
    const char      *by;
    const char      *behalf;        /* who the body says, when not believed */
    const char      *comment;
    ngx_lo_answer_t  answer;
} ngx_lo_decision_t;


static ngx_int_t ngx_lo_approval_404(ngx_lo_api_t *api, const char *what);
static ngx_int_t ngx_lo_approval_one(ngx_lo_api_t *api, const json_t *row);
static ngx_uint_t ngx_lo_approval_role(const json_t *row);
static void ngx_lo_approval_may(ngx_lo_api_t *api, json_t *row);
static ngx_int_t ngx_lo_decision_level(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_decision_write(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_decision_t *d);
static ngx_int_t ngx_lo_decision_rows(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const json_t *row, ngx_lo_decision_t *d, const json_t *record,
    const json_t *input);
static ngx_int_t ngx_lo_decision_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_decision_late(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_decision_other(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_decision_409(ngx_lo_api_t *api, const json_t *row);


ngx_int_t
ngx_lo_approvals_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t       rc;
    const char     *status, *run, *procedure;
    ngx_lo_page_t  *page;

    page = ngx_palloc(api->r->pool, sizeof(ngx_lo_page_t));
    if (page == NULL) {
        return NGX_ERROR;
    }

    api->ctx = page;

    ngx_lo_page_read(api, page, 1, 1000, 1000);

    status = ngx_lo_query_str(api, "status");
    run = ngx_lo_query_str(api, "run_id");
    procedure = ngx_lo_query_str(api, "procedure_id");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_job_add(job, (run != NULL) ? &ngx_lo_sql_api_approvals_of
                                           : &ngx_lo_sql_api_approvals,
                        status, run, procedure, page->at, page->id,
                        page->limit + 1, page->offset);

    if (rc == NGX_OK && page->total) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_approvals_count, status, run,
                            procedure);
    }

    return rc;
}


ngx_int_t
ngx_lo_approvals_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t          i;
    json_t         *rows, *row;
    ngx_lo_page_t  *page;

    page = api->ctx;
    rows = ngx_lo_job_rows_take(job, 0);

    if (ngx_lo_page_cut(api, page, rows, "created_at") != NGX_OK
        || ngx_lo_page_total(api, page, job, 1) != NGX_OK)
    {
        json_decref(rows);
        return NGX_ERROR;
    }

    json_array_foreach(rows, i, row) {
        ngx_lo_approval_may(api, row);
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}


ngx_int_t
ngx_lo_approvals_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_approval_get,
                          ngx_lo_api_seg(api, "approval_id"));
}


ngx_int_t
ngx_lo_approvals_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_approval_404(api, "Approval not found");
    }

    return ngx_lo_approval_one(api, row);
}


static ngx_int_t
ngx_lo_approval_404(ngx_lo_api_t *api, const char *what)
{
    return ngx_lo_api_problem(api, 404, "not_found", "%s", what);
}


static ngx_int_t
ngx_lo_approval_one(ngx_lo_api_t *api, const json_t *row)
{
    json_t  *v;

    v = json_copy((json_t *) row);
    if (v == NULL) {
        return NGX_ERROR;
    }

    ngx_lo_approval_may(api, v);

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


/* The role a level asks for (spec/ckp.md 22.1). */

static ngx_uint_t
ngx_lo_approval_role(const json_t *row)
{
    ngx_uint_t   i;
    const char  *level;

    static const struct {
        const char  *level;
        ngx_uint_t   role;
    } levels[] = {
        { "operator", NGX_LO_OPERATOR },
        { "manager", NGX_LO_MANAGER },
        { "admin", NGX_LO_ADMIN },
        { "executive", NGX_LO_ADMIN }
    };

    level = ckp_json_str(row, "approval_level");

    for (i = 0; level != NULL && i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strcmp(levels[i].level, level) == 0) {
            return levels[i].role;
        }
    }

    return NGX_LO_APPROVER;
}


static void
ngx_lo_approval_may(ngx_lo_api_t *api, json_t *row)
{
    if (api->role < ngx_lo_approval_role(row)) {
        (void) json_object_set_new(row, "can_decide", json_false());
    }
}


ngx_int_t
ngx_lo_approvals_decide_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_decision_t  *d;

    d = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_decision_t));
    if (d == NULL) {
        return NGX_ERROR;
    }

    api->ctx = d;

    d->by = ngx_lo_input_str(api, "decided_by", NGX_LO_OPTIONAL, 256);
    d->comment = ngx_lo_input_str(api, "comment", NGX_LO_OPTIONAL, 10000);
    ngx_lo_answer_read(api, &d->answer);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    /* another name is believed in open mode only (spec/api.md 1.8) */

    if (api->conf->identity != 0) {
        d->behalf = d->by;
        d->by = NULL;
    }

    if (d->by == NULL || *d->by == '\0') {
        d->by = api->actor;
    }

    return ngx_lo_approvals_get_prepare(api, job);
}


ngx_int_t
ngx_lo_approvals_decide_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t           rc;
    const char         *status;
    const json_t       *row;
    ngx_lo_decision_t  *d;

    d = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_approval_404(api,
                                   "Approval not found or already decided");
    }

    rc = ngx_lo_decision_level(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    status = ckp_json_str(row, "status");

    if (status == NULL || strcmp(status, "pending") != 0
        || ngx_lo_run_is_final(ckp_json_str(row, "run_status")))
    {
        return ngx_lo_decision_409(api, row);
    }

    rc = ngx_lo_answer_check(api, &d->answer, row);

    return (rc == NGX_OK) ? ngx_lo_decision_write(api, row, d) : rc;
}


static ngx_int_t
ngx_lo_decision_level(ngx_lo_api_t *api, const json_t *row)
{
    ngx_uint_t  role;

    static const char *const  names[] = {
        "", "", "viewer", "approver", "operator", "manager", "admin"
    };

    role = ngx_lo_approval_role(row);

    if (api->role >= role) {
        return NGX_OK;
    }

    return ngx_lo_api_problem_json(api, 403, "level_required",
                                   json_sprintf("Role '%s' or higher is"
                                                " required", names[role]),
                                   json_pack("{s:O}", "required_level",
                                             json_object_get(row,
                                                        "approval_level")));
}


/* Two records: what the approval keeps, and what the run is given. */

static ngx_int_t
ngx_lo_decision_write(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_decision_t *d)
{
    char           now[CKP_TIME_LEN + 1];
    json_t        *record, *input;
    ngx_int_t      rc;
    ngx_lo_job_t  *job;

    ckp_time_text(api->now_ms, now);

    record = json_pack("{s:s}", "decision", d->answer.status);

    if (record != NULL && d->answer.payload != NULL) {
        (void) json_object_update_missing(record,
                                          (json_t *) d->answer.payload);
    }

    if (record != NULL && d->comment != NULL) {
        (void) json_object_set_new(record, "comment",
                                   json_string(d->comment));
    }

    if (record != NULL && d->behalf != NULL) {
        (void) json_object_set_new(record, "on_behalf_of",
                                   json_string(d->behalf));
    }

    input = json_pack("{s:s, s:s, s:s?, s:O?, s:s}",
                      "decision", d->answer.status, "decided_by", d->by,
                      "comment", d->comment, "payload", d->answer.payload,
                      "decided_at", now);

    job = ngx_lo_api_job(api, 1);
    rc = NGX_ERROR;

    if (record != NULL && input != NULL && job != NULL) {
        rc = ngx_lo_decision_rows(api, job, row, d, record, input);
    }

    json_decref(record);
    json_decref(input);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_lo_api_missed(api, ngx_lo_decision_late);

    return ngx_lo_api_then(api, job, ngx_lo_decision_done);
}


static ngx_int_t
ngx_lo_decision_rows(ngx_lo_api_t *api, ngx_lo_job_t *job, const json_t *row,
    ngx_lo_decision_t *d, const json_t *record, const json_t *input)
{
    ngx_int_t        rc;
    const char      *id, *run;
    ngx_lo_trail_t   trail;

    id = ckp_json_str(row, "approval_id");
    run = ckp_json_str(row, "run_id");

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "approval";
    trail.action = "decide";
    trail.description = "Approval decided";
    trail.resource_type = "approval";
    trail.resource_id = id;
    trail.meta = record;

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_approval_decide, id,
                        d->answer.status, d->by, record, d->comment,
                        api->now_ms);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_add, run, "decision", id,
                            input, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_run_wake, run, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_api_audit(api, job, &trail);
    }

    /* 4: what the client is shown */

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_approval_get, id);
    }

    return rc;
}


static ngx_int_t
ngx_lo_decision_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t        asked;
    const json_t  *row;

    ngx_lo_bell_ring(NGX_LO_BELL_RUNS|NGX_LO_BELL_STREAMS, 0);

    row = ngx_lo_job_row(job, 4);

    if (row == NULL) {
        return NGX_ERROR;
    }

    if (ckp_time_parse(ckp_json_str(row, "created_at"), &asked)) {
        ngx_lo_metric_observe(NGX_LO_M_APPROVAL_WAIT, NULL,
                              (double) (api->now_ms - asked) / 1000);
    }

    return ngx_lo_approval_one(api, row);
}


/* Somebody else was first: the client hears what counts. */

static ngx_int_t
ngx_lo_decision_late(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_approvals_get_prepare(api, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_decision_other);
}


static ngx_int_t
ngx_lo_decision_other(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_approval_404(api,
                                   "Approval not found or already decided");
    }

    return ngx_lo_decision_409(api, row);
}


static ngx_int_t
ngx_lo_decision_409(ngx_lo_api_t *api, const json_t *row)
{
    return ngx_lo_api_problem_json(api, 409, "already_decided",
                                   json_string("Approval not found or already"
                                               " decided"),
                                   json_pack("{s:O}", "approval", row));
}
