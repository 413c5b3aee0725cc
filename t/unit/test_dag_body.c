/*
 * dag: bodies that are nodes of other types (spec/ckp.md 11.2).
 */

#include "dag.h"

#define T_KID                                                                 \
    "{'procedure_id':'kid','version':'1','workflow_graph':{'start_node':'k'," \
    "'nodes':{'k':{'type':'terminate','outputs':{'x':'{{= a + 1 }}'}}}},"     \
    "'variables_schema':{'a':{'type':'number'}}}"


/* The host finds the child and links it. */
static void
found(t_run_t *t, t_doc_t *kid)
{
    char  ref[64];

    snprintf(ref, sizeof(ref), "%s", t->ref);
    t_doc(kid, T_KID);
    assert_non_null(kid->prog);
    assert_int_equal(ckp_run_link(t->run, "h1", kid->prog), CKP_OK);
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, ref,
           json_pack("{s:s, s:s}", "hash", "h1", "version", "1"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
a_task_may_be_a_procedure(void **state)
{
    t_run_t  t;
    t_doc_t  kid;

    t_run(&t, T_DAG("{'task_id':'sub','inputs':{'n':4},'subflow':{"
          "'procedure_id':'kid','version':'1','input_mapping':{'a':"
          "'{{inputs.n}}'}}}", ",'output_variable':'r'"));
    assert_string_equal(tasks(&t), "started:sub");
    found(&t, &kid);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "r"), "{\"x\":5}");
    assert_non_null(strstr(t_event(&t, "subflow_started")->path, "main/t:sub"));
    t_run_over(&t);
    t_doc_free(&kid);
}


static void
answer(t_run_t *t, const char *text)
{
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:s, s:s, s:s, s:{s:i, s:i, s:i}, s:f}", "text", text,
                     "finish_reason", "stop", "model", "gpt-4", "usage",
                     "prompt_tokens", 10, "completion_tokens", 20,
                     "total_tokens", 30, "cost_usd", 0.5));
}


static void
a_task_may_be_a_question_to_a_model(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_VALUE("a", "\\'me\\'", "") ",{'task_id':'score',"
          "'depends_on':['a'],'llm':{'model':'gpt-4','prompt':"
          "'Score {{tasks.a.output}}','outputs':{'score':'json: score'}}}",
          ",'output_variable':'r'"));
    assert_string_equal(tasks(&t), "started:a completed:a started:score");
    assert_string_equal(t_event(&t, "llm_call_started")->node_id, "score");
    answer(&t, "{\"score\": 7}");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "score"), "7");
    assert_true(ckp_json_num(t_event(&t, "task_completed")->payload,
                             "cost_usd", 0) > 0);
    t_run_over(&t);
}


static void
a_model_is_asked_again_by_the_task_s_policy(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG("{'task_id':'q','retry':{'max_attempts':2,"
          "'base_delay_ms':70},'llm':{'model':'gpt-4','prompt':'x','fallback':[]}}",
          ""));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_UNKNOWN, t.ref,
           json_pack("{s:s, s:s, s:i}", "type", "LLMCallError", "message",
                     "HTTP", "http_status", 503));
    assert_string_equal(tasks(&t), "retry:q waiting:q/retry");
    t_tick(&t);
    answer(&t, "fine");
    assert_string_equal(tasks(&t), "completed:q");
    assert_int_equal(ckp_json_int(t_event(&t, "task_completed")->payload,
                                  "attempts", 0), 2);
    t_run_over(&t);
}


static void
several_steps_are_one_body(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG("{'task_id':'s','steps':[{'action':'set_variable',"
          "'variable':'x','value':1},{'step_id':'last','action':'calculate',"
          "'expression':'x + 1'}],'timeout_ms':5000}",
          ",'output_variable':'r'"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "r"), "2");
    t_run_over(&t);
}


static void
a_task_s_time_is_one_attempt_s(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", ",'timeout_ms':300,'retry':{'max_attempts':"
                           "2,'base_delay_ms':10}"), ""));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 300);
    t_tick(&t);
    assert_string_equal(tasks(&t), "retry:a waiting:a/retry");
    assert_int_equal(ckp_json_int(t_event(&t, "step_timeout")->payload,
                                  "timeout_ms", 0), 300);
    t_run_over(&t);
}


static void
bodies_are_judged_as_the_nodes_they_are(void **state)
{
    t_wants("CKP801", "/workflow_graph/nodes/main/tasks/0/llm",
            T_DAG("{'task_id':'a','llm':{}}", ""));
    t_wants("CKP701", "/workflow_graph/nodes/main/tasks/0/subflow",
            T_DAG("{'task_id':'a','subflow':{}}", ""));
    t_wants("CKP015", "/workflow_graph/nodes/main/tasks/0/approval",
            T_DAG("{'task_id':'a','approval':7}", ""));
    t_wants("CKP302", "/workflow_graph/nodes/main/tasks/0/approval/on_reject",
            T_DAG("{'task_id':'a','approval':{'on_reject':'done'}}", ""));
    t_wants("CKP111", "/workflow_graph/nodes/main/tasks/0/steps",
            T_DAG("{'task_id':'a','steps':[]}", ""));
    t_wants("CKP220", "/workflow_graph/nodes/main/tasks/0/expression",
            T_DAG(T_VALUE("a", "1 +", ""), ""));
    t_wants("CKP015", "/workflow_graph/nodes/main/tasks/0/noop",
            T_DAG("{'task_id':'a','noop':1}", ""));
    t_wants("CKP090", "/workflow_graph/nodes/main/tasks/0/approval/what",
            T_DAG("{'task_id':'a','approval':{'what':1}}", ""));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_task_may_be_a_procedure),
        cmocka_unit_test(a_task_may_be_a_question_to_a_model),
        cmocka_unit_test(a_model_is_asked_again_by_the_task_s_policy),
        cmocka_unit_test(several_steps_are_one_body),
        cmocka_unit_test(a_task_s_time_is_one_attempt_s),
        cmocka_unit_test(bodies_are_judged_as_the_nodes_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
