/*
 * Admission: who does the attempt, or that it has to wait.
 * Source: spec/ckp.md 14.1.
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


static bool
admit_is_tool(const json_t *agent)
{
    const char *const  kind = ckp_json_str(agent, "kind");

    return kind != NULL && strcmp(kind, "mcp_tool") == 0;
}


const json_t *
ckp_attempt_preferred(const ckp_fiber_t *f, char *key)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        agent = step->agent == NULL ? "" : step->agent;
    size_t                   i;

    /* channels are the same in any case */

    for (i = 0; agent[i] != '\0' && i < CKP_AFFINITY_MAX; i++) {
        key[i] = agent[i] >= 'A' && agent[i] <= 'Z' ? (char) (agent[i] + 32)
                                                    : agent[i];
    }

    key[i] = '\0';

    return ckp_fiber_run_get(f, "agents", key);
}


/* The first agent of a channel is preferred from now on. */

static ckp_code_t
admit_affinity(ckp_fiber_t *f, const json_t *agent)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        channel = step->agent == NULL ? ""
                                                           : step->agent;
    json_t *const            id = json_object_get(agent, "agent_id");
    char                     key[CKP_AFFINITY_MAX + 1];
    const json_t *const      old = ckp_attempt_preferred(f, key);
    ckp_code_t               rc = CKP_OK;

    if (admit_is_tool(agent) || (old != NULL && json_equal(old, id))) {
        return CKP_OK;
    }

    if (old != NULL) {
        rc = ckp_fiber_emit(f, "agent_affinity_changed",
                            json_pack("{s:s, s:O, s:O}", "channel", channel,
                                      "from", old, "to", id));
    }

    return rc == CKP_OK ? ckp_fiber_run_put(f, "agents", key, json_incref(id))
                        : rc;
}


static ckp_code_t
admit_lease(ckp_fiber_t *f, const json_t *agent)
{
    const char *const  resource = ckp_json_str(agent, "resource_key");

    /* it lives as long as the call may, so nobody need renew it */

    const int64_t  ms = ckp_attempt_ms(f) + CKP_DELEGATE_MS;

    if (admit_is_tool(agent)) {
        return CKP_OK;      /* nothing limits it but itself */
    }

    return ckp_fiber_write(f, "lease",
               json_pack("{s:s, s:s, s:s, s:O, s:s, s:I, s:I}",
                   "path", ckp_fiber_path(f),
                   "node_id", ckp_fiber_node(f)->id,
                   "step_id", ckp_fiber_step(f)->id,
                   "agent_id", json_object_get(agent, "agent_id"),
                   "resource_key", resource != NULL ? resource
                                   : ckp_json_str(agent, "agent_id"),
                   "limit", (json_int_t) ckp_json_int(agent,
                                                      "concurrency_limit", 1),
                   "ttl_ms", (json_int_t) (ms > CKP_LEASE_TTL_MS
                                           ? ms : CKP_LEASE_TTL_MS)));
}


static ckp_code_t
admit_dispatch(ckp_fiber_t *f, json_t *agent)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        kind = ckp_json_str(agent, "kind");
    ckp_code_t               rc;

    if (ckp_json_str(agent, "agent_id") == NULL) {
        return CKP_E_STATE;
    }

    rc = admit_affinity(f, agent);

    /* nobody writes below it: no copy */

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "agent", json_incref(agent));
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
        rc = admit_lease(f, agent);
    }

    if (rc == CKP_OK && ckp_delegate_wanted(f)) {
        rc = ckp_delegate_begin(f);
    }

    return rc == CKP_OK ? ckp_attempt_send(f) : rc;
}


/* All slots are taken: told once, asked again, up to a time. */

ckp_code_t
ckp_attempt_busy(ckp_fiber_t *f, const json_t *saturated, int64_t wait_ms)
{
    const int64_t  now = ckp_fiber_now(f);
    const int64_t  since = ckp_fiber_get_int(f, "step", "busy");
    ckp_code_t     rc = CKP_OK;

    if (since != 0 && now - since >= ckp_fiber_slot_ms(f)) {
        (void) ckp_fiber_raise(f, "ResourceBusy", "all slots are taken");
        return ckp_attempt_failed(f, true);
    }

    /* later than now: the clock was set back while nobody had the run */

    if (since == 0 || since > now) {
        rc = ckp_fiber_put(f, "step", "busy", json_integer(now));

        if (rc == CKP_OK && since == 0) {
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


/* It waited for its turn among all requests, or waited in vain. */

static ckp_code_t
admit_limited(ckp_fiber_t *f, const json_t *rate)
{
    if (rate == NULL) {
        return CKP_OK;
    }

    return ckp_fiber_emit(f, "rate_limited",
               json_pack("{s:I, s:I}",
                   "limit", (json_int_t) ckp_json_int(rate, "limit", 0),
                   "waited_ms",
                   (json_int_t) ckp_json_int(rate, "waited_ms", 0)));
}


ckp_code_t
ckp_attempt_admitted(ckp_fiber_t *f, const json_t *data)
{
    json_t *const        agent = json_object_get(data, "agent");
    const json_t *const  error = json_object_get(data, "error");
    bool                 known = false;
    ckp_code_t           rc = admit_limited(f, json_object_get(data, "rate"));

    if (rc == CKP_OK) {
        rc = ckp_once_answered(f, data, &known);
    }

    if (rc != CKP_OK || known) {
        return rc;
    }

    if (json_is_object(agent)) {
        return admit_dispatch(f, agent);
    }

    if (json_object_get(data, "wait_ms") != NULL) {
        return ckp_attempt_busy(f, json_object_get(data, "saturated"),
                                ckp_json_int(data, "wait_ms", 0));
    }

    if (ckp_json_bool(data, "native", false)
        && ckp_fiber_step(f)->op != NULL)
    {
        return ckp_attempt_internal(f);
    }

    if (ckp_abroad_is(f)) {
        ckp_abroad_back(f);
        return ckp_attempt_failed(f, false);
    }

    (void) ckp_fiber_raise_json(f, ckp_json_str(error, "type") != NULL
               ? ckp_json_copy(error)
               : json_pack("{s:s, s:s}", "type", "NoExecutorError", "message",
                           "nobody can run this action"));

    return ckp_attempt_failed(f, true);     /* it was never sent */
}
