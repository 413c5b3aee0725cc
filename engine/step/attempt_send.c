/*
 * What an attempt says to others: the question for an executor, the call, and
 * that nobody waits for it any more.
 */

#include "step/attempt.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "step/abroad.h"
#include "step/delegate.h"
#include "step/hosted.h"
#include "step/once.h"
#include "node/step.h"


bool
ckp_attempt_is(const ckp_fiber_t *f, const char *ph)
{
    const char *const  own = ckp_fiber_get_str(f, "step", "ph");

    return own != NULL && strcmp(own, ph) == 0;
}


ckp_code_t
ckp_attempt_phase(ckp_fiber_t *f, const char *ph)
{
    return ckp_fiber_put(f, "step", "ph", json_string(ph));
}


/* The executor is a tool server. */

static bool
send_is_tool(const ckp_fiber_t *f)
{
    const char *const  kind = ckp_json_str(ckp_fiber_get(f, "step", "agent"),
                                           "kind");

    return kind != NULL && strcmp(kind, "mcp_tool") == 0;
}


int64_t
ckp_attempt_ms(const ckp_fiber_t *f)
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
                                    ? step->timeout.step_ms
                                  : send_is_tool(f) ? CKP_MCP_MS
                                                    : ckp_fiber_agent_ms(f);

    return ms > CKP_CALL_MS_MAX ? CKP_CALL_MS_MAX : ms;
}


json_t *
ckp_attempt_rate(ckp_fiber_t *f)
{
    const ckp_program_t *const  prog = ckp_fiber_program(f);
    const ckp_rate_t *const     rate = &prog->config.rate;
    const char                 *project;
    json_t                     *key = NULL;

    switch (rate->scope) {

    case CKP_RATE_PROCEDURE:
        key = json_sprintf("procedure:%s", prog->procedure_id);
        break;

    case CKP_RATE_VERSION:
        key = json_sprintf("version:%s:%s", prog->procedure_id,
                           prog->version);
        break;

    case CKP_RATE_PROJECT:
        project = json_string_value(ckp_fiber_run_get(f, "meta",
                                                      "project_id"));
        project = project != NULL ? project : prog->project_id;
        key = json_sprintf("project:%s", project == NULL ? "" : project);
        break;
    }

    return json_pack("{s:o, s:I, s:I}", "key", key,
                     "per_minute", (json_int_t) rate->per_minute,
                     "wait_ms", (json_int_t) rate->wait_ms);
}


/* The one action of ours that counts as a request to others. */

static bool
send_is_http(const ckp_step_t *step)
{
    const ckp_hosted_t *const  own = step->op == NULL ? NULL
                                     : ckp_op_hosted(step->op);

    return own != NULL && own->target != NULL
           && strcmp(own->target, "http") == 0;
}


bool
ckp_attempt_asks(const ckp_fiber_t *f)
{
    const ckp_rate_t *const  rate = &ckp_fiber_program(f)->config.rate;

    return ckp_once_asks(f)
           || (send_is_http(ckp_fiber_step(f))
               && (rate->per_minute > 0 || rate->concurrent > 0));
}


/* What stands between the question and its answer, besides slots. */

static bool
send_limits(ckp_fiber_t *f, json_t *body)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const ckp_rate_t *const  rate = &ckp_fiber_program(f)->config.rate;
    int                      bad = 0;

    /* who goes abroad has the right to its key already */

    if (ckp_once_asks(f) && !ckp_abroad_is(f)) {
        bad |= json_object_set_new(body, "idempotency", ckp_once_ask(f));
    }

    if (step->bind == CKP_BIND_INTERNAL && !ckp_abroad_is(f)) {
        bad |= json_object_set_new(body, "internal", json_true());

        if (!send_is_http(step)) {
            return bad == 0;
        }
    }

    if (step->executor != CKP_BY_ANY) {
        bad |= json_object_set_new(body, "executor",
                   json_string(step->executor == CKP_BY_MCP ? "mcp"
                                                            : "agent"));
    }

    if (rate->per_minute > 0) {
        bad |= json_object_set_new(body, "rate", ckp_attempt_rate(f));

        if (send_is_http(step)) {
            bad |= json_object_set_new(body, "outside", json_true());
        }
    }

    if (rate->concurrent > 0) {
        bad |= json_object_set_new(body, "max_concurrent",
                                   json_integer(rate->concurrent));
    }

    return bad == 0;
}


ckp_code_t
ckp_attempt_ask(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    char                     agents[CKP_AFFINITY_MAX + 1];
    char                     key[CKP_KEY_MAX + 1];
    const ckp_effect_t       fx = {
        .kind = CKP_FX_ADMIT, .target = "agent",
        .ref = ckp_fiber_get_str(f, "step", "ref"),
        .key = ckp_step_key(f, key),
        .body = json_pack("{s:s?, s:s, s:s, s:s, s:s, s:O?, s:b, s:b}",
                    "channel", step->agent, "action", step->action,
                    "path", ckp_fiber_path(f),
                    "node_id", ckp_fiber_node(f)->id, "step_id", step->id,
                    "affinity", ckp_attempt_preferred(f, agents),
                    "native", step->op != NULL && !ckp_abroad_is(f),
                    "saturated", ckp_fiber_get(f, "step", "busy") != NULL)
    };

    if (fx.body != NULL && !send_limits(f, fx.body)) {
        json_decref(fx.body);
        return CKP_E_NOMEM;
    }

    return ckp_fiber_effect(f, &fx);
}


static json_t *
send_params(ckp_fiber_t *f)
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

ckp_code_t
ckp_attempt_call(ckp_fiber_t *f)
{
    json_t                  *secrets = NULL;
    const ckp_code_t         rc = ckp_hosted_secrets(f, false, &secrets);

    if (rc != CKP_OK) {
        return rc;
    }

    json_t *const            params = ckp_delegate_params(f,
                                                          send_params(f));
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const int64_t            ms = ckp_attempt_ms(f);
    char                     key[CKP_KEY_MAX + 1];
    const ckp_effect_t       fx = {
        .kind = CKP_FX_CALL, .target = send_is_tool(f) ? "mcp" : "agent",
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


/* The slot of the step's agent, as admit_lease took it; without an agent there
 * is none. */

ckp_code_t
ckp_attempt_unlease(ckp_fiber_t *f)
{
    const json_t *const  agent = ckp_fiber_get(f, "step", "agent");
    const char *const    key = ckp_json_str(agent, "resource_key");

    if (agent == NULL) {
        return CKP_OK;
    }

    return ckp_fiber_write(f, "lease_release",
               json_pack("{s:s, s:s}", "path", ckp_fiber_path(f),
                   "resource_key",
                   key != NULL ? key : ckp_json_str(agent, "agent_id")));
}


/* Nobody waits for the call any more, or its reply is here: the slot is free */

ckp_code_t
ckp_attempt_release(ckp_fiber_t *f)
{
    if (ckp_hosted_is(f)) {
        return ckp_attempt_phase(f, "over");
    }

    const ckp_code_t  rc = ckp_attempt_unlease(f);

    return rc == CKP_OK ? ckp_attempt_phase(f, "over") : rc;
}


ckp_code_t
ckp_attempt_abort(ckp_fiber_t *f, bool late)
{
    const ckp_effect_t  fx = {
        .kind = CKP_FX_ABORT, .target = "agent",
        .ref = ckp_fiber_get_str(f, "step", "ref"), .key = "",
        .body = json_pack("{s:b}", "late", late)
    };

    return ckp_fiber_effect(f, &fx);
}


/* The call itself, and how long it may take. */

ckp_code_t
ckp_attempt_send(ckp_fiber_t *f)
{
    const int64_t  until = ckp_fiber_now(f) + ckp_attempt_ms(f);
    ckp_code_t     rc = ckp_fiber_put(f, "step", "until",
                                      json_integer(until));

    if (rc == CKP_OK) {
        rc = ckp_attempt_phase(f, "call");
    }

    if (rc == CKP_OK && ckp_delegate_is(f)) {
        rc = ckp_delegate_posted(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_attempt_call(f);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
}
