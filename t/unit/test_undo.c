/*
 * Tests: compensation.  Each states a sentence of spec/ckp.md 25.
 */

#include "drive.h"

#define SET(name, more)                                                       \
    "{'step_id':'" name "','action':'set_variable','variable':'" name "',"    \
    "'value':'" name "'" more "}"

#define UNDO(name)                                                            \
    ",'compensate':{'step_id':'u" name "','action':'append_to_array',"        \
    "'array':'undone','value':'{{original.result}}'}"

#define FAIL  "{'step_id':'f','action':'fail','message':'no'}"

#define DOC(config, steps, more)                                              \
    "{'procedure_id':'p','version':'1','variables_schema':{'undone':{'type':" \
    "'array','default':[]}},'global_config':{" config "},'workflow_graph':{"  \
    "'start_node':'a','nodes':{'a':{'type':'sequence','next_node':'end'"      \
    more ",'steps':[" steps "]},'end':{'type':'terminate'}}}}"


static size_t
t_order(const t_run_t *t, const char *type, size_t from)
{
    for (size_t i = from; i < t->turn.nevents; i++) {
        if (strcmp(t->turn.events[i].type, type) == 0) {
            return i;
        }
    }

    fail_msg("no %s in: %s", type, t->story);

    return 0;
}


static void
what_a_failed_run_did_is_undone_the_last_first(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, DOC("", SET("x", UNDO("x")) "," SET("y", UNDO("y")) "," FAIL,
                  ""));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_var(&t, "undone"), "[\"y\",\"x\"]");
    assert_string_equal(t_said(&t, "compensation_started", "reason"),
                        "failure");
    assert_int_equal(json_integer_value(json_object_get(
                         t_event(&t, "compensation_completed")->payload,
                         "succeeded")), 2);
    assert_true(t_order(&t, "compensation_completed", 0)
                < t_order(&t, "run_failed", 0));

    ckp_summary_t  sum;

    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.error_message, "no");
    t_run_over(&t);
}


static void
a_run_that_goes_well_undoes_nothing(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, DOC("", SET("x", UNDO("x")), ""));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "undone"), "[]");
    t_run_over(&t);
}


static void
on_failure_that_recovers_undoes_nothing(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, DOC("'on_failure':'end'", SET("x", UNDO("x")) "," FAIL, ""));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "undone"), "[]");
    t_run_over(&t);
}


static void
agents_undo_with_keys_and_retries_of_their_own(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, DOC("", "{'step_id':'pay','agent':'W','action':'charge',"
                  "'output_variable':'r','compensate':[{'step_id':'back',"
                  "'agent':'W','action':'refund','params':{'of':"
                  "'{{original.result}}'},'retry_config':{'max_attempts':2,"
                  "'strategy':'none'}}]}," FAIL, ""));
    t_admit(&t);
    t_ok(&t, json_string("R1"));
    assert_string_equal(t_status(&t), "running");
    assert_string_equal(t.key, "run:a/pay/undo/back");
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentUnavailable", "no");
    assert_string_equal(t.key, "run:a/pay/undo/back#1");
    t_admit(&t);
    assert_string_equal(ckp_json_str(json_object_get(json_object_get(
        t.turn.effects[0].body, "request"), "params"), "of"), "R1");
    t_ok(&t, json_string("ok"));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_said(&t, "compensation_step_completed",
                               "owner_path"), "a/pay");
    t_run_over(&t);
}


static void
one_that_fails_does_not_stop_the_others_unless_told_to(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, DOC("", SET("x", UNDO("x")) ","
                  SET("y", ",'compensate':" FAIL) "," FAIL, ""));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_var(&t, "undone"), "[\"x\"]");
    assert_string_equal(t_said(&t, "compensation_step_failed", "owner_path"),
                        "a/y");
    t_run_over(&t);

    t_run(&t, DOC("'compensation':{'stop_on_error':true}",
                  SET("x", UNDO("x")) ","
                  SET("y", ",'compensate':" FAIL) "," FAIL, ""));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_var(&t, "undone"), "[]");
    t_run_over(&t);
}


static void
a_cancel_undoes_only_when_told_to(void **state)
{
    static const char *const  configs[] = {
        DOC("", SET("x", UNDO("x")) ",{'step_id':'w','agent':'W','action':"
            "'do'}", ""),
        DOC("'compensation':{'on':['cancel']}", SET("x", UNDO("x"))
            ",{'step_id':'w','agent':'W','action':'do'}", "")
    };
    t_run_t                   t;

    (void) state;

    for (int i = 0; i < 2; i++) {
        t_run(&t, configs[i]);
        t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
        assert_string_equal(t_status(&t), "canceled");
        assert_string_equal(t_var(&t, "undone"), i == 0 ? "[]" : "[\"x\"]");
        t_run_over(&t);
    }
}


static void
owners_with_skip_when_are_passed_over(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, DOC("", SET("x", ",'skip_when':'original.result == x'"
                          UNDO("x")) "," SET("y", UNDO("y")) "," FAIL, ""));
    assert_string_equal(t_var(&t, "undone"), "[\"y\"]");
    t_run_over(&t);
}


static void
a_node_that_is_done_can_be_undone(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, "{'procedure_id':'p','version':'1','variables_schema':{'undone':"
          "{'type':'array','default':[]}},'workflow_graph':{'start_node':'a',"
          "'nodes':{'a':{'type':'processing','next_node':'b','operations':["
          "{'action':'set_variable','variable':'x','value':1}],'compensate':"
          "{'action':'append_to_array','array':'undone','value':"
          "'{{original.vars.x}}'}},'b':{'type':'processing','operations':["
          "{'action':'set_variable','variable':'x','value':2}," FAIL "]}}}}");
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_var(&t, "undone"), "[1]");
    t_run_over(&t);
}


static void
a_handler_undoes_what_its_node_did_and_lets_the_error_go_on(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, "{'procedure_id':'p','version':'1','variables_schema':{'undone':"
          "{'type':'array','default':[]}},'workflow_graph':{'start_node':'z',"
          "'nodes':{'z':{'type':'sequence','next_node':'a','steps':["
          SET("z", UNDO("z")) "]},'a':{'type':'sequence','on_error':'end',"
          "'error_handlers':[{'action':'compensate'}],'steps':["
          SET("x", UNDO("x")) "," FAIL "]},'end':{'type':'terminate'}}}}");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "undone"), "[\"x\"]");
    assert_true(t_order(&t, "compensation_completed", 0)
                < t_order(&t, "error_routed", 0));
    t_run_over(&t);
}


static void
terminate_may_undo_before_the_end(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, "{'procedure_id':'p','version':'1','variables_schema':{'undone':"
          "{'type':'array','default':[]}},'workflow_graph':{'start_node':'a',"
          "'nodes':{'a':{'type':'sequence','next_node':'b','steps':["
          SET("x", UNDO("x")) "]},'b':{'type':'terminate','status':'failed',"
          "'compensate':true,'message':'over'}}}}");
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_var(&t, "undone"), "[\"x\"]");

    ckp_summary_t  sum;

    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.error_message, "over");
    t_run_over(&t);
}


static void
what_was_undone_is_not_undone_again(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, DOC("", SET("x", UNDO("x")) ",{'step_id':'w','agent':'W',"
                  "'action':'do'}", ""));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_var(&t, "undone"), "[\"x\"]");
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "me"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_var(&t, "undone"), "[\"x\"]");
    t_run_over(&t);
}


static void
compensation_that_takes_too_long_is_given_up(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, DOC("'compensation':{'timeout_ms':50}", SET("x",
                  ",'compensate':{'agent':'W','action':'slow'}") "," FAIL,
                  ""));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 50);
    t_tick(&t);
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_run_over(&t);
}


static void
a_dag_that_rolls_back_undoes_its_completed_tasks(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, "{'procedure_id':'p','version':'1','variables_schema':{'undone':"
          "{'type':'array','default':[]}},'workflow_graph':{'start_node':'z',"
          "'nodes':{'z':{'type':'sequence','next_node':'d','steps':["
          SET("z", UNDO("z")) "]},'d':{'type':'dag','on_error':'rollback',"
          "'error_handlers':[{'action':'goto','fallback_node':'end'}],"
          "'tasks':[{'task_id':'a','step':" SET("x", UNDO("x")) "},"
          "{'task_id':'b','depends_on':['a'],'compensate':{'action':"
          "'append_to_array','array':'undone','value':'b'},'step':{'action':"
          "'noop'}},{'task_id':'c','depends_on':['b'],'step':" FAIL "}]},"
          "'end':{'type':'terminate'}}}}");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "undone"), "[\"b\",\"x\"]");
    t_run_over(&t);
}


static void
wrong_compensations_are_told(void **state)
{
    t_doc_t  d;

    (void) state;

    t_doc(&d, DOC("'compensation':{'on':['sunday']}",
                  SET("x", ",'compensate':7"), ""));
    assert_null(d.prog);
    t_says(&d, "CKP015", "/workflow_graph/nodes/a/steps/0/compensate");
    t_says(&d, "CKP302", "/global_config/compensation/on/0");
    t_doc_free(&d);

    t_doc(&d, DOC("", SET("x", ",'compensate':[{'params':{}}]"), ""));
    t_says(&d, "CKP411", "/workflow_graph/nodes/a/steps/0/compensate/0");
    t_doc_free(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_a_failed_run_did_is_undone_the_last_first),
        cmocka_unit_test(a_run_that_goes_well_undoes_nothing),
        cmocka_unit_test(on_failure_that_recovers_undoes_nothing),
        cmocka_unit_test(agents_undo_with_keys_and_retries_of_their_own),
        cmocka_unit_test(
            one_that_fails_does_not_stop_the_others_unless_told_to),
        cmocka_unit_test(a_cancel_undoes_only_when_told_to),
        cmocka_unit_test(owners_with_skip_when_are_passed_over),
        cmocka_unit_test(a_node_that_is_done_can_be_undone),
        cmocka_unit_test(
            a_handler_undoes_what_its_node_did_and_lets_the_error_go_on),
        cmocka_unit_test(terminate_may_undo_before_the_end),
        cmocka_unit_test(what_was_undone_is_not_undone_again),
        cmocka_unit_test(compensation_that_takes_too_long_is_given_up),
        cmocka_unit_test(a_dag_that_rolls_back_undoes_its_completed_tasks),
        cmocka_unit_test(wrong_compensations_are_told)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
