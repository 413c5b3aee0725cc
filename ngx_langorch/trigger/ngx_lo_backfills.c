/*
 * Backfills are made, shown, paused, resumed and canceled (decision 46).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_trigger.h"

#define NGX_LO_BACKFILL_SLOTS     5000
#define NGX_LO_BACKFILL_PARALLEL  100

typedef struct {
    int64_t   from;
    int64_t   to;
    int64_t   first;                    /* slot */
    int64_t   total;
    int64_t   parallel;
    char      id[37];
    char     *action;
} ngx_lo_backfill_draft_t;


static ngx_int_t ngx_lo_backfill_count(ngx_lo_api_t *api,
    const json_t *settings, ngx_lo_backfill_draft_t *d);
static ngx_int_t ngx_lo_backfill_write(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_backfill_draft_t *d);
static ngx_int_t ngx_lo_backfill_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *action, const char *id);
static ngx_int_t ngx_lo_backfill_made(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_backfill_open(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_backfill_404(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_backfill_was(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_backfill_over(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* --- made ---------------------------------------------------------------------- */


static int64_t
ngx_lo_backfill_time(ngx_lo_api_t *api, const char *name, ngx_uint_t required)
{
    int64_t      at;
    const char  *text;

    text = ngx_lo_input_str(api, name, required, 64);
    at = api->now_ms;

    if (text != NULL && !ckp_time_parse(text, &at)) {
        ngx_lo_input_wrong(api, "body", name, "datetime",
                           "Must be a timestamp");
    }

    return at;
}


ngx_int_t
ngx_lo_backfills_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_backfill_draft_t  *d;

    d = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_backfill_draft_t));

    if (d == NULL) {
        return NGX_ERROR;
    }

    api->ctx = d;
    d->from = ngx_lo_backfill_time(api, "from", NGX_LO_REQUIRED);
    d->to = ngx_lo_backfill_time(api, "to", NGX_LO_OPTIONAL);
    d->parallel = ngx_lo_input_int(api, "max_parallel", 1,
                                   NGX_LO_BACKFILL_PARALLEL, 1);

    if (!ngx_lo_input_failed(api)) {

        if (d->to > api->now_ms) {
            ngx_lo_input_wrong(api, "body", "to", "value_error",
                               "Must not be in the future");

        } else if (d->from > d->to) {
            ngx_lo_input_wrong(api, "body", "from", "value_error",
                               "Must not be after 'to'");
        }
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_of,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_backfills_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t                 rc;
    const json_t             *row, *settings;
    ngx_lo_backfill_draft_t  *d;

    d = api->ctx;
    row = ngx_lo_job_row(job, 0);
    settings = json_object_get(row, "settings");

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Trigger registration not found");
    }

    rc = ngx_lo_trigger_within(api, settings);

    if (rc == NGX_OK) {
        rc = ngx_lo_backfill_count(api, settings, d);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_backfill_write(api, row, d);
}


/* NGX_OK; otherwise it was answered. */

static ngx_int_t
ngx_lo_backfill_count(ngx_lo_api_t *api, const json_t *settings,
    ngx_lo_backfill_draft_t *d)
{
    int64_t         at;
    const char     *type;
    ckp_schedule_t  s;

    type = ckp_json_str(settings, "type");

    if (type == NULL || ngx_strcmp(type, "scheduled") != 0
        || ngx_lo_trigger_schedule(settings, &s) != NGX_OK)
    {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "The trigger has no schedule");
    }

    at = d->from - 1;

    while (d->total <= NGX_LO_BACKFILL_SLOTS && ckp_slot_next(&s, at, &at)
           && at <= d->to)
    {
        d->first = (d->total++ == 0) ? at : d->first;
    }

    if (d->total == 0) {
        ngx_lo_input_wrong(api, "body", "from", "value_error",
                           "The schedule has no slot in that time");

    } else if (d->total > NGX_LO_BACKFILL_SLOTS) {
        ngx_lo_input_wrong(api, "body", "from", "value_error",
                           "The schedule has more than 5000 slots in that"
                           " time");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_backfill_write(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_backfill_draft_t *d)
{
    const char    *procedure, *version;
    ngx_lo_job_t  *job;

    procedure = ngx_lo_api_seg(api, "procedure_id");
    version = ngx_lo_api_seg(api, "version");
    job = ngx_lo_api_job(api, 1);
    ngx_lo_uuid(d->id);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_backfill_add,
                          (const char *) d->id, procedure, version,
                          ckp_json_int(row, "id", 0),
                          ckp_json_str(row, "self"),
                          json_object_get(row, "settings"), d->from, d->to,
                          d->first, d->parallel, d->total, api->actor,
                          api->now_ms) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_backfill_old, procedure, version)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_backfill_get, procedure, version,
                          (const char *) d->id) != NGX_OK
        || ngx_lo_backfill_trail(api, job, "backfill", d->id) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_backfill_open);

    return ngx_lo_api_then(api, job, ngx_lo_backfill_made);
}


static ngx_int_t
ngx_lo_backfill_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *action, const char *id)
{
    json_t          *meta;
    ngx_int_t        rc;
    ngx_lo_trail_t   trail;

    meta = json_pack("{s:s, s:s}", "version", ngx_lo_api_seg(api, "version"),
                     "backfill_id", id);

    if (meta == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "trigger";
    trail.action = action;
    trail.description = "Backfill of a schedule";
    trail.resource_type = "trigger";
    trail.resource_id = ngx_lo_api_seg(api, "procedure_id");
    trail.procedure = trail.resource_id;
    trail.meta = meta;

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref(meta);

    return rc;
}


static ngx_int_t
ngx_lo_backfill_made(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);

    return ngx_lo_api_json(api, NGX_HTTP_CREATED,
                           json_incref((json_t *) ngx_lo_job_row(job, 2)));
}


static ngx_int_t
ngx_lo_backfill_open(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_problem(api, 409, "conflict",
                              "The trigger has a backfill that has not ended");
}


/* --- shown --------------------------------------------------------------------- */


ngx_int_t
ngx_lo_backfills_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  limit;

    limit = ngx_lo_query_int(api, "limit", 1, 100, 20);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_backfills,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"), limit);
}


ngx_int_t
ngx_lo_backfills_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


static ngx_int_t
ngx_lo_backfill_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Backfill not found");
}


ngx_int_t
ngx_lo_backfills_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_backfill_get,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"),
                          ngx_lo_api_seg(api, "backfill_id"));
}


ngx_int_t
ngx_lo_backfills_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_api_json(api, NGX_HTTP_OK,
                                           json_incref((json_t *) row))
                         : ngx_lo_backfill_404(api);
}


/* --- paused, resumed, canceled ---------------------------------------------------- */


static ngx_int_t
ngx_lo_backfill_set(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *status,
    const char *action)
{
    const char  *id, *version, *backfill;

    id = ngx_lo_api_seg(api, "procedure_id");
    version = ngx_lo_api_seg(api, "version");
    backfill = ngx_lo_api_seg(api, "backfill_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_backfill_set, id, version, backfill,
                       status, api->now_ms) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_backfill_get, id, version,
                          backfill) != NGX_OK
        || ngx_lo_backfill_trail(api, job, action, backfill) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_backfill_was);

    return NGX_OK;
}


ngx_int_t
ngx_lo_backfills_pause_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_backfill_set(api, job, "paused", "backfill_pause");
}


ngx_int_t
ngx_lo_backfills_resume_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_backfill_set(api, job, "running", "backfill_resume");
}


ngx_int_t
ngx_lo_backfills_cancel_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_backfill_set(api, job, "canceled", "backfill_cancel");
}


ngx_int_t
ngx_lo_backfills_set_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_incref((json_t *) ngx_lo_job_row(job, 1)));
}


/* There is none, or it has ended. */

static ngx_int_t
ngx_lo_backfill_was(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_backfills_get_prepare(api, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_backfill_over);
}


static ngx_int_t
ngx_lo_backfill_over(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL)
           ? ngx_lo_api_problem(api, 409, "conflict", "The backfill is %s",
                                ckp_json_str(row, "status"))
           : ngx_lo_backfill_404(api);
}
