/*
 * Tests: loops.  Each states a sentence of spec/ckp.md 10.3.
 */

#include "drive.h"

#define LOOP(more, body)  OVER("'rows'", more, body)

#define OVER(what, more, body)                                                \
    "{'procedure_id':'p','version':'1','variables_schema':{"                  \
    "'rows':{'type':'any','default':['x','y','z']},"                          \
    "'sum':{'type':'any','default':0}},"                                      \
    "'workflow_graph':{'start_node':'each','nodes':{'each':{'type':'loop',"   \
    "'iterator':" what ",'body_node':'in','next_node':'end'" more "}," body   \
    ",'end':{'type':'terminate'}}}}"

#define SET(name, value)                                                      \
    "{'action':'set_variable','variable':'" name "','value':'" value "'}"


static json_t *
t_vars(const t_run_t *t)
{
    json_t *const  state = ckp_run_save(t->run);
    json_t *const  vars = json_incref(json_object_get(state, "vars"));

    json_decref(state);

    return vars;
}


static void
t_var_is(const t_run_t *t, const char *name, const char *text)
{
    json_t *const  vars = t_vars(t);
    char *const    s = ckp_json_canonical(json_object_get(vars, name));

    assert_non_null(s);
    assert_string_equal(s, text);
    free(s);
    json_decref(vars);
}


static size_t
t_times(const t_run_t *t, const char *type)
{
    size_t  n = 0;

    for (const char *p = strstr(t->story, type); p != NULL;
         p = strstr(p + 1, type))
    {
        n += (p == t->story || p[-1] == ' ')
             && (p[strlen(type)] == ' ' || p[strlen(type)] == '\0');
    }

    return n;
}


static void
a_loop_runs_its_body_for_each_element(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP(",'collect_variable':'got','index_variable':'i'",
                   "'in':{'type':'processing','operations':["
                   SET("item", "{{item}}-{{i}}-{{loop_index}}") "]}"));

    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(t_times(&t, "loop_iteration"), 3);
    assert_int_equal(t_times(&t, "loop_completed"), 1);
    t_var_is(&t, "got", "[\"x-0-0\",\"y-1-1\",\"z-2-2\"]");
    t_var_is(&t, "item", "\"z-2-2\"");
    t_var_is(&t, "i", "2");
    t_run_over(&t);
}


static void
an_empty_or_missing_iterator_means_no_iteration(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, OVER("'{{nope | null}}'", "",
                   "'in':{'type':'processing','operations':[]}"));
    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(t_times(&t, "loop_iteration"), 0);
    t_run_over(&t);
}


static void
objects_and_numbers_are_gone_over_too(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, OVER("{'a':1,'b':2}", ",'collect_expression':"
                   "'item.key + item.value','collect_variable':'got'",
                   "'in':{'type':'processing','operations':[]}"));
    t_var_is(&t, "got", "[\"a1\",\"b2\"]");
    t_run_over(&t);

    t_run(&t, OVER("'{{= 1 + 2 }}'", ",'collect_variable':'got'",
                   "'in':{'type':'processing','operations':[]}"));
    t_var_is(&t, "got", "[0,1,2]");
    t_run_over(&t);
}


static void
a_text_is_nothing_to_go_over(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, OVER("'{{run_id}}'", "",
                   "'in':{'type':'processing','operations':[]}"));
    assert_string_equal(t_status(&t), "failed");
    assert_non_null(strstr(t.story, "node_error"));
    t_run_over(&t);
}


static void
each_iteration_has_a_path_of_its_own(void **state)
{
    t_run_t  t;
    char     keys[3][300];

    (void) state;

    t_run(&t, LOOP("", "'in':{'type':'sequence','agent':'W','steps':["
                   "{'step_id':'s','action':'do','params':{'v':'{{item}}'}}]}"
                   ));

    for (int i = 0; i < 3; i++) {
        char  path[64];

        snprintf(path, sizeof(path), "run:each[%d]/in/s", i);
        assert_string_equal(t.key, path);
        t_admit(&t);
        snprintf(keys[i], sizeof(keys[i]), "%s", t.key);
        t_ok(&t, json_string("fine"));
        assert_int_equal(t.rc, CKP_OK);
    }

    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
a_failed_iteration_fails_the_loop(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP("", "'in':{'type':'processing','operations':["
                   "{'action':'fail','message':'no {{item}}'}]}"));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_times(&t, "loop_iteration"), 1);

    ckp_summary_t  sum;

    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.error_message, "iteration 0: no x");
    assert_string_equal(json_string_value(json_object_get(sum.error, "type")),
                        "LoopIterationFailed");
    t_run_over(&t);
}


static void
with_continue_on_error_it_goes_on(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP(",'continue_on_error':true,'collect_failures':true,"
                   "'collect_variable':'got'",
                   "'in':{'type':'logic','rules':[{'condition':"
                   "'item == y','next_node':'bad'}],"
                   "'default_next_node':'@end'},"
                   "'bad':{'type':'processing','operations':["
                   "{'action':'fail','message':'no'}]}"));
    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(t_times(&t, "loop_iteration_failed"), 1);

    json_t *const  vars = t_vars(&t);
    json_t *const  got = json_object_get(vars, "got");

    assert_int_equal(json_array_size(got), 3);
    assert_string_equal(json_string_value(json_array_get(got, 0)), "x");
    assert_string_equal(json_string_value(json_object_get(
                        json_array_get(got, 1), "status")), "failed");
    assert_string_equal(json_string_value(json_array_get(got, 2)), "z");
    json_decref(vars);
    t_run_over(&t);
}


static void
break_ends_the_loop_and_continue_the_iteration(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP(",'collect_variable':'got'",
                   "'in':{'type':'logic','rules':["
                   "{'condition':'item == x','next_node':'@continue'},"
                   "{'condition':'item == y','next_node':'@break'}],"
                   "'default_next_node':'@end'}"));
    assert_string_equal(t_status(&t), "completed");
    assert_int_equal(t_times(&t, "loop_iteration"), 2);
    t_var_is(&t, "got", "[\"x\"]");
    t_run_over(&t);
}


static void
max_iterations_cuts_without_an_error(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP(",'max_iterations':2,'collect_variable':'got'",
                   "'in':{'type':'processing','operations':[]}"));
    t_var_is(&t, "got", "[\"x\",\"y\"]");

    for (size_t i = 0; i < t.turn.nevents; i++) {
        if (strcmp(t.turn.events[i].type, "loop_completed") == 0) {
            assert_true(json_is_true(json_object_get(t.turn.events[i].payload,
                                                     "truncated")));
        }
    }

    t_run_over(&t);
}


static void
while_and_until_decide_before_and_after(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, "{'procedure_id':'p','version':'1','variables_schema':{"
          "'n':{'type':'number','default':0}},'workflow_graph':{'start_node':"
          "'each','nodes':{'each':{'type':'loop','while':'n < 3','body_node':"
          "'in','next_node':'again'},'in':{'type':'processing','operations':["
          "{'action':'set_variable','variable':'n','value':'{{= n + 1 }}'}]},"
          "'again':{'type':'loop','until':'n >= 5','body_node':'in2',"
          "'next_node':'end'},'in2':{'type':'processing','operations':["
          "{'action':'set_variable','variable':'n','value':'{{= n + 1 }}'}]},"
          "'end':{'type':'terminate'}}}}");
    assert_string_equal(t_status(&t), "completed");
    t_var_is(&t, "n", "5");
    t_run_over(&t);
}


static void
a_terminate_in_the_body_ends_the_run(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP("", "'in':{'type':'terminate','status':'failed',"
                   "'message':'enough'}"));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_times(&t, "loop_iteration"), 1);
    t_run_over(&t);
}


static void
loops_nest(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP(",'collect_variable':'got','collect_expression':'inner'",
                   "'in':{'type':'loop','iterator':'{{= 2 }}',"
                   "'iterator_variable':'k','collect_variable':'inner',"
                   "'collect_expression':'item + k','body_node':'op'},"
                   "'op':{'type':'processing','operations':["
                   "{'action':'noop'}]}"));
    assert_string_equal(t_status(&t), "completed");
    t_var_is(&t, "got", "[[\"x0\",\"x1\"],[\"y0\",\"y1\"],[\"z0\",\"z1\"]]");
    t_run_over(&t);
}


static void
a_run_tried_again_goes_on_in_the_iteration_that_failed(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP(",'collect_variable':'got'",
                   "'in':{'type':'sequence','agent':'W','steps':["
                   "{'step_id':'s','action':'do','output_variable':'item'}]}"
                   ));
    t_admit(&t);
    t_ok(&t, json_string("one"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");

    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "me"));
    assert_int_equal(t.rc, CKP_OK);
    assert_string_equal(t.key, "run:each[1]/in/s#1");
    t_admit(&t);
    t_ok(&t, json_string("two"));
    t_admit(&t);
    t_ok(&t, json_string("three"));
    assert_string_equal(t_status(&t), "completed");
    t_var_is(&t, "got", "[\"one\",\"two\",\"three\"]");
    t_run_over(&t);
}


static void
the_nodes_own_handlers_see_a_failed_iteration(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, LOOP(",'error_handlers':[{'error_type':'LoopIterationFailed',"
                   "'action':'goto','fallback_node':'end'}]",
                   "'in':{'type':'processing','operations':["
                   "{'action':'fail','message':'no'}]}"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
iterations_side_by_side_keep_their_variables_apart(void **state)
{
    t_run_t  t;
    char     refs[3][64];
    size_t   n = 0;

    (void) state;

    t_run(&t, LOOP(",'concurrency':2,'collect_variable':'got',"
                   "'collect_expression':'mine'",
                   "'in':{'type':'sequence','agent':'W','steps':["
                   "{'step_id':'s','action':'do','output_variable':'mine'}]}"
                   ));

    for (size_t i = 0; i < t.turn.neffects; i++) {
        if (t.turn.effects[i].kind == CKP_FX_ADMIT) {
            snprintf(refs[n++], 64, "%s", t.turn.effects[i].ref);
        }
    }

    assert_int_equal(n, 2);

    /* the second answers first */

    snprintf(t.ref, sizeof(t.ref), "%s", refs[1]);
    t_admit(&t);
    t_ok(&t, json_string("two"));
    snprintf(refs[2], 64, "%s", t.ref);
    snprintf(t.ref, sizeof(t.ref), "%s", refs[0]);
    t_admit(&t);
    t_ok(&t, json_string("one"));
    assert_string_equal(t_status(&t), "running");
    snprintf(t.ref, sizeof(t.ref), "%s", refs[2]);
    t_admit(&t);
    t_ok(&t, json_string("three"));
    assert_string_equal(t_status(&t), "completed");
    t_var_is(&t, "got", "[\"one\",\"two\",\"three\"]");
    t_var_is(&t, "mine", "\"three\"");
    t_var_is(&t, "item", "\"z\"");
    t_run_over(&t);
}


static void
a_loop_over_too_many_things_fails_as_a_limit(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, OVER("'{{= 10001 }}'", "",
                   "'in':{'type':'processing','operations':[]}"));
    assert_string_equal(t_status(&t), "failed");

    ckp_summary_t  sum;

    ckp_run_summary(t.run, &sum);
    assert_string_equal(json_string_value(json_object_get(sum.error, "type")),
                        "LimitExceeded");
    t_run_over(&t);
}


/* Rows of checkpoints of nodes, over all turns until the run rests or ends. */
static size_t
t_saved(t_run_t *t)
{
    size_t  n = 0;

    for (;;) {
        for (size_t i = 0; i < t->turn.nwrites; i++) {
            n += strcmp(t->turn.writes[i].table, "checkpoint") == 0;
        }

        if (t->turn.final) {
            return n;
        }

        t_tick(t);
        assert_int_equal(t->rc, CKP_OK);
    }
}


static void
a_long_loop_keeps_its_state_a_bounded_number_of_times(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, OVER("'{{= range(4000) }}'", "",
                   "'in':{'type':'processing','operations':[]}"));
    assert_in_range(t_saved(&t), 10, 1000);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
critical_nodes_are_those_that_nest(void **state)
{
    t_run_t  t;

    (void) state;

    t_run(&t, "{'procedure_id':'p','version':'1','global_config':{"
          "'checkpoint_strategy':'critical_nodes_only'},'workflow_graph':{"
          "'start_node':'each','nodes':{'each':{'type':'loop','iterator':"
          "'{{= 3 }}','body_node':'in','next_node':'end'},'in':{'type':"
          "'processing','operations':[]},'end':{'type':'terminate'}}}}");

    /* start, the loop, final */

    assert_int_equal(t_saved(&t), 3);
    t_run_over(&t);
}


static void
a_loop_without_a_body_or_an_iterator_does_not_compile(void **state)
{
    t_doc_t  d;

    (void) state;

    t_doc(&d, "{'procedure_id':'p','version':'1','workflow_graph':{"
          "'start_node':'a','nodes':{'a':{'type':'loop','iterator':'x'}}}}");
    assert_null(d.prog);
    t_says(&d, "CKP404", "/workflow_graph/nodes/a");
    t_doc_free(&d);

    t_doc(&d, "{'procedure_id':'p','version':'1','workflow_graph':{"
          "'start_node':'a','nodes':{'a':{'type':'loop','body_node':'b'},"
          "'b':{'type':'processing','operations':[]}}}}");
    assert_null(d.prog);
    t_says(&d, "CKP404", "/workflow_graph/nodes/a");
    t_doc_free(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_loop_runs_its_body_for_each_element),
        cmocka_unit_test(an_empty_or_missing_iterator_means_no_iteration),
        cmocka_unit_test(objects_and_numbers_are_gone_over_too),
        cmocka_unit_test(a_text_is_nothing_to_go_over),
        cmocka_unit_test(each_iteration_has_a_path_of_its_own),
        cmocka_unit_test(a_failed_iteration_fails_the_loop),
        cmocka_unit_test(with_continue_on_error_it_goes_on),
        cmocka_unit_test(break_ends_the_loop_and_continue_the_iteration),
        cmocka_unit_test(max_iterations_cuts_without_an_error),
        cmocka_unit_test(while_and_until_decide_before_and_after),
        cmocka_unit_test(a_terminate_in_the_body_ends_the_run),
        cmocka_unit_test(loops_nest),
        cmocka_unit_test(
            a_run_tried_again_goes_on_in_the_iteration_that_failed),
        cmocka_unit_test(the_nodes_own_handlers_see_a_failed_iteration),
        cmocka_unit_test(iterations_side_by_side_keep_their_variables_apart),
        cmocka_unit_test(a_loop_over_too_many_things_fails_as_a_limit),
        cmocka_unit_test(
            a_long_loop_keeps_its_state_a_bounded_number_of_times),
        cmocka_unit_test(critical_nodes_are_those_that_nest),
        cmocka_unit_test(
            a_loop_without_a_body_or_an_iterator_does_not_compile)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
