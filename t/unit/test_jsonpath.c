/* JSONPath finds what spec/ckp.md 9.1 says, and nothing else. */

#include "lang.h"

#include <stdlib.h>

#include "data/jsonpath.h"
#include "fuzz.h"

#define DOC                                                                   \
    "{\"a\":{\"b\":[10,20,{\"c\":\"x\"}],\"n\":null,\"a-b\":1},"              \
    "\"list\":[{\"a\":1,\"x\":\"p\"},{\"a\":2,\"x\":\"q\",\"d\":true},"       \
    "{\"a\":\"1\",\"x\":\"r\"},{\"x\":\"s\",\"a\":null},{\"x\":\"t\"}],"      \
    "\"x\":[1,[2,[3]]],\"sp ace\":5,\"q'uote\":6,\"max\":2}"


/* `want` NULL: nothing is there. */

static void
t_path(const char *path, const char *doc, const char *want)
{
    json_t *const          v = t_json(doc);
    ckp_err_t              err = CKP_ERR_INIT;
    ckp_jsonpath_t *const  p = ckp_jsonpath_parse(path, &err);
    json_t                *found = NULL;

    if (p == NULL) {
        fail_msg("%s: %s", path, err.msg);
        return;
    }

    assert_int_equal(ckp_jsonpath_find(p, v, &found, &err), CKP_OK);

    if (want == NULL) {
        if (found != NULL) {
            fail_msg("%s: found something", path);
        }

    } else if (found == NULL) {
        fail_msg("%s: found nothing", path);

    } else {
        t_is(found, want, path);
    }

    json_decref(found);
    json_decref(v);
    ckp_jsonpath_free(p);
}


static void
t_wrong(const char *path, const char *sentence)
{
    ckp_err_t              err = CKP_ERR_INIT;
    ckp_jsonpath_t *const  p = ckp_jsonpath_parse(path, &err);

    if (p != NULL) {
        fail_msg("%s: is taken", path);
    }

    assert_int_equal(err.code, CKP_E_INVALID);

    if (strstr(err.msg, sentence) == NULL) {
        fail_msg("%s: %s", path, err.msg);
    }
}


static void
definite_paths_lead_to_one_value(void **state)
{
    t_path("$", "5", "5");
    t_path(" $ ", "{\"a\":1}", "{\"a\":1}");
    t_path("$.a.b[0]", DOC, "10");
    t_path("$.a.b[-1].c", DOC, "\"x\"");
    t_path("$.a.b[-3]", DOC, "10");
    t_path("$['a'][\"b\"][1]", DOC, "20");
    t_path("$.a.a-b", DOC, "1");
    t_path("$['sp ace']", DOC, "5");
    t_path("$['q\\'uote']", DOC, "6");
    t_path("$[\"\\u006d\\u0061x\"]", DOC, "2");
    t_path("$.\xc3\xa4", "{\"\xc3\xa4\":1}", "1");
    t_path("$['\\ud83d\\ude00']", "{\"\xf0\x9f\x98\x80\":1}", "1");
    t_path("$[0]", "[7]", "7");
}


static void
a_null_is_found_and_a_gap_is_not(void **state)
{
    t_path("$.a.n", DOC, "null");
    t_path("$.a.m", DOC, NULL);
    t_path("$.a.n.x", DOC, NULL);
    t_path("$.a.b[3]", DOC, NULL);
    t_path("$.a.b[-4]", DOC, NULL);
    t_path("$.a[0]", DOC, NULL);
    t_path("$.x.length", DOC, NULL);
}


static void
other_paths_give_all_hits_in_order(void **state)
{
    t_path("$.a.b[*]", DOC, "[10,20,{\"c\":\"x\"}]");
    t_path("$.a.*", DOC, "[[10,20,{\"c\":\"x\"}],null,1]");
    t_path("$.list[*].x", DOC, "[\"p\",\"q\",\"r\",\"s\",\"t\"]");
    t_path("$.list[*].nope", DOC, "[]");
    t_path("$..c", DOC, "[\"x\"]");
    t_path("$..a", "{\"a\":{\"a\":1},\"b\":[{\"a\":2}]}",
           "[{\"a\":1},1,2]");
    t_path("$..x[*]", DOC, "[1,[2,[3]]]");
    t_path("$..['c']", DOC, "[\"x\"]");
    t_path("$.x..*", DOC, "[1,[2,[3]],2,[3],3]");
    t_path("$.x..[0]", DOC, "[1,2,3]");
    t_path("$[*]", "5", "[]");
}


static void
filters_keep_what_they_hold_for(void **state)
{
    t_path("$.list[?(@.a == 2)].x", DOC, "[\"q\"]");
    t_path("$.list[?(@.a==1)].x", DOC, "[\"p\",\"r\"]");
    t_path("$.list[?@.d].x", DOC, "[\"q\"]");
    t_path("$.list[?(!@.d)].x", DOC, "[\"p\",\"r\",\"s\",\"t\"]");
    t_path("$.list[?(@.a)].x", DOC, "[\"p\",\"q\",\"r\",\"s\"]");
    t_path("$.list[?(@.a >= $.max)].x", DOC, "[\"q\"]");
    t_path("$.list[?(@.x > 'q' && @.x != 't')].x", DOC, "[\"r\",\"s\"]");
    t_path("$.list[?(@.x == 'p' || (@.a == 2 && @.d == true))].x", DOC,
           "[\"p\",\"q\"]");
    t_path("$.list[?(@.a == null)].x", DOC, "[\"s\"]");
    t_path("$.list[?(@.a < 1.5)].x", DOC, "[\"p\",\"r\"]");
    t_path("$.a.b[?(@ > 15)]", DOC, "[20]");
    t_path("$.a.b[?(@['c'] == \"x\")].c", DOC, "[\"x\"]");
    t_path("$[?(@ <= -1)]", "[-2,-1,0]", "[-2,-1]");
    t_path("$..[?(@.a == 2)].x", DOC, "[\"q\"]");
    t_path("$.list[?(@.no == @.nor)].x", DOC,
           "[\"p\",\"q\",\"r\",\"s\",\"t\"]");
    t_path("$.list[?(@.no == null)].x", DOC, "[]");
}


static void
what_is_no_path_is_told_with_its_column(void **state)
{
    t_wrong("", "column 1");
    t_wrong("a.b", "begins with");
    t_wrong("$.", "column 3");
    t_wrong("$..", "name is missing");
    t_wrong("$a", "does not belong");
    t_wrong("$.a b", "does not belong");
    t_wrong("$[", "column 3");
    t_wrong("$[0", "\"]\" is missing");
    t_wrong("$['a]", "quote without its end");
    t_wrong("$['\\x']", "escape");
    t_wrong("$['\\u0000']", "escape");
    t_wrong("$['\\ud800']", "escape");
    t_wrong("$[1:2]", "\"]\" is missing");
    t_wrong("$[99999999999]", "too large");
    t_wrong("$[-]", "index");
    t_wrong("$.['a']", "name is missing");
    t_wrong("$[?()]", "value is missing");
    t_wrong("$[?(1)]", "comparison is missing");
    t_wrong("$[?(@.a == )]", "value is missing");
    t_wrong("$[?(@.a == 1]", "\")\" is missing");
    t_wrong("$[?(@.a[*] == 1)]", "more than one place");
    t_wrong("$[?(@.a[?(@.b)] == 1)]", "filter within a filter");
    t_wrong("$[?(@.a = 1)]", "is missing");
    t_wrong("$.\xff", "no UTF-8");
    t_wrong("$[?(@.a == '\xc3')]", "no UTF-8");
    t_wrong("$[?(@.a == 1e)]", "value is missing");
}


static void
repeated(char *out, const char *head, const char *piece, size_t n,
    const char *tail)
{
    strcpy(out, head);

    while (n-- > 0) {
        strcat(out, piece);
    }

    strcat(out, tail);
}


static void
paths_have_limits(void **state)
{
    char  text[4096];

    repeated(text, "$", ".a", 64, "");
    t_path(text, "{}", NULL);
    repeated(text, "$", ".a", 65, "");
    t_wrong(text, "too many segments");

    repeated(text, "$[?(@.a==1", "||1==1", 63, ")]");
    t_wrong(text, "too many tests");
    repeated(text, "$[?(1==2", "||1==1", 31, ")]");
    t_path(text, "[3]", "[3]");

    repeated(text, "$[?", "(", 15, "@.a");
    repeated(text + strlen(text), "", ")", 15, "]");
    t_path(text, "[{\"a\":1}]", "[{\"a\":1}]");
    repeated(text, "$[?", "!", 17, "@.a]");
    t_wrong(text, "too deep");

    repeated(text, "$['", "a", CKP_JSONPATH_TEXT_MAX - 5, "']");
    t_path(text, "{}", NULL);
    repeated(text, "$['", "a", CKP_JSONPATH_TEXT_MAX - 4, "']");
    t_wrong(text, "too long");
}


static void
t_limited(const char *path, const json_t *v)
{
    ckp_err_t              err = CKP_ERR_INIT;
    ckp_jsonpath_t *const  p = ckp_jsonpath_parse(path, &err);
    json_t                *found = NULL;

    assert_non_null(p);
    assert_int_equal(ckp_jsonpath_find(p, v, &found, &err), CKP_E_LIMIT);
    assert_null(found);
    assert_true(err.msg[0] != '\0');
    ckp_jsonpath_free(p);
}


static void
searches_that_explode_are_stopped(void **state)
{
    json_t  *deep = json_integer(1);
    json_t  *wide = json_array();
    char    *text = calloc(1, 600 * 1024);

    for (int i = 0; i < 60; i++) {
        deep = json_pack("[o]", deep);
    }

    for (int i = 0; i < 200; i++) {
        (void) json_array_append(wide, deep);
    }

    t_limited("$..*..*..*..*", wide);

    memset(text, 'a', 300 * 1024);
    json_decref(wide);
    wide = json_pack("[s, s]", text, text);
    t_limited("$[*]", wide);
    json_decref(wide);
    json_decref(deep);
    free(text);
}


static void
any_text_is_read_or_refused(void **state)
{
    static const char *const  words[] = {
        "$", ".", "..", "[", "]", "*", "?", "(", ")", "@", "'", "\"", "a",
        "x", "0", "-1", "==", "!=", "<", ">=", "&&", "||", "!", " ", "\\",
        "\\u00e4", "null", "1e5", "list", NULL
    };
    json_t *const             v = t_json(DOC);
    t_fuzz_t                  z = { 11 };
    int                       taken = 0;

    for (int i = 0; i < 30000; i++) {
        char             text[48] = "$";
        ckp_err_t        err = CKP_ERR_INIT;
        ckp_jsonpath_t  *p;
        json_t          *found = NULL;

        (void) t_fuzz_text(&z, words, text + 1, sizeof(text) - 1);
        p = ckp_jsonpath_parse(text, &err);

        if (p == NULL) {
            assert_true(err.msg[0] != '\0');
            continue;
        }

        taken++;
        (void) ckp_jsonpath_find(p, v, &found, &err);
        json_decref(found);
        ckp_jsonpath_free(p);
    }

    assert_true(taken > 100);
    json_decref(v);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(definite_paths_lead_to_one_value),
        cmocka_unit_test(a_null_is_found_and_a_gap_is_not),
        cmocka_unit_test(other_paths_give_all_hits_in_order),
        cmocka_unit_test(filters_keep_what_they_hold_for),
        cmocka_unit_test(what_is_no_path_is_told_with_its_column),
        cmocka_unit_test(paths_have_limits),
        cmocka_unit_test(searches_that_explode_are_stopped),
        cmocka_unit_test(any_text_is_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
