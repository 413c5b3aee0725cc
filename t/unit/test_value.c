/*
 * What values mean: text, truth, numbers, comparison.
 */

#include "lang.h"
#include "lang/value.h"


static void
text_is(const char *value, const char *want)
{
    json_t *const  v = t_json(value);
    ckp_buf_t      b;

    ckp_buf_init(&b, 1000);
    ckp_value_text(&b, v);
    assert_string_equal(ckp_buf_str(&b), want);
    ckp_buf_free(&b);
    json_decref(v);
}


static void
test_values_have_a_text(void **state)
{
    text_is("\"a\\\"b\"", "a\"b");
    text_is("null", "");
    text_is("5", "5");
    text_is("5.0", "5");
    text_is("0.1", "0.1");
    text_is("true", "true");
    text_is("[1.0,\"a\"]", "[1.0,\"a\"]");
    text_is("{}", "{}");
}


static void
test_falsehood_is_listed(void **state)
{
    const char *const  no[] = { "false", "null", "0", "0.0", "\"\"", "[]",
                                "{}", "\"False\"", "\"NO\"", "\"0\"",
                                "\"none\"", "\"Null\"" };
    const char *const  yes[] = { "true", "1", "-0.5", "\"a\"", "[0]",
                                 "{\"a\":0}", "\" \"", "\"00\"", "\"off\"" };

    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        json_t *const  v = t_json(no[i]);

        if (ckp_value_truthy(v)) {
            fail_msg("%s is true", no[i]);
        }

        json_decref(v);
    }

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        json_t *const  v = t_json(yes[i]);

        if (!ckp_value_truthy(v)) {
            fail_msg("%s is false", yes[i]);
        }

        json_decref(v);
    }

    assert_false(ckp_value_truthy(NULL));
}


static void
number_is(const char *value, const char *want)
{
    json_t *const  v = t_json(value);
    json_t        *n = NULL;

    if (!ckp_value_number(v, &n)) {
        assert_string_equal(want, "none");

    } else {
        t_is(n, want, value);
    }

    json_decref(n);
    json_decref(v);
}


static void
test_texts_that_are_wholly_numbers_are_numbers(void **state)
{
    number_is("\" 42\\n\"", "42");
    number_is("\"-1.50\"", "-1.5");
    number_is("\"1e3\"", "1000.0");
    number_is("\"9223372036854775808\"", "9.223372036854776e+18");
    number_is("7", "7");
    number_is("\"\"", "none");
    number_is("\"007\"", "none");
    number_is("\"+5\"", "none");
    number_is("\"5.\"", "none");
    number_is("\".5\"", "none");
    number_is("\"1e\"", "none");
    number_is("\"1 2\"", "none");
    number_is("\"0x10\"", "none");
    number_is("\"1e999\"", "none");
    number_is("\"inf\"", "none");
    number_is("true", "none");
    number_is("null", "none");
}


static void
equal_is(const char *a, const char *b, bool want)
{
    json_t *const  x = t_json(a);
    json_t *const  y = t_json(b);

    if (ckp_value_equal(x, y) != want || ckp_value_equal(y, x) != want) {
        fail_msg("%s == %s is not %d", a, b, want);
    }

    json_decref(x);
    json_decref(y);
}


static void
test_equality_converts_numbers_and_booleans(void **state)
{
    equal_is("5", "\"5\"", true);
    equal_is("5", "\"5.0\"", true);
    equal_is("5", "\"five\"", false);
    equal_is("\"5\"", "\"5.0\"", false);
    equal_is("true", "\"Yes\"", true);
    equal_is("false", "\"no\"", true);
    equal_is("false", "\"\"", false);
    equal_is("true", "1", false);
    equal_is("null", "\"\"", false);
    equal_is("null", "null", true);
    equal_is("[1]", "[1.0]", true);
    equal_is("[1]", "[\"1\"]", false);
}


static void
order_is(const char *a, const char *b, int want)
{
    json_t *const  x = t_json(a);
    json_t *const  y = t_json(b);
    int            order = 9;

    if (!ckp_value_order(x, y, &order)) {
        order = 9;
    }

    if (order != want) {
        fail_msg("%s and %s: %d", a, b, order);
    }

    json_decref(x);
    json_decref(y);
}


static void
test_order_is_of_numbers_or_of_texts(void **state)
{
    order_is("1", "2", -1);
    order_is("2.5", "2", 1);
    order_is("\"10\"", "\"9\"", 1);
    order_is("\"10\"", "9", 1);
    order_is("\"10\"", "\"9x\"", -1);
    order_is("\"2026-01-02\"", "\"2026-01-10\"", -1);
    order_is("\"a\"", "\"\xc3\xa9\"", -1);
    order_is("\"\xef\xbf\xbd\"", "\"\xf0\x9f\x98\x80\"", -1);
    order_is("9007199254740993", "9007199254740992.0", 1);
    order_is("9223372036854775807", "1e19", -1);
    order_is("-1e19", "-9223372036854775808", -1);
    order_is("null", "1", 9);
    order_is("\"a\"", "1", 9);
    order_is("true", "false", 9);
    order_is("[1]", "[2]", 9);
}


static void
contains_is(const char *a, const char *b, bool want)
{
    json_t *const  x = t_json(a);
    json_t *const  y = t_json(b);

    if (ckp_value_contains(x, y) != want) {
        fail_msg("%s contains %s is not %d", a, b, want);
    }

    json_decref(x);
    json_decref(y);
}


static void
test_contains_depends_on_the_whole(void **state)
{
    contains_is("\"abc\"", "\"b\"", true);
    contains_is("\"a5c\"", "5", true);
    contains_is("\"abc\"", "null", false);
    contains_is("[1,\"b\"]", "\"1\"", true);
    contains_is("[1,\"bc\"]", "\"b\"", false);
    contains_is("[null]", "null", true);
    contains_is("[]", "null", false);
    contains_is("{\"key\":1}", "\"key\"", true);
    contains_is("{\"a\":{\"b\":[\"deep text\"]}}", "\"text\"", true);
    contains_is("{\"a\":{\"b\":42}}", "4", true);
    contains_is("{\"a\":{\"bc\":1}}", "\"bc\"", false);
    contains_is("123", "2", true);
    contains_is("true", "\"ru\"", true);
    contains_is("null", "\"n\"", false);
}


static void
test_decimals_settle_and_fractions_stay(void **state)
{
    assert_true(ckp_num_settle(7 * 1.05) == 7.35);
    assert_true(ckp_num_settle(0.1 + 0.2) == 0.3);
    assert_true(ckp_num_settle(1.0 / 3) == 1.0 / 3);
    assert_true(ckp_num_settle(3.141592653589793) == 3.141592653589793);
    assert_true(ckp_num_settle(1e300 * 1.1) == 1.1e300);
}


static void
test_characters_are_counted_not_bytes(void **state)
{
    const char *const  s = "a\xc3\xa9\xf0\x9f\x98\x80z";
    ckp_buf_t          b;

    assert_int_equal(ckp_text_length(s, strlen(s)), 4);
    assert_int_equal(ckp_text_offset(s, strlen(s), 2), 3);
    assert_int_equal(ckp_text_offset(s, strlen(s), 9), strlen(s));
    ckp_buf_init(&b, 20);
    ckp_text_put(&b, 'a');
    ckp_text_put(&b, 0xe9);
    ckp_text_put(&b, 0x1f600);
    ckp_text_put(&b, 'z');
    assert_string_equal(ckp_buf_str(&b), s);
    ckp_buf_free(&b);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_values_have_a_text),
        cmocka_unit_test(test_falsehood_is_listed),
        cmocka_unit_test(test_texts_that_are_wholly_numbers_are_numbers),
        cmocka_unit_test(test_equality_converts_numbers_and_booleans),
        cmocka_unit_test(test_order_is_of_numbers_or_of_texts),
        cmocka_unit_test(test_contains_depends_on_the_whole),
        cmocka_unit_test(test_decimals_settle_and_fractions_stay),
        cmocka_unit_test(test_characters_are_counted_not_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
