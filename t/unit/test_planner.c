/* A planner: its tools, its limits, its ways to speak, its plans. */

#include "drive.h"

#define TOOLS                                                                 \
    ",'tools':{"                                                              \
    "'add':{'description':'adds','action':'calculate','params':"              \
    "{'expression':'{{args.a}} + {{args.b}}'},'parameters':{'type':'object'," \
    "'required':['a','b'],'properties':{'a':{'type':'number'},"               \
    "'b':{'type':'number'}}}},"                                               \
    "'work':{'action':'work','agent':'W','side_effects':'write',"             \
    "'max_calls':3},"                                                         \
    "'pay':{'action':'pay','agent':'W','approval':'human'}}"

#define PLAN(planner, more)                                                   \
    T_GRAPH("a", "'a':{'type':'llm_action','prompt':'do it','model':'m',"     \
            "'retry':{'max_retries':0},'outputs':{'t':'text','p':"            \
            "'{{planner}}'},'planner':{" planner "}," more                    \
            "'next_node':'end'}," T_END,                                      \
            ",'variables_schema':{'t':{'type':'string'}}" TOOLS)


static const json_t *
t_call(const t_run_t *t, const char *target)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        const ckp_effect_t *const  fx = &t->turn.effects[i];

        if (fx->kind == CKP_FX_CALL && strcmp(fx->target, target) == 0) {
            return fx->body;
        }
    }

    fail_msg("nobody is called after: %s", t->story);

    return NULL;
}


/* The message `i` from the end of the last request. */
static const json_t *
t_last(const t_run_t *t, size_t i)
{
    const json_t *const  rq = json_object_get(t_call(t, "llm"), "request");
    const json_t *const  all = json_object_get(rq, "messages");

    return json_array_get(all, json_array_size(all) - 1 - i);
}


static void
t_say(t_run_t *t, const char *text)
{
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:s, s:s, s:{s:i, s:i}}", "text", text,
                     "finish_reason", "stop", "usage", "prompt_tokens", 1,
                     "completion_tokens", 1));
}


/* A native call; a second one with the same arguments when `two`. */
static void
t_wants_tool(t_run_t *t, const char *name, const char *args, bool two)
{
    char     own[512];
    json_t  *calls;

    snprintf(own, sizeof(own), "%s", args);

    for (char *p = own; *p != '\0'; p++) {
        *p = *p == '\'' ? '"' : *p;
    }

    calls = json_pack("[{s:s, s:{s:s, s:s}}]", "id", "c1", "function", "name",
                      name, "arguments", own);

    if (two) {
        json_array_append_new(calls, json_pack("{s:s, s:{s:s, s:s}}", "id",
                              "c2", "function", "name", name, "arguments",
                              own));
    }

    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:s, s:o, s:s, s:{s:i}}", "text", "", "tool_calls",
                     calls, "finish_reason", "tool_calls", "usage",
                     "prompt_tokens", 1));
}


static void
test_a_model_calls_tools_until_it_knows(void **ctx)
{
    t_run_t        t;
    const json_t  *rq;

    t_run(&t, PLAN("'goal':'sum up','tools':['add','work']", ""));
    assert_string_equal(t.story, "execution_started node_started "
                        "planner_started llm_call_started");
    rq = json_object_get(t_call(&t, "llm"), "request");
    assert_int_equal(json_array_size(json_object_get(rq, "tools")), 2);
    assert_string_equal(ckp_json_str(t_last(&t, 0), "content"), "sum up");

    t_wants_tool(&t, "add", "{'a':2,'b':3}", false);
    assert_string_equal(t.story, "llm_call_completed llm_usage "
                        "planner_iteration tool_call_started node_started "
                        "step_started step_completed node_completed "
                        "tool_call_completed llm_call_started");
    assert_string_equal(t_event(&t, "step_started")->path, "a/tool[1.add]/add");
    assert_string_equal(ckp_json_str(t_last(&t, 0), "role"), "tool");
    assert_string_equal(ckp_json_str(t_last(&t, 0), "tool_call_id"), "c1");
    assert_string_equal(ckp_json_str(t_last(&t, 0), "content"), "5");
    assert_int_equal(json_array_size(json_object_get(t_last(&t, 1),
                                                     "tool_calls")), 1);
    assert_string_equal(t.key, "run:a:a#1");

    t_say(&t, "five");
    assert_non_null(strstr(t.story, "planner_completed node_completed"));
    assert_string_equal(t_var(&t, "t"), "\"five\"");
    assert_non_null(strstr(t_var(&t, "p"), "\"tool_calls\":1"));
    assert_non_null(strstr(t_var(&t, "p"), "\"truncated\":false"));
    t_run_over(&t);
}


static void
test_a_tool_of_an_agent_is_a_step_of_its_own(void **ctx)
{
    t_run_t        t;
    const json_t  *rq;

    t_run(&t, PLAN("'tools':['work']", ""));
    t_wants_tool(&t, "work", "{'x':1}", false);
    assert_string_equal(t.key, "run:a/tool[1.work]/work");
    t_admit(&t);
    rq = json_object_get(t_call(&t, "agent"), "request");
    assert_int_equal(ckp_json_int(json_object_get(rq, "params"), "x", 0), 1);

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", 1, "crashes", 1));
    assert_string_equal(t.key, "run:a/tool[1.work]/work");
    t_ok(&t, json_pack("{s:s}", "is", "done"));
    assert_string_equal(ckp_json_str(t_last(&t, 0), "content"),
                        "{\"is\":\"done\"}");
    t_say(&t, "ok");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_what_may_not_be_called_is_refused_and_told(void **ctx)
{
    static const struct {
        const char  *tool;
        const char  *args;
        const char  *why;
    } rows[] = {
        { "nope", "{}", "no such tool" },
        { "work", "{}", "no such tool" },
        { "add", "{'a':1}", "arguments" },
        { "add", "[1]", "no JSON object" },
        { "add", "{", "no JSON object" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        t_run_t  t;

        t_run(&t, PLAN("'tools':['add']", ""));
        t_wants_tool(&t, rows[i].tool, rows[i].args, false);
        assert_string_equal(t.story, "llm_call_completed llm_usage "
                            "tool_call_denied planner_iteration "
                            "llm_call_started");
        assert_non_null(strstr(t_said(&t, "tool_call_denied", "reason"),
                               rows[i].why));
        assert_non_null(strstr(ckp_json_str(t_last(&t, 0), "content"),
                               rows[i].why));
        t_run_over(&t);
    }
}


static void
test_a_tool_is_called_no_more_often_than_it_may(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':[{'name':'one','action':'noop','max_calls':1}]",
                   ""));
    t_wants_tool(&t, "one", "{}", true);
    assert_non_null(strstr(t.story, "tool_call_denied"));
    assert_non_null(strstr(t.story, "tool_call_completed"));
    t_run_over(&t);
}


static void
test_a_failing_tool_is_told_or_fails_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['work']", ""));
    t_wants_tool(&t, "work", "{}", false);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "broken");
    assert_string_equal(ckp_json_str(t_last(&t, 0), "content"),
                        "failed: broken");
    t_run_over(&t);

    t_run(&t, PLAN("'tools':['work'],'on_tool_error':'fail'", ""));
    t_wants_tool(&t, "work", "{}", false);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "broken");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "AgentActionError");
    t_run_over(&t);
}


static void
test_limits_end_a_planner(void **ctx)
{
    static const struct {
        const char  *planner;
        const char  *limit;
    } rows[] = {
        { "'max_iterations':1", "max_iterations" },
        { "'max_tool_calls':1", "max_tool_calls" },
        { "'max_elapsed_ms':1", "max_elapsed_ms" }
    };

    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const bool  partial = i % 2 == 1;
        char        text[2048];
        t_run_t     t;

        snprintf(text, sizeof(text), PLAN("'tools':['add'],%s%s", ""),
                 rows[i / 2].planner,
                 partial ? ",'on_limit':'return_partial'" : "");
        t_run(&t, text);
        t.now += 2;
        t_wants_tool(&t, "add", "{'a':1,'b':1}", true);
        assert_string_equal(t_said(&t, "guardrail_exceeded", "limit"),
                            rows[i / 2].limit);

        if (partial) {
            assert_string_equal(t_status(&t), "completed");
            assert_non_null(strstr(t_var(&t, "p"), "\"truncated\":true"));

        } else {
            assert_string_equal(t_said(&t, "run_failed", "error_type"),
                                "GuardrailExceeded");
        }

        t_run_over(&t);
    }
}


/* Its tools were told already when it failed: nothing of them comes again. */
static void
test_a_planner_that_came_to_its_limit_begins_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['add'],'max_iterations':1", ""));
    t_wants_tool(&t, "add", "{'a':1,'b':1}", false);
    assert_string_equal(t_status(&t), "failed");

    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    assert_string_equal(t_status(&t), "running");
    assert_null(strstr(t.story, "tool_call"));
    assert_int_equal(json_array_size(json_object_get(json_object_get(
                         t_call(&t, "llm"), "request"), "messages")), 1);

    t_say(&t, "none is needed");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "t"), "\"none is needed\"");
    t_run_over(&t);
}


static void
test_time_ends_a_planner_whose_tool_takes_too_long(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['work'],'max_elapsed_ms':500", ""));
    t_wants_tool(&t, "work", "{}", false);
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 500);
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "GuardrailExceeded");
    t_run_over(&t);
}


static void
test_tools_may_run_side_by_side(void **ctx)
{
    t_run_t  t;
    char     first[64];

    t_run(&t, PLAN("'tools':['work'],'max_parallel_tools':2", ""));
    t_wants_tool(&t, "work", "{}", true);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 2);
    snprintf(first, sizeof(first), "%s", t.turn.effects[0].ref);
    t_admit(&t);
    t_ok(&t, json_string("b"));
    assert_int_equal(t_count(&t, CKP_FX_CALL), 0);
    snprintf(t.ref, sizeof(t.ref), "%s", first);
    t_admit(&t);
    t_ok(&t, json_string("a"));
    assert_string_equal(ckp_json_str(t_last(&t, 0), "content"), "b");
    assert_string_equal(ckp_json_str(t_last(&t, 1), "content"), "a");
    t_run_over(&t);

    t_run(&t, PLAN("'tools':['work']", ""));
    t_wants_tool(&t, "work", "{}", true);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    t_run_over(&t);
}


static void
t_decides(t_run_t *t, const char *decision)
{
    char  id[64];

    snprintf(id, sizeof(id), "%s", ckp_json_str(t_row(t, "approval"),
                                                "approval_id"));
    t_feed(t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:s}", "decision", decision, "decided_by",
                     "ana"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
test_a_person_lets_a_tool_run_or_not(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['pay']", ""));
    t_wants_tool(&t, "pay", "{'sum':9}", false);
    assert_string_equal(t_status(&t), "waiting_approval");
    assert_int_equal(ckp_json_int(json_object_get(json_object_get(
                         t_row(&t, "approval"), "context_data"), "args"),
                         "sum", 0), 9);
    t_decides(&t, "approved");
    assert_non_null(strstr(t.story, "tool_call_started"));
    t_admit(&t);
    t_ok(&t, json_string("paid"));
    t_say(&t, "ok");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, PLAN("'tools':['pay']", ""));
    t_wants_tool(&t, "pay", "{'sum':9}", false);
    t_decides(&t, "rejected");
    assert_string_equal(t_said(&t, "tool_call_denied", "reason"),
                        "it was not approved");
    t_say(&t, "well");
    assert_string_equal(t_var(&t, "t"), "\"well\"");
    t_run_over(&t);
}


static void
test_json_is_another_way_to_call(void **ctx)
{
    t_run_t        t;
    const json_t  *rq;

    t_run(&t, PLAN("'tools':['add'],'protocol':'json'", ""));
    rq = json_object_get(t_call(&t, "llm"), "request");
    assert_null(json_object_get(rq, "tools"));
    assert_non_null(json_object_get(rq, "response_format"));
    t_say(&t, "{\"calls\":[{\"tool\":\"add\",\"args\":{\"a\":1,\"b\":1}}]}");
    assert_string_equal(ckp_json_str(t_last(&t, 0), "content"),
                        "Result of add: 2");
    t_say(&t, "two");
    assert_non_null(strstr(ckp_json_str(t_last(&t, 0), "content"),
                           "Answer with one JSON object"));
    t_say(&t, "{\"final\":{\"n\":2}}");
    assert_string_equal(t_var(&t, "t"), "\"{\\\"n\\\":2}\"");
    t_run_over(&t);
}


#define P(steps)  "{\"plan\":[" steps "]}"
#define P_ADD(a)                                                              \
    "{\"tool\":\"add\",\"args\":{\"a\":" a ",\"b\":1},\"why\":\"x\"}"


static void
test_a_plan_is_gone_through_in_order(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['add'],'mode':'plan_first'", ""));
    t_say(&t, P(P_ADD("1") "," P_ADD("\"{{steps[0]}}\"")));
    assert_non_null(strstr(t.story, "plan_proposed"));
    assert_string_equal(ckp_json_str(t_last(&t, 1), "content"),
                        "Result of add: 3");
    assert_non_null(strstr(ckp_json_str(t_last(&t, 0), "content"), "final"));
    t_say(&t, "three");
    assert_string_equal(t_var(&t, "t"), "\"three\"");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_plan_sees_results_and_nothing_of_the_run(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['work'],'mode':'plan_first'", ""));
    t_say(&t, "{\"plan\":[{\"tool\":\"work\",\"args\":{\"x\":\"{{run_id}}\"}}"
          "]}");
    t_admit(&t);
    assert_true(json_is_null(json_object_get(json_object_get(json_object_get(
                    t_call(&t, "agent"), "request"), "params"), "x")));
    t_run_over(&t);
}


static void
test_a_plan_that_cannot_be_or_breaks_off_is_made_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['add'],'mode':'plan_first'", ""));
    t_say(&t, P("{\"tool\":\"nope\"}"));
    assert_non_null(strstr(ckp_json_str(t_last(&t, 0), "content"),
                           "Give another plan"));
    t_say(&t, P("{\"tool\":\"add\",\"args\":{\"a\":\"x\",\"b\":1}},"
                P_ADD("1")));
    assert_non_null(strstr(t.story, "tool_call_denied"));
    assert_non_null(strstr(ckp_json_str(t_last(&t, 0), "content"),
                           "broke off"));
    t_say(&t, P(P_ADD("5")));
    t_say(&t, "done");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_person_agrees_to_a_plan_or_not(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['add'],'mode':'plan_first','plan_approval':"
                   "'human'", ""));
    t_say(&t, P(P_ADD("1")));
    assert_string_equal(t_status(&t), "waiting_approval");
    t_decides(&t, "approved");
    assert_non_null(strstr(t.story, "plan_approved"));
    t_say(&t, "done");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, PLAN("'tools':['add'],'mode':'plan_first','plan_approval':"
                   "'human'", ""));
    t_say(&t, P(P_ADD("1")));
    t_decides(&t, "rejected");
    assert_non_null(strstr(t.story, "plan_rejected"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "ApprovalRejected");
    t_run_over(&t);
}


static void
test_a_condition_stops_a_planner(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['add'],'stop_condition':'result >= 5'", ""));
    t_wants_tool(&t, "add", "{'a':2,'b':2}", false);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    t_wants_tool(&t, "add", "{'a':2,'b':3}", false);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_the_last_answer_fits_its_schema(void **ctx)
{
    t_run_t  t;

    t_run(&t, PLAN("'tools':['add']", "'output_schema':{'type':'object'},"));
    t_say(&t, "five");
    assert_non_null(strstr(t.story, "planner_completed llm_repair"));
    t_say(&t, "{}");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


#define GUARDS(text)  ",'global_config':{'guardrails':{" text "}}"
#define GUARDED(planner, guards)                                              \
    T_GRAPH("a", "'a':{'type':'llm_action','prompt':'x','planner':{" planner  \
            "},'next_node':'end'}," T_END, TOOLS GUARDS(guards))


static void
test_bounds_of_the_procedure_are_above_those_of_a_planner(void **ctx)
{
    t_run_t  t;

    t_run(&t, GUARDED("'tools':['add']", "'max_iterations':1"));
    t_wants_tool(&t, "add", "{'a':1,'b':1}", false);
    assert_string_equal(t_said(&t, "guardrail_exceeded", "limit"),
                        "max_iterations");
    t_run_over(&t);

    t_run(&t, GUARDED("'tools':['work']", "'forbid_side_effects':true"));
    t_wants_tool(&t, "work", "{}", false);
    assert_non_null(strstr(t.story, "tool_call_denied"));
    t_run_over(&t);

    t_run(&t, GUARDED("'tools':['add','work']",
                      "'tool_allowlist':['add']"));
    t_wants_tool(&t, "work", "{}", false);
    assert_non_null(strstr(t.story, "tool_call_denied"));
    t_run_over(&t);
}


static void
test_wrong_planners_are_told(void **ctx)
{
    t_wants("CKP811", NULL, PLAN("'tools':[]", ""));
    t_wants("CKP811", NULL, GUARDED("'tools':['add']",
                                    "'tool_allowlist':['work']"));
    t_wants("CKP812", "/workflow_graph/nodes/a/planner/tools/0",
            PLAN("'tools':['nope','add']", ""));
    t_wants("CKP813", NULL, GUARDED("'tools':['add'],'max_tool_calls':9",
                                    "'max_tool_calls':8"));
    t_wants("CKP806", NULL, PLAN("'tools':['add'],'max_iterations':0", ""));
    t_wants("CKP090", NULL, PLAN("'tools':['add'],'max_itrations':2", ""));
    t_wants("CKP140", NULL, PLAN("'tools':[{'name':'x','action':'far'}]",
                                 ""));
}


static void
test_a_child_procedure_may_be_a_tool(void **ctx)
{
    t_doc_t  t;

    t_doc(&t, PLAN("'tools':[{'name':'sub','subflow':'other','parameters':"
                   "{'type':'object','properties':{'n':{'type':'number'}}}}]",
                   ""));
    t_silent(&t, "CKP811");
    t_silent(&t, "CKP140");
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_model_calls_tools_until_it_knows),
        cmocka_unit_test(test_a_tool_of_an_agent_is_a_step_of_its_own),
        cmocka_unit_test(test_what_may_not_be_called_is_refused_and_told),
        cmocka_unit_test(test_a_tool_is_called_no_more_often_than_it_may),
        cmocka_unit_test(test_a_failing_tool_is_told_or_fails_the_node),
        cmocka_unit_test(test_limits_end_a_planner),
        cmocka_unit_test(test_a_planner_that_came_to_its_limit_begins_again),
        cmocka_unit_test(test_time_ends_a_planner_whose_tool_takes_too_long),
        cmocka_unit_test(test_tools_may_run_side_by_side),
        cmocka_unit_test(test_a_person_lets_a_tool_run_or_not),
        cmocka_unit_test(test_json_is_another_way_to_call),
        cmocka_unit_test(test_a_plan_is_gone_through_in_order),
        cmocka_unit_test(test_a_plan_sees_results_and_nothing_of_the_run),
        cmocka_unit_test(
            test_a_plan_that_cannot_be_or_breaks_off_is_made_again),
        cmocka_unit_test(test_a_person_agrees_to_a_plan_or_not),
        cmocka_unit_test(test_a_condition_stops_a_planner),
        cmocka_unit_test(test_the_last_answer_fits_its_schema),
        cmocka_unit_test(
            test_bounds_of_the_procedure_are_above_those_of_a_planner),
        cmocka_unit_test(test_wrong_planners_are_told),
        cmocka_unit_test(test_a_child_procedure_may_be_a_tool)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
