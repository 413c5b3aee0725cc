/*
 * Triggers: what begins runs besides people (spec/ckp.md 5, spec/api.md 11).
 *
 *   registered   by the API, or out of a document          ngx_lo_triggers.c
 *   fired        by a clock, a post, an event, a file, a person: whoever it is,
 *                the firing is the same                       ngx_lo_fire.h
 *   remembered   in its history, whatever became of it
 */

#ifndef NGX_LO_TRIGGER_H
#define NGX_LO_TRIGGER_H

#include "api/ngx_lo_api.h"
#include "trigger/slot.h"

/* Both of them, of every route of this room. */
typedef ngx_int_t ngx_lo_trigger_stage_t(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* ngx_lo_triggers.c */
ngx_lo_trigger_stage_t  ngx_lo_triggers_list_prepare;
ngx_lo_trigger_stage_t  ngx_lo_triggers_list_render;
ngx_lo_trigger_stage_t  ngx_lo_triggers_get_prepare;
ngx_lo_trigger_stage_t  ngx_lo_triggers_get_render;
ngx_lo_trigger_stage_t  ngx_lo_triggers_delete_prepare;
ngx_lo_trigger_stage_t  ngx_lo_triggers_delete_render;
ngx_lo_trigger_stage_t  ngx_lo_triggers_history_prepare;
ngx_lo_trigger_stage_t  ngx_lo_triggers_history_render;

/* ngx_lo_trigger_put.c */
ngx_lo_trigger_stage_t  ngx_lo_triggers_put_prepare;
ngx_lo_trigger_stage_t  ngx_lo_triggers_put_render;

/* ngx_lo_trigger_sync.c */
ngx_lo_trigger_stage_t  ngx_lo_triggers_sync_prepare;
ngx_lo_trigger_stage_t  ngx_lo_triggers_sync_render;

/* ngx_lo_trigger_fire.c */
ngx_lo_trigger_stage_t  ngx_lo_triggers_fire_prepare;
ngx_lo_trigger_stage_t  ngx_lo_triggers_fire_render;

/* ngx_lo_backfills.c */
ngx_lo_trigger_stage_t  ngx_lo_backfills_create_prepare;
ngx_lo_trigger_stage_t  ngx_lo_backfills_create_render;
ngx_lo_trigger_stage_t  ngx_lo_backfills_list_prepare;
ngx_lo_trigger_stage_t  ngx_lo_backfills_list_render;
ngx_lo_trigger_stage_t  ngx_lo_backfills_get_prepare;
ngx_lo_trigger_stage_t  ngx_lo_backfills_get_render;
ngx_lo_trigger_stage_t  ngx_lo_backfills_pause_prepare;
ngx_lo_trigger_stage_t  ngx_lo_backfills_resume_prepare;
ngx_lo_trigger_stage_t  ngx_lo_backfills_cancel_prepare;
ngx_lo_trigger_stage_t  ngx_lo_backfills_set_render;

/* ngx_lo_webhook.c */
ngx_lo_trigger_stage_t  ngx_lo_webhook_prepare;
ngx_lo_trigger_stage_t  ngx_lo_webhook_render;

/* ngx_lo_events_push.c */
ngx_lo_trigger_stage_t  ngx_lo_events_push_render;

/* ngx_lo_trigger_preview.c */
ngx_lo_trigger_stage_t  ngx_lo_triggers_preview_render;
ngx_lo_trigger_stage_t  ngx_lo_triggers_next_prepare;
ngx_lo_trigger_stage_t  ngx_lo_triggers_next_render;

/* --- settings (ngx_lo_trigger_put.c) ------------------------------------------- */

/* NGX_OK: the caller may have runs where they say (ngx_lo_trigger_fire.c); or
 * the answer, 403. */
ngx_int_t ngx_lo_trigger_within(ngx_lo_api_t *api, const json_t *settings);

/* NULL, or why the site cannot serve settings that are right in themselves: a
 * zone, a source or the name of a secret is none. */
const char *ngx_lo_trigger_unfit(const json_t *settings);

/*
 * Adds the registration: the statement is ngx_lo_sql_trigger_put, or
 * ngx_lo_sql_trigger_sync for what a document says.
 */
typedef struct {
    const char    *procedure_id;
    const char    *version;
    const char    *self;            /* where callbacks come */
    const json_t  *settings;
    int64_t        now_ms;
} ngx_lo_registration_t;

ngx_int_t ngx_lo_trigger_add(const ngx_lo_registration_t *reg,
    ngx_uint_t document, ngx_lo_job_t *job);

/* Of what a document says, when it is a trigger and can be: new settings.
 * NULL: *why is why not, or NULL as well: by hand, or no memory. */
json_t *ngx_lo_trigger_read(const json_t *block, const char **why);

/* URL of the mount that procedures have, from the request; the request's
 * memory. */
char *ngx_lo_trigger_self(ngx_lo_api_t *api);

/* --- this worker ---------------------------------------------------------------- */

void ngx_lo_trigger_start(ngx_cycle_t *cycle);
void ngx_lo_trigger_quit(void);         /* nothing fires by itself any more */
void ngx_lo_trigger_stop(void);

/* ngx_lo_clock.c */
void ngx_lo_clock_start(ngx_cycle_t *cycle);
void ngx_lo_clock_stop(void);

/* What documents say is registered, when langorch_trigger_sync is on. */
void ngx_lo_trigger_sync_start(void);
void ngx_lo_trigger_sync_stop(void);

/* --- times (ngx_lo_trigger_preview.c) -------------------------------------------- */

/* NGX_DECLINED: it is no schedule, or the zone is unknown. */
ngx_int_t ngx_lo_trigger_schedule(const json_t *settings, ckp_schedule_t *s);

/* The first slot after that; NGX_LO_NULL: none, or it has no schedule. */
int64_t ngx_lo_trigger_next(const json_t *settings, int64_t after_ms);

#endif
