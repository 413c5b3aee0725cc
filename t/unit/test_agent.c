/* What replies of agents mean: spec/ckp.md 14.2, api.md 19. */

#include "doc.h"

#include "wire/agent.h"


/* The outcome, and the data as text. */

static char
t_reply(int status, const char *body, bool strict, char *out)
{
    ckp_outcome_t  outcome = CKP_OUTCOME_UNKNOWN;
    json_t        *data;
    char          *text;
    char           own[1024];

    snprintf(own, sizeof(own), "%s", body);

    for (char *p = own; *p != '\0'; p++) {
        *p = *p == '\'' ? '"' : *p;
    }

    data = ckp_agent_reply(status, own, strlen(own), strict, &outcome);
    assert_non_null(data);
    text = ckp_json_canonical(data);
    snprintf(out, 1024, "%s", text);
    ckp_free(text);
    json_decref(data);

    return outcome == CKP_OUTCOME_OK ? 'o'
           : outcome == CKP_OUTCOME_FAILED ? 'f' : 'u';
}


static void
test_success_has_its_result(void **ctx)
{
    char  s[1024];

    assert_int_equal(t_reply(200, "{'status':'success','result':[1]}", true,
                             s), 'o');
    assert_string_equal(s, "{\"result\":[1]}");
    assert_int_equal(t_reply(201, "{'status':'success'}", true, s), 'o');
    assert_string_equal(s, "{\"result\":{}}");
    assert_int_equal(t_reply(200, "{'status':'success','result':null,"
                             "'cost':0.5}", true, s), 'o');
    assert_string_equal(s, "{\"cost\":0.5,\"result\":{}}");
}


static void
test_an_error_that_is_told_is_definitive(void **ctx)
{
    char  s[1024];

    assert_int_equal(t_reply(200, "{'status':'error','error':"
                             "'NotFound: no such'}", true, s), 'f');
    assert_non_null(strstr(s, "\"agent_error_type\":\"NotFound\""));
    assert_non_null(strstr(s, "\"type\":\"AgentActionError\""));

    assert_int_equal(t_reply(500, "{'status':'error','error':{'type':'Odd',"
                             "'code':'E1','message':'m','retryable':false}}",
                             true, s), 'f');
    assert_non_null(strstr(s, "\"agent_error_type\":\"Odd\""));
    assert_non_null(strstr(s, "\"http_status\":500"));
    assert_non_null(strstr(s, "\"retryable\":false"));

    assert_int_equal(t_reply(404, "gone", true, s), 'f');
    assert_non_null(strstr(s, "\"http_status\":404"));
}


static void
test_what_may_have_worked_is_ambiguous(void **ctx)
{
    static const struct {
        int          status;
        const char  *body;
    } rows[] = {
        { 200, "" }, { 200, "{" }, { 200, "[]" }, { 200, "{'result':1}" },
        { 200, "{'status':'accepted'}" }, { 200, "{'status':7}" },
        { 503, "" }, { 502, "<html>" }, { 302, "" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char  s[1024];

        assert_int_equal(t_reply(rows[i].status, rows[i].body, true, s),
                         'u');
    }
}


static void
test_a_lenient_reply_is_its_own_result(void **ctx)
{
    char  s[1024];

    assert_int_equal(t_reply(200, "{'a':1}", false, s), 'o');
    assert_string_equal(s, "{\"result\":{\"a\":1}}");
    assert_int_equal(t_reply(200, "{'result':2}", false, s), 'o');
    assert_string_equal(s, "{\"result\":2}");
}


static void
test_no_reply_has_a_name(void **ctx)
{
    static const char *const  rows[][2] = {
        { "timeout", "TimeoutError" }, { "too large", "AgentProtocolError" },
        { "refused", "AgentUnavailable" }, { NULL, "AgentUnavailable" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *const  data = ckp_agent_unreached(rows[i][0]);

        assert_string_equal(ckp_json_str(data, "type"), rows[i][1]);
        assert_non_null(ckp_json_str(data, "message"));
        json_decref(data);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_success_has_its_result),
        cmocka_unit_test(test_an_error_that_is_told_is_definitive),
        cmocka_unit_test(test_what_may_have_worked_is_ambiguous),
        cmocka_unit_test(test_a_lenient_reply_is_its_own_result),
        cmocka_unit_test(test_no_reply_has_a_name)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
