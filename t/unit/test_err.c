/*
 * The one error: the first wins, texts are cut at characters.
 */

#include "lang.h"


static void
test_the_first_error_wins(void **state)
{
    ckp_err_t  err = CKP_ERR_INIT;

    assert_int_equal(ckp_fail(&err, CKP_E_LIMIT, "/a/0", "%d of %d", 2, 1),
                     CKP_E_LIMIT);
    assert_int_equal(ckp_fail(&err, CKP_E_INVALID, "/b", "later"),
                     CKP_E_INVALID);
    assert_int_equal(err.code, CKP_E_LIMIT);
    assert_string_equal(err.at, "/a/0");
    assert_string_equal(err.msg, "2 of 1");
}


static void
test_nobody_need_listen(void **state)
{
    ckp_err_t  err = CKP_ERR_INIT;

    assert_int_equal(ckp_fail(NULL, CKP_E_NOMEM, "", "x"), CKP_E_NOMEM);
    assert_int_equal(ckp_fail(&err, CKP_E_STATE, NULL, "x"), CKP_E_STATE);
    assert_string_equal(err.at, "");
}


static void
test_long_texts_are_cut_between_characters(void **state)
{
    char       text[400];
    ckp_err_t  err = CKP_ERR_INIT;

    /* 238 bytes, then characters of two: the first of them has no room */

    memset(text, 'a', 238);
    strcpy(text + 238, "\xc3\xa9\xc3\xa9");
    (void) ckp_fail(&err, CKP_E_INVALID, text, "%s", text);
    assert_int_equal(strlen(err.msg), 238);
    assert_int_equal(strlen(err.at), sizeof(err.at) - 1);

    memset(&err, 0, sizeof(err));
    memset(text, 'a', 237);
    strcpy(text + 237, "\xc3\xa9\xc3\xa9");
    (void) ckp_fail(&err, CKP_E_INVALID, "", "%s", text);
    assert_int_equal(strlen(err.msg), 239);

    memset(&err, 0, sizeof(err));
    memset(text, 'a', 237);
    strcpy(text + 237, "\xf0\x9f\x98\x80");
    (void) ckp_fail(&err, CKP_E_INVALID, "", "%s", text);
    assert_int_equal(strlen(err.msg), 237);
}


static ckp_code_t
guarded(ckp_err_t *err, int n)
{
    CKP_INVARIANT(err, n > 0);

    return CKP_OK;
}


static void
test_a_broken_invariant_is_a_bug_that_names_it(void **state)
{
    ckp_err_t  err = CKP_ERR_INIT;

    assert_int_equal(guarded(&err, 1), CKP_OK);
    assert_int_equal(guarded(&err, 0), CKP_E_BUG);
    assert_string_equal(err.msg, "invariant: n > 0");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_first_error_wins),
        cmocka_unit_test(test_nobody_need_listen),
        cmocka_unit_test(test_long_texts_are_cut_between_characters),
        cmocka_unit_test(test_a_broken_invariant_is_a_bug_that_names_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
