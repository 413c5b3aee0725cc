/*
 * The functions of spec/ckp.md 7.6, each on both sides of its rules.
 */

#include "lang.h"

typedef struct {
    const char  *source;
    const char  *want;
} row_t;


static void
rows_hold(const row_t *rows)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);

    for ( /* void */ ; rows->source != NULL; rows++) {
        t_value(&t, rows->source, rows->want);
    }

    t_lang_free(&t);
}


static void
test_lengths_count_elements_characters_and_members(void **state)
{
    const row_t  rows[] = {
        { "len(u.tags)", "2" }, { "length('h\xc3\xa9llo')", "5" },
        { "count(u)", "2" }, { "len(null)", "0" }, { "len(nope)", "0" },
        { "count(rows, v)", "2" }, { "count(rows, w)", "0" },
        { "len(5)", "error" }, { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_aggregates_skip_what_is_no_number(void **state)
{
    const row_t  rows[] = {
        { "sum([1, '2', 'x', null])", "3" }, { "sum([])", "0" },
        { "sum(null)", "0" }, { "sum(5)", "error" },
        { "sum(rows, v)", "5" }, { "sum(rows, 'v')", "5" },
        { "sum(rows, v * item.v)", "13" }, { "sum(rows, {{nope|v}})", "5" },
        { "sum([0.1, 0.2])", "0.3" },
        { "avg([1, 2])", "1.5" }, { "avg([1, 3])", "2" },
        { "avg([])", "null" }, { "avg(['a'])", "null" },
        { "min([3, 1, 2])", "1" }, { "max([3, '10', 2])", "10" },
        { "min(3, 1, 2)", "1" }, { "max(3, 7)", "7" },
        { "min(rows, v)", "2" }, { "max([])", "null" },
        { "min(['b', 'a'])", "\"a\"" }, { "max(['b', 'a'])", "\"b\"" },
        { "sum([9223372036854775807, 1])", "9.223372036854776e+18" },
        { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_lists_are_made_from_lists(void **state)
{
    const row_t  rows[] = {
        { "first(u.tags)", "\"x\"" }, { "last(u.tags)", "\"y\"" },
        { "first([])", "null" }, { "last(null)", "null" },
        { "first('a')", "error" },
        { "pluck(rows, v)", "[2,3]" }, { "pluck(rows, w)", "[null,null]" },
        { "unique([1, 1.0, '1', [1], [1]])", "[1,\"1\",[1]]" },
        { "sorted(['b', 10, null, 9, 'a', true])",
          "[9,10,\"a\",\"b\",true,null]" },
        { "sorted(rows, 0 - v)", "[{\"v\":3},{\"v\":2}]" },
        { "sorted([])", "[]" },
        { "reversed([1, 2])", "[2,1]" },
        { "flatten([1, [2, [3]]])", "[1,2,[3]]" },
        { "flatten([1, [2, [3]]], 2)", "[1,2,3]" },
        { "range(3)", "[0,1,2]" }, { "range(1, 3)", "[1,2]" },
        { "range(3, 0, -2)", "[3,1]" }, { "range(0, 1, 0)", "error" },
        { "range(-1)", "[]" },
        { "join(u.tags)", "\"x,y\"" }, { "join([1, null, 'a'], '-')",
          "\"1--a\"" }, { "join([])", "\"\"" },
        { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_numbers_are_converted_and_rounded(void **state)
{
    const row_t  rows[] = {
        { "abs(-5)", "5" }, { "abs('-1.5')", "1.5" }, { "abs('x')", "error" },
        { "round(2.5)", "3" }, { "round(-2.5)", "-3" }, { "round(2.4)", "2" },
        { "round(2.675, 2)", "2.68" }, { "round(1.005, 2)", "1.01" },
        { "round(7, 2)", "7" }, { "round(1234, -2)", "1200" },
        { "round(1250, -2)", "1300" }, { "round(3.14159, 3)", "3.142" },
        { "floor(-1.5)", "-2" }, { "ceil(1.2)", "2" }, { "floor(3)", "3" },
        { "int('42')", "42" }, { "int(3.9)", "3" }, { "int(-3.9)", "-3" },
        { "int(true)", "1" }, { "int('x')", "error" },
        { "int(null)", "error" }, { "int({'value': '7'})", "7" },
        { "int({'text': ' 8 '})", "8" }, { "int({'x': 1})", "error" },
        { "float('1.5')", "1.5" }, { "number('7')", "7" },
        { "float('')", "error" }, { "int(1e300)", "error" },
        { "bool('no')", "false" }, { "bool('x')", "true" },
        { "bool([])", "false" }, { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_texts_are_cut_joined_and_searched(void **state)
{
    const row_t  rows[] = {
        { "str(1.0)", "\"1\"" }, { "str(null)", "\"\"" },
        { "str([1])", "\"[1]\"" },
        { "lower('\xc3\x84" "BC')", "\"\xc3\xa4" "bc\"" },
        { "upper('stra\xc3\x9f" "e \xce\xb1 \xd1\x8f')",
          "\"STRA\xc3\x9f" "E \xce\x91 \xd0\xaf\"" },
        { "trim('  a b\\n')", "\"a b\"" }, { "strip('')", "\"\"" },
        { "replace('a-b-c', '-', '+')", "\"a+b+c\"" },
        { "replace('abc', '', 'x')", "\"abc\"" },
        { "split('a,b,,c', ',')", "[\"a\",\"b\",\"\",\"c\"]" },
        { "split('', ',')", "[\"\"]" },
        { "split(' a  b ')", "[\"a\",\"b\"]" },
        { "split('a\xc3\xa9', '')", "[\"a\",\"\xc3\xa9\"]" },
        { "substring('h\xc3\xa9llo', 1, 3)", "\"\xc3\xa9ll\"" },
        { "substring('hello', -3)", "\"llo\"" },
        { "substring('hello', 9)", "\"\"" },
        { "substring('hello', 1, -1)", "\"\"" },
        { "concat('a', 1, null, true)", "\"a1true\"" },
        { "concat([1], [2, 3])", "[1,2,3]" },
        { "starts_with('abc', 'ab')", "true" },
        { "startswith('abc', 'b')", "false" },
        { "ends_with('abc', 'bc')", "true" },
        { "endswith(null, '')", "false" },
        { "contains(u.tags, 'x')", "true" },
        { "matches('abc', 'b.')", "true" },
        { "matches('abc', '^b')", "false" },
        { "matches('abc', '(')", "error" },
        { "matches('a1', '\\d')", "true" },
        { "regex('order 42', '\\d+')", "\"42\"" },
        { "regex('a=1', '(\\w)=(\\d)')", "\"a\"" },
        { "regex('a=1', '(\\w)=(\\d)', 2)", "\"1\"" },
        { "regex('a=1', '(\\w)=(\\d)', 0)", "\"a=1\"" },
        { "regex('a=1', '(\\w)=(\\d)', 3)", "null" },
        { "regex('x', '\\d')", "null" },
        { "hash('abc')", "\"ba7816bf8f01cfea414140de5dae2223"
                         "b00361a396177a9cb410ff61f20015ad\"" },
        { "hash('abc', 'SHA256') == hash('abc')", "true" },
        { "hash('abc', 'md5')", "\"900150983cd24fb0d6963f7d28e17f72\"" },
        { "len(hash('abc', 'sha512'))", "128" },
        { "len(hash('abc', 'sha-1'))", "40" },
        { "hash('abc', 'md4')", "error" },
        { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_objects_are_read_by_path(void **state)
{
    const row_t  rows[] = {
        { "keys({'b': 1, 'a': 2})", "[\"b\",\"a\"]" },
        { "values({'b': 1, 'a': 2})", "[1,2]" },
        { "items({'b': 1})", "[{\"key\":\"b\",\"value\":1}]" },
        { "keys(null)", "[]" }, { "keys([1])", "error" },
        { "get(u, 'name')", "\"Ana\"" }, { "get(u, 'tags[1]')", "\"y\"" },
        { "get(u, 'x')", "null" }, { "get(u, 'x.y', 3)", "3" },
        { "get({'a': null}, 'a', 3)", "3" }, { "get({'a b': 1}, 'a b')", "1" },
        { "get([1, 2], 1)", "2" }, { "get(null, 'a', 1)", "1" },
        { "has(u, 'name')", "true" }, { "has(u, 'x')", "false" },
        { "has({'a': null}, 'a')", "true" }, { "has(null, 'a')", "false" },
        { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_choosing_evaluates_only_what_is_chosen(void **state)
{
    const row_t  rows[] = {
        { "coalesce(null, nope, 3, 1 / 0)", "3" },
        { "coalesce(null)", "null" }, { "default(null, 1)", "1" },
        { "default('', 1)", "\"\"" }, { "if(n > 4, 'a', 1 / 0)", "\"a\"" },
        { "if(n > 9, 1 / 0, 'b')", "\"b\"" }, { "if(false, 1)", "null" },
        { "n > 4 ? 1 : 1 / 0", "1" }, { "true or 1 / 0", "true" },
        { "false and 1 / 0", "false" },
        { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_kinds_and_json_texts(void **state)
{
    const row_t  rows[] = {
        { "type(1)", "\"number\"" }, { "type('a')", "\"string\"" },
        { "type([])", "\"array\"" }, { "type({})", "\"object\"" },
        { "type(true)", "\"boolean\"" }, { "type(null)", "\"null\"" },
        { "is_number(1.5)", "true" }, { "is_number('1')", "false" },
        { "is_string('1')", "true" }, { "is_string(1)", "false" },
        { "json('{\"a\": [1]}')", "{\"a\":[1]}" }, { "json('{')", "error" },
        { "json(5)", "error" },
        { "to_json({'a': 1.0})", "\"{\\\"a\\\":1.0}\"" },
        { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_dates_are_texts(void **state)
{
    const row_t  rows[] = {
        { "now()", "\"2026-02-17T09:30:00.125Z\"" },
        { "today()", "\"2026-02-17\"" }, { "timestamp()", "1771320600125" },
        { "date('2026-02-17T23:00:00-05:00')", "\"2026-02-17\"" },
        { "date('x')", "error" },
        { "date_add('2026-01-31', 1, 'months')", "\"2026-02-28\"" },
        { "date_add('2024-02-29', 1, 'year')", "\"2025-02-28\"" },
        { "date_add('2026-01-31', -2, 'months')", "\"2025-11-30\"" },
        { "date_add('2026-12-31', 1, 'days')", "\"2027-01-01\"" },
        { "date_add('2026-02-17', 2, 'weeks')", "\"2026-03-03\"" },
        { "date_add('2026-02-17', 1, 'hours')",
          "\"2026-02-17T01:00:00.000Z\"" },
        { "date_add('2026-02-17T10:00:00+02:00', 1, 'days')",
          "\"2026-02-18T08:00:00.000Z\"" },
        { "date_add('2026-02-17', 1, 'eons')", "error" },
        { "date_add('2026-02-17', 1e12, 'years')", "error" },
        { "date_add('2026-02-17', 9000, 'years')", "error" },
        { "date_diff('2026-02-17', '2026-02-10', 'days')", "7" },
        { "date_diff('2026-02-10', '2026-02-17', 'weeks')", "-1" },
        { "date_diff('2026-02-17T01:59:00Z', '2026-02-17', 'hours')", "1" },
        { "date_diff('2026-03-30', '2026-01-31', 'months')", "1" },
        { "date_diff('2026-03-31', '2026-01-31', 'months')", "2" },
        { "date_diff('2025-01-31', '2026-01-30', 'years')", "0" },
        { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_dates_are_formatted_as_strftime_does(void **state)
{
    const row_t  rows[] = {
        { "format_date('2026-02-07T19:05:09.250Z', '%Y-%m-%d %H:%M:%S')",
          "\"2026-02-07 19:05:09\"" },
        { "format_date('2026-02-07', '%A %a %B %b %e %j %y %u %w')",
          "\"Saturday Sat February Feb  7 038 26 6 6\"" },
        { "format_date('2026-02-07T19:05:09Z', '%I:%M %p %-d.%-m.')",
          "\"07:05 PM 7.2.\"" },
        { "format_date('2027-01-01', '%G-W%V %U %W %D %F')",
          "\"2026-W53 00 00 01/01/27 2027-01-01\"" },
        { "format_date('2026-02-07T23:30:00Z', '%F %R %z', '+02:00')",
          "\"2026-02-08 01:30 +0200\"" },
        { "format_date('2026-02-07T00:30:00Z', '%F %R %Z', '-0530')",
          "\"2026-02-06 19:00 -0530\"" },
        { "format_date('2026-02-07', '%s %Z %% %Q %')",
          "\"1770422400 UTC % %Q %\"" },
        { "format_date('2026-02-07', '%F', 'Mars/Olympus')", "error" },
        { "format_date('x', '%F')", "error" },
        { "format_date(0, '%F')", "\"1970-01-01\"" },
        { "format_date('1969-12-31T23:59:59Z', '%a %T')",
          "\"Wed 23:59:59\"" },
        { NULL, NULL }
    };

    rows_hold(rows);
}


static void
test_ids_come_from_the_seed(void **state)
{
    const uint8_t  seed[CKP_SEED_LEN] = { 1 };
    ckp_rand_t     r;
    t_lang_t       t;

    t_lang_init(&t, T_VARS);
    t_value(&t, "uuid() matches '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}"
                "-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'", "true");
    t_value(&t, "uuid() == uuid()", "true");
    ckp_rand_init(&r, seed);
    t.ev.rand = &r;
    t_value(&t, "uuid() == uuid()", "false");
    t_lang_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_lengths_count_elements_characters_and_members),
        cmocka_unit_test(test_aggregates_skip_what_is_no_number),
        cmocka_unit_test(test_lists_are_made_from_lists),
        cmocka_unit_test(test_numbers_are_converted_and_rounded),
        cmocka_unit_test(test_texts_are_cut_joined_and_searched),
        cmocka_unit_test(test_objects_are_read_by_path),
        cmocka_unit_test(test_choosing_evaluates_only_what_is_chosen),
        cmocka_unit_test(test_kinds_and_json_texts),
        cmocka_unit_test(test_dates_are_texts),
        cmocka_unit_test(test_dates_are_formatted_as_strftime_does),
        cmocka_unit_test(test_ids_come_from_the_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
