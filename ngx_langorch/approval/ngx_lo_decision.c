/*
 * A question is answered, by one or by as many as it asks for, once
 * (spec/ckp.md 22.3, api.md 7, reliability.md G5).
 *
 * Every answer is a vote.  Vote, decision and what the run is told are one
 * transaction; the statements themselves see whether this vote was the last one
 * that was needed.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_decision.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_identity.h"

#define NGX_LO_DECISION_TRIES  8


static ngx_int_t ngx_lo_decision_404(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_decision_write(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_decision_t *d);
static ngx_int_t ngx_lo_decision_vote(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const json_t *row, ngx_lo_decision_t *d);
static json_t *ngx_lo_decision_told(const json_t *row, ngx_lo_decision_t *d);
static ngx_int_t ngx_lo_decision_decide(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const json_t *row, ngx_lo_decision_t *d);
static ngx_uint_t ngx_lo_decision_at_once(const json_t *row,
    const char *status);
static ngx_int_t ngx_lo_decision_bind(ngx_lo_api_t *api, const json_t *row,
    const json_t *deputes, ngx_lo_decision_t *d);
static json_t *ngx_lo_decision_meta(const json_t *record,
    const ngx_lo_decision_t *d);
static json_t *ngx_lo_decision_record(ngx_lo_decision_t *d);
static json_t *ngx_lo_decision_input(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_decision_t *d);
static ngx_int_t ngx_lo_decision_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_decision_late(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_approvals_decide_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_decision_t  *d;

    d = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_decision_t));
    if (d == NULL) {
        return NGX_ERROR;
    }

    api->ctx = d;

    d->by = ngx_lo_input_str(api, "decided_by", NGX_LO_OPTIONAL,
                             NGX_LO_WHO_MAX);
    d->comment = ngx_lo_input_str(api, "comment", NGX_LO_OPTIONAL, 10000);
    d->bound = ngx_lo_input_str(api, "shown_hash", NGX_LO_OPTIONAL, 256);
    d->told = ngx_lo_decision_done;
    d->again = ngx_lo_approvals_decide_render;
    ngx_lo_answer_read(api, &d->answer);

    if (d->by != NULL && strncmp(d->by, "system:", 7) == 0) {
        ngx_lo_input_wrong(api, "body", "decided_by", "name",
                           "Must not be a name of the system's own");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    /* another name is believed in open mode only (spec/api.md 1.8) */

    if (!ngx_lo_api_is_open(api)) {
        d->behalf = d->by;
        d->by = NULL;
    }

    if (d->by == NULL || *d->by == '\0') {
        d->by = api->actor;
    }

    /* the run has to be able to read what it is told */

    return (ngx_lo_approvals_get_prepare(api, job) == NGX_OK)
           ? ngx_lo_job_add(job, &ngx_lo_sql_api_approval_hears,
                            ngx_lo_api_seg(api, "approval_id"))
           : NGX_ERROR;
}


ngx_int_t
ngx_lo_approvals_decide_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_decision_judge(api, job, api->ctx);
}


ngx_int_t
ngx_lo_decision_judge(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_decision_t *d)
{
    ngx_int_t      rc;
    const char    *status;
    ngx_lo_may_t   may;
    const json_t  *row, *deputes;

    row = ngx_lo_job_row(job, 0);
    deputes = ngx_lo_job_rows(job, 1);

    if (row == NULL) {
        return ngx_lo_decision_404(api);
    }

    may = ngx_lo_approver_may(api, row, d->by, deputes);

    if (may == NGX_LO_MAY_NOT_LEVEL) {
        return ngx_lo_approver_refuse(api, row, may);
    }

    status = ckp_json_str(row, "status");

    if (status == NULL || strcmp(status, "pending") != 0
        || ngx_lo_run_is_final(ckp_json_str(row, "run_status")))
    {
        return ngx_lo_approval_conflict(api, row, "already_decided",
                                        "Approval not found or already"
                                        " decided");
    }

    if (may != NGX_LO_MAY) {
        return ngx_lo_approver_refuse(api, row, may);
    }

    rc = ngx_lo_decision_bind(api, row, deputes, d);

    if (rc == NGX_OK) {
        rc = ngx_lo_answer_check(api, &d->answer, row);
    }

    return (rc == NGX_OK) ? ngx_lo_decision_write(api, row, d) : rc;
}


/* An answer to something else is none. */

static ngx_int_t
ngx_lo_decision_bind(ngx_lo_api_t *api, const json_t *row,
    const json_t *deputes, ngx_lo_decision_t *d)
{
    const char  *other;

    if (ngx_lo_approval_hash(row, d->shown) != NGX_OK) {
        return NGX_ERROR;
    }

    if (d->bound != NULL && strcmp(d->bound, d->shown) != 0) {
        return ngx_lo_approval_conflict(api, row, "conflict",
                                        "What is asked is not what was shown");
    }

    /* the rows are the job's, and the answer may outlive that */

    other = ngx_lo_approver_for(api, row, d->by, deputes);
    d->deputy_of = (other == NULL) ? NULL
                   : json_string_value(ngx_lo_api_keep(api,
                                                       json_string(other)));

    return (other == NULL || d->deputy_of != NULL) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_decision_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found",
                              "Approval not found or already decided");
}


static ngx_int_t
ngx_lo_decision_write(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_decision_t *d)
{
    ngx_lo_job_t  *job;

    if (++d->tries > NGX_LO_DECISION_TRIES) {
        return ngx_lo_approval_conflict(api, row, "conflict",
                                        "The approval takes no more votes");
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || (d->link != NULL
            && ngx_lo_job_add(job, &ngx_lo_sql_link_use, d->link, api->now_ms)
               != NGX_OK)
        || ngx_lo_decision_vote(api, job, row, d) != NGX_OK
        || ngx_lo_decision_decide(api, job, row, d) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_decision_late);

    return ngx_lo_api_then(api, job, d->told);
}


/* The vote, which the run is told of when it waits for several. */

static ngx_int_t
ngx_lo_decision_vote(ngx_lo_api_t *api, ngx_lo_job_t *job, const json_t *row,
    ngx_lo_decision_t *d)
{
    char         now[CKP_TIME_LEN + 1];
    json_t      *vote, *told;
    ngx_int_t    rc;
    const char  *id;

    id = ckp_json_str(row, "approval_id");
    ckp_time_text(api->now_ms, now);

    vote = json_pack("{s:s, s:s, s:s?, s:s, s:s*, s:s*, s:s}",
                     "decided_by", d->by, "decision", d->answer.status,
                     "comment", d->comment, "decided_at", now,
                     "on_behalf_of", d->behalf, "deputy_of", d->deputy_of,
                     "shown_hash", d->shown);
    if (vote == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_vote_add, id, d->by,
                        d->answer.status, ckp_json_str(row, "approval_level"));

    /* who is answered for has nothing left to say */

    if (rc == NGX_OK && d->deputy_of != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_vote_add, id, d->deputy_of,
                            NULL, ckp_json_str(row, "approval_level"));
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_vote_show, id, vote);
    }

    json_decref(vote);

    if (rc != NGX_OK || ckp_json_int(row, "required_approvals", 1) < 2) {
        return rc;
    }

    told = ngx_lo_decision_told(row, d);

    rc = (told == NULL) ? NGX_ERROR
         : ngx_lo_job_add(job, &ngx_lo_sql_api_approval_told, id, "note",
                          "approval_vote_received", told, api->now_ms);
    json_decref(told);

    return (rc == NGX_OK)
           ? ngx_lo_job_add(job, &ngx_lo_sql_api_approval_due, id, api->now_ms)
           : NGX_ERROR;
}


/* Data of a NOTE about the answer. */

static json_t *
ngx_lo_decision_told(const json_t *row, ngx_lo_decision_t *d)
{
    return json_pack("{s:O, s:{s:O, s:s, s:s, s:s?, s:O}}",
                     "node_id", json_object_get(row, "node_id"), "payload",
                     "approval_id", json_object_get(row, "approval_id"),
                     "decision", d->answer.status, "decided_by", d->by,
                     "comment", d->comment,
                     "node_name", json_object_get(row, "node_name"));
}


/* What follows when the vote was the last that was needed. */

static ngx_int_t
ngx_lo_decision_decide(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const json_t *row, ngx_lo_decision_t *d)
{
    json_t          *record, *input, *meta;
    ngx_int_t        rc;
    ngx_uint_t       aside;
    const char      *id;
    ngx_lo_trail_t   trail;

    id = ckp_json_str(row, "approval_id");
    aside = ckp_json_bool(row, "_aside", false);
    record = ngx_lo_decision_record(d);
    input = aside ? ngx_lo_decision_told(row, d)
                  : ngx_lo_decision_input(api, row, d);

    if (aside && input != NULL
        && json_object_set_new(input, "over", json_string(id)) != 0)
    {
        json_decref(input);
        input = NULL;
    }

    rc = (record == NULL || input == NULL) ? NGX_ERROR
         : ngx_lo_job_add(job, &ngx_lo_sql_api_approval_decide, id,
                          d->answer.status, d->by, record, d->comment,
                          api->now_ms,
                          (int64_t) ngx_lo_decision_at_once(row,
                                                        d->answer.status));

    if (rc == NGX_OK) {
        rc = ngx_lo_approval_changed(job, id);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_approval_inbox, id,
                            aside ? "note" : "decision",
                            aside ? "approval_decision_received" : id,
                            input, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, aside ? &ngx_lo_sql_api_approval_due
                                       : &ngx_lo_sql_api_approval_wake,
                            id, api->now_ms);
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "approval";
    trail.action = "decide";
    trail.description = "Approval decided";
    trail.resource_type = "approval";
    trail.resource_id = id;
    trail.run = ckp_json_str(row, "run_id");
    trail.meta = meta = ngx_lo_decision_meta(record, d);

    if (rc == NGX_OK) {
        rc = (meta == NULL) ? NGX_ERROR : ngx_lo_api_audit(api, job, &trail);
    }

    json_decref(meta);
    json_decref(record);
    json_decref(input);
    d->shows = ngx_lo_job_len(job);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_api_approval_get,
                                           id)
                          : NGX_ERROR;
}


/*
 * Only what lets the run go on has to be said by several: a yes, a choice, and
 * of a yes or no an option that leads somewhere.  Whatever counts as a no
 * decides.
 */

static ngx_uint_t
ngx_lo_decision_at_once(const json_t *row, const char *status)
{
    size_t       i;
    json_t      *v;
    const char  *type;

    type = ckp_json_str(row, "decision_type");

    if (strcmp(status, "approved") == 0
        || (type != NULL && strcmp(type, "select_option") == 0))
    {
        return 0;
    }

    json_array_foreach(json_object_get(row, "_mapped"), i, v) {
        if (json_is_string(v) && strcmp(json_string_value(v), status) == 0) {
            return 0;
        }
    }

    return 1;
}


/* What the approval keeps: for everybody to see. */

static json_t *
ngx_lo_decision_record(ngx_lo_decision_t *d)
{
    json_t  *record;

    record = json_pack("{s:s}", "decision", d->answer.status);

    if (record != NULL && d->answer.shown != NULL) {
        (void) json_object_update_missing(record, (json_t *) d->answer.shown);
    }

    if (record != NULL && d->comment != NULL) {
        (void) json_object_set_new(record, "comment",
                                   json_string(d->comment));
    }

    if (record != NULL && d->behalf != NULL) {
        (void) json_object_set_new(record, "on_behalf_of",
                                   json_string(d->behalf));
    }

    return record;
}


/* What the audit keeps: also, what was shown. */

static json_t *
ngx_lo_decision_meta(const json_t *record, const ngx_lo_decision_t *d)
{
    json_t  *meta;

    meta = json_copy((json_t *) record);

    (void) json_object_set_new(meta, "shown_hash", json_string(d->shown));

    if (d->deputy_of != NULL) {
        (void) json_object_set_new(meta, "deputy_of",
                                   json_string(d->deputy_of));
    }

    return meta;
}


/* What the run is given. */

static json_t *
ngx_lo_decision_input(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_decision_t *d)
{
    char  now[CKP_TIME_LEN + 1];

    ckp_time_text(api->now_ms, now);

    return json_pack("{s:s, s:s, s:s?, s:O?, s:s}",
                     "decision", d->answer.status, "decided_by", d->by,
                     "comment", d->comment, "payload", d->answer.payload,
                     "decided_at", now);
}


static ngx_int_t
ngx_lo_decision_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t       *row;
    ngx_lo_decision_t  *d;

    d = api->ctx;

    ngx_lo_bell_ring(NGX_LO_BELL_RUNS|NGX_LO_BELL_STREAMS, 0);

    row = ngx_lo_job_row(job, d->shows);

    if (row == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           ngx_lo_approval_shown(api, row, NULL));
}


/* Somebody else was first, or its level has changed: it is judged again. */

static ngx_int_t
ngx_lo_decision_late(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_decision_t  *d;

    d = api->ctx;
    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_approvals_get_prepare(api, job) != NGX_OK
        || (d->link != NULL
            && ngx_lo_job_add(job, &ngx_lo_sql_link_get, d->link) != NGX_OK))
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, d->again);
}
