/*
 * logic: the first rule that holds names the next node (spec/ckp.md 10.2).
 */

#include <string.h>

#include "node/fiber.h"
#include "node/parse.h"
#include "node/types.h"

#define LOGIC_RULES_MAX  256


/* A condition that is always true: no rule behind it is ever asked. */
static bool
logic_is_always(const json_t *condition)
{
    const char *const  text = json_string_value(condition);

    return json_is_true(condition)
           || (text != NULL && (strcmp(text, "always") == 0
                                || strcmp(text, "true") == 0));
}


static void
logic_rule(ckp_parse_t *ps, const ckp_at_t *at, ckp_logic_t *logic)
{
    ckp_rule_t *const  rule = &logic->rules[logic->nrules];
    ckp_at_t           condition;

    if (!json_is_object(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = "rules" },
                      "a rule must be an object");
        return;
    }

    rule->next = ckp_parse_target(ps, at, "next_node");
    rule->label = ckp_parse_str(ps, at, "label");

    if (rule->next.kind == CKP_TO_NOTHING
        && json_object_get(at->value, "next_node") == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "next_node" },
                      "a rule without 'next_node'");
    }

    if (!ckp_parse_find(ps, at, "condition", &condition)) {
        condition.value = NULL;
    }

    if (condition.value == NULL && !ckp_parse_is_flat(ps)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                                         .field = "condition" },
                      "a rule without 'condition'");
        return;
    }

    /* in a flat list `always` is the default, whatever its place */

    if (ckp_parse_is_flat(ps)
        && (condition.value == NULL || logic_is_always(condition.value)))
    {
        if (logic->otherwise.kind == CKP_TO_NOTHING) {
            logic->otherwise = rule->next;
        }

        memset(rule, 0, sizeof(ckp_rule_t));
        return;
    }

    /* behind a rule that always holds there is no "none holds" */

    logic->end_on_no_match |= logic_is_always(condition.value);
    rule->when = ckp_parse_expr(ps, at, "condition");
    ckp_parse_known(ps, at, " condition next_node label description name id ",
                    NULL);
    logic->nrules++;
}


static void
logic_rules(ckp_parse_t *ps, const ckp_at_t *at, ckp_logic_t *logic)
{
    ckp_at_t  list;
    ckp_at_t  rule;
    size_t    n;

    if (!ckp_parse_array(ps, at, "rules", &list)) {
        return;
    }

    n = json_array_size(list.value);

    if (n > LOGIC_RULES_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6,
                                         .field = "rules" },
                      "%zu rules, at most %d", n, LOGIC_RULES_MAX);
        n = LOGIC_RULES_MAX;
    }

    logic->rules = ckp_parse_alloc(ps, (n + 1) * sizeof(ckp_rule_t));

    for (size_t i = 0; logic->rules != NULL && i < n; i++) {
        ckp_parse_element(&list, i, &rule);
        rule.as = CKP_AS_RULE;
        logic_rule(ps, &rule, logic);
    }
}


/* condition + on_true + on_false is one rule and a default. */
static void
logic_pair(ckp_parse_t *ps, const ckp_at_t *at, ckp_logic_t *logic)
{
    const ckp_target_t  other = ckp_parse_target(ps, at, "on_false");
    ckp_rule_t         *rules;

    if (other.kind != CKP_TO_NOTHING) {
        logic->otherwise = other;
    }

    if (logic->nrules > 0) {
        return;
    }

    rules = ckp_parse_alloc(ps, sizeof(ckp_rule_t));

    if (rules == NULL) {
        return;
    }

    rules->when = ckp_parse_expr(ps, at, "condition");
    rules->next = ckp_parse_target(ps, at, "on_true");

    if (rules->when != NULL) {
        logic->rules = rules;
        logic->nrules = 1;
    }
}


static void
logic_default(ckp_parse_t *ps, const ckp_at_t *at, const ckp_node_t *node,
    ckp_logic_t *logic)
{
    static const ckp_word_t  ends[] = { { "end", 1 }, { "fail", 0 },
                                        { NULL, 0 } };
    const ckp_target_t       given = ckp_parse_target(ps, at,
                                                      "default_next_node");

    if (given.kind != CKP_TO_NOTHING) {
        logic->otherwise = given;
    }

    if (ckp_parse_word(ps, at, "on_no_match", ends, 0, 405) == 1) {
        logic->end_on_no_match = true;
    }

    if (logic->otherwise.kind != CKP_TO_NOTHING) {
        if (node->next.kind != CKP_TO_NOTHING) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 131,
                                             .field = "next_node" },
                          "'next_node' is never taken: there is a default");
        }

        return;
    }

    logic->otherwise = node->next;

    if (logic->otherwise.kind == CKP_TO_NOTHING && !logic->end_on_no_match) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 132,
                                         .field = "default_next_node" },
                      "when no rule holds the run fails: there is no default");
    }
}


static ckp_code_t
logic_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    const ckp_at_t *const  at = ckp_parse_here(ps);
    ckp_logic_t           *logic;

    logic = ckp_parse_alloc(ps, sizeof(ckp_logic_t));
    node->u.logic = logic;

    if (logic == NULL) {
        return CKP_E_NOMEM;
    }

    logic_rules(ps, at, logic);

    if (json_object_get(doc, "on_true") != NULL
        || json_object_get(doc, "on_false") != NULL)
    {
        logic_pair(ps, at, logic);
    }

    logic_default(ps, at, node, logic);

    if (logic->nrules == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 111,
                                         .field = "rules" },
                      "the node has no rules");
    }

    return ckp_parse_end(ps);
}


/* rule -1: none held.  Where it leads may be nowhere: the frame ends. */
static ckp_code_t
logic_take(ckp_fiber_t *f, int rule, ckp_target_t to)
{
    const ckp_code_t  rc = ckp_fiber_emit(f, "logic_evaluated",
        json_pack("{s:o, s:s?}",
            "matched_rule", rule < 0 ? json_null() : json_integer(rule),
            "next_node", to.kind == CKP_TO_NODE ? to.node->id : NULL));

    if (to.kind == CKP_TO_NOTHING) {
        to.kind = CKP_TO_END;
    }

    return rc == CKP_OK ? ckp_fiber_done(f, to, NULL) : rc;
}


static ckp_code_t
logic_enter(ckp_fiber_t *f)
{
    const ckp_logic_t *const  logic = ckp_fiber_node(f)->u.logic;

    for (size_t i = 0; i < logic->nrules; i++) {
        bool              holds = false;
        const ckp_code_t  rc = ckp_fiber_test(f, logic->rules[i].when, &holds);

        if (rc != CKP_OK) {
            return rc;
        }

        if (holds) {
            return logic_take(f, (int) i, logic->rules[i].next);
        }
    }

    /* a run that stops in the middle must say so */

    if (logic->otherwise.kind == CKP_TO_NOTHING && !logic->end_on_no_match
        && ckp_fiber_is_top(f))
    {
        return ckp_fiber_fail(f, "LogicNoMatch", "no rule holds and there is "
                              "no default");
    }

    return logic_take(f, -1, logic->otherwise);
}


const ckp_node_ops_t  ckp_node_logic = {
    .type = "logic",
    .parse = logic_parse,
    .enter = logic_enter,
};
