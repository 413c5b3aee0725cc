/*
 * A planner at work: its iterations, its limits, its end.
 * Source: spec/ckp.md 24.1.
 */

#include "llm/planner.h"

#include <string.h>

#include "base/json.h"
#include "lang/value.h"
#include "node/frame.h"
#include "op/op_int.h"


static const ckp_planner_t *
planner_of(const ckp_fiber_t *f)
{
    return ckp_fiber_node(f)->u.llm->planner;
}


static bool
planner_is(const ckp_fiber_t *f, const char *ph)
{
    const char *const  own = ckp_fiber_get_str(f, "pl", "ph");

    return own != NULL && strcmp(own, ph) == 0;
}


static double
planner_spent(const ckp_fiber_t *f)
{
    const json_t *const  v = ckp_fiber_get(f, "llm", "spent");

    return json_is_number(v) ? json_number_value(v) : 0;
}


static int64_t
planner_elapsed(const ckp_fiber_t *f)
{
    return ckp_fiber_now(f) - ckp_fiber_get_int(f, "pl", "t0");
}


bool
ckp_planner_is_late(const ckp_fiber_t *f)
{
    return planner_elapsed(f) >= planner_of(f)->elapsed_ms;
}


json_t *
ckp_planner_names(ckp_fiber_t *f, const char *key, const char *name)
{
    if (key != NULL || strcmp(name, "planner") != 0
        || ckp_fiber_node(f)->u.llm->planner == NULL)
    {
        return NULL;
    }

    return json_pack("{s:I, s:I, s:I, s:f, s:b}",
               "iterations", (json_int_t) ckp_fiber_get_int(f, "pl", "it"),
               "tool_calls", (json_int_t) ckp_fiber_get_int(f, "pl", "k"),
               "elapsed_ms", (json_int_t) planner_elapsed(f),
               "cost_usd", planner_spent(f),
               "truncated", ckp_fiber_get(f, "pl", "cut") != NULL);
}


/* --- the end ----------------------------------------------------------- */

static ckp_code_t
planner_completed(ckp_fiber_t *f)
{
    const ckp_code_t  rc = ckp_fiber_emit(f, "planner_completed",
        json_pack("{s:I, s:I, s:I, s:f}",
            "iterations", (json_int_t) ckp_fiber_get_int(f, "pl", "it"),
            "tool_calls", (json_int_t) ckp_fiber_get_int(f, "pl", "k"),
            "elapsed_ms", (json_int_t) planner_elapsed(f),
            "cost_usd", planner_spent(f)));

    return rc == CKP_OK ? ckp_fiber_put(f, "pl", "ph", json_string("final"))
                        : rc;
}


/* The last answer is here; a repair of it may follow. */

static ckp_code_t
planner_final(ckp_fiber_t *f, const char *text, const json_t *meta)
{
    const ckp_code_t  rc = planner_completed(f);

    return rc == CKP_OK ? ckp_llm_final(f, text, meta) : rc;
}


ckp_code_t
ckp_planner_limit(ckp_fiber_t *f, const char *limit, double value)
{
    const bool   partial = planner_of(f)->partial;
    json_t      *text;
    json_t      *number = json_real(value);
    ckp_code_t   rc;

    if (value == (double) (int64_t) value) {
        json_decref(number);
        number = json_integer((json_int_t) value);
    }

    rc = ckp_fiber_emit(f, "guardrail_exceeded", json_pack("{s:s, s:O}",
                        "limit", limit, "value", number));

    if (rc == CKP_OK && !partial) {
        rc = ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:{s:s, s:O}}",
                 "type", "GuardrailExceeded", "message",
                 json_sprintf("the planner has come to its limit: %s", limit),
                 "details", "limit", limit, "value", number));
    }

    json_decref(number);

    if (rc != CKP_OK) {
        return rc == CKP_E_INVALID ? ckp_llm_over(f) : rc;
    }

    rc = ckp_fiber_put(f, "pl", "cut", json_true());

    if (rc == CKP_OK) {
        rc = ckp_fiber_reap_all(f, "canceled");
    }

    if (rc == CKP_OK) {
        rc = planner_completed(f);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    rc = ckp_llm_unkept(f);

    if (rc != CKP_OK) {
        return rc;
    }

    text = json_incref(ckp_fiber_get(f, "pl", "text"));
    rc = ckp_llm_take(f, json_is_string(text) ? json_string_value(text) : "",
                      NULL, false);
    json_decref(text);

    return rc;
}


/* --- asking ------------------------------------------------------------ */

static ckp_code_t
planner_iterate(ckp_fiber_t *f)
{
    const ckp_planner_t *const  p = planner_of(f);
    const int64_t               it = ckp_fiber_get_int(f, "pl", "it");
    const double                spent = planner_spent(f);
    ckp_code_t                  rc;

    if (it >= (int64_t) p->iterations) {
        return ckp_planner_limit(f, "max_iterations", p->iterations);
    }

    if (ckp_planner_is_late(f)) {
        return ckp_planner_limit(f, "max_elapsed_ms", (double) p->elapsed_ms);
    }

    if (p->cost > 0 && spent >= p->cost) {
        return ckp_planner_limit(f, "max_cost_usd", spent);
    }

    rc = ckp_fiber_put(f, "pl", "it", json_integer(it + 1));

    return rc == CKP_OK ? ckp_llm_ask(f) : rc;
}


static json_t *
planner_tools(const ckp_planner_t *p)
{
    json_t *const  names = json_array();

    for (size_t i = 0; i < p->ntools; i++) {
        (void) json_array_append_new(names, json_string(p->tools[i].name));
    }

    return names;
}


static ckp_code_t
planner_started(ckp_fiber_t *f, json_t *goal)
{
    const ckp_planner_t *const  p = planner_of(f);

    return ckp_fiber_emit(f, "planner_started",
               json_pack("{s:O?, s:o, s:{s:I, s:I, s:I, s:f}}",
                   "goal", goal, "tools", planner_tools(p), "limits",
                   "max_iterations", (json_int_t) p->iterations,
                   "max_tool_calls", (json_int_t) p->calls,
                   "max_elapsed_ms", (json_int_t) p->elapsed_ms,
                   "max_cost_usd", p->cost));
}


ckp_code_t
ckp_planner_begin(ckp_fiber_t *f)
{
    const ckp_planner_t *const  p = planner_of(f);
    const json_int_t            now = (json_int_t) ckp_fiber_now(f);
    json_t                     *value = NULL;
    json_t                     *goal = NULL;
    json_t                     *sent = NULL;
    ckp_code_t                  rc = ckp_fiber_put(f, "pl", NULL,
                                         json_pack("{s:s, s:i, s:i, s:I}",
                                             "ph", p->plan_first ? "plan"
                                                                 : "loop",
                                             "it", 0, "k", 0, "t0", now));

    if (rc == CKP_OK && p->goal != NULL) {
        rc = ckp_fiber_render(f, p->goal, &value);
        goal = rc == CKP_OK ? ckp_op_text(value) : NULL;
        json_decref(value);
    }

    if (rc == CKP_OK && goal != NULL) {
        rc = ckp_pii_out(f, json_string_value(goal), &sent);
    }

    if (rc == CKP_OK) {
        rc = planner_started(f, sent);
    }

    if (rc == CKP_OK && sent != NULL) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:O}", "role", "user", "content",
                                      sent));
    }

    json_decref(goal);
    json_decref(sent);

    return rc == CKP_OK ? planner_iterate(f) : rc;
}


/* --- answers ----------------------------------------------------------- */

ckp_code_t
ckp_planner_again(ckp_fiber_t *f, const char *wrong)
{
    json_t *const  text = json_incref(ckp_fiber_get(f, "pl", "text"));
    json_t        *sent = NULL;
    ckp_code_t     rc = ckp_pii_out(f, json_is_string(text)
                                       ? json_string_value(text) : "", &sent);

    json_decref(text);

    if (rc == CKP_OK) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:o}", "role", "assistant",
                                      "content", sent));
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:s}", "role", "user", "content",
                                      wrong));
    }

    return rc == CKP_OK ? planner_iterate(f) : rc;
}


static ckp_code_t
planner_acts(ckp_fiber_t *f, const json_t *meta, const ckp_said_t *said)
{
    if (said->final != NULL) {
        return planner_final(f, json_string_value(said->final), meta);
    }

    if (said->plan != NULL) {
        return ckp_plan_proposed(f, said->plan);
    }

    if (said->wrong != NULL) {
        return ckp_planner_again(f, said->wrong);
    }

    if (ckp_fiber_get(f, "pl", "over") != NULL) {
        return ckp_planner_limit(f, "max_tool_calls", planner_of(f)->calls);
    }

    return ckp_tools_go(f);
}


ckp_code_t
ckp_planner_answered(ckp_fiber_t *f, const json_t *meta)
{
    const char *const  text = ckp_json_str(meta, "text");
    ckp_said_t         said = { .final = NULL };
    ckp_code_t         rc = CKP_OK;

    if (planner_is(f, "final")) {
        return ckp_llm_final(f, text == NULL ? "" : text, meta);
    }

    if (text != NULL && *text != '\0') {
        rc = ckp_fiber_put(f, "pl", "text", json_string(text));
    }

    if (rc == CKP_OK && planner_is(f, "close")) {
        return planner_final(f, text == NULL ? "" : text, meta);
    }

    if (rc == CKP_OK) {
        rc = ckp_planner_read(f, meta, &said);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "planner_iteration", json_pack("{s:I, s:I}",
                 "iteration", (json_int_t) ckp_fiber_get_int(f, "pl", "it"),
                 "tool_calls", (json_int_t) ckp_tool_calls(f)));
    }

    if (rc == CKP_OK) {
        rc = planner_acts(f, meta, &said);
    }

    json_decref(said.final);
    json_decref(said.plan);

    return rc;
}


/* --- what tools gave --------------------------------------------------- */

/* stop_condition sees the last result and the counts. */

static ckp_code_t
planner_stops(ckp_fiber_t *f, bool *stops)
{
    const ckp_planner_t *const  p = planner_of(f);
    const size_t                n = ckp_tool_calls(f);
    json_t                     *seen;
    ckp_eval_t                  ev;
    ckp_err_t                   err = CKP_ERR_INIT;
    ckp_code_t                  rc;

    *stops = false;

    if (p->stop == NULL) {
        return CKP_OK;
    }

    seen = json_pack("{s:O?}", "result",
                     json_object_get(ckp_tool_call(f, n - 1), "val"));

    const ckp_scope_t  own = { .get = ckp_scope_object_get, .object = seen,
                               .outer = ckp_fiber_scope(f) };

    ckp_fiber_eval(f, &ev);
    ev.scope = &own;
    rc = ckp_expr_test(p->stop, &ev, stops, &err);
    json_decref(seen);

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT
           ? ckp_fiber_raise(f, "ExpressionError", "%s", err.msg) : rc;
}


static ckp_code_t
planner_said_last(ckp_fiber_t *f)
{
    json_t *const  text = json_incref(ckp_fiber_get(f, "pl", "text"));
    ckp_code_t     rc = planner_final(f, json_is_string(text)
                                         ? json_string_value(text) : "",
                                      NULL);

    json_decref(text);

    return rc;
}


/* A plan was gone through, or broke off. */

static ckp_code_t
planner_close(ckp_fiber_t *f)
{
    const bool  failed = ckp_fiber_get(f, "pl", "broke") != NULL;
    ckp_code_t  rc = ckp_fiber_put(f, "pl", "ph",
                                   json_string(failed ? "plan" : "close"));

    if (rc == CKP_OK && failed) {
        rc = ckp_fiber_del(f, "pl", "broke");
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:s}", "role", "user", "content",
                 failed ? "The plan broke off there. Give another plan for "
                          "what is left, in the same form."
                        : "All steps are done. Give the final answer."));
    }

    return rc == CKP_OK ? planner_iterate(f) : rc;
}


ckp_code_t
ckp_planner_report(ckp_fiber_t *f)
{
    const bool    run = planner_is(f, "run");
    const size_t  n = ckp_tool_calls(f);
    bool          stops = false;
    bool          none = false;
    ckp_code_t    rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        rc = ckp_planner_told(f, i);
    }

    if (rc == CKP_OK) {
        rc = planner_stops(f, &stops);
    }

    if (rc == CKP_OK && run) {
        rc = ckp_plan_next(f, &none);

    } else if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "plq", NULL);
    }

    if (rc == CKP_OK && stops) {
        return planner_said_last(f);
    }

    if (rc == CKP_OK && run && !none
        && ckp_fiber_get(f, "pl", "over") != NULL)
    {
        return ckp_planner_limit(f, "max_tool_calls", planner_of(f)->calls);
    }

    if (rc != CKP_OK || (run && !none)) {
        return rc == CKP_OK ? ckp_tools_go(f) : rc;
    }

    return run ? planner_close(f) : planner_iterate(f);
}


ckp_code_t
ckp_planner_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    if (in == NULL) {
        return ckp_tools_go(f);
    }

    if (in->kind != CKP_IN_TICK) {
        return CKP_E_STATE;
    }

    if (ckp_planner_is_late(f)) {
        return ckp_planner_limit(f, "max_elapsed_ms",
                                 (double) planner_of(f)->elapsed_ms);
    }

    return ckp_fiber_sleep(f, ckp_fiber_get_int(f, "pl", "t0")
                              + planner_of(f)->elapsed_ms);
}
