/* Test doubles of steps: overrides, dry runs, mocks. */

#include "drive.h"

#define WITH(step, config)                                                    \
    T_GRAPH("a", T_SEQ(step) "," T_END, ",'global_config':{" config "}")


static void
test_the_longest_key_wins(void **ctx)
{
    static const struct {
        const char  *overrides;
        const char  *value;
    } cases[] = {
        { "'s':1", "1" },
        { "'s':1,'a.s':2", "2" },
        { "'s':1,'a.s':2,'a/s':3", "3" }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t  t;
        char     text[1024];

        snprintf(text, sizeof(text), "{'procedure_id':'p','version':'1',"
                 "'global_config':{'test_data_overrides':{%s}},"
                 "'workflow_graph':{'start_node':'a','nodes':{'a':{'type':"
                 "'sequence','agent':'W','steps':[{'step_id':'s','action':"
                 "'work','output_variable':'r'}]}}}}", cases[i].overrides);
        t_run(&t, text);
        assert_string_equal(t_var(&t, "r"), cases[i].value);
        assert_string_equal(t_said(&t, "step_test_override_applied",
                                   "step_id"), "s");
        assert_int_equal(t_count(&t, CKP_FX_ADMIT), 0);
        assert_string_equal(t_status(&t), "completed");
        t_run_over(&t);
    }
}


static void
test_an_override_goes_before_all_else(void **ctx)
{
    t_run_t  t;

    t_run(&t, WITH("{'step_id':'s','action':'work','output_variable':'r'},"
                   "{'step_id':'l','action':'log','message':'x',"
                   "'output_variable':'q'}",
                   "'mock_external_calls':true,'execution_mode':'dry_run',"
                   "'test_data_overrides':{'s':{'a':1},'l':null}"));
    assert_string_equal(t_var(&t, "r"), "{\"a\":1}");
    assert_null(strstr(t.story, "log"));
    assert_string_equal(t_var(&t, "q"), "");
    t_run_over(&t);
}


static void
test_an_error_is_raised_and_retried(void **ctx)
{
    t_run_t  t;

    t_run(&t, WITH("{'step_id':'s','action':'work','output_variable':'r',"
                   "'retry_policy':{'max_attempts':3,'base_delay_ms':0}}",
                   "'test_data_overrides':{'s':{'__sequence__':["
                   "{'__error__':{'type':'Busy','message':'later',"
                   "'retryable':true}},{'__error__':'again'},5,6]}}"));
    assert_string_equal(t_said(&t, "step_retry", "error_type"), "Busy");
    assert_string_equal(t_var(&t, "r"), "5");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_the_last_of_a_sequence_repeats(void **ctx)
{
    t_run_t  t;

    t_run(&t, WITH("{'step_id':'s','action':'work','retry_policy':"
                   "{'max_attempts':4,'base_delay_ms':0}}",
                   "'test_data_overrides':{'s':{'__sequence__':["
                   "{'__error__':{'retryable':true,'message':'a'}},"
                   "{'__error__':{'retryable':true,'message':'b'}}]}}"));
    assert_string_equal(t_said(&t, "run_failed", "error"), "b");
    assert_int_equal(ckp_json_int(t_event(&t, "step_failed")->payload,
                                  "attempts", 0), 4);
    t_run_over(&t);
}


static void
test_a_delay_is_time_that_is_kept(void **ctx)
{
    t_run_t  t;

    t_run(&t, WITH("{'step_id':'s','action':'work','output_variable':'r'}",
                   "'test_data_overrides':{'s':{'__delay_ms__':250,"
                   "'value':[1]}}"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 250);
    assert_true(t.turn.idle);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    t_tick(&t);
    assert_string_equal(t_var(&t, "r"), "[1]");
    t_run_over(&t);
}


static void
test_an_error_may_come_late(void **ctx)
{
    t_run_t  t;

    t_run(&t, WITH("{'step_id':'s','action':'log','message':'x'}",
                   "'test_data_overrides':{'s':{'__delay_ms__':250,'value':"
                   "{'__error__':{'type':'Late','message':'too'}}}}"));
    t_tick(&t);
    assert_string_equal(t_said(&t, "run_failed", "error_type"), "Late");
    t_run_over(&t);
}


static void
test_a_dry_run_does_what_is_ours_and_nothing_else(void **ctx)
{
    t_run_t  t;

    t_run(&t, WITH("{'step_id':'s','action':'work','output_variable':'r',"
                   "'wait_ms':5000},{'step_id':'h','agent':'MasterAgent',"
                   "'action':'http_request','url':'http://x/',"
                   "'output_variable':'h'},{'step_id':'v','action':"
                   "'set_variable','variable':'v','value':1}",
                   "'execution_mode':'dry_run','test_data_overrides':{'x':{"
                   "'__delay_ms__':9000,'value':1}}"));
    assert_string_equal(t_said(&t, "dry_run_step_skipped", "binding"),
                        "agent_http");
    assert_string_equal(t_said(&t, "dry_run_step_skipped", "ref"), "W");
    assert_string_equal(t_var(&t, "r"), "{\"dry_run\":true,"
                        "\"skipped_action\":\"work\",\"binding\":"
                        "\"agent_http\"}");
    assert_string_equal(t_var(&t, "h"), "{\"dry_run\":true,"
                        "\"skipped_action\":\"http_request\",\"binding\":"
                        "\"internal\"}");
    assert_string_equal(t_var(&t, "v"), "1");
    assert_string_equal(t_said(&t, "run_completed", "mode"), "dry_run");
    assert_int_equal(t.turn.neffects, 0);
    t_run_over(&t);
}


static void
test_a_mock_stands_for_work_of_others(void **ctx)
{
    t_run_t  t;

    t_run(&t, WITH("{'step_id':'s','action':'work','executor':'mcp',"
                   "'output_variable':'r'}", "'mock_external_calls':true"));
    assert_string_equal(t_said(&t, "step_mock_applied", "binding"),
                        "mcp_tool");
    assert_string_equal(t_var(&t, "r"), "{\"mocked\":true,\"action\":\"work\","
                        "\"binding\":\"mcp_tool\"}");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_longest_key_wins),
        cmocka_unit_test(test_an_override_goes_before_all_else),
        cmocka_unit_test(test_an_error_is_raised_and_retried),
        cmocka_unit_test(test_the_last_of_a_sequence_repeats),
        cmocka_unit_test(test_a_delay_is_time_that_is_kept),
        cmocka_unit_test(test_an_error_may_come_late),
        cmocka_unit_test(test_a_dry_run_does_what_is_ours_and_nothing_else),
        cmocka_unit_test(test_a_mock_stands_for_work_of_others)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
