/* One step: conditions, parameters, keys, retries, time-outs, results. */

#include "drive.h"

#define ONE(step)  T_GRAPH("a", T_SEQ(step) "," T_END, "")


static void
test_a_step_is_recorded_admitted_and_then_called(void **ctx)
{
    t_run_t        t;
    const json_t  *rq;

    t_run(&t, ONE("{'step_id':'s','action':'work','params':{'x':1},"
                  "'output_variable':'r'}"));
    assert_string_equal(t.story, "execution_started node_started "
                        "step_started");
    assert_string_equal(t.key, "run:a:s");
    assert_string_equal(t_said(&t, "step_started", "key"), "run:a:s");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    assert_false(t.turn.idle);

    t_admit(&t);
    assert_string_equal(t.story, "step_dispatched");
    assert_non_null(t_row(&t, "lease"));
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    rq = json_object_get(t.turn.effects[0].body, "request");
    assert_string_equal(ckp_json_str(rq, "path"), "a/s");
    assert_int_equal(ckp_json_int(rq, "timeout_ms", 0), 120000);

    t_ok(&t, json_integer(7));
    assert_string_equal(t.story, "step_completed node_completed "
                        "node_started node_completed run_completed");
    assert_non_null(t_row(&t, "lease_release"));
    assert_true(t.turn.final);
    t_run_over(&t);
}


static void
test_a_late_or_second_reply_changes_nothing(void **ctx)
{
    t_run_t      t;
    ckp_turn_t   none = { .nevents = 0 };
    char         ref[64];

    t_run(&t, ONE("{'step_id':'s','action':'work'},"
                  "{'step_id':'t','action':'work'}"));
    t_admit(&t);
    snprintf(ref, sizeof(ref), "%s", t.ref);
    t_ok(&t, json_null());
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, ref, json_object());
    assert_int_equal(t.rc, CKP_E_STATE);
    assert_memory_equal(&t.turn, &none, sizeof(none));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, "9:9", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, "odd", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t_run_over(&t);
}


static void
test_a_condition_that_fails_skips_the_step(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','condition':'1 > 2'},"
                  "{'step_id':'t','action':'work'}"));
    assert_non_null(strstr(t.story, "step_skipped step_started"));
    assert_string_equal(t.key, "run:a:t");
    t_run_over(&t);
}


static void
test_the_key_grows_after_a_recorded_failure_alone(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','retry_policy':"
                  "{'max_attempts':4,'base_delay_ms':100}}"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_UNKNOWN, "AgentUnavailable", "reset");
    assert_string_equal(t.story, "step_retry");
    assert_int_equal(t.turn.wake_at_ms, t.now + 100);
    assert_true(t.turn.idle);

    t_tick(&t);
    assert_string_equal(t.key, "run:a:s");
    assert_int_equal(t.turn.events[0].attempt, 2);

    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t.story, "step_retry");
    t_tick(&t);
    assert_string_equal(t.key, "run:a:s#1");

    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    t_tick(&t);
    assert_string_equal(t.key, "run:a:s#2");

    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "last");
    assert_string_equal(t.story, "step_failed node_error run_failed");
    assert_string_equal(t_said(&t, "run_failed", "error"), "last");
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_a_rendered_key_stands_for_the_path_and_its_result_is_shared(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','idempotency_key':'k',"
                  "'output_variable':'r'},{'step_id':'t','action':'work',"
                  "'idempotency_key':'k','output_variable':'q'}"));
    assert_string_equal(t.key, "k");
    t_admit(&t);
    t_ok(&t, json_integer(5));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "q"), "5");
    t_run_over(&t);
}


static void
test_a_key_that_no_header_may_carry_is_hashed(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','idempotency_key':"
                  "'two words'}"));
    assert_int_equal(strlen(t.key), 64);
    assert_int_equal(strspn(t.key, "0123456789abcdef"), 64);
    t_run_over(&t);
}


static void
test_an_attempt_ends_with_its_time_and_is_aborted(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','timeout_ms':250}"));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 250);
    t_tick(&t);
    assert_string_equal(t.story, "step_timeout step_failed node_error "
                        "run_failed");
    assert_true(t_is_late(&t));
    assert_non_null(t_row(&t, "lease_release"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "TimeoutError");
    t_run_over(&t);
}


static void
test_a_slot_is_held_as_long_as_the_call_may_take(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','timeout_ms':900000}"));
    t_admit(&t);
    assert_int_equal(ckp_json_int(t_row(&t, "lease"), "ttl_ms", 0), 910000);
    t_run_over(&t);
    t_run(&t, ONE("{'step_id':'s','action':'work'}"));
    t_admit(&t);
    assert_int_equal(ckp_json_int(t_row(&t, "lease"), "ttl_ms", 0), 300000);
    t_run_over(&t);
}


static void
test_a_time_out_that_is_open_gives_the_default(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','timeout_ms':250,"
                  "'output_variable':'r','retry_on_failure':true,"
                  "'timeout_policy':{'mode':'fail_open',"
                  "'default_output':'late'}}"));
    t_admit(&t);
    t_tick(&t);
    assert_string_equal(t_said(&t, "step_timeout", "policy"), "fail_open");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "r"), "\"late\"");
    t_run_over(&t);
}


static void
test_a_saturated_pool_is_told_once_and_asked_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work'}"));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:{s:s}}", "wait_ms", 30, "saturated",
                     "agent_id", "w1"));
    assert_string_equal(t.story, "pool_saturated");
    assert_int_equal(t.turn.wake_at_ms, t.now + 30);
    t_tick(&t);
    assert_string_equal(t.story, "");
    assert_true(t.turn.checkpoint);
    assert_true(ckp_json_bool(t.turn.effects[0].body, "saturated", false));

    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i}", "wait_ms", 30));
    assert_string_equal(t.story, "");
    t.now += 6000;
    t_feed(&t, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i}", "wait_ms", 30));
    assert_string_equal(t_said(&t, "step_failed", "error_type"),
                        "ResourceBusy");
    t_run_over(&t);
}


static void
test_nobody_to_ask_is_an_error_that_keeps_the_key(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','retry_policy':"
                  "{'max_attempts':2,'base_delay_ms':0}}"));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:{s:s, s:s}}", "error", "type", "NoExecutorError",
                     "message", "nobody"));
    assert_string_equal(t.story, "step_retry step_started");
    assert_string_equal(t.key, "run:a:s");
    t_run_over(&t);
}


static void
test_pauses_before_and_after_are_time_that_is_kept(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'log','message':'x','wait_ms':40,"
                  "'wait_after_ms':50}"));
    assert_string_equal(t.story, "execution_started node_started");
    assert_int_equal(t.turn.wake_at_ms, t.now + 40);
    t_tick(&t);
    assert_string_equal(t.story, "step_started log step_completed");
    assert_int_equal(t.turn.wake_at_ms, t.now + 50);
    t_tick(&t);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_tick_before_its_time_changes_nothing(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'wait','duration_ms':400}"));
    t.now += 399;
    t_feed(&t, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t.now += 1;
    t_feed(&t, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.rc, CKP_OK);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_the_attempt_is_rendered_anew(void **ctx)
{
    t_run_t        t;
    const json_t  *rq;

    t_run(&t, ONE("{'step_id':'s','action':'work','params':{'n':"
                  "'{{attempt}}'},'retry_policy':{'max_attempts':2,"
                  "'base_delay_ms':0}}"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    t_admit(&t);
    rq = json_object_get(t.turn.effects[0].body, "request");
    assert_int_equal(ckp_json_int(json_object_get(rq, "params"), "n", 0), 2);
    t_run_over(&t);
}


static void
test_a_null_result_leaves_the_variable_alone(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'v','action':'set_variable','variable':'r',"
                  "'value':1},{'step_id':'s','action':'work',"
                  "'output_variable':'r'}"));
    t_admit(&t);
    t_ok(&t, json_null());
    assert_string_equal(t_var(&t, "r"), "1");
    t_run_over(&t);
}


static void
test_artifacts_of_an_answer_become_rows(void **ctx)
{
    t_run_t        t;
    const json_t  *row;

    t_run(&t, ONE("{'step_id':'s','action':'work'}"));
    t_admit(&t);
    t_ok(&t, json_pack("{s:s}", "screenshot", "shot.png"));
    row = t_row(&t, "artifact");
    assert_string_equal(ckp_json_str(row, "kind"), "screenshot");
    assert_string_equal(ckp_json_str(row, "uri"), "memory://shot.png");
    assert_string_equal(t_said(&t, "artifact_created", "uri"),
                        "memory://shot.png");
    t_run_over(&t);
}


static void
test_a_variable_beyond_its_size_fails_the_run(void **ctx)
{
    t_run_t      t;
    char *const  big = malloc(600 * 1024);

    memset(big, 'x', 600 * 1024);
    big[600 * 1024 - 1] = '\0';

    t_run(&t, ONE("{'step_id':'s','action':'work','output_variable':'r',"
                  "'error_handlers':[{'action':'ignore'}]}"));
    t_admit(&t);
    t_ok(&t, json_string(big));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "VariablesTooLarge");
    t_run_over(&t);
    free(big);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_step_is_recorded_admitted_and_then_called),
        cmocka_unit_test(test_a_late_or_second_reply_changes_nothing),
        cmocka_unit_test(test_a_condition_that_fails_skips_the_step),
        cmocka_unit_test(test_the_key_grows_after_a_recorded_failure_alone),
        cmocka_unit_test(
            test_a_rendered_key_stands_for_the_path_and_its_result_is_shared),
        cmocka_unit_test(test_a_key_that_no_header_may_carry_is_hashed),
        cmocka_unit_test(test_an_attempt_ends_with_its_time_and_is_aborted),
        cmocka_unit_test(test_a_slot_is_held_as_long_as_the_call_may_take),
        cmocka_unit_test(test_a_time_out_that_is_open_gives_the_default),
        cmocka_unit_test(test_a_saturated_pool_is_told_once_and_asked_again),
        cmocka_unit_test(test_nobody_to_ask_is_an_error_that_keeps_the_key),
        cmocka_unit_test(test_pauses_before_and_after_are_time_that_is_kept),
        cmocka_unit_test(test_a_tick_before_its_time_changes_nothing),
        cmocka_unit_test(test_the_attempt_is_rendered_anew),
        cmocka_unit_test(test_a_null_result_leaves_the_variable_alone),
        cmocka_unit_test(test_artifacts_of_an_answer_become_rows),
        cmocka_unit_test(test_a_variable_beyond_its_size_fails_the_run)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
