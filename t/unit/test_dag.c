/*
 * dag: tasks by data flow, run by hand (spec/ckp.md 11).
 */

#include "drive.h"

#include "dag/plan.h"

/* A document whose node `main` is a dag of these tasks, and more members. */
#define T_DAG(tasks, more)                                                    \
    T_GRAPH("main", "'main':{'type':'dag','next_node':'end','tasks':[" tasks  \
            "]" more "}," T_END, "")

#define T_SET(id, more)                                                       \
    "{'task_id':'" id "','step':{'action':'set_variable','variable':'" id     \
    "','value':'" id "'}" more "}"


static void
test_tasks_run_when_what_they_wait_for_is_done(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_SET("d", ",'depends_on':['b','c']") ","
                    T_SET("b", ",'depends_on':['a']") ","
                    T_SET("c", ",'depends_on':['a']") "," T_SET("a", ""), ""));

    printf("%s\n", t.story);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "d"), "\"d\"");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_tasks_run_when_what_they_wait_for_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
