/* Documents become programs that mean what they say (spec/ckp.md 9-17, 22). */

#include <time.h>

#include "doc.h"
#include "slow.h"

#define NODE  "/workflow_graph/nodes/a"

/* Every field that this engine reads, once. */
static const char  full[] =
    "{'procedure_id':'full','version':'1.2','name':'Full','status':'active',"
    "'description':'d','effective_date':'2026-01-02','project_id':'pr','tags':"
    "['x'],'ckp_version':'1.0','release':{'channel':'qa'},'provenance':{"
    "'sources':[]},'retrieval_metadata':{'tags':['y'],'keywords':['k']},"
    "'contract':{'inputs':{'type':'object'},'outputs':{'type':'object'}},"
    "'trigger':{'type':'scheduled','schedule':'0 9 * * 1-5','timezone':"
    "'Europe/Rome','enabled':true,'dedupe_window_seconds':1,"
    "'max_concurrent_runs':1,'input_vars':{'n':1},'input_mapping':{'n':'/x'}},"
    "'global_config':{'max_retries':2,'retry_delay_ms':5,'backoff_multiplier':"
    "3,'retry_policy':{'max_attempts':5,'strategy':'linear','jitter':'full',"
    "'max_elapsed_ms':99,'retryable_errors':['A',503],'apply_to':'external'},"
    "'default_retry':{'max_attempts':2},'timeout_ms':60000,'deadline_ms':90000,"
    "'timeout_policy':{'step_ms':7,'node_ms':8,'mode':'fail_open',"
    "'default_output':1,'escalate_to':'end'},'on_failure':'tell',"
    "'screenshot_on_fail':true,'logging_level':'DEBUG','telemetry_enabled':"
    "true,'checkpoint_strategy':'selective','checkpoint_storage':'local',"
    "'checkpoint_retention_days':1,'resume_on_failure':false,"
    "'execution_mode':'dry_run','mock_external_calls':true,"
    "'test_data_overrides':{'s1':1},'rate_limiting':{'enabled':true,"
    "'max_requests_per_minute':1,'max_concurrent_operations':1,'max_wait_ms':"
    "1},'concurrency':{'max_concurrent_runs':1},'dedupe':{'window_seconds':9},"
    "'secrets_config':{"
    "'provider':'env','secret_references':{'s':'k'}},'audit_config':{"
    "'enabled':true,'audit_level':'detailed','retention_days':9,"
    "'storage_location':'vault','redacted_fields':['iban',"
    "'^card.*']},'missing_variables':'keep','strict_inputs':true,'compile':{"
    "'strict':false},'max_node_visits':10,'dry_run':{'approvals':'reject'},"
    "'notifications':{},'egress_allowlist':['x'],'retention_days':3},"
    "'variables_schema':{'required':{'n':{'type':'number','validation':{'min':"
    "1,'max':9,'sensitive':false,'allowed_values':[1,2],'schema':{'type':"
    "'number'}}}},'optional':{'s':{'type':'string','default':'{{today}}',"
    "'description':'d','title':'t','origin':'user_lazy','coerce':true,"
    "'sensitive':true,'enum':['a'],'validation':{'regex':'[a-z]+','format':"
    "'email'}}}},"
    "'workflow_graph':{'start_node':'work','nodes':{"
    "'work':{'type':'sequence','agent':'web','name':'n','description':'d',"
    "'next_node':'route','condition':'n > 0','inputs':{'i':'{{n}}'},'outputs':"
    "{'o':'text','p':{'from':'json: a','on_missing':'keep','default':1},'q':"
    "'{{result.x}}','r':5},'is_checkpoint':true,'timeout_ms':1000,"
    "'timeout_policy':{'step_ms':9},'retry_policy':{'max_attempts':3},"
    "'error_handlers':[{'error_type':'A|B','error_types':['C'],'trigger':{"
    "'error_text_contains':['t'],'error_code':'E','http_status_codes':[503]},"
    "'condition':'n > 1','action':'retry','max_retries':1,'delay_ms':2,"
    "'recovery_strategy':'continue','recovery_steps':[{'step_id':'r','action':"
    "'log','message':'m'}],'recovery_required':true,'fallback_node':'end',"
    "'notify_on_error':true,'default_output':{},'error_metadata':{'a':1}},{"
    "'action':'retry','retry_policy':{'max_attempts':7}}],'on_error':{'*':"
    "'end','X':'tell'},'sla':{'max_duration_ms':5,'on_breach':'escalate',"
    "'escalation_handler':'tell'},'compensate':{'action':'noop'},'telemetry':{},'metadata':{},"
    "'steps':[{'step_id':'s1','action':'do','agent':'desk','executor':'agent',"
    "'params':{'a':1},'b':'{{s}}','condition':'n < 5','timeout_ms':100,"
    "'timeout_policy':{'mode':'fail_closed'},'wait_ms':1,'wait_after_ms':2,"
    "'retry_on_failure':true,'retry_config':{'base_delay_ms':3},"
    "'output_variable':'v','outputs':{'w':'json: x'},'idempotency_key':"
    "'k-{{n}}','error_handlers':[{'action':'ignore'}],'description':'d',"
    "'metadata':{},'binding_kind':'agent','binding_ref':'q'},{'action':'log',"
    "'message':'{{v}}','level':'INFO'}]},"
    "'route':{'type':'logic','rules':[{'condition':'n > 1','next_node':'ask',"
    "'label':'l'}],'default_next_node':'calc'},"
    "'ask':{'type':'human_approval','prompt':'p {{n}}','decision_type':"
    "'select_option','options':['a',{'value':'b','label':'B','next_node':"
    "'end'}],'option_routes':{'a':'calc'},'input_schema':{},'context_data':{"
    "'c':'{{n}}'},'approval_level':'manager','approvers':['x'],"
    "'required_approvals':2,'forbid_self_approval':true,'timeout_ms':5,"
    "'timeout_action':'escalate','escalation_contact':'{{n}}','escalation':{"
    "'mode':'route','timeout_ms':6,'level':'admin','contact':'c',"
    "'max_escalations':3},'on_approve':'calc','on_reject':'end','on_timeout':"
    "'end','output_variable':'d','reminder_ms':7},"
    "'calc':{'type':'processing','operations':[{'action':'set_variable',"
    "'variable':'q','value':1,'params':{'value':2},'output':'z'}],'next_node':"
    "'end'},"
    "'tell':{'type':'processing','action':'log','params':{'message':'m'},"
    "'next_node':'end'},"
    "'end':{'type':'terminate','status':'failed','outputs':{'a':'n','b':'v',"
    "'c':'text','d':'{{n}}'},'cleanup_actions':[{'action':'log','message':'m'"
    "}],'error_actions':[{'action':'close'}],'message':'m {{n}}',"
    "'final_audit_log':{'x':'{{n}}'}}}}}";


/* The flat forms, and what is not run yet. */
static const char *const  others[] = {
    "{'procedure_id':'b','procedure_version':1,'start_node_id':'a','nodes':[{"
    "'node_id':'a','node_type':'step','agent':'A','steps':[{'executor_id':'x',"
    "'parameters':{'p':'{{q}}'},'output_variable':'v'}],'transitions':[{"
    "'condition':'{{v}} == 1','target_node_id':'b'},{'target_node_id':'c'}]},{"
    "'node_id':'b','type':'logic','transitions':[{'condition':'always',"
    "'target_node_id':'c'}],'rules':[{'condition_expr':'1 == 1',"
    "'target_node_id':'c'}],'default_next_node_id':'c'},{'node_id':'c',"
    "'node_type':'end','terminal_status':'success'}]}",
    "{'id':'c','version':2,'entry':'a','nodes':[{'id':'a','type':'task','steps'"
    ":[{'action':'t.f','agent':'A'}]},{'id':'b','type':'switch','branches':[{"
    "'condition':'{{t.x}} > 1','next':'d'},{'condition':true,'next':'a'}]},{"
    "'id':'d','type':'processing','action':'log','params':{'message':'m'},"
    "'output_variable':'v'},{'id':'e','type':'end'}]}",
    "{'procedure_id':'l','version':'1','workflow_graph':{'start_node':'a',"
    "'nodes':{'a':{'type':'loop','items':'x','item_variable':'i','body_node':"
    "'b','index_variable':'k','collect_variable':'all','next_node':'c'},'b':{"
    "'type':'parallel','branches':[{'branch_id':'l','start_node':'d'},'d']},"
    "'c':{'type':'verification','checks':[{'condition':'1','on_fail':'goto:e'"
    "}],'on_pass':'e','on_fail':'e'},'d':{'type':'llm_action','prompt':'p',"
    "'outputs':{'o':'json: a'},'branches':['e'],'default_branch':'e'},'e':{"
    "'type':'terminate'}}}}",
    "{'name':'d','steps':[{'id':'a','config':{'action':'x'},'depends_on':[]}]}",
    "{'name':'e','nodes':[{'id':'a'}],'edges':[{'from':'a','to':'a'}]}",
    NULL
};


static const ckp_node_t *
node(const t_doc_t *t, const char *id)
{
    const ckp_node_t *const  found = ckp_program_node(t->prog, id);

    assert_non_null(found);

    return found;
}


static void
template_is(const ckp_template_t *t, const char *want)
{
    char *const    text = ckp_json_text(ckp_template_source(t));
    json_t *const  expected = t_doc_json(want);
    char *const    other = ckp_json_text(expected);

    assert_string_equal(text, other);
    ckp_free(text);
    ckp_free(other);
    json_decref(expected);
}


/* --- the whole --------------------------------------------------------------- */


static void
every_field_compiles(void **state)
{
    t_doc_t             t;
    const ckp_config_t *c;

    t_compiles(&t, full);
    c = &t.prog->config;
    assert_string_equal(t.prog->procedure_id, "full");
    assert_string_equal(t.prog->start->id, "work");
    assert_int_equal(t.prog->nnodes, 6);
    assert_int_equal(t.prog->nvars, 2);
    assert_int_equal(c->retry.max_attempts, 5);
    assert_int_equal(c->retry.strategy, CKP_BACKOFF_LINEAR);
    assert_int_equal(c->retry.base_ms, 5);
    assert_true(c->retry.multiplier == 3.0);
    assert_int_equal(c->retry.nretryable, 2);
    assert_string_equal(c->retry.retryable[1], "503");
    assert_true(c->retry_external);
    assert_false(c->retry_all);
    assert_string_equal(c->on_failure.node->id, "tell");
    assert_int_equal(c->save, CKP_SAVE_CRITICAL);
    assert_string_equal(c->execution_mode, "dry_run");
    assert_int_equal(c->missing, CKP_MISSING_KEEP);
    assert_int_equal(c->nmasks, 2);
    assert_null(c->masks[0].regex);
    assert_non_null(c->masks[1].regex);
    assert_true(c->dry_reject);
    assert_int_equal(c->timeout_ms, 60000);
    t_doc_free(&t);
}


static void
what_is_not_given_has_its_default(void **state)
{
    t_doc_t             t;
    const ckp_config_t *c;

    t_compiles(&t, T_GRAPH("end", T_END, ""));
    c = &t.prog->config;
    assert_int_equal(c->retry.max_attempts, 4);
    assert_int_equal(c->retry.base_ms, 1000);
    assert_int_equal(c->retry.max_delay_ms, 300000);
    assert_int_equal(c->retry.strategy, CKP_BACKOFF_EXPONENTIAL);
    assert_true(c->retry.respect_retry_after);
    assert_int_equal(c->timeout_ms, 24LL * 3600 * 1000);
    assert_int_equal(c->deadline_ms, 0);
    assert_int_equal(c->max_node_visits, 1000);
    assert_int_equal(c->log_level, 1);
    assert_true(c->resume_on_failure);
    assert_string_equal(c->execution_mode, "production");
    assert_string_equal(t.prog->name, "p");
    assert_null(t.prog->project_id);
    t_doc_free(&t);
}


/* --- steps ---------------------------------------------------------------------- */


static void
policies_are_inherited_member_by_member(void **state)
{
    t_doc_t             t;
    const ckp_node_t   *work;
    const ckp_step_t   *step;

    t_compiles(&t, full);
    work = node(&t, "work");
    step = &work->u.sequence->steps[0];
    assert_int_equal(step->retry.max_attempts, 3);          /* the node's */
    assert_int_equal(step->retry.base_ms, 3);               /* its own */
    assert_int_equal(step->retry.strategy, CKP_BACKOFF_LINEAR);
    assert_true(step->retries);
    assert_int_equal(step->timeout.step_ms, 9);
    assert_int_equal(step->timeout.node_ms, 8);
    assert_false(step->timeout.fail_open);
    assert_true(work->u.sequence->steps[1].timeout.fail_open);
    assert_false(work->u.sequence->steps[1].retries);
    assert_int_equal(node(&t, "calc")->u.sequence->steps[0].retry.max_attempts,
                     5);
    t_doc_free(&t);
}


static void
parameters_are_inline_and_under_params(void **state)
{
    t_doc_t            t;
    const ckp_step_t  *step;

    t_compiles(&t, full);
    step = &node(&t, "work")->u.sequence->steps[0];
    template_is(step->params, "{'b':'{{s}}','timeout_ms':100,'a':1}");
    assert_string_equal(step->agent, "desk");
    assert_int_equal(step->bind, CKP_BIND_EXTERNAL);
    assert_string_equal(step->pointer, "/workflow_graph/nodes/work/steps/0");
    template_is(node(&t, "calc")->u.sequence->steps[0].params,
                "{'variable':'q','value':1}");
    assert_string_equal(node(&t, "calc")->u.sequence->steps[0].output_variable,
                        "z");
    t_doc_free(&t);

    t_compiles(&t, T_GRAPH("a", "'a':{'agent':'A','steps':[{'action':'x','k':"
               "1,'params':{'k':2}},{'action':'wait','wait_ms':5},{'action':"
               "'x','wait_ms':6}],'next_node':'end'}," T_END, ""));
    step = node(&t, "a")->u.sequence->steps;
    template_is(step[0].params, "{'k':2}");
    template_is(step[1].params, "{'wait_ms':5}");
    assert_int_equal(step[1].wait_ms, 0);
    template_is(step[2].params, "{}");
    assert_int_equal(step[2].wait_ms, 6);
    assert_string_equal(step[2].id, "step_3");
    t_doc_free(&t);
}


static void
actions_bind_to_the_engine_or_to_an_agent(void **state)
{
    t_doc_t            t;
    const ckp_step_t  *step;

    t_compiles(&t, T_GRAPH("a", "'a':{'agent':'A','steps':[{'action':'log',"
               "'message':'x'},{'action':'notify','message':'x'},{'action':"
               "'notify','message':'x','agent':'masterAGENT'},{'action':"
               "'notify','message':'x','executor':'internal'}],'next_node':"
               "'b'},'b':{'type':'processing','operations':[{'action':"
               "'notify','message':'x'}],'next_node':'end'}," T_END, ""));
    step = node(&t, "a")->u.sequence->steps;
    assert_int_equal(step[0].bind, CKP_BIND_INTERNAL);      /* always */
    assert_int_equal(step[1].bind, CKP_BIND_EXTERNAL);
    assert_int_equal(step[2].bind, CKP_BIND_INTERNAL);
    assert_int_equal(step[3].bind, CKP_BIND_INTERNAL);
    step = node(&t, "b")->u.sequence->steps;
    assert_int_equal(step[0].bind, CKP_BIND_INTERNAL);
    assert_string_equal(step[0].id, "op_1");
    t_doc_free(&t);
}


static void
handlers_keep_all_they_say(void **state)
{
    t_doc_t               t;
    const ckp_handler_t  *h;

    t_compiles(&t, full);
    h = node(&t, "work")->handlers;
    assert_int_equal(node(&t, "work")->nhandlers, 2);
    assert_int_equal(h->ntypes, 3);
    assert_string_equal(h->types[0], "A");
    assert_string_equal(h->types[1], "B");
    assert_string_equal(h->types[2], "C");
    assert_int_equal(h->ncodes, 2);
    assert_string_equal(h->codes[1], "503");
    assert_int_equal(h->action, CKP_HANDLE_RETRY);
    assert_int_equal(h->after, CKP_AFTER_CONTINUE);
    assert_int_equal(h->max_retries, 1);
    assert_true(h->fixed_delay);
    assert_int_equal(h->delay_ms, 2);
    assert_int_equal(h->nrecovery, 1);
    assert_string_equal(h->fallback.node->id, "end");
    assert_int_equal(h[1].max_retries, 6);
    assert_false(h[1].fixed_delay);
    assert_int_equal(h[1].ntypes, 0);
    t_doc_free(&t);
}


static void
output_mappings_are_words_templates_or_values(void **state)
{
    t_doc_t               t;
    const ckp_mapping_t  *m;

    t_compiles(&t, full);
    m = node(&t, "work")->outputs;
    assert_int_equal(node(&t, "work")->noutputs, 4);
    assert_string_equal(m[0].mapping, "text");
    assert_string_equal(m[1].mapping, "json: a");
    assert_int_equal(m[1].unmet, CKP_UNMET_KEEP);
    assert_int_equal(json_integer_value(m[1].otherwise), 1);
    assert_null(m[2].mapping);
    template_is(m[2].value, "'{{result.x}}'");
    template_is(m[3].value, "5");
    t_doc_free(&t);
}


/* --- other types ------------------------------------------------------------------- */


static void
an_approval_keeps_all_it_says(void **state)
{
    t_doc_t                t;
    const ckp_approval_t  *a;

    t_compiles(&t, full);
    a = node(&t, "ask")->u.approval;
    assert_int_equal(a->ask, CKP_ASK_SELECT_OPTION);
    assert_int_equal(a->noptions, 2);
    assert_string_equal(a->option[0].next.node->id, "calc");
    assert_string_equal(a->option[1].next.node->id, "end");
    assert_string_equal(a->level, "manager");
    assert_int_equal(a->required, 2);
    assert_int_equal(a->expire, CKP_EXPIRE_ESCALATE);
    assert_true(a->escalate_route);
    assert_int_equal(a->max_escalations, 3);
    assert_int_equal(a->timeout_ms, 5);
    assert_int_equal(node(&t, "ask")->timeout_ms, 0);
    t_doc_free(&t);

    t_compiles(&t, T_GRAPH("a", "'a':{'type':'approval','message':'m',"
               "'timeout_minutes':2,'decision_type':'pick_one','options':['x']"
               ",'on_approved':'end','on_rejected':'end','on_timed_out':'end'"
               "}," T_END, ""));
    a = node(&t, "a")->u.approval;
    template_is(a->prompt, "'m'");
    assert_int_equal(a->timeout_ms, 120000);
    assert_string_equal(a->decision_type, "select_option");
    assert_int_equal(a->on_timeout.kind, CKP_TO_NODE);
    t_says(&t, "CKP091", NODE "/timeout_minutes");
    t_doc_free(&t);
}


static void
outputs_of_a_run_are_variables_templates_or_texts(void **state)
{
    t_doc_t                 t;
    const ckp_terminate_t  *end;

    t_compiles(&t, full);
    end = node(&t, "end")->u.terminate;
    assert_int_equal(end->status, CKP_END_FAILED);
    template_is(end->outputs, "{'a':'{{n}}','b':'{{v | \\u0027v\\u0027}}','c':"
                "'text','d':'{{n}}'}");
    assert_int_equal(end->ncleanup, 1);
    assert_int_equal(end->nerror_actions, 1);
    assert_string_equal(end->error_actions[0].id, "error_1");
    t_doc_free(&t);

    t_compiles(&t, T_GRAPH("end", "'end':{'type':'terminate','outputs':{"
               "'_why':1,'a b':'a b'}}", ",'variables_schema':{'a b':{}}"));
    template_is(node(&t, "end")->u.terminate->outputs, "{'a b':'a b'}");
    t_doc_free(&t);

    t_wants("CKP413", "/workflow_graph/nodes/end/outputs/__x",
            T_GRAPH("end", "'end':{'type':'terminate','outputs':{'__x':1}}",
                    ""));
}


static void
logic_takes_three_spellings(void **state)
{
    t_doc_t             t;
    const ckp_logic_t  *l;

    t_compiles(&t, T_GRAPH("a", "'a':{'type':'logic','rules':[{'condition':"
               "'run_id == 1','next_node':'b'},{'condition':'true','next_node'"
               ":'end'}]},'b':{'type':'switch','condition':'run_id == 1',"
               "'on_true':'end','on_false':'c'},'c':{'type':'branch',"
               "'branches':[{'expression':'run_id == 1','next':'end'}],"
               "'default_next':'end'}," T_END, ""));
    l = node(&t, "a")->u.logic;
    assert_int_equal(l->nrules, 2);
    t_silent(&t, "CKP132");
    l = node(&t, "b")->u.logic;
    assert_int_equal(l->nrules, 1);
    assert_string_equal(l->otherwise.node->id, "c");
    l = node(&t, "c")->u.logic;
    assert_int_equal(l->nrules, 1);
    assert_string_equal(l->otherwise.node->id, "end");
    t_doc_free(&t);
}


static void
bodies_branches_and_gotos_are_ways_to_a_node(void **state)
{
    t_doc_t  t;

    t_doc(&t, T_GRAPH("a", "'a':{'type':'loop','iterator':'rows','body_node':"
          "'b','next_node':'c'},'b':{'steps':[{'action':'noop'}]},'c':{'type':"
          "'parallel','branches':[{'branch_id':'x','start_node':'d'},'e'],"
          "'next_node':'end'},'d':{'steps':[{'action':'noop'}]},'e':{'type':"
          "'verification','checks':[{'condition':'1','on_fail':'goto:f'}]},'f'"
          ":{'steps':[{'action':'noop'}],'next_node':'nowhere'}," T_END, ""));
    assert_null(t.prog);
    t_silent(&t, "CKP110");
    t_says(&t, "CKP130", "/workflow_graph/nodes/f/next_node");
    t_silent(&t, "CKP120");
    t_silent(&t, "CKP121");
    t_doc_free(&t);
}


static void
how_long_the_audit_keeps_it_is_told(void **state)
{
    t_doc_t      t;
    int64_t      days;
    const char  *storage;

    t_compiles(&t, full);
    ckp_program_audit(t.prog, &days, &storage);
    assert_int_equal(days, 9);
    assert_string_equal(storage, "vault");
    t_doc_free(&t);

    t_compiles(&t, T_GRAPH("end", T_END, ""));
    ckp_program_audit(t.prog, &days, &storage);
    assert_int_equal(days, -1);
    assert_null(storage);
    t_doc_free(&t);
}


static void
what_decrypts_is_sensitive(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_GRAPH("a", "'a':{'type':'processing','operations':[{"
               "'action':'encrypt','source':'x','key_reference':'k'}],"
               "'next_node':'end'}," T_END, ""));
    assert_false(ckp_program_is_sensitive(t.prog));
    t_doc_free(&t);

    t_compiles(&t, T_GRAPH("a", "'a':{'type':'processing','operations':[{"
               "'action':'decrypt','source':'x','key_reference':'k'}],"
               "'next_node':'end'}," T_END, ""));
    assert_true(ckp_program_is_sensitive(t.prog));
    t_doc_free(&t);
}


static void
a_program_outlives_its_compiler(void **state)
{
    t_doc_t              t;
    ckp_program_t       *prog;

    t_compiles(&t, full);
    prog = ckp_program_ref(t.prog);
    t_doc_free(&t);
    assert_string_equal(ckp_program_node(prog, "work")->u.sequence->steps[0].id,
                        "s1");
    ckp_program_unref(prog);
}


/* --- hostile documents ------------------------------------------------------------------ */


static const char *const  wrong_values[] = {
    "null", "true", "7", "-1", "1.5", "1e300", "'x'", "''", "'{{x}}'", "'{{'",
    "[]", "{}", "[[]]", "[{}]", "['a',1,{}]", "{'a':[]}", "{'a':{'b':null}}",
    "9223372036854775807", NULL
};


static void
feed_wrong(const json_t *doc)
{
    static unsigned  nth;

    if (nth++ % t_each(8) != 0) {
        return;
    }

    t_doc_t    t;
    json_t    *graph = ckp_document_graph(doc);
    json_t    *outline;
    ckp_err_t  err = CKP_ERR_INIT;

    t_doc_take(&t, json_incref((json_t *) doc));
    outline = ckp_compiler_outline(t.c);
    assert_non_null(outline);
    assert_non_null(graph);
    assert_int_equal(t.prog == NULL, ckp_diags_errors(t.diags) > 0);
    json_decref(outline);
    json_decref(graph);
    json_decref(ckp_document_head(doc, &err));
    json_decref(ckp_program_redact(t.prog, doc));
    t_doc_free(&t);
}


/* Takes the member away, and puts each wrong value in its place. */
static size_t
mutate_member(const json_t *doc, json_t *object, const char *key)
{
    size_t  n = 1;

    json_object_del(object, key);
    feed_wrong(doc);

    for (size_t w = 0; wrong_values[w] != NULL; w++, n++) {
        json_object_set_new(object, key, t_doc_json(wrong_values[w]));
        feed_wrong(doc);
    }

    return n;
}


static size_t  mutate(const json_t *doc, json_t *at);


static size_t
mutate_object(const json_t *doc, json_t *object)
{
    json_t *const  keys = json_array();
    const char    *key;
    json_t        *value;
    json_t        *name;
    size_t         i;
    size_t         n = 0;

    json_object_foreach(object, key, value) {
        json_array_append_new(keys, json_string(key));
    }

    json_array_foreach(keys, i, name) {
        key = json_string_value(name);
        value = json_incref(json_object_get(object, key));
        n += mutate(doc, value);
        n += mutate_member(doc, object, key);
        json_object_set_new(object, key, value);
    }

    json_decref(keys);

    return n;
}


static size_t
mutate(const json_t *doc, json_t *at)
{
    json_t  *value;
    size_t   i;
    size_t   n = json_is_object(at) ? mutate_object(doc, at) : 0;

    json_array_foreach(at, i, value) {
        json_incref(value);
        n += mutate(doc, value);

        for (size_t w = 0; wrong_values[w] != NULL; w++, n++) {
            json_array_set_new(at, i, t_doc_json(wrong_values[w]));
            feed_wrong(doc);
        }

        json_array_set_new(at, i, value);
    }

    return n;
}


static void
no_wrong_or_missing_value_in_any_field_is_a_fault(void **state)
{
    json_t  *doc = t_doc_json(full);

    assert_true(mutate(doc, doc) > 4000);
    json_decref(doc);

    for (size_t i = 0; others[i] != NULL; i++) {
        doc = t_doc_json(others[i]);
        assert_true(mutate(doc, doc) > 100);
        json_decref(doc);
    }
}


static void
the_largest_of_documents_compiles_fast(void **state)
{
    struct timespec  a;
    struct timespec  b;
    double           ms;
    t_doc_t          t;
    int              i;

    clock_gettime(CLOCK_MONOTONIC, &a);

    for (i = 0; i < 20; i++) {
        t_doc(&t, full);
        t_doc_free(&t);
    }

    clock_gettime(CLOCK_MONOTONIC, &b);
    ms = ((double) (b.tv_sec - a.tv_sec) * 1e3
          + (double) (b.tv_nsec - a.tv_nsec) / 1e6) / i;
    print_message("a document with every field: %.3f ms\n", ms);
    assert_true(ms < 100);          /* that of a plain build is far below 2 */
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_field_compiles),
        cmocka_unit_test(what_is_not_given_has_its_default),
        cmocka_unit_test(policies_are_inherited_member_by_member),
        cmocka_unit_test(parameters_are_inline_and_under_params),
        cmocka_unit_test(actions_bind_to_the_engine_or_to_an_agent),
        cmocka_unit_test(handlers_keep_all_they_say),
        cmocka_unit_test(output_mappings_are_words_templates_or_values),
        cmocka_unit_test(an_approval_keeps_all_it_says),
        cmocka_unit_test(outputs_of_a_run_are_variables_templates_or_texts),
        cmocka_unit_test(logic_takes_three_spellings),
        cmocka_unit_test(bodies_branches_and_gotos_are_ways_to_a_node),
        cmocka_unit_test(how_long_the_audit_keeps_it_is_told),
        cmocka_unit_test(what_decrypts_is_sensitive),
        cmocka_unit_test(a_program_outlives_its_compiler),
        cmocka_unit_test(no_wrong_or_missing_value_in_any_field_is_a_fault),
        cmocka_unit_test(the_largest_of_documents_compiles_fast),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
