/*
 * Tests: child procedures.  Each states a sentence of spec/ckp.md 10.10.
 */

#include "drive.h"

#define CALL(more)                                                            \
    "{'procedure_id':'p','version':'1','variables_schema':{"                  \
    "'v':{'type':'any','default':7},'got':{'type':'any'}},'workflow_graph':{" \
    "'start_node':'call','nodes':{'call':{'type':'subflow','procedure_id':"   \
    "'kid','version':'1.0','next_node':'end'" more "},'end':{'type':"         \
    "'terminate','outputs':{'got':'{{got}}','all':'{{subflow_output}}',"      \
    "'hidden':'{{inner | none}}'}}}}}"

#define KID(nodes)                                                            \
    "{'procedure_id':'kid','version':'1.0','variables_schema':{'a':{'type':"  \
    "'number','required':true},'b':{'type':'any','default':'B'}},"            \
    "'workflow_graph':{'start_node':'k','nodes':{" nodes "}}}"

#define SETS                                                                  \
    KID("'k':{'type':'processing','operations':[{'action':'set_variable',"    \
        "'variable':'inner','value':'{{= a * 2 }}'}]}")


static t_doc_t  kid;


/* The host finds the child and links it. */
static void
t_found(t_run_t *t, const char *text)
{
    char  ref[64];

    snprintf(ref, sizeof(ref), "%s", t->ref);
    t_doc(&kid, text);

    if (kid.prog == NULL) {
        fail_msg("the child does not compile");
    }

    assert_int_equal(ckp_run_link(t->run, "h1", kid.prog), CKP_OK);
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, ref,
           json_pack("{s:s, s:s}", "hash", "h1", "version", "1.0"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
t_over(t_run_t *t)
{
    t_run_over(t);
    t_doc_free(&kid);
}


static const char *
t_error(const t_run_t *t, const char *member)
{
    ckp_summary_t  sum;

    ckp_run_summary(t->run, &sum);

    return ckp_json_str(sum.error, member);
}


static void
a_child_runs_in_variables_of_its_own(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':'v'}"));
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "procedure_id"),
                        "kid");
    t_found(&t, SETS);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "all"), "{\"a\":7,\"b\":\"B\",\"inner\":14}");
    assert_string_equal(t_var(&t, "hidden"), "\"none\"");
    assert_string_equal(t_said(&t, "subflow_started", "version"), "1.0");
    assert_non_null(strstr(t.story, "subflow_completed"));
    t_over(&t);
}


static void
outputs_are_mapped_by_name_path_and_template(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':'{{= v + 1 }}'},'output_mapping':{"
                   "'got':'inner','v':'is {{inner}} {{b}}'}"));
    t_found(&t, SETS);
    assert_string_equal(t_var(&t, "got"), "16");
    assert_string_equal(t_var(&t, "v"), "\"is 16 B\"");
    assert_string_equal(t_var(&t, "all"), "null");
    t_over(&t);
}


static void
a_child_that_declares_outputs_gives_these(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1}"));
    t_found(&t, KID("'k':{'type':'terminate','outputs':{'x':'{{a}}'}}"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "all"), "{\"x\":1}");
    t_over(&t);
}


static void
inputs_that_break_the_contract_fail_before_any_step(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(""));
    t_found(&t, SETS);
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "ContractViolation");
    assert_null(strstr(t.story, "subflow_started"));
    t_over(&t);
}


static void
steps_of_a_child_have_paths_below_the_node(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1}"));
    t_found(&t, KID("'k':{'type':'sequence','agent':'W','steps':["
                    "{'step_id':'s','action':'do'}]}"));
    assert_string_equal(t.key, "run:call/sub/k/s");
    t_admit(&t);
    t_ok(&t, json_string("x"));
    assert_string_equal(t_status(&t), "completed");
    t_over(&t);
}


static void
a_failing_child_fails_its_parent_or_not(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1}"));
    t_found(&t, KID("'k':{'type':'processing','operations':[{'action':'fail',"
                    "'message':'no'}]}"));
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "SubflowFailed");
    t_over(&t);

    t_run(&t, CALL(",'input_mapping':{'a':1},'on_failure':'continue'"));
    t_found(&t, KID("'k':{'type':'terminate','status':'failed','message':"
                    "'enough'}"));
    assert_string_equal(t_status(&t), "completed");
    assert_non_null(strstr(t_var(&t, "all"), "\"message\":\"enough\""));
    t_over(&t);
}


static void
a_child_is_tried_again_from_its_start(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1},'on_failure':'retry',"
                   "'retry_policy':{'max_attempts':2,'strategy':'fixed',"
                   "'delay_ms':20}"));
    t_found(&t, KID("'k':{'type':'sequence','agent':'W','steps':["
                    "{'step_id':'s','action':'do'}]}"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_non_null(strstr(t.story, "subflow_retry"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 20);
    t_tick(&t);
    assert_string_equal(t.key, "run:call#2/sub/k/s");
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "SubflowFailed");
    t_over(&t);
}


static void
the_childs_own_on_failure_acts_inside_it(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1}"));
    t_found(&t, "{'procedure_id':'kid','version':'1.0','global_config':{"
            "'on_failure':'help'},'variables_schema':{'a':{'type':'any'}},"
            "'workflow_graph':{'start_node':'k','nodes':{'k':{'type':"
            "'processing','operations':[{'action':'fail','message':'no'}]},"
            "'help':{'type':'processing','operations':[{'action':"
            "'set_variable','variable':'why','value':'{{error.message}}'}]}}}}"
            );
    assert_string_equal(t_status(&t), "completed");
    assert_non_null(strstr(t_var(&t, "all"), "\"why\":\"no\""));
    t_over(&t);
}


static void
an_unknown_child_fails_the_node(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(""));
    t_failed(&t, CKP_OUTCOME_FAILED, "SubflowFailed", "there is none");
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "SubflowFailed");
    t_run_over(&t);
}


static void
a_child_that_nobody_linked_fails_the_node(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(""));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:s}", "hash", "none"));
    assert_int_equal(t.rc, CKP_OK);
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "SubflowFailed");
    assert_non_null(strstr(t_error(&t, "message"), "not at hand"));
    t_run_over(&t);
}


static void
a_procedure_around_is_not_called_again(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1}"));
    t_found(&t, KID("'k':{'type':'subflow','procedure_id':'p'}"));
    assert_string_equal(t_status(&t), "failed");
    assert_non_null(strstr(t_error(&t, "message"), "running already"));
    t_over(&t);
}


static void
a_child_that_takes_too_long_is_given_up(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1},'timeout_ms':1000"));
    t_found(&t, KID("'k':{'type':'sequence','agent':'W','steps':["
                    "{'step_id':'s','action':'do'}]}"));
    t_admit(&t);
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "SubflowFailed");
    t_over(&t);
}


/* The run is loaded from what it is, wants its child's program and gets it. */
static void
t_again(t_run_t *t)
{
    json_t *const     saved = ckp_run_save(t->run);
    ckp_err_t         err = CKP_ERR_INIT;
    ckp_run_t *const  other = ckp_run_load(t->d.prog, "run", saved, &err);

    json_decref(saved);
    assert_non_null(other);
    assert_string_equal(ckp_run_want(other), "h1");
    assert_int_equal(ckp_run_link(other, "h1", kid.prog), CKP_OK);
    assert_null(ckp_run_want(other));
    ckp_run_free(t->run);
    t->run = other;
    t->turn = (ckp_turn_t) { .nevents = 0 };
}


static void
a_loaded_run_wants_its_child_and_goes_on(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1}"));
    t_found(&t, KID("'k':{'type':'sequence','agent':'W','steps':["
                    "{'step_id':'s','action':'do'}]}"));
    assert_null(ckp_run_want(t.run));
    t_again(&t);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b}", "crash", 1));
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
    t_admit(&t);
    t_ok(&t, json_string("x"));
    assert_string_equal(t_status(&t), "completed");
    t_over(&t);
}


static void
what_a_child_did_can_be_undone_after_a_load(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, "{'procedure_id':'p','version':'1','workflow_graph':{"
          "'start_node':'call','nodes':{'call':{'type':'subflow',"
          "'procedure_id':'kid','version':'1.0','input_mapping':{'a':1},"
          "'next_node':'b'},'b':{'type':'sequence','agent':'W','steps':["
          "{'step_id':'s','action':'do'}]}}}}");
    t_found(&t, KID("'k':{'type':'processing','operations':[{'action':"
                    "'set_variable','variable':'x','value':1,'compensate':{"
                    "'action':'log','params':{'message':'undone'}}}]}"));
    assert_string_equal(t.key, "run:b:s");
    t_again(&t);
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b}", "crash", 1));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    assert_non_null(strstr(t.story, "compensation_step_completed"));
    t_over(&t);
}


static void
time_stands_still_while_a_child_waits_for_a_person(void **state)
{
    t_run_t  t;
    char     id[64];

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1},'timeout_ms':1000"));
    t_found(&t, KID("'k':{'type':'human_approval','prompt':'?','on_approve':"
                    "'l','on_reject':'@end'},'l':{'type':'sequence','agent':"
                    "'W','steps':[{'step_id':'s','action':'do'}]}"));
    assert_string_equal(t_status(&t), "waiting_approval");
    assert_int_equal(t.turn.wake_at_ms, 0);
    snprintf(id, sizeof(id), "%s", ckp_json_str(t_row(&t, "approval"),
                                                "approval_id"));
    t.now += 50000;
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:s}", "decision", "approved", "decided_by",
                     "ana"));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 1000);
    t_tick(&t);
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_error(&t, "type"), "SubflowFailed");
    t_over(&t);
}


static void
a_childs_own_time_is_for_its_on_failure(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, CALL(",'input_mapping':{'a':1},'output_mapping':{'got':"
                   "'why'}"));
    t_found(&t, "{'procedure_id':'kid','version':'1.0','global_config':{"
            "'on_failure':'help','timeout_ms':700},'variables_schema':{'a':{"
            "'type':'any'}},'workflow_graph':{'start_node':'k','nodes':{'k':{"
            "'type':'sequence','agent':'W','steps':[{'step_id':'s','action':"
            "'do'}]},'help':{'type':'processing','operations':[{'action':"
            "'set_variable','variable':'why','value':'{{error.type}}'}]}}}}");
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 700);
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "got"), "\"RunTimeout\"");
    t_over(&t);
}


/* The child's settings are its own, unless it asks for those around it. */

#define LOUD(more)                                                            \
    "{'procedure_id':'p','version':'1','global_config':{'missing_variables':" \
    "'keep','memory':{'scope':'project'},'secrets_config':{'prefix':'P_',"    \
    "'secret_references':{'token':'TOKEN','key':'OURS'}},'llm':{"             \
    "'default_profile':'big','profiles':{'big':{'base_url':'http://b/v1',"    \
    "'model':'big-1'},'own':{'base_url':'http://b/v1','model':'ours'}}}},"    \
    "'workflow_graph':{'start_node':'call','nodes':{'call':{'type':"          \
    "'subflow','procedure_id':'kid','version':'1.0'" more "}}}}"

#define QUIET(node)                                                           \
    "{'procedure_id':'kid','version':'1.0','global_config':{'llm':{"          \
    "'profiles':{'own':{'base_url':'http://k/v1','model':'kids'}}},"          \
    "'secrets_config':{'secret_references':{'key':'KIDS'}}},"                 \
    "'workflow_graph':{'start_node':'k','nodes':{'k':" node "}}}"


static void
models_of_the_parent_are_inherited_when_asked_for(void **state)
{
    static const char  ask[] = QUIET("{'type':'llm_action','prompt':'?',"
                                     "'model':'big'}");
    static const char  own[] = QUIET("{'type':'llm_action','prompt':'?',"
                                     "'profile':'own'}");
    t_run_t            t;

    (void) state;

    t_run(&t, LOUD(",'inherit_context':true"));
    t_found(&t, ask);
    assert_string_equal(t_said(&t, "llm_call_started", "model"), "big-1");
    t_over(&t);

    t_run(&t, LOUD(",'inherit_context':true"));
    t_found(&t, own);
    assert_string_equal(t_said(&t, "llm_call_started", "model"), "kids");
    t_over(&t);

    t_run(&t, LOUD(""));
    t_found(&t, ask);
    assert_string_equal(t_said(&t, "llm_call_started", "model"), "big");
    t_over(&t);
}


/* The secret of that name that the call of the child's step carries. */
static const json_t *
t_secret(const t_run_t *t, const char *name)
{
    const char  *handle;
    json_t      *secret;

    for (size_t i = 0; i < t->turn.neffects; i++) {
        json_object_foreach(json_object_get(t->turn.effects[i].body,
                                            "secrets"), handle, secret)
        {
            if (strcmp(ckp_json_str(secret, "name"), name) == 0) {
                return secret;
            }
        }
    }

    return NULL;
}


static void
secrets_of_the_parent_are_inherited_when_asked_for(void **state)
{
    static const char  uses[] = QUIET("{'type':'sequence','agent':'W',"
        "'steps':[{'step_id':'s','action':'do','params':{'t':"
        "'{{secrets.token}}','k':'{{secrets.key}}'}}]}");
    t_run_t            t;

    (void) state;

    t_run(&t, LOUD(",'inherit_context':true"));
    t_found(&t, uses);
    t_admit(&t);
    assert_string_equal(ckp_json_str(t_secret(&t, "token"), "key"), "TOKEN");
    assert_string_equal(ckp_json_str(t_secret(&t, "token"), "prefix"), "P_");
    assert_string_equal(ckp_json_str(t_secret(&t, "key"), "key"), "KIDS");
    assert_null(ckp_json_str(t_secret(&t, "key"), "prefix"));
    t_over(&t);

    t_run(&t, LOUD(""));
    t_found(&t, uses);
    t_admit(&t);
    assert_string_equal(ckp_json_str(t_secret(&t, "token"), "key"), "token");
    t_over(&t);
}


static void
the_scope_of_memory_is_inherited_when_asked_for(void **state)
{
    static const char  keeps[] = QUIET("{'type':'processing','operations':["
        "{'action':'memory_set','params':{'key':'k','value':1}}]}");
    t_run_t            t;

    (void) state;

    t_run(&t, LOUD(",'inherit_context':true"));
    t_found(&t, keeps);
    assert_non_null(t_row(&t, "memory"));
    t_over(&t);

    t_run(&t, LOUD(""));
    t_found(&t, keeps);
    assert_null(t_row(&t, "memory"));
    t_over(&t);
}


static void
what_is_missing_is_treated_as_around_when_asked_for(void **state)
{
    static const char  says[] =
        "{'procedure_id':'kid','version':'1.0','variables_schema':{'a':{"
        "'type':'any','default':1}},'workflow_graph':{'start_node':'k',"
        "'nodes':{'k':{'type':'terminate','outputs':{'x':'is {{a.b}}'}}}}}";
    t_run_t            t;

    (void) state;

    t_run(&t, LOUD(",'inherit_context':true,'output_mapping':{'x':'x'}"));
    t_found(&t, says);
    assert_string_equal(t_var(&t, "x"), "\"is {{a.b}}\"");
    t_over(&t);

    t_run(&t, LOUD(",'output_mapping':{'x':'x'}"));
    t_found(&t, says);
    assert_string_equal(t_var(&t, "x"), "\"is \"");
    t_over(&t);
}


/* The question that the node asks the host, with one member of it. */
static const char *
t_asks(const t_run_t *t, const char *member)
{
    return ckp_json_str(t->turn.effects[0].body, member);
}


/* Two nodes call the same child: which of them asks which version it is? */
#define TWICE(first, second)                                                  \
    "{'procedure_id':'p','version':'1','workflow_graph':{'start_node':'a',"   \
    "'nodes':{'a':{'type':'subflow','procedure_id':'kid','version':'^1',"     \
    "'input_mapping':{'a':1},'version_policy':'" first "','next_node':'b'},"  \
    "'b':{'type':'subflow','procedure_id':'kid','version':'^1',"              \
    "'input_mapping':{'a':1},'version_policy':'" second "'}}}}"

#define ENDS  KID("'k':{'type':'terminate'}")


static void
a_version_is_chosen_once_a_run_or_each_time(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, TWICE("pin_on_start", "pin_on_start"));
    t_found(&t, ENDS);
    assert_string_equal(t_status(&t), "completed");
    t_over(&t);

    /* who floats asks always, and changes nothing for those who do not */

    t_run(&t, TWICE("floating", "pin_on_start"));
    t_found(&t, ENDS);
    assert_string_equal(t_status(&t), "running");
    assert_string_equal(t_asks(&t, "procedure_id"), "kid");
    assert_null(t_asks(&t, "hash"));
    t_over(&t);

    t_run(&t, TWICE("pin_on_start", "floating"));
    t_found(&t, ENDS);
    assert_string_equal(t_status(&t), "running");
    assert_null(t_asks(&t, "hash"));
    t_over(&t);
}


static void
what_an_import_chose_belongs_to_the_document(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, TWICE("pin_on_import", "pin_on_start"));
    assert_true(ckp_json_bool(t.turn.effects[0].body, "imported", false));
    assert_null(t_asks(&t, "by"));
    t_found(&t, KID("'k':{'type':'subflow','procedure_id':'other',"
                    "'version_policy':'pin_on_import'}"));
    assert_true(ckp_json_bool(t.turn.effects[0].body, "imported", false));
    assert_string_equal(t_asks(&t, "by"), "h1");
    t_over(&t);
}


static void
mocks_are_those_of_the_run(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOUD(""));
    t_found(&t, "{'procedure_id':'kid','version':'1.0','global_config':{"
            "'mock_external_calls':true},'workflow_graph':{'start_node':'k',"
            "'nodes':{'k':{'type':'llm_action','prompt':'?','model':'m'}}}}");
    assert_non_null(strstr(t.story, "llm_call_started"));
    t_over(&t);
}


static void
wrong_subflows_are_told(void **state)
{
    t_doc_t  d;

    (void) state;

    t_doc(&d, "{'procedure_id':'p','version':'1','global_config':{"
          "'subflow_policy':{'require_pinned':true,'allow':['x']}},"
          "'workflow_graph':{'start_node':'a','nodes':{'a':{'type':'subflow',"
          "'next_node':'b'},'b':{'type':'subflow','procedure_id':'p',"
          "'next_node':'c'},'c':{'type':'subflow','procedure_id':'x'}}}}");
    assert_null(d.prog);
    t_says(&d, "CKP701", "/workflow_graph/nodes/a");
    t_says(&d, "CKP702", "/workflow_graph/nodes/b/procedure_id");
    t_says(&d, "CKP708", "/workflow_graph/nodes/b/procedure_id");
    t_says(&d, "CKP707", "/workflow_graph/nodes/c");
    t_doc_free(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_child_runs_in_variables_of_its_own),
        cmocka_unit_test(outputs_are_mapped_by_name_path_and_template),
        cmocka_unit_test(a_child_that_declares_outputs_gives_these),
        cmocka_unit_test(inputs_that_break_the_contract_fail_before_any_step),
        cmocka_unit_test(steps_of_a_child_have_paths_below_the_node),
        cmocka_unit_test(a_failing_child_fails_its_parent_or_not),
        cmocka_unit_test(a_child_is_tried_again_from_its_start),
        cmocka_unit_test(the_childs_own_on_failure_acts_inside_it),
        cmocka_unit_test(an_unknown_child_fails_the_node),
        cmocka_unit_test(a_child_that_nobody_linked_fails_the_node),
        cmocka_unit_test(a_procedure_around_is_not_called_again),
        cmocka_unit_test(a_child_that_takes_too_long_is_given_up),
        cmocka_unit_test(a_loaded_run_wants_its_child_and_goes_on),
        cmocka_unit_test(what_a_child_did_can_be_undone_after_a_load),
        cmocka_unit_test(time_stands_still_while_a_child_waits_for_a_person),
        cmocka_unit_test(a_childs_own_time_is_for_its_on_failure),
        cmocka_unit_test(models_of_the_parent_are_inherited_when_asked_for),
        cmocka_unit_test(secrets_of_the_parent_are_inherited_when_asked_for),
        cmocka_unit_test(the_scope_of_memory_is_inherited_when_asked_for),
        cmocka_unit_test(what_is_missing_is_treated_as_around_when_asked_for),
        cmocka_unit_test(a_version_is_chosen_once_a_run_or_each_time),
        cmocka_unit_test(what_an_import_chose_belongs_to_the_document),
        cmocka_unit_test(mocks_are_those_of_the_run),
        cmocka_unit_test(wrong_subflows_are_told)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
