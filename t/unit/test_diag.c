/*
 * Diagnostics: the catalogue, severities, order, the limit.
 */

#include "lang.h"
#include "base/diag.h"


static void
diags_are(const ckp_diags_t *d, char what, const char *want)
{
    json_t *const  v = ckp_diags_json(d, what);
    json_t        *one;
    size_t         i;
    ckp_buf_t      b;

    ckp_buf_init(&b, 4096);

    json_array_foreach(v, i, one) {
        ckp_buf_printf(&b, "%s %s %s;", ckp_json_str(one, "id"),
                       ckp_json_str(one, "severity"),
                       ckp_json_str(one, "path"));
    }

    assert_string_equal(ckp_buf_str(&b), want);
    ckp_buf_free(&b);
    json_decref(v);
}


static void
test_the_catalogue_knows_codes_and_severities(void **state)
{
    const char  *code;
    const char  *severity;
    int          known = 0;

    assert_true(ckp_diag_known(130, &code, &severity));
    assert_string_equal(code, "unknown_target");
    assert_string_equal(severity, "error");
    assert_true(ckp_diag_known(101, &code, &severity));
    assert_string_equal(code, "missing_start_node");
    assert_true(ckp_diag_known(225, &code, &severity));
    assert_string_equal(severity, "info");
    assert_true(ckp_diag_known(1, NULL, NULL));
    assert_false(ckp_diag_known(0, &code, &severity));
    assert_false(ckp_diag_known(999, &code, &severity));

    for (int n = 0; n < 1000; n++) {
        known += ckp_diag_known(n, NULL, NULL);
    }

    assert_int_equal(known, 134);
}


static void
test_they_are_sorted_by_path_then_number(void **state)
{
    ckp_diags_t *const  d = ckp_diags_new();

    ckp_diag(d, 130, NULL, "/b", NULL, "x");
    ckp_diag(d, 110, NULL, "/b", NULL, "x");
    ckp_diag(d, 90, NULL, "/a", NULL, "x");
    ckp_diag(d, 225, NULL, "", NULL, "x");
    diags_are(d, 'a', "CKP225 info ;CKP090 warning /a;CKP110 error /b;"
                      "CKP130 error /b;");
    diags_are(d, 'e', "CKP110 error /b;CKP130 error /b;");
    diags_are(d, 'w', "CKP225 info ;CKP090 warning /a;");
    assert_int_equal(ckp_diags_errors(d), 2);
    assert_int_equal(ckp_diags_count(d), 4);
    ckp_diags_free(d);
}


static void
test_one_has_all_its_members(void **state)
{
    ckp_diags_t *const     d = ckp_diags_new();
    const ckp_diag_more_t  more = { .node_id = "load", .field = "next_node",
                                    .hint = "did you mean 'check'?" };
    json_t                *v;

    ckp_diag(d, 130, NULL, "/workflow_graph/nodes/load/next_node", &more,
             "next_node '%s' is not a node", "chek");
    v = ckp_diags_json(d, 'a');
    t_is(v, "[{\"id\":\"CKP130\",\"code\":\"unknown_target\","
            "\"severity\":\"error\","
            "\"message\":\"next_node 'chek' is not a node\","
            "\"path\":\"/workflow_graph/nodes/load/next_node\","
            "\"node_id\":\"load\",\"step_id\":null,"
            "\"field\":\"next_node\",\"hint\":\"did you mean 'check'?\"}]",
         "diagnostic");
    json_decref(v);
    ckp_diags_free(d);
}


static void
test_a_case_of_an_id_has_its_code(void **state)
{
    ckp_diags_t *const  d = ckp_diags_new();
    json_t             *v;

    ckp_diag(d, 102, "duplicate_branch", "/x", NULL, "y");
    v = ckp_diags_json(d, 'a');
    assert_string_equal(ckp_json_str(json_array_get(v, 0), "code"),
                        "duplicate_branch");
    json_decref(v);
    ckp_diags_free(d);
}


static void
test_severities_soften_and_harden(void **state)
{
    const ckp_diag_more_t  soft = { .soft = true };
    ckp_diags_t           *d = ckp_diags_new();

    ckp_diags_soften(d, 120);
    ckp_diag(d, 120, NULL, "/a", NULL, "x");
    ckp_diag(d, 130, NULL, "/b", NULL, "x");
    diags_are(d, 'a', "CKP120 warning /a;CKP130 error /b;");
    ckp_diags_free(d);

    d = ckp_diags_new();
    ckp_diag(d, 130, NULL, "/a", &soft, "x");
    diags_are(d, 'a', "CKP130 warning /a;");
    assert_int_equal(ckp_diags_errors(d), 0);
    ckp_diags_free(d);

    d = ckp_diags_new();
    ckp_diags_harden(d);
    ckp_diag(d, 90, NULL, "/a", NULL, "x");
    ckp_diag(d, 132, NULL, "/b", NULL, "x");
    ckp_diag(d, 225, NULL, "/c", NULL, "x");
    diags_are(d, 'a', "CKP090 warning /a;CKP132 error /b;CKP225 info /c;");
    ckp_diags_free(d);
}


static void
test_beyond_five_hundred_one_says_so(void **state)
{
    ckp_diags_t *const  d = ckp_diags_new();
    json_t             *v;

    for (int i = 0; i < CKP_DIAGS_MAX; i++) {
        ckp_diag(d, 90, NULL, "/x", NULL, "%d", i);
    }

    assert_int_equal(ckp_diags_count(d), 500);
    assert_int_equal(ckp_diags_errors(d), 0);
    ckp_diag(d, 130, NULL, "/y", NULL, "dropped");
    ckp_diag(d, 90, NULL, "/y", NULL, "dropped");
    assert_int_equal(ckp_diags_count(d), 501);
    assert_int_equal(ckp_diags_errors(d), 1);
    v = ckp_diags_json(d, 'a');
    assert_string_equal(ckp_json_str(json_array_get(v, 0), "id"), "CKP099");
    assert_string_equal(ckp_json_str(json_array_get(v, 1), "message"), "0");
    json_decref(v);
    ckp_diags_free(d);
}


static void
test_a_long_message_is_cut_to_valid_text(void **state)
{
    ckp_diags_t *const  d = ckp_diags_new();
    char                text[900];
    json_t             *v;

    for (size_t i = 0; i < sizeof(text) - 1; i += 2) {
        memcpy(text + i, "\xc3\xa9", 2);
    }

    text[898] = '\0';
    ckp_diag(d, 90, NULL, "/x", NULL, "a%s", text);
    v = ckp_diags_json(d, 'a');
    assert_int_equal(json_array_size(v), 1);
    json_decref(v);
    ckp_diags_free(d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_catalogue_knows_codes_and_severities),
        cmocka_unit_test(test_they_are_sorted_by_path_then_number),
        cmocka_unit_test(test_one_has_all_its_members),
        cmocka_unit_test(test_a_case_of_an_id_has_its_code),
        cmocka_unit_test(test_severities_soften_and_harden),
        cmocka_unit_test(test_beyond_five_hundred_one_says_so),
        cmocka_unit_test(test_a_long_message_is_cut_to_valid_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
