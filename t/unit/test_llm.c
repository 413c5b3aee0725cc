/* A question to a model: asked, answered, tried again, elsewhere, in vain. */

#include "drive.h"

#define ASK(more)  DOC("'prompt':'how is {{x}}?'," more, "")
#define DOC(node, root)                                                       \
    T_GRAPH("a", "'a':{'type':'llm_action','next_node':'end'," node           \
            "'description':'Ask'}," T_END,                                    \
            ",'variables_schema':{'x':{'type':'string','default':'it'},"      \
            "'t':{'type':'string','default':''}}" root)
#define CONFIG(text)  ",'global_config':{" text "}"


static const json_t *
t_effect(const t_run_t *t)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        if (t->turn.effects[i].kind == CKP_FX_CALL) {
            assert_string_equal(t->turn.effects[i].target, "llm");
            return t->turn.effects[i].body;
        }
    }

    fail_msg("nothing is called after: %s", t->story);

    return NULL;
}


static const json_t *
t_request(const t_run_t *t)
{
    return json_object_get(t_effect(t), "request");
}


static const char *
t_message(const t_run_t *t, size_t i, const char *member)
{
    const json_t *const  all = json_object_get(t_request(t), "messages");
    const char *const    s = ckp_json_str(json_array_get(all, i), member);

    return s == NULL ? "" : s;
}


static void
t_answer(t_run_t *t, const char *text)
{
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:s, s:s, s:s, s:{s:i, s:i, s:i}}", "text", text,
                     "finish_reason", "stop", "model", "gpt-4-0613", "usage",
                     "prompt_tokens", 10, "completion_tokens", 20,
                     "total_tokens", 30));
}


static void
t_refuse(t_run_t *t, int status)
{
    t_feed(t, CKP_IN_REPLY, status >= 500 ? CKP_OUTCOME_UNKNOWN
                                          : CKP_OUTCOME_FAILED, t->ref,
           json_pack("{s:s, s:s, s:i}", "type", "LLMCallError", "message",
                     "HTTP", "http_status", status));
}


static json_t *
t_state(const t_run_t *t, const char *name)
{
    json_t *const  state = ckp_run_save(t->run);
    json_t *const  v = json_incref(json_object_get(state, name));

    json_decref(state);

    return v;
}


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
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
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
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
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
    assert_string_equal(t.key, "run:a#2");
    t_answer(&t, "ok");
    assert_string_equal(t_status(&t), "completed");
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


#define SCHEMA                                                                \
    "'output_schema':{'type':'object','required':['n'],'properties':"         \
    "{'n':{'type':'integer'}}},'outputs':{'n':'json:n'},"


static void
test_an_answer_beside_its_schema_is_repaired(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK(SCHEMA));
    assert_non_null(strstr(t_message(&t, 0, "content"), "JSON Schema"));
    t_answer(&t, "four");
    assert_string_equal(t.story, "llm_call_completed llm_usage llm_repair "
                        "llm_call_started");
    assert_string_equal(t_message(&t, 2, "role"), "assistant");
    assert_string_equal(t_message(&t, 2, "content"), "four");
    assert_non_null(strstr(t_message(&t, 3, "content"), "does not fit"));
    assert_string_equal(t.key, "run:a:a#1");
    t_answer(&t, "{\"n\": 4}");
    assert_string_equal(t_var(&t, "n"), "4");
    t_run_over(&t);
}


static void
test_what_cannot_be_repaired_is_an_error_or_the_default(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK(SCHEMA "'repair':{'max_attempts':1},"));
    t_answer(&t, "{}");
    t_answer(&t, "{}");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "LlmOutputInvalid");
    t_run_over(&t);

    t_run(&t, ASK(SCHEMA "'repair':{'max_attempts':0,'on_exhausted':"
                  "'default','default':{'n':9}},"));
    t_answer(&t, "{}");
    assert_string_equal(t_var(&t, "n"), "9");
    t_run_over(&t);

    t_run(&t, ASK(SCHEMA "'model':'m1','repair':{'model':'m2'},"));
    t_answer(&t, "{}");
    assert_string_equal(ckp_json_str(t_request(&t), "model"), "m2");
    t_run_over(&t);
}


static void
test_checks_see_the_answer_before_anything_is_assigned(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'outputs':{'t':'text','n':'json:n'},'policy_checks':["
                  "{'id':'c','condition':'json.n > 3 and n > 3 and not "
                  "(response contains \\\"secret\\\")','message':'no {{x}}'}"
                  "],"));
    t_answer(&t, "{\"n\": 3}");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "LlmPolicyViolation");
    assert_string_equal(t_said(&t, "run_failed", "error"), "no it");
    assert_string_equal(t_var(&t, "n"), "");
    t_run_over(&t);

    t_run(&t, ASK("'outputs':{'t':'text'},'policy_checks':[{'condition':"
                  "'1 > 2','on_fail':'warn','message':'hm'}],"));
    t_answer(&t, "yes");
    assert_string_equal(t_said(&t, "log", "message"), "hm");
    assert_string_equal(t_var(&t, "t"), "\"yes\"");
    t_run_over(&t);

    t_run(&t, ASK("'outputs':{'t':'text'},'policy_checks':[{'condition':"
                  "'1 > 2','on_fail':'goto:end'}],"));
    t_answer(&t, "yes");
    assert_string_equal(t_said(&t, "node_error", "handled_by"),
                        "policy_checks");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "t"), "\"\"");
    t_run_over(&t);
}


#define CHOICE(more)                                                          \
    T_GRAPH("a", "'a':{'type':'llm_action','prompt':'x','orchestration_mode'" \
            ":true,'branches':['l','r']," more "'next_node':'r'},"            \
            "'l':{'type':'terminate','outputs':{'way':'l'}},"                 \
            "'r':{'type':'terminate','outputs':{'way':'r'}}", "")


static void
test_a_model_chooses_the_way(void **ctx)
{
    static const struct {
        const char  *answer;
        const char  *way;
        bool         fallback;
    } rows[] = {
        { "{\"_next_node\":\"r\",\"reasoning\":\"why\"}", "r", false },
        { "{\"_next_node\":\"a\"}", "l", true },
        { "{}", "l", true },
        { "right", "l", true }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        t_run_t        t;
        ckp_summary_t  sum;

        t_run(&t, CHOICE(""));
        assert_non_null(strstr(t_message(&t, 0, "content"), "_next_node"));
        t_answer(&t, rows[i].answer);
        ckp_run_summary(t.run, &sum);
        assert_string_equal(ckp_json_str(sum.outputs, "way"), rows[i].way);
        assert_int_equal(strstr(t.story, "orchestration_fallback") != NULL,
                         rows[i].fallback);
        assert_string_equal(t_said(&t, "orchestration_decision", "branch"),
                            rows[i].way);
        t_run_over(&t);
    }
}


static void
test_the_default_branch_stands_in(void **ctx)
{
    t_run_t  t;

    t_run(&t, CHOICE("'default_branch':'r',"));
    t_answer(&t, "?");
    assert_string_equal(t_said(&t, "orchestration_fallback", "chosen"), "r");
    t_run_over(&t);
}


static void
test_attachments_become_parts(void **ctx)
{
    t_run_t        t;
    const json_t  *parts;
    const json_t  *all;

    t_run(&t, ASK("'attachments':[{'type':'image','source':'https://i/a.png'"
                  "},{'type':'text','source':'hello','description':'note'},"
                  "{'type':'variable','source':'{{vars}}'},{'type':'image',"
                  "'source':'iVBORw0KGgoAAA'},{'type':'url','source':"
                  "'https://x/y'},{'type':'image','source':'{{t}}'}],"));
    all = json_object_get(t_request(&t), "messages");
    parts = json_object_get(json_array_get(all, 0), "content");
    assert_int_equal(json_array_size(parts), 5);
    assert_string_equal(ckp_json_str(json_array_get(parts, 0), "text"),
                        "how is it?");
    assert_string_equal(ckp_json_str(json_array_get(parts, 2), "text"),
                        "[note]\nhello");
    assert_string_equal(ckp_json_str(json_object_get(json_array_get(parts, 4),
                                     "image_url"), "url"),
                        "data:image/png;base64,iVBORw0KGgoAAA");
    assert_non_null(strstr(t.story, "attachment_skipped attachment_skipped "
                           "llm_call_started"));
    t_run_over(&t);

    t_run(&t, ASK("'attachments':[{'type':'image','source':'{{t}}',"
                  "'required':true}],"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "LLMCallError");
    t_run_over(&t);
}


static void
test_doubles_stand_in_for_a_model(void **ctx)
{
    t_run_t  t;

    t_run(&t, DOC("'prompt':'x','outputs':{'t':'text'},",
                  CONFIG("'mock_external_calls':true")));
    assert_string_equal(t_var(&t, "t"), "\"{\\\"mocked\\\": true}\"");
    assert_non_null(strstr(t.story, "step_mock_applied"));
    assert_int_equal(t_count(&t, CKP_FX_CALL), 0);
    t_run_over(&t);

    t_run(&t, DOC("'prompt':'x','outputs':{'t':'text'},",
                  CONFIG("'execution_mode':'dry_run'")));
    assert_string_equal(t_var(&t, "t"), "\"{\\\"dry_run\\\": true}\"");
    t_run_over(&t);

    t_run(&t, DOC("'prompt':'x','outputs':{'t':'json:a'},",
                  CONFIG("'test_data_overrides':{'a':{'t':'own'}}")));
    assert_string_equal(t_var(&t, "t"), "\"own\"");
    t_run_over(&t);

    t_run(&t, DOC("'prompt':'x','outputs':{'t':'json:b'},",
                  CONFIG("'test_data_overrides':{'a':'{\\\"b\\\":3}'}")));
    assert_string_equal(t_var(&t, "t"), "3");
    t_run_over(&t);
}


static void
test_an_override_may_raise_follow_on_or_wait(void **ctx)
{
    t_run_t  t;

    t_run(&t, DOC("'prompt':'x','outputs':{'t':'text'},'retry':{"
                  "'max_retries':1,'delay_ms':0},",
                  CONFIG("'test_data_overrides':{'a':{'__sequence__':["
                         "{'__error__':{'type':'TimeoutError'}},'two']}}")));
    assert_non_null(strstr(t.story, "llm_retry"));
    assert_string_equal(t_var(&t, "t"), "\"two\"");
    t_run_over(&t);

    t_run(&t, DOC("'prompt':'x','outputs':{'t':'text'},",
                  CONFIG("'test_data_overrides':{'a':{'__delay_ms__':50,"
                         "'value':'late'}}")));
    assert_int_equal(t.turn.wake_at_ms, t.now + 50);
    t_tick(&t);
    assert_string_equal(t_var(&t, "t"), "\"late\"");
    t_run_over(&t);
}


static void
test_prompts_may_be_assets_with_variables_of_their_own(void **ctx)
{
    static const char *const  assets =
        ",'prompt_templates':{'greet':{'template':'hi {{who}}','system':"
        "'you are {{role}}','variables':{'who':{'type':'string','required':"
        "true},'role':{'type':'string','default':'kind'}}}}";
    char     text[2048];
    t_run_t  t;

    snprintf(text, sizeof(text), DOC("'prompt_ref':'greet@1','prompt_vars':"
             "{'who':'{{x}}'},", "%s"), assets);
    t_run(&t, text);
    assert_string_equal(t_message(&t, 0, "content"), "you are kind");
    assert_string_equal(t_message(&t, 1, "content"), "hi it");
    assert_string_equal(t_said(&t, "llm_call_started", "prompt_ref"),
                        "greet@1");
    t_run_over(&t);

    snprintf(text, sizeof(text), DOC("'prompt_ref':'greet','prompt_vars':"
             "{'who':'{{t}}'},", "%s"), assets);
    t_run(&t, text);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "PromptTemplateError");
    t_run_over(&t);
}


static void
test_a_run_remembers_what_was_said(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'llm_action','prompt':'one','memory':"
                      "{},'next_node':'b'},'b':{'type':'llm_action','prompt':"
                      "'two','memory':{},'next_node':'end'}," T_END, ""));
    t_answer(&t, "first");
    assert_string_equal(t_message(&t, 0, "content"), "one");
    assert_string_equal(t_message(&t, 1, "content"), "first");
    assert_string_equal(t_message(&t, 1, "role"), "assistant");
    assert_string_equal(t_message(&t, 2, "content"), "two");
    t_run_over(&t);
}


static void
test_an_answer_that_is_kept_is_not_paid_again(void **ctx)
{
    static const char *const  doc =
        T_GRAPH("a", "'a':{'type':'llm_action','prompt':'one','cache':"
                "{'ttl_seconds':60},'next_node':'w'},'w':{'type':'sequence',"
                "'steps':[{'action':'wait','duration_ms':100}],'next_node':"
                "'b'},'b':{'type':'llm_action','prompt':'one','cache':"
                "{'ttl_seconds':60},'outputs':{'t':'text'},'next_node':'end'}"
                "," T_END, ",'variables_schema':{'t':{'type':'string'}}");
    t_run_t  t;

    t_run(&t, doc);
    t_answer(&t, "kept");
    t_tick(&t);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "t"), "\"kept\"");
    t_run_over(&t);

    t_run(&t, doc);
    t_answer(&t, "kept");
    t.now += 60000;
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    t_run_over(&t);
}


static void
test_data_of_persons_does_not_leave(void **ctx)
{
    static const struct {
        const char  *way;
        const char  *sent;
    } rows[] = {
        { "mask", "[EMAIL] [IP] [SSN] 4111111111111112 [CREDIT_CARD]" },
        { "tokenize", "<EMAIL_1> <IP_1> <SSN_1> 4111111111111112 "
                      "<CREDIT_CARD_1>" },
        { "off", "a@b.io 10.0.0.1 123-45-6789 4111111111111112 "
                 "4111111111111111" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char     text[2048];
        t_run_t  t;

        snprintf(text, sizeof(text), DOC("'prompt':'a@b.io 10.0.0.1 "
                 "123-45-6789 4111111111111112 4111111111111111','outputs':"
                 "{'t':'text'},'pii':{'pre':'%s'},", ""), rows[i].way);
        t_run(&t, text);
        assert_string_equal(t_message(&t, 0, "content"), rows[i].sent);
        assert_int_equal(strstr(t.story, "pii_redacted") != NULL, i < 2);
        t_answer(&t, "<EMAIL_1> <X_1> <");
        assert_string_equal(t_var(&t, "t"), i == 1
                            ? "\"a@b.io <X_1> <\"" : "\"<EMAIL_1> <X_1> <\"");
        t_run_over(&t);
    }
}


static void
test_data_of_persons_does_not_come_back(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'pii':{'post':'mask','types':['iban']},'outputs':"
                  "{'t':'text'},"));
    t_answer(&t, "DE89 3704 0044 0532 0130 00 a@b.io "
             "DE88370400440532013000");
    assert_string_equal(t_var(&t, "t"),
                        "\"[IBAN] a@b.io DE88370400440532013000\"");
    t_run_over(&t);

    t_run(&t, ASK("'pii':{'post':'block'},"));
    t_answer(&t, "write to a@b.io");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "LlmPolicyViolation");
    t_run_over(&t);

    t_run(&t, ASK("'pii':{'post':'hash','custom':[{'name':'CASE','regex':"
                  "'C-[0-9]+'}],'types':[]},'outputs':{'t':'text'},"));
    t_answer(&t, "C-17 C-17");
    assert_memory_equal(t_var(&t, "t"), "\"CASE:", 6);
    assert_int_equal(strlen(t_var(&t, "t")), 2 + 13 + 1 + 13);
    t_run_over(&t);
}


static void
test_wrong_documents_are_told(void **ctx)
{
    t_wants("CKP801", "/workflow_graph/nodes/a", DOC("", ""));
    t_wants("CKP802", "/workflow_graph/nodes/a/profile",
            ASK("'profile':'no',"));
    t_wants("CKP803", NULL, ASK("'task_class':'no',"));
    t_wants("CKP804", NULL, DOC("'prompt_ref':'no',", ""));
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
    t_wants("CKP802", NULL, DOC("'prompt':'x',",
            CONFIG("'llm':{'default_profile':'no'}")));
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
        cmocka_unit_test(test_a_profile_says_who_is_asked_and_how),
        cmocka_unit_test(test_a_key_leaves_as_a_handle),
        cmocka_unit_test(
            test_fallbacks_and_retries_of_a_profile_hold_unless_the_node_says),
        cmocka_unit_test(test_the_others_of_a_route_stand_in_for_a_shut_door),
        cmocka_unit_test(
            test_models_that_are_too_dear_or_too_weak_are_passed_over),
        cmocka_unit_test(
            test_a_budget_that_is_spent_fails_the_run_past_its_handlers),
        cmocka_unit_test(test_an_answer_beside_its_schema_is_repaired),
        cmocka_unit_test(
            test_what_cannot_be_repaired_is_an_error_or_the_default),
        cmocka_unit_test(
            test_checks_see_the_answer_before_anything_is_assigned),
        cmocka_unit_test(test_a_model_chooses_the_way),
        cmocka_unit_test(test_the_default_branch_stands_in),
        cmocka_unit_test(test_attachments_become_parts),
        cmocka_unit_test(test_doubles_stand_in_for_a_model),
        cmocka_unit_test(test_an_override_may_raise_follow_on_or_wait),
        cmocka_unit_test(
            test_prompts_may_be_assets_with_variables_of_their_own),
        cmocka_unit_test(test_a_run_remembers_what_was_said),
        cmocka_unit_test(test_an_answer_that_is_kept_is_not_paid_again),
        cmocka_unit_test(test_data_of_persons_does_not_leave),
        cmocka_unit_test(test_data_of_persons_does_not_come_back),
        cmocka_unit_test(test_wrong_documents_are_told),
        cmocka_unit_test(test_what_holds_is_not_told)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
