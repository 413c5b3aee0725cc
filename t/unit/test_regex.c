/*
 * Regular expressions: anchors, flags, groups, and the limits.
 */

#include "lang.h"
#include "lang/regex.h"


static bool
matches(const char *pattern, bool whole, const char *flags,
    const char *subject)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_regex_t *const  re = ckp_regex_new(pattern, whole, flags, &err);
    size_t              n;

    if (re == NULL) {
        fail_msg("%s: %s", pattern, err.msg);
    }

    n = ckp_regex_match(re, subject, strlen(subject), 0, NULL, 0);
    ckp_regex_free(re);

    return n != 0;
}


static void
test_a_whole_match_has_no_rest(void **state)
{
    assert_true(matches("[a-z]+", true, NULL, "abc"));
    assert_false(matches("[a-z]+", true, NULL, "abc1"));
    assert_false(matches("[a-z]+", true, NULL, "1abc"));
    assert_false(matches("[a-z]+", true, NULL, "abc\n"));
    assert_false(matches("^[a-z]+$", true, NULL, "abc\n"));
    assert_true(matches("a|ab", true, NULL, "ab"));
    assert_true(matches("", true, NULL, ""));
    assert_true(matches("\\p{L}+", true, NULL, "\xc3\xa9t\xc3\xa9"));
}


static void
test_a_search_finds_any_place(void **state)
{
    assert_true(matches("b", false, NULL, "abc"));
    assert_false(matches("^b", false, NULL, "abc"));
    assert_true(matches("a.c", false, NULL, "xa\xc3\xa9" "c"));
}


static void
test_flags_change_the_meaning(void **state)
{
    ckp_err_t  err = CKP_ERR_INIT;

    assert_true(matches("ABC", false, "i", "abc"));
    assert_true(matches("^b$", false, "m", "a\nb\nc"));
    assert_true(matches("a.b", false, "s", "a\nb"));
    assert_false(matches("a.b", false, NULL, "a\nb"));
    assert_true(matches("a b # c", false, "x", "ab"));
    assert_null(ckp_regex_new("a", false, "q", &err));
    assert_int_equal(err.code, CKP_E_INVALID);
}


static void
test_groups_give_their_places(void **state)
{
    ckp_err_t     err = CKP_ERR_INIT;
    ckp_regex_t  *re = ckp_regex_new("(a)|(b)(c)?", false, NULL, &err);
    ckp_span_t    spans[4];

    assert_int_equal(ckp_regex_match(re, "xxb", 3, 0, spans, 4), 3);
    assert_int_equal(spans[0].start, 2);
    assert_int_equal(spans[0].end, 3);
    assert_true(spans[1].start == SIZE_MAX);
    assert_int_equal(spans[2].start, 2);
    assert_true(spans[3].start == SIZE_MAX);
    assert_int_equal(ckp_regex_match(re, "a..a", 4, 1, spans, 1), 1);
    assert_int_equal(spans[0].start, 3);
    assert_int_equal(ckp_regex_match(re, "a", 1, 2, spans, 1), 0);
    ckp_regex_free(re);
}


static void
wrong(const char *pattern, const char *sentence)
{
    ckp_err_t  err = CKP_ERR_INIT;

    assert_null(ckp_regex_new(pattern, false, NULL, &err));
    assert_int_equal(err.code, CKP_E_INVALID);

    if (strstr(err.msg, sentence) == NULL) {
        fail_msg("%s: %s", pattern, err.msg);
    }
}


static void
test_what_does_not_compile_is_told(void **state)
{
    char  long_pattern[1100];
    char  groups[200] = "";

    wrong("(", "at character 2");
    wrong("a\\C", "\\C");
    wrong("[b-a]", "order");

    memset(long_pattern, 'a', 1025);
    long_pattern[1025] = '\0';
    wrong(long_pattern, "1025 bytes, at most 1024");
    long_pattern[1024] = '\0';
    assert_false(matches(long_pattern, false, NULL, "a"));

    for (int i = 0; i < 32; i++) {
        strcat(groups, "(a)");
    }

    assert_false(matches(groups, false, NULL, "a"));
    strcat(groups, "(a)");
    wrong(groups, "33 groups");
}


static void
limit_is_told(const char *pattern, const char *subject, bool want)
{
    ckp_regex_t *const  re = ckp_regex_new(pattern, false, NULL, NULL);
    bool                limited = !want;

    (void) ckp_regex_try(re, subject, strlen(subject), 0, NULL, 0, &limited);
    assert_int_equal(limited, want);
    ckp_regex_free(re);
}


static void
test_a_runaway_pattern_does_not_match(void **state)
{
    char  subject[4001];

    memset(subject, 'a', 4000);
    subject[4000] = '\0';
    assert_false(matches("(a+)+$b", false, NULL, subject));
    assert_false(matches("(a|aa)+b", false, NULL, subject));
    assert_false(matches("(a+)+b", true, NULL, subject));
    subject[3999] = '!';
    assert_false(matches("^(a|aa)+$", false, NULL, subject));
    assert_false(matches("(a|aa)+", true, NULL, subject));
    limit_is_told("^(a|aa)+$", subject, true);
    limit_is_told("^(a|b)+!$", subject, false);
    limit_is_told("b", subject, false);
    assert_false(matches("(?s).*.*.*=.*", false, NULL, subject));
}


static void
test_a_long_subject_is_searched_to_its_end(void **state)
{
    char *const  subject = ckp_alloc(CKP_REGEX_SUBJECT_MAX + 2);

    memset(subject, 'a', CKP_REGEX_SUBJECT_MAX + 1);
    subject[CKP_REGEX_SUBJECT_MAX] = '\0';
    memcpy(subject + CKP_REGEX_SUBJECT_MAX - 5, " x@y ", 5);
    assert_true(matches("\\w@\\w", false, NULL, subject));
    assert_false(matches("#\\w@\\w", false, NULL, subject));

    memset(subject, 'b', CKP_REGEX_SUBJECT_MAX + 1);
    subject[CKP_REGEX_SUBJECT_MAX + 1] = '\0';
    assert_false(matches("b", false, NULL, subject));
    ckp_free(subject);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_whole_match_has_no_rest),
        cmocka_unit_test(test_a_search_finds_any_place),
        cmocka_unit_test(test_flags_change_the_meaning),
        cmocka_unit_test(test_groups_give_their_places),
        cmocka_unit_test(test_what_does_not_compile_is_told),
        cmocka_unit_test(test_a_runaway_pattern_does_not_match),
        cmocka_unit_test(test_a_long_subject_is_searched_to_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
