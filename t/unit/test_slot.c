/* When schedules fire: the instants of a cron text in a zone, with its changes
 * of clocks, and what becomes of those that were missed (spec/ckp.md 5.2). */

#include "doc.h"

#include "base/clock.h"
#include "trigger/slot.h"

#define MINUTE  60000LL
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)

static const char  berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";
static const char  newyork[] = "EST5EDT,M3.2.0,M11.1.0";
static const char  lordhowe[] = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";


static int64_t
t_ms(const char *text)
{
    int64_t  ms = 0;

    assert_true(ckp_time_parse(text, &ms));

    return ms;
}


/* A TZif file that has a rule and nothing else. */

static const char *
t_zone(const char *rule, size_t *len)
{
    static char  bytes[256];
    size_t       n = 0;

    memset(bytes, 0, sizeof(bytes));

    for (int i = 0; i < 2; i++) {
        memcpy(bytes + n, "TZif2", 5);
        bytes[n + 39] = 1;              /* one kind of time */
        bytes[n + 43] = 4;              /* its name's length */
        n += 44 + 6 + 4;
    }

    n += (size_t) sprintf(bytes + n, "\n%s\n", rule);
    *len = n;

    return bytes;
}


static ckp_schedule_t
t_schedule(const char *text, const char *rule)
{
    ckp_schedule_t  s = { .tzif = NULL };
    const char     *why = "";
    int             number;

    if (!ckp_cron_read(&s.cron, text, &number, &why)) {
        fail_msg("%s: %s", text, why);
    }

    if (rule != NULL) {
        s.tzif = t_zone(rule, &s.len);
    }

    return s;
}


/* `want`: the slots after `from`, with a blank between. */

static void
t_slots(const char *text, const char *rule, const char *from,
    const char *want)
{
    const ckp_schedule_t  s = t_schedule(text, rule);
    int64_t               at = t_ms(from);
    char                  got[512] = "";
    char                  one[CKP_TIME_LEN + 1];

    for (const char *p = want; p != NULL; p = strchr(p + 1, ' ')) {
        assert_true(ckp_slot_next(&s, at, &at));
        ckp_time_text(at, one);
        sprintf(got + strlen(got), "%s%.16s", *got ? " " : "", one);
    }

    if (strcmp(got, want) != 0) {
        fail_msg("%s after %s\n got %s\nwant %s", text, from, got, want);
    }
}


static void
test_fields_mean_what_crontab_means(void **ctx)
{
    t_slots("0 9 * * 1-5", NULL, "2026-01-02T09:00:00Z",
            "2026-01-05T09:00 2026-01-06T09:00");
    t_slots("0 9 * * MON-FRI", NULL, "2026-01-02T08:59:59Z",
            "2026-01-02T09:00 2026-01-05T09:00");
    t_slots("*/15 8-9 * * *", NULL, "2026-01-02T08:40:00Z",
            "2026-01-02T08:45 2026-01-02T09:00 2026-01-02T09:15");
    t_slots("5/20 * * * *", NULL, "2026-01-02T08:00:00Z",
            "2026-01-02T08:05 2026-01-02T08:25 2026-01-02T08:45"
            " 2026-01-02T09:05");
    t_slots("0 0 * * 0", NULL, "2026-01-02T00:00:00Z", "2026-01-04T00:00");
    t_slots("0 0 * * 7", NULL, "2026-01-02T00:00:00Z", "2026-01-04T00:00");
    t_slots("0 0 * * FRI-MON", NULL, "2026-01-05T00:00:00Z",
            "2026-01-09T00:00 2026-01-10T00:00 2026-01-11T00:00"
            " 2026-01-12T00:00");
}


static void
test_two_fields_of_days_are_either_unless_one_begins_with_a_star(void **ctx)
{
    t_slots("0 0 1,15 * FRI", NULL, "2026-01-01T00:00:00Z",
            "2026-01-02T00:00 2026-01-09T00:00 2026-01-15T00:00");
    t_slots("0 0 */10 * FRI", NULL, "2026-01-01T00:00:00Z",
            "2026-05-01T00:00 2026-07-31T00:00");
}


static void
test_macros_are_the_fields_they_stand_for(void **ctx)
{
    t_slots("@hourly", NULL, "2026-01-01T00:00:00Z", "2026-01-01T01:00");
    t_slots("@daily", NULL, "2026-01-01T00:00:00Z", "2026-01-02T00:00");
    t_slots("@midnight", NULL, "2026-01-01T00:00:00Z", "2026-01-02T00:00");
    t_slots("@weekly", NULL, "2026-01-01T00:00:00Z", "2026-01-04T00:00");
    t_slots("@monthly", NULL, "2026-01-01T00:00:00Z", "2026-02-01T00:00");
    t_slots("@yearly", NULL, "2026-01-01T00:00:00Z", "2027-01-01T00:00");
    t_slots("@annually", NULL, "2026-01-01T00:00:00Z", "2027-01-01T00:00");
}


static void
test_leap_days_and_ends_of_months_come_when_they_come(void **ctx)
{
    t_slots("0 0 29 2 *", NULL, "2026-01-01T00:00:00Z",
            "2028-02-29T00:00 2032-02-29T00:00");
    t_slots("0 0 29 2 *", NULL, "2096-03-01T00:00:00Z", "2104-02-29T00:00");
    t_slots("59 23 31 * *", NULL, "2026-01-31T23:59:00Z",
            "2026-03-31T23:59 2026-05-31T23:59");
}


/* 02:00 to 03:00 is not there on the 29th of March 2026. */

static void
test_a_local_time_in_the_gap_fires_at_its_end_once(void **ctx)
{
    t_slots("30 2 * * *", berlin, "2026-03-28T00:00:00Z",
            "2026-03-28T01:30 2026-03-29T01:00 2026-03-30T00:30");
    t_slots("0,20,40 2 * * *", berlin, "2026-03-28T12:00:00Z",
            "2026-03-29T01:00 2026-03-30T00:00");
    t_slots("30 2 * * *", newyork, "2026-03-07T12:00:00Z",
            "2026-03-08T07:00 2026-03-09T06:30");
    t_slots("15 2 * * *", lordhowe, "2026-10-03T00:00:00Z",
            "2026-10-03T15:30 2026-10-04T15:15");
}


/* 02:00 to 03:00 is there twice on the 25th of October 2026. */

static void
test_a_local_time_that_comes_twice_fires_the_first_time(void **ctx)
{
    t_slots("30 2 * * *", berlin, "2026-10-24T12:00:00Z",
            "2026-10-25T00:30 2026-10-26T01:30");
    t_slots("0 2,3 * * *", berlin, "2026-10-24T12:00:00Z",
            "2026-10-25T00:00 2026-10-25T02:00 2026-10-26T01:00");
    t_slots("30 1 * * *", newyork, "2026-10-31T12:00:00Z",
            "2026-11-01T05:30 2026-11-02T06:30");
}


static void
test_a_schedule_of_stars_goes_by_time_that_passes(void **ctx)
{
    t_slots("*/30 * * * *", berlin, "2026-10-24T23:59:00Z",
            "2026-10-25T00:00 2026-10-25T00:30 2026-10-25T01:00"
            " 2026-10-25T01:30 2026-10-25T02:00");
    t_slots("*/30 */2 * * *", berlin, "2026-10-25T00:00:00Z",
            "2026-10-25T00:30 2026-10-25T01:00 2026-10-25T01:30"
            " 2026-10-25T03:00");
    t_slots("*/30 * * * *", berlin, "2026-03-29T00:30:00Z",
            "2026-03-29T01:00 2026-03-29T01:30");
    t_slots("* * 1 4 *", berlin, "2026-01-01T00:00:00Z",
            "2026-03-31T22:00 2026-03-31T22:01");
}


static void
test_a_day_is_that_of_the_zone(void **ctx)
{
    t_slots("0 9 * * *", berlin, "2026-07-01T06:59:00Z",
            "2026-07-01T07:00 2026-07-02T07:00");
    t_slots("0 9 * * MON", newyork, "2026-01-05T14:00:00Z",
            "2026-01-12T14:00");
    t_slots("0 0 1 * *", "<+14>-14", "2026-01-01T00:00:00Z",
            "2026-01-31T10:00");
    t_slots("0 0 1 * *", "<-12>12", "2026-01-01T00:00:00Z",
            "2026-01-01T12:00");
}


/* --- what was missed ------------------------------------------------------ */

static const int64_t  due = 1767225600000;      /* 2026-01-01T00:00Z */

static ckp_due_t
t_due(const char *text, const ckp_misfire_t *m, int64_t late)
{
    const ckp_schedule_t  s = t_schedule(text, NULL);
    ckp_due_t             out;

    ckp_slot_due(&s, m, due, due + late, &out);

    return out;
}


static void
test_what_is_not_due_waits(void **ctx)
{
    const ckp_due_t  d = t_due("0 * * * *", &(ckp_misfire_t) { 0 }, -1);

    assert_false(d.fires);
    assert_int_equal(d.missed, 0);
    assert_int_equal(d.next_ms, due);
}


static void
test_what_is_late_within_the_grace_fires(void **ctx)
{
    const ckp_misfire_t  m = { .grace_ms = 120000 };
    ckp_due_t            d = t_due("0 * * * *", &m, 0);

    assert_true(d.fires && d.at_ms == due && d.missed == 0);
    assert_int_equal(d.next_ms, due + HOUR);

    d = t_due("0 * * * *", &m, 120000);
    assert_true(d.fires && d.at_ms == due && d.missed == 0);

    d = t_due("0 * * * *", &m, 120001);
    assert_false(d.fires);
    assert_int_equal(d.missed, 1);
    assert_int_equal(d.missed_from_ms, due);
    assert_int_equal(d.missed_to_ms, due);
    assert_int_equal(d.next_ms, due + HOUR);
}


static void
test_of_many_missed_the_fresh_one_fires(void **ctx)
{
    const ckp_misfire_t  m = { .grace_ms = 120000 };
    const ckp_due_t      d = t_due("0 * * * *", &m, 5 * HOUR + MINUTE);

    assert_true(d.fires);
    assert_int_equal(d.at_ms, due + 5 * HOUR);
    assert_int_equal(d.missed, 5);
    assert_int_equal(d.missed_to_ms, due + 4 * HOUR);
    assert_int_equal(d.next_ms, due + 6 * HOUR);
}


static void
test_catching_up_fires_the_last_or_all_within_the_window(void **ctx)
{
    ckp_misfire_t  m = { .grace_ms = 120000, .catchup = CKP_CATCHUP_ONE,
                         .window_ms = DAY };
    ckp_due_t      d = t_due("0 * * * *", &m, 5 * HOUR + 10 * MINUTE);

    assert_true(d.fires);
    assert_int_equal(d.at_ms, due + 5 * HOUR);
    assert_int_equal(d.missed, 5);

    m.catchup = CKP_CATCHUP_ALL;
    d = t_due("0 * * * *", &m, 5 * HOUR + 10 * MINUTE);
    assert_true(d.fires);
    assert_int_equal(d.at_ms, due);
    assert_int_equal(d.missed, 0);
    assert_int_equal(d.next_ms, due + HOUR);

    m.window_ms = 2 * HOUR;
    d = t_due("0 * * * *", &m, 5 * HOUR + 10 * MINUTE);
    assert_int_equal(d.at_ms, due + 4 * HOUR);
    assert_int_equal(d.missed, 4);

    m.catchup = CKP_CATCHUP_ONE;
    m.window_ms = 5 * MINUTE;
    d = t_due("0 * * * *", &m, 5 * HOUR + 10 * MINUTE);
    assert_false(d.fires);
    assert_int_equal(d.missed, 6);
}


static void
test_years_of_missed_minutes_are_passed_over(void **ctx)
{
    const ckp_misfire_t  m = { .grace_ms = 120000 };
    const ckp_due_t      d = t_due("* * * * *", &m, 3650 * DAY);

    assert_true(d.fires);
    assert_int_equal(d.at_ms, due + 3650 * DAY - 2 * MINUTE);
    assert_int_equal(d.missed, CKP_SLOT_COUNT_MAX);
    assert_int_equal(d.missed_from_ms, due);
    assert_int_equal(d.missed_to_ms, d.at_ms - MINUTE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_fields_mean_what_crontab_means),
        cmocka_unit_test(
            test_two_fields_of_days_are_either_unless_one_begins_with_a_star),
        cmocka_unit_test(test_macros_are_the_fields_they_stand_for),
        cmocka_unit_test(test_leap_days_and_ends_of_months_come_when_they_come),
        cmocka_unit_test(test_a_local_time_in_the_gap_fires_at_its_end_once),
        cmocka_unit_test(
            test_a_local_time_that_comes_twice_fires_the_first_time),
        cmocka_unit_test(test_a_schedule_of_stars_goes_by_time_that_passes),
        cmocka_unit_test(test_a_day_is_that_of_the_zone),
        cmocka_unit_test(test_what_is_not_due_waits),
        cmocka_unit_test(test_what_is_late_within_the_grace_fires),
        cmocka_unit_test(test_of_many_missed_the_fresh_one_fires),
        cmocka_unit_test(
            test_catching_up_fires_the_last_or_all_within_the_window),
        cmocka_unit_test(test_years_of_missed_minutes_are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
