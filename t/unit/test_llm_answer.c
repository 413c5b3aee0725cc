/* What an answer gives, and what goes with a question. */

#include "llm.h"


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
                  "'nowhere'},{'type':'image','source':'{{t}}'}],"));
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


/* What the host says of a body that it keeps. */
static void
t_fetched(t_run_t *t, int status, const char *kind, const char *type)
{
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:i, s:{s:s, s:s, s:s, s:i, s:s}}", "status", status,
                     "attachment", "kind", kind, "at", ".attached/r/1", "type",
                     type, "bytes", 3, "sha256", "abc"));
}


static const json_t *
t_parts(const t_run_t *t)
{
    return json_object_get(json_array_get(json_object_get(t_request(t),
                           "messages"), 0), "content");
}


static void
test_attachments_that_lie_elsewhere_are_fetched_first(void **ctx)
{
    t_run_t        t;
    const json_t  *body;
    const json_t  *parts;

    t_run(&t, DOC("'prompt':'x','attachments':[{'type':'url','source':"
                  "'https://h/a'},{'type':'csv','source':'https://h/b'},"
                  "{'type':'file','source':'https://h/c.png'},{'type':'url',"
                  "'source':'https://h/d'},{'type':'file','source':"
                  "'https://h/e'}],", CONFIG("'egress_allowlist':['h']")));
    assert_string_equal(t.story, "execution_started node_started");
    body = t.turn.effects[0].body;
    assert_string_equal(t.turn.effects[0].target, "http");
    assert_string_equal(ckp_json_str(body, "url"), "https://h/a");
    assert_int_equal(json_array_size(json_object_get(body, "allow")), 1);
    assert_string_equal(ckp_json_str(json_object_get(body, "attachment"),
                                     "kind"), "any");
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", 1, "crashes", 1));
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "url"),
                        "https://h/a");
    t_fetched(&t, 200, "text", "text/plain");
    body = t.turn.effects[0].body;
    assert_string_equal(ckp_json_str(body, "url"), "https://h/b");
    assert_string_equal(ckp_json_str(json_object_get(body, "attachment"),
                                     "kind"), "text");
    t_fetched(&t, 404, "text", "text/plain");
    t_fetched(&t, 200, "image", "image/png");
    t_failed(&t, CKP_OUTCOME_UNKNOWN, "HttpError", "reset");

    assert_string_equal(t.story, "attachment_skipped attachment_skipped "
                        "llm_call_started");
    assert_true(ckp_json_bool(t_effect(&t), "attached", false));
    assert_null(json_object_get(t_effect(&t), "mask"));
    parts = t_parts(&t);
    assert_int_equal(json_array_size(parts), 4);
    t_is(json_array_get(parts, 1), "{'type':'attachment','kind':'text',"
              "'at':'.attached/r/1','media':'text/plain','bytes':3,"
              "'sha256':'abc','label':'url'}");
    assert_string_equal(ckp_json_str(json_object_get(json_array_get(parts, 2),
                                     "image_url"), "url"), "https://h/c.png");
    assert_string_equal(ckp_json_str(json_array_get(parts, 3), "kind"),
                        "image");

    t_answer(&t, "so");
    body = t_effect_of(&t, CKP_FX_NOTIFY);
    t_is(json_object_get(body, "drop"),
              "['.attached/r/1','.attached/r/1']");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_attachments_may_be_artifacts(void **ctx)
{
    t_run_t        t;
    const json_t  *body;

    t_run(&t, ASK("'outputs':{'o':'text'},'attachments':[{'type':'image',"
                  "'source':'/api/artifacts/r/a%20b.png','required':true},{'type':"
                  "'csv','source':'artifacts/r/t.csv','description':'rows'},"
                  "{'type':'file','source':'r/in/c.pdf'},{'type':'text',"
                  "'source':'r/in/c.txt'},{'type':'image','source':"
                  "'artifacts/../x.png'}],'pii':{'pre':'tokenize','types':"
                  "['email'],'custom':[{'name':'ID','regex':'id[0-9]+'}]},"));
    body = t.turn.effects[0].body;
    assert_string_equal(t.turn.effects[0].target, "host");
    t_is(body, "{'kind':'image','mask':{'act':'tokenize','types':["
              "'email'],'custom':[{'name':'ID','regex':'id[0-9]+'}]},'op':"
              "'attachment','path':'r/a b.png','max_bytes':5242880}");
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           t_doc_json("{'kind':'image','at':'r/a b.png','type':'image/png',"
                  "'bytes':9,'sha256':'1'}"));
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "path"),
                        "r/t.csv");
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           t_doc_json("{'kind':'text','at':'r/t.csv','type':'text/csv',"
                  "'bytes':7,'sha256':'2','tokens':{'<EMAIL_1>':'a@b.cd'},'counts':{"
                  "'email':2}}"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           t_doc_json("{'why':'neither image nor text'}"));

    assert_string_equal(t.story, "attachment_skipped attachment_skipped "
                        "pii_redacted llm_call_started");
    assert_int_equal(json_array_size(t_parts(&t)), 4);
    t_is(json_array_get(t_parts(&t), 2), "{'type':'attachment','kind':"
              "'text','at':'r/t.csv','media':'text/csv','bytes':7,'sha256':'2'"
              ",'label':'rows'}");
    assert_string_equal(ckp_json_str(json_array_get(t_parts(&t), 3), "text"),
                        "[text]\nr/in/c.txt");
    t_is(json_object_get(json_object_get(t_effect(&t), "mask"),
                              "tokens"), "{'<EMAIL_1>':'a@b.cd'}");
    t_answer(&t, "of <EMAIL_1>");
    assert_null(t_effect_of(&t, CKP_FX_NOTIFY));
    assert_string_equal(t_var(&t, "o"), "\"of a@b.cd\"");
    t_run_over(&t);
}


static void
test_attachments_have_a_limit_together(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'attachments':[{'type':'text','source':'artifacts/r/1'},"
                  "{'type':'text','source':'artifacts/r/2'},{'type':'text',"
                  "'source':'artifacts/r/3'},{'type':'text','source':"
                  "'artifacts/r/4'},{'type':'text','source':'artifacts/r/5'},"
                  "{'type':'text','source':'and this'}],"));

    for (int i = 0; i < 5; i++) {
        t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
               t_doc_json("{'kind':'text','at':'r/1','type':'text/plain',"
                      "'bytes':5000000,'sha256':'1'}"));
    }

    assert_string_equal(t.story, "attachment_skipped llm_call_started");
    assert_string_equal(t_said(&t, "attachment_skipped", "reason"),
                        "all together are larger than 20 MiB");
    assert_int_equal(json_array_size(t_parts(&t)), 6);
    t_run_over(&t);
}


static void
test_an_answer_about_the_same_bytes_is_not_paid_again(void **ctx)
{
    static const char  doc[] =
        T_GRAPH("a", "'a':{'type':'llm_action','prompt':'one','cache':"
                "{'ttl_seconds':60},'attachments':[{'type':'url','source':"
                "'https://h/a'}],'next_node':'b'},'b':{'type':'llm_action',"
                "'prompt':'one','cache':{'ttl_seconds':60},'attachments':["
                "{'type':'url','source':'https://h/a'}],'next_node':'end'},"
                T_END, "");
    t_run_t            t;

    t_run(&t, doc);
    t_fetched(&t, 200, "text", "text/plain");
    t_answer(&t, "kept");

    /* another copy of the same bytes */

    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           t_doc_json("{'status':200,'attachment':{'kind':'text','at':"
                  "'.attached/r/2','type':'text/plain','bytes':3,'sha256':"
                  "'abc'}}"));
    assert_string_equal(t_status(&t), "completed");
    t_is(json_object_get(t_effect_of(&t, CKP_FX_NOTIFY), "drop"),
         "['.attached/r/2']");
    t_run_over(&t);
}


static void
test_an_attachment_that_must_be_there_fails_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'attachments':[{'type':'url','source':'https://h/a',"
                  "'required':true}],"));
    t_fetched(&t, 500, "text", "text/plain");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "LLMCallError");
    assert_non_null(strstr(t_said(&t, "run_failed", "error"), "HTTP 500"));
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
test_a_project_remembers_what_was_said(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'memory':{'scope':'project','key':'k','max_messages':6},"));
    assert_string_equal(t.turn.effects[0].target, "host");
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "op"), "memory");
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", 1, "crashes", 1));
    assert_string_equal(t.turn.effects[0].target, "host");
    t_ok(&t, json_pack("[{s:s, s:s}, i]", "role", "user", "content", "before",
                       5));
    assert_string_equal(t_message(&t, 0, "content"), "before");
    assert_string_equal(t_message(&t, 1, "content"), "how is it?");
    t_answer(&t, "fine");
    assert_string_equal(ckp_json_str(t_row(&t, "memory"), "op"), "append");
    assert_string_equal(ckp_json_str(json_object_get(t_row(&t, "memory"),
                                                     "value"), "content"),
                        "how is it?");
    assert_int_equal(ckp_json_int(t_row(&t, "memory"), "max_items", 0), 6);
    t_run_over(&t);

    t_run(&t, ASK("'memory':{'scope':'project'},"));
    t_failed(&t, CKP_OUTCOME_FAILED, "InternalError", "no store");
    assert_string_equal(t_said(&t, "run_failed", "error"), "no store");
    t_run_over(&t);
}


static void
test_memory_forgets_the_oldest(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'llm_action','prompt':'again',"
                      "'memory':{'max_messages':2},'next_node':'l'},'l':"
                      "{'type':'logic','rules':[{'condition':"
                      "'count(memory.default) > 9','next_node':'end'}],"
                      "'default_next_node':'a'}," T_END, ""));
    t_answer(&t, "one");
    t_answer(&t, "two");
    assert_string_equal(t_message(&t, 0, "content"), "again");
    assert_string_equal(t_message(&t, 1, "content"), "two");
    assert_string_equal(t_message(&t, 2, "content"), "again");
    t_run_over(&t);
}


static void
test_the_journal_has_the_words_when_all_is_to_be_kept(void **ctx)
{
    t_run_t        t;
    const json_t  *result;

    t_run(&t, DOC("'prompt':'x',", CONFIG("'audit_config':{'audit_level':"
                                          "'detailed'}")));
    t_answer(&t, "said");
    result = json_object_get(t_row(&t, "journal"), "result");
    assert_string_equal(ckp_json_str(result, "text"), "said");
    assert_int_equal(json_array_size(json_object_get(result, "messages")), 1);
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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_an_answer_beside_its_schema_is_repaired),
        cmocka_unit_test(
            test_what_cannot_be_repaired_is_an_error_or_the_default),
        cmocka_unit_test(
            test_checks_see_the_answer_before_anything_is_assigned),
        cmocka_unit_test(test_a_model_chooses_the_way),
        cmocka_unit_test(test_the_default_branch_stands_in),
        cmocka_unit_test(test_attachments_become_parts),
        cmocka_unit_test(
            test_attachments_that_lie_elsewhere_are_fetched_first),
        cmocka_unit_test(test_attachments_may_be_artifacts),
        cmocka_unit_test(test_attachments_have_a_limit_together),
        cmocka_unit_test(
            test_an_answer_about_the_same_bytes_is_not_paid_again),
        cmocka_unit_test(
            test_an_attachment_that_must_be_there_fails_the_node),
        cmocka_unit_test(test_doubles_stand_in_for_a_model),
        cmocka_unit_test(test_an_override_may_raise_follow_on_or_wait),
        cmocka_unit_test(
            test_prompts_may_be_assets_with_variables_of_their_own),
        cmocka_unit_test(test_a_run_remembers_what_was_said),
        cmocka_unit_test(test_a_project_remembers_what_was_said),
        cmocka_unit_test(test_memory_forgets_the_oldest),
        cmocka_unit_test(
            test_the_journal_has_the_words_when_all_is_to_be_kept),
        cmocka_unit_test(test_an_answer_that_is_kept_is_not_paid_again),
        cmocka_unit_test(test_data_of_persons_does_not_leave),
        cmocka_unit_test(test_data_of_persons_does_not_come_back)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
