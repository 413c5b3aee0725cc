/* Transformations that are wrong, too large, too long or without memory. */

#include "collect.h"


/* --- what is wrong ------------------------------------------------------------------------------------ */


static void
test_what_is_wrong_is_said_at_its_place(void **ctx)
{
    t_wrong("filter", "'item >'", "", "220 -|");
    t_wrong("filter", "'item > 1'", "", "");
    t_wrong("filter", "['x']", "", "15 -|");
    t_wrong("reduce", "'acc +'", "", "220 -|");
    t_wrong("map", "", "{'fields':{'a/b':'1 +','c':'1'}}",
            "220 fields/a~1b|");
    t_wrong("map", "", "{'fields':['x']}", "15 fields|");
    t_wrong("aggregate", "'total(v)'", "", "224 -|");
    t_wrong("aggregate", "'sum(v'", "", "220 -|");
    t_wrong("aggregate", "'sum(v) total'", "", "220 -|");
    t_wrong("aggregate", "'sum(v) as'", "", "220 -|");
    t_wrong("aggregate", "'sum(v),'", "", "220 -|");
    t_wrong("aggregate", "'sum(v +)'", "", "220 -|");
    t_wrong("aggregate", "7", "", "15 -|");
    t_wrong("aggregate", "", "{'op':'total'}", "224 op|");
    t_wrong("aggregate", "", "{'group_by':['a',7]}", "15 group_by/1|");
    t_wrong("join", "", "{'with':'x'}", "401 on|");
    t_wrong("join", "", "{'with':'x','on':7}", "15 on|");
    t_wrong("join", "", "{'with':'x','on':{'left':'a'}}", "401 on|");
    t_wrong("join", "", "{'how':'outer'}", "405 how|");
    t_wrong("join", "", "{'how':'{{kind}}'}", "");
    t_wrong("pivot", "", "{'index':'a'}", "401 columns|401 values|");
    t_wrong("pivot", "", "{'columns':'a','values':'b','fn':'mean'}",
            "224 fn|");
    t_wrong("sort", "", "{'keys':[{'key':'a'},{'key':'b +'},{}]}",
            "220 keys/1/key|401 keys/2|");
    t_wrong("sort", "", "{'nulls':'middle'}", "405 nulls|");
    t_wrong("deduplicate", "", "{'keep':'all'}", "405 keep|");
    t_wrong("json_path", "'$.['", "", "229 -|");
    t_wrong("json_path", "7", "", "15 -|");
    t_wrong("parse", "", "{'format':'yaml'}", "405 format|");
    t_wrong("template", "'{{= 1 + }}'", "", "220 -|");
}


/* --- limits -------------------------------------------------------------------------------------------- */


/* n times `one`, as an array. */
static char *
t_many(size_t n, const char *one)
{
    char *const   text = malloc(n * (strlen(one) + 1) + 3);
    char         *p = text;

    *p++ = '[';

    for (size_t i = 0; i < n; i++) {
        p += sprintf(p, "%s%s", i == 0 ? "" : ",", one);
    }

    strcpy(p, "]");

    return text;
}


static void
test_a_result_has_a_largest_size(void **ctx)
{
    char  *one = malloc(1100);
    char  *text;

    memset(one, 'x', 1050);
    one[0] = '"';
    one[1023] = '"';
    one[1024] = '\0';
    text = t_many(511, one);                /* 1025 bytes each */

    ckp_err_t    err;
    char *const  fits = t_make("map", text, "item", "", &err);

    assert_true(fits[0] == '[');
    ckp_free(fits);
    free(text);
    text = t_many(512, one);
    t_breaks("map", text, "item", "", "more than 524288 bytes");
    t_breaks("filter", text, "always", "", "more than 524288 bytes");
    t_breaks("sort", text, "", "", "more than 524288 bytes");
    t_breaks("join", text, "", "{'separator':' and '}",
             "more than 524288 bytes");
    t_breaks("expression", text, "value", "", "more than 524288 bytes");
    free(text);
    free(one);
}


static void
test_a_transformation_has_a_largest_number_of_steps(void **ctx)
{
    char  *text = t_many(100000, "1");

    /* three steps each: a sum, two operands */

    t_breaks("filter", text, "item + item + item + item + item + item + item"
             " + item + item + item > 100", "", "more than 1000000 steps");
    t_gives("aggregate", text, "sum", "", "100000");
    free(text);
    text = t_many(5000, "1");
    t_breaks("join", text, "", "{'with':[],'on':'k'}", "no object");
    free(text);
    text = t_many(2000, "{\"k\":1}");

    json_t *const  with = t_json(text);
    char *const    params = malloc(strlen(text) + 40);

    sprintf(params, "{\"with\":%s,\"on\":\"k\"}", text);

    for (char *p = params; *p != '\0'; p++) {
        *p = *p == '"' ? '\'' : *p;
    }

    /* four million rows are not made */

    t_breaks("join", text, "", params, "more than");
    json_decref(with);
    free(params);
    free(text);
}


static void
test_names_from_data_have_a_largest_size(void **ctx)
{
    char  source[1300];
    char  key[1200];

    memset(key, 'k', sizeof(key));
    key[1024] = '\0';
    snprintf(source, sizeof(source), "[{\"k\":\"%s\",\"v\":1}]", key);

    ckp_err_t    err;
    char *const  fits = t_make("group_by", source, "k", "", &err);

    assert_true(fits[0] == '{');
    ckp_free(fits);

    key[1024] = 'k';
    key[1025] = '\0';
    snprintf(source, sizeof(source), "[{\"k\":\"%s\",\"v\":1}]", key);
    t_breaks("group_by", source, "k", "", "1025 bytes");
    t_breaks("pivot", source, "", "{'columns':'k','values':'v'}",
             "1024 bytes");
}


static void
test_warnings_are_passed_on_a_few_times_only(void **ctx)
{
    char *const               text = t_many(1000, "\"a\"");
    json_t *const             source = t_json(text);
    json_t *const             when = json_string("item * 2 > 1");
    const ckp_collect_want_t  want = { .kind = CKP_COLLECT_FILTER,
                                       .expression = when };
    ckp_err_t                 err = CKP_ERR_INIT;
    ckp_collect_t *const      t = ckp_collect_new(&want, NULL, NULL, &err);
    t_lang_t                  l;
    json_t                   *out = NULL;
    uint32_t                  steps = 0;

    t_lang_init(&l, VARS);

    const ckp_collect_in_t  in = { .ev = &l.ev, .source = source };

    assert_int_equal(ckp_collect_run(t, &in, &out, &steps, &err), CKP_OK);
    assert_int_equal(json_array_size(out), 0);
    assert_int_equal(l.warnings, CKP_COLLECT_WARNINGS_MAX);
    assert_true(steps >= 1000);
    assert_int_equal(l.ev.budget, CKP_EVAL_STEPS_MAX);

    json_decref(out);
    l.ev.strict = true;
    assert_int_equal(ckp_collect_run(t, &in, &out, &steps, &err),
                     CKP_E_INVALID);
    assert_null(out);
    ckp_collect_free(t);
    t_lang_free(&l);
    json_decref(when);
    json_decref(source);
    free(text);
}


/* What runs in the scope of an element is told apart for the compiler. */
static void
t_part(void *data, const ckp_collect_part_t *part)
{
    t_said_t *const  said = data;
    const size_t     len = strlen(said->text);

    snprintf(said->text + len, sizeof(said->text) - len, "%s%s%s%s|",
             part->param == NULL ? "-" : part->param, part->below,
             part->expr != NULL ? " expr" : " text",
             part->element ? " element" : "");
}


static void
test_parts_are_shown(void **ctx)
{
    json_t *const             params = t_quoted("{'fields':{'a':'x + 1',"
                                                "'b':'{{y}} z','c':3}}");
    const ckp_collect_want_t  want = { .kind = CKP_COLLECT_MAP,
                                       .params = params };
    ckp_err_t                 err = CKP_ERR_INIT;
    ckp_collect_t *const      t = ckp_collect_new(&want, NULL, NULL, &err);
    t_said_t                  said = { "" };

    ckp_collect_parts(t, t_part, &said);
    assert_string_equal(said.text, "fields/b text element|"
                        "fields/a expr element|");
    ckp_collect_free(t);
    json_decref(params);
}


/* --- memory --------------------------------------------------------------------- */

static long  t_left;                /* allocations before there are no more */


static void *
t_malloc(size_t size)
{
    if (t_left-- > 0) {
        return malloc(size);
    }

    ckp_memory_refused();

    return NULL;
}


static void
t_hungry(const char *type, const char *source, const char *expression,
    const char *params)
{
    ckp_collect_want_t  want = { .kind = CKP_COLLECT_FILTER };
    json_t *const       from = t_json(source);
    json_t *const       text = *expression == '\0' ? NULL
                               : json_string(expression);
    json_t *const       more = *params == '\0' ? NULL : t_quoted(params);
    ckp_code_t          rc = CKP_E_NOMEM;
    t_lang_t            l;

    assert_true(ckp_collect_find(type, &want.kind));
    want.expression = text;
    want.params = more;
    t_lang_init(&l, VARS);

    for (long n = 0; rc != CKP_OK; n++) {
        const ckp_collect_in_t  in = { .ev = &l.ev, .source = from,
                                       .params = more };
        ckp_err_t               err = CKP_ERR_INIT;
        json_t                 *out = NULL;
        ckp_collect_t          *t;
        const unsigned long     refusals = ckp_memory_refusals();

        assert_true(n < 2000);
        t_left = n;
        ckp_memory_from(t_malloc, free, NULL);
        t = ckp_collect_new(&want, NULL, NULL, &err);
        rc = t == NULL ? err.code : ckp_collect_run(t, &in, &out, NULL, &err);
        ckp_memory_from(NULL, NULL, NULL);

        /* as who asks for it does: what came of it is not what it should be */

        rc = ckp_memory_refusals() != refusals ? CKP_E_NOMEM : rc;

        if (rc != CKP_OK && rc != CKP_E_NOMEM) {
            fail_msg("%s: %d %s", type, rc, err.msg);
        }

        json_decref(out);
        ckp_collect_free(t);
    }

    t_lang_free(&l);
    json_decref(from);
    json_decref(text);
    json_decref(more);
}


static void
test_memory_that_runs_out_is_told(void **ctx)
{
    t_hungry("map", ROWS, "id", "");
    t_hungry("map", "[{\"id\":1}]", "", "{'fields':{'a':'id','b':'{{id}}!'}}");
    t_hungry("filter", "{\"a\":1,\"b\":2}", "item > 1", "");
    t_hungry("aggregate", ROWS, "count, sum(v), unique(city)",
             "{'group_by':'city'}");
    t_hungry("join", ROWS, "city", "");
    t_hungry("join", "[{\"city\":\"Rom\"},{\"city\":\"Ulm\"}]", "",
             "{'with':'towns','how':'full','prefix':'p_',"
             "'on':{'left':'city','right':'name'}}");
    t_hungry("pivot", ROWS, "", "{'index':'city','columns':'id','values':'v',"
             "'fn':'list'}");
    t_hungry("sort", ROWS, "city", "");
    t_hungry("deduplicate", ROWS, "city", "");
    t_hungry("flatten", ROWS, "tags", "");
    t_hungry("group_by", ROWS, "city", "");
    t_hungry("template", "5", "a{{value}}", "");
}


/* --- any text ------------------------------------------------------------------ */


static uint32_t
t_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;

    return *seed >> 8;
}


/* Pieces of the grammar in any order give a result or an error, and end. */
static void
test_any_text_ends_well(void **ctx)
{
    static const char *const  pieces[] = {
        "v", "item", "acc", "city", "{{", "}}", "{{v}}", "|", "(", ")", "[",
        "]", ",", ".", "'", "\"", "+", "-", "*", "/", " ", " as ", "sum",
        "count", "unique", "$", "@", "?", "==", "1", "0", "null", "\\", "if",
        "\xc3\xa9", "{", "}", ":", "len", "$..", "*"
    };
    json_t *const             source = t_json(ROWS);
    uint32_t                  seed = 7;
    t_lang_t                  l;

    t_lang_init(&l, VARS);

    for (int i = 0; i < 20000; i++) {
        char                text[200] = "";
        ckp_err_t           err = CKP_ERR_INIT;
        ckp_collect_want_t  want = { .kind = t_next(&seed) % 14 };
        json_t             *out = NULL;
        ckp_collect_t      *t;

        for (uint32_t k = 1 + t_next(&seed) % 8; k > 0; k--) {
            strcat(text, pieces[t_next(&seed)
                                % (sizeof(pieces) / sizeof(pieces[0]))]);
        }

        json_t *const  expression = json_string(text);
        json_t *const  params = json_pack("{s:s, s:s, s:[s], s:s, s:s}",
                                          "columns", text, "values", "v",
                                          "keys", text, "group_by", text,
                                          "field", text);

        want.expression = expression;
        want.params = i % 2 == 0 ? params : NULL;
        t = ckp_collect_new(&want, NULL, NULL, &err);

        if (t == NULL) {
            assert_int_equal(err.code, CKP_E_INVALID);

        } else {
            const ckp_collect_in_t  in = { .ev = &l.ev, .source = source,
                                           .params = want.params };
            const ckp_code_t        rc = ckp_collect_run(t, &in, &out, NULL,
                                                         &err);

            assert_true(rc == CKP_OK ? out != NULL
                        : out == NULL && err.msg[0] != '\0');
        }

        json_decref(out);
        ckp_collect_free(t);
        json_decref(expression);
        json_decref(params);
    }

    t_lang_free(&l);
    json_decref(source);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_what_is_wrong_is_said_at_its_place),
        cmocka_unit_test(test_a_result_has_a_largest_size),
        cmocka_unit_test(test_a_transformation_has_a_largest_number_of_steps),
        cmocka_unit_test(test_names_from_data_have_a_largest_size),
        cmocka_unit_test(test_warnings_are_passed_on_a_few_times_only),
        cmocka_unit_test(test_parts_are_shown),
        cmocka_unit_test(test_memory_that_runs_out_is_told),
        cmocka_unit_test(test_any_text_ends_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
