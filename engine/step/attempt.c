/*
 * One attempt of a step: recorded, admitted, called; its result or its end.
 * Source: spec/ckp.md 12.2, 14.1, 14.2, 16, 17; design/reliability.md 1.
 */

#include "step/attempt.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "step/abroad.h"
#include "step/artifact.h"
#include "step/delegate.h"
#include "step/double.h"
#include "step/hosted.h"
#include "step/once.h"
#include "step/shot.h"
#include "node/step.h"
#include "step/usage.h"
#include "node/validate.h"


bool
ckp_steps_in_flight(const ckp_fiber_t *f)
{
    return ckp_attempt_is(f, "call") || ckp_attempt_is(f, "admit");
}


bool
ckp_steps_want(const ckp_fiber_t *f)
{
    return ckp_steps_in_flight(f) || ckp_attempt_is(f, "busy");
}


bool
ckp_steps_stranded(const ckp_fiber_t *f, int64_t wake_at_ms)
{
    return ckp_attempt_is(f, "busy")
           && wake_at_ms - ckp_fiber_now(f) > CKP_LEASE_WAIT_MS;
}


ckp_code_t
ckp_steps_abandon(ckp_fiber_t *f)
{
    const bool  call = ckp_attempt_is(f, "call");
    ckp_code_t  rc = CKP_OK;

    if (call && ckp_shot_is(f)) {
        ckp_fiber_at_step(f, ckp_step_at(f));
        return ckp_shot_end(f);
    }

    if (ckp_delegate_is(f)) {
        ckp_fiber_at_step(f, ckp_step_at(f));
        rc = ckp_delegate_end(f);

        if (rc == CKP_OK) {
            rc = ckp_once_gone(f);
        }

        if (rc == CKP_OK) {
            rc = ckp_fiber_put(f, "step", "amb", json_true());
        }

        return rc == CKP_OK ? ckp_attempt_phase(f, "gone") : rc;
    }

    if (!call && !ckp_attempt_is(f, "admit")) {
        return CKP_OK;
    }

    ckp_fiber_at_step(f, ckp_step_at(f));
    rc = ckp_attempt_abort(f, false);

    if (rc == CKP_OK && call) {
        rc = ckp_attempt_release(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_once_gone(f);
    }

    /* nobody knows what the agent did: the key stays as it is */

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "amb", json_true());
    }

    return rc == CKP_OK ? ckp_attempt_phase(f, "gone") : rc;
}


/* --- the start ---------------------------------------------------------- */

static void
attempt_sees(void *data, ckp_ref_t kind, const char *name, const char *second,
    bool in_expr)
{
    static const char *const  names[] = { "attempt", "now", "today",
                                          "timestamp" };
    bool *const               fresh = data;

    (void) second;
    (void) in_expr;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0])
                       && kind != CKP_REF_SECRET; i++)
    {
        if (name != NULL && strcmp(name, names[i]) == 0) {
            *fresh = true;
        }
    }
}


/* Parameters that tell the attempt or its time are rendered for each. */

static ckp_code_t
attempt_render(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    bool                     fresh = false;
    json_t                  *params = NULL;

    ckp_template_refs(step->params, attempt_sees, &fresh);

    if (!fresh) {
        return CKP_OK;
    }

    const ckp_code_t  rc = ckp_fiber_render_params(f, step, &params);

    return rc == CKP_OK ? ckp_fiber_put(f, "step", "params", params) : rc;
}


/* It failed here: somebody else may know how, or it is a failure. */

static ckp_code_t
attempt_not_ours(ckp_fiber_t *f, bool unknown)
{
    bool              goes = false;
    const ckp_code_t  rc = ckp_abroad_try(f, &goes);

    return rc != CKP_OK ? rc
           : goes ? ckp_attempt_external(f) : ckp_attempt_failed(f, unknown);
}


ckp_code_t
ckp_attempt_internal(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    json_t *const            params = json_incref(ckp_fiber_get(f, "step",
                                                                "params"));
    json_t                  *result = NULL;
    bool                     asked = false;
    ckp_code_t               rc = ckp_hosted_start(f, params, &asked);

    if (rc == CKP_OK && asked) {
        json_decref(params);
        return CKP_OK;
    }

    (void) ckp_fiber_slept(f);

    if (rc == CKP_OK) {
        rc = step->op->run(f, params, &result);
    }

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        json_decref(result);
        result = NULL;
        rc = ckp_double_excuse(f, params, &result);
    }

    json_decref(params);

    if (rc == CKP_E_INVALID) {
        return attempt_not_ours(f, false);
    }

    if (rc != CKP_OK || result == NULL) {
        json_decref(result);
        return rc != CKP_OK ? rc : CKP_E_NOMEM;
    }

    if (!ckp_fiber_slept(f)) {
        return ckp_step_done(f, result, false);
    }

    rc = ckp_fiber_put(f, "step", "res", result);

    return rc == CKP_OK ? ckp_attempt_phase(f, "op") : rc;
}


ckp_code_t
ckp_attempt_external(ckp_fiber_t *f)
{
    const char *const  ref = ckp_fiber_ref(f);
    ckp_code_t         rc = ref == NULL ? CKP_E_NOMEM
                            : ckp_fiber_put(f, "step", "ref",
                                            json_string(ref));

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "busy");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "host");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "shot");
    }

    if (rc == CKP_OK) {
        rc = ckp_attempt_phase(f, "admit");
    }

    if (rc == CKP_OK) {
        rc = ckp_attempt_ask(f);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


static ckp_code_t
attempt_count(ckp_fiber_t *f, int64_t n)
{
    const json_int_t  now = (json_int_t) ckp_fiber_now(f);
    ckp_code_t        rc = ckp_fiber_put(f, "step", "try", json_integer(n));

    if (rc == CKP_OK && n == 1) {
        rc = ckp_fiber_put(f, "step", "t0", json_integer(now));
    }

    if (rc == CKP_OK && ckp_abroad_is(f)) {
        rc = ckp_fiber_del(f, "step", "abroad");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_count(f, "steps");
    }

    if (rc == CKP_OK
        && json_integer_value(ckp_fiber_run_get(f, "counts", "steps"))
           > CKP_RUN_STEPS_MAX)
    {
        rc = ckp_fiber_raise(f, "LimitExceeded", "more than %d steps",
                             CKP_RUN_STEPS_MAX);
    }

    return rc == CKP_OK && n > 1 ? attempt_render(f) : rc;
}


ckp_code_t
ckp_attempt_start(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const int64_t            n = 1 + ckp_fiber_get_int(f, "step", "try");
    char                     key[CKP_KEY_MAX + 1];
    bool                     doubled = false;
    bool                     holds = true;
    ckp_code_t               rc = n > 1 ? CKP_OK
                                  : ckp_validate_step(f, &holds);

    if (rc != CKP_OK || !holds) {
        return rc;
    }

    rc = attempt_count(f, n);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "step_started", json_pack("{s:s, s:s}",
                            "action", step->action, "key",
                            ckp_step_key(f, key)));
    }

    if (rc == CKP_OK) {
        rc = ckp_double_step(f, &doubled);
    }

    if (rc == CKP_E_INVALID) {
        return ckp_attempt_failed(f, false);
    }

    if (rc != CKP_OK || doubled) {
        return rc;
    }

    return step->bind == CKP_BIND_INTERNAL && step->op != NULL
           && !ckp_attempt_asks(f)
           ? ckp_attempt_internal(f) : ckp_attempt_external(f);
}


static ckp_code_t
attempt_asked_again(ckp_fiber_t *f)
{
    ckp_code_t  rc = ckp_attempt_phase(f, "admit");

    if (rc == CKP_OK) {
        rc = ckp_attempt_ask(f);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


/* --- the reply ---------------------------------------------------------- */

static const char *
attempt_binding(const ckp_fiber_t *f)
{
    const json_t *const  agent = ckp_fiber_get(f, "step", "agent");
    const char *const    kind = ckp_json_str(agent, "kind");

    return ckp_json_bool(agent, "workflow", false) ? "agent_http_workflow_sync"
           : kind == NULL ? "agent_http" : kind;
}


static ckp_code_t
attempt_timed_out(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const bool               open = step->timeout.fail_open;
    const int64_t            ms = ckp_attempt_ms(f);
    ckp_code_t               rc;

    rc = ckp_fiber_emit(f, "step_timeout", json_pack("{s:I, s:s, s:s, s:s*}",
             "timeout_ms", (json_int_t) ms, "action", step->action,
             "binding", ckp_hosted_is(f) ? "internal" : attempt_binding(f),
             "policy", open ? "fail_open" : NULL));

    if (rc != CKP_OK) {
        return rc;
    }

    if (open) {
        rc = ckp_attempt_release(f);

        return rc != CKP_OK ? rc
               : ckp_step_done(f, step->timeout.default_output == NULL
                                  ? json_null()
                                  : json_incref(step->timeout.default_output),
                               true);
    }

    (void) ckp_fiber_raise(f, "TimeoutError", "no answer within %lld ms",
                           (long long) ms);

    return ckp_attempt_failed(f, true);
}


static ckp_code_t
attempt_replied(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  type = ckp_json_str(in->data, "type");
    json_t            *result;
    ckp_code_t         rc;

    if (in->outcome != CKP_OUTCOME_OK) {
        const bool  unknown = in->outcome == CKP_OUTCOME_UNKNOWN;

        if (unknown && type != NULL && strcmp(type, "TimeoutError") == 0) {
            return attempt_timed_out(f);
        }

        (void) ckp_fiber_raise_json(f, type != NULL ? ckp_json_copy(in->data)
                   : json_pack("{s:s, s:s}", "type", "AgentUnavailable",
                               "message", "the agent gave no answer"));

        rc = ckp_usage_add(f, in->data);

        return rc != CKP_OK ? rc
               : ckp_hosted_is(f) ? attempt_not_ours(f, unknown)
               : ckp_attempt_failed(f, unknown);
    }

    if (ckp_hosted_is(f)) {
        return ckp_hosted_answered(f, in->data);
    }

    rc = ckp_attempt_release(f);

    if (rc == CKP_OK) {
        rc = ckp_usage_add(f, in->data);
    }

    if (rc == CKP_OK) {
        rc = ckp_artifacts_found(f, in->data);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    result = json_object_get(in->data, "result");

    return ckp_step_done(f, result == NULL ? json_object()
                                           : ckp_json_copy(result), false);
}


/* The time that it waited for has come. */

static ckp_code_t
attempt_due(ckp_fiber_t *f)
{
    if (ckp_attempt_is(f, "call")) {
        const ckp_code_t  rc = ckp_attempt_abort(f, true);

        return rc != CKP_OK ? rc
               : ckp_delegate_is(f) ? ckp_delegate_replied(f, NULL)
               : attempt_timed_out(f);
    }

    if (ckp_attempt_is(f, "double")) {
        return ckp_double_rested(f);
    }

    if (ckp_attempt_is(f, "again")) {
        return ckp_attempt_send(f);
    }

    if (ckp_attempt_is(f, "busy")) {
        return attempt_asked_again(f);
    }

    if (ckp_attempt_is(f, "retry")) {
        return ckp_attempt_start(f);
    }

    if (ckp_attempt_is(f, "op")) {
        return ckp_hosted_rested(f, ckp_fiber_get(f, "step", "res"));
    }

    return CKP_E_STATE;
}


/* The run is read again for each slot that was gone when it was to be taken:
 * whoever waits has waited since he was told.  A crash is nobody's wait. */

static bool
attempt_is_late(const ckp_fiber_t *f, const ckp_input_t *in)
{
    const int64_t  since = ckp_fiber_get_int(f, "step", "busy");

    return since != 0 && !ckp_json_bool(in->data, "crash", false)
           && ckp_fiber_now(f) - since >= ckp_fiber_slot_ms(f);
}


ckp_code_t
ckp_attempt_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  ref = ckp_fiber_get_str(f, "step", "ref");
    const bool         mine = ref != NULL && in->ref != NULL
                              && strcmp(ref, in->ref) == 0;

    if (ckp_attempt_is(f, "call") && ckp_shot_is(f)) {
        return ckp_shot_wake(f, in);
    }

    if (in->kind == CKP_IN_ADMITTED) {
        return mine && ckp_attempt_is(f, "admit")
               ? ckp_attempt_admitted(f, in->data) : CKP_E_STATE;
    }

    if (in->kind == CKP_IN_REPLY) {
        return !mine || !ckp_attempt_is(f, "call") ? CKP_E_STATE
               : ckp_delegate_is(f) ? ckp_delegate_replied(f, in)
               : attempt_replied(f, in);
    }

    if (in->kind == CKP_IN_RECOVER
        && ckp_json_bool(json_object_get(in->data, "alive"),
                         ref == NULL ? "" : ref, false))
    {
        return CKP_OK;      /* it is still with the host */
    }

    if (in->kind == CKP_IN_RECOVER && ckp_attempt_is(f, "admit")
        && attempt_is_late(f, in))
    {
        return ckp_attempt_busy(f, NULL, 0);
    }

    if (in->kind == CKP_IN_RECOVER) {
        return ckp_attempt_is(f, "admit") ? ckp_attempt_ask(f)
               : ckp_attempt_is(f, "busy") ? attempt_asked_again(f)
               : !ckp_attempt_is(f, "call") ? CKP_OK
               : ckp_hosted_is(f) ? ckp_hosted_repeat(f) : ckp_attempt_call(f);
    }

    /* the last slot went to somebody else between question and commit */

    if (in->kind == CKP_IN_REFUSED) {
        return ckp_steps_want(f)
               ? ckp_attempt_busy(f, ckp_fiber_get(f, "step", "agent"),
                              CKP_SLOT_AGAIN_MS)
               : CKP_E_STATE;
    }

    if (in->kind == CKP_IN_CALLBACK || ckp_attempt_is(f, "cb")) {
        return ckp_delegate_wake(f, in);
    }

    return in->kind == CKP_IN_TICK ? attempt_due(f) : CKP_E_STATE;
}
