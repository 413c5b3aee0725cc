/*
 * Names of artifacts: which are paths, what texts mean, and the address.
 */

#include "lang.h"
#include "base/artifact.h"


static void
path_is(const char *text, const char *root, const char *want)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, CKP_ARTIFACT_PATH_MAX);

    if (want == NULL) {
        assert_false(ckp_artifact_path(text, root, &b));

    } else {
        assert_true(ckp_artifact_path(text, root, &b));
        assert_string_equal(ckp_buf_str(&b), want);
    }

    ckp_buf_free(&b);
}


static void
test_a_path_stays_below_the_folder(void **state)
{
    static const char *const  good[] = {
        "r/a", "r/a/b/c", "r/...", "r/.hidden", "r/a b", "r/\xc3\xa9", "r",
        "r/~"
    };
    static const char *const  bad[] = {
        "", "/", "/r/a", "r/", "r//a", "r/./a", "r/../a", "..", ".", "../a",
        "r/..", ".trash/a", "r/a\\b", "r/a\nb", "r/a\x7f", "r/\xff",
        "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"
    };
    char                      longer[CKP_ARTIFACT_SEGMENT_MAX + 8] = "r/";

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(ckp_artifact_is_path(good[i], strlen(good[i])));
    }

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(ckp_artifact_is_path(bad[i], strlen(bad[i])));
    }

    assert_false(ckp_artifact_is_path("r/a\0b", 5));

    memset(longer + 2, 'a', CKP_ARTIFACT_SEGMENT_MAX);
    assert_true(ckp_artifact_is_path(longer, 2 + CKP_ARTIFACT_SEGMENT_MAX));
    longer[2 + CKP_ARTIFACT_SEGMENT_MAX] = 'a';
    assert_false(ckp_artifact_is_path(longer, 3 + CKP_ARTIFACT_SEGMENT_MAX));
}


static void
test_texts_that_mean_a_file_of_the_folder(void **state)
{
    static const char  root[] = "/var/lib/lo/artifacts";

    path_is("/api/artifacts/r/a%20b", NULL, "r/a b");
    path_is("/api/artifacts/r/a?download=1", NULL, "r/a");
    path_is("artifact://r/x%25", NULL, "r/x%");
    path_is("artifacts/r/a%20b", NULL, "r/a%20b");
    path_is("/var/lib/lo/artifacts/r/a", root, "r/a");
    path_is("/var/lib/lo/artifacts/r/a", "/var/lib/lo/artifacts/", "r/a");
    path_is("file:///var/lib/lo/artifacts/r/%C3%A9", root, "r/\xc3\xa9");

    path_is("/var/lib/lo/artifacts/r/a", NULL, NULL);
    path_is("/var/lib/lo/artifactsr/a", root, NULL);
    path_is("/var/lib/lo/artifacts/../lo.db", root, NULL);
    path_is("/etc/passwd", root, NULL);
    path_is("file:///etc/passwd", root, NULL);
    path_is("artifacts/../../etc/passwd", root, NULL);
    path_is("/api/artifacts/%2e%2e/lo.db", root, NULL);
    path_is("/api/artifacts/r%2fa", root, NULL);
    path_is("/api/artifacts/r/%00", root, NULL);
    path_is("/api/artifacts/r/%4", root, NULL);
    path_is("/api/artifacts/r/%ff", root, NULL);
    path_is("/api/artifacts/", root, NULL);
    path_is("https://h/api/artifacts/r/a", root, NULL);
    path_is("memory://r/a", root, NULL);
    path_is("r/a", root, NULL);
    path_is("", root, NULL);
    path_is("/", "/", NULL);
}


static void
test_an_address_means_the_path_it_was_made_of(void **state)
{
    static const char *const  paths[] = {
        "r/a", "r/a b/%41", "r/\xc3\xa9\xf0\x9f\x98\x80", "r/a?b#c", "r/'\"<>&;"
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        ckp_buf_t  b;

        ckp_buf_init(&b, 4 * CKP_ARTIFACT_PATH_MAX);
        ckp_artifact_uri(&b, paths[i]);
        assert_int_equal(strspn(ckp_buf_str(&b), "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEF0123456789%/-._~"), b.len);
        path_is(ckp_buf_str(&b), NULL, paths[i]);
        ckp_buf_free(&b);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_path_stays_below_the_folder),
        cmocka_unit_test(test_texts_that_mean_a_file_of_the_folder),
        cmocka_unit_test(test_an_address_means_the_path_it_was_made_of)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
