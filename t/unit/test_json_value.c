/*
 * JSON values as such.  That they do what jansson's do the fuzzer compares
 * (t/fuzz/value.c); here is what that one cannot see.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"


static void
t_is(const json_t *v, const char *text)
{
    char *const  own = ckp_json_text(v);

    assert_non_null(own);
    assert_string_equal(own, text);
    ckp_free(own);
}


static void
test_members_keep_their_order_and_are_found_when_they_are_many(void **ctx)
{
    json_t *const  o = json_object();
    const char    *name;
    json_t        *v;
    char           text[24];
    int            n = 0;

    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof(text), "member %d", i);
        assert_int_equal(json_object_set_new(o, text, json_integer(i)), 0);
    }

    for (int i = 0; i < 5000; i += 2) {
        snprintf(text, sizeof(text), "member %d", i);
        assert_int_equal(json_object_del(o, text), 0);
        assert_int_equal(json_object_del(o, text), -1);
    }

    assert_int_equal(json_object_size(o), 2500);

    json_object_foreach(o, name, v) {
        snprintf(text, sizeof(text), "member %d", 2 * n + 1);
        assert_string_equal(name, text);
        assert_ptr_equal(json_object_get(o, text), v);
        assert_int_equal(json_integer_value(v), 2 * n + 1);
        n++;
    }

    assert_int_equal(n, 2500);
    json_decref(o);
}


/* Those that come and go in one place make no object grow. */

static void
test_places_of_members_that_went_are_used_again(void **ctx)
{
    json_t *const  o = json_pack("{s:i, s:i}", "first", 1, "last", 2);
    char           name[24];

    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        (void) json_object_set_new(o, name, json_null());
        (void) json_object_set_new(o, "other", json_null());
        (void) json_object_del(o, name);
        (void) json_object_del(o, "other");
    }

    assert_true(((json_object_t *) o)->room <= 16);
    t_is(o, "{\"first\":1,\"last\":2}");
    json_decref(o);
}


static void
test_names_of_the_same_beginning_are_told_apart(void **ctx)
{
    static const char *const  names[] = {
        "", "a", "aa", "aaaaaaa", "aaaaaaaa", "aaaaaaaab", "aaaaaaaac",
        "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab", "abaaaaaa", "b"
    };
    json_t *const  o = json_object();

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void) json_object_set_new(o, names[i], json_integer((int) i));
    }

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(json_integer_value(json_object_get(o, names[i])), i);
    }

    assert_null(json_object_get(o, "aaaaaaaaa"));
    assert_null(json_object_getn(o, "a\0", 2));
    json_decref(o);
}


static void
test_what_is_no_utf8_is_no_text_and_no_name(void **ctx)
{
    json_t *const  o = json_object();

    assert_null(json_string("\xff"));
    assert_null(json_stringn("ok \xc3", 4));
    assert_null(json_sprintf("%s", "\xed\xa0\x80"));
    assert_int_equal(json_object_set_new(o, "long enough \xfe", json_null()),
                     -1);
    assert_int_equal(json_object_set_new(o, "\xc3\xa4", json_true()), 0);
    t_is(o, "{\"\xc3\xa4\":true}");
    json_decref(o);
}


static void
test_what_a_pack_steals_is_gone_when_it_fails(void **ctx)
{
    json_t *const  kept = json_string("kept");
    json_t *const  given = json_string("given");

    json_incref(given);
    assert_null(json_pack("{s:s, s:o, s:O}", "none", (char *) NULL, "o",
                          given, "O", kept));
    assert_int_equal(given->refs, 1);
    assert_int_equal(kept->refs, 1);

    json_incref(given);
    assert_null(json_pack("[o, s]", given, "\xff"));
    assert_int_equal(given->refs, 1);
    assert_null(json_pack("{s:i", "a", 1));
    assert_null(json_pack("[i] ]", 1));

    json_decref(given);
    json_decref(kept);
}


static void
test_a_text_with_a_length_needs_no_end(void **ctx)
{
    char *const    text = malloc(3);
    json_t        *v;

    memcpy(text, "abc", 3);
    v = json_pack("{s%:s%, s:[s%]}", text, (size_t) 2, text + 1, (size_t) 2,
                  "c", text, (size_t) 3);
    t_is(v, "{\"ab\":\"bc\",\"c\":[\"abc\"]}");
    json_decref(v);
    free(text);
}


static void
test_texts_of_a_deep_copy_are_its_own(void **ctx)
{
    json_t *const  v = json_pack("[s, [s]]", "secret", "other");
    json_t *const  copy = json_deep_copy(v);

    memset((char *) json_string_value(json_array_get(v, 0)), 0, 6);
    t_is(copy, "[\"secret\",[\"other\"]]");
    json_decref(copy);
    json_decref(v);
}


static void
test_members_may_go_while_one_walks(void **ctx)
{
    json_t *const  o = json_pack("{s:i, s:i, s:i, s:i}", "a", 1, "b", 2, "c",
                                 3, "d", 4);
    const char    *name;
    json_t        *v;
    int            seen = 0;

    json_object_foreach(o, name, v) {
        seen++;

        if (json_integer_value(v) % 2 == 0) {
            (void) json_object_del(o, name);
        }
    }

    assert_int_equal(seen, 4);
    t_is(o, "{\"a\":1,\"c\":3}");
    json_decref(o);
}


static void
test_small_numbers_are_nobodys(void **ctx)
{
    json_t *const  v = json_integer(7);

    assert_ptr_equal(v, json_integer(7));
    json_decref(v);
    json_decref(v);
    assert_int_equal(json_integer_value(v), 7);

    for (json_int_t i = -3; i < 300; i++) {
        json_t *const  n = json_integer(i);

        assert_int_equal(json_integer_value(n), i);
        json_decref(n);
    }
}


static void
test_an_indented_text_has_a_line_for_each_item(void **ctx)
{
    json_t *const  v = json_pack("{s:[i, {s:[], s:{}}], s:s}", "a", 1, "b",
                                 "c", "d\n", "x");
    char *const    text = ckp_json_indented(v);

    assert_string_equal(text, "{\n  \"a\": [\n    1,\n    {\n"
                        "      \"b\": [],\n      \"c\": {}\n    }\n  ],\n"
                        "  \"d\\n\": \"x\"\n}");
    ckp_free(text);
    json_decref(v);
}


/* --- memory ------------------------------------------------------------------ */

static long  t_left;            /* requests before they are refused */


static void *
t_get(size_t size)
{
    if (t_left-- > 0) {
        return malloc(size);
    }

    ckp_memory_refused();

    return NULL;
}


static json_t *
t_work(void)
{
    json_t *const  o = json_pack("{s:[i, s, {s:f}], s:o?}", "a", 1000, "text",
                                 "r", 1.5, "n", json_integer(1 << 20));
    json_t        *copy;
    char           name[40];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "a member that is called %d", i);

        if (json_object_set_new(o, name, json_sprintf("%d", i)) != 0) {
            json_decref(o);
            return NULL;
        }
    }

    (void) json_object_del(o, "n");
    copy = json_deep_copy(o);
    json_decref(o);

    if (json_object_update(copy, json_object_get(copy, "none")) == 0
        || json_array_insert_new(json_object_get(copy, "a"), 0, json_object())
           != 0)
    {
        json_decref(copy);
        return NULL;
    }

    return copy;
}


static void
test_each_request_of_memory_may_be_refused(void **ctx)
{
    json_t  *v = NULL;
    long     n;

    for (n = 0; v == NULL; n++) {
        assert_true(n < 1000);
        t_left = n;
        ckp_memory_from(t_get, free, NULL);
        v = t_work();
        ckp_memory_from(NULL, NULL, NULL);
    }

    assert_true(n > 60);
    assert_int_equal(json_object_size(v), 21);
    json_decref(v);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            test_members_keep_their_order_and_are_found_when_they_are_many),
        cmocka_unit_test(test_places_of_members_that_went_are_used_again),
        cmocka_unit_test(test_names_of_the_same_beginning_are_told_apart),
        cmocka_unit_test(test_what_is_no_utf8_is_no_text_and_no_name),
        cmocka_unit_test(test_what_a_pack_steals_is_gone_when_it_fails),
        cmocka_unit_test(test_a_text_with_a_length_needs_no_end),
        cmocka_unit_test(test_texts_of_a_deep_copy_are_its_own),
        cmocka_unit_test(test_members_may_go_while_one_walks),
        cmocka_unit_test(test_small_numbers_are_nobodys),
        cmocka_unit_test(test_an_indented_text_has_a_line_for_each_item),
        cmocka_unit_test(test_each_request_of_memory_may_be_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
