/*
 * How a run ends by its own graph: its outputs, what still runs beside it,
 * terminate.  Source: spec/ckp.md 10.4, 10.12.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "node/step.h"


/* All variables but those that are ours. */

static json_t *
end_outputs(ckp_run_t *run)
{
    json_t *const  all = json_object();
    const char    *name;
    json_t        *value;

    json_object_foreach(ckp_run_get(run, "vars", NULL), name, value) {
        if (strncmp(name, "__", 2) != 0
            && json_object_set(all, name, value) != 0)
        {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}


static ckp_code_t
end_completed(ckp_run_t *run, json_t *outputs, json_t *message,
    const char *mode)
{
    const ckp_place_t  at = { .type = "run_completed" };
    const char *const  by = ckp_run_get_str(run, "onf", "node");
    const bool         plain = strcmp(mode, "production") == 0
                               || strcmp(mode, "normal") == 0;

    return ckp_run_end(run, &at, "completed", json_pack("{s:o, s:s*, s:o*, "
                       "s:s*}", "outputs", outputs, "mode",
                       plain ? NULL : mode, "message", message,
                       "recovered_via", by));
}


/* A terminate that fails the run: on_failure is not asked. */

ckp_code_t
ckp_run_terminated(ckp_run_t *run, ckp_fiber_t *f, const json_t *message)
{
    json_t *const      first = json_incref(ckp_run_get(run, "onf", "err"));
    const char *const  text = json_string_value(message);
    json_t *const      error = first != NULL ? json_incref(first)
        : json_pack("{s:s, s:s, s:s}", "type", "ProcedureFailure", "message",
                    text == NULL ? "the procedure ended as failed" : text,
                    "node_id", f->node->id);
    const ckp_code_t   rc = error == NULL ? CKP_E_NOMEM
                            : ckp_run_end_failed(run, error, NULL, "terminate");

    json_decref(error);
    json_decref(first);

    return rc;
}


/* All is done but for frames that run beside: the run waits for them. */

static ckp_code_t
end_park(ckp_fiber_t *f, json_t *outputs, json_t *message)
{
    ckp_run_t *const   run = f->run;
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    ckp_fiber_t        top;
    ckp_code_t         rc;

    rc = ids == NULL ? CKP_E_NOMEM
         : ckp_run_put(run, "fin", NULL, json_pack("{s:O?, s:O?}", "outputs",
                       outputs, "message", message));

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        const json_t *const  own = ckp_run_get(run, "fibers", ids[i]);

        if (own != NULL && ckp_json_str(own, "up") != NULL
            && strcmp(ckp_json_str(own, "up"), "1") == 0
            && json_object_get(own, "det") == NULL)
        {
            ckp_fiber_open(&top, run, "1");
            rc = ckp_fiber_reap_all(&top, "canceled");
            ckp_fiber_close(&top);
            break;
        }
    }

    return rc == CKP_OK ? ckp_run_park(run) : rc;
}


ckp_code_t
ckp_run_settled(ckp_run_t *run)
{
    json_t *const  fin = ckp_run_get(run, "fin", NULL);
    ckp_fiber_t    top;
    json_t        *outputs;
    json_t        *message;
    ckp_code_t     rc;

    if (fin == NULL || ckp_run_has_detached(run)) {
        return CKP_OK;
    }

    outputs = json_incref(json_object_get(fin, "outputs"));
    message = json_incref(json_object_get(fin, "message"));

    ckp_fiber_open(&top, run, "1");
    ckp_run_over(run, "1", true);
    rc = ckp_run_del(run, "fin", NULL);
    rc = rc == CKP_OK ? end_completed(run, json_incref(outputs),
                                      json_is_null(message) ? NULL
                                      : json_incref(message),
                                      ckp_fiber_mode(&top))
                      : rc;
    ckp_fiber_close(&top);
    json_decref(outputs);
    json_decref(message);

    return rc;
}


static bool
end_is_terminate(const ckp_fiber_t *f)
{
    return strcmp(f->node->ops->type, "terminate") == 0;
}


static ckp_code_t
end_by(ckp_fiber_t *f, ckp_end_t end, json_t *outputs, json_t *message)
{
    ckp_run_t *const   run = f->run;
    const ckp_place_t  canceled = { .type = "run_canceled" };
    const bool         onf = ckp_run_get(run, "onf", NULL) != NULL;
    bool               begun = false;
    ckp_code_t         rc = CKP_OK;

    if (end != CKP_END_COMPLETED && f->node->u.terminate != NULL
        && end_is_terminate(f) && f->node->u.terminate->undo)
    {
        rc = ckp_run_undo(run, "terminate", json_pack("{s:s, s:i, s:O?, s:O?}",
                      "how", "ended", "end", (int) end, "message", message,
                      "error", ckp_run_get(run, "onf", "err")), &begun);

        if (rc != CKP_OK || begun) {
            return rc;
        }
    }

    if (end == CKP_END_COMPLETED) {
        return ckp_run_has_detached(run)
               ? end_park(f, outputs, message)
               : end_completed(run, json_incref(outputs), json_incref(message),
                               ckp_fiber_mode(f));
    }

    if (end == CKP_END_FAILED || onf) {
        return ckp_run_terminated(run, f, message);
    }

    return ckp_run_end(run, &canceled, "canceled", json_pack("{s:O?}",
                       "reason", message));
}


/* Both are borrowed. */

static ckp_code_t
end_sub(ckp_fiber_t *f, const char *sub, ckp_end_t end, const json_t *outputs,
    const json_t *message)
{
    ckp_child_t  child = {
        .end = end, .outputs = outputs, .message = json_string_value(message)
    };

    return ckp_frame_terminate(f, sub, &child);
}


ckp_code_t
ckp_fiber_finish(ckp_fiber_t *f, ckp_end_t end, json_t *outputs,
    json_t *message)
{
    ckp_run_t *const   run = f->run;
    const char *const  sub = ckp_frame_sub(f);
    json_t            *shown;
    ckp_code_t         rc;

    f->ready = CKP_FIBER_REST;
    ckp_run_over(run, f->id, true);

    rc = end_is_terminate(f)
         ? ckp_replay_done(f, (ckp_target_t) { .kind = CKP_TO_END }, NULL)
         : CKP_OK;

    if (rc != CKP_OK) {
        json_decref(outputs);
        json_decref(message);
        return rc;
    }

    if (sub != NULL) {
        rc = end_sub(f, sub, end, outputs, message);
        json_decref(outputs);
        json_decref(message);
        return rc;
    }

    rc = ckp_child_gives(run, outputs);

    if (outputs == NULL) {
        outputs = end_outputs(run);
    }

    shown = ckp_program_redact(run->prog, outputs);
    json_decref(outputs);

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "outputs", NULL, json_incref(shown));
    }

    if (rc == CKP_OK) {
        rc = end_by(f, end, shown, message);
    }

    json_decref(shown);
    json_decref(message);

    return rc;
}
