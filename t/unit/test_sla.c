/*
 * Tests: agreements about time.  Each states a sentence of spec/ckp.md 18.
 */

#include "drive.h"

#define WORK(sla, more)                                                       \
    "{'procedure_id':'p','version':'1'" more ",'workflow_graph':{"            \
    "'start_node':'a','nodes':{'a':{'type':'sequence','agent':'W',"           \
    "'next_node':'end','on_error':{'Never':'help'},"                          \
    "'sla':" sla ",'steps':[{'step_id':'s','action':'do',"                    \
    "'timeout_ms':5000}]},'help':{'type':'terminate','outputs':{'why':"       \
    "'{{error.type}}'}},'end':{'type':'terminate'}}}}"


static void
a_breach_is_told_when_it_happens_and_once(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, WORK("{'max_duration_ms':100,'notify':true}", ""));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 100);
    t_tick(&t);
    assert_string_equal(t.story, "sla_breached");
    assert_string_equal(t_said(&t, "sla_breached", "on_breach"), "warn");
    assert_int_equal(t_count(&t, CKP_FX_NOTIFY), 1);

    /* the step's own deadline stands behind it */

    assert_int_equal(t.turn.wake_at_ms, t.now + 4900);
    t.now += 50;
    t_ok(&t, json_string("x"));
    assert_non_null(strstr(t.story, "sla_resolved"));
    assert_int_equal(json_integer_value(json_object_get(
                         t_event(&t, "sla_resolved")->payload,
                         "actual_duration_ms")), 150);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
what_is_done_in_time_is_not_told(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, WORK("{'max_duration_ms':100}", ""));
    t_admit(&t);
    t.now += 99;
    t_ok(&t, json_string("x"));
    assert_null(strstr(t.story, "sla_"));
    t_run_over(&t);
}


static void
fail_aborts_the_node(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, WORK("{'max_duration_ms':100,'on_breach':'fail'}", ""));
    t_admit(&t);
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_string_equal(t_status(&t), "failed");

    ckp_summary_t  sum;

    ckp_run_summary(t.run, &sum);
    assert_string_equal(ckp_json_str(sum.error, "type"), "SlaBreached");
    t_run_over(&t);
}


static void
escalate_finishes_first_or_goes_at_once(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, WORK("{'max_duration_ms':100,'on_breach':'escalate',"
                   "'escalation_handler':'help'}", ""));
    t_admit(&t);
    t_tick(&t);
    assert_string_equal(t_status(&t), "running");
    t_ok(&t, json_string("x"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "why"), "\"SlaBreached\"");
    t_run_over(&t);

    t_run(&t, WORK("{'max_duration_ms':100,'on_breach':'escalate',"
                   "'escalation_handler':'help','escalate_immediately':true}",
                   ""));
    t_admit(&t);
    t_tick(&t);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "why"), "\"SlaBreached\"");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_run_over(&t);
}


static void
a_run_has_an_agreement_of_its_own(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, WORK("null", ",'global_config':{'sla':{'max_duration_ms':70}}"));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 70);
    t_tick(&t);
    assert_string_equal(t.story, "sla_breached");
    t_ok(&t, json_string("x"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, WORK("null", ",'global_config':{'sla':{'max_duration_ms':70,"
                   "'on_breach':'fail'}}"));
    t_admit(&t);
    t_tick(&t);
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_run_over(&t);
}


static void
an_escalation_to_nobody_only_warns(void **state)
{
    t_doc_t  d;

    (void) state;

    t_doc(&d, WORK("{'max_duration_ms':1,'on_breach':'escalate'}", ""));
    t_says(&d, "CKP431", "/workflow_graph/nodes/a/sla");
    assert_non_null(d.prog);
    t_doc_free(&d);

    t_doc(&d, WORK("{'max_duration_ms':1,'on_breach':'shout'}", ""));
    t_says(&d, "CKP432", "/workflow_graph/nodes/a/sla/on_breach");
    t_doc_free(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_breach_is_told_when_it_happens_and_once),
        cmocka_unit_test(what_is_done_in_time_is_not_told),
        cmocka_unit_test(fail_aborts_the_node),
        cmocka_unit_test(escalate_finishes_first_or_goes_at_once),
        cmocka_unit_test(a_run_has_an_agreement_of_its_own),
        cmocka_unit_test(an_escalation_to_nobody_only_warns)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
