/*
 * A slot of a backfill is fired: by the clock of whichever worker is first, in
 * one transaction with the step to the next slot, and only when its line in the
 * trigger's history does not say that it was fired already (decision 46).
 */

#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_backfill.h"
#include "trigger/ngx_lo_trigger.h"

#define NGX_LO_BACKFILL_LATER  2000     /* ms until a free run is looked for */


static int64_t
ngx_lo_backfill_after(const json_t *row, int64_t slot, const char **why)
{
    int64_t         next;
    ckp_schedule_t  s;

    *why = NULL;

    if (ngx_lo_trigger_schedule(json_object_get(row, "settings"), &s)
        != NGX_OK)
    {
        *why = "The schedule cannot be read any more";
        return NGX_LO_NULL;
    }

    return (ckp_slot_next(&s, slot, &next)
            && next <= ckp_json_int(row, "to_at", 0)) ? next : NGX_LO_NULL;
}


ngx_lo_fire_t *
ngx_lo_backfill_fire(const json_t *row)
{
    char            text[CKP_TIME_LEN + 1], by[64];
    const char     *id, *why;
    ngx_lo_fire_t  *f;

    f = ngx_lo_fire_new();

    if (f == NULL) {
        return NULL;
    }

    id = ckp_json_str(row, "backfill_id");
    (void) snprintf(by, sizeof(by), "backfill:%s", id ? id : "");

    f->procedure_id = ngx_lo_fire_text(f, ckp_json_str(row, "procedure_id"));
    f->version = ngx_lo_fire_text(f, ckp_json_str(row, "version"));
    f->row = json_incref((json_t *) row);
    f->type = "scheduled";
    f->by = ngx_lo_fire_text(f, by);
    f->actor = ngx_lo_fire_text(f, ckp_json_str(row, "created_by"));
    f->actor = (f->actor != NULL) ? f->actor : "scheduler";
    f->source = ckp_json_str(json_object_get(row, "settings"), "schedule");
    f->backfill = ckp_json_int(row, "backfill", 0);
    f->due_at = ckp_json_int(row, "next_at", 0);
    f->next_slot = ngx_lo_backfill_after(row, f->due_at, &why);
    ckp_time_text(f->due_at, text);
    f->came = json_pack("{s:s, s:s?}", "scheduled_for", text, "backfill_id",
                        id);

    if (why != NULL || f->came == NULL || f->by == NULL) {
        ngx_lo_fire_say(f, "%s", why ? why : "no memory");
        f->unfit = 1;
    }

    return f;
}


ngx_int_t
ngx_lo_backfill_step(ngx_lo_fire_t *f, ngx_lo_job_t *job, ngx_uint_t skip)
{
    return ngx_lo_job_add(job, skip ? &ngx_lo_sql_backfill_skipped
                                    : &ngx_lo_sql_backfill_fired,
                          f->backfill, f->due_at, f->next_slot, f->b.now_ms);
}


ngx_int_t
ngx_lo_backfill_slot(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_backfill_slot, f->procedure_id,
                          f->version, f->due_at);
}


ngx_int_t
ngx_lo_backfill_refused(ngx_lo_fire_t *f, ngx_lo_job_t *job,
    ngx_lo_fire_outcome_t outcome)
{
    switch (outcome) {

    case NGX_LO_FIRE_DEDUPED:
    case NGX_LO_FIRE_LOST:
        return ngx_lo_backfill_step(f, job, 1);

    case NGX_LO_FIRE_FULL:
        return ngx_lo_job_add(job, &ngx_lo_sql_backfill_later, f->backfill,
                              f->due_at,
                              f->b.now_ms + NGX_LO_BACKFILL_LATER);

    case NGX_LO_FIRED:
    case NGX_LO_FIRE_NOT_RUNNABLE:
    case NGX_LO_FIRE_INVALID:
    case NGX_LO_FIRE_UNKNOWN:
    case NGX_LO_FIRE_BUSY:
    case NGX_LO_FIRE_ERROR:
        break;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_backfill_stop, f->backfill,
                          f->due_at, (const char *) f->detail,
                          f->b.now_ms);
}
