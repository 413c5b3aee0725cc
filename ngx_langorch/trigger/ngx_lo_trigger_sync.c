/*
 * What documents say of triggers becomes registrations (spec/api.md 11.6): on
 * request, and at the start of a worker when the site wants it so.  What an
 * operator registered or switched off stays.
 */

#include "api/ngx_lo_reply.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_fire_int.h"
#include "trigger/ngx_lo_trigger.h"

#define NGX_LO_SYNC_PAGE     200
#define NGX_LO_SYNC_SKIPPED  1000       /* that are told */


/* How far it is. */

typedef struct {
    json_t      *skipped;
    json_int_t   synced;
    int64_t      after;             /* id of the last document looked at */
    const char  *self;              /* NULL: not known */
    unsigned     last:1;
} ngx_lo_sync_t;


static ngx_int_t ngx_lo_sync_page(ngx_lo_sync_t *sync, const json_t *rows,
    int64_t now_ms, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_sync_trail(ngx_lo_api_t *api, ngx_lo_sync_t *sync,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_sync_written(ngx_lo_api_t *api, ngx_lo_job_t *job);
static void ngx_lo_sync_look(void);
static void ngx_lo_sync_looked(ngx_lo_job_t *job, void *data);
static void ngx_lo_sync_done(ngx_lo_job_t *job, void *data);


/* Of this worker's start. */
static ngx_lo_sync_t  ngx_lo_sync;


ngx_int_t
ngx_lo_triggers_sync_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_sync_t  *sync;

    sync = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_sync_t));
    if (sync == NULL) {
        return NGX_ERROR;
    }

    api->ctx = sync;
    sync->skipped = ngx_lo_api_keep(api, json_array());
    sync->self = ngx_lo_trigger_self(api);

    if (sync->skipped == NULL || sync->self == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_blocks, sync->after,
                          (int64_t) NGX_LO_SYNC_PAGE);
}


ngx_int_t
ngx_lo_triggers_sync_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_job_t   *next;
    ngx_lo_sync_t  *sync;

    sync = api->ctx;
    next = ngx_lo_api_job(api, 1);

    if (next == NULL
        || ngx_lo_sync_page(sync, ngx_lo_job_rows(job, 0), api->now_ms, next)
           != NGX_OK
        || (sync->last && ngx_lo_sync_trail(api, sync, next) != NGX_OK))
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, next, ngx_lo_sync_written);
}


static ngx_int_t
ngx_lo_sync_page(ngx_lo_sync_t *sync, const json_t *rows, int64_t now_ms,
    ngx_lo_job_t *job)
{
    size_t                  i;
    json_t                 *row;
    ngx_int_t               rc;
    const char             *why, *origin;
    ngx_lo_registration_t   reg;

    sync->last = json_array_size(rows) < NGX_LO_SYNC_PAGE;

    json_array_foreach(rows, i, row) {
        sync->after = ckp_json_int(row, "id", 0);

        reg.procedure_id = ckp_json_str(row, "procedure_id");
        reg.version = ckp_json_str(row, "version");
        reg.self = sync->self;
        reg.now_ms = now_ms;
        reg.settings = ngx_lo_trigger_read(json_object_get(row, "trigger"),
                                           &why);
        origin = ckp_json_str(row, "origin");
        rc = NGX_OK;

        if (reg.settings != NULL && origin != NULL
            && strcmp(origin, "api") == 0)
        {
            why = "registered through the API";

        } else if (reg.settings != NULL) {
            rc = ngx_lo_trigger_add(&reg, 1, job);
            sync->synced++;
        }

        json_decref((json_t *) reg.settings);

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }

        if (why != NULL && json_array_size(sync->skipped) < NGX_LO_SYNC_SKIPPED)
        {
            (void) json_array_append_new(sync->skipped,
                       json_pack("{s:s, s:s, s:s}", "procedure_id",
                                 reg.procedure_id, "version", reg.version,
                                 "reason", why));
        }
    }

    if (!sync->last) {
        return NGX_OK;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_trigger_orphans) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_lost);
}


static ngx_int_t
ngx_lo_sync_trail(ngx_lo_api_t *api, ngx_lo_sync_t *sync, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_trail_t   trail;

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "trigger";
    trail.action = "sync";
    trail.description = "Triggers of documents registered";
    trail.resource_type = "trigger";
    trail.meta = json_pack("{s:I, s:I}", "synced", sync->synced, "skipped",
                           (json_int_t) json_array_size(sync->skipped));

    rc = (trail.meta != NULL) ? ngx_lo_api_audit(api, job, &trail) : NGX_ERROR;
    json_decref((json_t *) trail.meta);

    return rc;
}


static ngx_int_t
ngx_lo_sync_written(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_sync_t  *sync;

    (void) job;

    sync = api->ctx;

    if (sync->last) {
        ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);

        return ngx_lo_api_json(api, NGX_HTTP_OK,
                               json_pack("{s:I, s:O}", "synced", sync->synced,
                                         "skipped", sync->skipped));
    }

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_trigger_blocks, sync->after,
                          (int64_t) NGX_LO_SYNC_PAGE) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_triggers_sync_render);
}


/* --- at the start -------------------------------------------------------------- */


void
ngx_lo_trigger_sync_start(void)
{
    ngx_memzero(&ngx_lo_sync, sizeof(ngx_lo_sync));

    ngx_lo_sync.skipped = json_array();

    if (ngx_lo_sync.skipped != NULL) {
        ngx_lo_sync_look();
    }
}


void
ngx_lo_trigger_sync_stop(void)
{
    json_decref(ngx_lo_sync.skipped);
    ngx_lo_sync.skipped = NULL;
}


static void
ngx_lo_sync_look(void)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_fire_job(0);

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_blocks,
                              ngx_lo_sync.after, (int64_t) NGX_LO_SYNC_PAGE);
        ngx_lo_job_submit(job, ngx_lo_sync_looked, NULL);
    }
}


static void
ngx_lo_sync_looked(ngx_lo_job_t *job, void *data)
{
    ngx_lo_job_t  *next;

    (void) data;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || ngx_lo_sync.skipped == NULL) {
        return;
    }

    next = ngx_lo_fire_job(1);

    if (next != NULL
        && ngx_lo_sync_page(&ngx_lo_sync, ngx_lo_job_rows(job, 0),
                            ngx_lo_now_ms(), next) == NGX_OK)
    {
        ngx_lo_job_submit(next, ngx_lo_sync_done, NULL);

    } else {
        ngx_lo_job_free(next);
    }
}


static void
ngx_lo_sync_done(ngx_lo_job_t *job, void *data)
{
    (void) data;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK || ngx_lo_sync.skipped == NULL) {
        return;
    }

    ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 1);

    if (!ngx_lo_sync.last) {
        ngx_lo_sync_look();
    }
}
