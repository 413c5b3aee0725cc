/*
 * One attempt of a step: recorded, admitted, called; its result or its end.
 * Source: spec/ckp.md 12.2, 14.1, 14.2, 16, 17; design/reliability.md 1.
 */

#include "node/step.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/artifact.h"
#include "node/delegate.h"
#include "node/double.h"
#include "node/hosted.h"
#include "node/usage.h"
#include "node/validate.h"


static bool
attempt_is(const ckp_fiber_t *f, const char *ph)
{
    const char *const  own = ckp_fiber_get_str(f, "step", "ph");

    return own != NULL && strcmp(own, ph) == 0;
}


static ckp_code_t
attempt_phase(ckp_fiber_t *f, const char *ph)
{
    return ckp_fiber_put(f, "step", "ph", json_string(ph));
}


static int64_t
attempt_timeout(const ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);

    if (ckp_delegate_is(f)) {
        return CKP_DELEGATE_MS;
    }

    if (ckp_hosted_is(f)) {
        return ckp_hosted_ms(f);
    }

    const int64_t            ms = step->timeout_ms != 0 ? step->timeout_ms
                                  : step->timeout.step_ms != 0
                                    ? step->timeout.step_ms : CKP_AGENT_MS;

    return ms > CKP_CALL_MS_MAX ? CKP_CALL_MS_MAX : ms;
}


/* --- effects ---------------------------------------------------------------- */

static ckp_code_t
attempt_admit(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        channel = step->agent == NULL ? ""
                                                           : step->agent;
    char                     key[CKP_KEY_MAX + 1];
    const ckp_effect_t       fx = {
        .kind = CKP_FX_ADMIT, .target = "agent",
        .ref = ckp_fiber_get_str(f, "step", "ref"),
        .key = ckp_step_key(f, key),
        .body = json_pack("{s:s?, s:s, s:s, s:s, s:s, s:O?, s:b, s:b}",
                    "channel", step->agent, "action", step->action,
                    "path", ckp_fiber_path(f),
                    "node_id", ckp_fiber_node(f)->id, "step_id", step->id,
                    "affinity", ckp_fiber_run_get(f, "agents", channel),
                    "native", step->op != NULL,
                    "saturated", ckp_fiber_get(f, "step", "busy") != NULL)
    };

    return ckp_fiber_effect(f, &fx);
}


static json_t *
attempt_params(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    json_t *const            params = ckp_fiber_get(f, "step", "params");

    if (step->timeout_ms == 0
        || json_object_get(params, "timeout_ms") != NULL)
    {
        return json_incref(params);
    }

    json_t *const  own = json_copy(params);

    (void) json_object_set_new(own, "timeout_ms",
                               json_integer(step->timeout_ms));

    return own;
}


/* A body of the agent's call: {agent, request, accept}. */

static ckp_code_t
attempt_call(ckp_fiber_t *f)
{
    json_t                  *secrets = NULL;
    const ckp_code_t         rc = ckp_hosted_secrets(f, false, &secrets);

    if (rc != CKP_OK) {
        return rc;
    }

    json_t *const            params = ckp_delegate_params(f,
                                                          attempt_params(f));
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const int64_t            ms = attempt_timeout(f);
    char                     key[CKP_KEY_MAX + 1];
    const ckp_effect_t       fx = {
        .kind = CKP_FX_CALL, .target = "agent",
        .ref = ckp_fiber_get_str(f, "step", "ref"),
        .key = ckp_step_key(f, key), .timeout_ms = (uint32_t) ms,
        .body = json_pack("{s:O, s:o*, s:{s:s, s:o, s:s, s:s, s:s, s:I, s:s, "
                          "s:I}}",
                    "agent", ckp_fiber_get(f, "step", "agent"),
                    "secrets", secrets,
                    "request", "action", step->action,
                    "params", params,
                    "run_id", ckp_fiber_run_id(f),
                    "node_id", ckp_fiber_node(f)->id, "step_id", step->id,
                    "attempt", (json_int_t) ckp_fiber_get_int(f, "step",
                                                              "try"),
                    "path", ckp_fiber_path(f),
                    "timeout_ms", (json_int_t) ms)
    };

    if (ckp_delegate_is(f) && fx.body != NULL) {
        (void) json_object_set_new(fx.body, "accept", json_true());
    }

    return ckp_fiber_effect(f, &fx);
}


/* Nobody waits for the call any more, or its reply is here: the slot is free */

static ckp_code_t
attempt_release(ckp_fiber_t *f)
{
    if (ckp_hosted_is(f)) {
        return attempt_phase(f, "over");
    }

    const ckp_code_t  rc = ckp_fiber_write(f, "lease_release",
                               json_pack("{s:s}", "path", ckp_fiber_path(f)));

    return rc == CKP_OK ? attempt_phase(f, "over") : rc;
}


static ckp_code_t
attempt_abort(ckp_fiber_t *f)
{
    const ckp_effect_t  fx = {
        .kind = CKP_FX_ABORT, .target = "agent",
        .ref = ckp_fiber_get_str(f, "step", "ref"), .key = "",
        .body = json_object()
    };

    return ckp_fiber_effect(f, &fx);
}


bool
ckp_steps_in_flight(const ckp_fiber_t *f)
{
    return attempt_is(f, "call") || attempt_is(f, "admit");
}


ckp_code_t
ckp_steps_abandon(ckp_fiber_t *f)
{
    const bool  call = attempt_is(f, "call");
    ckp_code_t  rc = CKP_OK;

    if (ckp_delegate_is(f)) {
        ckp_fiber_at_step(f, ckp_step_at(f));
        rc = ckp_delegate_end(f);

        if (rc == CKP_OK) {
            rc = ckp_fiber_put(f, "step", "amb", json_true());
        }

        return rc == CKP_OK ? attempt_phase(f, "gone") : rc;
    }

    if (!call && !attempt_is(f, "admit")) {
        return CKP_OK;
    }

    ckp_fiber_at_step(f, ckp_step_at(f));
    rc = attempt_abort(f);

    if (rc == CKP_OK && call) {
        rc = attempt_release(f);
    }

    /* nobody knows what the agent did: the key stays as it is */

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "amb", json_true());
    }

    return rc == CKP_OK ? attempt_phase(f, "gone") : rc;
}


/* --- the start ------------------------------------------------------------------ */

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


static ckp_code_t
attempt_internal(ckp_fiber_t *f)
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

    json_decref(params);

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        json_decref(result);
        return ckp_attempt_failed(f, false);
    }

    if (rc != CKP_OK || result == NULL) {
        json_decref(result);
        return rc != CKP_OK ? rc : CKP_E_NOMEM;
    }

    if (!ckp_fiber_slept(f)) {
        return ckp_step_done(f, result, false);
    }

    rc = ckp_fiber_put(f, "step", "res", result);

    return rc == CKP_OK ? attempt_phase(f, "op") : rc;
}


static ckp_code_t
attempt_external(ckp_fiber_t *f)
{
    char        key[CKP_KEY_MAX + 1];
    ckp_code_t  rc;

    rc = ckp_fiber_write(f, "journal", json_pack("{s:s, s:s, s:s, s:s, s:s, "
             "s:I}", "path", ckp_fiber_path(f),
             "node_id", ckp_fiber_node(f)->id,
             "step_id", ckp_fiber_step(f)->id, "key", ckp_step_key(f, key),
             "status", "started", "attempts",
             (json_int_t) ckp_fiber_get_int(f, "step", "try")));

    if (rc == CKP_OK) {
        const char *const  ref = ckp_fiber_ref(f);

        rc = ref == NULL ? CKP_E_NOMEM
             : ckp_fiber_put(f, "step", "ref", json_string(ref));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "busy");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "host");
    }

    if (rc == CKP_OK) {
        rc = attempt_phase(f, "admit");
    }

    if (rc == CKP_OK) {
        rc = attempt_admit(f);
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
           ? attempt_internal(f) : attempt_external(f);
}


/* --- admission ------------------------------------------------------------------- */

static ckp_code_t
attempt_affinity(ckp_fiber_t *f, const json_t *agent)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        channel = step->agent == NULL ? ""
                                                           : step->agent;
    json_t *const            id = json_object_get(agent, "agent_id");
    json_t *const            old = ckp_fiber_run_get(f, "agents", channel);
    ckp_code_t               rc = CKP_OK;

    if (old != NULL && json_equal(old, id)) {
        return CKP_OK;
    }

    if (old != NULL) {
        rc = ckp_fiber_emit(f, "agent_affinity_changed",
                            json_pack("{s:s, s:O, s:O}", "channel", channel,
                                      "from", old, "to", id));
    }

    return rc == CKP_OK ? ckp_fiber_run_put(f, "agents", channel,
                                            json_incref(id))
                        : rc;
}


static ckp_code_t
attempt_lease(ckp_fiber_t *f, const json_t *agent)
{
    const char *const  resource = ckp_json_str(agent, "resource_key");

    return ckp_fiber_write(f, "lease",
               json_pack("{s:s, s:s, s:s, s:O, s:s, s:I, s:i}",
                   "path", ckp_fiber_path(f),
                   "node_id", ckp_fiber_node(f)->id,
                   "step_id", ckp_fiber_step(f)->id,
                   "agent_id", json_object_get(agent, "agent_id"),
                   "resource_key", resource != NULL ? resource
                                   : ckp_json_str(agent, "agent_id"),
                   "limit", (json_int_t) ckp_json_int(agent,
                                                      "concurrency_limit", 1),
                   "ttl_ms", CKP_LEASE_TTL_MS));
}


/* The call itself, and how long it may take. */

static ckp_code_t
attempt_send(ckp_fiber_t *f)
{
    const int64_t  until = ckp_fiber_now(f) + attempt_timeout(f);
    ckp_code_t     rc = ckp_fiber_put(f, "step", "until",
                                      json_integer(until));

    if (rc == CKP_OK) {
        rc = attempt_phase(f, "call");
    }

    if (rc == CKP_OK && ckp_delegate_is(f)) {
        rc = ckp_delegate_posted(f);
    }

    if (rc == CKP_OK) {
        rc = attempt_call(f);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
}


static ckp_code_t
attempt_dispatch(ckp_fiber_t *f, json_t *agent)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        kind = ckp_json_str(agent, "kind");
    ckp_code_t               rc;

    if (ckp_json_str(agent, "agent_id") == NULL) {
        return CKP_E_STATE;
    }

    rc = attempt_affinity(f, agent);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "agent", json_deep_copy(agent));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "step_dispatched",
                 json_pack("{s:s, s:s, s:O, s:O?, s:I}", "action",
                     step->action, "executor",
                     kind == NULL ? "agent_http" : kind,
                     "agent_id", json_object_get(agent, "agent_id"),
                     "agent_url", json_object_get(agent, "base_url"),
                     "attempt", (json_int_t) ckp_fiber_get_int(f, "step",
                                                               "try")));
    }

    if (rc == CKP_OK) {
        rc = ckp_hosted_secrets(f, true, NULL);
    }

    if (rc == CKP_OK) {
        rc = attempt_lease(f, agent);
    }

    if (rc == CKP_OK && ckp_delegate_wanted(f)) {
        rc = ckp_delegate_begin(f);
    }

    return rc == CKP_OK ? attempt_send(f) : rc;
}


/* All slots are taken: told once, asked again, up to a time. */

static ckp_code_t
attempt_busy(ckp_fiber_t *f, const json_t *saturated, int64_t wait_ms)
{
    const int64_t  now = ckp_fiber_now(f);
    const int64_t  since = ckp_fiber_get_int(f, "step", "busy");
    ckp_code_t     rc = CKP_OK;

    if (since != 0 && now - since >= CKP_LEASE_WAIT_MS) {
        (void) ckp_fiber_raise(f, "ResourceBusy", "all slots are taken");
        return ckp_attempt_failed(f, true);
    }

    if (since == 0) {
        rc = ckp_fiber_put(f, "step", "busy", json_integer(now));

        if (rc == CKP_OK) {
            rc = ckp_fiber_emit(f, "pool_saturated",
                     json_pack("{s:O?, s:O?, s:O?, s:O?}",
                         "agent_id", json_object_get(saturated, "agent_id"),
                         "channel", json_object_get(saturated, "channel"),
                         "resource_key", json_object_get(saturated,
                                                         "resource_key"),
                         "pool_id", json_object_get(saturated, "pool_id")));
        }
    }

    if (wait_ms < 1 || wait_ms > CKP_LEASE_WAIT_MS) {
        wait_ms = CKP_SLOT_AGAIN_MS;
    }

    return rc == CKP_OK ? ckp_step_pause(f, "busy", wait_ms) : rc;
}


static ckp_code_t
attempt_admitted(ckp_fiber_t *f, const json_t *data)
{
    json_t *const        agent = json_object_get(data, "agent");
    const json_t *const  error = json_object_get(data, "error");

    if (json_is_object(agent)) {
        return attempt_dispatch(f, agent);
    }

    if (json_object_get(data, "wait_ms") != NULL) {
        return attempt_busy(f, json_object_get(data, "saturated"),
                            ckp_json_int(data, "wait_ms", 0));
    }

    if (ckp_json_bool(data, "native", false)
        && ckp_fiber_step(f)->op != NULL)
    {
        return attempt_internal(f);
    }

    (void) ckp_fiber_raise_json(f, ckp_json_str(error, "type") != NULL
               ? json_deep_copy(error)
               : json_pack("{s:s, s:s}", "type", "NoExecutorError", "message",
                           "nobody can run this action"));

    return ckp_attempt_failed(f, true);     /* it was never sent */
}


static ckp_code_t
attempt_asked_again(ckp_fiber_t *f)
{
    ckp_code_t  rc = attempt_phase(f, "admit");

    if (rc == CKP_OK) {
        rc = attempt_admit(f);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


/* --- the reply ---------------------------------------------------------------------- */

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
    const int64_t            ms = attempt_timeout(f);
    ckp_code_t               rc;

    rc = ckp_fiber_emit(f, "step_timeout", json_pack("{s:I, s:s, s:s, s:s*}",
             "timeout_ms", (json_int_t) ms, "action", step->action,
             "binding", ckp_hosted_is(f) ? "internal" : attempt_binding(f),
             "policy", open ? "fail_open" : NULL));

    if (rc != CKP_OK) {
        return rc;
    }

    if (open) {
        rc = attempt_release(f);

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

        (void) ckp_fiber_raise_json(f, type != NULL ? json_deep_copy(in->data)
                   : json_pack("{s:s, s:s}", "type", "AgentUnavailable",
                               "message", "the agent gave no answer"));

        rc = ckp_usage_add(f, in->data);

        return rc == CKP_OK ? ckp_attempt_failed(f, unknown) : rc;
    }

    if (ckp_hosted_is(f)) {
        return ckp_hosted_answered(f, in->data);
    }

    rc = attempt_release(f);

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
                                           : json_deep_copy(result), false);
}


ckp_code_t
ckp_attempt_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  ref = ckp_fiber_get_str(f, "step", "ref");
    const bool         mine = ref != NULL && in->ref != NULL
                              && strcmp(ref, in->ref) == 0;

    if (in->kind == CKP_IN_ADMITTED) {
        return mine && attempt_is(f, "admit") ? attempt_admitted(f, in->data)
                                              : CKP_E_STATE;
    }

    if (in->kind == CKP_IN_REPLY) {
        return !mine || !attempt_is(f, "call") ? CKP_E_STATE
               : ckp_delegate_is(f) ? ckp_delegate_replied(f, in)
               : attempt_replied(f, in);
    }

    if (in->kind == CKP_IN_RECOVER
        && ckp_json_bool(json_object_get(in->data, "alive"),
                         ref == NULL ? "" : ref, false))
    {
        return CKP_OK;      /* it is still with the host */
    }

    if (in->kind == CKP_IN_RECOVER) {
        return attempt_is(f, "admit") ? attempt_admit(f)
               : !attempt_is(f, "call") ? CKP_OK
               : ckp_hosted_is(f) ? ckp_hosted_repeat(f) : attempt_call(f);
    }

    /* the last slot went to somebody else between question and commit */

    if (in->kind == CKP_IN_REFUSED) {
        return ckp_steps_in_flight(f)
               ? attempt_busy(f, ckp_fiber_get(f, "step", "agent"),
                              CKP_SLOT_AGAIN_MS)
               : CKP_E_STATE;
    }

    if (in->kind == CKP_IN_CALLBACK || attempt_is(f, "cb")) {
        return ckp_delegate_wake(f, in);
    }

    if (in->kind != CKP_IN_TICK) {
        return CKP_E_STATE;
    }

    if (attempt_is(f, "call")) {
        const ckp_code_t  rc = attempt_abort(f);

        return rc != CKP_OK ? rc
               : ckp_delegate_is(f) ? ckp_delegate_replied(f, NULL)
               : attempt_timed_out(f);
    }

    if (attempt_is(f, "again")) {
        return attempt_send(f);
    }

    if (attempt_is(f, "busy")) {
        return attempt_asked_again(f);
    }

    if (attempt_is(f, "retry")) {
        return ckp_attempt_start(f);
    }

    if (attempt_is(f, "op")) {
        return ckp_hosted_rested(f, ckp_fiber_get(f, "step", "res"));
    }

    return CKP_E_STATE;
}
