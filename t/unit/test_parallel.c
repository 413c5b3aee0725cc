/*
 * Tests: branches at once.  Each states a sentence of spec/ckp.md 10.4.
 */

#include "drive.h"

#define FAN(more, nodes)                                                      \
    "{'procedure_id':'p','version':'1','variables_schema':{"                  \
    "'v':{'type':'any','default':0}},'workflow_graph':{'start_node':'fan',"   \
    "'nodes':{'fan':{'type':'parallel','next_node':'end','branches':["        \
    "{'branch_id':'l','start_node':'left'},"                                  \
    "{'branch_id':'r','start_node':'right'}]" more "}," nodes                 \
    ",'end':{'type':'terminate','outputs':{'v':'v','all':"                    \
    "'{{parallel_results}}'}}}}}"

#define STEP(id)                                                              \
    "'" id "':{'type':'sequence','agent':'W','steps':["                       \
    "{'step_id':'s','action':'do','output_variable':'" id "_got'}]}"

#define SET(id, name, value)                                                  \
    "'" id "':{'type':'processing','operations':[{'action':'set_variable',"   \
    "'variable':'" name "','value':'" value "'}]}"

#define FAIL(id)                                                              \
    "'" id "':{'type':'processing','operations':[{'action':'fail',"           \
    "'message':'" id " broke','error_type':'Broken'}]}"


static const char *
t_error(const t_run_t *t, const char *member)
{
    ckp_summary_t  sum;

    ckp_run_summary(t->run, &sum);

    return ckp_json_str(sum.error, member);
}


/* The refs of the turn's admissions. */
static size_t
t_refs(const t_run_t *t, char refs[][64])
{
    size_t  n = 0;

    for (size_t i = 0; i < t->turn.neffects; i++) {
        if (t->turn.effects[i].kind == CKP_FX_ADMIT) {
            snprintf(refs[n++], 64, "%s", t->turn.effects[i].ref);
        }
    }

    return n;
}


static void
t_answer(t_run_t *t, const char *ref, const char *result)
{
    snprintf(t->ref, sizeof(t->ref), "%s", ref);
    t_admit(t);
    assert_int_equal(t->rc, CKP_OK);
    t_ok(t, json_string(result));
    assert_int_equal(t->rc, CKP_OK);
}


static void
branches_run_at_once_and_their_deltas_are_merged(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN("", STEP("left") "," STEP("right")));
    assert_int_equal(t_refs(&t, refs), 2);
    t_answer(&t, refs[1], "R");
    assert_string_equal(t_status(&t), "running");
    assert_string_equal(t_var(&t, "right_got"), "");
    t_answer(&t, refs[0], "L");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "left_got"), "\"L\"");
    assert_string_equal(t_var(&t, "right_got"), "\"R\"");
    assert_string_equal(t_var(&t, "all"),
        "{\"branches\":{\"l\":{\"left_got\":\"L\"},\"r\":{\"right_got\":"
        "\"R\"}},\"errors\":{},\"winner\":null}");
    t_run_over(&t);
}


static void
a_branch_has_its_path_and_its_key(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, FAN("", STEP("left") "," SET("right", "v", "1")));
    assert_string_equal(t.key, "run:fan/b:l/left/s");
    t_run_over(&t);
}


static void
of_two_branches_that_write_a_name_the_later_declared_wins(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, FAN("", SET("left", "v", "L") "," SET("right", "v", "R")));
    assert_string_equal(t_var(&t, "v"), "\"R\"");
    t_run_over(&t);

    t_run(&t, FAN(",'merge':'namespaced'", SET("left", "v", "L") ","
                  SET("right", "v", "R")));
    assert_string_equal(t_var(&t, "v"), "0");
    t_run_over(&t);
}


static void
a_branch_does_not_see_what_another_writes(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN("", STEP("left") ",'right':{'type':'sequence','agent':'W',"
                  "'steps':[{'step_id':'s','action':'do'},{'step_id':'t',"
                  "'action':'set_variable','variable':'v','value':"
                  "'{{left_got | none}}'}]}"));
    t_refs(&t, refs);
    t_answer(&t, refs[0], "L");
    t_answer(&t, refs[1], "R");
    assert_string_equal(t_var(&t, "v"), "\"none\"");
    t_run_over(&t);
}


static void
any_takes_the_first_that_succeeds_and_cancels_the_rest(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN(",'wait_strategy':'any'", STEP("left") "," STEP("right")));
    t_refs(&t, refs);
    t_answer(&t, refs[1], "R");
    assert_string_equal(t_status(&t), "completed");
    assert_non_null(strstr(t.story, "branch_canceled"));
    assert_string_equal(t_said(&t, "branch_canceled", "reason"), "loser");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_string_equal(t_var(&t, "left_got"), "");
    assert_string_equal(t_said(&t, "parallel_completed", "winner"), "r");
    t_run_over(&t);
}


static void
any_goes_on_as_long_as_a_branch_can_succeed(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN(",'wait_strategy':'any','branch_failure':'stop'",
                  FAIL("left") "," STEP("right")));
    assert_string_equal(t_status(&t), "running");
    t_refs(&t, refs);
    t_answer(&t, refs[0], "R");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, FAN(",'wait_strategy':'any','branch_failure':'stop'",
                  FAIL("left") "," FAIL("right")));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "AllBranchesFailed");
    t_run_over(&t);

    t_run(&t, FAN(",'wait_strategy':'any'", FAIL("left") ","
                  FAIL("right")));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
first_is_settled_by_a_failure_too(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, FAN(",'wait_strategy':'first'", FAIL("left") ","
                  STEP("right")));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_said(&t, "parallel_completed", "winner"), "l");
    t_run_over(&t);

    t_run(&t, FAN(",'wait_strategy':'first','branch_failure':'stop'",
                  FAIL("left") "," STEP("right")));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "BranchFailed");
    t_run_over(&t);
}


static void
a_failed_branch_is_recorded_or_stops_the_others(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN("", FAIL("left") "," STEP("right")));
    t_refs(&t, refs);
    t_answer(&t, refs[0], "R");
    assert_string_equal(t_status(&t), "completed");
    assert_non_null(strstr(t_var(&t, "all"), "\"type\":\"Broken\""));
    t_run_over(&t);

    t_run(&t, FAN(",'branch_failure':'stop'", STEP("left") ","
                  FAIL("right")));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "BranchFailed");
    assert_string_equal(t_said(&t, "branch_canceled", "reason"), "stop");
    t_run_over(&t);
}


static void
a_branch_that_is_tried_again_begins_afresh(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN(",'branch_failure':'retry','branch_retry':{'max_attempts':2,"
                  "'strategy':'fixed','delay_ms':50}",
                  STEP("left") "," SET("right", "v", "1")));
    t_refs(&t, refs);
    snprintf(t.ref, sizeof(t.ref), "%s", refs[0]);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_int_equal(t.turn.wake_at_ms, t.now + 50);
    t_tick(&t);
    assert_string_equal(t.key, "run:fan/b:l#2/left/s");
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "BranchFailed");
    t_run_over(&t);
}


static void
max_concurrency_holds_branches_back(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN(",'max_concurrency':1", STEP("left") "," STEP("right")));
    assert_int_equal(t_refs(&t, refs), 1);
    t_answer(&t, refs[0], "L");
    assert_int_equal(t_refs(&t, refs), 1);
    t_answer(&t, refs[0], "R");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
none_goes_on_at_once_and_the_run_waits_at_its_end(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN(",'wait_strategy':'none'", STEP("left") ","
                  SET("right", "v", "1")));
    assert_non_null(strstr(t.story, "node_completed"));
    assert_string_equal(t_status(&t), "running");
    t_refs(&t, refs);
    t_answer(&t, refs[0], "L");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "v"), "0");
    t_run_over(&t);
}


static void
a_detached_branch_that_fails_obeys_branch_failure(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN(",'wait_strategy':'none','branch_failure':'stop'",
                  STEP("left") "," STEP("right")));
    t_refs(&t, refs);
    snprintf(t.ref, sizeof(t.ref), "%s", refs[0]);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_run_over(&t);

    t_run(&t, FAN(",'wait_strategy':'none'", STEP("left") ","
                  STEP("right")));
    t_refs(&t, refs);
    snprintf(t.ref, sizeof(t.ref), "%s", refs[0]);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "running");
    t_answer(&t, refs[1], "R");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* The node of it was left with its loop's iteration: the path stays. */
static void
a_detached_branch_is_tried_again_under_its_own_path(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, "{'procedure_id':'p','version':'1','variables_schema':{'rows':{"
          "'type':'array','default':[1,2]}},'workflow_graph':{'start_node':"
          "'each','nodes':{'each':{'type':'loop','iterator':'rows',"
          "'body_node':'fan','next_node':'end'},'fan':{'type':'parallel',"
          "'wait_strategy':'none','branch_failure':'retry','branch_retry':{"
          "'max_attempts':2,'strategy':'none'},'branches':[{'branch_id':'l',"
          "'start_node':'left'}]}," STEP("left") ",'end':{'type':"
          "'terminate'}}}}");
    assert_int_equal(t_refs(&t, refs), 2);
    snprintf(t.ref, sizeof(t.ref), "%s", refs[1]);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_said(&t, "branch_failed", "path"), "each[1]/fan");
    assert_string_equal(t.key, "run:each[1]/fan/b:l#2/left/s");
    t_run_over(&t);
}


static void
an_approval_in_a_branch_suspends_that_branch_only(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN("", "'left':{'type':'human_approval','prompt':'?',"
                  "'on_approve':'@end','on_reject':'@end'}," STEP("right")));
    assert_string_equal(t_status(&t), "running");
    t_refs(&t, refs);

    char  id[64];

    snprintf(id, sizeof(id), "%s", ckp_json_str(t_row(&t, "approval"),
                                                "approval_id"));
    t_answer(&t, refs[0], "R");
    assert_string_equal(t_status(&t), "waiting_approval");
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:s}", "decision", "approved", "decided_by",
                     "me"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
a_cancel_ends_every_branch(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, FAN("", STEP("left") "," STEP("right")));
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
    assert_string_equal(t_status(&t), "canceled");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 2);
    t_run_over(&t);
}


static void
a_terminate_in_a_branch_ends_the_run(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, FAN("", STEP("left") ",'right':{'type':'terminate','status':"
                  "'failed','message':'over'}"));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 0);
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 0);
    t_run_over(&t);
}


static void
a_run_tried_again_goes_on_in_all_its_branches(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN(",'branch_failure':'stop'", STEP("left") ","
                  STEP("right")));
    t_refs(&t, refs);
    snprintf(t.ref, sizeof(t.ref), "%s", refs[0]);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "me"));
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t_refs(&t, refs), 2);
    t_answer(&t, refs[0], "L");
    t_answer(&t, refs[1], "R");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "left_got"), "\"L\"");
    t_run_over(&t);
}


static void
a_paused_run_holds_at_the_next_step(void **state)
{
    t_run_t  t;
    char     refs[4][64];

    (void) state;

    t_run(&t, FAN("", "'left':{'type':'sequence','agent':'W','steps':["
                  "{'step_id':'s','action':'do'},{'step_id':'t','action':"
                  "'do'}]}," SET("right", "v", "1")));
    t_refs(&t, refs);
    snprintf(t.ref, sizeof(t.ref), "%s", refs[0]);
    t_admit(&t);
    t_feed(&t, CKP_IN_PAUSE, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "actor", "me"));
    assert_int_equal(t.rc, CKP_OK);
    assert_string_equal(t_status(&t), "running");
    t_ok(&t, json_string("L"));
    assert_string_equal(t_status(&t), "paused");
    assert_non_null(strstr(t.story, "run_paused"));
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 0);
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "operator", "actor", "me"));
    assert_int_equal(t.rc, CKP_OK);
    assert_non_null(strstr(t.story, "execution_resumed"));
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    t_admit(&t);
    t_ok(&t, json_string("L"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
a_saved_run_goes_on_like_one_that_lived_through(void **state)
{
    t_run_t     t;
    char        refs[4][64];
    json_t     *saved;
    ckp_run_t  *other;
    ckp_err_t   err = CKP_ERR_INIT;

    (void) state;

    t_run(&t, FAN("", STEP("left") "," STEP("right")));
    t_refs(&t, refs);
    saved = ckp_run_save(t.run);
    other = ckp_run_load(t.d.prog, "run", saved, &err);
    assert_non_null(other);
    ckp_run_free(t.run);
    t.run = other;
    t.turn = (ckp_turn_t) { .nevents = 0 };
    json_decref(saved);

    t_answer(&t, refs[0], "L");
    t_answer(&t, refs[1], "R");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
wrong_branches_are_told(void **state)
{
    t_doc_t  d;

    (void) state;

    t_doc(&d, "{'procedure_id':'p','version':'1','workflow_graph':{"
          "'start_node':'fan','nodes':{'fan':{'type':'parallel','branches':["
          "{'branch_id':'a','start_node':'x'},{'branch_id':'a',"
          "'start_node':'x'}],'wait_strategy':'some'},'x':{'type':"
          "'processing','operations':[]}}}}");
    t_says(&d, "CKP102", "/workflow_graph/nodes/fan/branches/1/branch_id");
    t_says(&d, "CKP405", "/workflow_graph/nodes/fan/wait_strategy");
    t_doc_free(&d);
}


/* It would be asked for, paid and thrown away. */
static void
test_a_loser_that_asked_in_the_same_turn_asks_nobody(void **ctx)
{
    t_run_t  t;

    t_run(&t, FAN(",'wait_strategy':'any'",
                  "'left':{'type':'llm_action','model':'m','prompt':'x'},"
                  SET("right", "v", "1")));
    assert_string_equal(t_status(&t), "completed");
    assert_non_null(strstr(t.story, "llm_call_started"));
    assert_non_null(strstr(t.story, "branch_canceled"));
    assert_int_equal(t.turn.neffects, 0);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_loser_that_asked_in_the_same_turn_asks_nobody),
        cmocka_unit_test(
            branches_run_at_once_and_their_deltas_are_merged),
        cmocka_unit_test(a_branch_has_its_path_and_its_key),
        cmocka_unit_test(
            of_two_branches_that_write_a_name_the_later_declared_wins),
        cmocka_unit_test(a_branch_does_not_see_what_another_writes),
        cmocka_unit_test(
            any_takes_the_first_that_succeeds_and_cancels_the_rest),
        cmocka_unit_test(any_goes_on_as_long_as_a_branch_can_succeed),
        cmocka_unit_test(first_is_settled_by_a_failure_too),
        cmocka_unit_test(
            a_failed_branch_is_recorded_or_stops_the_others),
        cmocka_unit_test(a_branch_that_is_tried_again_begins_afresh),
        cmocka_unit_test(max_concurrency_holds_branches_back),
        cmocka_unit_test(
            none_goes_on_at_once_and_the_run_waits_at_its_end),
        cmocka_unit_test(
            a_detached_branch_that_fails_obeys_branch_failure),
        cmocka_unit_test(
            a_detached_branch_is_tried_again_under_its_own_path),
        cmocka_unit_test(
            an_approval_in_a_branch_suspends_that_branch_only),
        cmocka_unit_test(a_cancel_ends_every_branch),
        cmocka_unit_test(a_terminate_in_a_branch_ends_the_run),
        cmocka_unit_test(a_run_tried_again_goes_on_in_all_its_branches),
        cmocka_unit_test(a_paused_run_holds_at_the_next_step),
        cmocka_unit_test(
            a_saved_run_goes_on_like_one_that_lived_through),
        cmocka_unit_test(wrong_branches_are_told)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
