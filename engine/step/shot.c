/*
 * One more call to the agent of a step: for a screenshot.
 */

#include "step/shot.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "step/artifact.h"
#include "step/attempt.h"
#include "node/step.h"


static const char *
shot_then(const ckp_fiber_t *f)
{
    return ckp_json_str(ckp_fiber_get(f, "step", "shot"), "then");
}


bool
ckp_shot_is(const ckp_fiber_t *f)
{
    return shot_then(f) != NULL;
}


/* --- the call ---------------------------------------------------------------- */

/* A key of its own, for it is another call. */

static void
shot_key(const ckp_fiber_t *f, char *out)
{
    char  key[CKP_KEY_MAX + 1];

    (void) snprintf(out, CKP_KEY_MAX + 1, "%.240s~shot", ckp_step_key(f, key));
}


static ckp_code_t
shot_call(ckp_fiber_t *f)
{
    json_t *const       agent = ckp_fiber_get(f, "step", "agent");
    char                key[CKP_KEY_MAX + 1];
    const ckp_effect_t  fx = {
        .kind = CKP_FX_CALL, .target = "agent",
        .ref = ckp_fiber_get_str(f, "step", "ref"), .key = key,
        .timeout_ms = CKP_SHOT_MS,
        .body = json_pack("{s:O, s:{s:O, s:{}, s:s, s:s, s:s, s:I, s:s, s:i}}",
                    "agent", agent, "request",
                    "action", json_object_get(agent, "screenshot"), "params",
                    "run_id", ckp_fiber_run_id(f),
                    "node_id", ckp_fiber_node(f)->id,
                    "step_id", ckp_fiber_step(f)->id,
                    "attempt", (json_int_t) ckp_fiber_get_int(f, "step",
                                                              "try"),
                    "path", ckp_fiber_path(f), "timeout_ms", CKP_SHOT_MS)
    };

    shot_key(f, key);

    return ckp_fiber_effect(f, &fx);
}


ckp_code_t
ckp_shot_take(ckp_fiber_t *f, const char *then, json_t *error, bool *taken)
{
    const int64_t        until = ckp_fiber_now(f) + CKP_SHOT_MS;
    const json_t *const  agent = ckp_fiber_get(f, "step", "agent");
    const char          *ref;
    ckp_code_t           rc;

    *taken = ckp_json_str(agent, "screenshot") != NULL
             && ckp_fiber_get(f, "step", "shot") == NULL
             && strcmp(ckp_fiber_mode(f), "dry_run") != 0;

    if (!*taken) {
        return CKP_OK;
    }

    ref = ckp_fiber_ref(f);
    rc = ref == NULL ? CKP_E_NOMEM
         : ckp_fiber_put(f, "step", "ref", json_string(ref));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "shot",
                           json_pack("{s:s, s:O*}", "then", then, "err",
                                     error));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "until", json_integer(until));
    }

    if (rc == CKP_OK) {
        rc = ckp_attempt_phase(f, "call");
    }

    if (rc == CKP_OK) {
        rc = shot_call(f);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
}


/* --- what follows -------------------------------------------------------------- */

static ckp_code_t
shot_store(ckp_fiber_t *f, const json_t *answer)
{
    const char *const  then = shot_then(f);
    json_t *const      name = json_sprintf("%s%s-%s",
                                  strcmp(then, "done") == 0 ? "" : "fail-",
                                  ckp_fiber_node(f)->id,
                                  ckp_fiber_step(f)->id);
    const ckp_code_t   rc = name == NULL ? CKP_E_NOMEM
                            : ckp_artifact_shot(f, answer,
                                                json_string_value(name));

    json_decref(name);

    return rc;
}


/* The phase of before. */

static const char *
shot_phase(const char *then)
{
    return strcmp(then, "done") == 0 ? "after" : "failed";
}


const char *
ckp_shot_before(const json_t *step, const char *ph)
{
    const char *const  then = ckp_json_str(json_object_get(step, "shot"),
                                           "then");

    return then == NULL ? ph : shot_phase(then);
}


static ckp_code_t
shot_over(ckp_fiber_t *f)
{
    json_t *const      shot = json_incref(ckp_fiber_get(f, "step", "shot"));
    const char *const  then = ckp_json_str(shot, "then");
    json_t *const      error = json_incref(json_object_get(shot, "err"));
    ckp_code_t         rc = ckp_fiber_put(f, "step", "shot", json_false());

    if (rc == CKP_OK) {
        rc = ckp_attempt_phase(f, shot_phase(then));
    }

    if (rc != CKP_OK) {
        json_decref(error);

    } else if (strcmp(then, "fail") == 0) {
        rc = ckp_step_failed_on(f, error);

    } else if (strcmp(then, "act") == 0) {
        rc = ckp_handler_act(f, error);

    } else {
        json_decref(error);
        rc = ckp_step_after(f);
    }

    json_decref(shot);

    return rc;
}


ckp_code_t
ckp_shot_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  ref = ckp_fiber_get_str(f, "step", "ref");
    const bool         mine = ref != NULL && in->ref != NULL
                              && strcmp(ref, in->ref) == 0;
    ckp_code_t         rc = CKP_OK;

    switch (in->kind) {

    case CKP_IN_REPLY:
        if (!mine) {
            return CKP_E_STATE;
        }

        if (in->outcome == CKP_OUTCOME_OK) {
            rc = shot_store(f, in->data);
        }

        break;

    case CKP_IN_TICK:
        rc = ckp_attempt_abort(f, true);
        break;

    case CKP_IN_RECOVER:
        if (ckp_json_bool(json_object_get(in->data, "alive"), ref, false)) {
            return CKP_OK;
        }

        break;

    case CKP_IN_START:
    case CKP_IN_ADMITTED:
    case CKP_IN_DECISION:
    case CKP_IN_CALLBACK:
    case CKP_IN_CHILD:
    case CKP_IN_REFUSED:
    case CKP_IN_NOTE:
    case CKP_IN_PAUSE:
    case CKP_IN_RESUME:
    case CKP_IN_CANCEL:
        return CKP_E_STATE;
    }

    return rc == CKP_OK ? shot_over(f) : rc;
}


ckp_code_t
ckp_shot_end(ckp_fiber_t *f)
{
    const char *const  phase = shot_phase(shot_then(f));
    ckp_code_t         rc = ckp_attempt_abort(f, false);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "shot", json_false());
    }

    return rc == CKP_OK ? ckp_attempt_phase(f, phase) : rc;
}
