/*
 * When a schedule fires next (spec/api.md 11.9).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_trigger.h"

#define NGX_LO_PREVIEW_MAX  50


static ngx_int_t ngx_lo_triggers_times(ngx_lo_api_t *api,
    const json_t *settings, int64_t count, int64_t from);
static const char *ngx_lo_triggers_wrong(const json_t *settings);


ngx_int_t
ngx_lo_trigger_schedule(const json_t *settings, ckp_schedule_t *s)
{
    int          number;
    const char  *text, *zone, *why;

    text = ckp_json_str(settings, "schedule");
    zone = ckp_json_str(settings, "timezone");
    ngx_memzero(s, sizeof(ckp_schedule_t));

    if (text == NULL || !ckp_cron_read(&s->cron, text, &number, &why)) {
        return NGX_DECLINED;
    }

    if (zone == NULL || strcmp(zone, "UTC") == 0) {
        return NGX_OK;
    }

    s->tzif = ngx_lo_tz(NULL, zone, &s->len);

    return (s->tzif != NULL) ? NGX_OK : NGX_DECLINED;
}


int64_t
ngx_lo_trigger_next(const json_t *settings, int64_t after_ms)
{
    int64_t         at;
    const char     *type;
    ckp_schedule_t  s;

    type = ckp_json_str(settings, "type");

    if (type == NULL || strcmp(type, "scheduled") != 0
        || ngx_lo_trigger_schedule(settings, &s) != NGX_OK
        || !ckp_slot_next(&s, after_ms, &at))
    {
        return NGX_LO_NULL;
    }

    return at;
}


ngx_int_t
ngx_lo_triggers_preview_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t      count, from;
    json_t      *settings;
    const char  *text, *zone, *at;

    (void) job;

    text = ngx_lo_input_str(api, "schedule", NGX_LO_REQUIRED, 1024);
    zone = ngx_lo_input_str(api, "timezone", NGX_LO_OPTIONAL, 64);
    count = ngx_lo_input_int(api, "count", 1, NGX_LO_PREVIEW_MAX, 5);
    at = ngx_lo_input_str(api, "from", NGX_LO_OPTIONAL, 64);
    from = api->now_ms;

    if (at != NULL && !ckp_time_parse(at, &from)) {
        ngx_lo_input_wrong(api, "body", "from", "datetime",
                           "Must be a timestamp");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    settings = ngx_lo_api_keep(api, json_pack("{s:s, s:s, s:s}", "type",
                                              "scheduled", "schedule", text,
                                              "timezone", zone ? zone
                                                               : "UTC"));

    return (settings != NULL) ? ngx_lo_triggers_times(api, settings, count,
                                                      from)
                              : NGX_ERROR;
}


ngx_int_t
ngx_lo_triggers_next_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_query_int(api, "count", 1, NGX_LO_PREVIEW_MAX, 5);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_of,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_triggers_next_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t        *settings;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Trigger registration not found");
    }

    settings = json_object_get(row, "settings");

    if (json_object_get(settings, "schedule") == NULL) {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "The trigger has no schedule");
    }

    return ngx_lo_triggers_times(api, settings,
                                 ngx_lo_query_int(api, "count", 1,
                                                  NGX_LO_PREVIEW_MAX, 5),
                                 api->now_ms);
}


static ngx_int_t
ngx_lo_triggers_times(ngx_lo_api_t *api, const json_t *settings, int64_t count,
    int64_t from)
{
    char             text[CKP_TIME_LEN + 1];
    json_t          *next;
    const char      *why;
    ckp_schedule_t   s;

    why = ngx_lo_triggers_wrong(settings);

    if (why != NULL) {
        return ngx_lo_api_problem(api, 422, "validation_error", "%s", why);
    }

    (void) ngx_lo_trigger_schedule(settings, &s);
    next = json_array();

    while (count-- > 0 && ckp_slot_next(&s, from, &from)) {
        ckp_time_text(from, text);
        (void) json_array_append_new(next, json_string(text));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:O, s:O, s:o, s:o}", "schedule",
                                     json_object_get(settings, "schedule"),
                                     "timezone",
                                     json_object_get(settings, "timezone"),
                                     "next", next, "description",
                                     ckp_cron_describe(
                                         ckp_json_str(settings, "schedule"),
                                         ckp_json_str(settings,
                                                      "timezone"))));
}


static const char *
ngx_lo_triggers_wrong(const json_t *settings)
{
    int              number;
    ckp_cron_t       cron;
    const char      *why;
    ckp_schedule_t   s;

    if (!ckp_cron_read(&cron, ckp_json_str(settings, "schedule"), &number,
                       &why))
    {
        return why;
    }

    return (ngx_lo_trigger_schedule(settings, &s) != NGX_OK)
           ? "Unknown time zone" : NULL;
}
