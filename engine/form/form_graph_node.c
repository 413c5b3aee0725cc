/*
 * Form E: a node becomes a task (spec/ckp.md 11.7).
 */

#include "form/form_graph.h"

#include <string.h>

#include "form/form_bind.h"

#define GRAPH_DELAY_S  5.0

typedef enum {
    GRAPH_AGENT,
    GRAPH_TOOL,
    GRAPH_GATE,
    GRAPH_CONDITION,
    GRAPH_NOTHING,              /* structural */
    GRAPH_UNKNOWN
} graph_type_t;

static const char *const  graph_action[] = { "action", "tool_name", NULL };

static const char  graph_node_known[] =
    " node_id id node_type type name description agent_id action tool_name"
    " inputs outputs config retry_count retry_delay_seconds timeout_seconds"
    " fallback_node_id position_x position_y position metadata ";


static void
graph_ms_set(ckp_graph_t *g, json_t *object, const char *key,
    const ckp_at_t *at, const char *from)
{
    json_t *const  ms = ckp_graph_ms(g, at, from);

    if (ms != NULL) {
        ckp_made_set(&g->m, object, key, ms, NULL);
    }
}


/* --- a node's parts --------------------------------------------------------------- */


static graph_type_t
graph_type_of(const char *word)
{
    static const struct {
        const char    *word;
        graph_type_t   type;
    } types[] = {
        { "agent_call", GRAPH_AGENT }, { "tool_call", GRAPH_TOOL },
        { "human_gate", GRAPH_GATE }, { "condition", GRAPH_CONDITION },
        { "parallel", GRAPH_NOTHING }, { "join", GRAPH_NOTHING },
        { "trigger", GRAPH_NOTHING }, { "start", GRAPH_NOTHING },
        { "end", GRAPH_NOTHING },
    };

    for (size_t i = 0; word != NULL && i < sizeof(types) / sizeof(types[0]);
         i++)
    {
        if (strcmp(types[i].word, word) == 0) {
            return types[i].type;
        }
    }

    return GRAPH_UNKNOWN;
}


/* The object `key`, possibly as JSON text; at->value NULL: there is none. */
static void
graph_object(ckp_graph_t *g, const ckp_at_t *node, const char *key,
    ckp_at_t *at)
{
    if (!ckp_parse_find(g->m.ps, node, key, at)
        || !ckp_bind_embedded(&g->m, at))
    {
        at->value = NULL;
        return;
    }

    if (!json_is_object(at->value)) {
        ckp_parse_say(g->m.ps, &(ckp_say_t) { .at = at, .number = 15,
                                              .field = key },
                      "'%s' must be an object", key);
        at->value = NULL;
    }
}


static void
graph_inputs(ckp_graph_t *g, json_t *task, const ckp_at_t *node)
{
    ckp_at_t  at;

    graph_object(g, node, "inputs", &at);

    if (at.value != NULL) {
        ckp_made_set(&g->m, task, "inputs", ckp_bind_value(&g->m, &at, g->ids),
                     &at);
    }
}


/* Words of a data type are documentation; what maps is applied. */
static bool
graph_is_mapping(const json_t *value)
{
    static const char *const  heads[] = { "$", "json:", "json_extract:",
                                          "regex:", "xpath:" };
    const char *const         text = json_string_value(value);

    if (text == NULL) {
        return json_is_string(json_object_get(value, "from"));
    }

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        if (strncmp(text, heads[i], strlen(heads[i])) == 0) {
            return true;
        }
    }

    return strstr(text, "{{") != NULL;
}


static void
graph_outputs(ckp_graph_t *g, json_t *task, const ckp_at_t *node)
{
    json_t *const  made = json_object();
    ckp_at_t       at;
    const char    *key;
    const json_t  *value;

    if (ckp_parse_find(g->m.ps, node, "outputs", &at)
        && ckp_bind_embedded(&g->m, &at))
    {
        json_object_foreach((json_t *) at.value, key, value) {
            const ckp_at_t  out = { .up = &at, .key = key, .value = value };

            if (graph_is_mapping(value)) {
                ckp_made_copy(&g->m, made, key, &out);
            }
        }
    }

    if (json_object_size(made) > 0) {
        ckp_made_set(&g->m, task, "outputs", made, &at);

    } else {
        json_decref(made);
    }
}


static void
graph_retry(ckp_graph_t *g, json_t *task, const ckp_at_t *node)
{
    ckp_parse_t *const  ps = g->m.ps;
    const int64_t       count = ckp_parse_int(ps, node, "retry_count", 0,
                                              g->retries, 310);
    json_t             *delay = ckp_graph_ms(g, node, "retry_delay_seconds");

    if (delay == NULL) {
        delay = ckp_made_ms(GRAPH_DELAY_S);
    }

    ckp_made_set(&g->m, task, "retry", json_pack("{s:I, s:s, s:o, s:i}",
                 "max_attempts", (json_int_t) (count < 1 ? 1 : count),
                 "strategy", "exponential_backoff", "base_delay_ms", delay,
                 "multiplier", 2), node);
}


/* --- bodies ------------------------------------------------------------------------- */


/* The parameters of a call are the node's inputs, as they were resolved. */
static void
graph_step(ckp_graph_t *g, json_t *task, const ckp_at_t *node, bool agent)
{
    ckp_parse_t *const  ps = g->m.ps;
    json_t *const       step = json_object();
    ckp_at_t            action;
    ckp_at_t            id;
    const bool          has_action = ckp_graph_find(g, node, graph_action,
                                                    &action);

    if (agent && ckp_parse_find(ps, node, "agent_id", &id)) {
        ckp_made_copy(&g->m, step, "agent", &id);

    } else if (agent && !has_action) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = node, .number = 517,
                                         .field = "agent_id" },
                      "an agent_call needs agent_id or action");

    } else if (!agent && !has_action) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = node, .number = 518,
                                         .field = "action" },
                      "a tool_call needs an action");
    }

    if (has_action) {
        ckp_made_copy(&g->m, step, "action", &action);

    } else {
        ckp_made_set(&g->m, step, "action", json_string(agent ? "execute"
                                                              : "noop"), NULL);
    }

    if (agent) {
        ckp_made_set(&g->m, step, "executor", json_string("agent"), NULL);
    }

    if (json_object_get(task, "inputs") != NULL) {
        ckp_made_set(&g->m, step, "params",
                     json_incref(json_object_get(task, "inputs")), NULL);
    }

    ckp_made_set(&g->m, task, "step", step, node);
}


static void
graph_gate(ckp_graph_t *g, json_t *task, const ckp_at_t *node,
    const ckp_at_t *config)
{
    static const char *const  kept[] = {
        "prompt", "approval_level", "decision_type", "options",
        "required_approvals", "input_schema"
    };
    json_t *const             ask = json_object();
    ckp_at_t                  at;

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (ckp_parse_find(g->m.ps, config, kept[i], &at)) {
            ckp_made_copy(&g->m, ask, kept[i], &at);
        }
    }

    if (json_object_get(ask, "prompt") == NULL) {
        ckp_made_set(&g->m, ask, "prompt", json_string("Approval required"),
                     NULL);
    }

    graph_ms_set(g, ask, "timeout_ms",
                 json_object_get(config->value, "timeout_seconds") != NULL
                 ? config : node, "timeout_seconds");
    ckp_made_set(&g->m, ask, "context_data", json_string("{{inputs}}"), NULL);
    ckp_made_set(&g->m, ask, "on_reject", json_string("fail"), NULL);
    ckp_made_set(&g->m, task, "approval", ask, config->value != NULL ? config
                                                                     : node);
    ckp_made_set(&g->m, task, "$shape", json_pack("{s:s, s:s, s:s, s:s}",
                 "approved", "{{= result.decision != 'rejected' }}",
                 "decided_by", "{{result.decided_by}}",
                 "comment", "{{result.comment}}", "input", "{{inputs}}"),
                 NULL);
}


static void
graph_condition(ckp_graph_t *g, json_t *task, const ckp_at_t *node,
    const ckp_at_t *config)
{
    ckp_at_t  at;

    if (!ckp_parse_find(g->m.ps, config, "condition_expression", &at)) {
        const bool  told = config->value == NULL
                           && json_object_get(node->value, "config") != NULL;

        if (!told) {
            ckp_parse_say(g->m.ps, &(ckp_say_t) { .number = 519,
                              .at = config->value == NULL ? node : config,
                              .field = "condition_expression" },
                          "a condition needs config.condition_expression");
        }

        ckp_made_set(&g->m, task, "noop", json_true(), NULL);
        return;
    }

    ckp_made_copy(&g->m, task, "expression", &at);
    ckp_made_set(&g->m, task, "$input", json_true(), NULL);
    ckp_made_set(&g->m, task, "$shape", json_pack("{s:s, s:s}",
                 "condition_result", "{{= bool(result) }}",
                 "input", "{{inputs}}"), NULL);
}


static void
graph_body(ckp_graph_t *g, json_t *task, const ckp_at_t *node,
    const ckp_at_t *config)
{
    const char *const  word = ckp_graph_text(g, node, ckp_graph_type);

    switch (graph_type_of(word)) {

    case GRAPH_AGENT:
        graph_step(g, task, node, true);
        return;

    case GRAPH_TOOL:
        graph_step(g, task, node, false);
        return;

    case GRAPH_GATE:
        graph_gate(g, task, node, config);
        return;

    case GRAPH_CONDITION:
        graph_condition(g, task, node, config);
        return;

    case GRAPH_UNKNOWN:
        ckp_parse_say(g->m.ps, &(ckp_say_t) { .at = node, .number = 516,
                                              .field = "node_type" },
                      word == NULL ? "the node has no type"
                                   : "'%.80s' is no type of a node", word);
        break;

    case GRAPH_NOTHING:
        break;
    }

    ckp_made_set(&g->m, task, "expression", json_string("inputs"), NULL);
}


/* --- a node ---------------------------------------------------------------------------- */


static void
graph_compensate(ckp_graph_t *g, json_t *task, const ckp_at_t *config)
{
    ckp_at_t  at;
    json_t   *output;

    if (!g->rolls_back
        || !ckp_parse_find(g->m.ps, config, "compensate_action", &at)
        || !json_is_string(at.value))
    {
        return;
    }

    output = json_sprintf("{{tasks[\"%s\"].output}}",
                          json_string_value(json_object_get(task,
                                                            "task_id")));
    ckp_made_set(&g->m, task, "compensate", json_pack("{s:O, s:{s:s, s:o}}",
                 "action", at.value, "params", "input", "{{inputs}}",
                 "output", output), &at);
}


static void
graph_position(ckp_graph_t *g, json_t *task, const ckp_at_t *node)
{
    const json_t *const  x = json_object_get(node->value, "position_x");
    const json_t *const  y = json_object_get(node->value, "position_y");

    if (json_is_number(x) && json_is_number(y)) {
        ckp_made_set(&g->m, task, "position", json_pack("{s:O, s:O}", "x", x,
                                                        "y", y), NULL);
    }
}


void
ckp_graph_node(ckp_graph_t *g, const ckp_at_t *node)
{
    static const char *const  kept[] = { "name", "description" };
    ckp_parse_t *const        ps = g->m.ps;
    json_t                   *task;
    ckp_at_t                  config;
    ckp_at_t                  at;

    if (!json_is_object(node->value)
        || !ckp_graph_find(g, node, ckp_graph_id, &at))
    {
        return;                 /* told when ids were gathered */
    }

    task = ckp_made_task(&g->m, node);
    ckp_made_copy(&g->m, task, "task_id", &at);

    for (size_t i = 0; i < 2; i++) {
        if (ckp_parse_find(ps, node, kept[i], &at)) {
            ckp_made_copy(&g->m, task, kept[i], &at);
        }
    }

    if (ckp_parse_find(ps, node, "fallback_node_id", &at)) {
        ckp_made_copy(&g->m, task, "fallback_task", &at);
    }

    graph_object(g, node, "config", &config);
    graph_inputs(g, task, node);
    graph_outputs(g, task, node);
    graph_retry(g, task, node);

    if (graph_type_of(ckp_graph_text(g, node, ckp_graph_type)) != GRAPH_GATE) {
        graph_ms_set(g, task, "timeout_ms", node, "timeout_seconds");
    }

    graph_body(g, task, node, &config);
    graph_compensate(g, task, &config);
    graph_position(g, task, node);
    ckp_parse_known(ps, node, graph_node_known, NULL);
}
