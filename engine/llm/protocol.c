/*
 * What a model is told of its tools, and how it calls them: natively, or by
 * JSON objects.  Source: spec/ckp.md 24.1.
 */

#include "llm/planner.h"

#include <string.h>

#include "base/json.h"
#include "data/fence.h"
#include "op/op_int.h"


static const ckp_planner_t *
protocol_planner(const ckp_fiber_t *f)
{
    return ckp_fiber_node(f)->u.llm->planner;
}


static bool
protocol_is(const ckp_fiber_t *f, const char *ph)
{
    const char *const  own = ckp_fiber_get_str(f, "pl", "ph");

    return own != NULL && strcmp(own, ph) == 0;
}


bool
ckp_planner_is_json(const ckp_planner_t *planner)
{
    return planner->json;
}


/* --- telling ----------------------------------------------------------- */

static void
protocol_list(const ckp_planner_t *planner, ckp_buf_t *b)
{
    ckp_buf_puts(b, "Tools:");

    for (size_t i = 0; i < planner->ntools; i++) {
        const ckp_tool_t *const  tool = &planner->tools[i];

        ckp_buf_printf(b, "\n- %s", tool->name);

        if (tool->description != NULL) {
            ckp_buf_printf(b, ": %s", tool->description);
        }

        if (tool->parameters != NULL) {
            ckp_buf_puts(b, "; arguments: ");
            ckp_json_put(b, tool->parameters);
        }
    }
}


void
ckp_planner_instruct(const ckp_planner_t *planner, ckp_buf_t *b)
{
    if (!planner->json && !planner->plan_first) {
        return;
    }

    if (b->len > 0) {
        ckp_buf_puts(b, "\n\n");
    }

    if (planner->plan_first) {
        ckp_buf_puts(b, "Begin with a plan: answer with one JSON object "
                     "{\"plan\": [{\"tool\": name, \"args\": {...}, \"why\": "
                     "text}, ...]} and nothing else. Arguments may use "
                     "{{steps[0]}}, the result of the first step, and so on. "
                     "You will be given the results and asked for the final "
                     "answer then.\n");

    } else {
        ckp_buf_puts(b, "Answer with one JSON object and nothing else: "
                     "{\"calls\": [{\"tool\": name, \"args\": {...}}, ...]} "
                     "calls tools and gives you their results, {\"final\": "
                     "answer} ends.\n");
    }

    protocol_list(planner, b);
}


static json_t *
protocol_functions(const ckp_planner_t *planner)
{
    json_t *const  list = json_array();

    for (size_t i = 0; i < planner->ntools; i++) {
        const ckp_tool_t *const  tool = &planner->tools[i];

        (void) json_array_append_new(list,
            json_pack("{s:s, s:{s:s, s:s*, s:o}}", "type", "function",
                "function", "name", tool->name, "description",
                tool->description, "parameters", tool->parameters != NULL
                ? json_incref((json_t *) tool->parameters)
                : json_pack("{s:s, s:{}}", "type", "object", "properties")));
    }

    return list;
}


ckp_code_t
ckp_planner_dress(ckp_fiber_t *f, json_t *body)
{
    const ckp_planner_t *const  p = protocol_planner(f);
    const bool                  loop = protocol_is(f, "loop");
    int                         bad = 0;

    if (protocol_is(f, "plan") || (loop && p->json)) {
        bad = json_object_set_new(body, "response_format",
                                  json_pack("{s:s}", "type", "json_object"));

    } else if (loop) {
        bad = json_object_set_new(body, "tools", protocol_functions(p))
              || json_object_set_new(body, "tool_choice",
                                     json_string("auto"));
    }

    return bad == 0 ? CKP_OK : CKP_E_NOMEM;
}


/* --- reading ----------------------------------------------------------- */

static json_t *
protocol_json(const char *text)
{
    size_t             len = strlen(text);
    const char *const  start = ckp_unfence(text, &len);
    ckp_err_t          err = CKP_ERR_INIT;

    return ckp_json_parse(start, len, &err);
}


/* Arguments come as a text of JSON, or as what they are. */

static json_t *
protocol_args(const json_t *args)
{
    if (json_is_string(args)) {
        return json_string_length(args) == 0
               ? json_object() : protocol_json(json_string_value(args));
    }

    return args == NULL ? json_object() : json_incref((json_t *) args);
}


/* `raw`: the arguments are no part of the text, which was masked, restored. */

static ckp_code_t
protocol_want(ckp_fiber_t *f, const char *name, const json_t *given,
    const json_t *id, size_t i, bool raw)
{
    json_t        *args = protocol_args(given);
    json_t *const  own = json_is_string(id) && json_string_length(id) > 0
                         ? json_incref((json_t *) id)
                         : json_sprintf("call_%zu", i);
    ckp_code_t     rc = own == NULL ? CKP_E_NOMEM : CKP_OK;

    if (raw && rc == CKP_OK && args != NULL) {
        json_t *const  mine = ckp_json_copy(args);

        json_decref(args);
        args = mine;
        rc = args == NULL ? CKP_E_NOMEM : ckp_pii_back_all(f, &args);
    }

    if (rc == CKP_OK) {
        rc = ckp_tool_want(f, name == NULL ? "" : name, args,
                           json_string_value(own));
    }

    json_decref(own);
    json_decref(args);

    return rc;
}


static ckp_code_t
protocol_native(ckp_fiber_t *f, const json_t *meta, ckp_said_t *said)
{
    json_t *const  calls = json_object_get(meta, "tool_calls");
    json_t *const  text = json_object_get(meta, "text");
    json_t        *sent = NULL;
    const json_t  *call;
    size_t         i;
    ckp_code_t     rc;

    if (json_array_size(calls) == 0) {
        said->final = json_incref(text);
        return said->final == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    if (json_array_size(calls) > CKP_TOOL_CALLS_MAX) {
        said->wrong = "Too many calls at once. Call fewer tools.";
        return CKP_OK;
    }

    rc = ckp_pii_out(f, json_is_string(text) ? json_string_value(text) : "",
                     &sent);

    if (rc == CKP_OK) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:o, s:o}", "role", "assistant",
                                      "content", sent, "tool_calls",
                                      ckp_json_copy(calls)));
    }

    json_array_foreach(calls, i, call) {
        const json_t *const  made = json_object_get(call, "function");

        if (rc == CKP_OK) {
            rc = protocol_want(f, ckp_json_str(made, "name"),
                               json_object_get(made, "arguments"),
                               json_object_get(call, "id"), i, true);
        }
    }

    return rc;
}


static ckp_code_t
protocol_calls(ckp_fiber_t *f, const char *text, const json_t *calls)
{
    json_t        *sent = NULL;
    const json_t  *call;
    size_t         i;
    ckp_code_t     rc = ckp_pii_out(f, text, &sent);

    if (rc == CKP_OK) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:o}", "role", "assistant",
                                      "content", sent));
    }

    json_array_foreach(calls, i, call) {
        if (rc == CKP_OK) {
            rc = protocol_want(f, ckp_json_str(call, "tool"),
                               json_object_get(call, "args"), NULL, i,
                               false);
        }
    }

    return rc;
}


ckp_code_t
ckp_planner_read(ckp_fiber_t *f, const json_t *meta, ckp_said_t *said)
{
    const char *const  text = ckp_json_str(meta, "text");
    const bool         plan = protocol_is(f, "plan");
    json_t            *value;
    json_t            *calls;
    ckp_code_t         rc = CKP_OK;

    if (!plan && !protocol_planner(f)->json) {
        return protocol_native(f, meta, said);
    }

    value = protocol_json(text == NULL ? "" : text);
    calls = json_object_get(value, "calls");

    if (json_object_get(value, "final") != NULL) {
        said->final = ckp_op_text(json_object_get(value, "final"));
        rc = said->final == NULL ? CKP_E_NOMEM : CKP_OK;

    } else if (plan && json_is_array(json_object_get(value, "plan"))) {
        said->plan = json_incref(json_object_get(value, "plan"));

    } else if (!plan && json_array_size(calls) > 0
               && json_array_size(calls) <= CKP_TOOL_CALLS_MAX)
    {
        rc = protocol_calls(f, text, calls);

    } else {
        said->wrong = plan
            ? "Answer with one JSON object that has \"plan\", a list."
            : "Answer with one JSON object that has \"calls\", a list of a "
              "few calls, or \"final\".";
    }

    json_decref(value);

    return rc;
}


/* --- results ----------------------------------------------------------- */

ckp_code_t
ckp_planner_told(ckp_fiber_t *f, size_t i)
{
    const json_t *const  call = ckp_tool_call(f, i);
    const char *const    res = ckp_json_str(call, "res");
    json_t              *sent = NULL;
    ckp_code_t           rc = ckp_pii_out(f, res == NULL ? "" : res, &sent);

    if (rc != CKP_OK) {
        return rc;
    }

    if (protocol_is(f, "loop") && !protocol_planner(f)->json) {
        return ckp_llm_say(f, json_pack("{s:s, s:O, s:o}", "role", "tool",
                                        "tool_call_id",
                                        json_object_get(call, "id"),
                                        "content", sent));
    }

    rc = ckp_llm_say(f, json_pack("{s:s, s:o}", "role", "user", "content",
             json_sprintf("Result of %s: %s", ckp_json_str(call, "tool"),
                          json_string_value(sent))));
    json_decref(sent);

    return rc;
}
