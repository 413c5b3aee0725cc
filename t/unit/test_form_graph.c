/*
 * Form E: nodes and edges mean one dag node (spec/ckp.md 11.7).
 */

#include "dag/dag.h"
#include "drive.h"

/* A document of these nodes and edges, and more members. */
#define T_NET(nodes, edges, more)                                             \
    "{'name':'n','nodes':[" nodes "],'edges':[" edges "]" more "}"

#define T_NODE(id, type, more)                                                \
    "{'node_id':'" id "','node_type':'" type "'" more "}"

#define T_EDGE(from, to, more)                                                \
    "{'from_node_id':'" from "','to_node_id':'" to "'" more "}"


static const ckp_dag_t *
dag(const t_doc_t *t)
{
    return ckp_program_node(t->prog, "main")->u.dag;
}


static const ckp_dag_task_t *
task(const t_doc_t *t, size_t i)
{
    return &dag(t)->tasks[i];
}


static const json_t *
params(const t_doc_t *t, size_t i)
{
    return ckp_template_source(task(t, i)->body->u.sequence->steps[0].params);
}


/* The run's outputs as text, after a run that ended at once. */
static const char *
outputs(const char *doc)
{
    static char    text[4096];
    t_run_t        t;
    ckp_summary_t  sum;
    char          *s;

    t_run(&t, doc);
    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.status, "completed");
    s = ckp_json_text(sum.outputs);
    snprintf(text, sizeof(text), "%s", s);
    ckp_free(s);
    t_run_over(&t);

    return text;
}


/* --- what it means ------------------------------------------------------------ */


static void
a_graph_is_one_dag_and_an_end(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_NET(T_NODE("a", "agent_call",
               ",'agent_id':'W','action':'go','inputs':{'x':1},"
               "'retry_count':2,'retry_delay_seconds':0.5,"
               "'timeout_seconds':7,'name':'First'") ","
               T_NODE("b", "tool_call", ",'tool_name':'log',"
                      "'inputs':{'message':'m'}"),
               T_EDGE("a", "b", ""),
               ",'timeout_seconds':90,'max_retries':5,'max_parallel':4,"
               "'scheduling':'levels','version':3"));
    assert_string_equal(t.prog->version, "3");
    assert_string_equal(t.prog->procedure_id, "n");
    assert_int_equal(t.prog->config.timeout_ms, 90000);
    assert_int_equal(t.prog->nnodes, 2);
    assert_int_equal(dag(&t)->ntasks, 2);
    assert_true(dag(&t)->cancels);
    assert_true(dag(&t)->by_levels);
    assert_int_equal(dag(&t)->max_parallel, 4);

    const ckp_step_t *const  a = task(&t, 0)->body->u.sequence->steps;
    const ckp_step_t *const  b = task(&t, 1)->body->u.sequence->steps;

    assert_string_equal(a->agent, "W");
    assert_string_equal(a->action, "go");
    assert_string_equal(task(&t, 0)->body->name, "First");
    assert_int_equal(a->retry.max_attempts, 2);
    assert_int_equal(a->retry.base_ms, 500);
    assert_int_equal(a->timeout.step_ms, 7000);
    assert_int_equal(b->bind, CKP_BIND_INTERNAL);
    assert_int_equal(b->retry.max_attempts, 5);
    assert_int_equal(b->retry.base_ms, 5000);
    assert_int_equal(ckp_json_int(params(&t, 0), "x", 0), 1);
    t_doc_free(&t);
}


static void
an_agent_may_be_found_by_what_it_does(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_NET(T_NODE("a", "agent_call", ",'agent_id':'W'") ","
               T_NODE("b", "agent_call", ",'action':'notify',"
                      "'inputs':{'message':'m'}"), "", ""));
    assert_string_equal(task(&t, 0)->body->u.sequence->steps[0].action,
                        "execute");

    /* an action of the engine, but it is asked of an agent */

    assert_int_equal(task(&t, 1)->body->u.sequence->steps[0].bind,
                     CKP_BIND_EXTERNAL);
    t_silent(&t, "CKP140");
    t_doc_free(&t);
}


static void
zero_attempts_are_one(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_NET(T_NODE("a", "tool_call", ",'action':'noop',"
               "'retry_count':0"), "", ""));
    assert_int_equal(task(&t, 0)->body->u.sequence->steps[0]
                         .retry.max_attempts, 1);
    t_doc_free(&t);
}


/* --- bindings ------------------------------------------------------------------- */


#define T_TAKES(inputs)                                                       \
    T_NET(T_NODE("a b", "condition", ",'inputs':{'n':{'m':[3]},'z':'x'},"     \
                 "'config':{'condition_expression':'true'}") ","              \
          T_NODE("c", "join", ",'inputs':{" inputs "}"),                      \
          T_EDGE("a b", "c", ""), "")

static void
bindings_are_values(void **state)
{
    assert_string_equal(outputs(T_TAKES("'v':'$a b.input.n.m[0]'")),
                        "{\"v\":3}");
    assert_string_equal(outputs(T_TAKES("'v':'$a b'")),
                        "{\"v\":{\"condition_result\":true,\"input\":"
                        "{\"n\":{\"m\":[3]},\"z\":\"x\"}}}");
    assert_string_equal(outputs(T_TAKES("'v':['$a b.input.z',{'w':"
                                        "'$a b.condition_result'}]")),
                        "{\"v\":[\"x\",{\"w\":true}]}");
}


static void
what_is_not_there_stays_a_text(void **state)
{
    assert_string_equal(outputs(T_TAKES("'v':'$a b.input.q','w':"
                                        "'$input.k','x':'$context.none'")),
                        "{\"v\":\"$a b.input.q\",\"w\":\"$input.k\","
                        "\"x\":\"$context.none\"}");
}


static void
all_other_texts_are_as_they_are(void **state)
{
    assert_string_equal(outputs(T_TAKES("'v':'$$x.y','w':'{{run_id}}','x':"
                                        "'$','y':'5$','z':'$5.00'")),
                        "{\"v\":\"$x.y\",\"w\":\"{{run_id}}\",\"x\":\"$\","
                        "\"y\":\"5$\",\"z\":\"$5.00\"}");
}


static void
inputs_of_the_run_are_bound(void **state)
{
    t_run_t        t;
    ckp_summary_t  sum;

    memset(&t, 0, sizeof(t));
    t.now = 1700000000000;
    t_doc(&t.d, T_NET(T_NODE("c", "join", ",'inputs':{'v':'$input.k.l',"
                             "'w':'$context.k'}"), "", ""));
    assert_non_null(t.d.prog);
    t.run = ckp_run_new(t.d.prog, "run");
    t_inputs(&t, json_pack("{s:{s:i}}", "k", "l", 8));
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    ckp_run_summary(t.run, &sum);
    assert_int_equal(ckp_json_int(sum.outputs, "v", 0), 8);
    assert_int_equal(ckp_json_int(json_object_get(sum.outputs, "w"), "l", 0),
                     8);
    t_run_over(&t);
}


static void
json_may_be_inside_of_texts(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_NET(T_NODE("a", "tool_call", ",'action':'log','inputs':"
               "' {\\'message\\': \\'hi\\'}','outputs':'score'"), "",
               ",'metadata':'plain','tags':'[\\'x\\']'"));
    assert_string_equal(ckp_json_str(params(&t, 0), "message"), "hi");
    t_doc_free(&t);
}


/* --- edges ------------------------------------------------------------------------ */


#define T_FORK(first, second)                                                 \
    T_NET(T_NODE("a", "condition", ",'inputs':{'n':7},'config':{"             \
                 "'condition_expression':'input.n > 5'}") ","                 \
          T_NODE("b", "join", ",'inputs':{'v':1}") ","                        \
          T_NODE("c", "join", ",'inputs':{'v':2}"),                           \
          T_EDGE("a", "b", first) "," T_EDGE("a", "c", second), "")

static void
edges_out_of_a_condition_test_its_result(void **state)
{
    static const char  yes[] = "{\"b\":{\"v\":1},\"c\":null}";

    assert_string_equal(outputs(T_FORK(",'condition':'true'",
                                       ",'condition':'false'")), yes);
    assert_string_equal(outputs(T_FORK(",'condition':true",
                                       ",'condition':false")), yes);
    assert_string_equal(outputs(T_FORK(",'label':'Yes'", ",'label':'no'")),
                        yes);
    assert_string_equal(outputs(T_FORK(",'condition':'true'",
                                       ",'is_default':true")), yes);
    assert_string_equal(outputs(T_FORK(",'condition':'false'",
                                       ",'is_default':true")),
                        "{\"b\":null,\"c\":{\"v\":2}}");
}


static void
conditions_have_several_spellings(void **state)
{
    static const char  yes[] = "{\"b\":{\"v\":1},\"c\":null}";

    assert_string_equal(outputs(T_FORK(",'condition':'input.n == 7'",
                                       ",'condition':'input.n == 8'")), yes);
    assert_string_equal(outputs(T_FORK(
        ",'condition':{'expression':'input.n > 6'}",
        ",'condition':'{\\'expression\\': \\'input.n > 7\\'}'")), yes);
    assert_string_equal(outputs(T_FORK(
        ",'condition':{'field':'input.n','operator':'gte','value':7}",
        ",'condition':{'field':'input.n','operator':'in','value':[1,2]}")),
        yes);
    assert_string_equal(outputs(T_FORK(
        ",'condition':{'field':'input.none'}",
        ",'condition':{'field':'input.n','operator':'eq'}")), yes);
}


/* --- people ------------------------------------------------------------------------- */


static void
a_gate_asks_and_gives_who_decided(void **state)
{
    t_run_t        t;
    ckp_summary_t  sum;
    char           id[64];

    t_run(&t, T_NET(T_NODE("g", "human_gate", ",'inputs':{'sum':5},"
          "'timeout_seconds':60,'config':{'prompt':'Pay?','approval_level':"
          "'manager'}") "," T_NODE("c", "join",
          ",'inputs':{'who':'$g.decided_by','all':'$g'}"),
          T_EDGE("g", "c", ""), ""));
    assert_string_equal(t_said(&t, "approval_requested", "prompt"), "Pay?");
    assert_string_equal(t_said(&t, "approval_requested", "approval_level"),
                        "manager");
    assert_int_equal(ckp_json_int(t_row(&t, "approval"), "expires_at", 0),
                     t.now + 60000);
    assert_int_equal(ckp_json_int(json_object_get(t_row(&t, "approval"),
                                  "context_data"), "sum", 0), 5);
    snprintf(id, sizeof(id), "%s", t_said(&t, "approval_requested",
                                          "approval_id"));
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, id, json_pack("{s:s, s:s, s:s}",
           "decision", "approved", "decided_by", "ann", "comment", "fine"));
    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.status, "completed");

    char *const  text = ckp_json_text(sum.outputs);

    assert_string_equal(text, "{\"who\":\"ann\",\"all\":{\"approved\":true,"
                        "\"decided_by\":\"ann\",\"comment\":\"fine\","
                        "\"input\":{\"sum\":5}}}");
    ckp_free(text);
    t_run_over(&t);
}


static void
a_rejection_fails_the_node(void **state)
{
    t_run_t  t;
    char     id[64];

    t_run(&t, T_NET(T_NODE("g", "human_gate", ""), "", ""));
    assert_string_equal(t_said(&t, "approval_requested", "prompt"),
                        "Approval required");
    snprintf(id, sizeof(id), "%s", t_said(&t, "approval_requested",
                                          "approval_id"));
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, id, json_pack("{s:s}",
           "decision", "rejected"));
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


/* --- failures ------------------------------------------------------------------------ */


static void
with_continue_the_rest_goes_on(void **state)
{
    t_run_t  t;

    t_run(&t, T_NET(T_NODE("a", "tool_call", ",'action':'fail','inputs':{"
          "'message':'no'},'retry_count':1") "," T_NODE("b", "join", "") ","
          T_NODE("c", "tool_call", ",'action':'noop'") ","
          T_NODE("d", "join", ""),
          T_EDGE("a", "b", "") "," T_EDGE("c", "d", ""),
          ",'on_error':'continue'"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_said(&t, "task_skipped", "reason"),
                        "upstream_failed");
    assert_string_equal(t_said(&t, "task_failed", "task_id"), "a");
    t_run_over(&t);
}


static void
a_fallback_node_stands_in(void **state)
{
    assert_string_equal(outputs(T_NET(T_NODE("a", "tool_call",
        ",'action':'fail','inputs':{'message':'no'},'retry_count':1,"
        "'fallback_node_id':'f'") "," T_NODE("f", "join",
        ",'inputs':{'v':9}") "," T_NODE("c", "join",
        ",'inputs':{'got':'$a.v'}"), T_EDGE("a", "c", ""), "")),
        "{\"got\":9}");
}


static void
a_result_that_is_no_object_is_wrapped(void **state)
{
    assert_string_equal(outputs(T_NET(T_NODE("a", "tool_call",
        ",'action':'calculate','inputs':{'expression':'3 + 4'}"), "", "")),
        "{\"result\":7}");
}


/* --- what is refused -------------------------------------------------------------------- */


static void
faults_are_told_where_they_were_written(void **state)
{
    t_wants("CKP501", "/nodes", T_NET("", "", ""));
    t_wants("CKP010", "", "{'nodes':[],'edges':[]}");
    t_wants("CKP018", "/nodes/0", T_NET("{'type':'join'}", "", ""));
    t_wants("CKP102", "/nodes/1/node_id", T_NET(T_NODE("a", "join", "") ","
            T_NODE("a", "join", ""), "", ""));
    t_wants("CKP503", "/edges/0/to_node_id", T_NET(T_NODE("a", "join", ""),
            T_EDGE("a", "x", ""), ""));
    t_wants("CKP503", "/edges/0/source", T_NET(T_NODE("a", "join", ""),
            "{'source':'x','target':'a'}", ""));
    t_wants("CKP503", "/nodes/0/fallback_node_id", T_NET(T_NODE("a", "join",
            ",'fallback_node_id':'x'"), "", ""));
    t_wants("CKP504", "/nodes/0/inputs/v", T_NET(T_NODE("a", "join",
            ",'inputs':{'v':'$x.y'}"), "", ""));
    t_wants("CKP510", "/nodes", T_NET(T_NODE("a", "join", "") ","
            T_NODE("b", "join", ""), T_EDGE("a", "b", "") ","
            T_EDGE("b", "a", ""), ""));
    t_wants("CKP513", "/nodes/0/inputs", T_NET(T_NODE("a", "join",
            ",'inputs':'{x'"), "", ""));
    t_wants("CKP513", "/tags", T_NET(T_NODE("a", "join", ""), "",
            ",'tags':'[1'"));
    t_wants("CKP514", "/edges/1", T_NET(T_NODE("a", "join", "") ","
            T_NODE("b", "join", ""), T_EDGE("a", "b", "") ","
            T_EDGE("a", "b", ",'condition':'x == 1'"), ""));
    t_wants("CKP515", "/nodes/2", T_NET(T_NODE("a", "join", "") ","
            T_NODE("b", "join", "") "," T_NODE("c", "join", ""),
            T_EDGE("a", "b", ""), ""));
    t_wants("CKP516", "/nodes/0/node_type", T_NET(T_NODE("a", "dance", ""),
            "", ""));
    t_wants("CKP517", "/nodes/0", T_NET(T_NODE("a", "agent_call", ""), "",
            ""));
    t_wants("CKP518", "/nodes/0", T_NET(T_NODE("a", "tool_call", ""), "",
            ""));
    t_wants("CKP519", "/nodes/0", T_NET(T_NODE("a", "condition", ""), "",
            ""));
    t_wants("CKP220", "/nodes/0/config/condition_expression",
            T_NET(T_NODE("a", "condition", ",'config':{"
                  "'condition_expression':'1 +'}"), "", ""));
    t_wants("CKP220", "/edges/0/condition", T_NET(T_NODE("a", "join", "") ","
            T_NODE("b", "join", ""), T_EDGE("a", "b",
            ",'condition':'1 +'"), ""));
    t_wants("CKP314", "/nodes/0/timeout_seconds", T_NET(T_NODE("a", "join",
            ",'timeout_seconds':-1"), "", ""));
    t_wants("CKP302", "/on_error", T_NET(T_NODE("a", "join", ""), "",
            ",'on_error':'ignore'"));
}


static void
a_binding_must_lead_upstream(void **state)
{
    t_doc_t        t;
    const json_t  *d;

    t_doc(&t, T_NET(T_NODE("a", "join", ",'inputs':{'v':'$b.x'}") ","
          T_NODE("b", "join", ""), T_EDGE("a", "b", ""), ""));
    d = t_doc_find(&t, "CKP505", "/nodes/0/inputs/v");
    assert_non_null(d);
    assert_string_equal(ckp_json_str(d, "severity"), "error");
    assert_null(t.prog);
    t_doc_free(&t);
}


static void
unconnected_nodes_alone_are_fine(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_NET(T_NODE("a", "join", "") "," T_NODE("b", "join", ""),
                         "", ""));
    t_doc_free(&t);

    t_compiles(&t, T_NET(T_NODE("a", "join", ",'fallback_node_id':'c'") ","
               T_NODE("b", "join", "") "," T_NODE("c", "join", ""),
               T_EDGE("a", "b", ""), ""));
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_graph_is_one_dag_and_an_end),
        cmocka_unit_test(an_agent_may_be_found_by_what_it_does),
        cmocka_unit_test(zero_attempts_are_one),
        cmocka_unit_test(bindings_are_values),
        cmocka_unit_test(what_is_not_there_stays_a_text),
        cmocka_unit_test(all_other_texts_are_as_they_are),
        cmocka_unit_test(inputs_of_the_run_are_bound),
        cmocka_unit_test(json_may_be_inside_of_texts),
        cmocka_unit_test(edges_out_of_a_condition_test_its_result),
        cmocka_unit_test(conditions_have_several_spellings),
        cmocka_unit_test(a_gate_asks_and_gives_who_decided),
        cmocka_unit_test(a_rejection_fails_the_node),
        cmocka_unit_test(with_continue_the_rest_goes_on),
        cmocka_unit_test(a_fallback_node_stands_in),
        cmocka_unit_test(a_result_that_is_no_object_is_wrapped),
        cmocka_unit_test(faults_are_told_where_they_were_written),
        cmocka_unit_test(a_binding_must_lead_upstream),
        cmocka_unit_test(unconnected_nodes_alone_are_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
