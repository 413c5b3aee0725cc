/* Replies of chat completions: whole, streamed, refused, none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ckp.h"
#include "wire/llm.h"


static json_t *
t_reply(int status, const char *body, ckp_outcome_t *outcome)
{
    json_t *const  data = ckp_llm_reply(NULL, status, body, strlen(body),
                                        outcome);

    assert_non_null(data);

    return data;
}


static void
test_a_whole_answer_gives_text_usage_and_who(void **ctx)
{
    ckp_outcome_t  outcome;
    json_t *const  data = t_reply(200, "{\"model\":\"m-1\",\"choices\":[{"
        "\"finish_reason\":\"stop\",\"message\":{\"content\":\"hi\"}}],"
        "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}", &outcome);

    assert_int_equal(outcome, CKP_OUTCOME_OK);
    assert_string_equal(ckp_json_str(data, "text"), "hi");
    assert_string_equal(ckp_json_str(data, "model"), "m-1");
    assert_string_equal(ckp_json_str(data, "finish_reason"), "stop");
    assert_int_equal(ckp_json_int(json_object_get(data, "usage"),
                                  "total_tokens", 0), 7);
    assert_null(json_object_get(data, "tool_calls"));
    json_decref(data);
}


static void
test_no_content_is_an_empty_text_and_parts_are_joined(void **ctx)
{
    ckp_outcome_t  outcome;
    json_t        *data = t_reply(200, "{\"choices\":[{\"message\":{"
        "\"content\":null,\"tool_calls\":[{\"id\":\"1\"}]}}]}", &outcome);

    assert_string_equal(ckp_json_str(data, "text"), "");
    assert_int_equal(json_array_size(json_object_get(data, "tool_calls")), 1);
    json_decref(data);

    data = t_reply(200, "{\"choices\":[{\"message\":{\"content\":[{\"text\":"
                   "\"a\"},{\"image\":1},{\"text\":\"b\"}]}}]}", &outcome);
    assert_string_equal(ckp_json_str(data, "text"), "ab");
    json_decref(data);
}


static void
test_an_answer_without_choices_is_an_error(void **ctx)
{
    static const char *const  bodies[] = {
        "{}", "{\"choices\":[]}", "[]", "", "<html>", "{\"choices\":{}}",
        "data: [DONE]\n\n"
    };

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        ckp_outcome_t  outcome;
        json_t *const  data = t_reply(200, bodies[i], &outcome);

        assert_int_equal(outcome, CKP_OUTCOME_FAILED);
        assert_string_equal(ckp_json_str(data, "type"), "LLMCallError");
        json_decref(data);
    }
}


static void
test_pieces_of_a_stream_are_put_together(void **ctx)
{
    ckp_outcome_t  outcome;
    const json_t  *call;
    json_t *const  data = t_reply(200,
        ": hello\n\n"
        "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"h\"}}]}"
        "\r\n\r\n"
        "data:{\"choices\":[{\"delta\":{\"content\":\"i\",\"tool_calls\":[{"
        "\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"f\","
        "\"arguments\":\"{\"}}]}}]}\n\n"
        "event: x\n"
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,"
        "\"function\":{\"arguments\":\"}\"}}]},\"finish_reason\":\"stop\"}]}\n"
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,"
        "\"completion_tokens\":2}}\n\n"
        "data: [DONE]\n\n", &outcome);

    assert_int_equal(outcome, CKP_OUTCOME_OK);
    assert_string_equal(ckp_json_str(data, "text"), "hi");
    assert_string_equal(ckp_json_str(data, "finish_reason"), "stop");
    assert_int_equal(ckp_json_int(json_object_get(data, "usage"),
                                  "total_tokens", 0), 3);
    call = json_array_get(json_object_get(data, "tool_calls"), 0);
    assert_string_equal(ckp_json_str(call, "id"), "c1");
    assert_string_equal(ckp_json_str(json_object_get(call, "function"),
                                     "arguments"), "{}");
    json_decref(data);
}


/* Wherever the bytes are cut, the text is what whole lines have said. */

static void
test_a_stream_is_read_while_it_comes(void **ctx)
{
    static const char  sse[] =
        ": hello\n\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"gr\303\266\"}}]}\r\n\r\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"\303\237er\"}}]}\n\n"
        "data: {broken\n"
        "data: [DONE]\n\n";
    const size_t       size = sizeof(sse) - 1;
    const char *const  first = strstr(sse, "\r\n");
    const char *const  second = strstr(sse, "\n\ndata: {br");

    for (size_t cut = 1; cut < size; cut++) {
        ckp_llm_live_t *const  live = ckp_llm_live_new(NULL);
        size_t                 len;

        assert_non_null(live);
        ckp_llm_live_feed(live, sse, cut);
        assert_string_equal(ckp_llm_live_text(live, &len),
                            first + 2 > sse + cut ? ""
                            : second + 1 > sse + cut ? "gr\303\266"
                            : "gr\303\266\303\237er");
        ckp_llm_live_feed(live, sse + cut, size - cut);
        assert_string_equal(ckp_llm_live_text(live, &len),
                            "gr\303\266\303\237er");
        assert_int_equal(len, 8);
        ckp_llm_live_free(live);
    }
}


static void
test_what_is_no_line_of_a_stream_is_passed_over(void **ctx)
{
    static char            line[300000];
    ckp_llm_live_t *const  live = ckp_llm_live_new("ollama");
    size_t                 len;

    memset(line, 'x', sizeof(line));
    ckp_llm_live_feed(live, "{\"message\":{\"content\":\"a\"}}\n", 29);
    ckp_llm_live_feed(live, line, sizeof(line));
    ckp_llm_live_feed(live, "\n{\"message\":{\"content\":\"b\"}}\n", 30);
    assert_string_equal(ckp_llm_live_text(live, &len), "a");
    ckp_llm_live_free(live);
    ckp_llm_live_free(NULL);
}


static void
test_odd_pieces_of_a_stream_do_no_harm(void **ctx)
{
    ckp_outcome_t  outcome;
    json_t *const  data = t_reply(200,
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":-1},"
        "{\"index\":100000},7,{}]}}]}\n"
        "data: {broken\ndata: 5\ndata:\n"
        "data: {\"choices\":[{\"delta\":5}]}", &outcome);

    assert_int_equal(outcome, CKP_OUTCOME_OK);
    assert_string_equal(ckp_json_str(data, "text"), "");
    json_decref(data);
}


static void
test_refusals_tell_their_status_and_their_words(void **ctx)
{
    static const struct {
        int            status;
        const char    *body;
        ckp_outcome_t  outcome;
        const char    *message;
    } rows[] = {
        { 401, "{\"error\":{\"message\":\"bad key\",\"code\":\"k\"}}",
          CKP_OUTCOME_FAILED, "HTTP 401: bad key" },
        { 429, "{\"error\":\"slow\"}", CKP_OUTCOME_FAILED,
          "HTTP 429: slow" },
        { 500, "oops", CKP_OUTCOME_UNKNOWN, "HTTP 500" },
        { 503, "", CKP_OUTCOME_UNKNOWN, "HTTP 503" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ckp_outcome_t  outcome;
        json_t *const  data = t_reply(rows[i].status, rows[i].body, &outcome);

        assert_int_equal(outcome, rows[i].outcome);
        assert_string_equal(ckp_json_str(data, "message"), rows[i].message);
        assert_int_equal(ckp_json_int(data, "http_status", 0),
                         rows[i].status);
        json_decref(data);
    }
}


static void
test_words_cut_within_a_character_are_left_out(void **ctx)
{
    ckp_outcome_t  outcome;
    char           body[1024];
    char           text[700];
    json_t        *data;

    text[0] = '\0';

    for (int i = 0; i < 200; i++) {
        strcat(text, "\xe2\x82\xac");
    }

    snprintf(body, sizeof(body), "{\"error\":\"x%s\"}", text);
    data = t_reply(400, body, &outcome);
    assert_string_equal(ckp_json_str(data, "message"), "HTTP 400");
    json_decref(data);
}


static void
test_no_reply_is_a_time_or_the_network(void **ctx)
{
    json_t  *data = ckp_llm_unreached("timeout");

    assert_string_equal(ckp_json_str(data, "type"), "TimeoutError");
    json_decref(data);

    data = ckp_llm_unreached("reset");
    assert_string_equal(ckp_json_str(data, "type"), "LLMCallError");
    assert_string_equal(ckp_json_str(data, "reason"), "network");
    json_decref(data);

    data = ckp_llm_unreached(NULL);
    assert_string_equal(ckp_json_str(data, "message"), "no answer");
    json_decref(data);

    data = ckp_llm_shut();
    assert_string_equal(ckp_json_str(data, "reason"), "circuit_open");
    json_decref(data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_whole_answer_gives_text_usage_and_who),
        cmocka_unit_test(
            test_no_content_is_an_empty_text_and_parts_are_joined),
        cmocka_unit_test(test_an_answer_without_choices_is_an_error),
        cmocka_unit_test(test_pieces_of_a_stream_are_put_together),
        cmocka_unit_test(test_a_stream_is_read_while_it_comes),
        cmocka_unit_test(test_what_is_no_line_of_a_stream_is_passed_over),
        cmocka_unit_test(test_odd_pieces_of_a_stream_do_no_harm),
        cmocka_unit_test(test_refusals_tell_their_status_and_their_words),
        cmocka_unit_test(test_words_cut_within_a_character_are_left_out),
        cmocka_unit_test(test_no_reply_is_a_time_or_the_network)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
