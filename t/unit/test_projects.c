/*
 * Tests: which projects somebody is limited to, as claims and variables say it
 * (docs/api.md, Project scopes).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "wire/projects.h"


/* JSON with ' for ". */

static json_t *
t_json(const char *text)
{
    ckp_err_t  err = CKP_ERR_INIT;
    char       quoted[1024];
    size_t     len = strlen(text);

    memcpy(quoted, text, len + 1);

    for (char *p = quoted; *p != '\0'; p++) {
        *p = *p == '\'' ? '"' : *p;
    }

    json_t *const  v = ckp_json_parse(quoted, len, &err);

    assert_non_null(v);

    return v;
}


/* The claim says that set; NULL: the whole site. */

static void
t_says(const char *claim, const char *set)
{
    json_t            *got;
    json_t *const      v = claim != NULL ? t_json(claim) : NULL;
    json_t *const      want = set != NULL ? t_json(set) : NULL;
    const ckp_code_t   rc = ckp_projects_claim(v, &got);

    json_decref(v);

    if (rc != CKP_OK) {
        json_decref(want);
        assert_int_equal(rc, CKP_OK);
    }

    const bool  same = want == NULL ? got == NULL : json_equal(got, want);

    json_decref(got);
    json_decref(want);
    assert_true(same);
}


static void
a_claim_is_a_list_or_a_text(void **state)
{
    (void) state;

    t_says("['a', 'b']", "['a','b']");
    t_says("'a, b  c'", "['a','b','c']");
    t_says("['b', 'a', 'b']", "['b','a']");
    t_says("['a, b']", "['a, b']");
    t_says("['*']", NULL);
    t_says("'a,*'", NULL);
    t_says("['**']", "['**']");
}


static void
nothing_said_is_no_project(void **state)
{
    (void) state;

    t_says(NULL, "[]");
    t_says("null", "[]");
    t_says("[]", "[]");
    t_says("''", "[]");
    t_says("' , '", "[]");
}


static void
what_is_no_set_is_refused(void **state)
{
    static const char *const  wrong[] = {
        "7", "true", "{'a':1}", "['a', 7]", "[null]", "[['a']]", "['']",
        "['a\\u0007']", "['*', 7]",
        "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']"
    };

    (void) state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        json_t        *set;
        json_t *const  v = t_json(wrong[i]);

        const ckp_code_t  rc = ckp_projects_claim(v, &set);

        json_decref(v);

        if (rc == CKP_OK) {
            json_decref(set);
        }

        assert_int_equal(rc, CKP_E_INVALID);
        assert_null(set);
    }
}


static void
a_set_has_its_bound(void **state)
{
    char     text[4 * (CKP_PROJECTS_MAX + 1)];
    json_t  *set;
    size_t   len = 0;

    (void) state;

    for (int i = 0; i <= CKP_PROJECTS_MAX; i++) {
        text[len++] = (char) ('a' + i / 26);
        text[len++] = (char) ('a' + i % 26);
        text[len++] = ',';
    }

    assert_int_equal(ckp_projects_text(text, len, &set), CKP_E_INVALID);
    assert_int_equal(ckp_projects_text(text, len - 3, &set), CKP_OK);

    const size_t  n = json_array_size(set);

    json_decref(set);
    assert_int_equal(n, CKP_PROJECTS_MAX);
}


static void
a_text_is_cut_at_its_length(void **state)
{
    json_t  *set;

    (void) state;

    assert_int_equal(ckp_projects_text("one,two", 5, &set), CKP_OK);

    const bool  has = ckp_projects_has(set, "one")
                      && ckp_projects_has(set, "t")
                      && !ckp_projects_has(set, "two")
                      && !ckp_projects_has(set, NULL);

    json_decref(set);
    assert_true(has);
    assert_int_equal(ckp_projects_text("a\xff", 2, &set), CKP_E_INVALID);
}


static void
sets_meet(void **state)
{
    static const struct {
        const char  *a;
        const char  *b;
        const char  *both;
    } cases[] = {
        { "['a','b']", "['b','c']", "['b']" }, { "['a']", "['b']", "[]" },
        { NULL, "['b']", "['b']" }, { "['a']", NULL, "['a']" },
        { "[]", NULL, "[]" }, { NULL, NULL, NULL }
    };

    (void) state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t            *both;
        json_t *const      a = cases[i].a ? t_json(cases[i].a) : NULL;
        json_t *const      b = cases[i].b ? t_json(cases[i].b) : NULL;
        json_t *const      w = cases[i].both ? t_json(cases[i].both) : NULL;
        const ckp_code_t   rc = ckp_projects_meet(a, b, &both);
        const bool         same = rc == CKP_OK
                                  && (w == NULL ? both == NULL
                                                : json_equal(w, both));
        const bool         in = ckp_projects_within(both, a)
                                && ckp_projects_within(both, b);

        json_decref(a);
        json_decref(b);
        json_decref(w);
        json_decref(both);
        assert_int_equal(rc, CKP_OK);
        assert_true(same);
        assert_true(in);
    }
}


static void
the_whole_site_is_within_nothing_less(void **state)
{
    (void) state;

    json_t *const  one = t_json("['a']");
    const bool     right = !ckp_projects_within(NULL, one)
                           && ckp_projects_within(one, NULL)
                           && ckp_projects_has(NULL, "a")
                           && ckp_projects_has(NULL, NULL);

    json_decref(one);
    assert_true(right);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_claim_is_a_list_or_a_text),
        cmocka_unit_test(nothing_said_is_no_project),
        cmocka_unit_test(what_is_no_set_is_refused),
        cmocka_unit_test(a_set_has_its_bound),
        cmocka_unit_test(a_text_is_cut_at_its_length),
        cmocka_unit_test(sets_meet),
        cmocka_unit_test(the_whole_site_is_within_nothing_less),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
