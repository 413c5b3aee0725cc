/*
 * Procedures that nobody wrote: a seed grows a valid one of all node types,
 * nested in each other, so that a crash meets what no author thought of.
 */

#include "world.h"

#include <string.h>

#define GROW_NODES_MAX  28
#define GROW_DEPTH_MAX  3

typedef struct {
    sim_rand_t  *rand;
    json_t      *nodes;
    unsigned     n;             /* node ids given */
    unsigned     loops;         /* around the place */
    bool         kid;           /* a child procedure: calls no other */
} grow_t;

static json_t *grow_path(grow_t *g, unsigned depth, const char *after);


static unsigned
grow_of(grow_t *g, unsigned n)
{
    return (unsigned) (sim_rand(g->rand) % n);
}


static const char *
grow_action(grow_t *g)
{
    static const char *const  actions[] = { "ok", "ok", "moody", "slow" };

    return actions[grow_of(g, 4)];
}


/* --- steps ------------------------------------------------------------------ */

static json_t *
grow_retry(grow_t *g)
{
    static const char *const  strategies[] = {
        "fixed", "linear", "exponential", "fibonacci", "none"
    };

    return json_pack("{s:i, s:s, s:i}", "max_attempts",
                     2 + (int) grow_of(g, 3), "strategy",
                     strategies[grow_of(g, 5)], "base_delay_ms",
                     (int) grow_of(g, 200));
}


static json_t *
grow_handlers(grow_t *g)
{
    static const char *const  actions[] = { "ignore", "retry", "log", "fail" };
    json_t *const             one = json_pack("{s:s, s:i, s:i}", "action",
                                       actions[grow_of(g, 4)], "max_retries",
                                       (int) grow_of(g, 3), "delay_ms",
                                       (int) grow_of(g, 90));

    if (sim_chance(g->rand, 30)) {
        json_object_set_new(one, "recovery_steps",
                            json_pack("[{s:s, s:s, s:s}]", "step_id", "rec",
                                      "action", "moody", "agent", "W"));
    }

    return json_pack("[o]", one);
}


static json_t *
grow_step(grow_t *g, unsigned i)
{
    json_t *const  step = json_pack("{s:o}", "step_id",
                                    json_sprintf("s%u", i));

    if (sim_chance(g->rand, 25)) {
        json_object_set_new(step, "action", json_string("set_variable"));
        json_object_set_new(step, "variable",
                            json_sprintf("v%u", grow_of(g, 4)));
        json_object_set_new(step, "value", json_string("{{= (n | 0) + 1 }}"));
        json_object_set_new(step, "value", json_string("{{run_id}}"));
        return step;
    }

    if (sim_chance(g->rand, 10)) {
        json_object_set_new(step, "action", json_string("wait"));
        json_object_set_new(step, "duration_ms",
                            json_integer((json_int_t) grow_of(g, 500)));
        return step;
    }

    json_object_set_new(step, "action", json_string(grow_action(g)));
    json_object_set_new(step, "output_variable",
                        json_sprintf("v%u", grow_of(g, 4)));

    if (sim_chance(g->rand, 50)) {
        json_object_set_new(step, "retry_config", grow_retry(g));
    }

    if (sim_chance(g->rand, 25)) {
        json_object_set_new(step, "error_handlers", grow_handlers(g));
    }

    if (sim_chance(g->rand, 15)) {
        json_object_set_new(step, "compensate", json_pack("{s:s, s:s, s:s, "
                            "s:o}", "step_id", "back", "action",
                            grow_action(g), "agent", "W", "retry_config",
                            grow_retry(g)));
    }

    if (sim_chance(g->rand, 10)) {
        json_object_set_new(step, "timeout_ms",
                            json_integer(100 + (json_int_t) grow_of(g, 400)));
    }

    if (sim_chance(g->rand, 10)) {
        json_object_set_new(step, "idempotency_key",
                            json_sprintf("k%u-{{run_id}}", grow_of(g, 3)));
    }

    return step;
}


/* --- nodes --------------------------------------------------------------------- */

static void
grow_sequence(grow_t *g, json_t *node)
{
    const unsigned  n = 1 + grow_of(g, 3);
    json_t *const   steps = json_array();

    for (unsigned i = 0; i < n; i++) {
        json_array_append_new(steps, grow_step(g, i));
    }

    json_object_set_new(node, "type", json_string("sequence"));
    json_object_set_new(node, "agent", json_string("W"));
    json_object_set_new(node, "steps", steps);

    if (sim_chance(g->rand, 20)) {
        json_object_set_new(node, "error_handlers", grow_handlers(g));
    }

    if (sim_chance(g->rand, 10)) {
        json_object_set_new(node, "timeout_ms",
                            json_integer(300 + (json_int_t) grow_of(g, 900)));
    }
}


static void
grow_loop(grow_t *g, json_t *node, unsigned depth)
{
    json_object_set_new(node, "type", json_string("loop"));
    json_object_set_new(node, "iterator", json_sprintf("{{= %u }}",
                                                       grow_of(g, 4)));
    json_object_set_new(node, "concurrency",
                        json_integer(1 + (json_int_t) grow_of(g, 3)));
    json_object_set_new(node, "continue_on_error",
                        json_boolean(sim_chance(g->rand, 60)));
    json_object_set_new(node, "collect_variable", json_string("all"));
    g->loops++;
    json_object_set_new(node, "body_node", grow_path(g, depth + 1, NULL));
    g->loops--;
}


static void
grow_parallel(grow_t *g, json_t *node, unsigned depth)
{
    static const char *const  waits[] = { "all", "any", "first", "none" };
    static const char *const  failures[] = { "continue", "stop", "retry" };
    const unsigned            n = 1 + grow_of(g, 3);
    json_t *const             branches = json_array();

    for (unsigned i = 0; i < n; i++) {
        json_array_append_new(branches, json_pack("{s:o, s:o}", "branch_id",
                              json_sprintf("b%u", i), "start_node",
                              grow_path(g, depth + 1, NULL)));
    }

    json_object_set_new(node, "type", json_string("parallel"));
    json_object_set_new(node, "branches", branches);
    json_object_set_new(node, "wait_strategy",
                        json_string(waits[grow_of(g, 4)]));
    json_object_set_new(node, "branch_failure",
                        json_string(failures[grow_of(g, 3)]));
    json_object_set_new(node, "branch_retry", grow_retry(g));

    if (sim_chance(g->rand, 30)) {
        json_object_set_new(node, "max_concurrency",
                            json_integer(1 + (json_int_t) grow_of(g, 2)));
    }
}


static void
grow_approval(grow_t *g, json_t *node, const char *next)
{
    static const char *const  ends[] = {
        "auto_approve", "auto_reject", "escalate", "fail"
    };

    json_object_set_new(node, "type", json_string("human_approval"));
    json_object_set_new(node, "prompt", json_string("?"));
    json_object_set_new(node, "on_approve", json_string(next));
    json_object_set_new(node, "on_reject",
                        json_string(sim_chance(g->rand, 50) ? next : "@end"));

    if (sim_chance(g->rand, 50)) {
        json_object_set_new(node, "timeout_ms",
                            json_integer(50 + (json_int_t) grow_of(g, 500)));
        json_object_set_new(node, "timeout_action",
                            json_string(ends[grow_of(g, 4)]));
    }
}


static void
grow_logic(grow_t *g, json_t *node, const char *next)
{
    static const char *const  ways[] = { "@end", "@continue", "@break" };
    const unsigned            n = g->loops > 0 ? 3 : 1;

    json_object_set_new(node, "type", json_string("logic"));
    json_object_set_new(node, "rules", json_pack("[{s:s, s:s}]", "condition",
                        "{{v0 | none}} contains 'k1'", "next_node",
                        ways[grow_of(g, n)]));
    json_object_set_new(node, "default_next_node", json_string(next));
}


static void
grow_check(grow_t *g, json_t *node)
{
    static const char *const  fails[] = { "warn", "continue", "raise" };

    json_object_set_new(node, "type", json_string("verification"));
    json_object_set_new(node, "checks", json_pack("[{s:s, s:s, s:s}]", "id",
                        "c", "condition", "{{v1 | none}} contains 's1'",
                        "on_fail", fails[grow_of(g, 3)]));
}


static void
grow_subflow(grow_t *g, json_t *node)
{
    static const char *const  failures[] = {
        "fail_parent", "continue", "retry"
    };

    json_object_set_new(node, "type", json_string("subflow"));
    json_object_set_new(node, "procedure_id", json_string("kid"));
    json_object_set_new(node, "version", json_string("1"));
    json_object_set_new(node, "on_failure",
                        json_string(failures[grow_of(g, 3)]));
    json_object_set_new(node, "retry_policy", grow_retry(g));
    json_object_set_new(node, "inherit_context",
                        json_boolean(sim_chance(g->rand, 50)));

    if (sim_chance(g->rand, 40)) {
        json_object_set_new(node, "isolation", json_string("child_run"));
        json_object_set_new(node, "wait",
                            json_boolean(sim_chance(g->rand, 80)));

    } else if (sim_chance(g->rand, 30)) {
        json_object_set_new(node, "timeout_ms",
                            json_integer(50 + (json_int_t) grow_of(g, 900)));
    }
}


static void
grow_dag(grow_t *g, json_t *node)
{
    static const char *const  rules[] = {
        "all_success", "all_done", "always", "none_failed", "one_success"
    };
    static const char *const  ends[] = { "fail", "continue" };
    const unsigned            n = 2 + grow_of(g, 4);
    json_t *const             tasks = json_array();

    for (unsigned i = 0; i < n; i++) {
        json_t *const  after = json_array();
        json_t *const  task = json_pack("{s:o, s:o, s:o, s:s}", "task_id",
                                  json_sprintf("t%u", i), "depends_on", after,
                                  "step", grow_step(g, i), "trigger_rule",
                                  rules[grow_of(g, 5)]);

        json_object_set_new(json_object_get(task, "step"), "agent",
                            json_string("W"));

        for (unsigned k = 0; k < i; k++) {
            if (sim_chance(g->rand, 40)) {
                json_array_append_new(after, json_sprintf("t%u", k));
            }
        }

        if (sim_chance(g->rand, 40)) {
            json_object_set_new(task, "retry", grow_retry(g));
        }

        json_array_append_new(tasks, task);
    }

    json_object_set_new(node, "type", json_string("dag"));
    json_object_set_new(node, "tasks", tasks);
    json_object_set_new(node, "on_error", json_string(ends[grow_of(g, 2)]));

    if (sim_chance(g->rand, 40)) {
        json_object_set_new(node, "max_parallel",
                            json_integer(1 + (json_int_t) grow_of(g, 3)));
    }
}


static void
grow_processing(grow_t *g, json_t *node)
{
    json_t *const  all = json_pack("[{s:s, s:s, s:s}]", "action",
                                   "set_variable", "variable", "v2", "value",
                                   "{{v0 | none}}");

    if (sim_chance(g->rand, 30)) {
        json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "action",
                              "fail", "message", "no", "error_type", "Sad"));
    }

    if (sim_chance(g->rand, 50)) {
        json_array_append_new(all, json_pack("{s:s, s:s}", "action",
                              grow_action(g), "output_variable", "v3"));
    }

    json_object_set_new(node, "type", json_string("processing"));
    json_object_set_new(node, "agent", json_string("W"));
    json_object_set_new(node, "operations", all);

    if (sim_chance(g->rand, 50)) {
        json_object_set_new(node, "error_handlers", grow_handlers(g));
    }
}


static void
grow_transform(grow_t *g, json_t *node)
{
    static const char *const  ends[] = { "null", "skip", "fail" };

    json_object_set_new(node, "type", json_string("transform"));
    json_object_set_new(node, "transformations", json_pack("[{s:s, s:s, s:s,"
                        " s:s, s:s}]", "type", "expression", "expression",
                        sim_chance(g->rand, 70) ? "length(v1)" : "1 / 0",
                        "source_variable", "v1", "on_error",
                        ends[grow_of(g, 2)], "output_variable", "v2"));
}


/* A question, with bounds and with tools or without. */

static void
grow_llm(grow_t *g, json_t *node)
{
    json_object_set_new(node, "type", json_string("llm_action"));
    json_object_set_new(node, "model", json_string("m"));
    json_object_set_new(node, "prompt", json_string("{{v0 | none}}?"));
    json_object_set_new(node, "outputs", json_pack("{s:s}", "v1", "text"));
    json_object_set_new(node, "retry", json_pack("{s:i, s:i}", "max_retries",
                        (int) grow_of(g, 3), "delay_ms",
                        (int) grow_of(g, 90)));

    if (sim_chance(g->rand, 50)) {
        json_object_set_new(node, "planner", json_pack("{s:s, s:[s, s], s:i}",
                            "goal", "it", "tools", "add", "work",
                            "max_iterations", 1 + (int) grow_of(g, 4)));

    } else if (sim_chance(g->rand, 60)) {
        json_object_set_new(node, "output_schema", json_pack("{s:s, s:[s]}",
                            "type", "object", "required", "n"));
    }

    if (sim_chance(g->rand, 40)) {
        json_object_set_new(node, "error_handlers", grow_handlers(g));
    }
}


/* What planners may use. */

static json_t *
grow_tools(void)
{
    return json_pack("{s:{s:s, s:{s:s}, s:{s:s, s:[s, s]}}, s:{s:s, s:s, s:s,"
                     " s:i}}", "add", "action", "calculate", "params",
                     "expression", "{{args.a}} + {{args.b}}", "parameters",
                     "type", "object", "required", "a", "b", "work",
                     "action", "moody", "agent", "W", "side_effects",
                     "write", "max_calls", 3);
}


static void
grow_node(grow_t *g, json_t *node, unsigned depth, const char *next)
{
    const bool      deep = depth >= GROW_DEPTH_MAX || g->n >= GROW_NODES_MAX;
    const unsigned  kind = grow_of(g, 100);

    if (kind < 10) {
        grow_logic(g, node, next == NULL ? "@end" : next);
        return;
    }

    if (kind < 18) {
        grow_approval(g, node, next == NULL ? "@end" : next);
        return;
    }

    if (next != NULL) {
        json_object_set_new(node, "next_node", json_string(next));
    }

    if (kind < 25) {
        grow_check(g, node);

    } else if (kind < 33 && !g->kid) {
        grow_subflow(g, node);

    } else if (kind < 41) {
        grow_dag(g, node);

    } else if (kind < 56 && !deep) {
        grow_loop(g, node, depth);

    } else if (kind < 71 && !deep) {
        grow_parallel(g, node, depth);

    } else if (kind >= 95) {
        grow_transform(g, node);

    } else if (kind >= 89) {
        grow_processing(g, node);

    } else if (kind >= 80) {
        grow_llm(g, node);

    } else {
        grow_sequence(g, node);
    }

    if (sim_chance(g->rand, 8)) {
        json_object_set_new(node, "is_checkpoint", json_true());
    }

    if (sim_chance(g->rand, 12)) {
        json_object_set_new(node, "idempotency_key",
                            json_sprintf("n%u-{{run_id}}", grow_of(g, 4)));
        json_object_set_new(node, "idempotency_policy", json_pack("{s:s, s:b}",
                            "scope", sim_chance(g->rand, 50) ? "run"
                                                             : "global",
                            "cache_failures",
                            (int) sim_chance(g->rand, 50)));
    }
}


/* Nodes one after the other; what follows the last is `after`, NULL: nothing.
 * Returns the id of the first. */

static json_t *
grow_path(grow_t *g, unsigned depth, const char *after)
{
    const unsigned  n = 1 + grow_of(g, depth == 0 ? 4 : 2);
    json_t         *ids[4] = { NULL };
    json_t         *first;

    for (unsigned i = 0; i < n; i++) {
        ids[i] = json_sprintf("n%u", g->n++);
    }

    for (unsigned i = 0; i < n; i++) {
        json_t *const  node = json_object();

        grow_node(g, node, depth,
                  i + 1 < n ? json_string_value(ids[i + 1]) : after);
        json_object_set_new(g->nodes, json_string_value(ids[i]), node);
    }

    first = ids[0];

    for (unsigned i = 1; i < n; i++) {
        json_decref(ids[i]);
    }

    return first;
}


json_t *
sim_grow(sim_rand_t *r, bool kid)
{
    static const char *const  saves[] = {
        "every_node", "critical_nodes_only", "disabled"
    };
    grow_t   g = { .rand = r, .nodes = json_object(), .kid = kid };
    json_t  *start = grow_path(&g, 0, kid ? NULL : "z");
    json_t  *config = json_pack("{s:s, s:i, s:{s:[s, s]}}",
                                "checkpoint_strategy", saves[grow_of(&g, 3)],
                                "timeout_ms",
                                sim_chance(r, 20) ? 2000 : 3600000,
                                "compensation", "on", "failure", "cancel");

    if (!kid) {
        json_object_set_new(g.nodes, "z", json_pack("{s:s}", "type",
                                                    "terminate"));
    }

    if (sim_chance(r, 30)) {
        json_object_set_new(g.nodes, "help", json_pack("{s:s, s:s, s:[{s:s, "
                            "s:s}]}", "type", "sequence", "agent", "W",
                            "steps", "step_id", "h", "action", "ok"));
        json_object_set_new(config, "on_failure", json_string("help"));
    }

    return json_pack("{s:s, s:s, s:o, s:o, s:{s:{s:s}, s:{s:s}, s:{s:s},"
                     " s:{s:s}}, s:{s:o, s:o}}",
                     "procedure_id", kid ? "kid" : "sim",
                     "version", "1", "tools", grow_tools(),
                     "global_config", config,
                     "variables_schema", "v0", "type", "any", "v1", "type",
                     "any", "v2", "type", "any", "v3", "type", "any",
                     "workflow_graph", "start_node", start, "nodes",
                     g.nodes);
}
