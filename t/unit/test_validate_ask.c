/* Validations for which the agent looks first (spec/ckp.md 15.7). */

#include "drive.h"

/* A sequence of one internal step `s` (result 5) with these more members. */
#define NODE_WITH(more, config)                                               \
    T_GRAPH("a",                                                              \
        "'a':{'type':'sequence','agent':'W','next_node':'y','steps':[{"       \
        "'step_id':'s','action':'set_variable','variable':'x','value':5}],"   \
        more "},'y':{'type':'logic','rules':[{'condition':'1 == 2',"          \
        "'next_node':'b'}],'default_next_node':'end'},"                       \
        "'b':{'type':'logic','rules':[{'condition':'1 == 2',"       \
        "'next_node':'a'}],'default_next_node':'end'}," T_END,                \
        ",'variables_schema':{'n':{'type':'number','default':5},'s':{'type':" \
        "'string','default':'hay needle hay'},'list':{'type':'array',"        \
        "'default':[1,2]}}" config)

#define VALID(members)  NODE_WITH("'validations':[{" members "}]", "")

/* An external step with a validation; then a log. */
#define STEP_WITH(validation, more)                                           \
    T_GRAPH("a",                                                              \
        "'a':{'type':'sequence','agent':'W','next_node':'end','steps':["      \
        "{'step_id':'s','action':'work','output_variable':'r','validation':"  \
        validation "},{'step_id':'t','action':'log','message':'m'}]" more     \
        "}," T_END, ",'variables_schema':{'n':{'type':'number','default':5}}" \
        ",'global_config':{'max_retries':1,'retry_delay_ms':1}")


static size_t
t_times(const t_run_t *t, const char *type)
{
    size_t  n = 0;

    for (size_t i = 0; i < t->turn.nevents; i++) {
        n += strcmp(t->turn.events[i].type, type) == 0;
    }

    return n;
}


/* --- asking the agent ------------------------------------------------------------- */

#define ASKS(more)  VALID("'id':'v','target':'#t'," more)

static void
test_the_agent_is_asked_for_the_text(void **ctx)
{
    const json_t  *request;
    t_run_t        t;

    t_run(&t, ASKS("'check':'screen_text_contains','expected_values':"
                   "['ready']"));
    assert_string_equal(t_status(&t), "running");
    t_admit(&t);
    request = json_object_get(t.turn.effects[0].body, "request");
    assert_string_equal(ckp_json_str(request, "action"), "extract_text");
    assert_string_equal(ckp_json_str(json_object_get(request, "params"),
                                     "target"), "#t");
    assert_string_equal(t.turn.events[0].path, "a/validation:v");
    t_ok(&t, json_pack("{s:s}", "text", "it is \"ready\""));
    assert_int_equal(t_times(&t, "validation_failed"), 0);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, ASKS("'check':'screen_text_contains','expected_values':"
                   "['ready']"));
    t_admit(&t);
    t_ok(&t, json_string("not yet"));
    assert_int_equal(t_times(&t, "validation_failed"), 1);
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_an_element_is_there_when_the_agent_finds_it(void **ctx)
{
    const json_t  *params;
    t_run_t        t;

    t_run(&t, ASKS("'check':'element_exists'"));
    t_admit(&t);
    params = json_object_get(json_object_get(t.turn.effects[0].body,
                                             "request"), "params");
    assert_int_equal(ckp_json_int(params, "timeout_ms", 0), 1000);
    t_ok(&t, json_object());
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, ASKS("'check':'element_exists'"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no such element");
    assert_int_equal(t_times(&t, "step_failed"), 1);
    assert_non_null(strstr(t_said(&t, "validation_failed", "message"),
                           "no such element"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "ValidationFailed");
    t_run_over(&t);
}


static void
test_several_are_asked_one_after_the_other(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE_WITH("'validations':[{'check':'element_exists','target':"
                        "'#a','on_failure':'warn'},{'condition':'x == 5'},"
                        "{'check':'screen_text_contains','target':'#b',"
                        "'expected_values':['q']}],'outputs':{'o':'$'}", ""));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_int_equal(t_times(&t, "validation_failed"), 1);
    assert_string_equal(t_status(&t), "running");
    t_admit(&t);
    t_ok(&t, json_string("q"));
    assert_int_equal(t_times(&t, "validation_failed"), 0);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "o"), "5");       /* the step's own result */
    t_run_over(&t);
}


static void
test_a_step_waits_for_what_the_agent_sees(void **ctx)
{
    t_run_t  t;

    t_run(&t, STEP_WITH("{'id':'v','check':'element_exists','target':'#t'}",
                        ""));
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "action"),
                        "wait_for_element");
    t_admit(&t);
    assert_string_equal(t.turn.events[0].path, "a/s:v");
    t_ok(&t, json_object());
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "action"),
                        "work");
    assert_string_equal(t_event(&t, "step_started")->path, "a/s");
    t_admit(&t);
    t_ok(&t, json_string("done"));
    assert_string_equal(t_var(&t, "r"), "\"done\"");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_asked_again_in_one_visit_it_is_another_call(void **ctx)
{
    char     first[300];
    t_run_t  t;

    t_run(&t, STEP_WITH("{'id':'v','check':'element_exists','target':'#t'}",
                        ",'error_handlers':[{'action':'retry','max_retries':"
                        "1,'delay_ms':7}]"));
    t_admit(&t);
    snprintf(first, sizeof(first), "%s", t.key);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_int_equal(t_times(&t, "step_retry"), 1);
    t_tick(&t);
    t_admit(&t);
    assert_string_not_equal(t.key, first);
    t_ok(&t, json_object());
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "action"),
                        "work");
    t_run_over(&t);
}


static void
test_a_crash_repeats_the_question_with_the_same_key(void **ctx)
{
    char     key[300];
    json_t  *saved;
    t_run_t  t;

    t_run(&t, ASKS("'check':'element_exists'"));
    t_admit(&t);
    snprintf(key, sizeof(key), "%s", t.key);
    saved = ckp_run_save(t.run);
    ckp_run_free(t.run);
    t.run = ckp_run_load(t.d.prog, "run", saved, &t.err);
    json_decref(saved);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", json_object());
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    assert_string_equal(t.key, key);
    t_ok(&t, json_object());
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_canceled_run_that_was_asking_asks_again_when_retried(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASKS("'check':'element_exists'"));
    t_admit(&t);
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "reason", "r", "actor", "a"));
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "ann"));
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "action"),
                        "wait_for_element");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_dry_run_asks_nobody(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE_WITH("'validations':[{'check':'element_exists','target':"
                        "'#t'}]",
                        ",'global_config':{'execution_mode':'dry_run'}"));
    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(t_times(&t, "validation_failed"), 0);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_agent_is_asked_for_the_text),
        cmocka_unit_test(test_an_element_is_there_when_the_agent_finds_it),
        cmocka_unit_test(test_several_are_asked_one_after_the_other),
        cmocka_unit_test(test_a_step_waits_for_what_the_agent_sees),
        cmocka_unit_test(test_asked_again_in_one_visit_it_is_another_call),
        cmocka_unit_test(test_a_crash_repeats_the_question_with_the_same_key),
        cmocka_unit_test(
            test_a_canceled_run_that_was_asking_asks_again_when_retried),
        cmocka_unit_test(test_a_dry_run_asks_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
