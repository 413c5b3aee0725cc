/*
 * Templates: placeholders, types, missing values, escapes, limits.
 */

#include "lang.h"


/* The table of spec/ckp.md 6.4. */
static void
test_the_examples_of_the_specification_render(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_renders(&t, "\"{{n}}\"", "5");
    t_renders(&t, "\"n={{n}}\"", "\"n=5\"");
    t_renders(&t, "\"{{u}}\"", "{\"name\":\"Ana\",\"tags\":[\"x\",\"y\"]}");
    t_renders(&t, "\"u: {{u.tags}}\"", "\"u: [\\\"x\\\",\\\"y\\\"]\"");
    t_renders(&t, "\"{{u.tags.0}}\"", "\"x\"");
    t_renders(&t, "\"{{u.tags[-1]}}\"", "\"y\"");
    t_renders(&t, "\"{{u.tags.length}}\"", "2");
    t_renders(&t, "\"{{z}}\"", "null");
    t_renders(&t, "\"{{nope}}\"", "null");
    t_renders(&t, "\"[{{nope}}]\"", "\"[]\"");
    t_renders(&t, "\"{{nope | 'anon'}}\"", "\"anon\"");
    t_renders(&t, "\"{{nope | 10}}\"", "10");
    t_renders(&t, "\"{{rows.sum(v)}}\"", "5");
    t_renders(&t, "\"{{= n * 2 + s }}\"", "17");
    t_renders(&t, "\"\\\\{{n}}\"", "\"{{n}}\"");
    t_renders(&t, "\"{{n}} {{s}}\"", "\"5 7\"");
    t_lang_free(&t);
}


static void
test_strings_are_expanded_at_any_depth_but_names_are_not(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_renders(&t, "{\"{{n}}\":[\"{{n}}\",{\"a\":\"<{{s}}>\"}],\"k\":1}",
              "{\"{{n}}\":[5,{\"a\":\"<7>\"}],\"k\":1}");
    t_renders(&t, "[1,true,null,\"x\"]", "[1,true,null,\"x\"]");
    t_renders(&t, "\"  {{n}}\\n\"", "5");
    t_lang_free(&t);
}


static void
test_numbers_in_text_are_short(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, "{\"a\":1.0,\"b\":0.1,\"c\":1e21,\"d\":true,\"e\":null}");
    t_renders(&t, "\"{{a}},{{b}},{{c}},{{d}},{{e}}.\"",
              "\"1,0.1,1e+21,true,.\"");
    t_renders(&t, "\"{{a}}\"", "1.0");
    t_lang_free(&t);
}


static void
test_substituted_text_is_never_expanded_again(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, "{\"a\":\"{{b}}\",\"b\":\"no\"}");
    t_renders(&t, "\"{{a}}\"", "\"{{b}}\"");
    t_renders(&t, "\"<{{a}}>\"", "\"<{{b}}>\"");
    t_renders(&t, "\"{{= a + ''}}\"", "\"{{b}}\"");
    t_lang_free(&t);
}


static void
test_what_is_no_placeholder_stays(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_renders(&t, "\"a {{ b\"", "\"a {{ b\"");
    t_renders(&t, "\"{{#if n}}{{n}}{{/if}}\"", "\"{{#if n}}5{{/if}}\"");
    t_renders(&t, "\"{{n}\"", "\"{{n}\"");
    t_renders(&t, "\"{{}}\"", "\"{{}}\"");
    t_renders(&t, "\"{{my-var}}\"", "\"{{my-var}}\"");
    t_renders(&t, "\"{{a.b.}}\"", "\"{{a.b.}}\"");
    t_renders(&t, "\"${n} $n }}\"", "\"${n} $n }}\"");
    t_lang_free(&t);
}


static void
test_defaults_are_text_and_never_filters(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_renders(&t, "\"{{nope|upper}}\"", "\"upper\"");
    t_renders(&t, "\"{{n|9}}\"", "5");
    t_renders(&t, "\"{{z|9}}\"", "9");
    t_renders(&t, "\"{{z.deep|9}}\"", "9");
    t_renders(&t, "\"{{nope|'9'}}\"", "\"9\"");
    t_renders(&t, "\"{{nope|true}}\"", "true");
    t_renders(&t, "\"{{nope|null}}\"", "null");
    t_renders(&t, "\"<{{nope|1.0}}>\"", "\"<1.0>\"");
    t_renders(&t, "\"{{nope|}}\"", "\"\"");
    t_renders(&t, "\"{{nope| a 'b' c }}\"", "\"a 'b' c\"");
    t_lang_free(&t);
}


static void
test_missing_values_follow_the_policy(void **state)
{
    t_lang_t         t;
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_template_t  *tpl = ckp_template_text("{{error.type}}{{nope.x}}", &err);
    json_t          *v = NULL;

    t_lang_init(&t, T_VARS);
    t.ev.missing = CKP_MISSING_KEEP;
    t_renders(&t, "\"<{{ nope.x }}>\"", "\"<{{ nope.x }}>\"");
    t_renders(&t, "\"{{nope}}\"", "\"{{nope}}\"");
    t_renders(&t, "\"{{z}}\"", "null");
    assert_int_equal(t.misses, 2);

    t.ev.missing = CKP_MISSING_ERROR;
    t_renders(&t, "\"{{error.type}}\"", "null");
    assert_int_equal(ckp_template_render(tpl, &t.ev, &v, &err),
                     CKP_E_INVALID);
    assert_string_equal(err.msg, "{{nope.x}} has no value");
    assert_null(v);
    ckp_template_free(tpl);
    t_lang_free(&t);
}


static void
test_secrets_are_masked_unless_the_scope_binds_them(void **state)
{
    t_lang_t  t;

    t_lang_init(&t, T_VARS);
    t_renders(&t, "\"{{secrets.key}}\"", "\"***REDACTED***\"");
    t_renders(&t, "\"Bearer {{secrets.key}}\"", "\"Bearer ***REDACTED***\"");
    t_renders(&t, "\"{{= secrets.key + '!'}}\"", "\"***REDACTED***!\"");
    t_lang_free(&t);

    t_lang_init(&t, "{\"secrets\":{\"key\":\"k1\"}}");
    t_renders(&t, "\"Bearer {{secrets.key}}\"", "\"Bearer k1\"");
    t_lang_free(&t);
}


static void
test_constants_are_shared_and_not_copied(void **state)
{
    ckp_err_t        err = CKP_ERR_INIT;
    json_t          *source = t_json("{\"a\":[1,{\"b\":\"x\"}],"
                                     "\"c\":\"{{n}}\"}");
    ckp_template_t  *tpl = ckp_template_new(source, &err);
    ckp_template_t  *constant;
    json_t          *v;
    t_lang_t         t;

    t_lang_init(&t, T_VARS);
    assert_int_equal(ckp_template_render(tpl, &t.ev, &v, &err), CKP_OK);
    assert_ptr_equal(json_object_get(v, "a"), json_object_get(source, "a"));
    assert_false(ckp_template_is_constant(tpl));
    assert_ptr_equal(ckp_template_source(tpl), source);
    json_decref(v);
    ckp_template_free(tpl);

    constant = ckp_template_new(json_object_get(source, "a"), &err);
    assert_true(ckp_template_is_constant(constant));
    assert_int_equal(ckp_template_render(constant, &t.ev, &v, &err), CKP_OK);
    assert_ptr_equal(v, json_object_get(source, "a"));
    json_decref(v);
    ckp_template_free(constant);
    json_decref(source);
    t_lang_free(&t);
}


static void
test_a_template_with_an_escape_only_is_constant(void **state)
{
    ckp_err_t        err = CKP_ERR_INIT;
    json_t          *source = t_json("[[\"\\\\{{n}}\"]]");
    ckp_template_t  *tpl = ckp_template_new(source, &err);
    json_t          *v;
    t_lang_t         t;

    t_lang_init(&t, T_VARS);
    assert_true(ckp_template_is_constant(tpl));
    assert_int_equal(ckp_template_render(tpl, &t.ev, &v, &err), CKP_OK);
    t_is(v, "[[\"{{n}}\"]]", "escape");
    json_decref(v);
    json_decref(source);
    ckp_template_free(tpl);
    t_lang_free(&t);
}


static ckp_code_t
compile(const char *part, size_t n, const char *tail)
{
    ckp_buf_t        b;
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_template_t  *t;

    ckp_buf_init(&b, 1 << 20);

    for (size_t i = 0; i < n; i++) {
        ckp_buf_puts(&b, part);
    }

    ckp_buf_puts(&b, tail);
    t = ckp_template_text(ckp_buf_str(&b), &err);
    ckp_template_free(t);
    ckp_buf_free(&b);

    return (t != NULL) ? CKP_OK : err.code;
}


static void
test_text_and_placeholders_have_limits(void **state)
{
    assert_int_equal(compile("a", 65536 - 5, "{{n}}"), CKP_OK);
    assert_int_equal(compile("a", 65536 - 4, "{{n}}"), CKP_E_LIMIT);
    assert_int_equal(compile("{{n}}", 1000, ""), CKP_OK);
    assert_int_equal(compile("{{n}}", 1001, ""), CKP_E_LIMIT);
    assert_int_equal(compile("a", 100000, ""), CKP_OK);
}


static void
test_output_has_a_limit(void **state)
{
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_template_t  *whole = ckp_template_text("{{a}}", &err);
    ckp_template_t  *once = ckp_template_text("{{a}}{{b}}", &err);
    ckp_template_t  *twice = ckp_template_text("{{a}}.", &err);
    json_t          *v;
    t_lang_t         t;
    char            *big = ckp_alloc(CKP_TEMPLATE_OUT_MAX + 1);

    memset(big, 'x', CKP_TEMPLATE_OUT_MAX);
    big[CKP_TEMPLATE_OUT_MAX] = '\0';
    t_lang_init(&t, "{\"b\":\"\"}");
    json_object_set_new(t.vars, "a", json_string(big));
    assert_int_equal(ckp_template_render(once, &t.ev, &v, &err), CKP_OK);
    json_decref(v);
    assert_int_equal(ckp_template_render(whole, &t.ev, &v, &err), CKP_OK);
    json_decref(v);
    assert_int_equal(ckp_template_render(twice, &t.ev, &v, &err),
                     CKP_E_LIMIT);
    ckp_free(big);
    ckp_template_free(once);
    ckp_template_free(twice);
    ckp_template_free(whole);
    t_lang_free(&t);
}


static void
test_a_syntax_error_in_an_expression_is_invalid(void **state)
{
    ckp_err_t  err = CKP_ERR_INIT;

    assert_null(ckp_template_text("a {{= 1 + }} b", &err));
    assert_int_equal(err.code, CKP_E_INVALID);
    assert_non_null(strstr(err.msg, "at column"));
}


static void
test_an_error_in_an_expression_is_raised(void **state)
{
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_template_t  *tpl = ckp_template_text("a {{= z + 1 }} b", &err);
    json_t          *v;
    t_lang_t         t;

    t_lang_init(&t, T_VARS);
    assert_int_equal(ckp_template_render(tpl, &t.ev, &v, &err),
                     CKP_E_INVALID);
    assert_null(v);
    ckp_template_free(tpl);
    t_lang_free(&t);
}


static void
note(void *data, ckp_ref_t kind, const char *name, const char *second,
    bool in_expr)
{
    static const char *const  kinds[] = { "name", "default", "bare", "secret",
                                          "assign", "regex", "func",
                                          "malformed", "foreign" };
    char                     *text = data;
    size_t                    n = strlen(text);

    (void) second;
    snprintf(text + n, 500 - n, "%s:%s%s ", kinds[kind], name,
             in_expr ? "!" : "");
}


static void
refs_are(const char *text, const char *want)
{
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_template_t  *t = ckp_template_text(text, &err);
    char             seen[500] = "";

    assert_non_null(t);
    ckp_template_refs(t, note, seen);
    assert_string_equal(seen, want);
    ckp_template_free(t);
}


static void
test_references_tell_what_the_compiler_asks(void **state)
{
    refs_are("{{a.b}}", "name:a ");
    refs_are("{{a|1}}", "default:a ");
    refs_are("{{secrets.x}}", "secret:secrets ");
    refs_are("{{= a.b + 1}}", "name:a! ");
    refs_are("{{#x}}", "malformed:{{#x}} ");
    refs_are("a ${b.c} d", "foreign:${b.c} ");
    refs_are("@name", "foreign:@name ");
    refs_are("me@example.org, @all: $5 {x}", "");
}


static void
test_text_goes_straight_to_a_buffer(void **state)
{
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_template_t  *tpl = ckp_template_text("{{u}}", &err);
    ckp_buf_t        b;
    t_lang_t         t;

    t_lang_init(&t, T_VARS);
    ckp_buf_init(&b, 100);
    ckp_buf_puts(&b, "> ");
    assert_int_equal(ckp_template_render_text(tpl, &t.ev, &b, &err), CKP_OK);
    assert_string_equal(ckp_buf_str(&b),
                        "> {\"name\":\"Ana\",\"tags\":[\"x\",\"y\"]}");
    ckp_buf_free(&b);
    ckp_template_free(tpl);
    t_lang_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_examples_of_the_specification_render),
        cmocka_unit_test(
            test_strings_are_expanded_at_any_depth_but_names_are_not),
        cmocka_unit_test(test_numbers_in_text_are_short),
        cmocka_unit_test(test_substituted_text_is_never_expanded_again),
        cmocka_unit_test(test_what_is_no_placeholder_stays),
        cmocka_unit_test(test_defaults_are_text_and_never_filters),
        cmocka_unit_test(test_missing_values_follow_the_policy),
        cmocka_unit_test(test_secrets_are_masked_unless_the_scope_binds_them),
        cmocka_unit_test(test_constants_are_shared_and_not_copied),
        cmocka_unit_test(test_a_template_with_an_escape_only_is_constant),
        cmocka_unit_test(test_text_and_placeholders_have_limits),
        cmocka_unit_test(test_output_has_a_limit),
        cmocka_unit_test(test_a_syntax_error_in_an_expression_is_invalid),
        cmocka_unit_test(test_an_error_in_an_expression_is_raised),
        cmocka_unit_test(test_references_tell_what_the_compiler_asks),
        cmocka_unit_test(test_text_goes_straight_to_a_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
