/* The tree of a run's state: two operations, told as a delta, undone whole. */

#include "doc.h"

#include "delta.h"

#define P(...)  ((const char *const []) { __VA_ARGS__, NULL })


static char *
t_text(const json_t *v)
{
    static char    texts[4][4096];
    static int     n;
    char *const    text = texts[n++ % 4];
    char *const    s = v == NULL ? strdup("none") : ckp_json_text(v);

    snprintf(text, 4096, "%s", s);
    free(s);

    return text;
}


static void
t_begin(ckp_state_t *s, const char *root)
{
    assert_int_equal(ckp_state_init(s, t_doc_json(root)), CKP_OK);
    ckp_state_begin(s);
}


static void
t_ends(ckp_state_t *s, const char *delta, const char *root)
{
    const char    *made;
    json_t *const  want = t_doc_json(delta);
    json_t *const  tree = t_doc_json(root);

    assert_int_equal(ckp_state_end(s, &made), CKP_OK);
    assert_string_equal(made == NULL ? "none" : made, t_text(want));
    assert_string_equal(t_text(s->root), t_text(tree));

    json_decref(want);
    json_decref(tree);
    ckp_state_free(s);
}


static void
test_a_value_that_is_put_twice_is_told_once(void **ctx)
{
    ckp_state_t  s;

    t_begin(&s, "{'a':1}");
    ckp_state_put(&s, P("a"), json_integer(2));
    ckp_state_put(&s, P("b"), json_integer(3));
    ckp_state_put(&s, P("a"), json_integer(4));
    t_ends(&s, "[[['a'],4],[['b'],3]]", "{'a':4,'b':3}");
}


static void
test_what_changes_inside_a_new_object_is_told_with_it(void **ctx)
{
    ckp_state_t  s;

    t_begin(&s, "{}");
    ckp_state_put(&s, P("f"), json_object());
    ckp_state_put(&s, P("f", "x"), json_integer(1));
    ckp_state_put(&s, P("f", "y"), json_integer(2));
    ckp_state_del(&s, P("f", "x"));
    t_ends(&s, "[[['f'],{'y':2}]]", "{'f':{'y':2}}");
}


static void
test_a_mark_is_gone_back_to_in_the_midst_of_a_new_object(void **ctx)
{
    ckp_state_t  s;
    size_t       mark;

    t_begin(&s, "{'f':{'old':1}}");
    ckp_state_put(&s, P("f"), t_doc_json("{'n':{}}"));
    ckp_state_put(&s, P("f", "n", "x"), json_integer(1));
    mark = ckp_state_mark(&s);

    ckp_state_put(&s, P("f", "n", "x"), json_integer(2));
    ckp_state_put(&s, P("f", "n", "y"), t_doc_json("{'z':1}"));
    ckp_state_put(&s, P("f", "n", "y", "z"), json_integer(2));
    ckp_state_del(&s, P("f", "n", "y"));
    ckp_state_put(&s, P("g", "h", "i"), json_integer(3));
    ckp_state_undo(&s, mark);

    ckp_state_put(&s, P("f", "n", "w"), json_integer(4));
    t_ends(&s, "[[['f'],{'n':{'x':1,'w':4}}]]", "{'f':{'n':{'x':1,'w':4}}}");
}


static void
test_an_object_that_was_new_and_is_replaced_is_told_as_it_is(void **ctx)
{
    ckp_state_t  s;

    t_begin(&s, "{'a':{'b':1}}");

    for (int i = 0; i < 20; i++) {
        ckp_state_put(&s, P("a", "b"), json_object());
        ckp_state_put(&s, P("a", "b", "c"), json_integer(i));
        ckp_state_put(&s, P("a", "b", "c"), json_object());
        ckp_state_put(&s, P("a", "b", "c", "d"), json_integer(i));
        ckp_state_del(&s, P("a", "b"));
    }

    ckp_state_put(&s, P("a", "e"), json_integer(5));
    t_ends(&s, "[[['a','b']],[['a','e'],5]]", "{'a':{'e':5}}");
}


static void
test_a_change_below_is_overruled_by_one_above(void **ctx)
{
    ckp_state_t  s;

    t_begin(&s, "{'f':{'x':1}}");
    ckp_state_put(&s, P("f", "x"), json_integer(2));
    ckp_state_put(&s, P("f"), json_integer(3));
    t_ends(&s, "[[['f'],3]]", "{'f':3}");
}


static void
test_a_deletion_of_nothing_is_no_change(void **ctx)
{
    ckp_state_t  s;

    t_begin(&s, "{'a':1}");
    ckp_state_del(&s, P("b"));
    ckp_state_del(&s, P("b", "c"));
    assert_null(t_delta(&s));
    ckp_state_free(&s);
}


static void
test_a_turn_that_fails_leaves_the_tree_as_it_was(void **ctx)
{
    ckp_state_t  s;
    char         before[4096];

    t_begin(&s, "{'a':1,'f':{'x':[1,2],'y':{}}}");
    snprintf(before, sizeof(before), "%s", t_text(s.root));

    ckp_state_put(&s, P("a"), json_string("x"));
    ckp_state_put(&s, P("f", "y", "z"), json_integer(1));
    ckp_state_put(&s, P("f", "new"), json_object());
    ckp_state_put(&s, P("f", "new", "deep"), json_integer(1));
    ckp_state_del(&s, P("f", "x"));
    ckp_state_put(&s, P("f", "x"), json_integer(1));
    ckp_state_undo(&s, 0);

    json_t *const  want = t_doc_json(before);

    assert_true(json_equal(s.root, want));
    json_decref(want);
    ckp_state_free(&s);
}


static void
test_a_delta_gives_the_state_after_from_the_state_before(void **ctx)
{
    ckp_state_t   s;
    ckp_state_t   again;
    ckp_err_t     err = CKP_ERR_INIT;
    json_t       *delta;

    t_begin(&s, "{'a':1,'f':{'1':{'n':{'id':'x'}}}}");
    ckp_state_put(&s, P("f", "1", "n"), json_object());
    ckp_state_put(&s, P("f", "1", "n", "id"), json_string("y"));
    ckp_state_del(&s, P("a"));
    ckp_state_put(&s, P("a"), json_integer(9));
    ckp_state_put(&s, P("f", "2"), json_object());
    ckp_state_del(&s, P("f", "1", "n"));
    ckp_state_put(&s, P("g", "h", "i"), json_integer(1));
    ckp_state_del(&s, P("g", "h", "i"));
    delta = t_delta(&s);

    ckp_state_init(&again, t_doc_json("{'a':1,'f':{'1':{'n':{'id':'x'}}}}"));
    assert_int_equal(ckp_state_apply(&again, delta, &err), CKP_OK);
    assert_string_equal(t_text(again.root), t_text(s.root));

    json_decref(delta);
    ckp_state_free(&s);
    ckp_state_free(&again);
}


static void
test_what_was_made_on_the_way_is_undone_too(void **ctx)
{
    ckp_state_t  s;

    t_begin(&s, "{'a':5,'b':{}}");
    ckp_state_put(&s, P("a", "x", "y"), json_integer(1));
    ckp_state_put(&s, P("b", "c", "d"), json_integer(2));
    ckp_state_put(&s, P("e", "f"), json_integer(3));
    ckp_state_undo(&s, 0);
    assert_string_equal(t_text(s.root), "{\"a\":5,\"b\":{}}");
    ckp_state_free(&s);
}


static void
test_what_is_no_delta_is_refused(void **ctx)
{
    static const char *const  bad[] = {
        "[1]", "[[]]", "[[[],1]]", "[[[1],1]]", "[[['a'],1,2]]",
        "[[['1','2','3','4','5','6','7','8','9'],1]]"
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ckp_state_t    s;
        ckp_err_t      err = CKP_ERR_INIT;
        json_t *const  delta = t_doc_json(bad[i]);

        ckp_state_init(&s, NULL);
        assert_int_equal(ckp_state_apply(&s, delta, &err), CKP_E_INVALID);
        json_decref(delta);
        ckp_state_free(&s);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_value_that_is_put_twice_is_told_once),
        cmocka_unit_test(test_what_changes_inside_a_new_object_is_told_with_it),
        cmocka_unit_test(
            test_a_mark_is_gone_back_to_in_the_midst_of_a_new_object),
        cmocka_unit_test(
            test_an_object_that_was_new_and_is_replaced_is_told_as_it_is),
        cmocka_unit_test(test_a_change_below_is_overruled_by_one_above),
        cmocka_unit_test(test_a_deletion_of_nothing_is_no_change),
        cmocka_unit_test(test_a_turn_that_fails_leaves_the_tree_as_it_was),
        cmocka_unit_test(
            test_a_delta_gives_the_state_after_from_the_state_before),
        cmocka_unit_test(test_what_was_made_on_the_way_is_undone_too),
        cmocka_unit_test(test_what_is_no_delta_is_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
