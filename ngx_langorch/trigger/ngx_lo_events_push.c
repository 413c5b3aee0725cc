/*
 * Events that are pushed from elsewhere, for the triggers that listen to their
 * source: envelopes of our own, and CloudEvents (spec/ckp.md 5.4).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_trigger.h"
#include "trigger/ngx_lo_webhook.h"

#include "trigger/event.h"
#include "trigger/filter.h"

#define NGX_LO_EVENT_SOURCE  1024


static char *ngx_lo_events_source(ngx_lo_api_t *api, const char *name);
static ngx_int_t ngx_lo_events_tell(ngx_lo_api_t *api, const json_t *event,
    const char *source);
static ngx_int_t ngx_lo_events_told(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_events_push_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char          *source;
    json_t        *event, *heads;
    const char    *why, *name;

    (void) job;

    name = ngx_lo_query_str(api, "source");
    heads = ngx_lo_api_keep(api, ngx_lo_webhook_heads(api, NULL));
    why = NULL;

    if (heads == NULL) {
        return NGX_ERROR;
    }

    event = ngx_lo_api_keep(api, ckp_event_read(heads,
                                                (const char *) api->text.data,
                                                api->text.len, &why));

    if (event == NULL) {
        return (why == NULL) ? NGX_ERROR
               : ngx_lo_api_problem(api, 422, "validation_error", "%s", why);
    }

    /* without a source it is called as its type */

    if (name == NULL || *name == '\0') {
        name = ckp_json_str(event, "type");
    }

    if (name == NULL || strlen(name) > NGX_LO_EVENT_SOURCE) {
        ngx_lo_input_wrong(api, "query", "source", "missing",
                           "An event without a type needs a source of at most"
                           " 1024 bytes");
        return ngx_lo_input_problem(api);
    }

    source = ngx_lo_events_source(api, name);

    return (source != NULL) ? ngx_lo_events_tell(api, event, source)
                            : NGX_ERROR;
}


static char *
ngx_lo_events_source(ngx_lo_api_t *api, const char *name)
{
    u_char  *p;

    p = ngx_pnalloc(api->r->pool, strlen(name) + sizeof("internal://"));

    if (p != NULL) {
        *ngx_sprintf(p, "%s%s", strstr(name, "://") ? "" : "internal://", name)
            = '\0';
    }

    return (char *) p;
}


/* Kept when it is answered: it comes once to each who wants it. */

static ngx_int_t
ngx_lo_events_tell(ngx_lo_api_t *api, const json_t *event, const char *source)
{
    char             key[64];
    ngx_int_t        rc;
    ngx_lo_job_t    *job;
    const json_t    *within;
    ngx_lo_trail_t   trail;

    within = ngx_lo_api_projects(api);
    ngx_memcpy(key, "push ", 5);
    ngx_lo_uuid(key + 5);

    api->ctx = (void *) event;
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_trigger_listeners, source, within)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_trigger_tell, (const char *) key,
                          source, ckp_json_str(event, "type"),
                          ckp_json_str(event, "message_id"),
                          json_object_get(event, "payload"),
                          json_object_get(event, "attributes"), api->now_ms,
                          within) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "trigger";
    trail.action = "event";
    trail.description = "Event pushed";
    trail.resource_type = "event";
    trail.resource_id = source;

    rc = ngx_lo_api_audit(api, job, &trail);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_events_told)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_events_told(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t       i;
    json_t      *row;
    json_int_t   n;

    n = 0;

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        n += ckp_trigger_wants(json_object_get(row, "settings"), api->ctx,
                            api->now_ms);
    }

    if (ngx_lo_job_count(job, 1) > 0) {
        ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);
    }

    return ngx_lo_api_json(api, NGX_HTTP_ACCEPTED,
                           json_pack("{s:I}", "delivered_to", n));
}
