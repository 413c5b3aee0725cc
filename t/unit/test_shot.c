/* Screenshots by the agent of a step. */

#include "drive.h"

#define ONE(step, config)                                                     \
    T_GRAPH("a", T_SEQ(step) "," T_END, ",'global_config':{" config "}")
#define FAIL  "'screenshot_on_fail':true"
#define WORK  "{'step_id':'s','action':'work'}"


static void
t_admit_camera(t_run_t *t)
{
    t_feed(t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:{s:s, s:s, s:s, s:i, s:s}}", "agent", "agent_id",
                     "w1", "base_url", "http://w", "resource_key", "w1",
                     "concurrency_limit", 2, "screenshot",
                     "take_screenshot"));
}


static const char *
t_action(const t_run_t *t)
{
    return t->turn.neffects == 0 ? "" : ckp_json_str(json_object_get(
               t->turn.effects[t->turn.neffects - 1].body, "request"),
               "action");
}


static void
t_broken(t_run_t *t, const char *text)
{
    t_run(t, text);
    t_admit_camera(t);
    t_failed(t, CKP_OUTCOME_FAILED, "AgentActionError", "no button");
}


static void
test_a_failure_is_pictured_before_it_is_handled(void **ctx)
{
    t_run_t        t;
    const json_t  *row;

    t_broken(&t, ONE(WORK, FAIL));
    assert_string_equal(t.story, "step_failed screenshot_requested");
    assert_string_equal(t_action(&t), "take_screenshot");
    assert_string_equal(t.key, "run:a:s~shot");
    assert_int_equal(t.turn.wake_at_ms, t.now + 10000);
    assert_false(t.turn.idle);

    t_ok(&t, json_pack("{s:s}", "screenshot", "x.png"));
    assert_string_equal(t.story, "artifact_created node_error run_failed");
    row = t_row(&t, "artifact");
    assert_string_equal(ckp_json_str(row, "kind"), "screenshot");
    assert_string_equal(ckp_json_str(row, "name"), "fail-a-s");
    assert_string_equal(ckp_json_str(row, "uri"), "memory://x.png");
    assert_string_equal(t_said(&t, "run_failed", "error"), "no button");
    t_run_over(&t);
}


static void
test_whatever_becomes_of_the_picture_the_failure_is_handled(void **ctx)
{
    for (int i = 0; i < 4; i++) {
        t_run_t  t;

        t_broken(&t, ONE(WORK, FAIL));

        if (i == 0) {
            t_tick(&t);
            assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);

        } else if (i == 1) {
            t_failed(&t, CKP_OUTCOME_UNKNOWN, "AgentUnavailable", "reset");

        } else if (i == 2) {
            t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);

        } else {
            t_ok(&t, json_pack("{}"));
        }

        assert_null(t_row(&t, "artifact"));
        assert_string_equal(t_said(&t, "run_failed", "error"), "no button");
        t_run_over(&t);
    }
}


static void
test_an_agent_without_a_camera_is_not_asked(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE(WORK, FAIL));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t.story, "step_failed screenshot_requested "
                        "node_error run_failed");
    t_run_over(&t);

    t_run(&t, ONE(WORK, FAIL));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref, json_object());
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_a_call_that_is_alive_is_waited_for(void **ctx)
{
    t_run_t  t;

    t_broken(&t, ONE(WORK, FAIL));
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:{s:b}}", "alive", t.ref, 1));
    assert_string_equal(t.story, "");
    t_ok(&t, json_pack("{s:s}", "uri", "http://x/y.png"));
    assert_string_equal(ckp_json_str(t_row(&t, "artifact"), "uri"),
                        "http://x/y.png");
    t_run_over(&t);
}


static void
test_a_handler_may_want_the_picture(void **ctx)
{
    t_run_t  t;

    t_broken(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W','steps':["
             WORK "],'error_handlers':[{'action':'screenshot_and_fail',"
             "'fallback_node':'b'}]},'b':{'type':'sequence','agent':'W',"
             "'steps':[{'step_id':'t','action':'more'}]}", ""));
    assert_string_equal(t.story, "step_failed screenshot_requested");
    assert_string_equal(t_said(&t, "screenshot_requested", "reason"),
                        "screenshot_and_fail");
    t_ok(&t, json_string("y.png"));
    assert_non_null(strstr(t.story, "artifact_created node_error "
                           "node_started step_started"));
    t_run_over(&t);
}


static void
test_the_end_of_a_step_may_be_pictured(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','output_variable':'r',"
                  "'screenshot_on_complete':true,'wait_after_ms':30},"
                  "{'step_id':'t','action':'more'}", ""));
    t_admit_camera(&t);
    t_ok(&t, json_integer(5));
    assert_string_equal(t.story, "step_completed");
    assert_string_equal(t_var(&t, "r"), "5");
    assert_string_equal(t_action(&t), "take_screenshot");
    t_ok(&t, json_pack("{s:s}", "screenshot", "x.png"));
    assert_string_equal(ckp_json_str(t_row(&t, "artifact"), "name"), "a-s");
    assert_int_equal(t.turn.wake_at_ms, t.now + 30);
    t_tick(&t);
    assert_string_equal(t.story, "step_started");
    t_run_over(&t);
}


static void
test_a_step_that_is_done_is_not_done_again_by_a_retry(void **ctx)
{
    for (int i = 0; i < 2; i++) {
        t_run_t  t;

        t_run(&t, ONE("{'step_id':'s','action':'work','wait_after_ms':30,"
                      "'screenshot_on_complete':true},"
                      "{'step_id':'t','action':'more'}", ""));
        t_admit_camera(&t);
        t_ok(&t, json_integer(5));

        if (i == 1) {
            t_ok(&t, json_object());
        }

        t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
        assert_string_equal(t_status(&t), "canceled");
        t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
               json_pack("{s:s}", "kind", "retry"));
        assert_string_equal(t.key, "run:a:t");
        t_run_over(&t);
    }
}


static void
test_a_retry_of_a_pictured_failure_is_another_call(void **ctx)
{
    t_run_t  t;

    t_broken(&t, ONE(WORK, FAIL));
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    assert_string_equal(t.key, "run:a:s#1");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_failure_is_pictured_before_it_is_handled),
        cmocka_unit_test(
            test_whatever_becomes_of_the_picture_the_failure_is_handled),
        cmocka_unit_test(test_an_agent_without_a_camera_is_not_asked),
        cmocka_unit_test(test_a_call_that_is_alive_is_waited_for),
        cmocka_unit_test(test_a_handler_may_want_the_picture),
        cmocka_unit_test(test_the_end_of_a_step_may_be_pictured),
        cmocka_unit_test(
            test_a_step_that_is_done_is_not_done_again_by_a_retry),
        cmocka_unit_test(test_a_retry_of_a_pictured_failure_is_another_call)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
