/* Providers: addresses, heads, bodies of questions, and their replies. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "doc.h"
#include "wire/llm.h"


static void
t_is(json_t *got, const char *text)
{
    json_t *const  want = t_doc_json(text);
    char *const    s = ckp_json_text(got);

    if (!ckp_json_equal(got, want)) {
        fail_msg("%s is not %s", s, text);
    }

    ckp_free(s);
    json_decref(want);
    json_decref(got);
}


static json_t *
t_body(const char *provider, const char *request)
{
    json_t *const  rq = t_doc_json(request);
    char *const    text = ckp_llm_body(provider, rq);
    json_t        *body;

    assert_non_null(text);
    body = ckp_json_parse(text, strlen(text), NULL);
    ckp_free(text);
    json_decref(rq);

    return body;
}


static json_t *
t_reply(const char *provider, const char *body, ckp_outcome_t *outcome)
{
    json_t *const  data = ckp_llm_reply(provider, 200, body, strlen(body),
                                        outcome);

    assert_non_null(data);

    return data;
}


static void
test_each_is_asked_at_its_own_address(void **ctx)
{
    static const struct {
        ckp_llm_where_t  where;
        const char      *url;
    } rows[] = {
        { { NULL, "http://a/v1//", "m", NULL },
          "http://a/v1/chat/completions" },
        { { "openai", "http://a", "m", "x" }, "http://a/chat/completions" },
        { { "nobody", "http://a", "m", NULL }, "http://a/chat/completions" },
        { { "anthropic", "https://a", "m", NULL },
          "https://a/v1/messages" },
        { { "anthropic", "https://a/", "m", NULL }, "https://a/v1/messages" },
        { { "anthropic", "https://a/v1", "m", NULL },
          "https://a/v1/messages" },
        { { "ollama", "http://a", "m", NULL }, "http://a/api/chat" },
        { { "ollama", "http://a/api/", "m", NULL }, "http://a/api/chat" },
        { { "azure_openai", "https://a", "g/4 o", "v&1" },
          "https://a/openai/deployments/g%2F4%20o/chat/completions"
          "?api-version=v%261" },
        { { "azure", "https://a/openai/", "m", "" },
          "https://a/openai/deployments/m/chat/completions"
          "?api-version=2024-10-21" },
        { { "azure", "https://a/openai/deployments/d", "m", NULL },
          "https://a/openai/deployments/d/chat/completions"
          "?api-version=2024-10-21" },
        { { "azure", "https://a/openai/v1/", "m", NULL },
          "https://a/openai/v1/chat/completions" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ckp_buf_t  url;

        ckp_buf_init(&url, 1024);
        ckp_llm_url(&rows[i].where, &url);
        assert_string_equal(ckp_buf_str(&url), rows[i].url);
        ckp_buf_free(&url);
    }
}


static void
test_a_key_goes_where_it_is_looked_for_and_own_lines_stay(void **ctx)
{
    static const struct {
        const char  *provider;
        bool         keyed;
        const char  *before;
        const char  *after;
    } rows[] = {
        { NULL, true, "{'Authorization':'Bearer k'}",
          "{'Authorization':'Bearer k'}" },
        { "anthropic", true, "{'Authorization':'Bearer k'}",
          "{'x-api-key':'k','anthropic-version':'2023-06-01'}" },
        { "anthropic", false,
          "{'Authorization':'Bearer k','Anthropic-Version':'1'}",
          "{'Authorization':'Bearer k','Anthropic-Version':'1'}" },
        { "azure", true, "{'Authorization':'Bearer k','X':'y'}",
          "{'api-key':'k','X':'y'}" },
        { "azure", true, "{}", "{}" },
        { "ollama", true, "{'Authorization':'Bearer k'}",
          "{'Authorization':'Bearer k'}" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *const  head = t_doc_json(rows[i].before);

        assert_int_equal(ckp_llm_head(rows[i].provider, head, rows[i].keyed),
                         0);
        t_is(head, rows[i].after);
    }
}


#define T_TALK                                                                \
    "{'model':'m','temperature':1.5,'seed':3,'stop':'Z','messages':["         \
    "{'role':'system','content':'a'},{'role':'system','content':'b'},"        \
    "{'role':'assistant','content':'before'},"                                \
    "{'role':'user','content':[{'type':'text','text':'look'},"                \
    "{'type':'image_url','image_url':{'url':'data:image/png;base64,QQ=='}},"  \
    "{'type':'image_url','image_url':{'url':'http://x/y.png'}}]},"            \
    "{'role':'assistant','content':'','tool_calls':[{'id':'c1','type':"       \
    "'function','function':{'name':'f','arguments':'{\\\"n\\\":1}'}},"        \
    "{'type':'function','function':{'name':'g','arguments':''}}]},"           \
    "{'role':'tool','tool_call_id':'c1','content':'one'},"                    \
    "{'role':'tool','tool_call_id':'call_1','content':'two'},"                \
    "{'role':'user','content':'and?'}],"                                      \
    "'response_format':{'type':'json_object'},"                               \
    "'tools':[{'type':'function','function':{'name':'f','parameters':"        \
    "{'type':'object'}}}],'tool_choice':'auto'}"


static void
test_a_conversation_as_anthropic_wants_it(void **ctx)
{
    t_is(t_body("anthropic", T_TALK),
         "{'model':'m','max_tokens':4096,'temperature':1,"
         "'stop_sequences':['Z'],'system':"
         "'a\\n\\nb\\n\\nAnswer with one JSON value and nothing else.',"
         "'messages':[{'role':'user','content':[{'type':'text','text':"
         "'(what was before is left out)'}]},"
         "{'role':'assistant','content':[{'type':'text','text':'before'}]},"
         "{'role':'user','content':[{'type':'text','text':'look'},"
         "{'type':'image','source':{'type':'base64','media_type':'image/png',"
         "'data':'QQ=='}},{'type':'image','source':{'type':'url','url':"
         "'http://x/y.png'}}]},"
         "{'role':'assistant','content':[{'type':'tool_use','id':'c1','name':"
         "'f','input':{'n':1}},{'type':'tool_use','id':null,'name':'g',"
         "'input':{}}]},"
         "{'role':'user','content':[{'type':'tool_result','tool_use_id':'c1',"
         "'content':'one'},{'type':'tool_result','tool_use_id':'call_1',"
         "'content':'two'},{'type':'text','text':'and?'}]}],"
         "'tools':[{'name':'f','input_schema':{'type':'object'}}],"
         "'tool_choice':{'type':'auto'}}");

    t_is(t_body("anthropic", "{'top_p':0.1,'temperature':0.7,'max_tokens':5,"
                "'stop':['a','b'],'stream':true,"
                "'messages':[{'role':'user','content':''}]}"),
         "{'max_tokens':5,'top_p':0.1,'stop_sequences':['a','b'],"
         "'stream':true,'messages':[{'role':'user','content':[{'type':'text',"
         "'text':'(nothing)'}]}]}");
}


static void
test_a_conversation_as_ollama_wants_it(void **ctx)
{
    t_is(t_body("ollama", T_TALK),
         "{'model':'m','messages':[{'role':'system','content':'a'},"
         "{'role':'system','content':'b'},"
         "{'role':'assistant','content':'before'},"
         "{'role':'user','content':'look','images':['QQ==']},"
         "{'role':'assistant','content':'','tool_calls':[{'function':{'name':"
         "'f','arguments':{'n':1}}},{'function':{'name':'g','arguments':{}}}]"
         "},{'role':'tool','content':'one','tool_name':'f'},"
         "{'role':'tool','content':'two','tool_name':'g'},"
         "{'role':'user','content':'and?'}],'stream':false,'format':'json',"
         "'tools':[{'type':'function','function':{'name':'f','parameters':"
         "{'type':'object'}}}],"
         "'options':{'temperature':1.5,'seed':3,'stop':['Z']}}");
}


static void
test_others_get_the_question_as_it_is(void **ctx)
{
    t_is(t_body(NULL, T_TALK), T_TALK);
    t_is(t_body("azure_openai", T_TALK), T_TALK);
}


static void
test_a_whole_message_of_anthropic(void **ctx)
{
    ckp_outcome_t  outcome;
    json_t *const  data = t_reply("anthropic",
        "{\"type\":\"message\",\"model\":\"c\",\"content\":["
        "{\"type\":\"thinking\",\"thinking\":\"hm\"},"
        "{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"tool_use\",\"id\":"
        "\"t1\",\"name\":\"f\",\"input\":{\"n\":1}}],\"stop_reason\":"
        "\"tool_use\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4,"
        "\"cache_read_input_tokens\":2}}", &outcome);

    assert_int_equal(outcome, CKP_OUTCOME_OK);
    t_is(data, "{'text':'hi','tool_calls':[{'id':'t1','type':'function',"
         "'function':{'name':'f','arguments':'{\\\"n\\\":1}'}}],"
         "'finish_reason':'tool_calls','model':'c','usage':{'prompt_tokens':5,"
         "'cached_tokens':2,'completion_tokens':4,'total_tokens':9}}");
}


#define T_EVENT(body)  "event: x\ndata: " body "\n\n"
#define T_START                                                               \
    T_EVENT("{\"type\":\"message_start\",\"message\":{\"model\":\"c\","       \
            "\"content\":[],\"usage\":{\"input_tokens\":3,"                   \
            "\"output_tokens\":1}}}")


static void
test_a_stream_of_anthropic(void **ctx)
{
    ckp_outcome_t  outcome;
    json_t *const  data = t_reply("anthropic", T_START
        T_EVENT("{\"type\":\"content_block_start\",\"index\":0,"
                "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
        T_EVENT("{\"type\":\"ping\"}")
        T_EVENT("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                "{\"type\":\"text_delta\",\"text\":\"hi\"}}")
        T_EVENT("{\"type\":\"content_block_start\",\"index\":1,"
                "\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\","
                "\"name\":\"f\",\"input\":{}}}")
        T_EVENT("{\"type\":\"content_block_delta\",\"index\":1,\"delta\":"
                "{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}")
        T_EVENT("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
                "\"max_tokens\"},\"usage\":{\"output_tokens\":7}}")
        T_EVENT("{\"type\":\"message_stop\"}"), &outcome);

    assert_int_equal(outcome, CKP_OUTCOME_OK);
    t_is(data, "{'text':'hi','tool_calls':[{'id':'t','type':'function',"
         "'function':{'name':'f','arguments':'{}'}}],'finish_reason':'length',"
         "'model':'c','usage':{'prompt_tokens':3,'completion_tokens':7,"
         "'total_tokens':10}}");
}


static void
test_lines_of_ollama(void **ctx)
{
    static const char  lines[] =
        "{\"model\":\"o\",\"message\":{\"content\":\"h\"},\"done\":false}\n"
        "{\"model\":\"o\",\"message\":{\"content\":\"i\",\"tool_calls\":[{"
        "\"function\":{\"name\":\"f\",\"arguments\":{\"n\":1}}}]}}\r\n"
        "{\"model\":\"o\",\"message\":{\"content\":\"\"},\"done\":true,"
        "\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":4}\n";
    ckp_outcome_t      outcome;
    json_t *const      data = t_reply("ollama", lines, &outcome);

    assert_int_equal(outcome, CKP_OUTCOME_OK);
    t_is(data, "{'text':'hi','tool_calls':[{'id':'call_0','type':'function',"
         "'function':{'name':'f','arguments':'{\\\"n\\\":1}'}}],"
         "'finish_reason':'tool_calls','model':'o','usage':{'prompt_tokens':3,"
         "'completion_tokens':4,'total_tokens':7}}");
}


static void
test_what_broke_off_or_failed_on_its_way_is_no_answer(void **ctx)
{
    static const struct {
        const char  *provider;
        const char  *body;
        int          status;        /* 0: none is told */
    } rows[] = {
        { "anthropic", T_START, 0 },
        { "ollama", "{\"message\":{\"content\":\"h\"},\"done\":false}\n", 0 },
        { "ollama", "{\"message\":{\"content\":\"h\"}}\n{\"error\":\"x\"}\n",
          500 },
        { "anthropic", T_START T_EVENT("{\"type\":\"error\",\"error\":{"
          "\"type\":\"overloaded_error\",\"message\":\"x\"}}"), 503 },
        { "anthropic", T_START T_EVENT("{\"type\":\"error\",\"error\":{"
          "\"type\":\"rate_limit_error\",\"message\":\"x\"}}"), 429 },
        { NULL, "data: {\"error\":{\"message\":\"x\"}}\n\n", 500 }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ckp_outcome_t  outcome;
        json_t *const  data = t_reply(rows[i].provider, rows[i].body,
                                      &outcome);

        assert_int_equal(outcome, CKP_OUTCOME_UNKNOWN);
        assert_string_equal(ckp_json_str(data, "type"), "LLMCallError");
        assert_int_equal(ckp_json_int(data, "http_status", 0),
                         rows[i].status);
        json_decref(data);
    }
}


static void
test_an_overloaded_service_is_unavailable(void **ctx)
{
    static const char  body[] = "{\"type\":\"error\",\"error\":{\"type\":"
                                "\"overloaded_error\",\"message\":\"busy\"}}";
    ckp_outcome_t      outcome;
    json_t *const      data = ckp_llm_reply("anthropic", 529, body,
                                            strlen(body), &outcome);

    assert_int_equal(outcome, CKP_OUTCOME_UNKNOWN);
    t_is(data, "{'type':'LLMCallError','message':'HTTP 529: busy','code':"
         "'overloaded_error','http_status':503}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_each_is_asked_at_its_own_address),
        cmocka_unit_test(
            test_a_key_goes_where_it_is_looked_for_and_own_lines_stay),
        cmocka_unit_test(test_a_conversation_as_anthropic_wants_it),
        cmocka_unit_test(test_a_conversation_as_ollama_wants_it),
        cmocka_unit_test(test_others_get_the_question_as_it_is),
        cmocka_unit_test(test_a_whole_message_of_anthropic),
        cmocka_unit_test(test_a_stream_of_anthropic),
        cmocka_unit_test(test_lines_of_ollama),
        cmocka_unit_test(
            test_what_broke_off_or_failed_on_its_way_is_no_answer),
        cmocka_unit_test(test_an_overloaded_service_is_unavailable)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
