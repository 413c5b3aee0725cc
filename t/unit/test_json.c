/*
 * JSON: the limits of the parser, both sides; text, equality, pointers.
 */

#include <stdlib.h>

#include "lang.h"


static void
parses(const char *text)
{
    json_decref(t_json(text));
}


static void
refuses_bytes(const char *text, size_t len, ckp_code_t code,
    const char *sentence)
{
    ckp_err_t  err = CKP_ERR_INIT;

    assert_null(ckp_json_parse(text, len, &err));

    if (err.code != code || strstr(err.msg, sentence) == NULL) {
        fail_msg("%.60s: %d %s", text, err.code, err.msg);
    }
}


static void
refuses(const char *text, ckp_code_t code, const char *sentence)
{
    refuses_bytes(text, strlen(text), code, sentence);
}


/* n copies of `part` between `head` and `tail`; to be freed. */
static char *
repeated(const char *head, const char *part, size_t n, const char *tail)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, 16 << 20);
    ckp_buf_puts(&b, head);

    for (size_t i = 0; i < n; i++) {
        ckp_buf_puts(&b, part);
    }

    ckp_buf_puts(&b, tail);

    return b.data;
}


static void
test_malformed_text_is_refused_with_its_place(void **state)
{
    refuses("", CKP_E_INVALID, "line 1, column 1");
    refuses("{\"a\":1,\n\"a\":2}", CKP_E_INVALID,
            "duplicate member name at line 2");
    refuses("[1,]", CKP_E_INVALID, "line 1");
    refuses("[1] 2", CKP_E_INVALID, "after the end");
    refuses("{a:1}", CKP_E_INVALID, "column 2");
    refuses("'a'", CKP_E_INVALID, "line 1");
    refuses("nul", CKP_E_INVALID, "line 1");
    refuses("\"\\ud800\"", CKP_E_INVALID, "nicode");
    refuses("\"\xff\"", CKP_E_INVALID, "UTF-8");
    refuses("\"\\u0000\"", CKP_E_INVALID, "NUL");
    refuses("{\"\\u0000\":1}", CKP_E_INVALID, "NUL");
    refuses("\xef\xbb\xbf{}", CKP_E_INVALID, "byte order mark");
    refuses_bytes("[1]\0", 4, CKP_E_INVALID, "NUL");
    refuses("9223372036854775808", CKP_E_INVALID, "out of range");
    refuses("1e400", CKP_E_INVALID, "out of range");
    refuses("NaN", CKP_E_INVALID, "line 1");
    refuses("[\"\xc3\xa9\", \"\xed\xa0\x80\"]", CKP_E_INVALID,
            "invalid UTF-8 at line 1, column 8");
    refuses("\"\xc0\x80\"", CKP_E_INVALID, "UTF-8");
    refuses("\"\xf4\x90\x80\x80\"", CKP_E_INVALID, "UTF-8");
    refuses("\"\xe2\x82", CKP_E_INVALID, "UTF-8");
    refuses("\"\\\xc3\xa9\"", CKP_E_INVALID,
            "unknown escape at line 1, column 2");
    refuses("[-", CKP_E_INVALID, "end of the text at line 1, column 3");
    parses("\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\xc2\x80\"");
    parses("9223372036854775807");
    parses("-9223372036854775808");
    parses(" null ");
    parses("\"\\ud83d\\ude00\"");
}


static void
test_numbers_may_be_long(void **state)
{
    char *const    text = repeated("0.", "0", 300, "e300");
    char *const    part = repeated("0.", "3", 300, "");
    json_t *const  zero = t_json(text);
    json_t *const  third = t_json(part);

    assert_true(json_real_value(zero) < 1e-300);
    assert_true(json_real_value(third) > 0.333
                && json_real_value(third) < 0.334);
    json_decref(zero);
    json_decref(third);
    free(text);
    free(part);
}


static void
test_depth_is_limited_to_64(void **state)
{
    char  text[200];

    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    parses(text);

    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    text[130] = '\0';
    refuses(text, CKP_E_LIMIT, "nested too deep, at most 64 at line 1");
    parses("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
           "[[[[[[[[[[[[[[[[[[\"]");
}


static void
test_sizes_and_counts_are_limited(void **state)
{
    char  *text = repeated("{\"", "k", 1024, "\":1}");

    parses(text);
    free(text);
    text = repeated("{\"", "k", 1025, "\" :1}");
    refuses(text, CKP_E_LIMIT, "member name too long");
    free(text);
    text = repeated("{\"", "\\u00e9", 513, "\":1}");
    refuses(text, CKP_E_LIMIT, "member name too long");
    free(text);
    text = repeated("\"", "\\ud83d\\ude00", 262144, "\"");
    parses(text);
    free(text);
    text = repeated("\"", "s", 1048576, "\"");
    parses(text);
    free(text);
    text = repeated("\"", "s", 1048577, "\"");
    refuses(text, CKP_E_LIMIT, "string too long");
    free(text);
    text = repeated("[1", ",1", 199998, "]");
    parses(text);
    free(text);
    text = repeated("[1", ",1", 199999, "]");
    refuses(text, CKP_E_LIMIT, "too many values");
    free(text);
}


static void
test_other_limits_can_be_given(void **state)
{
    const ckp_json_limits_t  limits = { 2, 3, 1, 2 };
    ckp_err_t                err = CKP_ERR_INIT;
    json_t                  *v = ckp_json_parse_within("{\"a\":[\"xy\"]}", 12,
                                                       &limits, &err);

    assert_non_null(v);
    json_decref(v);
    assert_null(ckp_json_parse_within("[1,2,3]", 7, &limits, &err));
    assert_int_equal(err.code, CKP_E_LIMIT);
}


static void
round_trip(const char *text, const char *want)
{
    json_t *const  v = t_json(text);

    t_is(v, want, text);
    assert_int_equal(ckp_json_size(v, 1000), strlen(want));
    assert_int_equal(ckp_json_size(v, 1), 1);
    json_decref(v);
}


static void
test_text_is_compact_and_numbers_are_short(void **state)
{
    round_trip("{ \"b\" : [ 1 , 2.50 ] , \"a\" : null }",
               "{\"b\":[1,2.5],\"a\":null}");
    round_trip("[0.1,1e21,5.0,-0.0,1e-7,123456789012345680.0,1e15,0]",
               "[0.1,1e+21,5.0,-0.0,1e-07,1.2345678901234568e+17,1e+15,0]");
    round_trip("\"\\u0001\\n\\t\\\"\\\\\\/\\u00e9\\u007f\"",
               "\"\\u0001\\n\\t\\\"\\\\/\xc3\xa9\x7f\"");
    round_trip("[[],{},true,false,\"\"]", "[[],{},true,false,\"\"]");
    round_trip("-9223372036854775808", "-9223372036854775808");
}


/* The text of a value: all of it, its size, behind another text, and into a
 * buffer that has room for it or for a byte less. */

static void
text_everywhere(const json_t *v, const char *want)
{
    const size_t  len = strlen(want);
    char *const   text = ckp_json_text(v);
    ckp_buf_t     b;

    assert_string_equal(text, want);
    ckp_free(text);
    assert_int_equal(ckp_json_size(v, 2000), len);

    for (size_t less = 0; less < 2; less++) {
        ckp_buf_init(&b, 2 + len - less);
        ckp_buf_puts(&b, "[,");
        ckp_json_put(&b, v);
        assert_int_equal(b.failed, less == 0 ? CKP_OK : CKP_E_LIMIT);
        assert_true(less == 1 || strcmp(b.data + 2, want) == 0);
        ckp_buf_free(&b);
    }
}


static void
test_texts_of_each_length_are_written_wherever_they_fall(void **state)
{
    for (size_t len = 0; len < 300; len++) {
        const size_t  specials = len < 40 ? len + 1 : 1;

        /* nothing to escape, then something at each place */

        for (size_t at = 0; at < specials; at++) {
            char     text[310];
            char     want[620];
            char     name[64];
            json_t  *v;

            memset(text, 'x', len);
            text[len] = '\0';

            if (at > 0) {
                text[at - 1] = '"';
            }

            snprintf(name, sizeof(name), "%.*s", (int) (len % 50), text);
            v = json_pack("[{s:s}]", name, text);

            size_t  n = (size_t) sprintf(want, "[{\"");

            for (const char *const *p = (const char *[]) { name, text, NULL };
                 *p != NULL; p++)
            {
                for (const char *c = *p; *c != '\0'; c++) {
                    n += (size_t) sprintf(want + n, *c == '"' ? "\\%c" : "%c",
                                          *c);
                }

                n += (size_t) sprintf(want + n, *p == name ? "\":\"" : "\"}]");
            }

            text_everywhere(v, want);
            json_decref(v);
        }
    }
}


static void
test_integers_of_each_length_are_written(void **state)
{
    int64_t  n = 1;

    for (size_t digits = 1; digits < 19; digits++, n *= 10) {
        const int64_t  some[] = { n, n - 1, -n, 1 - n, n + n / 7, -n - n / 3 };

        for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
            json_t *const  v = json_integer(some[i]);
            char           want[CKP_INT_LEN];

            snprintf(want, sizeof(want), "%lld", (long long) some[i]);
            text_everywhere(v, want);
            json_decref(v);
        }
    }
}


static void
test_every_double_reads_back_as_itself(void **state)
{
    uint64_t  bits = 88172645463325252u;
    char      text[CKP_REAL_LEN];

    for (int i = 0; i < 20000; i++) {
        double  d;

        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&d, &bits, sizeof(d));

        if (d - d != 0) {
            continue;
        }

        ckp_real_text(d, text);
        assert_true(strtod(text, NULL) == d);
        assert_true(strlen(text) < CKP_REAL_LEN);
    }
}


static void
test_canonical_text_has_its_keys_sorted(void **state)
{
    json_t *const  v = t_json("{\"b\":{\"z\":1,\"y\":2},\"a\":[{\"d\":0,"
                              "\"c\":0}],\"\xc3\xa9\":1,\"z\":2}");
    char *const    text = ckp_json_canonical(v);

    assert_string_equal(text, "{\"a\":[{\"c\":0,\"d\":0}],\"b\":{\"y\":2,"
                              "\"z\":1},\"z\":2,\"\xc3\xa9\":1}");
    ckp_free(text);
    json_decref(v);
}


static void
test_members_are_read_by_type(void **state)
{
    json_t *const  v = t_json("{\"s\":\"x\",\"i\":5,\"r\":5.0,\"f\":1.5,"
                              "\"t\":true}");

    assert_string_equal(ckp_json_str(v, "s"), "x");
    assert_null(ckp_json_str(v, "i"));
    assert_null(ckp_json_str(NULL, "i"));
    assert_int_equal(ckp_json_int(v, "i", 1), 5);
    assert_int_equal(ckp_json_int(v, "r", 1), 5);
    assert_int_equal(ckp_json_int(v, "f", 1), 1);
    assert_int_equal(ckp_json_int(v, "s", 1), 1);
    assert_true(ckp_json_num(v, "f", 0) == 1.5);
    assert_true(ckp_json_num(v, "i", 0) == 5);
    assert_true(ckp_json_bool(v, "t", false));
    assert_true(ckp_json_bool(v, "i", true));
    json_decref(v);
}


static void
equal_is(const char *a, const char *b, bool want)
{
    json_t *const  x = t_json(a);
    json_t *const  y = t_json(b);

    if (ckp_json_equal(x, y) != want || ckp_json_equal(y, x) != want) {
        fail_msg("%s and %s", a, b);
    }

    json_decref(x);
    json_decref(y);
}


static void
test_equality_is_deep_and_exact(void **state)
{
    equal_is("1", "1.0", true);
    equal_is("{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", true);
    equal_is("[1,2]", "[2,1]", false);
    equal_is("[1]", "[1,1]", false);
    equal_is("{\"a\":1}", "{\"b\":1}", false);
    equal_is("{\"a\":1}", "{\"a\":1,\"b\":1}", false);
    equal_is("\"1\"", "1", false);
    equal_is("true", "false", false);
    equal_is("null", "null", true);
    equal_is("9007199254740993", "9007199254740992.0", false);
    equal_is("9223372036854775807", "9223372036854775808.0", false);
    equal_is("-9223372036854775808", "-9223372036854775808.0", true);
    assert_false(ckp_json_equal(NULL, json_null()));
}


static void
test_depth_is_told(void **state)
{
    json_t *const  v = t_json("{\"a\":[1,{\"b\":[]}]}");

    assert_true(ckp_json_deeper(v, 3));
    assert_false(ckp_json_deeper(v, 4));
    assert_false(ckp_json_deeper(json_null(), 0));
    json_decref(v);
}


static void
pointer_is(const json_t *v, const char *pointer, const char *want)
{
    const json_t *const  found = ckp_pointer_get(v, pointer);

    if (found == NULL) {
        assert_string_equal(want, "missing");

    } else {
        t_is(found, want, pointer);
    }
}


static void
test_pointers_are_those_of_rfc_6901(void **state)
{
    json_t *const  v = t_json("{\"a/b\":{\"m~n\":[7,8]},\"\":1,\"e\":{}}");
    ckp_buf_t      b;

    ckp_buf_init(&b, 100);
    ckp_pointer_push(&b, "a/b");
    ckp_pointer_push(&b, "m~n");
    ckp_pointer_push(&b, "1");
    assert_string_equal(ckp_buf_str(&b), "/a~1b/m~0n/1");
    pointer_is(v, ckp_buf_str(&b), "8");
    ckp_buf_free(&b);

    pointer_is(v, "/", "1");
    pointer_is(v, "/e", "{}");
    pointer_is(v, "/a~1b/m~0n/01", "missing");
    pointer_is(v, "/a~1b/m~0n/-1", "missing");
    pointer_is(v, "/a~1b/m~0n/2", "missing");
    pointer_is(v, "/a~1b/m~0n/", "missing");
    pointer_is(v, "/a~1b/m~0n/0/x", "missing");
    pointer_is(v, "/a~2b", "missing");
    pointer_is(v, "/a~", "missing");
    pointer_is(v, "e", "missing");
    assert_ptr_equal(ckp_pointer_get(v, ""), v);
    json_decref(v);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_malformed_text_is_refused_with_its_place),
        cmocka_unit_test(test_numbers_may_be_long),
        cmocka_unit_test(test_depth_is_limited_to_64),
        cmocka_unit_test(test_sizes_and_counts_are_limited),
        cmocka_unit_test(test_other_limits_can_be_given),
        cmocka_unit_test(test_text_is_compact_and_numbers_are_short),
        cmocka_unit_test(
            test_texts_of_each_length_are_written_wherever_they_fall),
        cmocka_unit_test(test_integers_of_each_length_are_written),
        cmocka_unit_test(test_every_double_reads_back_as_itself),
        cmocka_unit_test(test_canonical_text_has_its_keys_sorted),
        cmocka_unit_test(test_members_are_read_by_type),
        cmocka_unit_test(test_equality_is_deep_and_exact),
        cmocka_unit_test(test_depth_is_told),
        cmocka_unit_test(test_pointers_are_those_of_rfc_6901),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
