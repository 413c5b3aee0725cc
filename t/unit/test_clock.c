/*
 * Times as text, dates, ids and random numbers from a seed.
 */

#include "lang.h"
#include "base/clock.h"


static void
time_is(const char *text, const char *want)
{
    char     out[CKP_TIME_LEN + 1];
    int64_t  ms;

    if (!ckp_time_parse(text, &ms)) {
        fail_msg("%s does not parse", text);
    }

    ckp_time_text(ms, out);
    assert_string_equal(out, want);
}


static void
test_all_forms_of_a_time_are_read(void **state)
{
    time_is("2026-02-17T09:30:00.125Z", "2026-02-17T09:30:00.125Z");
    time_is("2026-02-17t09:30:00z", "2026-02-17T09:30:00.000Z");
    time_is("2026-02-17 09:30", "2026-02-17T09:30:00.000Z");
    time_is("2026-02-17", "2026-02-17T00:00:00.000Z");
    time_is("2026-02-17T09:30:00.123456789", "2026-02-17T09:30:00.123Z");
    time_is("2026-02-17T09:30:00.5+02:00", "2026-02-17T07:30:00.500Z");
    time_is("2026-02-17T23:30:00-0130", "2026-02-18T01:00:00.000Z");
    time_is("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z");
    time_is("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z");
    time_is("0001-01-01", "0001-01-01T00:00:00.000Z");
    time_is("2024-02-29", "2024-02-29T00:00:00.000Z");
    time_is("2000-02-29", "2000-02-29T00:00:00.000Z");
    time_is("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z");
}


static void
test_what_is_no_time_is_refused(void **state)
{
    const char *const  bad[] = {
        "", "x", "2026", "2026-2-17", "2026-13-01", "2026-00-01",
        "2026-02-29", "1900-02-29", "2026-04-31", "2026-02-17T",
        "2026-02-17T24:00:00Z", "2026-02-17T09:60Z", "2026-02-17T09:30:61Z",
        "2026-02-17T09:30:00.Z", "2026-02-17T09:30:00Zx", "2026-02-17x",
        "2026-02-17T09:30:00+", "2026-02-17T09:30:00+24:00",
        "2026-02-17T09:30:00+01:60", " 2026-02-17"
    };
    int64_t            ms;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (ckp_time_parse(bad[i], &ms)) {
            fail_msg("\"%s\" parses", bad[i]);
        }
    }
}


static void
test_every_day_has_one_date(void **state)
{
    int      year;
    int      month;
    int      day;
    int      before = -1;
    int64_t  first = ckp_date_days(-1, 12, 31);

    assert_int_equal(ckp_date_days(1970, 1, 1), 0);
    assert_int_equal(ckp_date_days(2000, 3, 1), 11017);

    for (int64_t n = first; n < ckp_date_days(3000, 1, 2); n++) {
        ckp_date_civil(n, &year, &month, &day);
        assert_int_equal(ckp_date_days(year, month, day), n);
        assert_true(day == before + 1 || day == 1 || before == -1);
        before = day;
    }

    assert_int_equal(year, 3000);
}


static void
test_times_beyond_four_digits_stay_at_the_ends(void **state)
{
    char  out[CKP_TIME_LEN + 1];

    ckp_time_text(INT64_MAX, out);
    assert_string_equal(out, "9999-12-31T23:59:59.999Z");
    ckp_time_text(-62167219200001, out);
    assert_string_equal(out, "0000-01-01T00:00:00.000Z");
}


static void
test_one_seed_gives_one_stream(void **state)
{
    const uint8_t  one[CKP_SEED_LEN] = { 1 };
    const uint8_t  two[CKP_SEED_LEN] = { 2 };
    ckp_rand_t     a;
    ckp_rand_t     b;
    ckp_rand_t     c;
    double         sum = 0;

    ckp_rand_init(&a, one);
    ckp_rand_init(&b, one);
    ckp_rand_init(&c, two);

    for (int i = 0; i < 1000; i++) {
        const uint64_t  x = ckp_rand_u64(&a);

        assert_true(x == ckp_rand_u64(&b));
        assert_true(x != ckp_rand_u64(&c));
    }

    for (int i = 0; i < 10000; i++) {
        const double  u = ckp_rand_unit(&a);

        assert_true(u >= 0 && u < 1);
        sum += u;
    }

    assert_true(sum > 4800 && sum < 5200);
}


static void
test_ids_have_their_versions(void **state)
{
    const uint8_t  seed[CKP_SEED_LEN] = { 7 };
    ckp_rand_t     r;
    char           a[CKP_UUID_LEN + 1];
    char           b[CKP_UUID_LEN + 1];

    ckp_rand_init(&r, seed);
    ckp_uuid4(&r, a);
    assert_int_equal(strlen(a), CKP_UUID_LEN);
    assert_int_equal(a[14], '4');
    assert_non_null(strchr("89ab", a[19]));
    ckp_uuid4(&r, b);
    assert_string_not_equal(a, b);

    ckp_uuid7(&r, 0x0123456789ab, a);
    assert_memory_equal(a, "01234567-89ab-7", 15);
    assert_non_null(strchr("89ab", a[19]));
    ckp_uuid7(&r, 0x0123456789ac, b);
    assert_true(strcmp(a, b) < 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_all_forms_of_a_time_are_read),
        cmocka_unit_test(test_what_is_no_time_is_refused),
        cmocka_unit_test(test_every_day_has_one_date),
        cmocka_unit_test(test_times_beyond_four_digits_stay_at_the_ends),
        cmocka_unit_test(test_one_seed_gives_one_stream),
        cmocka_unit_test(test_ids_have_their_versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
