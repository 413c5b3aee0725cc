/* Several inputs, one turn: ckp_run_open and ckp_run_close. */

#include "drive.h"

#include "base/json_read.h"

#define TWO                                                                   \
    T_GRAPH("a", T_SEQ("{'step_id':'s','action':'work',"                      \
                       "'output_variable':'r'},"                              \
                       "{'step_id':'t','action':'more'}") "," T_END, "")


static void
t_close(t_run_t *t)
{
    t->rc = ckp_run_close(t->run, &t->turn);
    assert_int_equal(t->rc, CKP_OK);
    t_story(t);
}


/* What the events of a turn make of the state before is the state after. */

static void
t_folds(const t_run_t *t, const json_t *before)
{
    ckp_err_t         err = CKP_ERR_INIT;
    ckp_run_t *const  run = ckp_run_load(t->d.prog, "run", before, &err);
    json_t           *a, *b;

    assert_non_null(run);

    for (size_t i = 0; i < t->turn.nevents; i++) {
        const char *const  text = t->turn.events[i].delta;
        json_t            *delta = NULL;

        if (text != NULL) {
            delta = ckp_json_read(text, strlen(text), &err);
            assert_non_null(delta);
        }

        assert_int_equal(ckp_run_apply(run, t->turn.events[i].seq, delta,
                                       &err), CKP_OK);
        json_decref(delta);
    }

    a = ckp_run_save(run);
    b = ckp_run_save(t->run);
    assert_true(ckp_json_equal(a, b));
    json_decref(a);
    json_decref(b);
    ckp_run_free(run);
}


static void
test_a_reply_and_what_it_leads_to_are_one_turn(void **ctx)
{
    t_run_t  t;
    json_t  *before;
    size_t   deltas = 0;

    t_run(&t, TWO);
    t_admit(&t);
    before = ckp_run_save(t.run);

    ckp_run_open(t.run);
    t_ok(&t, json_pack("{s:i}", "n", 1));
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t.turn.nevents, 0);
    assert_int_equal(t.turn.nwrites, 0);
    assert_int_equal(t.turn.neffects, 1);
    assert_int_equal(t.turn.effects[0].kind, CKP_FX_ADMIT);

    t_admit(&t);
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t.turn.neffects, 1);
    assert_int_equal(t.turn.effects[0].kind, CKP_FX_CALL);

    t_close(&t);
    assert_string_equal(t.story,
                        "step_completed step_started step_dispatched");
    assert_int_equal(t.turn.neffects, 0);

    for (size_t i = 0; i < t.turn.nevents; i++) {
        deltas += t.turn.events[i].delta != NULL;
    }

    assert_int_equal(deltas, 1);
    assert_non_null(t.turn.events[t.turn.nevents - 1].delta);
    t_folds(&t, before);

    json_decref(before);
    t_run_over(&t);
}


static void
test_what_does_not_fit_takes_nothing_along(void **ctx)
{
    t_run_t  t;
    json_t  *before, *between, *after;

    t_run(&t, TWO);
    t_admit(&t);
    before = ckp_run_save(t.run);

    ckp_run_open(t.run);
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, "none", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t_ok(&t, json_pack("{s:i}", "n", 1));
    assert_int_equal(t.rc, CKP_OK);

    between = ckp_run_save(t.run);
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, "1:1", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    after = ckp_run_save(t.run);
    assert_true(ckp_json_equal(between, after));

    t_close(&t);
    assert_string_equal(t.story, "step_completed step_started");
    t_folds(&t, before);

    json_decref(before);
    json_decref(between);
    json_decref(after);
    t_run_over(&t);
}


static void
test_a_turn_of_nothing_is_nothing(void **ctx)
{
    t_run_t  t;

    t_run(&t, TWO);
    ckp_run_open(t.run);
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, "none", NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    t_close(&t);
    assert_int_equal(t.turn.nevents + t.turn.nwrites + t.turn.nmetrics, 0);
    assert_int_equal(t.turn.checkpoint, 0);

    /* and the next one is a turn of its own again */

    t_admit(&t);
    assert_string_equal(t.story, "step_dispatched");
    t_run_over(&t);
}


/* What is over before it was begun is the host's to forget. */

static void
test_a_call_of_the_turn_is_given_up_aloud(void **ctx)
{
    t_run_t  t;

    t_run(&t, TWO);
    ckp_run_open(t.run);
    t_admit(&t);
    assert_int_equal(t.turn.neffects, 1);
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "reason", "enough"));
    assert_int_equal(t.rc, CKP_OK);
    assert_int_equal(t.turn.neffects, 1);
    assert_int_equal(t.turn.effects[0].kind, CKP_FX_ABORT);
    assert_string_equal(t.turn.effects[0].ref, t.ref);
    assert_int_equal(t.turn.final, 1);
    t_close(&t);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_reply_and_what_it_leads_to_are_one_turn),
        cmocka_unit_test(test_what_does_not_fit_takes_nothing_along),
        cmocka_unit_test(test_a_turn_of_nothing_is_nothing),
        cmocka_unit_test(test_a_call_of_the_turn_is_given_up_aloud)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
