/* Workflows of agents: delegated, waited for, answered. */

#include "drive.h"

#define ONE(step)   T_GRAPH("a", T_SEQ(step) "," T_END, "")
#define WORK(more)  ONE("{'step_id':'s','action':'work'," more                 \
                        "'output_variable':'r'}")


static void
t_admit_workflow(t_run_t *t)
{
    t_feed(t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:{s:s, s:s, s:s, s:i, s:b}}", "agent", "agent_id",
                     "w1", "base_url", "http://w", "resource_key", "w1",
                     "concurrency_limit", 2, "workflow", 1));
}


static void
t_accept(t_run_t *t)
{
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:b}", "accepted", 1));
}


/* Compiled, admitted, posted, accepted; the delegation's ref is in `ref`. */
static void
t_delegated(t_run_t *t, const char *text, char *ref)
{
    t_run(t, text);
    t_admit_workflow(t);
    assert_int_equal(t->rc, CKP_OK);
    snprintf(ref, 64, "%s", ckp_json_str(t_row(t, "delegation"), "ref"));
    t_accept(t);
    assert_int_equal(t->rc, CKP_OK);
}


/* data is stolen. */
static void
t_callback(t_run_t *t, const char *ref, json_t *data)
{
    t_feed(t, CKP_IN_CALLBACK, CKP_OUTCOME_OK, ref, data);
}


static const json_t *
t_request(const t_run_t *t)
{
    return json_object_get(t->turn.effects[0].body, "request");
}


static void
test_a_workflow_is_posted_with_a_token_that_only_its_hash_remembers(void **ctx)
{
    t_run_t        t;
    const json_t  *params;
    const char    *url;
    const char    *hash;
    char          *state;
    uint8_t        sum[CKP_SHA256_LEN];
    char           hex[2 * CKP_SHA256_LEN + 1];

    t_run(&t, WORK("'params':{'x':1},"));
    t_admit_workflow(&t);
    assert_string_equal(t.story, "step_dispatched");
    assert_non_null(t_row(&t, "lease"));
    assert_int_equal(t.turn.effects[0].timeout_ms, 10000);
    assert_true(ckp_json_bool(t.turn.effects[0].body, "accept", false));

    params = json_object_get(t_request(&t), "params");
    assert_int_equal(ckp_json_int(params, "x", 0), 1);
    url = strstr(ckp_json_str(params, "callback_url"), "?token=") + 7;
    assert_int_equal(strlen(url), 64);

    ckp_sha256(url, 64, sum);
    ckp_hex(sum, sizeof(sum), hex);
    hash = json_string_value(json_array_get(json_object_get(
               t_row(&t, "delegation"), "tokens"), 0));
    assert_string_equal(hash, hex);

    json_t *const  saved = ckp_run_save(t.run);

    state = ckp_json_text(saved);
    assert_null(strstr(state, url));
    assert_non_null(strstr(state, hex));
    ckp_free(state);
    json_decref(saved);
    t_run_over(&t);
}


static void
test_the_context_tells_all_steps_of_the_node_unrendered(void **ctx)
{
    t_run_t        t;
    const json_t  *params;
    const json_t  *context;
    const json_t  *steps;

    t_run(&t, ONE("{'step_id':'s','action':'work','params':{'x':"
                  "'{{run_id}}'}},{'step_id':'t','action':'log','message':"
                  "'{{run_id}}'}"));
    t_admit_workflow(&t);
    params = json_object_get(t_request(&t), "params");
    context = json_object_get(params, "_workflow_context");
    assert_true(json_equal(context, json_object_get(params,
                                                    "workflow_context")));
    assert_string_equal(ckp_json_str(context, "dispatch_mode"), "async");
    assert_string_equal(ckp_json_str(context, "current_step_id"), "s");
    assert_string_equal(ckp_json_str(json_object_get(context,
                        "current_step_params"), "x"), "run");
    steps = json_object_get(context, "node_steps");
    assert_int_equal(json_array_size(steps), 2);
    assert_string_equal(ckp_json_str(json_object_get(json_array_get(steps, 1),
                        "params"), "message"), "{{run_id}}");
    t_run_over(&t);
}


static void
test_an_accepted_workflow_waits_without_a_slot(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_delegated(&t, WORK("'callback_timeout_ms':5000,"), ref);
    assert_string_equal(t.story, "workflow_delegated node_paused "
                        "checkpoint_saved");
    assert_null(strstr(t_said(&t, "workflow_delegated", "callback_url"),
                       "token"));
    assert_string_equal(t_said(&t, "node_paused", "reason"),
                        "workflow_pending");
    assert_non_null(t_row(&t, "lease_release"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 5000);
    assert_true(t.turn.idle);
    t_run_over(&t);
}


static void
test_success_sets_the_variable_and_merges_the_members(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_delegated(&t, WORK(""), ref);
    t_callback(&t, ref, json_pack("{s:s, s:{s:i, s:i, s:i, s:i}}", "status",
                                  "success", "output", "n", 7, "__x", 1,
                                  "secrets", 2, "a.b", 3));
    assert_non_null(strstr(t.story, "workflow_callback_received "
                           "workflow_output_ready step_completed"));
    assert_string_equal(t_var(&t, "n"), "7");
    assert_string_equal(t_var(&t, "__x"), "");
    assert_string_equal(t_var(&t, "secrets"), "");
    assert_string_equal(t_var(&t, "a"), "");
    assert_non_null(strstr(t_var(&t, "r"), "\"n\":7"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_merging_can_be_declined(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_delegated(&t, WORK("'merge_output':false,"), ref);
    t_callback(&t, ref, json_pack("{s:s, s:{s:i}}", "status", "success",
                                  "output", "n", 7));
    assert_string_equal(t_var(&t, "n"), "");
    assert_string_equal(t_var(&t, "r"), "{\"n\":7}");
    t_run_over(&t);
}


static void
test_failure_is_an_error_that_a_retry_delegates_anew(void **ctx)
{
    t_run_t  t;
    char     ref[64];
    char     next[64];

    t_delegated(&t, WORK("'retry_policy':{'max_attempts':2,"
                         "'base_delay_ms':10},"), ref);
    t_callback(&t, ref, json_pack("{s:s, s:s}", "status", "failure", "error",
                                  "no stock"));
    assert_non_null(strstr(t.story, "workflow_callback_received step_retry"));
    assert_string_equal(t_said(&t, "step_retry", "error_type"),
                        "AgentWorkflowError");
    t_tick(&t);
    assert_string_equal(t.key, "run:a:s#1");
    t_admit_workflow(&t);
    snprintf(next, sizeof(next), "%s",
             ckp_json_str(t_row(&t, "delegation"), "ref"));
    assert_string_not_equal(next, ref);
    t_accept(&t);

    t_callback(&t, ref, json_pack("{s:s}", "status", "success"));
    assert_int_equal(t.rc, CKP_E_STATE);
    t_callback(&t, next, json_pack("{s:s}", "status", "failure"));
    assert_string_equal(t_said(&t, "run_failed", "error"),
                        "Workflow callback reported failure");
    t_run_over(&t);
}


static void
test_progress_is_told_and_the_step_goes_on_waiting(void **ctx)
{
    t_run_t  t;
    char     ref[64];
    int64_t  at;

    t_delegated(&t, WORK(""), ref);
    at = t.turn.wake_at_ms;
    t.now += 1000;
    t_callback(&t, ref, json_pack("{s:s, s:i, s:s}", "status", "progress",
                                  "progress", 40, "message", "packed"));
    assert_string_equal(t.story, "workflow_progress");
    assert_string_equal(t_said(&t, "workflow_progress", "message"), "packed");
    assert_int_equal(t.turn.wake_at_ms, at);
    t_callback(&t, ref, json_pack("{s:s}", "status", "success"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_no_callback_in_time_is_an_error_in_minutes(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_delegated(&t, WORK("'callback_timeout_ms':120000,"), ref);
    t.now += 119999;
    t_feed(&t, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t.now += 1;
    t_feed(&t, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "CallbackTimeout");
    assert_string_equal(t_said(&t, "run_failed", "error"),
                        "Workflow webhook callback timed out after 2 "
                        "minutes.");
    assert_string_equal(ckp_json_str(t_row(&t, "delegation_end"), "ref"),
                        ref);
    t_run_over(&t);
}


static void
test_the_time_for_callbacks_is_inherited(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_delegated(&t, T_GRAPH("a", T_SEQ("{'step_id':'s','action':'work'}") ","
                T_END, ",'global_config':{'workflow_callback_timeout_ms':"
                "7000}"), ref);
    assert_int_equal(t.turn.wake_at_ms, t.now + 7000);
    t_run_over(&t);
    t_delegated(&t, WORK(""), ref);
    assert_int_equal(t.turn.wake_at_ms, t.now + 3600000);
    t_run_over(&t);
}


static void
test_it_is_posted_three_times_and_no_more(void **ctx)
{
    t_run_t        t;
    char           first[65];
    const json_t  *rq;

    t_run(&t, WORK(""));
    t_admit_workflow(&t);
    rq = json_object_get(t_request(&t), "params");
    snprintf(first, sizeof(first), "%s",
             strstr(ckp_json_str(rq, "callback_url"), "token=") + 6);

    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "HTTP 404");
    assert_string_equal(t.story, "");
    assert_int_equal(t.turn.wake_at_ms, t.now + 1000);
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    assert_string_equal(t.key, "run:a:s");
    rq = json_object_get(t_request(&t), "params");
    assert_null(strstr(ckp_json_str(rq, "callback_url"), first));
    assert_int_equal(json_array_size(json_object_get(t_row(&t, "delegation"),
                                                     "tokens")), 2);

    t_tick(&t);                         /* 10 s without an answer */
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_int_equal(t.turn.wake_at_ms, t.now + 2000);
    t_tick(&t);
    t_failed(&t, CKP_OUTCOME_UNKNOWN, "AgentUnavailable", "reset");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "WorkflowDispatchError");
    assert_non_null(t_row(&t, "lease_release"));
    assert_non_null(t_row(&t, "delegation_end"));
    t_run_over(&t);
}


static void
test_a_callback_may_overtake_the_answer_to_its_post(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_run(&t, WORK(""));
    t_admit_workflow(&t);
    snprintf(ref, sizeof(ref), "%s",
             ckp_json_str(t_row(&t, "delegation"), "ref"));
    t_callback(&t, ref, json_pack("{s:s}", "status", "success"));
    assert_non_null(strstr(t.story, "workflow_delegated "
                           "workflow_callback_received "
                           "workflow_output_ready step_completed"));
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_non_null(t_row(&t, "lease_release"));
    assert_string_equal(t_var(&t, "r"), "{}");
    t_run_over(&t);
}


static void
test_a_second_or_foreign_callback_changes_nothing(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_delegated(&t, ONE("{'step_id':'s','action':'work'},{'step_id':'t',"
                        "'action':'more'}"), ref);
    t_callback(&t, "1:99", json_pack("{s:s}", "status", "success"));
    assert_int_equal(t.rc, CKP_E_STATE);
    t_callback(&t, ref, json_pack("{s:s}", "status", "success"));
    assert_int_equal(t.rc, CKP_OK);
    t_callback(&t, ref, json_pack("{s:s}", "status", "success"));
    assert_int_equal(t.rc, CKP_E_STATE);
    t_run_over(&t);
}


static void
test_sync_mode_is_a_call_like_any_other(void **ctx)
{
    t_run_t        t;
    const json_t  *params;

    t_run(&t, WORK("'workflow_dispatch_mode':'sync','timeout_ms':700,"));
    t_admit_workflow(&t);
    assert_null(t_row(&t, "delegation"));
    assert_int_equal(t.turn.effects[0].timeout_ms, 700);
    params = json_object_get(t_request(&t), "params");
    assert_null(json_object_get(params, "callback_url"));
    assert_string_equal(ckp_json_str(json_object_get(params,
                        "workflow_context"), "dispatch_mode"), "sync");
    t_tick(&t);
    assert_string_equal(t_said(&t, "step_timeout", "binding"),
                        "agent_http_workflow_sync");
    t_run_over(&t);
}


static void
test_the_mode_is_the_steps_then_the_nodes_then_the_whole_ones(void **ctx)
{
    static const struct {
        const char  *step;
        const char  *node;
        const char  *config;
        bool         sync;
    } cases[] = {
        { "", "", "", false },
        { "", "", "'workflow_dispatch_mode':'sync'", true },
        { "", "'dispatch_mode':'async',", "'workflow_dispatch_mode':'sync'",
          false },
        { "'dispatch_mode':'sync',", "'workflow_dispatch_mode':'async',", "",
          true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t  t;
        char     text[1024];

        snprintf(text, sizeof(text), "{'procedure_id':'p','version':'1',"
                 "'global_config':{%s},'workflow_graph':{'start_node':'a',"
                 "'nodes':{'a':{'type':'sequence',%s'agent':'W','steps':[{%s"
                 "'step_id':'s','action':'work'}]}}}}", cases[i].config,
                 cases[i].node, cases[i].step);
        t_run(&t, text);
        t_admit_workflow(&t);
        assert_int_equal(t_row(&t, "delegation") == NULL, cases[i].sync);
        t_run_over(&t);
    }
}


static void
test_a_cancel_tells_the_agent_once(void **ctx)
{
    t_run_t              t;
    char                 ref[64];
    const ckp_effect_t  *fx = NULL;

    t_delegated(&t, WORK(""), ref);
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "reason", "enough"));
    assert_int_equal(t_count(&t, CKP_FX_NOTIFY), 1);
    fx = &t.turn.effects[0];
    assert_string_equal(fx->target, "agent");
    assert_string_equal(ckp_json_str(json_object_get(fx->body, "cancel"),
                                     "callback_ref"), ref);
    assert_non_null(t_row(&t, "delegation_end"));
    assert_string_equal(t_status(&t), "canceled");
    t_run_over(&t);
}


static void
test_recovery_posts_again_what_was_posted_and_waits_on_else(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_run(&t, WORK(""));
    t_admit_workflow(&t);
    snprintf(ref, sizeof(ref), "%s",
             ckp_json_str(t_row(&t, "delegation"), "ref"));
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    assert_string_equal(t.key, "run:a:s");
    assert_string_equal(ckp_json_str(t_row(&t, "delegation"), "ref"), ref);

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:{s:b}}", "alive", t.ref, 1));
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t.turn.neffects, 0);

    t_accept(&t);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.turn.neffects, 0);
    t_callback(&t, ref, json_pack("{s:s}", "status", "success"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_the_nodes_time_stands_still_while_it_waits(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_delegated(&t, "{'procedure_id':'p','version':'1','workflow_graph':{"
                "'start_node':'a','nodes':{'a':{'type':'sequence','agent':"
                "'W','timeout_ms':20000,'steps':[{'step_id':'s','action':"
                "'work'},{'step_id':'t','action':'wait','duration_ms':"
                "30000}]}}}}", ref);
    assert_int_equal(t.turn.wake_at_ms, t.now + 3600000);
    t.now += 60000;
    t_callback(&t, ref, json_pack("{s:s}", "status", "success"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 20000);
    t_tick(&t);
    assert_non_null(strstr(t.story, "node_timeout"));
    t_run_over(&t);
}


static void
test_what_the_answers_cost_is_summed(void **ctx)
{
    t_run_t        t;
    char           ref[64];
    json_t        *state;
    const json_t  *counts;

    t_delegated(&t, ONE("{'step_id':'s','action':'work'},{'step_id':'t',"
                        "'action':'more'}"), ref);
    t_callback(&t, ref, json_pack("{s:s, s:f, s:{s:i, s:i}}", "status",
               "success", "cost_usd", 0.25, "usage", "prompt_tokens", 10,
               "completion_tokens", 3));
    t_admit(&t);
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:f, s:{s:i, s:i}}", "result", 1, "cost", 0.5,
                     "usage", "input_tokens", 5, "output_tokens", -4));
    state = ckp_run_save(t.run);
    counts = json_object_get(state, "counts");
    assert_float_equal(ckp_json_num(counts, "cost", 0), 0.75, 1e-9);
    assert_int_equal(ckp_json_int(counts, "pt", 0), 15);
    assert_int_equal(ckp_json_int(counts, "ct", 0), 3);
    json_decref(state);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
        test_a_workflow_is_posted_with_a_token_that_only_its_hash_remembers),
        cmocka_unit_test(
            test_the_context_tells_all_steps_of_the_node_unrendered),
        cmocka_unit_test(test_an_accepted_workflow_waits_without_a_slot),
        cmocka_unit_test(
            test_success_sets_the_variable_and_merges_the_members),
        cmocka_unit_test(test_merging_can_be_declined),
        cmocka_unit_test(
            test_failure_is_an_error_that_a_retry_delegates_anew),
        cmocka_unit_test(test_progress_is_told_and_the_step_goes_on_waiting),
        cmocka_unit_test(test_no_callback_in_time_is_an_error_in_minutes),
        cmocka_unit_test(test_the_time_for_callbacks_is_inherited),
        cmocka_unit_test(test_it_is_posted_three_times_and_no_more),
        cmocka_unit_test(test_a_callback_may_overtake_the_answer_to_its_post),
        cmocka_unit_test(test_a_second_or_foreign_callback_changes_nothing),
        cmocka_unit_test(test_sync_mode_is_a_call_like_any_other),
        cmocka_unit_test(
            test_the_mode_is_the_steps_then_the_nodes_then_the_whole_ones),
        cmocka_unit_test(test_a_cancel_tells_the_agent_once),
        cmocka_unit_test(
            test_recovery_posts_again_what_was_posted_and_waits_on_else),
        cmocka_unit_test(test_the_nodes_time_stands_still_while_it_waits),
        cmocka_unit_test(test_what_the_answers_cost_is_summed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
