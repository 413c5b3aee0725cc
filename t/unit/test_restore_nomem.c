/*
 * Memory may run out anywhere while a run is set back, or is born with a saved
 * state: nothing is left behind, and who was refused none went all the way
 * (LINK_restore_nomem in t/Makefile).
 */

#include "drive.h"

#include <stdlib.h>

#include "starve.h"

#define TASK(id, more)                                                        \
    "{'task_id':'" id "','steps':[{'step_id':'s','agent':'W','action':'work'" \
    "}]" more "},"

/* A step with something to undo, tasks, and one of them that fails. */
#define DOC                                                                   \
    T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':'d','steps':"\
            "[{'step_id':'s','action':'work','output_variable':'a_r',"        \
            "'compensate':{'action':'log','message':'undone'}}]},"            \
            "'d':{'type':'dag','next_node':'end','tasks':["                   \
            TASK("x", "")                                                     \
            "{'task_id':'y','depends_on':['x'],'steps':[{'step_id':'s',"      \
            "'agent':'W','action':'work'}]}]}," T_END, "")


/* What a run was, and what it is to go on from. */

static t_run_t   first;
static json_t   *point;     /* the state, with one task done */
static json_t   *now;       /* the state when it had failed */


static void
step_done(t_run_t *t)
{
    t_admit(t);
    t_ok(t, json_integer(7));
    assert_int_equal(t->rc, CKP_OK);
}


static int
runs_to_its_failure(void **ctx)
{
    t_run(&first, DOC);
    step_done(&first);
    step_done(&first);
    point = ckp_run_save(first.run);
    t_admit(&first);
    t_failed(&first, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&first), "failed");
    now = ckp_run_save(first.run);

    return 0;
}


static int
is_over(void **ctx)
{
    json_decref(point);
    json_decref(now);
    t_run_over(&first);

    return 0;
}


/* {checkpoint_id, state, kind, vars, node?} */
static json_t *
asked(const char *node)
{
    return json_pack("{s:s, s:O, s:s, s:{s:i}, s:s*}", "checkpoint_id", "cp",
                     "state", point, "kind", "checkpoint", "vars", "a_r", 9,
                     "node", node);
}


/* The run of before, or a new one that is about to begin. */
static ckp_run_t *
run_of(const ckp_input_t *in)
{
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_run_t   *run;
    ckp_turn_t   turn;
    ckp_input_t  born = { .kind = CKP_IN_START, .ref = "", .now_ms = 1,
                          .data = in->data };

    if (in->kind == CKP_IN_RESUME) {
        return ckp_run_load(first.d.prog, "run", now, &err);
    }

    run = ckp_run_new(first.d.prog, "other");

    if (in->kind == CKP_IN_RECOVER) {
        assert_int_equal(ckp_run_feed(run, &born, &turn, &err), CKP_OK);
    }

    return run;
}


/* What it is after that input, with memory for n allocations; NULL: those did
 * not do. */
static json_t *
state_after(const ckp_input_t *in, long n)
{
    ckp_run_t *const  run = run_of(in);
    ckp_err_t         err = CKP_ERR_INIT;
    ckp_turn_t        turn;
    json_t           *state = NULL;
    ckp_code_t        rc;

    assert_non_null(run);
    refused = 0;
    good = n;
    rc = ckp_run_feed(run, in, &turn, &err);
    good = -1;

    if (rc == CKP_OK) {
        state = ckp_run_save(run);

    } else if (rc != CKP_E_NOMEM || refused == 0) {
        fail_msg("after %ld allocations: %d %s", n, rc, err.msg);
    }

    ckp_run_free(run);

    return state;
}


/* From no memory on, all of it or nothing; `one`: a single one is refused. */
static void
walk(const ckp_input_t *in, bool one)
{
    json_t *const  whole = state_after(in, -1);
    const long     before = alive;
    long           enough;

    assert_non_null(whole);

    for (enough = 0; ; enough++) {
        once = one;
        json_t *const  state = state_after(in, enough);
        const bool     had_all = refused == 0;

        if (state != NULL && !json_equal(state, whole)) {
            fail_msg("after %ld allocations it is another one", enough);
        }

        json_decref(state);
        assert_int_equal(alive, before);

        if (had_all) {
            break;
        }
    }

    assert_true(enough > 50);
    json_decref(whole);
}


static void
is_done_or_not(ckp_input_kind_t kind, json_t *data)
{
    const ckp_input_t  in = { .kind = kind, .ref = "", .data = data,
                              .now_ms = first.now + 1000 };

    walk(&in, false);
    walk(&in, true);
    json_decref(data);
}


static void
test_it_is_set_back_or_it_is_not(void **ctx)
{
    is_done_or_not(CKP_IN_RESUME, asked(NULL));
    is_done_or_not(CKP_IN_RESUME, asked("d"));
}


static void
test_it_is_tried_again_or_it_is_not(void **ctx)
{
    is_done_or_not(CKP_IN_RESUME, json_pack("{s:s}", "kind", "retry"));
}


static void
test_another_is_born_or_it_is_not(void **ctx)
{
    is_done_or_not(CKP_IN_START, json_pack("{s:{s:s}, s:o}", "meta",
                   "trigger_type", "manual", "from", asked(NULL)));
}


static void
test_the_other_begins_or_it_does_not(void **ctx)
{
    is_done_or_not(CKP_IN_RECOVER, json_pack("{s:{s:s}, s:o}", "meta",
                   "trigger_type", "manual", "from", asked(NULL)));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_it_is_set_back_or_it_is_not),
        cmocka_unit_test(test_it_is_tried_again_or_it_is_not),
        cmocka_unit_test(test_another_is_born_or_it_is_not),
        cmocka_unit_test(test_the_other_begins_or_it_does_not),
    };


    return cmocka_run_group_tests(tests, runs_to_its_failure, is_over);
}
