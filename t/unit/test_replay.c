/* Nodes with a key: what is known of one is not done again. */

#include "drive.h"

/* Two nodes, the second with the key of the first; {} stands for policies. */
#define TWICE(policy)                                                         \
    T_GRAPH("a", "'a':{'type':'sequence','agent':'W','idempotency_key':"      \
        "'k-{{x}}'," policy "'next_node':'b','steps':[{'step_id':'s',"        \
        "'action':'work','output_variable':'r.got'}]},"                       \
        "'b':{'type':'sequence','agent':'W','idempotency_key':'k-{{x}}',"     \
        policy "'next_node':'end','steps':[{'step_id':'t','action':'other',"  \
        "'output_variable':'r'}]}," T_END,                                    \
        ",'variables_schema':{'x':{'type':'integer','default':7}}")

#define ONE(policy, more)                                                     \
    T_GRAPH("a", "'a':{'type':'sequence','agent':'W','idempotency_key':"      \
        "'k-{{x}}'," policy "'next_node':'end','steps':[{'step_id':'s',"      \
        "'action':'work','output_variable':'r'}]" more "}," T_END,            \
        ",'variables_schema':{'x':{'type':'integer','default':7}}")

#define GLOBAL  "'idempotency_policy':{'scope':'global'},"


static const json_t *
t_asked(const t_run_t *t)
{
    return t->turn.neffects == 0 ? NULL
           : json_object_get(t->turn.effects[0].body, "idempotency");
}


static void
t_native(t_run_t *t)
{
    t_feed(t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:b}", "native", 1));
    assert_int_equal(t->rc, CKP_OK);
}


/* What another run, or this one, knows: lent. */
static const json_t *
t_record(const t_run_t *t)
{
    const json_t *const  row = t_row(t, "once");

    assert_non_null(row);
    assert_string_equal(ckp_json_str(row, "status"), "completed");

    return json_object_get(row, "result");
}


static void
test_what_a_node_did_is_not_done_again_in_the_run(void **ctx)
{
    t_run_t  t;

    t_run(&t, TWICE(""));
    assert_null(t_asked(&t));
    t_admit(&t);
    t_ok(&t, json_integer(5));

    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 0);
    assert_string_equal(t.story, "step_completed node_completed node_started "
                        "node_completed node_started node_completed "
                        "run_completed");
    assert_true(ckp_json_bool(t.turn.events[3].payload, "cached", false));
    assert_string_equal(ckp_json_str(t.turn.events[3].payload, "next_node"),
                        "end");
    assert_null(json_object_get(t.turn.events[1].payload, "cached"));
    assert_string_equal(t_var(&t, "r"), "{\"got\":5}");
    t_run_over(&t);
}


static void
test_another_key_is_other_work(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W',"
          "'idempotency_key':'k-{{x}}','next_node':'b','steps':[{'step_id':"
          "'s','action':'work','output_variable':'x'}]},'b':{'type':"
          "'sequence','agent':'W','idempotency_key':'k-{{x}}','next_node':"
          "'end','steps':[{'step_id':'t','action':'other'}]}," T_END,
          ",'variables_schema':{'x':{'type':'integer','default':7}}"));
    t_admit(&t);
    t_ok(&t, json_integer(8));
    assert_string_equal(t.key, "run:b:t");
    t_run_over(&t);
}


static void
test_the_way_that_it_led_is_taken_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'logic','idempotency_key':"
          "'k-{{run_id}}','rules':[{'condition':'x == 7','next_node':'b'}],"
          "'default_next_node':'end'},'b':{'type':'processing','next_node':"
          "'c','operations':[{'action':'set_variable','variable':'x','value':"
          "1},{'action':'calculate','expression':'n + 1','output_variable':"
          "'n'}]},'c':{'type':'logic','rules':[{'condition':'n < 2',"
          "'next_node':'a'}],'default_next_node':'end'}," T_END,
          ",'variables_schema':{'x':{'type':'integer','default':7},'n':"
          "{'type':'integer','default':0}}"));

    /* x is 1 the second time, which would lead to the end */

    assert_string_equal(t_var(&t, "x"), "1");
    assert_string_equal(t_var(&t, "n"), "2");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_others_are_asked_before_it_begins(void **ctx)
{
    static const struct {
        const char  *policy;
        const char  *scope;
    } cases[] = {
        { ONE("'idempotency_policy':{'scope':'procedure','ttl_seconds':60,"
              "'on_in_progress':'fail','cache_failures':true},", ""),
          "procedure:p/node" },
        { ONE("'idempotency_policy':{'scope':'project'},'timeout_ms':900,",
              ""), "project:/node" },
        { ONE(GLOBAL, ""), "global/node" }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t  t;

        t_run(&t, cases[i].policy);
        assert_non_null(strstr(t.story, "node_started"));
        assert_null(strstr(t.story, "step_started"));
        assert_string_equal(ckp_json_str(t_asked(&t), "scope"),
                            cases[i].scope);
        assert_string_equal(ckp_json_str(t_asked(&t), "key"), "k-7");
        assert_int_equal(ckp_json_int(t_asked(&t), "ttl_s", 0),
                         i == 0 ? 60 : 86400);
        assert_int_equal(ckp_json_int(t_asked(&t), "wait_ms", 0),
                         i == 1 ? 900 : 120000);
        assert_string_equal(ckp_json_str(t_asked(&t), "on_in_progress"),
                            i == 0 ? "fail" : "wait");
        assert_true(ckp_json_bool(t.turn.effects[0].body, "internal", false));
        assert_string_equal(ckp_json_str(t.turn.effects[0].body, "path"), "a");

        t_native(&t);
        assert_non_null(strstr(t.story, "step_started"));
        t_admit(&t);
        t_ok(&t, json_integer(5));
        assert_int_equal(ckp_json_int(json_object_get(t_record(&t), "vars"),
                                      "r", 0), 5);
        assert_string_equal(ckp_json_str(t_row(&t, "once"), "scope"),
                            cases[i].scope);
        assert_string_equal(ckp_json_str(t_row(&t, "once"), "path"), "a");
        assert_int_equal(strlen(ckp_json_str(t_row(&t, "once"), "hash")), 32);
        t_run_over(&t);
    }
}


static void
test_what_another_run_did_is_applied(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE(GLOBAL "'inputs':{'n':1},", ""));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:{s:{s:i, s:s}, s:s}, s:s, s:s}", "result", "vars",
                     "r", 9, "more.deep", "x", "to", "next", "source_run_id",
                     "r0", "hash", "other"));
    assert_string_equal(t.story, "idempotency_mismatch node_completed "
                        "node_started node_completed run_completed");
    assert_string_equal(t_said(&t, "idempotency_mismatch", "source_run_id"),
                        "r0");
    assert_string_equal(t_said(&t, "idempotency_mismatch", "key"), "k-7");
    assert_string_equal(t_var(&t, "r"), "9");
    assert_string_equal(t_var(&t, "more"), "{\"deep\":\"x\"}");
    assert_null(t_row(&t, "once"));
    t_run_over(&t);
}


static void
test_a_way_that_is_not_there_is_its_own(void **ctx)
{
    static const struct {
        const char  *to;
        const char  *id;
        const char  *after;
    } cases[] = {
        { "node", "nowhere", "end" }, { "node", "a", "a" },
        { "end", NULL, NULL }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t      t;
        const char  *after;

        t_run(&t, ONE(GLOBAL, ""));
        t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
               json_pack("{s:{s:{}, s:s, s:s*}}", "result", "vars", "to",
                         cases[i].to, "id", cases[i].id));
        after = ckp_json_str(t_event(&t, "node_completed")->payload,
                             "next_node");

        if (cases[i].after == NULL) {
            assert_null(after);
            assert_non_null(strstr(t.story, "run_completed"));
        } else {
            assert_string_equal(after, cases[i].after);
        }

        t_run_over(&t);
    }
}


static void
test_who_is_too_busy_fails_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE(GLOBAL, ",'on_error':{'ResourceBusy':'end'}"));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:{s:s, s:s}}", "error", "type", "ResourceBusy",
                     "message", "busy"));
    assert_string_equal(t_said(&t, "node_error", "error_type"),
                        "ResourceBusy");
    assert_string_equal(t_said(&t, "error_routed", "to"), "end");
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"), "gone");
    t_run_over(&t);
}


static void
test_a_failure_is_kept_when_it_is_final_and_wanted(void **ctx)
{
    static const struct {
        const char  *text;
        bool         retryable;
        const char  *status;
    } cases[] = {
        { ONE("'idempotency_policy':{'scope':'global','cache_failures':true},",
              ""), false, "failed" },
        { ONE("'idempotency_policy':{'scope':'global','cache_failures':true},",
              ""), true, "gone" },
        { ONE(GLOBAL, ""), false, "gone" }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t  t;

        t_run(&t, cases[i].text);
        t_native(&t);
        t_admit(&t);
        t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t.ref,
               json_pack("{s:s, s:s, s:b}", "type", "AgentActionError",
                         "message", "no", "retryable",
                         (int) cases[i].retryable));
        assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"),
                            cases[i].status);
        assert_non_null(strstr(t.story, "run_failed"));
        t_run_over(&t);
    }
}


static void
test_a_failure_that_is_known_fails_at_once(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("'idempotency_policy':{'scope':'global','cache_failures':"
                  "true},", ""));
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:{s:s, s:s}, s:s}", "failure", "type",
                     "AgentActionError", "message", "never", "source_run_id",
                     "r0"));
    assert_string_equal(t_said(&t, "run_failed", "error"), "never");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 0);
    t_run_over(&t);

    /* and in the run itself */

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W',"
          "'idempotency_key':'k-{{run_id}}','idempotency_policy':"
          "{'cache_failures':true},'on_error':'b','steps':[{'step_id':'s',"
          "'action':'work'}]},'b':{'type':'sequence','agent':'W',"
          "'idempotency_key':'k-{{run_id}}','idempotency_policy':"
          "{'cache_failures':true},'steps':[{'step_id':'t','action':"
          "'other'}]}", ""));
    t_admit(&t);
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t.ref,
           json_pack("{s:s, s:s, s:b}", "type", "AgentActionError", "message",
                     "no", "retryable", 0));
    assert_string_equal(t_said(&t, "run_failed", "node_id"), "b");
    assert_string_equal(t_said(&t, "run_failed", "error"), "no");
    t_run_over(&t);
}


static void
test_what_only_stands_for_the_work_is_not_kept(void **ctx)
{
    t_run_t  t;

    /* an error that was ignored at the node */

    t_run(&t, T_GRAPH("a", "'a':{'type':'llm_action','prompt':'x','model':"
          "'m','idempotency_key':'k-{{run_id}}','idempotency_policy':{'scope':"
          "'global'},'retry':{'max_attempts':1},'error_handlers':[{'action':"
          "'ignore'}],'next_node':'end'}," T_END, ""));
    t_native(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "LLMCallError", "no");
    assert_non_null(strstr(t.story, "run_completed"));
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"), "gone");
    t_run_over(&t);

    /* a default after a time-out */

    t_run(&t, ONE(GLOBAL "'timeout_ms':500,'timeout_policy':{'mode':"
                  "'fail_open','default_output':1},", ""));
    t_native(&t);
    t_admit(&t);
    t_tick(&t);
    assert_non_null(strstr(t.story, "node_timeout"));
    assert_non_null(strstr(t.story, "run_completed"));
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"), "gone");
    t_run_over(&t);
}


static void
test_who_gives_up_lets_others_try(void **ctx)
{
    t_run_t  t;

    /* while it asks */

    t_run(&t, ONE(GLOBAL, ""));
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"), "gone");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_run_over(&t);

    /* and at work */

    t_run(&t, ONE(GLOBAL, ""));
    t_native(&t);
    t_admit(&t);
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"), "gone");
    t_run_over(&t);
}


static void
test_a_crash_asks_again(void **ctx)
{
    t_run_t     t;
    json_t     *state;
    ckp_err_t   err = CKP_ERR_INIT;
    char        ref[64];

    t_run(&t, ONE(GLOBAL, ""));
    snprintf(ref, sizeof(ref), "%s", t.ref);
    state = ckp_run_save(t.run);
    ckp_run_free(t.run);
    t.run = ckp_run_load(t.d.prog, "run", state, &err);
    json_decref(state);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b}", "crash", 1));
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    assert_string_equal(t.ref, ref);
    assert_string_equal(ckp_json_str(t_asked(&t), "scope"), "global/node");
    t_native(&t);
    t_admit(&t);
    t_ok(&t, json_integer(5));
    assert_non_null(t_record(&t));
    t_run_over(&t);
}


static void
test_a_node_that_begins_anew_asks_anew(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE(GLOBAL, ",'error_handlers':[{'recovery_strategy':"
                  "'retry_node','max_retries':1}]"));
    t_native(&t);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "status"), "gone");
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "path"), "a#2");
    t_native(&t);
    t_admit(&t);
    t_ok(&t, json_integer(5));
    assert_string_equal(ckp_json_str(t_row(&t, "once"), "path"), "a#2");
    assert_non_null(t_record(&t));
    t_run_over(&t);
}


static void
test_a_retry_of_the_run_keeps_what_it_gives(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE(GLOBAL, ""));
    t_native(&t);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    t_admit(&t);
    t_ok(&t, json_integer(6));
    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(ckp_json_int(json_object_get(t_record(&t), "vars"), "r",
                                  0), 6);
    t_run_over(&t);

    /* one that was only asking asks again */

    t_run(&t, ONE(GLOBAL, ""));
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "retry"));
    assert_non_null(t_asked(&t));
    assert_null(strstr(t.story, "step_started"));
    t_run_over(&t);
}


static void
test_a_pause_holds_before_it_begins(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE(GLOBAL, ""));
    t_feed(&t, CKP_IN_PAUSE, CKP_OUTCOME_OK, "", json_object());
    t_native(&t);
    assert_null(strstr(t.story, "step_started"));
    assert_string_equal(t_status(&t), "paused");
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "operator"));
    assert_non_null(strstr(t.story, "step_started"));
    t_run_over(&t);
}


static void
test_a_rehearsal_asks_nobody(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W',"
          "'idempotency_key':'k-{{run_id}}','idempotency_policy':{'scope':"
          "'global'},'next_node':'end','steps':[{'step_id':'s','action':"
          "'work'}]}," T_END, ",'global_config':{'execution_mode':"
          "'dry_run'}"));
    assert_non_null(strstr(t.story, "run_completed"));
    assert_int_equal(t.turn.neffects, 0);
    assert_null(t_row(&t, "once"));
    t_run_over(&t);
}


/* --- the types ------------------------------------------------------------- */

static void
test_results_of_a_loop_are_there_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'loop','iterator':'list',"
          "'iterator_variable':'i','body_node':'in','collect_variable':"
          "'all','collect_expression':'i * x','idempotency_key':"
          "'k-{{run_id}}','next_node':'b'},'in':{'type':'processing',"
          "'operations':[{'action':'calculate','expression':'sum + i',"
          "'output_variable':'sum'}]},'b':{'type':'processing','next_node':'c',"
          "'operations':[{'action':'set_variable','variable':'was','value':"
          "'{{loop_results}}'},{'action':'set_variable','variable':'x',"
          "'value':100},{'action':'set_variable','variable':'sum','value':"
          "0}]},'c':{'type':'loop','iterator':'list','iterator_variable':'i',"
          "'body_node':'in2','idempotency_key':'k-{{run_id}}','next_node':"
          "'d'},'in2':{'type':'processing','operations':[{'action':'fail',"
          "'message':'never'}]},'d':{'type':'processing','next_node':'end',"
          "'operations':[{'action':'set_variable','variable':'is','value':"
          "'{{loop_results}}'}]}," T_END, ",'variables_schema':{'list':"
          "{'type':'array','default':[1,2]},'x':{'type':'integer','default':"
          "2},'sum':{'type':'integer','default':0}}"));
    assert_non_null(strstr(t.story, "run_completed"));
    assert_string_equal(t_var(&t, "all"), "[2,4]");
    assert_string_equal(t_var(&t, "sum"), "3");
    assert_string_equal(t_var(&t, "is"), t_var(&t, "was"));
    t_run_over(&t);
}


static void
test_branches_with_one_key_ask_each_other(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'parallel','next_node':'end',"
          "'branches':[{'branch_id':'l','start_node':'a'},{'branch_id':'r',"
          "'start_node':'b'}]},'a':{'type':'sequence','agent':'W',"
          "'idempotency_key':'k-{{run_id}}','steps':[{'step_id':'s','action':"
          "'work','output_variable':'r'}]},'b':{'type':'sequence','agent':"
          "'W','idempotency_key':'k-{{run_id}}','steps':[{'step_id':'t',"
          "'action':'work','output_variable':'r'}]}," T_END, ""));
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 2);
    assert_string_equal(ckp_json_str(t_asked(&t), "scope"), "run:run/node");
    assert_null(strstr(t.story, "step_started"));
    t_run_over(&t);
}


static void
test_a_task_with_a_key_gives_its_output_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'dag','next_node':'end',"
          "'output_variable':'all','tasks':[{'task_id':'t','idempotency_key':"
          "'k-{{run_id}}','step':{'agent':'W','action':'work'}},{'task_id':"
          "'u','depends_on':['t'],'idempotency_key':'k-{{run_id}}','step':"
          "{'agent':'W','action':'other'}},{'task_id':'v','depends_on':['u'],"
          "'expression':'tasks.u.output + 1'}]}," T_END, ""));
    t_native(&t);
    t_admit(&t);
    t_ok(&t, json_integer(5));

    /* the second asks, because there are several fibers, and is told */

    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref, json_pack(
           "{s:{s:{}, s:i, s:s}}", "result", "vars", "result", 5, "to",
           "next"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "all"), "6");
    t_run_over(&t);
}


static void
test_a_person_is_not_asked_again(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'human_approval','prompt':'?',"
          "'idempotency_key':'k-{{run_id}}','next_node':'b','on_reject':"
          "'end'},'b':{'type':'human_approval','prompt':'?',"
          "'idempotency_key':'k-{{run_id}}','next_node':'c','on_reject':"
          "'end'},'c':{'type':'processing','next_node':'end','operations':[{"
          "'action':'set_variable','variable':'by','value':"
          "'{{approval.b.decided_by}}'}]}," T_END, ""));
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK,
           t_said(&t, "approval_requested", "approval_id"),
           json_pack("{s:s, s:s}", "decision", "approved", "decided_by",
                     "ann"));
    assert_null(strstr(t.story, "approval_requested"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "by"), "\"ann\"");
    t_run_over(&t);
}


static void
test_an_end_with_a_key_does_its_work_once(void **ctx)
{
    static const char  text[] = "{'procedure_id':'p','version':'1',"
        "'workflow_graph':{'start_node':'end','nodes':{'end':{'type':"
        "'terminate','idempotency_key':'k-{{x}}','idempotency_policy':"
        "{'scope':'global'},'cleanup_actions':[{'action':'tidy','agent':"
        "'W'}],'outputs':{'o':'{{x}}'}}}},'variables_schema':{'x':{'type':"
        "'integer','default':7}}}";
    t_run_t  t;

    t_run(&t, text);
    t_native(&t);
    t_admit(&t);
    t_ok(&t, json_integer(5));
    assert_non_null(t_record(&t));
    assert_non_null(strstr(t.story, "run_completed"));
    t_run_over(&t);

    t_run(&t, text);
    t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:{s:{}, s:s}}", "result", "vars", "to", "end"));
    assert_string_equal(t.story, "node_completed run_completed");
    assert_true(ckp_json_bool(t.turn.events[0].payload, "cached", false));
    assert_int_equal(ckp_json_int(json_object_get(t.turn.events[1].payload,
                                                  "outputs"), "o", 0), 7);
    t_run_over(&t);
}


/* --- compiling ------------------------------------------------------------- */

static void
test_keys_that_are_weak_are_told(void **ctx)
{
    t_wants("CKP434", "/workflow_graph/nodes/a/idempotency_key",
            T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
                    "'end','idempotency_key':'same','steps':[{'action':"
                    "'work'}]}," T_END, ""));
    t_wants("CKP434", "/workflow_graph/nodes/a/idempotency_policy/key",
            T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
                    "'end','idempotency_policy':{'key':''},'steps':[{"
                    "'action':'work'}]}," T_END, ""));
    t_wants("CKP434", "/workflow_graph/nodes/b/idempotency_key",
            T_GRAPH("a", "'a':{'type':'loop','iterator':'list','body_node':"
                    "'b','next_node':'end'},'b':{'type':'sequence','agent':"
                    "'W','idempotency_key':'k-{{run_id}}','steps':[{"
                    "'action':'work'}]}," T_END, ",'variables_schema':"
                    "{'list':{'type':'array','default':[1]}}"));
    t_wants("CKP015", "/workflow_graph/nodes/a/idempotency_key",
            T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
                    "'end','idempotency_key':7,'steps':[{'action':'work'}]},"
                    T_END, ""));
}


static void
test_an_empty_key_is_none(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W',"
          "'idempotency_key':'{{run_id.x}}','idempotency_policy':{'scope':"
          "'global'},'next_node':'end','steps':[{'step_id':'s','action':"
          "'work'}]}," T_END, ""));
    assert_null(t_asked(&t));
    assert_non_null(strstr(t.story, "step_started"));
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_what_a_node_did_is_not_done_again_in_the_run),
        cmocka_unit_test(test_another_key_is_other_work),
        cmocka_unit_test(test_the_way_that_it_led_is_taken_again),
        cmocka_unit_test(test_others_are_asked_before_it_begins),
        cmocka_unit_test(test_what_another_run_did_is_applied),
        cmocka_unit_test(test_a_way_that_is_not_there_is_its_own),
        cmocka_unit_test(test_who_is_too_busy_fails_the_node),
        cmocka_unit_test(test_a_failure_is_kept_when_it_is_final_and_wanted),
        cmocka_unit_test(test_a_failure_that_is_known_fails_at_once),
        cmocka_unit_test(test_what_only_stands_for_the_work_is_not_kept),
        cmocka_unit_test(test_who_gives_up_lets_others_try),
        cmocka_unit_test(test_a_crash_asks_again),
        cmocka_unit_test(test_a_node_that_begins_anew_asks_anew),
        cmocka_unit_test(test_a_retry_of_the_run_keeps_what_it_gives),
        cmocka_unit_test(test_a_pause_holds_before_it_begins),
        cmocka_unit_test(test_a_rehearsal_asks_nobody),
        cmocka_unit_test(test_results_of_a_loop_are_there_again),
        cmocka_unit_test(test_branches_with_one_key_ask_each_other),
        cmocka_unit_test(test_a_task_with_a_key_gives_its_output_again),
        cmocka_unit_test(test_a_person_is_not_asked_again),
        cmocka_unit_test(test_an_end_with_a_key_does_its_work_once),
        cmocka_unit_test(test_keys_that_are_weak_are_told),
        cmocka_unit_test(test_an_empty_key_is_none)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
