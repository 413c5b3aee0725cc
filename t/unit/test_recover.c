/* A run as a whole: begun, loaded again, retried, canceled, out of time. */

#include "drive.h"

#define TWO                                                                   \
    T_GRAPH("a", T_SEQ("{'step_id':'s','action':'work',"                      \
                       "'output_variable':'r'},"                              \
                       "{'step_id':'t','action':'more'}") "," T_END, "")


/* The run as the store would give it back: its events, and no checkpoint. */

static void
t_reload(t_run_t *t)
{
    json_t *const  state = ckp_run_save(t->run);
    char *const    text = ckp_json_text(state);
    json_t *const  read = ckp_json_parse(text, strlen(text), NULL);

    ckp_run_free(t->run);
    t->run = ckp_run_load(t->d.prog, "run", read, &t->err);
    assert_non_null(t->run);

    json_decref(read);
    json_decref(state);
    ckp_free(text);
}


static void
t_recover(t_run_t *t, bool crash, int crashes)
{
    t_feed(t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", crash, "crashes", crashes));
}


static void
test_a_run_is_created_and_only_then_begun(void **ctx)
{
    t_run_t  t;

    memset(&t, 0, sizeof(t));
    t.now = 1700000000000;
    t_doc(&t.d, TWO);
    t.run = ckp_run_new(t.d.prog, "run");

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);

    t_inputs(&t, json_object());
    assert_string_equal(t.story, "run_created");
    assert_int_equal(t.turn.events[0].seq, 1);
    assert_string_equal(t_status(&t), "created");
    t_feed(&t, CKP_IN_START, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t_run_over(&t);
}


static void
test_what_was_in_flight_is_repeated_with_its_key(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_run(&t, TWO);
    t_reload(&t);
    t_recover(&t, false, 0);
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t.turn.nevents, 0);
    assert_false(t.turn.checkpoint);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);

    t_admit(&t);
    snprintf(ref, sizeof(ref), "%s", t.ref);
    t_reload(&t);
    t_recover(&t, true, 1);
    assert_string_equal(t.story, "execution_resumed");
    assert_string_equal(t_said(&t, "execution_resumed", "resume_reason"),
                        "crash_recovery");
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    assert_string_equal(t.key, "run:a:s");
    assert_string_equal(ckp_json_str(json_object_get(t.turn.effects[0].body,
                            "agent"), "agent_id"), "w1");
    assert_true(t.turn.wake_at_ms > t.now);

    t_ok(&t, json_integer(1));
    t_reload(&t);
    t_recover(&t, true, 1);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 0);
    assert_string_equal(t.key, "run:a:t");
    t_run_over(&t);
}


static void
test_a_run_that_kills_workers_is_stopped(void **ctx)
{
    t_run_t  t;

    t_run(&t, TWO);
    t_admit(&t);
    t_reload(&t);
    t_recover(&t, true, 3);
    assert_string_equal(t_said(&t, "run_failed", "error_type"), "CrashLoop");
    assert_non_null(t_row(&t, "lease_release"));
    t_run_over(&t);
}


static void
test_a_procedure_may_forbid_to_go_on(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", T_SEQ("{'step_id':'s','action':'work'}") ","
                      T_END, ",'global_config':{'resume_on_failure':false}"));
    t_reload(&t);
    t_recover(&t, false, 0);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    t_recover(&t, true, 1);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "EngineRestarted");
    t_run_over(&t);
}


static void
test_a_slot_that_was_lost_is_asked_for_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, TWO);
    t_feed(&t, CKP_IN_REFUSED, CKP_OUTCOME_OK, "a/t", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t_feed(&t, CKP_IN_REFUSED, CKP_OUTCOME_OK, "a/s", NULL);
    assert_string_equal(t.story, "pool_saturated");
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    t_run_over(&t);
}


/* The question was part of the turn that was refused: the state still waits. */

static void
test_a_slot_that_is_lost_again_and_again_is_waited_for_so_long(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
                      "'end','steps':[{'step_id':'s','action':'work'}]},"
                      T_END, ",'global_config':{'max_retries':0}"));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:{}}", "wait_ms", 20, "saturated"));
    assert_string_equal(t.story, "pool_saturated");
    t.now += 4000;
    t_feed(&t, CKP_IN_REFUSED, CKP_OUTCOME_OK, "a/s", NULL);
    assert_int_equal(t.rc, CKP_OK);
    assert_string_equal(t.story, "");
    t.now += 1000;
    t_feed(&t, CKP_IN_REFUSED, CKP_OUTCOME_OK, "a/s", NULL);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "ResourceBusy");
    t_run_over(&t);

    /* the run is only read again */

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
                      "'end','steps':[{'step_id':'s','action':'work'}]},"
                      T_END, ",'global_config':{'max_retries':0}"));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:{}}", "wait_ms", 20, "saturated"));
    t_tick(&t);
    t.now += 4000;
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", json_object());
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    t.now += 1000;
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b}", "crash", 1));
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", json_object());
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "ResourceBusy");
    t_run_over(&t);
}


static void
test_a_retry_goes_on_where_it_failed(void **ctx)
{
    t_run_t        t;
    ckp_summary_t  sum;

    t_run(&t, TWO);
    t_admit(&t);
    t_ok(&t, json_integer(1));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    assert_true(t.turn.final);

    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);

    t_reload(&t);
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "ana"));
    assert_string_equal(t.story, "run_retry_requested execution_resumed "
                        "node_started step_started");
    assert_string_equal(t.key, "run:a:t#1");
    ckp_run_summary(t.run, &sum);
    assert_int_equal(sum.attempt, 2);
    assert_null(sum.error);
    assert_int_equal(sum.ended_at_ms, 0);

    t_admit(&t);
    t_ok(&t, json_null());
    assert_string_equal(t_status(&t), "completed");
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    assert_int_equal(t.rc, CKP_E_STATE);
    t_run_over(&t);
}


static void
test_a_canceled_call_keeps_its_key_for_a_retry(void **ctx)
{
    t_run_t  t;

    t_run(&t, TWO);
    t_admit(&t);
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "reason", "enough", "actor", "ana"));
    assert_string_equal(t.story, "run_cancel_requested node_canceled "
                        "run_canceled");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_non_null(t_row(&t, "lease_release"));
    t_ok(&t, json_null());
    assert_int_equal(t.rc, CKP_E_STATE);

    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    assert_string_equal(t.key, "run:a:s");
    t_run_over(&t);
}


static void
test_a_run_has_its_time(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", T_SEQ("{'step_id':'s','action':'wait',"
                                 "'duration_ms':60000}") "," T_END,
                      ",'global_config':{'timeout_ms':300}"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 300);
    t_tick(&t);
    assert_string_equal(t.story, "run_timeout node_canceled run_failed");
    assert_string_equal(t_said(&t, "run_timeout", "kind"), "active");
    t_run_over(&t);
}


static void
test_a_deadline_counts_waiting_too(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("q", "'q':{'type':'human_approval','prompt':'?',"
                      "'next_node':'end','on_reject':'end'}," T_END,
                      ",'global_config':{'deadline_ms':900}"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 900);
    t_tick(&t);
    assert_string_equal(t_said(&t, "run_timeout", "kind"), "deadline");
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_a_wait_for_a_slot_is_short_though_the_clock_was_set_back(void **ctx)
{
    const int64_t  day = 86400000;
    t_run_t        t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
                      "'end','steps':[{'step_id':'s','action':'work'}]},"
                      T_END, ",'global_config':{'max_retries':0}"));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:{}}", "wait_ms", 20, "saturated"));
    assert_string_equal(t.story, "pool_saturated");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 0);

    /* nobody had it for a while, in which a day was taken back: it asks */

    t.now -= day;
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", json_object());
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);

    /* and waits as long as others do */

    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:{}}", "wait_ms", 20, "saturated"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 20);
    t.now += 5000;
    t_tick(&t);
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:{}}", "wait_ms", 20, "saturated"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "ResourceBusy");
    t_run_over(&t);
}


static void
test_a_node_has_its_time(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W',"
                      "'timeout_ms':200,'next_node':'end','steps':["
                      "{'step_id':'s','action':'work'}]}," T_END, ""));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 200);
    t_tick(&t);
    assert_string_equal(t.story, "node_timeout node_error run_failed");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_run_over(&t);
}


static void
test_too_many_visits_end_a_cycle(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("l", "'l':{'type':'logic','rules':["
                      "{'condition':'1 == 1','next_node':'l'}],"
                      "'default_next_node':'end'}," T_END,
                      ",'global_config':{'max_node_visits':700}"));
    assert_int_equal(t.turn.wake_at_ms, t.now);     /* more to do */
    t_tick(&t);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "MaxVisitsExceeded");
    t_run_over(&t);
}


static void
test_a_dry_run_calls_nobody_and_waits_for_nobody(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W',"
                      "'next_node':'q','steps':[{'step_id':'s','action':"
                      "'work','output_variable':'r','wait_ms':9}]},"
                      "'q':{'type':'human_approval','prompt':'?',"
                      "'next_node':'end','on_reject':'end'}," T_END,
                      ",'global_config':{'execution_mode':'dry_run'}"));
    assert_string_equal(t_status(&t), "completed");
    assert_non_null(t_event(&t, "dry_run_step_skipped"));
    assert_string_equal(t_said(&t, "run_completed", "mode"), "dry_run");
    t_run_over(&t);
}


static void
test_overrides_stand_in_one_for_each_attempt(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W',"
                      "'next_node':'end','steps':[{'step_id':'s','action':"
                      "'work','output_variable':'r','retry_policy':"
                      "{'max_attempts':3,'base_delay_ms':0}}]}," T_END,
                      ",'global_config':{'test_data_overrides':{'a.s':"
                      "{'__sequence__':[{'__error__':{'type':"
                      "'TimeoutError'}},{'v':1}]}}}"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "r"), "{\"v\":1}");
    t_run_over(&t);
}


static void
test_a_note_is_an_event_and_no_more(void **ctx)
{
    t_run_t  t;

    t_run(&t, TWO);
    t_feed(&t, CKP_IN_NOTE, CKP_OUTCOME_OK, "lease_force_released",
           json_pack("{s:s, s:s, s:{s:s, s:s, s:s}}", "node_id", "a",
                     "step_id", "s", "payload", "lease_id", "l",
                     "resource_key", "w1", "actor", "ana"));
    assert_int_equal(t.rc, CKP_OK);
    assert_string_equal(t.story, "lease_force_released");
    assert_null(t.turn.events[0].delta);

    t_feed(&t, CKP_IN_NOTE, CKP_OUTCOME_OK, "no_such_event", NULL);
    assert_int_equal(t.rc, CKP_E_BUG);
    t_admit(&t);
    assert_int_equal(t.rc, CKP_OK);
    t_run_over(&t);
}


static void
test_a_state_that_is_none_does_not_load(void **ctx)
{
    static const char *const  bad[] = {
        "{}", "{'v':2,'seq':1}", "{'v':1}", "{'v':1,'seq':1,'vars':[]}"
    };
    t_doc_t  d;

    t_doc(&d, TWO);

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ckp_err_t      err = CKP_ERR_INIT;
        json_t *const  state = t_doc_json(bad[i]);

        assert_null(ckp_run_load(d.prog, "run", state, &err));
        assert_int_equal(err.code, CKP_E_INVALID);
        json_decref(state);
    }

    t_doc_free(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_run_is_created_and_only_then_begun),
        cmocka_unit_test(test_what_was_in_flight_is_repeated_with_its_key),
        cmocka_unit_test(test_a_run_that_kills_workers_is_stopped),
        cmocka_unit_test(test_a_procedure_may_forbid_to_go_on),
        cmocka_unit_test(test_a_slot_that_was_lost_is_asked_for_again),
        cmocka_unit_test(
            test_a_slot_that_is_lost_again_and_again_is_waited_for_so_long),
        cmocka_unit_test(test_a_retry_goes_on_where_it_failed),
        cmocka_unit_test(test_a_canceled_call_keeps_its_key_for_a_retry),
        cmocka_unit_test(test_a_run_has_its_time),
        cmocka_unit_test(test_a_deadline_counts_waiting_too),
        cmocka_unit_test(
            test_a_wait_for_a_slot_is_short_though_the_clock_was_set_back),
        cmocka_unit_test(test_a_node_has_its_time),
        cmocka_unit_test(test_too_many_visits_end_a_cycle),
        cmocka_unit_test(test_a_dry_run_calls_nobody_and_waits_for_nobody),
        cmocka_unit_test(test_overrides_stand_in_one_for_each_attempt),
        cmocka_unit_test(test_a_note_is_an_event_and_no_more),
        cmocka_unit_test(test_a_state_that_is_none_does_not_load)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
