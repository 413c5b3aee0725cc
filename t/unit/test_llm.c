/* A question to a model: asked, tried again, elsewhere, in vain. */

#include "llm.h"


static void
test_a_question_is_recorded_told_and_sent(void **ctx)
{
    t_run_t        t;
    const json_t  *rq;

    t_run(&t, ASK("'system_prompt':'be brief','model':'gpt-4',"
                  "'temperature':0.1,'max_tokens':50,'stop':['x'],'seed':7,"
                  "'json_mode':true,"));
    assert_string_equal(t.story, "execution_started node_started "
                        "llm_call_started");
    assert_string_equal(t.key, "run:a:a");
    assert_string_equal(ckp_json_str(t_row(&t, "journal"), "status"),
                        "started");
    assert_int_equal(t.turn.wake_at_ms, t.now + 60000);
    assert_false(t.turn.idle);

    rq = t_request(&t);
    assert_string_equal(ckp_json_str(rq, "model"), "gpt-4");
    assert_true(ckp_json_num(rq, "temperature", 0) == 0.1);
    assert_int_equal(ckp_json_int(rq, "max_tokens", 0), 50);
    assert_int_equal(ckp_json_int(rq, "seed", 0), 7);
    assert_string_equal(ckp_json_str(json_object_get(rq, "response_format"),
                                     "type"), "json_object");
    assert_string_equal(t_message(&t, 0, "role"), "system");
    assert_string_equal(t_message(&t, 0, "content"), "be brief");
    assert_string_equal(t_message(&t, 1, "role"), "user");
    assert_string_equal(t_message(&t, 1, "content"), "how is it?");
    t_run_over(&t);
}


static void
test_an_answer_is_booked_and_the_run_goes_on(void **ctx)
{
    t_run_t        t;
    const json_t  *said;
    json_t        *last;

    t_run(&t, ASK("'model':'gpt-4',"));
    t.now += 250;
    t_answer(&t, "fine");
    assert_string_equal(t.story, "llm_call_completed llm_usage "
                        "node_completed node_started node_completed "
                        "run_completed");
    said = t_event(&t, "llm_call_completed")->payload;
    assert_string_equal(ckp_json_str(said, "model_used"), "gpt-4-0613");
    assert_string_equal(ckp_json_str(said, "primary_model"), "gpt-4");
    assert_int_equal(ckp_json_int(said, "latency_ms", 0), 250);
    assert_int_equal(ckp_json_int(said, "total_tokens", 0), 30);
    assert_true(ckp_json_num(said, "cost_usd", 0) == 0.0015);
    assert_string_equal(ckp_json_str(t_row(&t, "journal"), "status"),
                        "completed");
    assert_null(json_object_get(t_row(&t, "journal"), "result"));
    last = t_state(&t, "last_of");
    assert_string_equal(ckp_json_str(last, "llm_output"), "fine");
    json_decref(last);
    t_run_over(&t);
}


static void
test_a_late_reply_changes_nothing(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK(""));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, "1:99", json_object());
    assert_int_equal(t.rc, CKP_E_STATE);
    t_feed(&t, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t_run_over(&t);
}


static void
test_outputs_are_taken_out_of_the_answer(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'outputs':{'all':'text','n':'json_extract: a.n',"
                  "'used':'model_used','tokens':'usage','x2':'{{result}}!'},"));
    t_answer(&t, "```json\n{\"a\":{\"n\":4}}\n```");
    assert_string_equal(t_var(&t, "n"), "4");
    assert_string_equal(t_var(&t, "used"), "\"gpt-4-0613\"");
    assert_non_null(strstr(t_var(&t, "tokens"), "\"total_tokens\":30"));
    assert_non_null(strstr(t_var(&t, "all"), "json"));
    t_run_over(&t);
}


static void
test_the_chain_goes_on_where_a_model_is_busy_and_the_key_grows(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'model':'m1','fallback_models':['m2','m3'],"
                  "'retry':{'max_retries':0},"));
    t_refuse(&t, 429);
    assert_string_equal(t.story, "llm_call_failed llm_fallback "
                        "llm_call_started");
    assert_string_equal(t_said(&t, "llm_fallback", "from"), "m1");
    assert_string_equal(t_said(&t, "llm_fallback", "to"), "m2");
    assert_string_equal(t_said(&t, "llm_fallback", "reason"), "429");
    assert_string_equal(ckp_json_str(t_request(&t), "model"), "m2");
    assert_string_equal(t.key, "run:a:a#1");

    t_refuse(&t, 503);
    assert_string_equal(t_said(&t, "llm_fallback", "reason"), "503");
    t_answer(&t, "ok");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_other_errors_end_the_chain(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'model':'m1','fallback_models':['m2'],"));
    t_refuse(&t, 401);
    assert_string_equal(t.story, "llm_call_failed node_error run_failed");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "LLMCallError");
    assert_string_equal(ckp_json_str(t_row(&t, "journal"), "status"),
                        "failed");
    t_run_over(&t);
}


static void
test_retries_wrap_the_whole_chain(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'model':'m1','fallback_models':['m2'],'retry':"
                  "{'max_retries':1,'base_delay_ms':100},"));
    t_refuse(&t, 429);
    t_refuse(&t, 429);
    assert_string_equal(t.story, "llm_call_failed llm_retry");
    assert_int_equal(t.turn.wake_at_ms, t.now + 100);
    assert_true(t.turn.idle);
    t_tick(&t);
    assert_string_equal(ckp_json_str(t_request(&t), "model"), "m1");
    assert_int_equal(ckp_json_int(t_event(&t, "llm_call_started")->payload,
                                  "attempt", 0), 2);
    t_refuse(&t, 429);
    t_refuse(&t, 429);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "LLMCallError");
    t_run_over(&t);
}


static void
test_the_same_call_again_keeps_its_key(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'model':'m1','retry':{'max_retries':2,"
                  "'base_delay_ms':0},"));
    t_refuse(&t, 500);
    assert_string_equal(t.story, "llm_call_failed llm_retry "
                        "llm_call_started");
    assert_string_equal(t.key, "run:a:a");
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", 1, "crashes", 1));
    assert_string_equal(t.story, "execution_resumed");
    assert_string_equal(t.key, "run:a:a");
    assert_int_equal(json_array_size(json_object_get(t.turn.events[0].payload,
                                                     "interrupted")), 1);
    t_answer(&t, "ok");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_call_ends_with_its_time(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'model':'m1','llm_timeout_ms':500,'fallback_models':"
                  "['m2'],'retry':{'max_retries':0},"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 500);
    t_tick(&t);
    assert_true(t_is_late(&t));
    assert_string_equal(t_said(&t, "llm_fallback", "reason"), "timeout");
    t_tick(&t);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "TimeoutError");
    t_run_over(&t);
}


static void
test_the_time_of_the_node_bounds_all_calls(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'timeout_ms':700,"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 700);
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_non_null(strstr(t.story, "node_timeout"));
    t_run_over(&t);
}


static void
test_cancel_gives_the_call_up(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK(""));
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "reason", "enough"));
    assert_false(t_is_late(&t));
    assert_string_equal(t_status(&t), "canceled");
    t_run_over(&t);
}


static void
test_handlers_and_routes_see_its_errors(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'retry':{'max_retries':0},'on_error':{'LLMCallError':"
                  "'end'},"));
    t_refuse(&t, 400);
    assert_non_null(strstr(t.story, "error_routed"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, ASK("'retry':{'max_retries':0},'error_handlers':[{'action':"
                  "'log'}],"));
    t_refuse(&t, 400);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, ASK("'retry':{'max_retries':0},'error_handlers':[{"
                  "'recovery_steps':[{'action':'log','message':'x'}],"
                  "'recovery_strategy':'retry_node','max_retries':1}],"));
    t_refuse(&t, 400);
    assert_non_null(strstr(t.story, "node_started llm_call_started"));
    assert_string_equal(t.key, "run:a#2/a");
    t_answer(&t, "ok");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_call_waits_for_its_turn_among_all(void **ctx)
{
    static const char *const  doc = DOC("'prompt':'x','retry':{"
        "'max_retries':0},", CONFIG("'rate_limiting':{'enabled':true,"
        "'max_requests_per_minute':5}"));
    t_run_t        t;
    const json_t  *body;

    t_run(&t, doc);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 0);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    body = t.turn.effects[0].body;
    assert_string_equal(ckp_json_str(json_object_get(body, "rate"), "key"),
                        "procedure:p");
    assert_false(t.turn.idle);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", 1, "crashes", 1));
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);

    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:b, s:{s:i, s:i}}", "native", 1, "rate", "limit", 5,
                     "waited_ms", 70));
    assert_string_equal(t.story, "rate_limited");
    assert_int_equal(t.turn.wake_at_ms, t.now + 60000);
    t_answer(&t, "ok");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, doc);
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i}", "wait_ms", 40));
    assert_int_equal(t.turn.wake_at_ms, t.now + 40);
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:{s:s, s:s}}", "error", "type", "RateLimitExceeded",
                     "message", "too many"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "RateLimitExceeded");
    t_run_over(&t);
}


#define PROFILES                                                              \
    "'llm':{'default_profile':'plain','profiles':{"                           \
    "'plain':{'base_url':'http://l/v1','model':'p1','temperature':0.3,"       \
    "'max_retries':0,'fallbacks':['good']},"                                  \
    "'good':{'base_url':'https://g/v1','model':'g1','secret_name':'key',"     \
    "'timeout_ms':9000,'extra_headers':{'X-Team':'t'},"                       \
    "'task_classes':['review']}},"                                            \
    "'routing':{'code':['good','plain']}}"


static void
test_a_profile_says_who_is_asked_and_how(void **ctx)
{
    static const struct {
        const char  *node;
        const char  *model;
        const char  *profile;
    } rows[] = {
        { "", "p1", "plain" },
        { "'profile':'good',", "g1", "good" },
        { "'model':'good',", "g1", "good" },
        { "'model':'own',", "own", "plain" },
        { "'task_class':'code',", "g1", "good" },
        { "'task_class':'review',", "g1", "good" },
        { "'agent':'good',", "g1", "good" },
        { "'agent':'LLMAgent',", "p1", "plain" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char     text[2048];
        t_run_t  t;

        snprintf(text, sizeof(text), DOC("'prompt':'x',%s", "%s"),
                 rows[i].node, CONFIG(PROFILES));
        t_run(&t, text);
        assert_string_equal(ckp_json_str(t_request(&t), "model"),
                            rows[i].model);
        assert_string_equal(ckp_json_str(json_object_get(t_effect(&t),
                                                         "profile"), "name"),
                            rows[i].profile);
        assert_string_equal(t_said(&t, "llm_call_started", "profile"),
                            rows[i].profile);
        t_run_over(&t);
    }
}


static void
test_a_key_leaves_as_a_handle(void **ctx)
{
    t_run_t        t;
    const json_t  *body;
    const char    *auth;

    t_run(&t, DOC("'prompt':'x','profile':'good',", CONFIG(PROFILES)));
    body = t_effect(&t);
    auth = ckp_json_str(json_object_get(body, "headers"), "Authorization");
    assert_memory_equal(auth, "Bearer $secret{key:", 19);
    assert_string_equal(ckp_json_str(json_object_get(body, "headers"),
                                     "X-Team"), "t");
    assert_non_null(json_object_get(json_object_get(body, "secrets"),
                                    auth + 7));
    assert_int_equal(t.turn.wake_at_ms, t.now + 9000);
    assert_string_equal(t_said(&t, "secret_accessed", "name"), "key");
    assert_string_equal(t_said(&t, "secret_accessed", "purpose"), "llm");
    t_run_over(&t);
}


static void
test_fallbacks_and_retries_of_a_profile_hold_unless_the_node_says(void **ctx)
{
    t_run_t  t;

    t_run(&t, DOC("'prompt':'x',", CONFIG(PROFILES)));
    assert_true(ckp_json_num(t_request(&t), "temperature", 0) == 0.3);
    t_refuse(&t, 429);
    assert_string_equal(ckp_json_str(t_request(&t), "model"), "g1");
    t_refuse(&t, 429);
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);

    t_run(&t, DOC("'prompt':'x','fallback':false,'retry':{'max_retries':1,"
                  "'delay_ms':0},", CONFIG(PROFILES)));
    t_refuse(&t, 429);
    assert_string_equal(ckp_json_str(t_request(&t), "model"), "p1");
    t_run_over(&t);
}


static void
test_the_others_of_a_route_stand_in_for_a_shut_door(void **ctx)
{
    t_run_t  t;

    t_run(&t, DOC("'prompt':'x','task_class':'code','fallback_models':"
                  "['last'],", CONFIG(PROFILES)));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t.ref,
           json_pack("{s:s, s:s, s:s}", "type", "LLMCallError", "message",
                     "shut", "reason", "circuit_open"));
    assert_string_equal(ckp_json_str(t_request(&t), "model"), "p1");
    t_run_over(&t);

    t_run(&t, DOC("'prompt':'x','task_class':'code','fallback_models':"
                  "['last'],", CONFIG(PROFILES)));
    t_refuse(&t, 503);
    assert_string_equal(ckp_json_str(t_request(&t), "model"), "last");
    t_run_over(&t);
}


static void
test_models_that_are_too_dear_or_too_weak_are_passed_over(void **ctx)
{
    t_run_t  t;

    t_run(&t, DOC("'prompt':'x','model':'gpt-4',",
                  CONFIG("'max_cost_per_llm_call_usd':0.01")));
    assert_string_equal(ckp_json_str(t_request(&t), "model"),
                        "gpt-3.5-turbo-16k");
    assert_string_equal(t_said(&t, "llm_fallback", "reason"), "cost");
    t_run_over(&t);

    t_run(&t, DOC("'prompt':'x','model':'gpt-3.5-turbo',",
                  CONFIG("'min_llm_quality':99")));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "LLMCallError");
    t_run_over(&t);
}


static void
test_a_budget_that_is_spent_fails_the_run_past_its_handlers(void **ctx)
{
    t_run_t  t;

    t_run(&t, DOC("'prompt':'x','model':'gpt-4','error_handlers':[{'action':"
                  "'ignore'}],", CONFIG("'max_cost_usd':0.001")));
    t_answer(&t, "dear");
    assert_string_equal(t.story, "llm_call_completed llm_usage "
                        "budget_exceeded node_error run_failed");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "BudgetExceeded");
    t_run_over(&t);

    t_run(&t, DOC("'prompt':'x','model':'gpt-4',",
                  CONFIG("'max_cost_usd':0.0015")));
    t_answer(&t, "just");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_wrong_documents_are_told(void **ctx)
{
    t_wants("CKP801", "/workflow_graph/nodes/a", DOC("", ""));
    t_wants("CKP803", NULL, ASK("'task_class':'no',"));
    t_wants("CKP805", NULL, DOC("'prompt_ref':'p','prompt_vars':{},",
            ",'prompt_templates':{'p':{'template':'{{v}}','variables':"
            "{'v':{'type':'string','required':true}}}}"));
    t_wants("CKP806", "/workflow_graph/nodes/a/temperature",
            ASK("'temperature':2.1,"));
    t_wants("CKP806", NULL, ASK("'top_p':-0.1,"));
    t_wants("CKP806", NULL, ASK("'max_tokens':0,"));
    t_wants("CKP806", NULL, DOC("'prompt':'x',",
            CONFIG("'min_llm_quality':101")));
    t_wants("CKP807", NULL, ASK("'orchestration_mode':true,"));
    t_wants("CKP130", NULL, ASK("'orchestration_mode':true,'branches':"
                                "['no'],"));
    t_wants("CKP323", NULL, ASK("'system_prompt':'{{secrets.k}}',"));
    t_wants("CKP090", NULL, ASK("'promt':'x',"));
    t_wants("CKP221", NULL, ASK("'pii':{'custom':[{'name':'x','regex':'('}]"
                                "},"));
    t_wants("CKP302", NULL, ASK("'pii':{'pre':'block'},"));
}


static void
test_what_holds_is_not_told(void **ctx)
{
    t_doc_t  t;

    t_compiles(&t, ASK("'temperature':2,'top_p':1,'max_tokens':1,"));
    t_silent(&t, "CKP806");
    t_silent(&t, "CKP801");
    t_silent(&t, "CKP090");
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_question_is_recorded_told_and_sent),
        cmocka_unit_test(test_an_answer_is_booked_and_the_run_goes_on),
        cmocka_unit_test(test_a_late_reply_changes_nothing),
        cmocka_unit_test(test_outputs_are_taken_out_of_the_answer),
        cmocka_unit_test(
            test_the_chain_goes_on_where_a_model_is_busy_and_the_key_grows),
        cmocka_unit_test(test_other_errors_end_the_chain),
        cmocka_unit_test(test_retries_wrap_the_whole_chain),
        cmocka_unit_test(test_the_same_call_again_keeps_its_key),
        cmocka_unit_test(test_a_call_ends_with_its_time),
        cmocka_unit_test(test_the_time_of_the_node_bounds_all_calls),
        cmocka_unit_test(test_cancel_gives_the_call_up),
        cmocka_unit_test(test_handlers_and_routes_see_its_errors),
        cmocka_unit_test(test_a_call_waits_for_its_turn_among_all),
        cmocka_unit_test(test_a_profile_says_who_is_asked_and_how),
        cmocka_unit_test(test_a_key_leaves_as_a_handle),
        cmocka_unit_test(
            test_fallbacks_and_retries_of_a_profile_hold_unless_the_node_says),
        cmocka_unit_test(test_the_others_of_a_route_stand_in_for_a_shut_door),
        cmocka_unit_test(
            test_models_that_are_too_dear_or_too_weak_are_passed_over),
        cmocka_unit_test(
            test_a_budget_that_is_spent_fails_the_run_past_its_handlers),
        cmocka_unit_test(test_wrong_documents_are_told),
        cmocka_unit_test(test_what_holds_is_not_told)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
