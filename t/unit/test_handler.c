/* Error handlers, ways out of nodes, and what a failing run does last. */

#include "drive.h"

#define NODE(handlers)                                                        \
    T_GRAPH("a",                                                              \
        "'a':{'type':'sequence','agent':'W','next_node':'x','steps':["        \
        "{'step_id':'s','action':'work','output_variable':'r'},"              \
        "{'step_id':'t','action':'more'}]," handlers "},"                     \
        "'b':{'type':'sequence','agent':'W','next_node':'end','steps':["      \
        "{'step_id':'s','action':'rescue','params':"                          \
        "{'why':'{{error.message}}'}}]},"                                     \
        "'x':{'type':'logic','rules':[{'condition':'1 == 2','next_node':"     \
        "'b'}],'default_next_node':'end'}," T_END,                            \
        ",'global_config':{'max_retries':0}")


static void
t_fails(t_run_t *t, const char *text)
{
    t_run(t, text);
    t_admit(t);
    t_failed(t, CKP_OUTCOME_FAILED, "AgentActionError", "Boom: it broke");
}


static const char *
t_action(const t_run_t *t)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        if (t->turn.effects[i].kind == CKP_FX_ADMIT) {
            return ckp_json_str(t->turn.effects[i].body, "action");
        }
    }

    return "";
}


static void
test_ignore_gives_the_default_and_goes_on(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':[{'error_type':'Other','action':"
                     "'fail'},{'action':'ignore','default_output':[1]}]"));
    assert_string_equal(t.story, "step_failed step_started");
    assert_string_equal(t_action(&t), "more");
    assert_string_equal(t_var(&t, "r"), "[1]");
    t_run_over(&t);
}


static void
test_log_goes_on_and_leaves_the_variable_unbound(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':[{'action':'log'}]"));
    assert_string_equal(t.story, "step_failed log step_started");
    assert_string_equal(t_said(&t, "log", "level"), "ERROR");
    t_run_over(&t);
}


static void
test_goto_takes_the_other_way_with_the_error_bound(void **ctx)
{
    t_run_t        t;
    const json_t  *rq;

    t_fails(&t, NODE("'error_handlers':[{'action':'goto',"
                     "'fallback_node':'b'}]"));
    assert_string_equal(t.story, "step_failed node_error node_started "
                        "step_started");
    assert_string_equal(t_said(&t, "node_error", "handled_by"), "goto");
    t_admit(&t);
    rq = json_object_get(t.turn.effects[0].body, "request");
    assert_string_equal(ckp_json_str(json_object_get(rq, "params"), "why"),
                        "Boom: it broke");
    t_run_over(&t);
}


static void
test_retry_has_a_counter_of_its_own(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':[{'action':'retry','max_retries':2,"
                     "'delay_ms':10,'fallback_node':'b'}]"));

    for (int i = 1; i <= 2; i++) {
        assert_string_equal(t.story, "step_failed step_retry");
        assert_int_equal(t.turn.wake_at_ms, t.now + 10);
        t_tick(&t);
        assert_string_equal(t_action(&t), "work");
        assert_int_equal(t.turn.events[0].attempt, i + 1);
        t_admit(&t);
        t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "again");
    }

    assert_non_null(strstr(t.story, "node_error"));
    assert_string_equal(t_action(&t), "rescue");
    t_run_over(&t);
}


static void
test_the_first_handler_that_matches_acts_alone(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':["
                     "{'trigger':{'error_code':'E1'},'action':'ignore'},"
                     "{'trigger':{'error_text_contains':['IT BROKE']},"
                     "'condition':'{{error.attempt}} == 1','action':'goto',"
                     "'fallback_node':'b'},"
                     "{'action':'ignore'}]"));
    assert_string_equal(t_action(&t), "rescue");
    t_run_over(&t);
}


static void
test_recovery_steps_come_before_the_action(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':[{'recovery_steps':["
                     "{'step_id':'fix','action':'fixer'}],"
                     "'recovery_strategy':'continue'}]"));
    assert_string_equal(t.story, "step_failed step_started");
    assert_string_equal(t_action(&t), "fixer");
    assert_string_equal(t.key, "run:a:fix");
    t_admit(&t);
    t_ok(&t, json_null());
    assert_string_equal(t.story, "step_completed step_started");
    assert_string_equal(t_action(&t), "more");
    t_run_over(&t);
}


static void
test_a_recovery_step_that_fails_is_told_and_no_more(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':[{'recovery_steps':["
                     "{'step_id':'fix','action':'fixer'}],"
                     "'action':'ignore'}]"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no fix");
    assert_string_equal(t.story, "recovery_step_failed step_started");
    assert_string_equal(t_action(&t), "more");
    t_run_over(&t);
}


static void
test_a_required_recovery_that_fails_lets_the_error_out(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':[{'recovery_steps':["
                     "{'step_id':'fix','action':'fixer'}],"
                     "'recovery_required':true,'action':'ignore'}]"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no fix");
    assert_string_equal(t.story, "recovery_step_failed node_error "
                        "run_failed");
    assert_string_equal(t_said(&t, "run_failed", "error"), "Boom: it broke");
    t_run_over(&t);
}


static void
test_retry_node_begins_again_as_another_visit(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':[{'recovery_strategy':'retry_node',"
                     "'recovery_steps':[{'step_id':'fix','action':'log',"
                     "'message':'x'}],'max_retries':1}]"));
    assert_non_null(strstr(t.story, "node_error node_started step_started"));
    assert_string_equal(t.key, "run:a#2/s");
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "twice");
    assert_non_null(strstr(t.story, "run_failed"));
    t_run_over(&t);
}


static void
test_on_error_takes_the_most_specific_way(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'on_error':{'*':'end','Boom':'end',"
                     "'AgentActionError':'b'}"));
    assert_string_equal(t.story, "step_failed node_error error_routed "
                        "node_started step_started");
    assert_string_equal(t_said(&t, "error_routed", "to"), "b");
    assert_string_equal(t_said(&t, "node_error", "handled_by"), "on_error");
    t_run_over(&t);
}


static void
test_escalation_tells_the_host(void **ctx)
{
    t_run_t  t;

    t_fails(&t, NODE("'error_handlers':[{'action':'escalate',"
                     "'notify_on_error':true,'fallback_node':'end'}]"));
    assert_int_equal(t_count(&t, CKP_FX_NOTIFY), 2);
    assert_non_null(strstr(t.story,
                           "step_error_notification error_escalated"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static const char *const  rescued = T_GRAPH("a",
    "'a':{'type':'sequence','agent':'W','next_node':'end','steps':["
    "{'step_id':'s','action':'work'}]},"
    "'f':{'type':'sequence','agent':'W','next_node':'end','steps':["
    "{'step_id':'s','action':'rescue'}]}," T_END,
    ",'global_config':{'max_retries':0,'on_failure':'f'}");


static void
test_on_failure_may_complete_the_run(void **ctx)
{
    t_run_t  t;

    t_fails(&t, rescued);
    assert_string_equal(t.story, "step_failed node_error on_failure_invoked "
                        "node_started step_started");
    t_admit(&t);
    t_ok(&t, json_null());
    assert_string_equal(t_said(&t, "run_completed", "recovered_via"), "f");
    t_run_over(&t);
}


static void
test_on_failure_that_fails_leaves_the_first_error(void **ctx)
{
    t_run_t  t;

    t_fails(&t, rescued);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "second");
    assert_string_equal(t_said(&t, "run_failed", "error"), "Boom: it broke");
    assert_string_equal(t_said(&t, "run_failed", "on_failure_error"),
                        "second");
    t_run_over(&t);
}


static void
a_steps_own_on_error_goes_before_its_nodes(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
          "'end','on_error':'other','steps':[{'step_id':'s','action':'do',"
          "'on_error':{'Moody':'mine'}}]},'mine':{'type':'terminate',"
          "'outputs':{'at':'mine'}},'other':{'type':'terminate','outputs':{"
          "'at':'other'}}," T_END, ""));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "Moody", "no");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "at"), "\"mine\"");
    t_run_over(&t);

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
          "'end','on_error':'other','steps':[{'step_id':'s','action':'do',"
          "'on_error':{'Moody':'mine'}}]},'mine':{'type':'terminate',"
          "'outputs':{'at':'mine'}},'other':{'type':'terminate','outputs':{"
          "'at':'other'}}," T_END, ""));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "Tired", "no");
    assert_string_equal(t_var(&t, "at"), "\"other\"");
    t_run_over(&t);
}


/* --- the node's time is over while somebody else is at work in it ------------ */

#define LATE(handlers)                                                        \
    T_GRAPH("a",                                                              \
        "'a':{'type':'sequence','agent':'W','next_node':'end','timeout_ms':"  \
        "200,'steps':[{'step_id':'s','action':'work'},{'step_id':'t',"        \
        "'action':'more'}],'error_handlers':[" handlers "]}," T_END,          \
        ",'global_config':{'max_retries':0}")


/* `s` is done, `t` has failed, and what a handler does about it is out. */

static void
t_recovers(t_run_t *t, const char *text)
{
    t_run(t, text);
    t_admit(t);
    t_ok(t, json_object());
    t_admit(t);
    t_failed(t, CKP_OUTCOME_FAILED, "AgentActionError", "Boom: it broke");
    t_admit(t);
    assert_int_equal(t_count(t, CKP_FX_CALL), 1);
    t->now += 200;
    t_tick(t);
    assert_non_null(strstr(t->story, "node_timeout"));
}


/* The step that failed is made once more, and none before it. */

static void
t_goes_on_at_the_second(t_run_t *t)
{
    assert_string_equal(t_status(t), "failed");
    t_feed(t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    assert_int_equal(t->rc, CKP_OK);
    assert_string_equal(t_action(t), "more");
    t_admit(t);
    assert_string_equal(t->key, "run:a:t#1");
    t_ok(t, json_object());
    assert_string_equal(t_status(t), "completed");
}


static void
a_recovery_that_is_too_late_leaves_the_node_where_it_was(void **state)
{
    t_run_t  t;

    (void) state;

    /* its error is nobody's */

    t_recovers(&t, LATE("{'error_type':'AgentActionError','recovery_steps':["
               "{'step_id':'fix','action':'mend'}],'action':'fail'}"));
    t_goes_on_at_the_second(&t);
    t_run_over(&t);

    /* another handler has recovery steps, too */

    t_recovers(&t, LATE("{'recovery_steps':[{'step_id':'fix','action':'mend'}]"
               ",'action':'fail'}"));
    t_admit(&t);
    t_ok(&t, json_object());
    t_goes_on_at_the_second(&t);
    t_run_over(&t);

    /* and it makes the node again */

    t_recovers(&t, LATE("{'error_type':'AgentActionError','recovery_steps':["
               "{'step_id':'fix','action':'mend'}],'action':'fail'},{"
               "'error_type':'TimeoutError','recovery_strategy':'retry_node',"
               "'max_retries':1}"));
    assert_string_equal(t_action(&t), "work");
    t_run_over(&t);
}


static void
a_node_that_is_late_in_its_validation_is_validated_again(void **state)
{
    t_run_t  t;

    (void) state;
    t_run(&t, T_GRAPH("a",
        "'a':{'type':'sequence','agent':'W','next_node':'end','timeout_ms':"
        "200,'steps':[{'step_id':'s','action':'work'},{'step_id':'t',"
        "'action':'more'}],'validations':[{'id':'v','check':'element_exists',"
        "'target':'#t'}],'error_handlers':[{'recovery_steps':[{'step_id':"
        "'fix','action':'mend'}],'action':'fail'}]}," T_END,
        ",'global_config':{'max_retries':0}"));
    t_admit(&t);
    t_ok(&t, json_object());
    t_admit(&t);
    t_ok(&t, json_object());
    t_admit(&t);
    t.now += 200;
    t_tick(&t);
    assert_string_equal(t_action(&t), "mend");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(t_status(&t), "failed");
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    assert_string_equal(t_action(&t), "wait_for_element");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_ignore_gives_the_default_and_goes_on),
        cmocka_unit_test(test_log_goes_on_and_leaves_the_variable_unbound),
        cmocka_unit_test(test_goto_takes_the_other_way_with_the_error_bound),
        cmocka_unit_test(test_retry_has_a_counter_of_its_own),
        cmocka_unit_test(test_the_first_handler_that_matches_acts_alone),
        cmocka_unit_test(test_recovery_steps_come_before_the_action),
        cmocka_unit_test(test_a_recovery_step_that_fails_is_told_and_no_more),
        cmocka_unit_test(
            test_a_required_recovery_that_fails_lets_the_error_out),
        cmocka_unit_test(test_retry_node_begins_again_as_another_visit),
        cmocka_unit_test(test_on_error_takes_the_most_specific_way),
        cmocka_unit_test(test_escalation_tells_the_host),
        cmocka_unit_test(test_on_failure_may_complete_the_run),
        cmocka_unit_test(test_on_failure_that_fails_leaves_the_first_error),
        cmocka_unit_test(a_steps_own_on_error_goes_before_its_nodes),
        cmocka_unit_test(
            a_recovery_that_is_too_late_leaves_the_node_where_it_was),
        cmocka_unit_test(
            a_node_that_is_late_in_its_validation_is_validated_again)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
