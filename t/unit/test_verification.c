/* Verifications: each word of on_fail, schemas, ways out (spec/ckp.md 10.6). */

#include "file.h"
#include "drive.h"

#define NODE  "/workflow_graph/nodes/v"

/* Variables n, s; a verification `v` with these members; ways to a, b, end. */
#define VERIFY(members, config)                                               \
    T_GRAPH("v",                                                              \
        "'v':{'type':'verification','next_node':'a'," members "},"            \
        "'a':{'type':'logic','rules':[{'condition':'1 == 2','next_node':"     \
        "'b'}],'default_next_node':'end'},"                                   \
        "'b':{'type':'logic','rules':[{'condition':'1 == 2','next_node':"     \
        "'a'}],'default_next_node':'end'}," T_END,                            \
        ",'variables_schema':{'n':{'type':'number','default':5},'s':{'type':" \
        "'string','default':'x'},'list':{'type':'array','default':[1,2]}}"    \
        config)

#define FAILS(more)  VERIFY("'checks':[{'id':'c','condition':'n > 9'," more   \
                            "}]", "")


static size_t
t_times(const t_run_t *t, const char *type)
{
    size_t  n = 0;

    for (size_t i = 0; i < t->turn.nevents; i++) {
        n += strcmp(t->turn.events[i].type, type) == 0;
    }

    return n;
}


/* Where the verification went: the node after it, "" when it did not. */
static const char *
t_went(const t_run_t *t)
{
    for (size_t i = 0; i < t->turn.nevents; i++) {
        const ckp_event_t *const  e = &t->turn.events[i];

        if (strcmp(e->type, "node_started") == 0
            && strcmp(e->node_id, "v") != 0)
        {
            return e->node_id;
        }
    }

    return "";
}


static void
test_checks_that_hold_pass_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, VERIFY("'checks':[{'condition':'n == 5'},{'condition':true},"
                     "{'id':'z','condition':'{{s}} == \\\"x\\\"'}]", ""));
    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(json_integer_value(json_object_get(
                         t_event(&t, "verification_passed")->payload,
                         "checks")), 3);
    assert_string_equal(t_went(&t), "a");
    assert_int_equal(t_times(&t, "verification_failed"), 0);
    t_run_over(&t);
}


static void
test_a_failing_check_fails_the_workflow_unless_told_otherwise(void **ctx)
{
    const json_t  *error;
    ckp_summary_t  sum;
    t_run_t        t;

    t_run(&t, FAILS("'message':'n is {{n}}'"));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_said(&t, "verification_failed", "check_id"), "c");
    assert_string_equal(t_said(&t, "verification_failed", "condition"),
                        "n > 9");
    assert_string_equal(t_said(&t, "verification_failed", "message"),
                        "n is 5");
    assert_string_equal(t_said(&t, "verification_failed", "on_fail"),
                        "fail_workflow");
    assert_string_equal(t_said(&t, "node_error", "error"), "n is 5");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "VerificationFailed");
    ckp_run_summary(t.run, &sum);
    error = sum.error;
    assert_string_equal(ckp_json_str(error, "type"), "VerificationFailed");
    assert_string_equal(ckp_json_str(error, "node_id"), "v");
    assert_false(ckp_json_bool(error, "retryable", true));
    assert_string_equal(ckp_json_str(json_object_get(error, "details"),
                                     "check_id"), "c");
    assert_int_equal(t_times(&t, "verification_passed"), 0);
    t_run_over(&t);
}


static void
test_fail_workflow_passes_handlers_and_on_error_by(void **ctx)
{
    t_run_t  t;

    t_run(&t, FAILS("'on_fail':'fail_workflow'}],'on_error':{'*':'b'},"
                    "'error_handlers':[{'action':'ignore'}],'outputs':{'o':"
                    "'x'},'_':[{'_':1"));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_times(&t, "error_routed"), 0);
    assert_string_equal(t_said(&t, "node_error", "handled_by"), "");
    t_run_over(&t);
}


static void
test_fail_workflow_still_asks_on_failure(void **ctx)
{
    t_run_t  t;

    t_run(&t, VERIFY("'checks':[{'id':'c','condition':'n > 9'}]",
                     ",'global_config':{'on_failure':'b'}"));
    assert_string_equal(t_said(&t, "on_failure_invoked", "node_id"), "b");
    assert_string_equal(t_said(&t, "on_failure_invoked", "error_type"),
                        "VerificationFailed");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_said(&t, "run_completed", "recovered_via"), "b");
    t_run_over(&t);
}


static void
test_raise_is_an_error_that_handlers_catch(void **ctx)
{
    t_run_t  t;

    t_run(&t, FAILS("'on_fail':'raise'}],'error_handlers':[{'error_type':"
                    "'VerificationFailed','action':'goto','fallback_node':"
                    "'b'}],'_':[{'_':1"));
    assert_string_equal(t_said(&t, "node_error", "handled_by"), "goto");
    assert_string_equal(t_went(&t), "b");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, FAILS("'on_fail':'raise'}],'on_error':{'VerificationFailed':"
                    "'b'},'_':[{'_':1"));
    assert_string_equal(t_said(&t, "error_routed", "to"), "b");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, FAILS("'on_fail':'raise'"));
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_a_handler_with_recovery_steps_goes_on_after_them(void **ctx)
{
    t_run_t  t;

    t_run(&t, FAILS("'on_fail':'raise'}],'error_handlers':[{'recovery_steps':"
                    "[{'action':'set_variable','variable':'n','value':10}],"
                    "'recovery_strategy':'retry_node','max_retries':1}],'_':"
                    "[{'_':1"));
    assert_string_equal(t_said(&t, "node_error", "handled_by"), "retry_node");
    assert_int_equal(t_times(&t, "verification_failed"), 1);
    assert_int_equal(t_times(&t, "verification_passed"), 1);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_warn_and_continue_are_told_and_go_on(void **ctx)
{
    static const char *const  words[] = {
        "'on_fail':'warn'", "'on_fail':'continue'", "'severity':'warning'",
        "'severity':'info'", "'on_failure':'warn'"
    };
    static const char *const  told[] = { "warn", "continue", "warn",
                                         "continue", "warn" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char     text[2048];
        t_run_t  t;

        snprintf(text, sizeof(text), FAILS("%s"), words[i]);
        t_run(&t, text);
        assert_string_equal(t_status(&t), "completed");
        assert_string_equal(t_said(&t, "verification_failed", "on_fail"),
                            told[i]);
        assert_int_equal(t_times(&t, "verification_passed"), 0);
        assert_string_equal(t_went(&t), "a");
        t_run_over(&t);
    }
}


static void
test_severity_counts_only_without_on_fail(void **ctx)
{
    t_run_t  t;

    t_run(&t, FAILS("'severity':'error','on_fail':'warn'"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, FAILS("'severity':'error'"));
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_goto_leaves_the_node_at_once(void **ctx)
{
    t_run_t  t;

    t_run(&t, VERIFY("'checks':[{'condition':'n > 9','on_fail':'goto:b'},"
                     "{'condition':'n > 8'}]", ""));
    assert_string_equal(t_went(&t), "b");
    assert_int_equal(t_times(&t, "verification_failed"), 1);
    assert_string_equal(t_said(&t, "verification_failed", "on_fail"),
                        "goto:b");
    assert_string_equal(t_said(&t, "node_completed", "next_node"), "b");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_all_checks_are_evaluated_when_none_stops_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, VERIFY("'checks':[{'condition':'n > 9','on_fail':'warn'},"
                     "{'condition':'n > 8','on_fail':'continue'},"
                     "{'condition':'n > 1'}],'outputs':{'o':'$','k':"
                     "'$.failed'}", ""));
    assert_int_equal(t_times(&t, "verification_failed"), 2);
    assert_string_equal(t_status(&t), "completed");
    assert_non_null(strstr(t_var(&t, "o"), "\"passed\":false,\"checks\":3"));
    assert_non_null(strstr(t_var(&t, "k"), "\"id\":\"check_2\""));
    t_run_over(&t);
}


static void
test_on_pass_and_on_fail_of_the_node_name_its_successor(void **ctx)
{
    t_run_t  t;

    t_run(&t, VERIFY("'on_pass':'b','checks':[{'condition':'n > 1'}]", ""));
    assert_string_equal(t_went(&t), "b");
    t_run_over(&t);

    t_run(&t, VERIFY("'on_pass':'a','on_fail':'b','checks':[{'condition':"
                     "'n > 9','on_fail':'warn'}]", ""));
    assert_string_equal(t_went(&t), "b");
    t_run_over(&t);

    /* not a failing check that stops the run */

    t_run(&t, VERIFY("'on_fail':'b','checks':[{'condition':'n > 9'}]", ""));
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_a_schema_is_checked_against_its_source(void **ctx)
{
    t_run_t  t;

    t_run(&t, VERIFY("'checks':[{'schema':{'type':'number','maximum':4},"
                     "'source':'{{n}}'}]", ""));
    assert_string_equal(t_status(&t), "failed");
    assert_non_null(strstr(t_said(&t, "verification_failed", "message"),
                           "check 'check_1' failed: "));
    t_run_over(&t);

    t_run(&t, VERIFY("'checks':[{'schema':{'type':'array','maxItems':2},"
                     "'source':'list','condition':'n == 5'}]", ""));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    /* in addition to a condition: both must hold */

    t_run(&t, VERIFY("'checks':[{'schema':{'type':'array'},'source':"
                     "'{{list}}','condition':'n == 6'}]", ""));
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_rules_and_expression_are_other_names(void **ctx)
{
    t_run_t  t;

    t_run(&t, VERIFY("'rules':[{'expression':'n == 5'},{'check':'n == 6',"
                     "'on_fail':'warn'}]", ""));
    t_says(&t.d, "CKP091", NODE "/rules");
    t_says(&t.d, "CKP091", NODE "/rules/0/expression");
    t_says(&t.d, "CKP091", NODE "/rules/1/check");
    assert_string_equal(t_said(&t, "verification_failed", "condition"),
                        "n == 6");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_dry_run_records_and_goes_on(void **ctx)
{
    static const char *const  words[] = { "fail_workflow", "raise" };

    for (size_t i = 0; i < 2; i++) {
        char     text[2048];
        t_run_t  t;

        snprintf(text, sizeof(text),
                 VERIFY("'checks':[{'condition':'n > 9','on_fail':'%s'}]",
                        ",'global_config':{'execution_mode':'dry_run'}"),
                 words[i]);
        t_run(&t, text);
        assert_string_equal(t_status(&t), "completed");
        assert_string_equal(t_said(&t, "verification_failed", "on_fail"),
                            words[i]);
        assert_true(ckp_json_bool(t_event(&t, "verification_failed")->payload,
                                  "dry_run", false));
        t_run_over(&t);
    }
}


static void
test_outside_a_dry_run_the_event_does_not_mention_one(void **ctx)
{
    t_run_t  t;

    t_run(&t, FAILS("'on_fail':'warn'"));
    assert_null(json_object_get(t_event(&t, "verification_failed")->payload,
                                "dry_run"));
    t_run_over(&t);
}


static void
test_a_retry_of_the_run_checks_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, FAILS("'message':'m'"));
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "ann"));
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t_times(&t, "verification_failed"), 1);
    assert_string_equal(t_event(&t, "verification_failed")->path, "v#2");
    t_run_over(&t);
}


static void
test_what_is_wrong_with_checks_is_told(void **ctx)
{
    t_wants("CKP111", NODE "/checks", VERIFY("'checks':[]", ""));
    t_wants("CKP111", NODE, VERIFY("'name':'x'", ""));
    t_wants("CKP015", NODE "/checks", VERIFY("'checks':{}", ""));
    t_wants("CKP015", NODE "/checks/0", VERIFY("'checks':[1]", ""));
    t_wants("CKP018", NODE "/checks/0", VERIFY("'checks':[{'id':'c'}]", ""));
    t_wants("CKP018", NODE "/checks/0",
            VERIFY("'checks':[{'id':'c','schema':{}}]", ""));
    t_wants("CKP102", NODE "/checks/1/id",
            VERIFY("'checks':[{'id':'c','condition':'n'},{'id':'c',"
                   "'condition':'n'}]", ""));
    t_wants("CKP102", NODE "/checks/1",
            VERIFY("'checks':[{'id':'check_2','condition':'n'},{'condition':"
                   "'n'}]", ""));
    t_wants("CKP130", NODE "/checks/0/on_fail", FAILS("'on_fail':'goto:no'"));
    t_wants("CKP130", NODE "/checks/0/on_fail", FAILS("'on_fail':'goto:'"));
    t_wants("CKP130", NODE "/on_fail", VERIFY("'on_fail':'no'", ""));
    t_wants("CKP130", NODE "/on_pass", VERIFY("'on_pass':'no'", ""));
    t_wants("CKP405", NODE "/checks/0/on_fail", FAILS("'on_fail':'stop'"));
    t_wants("CKP405", NODE "/checks/0/severity", FAILS("'severity':'bad'"));
    t_wants("CKP220", NODE "/checks/0/condition",
            VERIFY("'checks':[{'condition':'n > > 1'}]", ""));
    t_wants("CKP226", NODE "/checks/0/schema/typ",
            VERIFY("'checks':[{'source':'{{n}}','schema':{'typ':'x'}}]", ""));
    t_wants("CKP227", NODE "/checks/0/schema/type",
            VERIFY("'checks':[{'source':'{{n}}','schema':{'type':'no'}}]",
                   ""));
    t_wants("CKP090", NODE "/checks/0/conditon",
            FAILS("'conditon':'x'"));
    t_wants("CKP210", NODE "/checks/0/message",
            FAILS("'message':'{{nobody}}'"));
}


static void
test_an_unknown_word_takes_the_default(void **ctx)
{
    t_run_t  t;

    t_run(&t, FAILS("'on_fail':'stop'"));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_said(&t, "verification_failed", "on_fail"),
                        "fail_workflow");
    t_run_over(&t);
}


/* `n` checks that hold, as a document. */
static char *
t_many(size_t n)
{
    char *const  text = malloc(64 * n + 4096);
    char        *p = text + sprintf(text, "%s",
        "{'procedure_id':'p','version':'1','workflow_graph':{'start_node':"
        "'v','nodes':{'v':{'type':'verification','next_node':'end','checks':"
        "[");

    for (size_t i = 0; i < n; i++) {
        p += sprintf(p, "%s{'condition':true}", i == 0 ? "" : ",");
    }

    strcpy(p, "]}," T_END "}}}");

    return text;
}


static void
test_a_node_has_at_most_256_checks(void **ctx)
{
    char     *text = t_many(256);
    t_run_t   t;

    t_run(&t, text);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
    free(text);

    text = t_many(257);
    t_wants("CKP006", NODE "/checks", text);
    free(text);
}


static void
test_goto_makes_the_way_there_reachable(void **ctx)
{
    t_doc_t  t;

    t_compiles(&t, T_GRAPH("v",
        "'v':{'type':'verification','next_node':'end','checks':[{'condition':"
        "true,'on_fail':'goto: other'}]},"
        "'other':{'type':'terminate','status':'failed'}," T_END, ""));
    t_silent(&t, "CKP120");
    t_silent(&t, "CKP130");
    t_doc_free(&t);
}


/* --- inside frames -------------------------------------------------------------- */

static void
test_fail_workflow_in_a_loop_is_not_caught_by_it(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("l",
        "'l':{'type':'loop','iterator':'{{list}}','body_node':'v',"
        "'continue_on_error':true,'next_node':'end'},'v':{'type':"
        "'verification','checks':[{'condition':'item > 1'}]}," T_END,
        ",'variables_schema':{'list':{'type':'array','default':[2,1,3]}}"));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_times(&t, "verification_passed"), 1);
    assert_int_equal(t_times(&t, "verification_failed"), 1);
    assert_int_equal(t_times(&t, "loop_iteration_failed"), 0);
    t_run_over(&t);

    /* what is raised it catches */

    t_run(&t, T_GRAPH("l",
        "'l':{'type':'loop','iterator':'{{list}}','body_node':'v',"
        "'continue_on_error':true,'next_node':'end'},'v':{'type':"
        "'verification','checks':[{'condition':'item > 1','on_fail':'raise'}"
        "]}," T_END,
        ",'variables_schema':{'list':{'type':'array','default':[2,1,3]}}"));
    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(t_times(&t, "loop_iteration_failed"), 1);
    t_run_over(&t);
}


#define CHILD(more, config)                                                   \
    "{'procedure_id':'kid','version':'1','workflow_graph':{'start_node':'l'," \
    "'nodes':{'l':{'type':'loop','iterator':'{{= range(3) }}','body_node':"   \
    "'v','continue_on_error':true,'next_node':'end'},'v':{'type':"            \
    "'verification','checks':[{'condition':'item > 0'}]}," more T_END "}}"    \
    config "}"


/* Calls the child, which fails a check of its own. */
static void
t_calls(t_run_t *t, t_doc_t *kid, const char *child)
{
    char  ref[64];

    t_run(t, T_GRAPH("c",
        "'c':{'type':'subflow','procedure_id':'kid','version':'1',"
        "'on_failure':'continue','next_node':'end'}," T_END, ""));
    snprintf(ref, sizeof(ref), "%s", t->ref);
    t_doc(kid, child);
    assert_non_null(kid->prog);
    assert_int_equal(ckp_run_link(t->run, "h", kid->prog), CKP_OK);
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, ref,
           json_pack("{s:s, s:s}", "hash", "h", "version", "1"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
test_fail_workflow_in_a_child_fails_the_child_alone(void **ctx)
{
    t_run_t  t;
    t_doc_t  kid;

    t_calls(&t, &kid, CHILD("", ""));
    assert_int_equal(t_times(&t, "verification_failed"), 1);
    assert_int_equal(t_times(&t, "loop_iteration_failed"), 0);
    assert_int_equal(t_times(&t, "subflow_failed"), 1);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
    t_doc_free(&kid);

    /* its own on_failure is asked */

    t_calls(&t, &kid, CHILD("'help':{'type':'terminate'},",
                         ",'global_config':{'on_failure':'help'}"));
    assert_string_equal(t_said(&t, "on_failure_invoked", "node_id"), "help");
    assert_int_equal(t_times(&t, "subflow_completed"), 1);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
    t_doc_free(&kid);
}


/* --- a sample ----------------------------------------------------------------- */

#define BOOKS  "../shared/samples/books_price_monitor.ckp.json"

static json_t *
t_sample(const char *path)
{
    json_t  *doc = t_file(path);

    if (doc == NULL) {
        char  up[256];

        snprintf(up, sizeof(up), "../%s", path);    /* run in t/ */
        doc = t_file(up);
    }

    return doc;
}


static json_t *
t_reply_to(const char *step)
{
    if (strcmp(step, "get_titles") == 0) {
        return json_pack("{s:[s,s], s:i, s:s}", "texts", "A Light", "Tipping",
                         "count", 2, "text", "A Light");
    }

    if (strcmp(step, "get_prices") == 0) {
        return json_pack("{s:[s,s], s:i, s:s}", "texts", "51.77", "53.74",
                         "count", 2, "text", "51.77");
    }

    return json_pack("{s:s}", "text", "1000");
}


static void
test_the_sample_of_the_book_prices_runs_to_its_end(void **ctx)
{
    json_t *const  doc = t_sample(BOOKS);
    t_run_t        t;
    size_t         calls = 0;

    if (doc == NULL) {
        print_message("%s is not there: skipped\n", BOOKS);
        skip();
    }

    memset(&t, 0, sizeof(t));
    t.now = 1700000000000;
    t_doc_take(&t.d, doc);
    assert_non_null(t.d.prog);
    assert_int_equal(ckp_diags_errors(t.d.diags), 0);
    t.run = ckp_run_new(t.d.prog, "run");
    t_inputs(&t, json_object());
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);

    while (strcmp(t_status(&t), "running") == 0 && calls < 20) {
        t_admit(&t);
        assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
        calls++;
        t_ok(&t, t_reply_to(ckp_json_str(json_object_get(
                     t.turn.effects[0].body, "request"), "step_id")));
    }

    assert_int_equal(calls, 6);
    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(json_integer_value(json_object_get(
                         t_event(&t, "verification_passed")->payload,
                         "checks")), 3);
    assert_string_equal(t_var(&t, "books_on_page"), "2");
    assert_string_equal(t_var(&t, "total_in_catalogue"), "\"1000\"");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_checks_that_hold_pass_the_node),
        cmocka_unit_test(
            test_a_failing_check_fails_the_workflow_unless_told_otherwise),
        cmocka_unit_test(test_fail_workflow_passes_handlers_and_on_error_by),
        cmocka_unit_test(test_fail_workflow_still_asks_on_failure),
        cmocka_unit_test(test_raise_is_an_error_that_handlers_catch),
        cmocka_unit_test(test_a_handler_with_recovery_steps_goes_on_after_them),
        cmocka_unit_test(test_warn_and_continue_are_told_and_go_on),
        cmocka_unit_test(test_severity_counts_only_without_on_fail),
        cmocka_unit_test(test_goto_leaves_the_node_at_once),
        cmocka_unit_test(
            test_all_checks_are_evaluated_when_none_stops_the_node),
        cmocka_unit_test(
            test_on_pass_and_on_fail_of_the_node_name_its_successor),
        cmocka_unit_test(test_a_schema_is_checked_against_its_source),
        cmocka_unit_test(test_rules_and_expression_are_other_names),
        cmocka_unit_test(test_a_dry_run_records_and_goes_on),
        cmocka_unit_test(test_outside_a_dry_run_the_event_does_not_mention_one),
        cmocka_unit_test(test_a_retry_of_the_run_checks_again),
        cmocka_unit_test(test_what_is_wrong_with_checks_is_told),
        cmocka_unit_test(test_an_unknown_word_takes_the_default),
        cmocka_unit_test(test_a_node_has_at_most_256_checks),
        cmocka_unit_test(test_goto_makes_the_way_there_reachable),
        cmocka_unit_test(test_fail_workflow_in_a_loop_is_not_caught_by_it),
        cmocka_unit_test(test_fail_workflow_in_a_child_fails_the_child_alone),
        cmocka_unit_test(test_the_sample_of_the_book_prices_runs_to_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
