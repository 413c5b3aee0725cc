/*
 * Paths: segments, pseudo-members, aggregates, assigning.
 */

#include "lang.h"
#include "lang/path.h"


/* "missing", or the JSON text of what lies there. */
static void
path_is(t_lang_t *t, const char *text, const char *want)
{
    ckp_err_t    err = CKP_ERR_INIT;
    size_t       used;
    ckp_path_t  *path = ckp_path_parse(text, strlen(text), &used, &err);
    json_t      *v;

    if (path == NULL) {
        fail_msg("%s: %s", text, err.msg);
        return;
    }

    assert_int_equal(used, strlen(text));
    v = ckp_path_resolve(path, &t->ev);

    if (v == NULL) {
        assert_string_equal("missing", want);

    } else {
        t_is(v, want, text);
    }

    json_decref(v);
    ckp_path_free(path);
}


static void
test_segments_lead_into_objects_and_arrays(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, "{\"o\":{\"a b\":1,\"0\":2,\"length\":9},"
                    "\"l\":[[1,2],{\"x\":null}],\"1a\":7,\"s\":\"\xc3\xa9x\","
                    "\"d\xc3\xa9\":4}");
    path_is(&t, "o[\"a b\"]", "1");
    path_is(&t, "o['a b']", "1");
    path_is(&t, "o[0]", "2");
    path_is(&t, "o.0", "2");
    path_is(&t, "l[0][-1]", "2");
    path_is(&t, "l.0.1", "2");
    path_is(&t, "l[2]", "missing");
    path_is(&t, "l[-3]", "missing");
    path_is(&t, "l.x", "missing");
    path_is(&t, "l['0']", "missing");
    path_is(&t, "l[1].x", "null");
    path_is(&t, "l[1].x.y", "missing");
    path_is(&t, "1a", "7");
    path_is(&t, "d\xc3\xa9", "4");
    path_is(&t, "s.0", "missing");
    path_is(&t, "nope", "missing");
    path_is(&t, "nope.x", "missing");
    t_lang_free(&t);
}


static void
test_sizes_are_members_unless_real_ones_exist(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, "{\"o\":{\"length\":9},\"l\":[1],\"s\":\"\xc3\xa9x\","
                    "\"n\":5}");
    path_is(&t, "o.length", "9");
    path_is(&t, "o.len", "1");
    path_is(&t, "o['len']", "missing");
    path_is(&t, "l.count", "1");
    path_is(&t, "s.length", "2");
    path_is(&t, "n.length", "missing");
    t_lang_free(&t);
}


static void
test_aggregates_are_the_last_word_on_arrays(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, "{\"r\":[{\"v\":2,\"d\":{\"p\":0.1}},{\"v\":\"3\","
                    "\"d\":{\"p\":0.2}},{\"v\":\"x\"}],\"e\":[],\"z\":null,"
                    "\"n\":[3,1,2]}");
    path_is(&t, "r.sum(v)", "5");
    path_is(&t, "r.sum(d.p)", "0.3");
    path_is(&t, "r.avg(v)", "2.5");
    path_is(&t, "r.min(v)", "2");
    path_is(&t, "r.max( v )", "3");
    path_is(&t, "r.count()", "3");
    path_is(&t, "r.count(d)", "2");
    path_is(&t, "r.first().v", "2");
    path_is(&t, "r.last()", "{\"v\":\"x\"}");
    path_is(&t, "r.join(v)", "\"2,3,x\"");
    path_is(&t, "r.pluck(v)", "[2,\"3\",\"x\"]");
    path_is(&t, "n.sum()", "6");
    path_is(&t, "n.max()", "3");
    path_is(&t, "e.sum(v)", "0");
    path_is(&t, "e.count()", "0");
    path_is(&t, "e.avg(v)", "null");
    path_is(&t, "e.first()", "null");
    path_is(&t, "e.join(v)", "null");
    path_is(&t, "z.sum(v)", "missing");
    path_is(&t, "n.first().sum()", "missing");
    t_lang_free(&t);
}


static void
ends_at(const char *text, size_t want)
{
    size_t       used = 99;
    ckp_path_t  *path = ckp_path_parse(text, strlen(text), &used, NULL);

    assert_int_equal(path == NULL ? SIZE_MAX : used, want);
    ckp_path_free(path);
}


static void
test_a_path_ends_where_it_cannot_go_on(void **state)
{
    ends_at("a.b c", 3);
    ends_at("a-b", 1);
    ends_at("a | x", 1);
    ends_at("a }}", 1);
    ends_at("", SIZE_MAX);
    ends_at(".a", SIZE_MAX);
    ends_at("a.", SIZE_MAX);
    ends_at("a..b", SIZE_MAX);
    ends_at("a[", SIZE_MAX);
    ends_at("a[]", SIZE_MAX);
    ends_at("a[x]", SIZE_MAX);
    ends_at("a['x]", SIZE_MAX);
    ends_at("a[1", SIZE_MAX);
    ends_at("a[99999999999]", SIZE_MAX);
    ends_at("a.foo(b)", SIZE_MAX);
    ends_at("a.sum(b", SIZE_MAX);
    ends_at("sum(b)", 3);
}


static void
test_sixty_four_segments_are_the_limit(void **state)
{
    char  text[400] = "a";

    for (int i = 0; i < 63; i++) {
        strcat(text, ".b");
    }

    ends_at(text, 127);
    strcat(text, ".b");
    ends_at(text, SIZE_MAX);
}


static void
test_the_first_two_names_are_told(void **state)
{
    size_t       used;
    ckp_path_t  *path = ckp_path_parse("secrets.key.x", 13, &used, NULL);

    assert_string_equal(ckp_path_first(path), "secrets");
    assert_string_equal(ckp_path_second(path), "key");
    assert_int_equal(ckp_path_depth(path), 3);
    ckp_path_free(path);

    path = ckp_path_parse("a[0]", 4, &used, NULL);
    assert_null(ckp_path_second(path));
    ckp_path_free(path);
}


static void
test_inner_scopes_hide_outer_ones(void **state)
{
    json_t *const  inner = t_json("{\"a\":null}");
    ckp_scope_t    scope = { .get = ckp_scope_object_get, .object = inner };
    t_lang_t       t;

    t_lang_init(&t, "{\"a\":1,\"b\":2}");
    scope.outer = &t.scope;
    t.ev.scope = &scope;
    path_is(&t, "a", "null");
    path_is(&t, "a.x", "missing");
    path_is(&t, "b", "2");
    json_decref(inner);
    t_lang_free(&t);
}


static void
test_assigning_makes_objects_and_leaves_shared_ones_alone(void **state)
{
    json_t *const  vars = t_json("{\"a\":{\"b\":{\"c\":1}},\"s\":\"x\","
                                 "\"z\":null}");
    json_t *const  shared = json_incref(json_object_get(vars, "a"));
    ckp_err_t      err = CKP_ERR_INIT;

    assert_int_equal(ckp_path_assign(vars, "a.b.d", json_integer(2), &err),
                     CKP_OK);
    assert_int_equal(ckp_path_assign(vars, "n.m", json_true(), &err), CKP_OK);
    assert_int_equal(ckp_path_assign(vars, "z.y", json_null(), &err), CKP_OK);
    assert_int_equal(ckp_path_assign(vars, "s", json_integer(1), &err),
                     CKP_OK);
    t_is(vars, "{\"a\":{\"b\":{\"c\":1,\"d\":2}},\"s\":1,\"z\":{\"y\":null},"
               "\"n\":{\"m\":true}}", "vars");
    t_is(shared, "{\"b\":{\"c\":1}}", "shared");
    json_decref(shared);
    json_decref(vars);
}


static void
test_assigning_through_a_scalar_is_refused(void **state)
{
    json_t *const  vars = t_json("{\"s\":\"x\",\"l\":[]}");
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_err_t      other = CKP_ERR_INIT;

    assert_int_equal(ckp_path_assign(vars, "s.a", json_integer(1), &err),
                     CKP_E_INVALID);
    assert_string_equal(err.msg, "\"s\" is no object but string");
    assert_int_equal(ckp_path_assign(vars, "l.0", json_integer(1), &other),
                     CKP_E_INVALID);
    assert_int_equal(ckp_path_assign(vars, "", json_integer(1), NULL),
                     CKP_E_INVALID);
    assert_int_equal(ckp_path_assign(vars, "a..b", json_integer(1), NULL),
                     CKP_E_INVALID);
    t_is(vars, "{\"s\":\"x\",\"l\":[]}", "vars");
    json_decref(vars);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_segments_lead_into_objects_and_arrays),
        cmocka_unit_test(test_sizes_are_members_unless_real_ones_exist),
        cmocka_unit_test(test_aggregates_are_the_last_word_on_arrays),
        cmocka_unit_test(test_a_path_ends_where_it_cannot_go_on),
        cmocka_unit_test(test_sixty_four_segments_are_the_limit),
        cmocka_unit_test(test_the_first_two_names_are_told),
        cmocka_unit_test(test_inner_scopes_hide_outer_ones),
        cmocka_unit_test(
            test_assigning_makes_objects_and_leaves_shared_ones_alone),
        cmocka_unit_test(test_assigning_through_a_scalar_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
