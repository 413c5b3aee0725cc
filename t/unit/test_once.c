/* Keys that stand for results: in a run, and beyond it. */

#include "drive.h"

#define ONE(step)  T_GRAPH("a", T_SEQ(step) "," T_END, "")
#define KEYED(policy)                                                         \
    ONE("{'step_id':'s','action':'work','idempotency_key':'k',"               \
        "'output_variable':'r','params':{'x':1},'idempotency_policy':"        \
        policy "}")


static const json_t *
t_asked(const t_run_t *t)
{
    return json_object_get(t->turn.effects[0].body, "idempotency");
}


static void
test_a_key_of_the_run_alone_asks_nobody(void **ctx)
{
    t_run_t  t;

    t_run(&t, KEYED("{}"));
    assert_string_equal(t.key, "k");
    assert_null(t_asked(&t));
    t_admit(&t);
    t_ok(&t, json_integer(5));
    assert_null(t_row(&t, "once"));
    t_run_over(&t);
}


static void
test_a_wider_scope_is_asked_for_and_given_back(void **ctx)
{
    static const struct {
        const char  *policy;
        const char  *scope;
    } cases[] = {
        { "{'scope':'procedure','ttl_seconds':60,'on_in_progress':'fail',"
          "'cache_failures':true}", "procedure:p" },
        { "{'scope':'project'}", "project:" },
        { "{'scope':'global'}", "global" }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t        t;
        const json_t  *row;
        char           text[1024];

        snprintf(text, sizeof(text), "{'procedure_id':'p','version':'1',"
                 "'workflow_graph':{'start_node':'a','nodes':{'a':{'type':"
                 "'sequence','agent':'W','steps':[{'step_id':'s','action':"
                 "'work','idempotency_key':'k','idempotency_policy':%s}]}}}}",
                 cases[i].policy);
        t_run(&t, text);
        assert_string_equal(ckp_json_str(t_asked(&t), "scope"),
                            cases[i].scope);
        assert_string_equal(ckp_json_str(t_asked(&t), "key"), "k");
        assert_int_equal(ckp_json_int(t_asked(&t), "ttl_s", 0),
                         i == 0 ? 60 : 86400);
        assert_string_equal(ckp_json_str(t_asked(&t), "on_in_progress"),
                            i == 0 ? "fail" : "wait");
        assert_int_equal(strlen(ckp_json_str(t_asked(&t), "hash")), 32);

        t_admit(&t);
        t_ok(&t, json_integer(5));
        row = t_row(&t, "once");
        assert_string_equal(ckp_json_str(row, "status"), "completed");
        assert_string_equal(ckp_json_str(row, "scope"), cases[i].scope);
        assert_int_equal(ckp_json_int(row, "result", 0), 5);
        t_run_over(&t);
    }
}


static void
test_the_result_of_another_run_is_taken_and_told(void **ctx)
{
    t_run_t  t;

    t_run(&t, KEYED("{'scope':'global'}"));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:i, s:s, s:s}", "result", 7, "source_run_id", "r0",
                     "hash", "other"));
    assert_non_null(strstr(t.story, "idempotency_mismatch step_completed"));
    assert_string_equal(t_said(&t, "idempotency_mismatch", "source_run_id"),
                        "r0");
    assert_string_equal(t_said(&t, "step_completed", "source_run_id"), "r0");
    assert_true(ckp_json_bool(t_event(&t, "step_completed")->payload,
                              "cached", false));
    assert_string_equal(t_var(&t, "r"), "7");
    assert_null(t_row(&t, "once"));
    assert_int_equal(t_count(&t, CKP_FX_CALL), 0);
    t_run_over(&t);
}


static void
test_a_failure_of_another_run_fails_at_once(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','idempotency_key':'k',"
                  "'retry_policy':{'max_attempts':5},'idempotency_policy':"
                  "{'scope':'global','cache_failures':true}}"));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:{s:s, s:s}, s:s}", "failure", "type",
                     "AgentActionError", "message", "never", "source_run_id",
                     "r0"));
    assert_string_equal(t_said(&t, "run_failed", "error"), "never");
    t_run_over(&t);
}


static void
test_a_failure_is_kept_when_it_is_final_and_wanted(void **ctx)
{
    static const struct {
        const char  *policy;
        bool         retryable;
        const char  *status;
    } cases[] = {
        { "{'scope':'global','cache_failures':true}", false, "failed" },
        { "{'scope':'global','cache_failures':true}", true, "gone" },
        { "{'scope':'global'}", false, "gone" }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t  t;
        char     text[1024];

        snprintf(text, sizeof(text), "{'procedure_id':'p','version':'1',"
                 "'workflow_graph':{'start_node':'a','nodes':{'a':{'type':"
                 "'sequence','agent':'W','steps':[{'step_id':'s','action':"
                 "'work','idempotency_key':'k','idempotency_policy':%s}]}}}}",
                 cases[i].policy);
        t_run(&t, text);
        t_admit(&t);
        t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t.ref,
               json_pack("{s:s, s:s, s:b}", "type", "AgentActionError",
                         "message", "no", "retryable",
                         (int) cases[i].retryable));
        assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"),
                            cases[i].status);
        t_run_over(&t);
    }
}


static void
test_a_failure_is_replayed_within_the_run(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','idempotency_key':'k',"
                  "'idempotency_policy':{'cache_failures':true},"
                  "'error_handlers':[{'action':'log'}]},"
                  "{'step_id':'t','action':'work','idempotency_key':'k',"
                  "'idempotency_policy':{'cache_failures':true}}"));
    t_admit(&t);
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t.ref,
           json_pack("{s:s, s:s, s:b}", "type", "AgentActionError", "message",
                     "no", "retryable", 0));
    assert_string_equal(t_said(&t, "run_failed", "error"), "no");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 0);
    t_run_over(&t);
}


static void
test_other_parameters_under_the_same_key_are_told(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','idempotency_key':'k',"
                  "'params':{'x':1}},{'step_id':'t','action':'work',"
                  "'idempotency_key':'k','params':{'x':1}},{'step_id':'u',"
                  "'action':'work','idempotency_key':'k','params':{'x':2},"
                  "'output_variable':'r'}"));
    t_admit(&t);
    t_ok(&t, json_integer(5));
    assert_non_null(strstr(t.story, "step_completed step_completed "
                           "idempotency_mismatch step_completed"));
    assert_string_equal(t_said(&t, "idempotency_mismatch", "key"), "k");
    assert_string_equal(t_var(&t, "r"), "5");
    t_run_over(&t);
}


static void
test_an_action_of_ours_asks_before_it_is_done(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'log','message':'x',"
                  "'idempotency_key':'k','idempotency_policy':{'scope':"
                  "'procedure'}}"));
    assert_null(strstr(t.story, "log"));
    assert_true(ckp_json_bool(t.turn.effects[0].body, "internal", false));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:b}", "native", 1));
    assert_non_null(strstr(t.story, "log step_completed"));
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"),
                        "completed");
    t_run_over(&t);
}


static void
test_who_gives_up_lets_others_try(void **ctx)
{
    t_run_t  t;

    t_run(&t, KEYED("{'scope':'global'}"));
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"), "gone");
    t_run_over(&t);
}


/* The turn's admission of a path: its ref. */

static const char *
t_ref_of(const t_run_t *t, const char *path, char *ref, size_t size)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        if (strcmp(ckp_json_str(t->turn.effects[i].body, "path"), path) == 0) {
            (void) snprintf(ref, size, "%s", t->turn.effects[i].ref);
        }
    }

    return ref;
}


static void
test_who_waited_for_a_slot_asks_again_for_what_was_done_beside_it(void **ctx)
{
#define KEYED_STEP(id, next)                                                  \
    "'" id "':{'type':'sequence','agent':'W'" next ",'steps':["               \
    "{'step_id':'s','action':'work','idempotency_key':'k'}]}"

    t_run_t  t;
    char     branch[64] = "";
    char     waits[64] = "";

    t_run(&t, T_GRAPH("fan", "'fan':{'type':'parallel','wait_strategy':'none',"
          "'next_node':'own','branches':[{'branch_id':'b','start_node':"
          "'side'}]}," KEYED_STEP("side", "") ","
          KEYED_STEP("own", ",'next_node':'end'") "," T_END, ""));
    t_ref_of(&t, "fan/b:b/side/s", branch, sizeof(branch));
    t_ref_of(&t, "own/s", waits, sizeof(waits));

    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, waits,
           json_pack("{s:i, s:{}}", "wait_ms", 20, "saturated"));
    (void) snprintf(t.ref, sizeof(t.ref), "%s", branch);
    t_admit(&t);
    t_ok(&t, json_integer(5));
    assert_non_null(strstr(t.story, "branch_completed"));

    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    assert_string_equal(ckp_json_str(t_asked(&t), "key"), "k");
    t_run_over(&t);
}


static void
test_a_policy_may_hold_the_key(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("{'step_id':'s','action':'work','idempotency_policy':"
                  "{'key':'order-{{run_id}}','scope':'global'}}"));
    assert_string_equal(t.key, "order-run");
    assert_string_equal(ckp_json_str(t_asked(&t), "key"), "order-run");
    t_run_over(&t);
    t_run(&t, ONE("{'step_id':'s','action':'work','idempotency_key':"
                  "'{{run_id.x}}','idempotency_policy':{'scope':"
                  "'global'}}"));
    assert_string_equal(t.key, "run:a:s");
    assert_null(t_asked(&t));
    t_run_over(&t);
}


static void
test_the_policy_is_inherited_member_by_member(void **ctx)
{
    t_run_t  t;

    t_run(&t, "{'procedure_id':'p','version':'1','global_config':"
          "{'idempotency_policy':{'scope':'project','ttl_seconds':9}},"
          "'workflow_graph':{'start_node':'a','nodes':{'a':{'type':"
          "'sequence','agent':'W','idempotency_policy':{'on_in_progress':"
          "'proceed'},'steps':[{'step_id':'s','action':'work',"
          "'idempotency_key':'k','idempotency_policy':{'scope':"
          "'global'}}]}}}}");
    assert_string_equal(ckp_json_str(t_asked(&t), "scope"), "global");
    assert_int_equal(ckp_json_int(t_asked(&t), "ttl_s", 0), 9);
    assert_string_equal(ckp_json_str(t_asked(&t), "on_in_progress"),
                        "proceed");
    t_run_over(&t);
}


static void
test_limits_of_all_are_asked_with_the_admission(void **ctx)
{
    t_run_t        t;
    const json_t  *body;

    t_run(&t, T_GRAPH("a", T_SEQ("{'step_id':'s','action':'work','executor':"
          "'mcp'}") "," T_END, ",'global_config':{'rate_limiting':{'enabled':"
          "true,'max_requests_per_minute':30,'max_concurrent_operations':2,"
          "'max_wait_ms':700,'scope':'version'}}"));
    body = t.turn.effects[0].body;
    assert_string_equal(ckp_json_str(body, "executor"), "mcp");
    assert_int_equal(ckp_json_int(body, "max_concurrent", 0), 2);
    body = json_object_get(body, "rate");
    assert_string_equal(ckp_json_str(body, "key"), "version:p:1");
    assert_int_equal(ckp_json_int(body, "per_minute", 0), 30);
    assert_int_equal(ckp_json_int(body, "wait_ms", 0), 700);

    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:{s:s, s:s}, s:{s:i, s:i}}", "error", "type",
                     "RateLimitExceeded", "message", "too many", "rate",
                     "limit", 30, "waited_ms", 700));
    assert_int_equal(ckp_json_int(t_event(&t, "rate_limited")->payload,
                                  "waited_ms", 0), 700);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "RateLimitExceeded");
    t_run_over(&t);
}


static void
test_limits_that_are_not_enabled_do_not_count_but_for_one(void **ctx)
{
    t_run_t        t;
    const json_t  *body;

    t_run(&t, T_GRAPH("a", T_SEQ("{'step_id':'s','action':'work'}") ","
          T_END, ",'global_config':{'rate_limiting':{"
          "'max_requests_per_minute':30,'max_concurrent_operations':2}}"));
    body = t.turn.effects[0].body;
    assert_null(json_object_get(body, "rate"));
    assert_null(json_object_get(body, "max_concurrent"));
    t_run_over(&t);

    t_run(&t, T_GRAPH("a", T_SEQ("{'step_id':'s','action':'work'}") ","
          T_END, ",'global_config':{'rate_limiting':{'max_concurrent':3}}"));
    assert_int_equal(ckp_json_int(t.turn.effects[0].body, "max_concurrent",
                                  0), 3);
    t_run_over(&t);
    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','steps':[{'step_id':'s',"
          "'action':'http_request','url':'http://x/'}]}",
          ",'global_config':{'rate_limiting':{'max_concurrent':3}}"));
    assert_int_equal(ckp_json_int(t.turn.effects[0].body, "max_concurrent",
                                  0), 3);
    assert_true(ckp_json_bool(t.turn.effects[0].body, "internal", false));
    t_run_over(&t);
    t_wants("CKP312", "/global_config/rate_limiting/max_concurrent",
            T_GRAPH("end", T_END, ",'global_config':{'rate_limiting':"
                    "{'max_concurrent':0}}"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_key_of_the_run_alone_asks_nobody),
        cmocka_unit_test(test_a_wider_scope_is_asked_for_and_given_back),
        cmocka_unit_test(test_the_result_of_another_run_is_taken_and_told),
        cmocka_unit_test(test_a_failure_of_another_run_fails_at_once),
        cmocka_unit_test(test_a_failure_is_kept_when_it_is_final_and_wanted),
        cmocka_unit_test(test_a_failure_is_replayed_within_the_run),
        cmocka_unit_test(test_other_parameters_under_the_same_key_are_told),
        cmocka_unit_test(test_an_action_of_ours_asks_before_it_is_done),
        cmocka_unit_test(test_who_gives_up_lets_others_try),
        cmocka_unit_test(
            test_who_waited_for_a_slot_asks_again_for_what_was_done_beside_it),
        cmocka_unit_test(test_a_policy_may_hold_the_key),
        cmocka_unit_test(test_the_policy_is_inherited_member_by_member),
        cmocka_unit_test(test_limits_of_all_are_asked_with_the_admission),
        cmocka_unit_test(
            test_limits_that_are_not_enabled_do_not_count_but_for_one)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
