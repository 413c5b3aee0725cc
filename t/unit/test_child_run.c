/*
 * Tests: child procedures in runs of their own.  Each states a sentence of
 * spec/ckp.md 10.10 about `isolation: child_run`.
 */

#include "child.h"

#include "base/trace.h"


/* --- born, and told -------------------------------------------------------- */

static void
a_child_run_is_born_in_the_nodes_turn(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(",'input_mapping':{'a':'v'}"), KID(ASKS));
    t_born(&p);
    assert_string_equal(t_said(&p.up, "subflow_started", "child_run_id"),
                        p.id);
    assert_string_equal(t_said(&p.up, "node_paused", "reason"), "waiting");
    assert_string_equal(t_status(&p.up), "paused");
    assert_string_equal(t_waits_for(&p.up), "child_run");
    assert_true(p.up.turn.idle);
    assert_string_equal(ckp_json_str(p.row, "procedure_id"), "kid");
    assert_string_equal(ckp_json_str(p.row, "hash"), "h1");
    assert_int_equal(ckp_json_int(json_object_get(p.row, "shown"), "a", 0), 7);
    assert_string_equal(ckp_json_str(json_object_get(json_array_get(
        json_object_get(p.row, "events"), 0), "payload"), "parent_run_id"),
        "run");
    t_apart(&p);
}


static void
it_stands_in_the_trace_of_its_parent(void **state)
{
    t_pair_t     p;
    ckp_trace_t  node;
    char         want[CKP_PARENT_LEN + 1];

    t_pair(&p, CALL(""), KID(ASKS));
    t_begins(&p);
    t_admit(&p.kid);

    ckp_trace_make("run", node.trace);
    ckp_trace_make_span("run", "call", 0, node.span);
    memcpy(node.flags, "01", sizeof(node.flags));
    ckp_trace_text(&node, want);
    assert_string_equal(ckp_json_str(json_object_get(p.row, "meta"),
                                     "traceparent"), want);

    /* and what it calls has a span of its own */

    ckp_trace_make_span(p.id, "k/s", 1, node.span);
    ckp_trace_text(&node, want);
    assert_int_equal(p.kid.turn.effects[0].kind, CKP_FX_CALL);
    assert_string_equal(p.kid.turn.effects[0].trace, want);
    t_apart(&p);
}


static void
its_outputs_come_back_when_it_ends(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(",'input_mapping':{'a':'v'},'output_mapping':{'got':"
                    "'r','v':'{{a}} and {{r}}'}"), KID(ASKS));
    t_begins(&p);
    assert_string_equal(t_status(&p.kid), "running");
    t_admit(&p.kid);
    assert_null(t_row(&p.kid, "parent"));
    t_ok(&p.kid, json_string("x"));
    assert_string_equal(t_status(&p.kid), "completed");
    t_told(&p);
    assert_int_equal(p.up.rc, CKP_OK);
    assert_string_equal(t_status(&p.up), "completed");
    assert_string_equal(t_said(&p.up, "execution_resumed", "resume_reason"),
                        "callback_resume");
    assert_string_equal(t_said(&p.up, "subflow_completed", "version"), "1.0");
    assert_string_equal(t_var(&p.up, "got"), "\"x\"");
    assert_string_equal(t_var(&p.up, "v"), "\"7 and x\"");
    t_apart(&p);
}


static void
declared_outputs_come_back_as_they_are(void **state)
{
    t_pair_t       p;
    ckp_summary_t  sum;

    t_pair(&p, CALL(""), KID_AS("'k':{'type':'terminate','outputs':{"
           "'x':'{{a}}','pin':'{{a}}'}}",
           ",'global_config':{'audit_config':{'redacted_fields':['pin']}}"));
    t_begins(&p);
    ckp_run_summary(p.kid.run, &sum);
    assert_string_equal(ckp_json_str(sum.outputs, "pin"), "***REDACTED***");
    assert_null(json_object_get(json_object_get(t_row(&p.kid, "parent"),
                                                "data"), "vars"));
    t_told(&p);
    assert_string_equal(t_var(&p.up, "all"), "{\"x\":1,\"pin\":1}");
    t_apart(&p);
}


static void
a_child_run_is_told_of_once(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(""), KID("'k':{'type':'terminate'}"));
    t_begins(&p);
    t_feed(&p.up, CKP_IN_CHILD, CKP_OUTCOME_OK, "another",
           json_pack("{s:s}", "status", "completed"));
    assert_int_equal(p.up.rc, CKP_E_STATE);
    t_told(&p);
    assert_int_equal(p.up.rc, CKP_OK);
    t_told(&p);
    assert_int_equal(p.up.rc, CKP_E_STATE);
    t_apart(&p);
}


/* A turn that was not committed is made again, by whomever: the id is the
 * same, so the store has one run. */
static void
the_same_visit_makes_the_same_child_run(void **state)
{
    t_pair_t     p;
    char         first[40];
    json_t      *saved;
    ckp_run_t   *other;
    ckp_err_t    err = CKP_ERR_INIT;

    memset(&p, 0, sizeof(p));
    t_compiles(&p.kid.d, KID(ASKS));
    t_run(&p.up, CALL(""));
    saved = ckp_run_save(p.up.run);
    t_found(&p.up, &p.kid.d);
    t_born(&p);
    snprintf(first, sizeof(first), "%s", p.id);

    other = ckp_run_load(p.up.d.prog, "run", saved, &err);
    json_decref(saved);
    ckp_run_free(p.up.run);
    p.up.run = other;
    p.up.turn = (ckp_turn_t) { .nevents = 0 };
    p.up.seed[5] = 77;
    t_feed(&p.up, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    t_found(&p.up, &p.kid.d);
    t_born(&p);
    assert_string_equal(p.id, first);
    assert_int_equal(strlen(first), 36);
    t_apart(&p);
}


static void
a_loaded_run_that_waits_wants_the_child_and_goes_on_waiting(void **state)
{
    t_pair_t     p;
    json_t      *saved;
    ckp_err_t    err = CKP_ERR_INIT;

    t_pair(&p, CALL(""), KID("'k':{'type':'terminate'}"));
    t_begins(&p);
    saved = ckp_run_save(p.up.run);
    ckp_run_free(p.up.run);
    p.up.run = ckp_run_load(p.up.d.prog, "run", saved, &err);
    p.up.turn = (ckp_turn_t) { .nevents = 0 };
    json_decref(saved);
    assert_string_equal(ckp_run_want(p.up.run), "h1");
    assert_int_equal(ckp_run_link(p.up.run, "h1", p.kid.d.prog), CKP_OK);
    assert_null(ckp_run_want(p.up.run));
    t_feed(&p.up, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b}", "crash", 1));
    assert_int_equal(p.up.rc, CKP_OK);
    assert_int_equal(p.up.turn.neffects, 0);
    assert_string_equal(t_status(&p.up), "paused");
    t_told(&p);
    assert_string_equal(t_status(&p.up), "completed");
    t_apart(&p);
}


static void
inputs_that_break_the_contract_make_no_child_run(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(",'input_mapping':{'a':'{{v}} apples'}"), KID(ASKS));
    assert_null(t_row(&p.up, "child"));
    assert_string_equal(t_status(&p.up), "failed");
    assert_string_equal(ckp_json_str(t_error(&p.up), "type"),
                        "ContractViolation");
    t_apart(&p);
}


static void
outputs_that_break_the_contract_fail_the_node(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(""), KID_AS("'k':{'type':'terminate','outputs':{'x':"
           "'{{a}}'}}", ",'contract':{'outputs':{'properties':{'x':{'type':"
           "'string'}}}}"));
    t_begins(&p);
    assert_string_equal(t_status(&p.kid), "completed");
    t_told(&p);
    assert_string_equal(ckp_json_str(t_error(&p.up), "type"),
                        "ContractViolation");
    t_apart(&p);
}


/* --- failing ---------------------------------------------------------------- */

static void
a_child_run_that_fails_fails_its_parent(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(""), KID("'k':{'type':'processing','operations':[{"
                             "'action':'fail','message':'no'}]}"));
    t_begins(&p);
    assert_string_equal(t_status(&p.kid), "failed");
    t_told(&p);
    assert_string_equal(t_status(&p.up), "failed");
    assert_string_equal(ckp_json_str(t_error(&p.up), "type"),
                        "SubflowFailed");
    assert_non_null(t_cause(&p.up));
    assert_string_equal(t_said(&p.up, "subflow_failed", "on_failure"),
                        "fail_parent");
    t_apart(&p);
}


static void
a_child_run_that_was_canceled_counts_as_failed(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(",'on_failure':'continue'"), KID(ASKS));
    t_begins(&p);
    t_feed(&p.kid, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "reason", "enough", "actor", "ana"));
    t_told(&p);
    assert_string_equal(t_status(&p.up), "completed");
    assert_non_null(strstr(t_var(&p.up, "all"), "\"type\":\"RunCanceled\""));
    assert_non_null(strstr(t_var(&p.up, "all"), "enough"));
    t_apart(&p);
}


static void
a_retry_makes_another_child_run(void **state)
{
    t_pair_t  p;
    char      first[40];

    t_pair(&p, CALL(",'on_failure':'retry','retry_policy':{'max_attempts':2,"
                    "'strategy':'fixed','delay_ms':20}"),
           KID("'k':{'type':'terminate','status':'failed','message':'no'}"));
    t_begins(&p);
    snprintf(first, sizeof(first), "%s", p.id);
    t_told(&p);
    assert_int_equal(p.up.turn.wake_at_ms, p.up.now + 20);
    t_tick(&p.up);
    t_begins(&p);
    assert_string_not_equal(p.id, first);
    t_told(&p);
    assert_string_equal(t_status(&p.up), "failed");
    t_apart(&p);
}


/* --- time ------------------------------------------------------------------- */

static void
its_budget_is_active_time_alone(void **state)
{
    t_pair_t     p;
    char         id[64];
    int64_t      then;

    t_pair(&p, CALL(",'timeout_ms':1000"), KID(
        "'k':{'type':'human_approval','prompt':'?','on_approve':'l',"
        "'on_reject':'@end'},'l':{'type':'sequence','agent':'W','steps':["
        "{'step_id':'s','action':'do'}]}"));
    assert_true(p.up.turn.wake_at_ms == 0);
    t_begins(&p);
    assert_string_equal(t_status(&p.kid), "waiting_approval");
    assert_int_equal(p.kid.turn.wake_at_ms, 0);
    snprintf(id, sizeof(id), "%s", ckp_json_str(t_row(&p.kid, "approval"),
                                                "approval_id"));
    p.kid.now += 50000;
    then = p.kid.now;
    t_feed(&p.kid, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:s}", "decision", "approved", "decided_by",
                     "ana"));
    t_admit(&p.kid);
    assert_int_equal(p.kid.turn.wake_at_ms, then + 1000);
    t_tick(&p.kid);
    assert_string_equal(t_status(&p.kid), "canceled");
    assert_int_equal(t_count(&p.kid, CKP_FX_ABORT), 1);
    t_told(&p);
    assert_string_equal(ckp_json_str(t_error(&p.up), "type"),
                        "SubflowFailed");
    assert_string_equal(t_cause(&p.up), "TimeoutError");
    t_apart(&p);
}


/* --- canceling --------------------------------------------------------------- */

static void
canceling_the_parent_cancels_the_child_run(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(""), KID(ASKS));
    t_born(&p);
    t_feed(&p.up, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "reason", "enough", "actor", "ana"));
    assert_string_equal(t_status(&p.up), "canceled");
    assert_string_equal(ckp_json_str(t_row(&p.up, "child_cancel"), "run_id"),
                        p.id);
    t_apart(&p);
}


static void
a_loser_of_a_race_has_its_child_run_canceled(void **state)
{
    t_pair_t  p;

    memset(&p, 0, sizeof(p));
    t_compiles(&p.kid.d, KID(ASKS));
    t_run(&p.up, "{'procedure_id':'p','version':'1','workflow_graph':{"
          "'start_node':'fan','nodes':{'fan':{'type':'parallel',"
          "'wait_strategy':'any','next_node':'end','branches':[{'branch_id':"
          "'l','start_node':'call'},{'branch_id':'r','start_node':'ask'}]},"
          "'call':{'type':'subflow','procedure_id':'kid','version':'1.0',"
          "'isolation':'child_run'},'ask':{'type':'human_approval','prompt':"
          "'?','on_approve':'@end','on_reject':'@end'},'end':{'type':"
          "'terminate'}}}}");

    char  id[64];

    snprintf(id, sizeof(id), "%s", ckp_json_str(t_row(&p.up, "approval"),
                                                "approval_id"));
    t_found(&p.up, &p.kid.d);
    t_born(&p);
    assert_string_equal(t_status(&p.up), "waiting_approval");
    t_feed(&p.up, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:s}", "decision", "approved", "decided_by",
                     "ana"));
    assert_string_equal(t_status(&p.up), "completed");
    assert_string_equal(ckp_json_str(t_row(&p.up, "child_cancel"), "run_id"),
                        p.id);
    t_apart(&p);
}


static void
nobody_waits_for_one_that_is_only_begun(void **state)
{
    t_pair_t  p;
    char      want[64];

    t_pair(&p, CALL(",'wait':false"), KID(ASKS));
    t_begins(&p);
    assert_string_equal(t_status(&p.up), "completed");
    snprintf(want, sizeof(want), "{\"run_id\":\"%s\"}", p.id);
    assert_string_equal(t_var(&p.up, "all"), want);
    assert_null(t_row(&p.up, "child_cancel"));
    t_admit(&p.kid);
    t_ok(&p.kid, json_null());
    assert_string_equal(t_status(&p.kid), "completed");
    assert_null(t_row(&p.kid, "parent"));
    t_apart(&p);
}


/* --- what it takes over --------------------------------------------------------- */

static void
procedures_around_are_known_in_child_runs(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL(""), KID("'k':{'type':'subflow','procedure_id':'p'}"));
    t_begins(&p);
    assert_string_equal(t_status(&p.kid), "failed");
    assert_string_equal(ckp_json_str(t_error(&p.kid), "type"),
                        "RecursiveSubflow");
    t_told(&p);
    assert_string_equal(t_cause(&p.up), "RecursiveSubflow");
    t_apart(&p);
}


static void
depth_counts_over_child_runs(void **state)
{
    t_run_t   t;
    json_t   *stack = json_array();
    json_t   *vars = NULL;
    json_t   *errors = NULL;
    ckp_err_t err = CKP_ERR_INIT;

    for (int i = 0; i < 8; i++) {
        json_array_append_new(stack, json_sprintf("p%d", i));
    }

    memset(&t, 0, sizeof(t));
    t.now = 1700000000000;
    t_compiles(&t.d, CALL(""));
    t.run = ckp_run_new(t.d.prog, "run");
    ckp_program_inputs(t.d.prog, NULL, NULL, t.now, &vars, &errors, &err);
    t_feed(&t, CKP_IN_START, CKP_OUTCOME_OK, "",
           json_pack("{s:{}, s:{}, s:o, s:{s:o}}", "meta", "inputs", "vars",
                     vars, "kin", "stack", stack));
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(ckp_json_str(t_error(&t), "type"), "LimitExceeded");
    t_run_over(&t);
}


static void
mode_and_test_data_are_those_of_the_parent(void **state)
{
    t_pair_t  p;

    t_pair(&p, CALL_AS(",'isolation':'child_run'", "kid",
           ",'global_config':{'test_data_overrides':{'call/sub/k/s':'mine'}}"),
           KID_AS(ASKS, ",'global_config':{'test_data_overrides':{'s':"
                  "'its own'}}"));
    t_begins(&p);
    assert_string_equal(t_status(&p.kid), "completed");
    assert_string_equal(t_var(&p.kid, "r"), "\"mine\"");
    t_apart(&p);

    t_pair(&p, CALL_AS(",'isolation':'child_run'", "kid",
           ",'global_config':{'execution_mode':'dry_run'}"), KID(ASKS));
    t_begins(&p);
    assert_string_equal(t_status(&p.kid), "completed");
    assert_string_equal(t_said(&p.kid, "run_completed", "mode"), "dry_run");
    t_told(&p);
    assert_string_equal(t_status(&p.up), "completed");
    t_apart(&p);
}


static void
settings_are_inherited_by_those_who_ask(void **state)
{
    t_pair_t  p;
    char      kid[] = KID("'k':{'type':'processing','operations':[{'action':"
                          "'set_variable','variable':'r','value':"
                          "'is {{nowhere | none}}{{a.b}}'}]}");

    t_pair(&p, CALL_AS(",'isolation':'child_run','inherit_context':true",
           "kid", ",'global_config':{'missing_variables':'keep'}"), kid);
    t_begins(&p);
    assert_string_equal(t_var(&p.kid, "r"), "\"is none{{a.b}}\"");
    assert_string_equal(t_var(&p.kid, "v"), "7");
    t_apart(&p);

    t_pair(&p, CALL_AS(",'isolation':'child_run'", "kid",
           ",'global_config':{'missing_variables':'keep'}"), kid);
    t_begins(&p);
    assert_string_equal(t_var(&p.kid, "r"), "\"is none\"");
    t_apart(&p);
}


static void
wait_is_about_child_runs_alone(void **state)
{
    t_wants("CKP092", "/workflow_graph/nodes/call/wait",
            CALL_AS(",'wait':false", "kid", ""));
}


/* --- going back ------------------------------------------------------------ */

static void
a_run_that_is_set_back_leaves_its_child_run_and_makes_another(void **state)
{
    t_pair_t   p;
    char       first[40];
    json_t    *saved;

    memset(&p, 0, sizeof(p));
    t_compiles(&p.kid.d, KID(ASKS));
    t_run(&p.up, CALL(""));
    saved = ckp_run_save(p.up.run);         /* in front of it */
    t_found(&p.up, &p.kid.d);
    t_born(&p);
    snprintf(first, sizeof(first), "%s", p.id);

    t_feed(&p.up, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s, s:o}", "kind", "checkpoint", "checkpoint_id",
                     "c", "state", saved));
    assert_int_equal(p.up.rc, CKP_OK);
    assert_string_equal(ckp_json_str(t_row(&p.up, "child_cancel"), "run_id"),
                        first);
    t_found(&p.up, &p.kid.d);
    t_born(&p);
    assert_string_not_equal(p.id, first);
    t_apart(&p);
}


/* The state says that a child run is waited for: of the run that it was of. */
static void
a_run_born_with_a_state_has_child_runs_of_its_own(void **state)
{
    t_pair_t   p;
    char       first[40];

    t_pair(&p, CALL(""), KID(ASKS));
    t_born(&p);
    snprintf(first, sizeof(first), "%s", p.id);

    t_run_t  other = { .now = p.up.now, .d.prog = p.up.d.prog };

    other.run = ckp_run_new(p.up.d.prog, "other");
    t_feed(&other, CKP_IN_START, CKP_OUTCOME_OK, "",
           json_pack("{s:{s:s}, s:{s:s, s:o}}", "meta", "trigger_type",
                     "manual", "from", "checkpoint_id", "c", "state",
                     ckp_run_save(p.up.run)));
    assert_int_equal(other.rc, CKP_OK);
    assert_int_equal(ckp_run_link(other.run, "h1", p.kid.d.prog), CKP_OK);
    t_feed(&other, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(other.rc, CKP_OK);
    assert_null(t_row(&other, "child_cancel"));

    if (t_row(&other, "child") == NULL) {
        t_found(&other, &p.kid.d);
    }

    assert_string_not_equal(ckp_json_str(t_row(&other, "child"), "run_id"),
                            first);
    assert_string_equal(t_status(&other), "paused");
    ckp_run_free(other.run);

    t_begins(&p);
    assert_string_equal(t_status(&p.up), "paused");
    t_apart(&p);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_child_run_is_born_in_the_nodes_turn),
        cmocka_unit_test(it_stands_in_the_trace_of_its_parent),
        cmocka_unit_test(its_outputs_come_back_when_it_ends),
        cmocka_unit_test(declared_outputs_come_back_as_they_are),
        cmocka_unit_test(a_child_run_is_told_of_once),
        cmocka_unit_test(the_same_visit_makes_the_same_child_run),
        cmocka_unit_test(
            a_loaded_run_that_waits_wants_the_child_and_goes_on_waiting),
        cmocka_unit_test(inputs_that_break_the_contract_make_no_child_run),
        cmocka_unit_test(outputs_that_break_the_contract_fail_the_node),
        cmocka_unit_test(a_child_run_that_fails_fails_its_parent),
        cmocka_unit_test(a_child_run_that_was_canceled_counts_as_failed),
        cmocka_unit_test(a_retry_makes_another_child_run),
        cmocka_unit_test(its_budget_is_active_time_alone),
        cmocka_unit_test(canceling_the_parent_cancels_the_child_run),
        cmocka_unit_test(a_loser_of_a_race_has_its_child_run_canceled),
        cmocka_unit_test(nobody_waits_for_one_that_is_only_begun),
        cmocka_unit_test(procedures_around_are_known_in_child_runs),
        cmocka_unit_test(depth_counts_over_child_runs),
        cmocka_unit_test(mode_and_test_data_are_those_of_the_parent),
        cmocka_unit_test(settings_are_inherited_by_those_who_ask),
        cmocka_unit_test(wait_is_about_child_runs_alone),
        cmocka_unit_test(
            a_run_that_is_set_back_leaves_its_child_run_and_makes_another),
        cmocka_unit_test(a_run_born_with_a_state_has_child_runs_of_its_own)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
