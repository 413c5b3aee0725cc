/* Questions to a model over crashes and retries: none is paid twice. */

#include "llm.h"

/* A question, then a step that may fail. */
#define THEN                                                                  \
    T_GRAPH("a", "'a':{'type':'llm_action','prompt':'x','model':'gpt-4',"     \
            "'retry':{'max_attempts':1},'outputs':{'t':'text'},'next_node':"  \
            "'b'},'b':{'type':'sequence','agent':'W','next_node':'end',"      \
            "'steps':[{'step_id':'s','action':'work'}]}," T_END,              \
            ",'variables_schema':{'t':{'type':'string','default':''}}")


static size_t
t_asks(const t_run_t *t)
{
    size_t  n = 0;

    for (size_t i = 0; i < t->turn.neffects; i++) {
        n += t->turn.effects[i].kind == CKP_FX_CALL
             && strcmp(t->turn.effects[i].target, "llm") == 0;
    }

    return n;
}


static void
t_crash(t_run_t *t)
{
    json_t *const  state = ckp_run_save(t->run);
    ckp_err_t      err = CKP_ERR_INIT;

    ckp_run_free(t->run);
    t->run = ckp_run_load(t->d.prog, "run", state, &err);
    json_decref(state);
    assert_non_null(t->run);
    t_feed(t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b}", "crash", 1));
    assert_int_equal(t->rc, CKP_OK);
}


static void
t_retry(t_run_t *t)
{
    assert_string_equal(t_status(t), "failed");
    t_feed(t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
test_an_answer_that_was_recorded_is_not_paid_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, THEN);
    t_answer(&t, "fine");
    assert_non_null(strstr(t.story, "step_started"));
    t_crash(&t);
    assert_int_equal(t_asks(&t), 0);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    t_retry(&t);
    assert_int_equal(t_asks(&t), 0);
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "t"), "\"fine\"");
    t_run_over(&t);
}


static void
test_a_call_under_way_is_repeated_with_its_key(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_run(&t, THEN);
    snprintf(ref, sizeof(ref), "%s", t.ref);
    assert_string_equal(t.key, "run:a:a");
    t_crash(&t);
    assert_int_equal(t_asks(&t), 1);
    assert_string_equal(t.key, "run:a:a");
    assert_string_equal(t.ref, ref);
    t_run_over(&t);
}


static void
test_a_retry_makes_the_call_that_failed_once_more(void **ctx)
{
    t_run_t  t;

    /* it was refused: the next one is another call */

    t_run(&t, THEN);
    t_refuse(&t, 400);
    t_retry(&t);
    assert_int_equal(t_asks(&t), 1);
    assert_string_equal(t.key, "run:a:a#1");
    assert_int_equal(ckp_json_int(t_event(&t, "llm_call_started")->payload,
                                  "attempt", 0), 1);
    t_answer(&t, "fine");
    assert_string_equal(t_var(&t, "t"), "\"fine\"");
    t_run_over(&t);

    /* nobody knows what became of it: it may have been answered */

    t_run(&t, THEN);
    t_refuse(&t, 502);
    t_retry(&t);
    assert_string_equal(t.key, "run:a:a");
    t_run_over(&t);
}


static void
test_a_call_cut_short_by_others_keeps_its_key(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'parallel','next_node':'end',"
          "'branch_failure':'fail','branches':[{'branch_id':'l',"
          "'start_node':'a'},{'branch_id':'r','start_node':'b'}]},"
          "'a':{'type':'llm_action','prompt':'x','model':"
          "'m'},'b':{'type':'sequence','agent':'W','steps':[{'step_id':'s',"
          "'action':'work'}]}," T_END, ""));
    assert_int_equal(t_asks(&t), 1);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    t_retry(&t);
    assert_int_equal(t_asks(&t), 1);

    for (size_t i = 0; i < t.turn.neffects; i++) {
        if (t.turn.effects[i].kind == CKP_FX_CALL) {
            assert_string_equal(t.turn.effects[i].key, "run:p/b:l/a/a");
        }
    }

    t_run_over(&t);
}


/* A slot that a step wanted was gone: the run is read again, and its calls go
 * on. */

static void
test_a_call_that_is_out_is_not_made_again_for_a_refused_slot(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_run(&t, T_GRAPH("p", "'p':{'type':'parallel','next_node':'end',"
          "'branches':[{'branch_id':'l','start_node':'a'},{'branch_id':'r',"
          "'start_node':'b'}]},'a':{'type':'llm_action','prompt':'x','model':"
          "'m'},'b':{'type':'sequence','agent':'W','steps':[{'step_id':'s',"
          "'action':'work'}]}," T_END, ""));
    assert_int_equal(t_asks(&t), 1);

    for (size_t i = 0; i < t.turn.neffects; i++) {
        if (strcmp(t.turn.effects[i].target, "llm") == 0) {
            snprintf(ref, sizeof(ref), "%s", t.turn.effects[i].ref);
        }
    }

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:{s:b}}", "alive", ref, 1));
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t_asks(&t), 0);

    /* the same without it */

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", json_object());
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t_asks(&t), 1);
    t_run_over(&t);
}


static void
test_an_answer_that_was_of_no_use_is_asked_for_anew(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'model':'m','outputs':{'t':{'from':'json: a','on_missing':"
                  "'fail'}},"));
    t_answer(&t, "no json");
    t_retry(&t);
    assert_int_equal(t_asks(&t), 1);
    assert_string_equal(t.key, "run:a#2/a");
    assert_string_equal(t_message(&t, 0, "content"), "how is it?");
    t_run_over(&t);
}


static void
test_a_planner_goes_on_where_its_call_failed(void **ctx)
{
    t_run_t        t;
    const json_t  *all;

    t_run(&t, T_GRAPH("a", "'a':{'type':'llm_action','prompt':'do it',"
          "'model':'m','retry':{'max_retries':0},'planner':{'tools':['add'],"
          "'max_elapsed_ms':5000},'outputs':{'t':'text'},'next_node':'end'},"
          T_END, ",'variables_schema':{'t':{'type':'string'}},'tools':{"
          "'add':{'action':'calculate','params':{'expression':'{{args.a}} + "
          "1'},'parameters':{'type':'object'}}}"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:s, s:[{s:s, s:{s:s, s:s}}], s:s, s:{s:i}}", "text",
                     "", "tool_calls", "id", "c1", "function", "name", "add",
                     "arguments", "{\"a\":1}", "finish_reason", "tool_calls",
                     "usage", "prompt_tokens", 1));
    assert_int_equal(t_asks(&t), 1);
    t_refuse(&t, 400);

    /* later than all of its time */

    t.now += 60000;
    t_retry(&t);
    assert_string_equal(t.story, "run_retry_requested execution_resumed "
                        "node_started llm_call_started");
    all = json_object_get(t_request(&t), "messages");
    assert_int_equal(json_array_size(all), 3);
    assert_string_equal(t_message(&t, 2, "content"), "2");
    t_answer(&t, "two");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "t"), "\"two\"");
    t_run_over(&t);
}


/* What a tool told, it told, however it ended: the planner is at its limit. */

static void
test_a_planner_that_gave_up_does_not_wait_for_what_it_has_heard(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'llm_action','prompt':'do it',"
          "'model':'m','retry':{'max_retries':0},'planner':{'tools':['work'],"
          "'max_iterations':1},'next_node':'end'}," T_END,
          ",'tools':{'work':{'agent':'W','action':'work','parameters':"
          "{'type':'object'}}},'global_config':{'max_retries':0}"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:s, s:[{s:s, s:{s:s, s:s}}], s:s, s:{s:i}}", "text",
                     "", "tool_calls", "id", "c1", "function", "name", "work",
                     "arguments", "{}", "finish_reason", "tool_calls",
                     "usage", "prompt_tokens", 1));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_non_null(strstr(t.story, "tool_call_failed guardrail_exceeded"));
    t_retry(&t);
    assert_string_equal(t.story, "run_retry_requested execution_resumed "
                        "node_started planner_started llm_call_started");
    assert_int_equal(t_asks(&t), 1);
    t_answer(&t, "then not");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* The tool's error was the planner's: that tool is what is tried again. */

static void
test_a_strict_planner_has_the_tool_that_failed_tried_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'llm_action','prompt':'do it',"
          "'model':'m','retry':{'max_retries':0},'planner':{'tools':['work'],"
          "'on_tool_error':'fail'},'next_node':'end'}," T_END,
          ",'tools':{'work':{'agent':'W','action':'work','parameters':"
          "{'type':'object'}}},'global_config':{'max_retries':0}"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:s, s:[{s:s, s:{s:s, s:s}}], s:s, s:{s:i}}", "text",
                     "", "tool_calls", "id", "c1", "function", "name", "work",
                     "arguments", "{}", "finish_reason", "tool_calls",
                     "usage", "prompt_tokens", 1));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    t_retry(&t);
    assert_int_equal(t_asks(&t), 0);
    t_admit(&t);
    t_ok(&t, json_object());
    assert_int_equal(t_asks(&t), 1);
    t_answer(&t, "done");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_an_answer_that_was_recorded_is_not_paid_again),
        cmocka_unit_test(test_a_call_under_way_is_repeated_with_its_key),
        cmocka_unit_test(test_a_retry_makes_the_call_that_failed_once_more),
        cmocka_unit_test(test_a_call_cut_short_by_others_keeps_its_key),
        cmocka_unit_test(
            test_a_call_that_is_out_is_not_made_again_for_a_refused_slot),
        cmocka_unit_test(test_an_answer_that_was_of_no_use_is_asked_for_anew),
        cmocka_unit_test(test_a_planner_goes_on_where_its_call_failed),
        cmocka_unit_test(
            test_a_planner_that_gave_up_does_not_wait_for_what_it_has_heard),
        cmocka_unit_test(
            test_a_strict_planner_has_the_tool_that_failed_tried_again)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
