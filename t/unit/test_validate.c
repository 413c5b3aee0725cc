/* Validations of nodes and steps: each check, each word (spec/ckp.md 15.7). */

#include "drive.h"

#define NODE  "/workflow_graph/nodes/a"

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


static void
t_ends(const char *status, const char *text)
{
    t_run_t  t;

    t_run(&t, text);

    if (strcmp(t_status(&t), status) != 0) {
        fail_msg("%s is %s: %s", text, t_status(&t), t.story);
    }

    assert_int_equal(t_times(&t, "validation_failed"),
                     strcmp(status, "failed") == 0);
    t_run_over(&t);
}


#define HOLDS(members)  t_ends("completed", VALID(members))
#define FAILS(members)  t_ends("failed", VALID(members))


/* --- checks ------------------------------------------------------------------- */

static void
test_a_condition_holds_or_fails(void **ctx)
{
    HOLDS("'condition':'x == 5'");
    HOLDS("'check':'custom','condition':'x == 5'");
    FAILS("'condition':'x == 6'");
}


static void
test_another_text_is_an_expression(void **ctx)
{
    HOLDS("'check':'x == 5'");
    FAILS("'check':'x > 5'");
    HOLDS("'check':'x'");
}


static void
test_a_text_must_contain_each_expected_one(void **ctx)
{
    HOLDS("'check':'screen_text_contains','source':'{{s}}',"
          "'expected_values':['needle','hay']");
    FAILS("'check':'screen_text_contains','source':'{{s}}',"
          "'expected_values':['needle','pin']");
    HOLDS("'check':'screen_text_contains','expected_values':['5']");
    HOLDS("'check':'screen_text_contains','expected_values':'5'");
    FAILS("'check':'screen_text_contains','expected_values':['6']");
}


static void
test_a_source_that_names_a_variable_is_that_variable(void **ctx)
{
    HOLDS("'check':'screen_text_contains','source':'s','expected_values':"
          "['needle']");
    HOLDS("'check':'value_in','source':'n','expected_values':[5]");
}


static void
test_an_element_exists_when_its_source_is_true(void **ctx)
{
    HOLDS("'check':'element_exists','source':'{{n}}'");
    FAILS("'check':'element_exists','source':'{{= n - 5 }}'");
}


static void
test_a_range_includes_its_ends(void **ctx)
{
    HOLDS("'check':'value_in_range','expected_values':[5,5]");
    FAILS("'check':'value_in_range','expected_values':[6,9]");
    FAILS("'check':'value_in_range','expected_values':[1,4]");
    HOLDS("'check':'value_in_range','expected_values':[null,5]");
    HOLDS("'check':'value_in_range','expected_values':[5,null]");
    HOLDS("'check':'value_in_range','expected_values':[5]");
    FAILS("'check':'value_in_range','source':'{{s}}','expected_values':[1,9]");
    HOLDS("'check':'value_in_range','source':'{{n}}','expected_values':"
          "['1','{{n}}']");
}


static void
test_equality_takes_one_value_or_a_list_of_one(void **ctx)
{
    HOLDS("'check':'value_equals','expected_values':[5]");
    HOLDS("'check':'value_equals','expected_values':5");
    HOLDS("'check':'value_equals','source':'{{list}}','expected_values':"
          "[1,2]");
    FAILS("'check':'value_equals','expected_values':[5,6]");
    FAILS("'check':'value_equals','expected_values':[6]");
}


static void
test_membership_takes_any_of_the_list(void **ctx)
{
    HOLDS("'check':'value_in','expected_values':[4,5]");
    FAILS("'check':'value_in','expected_values':[4,6]");
}


static void
test_a_schema_is_checked(void **ctx)
{
    HOLDS("'check':'matches_schema','schema':{'type':'integer'}");
    FAILS("'check':'matches_schema','schema':{'type':'string'}");
    FAILS("'check':'matches_schema','source':'{{list}}','schema':{'items':"
          "{'maximum':1}}");
}


/* --- words, of a node ------------------------------------------------------------ */

static void
test_a_failing_validation_is_told_and_fails_the_node(void **ctx)
{
    ckp_summary_t  sum;
    t_run_t        t;

    t_run(&t, VALID("'id':'v','condition':'x > 5','message':'x is {{x}}'"));
    assert_string_equal(t_said(&t, "validation_failed", "validation_id"), "v");
    assert_string_equal(t_said(&t, "validation_failed", "check"), "custom");
    assert_string_equal(t_said(&t, "validation_failed", "message"), "x is 5");
    assert_string_equal(t_said(&t, "validation_failed", "on_failure"),
                        "throw_exception");
    ckp_run_summary(t.run, &sum);
    assert_string_equal(ckp_json_str(sum.error, "type"), "ValidationFailed");
    assert_string_equal(sum.error_message, "x is 5");
    assert_false(ckp_json_bool(sum.error, "retryable", true));
    t_run_over(&t);
}


static void
test_each_validation_is_evaluated_until_one_stops(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE_WITH("'validations':[{'condition':'x > 5','on_failure':"
                        "'warn'},{'condition':'x > 6'},{'condition':"
                        "'x > 7'}]", ""));
    assert_int_equal(t_times(&t, "validation_failed"), 2);
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_words_that_go_on_are_told_only(void **ctx)
{
    static const char *const  words[] = { "skip", "log_and_continue", "warn",
                                          "continue" };

    for (size_t i = 0; i < 4; i++) {
        char     text[2048];
        t_run_t  t;

        snprintf(text, sizeof(text),
                 VALID("'condition':'x > 5','on_failure':'%s'"), words[i]);
        t_run(&t, text);
        assert_string_equal(t_status(&t), "completed");
        assert_string_equal(t_said(&t, "validation_failed", "on_failure"),
                            words[i]);
        t_run_over(&t);
    }
}


static void
test_a_thrown_one_goes_through_the_handlers_of_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE_WITH("'validations':[{'condition':'x > 5'}],"
                        "'error_handlers':[{'error_type':'ValidationFailed',"
                        "'action':'goto','fallback_node':'b'}]", ""));
    assert_string_equal(t_said(&t, "node_error", "handled_by"), "goto");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, NODE_WITH("'validations':[{'condition':'x > 5'}],"
                        "'on_error':{'ValidationFailed':'b'}", ""));
    assert_string_equal(t_said(&t, "error_routed", "to"), "b");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_fail_workflow_passes_handlers_by_but_not_on_failure(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE_WITH("'validations':[{'condition':'x > 5','on_failure':"
                        "'fail_workflow'}],'on_error':{'*':'b'},"
                        "'error_handlers':[{'action':'ignore'}]", ""));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_times(&t, "error_routed"), 0);
    t_run_over(&t);

    t_run(&t, NODE_WITH("'validations':[{'condition':'x > 5','on_failure':"
                        "'fail_workflow'}]",
                        ",'global_config':{'on_failure':'b'}"));
    assert_string_equal(t_said(&t, "run_completed", "recovered_via"), "b");
    t_run_over(&t);
}


static void
test_retry_node_restarts_it_as_often_as_it_may(void **ctx)
{
    t_run_t  t;

    t_run(&t, VALID("'condition':'x > 5','on_failure':'retry_node',"
                    "'max_retries':2"));
    assert_int_equal(t_times(&t, "validation_failed"), 3);
    assert_int_equal(t_times(&t, "node_started"), 3);
    assert_int_equal(t_times(&t, "step_completed"), 3);
    assert_string_equal(t_said(&t, "node_error", "handled_by"), "retry_node");
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);

    t_run(&t, VALID("'condition':'x > 5','on_failure':'retry_node',"
                    "'max_retries':0"));
    assert_int_equal(t_times(&t, "node_started"), 1);
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_retry_node_takes_the_retries_of_the_procedure(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE_WITH("'validations':[{'condition':'x > 5','on_failure':"
                        "'retry_node'}]",
                        ",'global_config':{'max_retries':1}"));
    assert_int_equal(t_times(&t, "node_started"), 2);
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_retry_node_may_help(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a",
        "'a':{'type':'sequence','next_node':'end','steps':[{'action':"
        "'set_variable','variable':'n','value':'{{= n + 1 }}'}],"
        "'validations':[{'condition':'n >= 3','on_failure':'retry_node',"
        "'max_retries':9}]}," T_END,
        ",'variables_schema':{'n':{'type':'number','default':0}}"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "n"), "3");
    assert_int_equal(t_times(&t, "validation_failed"), 2);
    t_run_over(&t);
}


static void
test_a_dry_run_records_and_goes_on(void **ctx)
{
    static const char *const  words[] = { "throw_exception", "retry_node",
                                          "fail_workflow" };

    for (size_t i = 0; i < 3; i++) {
        char     text[2048];
        t_run_t  t;

        snprintf(text, sizeof(text),
                 NODE_WITH("'validations':[{'condition':'x > 5','on_failure':"
                           "'%s'}]",
                           ",'global_config':{'execution_mode':'dry_run'}"),
                 words[i]);
        t_run(&t, text);
        assert_string_equal(t_status(&t), "completed");
        assert_int_equal(t_times(&t, "validation_failed"), 1);
        t_run_over(&t);
    }
}


static void
test_a_retry_of_the_run_validates_again_and_runs_no_step(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE_WITH("'validations':[{'condition':'x > 5'}],"
                        "'error_handlers':[{'recovery_steps':[{'action':"
                        "'log','message':'m'}],'action':'fail'}]", ""));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_times(&t, "step_completed"), 2);
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "ann"));
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t_times(&t, "validation_failed"), 1);
    assert_int_equal(t_times(&t, "step_completed"), 1);     /* the recovery's */
    t_run_over(&t);
}


/* --- of a step ------------------------------------------------------------------- */

static void
test_a_step_is_validated_before_it_starts(void **ctx)
{
    t_run_t  t;

    t_run(&t, STEP_WITH("{'condition':'n > 5'}", ""));
    assert_int_equal(t_times(&t, "step_started"), 0);
    assert_int_equal(t.turn.neffects, 1);               /* the alert */
    assert_string_equal(t_event(&t, "validation_failed")->step_id, "s");
    assert_string_equal(t_event(&t, "validation_failed")->path, "a/s");
    assert_string_equal(t_said(&t, "step_failed", "error_type"),
                        "ValidationFailed");
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);

    t_run(&t, STEP_WITH("{'condition':'n == 5'}", ""));
    assert_int_equal(t_times(&t, "step_started"), 1);
    t_run_over(&t);
}


static void
test_skip_skips_the_step(void **ctx)
{
    t_run_t  t;

    t_run(&t, STEP_WITH("[{'condition':'n > 5','on_failure':'skip'}]", ""));
    assert_string_equal(t_said(&t, "step_skipped", "reason"), "validation");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "r"), "");
    t_run_over(&t);
}


static void
test_warn_lets_the_step_start(void **ctx)
{
    t_run_t  t;

    t_run(&t, STEP_WITH("{'condition':'n > 5','on_failure':'warn'}", ""));
    assert_int_equal(t_times(&t, "validation_failed"), 1);
    assert_int_equal(t_times(&t, "step_started"), 1);
    t_run_over(&t);
}


static void
test_a_handler_that_retries_validates_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, STEP_WITH("{'condition':'n > 5'}",
                        ",'error_handlers':[{'recovery_steps':[{'action':"
                        "'set_variable','variable':'n','value':9}],'action':"
                        "'retry','max_retries':1,'delay_ms':7}]"));
    assert_int_equal(t_times(&t, "step_retry"), 1);
    t_tick(&t);
    assert_int_equal(t_times(&t, "step_started"), 1);
    t_run_over(&t);

    t_run(&t, STEP_WITH("{'condition':'n > 5'}",
                        ",'error_handlers':[{'action':'retry','max_retries':"
                        "1,'delay_ms':7}]"));
    t_tick(&t);
    assert_int_equal(t_times(&t, "validation_failed"), 1);
    assert_int_equal(t_times(&t, "step_started"), 0);
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_another_attempt_is_not_validated(void **ctx)
{
    t_run_t  t;

    t_run(&t, STEP_WITH("{'condition':'n > 5','on_failure':'warn'},"
                        "'retry_on_failure':true", ""));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    t_tick(&t);
    assert_int_equal(t_times(&t, "step_started"), 1);
    assert_int_equal(t_times(&t, "validation_failed"), 0);
    t_run_over(&t);
}


static void
test_retry_node_of_a_step_restarts_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, STEP_WITH("{'condition':'n > 5','on_failure':'retry_node'}",
                        ""));
    assert_int_equal(t_times(&t, "node_started"), 2);
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_the_result_before_the_step_is_its_source(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a",
        "'a':{'type':'sequence','next_node':'end','steps':[{'action':"
        "'set_variable','variable':'n','value':7},{'action':'log','message':"
        "'m','validation':{'check':'value_equals','expected_values':[7]}}]},"
        T_END, ""));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_cleanup_that_may_not_run_fails_alone(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("end",
        "'end':{'type':'terminate','cleanup_actions':[{'action':'log',"
        "'message':'m','validation':{'condition':'1 == 2','on_failure':"
        "'fail_workflow'}}]}", ""));
    assert_int_equal(t_times(&t, "cleanup_action_failed"), 1);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* --- documents --------------------------------------------------------------------- */

static void
test_what_is_wrong_with_validations_is_told(void **ctx)
{
    t_wants("CKP015", NODE "/validations", NODE_WITH("'validations':1", ""));
    t_wants("CKP015", NODE "/validations/0",
            NODE_WITH("'validations':[1]", ""));
    t_wants("CKP018", NODE "/validations/0", VALID("'id':'v'"));
    t_wants("CKP018", NODE "/validations/0",
            VALID("'check':'value_in'"));
    t_wants("CKP018", NODE "/validations/0",
            VALID("'check':'matches_schema'"));
    t_wants("CKP018", NODE "/validations/0",
            VALID("'check':'element_exists'"));
    t_wants("CKP111", NODE "/validations/0/expected_values",
            VALID("'check':'value_in','expected_values':[]"));
    t_wants("CKP102", NODE "/validations/1/id",
            NODE_WITH("'validations':[{'id':'v','condition':'1'},{'id':'v',"
                      "'condition':'1'}]", ""));
    t_wants("CKP220", NODE "/validations/0/condition",
            VALID("'condition':'x >'"));
    t_wants("CKP220", NODE "/validations/0/check", VALID("'check':'x >'"));
    t_wants("CKP405", NODE "/validations/0/check",
            VALID("'check':'screen_text_contain','condition':'x'"));
    t_wants("CKP405", NODE "/validations/0/on_failure",
            VALID("'condition':'x','on_failure':'stop'"));
    t_wants("CKP226", NODE "/validations/0/schema/typ",
            VALID("'check':'matches_schema','schema':{'typ':1}"));
    t_wants("CKP227", NODE "/validations/0/schema/type",
            VALID("'check':'matches_schema','schema':{'type':'no'}"));
    t_wants("CKP210", NODE "/validations/0/source",
            VALID("'check':'value_in','source':'{{nobody}}',"
                  "'expected_values':[1]"));
    t_wants("CKP210", NODE "/validations/0/target",
            VALID("'check':'element_exists','target':'{{nobody}}'"));
    t_wants("CKP090", NODE "/validations/0/conditon",
            VALID("'condition':'x','conditon':'x'"));
    t_wants("CKP015", NODE "/validations/0/max_retries",
            VALID("'condition':'x','max_retries':-1"));
    t_wants("CKP405", NODE "/steps/0/validation/on_failure",
            STEP_WITH("{'condition':'n','on_failure':'no'}", ""));
}


static void
test_an_agent_that_is_asked_must_be_named(void **ctx)
{
    t_wants("CKP140", NULL,
            T_GRAPH("a", "'a':{'type':'sequence','next_node':'end','steps':["
                    "{'action':'log','message':'m'}],'validations':[{'check':"
                    "'element_exists','target':'#t'}]}," T_END, ""));
}


static void
test_the_fields_of_a_whole_validation_are_known(void **ctx)
{
    t_doc_t  t;

    t_compiles(&t, VALID("'id':'v','check':'value_in_range','source':'{{n}}',"
                         "'expected_values':[1,9],'on_failure':'retry_node',"
                         "'max_retries':3,'message':'m','name':'x',"
                         "'description':'d','_note':1"));
    t_silent(&t, "CKP090");
    t_silent(&t, "CKP096");
    t_silent(&t, "CKP110");
    t_doc_free(&t);
}


static char *
t_many(size_t n)
{
    char *const  text = malloc(64 * n + 4096);
    char        *p = text + sprintf(text, "%s",
        "{'procedure_id':'p','version':'1','workflow_graph':{'start_node':"
        "'a','nodes':{'a':{'type':'sequence','next_node':'end','steps':[{"
        "'action':'log','message':'m'}],'validations':[");

    for (size_t i = 0; i < n; i++) {
        p += sprintf(p, "%s{'condition':true}", i == 0 ? "" : ",");
    }

    strcpy(p, "]}," T_END "}}}");

    return text;
}


static void
test_a_node_has_at_most_256_validations(void **ctx)
{
    char  *text = t_many(256);

    t_ends("completed", text);
    free(text);

    text = t_many(257);
    t_wants("CKP006", NODE "/validations", text);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_condition_holds_or_fails),
        cmocka_unit_test(test_another_text_is_an_expression),
        cmocka_unit_test(test_a_text_must_contain_each_expected_one),
        cmocka_unit_test(test_a_source_that_names_a_variable_is_that_variable),
        cmocka_unit_test(test_an_element_exists_when_its_source_is_true),
        cmocka_unit_test(test_a_range_includes_its_ends),
        cmocka_unit_test(test_equality_takes_one_value_or_a_list_of_one),
        cmocka_unit_test(test_membership_takes_any_of_the_list),
        cmocka_unit_test(test_a_schema_is_checked),
        cmocka_unit_test(test_a_failing_validation_is_told_and_fails_the_node),
        cmocka_unit_test(test_each_validation_is_evaluated_until_one_stops),
        cmocka_unit_test(test_words_that_go_on_are_told_only),
        cmocka_unit_test(
            test_a_thrown_one_goes_through_the_handlers_of_the_node),
        cmocka_unit_test(
            test_fail_workflow_passes_handlers_by_but_not_on_failure),
        cmocka_unit_test(test_retry_node_restarts_it_as_often_as_it_may),
        cmocka_unit_test(test_retry_node_takes_the_retries_of_the_procedure),
        cmocka_unit_test(test_retry_node_may_help),
        cmocka_unit_test(test_a_dry_run_records_and_goes_on),
        cmocka_unit_test(
            test_a_retry_of_the_run_validates_again_and_runs_no_step),
        cmocka_unit_test(test_a_step_is_validated_before_it_starts),
        cmocka_unit_test(test_skip_skips_the_step),
        cmocka_unit_test(test_warn_lets_the_step_start),
        cmocka_unit_test(test_a_handler_that_retries_validates_again),
        cmocka_unit_test(test_another_attempt_is_not_validated),
        cmocka_unit_test(test_retry_node_of_a_step_restarts_the_node),
        cmocka_unit_test(test_the_result_before_the_step_is_its_source),
        cmocka_unit_test(test_a_cleanup_that_may_not_run_fails_alone),
        cmocka_unit_test(test_what_is_wrong_with_validations_is_told),
        cmocka_unit_test(test_an_agent_that_is_asked_must_be_named),
        cmocka_unit_test(test_the_fields_of_a_whole_validation_are_known),
        cmocka_unit_test(test_a_node_has_at_most_256_validations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
