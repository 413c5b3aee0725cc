/* Output mappings give what spec/ckp.md 9.1 says. */

#include "drive.h"

#define ONE(mapping)                                                          \
    T_GRAPH("a", T_SEQ("{'action':'x','outputs':" mapping "}") "," T_END,     \
            ",'variables_schema':{'old':{'type':'string','default':'before'}}")


/* A step with these outputs whose agent answers `result` (JSON). */

static void
t_answer(t_run_t *t, const char *outputs, const char *result)
{
    char  text[4096];

    snprintf(text, sizeof(text), ONE("%s"), outputs);
    t_run(t, text);
    t_admit(t);
    t_ok(t, t_doc_json(result));
}


/* The mapping (as it stands in a document) of a result gives a value. */

static void
t_map(const char *mapping, const char *result, const char *want)
{
    char     outputs[2048];
    t_run_t  t;

    snprintf(outputs, sizeof(outputs), "{'v':%s}", mapping);
    t_answer(&t, outputs, result);

    if (strcmp(t_var(&t, "v"), want) != 0) {
        fail_msg("%s of %s gives %s, not %s (%s)", mapping, result,
                 t_var(&t, "v"), want, t.story);
    }

    if (strstr(t.story, "output_mapping_failed") != NULL) {
        fail_msg("%s of %s fails: %s", mapping, result,
                 t_said(&t, "output_mapping_failed", "message"));
    }

    t_run_over(&t);
}


/* It finds nothing, and says so. */

static void
t_nothing(const char *mapping, const char *result, const char *message)
{
    char     outputs[2048];
    t_run_t  t;

    snprintf(outputs, sizeof(outputs), "{'v':%s}", mapping);
    t_answer(&t, outputs, result);
    assert_string_equal(t_var(&t, "v"), "null");
    assert_string_equal(t_said(&t, "output_mapping_failed", "variable"), "v");

    if (strstr(t_said(&t, "output_mapping_failed", "message"), message)
        == NULL)
    {
        fail_msg("%s: %s", mapping,
                 t_said(&t, "output_mapping_failed", "message"));
    }

    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
words_of_the_language_give_the_whole(void **state)
{
    static const char *const  words[] = {
        "llm_response", "text", "raw", "content", "response"
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char  mapping[32];

        snprintf(mapping, sizeof(mapping), "'%s'", words[i]);
        t_map(mapping, "'all of it'", "\"all of it\"");
        t_map(mapping, "{'text':1,'content':2}", "{\"text\":1,\"content\":2}");
        t_map(mapping, "null", "null");
    }
}


static void
json_is_read_from_texts_and_taken_from_values(void **state)
{
    t_map("'json'", "'{\\'a\\':[1]}'", "{\"a\":[1]}");
    t_map("'json'", "'```json\\n{\\'a\\':1}\\n```'", "{\"a\":1}");
    t_map("'json'", "{'a':1}", "{\"a\":1}");
    t_map("'json'", "'7'", "7");
    t_map("'json_extract: a.b[0]'", "{'a':{'b':[5]}}", "5");
    t_map("'json_extract:a.b[-1]'", "'{\\'a\\':{\\'b\\':[5,6]}}'", "6");
    t_map("'json: a.b'", "'{\\'a\\':{\\'b\\':null}}'", "null");
    t_map("'json:a'", "{'a':'x'}", "\"x\"");
    t_map("'json:'", "'[1]'", "[1]");
    t_map("'json: [1].a'", "[1,{'a':2}]", "2");
    t_map("'json: $..a'", "[1,{'a':2}]", "[2]");
    t_map("'json: rows.sum(v)'", "{'rows':[{'v':1},{'v':2}]}", "3");
}


static void
jsonpath_gives_a_value_or_an_array(void **state)
{
    t_map("'$'", "'{\\'a\\':1}'", "{\"a\":1}");
    t_map("'$.a.b'", "{'a':{'b':2}}", "2");
    t_map("'$..x[*]'", "{'x':[1,2],'y':{'x':[3]}}", "[1,2,3]");
    t_map("'$.l[?(@.a == 1)].b'", "{'l':[{'a':1,'b':'p'},{'a':2}]}",
          "[\"p\"]");
    t_map("'$.l[*].nope'", "{'l':[]}", "[]");
}


static void
patterns_give_their_first_group(void **state)
{
    t_map("'regex: id=([0-9]+)'", "'id=42;id=43'", "\"42\"");
    t_map("'regex:[0-9]+'", "'id=42;'", "\"42\"");
    t_map("'regex: (a)|(b)'", "'b'", "\"b\"");
    t_map("'regex: .$'", "'a\xc3\xa4'", "\"\xc3\xa4\"");
    t_map("'regex: b.:[0-9]'", "{'ab':1}", "\"b\\\":1\"");
}


static void
xpath_gives_a_text_or_an_array(void **state)
{
    t_map("'xpath: //b'", "'<a><b>1</b></a>'", "\"1\"");
    t_map("'xpath://b'", "'<a><b>1</b><b>2</b></a>'", "[\"1\",\"2\"]");
    t_map("'xpath: //li[last()]'", "'<ul><li>1<li>2</ul>'", "\"2\"");
    t_map("'xpath: /a/@i'", "'```xml\\n<a i=\\'x\\'/>\\n```'", "\"x\"");
}


static void
other_texts_are_members_or_the_whole(void **state)
{
    t_map("'total'", "{'total':3}", "3");
    t_map("'total'", "{'sum':3}", "{\"sum\":3}");
    t_map("'total'", "'said'", "\"said\"");
    t_map("'usage'", "{'usage':{'n':1}}", "{\"n\":1}");
}


static void
templates_see_the_result_and_literals_are_themselves(void **state)
{
    t_map("'{{result.a}}'", "{'a':[1]}", "[1]");
    t_map("'n={{result.a}}, {{old}}'", "{'a':5}", "\"n=5, before\"");
    t_map("'{{= result.a * 2}}'", "{'a':5}", "10");
    t_map("7", "'x'", "7");
    t_map("[1,null]", "'x'", "[1,null]");
    t_map("null", "'x'", "null");
    t_map("{'k':'{{result}}'}", "'x'", "{\"k\":\"x\"}");
}


static void
what_finds_nothing_is_null_and_told(void **state)
{
    t_nothing("'json'", "'no json'", "line 1");
    t_nothing("'json_extract: a'", "'{'", "line 1");
    t_nothing("'json: a.b'", "{'a':{}}", "nothing was found");
    t_nothing("'$.a'", "{}", "nothing was found");
    t_nothing("'regex: x'", "'abc'", "nothing was found");
    t_nothing("'xpath: //b'", "'<a/>'", "nothing was found");
    t_nothing("'xpath: //b'", "'no tags'", "no tags");
    t_nothing("'xpath: //b'", "{'a':1}", "no text");
    t_nothing("'tool_calls'", "'text'", "nothing was found");
}


static void
a_pattern_that_runs_away_finds_nothing(void **state)
{
    char     text[300];
    char     result[400];

    memset(text, 'a', 200);
    text[200] = '\0';
    snprintf(result, sizeof(result), "'%s!'", text);
    t_nothing("'regex: ^(a+)+$'", result, "too long");
}


static void
on_missing_says_what_nothing_becomes(void **state)
{
    t_run_t  t;

    t_answer(&t, "{'old':{'from':'$.a','on_missing':'keep'},"
             "'d':{'from':'$.a','default':[1]},"
             "'n':{'from':'$.a','on_missing':'null'},"
             "'o':{'from':'json','on_missing':'keep','default':5},"
             "'there':{'from':'$.b','default':1},"
             "'z':{'from':'$.z','default':1},"
             "'tpl':{'from':'{{result.b}}'}}", "{'b':2,'z':null}");
    assert_string_equal(t_var(&t, "old"), "\"before\"");
    assert_string_equal(t_var(&t, "d"), "[1]");
    assert_string_equal(t_var(&t, "n"), "null");
    assert_string_equal(t_var(&t, "there"), "2");
    assert_string_equal(t_var(&t, "z"), "null");
    assert_string_equal(t_var(&t, "tpl"), "2");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
on_missing_fail_fails_the_step_and_assigns_nothing(void **state)
{
    t_run_t  t;

    t_answer(&t, "{'old':'{{result.b}}','v':{'from':'$.a','on_missing':"
             "'fail'}}", "{'b':2}");
    assert_string_equal(t_status(&t), "failed");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "TransformError");
    assert_string_equal(t_var(&t, "old"), "\"before\"");
    assert_string_equal(t_var(&t, "v"), "");
    t_run_over(&t);
}


static void
mappings_see_those_before_them(void **state)
{
    t_run_t  t;

    t_answer(&t, "{'a':'json: x','b':'{{= a + 1}}','c.d':'{{b}}'}",
             "'{\\'x\\':4}'");
    assert_string_equal(t_var(&t, "a"), "4");
    assert_string_equal(t_var(&t, "b"), "5");
    assert_string_equal(t_var(&t, "c"), "{\"d\":5}");
    t_run_over(&t);
}


static void
a_value_beyond_its_limit_fails_the_step(void **state)
{
    t_run_t  t;
    char    *text = malloc(600 * 1024);

    memset(text, 'x', 600 * 1024 - 1);
    text[600 * 1024 - 1] = '\0';

    t_run(&t, ONE("{'v':'text'}"));
    t_admit(&t);
    t_ok(&t, json_string(text));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "VariablesTooLarge");
    t_run_over(&t);
    free(text);
}


static void
wrong_paths_and_patterns_are_diagnosed(void **state)
{
    static const struct {
        const char  *id;
        const char  *mapping;
    } wrong[] = {
        { "CKP229", "'$.a['" }, { "CKP229", "'$x'" },
        { "CKP229", "'json: a..b'" }, { "CKP229", "'json: $['" },
        { "CKP229", "'json_extract: [a]'" }, { "CKP229", "'xpath: //'" },
        { "CKP229", "'xpath:'" }, { "CKP229", "{'from':'$['}" },
        { "CKP221", "'regex: ('" }, { "CKP225", "'total'" },
        { "CKP405", "{'from':'$','on_missing':'panic'}" },
        { "CKP090", "{'from':'$','on_mising':'fail'}" }
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char  text[1024];

        snprintf(text, sizeof(text), ONE("{'v':%s}"), wrong[i].mapping);
        t_wants(wrong[i].id, NULL, text);
    }

    t_wants("CKP229", "/workflow_graph/nodes/a/steps/0/outputs/v",
            ONE("{'v':'$['}"));
    t_wants("CKP229", "/workflow_graph/nodes/a/steps/0/outputs/v/from",
            ONE("{'v':{'from':'$['}}"));
    t_wants("CKP413", "/workflow_graph/nodes/a/steps/0/outputs/__x",
            ONE("{'__x':'$'}"));
}


static void
right_ones_are_not(void **state)
{
    t_doc_t  t;

    t_compiles(&t, ONE("{'a':'usage','b':'model_used','c':'tool_calls',"
                       "'d':'$..[?(@.x)]','e':'xpath: //a[@b]',"
                       "'f':'regex: a','g':'json: a.b','h':'text',"
                       "'_note':'any thing'}"));
    assert_int_equal(ckp_diags_count(t.diags), 0);
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(words_of_the_language_give_the_whole),
        cmocka_unit_test(json_is_read_from_texts_and_taken_from_values),
        cmocka_unit_test(jsonpath_gives_a_value_or_an_array),
        cmocka_unit_test(patterns_give_their_first_group),
        cmocka_unit_test(xpath_gives_a_text_or_an_array),
        cmocka_unit_test(other_texts_are_members_or_the_whole),
        cmocka_unit_test(templates_see_the_result_and_literals_are_themselves),
        cmocka_unit_test(what_finds_nothing_is_null_and_told),
        cmocka_unit_test(a_pattern_that_runs_away_finds_nothing),
        cmocka_unit_test(on_missing_says_what_nothing_becomes),
        cmocka_unit_test(on_missing_fail_fails_the_step_and_assigns_nothing),
        cmocka_unit_test(mappings_see_those_before_them),
        cmocka_unit_test(a_value_beyond_its_limit_fails_the_step),
        cmocka_unit_test(wrong_paths_and_patterns_are_diagnosed),
        cmocka_unit_test(right_ones_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
