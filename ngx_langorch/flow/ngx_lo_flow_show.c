/*
 * A run of a workflow as its clients see it: the steps in their order, each as
 * the last event of its task left it (spec/api.md 17).
 */

#include "flow/ngx_lo_flow.h"

#include "ckp.h"


static json_t *ngx_lo_flow_steps(const char *run_id, const json_t *steps,
    json_t *index);
static void ngx_lo_flow_event(json_t *step, const json_t *ev);
static void ngx_lo_flow_step_id(const char *run_id, const char *id, char *out);


json_t *
ngx_lo_flow_run_json(const json_t *row, const json_t *events)
{
    size_t         i;
    json_t        *run, *index, *steps, *step;
    const char    *task;
    const json_t  *ev;

    run = json_copy((json_t *) row);
    index = json_object();
    steps = ngx_lo_flow_steps(ckp_json_str(row, "id"),
                              json_object_get(row, "steps"), index);

    json_array_foreach(events, i, ev) {
        task = ckp_json_str(json_object_get(ev, "payload"), "task_id");
        step = (task != NULL) ? json_object_get(index, task) : NULL;

        if (step != NULL) {
            ngx_lo_flow_event(step, ev);
        }
    }

    json_decref(index);

    if (run == NULL || json_object_set_new(run, "steps", steps) != 0) {
        json_decref(run);
        return NULL;
    }

    return run;
}


static json_t *
ngx_lo_flow_steps(const char *run_id, const json_t *steps, json_t *index)
{
    char           id[37];
    size_t         i;
    json_t        *list, *state;
    const char    *step_id;
    const json_t  *step;

    list = json_array();

    json_array_foreach(steps, i, step) {
        step_id = ckp_json_str(step, "id");
        ngx_lo_flow_step_id(run_id, step_id, id);

        state = json_pack("{s:s, s:s, s:i, s:s, s:i, s:O, s:n, s:n, s:n}",
                          "id", id, "step_id", step_id,
                          "step_index", (int) i, "status", "pending",
                          "retry_count", 0, "max_retries",
                          json_object_get(step, "max_retries"),
                          "started_at", "completed_at", "error_message");

        if (json_array_append_new(list, state) != 0
            || json_object_set(index, step_id, state) != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static void
ngx_lo_flow_event(json_t *step, const json_t *ev)
{
    json_t        *at;
    const char    *type, *status;
    const json_t  *payload;

    type = ckp_json_str(ev, "type");
    payload = json_object_get(ev, "payload");
    at = json_object_get(ev, "at");
    status = "running";

    if (strcmp(type, "task_started") == 0) {

        if (json_is_null(json_object_get(step, "started_at"))) {
            (void) json_object_set(step, "started_at", at);
        }

        (void) json_object_set_new(step, "completed_at", json_null());
        (void) json_object_set_new(step, "error_message", json_null());

    } else if (strcmp(type, "task_retry") == 0) {
        (void) json_object_set_new(step, "retry_count",
                                   json_integer(ckp_json_int(step,
                                                             "retry_count", 0)
                                                + 1));

        if (ckp_json_int(payload, "delay_ms", 0) > 0) {
            status = "pending";
        }

    } else {
        status = (strcmp(type, "task_completed") == 0) ? "completed"
                                                       : "failed";
        (void) json_object_set(step, "completed_at", at);

        if (*status == 'f') {
            (void) json_object_set_new(step, "error_message",
                                       json_string((strcmp(type, "task_failed")
                                                    == 0)
                                       ? ckp_json_str(payload, "error")
                                       : "Canceled"));
        }
    }

    (void) json_object_set_new(step, "status", json_string(status));
}


/* The same for the same step of the same run: it is opaque, and not stored. */

static void
ngx_lo_flow_step_id(const char *run_id, const char *id, char *out)
{
    size_t  len;
    u_char  text[1024];

    len = ngx_slprintf(text, text + sizeof(text), "%s/%s", run_id, id) - text;

    ngx_lo_uuid_of((const char *) text, len, out);
}
