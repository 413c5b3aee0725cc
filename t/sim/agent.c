/*
 * The simulated agent: it counts, it honours keys, it fails as its action's
 * name says, and its replies come late, twice or never.
 */

#include "world.h"

#include <string.h>


/* What the agent does for a key, decided once: it honours keys. */

static json_t *
agent_work(sim_t *w, const char *key, const char *action)
{
    json_t   *known = json_object_get(w->agent, key);
    unsigned  fails = 0;
    json_t   *data;

    if (known != NULL) {
        return known;
    }

    if (strcmp(action, "moody") == 0) {
        fails = 45;

    } else if (strcmp(action, "broken") == 0) {
        fails = 100;
    }

    if (sim_chance(&w->rand, fails)) {
        data = json_pack("{s:s, s:s, s:s}", "type", "AgentActionError",
                         "message", "Moody: not now", "agent_error_type",
                         "Moody");
        known = json_pack("{s:i, s:i, s:o}", "calls", 0, "outcome",
                          CKP_OUTCOME_FAILED, "data", data);

    } else {
        data = json_pack("{s:{s:s}}", "result", "key", key);
        known = json_pack("{s:i, s:i, s:o}", "calls", 0, "outcome",
                          CKP_OUTCOME_OK, "data", data);
    }

    json_object_set_new(w->agent, key, known);

    return known;
}


static void
agent_called(sim_t *w, const json_t *fx)
{
    const json_t *const  rq = json_object_get(json_object_get(fx, "body"),
                                              "request");
    const char *const    action = ckp_json_str(rq, "action");
    const char *const    key = ckp_json_str(fx, "key");
    json_t *const        work = agent_work(w, key, action);
    sim_call_t          *call;

    sim_check_call(w, fx);

    json_object_set_new(work, "calls",
                        json_integer(1 + ckp_json_int(work, "calls", 0)));

    if (json_object_get(work, "users") == NULL) {
        json_object_set_new(work, "users", json_object());
    }

    json_object_set_new(json_object_get(work, "users"),
                        ckp_json_str(rq, "path"), json_true());

    if (w->ncalls == SIM_CALLS_MAX) {
        sim_broken(w, "more than %d calls in flight", SIM_CALLS_MAX);
        return;
    }

    call = &w->calls[w->ncalls++];

    *call = (sim_call_t) {
        .outcome = (ckp_outcome_t) ckp_json_int(work, "outcome", 0),
        .data = json_incref(json_object_get(work, "data"))
    };

    call->at_ms = w->now_ms + (int64_t) (sim_rand(&w->rand) % 50);

    if (strcmp(action, "slow") == 0) {
        call->at_ms += (int64_t) (sim_rand(&w->rand) % 600);
    }

    (void) snprintf(call->ref, sizeof(call->ref), "%s",
                    ckp_json_str(fx, "ref"));
    (void) snprintf(call->path, sizeof(call->path), "%s",
                    ckp_json_str(rq, "path"));

    if (sim_fault(w, SIM_REPLY_LOST)) {
        json_decref(call->data);
        call->outcome = CKP_OUTCOME_UNKNOWN;
        call->data = json_pack("{s:s, s:s}", "type", "AgentUnavailable",
                               "message", "reset");
        w->unknowns++;

    } else if (sim_fault(w, SIM_REPLY_TWICE)) {
        call->twice = true;
    }
}


/* The right to make the result of a key: taken, with somebody else (*busy), or
 * what is known under it. */

static json_t *
agent_claim(sim_t *w, const json_t *body, bool *busy)
{
    const json_t *const  once = json_object_get(body, "idempotency");
    json_t *const        name = json_sprintf("%s %s",
                                    ckp_json_str(once, "scope"),
                                    ckp_json_str(once, "key"));
    const char *const    path = ckp_json_str(body, "path");
    const json_t *const  row = json_object_get(w->store.once,
                                               json_string_value(name));
    const char *const    status = ckp_json_str(row, "status");
    json_t              *known = NULL;

    *busy = false;

    if (status != NULL && strcmp(status, "completed") == 0) {
        known = json_pack("{s:O, s:O?}", "result",
                          json_object_get(row, "result"), "hash",
                          json_object_get(row, "hash"));

    } else if (status != NULL && strcmp(status, "failed") == 0
               && ckp_json_bool(once, "cache_failures", false))
    {
        known = json_pack("{s:O}", "failure", json_object_get(row, "result"));

    } else if (status != NULL && strcmp(status, "started") == 0
               && strcmp(ckp_json_str(row, "path"), path) != 0)
    {
        *busy = true;

    } else {
        json_object_set_new(w->store.once, json_string_value(name),
                            json_pack("{s:s, s:s}", "path", path, "status",
                                      "started"));
    }

    json_decref(name);

    return known;
}


/* What somebody who asks for a slot is told of its key; NULL: nothing. */

static json_t *
agent_others(sim_t *w, const json_t *body)
{
    const bool  internal = ckp_json_bool(body, "internal", false);
    bool        busy;
    json_t     *known;

    if (json_object_get(body, "idempotency") == NULL) {
        return internal ? json_pack("{s:b}", "native", 1) : NULL;
    }

    known = agent_claim(w, body, &busy);

    if (known != NULL || !busy) {
        return known != NULL || !internal ? known
               : json_pack("{s:b}", "native", 1);
    }

    return internal ? json_pack("{s:{s:s, s:s}}", "error", "type",
                                "ResourceBusy", "message", "under way")
           : json_pack("{s:i, s:{s:s}}", "wait_ms", 20, "saturated",
                       "agent_id", "w1");
}


static void
agent_admit(sim_t *w, const json_t *fx)
{
    json_t *const      body = json_object_get(fx, "body");
    const char *const  ref = ckp_json_str(fx, "ref");
    json_t *const      others = agent_others(w, body);

    if (others != NULL) {
        sim_input(w, CKP_IN_ADMITTED, CKP_OUTCOME_OK, ref, others);
        return;
    }

    /* somebody else may take the last slot between answer and commit */

    if (sim_fault(w, SIM_SLOT_LOST)) {
        w->strangers = 2;
    }

    if (sim_chance(&w->rand, w->faulty)) {
        sim_input(w, CKP_IN_ADMITTED, CKP_OUTCOME_OK, ref,
                  json_pack("{s:i, s:{s:s}}", "wait_ms", 20, "saturated",
                            "agent_id", "w1"));
        return;
    }

    sim_input(w, CKP_IN_ADMITTED, CKP_OUTCOME_OK, ref,
              json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:i}}", "agent",
                  "agent_id", sim_chance(&w->rand, 90) ? "w1" : "w2",
                  "name", "worker", "base_url", "http://w", "channel", "W",
                  "resource_key", "w", "concurrency_limit", 2));
}


/* The host itself: it knows one child procedure. */

static void
agent_host(sim_t *w, const json_t *fx)
{
    sim_call_t  *call;

    if (w->ncalls == SIM_CALLS_MAX) {
        sim_broken(w, "more than %d calls in flight", SIM_CALLS_MAX);
        return;
    }

    call = &w->calls[w->ncalls++];

    *call = (sim_call_t) {
        .at_ms = w->now_ms + (int64_t) (sim_rand(&w->rand) % 5),
        .outcome = CKP_OUTCOME_OK,
        .data = json_pack("{s:s, s:s}", "hash", "kid", "version", "1")
    };

    (void) snprintf(call->ref, sizeof(call->ref), "%s",
                    ckp_json_str(fx, "ref"));
}


void
sim_effect(sim_t *w, const json_t *fx)
{
    const char *const  ref = ckp_json_str(fx, "ref");

    switch ((ckp_effect_kind_t) ckp_json_int(fx, "kind", 0)) {

    case CKP_FX_ADMIT:
        agent_admit(w, fx);
        return;

    case CKP_FX_CALL:
        if (strcmp(ckp_json_str(fx, "target"), "host") == 0) {
            agent_host(w, fx);

        } else if (strcmp(ckp_json_str(fx, "target"), "llm") != 0) {
            agent_called(w, fx);

        } else if (w->ncalls == SIM_CALLS_MAX) {
            sim_broken(w, "more than %d calls in flight", SIM_CALLS_MAX);

        } else {
            sim_model(w, fx, &w->calls[w->ncalls++]);
        }

        return;

    case CKP_FX_ABORT:
        for (size_t i = 0; i < w->ncalls; i++) {
            if (strcmp(w->calls[i].ref, ref) == 0) {
                json_decref(w->calls[i].data);
                w->calls[i] = w->calls[--w->ncalls];
                w->unknowns++;
                return;
            }
        }

        return;

    case CKP_FX_NOTIFY:
        return;
    }
}


int64_t
sim_next_reply(const sim_t *w)
{
    int64_t  at = INT64_MAX;

    for (size_t i = 0; i < w->ncalls; i++) {
        at = w->calls[i].at_ms < at ? w->calls[i].at_ms : at;
    }

    return at;
}


void
sim_replies(sim_t *w)
{
    for (size_t i = 0; i < w->ncalls; ) {
        sim_call_t *const  call = &w->calls[i];

        if (call->at_ms > w->now_ms) {
            i++;
            continue;
        }

        sim_input(w, CKP_IN_REPLY, call->outcome, call->ref,
                  json_incref(call->data));

        if (call->twice) {
            sim_input(w, CKP_IN_REPLY, call->outcome, call->ref,
                      json_incref(call->data));
        }

        json_decref(call->data);
        w->calls[i] = w->calls[--w->ncalls];
    }
}


void
sim_hang_up(sim_t *w)
{
    for (size_t i = 0; i < w->ncalls; i++) {
        json_decref(w->calls[i].data);
        w->unknowns++;
    }

    w->ncalls = 0;
}
