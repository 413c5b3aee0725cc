/*
 * The end of a step: what its result changes, or who handles its failure.
 * Source: spec/ckp.md 12.2, 15.4, 19.3.
 */

#include "node/step.h"

#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "step/once.h"
#include "step/shot.h"
#include "node/validate.h"


/* Form C: "ticket.fetch" fills `ticket`, when that has no value yet. */

static ckp_code_t
step_auto_output(ckp_fiber_t *f, const json_t *result)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        dot = strchr(step->action, '.');
    const json_t            *value = result;
    char                     name[128];

    if (!step->auto_output || dot == NULL || dot == step->action
        || (size_t) (dot - step->action) >= sizeof(name)
        || !(json_is_object(result) || json_is_array(result)
             || json_is_string(result)))
    {
        return CKP_OK;
    }

    memcpy(name, step->action, (size_t) (dot - step->action));
    name[dot - step->action] = '\0';

    const json_t *const  old = ckp_fiber_var_get(f, name);

    if (old != NULL && !json_is_null(old)) {
        return CKP_OK;
    }

    if (json_object_size(result) == 1
        && json_object_get(result, name) != NULL)
    {
        value = json_object_get(result, name);
    }

    return ckp_fiber_var_set(f, name, json_incref((json_t *) value));
}


static ckp_code_t
step_assign(ckp_fiber_t *f, json_t *result, bool fail_open)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    ckp_code_t               rc = CKP_OK;

    if (step->output_variable != NULL && (fail_open || !json_is_null(result))) {
        rc = ckp_fiber_var_set(f, step->output_variable, json_incref(result));

    } else if (step->output_variable == NULL) {
        rc = step_auto_output(f, result);
    }

    return rc == CKP_OK ? ckp_fiber_map(f, step->outputs, step->noutputs,
                                        result)
                        : rc;
}


static ckp_code_t
step_told(ckp_fiber_t *f, const json_t *result)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const int64_t            tries = ckp_fiber_get_int(f, "step", "try");
    const int64_t            ms = ckp_fiber_now(f)
                                  - ckp_fiber_get_int(f, "step", "t0");
    const bool               all = ckp_fiber_program(f)->config.detailed;
    json_t *const            agent = ckp_fiber_get(f, "step", "agent");
    const ckp_telemetry_t   *own = ckp_fiber_node(f)->telemetry;

    return ckp_fiber_emit(f, "step_completed",
               json_pack("{s:s, s:s*, s:O*, s:o*, s:o*, s:O*, s:O*}",
                   "action", step->action,
                   "output_variable", step->output_variable,
                   "agent_id", json_object_get(agent, "agent_id"),
                   "duration_ms", own != NULL && own->duration
                                  ? json_integer(ms) : NULL,
                   "retry_count", own != NULL && own->retries && tries > 1
                                  ? json_integer(tries - 1) : NULL,
                   "params", all ? ckp_fiber_get(f, "step", "params") : NULL,
                   "result", all ? result : NULL));
}


ckp_code_t
ckp_step_after(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);

    if (step->wait_after_ms > 0 && strcmp(ckp_fiber_mode(f), "dry_run") != 0) {
        return ckp_step_pause(f, "after", step->wait_after_ms);
    }

    return ckp_step_next(f);
}


ckp_code_t
ckp_step_done(ckp_fiber_t *f, json_t *result, bool fail_open)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    bool                     shot = false;
    ckp_code_t               rc = result == NULL ? CKP_E_NOMEM
                                  : step_assign(f, result, fail_open);

    if (rc == CKP_E_INVALID) {
        json_decref(result);
        return ckp_attempt_failed(f, false);
    }

    if (rc == CKP_OK) {
        rc = fail_open ? ckp_once_gone(f) : ckp_once_done(f, result);
    }

    if (rc == CKP_OK) {
        rc = step_told(f, result);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_count(f, "done");
    }

    if (rc == CKP_OK && !fail_open) {
        rc = ckp_fiber_undoable(f, step->undo, result);
    }

    if (rc == CKP_OK) {
        rc = ckp_step_keep(f, result);
    }

    json_decref(result);

    if (rc == CKP_OK && step->shot_after) {
        rc = ckp_shot_take(f, "done", NULL, &shot);
    }

    return rc != CKP_OK || shot ? rc : ckp_step_after(f);
}


static ckp_code_t
step_failed_told(ckp_fiber_t *f, const json_t *error, bool shot)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    ckp_code_t               rc;

    rc = ckp_fiber_emit(f, "step_failed",
             json_pack("{s:s, s:o, s:s?, s:I}", "action", step->action,
                 "error", ckp_error_text(error),
                 "error_type", ckp_json_str(error, "type"), "attempts",
                 (json_int_t) ckp_fiber_get_int(f, "step", "try")));

    if (rc == CKP_OK && shot
        && ckp_fiber_program(f)->config.screenshot_on_fail)
    {
        rc = ckp_fiber_emit(f, "screenshot_requested",
                 json_pack("{s:s, s:o}", "reason", "screenshot_on_fail",
                           "error", ckp_error_text(error)));
    }

    return rc;
}


static ckp_code_t
step_best_effort(ckp_fiber_t *f, const char *list, const json_t *error)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    ckp_code_t               rc;

    if (strcmp(list, "val") == 0) {
        rc = step_failed_told(f, error, false);
        rc = rc == CKP_OK ? ckp_validate_refused(f, error) : rc;

        return rc == CKP_OK ? ckp_step_next(f) : rc;
    }

    if (strcmp(list, "rec") != 0) {
        rc = ckp_fiber_emit(f, "cleanup_action_failed",
                 json_pack("{s:s, s:o, s:s?}", "action", step->action, "error",
                           ckp_error_text(error), "error_type",
                           ckp_json_str(error, "type")));

        return rc == CKP_OK ? ckp_step_next(f) : rc;
    }

    rc = ckp_fiber_emit(f, "recovery_step_failed",
             json_pack("{s:s, s:o, s:s?}", "step_id", step->id, "error",
                       ckp_error_text(error), "error_type",
                       ckp_json_str(error, "type")));

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_handler_current(f)->recovery_required
           ? ckp_handler_resume(f, false) : ckp_step_next(f);
}


ckp_code_t
ckp_step_failed(ckp_fiber_t *f, json_t *error)
{
    const char *const  list = ckp_fiber_get_str(f, "list", NULL);
    const bool         pictured = ckp_fiber_program(f)
                                  ->config.screenshot_on_fail;
    bool               shot = false;
    ckp_code_t         rc = ckp_fiber_put(f, "step", "ph",
                                          json_string("failed"));

    if (rc == CKP_OK) {
        rc = ckp_once_failed(f, error);
    }

    if (rc == CKP_OK && list != NULL && !ckp_error_is_engine(error)) {
        rc = step_best_effort(f, list, error);
        json_decref(error);
        return rc;
    }

    if (rc == CKP_OK) {
        rc = step_failed_told(f, error, true);
    }

    if (rc == CKP_OK && pictured && !ckp_error_is_engine(error)) {
        rc = ckp_shot_take(f, "fail", error, &shot);
    }

    if (rc != CKP_OK || shot) {
        json_decref(error);
        return rc;
    }

    return ckp_step_failed_on(f, error);
}


ckp_code_t
ckp_step_failed_on(ckp_fiber_t *f, json_t *error)
{
    const ckp_target_t  escalate = ckp_fiber_step(f)->timeout.escalate_to;
    const char *const   type = ckp_json_str(error, "type");
    ckp_code_t          rc;

    if (escalate.kind == CKP_TO_NODE && type != NULL
        && strcmp(type, "TimeoutError") == 0)
    {
        rc = ckp_fiber_escalate(f, escalate, error);
        json_decref(error);
        return rc;
    }

    return ckp_node_failed(f, error);
}
