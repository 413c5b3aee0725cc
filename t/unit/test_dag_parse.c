/*
 * dag: what is refused, and what there may be at most (spec/ckp.md 33, 35).
 */

#include "dag.h"


#define T_ASK(id, more)                                                       \
    "{'task_id':'" id "','approval':{'prompt':'Ok?'" more "}}"


/* --- what is refused ---------------------------------------------------------------------- */


#define T_AT  "/workflow_graph/nodes/main"


static void
faults_are_told(void **state)
{
    t_wants("CKP501", T_AT "/tasks", T_DAG("", ""));
    t_wants("CKP501", T_AT, T_GRAPH("main", "'main':{'type':'dag'}", ""));
    t_wants("CKP015", T_AT "/tasks", T_GRAPH("main", "'main':{'type':'dag',"
            "'tasks':7}", ""));
    t_wants("CKP018", T_AT "/tasks/0", T_DAG("{'noop':true}", ""));
    t_wants("CKP017", T_AT "/tasks/0/task_id", T_DAG("{'task_id':'','noop':"
            "true}", ""));
    t_wants("CKP102", T_AT "/tasks/1/id", T_DAG(T_SET("a", "") ",{'id':'a',"
            "'noop':true}", ""));
    t_wants("CKP502", T_AT "/tasks/0", T_DAG("{'task_id':'a'}", ""));
    t_wants("CKP502", T_AT "/tasks/0", T_DAG(T_SET("a", ",'noop':true"), ""));
    t_wants("CKP503", T_AT "/tasks/0/depends_on/0", T_DAG(T_SET("a",
            ",'depends_on':['x']"), ""));
    t_wants("CKP503", T_AT "/edges/0/to", T_DAG(T_SET("a", ""),
            ",'edges':[{'from':'a','to':'x'}]"));
    t_wants("CKP503", T_AT "/tasks/0/fallback_task", T_DAG(T_SET("a",
            ",'fallback_task':'a'"), ""));
    t_wants("CKP504", T_AT "/tasks/0/inputs/x", T_DAG(T_SET("a",
            ",'inputs':{'x':'{{tasks.b.output}}'}"), ""));
    t_wants("CKP504", T_AT "/outputs", T_DAG(T_SET("a", ""),
            ",'outputs':{'x':'{{tasks.b.output}}'}"));
    t_wants("CKP505", T_AT "/tasks/0/inputs/x", T_DAG(T_SET("a",
            ",'inputs':{'x':'{{tasks.b.output}}'}") "," T_SET("b", ""), ""));
    t_wants("CKP506", T_AT "/tasks/1", T_DAG(T_SET("a",
            ",'output_variable':'v'") "," T_SET("b",
            ",'output_variable':'v'"), ""));
    t_wants("CKP507", T_AT "/tasks/0", T_DAG(T_SET("a",
            ",'condition':'never'"), ""));
    t_wants("CKP507", T_AT "/tasks/0", T_DAG(T_SET("a",
            ",'trigger_rule':'one_failed'"), ""));
    t_wants("CKP510", T_AT "/tasks", T_DAG(T_SET("a",
            ",'depends_on':['a']"), ""));
    t_wants("CKP514", T_AT "/edges/1", T_DAG(T_SET("a", "") "," T_SET("b",
            ""), ",'edges':[{'from':'a','to':'b'},{'from':'a','to':'b'}]"));
    t_wants("CKP302", T_AT "/tasks/0/trigger_rule", T_DAG(T_SET("a",
            ",'trigger_rule':'some'"), ""));
    t_wants("CKP302", T_AT "/scheduling", T_DAG(T_SET("a", ""),
            ",'scheduling':'x'"));
    t_wants("CKP312", T_AT "/max_parallel", T_DAG(T_SET("a", ""),
            ",'max_parallel':0"));
    t_wants("CKP090", T_AT "/tasks/0/what", T_DAG(T_SET("a", ",'what':1"),
            ""));
    t_wants("CKP411", T_AT "/tasks/0/step", T_DAG("{'task_id':'a','step':{}}",
            ""));
    t_wants("CKP130", T_AT "/tasks/0/error_handlers/0/fallback_node",
            T_DAG(T_SET("a", ",'error_handlers':[{'action':'goto',"
                        "'fallback_node':'zz'}]"), ""));
}


static void
what_is_right_is_not_told(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_DAG(T_SET("a", ",'output_variable':'v'") ","
               T_SET("b", ",'depends_on':['a'],'output_variable':'v',"
                     "'inputs':{'x':'{{tasks.a.output}}'}") ","
               T_SET("c", ",'fallback_task':'d'") ","
               T_SET("d", ",'inputs':{'e':'{{tasks.c.error}}'}") ","
               T_SET("e", ",'depends_on':[{'task':'b','on':'failure'},"
                     "{'task':'b','on':'success','condition':'ok == yes'}]")
               "," T_ASK("f", ""), ""));
    assert_int_equal(json_array_size(t.list), 0);
    t_doc_free(&t);
}


static void
tasks_may_be_an_object(void **state)
{
    assert_string_equal(variable(T_GRAPH("main", "'main':{'type':'dag',"
        "'next_node':'end','output_variable':'r','tasks':{'_note':1,'a':{"
        "'expression':'3'},'b':{'depends_on':'a','expression':"
        "'tasks.a.output + 1'}}}," T_END, ""), "r"), "4");
}


/* --- many ------------------------------------------------------------------------------- */


/* `shape`: 'c' one after the other, 'd' all between the first and the last. */
static json_t *
many(size_t n, char shape)
{
    json_t *const  list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *const  deps = json_array();
        char           id[24];

        snprintf(id, sizeof(id), "t%zu", i);

        if (i > 0 && (shape == 'c' || i + 1 < n)) {
            json_array_append_new(deps, json_sprintf("t%zu", shape == 'c'
                                                             ? i - 1 : 0));
        }

        for (size_t k = 1; shape == 'd' && i + 1 == n && k + 1 < n; k++) {
            json_array_append_new(deps, json_sprintf("t%zu", k));
        }

        json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "task_id", id,
            "expression", i == 0 || shape == 'd' ? "1" : "1 + 1",
            "depends_on", deps));
    }

    return json_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:{s:{s:s, s:s, s:o},"
                     " s:{s:s}}}}", "procedure_id", "p", "version", "1",
                     "global_config", "checkpoint_strategy", "disabled",
                     "workflow_graph", "start_node", "main", "nodes",
                     "main", "type", "dag", "next_node", "end", "tasks", list,
                     "end", "type", "terminate");
}


static void
run_many(json_t *doc)
{
    t_run_t  t;

    memset(&t, 0, sizeof(t));
    t.now = 1700000000000;
    t_doc_take(&t.d, doc);
    assert_non_null(t.d.prog);
    t.run = ckp_run_new(t.d.prog, "run");
    t_inputs(&t, json_object());

    for (int i = 0; i < 10000; i++) {
        const ckp_input_t  in = { .now_ms = t.now, .seed = t.seed, .ref = "",
                                  .kind = i == 0 ? CKP_IN_RECOVER
                                                 : CKP_IN_TICK };

        assert_int_equal(ckp_run_feed(t.run, &in, &t.turn, &t.err), CKP_OK);

        if (t.turn.final) {
            break;
        }
    }

    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
a_chain_of_as_many_tasks_as_may_be_runs(void **state)
{
    run_many(many(2000, 'c'));
}


static void
a_diamond_of_as_many_tasks_as_may_be_runs(void **state)
{
    run_many(many(2000, 'd'));
}


static void
more_tasks_than_that_are_refused(void **state)
{
    t_doc_t  t;

    t_doc_take(&t, many(2001, 'c'));
    assert_null(t.prog);
    t_says(&t, "CKP006", T_AT "/tasks");
    t_doc_free(&t);
}


static json_t *
edges(size_t n)
{
    json_t *const  doc = many(200, 'x');
    json_t *const  list = json_array();

    for (size_t i = 0; i < 200 && json_array_size(list) < n; i++) {
        for (size_t k = i + 1; k < 200 && json_array_size(list) < n; k++) {
            json_array_append_new(list, json_pack("{s:o, s:o}", "from",
                json_sprintf("t%zu", i), "to", json_sprintf("t%zu", k)));
        }
    }

    json_t *const  node = json_object_get(json_object_get(
        json_object_get(doc, "workflow_graph"), "nodes"), "main");
    json_t        *task;
    size_t         at;

    json_array_foreach(json_object_get(node, "tasks"), at, task) {
        json_object_del(task, "depends_on");
    }

    json_object_set_new(node, "edges", list);

    return doc;
}


static void
edges_have_a_bound_of_their_own(void **state)
{
    t_doc_t  t;

    t_doc_take(&t, edges(10000));
    assert_non_null(t.prog);
    t_doc_free(&t);

    t_doc_take(&t, edges(10001));
    assert_null(t.prog);
    t_says(&t, "CKP006", T_AT "/edges/10000");
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(what_is_right_is_not_told),
        cmocka_unit_test(tasks_may_be_an_object),
        cmocka_unit_test(a_chain_of_as_many_tasks_as_may_be_runs),
        cmocka_unit_test(a_diamond_of_as_many_tasks_as_may_be_runs),
        cmocka_unit_test(more_tasks_than_that_are_refused),
        cmocka_unit_test(edges_have_a_bound_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
