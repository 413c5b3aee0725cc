/*
 * Tests: child procedures as tasks of a dag and as tools of a planner, in the
 * run and in runs of their own (spec/ckp.md 10.10, 11.2, 24.1).
 */

#include "child.h"

#define DAG(more)                                                             \
    T_GRAPH("d", "'d':{'type':'dag','output_variable':'all','tasks':[{"       \
            "'task_id':'one','inputs':{'n':4},'subflow':{'procedure_id':"     \
            "'kid','version':'1.0','isolation':'child_run','input_mapping':{" \
            "'a':'{{inputs.n}}'}}" more "],'next_node':'end'}," T_END, "")


/* --- tasks ------------------------------------------------------------------- */

static void
a_task_may_be_a_child_run(void **state)
{
    t_pair_t  p;

    t_pair(&p, DAG("},{'task_id':'two','depends_on':['one'],'expression':"
                   "'tasks.one.output.r'}"), KID(ASKS));
    t_begins(&p);
    assert_string_equal(t_waits_for(&p.up), "child_run");
    assert_int_equal(ckp_json_int(json_object_get(p.row, "shown"), "a", 0), 4);
    t_admit(&p.kid);
    t_ok(&p.kid, json_string("x"));
    t_told(&p);
    assert_string_equal(t_status(&p.up), "completed");
    assert_string_equal(t_var(&p.up, "all"), "\"x\"");
    t_apart(&p);
}


static void
the_time_of_a_task_is_its_child_runs(void **state)
{
    t_pair_t  p;

    t_pair(&p, DAG(",'timeout_ms':300}"), KID(ASKS));
    t_begins(&p);
    t_admit(&p.kid);
    assert_int_equal(p.kid.turn.wake_at_ms, p.kid.now + 300);
    t_tick(&p.kid);
    t_told(&p);
    assert_string_equal(t_status(&p.up), "failed");
    t_apart(&p);
}


static void
a_task_that_is_canceled_cancels_its_child_run(void **state)
{
    t_pair_t  p;
    char      work[64];

    memset(&p, 0, sizeof(p));
    t_compiles(&p.kid.d, KID(ASKS));
    t_run(&p.up, T_GRAPH("d", "'d':{'type':'dag','cancel_running_on_fail':"
          "true,'tasks':[{'task_id':'one','step':{'agent':'W','action':'do'}},"
          "{'task_id':'two','subflow':{'procedure_id':'kid','version':'1.0',"
          "'isolation':'child_run'}}],'next_node':'end'}," T_END, ""));
    snprintf(work, sizeof(work), "%s", p.up.turn.effects[0].ref);
    t_found(&p.up, &p.kid.d);
    t_born(&p);
    snprintf(p.up.ref, sizeof(p.up.ref), "%s", work);
    t_admit(&p.up);
    t_failed(&p.up, CKP_OUTCOME_FAILED, "AgentProtocolError", "no");
    assert_string_equal(ckp_json_str(t_row(&p.up, "child_cancel"), "run_id"),
                        p.id);
    assert_string_equal(t_status(&p.up), "failed");
    t_apart(&p);
}


static void
a_task_that_is_tried_again_has_another_child_run(void **state)
{
    t_pair_t  p;
    char      first[40];

    t_pair(&p, DAG(",'retry':{'max_attempts':2,'base_delay_ms':10,"
                   "'retryable_errors':['SubflowFailed']}}"),
           KID("'k':{'type':'processing','operations':[{'action':'fail',"
               "'message':'no'}]}"));
    t_begins(&p);
    snprintf(first, sizeof(first), "%s", p.id);
    t_told(&p);
    assert_non_null(strstr(p.up.story, "task_retry"));
    t_tick(&p.up);
    t_begins(&p);
    assert_string_not_equal(p.id, first);
    t_told(&p);
    assert_string_equal(t_status(&p.up), "failed");
    t_apart(&p);
}


/* --- tools ------------------------------------------------------------------- */

#define TOOL(child, more)                                                     \
    T_GRAPH("l", "'l':{'type':'llm_action','prompt':'p','model':'m',"         \
            "'planner':{'tools':[{'name':'sub','subflow':{'procedure_id':"    \
            "'kid','version':'1.0'" child "},'parameters':{'type':'object',"  \
            "'properties':{'a':{'type':'number'}}}" more "}]},'next_node':"   \
            "'end'}," T_END, "")

#define IN_TOOL  "/workflow_graph/nodes/l/planner/tools/0"


/* The model calls it. */
static void
t_wants_tool(t_run_t *t)
{
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:s, s:[{s:s, s:{s:s, s:s}}], s:s, s:{s:i}}", "text",
                     "", "tool_calls", "id", "c1", "function", "name", "sub",
                     "arguments", "{\"a\": 9}", "finish_reason",
                     "tool_calls", "usage", "prompt_tokens", 1));
}


/* What the model hears of it; "": it is not asked. */
static const char *
t_tool_said(const t_run_t *t)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        const ckp_effect_t *const  fx = &t->turn.effects[i];

        if (fx->kind == CKP_FX_CALL && strcmp(fx->target, "llm") == 0) {
            const json_t *const  all = json_object_get(json_object_get(
                                           fx->body, "request"), "messages");

            return ckp_json_str(json_array_get(all, json_array_size(all) - 1),
                                "content");
        }
    }

    return "";
}


/* The tool's child is found. */
static void
t_tool(t_pair_t *p, const char *text, const char *kid)
{
    memset(p, 0, sizeof(*p));
    t_compiles(&p->kid.d, kid);
    t_run(&p->up, text);
    t_wants_tool(&p->up);
    t_found(&p->up, &p->kid.d);
}


static void
a_tool_may_be_a_child_run(void **state)
{
    t_pair_t  p;

    t_tool(&p, TOOL(",'isolation':'child_run'", ""), KID(ASKS));
    t_begins(&p);
    assert_int_equal(ckp_json_int(json_object_get(p.row, "shown"), "a", 0), 9);
    assert_string_equal(t_waits_for(&p.up), "child_run");
    t_admit(&p.kid);
    t_ok(&p.kid, json_string("x"));
    t_told(&p);
    assert_string_equal(t_tool_said(&p.up), "{\"a\":9,\"r\":\"x\"}");
    t_apart(&p);
}


static void
a_planner_that_is_loaded_goes_on_waiting_for_its_child_run(void **state)
{
    t_pair_t   p;
    json_t    *saved;
    ckp_err_t  err = CKP_ERR_INIT;

    t_tool(&p, TOOL(",'isolation':'child_run'", ""), KID("'k':{'type':"
           "'processing','operations':[{'action':'fail','message':'no'}]}"));
    t_begins(&p);
    saved = ckp_run_save(p.up.run);
    ckp_run_free(p.up.run);
    p.up.run = ckp_run_load(p.up.d.prog, "run", saved, &err);
    p.up.turn = (ckp_turn_t) { .nevents = 0 };
    json_decref(saved);
    assert_string_equal(ckp_run_want(p.up.run), "h1");
    assert_int_equal(ckp_run_link(p.up.run, "h1", p.kid.d.prog), CKP_OK);
    t_feed(&p.up, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b}", "crash", 1));
    assert_int_equal(p.up.rc, CKP_OK);
    assert_int_equal(p.up.turn.neffects, 0);
    assert_string_equal(t_waits_for(&p.up), "child_run");

    /* a child run that failed is something the model hears of */

    t_told(&p);
    assert_non_null(strstr(t_tool_said(&p.up), "'kid': no"));
    t_apart(&p);
}


static void
a_tool_may_be_a_child_inside(void **state)
{
    t_pair_t  p;

    t_tool(&p, TOOL("", ""), KID(ASKS));
    t_admit(&p.up);
    assert_string_equal(p.up.key, "run:l/tool[1.sub]/sub/k/s");
    t_ok(&p.up, json_string("x"));
    assert_string_equal(t_tool_said(&p.up), "{\"a\":9,\"r\":\"x\"}");

    /* one that fails is something the model hears of */

    t_wants_tool(&p.up);
    t_admit(&p.up);
    t_failed(&p.up, CKP_OUTCOME_FAILED, "AgentError", "no such paper");
    assert_non_null(strstr(t_tool_said(&p.up), "no such paper"));
    t_apart(&p);
}


static void
the_time_of_a_tool_is_its_childs(void **state)
{
    t_pair_t  p;

    t_tool(&p, TOOL("", ",'timeout_ms':400"), KID(ASKS));
    t_admit(&p.up);
    assert_int_equal(p.up.turn.wake_at_ms, p.up.now + 400);
    t_tick(&p.up);
    assert_non_null(strstr(t_tool_said(&p.up), "took too long"));
    t_apart(&p);

    /* unless the child has its own */

    t_tool(&p, TOOL(",'timeout_ms':200", ",'timeout_ms':400"), KID(ASKS));
    t_admit(&p.up);
    assert_int_equal(p.up.turn.wake_at_ms, p.up.now + 200);
    t_apart(&p);
}


static void
the_retries_of_a_tool_are_its_childs(void **state)
{
    t_pair_t  p;

    t_tool(&p, TOOL("", ",'retry':{'max_attempts':2,'base_delay_ms':10}"),
           KID(ASKS));
    t_admit(&p.up);
    t_failed(&p.up, CKP_OUTCOME_FAILED, "AgentError", "not now");
    assert_non_null(strstr(p.up.story, "subflow_retry"));
    assert_string_equal(t_tool_said(&p.up), "");
    t_tick(&p.up);
    t_admit(&p.up);
    t_ok(&p.up, json_string("x"));
    assert_string_equal(t_tool_said(&p.up), "{\"a\":9,\"r\":\"x\"}");
    t_apart(&p);
}


static void
what_is_wrong_with_a_tools_child_is_told_where_it_stands(void **state)
{
    t_wants("CKP302", IN_TOOL "/subflow/isolation",
            TOOL(",'isolation':'far'", ""));
    t_wants("CKP709", IN_TOOL "/subflow/version",
            T_GRAPH("l", "'l':{'type':'llm_action','prompt':'p','model':'m',"
                    "'planner':{'tools':[{'name':'sub','subflow':{'version':"
                    "'@far','procedure_id':'kid'}}]},'next_node':'end'},"
                    T_END, ""));
    t_wants("CKP701", IN_TOOL "/subflow",
            T_GRAPH("l", "'l':{'type':'llm_action','prompt':'p','model':'m',"
                    "'planner':{'tools':[{'name':'sub','subflow':{}}]},"
                    "'next_node':'end'}," T_END, ""));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_task_may_be_a_child_run),
        cmocka_unit_test(the_time_of_a_task_is_its_child_runs),
        cmocka_unit_test(a_task_that_is_canceled_cancels_its_child_run),
        cmocka_unit_test(a_task_that_is_tried_again_has_another_child_run),
        cmocka_unit_test(a_tool_may_be_a_child_run),
        cmocka_unit_test(
            a_planner_that_is_loaded_goes_on_waiting_for_its_child_run),
        cmocka_unit_test(a_tool_may_be_a_child_inside),
        cmocka_unit_test(the_time_of_a_tool_is_its_childs),
        cmocka_unit_test(the_retries_of_a_tool_are_its_childs),
        cmocka_unit_test(
            what_is_wrong_with_a_tools_child_is_told_where_it_stands)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
