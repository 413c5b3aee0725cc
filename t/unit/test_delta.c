/*
 * The delta of a turn of many operations says the same as the operations.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ckp.h"
#include "base/json.h"
#include "delta.h"
#include "model/delta.h"
#include "slow.h"

static uint32_t  seed;


static uint32_t
chance(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;

    return (seed >> 8) % n;
}


/* The way to what the path's first names lead to, as far as these are objects;
 * how many it has. */
static size_t
way_to(const ckp_state_t *s, const char *const *path, size_t n, ckp_way_t *way)
{
    json_t  *at = s->root;
    size_t   depth = 0;

    *way = (ckp_way_t) { .n = 0 };

    while (depth + 1 < n && depth < CKP_WAY_MAX) {
        at = json_object_get(at, path[depth]);

        if (!json_is_object(at) || !ckp_way_on(way, path[depth])) {
            break;
        }

        way->at[depth++] = at;
    }

    return depth;
}


/* A put (value) or a deletion, by all of the path or from a way on. */
static void
change_on(ckp_state_t *s, const char *const *path, size_t n, json_t *value)
{
    ckp_way_t     way;
    const size_t  most = way_to(s, path, n, &way);
    const size_t  depth = most == 0 ? 0 : chance((uint32_t) most + 1);

    if (depth == 0) {
        assert_int_equal(value == NULL ? ckp_state_del(s, path)
                                       : ckp_state_put(s, path, value),
                         CKP_OK);
        return;
    }

    assert_int_equal(value == NULL
                     ? ckp_state_del_on(s, &way, depth, path + depth)
                     : ckp_state_put_on(s, &way, depth, path + depth, value),
                     CKP_OK);
}


/* A put or a deletion somewhere in a small tree. */
static void
change(ckp_state_t *s, size_t names, const char *prefix)
{
    const char  *path[5] = { NULL };
    char         text[4][300];
    const size_t n = 1 + chance(4);

    for (size_t i = 0; i < n; i++) {
        snprintf(text[i], sizeof(text[i]), "%s%u", prefix,
                 (unsigned) chance((uint32_t) names));
        path[i] = text[i];
    }

    switch (chance(5)) {

    case 0:
        change_on(s, path, n, NULL);
        break;

    case 1:
        change_on(s, path, n, json_object());
        break;

    default:
        change_on(s, path, n, json_integer(chance(1000)));
        break;
    }
}


/* What changes behind a mark leads from the state there to the one here. */

static void
since_the_middle(ckp_state_t *s, size_t nops, size_t names, const char *prefix)
{
    const size_t   mark = ckp_state_mark(s);
    json_t *const  chain = json_pack("[o]", json_deep_copy(s->root));
    ckp_buf_t      b;
    json_t        *whole;

    for (size_t i = 0; i < nops; i++) {
        change(s, names, prefix);
    }

    ckp_buf_init(&b, 1 << 24);
    assert_int_equal(ckp_delta_of(s, mark, &b), CKP_OK);

    if (b.len > 0) {
        json_array_append_new(chain, ckp_json_read(b.data, b.len, NULL));
    }

    whole = ckp_state_whole(chain, NULL);
    assert_true(json_equal(whole, s->root));
    ckp_buf_free(&b);
    json_decref(chain);
    json_decref(whole);
}


static void
turns(size_t nops, size_t names, const char *prefix)
{
    ckp_state_t  s;
    ckp_state_t  other;
    ckp_err_t    err = CKP_ERR_INIT;

    assert_int_equal(ckp_state_init(&s, NULL), CKP_OK);
    assert_int_equal(ckp_state_init(&other, NULL), CKP_OK);

    for (int turn = 0; turn < 20; turn++) {
        json_t  *delta;
        json_t  *op;
        size_t   i;

        /* one that does not hold, gone back to its middle and to its begin */

        ckp_state_begin(&s);

        for (i = 0; i < nops; i++) {
            change(&s, names, prefix);
        }

        const size_t   mark = ckp_state_mark(&s);
        json_t *const  middle = json_deep_copy(s.root);

        for (i = 0; i < nops; i++) {
            change(&s, names, prefix);
        }

        ckp_state_undo(&s, mark);
        assert_true(json_equal(s.root, middle));
        ckp_state_undo(&s, 0);
        assert_true(json_equal(s.root, other.root));
        json_decref(middle);

        ckp_state_begin(&s);

        for (i = 0; i < nops; i++) {
            change(&s, names, prefix);
        }

        since_the_middle(&s, nops, names, prefix);
        delta = t_delta(&s);

        json_array_foreach(delta, i, op) {
            assert_true(json_is_array(op));
        }

        if (delta != NULL) {
            assert_int_equal(ckp_state_apply(&other, delta, &err), CKP_OK);
        }

        assert_true(json_equal(s.root, other.root));
        json_decref(delta);
    }

    ckp_state_free(&s);
    ckp_state_free(&other);
}


static void
many_operations_fold_as_few_do(void **state)
{
    for (seed = 1; seed < 40; seed += t_each(8)) {
        const uint32_t  first = seed;

        turns(30, 3, "a");
        turns(200, 4, "a");
        turns(600, 12, "a");
        seed = first;
    }
}


static void
names_of_any_text_are_told_apart(void **state)
{
    seed = 7;
    turns(300, 4, "1:a");
    turns(300, 4, "\xc3\xa4 /~");
}


static void
long_paths_are_folded_as_well(void **state)
{
    char          name[2048];
    const char   *path[] = { "x", name, name, "y", NULL };
    ckp_state_t   s;
    json_t       *delta;

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(ckp_state_init(&s, json_pack("{s:{}}", "z")), CKP_OK);
    ckp_state_begin(&s);

    for (int i = 0; i < 100; i++) {
        char         own[24];
        const char  *other[] = { "z", own, NULL };

        snprintf(own, sizeof(own), "%d", i);
        assert_int_equal(ckp_state_put(&s, other, json_integer(i)), CKP_OK);
    }

    for (int i = 0; i < 5; i++) {
        assert_int_equal(ckp_state_put(&s, path, json_integer(i)), CKP_OK);
    }

    delta = t_delta(&s);
    assert_int_equal(json_array_size(delta), 101);
    json_decref(delta);
    ckp_state_free(&s);
}


static void
a_value_put_a_thousand_times_is_told_once(void **state)
{
    const char  *path[] = { "counts", "steps", NULL };
    ckp_state_t  s;
    json_t      *delta;

    assert_int_equal(ckp_state_init(&s, json_pack("{s:{}, s:{}}", "t",
                                                 "counts")), CKP_OK);
    ckp_state_begin(&s);

    for (int i = 0; i < 1000; i++) {
        char         own[24];
        const char  *other[] = { "t", own, NULL };

        snprintf(own, sizeof(own), "%d", i % 100);
        assert_int_equal(ckp_state_put(&s, other, json_integer(i)), CKP_OK);
        assert_int_equal(ckp_state_put(&s, path, json_integer(i)), CKP_OK);
    }

    delta = t_delta(&s);
    assert_int_equal(json_array_size(delta), 101);
    json_decref(delta);
    ckp_state_free(&s);
}


static void
what_is_no_state_is_refused(void **state)
{
    static const char *const  wrong[] = {
        "[]", "3", "[[[[\"a\"],1]]]", "[{},[[\"a\",1]]]", "[{},[[[],1]]]",
        "[{},[[[1],1]]]"
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        json_t *const  chain = ckp_json_parse(wrong[i], strlen(wrong[i]), NULL);
        ckp_err_t      err = CKP_ERR_INIT;

        assert_non_null(chain);
        assert_null(ckp_state_whole(chain, &err));
        assert_int_equal(err.code, CKP_E_INVALID);
        json_decref(chain);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(many_operations_fold_as_few_do),
        cmocka_unit_test(names_of_any_text_are_told_apart),
        cmocka_unit_test(long_paths_are_folded_as_well),
        cmocka_unit_test(a_value_put_a_thousand_times_is_told_once),
        cmocka_unit_test(what_is_no_state_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
