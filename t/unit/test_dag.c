/*
 * dag: order, rules and data of tasks, run by hand (spec/ckp.md 11.3, 11.4).
 */

#include "dag.h"


/* --- order -------------------------------------------------------------------- */


static void
tasks_run_when_what_they_wait_for_is_done(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_SET("d", ",'depends_on':['b','c']") ","
                    T_SET("b", ",'depends_on':['a']") ","
                    T_SET("c", ",'depends_on':['a']") "," T_SET("a", ""), ""));
    assert_string_equal(tasks(&t), "started:a completed:a started:b started:c "
                        "completed:b completed:c started:d completed:d");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "d"), "\"d\"");
    assert_int_equal(ckp_json_int(t_event(&t, "dag_started")->payload, "tasks",
                                  0), 4);
    assert_int_equal(ckp_json_int(t_event(&t, "dag_started")->payload,
                                  "levels", 0), 3);
    assert_int_equal(ckp_json_int(t_event(&t, "dag_completed")->payload,
                                  "completed", 0), 4);
    t_run_over(&t);
}


static void
a_task_has_a_path_and_its_own_node_id(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_CALL("fetch: all/b", ""), ""));
    ev = t_event(&t, "node_started");
    ev = t_event(&t, "step_started");
    assert_string_equal(ev->node_id, "fetch: all/b");
    assert_string_equal(ev->path, "main/t:fetch: all/b/step_1");
    t_admit(&t);
    t_ok(&t, json_pack("{s:i}", "n", 5));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
levels_are_told(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_SET("a", "") "," T_SET("b", ",'depends_on':['a']") ","
                    T_SET("c", ",'depends_on':['a']"), ""));
    ev = t_event(&t, "level_started");
    assert_int_equal(ckp_json_int(ev->payload, "level", -1), 0);
    assert_int_equal(ckp_json_int(ev->payload, "total_levels", -1), 2);
    assert_int_equal(json_array_size(json_object_get(ev->payload, "tasks")),
                     1);
    ev = t_event(&t, "level_completed");
    assert_int_equal(ckp_json_int(ev->payload, "completed", -1), 1);
    assert_int_equal(ckp_json_int(ev->payload, "failed", -1), 0);
    assert_non_null(strstr(t.story, "level_completed level_started"));
    t_run_over(&t);
}


static void
no_more_run_at_once_than_max_parallel(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_CALL("b", "") "," T_CALL("c", ""),
                    ",'max_parallel':2"));
    assert_string_equal(tasks(&t), "started:a started:b");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 2);
    take(&t, 1);
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:b started:c");
    t_run_over(&t);
}


static void
without_a_bound_all_that_are_ready_start_together(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_CALL("b", "") "," T_CALL("c", ""),
                    ""));
    assert_string_equal(tasks(&t), "started:a started:b started:c");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 3);
    t_run_over(&t);
}


/* a -> c, b: without levels c starts as soon as a is done. */
static void
levels_hold_tasks_back_when_asked_to(void **state)
{
    static const char  flow[] = T_DAG(T_SET("a", "") "," T_CALL("b", "") ","
                                      T_SET("c", ",'depends_on':['a']"), "");
    static const char  held[] = T_DAG(T_SET("a", "") "," T_CALL("b", "") ","
                                      T_SET("c", ",'depends_on':['a']"),
                                      ",'scheduling':'levels'");
    t_run_t            t;

    t_run(&t, flow);
    assert_string_equal(tasks(&t), "started:a started:b completed:a started:c "
                        "completed:c");
    t_run_over(&t);

    t_run(&t, held);
    assert_string_equal(tasks(&t), "started:a started:b completed:a");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:b started:c completed:c");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* --- conditions and rules ----------------------------------------------------- */


static void
conditions_of_edges_see_the_output_and_skips_go_on(void **state)
{
    runs(T_DAG(T_VALUE("a", "{\\'n\\': 5}", "") ","
               T_SET("b", ",'depends_on':[{'task':'a','condition':'n > 3'}]")
               "," T_SET("c", ",'depends_on':[{'task':'a','condition':"
                         "'output.n > 9'}]") ","
               T_SET("d", ",'depends_on':['c']"), ""),
         "completed", "started:a completed:a "
         "skipped:c/no_satisfied_dependency skipped:d/no_satisfied_dependency "
         "started:b completed:b");
}


static void
default_edges_are_for_when_no_other_holds(void **state)
{
    static const char  edges[] =
        ",'edges':[{'from':'a','to':'d','is_default':true},"
        "{'from':'a','to':'b','condition':'output == 1'},"
        "{'from':'a','to':'c','condition':'output == 2'}]";
    char               doc[4096];

    snprintf(doc, sizeof(doc), T_DAG(T_VALUE("a", "2", "") "," T_SET("b", "")
             "," T_SET("c", "") "," T_SET("d", ""), "%s"), edges);
    runs(doc, "completed", "started:a completed:a "
         "skipped:b/no_satisfied_dependency skipped:d/no_satisfied_dependency "
         "started:c completed:c");

    snprintf(doc, sizeof(doc), T_DAG(T_VALUE("a", "7", "") "," T_SET("b", "")
             "," T_SET("c", "") "," T_SET("d", ""), "%s"), edges);
    runs(doc, "completed", "started:a completed:a "
         "skipped:b/no_satisfied_dependency skipped:c/no_satisfied_dependency "
         "started:d completed:d");
}


static void
a_task_s_own_condition_is_asked_when_it_is_ready(void **state)
{
    runs(T_DAG(T_SET("a", "") "," T_SET("b", ",'depends_on':['a'],"
               "'condition':'a == \\'x\\''") ","
               T_SET("c", ",'depends_on':['a'],'condition':"
                     "'tasks.a.status == \\'completed\\''"), ""),
         "completed", "started:a completed:a skipped:b/condition started:c "
         "completed:c");
}


static void
what_follows_a_failure_goes_by_the_rules(void **state)
{
    runs(T_DAG(T_FAIL("a", ",'on_error':'continue'") ","
               T_SET("b", ",'depends_on':['a']") ","
               T_SET("c", ",'depends_on':['a'],'trigger_rule':'all_done'") ","
               T_SET("d", ",'depends_on':['b'],'trigger_rule':'always'") ","
               T_SET("e", ",'depends_on':[{'task':'a','on':'failure'}]") ","
               T_SET("f", ",'depends_on':['a'],'trigger_rule':'one_failed'")
               "," T_SET("g", ",'depends_on':['a'],'trigger_rule':"
                         "'none_failed'") ","
               T_SET("h", ",'depends_on':[{'task':'b','on':'settled'}]"), ""),
         "completed", "started:a failed:a skipped:b/upstream_failed "
         "skipped:g/upstream_failed started:c started:e started:f started:d "
         "started:h completed:c completed:e completed:f completed:d "
         "completed:h");
}


static void
one_success_does_not_wait_for_the_others(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_SET("a", "") "," T_CALL("b", "") ","
                    T_SET("c", ",'depends_on':['a','b'],"
                          "'trigger_rule':'one_success'"), ""));
    assert_non_null(strstr(tasks(&t), "completed:c"));
    assert_string_equal(t_status(&t), "running");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:b");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* --- data ------------------------------------------------------------------------ */


static void
inputs_are_local_names(void **state)
{
    assert_string_equal(variable(T_DAG("{'task_id':'a','inputs':{'x':4,"
        "'y':'{{= 2 + 3 }}'},'steps':[{'action':'set_variable','variable':"
        "'r','value':'{{= x + inputs.y }}'}]}", ""), "r"), "9");
}


static void
outputs_are_read_by_task_and_by_context(void **state)
{
    assert_string_equal(variable(T_DAG(
        T_VALUE("a", "{\\'v\\': [1, 2]}", "") ","
        "{'task_id':'branch-b','depends_on':['a'],'step':{'action':"
        "'set_variable','variable':'r','value':{"
        "'one':'{{tasks.a.output.v[1]}}','s':'{{tasks[\\'a\\'].status}}',"
        "'n':'{{tasks.a.attempts}}','ctx':'{{= context.a.v[0] }}',"
        "'in':'{{= context.input.k }}','late':'{{tasks.c.status}}'}}},"
        T_VALUE("c", "tasks[\\'branch-b\\'].output", ",'depends_on':["
                "'branch-b']"), ""), "r"),
        "{\"one\":2,\"s\":\"completed\",\"n\":1,\"ctx\":1,\"in\":null,"
        "\"late\":null}");
}


static void
the_result_is_the_sink_s_output_or_one_of_each(void **state)
{
    assert_string_equal(variable(T_DAG(T_VALUE("a", "1 + 1", "") ","
        T_VALUE("b", "tasks.a.output * 10", ",'depends_on':['a']"),
        ",'output_variable':'r'"), "r"), "20");
    assert_string_equal(variable(T_DAG(T_VALUE("a", "1", "") ","
        T_VALUE("b", "2", ",'condition':'false'") ","
        "{'task_id':'c','noop':true}", ",'output_variable':'r'"), "r"),
        "{\"a\":1,\"b\":null,\"c\":null}");
}


static void
variables_take_outputs(void **state)
{
    static const char  doc[] = T_DAG("{'task_id':'a','expression':"
        "'{\\'x\\': {\\'y\\': 3}}','output_variable':'all','outputs':{"
        "'three':'$.x.y'}}", ",'outputs':{'out':'{{tasks.a.output.x}}',"
        "'whole':'{{result}}'}");

    assert_string_equal(variable(doc, "all"), "{\"x\":{\"y\":3}}");
    assert_string_equal(variable(doc, "three"), "3");
    assert_string_equal(variable(doc, "out"), "{\"y\":3}");
    assert_string_equal(variable(doc, "whole"), "{\"x\":{\"y\":3}}");
}


static void
the_node_tells_how_many_it_ran(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev = NULL;

    t_run(&t, T_DAG(T_SET("a", "") "," T_FAIL("b", ",'on_error':'continue'")
                    "," T_SET("c", ",'depends_on':['b']"), ""));

    for (size_t i = 0; i < t.turn.nevents; i++) {
        if (strcmp(t.turn.events[i].type, "node_completed") == 0
            && strcmp(t.turn.events[i].node_id, "main") == 0)
        {
            ev = &t.turn.events[i];
        }
    }

    assert_non_null(ev);
    assert_int_equal(ckp_json_int(ev->payload, "tasks_completed", -1), 1);
    assert_int_equal(ckp_json_int(ev->payload, "tasks_failed", -1), 1);
    assert_int_equal(ckp_json_int(ev->payload, "tasks_skipped", -1), 1);
    ev = t_event(&t, "dag_completed");
    assert_string_equal(json_string_value(json_array_get(
        json_object_get(ev->payload, "failed"), 0)), "b");
    t_run_over(&t);
}


/* The sum of all attempts, and of all tasks. */
static void
what_tasks_cost_is_told(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_CALL("a", ",'retry':{'max_attempts':2,'base_delay_ms':"
                           "0}") "," T_VALUE("b", "tasks.a.cost_usd",
                           ",'depends_on':['a'],'output_variable':'r'"), ""));
    t_admit(&t);
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t.ref,
           json_pack("{s:s, s:s, s:f}", "type", "AgentUnavailable", "message",
                     "no", "cost", 0.25));
    t_admit(&t);
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:f}", "result", 1, "cost", 0.5));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "r"), "0.75");
    ev = t_event(&t, "task_completed");
    assert_true(ckp_json_num(ev->payload, "cost_usd", 0) == 0.75);
    ev = t_event(&t, "dag_completed");
    assert_true(ckp_json_num(ev->payload, "total_cost_usd", 0) == 0.75);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(tasks_run_when_what_they_wait_for_is_done),
        cmocka_unit_test(a_task_has_a_path_and_its_own_node_id),
        cmocka_unit_test(levels_are_told),
        cmocka_unit_test(no_more_run_at_once_than_max_parallel),
        cmocka_unit_test(without_a_bound_all_that_are_ready_start_together),
        cmocka_unit_test(levels_hold_tasks_back_when_asked_to),
        cmocka_unit_test(conditions_of_edges_see_the_output_and_skips_go_on),
        cmocka_unit_test(default_edges_are_for_when_no_other_holds),
        cmocka_unit_test(a_task_s_own_condition_is_asked_when_it_is_ready),
        cmocka_unit_test(what_follows_a_failure_goes_by_the_rules),
        cmocka_unit_test(one_success_does_not_wait_for_the_others),
        cmocka_unit_test(inputs_are_local_names),
        cmocka_unit_test(outputs_are_read_by_task_and_by_context),
        cmocka_unit_test(the_result_is_the_sink_s_output_or_one_of_each),
        cmocka_unit_test(variables_take_outputs),
        cmocka_unit_test(the_node_tells_how_many_it_ran),
        cmocka_unit_test(what_tasks_cost_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
