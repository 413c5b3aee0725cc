/*
 * The planner of an llm_action: its tools and its limits (spec/ckp.md 24.1).
 */

#include <string.h>

#include "base/json.h"
#include "llm/planner.h"
#include "llm/read.h"
#include "node/types.h"

#define TOOL_NAME_MAX  128

static const char  tool_known[] =
    " name description parameters action agent executor params subflow"
    " timeout_ms retry side_effects approval max_calls ";

typedef struct {
    ckp_parse_t    *ps;
    ckp_planner_t  *planner;
    const json_t   *guards;         /* global_config.guardrails; NULL: none */
} planner_read_t;


/* --- bodies of tools --------------------------------------------------- */

/* The tool at `at`; made is stolen, complaints about it are told at `own`. */

static ckp_node_t *
tool_node_at(planner_read_t *r, const ckp_at_t *at, const ckp_at_t *own,
    const ckp_node_ops_t *ops, const char *type, json_t *made)
{
    const json_t *const  kept = ckp_parse_keep(r->ps, made);
    ckp_body_t           body = { .id = at->key, .ops = ops, .at = *at,
                                  .as = CKP_AS_NODE, .type = type };
    ckp_at_t             name;

    if (kept == NULL) {
        return NULL;
    }

    ckp_parse_stands(r->ps, kept, own);
    ckp_parse_stands(r->ps, json_object_get(kept, "steps"), own);
    ckp_parse_stands(r->ps, json_array_get(json_object_get(kept, "steps"), 0),
                     own);
    body.at.value = kept;

    if (ckp_parse_find(r->ps, at, "name", &name)
        && json_is_string(name.value))
    {
        body.id = json_string_value(name.value);
    }

    return ckp_parse_body(r->ps, &body);
}


static ckp_node_t *
tool_node(planner_read_t *r, const ckp_at_t *at, const ckp_node_ops_t *ops,
    const char *type, json_t *made)
{
    return tool_node_at(r, at, at, ops, type, made);
}


/* A step; without `params` its parameters are what the model gives. */

static const ckp_node_t *
tool_step(planner_read_t *r, const ckp_at_t *at, const char *name)
{
    static const char *const  same[] = { "action", "agent", "executor",
                                         "params", "timeout_ms" };
    json_t *const             step = json_pack("{s:s}", "step_id", name);
    const json_t *const       retry = json_object_get(at->value, "retry");
    ckp_node_t               *node;

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        json_t *const  v = json_object_get(at->value, same[i]);

        if (v != NULL) {
            (void) json_object_set(step, same[i], v);
        }
    }

    if (json_is_object(retry)) {
        (void) json_object_set(step, "retry_policy", (json_t *) retry);
    }

    node = tool_node(r, at, &ckp_node_sequence, NULL,
                     json_pack("{s:[o]}", "steps", step));

    if (node == NULL || node->u.sequence->nsteps == 0) {
        return NULL;
    }

    node->u.sequence->keeps = true;

    if (json_object_get(at->value, "params") == NULL) {
        node->u.sequence->steps[0].params = ckp_parse_made(r->ps, at,
                                                json_string("{{args}}"),
                                                CKP_SECRET_FITS);
    }

    return node;
}


/* Each argument that the schema names is an input of the child. */

static json_t *
tool_mapping(const json_t *parameters)
{
    json_t *const  map = json_object();
    const char    *name;
    json_t        *rule;

    json_object_foreach(json_object_get(parameters, "properties"), name,
                        rule)
    {
        (void) json_object_set_new(map, name,
                                   json_sprintf("{{args['%s']}}", name));
    }

    return map;
}


/* What a tool says of its calls goes for its child too, unless that says
 * otherwise. */

static void
tool_calls(const ckp_at_t *at, json_t *made)
{
    json_t *const  ms = json_object_get(at->value, "timeout_ms");
    json_t *const  retry = json_object_get(at->value, "retry");

    if (ms != NULL && json_object_get(made, "timeout_ms") == NULL) {
        (void) json_object_set(made, "timeout_ms", ms);
    }

    if (json_is_object(retry) && json_object_get(made, "on_failure") == NULL) {
        (void) json_object_set(made, "retry_policy", retry);
        (void) json_object_set_new(made, "on_failure", json_string("retry"));
    }
}


static const ckp_node_t *
tool_subflow(planner_read_t *r, const ckp_at_t *at, const json_t *subflow,
    const json_t *parameters)
{
    const ckp_at_t  own = { .up = at, .key = "subflow", .value = subflow };
    const ckp_at_t  all = { .up = at, .key = "parameters",
                            .value = parameters };
    const ckp_at_t  names = { .up = &all, .key = "properties" };
    json_t *const   made = json_is_object(subflow)
                           ? json_copy((json_t *) subflow)
                           : json_pack("{s:O}", "procedure_id", subflow);
    json_t         *mapping;

    if (!json_is_object(subflow)) {
        ckp_parse_stands(r->ps, subflow, &own);
    }

    if (json_object_get(made, "input_mapping") == NULL) {
        mapping = tool_mapping(parameters);
        ckp_parse_stands(r->ps, mapping, &names);
        (void) json_object_set_new(made, "input_mapping", mapping);
    }

    tool_calls(at, made);

    return tool_node_at(r, at, &own, &ckp_node_subflow, "subflow", made);
}


static const ckp_node_t *
tool_approval(planner_read_t *r, const ckp_at_t *at, const char *name)
{
    return tool_node(r, at, &ckp_node_approval, "human_approval",
               json_pack("{s:o, s:{s:s, s:s}, s:s, s:s}", "prompt",
                   json_sprintf("May the tool '%s' be called?", name),
                   "context_data", "tool", name, "args", "{{args}}",
                   "on_reject", "@end", "on_timeout", "@end"));
}


/* --- a tool ------------------------------------------------------------ */

static void
tool_flags(planner_read_t *r, const ckp_at_t *at, ckp_tool_t *tool)
{
    static const ckp_word_t  effects[] = { { "read", 0 }, { "write", 1 },
                                           { NULL, 0 } };
    static const ckp_word_t  asks[] = { { "none", 0 }, { "human", 1 },
                                        { NULL, 0 } };

    tool->description = ckp_parse_str(r->ps, at, "description");
    tool->parameters = ckp_parse_schema(r->ps, at, "parameters");
    tool->writes = ckp_parse_word(r->ps, at, "side_effects", effects, 0, 302)
                   == 1;
    tool->max_calls = (uint32_t) ckp_llm_read_number(r->ps, at, "max_calls",
                                                     1, 1e6, 0);

    if (ckp_parse_word(r->ps, at, "approval", asks, 0, 302) == 1) {
        tool->ask = tool_approval(r, at, tool->name);
    }
}


static void
tool_read(planner_read_t *r, const ckp_at_t *at, const char *name)
{
    ckp_planner_t *const  p = r->planner;
    ckp_tool_t *const     tool = &p->tools[p->ntools];
    const json_t *const   subflow = json_object_get(at->value, "subflow");

    if (ckp_tool_find(p, name) != NULL) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 102,
                                            .field = "tools" },
                      "tool '%.80s' is listed twice", name);
        return;
    }

    if (*name == '\0' || strlen(name) > TOOL_NAME_MAX) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 17,
                                            .field = "tools" },
                      "a tool's name has 1 to %d bytes", TOOL_NAME_MAX);
        return;
    }

    tool->name = name;
    tool_flags(r, at, tool);
    tool->body = subflow != NULL
                 ? tool_subflow(r, at, subflow, tool->parameters)
                 : tool_step(r, at, name);
    ckp_parse_known(r->ps, at, tool_known, NULL);
    p->ntools++;
}


/* --- which there are --------------------------------------------------- */

static bool
tool_allowed(const planner_read_t *r, const char *name)
{
    const json_t *const  list = json_object_get(r->guards, "tool_allowlist");
    const json_t        *word;
    size_t               i;

    if (!json_is_array(list)) {
        return true;
    }

    json_array_foreach(list, i, word) {
        if (json_is_string(word)
            && strcmp(json_string_value(word), name) == 0)
        {
            return true;
        }
    }

    return false;
}


/* A name of the document's `tools`, or a tool itself. */

static void
tool_listed(planner_read_t *r, const ckp_at_t *at)
{
    const char  *name = json_string_value(at->value);
    ckp_at_t     all = { .value = NULL };
    ckp_at_t     one = *at;

    if (name != NULL) {
        (void) ckp_parse_object(r->ps, ckp_parse_root(r->ps), "tools", &all);
        one = (ckp_at_t) { .up = &all, .key = name,
                           .value = json_object_get(all.value, name) };

    } else if (json_is_object(at->value)) {
        name = ckp_parse_str(r->ps, at, "name");
    }

    if (name == NULL || !json_is_object(one.value)) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .field = "tools",
                          .number = json_is_string(at->value) ? 812 : 18 },
                      json_is_string(at->value) ? "tool '%.120s' is not known"
                      : "%s", json_is_string(at->value)
                      ? json_string_value(at->value)
                      : "a tool without 'name'");
        return;
    }

    if (tool_allowed(r, name)) {
        tool_read(r, &one, name);
    }
}


static void
tool_list(planner_read_t *r, const ckp_at_t *at)
{
    ckp_at_t  list;
    ckp_at_t  one;
    size_t    n = 0;
    size_t    wrong = 0;

    if (ckp_parse_array(r->ps, at, "tools", &list)) {
        n = json_array_size(list.value);
    }

    if (n > CKP_TOOLS_MAX) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = &list, .number = 6,
                                            .field = "tools" },
                      "%zu tools, at most %d", n, CKP_TOOLS_MAX);
        return;
    }

    r->planner->tools = ckp_parse_alloc(r->ps, (n + 1) * sizeof(ckp_tool_t));

    for (size_t i = 0; r->planner->tools != NULL && i < n; i++) {
        const size_t  before = r->planner->ntools;

        ckp_parse_element(&list, i, &one);
        tool_listed(r, &one);
        wrong += r->planner->ntools == before;
    }

    if (r->planner->ntools == 0 && (n == 0 || wrong == n)) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 811,
                                            .field = "tools" },
                      n == 0 ? "the planner has no tools"
                             : "no tool of the planner is allowed");
    }
}


/* --- limits ------------------------------------------------------------ */

/* The smaller one of the planner's own and the procedure's. */

static double
limit_read(planner_read_t *r, const ckp_at_t *at, const char *key,
    double otherwise)
{
    const double  bound = ckp_json_num(r->guards, key, 0);
    const double  least = strcmp(key, "max_cost_usd") == 0 ? 0 : 1;
    double        own = ckp_llm_read_number(r->ps, at, key, least, 1e12, -1);

    if (own >= 0 && bound > 0 && own > bound) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 813,
                                            .field = key },
                      "'%s' is above the bound of the procedure, which counts",
                      key);
    }

    own = own < 0 ? otherwise : own;

    return bound > 0 && (own > bound || own <= 0) ? bound : own;
}


static uint32_t
limit_count(planner_read_t *r, const ckp_at_t *at, const char *key,
    double otherwise)
{
    const double  d = limit_read(r, at, key, otherwise);

    return d > 1000000 ? 1000000 : (uint32_t) d;
}


static void
limit_all(planner_read_t *r, const ckp_at_t *at)
{
    ckp_planner_t *const  p = r->planner;

    p->iterations = limit_count(r, at, "max_iterations", 8);
    p->calls = limit_count(r, at, "max_tool_calls", 16);
    p->elapsed_ms = (int64_t) limit_read(r, at, "max_elapsed_ms", 300000);
    p->cost = limit_read(r, at, "max_cost_usd", 0);
    p->parallel = (uint32_t) ckp_llm_read_number(r->ps, at,
                                 "max_parallel_tools", 1, 64, 1);
    p->harmless = ckp_json_bool(r->guards, "forbid_side_effects", false);
}


/* --- all of it --------------------------------------------------------- */

static void
planner_ways(planner_read_t *r, const ckp_at_t *at)
{
    static const ckp_word_t  modes[] = { { "loop", 0 }, { "plan_first", 1 },
                                         { NULL, 0 } };
    static const ckp_word_t  limits[] = { { "fail", 0 },
                                          { "return_partial", 1 },
                                          { NULL, 0 } };
    static const ckp_word_t  errors[] = { { "report", 0 }, { "fail", 1 },
                                          { NULL, 0 } };
    static const ckp_word_t  protocols[] = { { "native", 0 }, { "json", 1 },
                                             { NULL, 0 } };
    static const ckp_word_t  asks[] = { { "none", 0 }, { "human", 1 },
                                        { NULL, 0 } };
    ckp_planner_t *const     p = r->planner;

    p->goal = ckp_parse_template(r->ps, at, "goal", CKP_SECRET_WRONG);
    p->plan_first = ckp_parse_word(r->ps, at, "mode", modes, 0, 302) == 1;
    p->partial = ckp_parse_word(r->ps, at, "on_limit", limits, 0, 302) == 1;
    p->strict = ckp_parse_word(r->ps, at, "on_tool_error", errors, 0, 302)
                == 1;
    p->json = ckp_parse_word(r->ps, at, "protocol", protocols, 0, 302) == 1;
    p->stop = ckp_parse_expr_as(r->ps, at, "stop_condition", CKP_BARE_FITS);

    if (ckp_parse_word(r->ps, at, "plan_approval", asks, 0, 302) == 1) {
        p->approval = tool_node(r, at, &ckp_node_approval, "human_approval",
            json_pack("{s:s, s:{s:s}, s:s, s:s}", "prompt",
                      "May this plan be carried out?", "context_data", "plan",
                      "{{args}}", "on_reject", "@end", "on_timeout", "@end"));
    }
}


void
ckp_llm_read_more(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    planner_read_t  r = { .ps = ps };
    const bool      bound = ckp_parse_bind(ps, "args", true);

    llm->more = tool_node(&r, at, &ckp_node_approval, "human_approval",
        json_pack("{s:s, s:s, s:s, s:s}", "prompt",
                  "A budget for models is used up. May this question be asked"
                  " all the same?", "context_data", "{{args}}", "on_reject",
                  "@end", "on_timeout", "@end"));
    (void) ckp_parse_bind(ps, "args", bound);
}


void
ckp_llm_read_planner(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    planner_read_t  r = { .ps = ps,
                          .guards = ckp_parse_program(ps)->config.guardrails };
    ckp_at_t        out;
    bool            bound;

    if (!ckp_parse_object(ps, at, "planner", &out)) {
        return;
    }

    r.planner = ckp_parse_alloc(ps, sizeof(ckp_planner_t));

    if (r.planner == NULL) {
        return;
    }

    bound = ckp_parse_bind(ps, "args", true);
    planner_ways(&r, &out);
    limit_all(&r, &out);
    tool_list(&r, &out);
    (void) ckp_parse_bind(ps, "args", bound);
    ckp_parse_known(ps, &out, " goal mode tools max_iterations max_tool_calls"
                    " max_parallel_tools max_elapsed_ms max_cost_usd"
                    " plan_approval on_limit on_tool_error stop_condition"
                    " protocol ", NULL);
    llm->planner = r.planner;
}
