/* Checkpoints of one turn: the first is whole, others tell what changed. */

#include "drive.h"

#define MANY  150


/* A run through so many nodes without a rest; the text lives until the next. */

static const char *
many_nodes(void)
{
    static char  text[MANY * 200];
    char         nodes[MANY * 180];
    size_t       len = 0;

    for (int i = 0; i < MANY; i++) {
        len += (size_t) snprintf(nodes + len, sizeof(nodes) - len,
                   "'n%d':{'type':'sequence','next_node':'n%d','steps':[{"
                   "'step_id':'s','action':'set_variable','params':{"
                   "'variable':'v%d','value':%d}}]},", i, i + 1, i % 7, i);
    }

    snprintf(text, sizeof(text), T_GRAPH("n0", "%s'n%d':{'type':'terminate'}",
                                         ""), nodes, MANY);

    return text;
}


static const json_t *
t_points_row(const t_run_t *t, size_t at)
{
    const ckp_write_t *const  w = &t->turn.writes[at];

    return strcmp(w->table, "checkpoint") == 0 ? w->row : NULL;
}


static void
test_each_state_of_a_turn_is_the_one_of_its_event(void **ctx)
{
    t_run_t  t;
    int64_t  seq = 0;
    size_t   n = 0;

    t_run(&t, many_nodes());
    assert_string_equal(t_status(&t), "completed");

    for (size_t i = 0; i < t.turn.nwrites; i++) {
        const json_t *const  row = t_points_row(&t, i);

        if (row == NULL) {
            continue;
        }

        json_t *const  state = t_point(&t, i);
        const char    *parent = ckp_json_str(row, "checkpoint_id");

        assert_int_equal(ckp_json_int(state, "seq", -1),
                         ckp_json_int(row, "seq", 0));
        assert_string_equal(ckp_json_str(state, "cp"), parent);
        assert_true(ckp_json_int(row, "seq", 0) >= seq);
        seq = ckp_json_int(row, "seq", 0);
        json_decref(state);
        n++;
    }

    assert_true(n > MANY);
    t_run_over(&t);
}


static void
test_what_is_written_of_a_node_does_not_grow_with_the_state(void **ctx)
{
    t_run_t  t;
    size_t   parts = 0;
    size_t   since = 0;
    size_t   whole = 0;

    t_run(&t, many_nodes());

    for (size_t i = 0; i < t.turn.nwrites; i++) {
        const json_t *const  row = t_points_row(&t, i);

        if (row == NULL) {
            continue;
        }

        if (ckp_json_bool(row, "part", false)) {
            assert_in_range(strlen(ckp_json_str(row, "state")), 10, 300);
            parts++;
            since++;

        } else {
            whole++;
            since = 0;
        }

        /* who asks for one does not put together all of a long turn */

        assert_in_range(since, 0, 63);
    }

    assert_in_range(whole, 2, 5);
    assert_true(parts > MANY - 5);
    t_run_over(&t);
}


/* Who loads the run takes it: no event behind it tells of the turn. */

static void
test_the_checkpoint_of_the_last_event_is_whole(void **ctx)
{
    t_run_t        t;
    const json_t  *last = NULL;

    t_run(&t, many_nodes());

    for (size_t i = 0; i < t.turn.nwrites; i++) {
        last = t_points_row(&t, i) == NULL ? last : t_points_row(&t, i);
    }

    const char *const  text = ckp_json_str(last, "state");
    json_t *const      state = ckp_json_parse(text, strlen(text), NULL);
    json_t *const      now = ckp_run_save(t.run);

    assert_false(ckp_json_bool(last, "part", false));
    assert_true(ckp_json_equal(state, now));
    json_decref(state);
    json_decref(now);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_each_state_of_a_turn_is_the_one_of_its_event),
        cmocka_unit_test(
            test_what_is_written_of_a_node_does_not_grow_with_the_state),
        cmocka_unit_test(test_the_checkpoint_of_the_last_event_is_whole)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
