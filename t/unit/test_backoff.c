/* Waits before retries are those of spec/ckp.md 16.2; which errors are tried
 * again, those of 15.2. */

#include "doc.h"

#include "node/fiber.h"


static void
t_waits(ckp_backoff_kind_t kind, const uint32_t *want)
{
    const ckp_retry_t  p = { .strategy = kind, .base_ms = 1000,
                             .multiplier = 2.0, .max_delay_ms = 10000 };

    for (uint32_t n = 1; n <= 6; n++) {
        assert_int_equal(ckp_backoff_ms(&p, n), want[n - 1]);
    }

    assert_true(ckp_backoff_ms(&p, 5000) <= 10000);
}


static void
test_waits_are_those_of_the_table(void **ctx)
{
    t_waits(CKP_BACKOFF_FIXED,
            (const uint32_t []) { 1000, 1000, 1000, 1000, 1000, 1000 });
    t_waits(CKP_BACKOFF_LINEAR,
            (const uint32_t []) { 1000, 2000, 3000, 4000, 5000, 6000 });
    t_waits(CKP_BACKOFF_EXPONENTIAL,
            (const uint32_t []) { 1000, 2000, 4000, 8000, 10000, 10000 });
    t_waits(CKP_BACKOFF_FIBONACCI,
            (const uint32_t []) { 1000, 1000, 2000, 3000, 5000, 8000 });
    t_waits(CKP_BACKOFF_NONE, (const uint32_t []) { 0, 0, 0, 0, 0, 0 });
}


static void
test_a_factor_that_overflows_stops_at_the_cap(void **ctx)
{
    const ckp_retry_t  p = { .strategy = CKP_BACKOFF_EXPONENTIAL,
                             .base_ms = 1, .multiplier = 1e300,
                             .max_delay_ms = 300000 };

    assert_int_equal(ckp_backoff_ms(&p, 4000000000u), 300000);
}


static void
test_jitter_stays_in_its_range_and_repeats(void **ctx)
{
    ckp_retry_t  p = { .strategy = CKP_BACKOFF_FIXED, .base_ms = 1000,
                       .multiplier = 2.0, .max_delay_ms = 2000 };
    bool         differs = false;

    for (uint32_t n = 1; n < 200; n++) {
        uint32_t  ms;

        p.jitter = CKP_JITTER_EQUAL;
        ms = ckp_backoff_jitter_ms(&p, n, 0, "r", "a/b");
        assert_in_range(ms, 500, 1000);

        p.jitter = CKP_JITTER_DECORRELATED;
        ms = ckp_backoff_jitter_ms(&p, n, 900, "r", "a/b");
        assert_in_range(ms, 1000, 2000);

        p.jitter = CKP_JITTER_FULL;
        ms = ckp_backoff_jitter_ms(&p, n, 0, "r", "a/b");
        assert_in_range(ms, 0, 1000);
        assert_int_equal(ms, ckp_backoff_jitter_ms(&p, n, 0, "r", "a/b"));
        differs = differs
                  || ms != ckp_backoff_jitter_ms(&p, n, 0, "q", "a/b");
    }

    assert_true(differs);
}


static bool
t_named(const char *error, const char *name)
{
    json_t *const  e = t_doc_json(error);
    const bool     named = ckp_error_named(e, name);

    json_decref(e);

    return named;
}


static void
test_names_are_compared_without_their_dress(void **ctx)
{
    static const char *const  error = "{'type':'TimeoutError',"
        "'agent_error_type':'Element_Not_Found','http_status':503,"
        "'code':'E7','cause':{'type':'BoomException'}}";

    assert_true(t_named(error, "timeout"));
    assert_true(t_named(error, "Time-Out Exception"));
    assert_true(t_named(error, "elementNotFound"));
    assert_true(t_named(error, "Boom"));
    assert_true(t_named(error, "503"));
    assert_true(t_named(error, "E7"));
    assert_true(t_named(error, "Other | Timeout*"));
    assert_true(t_named(error, "*"));
    assert_false(t_named(error, "Time"));
    assert_false(t_named(error, "Other|More"));
    assert_false(t_named(error, "50"));
    assert_false(t_named(error, "Error"));
    assert_true(t_named("{'type':'CallbackTimeout'}", "Timeout*"));
    assert_false(t_named("{'type':'RunTimeout'}", "Timeout*"));
}


static bool
t_again(const char *error, const ckp_retry_t *policy)
{
    json_t *const  e = t_doc_json(error);
    const bool     again = ckp_error_retryable(e, policy);

    json_decref(e);

    return again;
}


static void
test_errors_are_tried_again_as_their_type_says(void **ctx)
{
    const char        *yes[] = { "Odd" };
    const char        *no[] = { "TimeoutError" };
    const ckp_retry_t  p = { .retryable = yes, .nretryable = 1,
                             .non_retryable = no, .nnon_retryable = 1 };

    assert_true(t_again("{'type':'AgentActionError'}", NULL));
    assert_true(t_again("{'type':'AgentActionError','http_status':503}",
                        NULL));
    assert_false(t_again("{'type':'AgentActionError','http_status':404}",
                         NULL));
    assert_false(t_again("{'type':'AgentActionError','retryable':false}",
                         NULL));
    assert_false(t_again("{'type':'AgentProtocolError'}", NULL));
    assert_false(t_again("{'type':'ProcedureFailure'}", NULL));
    assert_true(t_again("{'type':'Odd'}", &p));
    assert_false(t_again("{'type':'TimeoutError'}", &p));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_waits_are_those_of_the_table),
        cmocka_unit_test(test_a_factor_that_overflows_stops_at_the_cap),
        cmocka_unit_test(test_jitter_stays_in_its_range_and_repeats),
        cmocka_unit_test(test_names_are_compared_without_their_dress),
        cmocka_unit_test(test_errors_are_tried_again_as_their_type_says)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
