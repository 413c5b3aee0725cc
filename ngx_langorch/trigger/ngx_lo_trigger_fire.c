/*
 * A trigger is fired by hand, also where none is registered (spec/api.md 11.5).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_ask.h"
#include "trigger/ngx_lo_trigger.h"


static ngx_int_t ngx_lo_triggers_fire(ngx_lo_api_t *api, ngx_lo_ask_t *ask);
static ngx_int_t ngx_lo_triggers_raced(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_triggers_fire_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    ngx_lo_ask_t  *ask;

    ask = ngx_lo_ask_new(api);
    if (ask == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_once_read(api, &ask->once);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_trigger_of,
                       ngx_lo_api_seg(api, "procedure_id"),
                       ngx_lo_api_seg(api, "version")) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_once_find(api, &ask->once, job);
}


ngx_int_t
ngx_lo_triggers_fire_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    ngx_lo_ask_t  *ask;

    ask = api->ctx;
    ask->raced = ngx_lo_triggers_raced;

    rc = ngx_lo_trigger_within(api, json_object_get(ngx_lo_job_row(job, 0),
                                                    "settings"));
    if (rc != NGX_OK) {
        return rc;
    }

    if (ask->once.key != NULL) {
        rc = ngx_lo_once_again(api, &ask->once, ngx_lo_job_row(job, 1));
        if (rc != NGX_OK) {
            return rc;
        }
    }

    ask->row = ngx_lo_api_keep(api,
                               json_incref((json_t *) ngx_lo_job_row(job, 0)));

    return ngx_lo_triggers_fire(api, ask);
}


/* What is asked by hand is given as it is: no mapping, no window. */

static ngx_int_t
ngx_lo_triggers_fire(ngx_lo_api_t *api, ngx_lo_ask_t *ask)
{
    json_t         *inputs;
    const char     *type;
    ngx_lo_fire_t  *f;

    f = ngx_lo_ask_fire(api, ask, ngx_lo_api_seg(api, "procedure_id"),
                        ngx_lo_api_seg(api, "version"));
    if (f == NULL) {
        return NGX_ERROR;
    }

    type = ckp_json_str(f->row, "type");
    inputs = json_object_get(api->body, "input_vars");

    f->type = ngx_lo_fire_text(f, type != NULL ? type : "manual");
    f->by = "api:manual";
    f->source = f->by;
    f->by_hand = 1;
    f->given = json_is_object(inputs) ? json_deep_copy(inputs) : NULL;

    (void) json_object_set_new(f->came, "payload",
                               f->given ? json_incref(f->given)
                                        : json_object());

    return ngx_lo_ask_start(api, ask);
}


/* A trigger may put its runs into another project than its procedure's, and
 * hear of the runs of all projects. */

ngx_int_t
ngx_lo_trigger_within(ngx_lo_api_t *api, const json_t *settings)
{
    const char  *project, *source;

    project = ckp_json_str(settings, "project_id");
    source = ckp_json_str(settings, "event_source");

    if (project != NULL) {
        return ngx_lo_api_project(api, project, "project_id");
    }

    if (ngx_lo_api_projects(api) == NULL || source == NULL
        || (ngx_strncmp(source, "internal://run.", 15) != 0
            && ngx_strncmp(source, "internal://approval.", 20) != 0))
    {
        return NGX_OK;
    }

    ngx_lo_input_wrong(api, "body", "event_source", "scope",
                       "Is told of runs of all projects");

    return ngx_lo_input_forbidden(api, "The caller is limited to projects, and"
                                       " the site tells of all of them there");
}


/* Another request with the same key was first: its answer is ours. */

static ngx_int_t
ngx_lo_triggers_raced(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    ngx_lo_ask_t  *ask;

    ask = api->ctx;

    rc = ngx_lo_once_again(api, &ask->once, ngx_lo_job_row(job, 0));
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_api_problem(api, 409, "conflict",
                              "It was fired at the same moment");
}
