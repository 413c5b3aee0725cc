/*
 * Calls of tools: judged, approved, run as frames, their results kept.
 * Source: spec/ckp.md 24.1.
 */

#include "llm/planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "lang/schema.h"
#include "model/event.h"
#include "node/frame.h"
#include "op/op_int.h"
#include "node/step.h"

#define TOOLS_VALUE_MAX  (64 * 1024)    /* a result that a plan may refer to */


static const ckp_planner_t *
tools_planner(const ckp_fiber_t *f)
{
    return ckp_fiber_node(f)->u.llm->planner;
}


const ckp_tool_t *
ckp_tool_find(const ckp_planner_t *planner, const char *name)
{
    for (size_t i = 0; name != NULL && i < planner->ntools; i++) {
        if (strcmp(planner->tools[i].name, name) == 0) {
            return &planner->tools[i];
        }
    }

    return NULL;
}


/* --- calls of this iteration ------------------------------------------- */

size_t
ckp_tool_calls(const ckp_fiber_t *f)
{
    return json_object_size(ckp_fiber_get(f, "plq", NULL));
}


json_t *
ckp_tool_call(const ckp_fiber_t *f, size_t i)
{
    char  at[24];

    (void) snprintf(at, sizeof(at), "%zu", i);

    return ckp_fiber_get(f, "plq", at);
}


/* call is stolen. */

static ckp_code_t
tools_put(ckp_fiber_t *f, size_t i, json_t *call)
{
    char  at[24];

    (void) snprintf(at, sizeof(at), "%zu", i);

    return ckp_fiber_put(f, "plq", at, call);
}


/* The call with another state and more members (stolen; NULL: none). */

static ckp_code_t
tools_turn(ckp_fiber_t *f, size_t i, const char *s, json_t *more)
{
    json_t *const  call = json_copy(ckp_tool_call(f, i));
    int            bad = call == NULL;

    bad |= json_object_set_new(call, "s", json_string(s));
    bad |= more != NULL && json_object_update(call, more) != 0;
    json_decref(more);

    if (bad) {
        json_decref(call);
        return CKP_E_NOMEM;
    }

    return tools_put(f, i, call);
}


static bool
tools_is(const json_t *call, const char *s)
{
    const char *const  own = ckp_json_str(call, "s");

    return own != NULL && strcmp(own, s) == 0;
}


/* --- judging ----------------------------------------------------------- */

/* New text why the arguments do not fit; NULL: they do. */

static json_t *
tools_misfit(const ckp_tool_t *tool, const json_t *args)
{
    json_t     *errors = NULL;
    json_t     *why = NULL;
    ckp_err_t   err = CKP_ERR_INIT;

    if (!json_is_object(args)) {
        return json_string("the arguments are no JSON object");
    }

    if (tool->parameters == NULL) {
        return NULL;
    }

    if (ckp_schema_check(tool->parameters, args, &errors, &err) != CKP_OK) {
        why = json_string(err.msg);

    } else if (json_array_size(errors) > 0) {
        const json_t *const  first = json_array_get(errors, 0);
        const char *const    path = ckp_json_str(first, "path");
        const char *const    text = ckp_json_str(first, "message");

        why = json_sprintf("arguments: %s%s%.300s", path == NULL ? "" : path,
                           path == NULL || *path == '\0' ? "" : ": ",
                           text == NULL ? "they do not fit" : text);
    }

    json_decref(errors);

    return why;
}


/* New text why the call is refused; NULL: it is not. */

static json_t *
tools_against(ckp_fiber_t *f, const char *name, const json_t *args)
{
    const ckp_planner_t *const  p = tools_planner(f);
    const ckp_tool_t *const     tool = ckp_tool_find(p, name);
    const int64_t               used = ckp_fiber_get_int(f, "plc", name);

    if (tool == NULL || tool->body == NULL) {
        return json_string("there is no such tool");
    }

    if (p->harmless && tool->writes) {
        return json_string("tools with side effects are forbidden");
    }

    if (tool->max_calls > 0 && used >= (int64_t) tool->max_calls) {
        return json_sprintf("at most %u calls of it", tool->max_calls);
    }

    return tools_misfit(tool, args);
}


/* why is stolen. */

static ckp_code_t
tools_denied(ckp_fiber_t *f, size_t i, json_t *why)
{
    json_t *const  call = ckp_tool_call(f, i);
    const char    *reason = json_string_value(why);
    ckp_code_t     rc;

    if (reason == NULL) {
        json_decref(why);
        return CKP_E_NOMEM;
    }

    rc = ckp_fiber_emit(f, "tool_call_denied", json_pack("{s:O, s:s}", "tool",
                        json_object_get(call, "tool"), "reason", reason));

    if (rc == CKP_OK) {
        rc = tools_turn(f, i, "done", json_pack("{s:o, s:b}", "res",
                        json_sprintf("refused: %s", reason), "bad", 1));
    }

    json_decref(why);

    return rc;
}


ckp_code_t
ckp_tool_want(ckp_fiber_t *f, const char *name, const json_t *args,
    const char *id)
{
    const size_t   i = ckp_tool_calls(f);
    const int64_t  k = ckp_fiber_get_int(f, "pl", "k") + 1;
    const int64_t  used = ckp_fiber_get_int(f, "plc", name);
    json_t        *why = tools_against(f, name, args);
    ckp_code_t     rc;

    rc = tools_put(f, i, json_pack("{s:s, s:O, s:s, s:s, s:I}",
                           "tool", name, "args",
                           args == NULL ? json_null() : args, "id", id,
                           "s", "new", "k", (json_int_t) k));

    if (rc != CKP_OK) {
        json_decref(why);
        return rc;
    }

    if (why != NULL) {
        return tools_denied(f, i, why);
    }

    if (k > (int64_t) tools_planner(f)->calls) {
        return ckp_fiber_put(f, "pl", "over", json_true());
    }

    rc = ckp_fiber_put(f, "pl", "k", json_integer(k));

    return rc == CKP_OK ? ckp_fiber_put(f, "plc", name,
                                        json_integer(used + 1))
                        : rc;
}


/* --- running ----------------------------------------------------------- */

/* A frame of the call: "<k>.<tool>" does it, "a<k>.<tool>" asks whether. */

static ckp_code_t
tools_fork(ckp_fiber_t *f, const json_t *call, const ckp_node_t *body,
    const char *prefix)
{
    char              key[320];
    const ckp_fork_t  how = {
        .kind = CKP_FRAME_TOOL, .key = key, .round = 1, .start = body,
        .local = json_pack("{s:O}", "args", json_object_get(call, "args"))
    };

    (void) snprintf(key, sizeof(key), "%s%lld.%.280s", prefix,
                    (long long) ckp_json_int(call, "k", 0),
                    ckp_json_str(call, "tool"));

    return how.local == NULL ? CKP_E_NOMEM : ckp_fiber_fork(f, &how);
}


static ckp_code_t
tools_run(ckp_fiber_t *f, size_t i)
{
    json_t *const            call = json_incref(ckp_tool_call(f, i));
    const ckp_tool_t *const  tool = ckp_tool_find(tools_planner(f),
                                        ckp_json_str(call, "tool"));
    ckp_code_t               rc;

    rc = ckp_llm_within(f, "tools", "calls of tools", CKP_LLM_CALLS_MAX);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "tool_call_started",
                 json_pack("{s:O, s:O, s:O}",
                           "tool", json_object_get(call, "tool"),
                           "args", json_object_get(call, "args"),
                           "call_id", json_object_get(call, "id")));
    }

    if (rc == CKP_OK) {
        rc = tools_turn(f, i, "run", json_pack("{s:I}", "t0",
                                         (json_int_t) ckp_fiber_now(f)));
    }

    if (rc == CKP_OK) {
        rc = tools_fork(f, call, tool->body, "");
    }

    json_decref(call);

    return rc;
}


static ckp_code_t
tools_start(ckp_fiber_t *f, size_t i)
{
    json_t *const            call = json_incref(ckp_tool_call(f, i));
    const ckp_tool_t *const  tool = ckp_tool_find(tools_planner(f),
                                        ckp_json_str(call, "tool"));
    ckp_code_t               rc;

    if (tool->ask == NULL) {
        rc = tools_run(f, i);

    } else {
        rc = tools_turn(f, i, "ask", NULL);
        rc = rc == CKP_OK ? tools_fork(f, call, tool->ask, "a") : rc;
    }

    json_decref(call);

    return rc;
}


ckp_code_t
ckp_tools_go(ckp_fiber_t *f)
{
    const ckp_planner_t *const  p = tools_planner(f);
    const size_t                n = ckp_tool_calls(f);
    size_t                      busy = 0;
    ckp_code_t                  rc = ckp_fiber_put(f, "llm", "ph",
                                                   json_string("tools"));

    for (size_t i = 0; i < n; i++) {
        const json_t *const  call = ckp_tool_call(f, i);

        busy += tools_is(call, "run") || tools_is(call, "ask");
    }

    for (size_t i = 0; rc == CKP_OK && i < n && busy < p->parallel; i++) {
        if (tools_is(ckp_tool_call(f, i), "new")) {
            rc = tools_start(f, i);
            busy++;
        }
    }

    if (rc != CKP_OK || busy == 0) {
        return rc == CKP_OK ? ckp_planner_report(f) : rc;
    }

    return ckp_fiber_sleep(f, ckp_fiber_get_int(f, "pl", "t0")
                              + p->elapsed_ms);
}


/* --- results ----------------------------------------------------------- */

/* What a model sees of it. */

static json_t *
tools_text(const json_t *result)
{
    json_t *const      text = ckp_op_text(result == NULL ? json_null()
                                                         : result);
    const char *const  s = json_string_value(text);
    size_t             n = CKP_TOOL_RESULT_MAX;
    json_t            *cut;

    if (text == NULL || json_string_length(text) <= n) {
        return text;
    }

    while (n > 0 && ((unsigned char) s[n] & 0xc0) == 0x80) {
        n--;
    }

    cut = json_sprintf("%.*s\n(cut)", (int) n, s);
    json_decref(text);

    return cut;
}


static ckp_code_t
tools_done(ckp_fiber_t *f, size_t i, const ckp_child_t *child)
{
    const json_t *const  call = ckp_tool_call(f, i);
    const bool           all = ckp_fiber_program(f)->config.detailed;
    const json_t        *result = child->result;
    json_t              *text;
    json_t              *value;
    ckp_code_t           rc;

    if (child->how == CKP_CHILD_TERMINATED) {
        result = child->outputs != NULL ? child->outputs : child->vars;
    }

    text = tools_text(result);
    value = result != NULL
            && ckp_json_size(result, TOOLS_VALUE_MAX + 1) <= TOOLS_VALUE_MAX
            ? ckp_json_copy(result) : json_incref(text);

    rc = ckp_fiber_emit(f, "tool_call_completed",
             json_pack("{s:O, s:O, s:I, s:O*}",
                 "tool", json_object_get(call, "tool"),
                 "call_id", json_object_get(call, "id"),
                 "duration_ms", (json_int_t) (ckp_fiber_now(f)
                                     - ckp_json_int(call, "t0", 0)),
                 "result", all ? value : NULL));

    if (rc != CKP_OK) {
        json_decref(text);
        json_decref(value);
        return rc;
    }

    return tools_turn(f, i, "done", json_pack("{s:o, s:o}", "res", text,
                                              "val", value));
}


static ckp_code_t
tools_failed(ckp_fiber_t *f, size_t i, const json_t *error)
{
    const json_t *const  call = ckp_tool_call(f, i);
    const char *const    text = ckp_json_str(error, "message");
    ckp_code_t           rc;

    rc = ckp_fiber_emit(f, "tool_call_failed",
             json_pack("{s:O, s:O, s:o, s:s?}",
                 "tool", json_object_get(call, "tool"),
                 "call_id", json_object_get(call, "id"),
                 "error", ckp_error_text(error),
                 "error_type", ckp_json_str(error, "type")));

    if (rc != CKP_OK) {
        return rc;
    }

    if (tools_planner(f)->strict) {
        return ckp_node_failed(f, error == NULL ? NULL
                                  : ckp_json_copy((json_t *) error));
    }

    rc = tools_turn(f, i, "done", json_pack("{s:o, s:b}", "res",
                    json_sprintf("failed: %.400s", text == NULL ? "an error"
                                                                : text),
                    "bad", 1));

    return rc == CKP_OK ? ckp_tools_go(f) : rc;
}


static bool
tools_is_yes(const ckp_child_t *child)
{
    const char *const  word = ckp_json_str(child->result, "decision");

    return child->how == CKP_CHILD_DONE && word != NULL
           && strcmp(word, "approved") == 0;
}


static ckp_code_t
tools_decided(ckp_fiber_t *f, size_t i, const ckp_child_t *child)
{
    ckp_code_t  rc = tools_is_yes(child) ? tools_run(f, i)
                     : tools_denied(f, i, json_string("it was not approved"));

    return rc == CKP_OK ? ckp_tools_go(f) : rc;
}


/* Which call of this iteration the frame is. */

static size_t
tools_index(const ckp_fiber_t *f, const char *key)
{
    const int64_t  k = strtoll(key + (*key == 'a'), NULL, 10);
    const size_t   n = ckp_tool_calls(f);
    size_t         i;

    for (i = 0; i < n; i++) {
        const json_t *const  call = ckp_tool_call(f, i);

        if (ckp_json_int(call, "k", 0) == k && !tools_is(call, "done")) {
            break;
        }
    }

    return i;
}


bool
ckp_planner_awaits(const ckp_fiber_t *f, const char *key)
{
    const char *const  ph = ckp_fiber_get_str(f, "pl", "ph");

    if (strcmp(key, "plan") == 0) {
        return ph != NULL && strcmp(ph, "plan") == 0;
    }

    return tools_index(f, key) < ckp_tool_calls(f);
}


ckp_code_t
ckp_llm_child(ckp_fiber_t *f, const ckp_child_t *child)
{
    size_t      i;
    ckp_code_t  rc;

    if (strcmp(child->key, "budget") == 0) {
        return ckp_llm_budget_decided(f, tools_is_yes(child));
    }

    if (strcmp(child->key, "plan") == 0) {
        return ckp_plan_decided(f, tools_is_yes(child) ? child->result
                                                       : NULL);
    }

    i = tools_index(f, child->key);

    /* it was told before the run failed, and the node begins again */

    if (i == ckp_tool_calls(f)) {
        return CKP_OK;
    }

    if (child->key[0] == 'a') {
        return tools_decided(f, i, child);
    }

    if (child->how == CKP_CHILD_FAILED
        || (child->how == CKP_CHILD_TERMINATED
            && child->end != CKP_END_COMPLETED))
    {
        return tools_failed(f, i, child->error);
    }

    rc = tools_done(f, i, child);

    return rc == CKP_OK ? ckp_tools_go(f) : rc;
}


const ckp_node_t *
ckp_llm_inner(const ckp_node_t *node, const char *key)
{
    const ckp_planner_t *const  p = node->u.llm->planner;
    const char *const           dot = key == NULL ? NULL : strchr(key, '.');
    const ckp_tool_t           *tool;

    if (key != NULL && strcmp(key, "budget") == 0) {
        return node->u.llm->more;
    }

    if (p == NULL || key == NULL) {
        return NULL;
    }

    if (strcmp(key, "plan") == 0) {
        return p->approval;
    }

    tool = dot == NULL ? NULL : ckp_tool_find(p, dot + 1);

    return tool == NULL ? NULL : key[0] == 'a' ? tool->ask : tool->body;
}
