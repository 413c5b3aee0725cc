/* The wire of tool servers, in both forms. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "wire/mcp.h"

#define SSE  "text/event-stream; charset=utf-8"
#define JS   "application/json"


static json_t *
t_response(const char *type, const char *body, ckp_mcp_id_t id)
{
    return ckp_mcp_response(type, body, strlen(body), id);
}


static void
test_requests_are_json_rpc(void **ctx)
{
    json_t        *v = ckp_mcp_initialize();
    json_t *const  args = json_pack("{s:i}", "x", 1);

    assert_string_equal(ckp_json_str(v, "method"), "initialize");
    assert_string_equal(ckp_json_str(json_object_get(v, "params"),
                                     "protocolVersion"), CKP_MCP_VERSION);
    assert_int_equal(ckp_json_int(v, "id", 0), CKP_MCP_INITIALIZE);
    json_decref(v);

    v = ckp_mcp_initialized();
    assert_null(json_object_get(v, "id"));
    json_decref(v);

    v = ckp_mcp_list(NULL);
    assert_int_equal(json_object_size(json_object_get(v, "params")), 0);
    json_decref(v);
    v = ckp_mcp_list("next");
    assert_string_equal(ckp_json_str(json_object_get(v, "params"), "cursor"),
                        "next");
    json_decref(v);

    v = ckp_mcp_call("add", args);
    assert_string_equal(ckp_json_str(json_object_get(v, "params"), "name"),
                        "add");
    assert_int_equal(ckp_json_int(json_object_get(json_object_get(v,
                     "params"), "arguments"), "x", 0), 1);
    json_decref(v);

    v = ckp_mcp_call("add", NULL);
    assert_true(json_is_object(json_object_get(json_object_get(v, "params"),
                                               "arguments")));
    json_decref(v);
    json_decref(args);
}


static void
test_a_response_is_found_by_its_id(void **ctx)
{
    json_t  *v;

    v = t_response(JS, "{\"id\":3,\"result\":{}}", CKP_MCP_CALL);
    assert_non_null(v);
    json_decref(v);

    v = t_response(JS, "[{\"method\":\"x\"},{\"id\":2,\"result\":{}},"
                   "{\"id\":3,\"error\":{\"code\":1}}]", CKP_MCP_CALL);
    assert_non_null(json_object_get(v, "error"));
    json_decref(v);

    assert_null(t_response(JS, "{\"id\":2,\"result\":{}}", CKP_MCP_CALL));
    assert_null(t_response(JS, "{\"id\":3}", CKP_MCP_CALL));
    assert_null(t_response(JS, "{\"id\":\"3\",\"result\":1}", CKP_MCP_CALL));
    assert_null(t_response(JS, "nonsense", CKP_MCP_CALL));
    assert_null(t_response(NULL, "", CKP_MCP_CALL));
}


static void
test_a_response_may_stand_in_an_event_stream(void **ctx)
{
    static const char *const  streams[] = {
        "data: {\"id\":3,\"result\":{\"n\":1}}\n\n",
        ": hello\r\nevent: message\r\nid: 7\r\ndata: {\"id\":3,\r\n"
        "data: \"result\":{\"n\":1}}\r\n\r\n",
        "data:{\"method\":\"notifications/progress\"}\n\n"
        "data:{\"id\":3,\"result\":{\"n\":1}}\n\n",
        "data: not json\n\ndata: {\"id\":3,\"result\":{\"n\":1}}",
        "data: {\"id\":3,\"result\":{\"n\":1}}\r\r"
    };

    for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        json_t *const  v = t_response(SSE, streams[i], CKP_MCP_CALL);

        assert_non_null(v);
        assert_int_equal(ckp_json_int(json_object_get(v, "result"), "n", 0),
                         1);
        json_decref(v);
    }

    assert_null(t_response(SSE, "data: {\"id\":4,\"result\":1}\n\n",
                           CKP_MCP_CALL));
    assert_null(t_response(SSE, "", CKP_MCP_CALL));
    assert_null(t_response(SSE, "\n\n\n", CKP_MCP_CALL));
}


/* result of a call with that response, as text; its outcome. */
static char *
t_result(const char *response, ckp_outcome_t *outcome)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  v = ckp_json_parse(response, strlen(response), &err);
    json_t *const  data = ckp_mcp_result(v, outcome);
    char *const    text = ckp_json_text(data);

    json_decref(v);
    json_decref(data);

    return text;
}


static void
test_content_becomes_the_result(void **ctx)
{
    static const struct {
        const char  *response;
        const char  *data;
    } cases[] = {
        { "{\"result\":{\"structuredContent\":{\"a\":1},\"content\":[]}}",
          "{\"result\":{\"a\":1}}" },
        { "{\"result\":{\"content\":[{\"type\":\"text\",\"text\":"
          "\"{\\\"a\\\":1}\"}]}}", "{\"result\":{\"a\":1}}" },
        { "{\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}}",
          "{\"result\":\"hi\"}" },
        { "{\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
          "{\"type\":\"image\",\"data\":\"b\"}]}}",
          "{\"result\":[{\"type\":\"text\",\"text\":\"a\"},"
          "{\"type\":\"image\",\"data\":\"b\"}]}" },
        { "{\"result\":{}}", "{\"result\":{}}" }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ckp_outcome_t  outcome = CKP_OUTCOME_UNKNOWN;
        char *const    text = t_result(cases[i].response, &outcome);

        assert_int_equal(outcome, CKP_OUTCOME_OK);
        assert_string_equal(text, cases[i].data);
        ckp_free(text);
    }
}


static void
test_errors_of_a_tool_are_definitive_and_named(void **ctx)
{
    ckp_outcome_t  outcome = CKP_OUTCOME_OK;
    char          *text;

    text = t_result("{\"result\":{\"isError\":true,\"content\":[{\"type\":"
                    "\"text\",\"text\":\"no\"},{\"text\":\"stock\"}]}}",
                    &outcome);
    assert_int_equal(outcome, CKP_OUTCOME_FAILED);
    assert_string_equal(text, "{\"type\":\"MCPToolError\",\"message\":"
                        "\"no\\nstock\"}");
    ckp_free(text);

    text = t_result("{\"error\":{\"code\":-32602,\"message\":\"bad\"}}",
                    &outcome);
    assert_int_equal(outcome, CKP_OUTCOME_FAILED);
    assert_string_equal(text, "{\"type\":\"MCPToolError\",\"message\":"
                        "\"bad\",\"code\":-32602}");
    ckp_free(text);

    text = t_result("{\"result\":7}", &outcome);
    assert_int_equal(outcome, CKP_OUTCOME_UNKNOWN);
    ckp_free(text);
}


static void
test_the_plain_form_has_results_and_errors(void **ctx)
{
    static const struct {
        int            status;
        const char    *body;
        ckp_outcome_t  outcome;
        const char    *data;
    } cases[] = {
        { 200, "{\"result\":[1],\"isError\":false}", CKP_OUTCOME_OK,
          "{\"result\":[1]}" },
        { 200, "{\"result\":null}", CKP_OUTCOME_OK, "{\"result\":null}" },
        { 200, "{\"result\":\"no\",\"isError\":true}", CKP_OUTCOME_FAILED,
          "{\"type\":\"MCPToolError\",\"message\":\"no\"}" },
        { 200, "{\"error\":{\"message\":\"bad\"},\"isError\":true}",
          CKP_OUTCOME_FAILED,
          "{\"type\":\"MCPToolError\",\"message\":\"bad\"}" },
        { 200, "[]", CKP_OUTCOME_UNKNOWN,
          "{\"type\":\"MCPToolError\",\"message\":"
          "\"Invalid tool server response\"}" },
        { 404, "{}", CKP_OUTCOME_FAILED,
          "{\"type\":\"MCPToolError\",\"message\":\"HTTP 404\","
          "\"http_status\":404}" },
        { 502, "", CKP_OUTCOME_UNKNOWN,
          "{\"type\":\"MCPToolError\",\"message\":\"HTTP 502\","
          "\"http_status\":502}" }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ckp_outcome_t  outcome = CKP_OUTCOME_UNKNOWN;
        json_t *const  data = ckp_mcp_rest(cases[i].status, cases[i].body,
                                           strlen(cases[i].body), &outcome);
        char *const    text = ckp_json_text(data);

        assert_int_equal(outcome, cases[i].outcome);
        assert_string_equal(text, cases[i].data);
        ckp_free(text);
        json_decref(data);
    }
}


static void
test_no_answer_is_a_time_out_or_an_error_of_the_tool(void **ctx)
{
    json_t  *v = ckp_mcp_unreached("timeout");

    assert_string_equal(ckp_json_str(v, "type"), "TimeoutError");
    json_decref(v);
    v = ckp_mcp_unreached("reset");
    assert_string_equal(ckp_json_str(v, "type"), "MCPToolError");
    json_decref(v);
    v = ckp_mcp_unreached(NULL);
    assert_string_equal(ckp_json_str(v, "message"), "no answer");
    json_decref(v);
}


static void
test_tools_are_listed_by_name(void **ctx)
{
    json_t *const  v = json_pack("{s:[s, {s:s, s:s, s:{s:s}}, {s:s}, i]}",
                           "tools", "plain", "name", "add", "description",
                           "adds", "inputSchema", "type", "object", "title",
                           "nameless", 5);
    json_t *const  tools = ckp_mcp_tools(v);

    assert_int_equal(json_array_size(tools), 2);
    assert_string_equal(ckp_json_str(json_array_get(tools, 0), "name"),
                        "plain");
    assert_string_equal(ckp_json_str(json_object_get(json_array_get(tools, 1),
                        "input_schema"), "type"), "object");
    json_decref(tools);
    json_decref(v);
    assert_null(ckp_mcp_tools(NULL));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_requests_are_json_rpc),
        cmocka_unit_test(test_a_response_is_found_by_its_id),
        cmocka_unit_test(test_a_response_may_stand_in_an_event_stream),
        cmocka_unit_test(test_content_becomes_the_result),
        cmocka_unit_test(test_errors_of_a_tool_are_definitive_and_named),
        cmocka_unit_test(test_the_plain_form_has_results_and_errors),
        cmocka_unit_test(test_no_answer_is_a_time_out_or_an_error_of_the_tool),
        cmocka_unit_test(test_tools_are_listed_by_name)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
