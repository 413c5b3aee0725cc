/*
 * Tests: versions and their ranges (spec/ckp.md 10.10).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/version.h"


static void
versions_are_ordered_as_semver_says(void **state)
{
    static const char *const  rising[] = {
        "draft", "final", "0.9", "1.0.0-alpha", "1.0.0-alpha.1",
        "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2", "1.10", "2", "10"
    };
    const size_t  n = sizeof(rising) / sizeof(rising[0]);

    (void) state;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(ckp_version_order(rising[i], rising[k]),
                             i < k ? -1 : i > k);
        }
    }

    assert_int_equal(ckp_version_order("1.2", "1.2.0"), 0);
    assert_int_equal(ckp_version_order("1.2.0+a", "1.2.0+b"), 0);
}


static void
ranges_take_what_they_say(void **state)
{
    static const struct {
        const char  *range;
        const char  *in;
        const char  *out;
    } cases[] = {
        { "^1.2", "1.2.0", "1.1.9" }, { "^1.2", "1.9.9", "2.0.0" },
        { "^0.2.3", "0.2.9", "0.3.0" }, { "^0.0.3", "0.0.3", "0.0.4" },
        { "~1.2.0", "1.2.9", "1.3.0" }, { "~1", "1.9", "2.0" },
        { ">=1 <2", "1.5", "2" }, { ">1.2", "1.3.0", "1.2.9" },
        { "<=1.2", "1.2.9", "1.3.0" }, { "1.x", "1.0.0", "2.0.0" },
        { "1.2.x", "1.2.7", "1.3.0" }, { "*", "3.4.5", "3.4.5-rc.1" },
        { "=1.2", "1.2.3", "1.3" }, { ">=1.0.0-a", "1.0.0-b", "0.9" },
        { "7", "7", "7.0.1" }, { "draft", "draft", "1.0" },
        { "^1.2", "1.2.1", "draft" }, { "^1.2.3", "1.2.3", "1.3.0-rc" }
    };

    (void) state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(ckp_version_fits(cases[i].range, cases[i].in));
        assert_false(ckp_version_fits(cases[i].range, cases[i].out));
    }

    assert_true(ckp_version_is_range("1.x"));
    assert_false(ckp_version_is_range("1.2.3"));
    assert_false(ckp_version_is_range("next"));
    assert_false(ckp_version_fits("^", "1.0.0"));
    assert_false(ckp_version_fits(">=>1", "1.0.0"));
}


static void
a_reference_is_of_some_kind(void **state)
{
    static const struct {
        const char          *text;
        ckp_version_kind_t   kind;
    } cases[] = {
        { "1", CKP_VERSION_EXACT }, { "1.2.3-rc.1+b", CKP_VERSION_EXACT },
        { "draft", CKP_VERSION_EXACT }, { "latest", CKP_VERSION_LATEST },
        { "@prod", CKP_VERSION_CHANNEL }, { "@qa", CKP_VERSION_CHANNEL },
        { "@dev", CKP_VERSION_CHANNEL }, { "@test", CKP_VERSION_WRONG },
        { "@", CKP_VERSION_WRONG }, { "^1.2", CKP_VERSION_RANGE },
        { "~1.2.0", CKP_VERSION_RANGE }, { ">=1 <2", CKP_VERSION_RANGE },
        { ">= 1", CKP_VERSION_RANGE }, { "1.x", CKP_VERSION_RANGE },
        { "*", CKP_VERSION_RANGE }, { "^", CKP_VERSION_WRONG },
        { "=>1", CKP_VERSION_WRONG }, { "^1 draft", CKP_VERSION_WRONG },
        { "a b", CKP_VERSION_WRONG }, { "-1", CKP_VERSION_WRONG },
        { "a/b", CKP_VERSION_WRONG }
    };

    (void) state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (ckp_version_kind(cases[i].text) != cases[i].kind) {
            fail_msg("'%s' is of kind %d", cases[i].text,
                     (int) ckp_version_kind(cases[i].text));
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(versions_are_ordered_as_semver_says),
        cmocka_unit_test(ranges_take_what_they_say),
        cmocka_unit_test(a_reference_is_of_some_kind)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
