/* The tables of events and writes, and how a payload is cut. */

#include "doc.h"

#include "model/event.h"
#include "model/limits.h"
#include "model/write.h"


static void
test_every_type_is_found(void **ctx)
{
    static const char *const  types[] = {
        "agent_affinity_changed", "approval_voided", "run_created",
        "step_completed", "workflow_progress", "verification_passed",
        "execution_resumed", "llm_usage", "error", "log"
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        assert_non_null(ckp_event_type(types[i]));
    }

    assert_null(ckp_event_type("step_finished"));
    assert_null(ckp_event_type(""));
}


static void
test_a_member_that_is_not_in_the_table_does_not_fit(void **ctx)
{
    const ckp_event_type_t *const  t = ckp_event_type("step_retry");
    json_t                        *payload = json_pack("{s:i, s:s, s:s}",
                                       "attempt", 2, "error", "e", "path",
                                       "a/b");

    assert_true(ckp_event_fits(t, payload));
    json_object_set_new(payload, "delay", json_integer(1));
    assert_false(ckp_event_fits(t, payload));
    json_decref(payload);

    /* a part of a name is no name */

    payload = json_pack("{s:i}", "max", 1);
    assert_false(ckp_event_fits(t, payload));
    json_decref(payload);
}


static void
test_a_payload_at_the_limit_stays_as_it_is(void **ctx)
{
    char *const  text = malloc(CKP_PAYLOAD_MAX + 1);
    json_t      *payload;

    memset(text, 'x', CKP_PAYLOAD_MAX);
    text[CKP_PAYLOAD_MAX - 14] = '\0';
    payload = json_pack("{s:s}", "message", text);
    assert_int_equal(ckp_json_size(payload, 1u << 20), CKP_PAYLOAD_MAX);

    payload = ckp_event_cut(payload);
    assert_null(json_object_get(payload, "truncated"));
    json_decref(payload);

    text[CKP_PAYLOAD_MAX - 14] = 'x';
    text[CKP_PAYLOAD_MAX - 13] = '\0';
    payload = ckp_event_cut(json_pack("{s:s, s:i}", "message", text, "n", 7));
    assert_true(json_is_true(json_object_get(payload, "truncated")));
    assert_true(ckp_json_size(payload, 1u << 20) < CKP_PAYLOAD_MAX);
    assert_int_equal(ckp_json_int(payload, "n", 0), 7);
    json_decref(payload);
    free(text);
}


static void
test_a_text_is_cut_between_characters(void **ctx)
{
    json_t  *s = ckp_text_cut("a\xc3\xa9\xe2\x82\xac" "b", 3);

    assert_string_equal(json_string_value(s), "a\xc3\xa9\xe2\x82\xac");
    json_decref(s);

    s = ckp_text_cut("ab", 2);
    assert_string_equal(json_string_value(s), "ab");
    json_decref(s);
}


static void
test_a_write_must_have_the_members_of_its_kind(void **ctx)
{
    json_t *const  row = json_pack("{s:s}", "path", "a/b");

    json_object_set_new(row, "resource_key", json_string("w"));
    assert_true(ckp_write_fits("lease_release", row));
    assert_false(ckp_write_fits("lease", row));
    assert_false(ckp_write_fits("leases", row));
    assert_null(ckp_write_kind("leases"));
    json_decref(row);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_every_type_is_found),
        cmocka_unit_test(test_a_member_that_is_not_in_the_table_does_not_fit),
        cmocka_unit_test(test_a_payload_at_the_limit_stays_as_it_is),
        cmocka_unit_test(test_a_text_is_cut_between_characters),
        cmocka_unit_test(test_a_write_must_have_the_members_of_its_kind)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
