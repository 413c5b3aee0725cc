/*
 * dag: tasks that fail, wait or are run again (spec/ckp.md 11.5, 16, 31.2).
 */

#include "dag.h"


/* --- failures ---------------------------------------------------------------------- */


static void
a_failure_lets_running_tasks_finish_and_starts_no_more(void **state)
{
    t_run_t        t;
    ckp_summary_t  sum;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_FAIL("b", "") ","
                    T_SET("c", ",'depends_on':['a']") ","
                    T_SET("d", ",'depends_on':['b'],'trigger_rule':'always'"),
                    ""));
    assert_string_equal(tasks(&t), "started:a started:b failed:b");
    assert_string_equal(t_status(&t), "running");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:a");
    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.status, "failed");
    assert_string_equal(ckp_json_str(sum.error, "type"), "TaskFailed");
    assert_string_equal(ckp_json_str(sum.error, "task_id"), "b");
    assert_string_equal(ckp_json_str(json_object_get(sum.error, "cause"),
                                     "message"), "no");
    t_run_over(&t);
}


static void
a_failure_may_cancel_what_runs(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_CALL("b", ""),
                    ",'cancel_running_on_fail':true"));
    take(&t, 1);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "broken");
    assert_string_equal(tasks(&t), "failed:b canceled:a");
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);

    t_run(&t, T_DAG(T_CALL("a", "") "," T_CALL("b", ",'on_error':'rollback'"),
                    ""));
    take(&t, 1);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "broken");
    assert_string_equal(tasks(&t), "failed:b canceled:a");
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
handlers_of_the_node_see_a_failed_task(void **state)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("main", "'main':{'type':'dag','next_node':'end','tasks':["
          T_FAIL("a", "") "],'error_handlers':[{'error_type':'TaskFailed',"
          "'action':'goto','fallback_node':'other'}]},'other':{'type':"
          "'sequence','next_node':'end','steps':[{'action':'set_variable',"
          "'variable':'why','value':'{{error.cause.type}}'}]}," T_END, ""));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "why"), "\"ProcedureFailure\"");
    t_run_over(&t);
}


static void
handlers_of_a_task_belong_to_its_body(void **state)
{
    runs(T_DAG(T_FAIL("a", ",'error_handlers':[{'action':'ignore'}]") ","
               T_SET("b", ",'depends_on':['a']"), ""),
         "completed", "started:a completed:a started:b completed:b");
}


static void
inputs_that_cannot_be_made_fail_the_task(void **state)
{
    runs(T_DAG("{'task_id':'a','inputs':{'x':'{{= 1 / 0 }}'},'noop':true,"
               "'on_error':'continue'}", ""),
         "completed", "failed:a");
}


/* --- once more ----------------------------------------------------------------------- */


static void
steps_of_a_task_are_tried_again_by_its_policy(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_CALL("a", ",'retry':{'max_attempts':2,'base_delay_ms':"
                           "50}"), ",'output_variable':'r'"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentUnavailable", "gone");
    assert_string_equal(tasks(&t), "retry:a waiting:a/retry");
    ev = t_event(&t, "task_retry");
    assert_int_equal(ckp_json_int(ev->payload, "attempt", 0), 2);
    assert_int_equal(ckp_json_int(ev->payload, "max_attempts", 0), 2);
    assert_int_equal(ckp_json_int(ev->payload, "delay_ms", 0), 50);
    t_tick(&t);
    t_admit(&t);
    t_ok(&t, json_string("done"));
    ev = t_event(&t, "task_completed");
    assert_int_equal(ckp_json_int(ev->payload, "attempts", 0), 2);
    assert_string_equal(t_var(&t, "r"), "\"done\"");
    t_run_over(&t);
}


static void
without_a_policy_a_step_is_not_tried_again(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", ""), ""));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentUnavailable", "gone");
    assert_string_equal(tasks(&t), "failed:a");
    t_run_over(&t);

    t_run(&t, T_DAG(T_CALL("a", ""), ",'max_retries':1"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentUnavailable", "gone");
    assert_string_equal(tasks(&t), "retry:a waiting:a/retry");
    t_run_over(&t);
}


static void
other_bodies_begin_again_as_a_whole(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_VALUE("a", "1 / n", ",'retry':{'max_attempts':3,"
                            "'base_delay_ms':20,'strategy':'fixed',"
                            "'retryable_errors':['ExpressionError']}"),
                    ",'output_variable':'r'"));
    assert_string_equal(tasks(&t), "started:a retry:a waiting:a/retry");
    assert_int_equal(t.turn.wake_at_ms, t.now + 20);
    t_tick(&t);
    assert_string_equal(tasks(&t), "retry:a waiting:a/retry");
    assert_non_null(strstr(t_event(&t, "node_started")->path, "t:a#2"));
    t_tick(&t);
    assert_string_equal(tasks(&t), "failed:a");
    assert_int_equal(ckp_json_int(t_event(&t, "task_failed")->payload,
                                  "attempts", 0), 3);
    t_run_over(&t);
}


static void
a_fallback_stands_in_for_what_failed(void **state)
{
    static const char  doc[] = T_DAG(
        T_FAIL("a", ",'fallback_task':'plan-b','output_variable':'r'") ","
        T_VALUE("plan-b", "\\'b for \\' + error.type", "") ","
        T_VALUE("c", "tasks.a.output + \\'!\\'", ",'depends_on':['a'],"
                "'output_variable':'c'"), "");

    runs(doc, "completed", "started:a fallback:a started:plan-b "
         "completed:plan-b completed:a started:c completed:c");
    assert_string_equal(variable(doc, "r"), "\"b for ProcedureFailure\"");
    assert_string_equal(variable(doc, "c"), "\"b for ProcedureFailure!\"");
}


static void
a_fallback_that_nobody_needs_is_skipped(void **state)
{
    runs(T_DAG(T_SET("a", ",'fallback_task':'b'") "," T_SET("b", "") ","
               T_SET("c", ",'depends_on':['b'],'trigger_rule':'always'"), ""),
         "completed", "started:a completed:a skipped:b/fallback_not_needed "
         "started:c completed:c");
}


static void
a_fallback_that_fails_leaves_the_first_error(void **state)
{
    t_run_t        t;
    ckp_summary_t  sum;

    t_run(&t, T_DAG(T_VALUE("a", "1 / 0", ",'fallback_task':'b'") ","
                    T_FAIL("b", ""), ""));
    assert_string_equal(tasks(&t), "started:a fallback:a started:b failed:b "
                        "failed:a");
    ckp_run_summary(t.run, &sum);
    assert_string_equal(ckp_json_str(json_object_get(sum.error, "cause"),
                                     "type"), "ExpressionError");
    t_run_over(&t);
}


static void
one_fallback_may_stand_in_for_several(void **state)
{
    runs(T_DAG(T_FAIL("a", ",'fallback_task':'z'") ","
               T_FAIL("b", ",'fallback_task':'z'") "," T_SET("z", ""), ""),
         "completed", "started:a started:b fallback:a started:z fallback:b "
         "started:z completed:z completed:a completed:z completed:b");
}


/* --- people ------------------------------------------------------------------------------ */


#define T_ASK(id, more)                                                       \
    "{'task_id':'" id "','approval':{'prompt':'Ok?'" more "}}"


static void
decide(t_run_t *t, const char *decision)
{
    char  id[64];

    snprintf(id, sizeof(id), "%s", t_said(t, "approval_requested",
                                          "approval_id"));
    t_feed(t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:s}", "decision", decision, "decided_by", "ann"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
an_approval_suspends_its_task_alone(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_ASK("ask", "") "," T_SET("b", "") ","
                    T_VALUE("c", "tasks.ask.output.decided_by",
                            ",'depends_on':['ask'],'output_variable':'who'"),
                    ""));
    assert_string_equal(tasks(&t), "started:ask started:b "
                        "waiting:ask/approval completed:b");
    ev = t_event(&t, "approval_requested");
    assert_string_equal(ev->node_id, "ask");
    assert_string_equal(t_status(&t), "waiting_approval");
    decide(&t, "approved");
    assert_string_equal(tasks(&t), "completed:ask started:c completed:c");
    assert_string_equal(t_var(&t, "who"), "\"ann\"");
    t_run_over(&t);
}


static void
a_rejection_fails_the_task_unless_it_may_go_on(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG("{'task_id':'ask','on_error':'continue','approval':{"
                    "'prompt':'Ok?'}}," T_VALUE("b",
                    "tasks.ask.output.decision", ",'depends_on':[{'task':"
                    "'ask','on':'failure'}],'output_variable':'r'"), ""));
    decide(&t, "rejected");
    assert_string_equal(tasks(&t), "failed:ask started:b completed:b");
    assert_string_equal(t_var(&t, "r"), "\"rejected\"");
    t_run_over(&t);

    t_run(&t, T_DAG(T_ASK("ask", ",'on_reject':'continue'"),
                    ",'output_variable':'r'"));
    decide(&t, "rejected");
    assert_string_equal(tasks(&t), "completed:ask");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* --- after the end, and after a crash -------------------------------------------------- */


static void
again(t_run_t *t)
{
    t_feed(t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "ann"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
a_retry_of_the_run_keeps_what_was_completed(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_SET("a", "") "," T_CALL("b", ",'depends_on':['a']") ","
                    T_SET("c", ",'depends_on':['b']") ","
                    T_CALL("d", ",'depends_on':['a']"),
                    ",'cancel_running_on_fail':true"));
    assert_string_equal(tasks(&t), "started:a completed:a started:b "
                        "started:d");
    take(&t, 0);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "broken");
    assert_string_equal(t_status(&t), "failed");

    again(&t);
    assert_null(strstr(tasks(&t), ":a"));
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 2);
    assert_string_equal(t_status(&t), "running");
    take(&t, 0);
    t_admit(&t);
    t_ok(&t, json_object());
    assert_non_null(strstr(tasks(&t), "completed:b"));
    assert_non_null(strstr(tasks(&t), "completed:c"));
    assert_string_equal(t_status(&t), "running");
    t_run_over(&t);
}


static void
a_retry_runs_again_what_failed_long_before_the_end(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_VALUE("b", "1 / 0", "") ","
                    T_SET("c", ",'depends_on':['a','b']"), ""));
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(t_status(&t), "failed");
    again(&t);
    assert_string_equal(tasks(&t), "started:b failed:b");
    assert_non_null(strstr(t.story, "run_failed"));
    t_run_over(&t);
}


/* The state alone is enough to go on. */
static void
a_run_that_was_loaded_goes_on(void **state)
{
    t_run_t     t;
    json_t     *saved;
    ckp_run_t  *other;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_SET("b", ",'depends_on':['a']"),
                    ""));
    t_admit(&t);
    saved = ckp_run_save(t.run);
    other = ckp_run_load(t.d.prog, "run", saved, &t.err);
    assert_non_null(other);
    ckp_run_free(t.run);
    t.run = other;
    json_decref(saved);

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", json_pack("{s:b}", "crash",
                                                             1));
    assert_int_equal(t.rc, CKP_OK);

    if (t_count(&t, CKP_FX_ADMIT) > 0) {
        t_admit(&t);
    }

    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:a started:b completed:b");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
a_dag_in_a_loop_begins_anew_each_time(void **state)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("l", "'l':{'type':'loop','iterator':3,'body_node':'d',"
          "'next_node':'end'},'d':{'type':'dag','tasks':["
          T_VALUE("a", "item + 1", ",'output_variable':'x'") ","
          T_VALUE("b", "x * 10", ",'depends_on':['a'],'output_variable':'y'")
          "]}," T_END, ",'variables_schema':{'x':{},'y':{}}"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "y"), "30");
    t_run_over(&t);
}


static void
the_time_of_a_dag_may_be_over(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", ""), ",'timeout_ms':1000"));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 1000);
    t_tick(&t);
    assert_non_null(strstr(t.story, "node_timeout"));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            a_failure_lets_running_tasks_finish_and_starts_no_more),
        cmocka_unit_test(a_failure_may_cancel_what_runs),
        cmocka_unit_test(handlers_of_the_node_see_a_failed_task),
        cmocka_unit_test(handlers_of_a_task_belong_to_its_body),
        cmocka_unit_test(inputs_that_cannot_be_made_fail_the_task),
        cmocka_unit_test(steps_of_a_task_are_tried_again_by_its_policy),
        cmocka_unit_test(without_a_policy_a_step_is_not_tried_again),
        cmocka_unit_test(other_bodies_begin_again_as_a_whole),
        cmocka_unit_test(a_fallback_stands_in_for_what_failed),
        cmocka_unit_test(a_fallback_that_nobody_needs_is_skipped),
        cmocka_unit_test(a_fallback_that_fails_leaves_the_first_error),
        cmocka_unit_test(one_fallback_may_stand_in_for_several),
        cmocka_unit_test(an_approval_suspends_its_task_alone),
        cmocka_unit_test(a_rejection_fails_the_task_unless_it_may_go_on),
        cmocka_unit_test(a_retry_of_the_run_keeps_what_was_completed),
        cmocka_unit_test(a_retry_runs_again_what_failed_long_before_the_end),
        cmocka_unit_test(a_run_that_was_loaded_goes_on),
        cmocka_unit_test(a_dag_in_a_loop_begins_anew_each_time),
        cmocka_unit_test(the_time_of_a_dag_may_be_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
