/*
 * Form D: a list of steps means one dag node (spec/ckp.md 11.6).
 */

#include <dirent.h>

#include "file.h"
#include "dag/dag.h"
#include "drive.h"

#define T_STEP(id, config, more)                                              \
    "{'id':'" id "','type':'task','config':{'action':'go',"                   \
    "'duration_seconds':0" config "}" more "}"


static const ckp_dag_t *
dag(const t_doc_t *t)
{
    return ckp_program_node(t->prog, "main")->u.dag;
}


/* Time goes on until the run is over. */
static void
to_the_end(t_run_t *t)
{
    for (int i = 0; i < 1000 && strcmp(t_status(t), "running") == 0; i++) {
        t_tick(t);
        assert_int_equal(t->rc, CKP_OK);
    }
}


static void
a_list_is_one_dag_and_an_end(void **state)
{
    t_doc_t  t;

    t_compiles(&t, "{'name':'Some steps','steps':["
               T_STEP("b", ",'max_retries':2", ",'depends_on':['a']") ","
               T_STEP("a", ",'x':7", "") "]}");
    assert_string_equal(t.prog->procedure_id, "some-steps");
    assert_string_equal(t.prog->version, "1");
    assert_string_equal(t.prog->start->id, "main");
    assert_int_equal(t.prog->nnodes, 2);
    assert_int_equal(t.prog->nvars, 1);
    assert_string_equal(t.prog->vars[0].name, "order_id");
    assert_int_equal(dag(&t)->ntasks, 2);
    assert_int_equal(dag(&t)->max_parallel, 1);
    assert_string_equal(dag(&t)->tasks[0].id, "b");
    assert_int_equal(dag(&t)->order[0], 1);

    const ckp_step_t *const  b = dag(&t)->tasks[0].body->u.sequence->steps;
    const ckp_step_t *const  a = dag(&t)->tasks[1].body->u.sequence->steps;

    assert_string_equal(b->action, "simulate_task");
    assert_true(b->retries);
    assert_int_equal(b->retry.max_attempts, 3);
    assert_int_equal(b->retry.base_ms, 0);
    assert_int_equal(b->retry.strategy, CKP_BACKOFF_FIXED);
    assert_false(a->retries);

    const json_t *const  params = ckp_template_source(a->params);

    assert_string_equal(ckp_json_str(params, "business_action"), "go");
    assert_int_equal(ckp_json_int(params, "duration_ms", -1), 0);
    assert_int_equal(ckp_json_int(json_object_get(params, "config"), "x", 0),
                     7);
    t_doc_free(&t);
}


static void
durations_are_milliseconds_and_one_second_by_default(void **state)
{
    t_doc_t        t;
    const json_t  *params;

    t_compiles(&t, "{'name':'n','max_parallel':3,'steps':[{'id':'a','config':"
               "{'action':'x','duration_seconds':1.5}},{'id':'b','config':{"
               "'action':'x'}}]}");
    assert_int_equal(dag(&t)->max_parallel, 3);
    params = ckp_template_source(
                 dag(&t)->tasks[0].body->u.sequence->steps[0].params);
    assert_int_equal(ckp_json_int(params, "duration_ms", -1), 1500);
    params = ckp_template_source(
                 dag(&t)->tasks[1].body->u.sequence->steps[0].params);
    assert_int_equal(ckp_json_int(params, "duration_ms", -1), 1000);
    t_doc_free(&t);
}


static void
what_is_wrong_is_told_where_it_was_written(void **state)
{
    t_wants("CKP018", "", "{'steps':[" T_STEP("a", "", "") "]}");
    t_wants("CKP018", "/name", "{'name':'','steps':[" T_STEP("a", "", "")
            "]}");
    t_wants("CKP501", "/steps", "{'name':'n','steps':[]}");
    t_wants("CKP015", "/steps/0", "{'name':'n','steps':[7]}");
    t_wants("CKP018", "/steps/0", "{'name':'n','steps':[{'config':{'action':"
            "'x'}}]}");
    t_wants("CKP102", "/steps/1/id", "{'name':'n','steps':["
            T_STEP("a", "", "") "," T_STEP("a", "", "") "]}");
    t_wants("CKP503", "/steps/0/depends_on/0", "{'name':'n','steps':["
            T_STEP("a", "", ",'depends_on':['z']") "]}");
    t_wants("CKP510", "/steps", "{'name':'n','steps':["
            T_STEP("a", "", ",'depends_on':['b']") ","
            T_STEP("b", "", ",'depends_on':['a']") "]}");
    t_wants("CKP511", "/steps/0", "{'name':'n','steps':[{'id':'a'}]}");
    t_wants("CKP511", "/steps/0/config", "{'name':'n','steps':[{'id':'a',"
            "'config':{}}]}");
    t_wants("CKP511", "/steps/0/config/action", "{'name':'n','steps':[{'id':"
            "'a','config':{'action':7}}]}");
    t_wants("CKP015", "/steps/0/type", "{'name':'n','steps':[{'id':'a',"
            "'type':7,'config':{'action':'x'}}]}");
    t_wants("CKP312", "/max_parallel", "{'name':'n','max_parallel':0,"
            "'steps':[" T_STEP("a", "", "") "]}");
}


static void
numbers_have_bounds(void **state)
{
    t_doc_t  t;

    t_wants("CKP512", "/steps/0/config/fail_probability", "{'name':'n',"
            "'steps':[{'id':'a','config':{'action':'x','fail_probability':"
            "1.01}}]}");
    t_wants("CKP512", "/steps/0/config/fail_probability", "{'name':'n',"
            "'steps':[{'id':'a','config':{'action':'x','fail_probability':"
            "-0.1}}]}");
    t_wants("CKP512", "/steps/0/config/duration_seconds", "{'name':'n',"
            "'steps':[{'id':'a','config':{'action':'x','duration_seconds':"
            "-1}}]}");
    t_wants("CKP015", "/steps/0/config/duration_seconds", "{'name':'n',"
            "'steps':[{'id':'a','config':{'action':'x','duration_seconds':"
            "'1'}}]}");
    t_wants("CKP512", "/steps/0/config/max_retries", "{'name':'n',"
            "'steps':[{'id':'a','config':{'action':'x','max_retries':1.5}}]}");
    t_wants("CKP512", "/steps/0/config/max_retries", "{'name':'n',"
            "'steps':[{'id':'a','config':{'action':'x','max_retries':-1}}]}");

    t_compiles(&t, "{'name':'n','steps':[{'id':'a','config':{'action':'x',"
               "'fail_probability':1,'duration_seconds':0,'max_retries':0}},"
               "{'id':'b','config':{'action':'x','fail_probability':0}}]}");
    t_doc_free(&t);
}


static void
a_cycle_is_told_as_a_way(void **state)
{
    t_doc_t        t;
    const json_t  *d;

    t_doc(&t, "{'name':'n','steps':[" T_STEP("a", "", ",'depends_on':['c']")
          "," T_STEP("b", "", ",'depends_on':['a']") ","
          T_STEP("c", "", ",'depends_on':['b']") "," T_STEP("d", "", "") "]}");
    d = t_doc_find(&t, "CKP510", NULL);
    assert_non_null(d);
    assert_non_null(strstr(ckp_json_str(d, "message"), "a -> b -> c -> a"));
    t_doc_free(&t);
}


static void
steps_run_one_at_a_time_in_stable_order(void **state)
{
    static const char *const  want[] = { "c", "a", "b", "d" };
    t_run_t                   t;
    size_t                    n = 0;

    t_run(&t, "{'name':'n','steps':[" T_STEP("a", "", ",'depends_on':['c']")
          "," T_STEP("b", "", ",'depends_on':['c']") "," T_STEP("c", "", "")
          "," T_STEP("d", "", ",'depends_on':['a','b']") "]}");

    for (int turn = 0; turn < 20 && n < 4; turn++) {
        for (size_t i = 0; i < t.turn.nevents; i++) {
            if (strcmp(t.turn.events[i].type, "task_started") == 0) {
                assert_string_equal(want[n++],
                    ckp_json_str(t.turn.events[i].payload, "task_id"));
            }
        }

        if (strcmp(t_status(&t), "running") == 0) {
            t_tick(&t);
        }
    }

    assert_int_equal(n, 4);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
the_outputs_are_those_of_all_tasks(void **state)
{
    t_run_t        t;
    ckp_summary_t  sum;
    const json_t  *tasks;

    t_run(&t, "{'name':'n','steps':[" T_STEP("a b", "", "") ","
          T_STEP("c", "", ",'depends_on':['a b']") "]}");
    to_the_end(&t);
    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.status, "completed");
    tasks = json_object_get(sum.outputs, "tasks");
    assert_int_equal(json_object_size(sum.outputs), 1);
    assert_int_equal(json_object_size(tasks), 2);
    assert_string_equal(ckp_json_str(json_object_get(tasks, "a b"), "status"),
                        "success");
    t_run_over(&t);
}


static void
a_failing_step_is_tried_again_at_once_and_then_fails_the_run(void **state)
{
    t_run_t        t;
    ckp_summary_t  sum;
    size_t         retries = 0;

    t_run(&t, "{'name':'n','steps':["
          T_STEP("a", ",'fail_probability':1,'max_retries':2", "") ","
          T_STEP("b", "", ",'depends_on':['a']") "]}");

    for (int turn = 0; turn < 20; turn++) {
        for (size_t i = 0; i < t.turn.nevents; i++) {
            const ckp_event_t *const  ev = &t.turn.events[i];

            assert_string_not_equal(ev->node_id == NULL ? "" : ev->node_id,
                                    "b");

            if (strcmp(ev->type, "task_retry") == 0) {
                retries++;
                assert_int_equal(ckp_json_int(ev->payload, "delay_ms", -1), 0);
                assert_int_equal(ckp_json_int(ev->payload, "max_attempts", -1),
                                 3);
            }
        }

        if (strcmp(t_status(&t), "running") == 0) {
            t_tick(&t);

        } else {
            break;
        }
    }

    assert_int_equal(retries, 2);
    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.status, "failed");
    assert_string_equal(ckp_json_str(sum.error, "type"), "TaskFailed");
    assert_string_equal(ckp_json_str(sum.error, "task_id"), "a");
    assert_string_equal(ckp_json_str(json_object_get(sum.error, "cause"),
                                     "type"), "TaskExecutionError");
    t_run_over(&t);
}


static json_t *
sample(const char *name)
{
    char         path[512];
    json_t      *doc;

    snprintf(path, sizeof(path), "../../shared/samples/%s", name);
    doc = t_file(path);

    return json_is_array(json_object_get(doc, "steps")) ? doc
           : (json_decref(doc), NULL);
}


static void
the_samples_run_to_their_end(void **state)
{
    DIR *const      dir = opendir("../../shared/samples");
    struct dirent  *entry;
    size_t          n = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        json_t *const  doc = strstr(entry->d_name, ".json") == NULL ? NULL
                             : sample(entry->d_name);
        t_run_t        t;

        if (doc == NULL) {
            continue;
        }

        memset(&t, 0, sizeof(t));
        t.now = 1700000000000;
        t_doc_take(&t.d, doc);
        assert_int_equal(ckp_diags_errors(t.d.diags), 0);
        t.run = ckp_run_new(t.d.prog, "sample");
        t_inputs(&t, json_object());
        t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
        assert_int_equal(t.rc, CKP_OK);
        to_the_end(&t);
        assert_true(strcmp(t_status(&t), "completed") == 0
                    || strcmp(t_status(&t), "failed") == 0);
        t_run_over(&t);
        n++;
    }

    if (dir == NULL) {
        print_message("no samples here: skipped\n");
        skip();
    }

    closedir(dir);
    assert_true(n >= 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_list_is_one_dag_and_an_end),
        cmocka_unit_test(durations_are_milliseconds_and_one_second_by_default),
        cmocka_unit_test(what_is_wrong_is_told_where_it_was_written),
        cmocka_unit_test(numbers_have_bounds),
        cmocka_unit_test(a_cycle_is_told_as_a_way),
        cmocka_unit_test(steps_run_one_at_a_time_in_stable_order),
        cmocka_unit_test(the_outputs_are_those_of_all_tasks),
        cmocka_unit_test(
            a_failing_step_is_tried_again_at_once_and_then_fails_the_run),
        cmocka_unit_test(the_samples_run_to_their_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
