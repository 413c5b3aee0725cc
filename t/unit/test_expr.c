/*
 * Expressions: grammar, names, comparison, arithmetic, errors, limits.
 */

#include "lang.h"


static const char *
parse_error(const char *source, char msg[240])
{
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_expr_t *const  x = ckp_expr_parse(source, strlen(source), &err);

    if (x != NULL) {
        fail_msg("%s: parses", source);
    }

    snprintf(msg, 240, "%s", err.msg);

    return msg;
}


/* The examples of spec/ckp.md 7.8. */
static void
test_the_examples_of_the_specification_hold(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_value(&t, "{{n}} == '5'", "true");
    t_value(&t, "{{n}} === '5'", "false");
    t_value(&t, "n > 4 and not (s < 7)", "true");
    t_value(&t, "{{s}} > 10", "false");
    t_value(&t, "{{u.name}} starts_with 'A'", "true");
    t_value(&t, "u.tags contains 'x'", "true");
    t_value(&t, "{{u}} contains 'Ana'", "true");
    t_value(&t, "'y' in u.tags", "true");
    t_value(&t, "is_empty {{z}}", "true");
    t_value(&t, "z is None", "true");
    t_value(&t, "{{nope}} > 0", "false");
    t_value(&t, "{{u.name}} == Ana", "true");
    t_value(&t, "len(u.tags) > 1 ? 'many' : 'one'", "\"many\"");
    t_value(&t, "float(s) * 1.05", "7.35");
    t_value(&t, "10 / 2", "5");
    t_value(&t, "7 // 2", "3");
    t_value(&t, "-7 % 3", "2");
    t_value(&t, "s + n", "12");
    t_value(&t, "u.name + '!'", "\"Ana!\"");
    t_holds(&t, "true");
    t_holds(&t, "{{n}}");
    t_value(&t, "0 < n <= 5", "true");
    t_value(&t, "u.name matches '^a'", "false");
    t_value(&t, "get(u, 'age', 30) >= 18", "true");
    t_lang_free(&t);
}


static void
test_operators_bind_as_the_grammar_says(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_value(&t, "1 + 2 * 3", "7");
    t_value(&t, "(1 + 2) * 3", "9");
    t_value(&t, "2 ** 3 ** 2", "512");
    t_value(&t, "-2 ** 2", "-4");
    t_value(&t, "2 ^ -1", "0.5");
    t_value(&t, "10 - 2 - 3", "5");
    t_value(&t, "true or false and false", "true");
    t_value(&t, "not true or true", "true");
    t_value(&t, "!false && !false", "true");
    t_value(&t, "1 if n > 4 else 2", "1");
    t_value(&t, "1 if n > 9 else 2 if n > 4 else 3", "2");
    t_value(&t, "n > 9 ? 1 : n > 4 ? 2 : 3", "2");
    t_value(&t, "not n == 5", "false");
    t_value(&t, "n <> 4", "true");
    t_value(&t, "n = 5", "true");
    t_value(&t, "[1, 'a', [n], {'k': n + 1}]", "[1,\"a\",[5],{\"k\":6}]");
    t_value(&t, "[]", "[]");
    t_value(&t, "{}", "{}");
    t_value(&t, "5 > 4 > 3", "true");
    t_value(&t, "5 > 4 > 4", "false");
    t_value(&t, "TRUE AND Yes", "true");
    t_value(&t, "NOT No", "true");
    t_lang_free(&t);
}


static void
test_word_operators_work_and_are_negated(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_holds(&t, "u.tags not contains 'z'");
    t_holds(&t, "u.tags not_contains 'z'");
    t_holds(&t, "'z' not in u.tags");
    t_holds(&t, "'z' not_in u.tags");
    t_holds(&t, "'na' in u.name");
    t_holds(&t, "u.name ends_with 'na'");
    t_holds(&t, "u.name matches 'n.$'");
    t_holds(&t, "u.name not_matches '^n'");
    t_holds(&t, "u.name not matches '^n'");
    t_holds(&t, "u is_not_empty");
    t_holds(&t, "z is_empty");
    t_holds(&t, "n is_empty false");
    t_holds(&t, "is_not_empty u.tags");
    t_holds(&t, "z is null");
    t_holds(&t, "n is not null");
    t_holds(&t, "z is empty");
    t_holds(&t, "u is not empty");
    t_holds(&t, "n is 5");
    t_holds(&t, "n is not 6");
    t_holds(&t, "123 contains 2");
    t_fails(&t, "z contains 'x'");
    t_fails(&t, "z starts_with ''");
    t_lang_free(&t);
}


static void
test_names_resolve_and_bare_words_are_their_spelling(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_value(&t, "u.tags[1]", "\"y\"");
    t_value(&t, "u.tags.0", "\"x\"");
    t_value(&t, "u['name']", "\"Ana\"");
    t_value(&t, "u.tags[n - 5]", "\"x\"");
    t_value(&t, "u.tags[-1]", "\"y\"");
    t_value(&t, "u.tags.length", "2");
    t_value(&t, "{{u}}.name", "\"Ana\"");
    t_value(&t, "[1,2,3][1]", "2");
    t_value(&t, "{'a': 4}.a", "4");
    t_value(&t, "rows.sum(v)", "5");
    t_value(&t, "rows.sum(v * 2)", "10");
    t_value(&t, "u.name.upper()", "\"ANA\"");
    t_value(&t, "nope", "null");
    t_value(&t, "nope.deeper", "null");
    t_value(&t, "nope == 'nope'", "true");
    t_value(&t, "nope.x == 'nope.x'", "false");
    t_value(&t, "z == 'z'", "false");
    t_value(&t, "{{nope | 10}} > 5", "true");
    t_value(&t, "{{nope | 'a b'}}", "\"a b\"");
    t_value(&t, "'{{u.name}}-x'", "\"Ana-x\"");
    t_value(&t, "'{{n}}' === 5", "false");
    t_value(&t, "'\\{{n}}'", "\"{{n}}\"");
    t_value(&t, "{{= n + 1}} * 2", "12");
    t_lang_free(&t);
}


static void
test_always_and_never_are_conditions(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_holds(&t, "always");
    t_holds(&t, " Always ");
    t_fails(&t, "never");
    t_holds(&t, "1");
    t_fails(&t, "0");
    t_holds(&t, "yes");
    t_fails(&t, "no");
    t_fails(&t, "'None'");
    t_value(&t, "always", "null");
    t_lang_free(&t);
}


static void
test_arithmetic_keeps_integers_exact(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_value(&t, "9223372036854775806 + 1", "9223372036854775807");
    t_value(&t, "9223372036854775807 + 1", "9.223372036854776e+18");
    t_value(&t, "'5' + '3'", "8");
    t_value(&t, "'5' + 'a'", "\"5a\"");
    t_value(&t, "[1] + [2]", "[1,2]");
    t_value(&t, "1 / 3", "0.3333333333333333");
    t_value(&t, "0.1 + 0.2", "0.3");
    t_value(&t, "7 / 2", "3.5");
    t_value(&t, "-7 // 2", "-4");
    t_value(&t, "7 % -3", "-2");
    t_value(&t, "7.5 % 2", "1.5");
    t_value(&t, "7.5 // 2", "3");
    t_value(&t, "2 ** 62", "4611686018427387904");
    t_value(&t, "2 ** 64", "1.8446744073709552e+19");
    t_value(&t, "-'5'", "-5");
    t_value(&t, "1 / 0", "error");
    t_value(&t, "1 % 0", "error");
    t_value(&t, "0 ** -1", "error");
    t_value(&t, "1 + null", "error");
    t_value(&t, "u * 2", "error");
    t_value(&t, "10 ** 400", "error");
    t_value(&t, "-9223372036854775807 - 1", "-9223372036854775808");
    t_value(&t, "(-9223372036854775807 - 1) // -1",
            "9.223372036854776e+18");
    t_lang_free(&t);
}


/* spec/ckp.md 7.7 */
static void
test_an_error_makes_only_its_comparison_false(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_holds(&t, "(z + 1 > 0) or n == 5");
    assert_int_equal(t.warnings, 1);
    t_holds(&t, "not (z + 1 > 0)");
    assert_int_equal(t.warnings, 2);
    t_fails(&t, "z + 1");
    assert_int_equal(t.warnings, 3);
    t_fails(&t, "u.name matches n + '('");
    assert_int_equal(t.warnings, 4);
    t_fails(&t, "u > 5");
    assert_int_equal(t.warnings, 4);
    assert_int_equal(t.comparisons, 1);
    t_lang_free(&t);
}


static void
test_strict_conditions_raise(void **state)
{
    const char  *source = "(z + 1 > 0) or n == 5";
    t_lang_t     t;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_expr_t  *x = ckp_expr_parse(source, strlen(source), &err);
    bool         holds = true;

    t_lang_init(&t, T_VARS);
    t.ev.strict = true;
    assert_int_equal(ckp_expr_test(x, &t.ev, &holds, &err), CKP_E_INVALID);
    assert_false(holds);
    assert_string_equal(err.msg, "an operand of + is null");
    ckp_expr_free(x);
    t_lang_free(&t);
}


static void
test_syntax_errors_tell_their_column(void **state)
{
    char  msg[240];

    assert_string_equal(parse_error("n >", msg),
                        "operand expected at column 4");
    assert_string_equal(parse_error("n 5", msg),
                        "end of the expression expected at column 3");
    assert_string_equal(parse_error("'abc", msg),
                        "string is not closed at column 1");
    assert_string_equal(parse_error("'\xc3\xa9' +", msg),
                        "operand expected at column 6");
    assert_string_equal(parse_error("", msg), "operand expected at column 1");
    assert_non_null(strstr(parse_error("(1", msg), "\")\" expected"));
    assert_non_null(strstr(parse_error("1 if 2", msg), "\"else\" expected"));
    assert_non_null(strstr(parse_error("{{n", msg), "malformed placeholder"));
    assert_non_null(strstr(parse_error("[1, 2", msg), "expected at column 6"));
    assert_non_null(strstr(parse_error("'\\u12'", msg), "escape"));
    assert_non_null(strstr(parse_error("a and", msg), "operand"));
    assert_non_null(strstr(parse_error("and b", msg), "operand"));
}


static char *
repeat(const char *head, const char *part, size_t n, const char *tail)
{
    static char  text[20000];

    snprintf(text, sizeof(text), "%s", head);

    for (size_t i = 0; i < n; i++) {
        strcat(text, part);
    }

    return strcat(text, tail);
}


static void
test_nesting_of_32_is_the_limit(void **state)
{
    t_lang_t  t;
    char      text[200] = "";
    char      msg[240];

    t_lang_init(&t, T_VARS);

    memset(text, '(', 31);
    strcpy(text + 31, "1");
    memset(text + 32, ')', 31);
    text[63] = '\0';
    t_value(&t, text, "1");

    memset(text, '(', 32);
    strcpy(text + 32, "1");
    memset(text + 33, ')', 32);
    text[65] = '\0';
    assert_non_null(strstr(parse_error(text, msg), "too deep"));

    memset(text, '-', 40);
    strcpy(text + 40, "1");
    assert_non_null(strstr(parse_error(text, msg), "too deep"));

    assert_non_null(strstr(parse_error(repeat("n", ".abs()", 40, ""), msg),
                           "too deep"));
    t_lang_free(&t);
}


static void
test_a_thousand_operators_are_the_limit(void **state)
{
    t_lang_t  t;
    char      msg[240];

    t_lang_init(&t, T_VARS);
    t_value(&t, repeat("1", "+1", 1000, ""), "1001");
    assert_non_null(strstr(parse_error(repeat("1", "+1", 1001, ""), msg),
                           "too many operators"));
    t_lang_free(&t);
}


static void
test_four_kibibytes_are_the_limit(void **state)
{
    t_lang_t  t;
    char      msg[240];
    char     *text = repeat("1", " ", 4095, "");

    t_lang_init(&t, T_VARS);
    t_value(&t, text, "1");
    assert_non_null(strstr(parse_error(repeat("1", " ", 4096, ""), msg),
                           "at most 4096"));
    t_lang_free(&t);
}


static void
test_evaluation_ends_with_its_budget(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_value(&t, "len(range(90000))", "90000");
    t_value(&t, "range(1000000000)", "error");
    t_value(&t, "unique(range(20000))", "error");
    t_fails(&t, "not (len(range(1000000000)) > 5)");
    t_lang_free(&t);
}


/* Going through large values costs too. */
static void
test_large_values_cost_steps(void **state)
{
    t_lang_t   t;
    ckp_buf_t  b;

    ckp_buf_init(&b, 1 << 20);

    for (int i = 0; i < 500000; i++) {
        ckp_buf_puts(&b, "a");
    }

    t_lang_init(&t, "{}");
    json_object_set_new(t.vars, "s", json_string(b.data));
    t_holds(&t, "s == s and s == s");
    t_value(&t, "hash(s) == hash(s) and hash(s) == hash(s) and hash(s) =="
                " hash(s) and hash(s) == hash(s) and hash(s) == hash(s)"
                " and hash(s) == hash(s) and hash(s) == hash(s)", "error");
    t_value(&t, "concat(substring(s, 0, 60), '!') matches '^(a|aa)+$'",
            "false");
    assert_int_equal(t.warnings, 1);
    assert_true(t.ev.budget < CKP_EVAL_STEPS_MAX - 10000);
    ckp_buf_free(&b);
    t_lang_free(&t);
}


static void
test_results_have_a_size_limit(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_value(&t, "len(join(range(20000), 'abcdefghijklmnop'))", "408874");
    t_value(&t, "join(range(30000), 'abcdefghijklmnop')", "error");
    t_value(&t, "[join(range(40000)), join(range(40000)),"
                " join(range(18000))]", "error");
    t_lang_free(&t);
}


typedef struct {
    char  text[1024];
} seen_t;


static void
note(void *data, ckp_ref_t kind, const char *name, const char *second,
    bool in_expr)
{
    static const char *const  kinds[] = { "name", "default", "bare", "secret",
                                          "assign", "regex", "func",
                                          "malformed", "foreign" };
    seen_t                   *seen = data;
    size_t                    n = strlen(seen->text);

    snprintf(seen->text + n, sizeof(seen->text) - n, "%s:%s%s%s ",
             kinds[kind], name, second == NULL ? "" : ".",
             second == NULL || kind == CKP_REF_BAD_REGEX ? "" : second);
    assert_true(in_expr);
}


static void
refs_are(const char *source, const char *want)
{
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_expr_t  *x = ckp_expr_parse(source, strlen(source), &err);
    seen_t       seen = { "" };

    assert_non_null(x);
    ckp_expr_refs(x, note, &seen);
    assert_string_equal(seen.text, want);
    ckp_expr_free(x);
}


static void
test_references_tell_what_the_compiler_asks(void **state)
{
    refs_are("a.b + {{c}} + {{d | 1}}", "name:a.b name:c default:d ");
    refs_are("mode == premium", "bare:mode bare:premium ");
    refs_are("secrets.key == 1", "secret:secrets.key ");
    refs_are("a = 1", "assign:= bare:a ");
    refs_are("a.x matches '('", "name:a.x regex:(. ");
    refs_are("foo(a.b)", "func:foo name:a.b ");
    refs_are("len()", "func:len.arguments ");
    refs_are("sum(rows.x, price * qty)", "name:rows.x ");
    refs_are("'{{a}}-x'", "name:a ");
    refs_are("always", "");
}


static void
test_unknown_functions_and_bad_patterns_fail_when_evaluated(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_value(&t, "foo(1)", "error");
    t_value(&t, "len()", "error");
    t_value(&t, "substring('a')", "error");
    t_value(&t, "u.name matches '('", "error");
    t_value(&t, "n > 9 and foo(1)", "false");
    t_lang_free(&t);
}


static void
test_an_embedded_expression_ends_at_its_braces(void **state)
{
    const char  *text = " {'a': {'b': '}}'}} }} tail";
    ckp_err_t    err = CKP_ERR_INIT;
    size_t       used = 0;
    ckp_expr_t  *x = ckp_expr_parse_embedded(text, strlen(text), &used, &err);

    assert_non_null(x);
    assert_string_equal(text + used, "}} tail");
    ckp_expr_free(x);
    assert_null(ckp_expr_parse_embedded("1 2}}", 5, &used, &err));
    assert_int_equal(err.code, CKP_E_INVALID);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_examples_of_the_specification_hold),
        cmocka_unit_test(test_operators_bind_as_the_grammar_says),
        cmocka_unit_test(test_word_operators_work_and_are_negated),
        cmocka_unit_test(test_names_resolve_and_bare_words_are_their_spelling),
        cmocka_unit_test(test_always_and_never_are_conditions),
        cmocka_unit_test(test_arithmetic_keeps_integers_exact),
        cmocka_unit_test(test_an_error_makes_only_its_comparison_false),
        cmocka_unit_test(test_strict_conditions_raise),
        cmocka_unit_test(test_syntax_errors_tell_their_column),
        cmocka_unit_test(test_nesting_of_32_is_the_limit),
        cmocka_unit_test(test_a_thousand_operators_are_the_limit),
        cmocka_unit_test(test_four_kibibytes_are_the_limit),
        cmocka_unit_test(test_evaluation_ends_with_its_budget),
        cmocka_unit_test(test_large_values_cost_steps),
        cmocka_unit_test(test_results_have_a_size_limit),
        cmocka_unit_test(test_references_tell_what_the_compiler_asks),
        cmocka_unit_test(
            test_unknown_functions_and_bad_patterns_fail_when_evaluated),
        cmocka_unit_test(test_an_embedded_expression_ends_at_its_braces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
