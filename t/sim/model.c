/*
 * The simulated model: it answers in words, in JSON, with tools, with nothing
 * that anybody could use, or not at all.
 */

#include "world.h"

#include <string.h>


/* One of the tools it was told of, sometimes with arguments that do not fit. */

static json_t *
model_wants(sim_t *w, const json_t *tools)
{
    const size_t         n = sim_rand(&w->rand) % json_array_size(tools);
    const json_t *const  fn = json_object_get(json_array_get(tools, n),
                                              "function");
    const char *const    name = ckp_json_str(fn, "name");

    return json_pack("[{s:s, s:{s:s, s:s}}]", "id", "c", "function", "name",
                     sim_chance(&w->rand, 90) && name != NULL ? name
                                                              : "nobody",
                     "arguments", sim_chance(&w->rand, 80)
                                  ? "{\"a\": 1, \"b\": 2}" : "[");
}


static json_t *
model_says(sim_t *w, const json_t *rq)
{
    const json_t *const  tools = json_object_get(rq, "tools");
    json_t *const        said = json_pack("{s:s, s:s, s:{s:i, s:i}}", "text",
                                          sim_chance(&w->rand, 70)
                                          ? "{\"n\": 3}" : "so be it",
                                          "finish_reason", "stop", "usage",
                                          "prompt_tokens", 5,
                                          "completion_tokens", 7);

    if (json_array_size(tools) > 0 && sim_chance(&w->rand, 60)) {
        json_object_set_new(said, "tool_calls", model_wants(w, tools));
        json_object_set_new(said, "finish_reason", json_string("tool_calls"));
    }

    return said;
}


/* What was asked is committed, and so is an answer: it is asked again under its
 * key only when nobody can know what became of it. */

static void
model_note(sim_t *w, const json_t *fx)
{
    const char *const  key = ckp_json_str(fx, "key");
    json_t *const      name = json_sprintf("model %s", key == NULL ? "" : key);
    json_t            *work = json_object_get(w->agent,
                                              json_string_value(name));

    if (key == NULL) {
        sim_broken(w, "a model is asked without a key");
    }

    if (w->store.final) {
        sim_broken(w, "a model is asked after the end");
    }

    if (work == NULL) {
        work = json_pack("{s:i, s:i}", "calls", 0, "outcome", CKP_OUTCOME_OK);
        json_object_set_new(w->agent, json_string_value(name), work);
    }

    json_object_set_new(work, "calls",
                        json_integer(1 + ckp_json_int(work, "calls", 0)));
    json_decref(name);
}


void
sim_model(sim_t *w, const json_t *fx, sim_call_t *call)
{
    const json_t *const  body = json_object_get(fx, "body");

    model_note(w, fx);

    *call = (sim_call_t) {
        .at_ms = w->now_ms + (int64_t) (sim_rand(&w->rand) % 200),
        .outcome = CKP_OUTCOME_OK
    };

    if (sim_chance(&w->rand, 10)) {
        call->outcome = CKP_OUTCOME_FAILED;
        call->data = json_pack("{s:s, s:s, s:i}", "type", "LLMCallError",
                               "message", "HTTP 429", "http_status", 429);

    } else if (sim_fault(w, SIM_REPLY_LOST)) {
        call->outcome = CKP_OUTCOME_UNKNOWN;
        call->data = json_pack("{s:s, s:s, s:s}", "type", "LLMCallError",
                               "message", "reset", "reason", "network");
        w->unknowns++;

    } else {
        call->data = model_says(w, json_object_get(body, "request"));
        call->twice = sim_fault(w, SIM_REPLY_TWICE);
    }

    (void) snprintf(call->ref, sizeof(call->ref), "%s",
                    ckp_json_str(fx, "ref"));
}
