/* Time zones: tables and rules of TZif bytes, and what uses them. */

#include "drive.h"

#include "base/zone.h"

#define HOUR  3600

/* Writes TZif bytes by hand: what the tests read was made by nobody else. */
typedef struct {
    char    bytes[2048];
    size_t  len;
} t_tz_t;

typedef struct {
    int64_t  at;
    int      kind;
} t_change_t;

static const char  berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";


static void
t_put(t_tz_t *tz, int64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        tz->bytes[tz->len++] = (char) ((uint64_t) v >> (8 * i) & 255);
    }
}


/* One header and its data: n changes between two kinds of time. */

static void
t_block(t_tz_t *tz, char version, int width, const t_change_t *changes,
    size_t n)
{
    memcpy(tz->bytes + tz->len, "TZif", 4);
    memset(tz->bytes + tz->len + 4, 0, 16);
    tz->bytes[tz->len + 4] = version;
    tz->len += 20;

    t_put(tz, 0, 4);                /* isutc */
    t_put(tz, 0, 4);                /* isstd */
    t_put(tz, 0, 4);                /* leap */
    t_put(tz, (int64_t) n, 4);
    t_put(tz, 2, 4);                /* kinds */
    t_put(tz, 8, 4);                /* characters */

    for (size_t i = 0; i < n; i++) {
        t_put(tz, changes[i].at, width);
    }

    for (size_t i = 0; i < n; i++) {
        t_put(tz, changes[i].kind, 1);
    }

    t_put(tz, HOUR, 4);
    t_put(tz, 0, 2);
    t_put(tz, 2 * HOUR, 4);
    t_put(tz, 0x0104, 2);
    memcpy(tz->bytes + tz->len, "CET\0CST\0", 8);
    tz->len += 8;
}


/* Central European time with the changes of 2026 and a rule for later. */

static void
t_berlin(t_tz_t *tz, const char *rule)
{
    static const t_change_t  changes[] = {
        { 1774746000, 1 },          /* 2026-03-29T01:00Z */
        { 1792890000, 0 }           /* 2026-10-25T01:00Z */
    };

    memset(tz, 0, sizeof(*tz));
    t_block(tz, '2', 4, changes, 0);
    t_block(tz, '2', 8, changes, 2);
    tz->bytes[tz->len++] = '\n';
    memcpy(tz->bytes + tz->len, rule, strlen(rule));
    tz->len += strlen(rule);
    tz->bytes[tz->len++] = '\n';
}


static int32_t
t_at(const t_tz_t *tz, const char *iso)
{
    int64_t  ms = 0;
    int32_t  seconds = -1;

    assert_true(ckp_time_parse(iso, &ms));
    assert_true(ckp_zone_offset(tz->bytes, tz->len, ms, &seconds));

    return seconds;
}


static void
test_a_table_says_what_holds_between_its_changes(void **ctx)
{
    t_tz_t  tz;

    t_berlin(&tz, berlin);
    assert_int_equal(t_at(&tz, "1950-01-01"), HOUR);
    assert_int_equal(t_at(&tz, "2026-03-29T00:59:59.999Z"), HOUR);
    assert_int_equal(t_at(&tz, "2026-03-29T01:00:00Z"), 2 * HOUR);
    assert_int_equal(t_at(&tz, "2026-10-25T00:59:59Z"), 2 * HOUR);
    assert_int_equal(t_at(&tz, "2026-10-25T01:00:00Z"), HOUR);
}


static void
test_after_the_last_change_the_rule_holds(void **ctx)
{
    t_tz_t  tz;

    t_berlin(&tz, berlin);
    assert_int_equal(t_at(&tz, "2040-03-25T00:59:59Z"), HOUR);
    assert_int_equal(t_at(&tz, "2040-03-25T01:00:00Z"), 2 * HOUR);
    assert_int_equal(t_at(&tz, "2040-10-28T00:59:59Z"), 2 * HOUR);
    assert_int_equal(t_at(&tz, "2040-10-28T01:00:00Z"), HOUR);

    t_berlin(&tz, "");
    assert_int_equal(t_at(&tz, "2040-07-01"), HOUR);
    t_berlin(&tz, "nonsense");
    assert_int_equal(t_at(&tz, "2040-07-01"), HOUR);
}


static void
test_an_old_file_has_a_short_table(void **ctx)
{
    static const t_change_t  change = { -100, 1 };
    t_tz_t                   tz = { .len = 0 };

    t_block(&tz, '\0', 4, &change, 1);
    assert_int_equal(t_at(&tz, "1960-01-01"), HOUR);
    assert_int_equal(t_at(&tz, "2026-01-01"), 2 * HOUR);
}


static void
test_rules_are_those_of_posix(void **ctx)
{
    static const struct {
        const char  *rule;
        const char  *at;
        int32_t      seconds;
    } rows[] = {
        { "UTC0", "2026-07-01", 0 },
        { "<+0545>-5:45", "2026-07-01", 5 * HOUR + 45 * 60 },
        { "EST5EDT,M3.2.0,M11.1.0", "2026-01-15", -5 * HOUR },
        { "EST5EDT,M3.2.0,M11.1.0", "2026-07-15", -4 * HOUR },
        { "EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -5 * HOUR },
        { "EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -4 * HOUR },
        { "EST5EDT,M3.2.0,M11.1.0", "2026-11-01T05:59:59Z", -4 * HOUR },
        { "EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00:00Z", -5 * HOUR },
        { "NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-01-01", 13 * HOUR },
        { "NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-07-01", 12 * HOUR },
        { "<-03>3<-02>,M3.5.0/-1,M10.5.0/-1", "2026-03-29T01:59:59Z",
          -3 * HOUR },
        { "<-03>3<-02>,M3.5.0/-1,M10.5.0/-1", "2026-03-29T02:00:00Z",
          -2 * HOUR },
        { "AAA0BBB-2,J60/0,J61/0", "2028-03-01T00:00:00Z", 2 * HOUR },
        { "AAA0BBB-2,J60/0,J61/0", "2028-02-29T23:00:00Z", 0 },
        { "AAA0BBB,59/0,60/0", "2028-02-29T12:00:00Z", HOUR },
        { "AAA0BBB,59/0,60/0", "2026-03-01T12:00:00Z", HOUR }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t  ms = 0;
        int32_t  seconds = -1;

        assert_true(ckp_time_parse(rows[i].at, &ms));
        assert_true(ckp_zone_rule(rows[i].rule, strlen(rows[i].rule), ms,
                                  &seconds));

        if (seconds != rows[i].seconds) {
            fail_msg("%s at %s: %d", rows[i].rule, rows[i].at, (int) seconds);
        }
    }
}


static void
test_what_is_no_rule_is_refused(void **ctx)
{
    static const char *const  rows[] = {
        "", "CE-1", "CET", "CET-", "CET-168", "CET-1:60", "CET-1CEST",
        "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,J0,J1", "CET-1CEST,366,1", "CET-1CEST,M3.5.0,M10.5.0x",
        "<+01-1"
    };
    int32_t                   seconds;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (ckp_zone_rule(rows[i], strlen(rows[i]), 0, &seconds)) {
            fail_msg("\"%s\" is taken for a rule", rows[i]);
        }
    }
}


static void
test_bytes_that_are_cut_or_wrong_never_harm(void **ctx)
{
    t_tz_t    tz;
    int32_t   seconds;
    unsigned  seed = 1;

    t_berlin(&tz, berlin);

    for (size_t n = 0; n < tz.len; n++) {
        char *const  copy = malloc(n + 1);

        memcpy(copy, tz.bytes, n);
        (void) ckp_zone_offset(copy, n, 1800000000000, &seconds);
        free(copy);
    }

    for (int i = 0; i < 20000; i++) {
        t_tz_t  bad = tz;

        seed = seed * 1103515245 + 12345;
        bad.bytes[(seed >> 8) % tz.len] = (char) (seed >> 16);
        (void) ckp_zone_offset(bad.bytes, bad.len, (int64_t) seed * 1000,
                               &seconds);
    }

    assert_false(ckp_zone_offset("", 0, 0, &seconds));
    assert_false(ckp_zone_offset("TZif", 4, 0, &seconds));
    assert_false(ckp_zone_offset("hello", 5, 0, &seconds));
}


static void
test_names_are_those_of_zones(void **ctx)
{
    assert_true(ckp_zone_is_name("Europe/Berlin"));
    assert_true(ckp_zone_is_name("Etc/GMT+12"));
    assert_true(ckp_zone_is_name("America/Port-au-Prince"));
    assert_false(ckp_zone_is_name(""));
    assert_false(ckp_zone_is_name("/etc/passwd"));
    assert_false(ckp_zone_is_name("../passwd"));
    assert_false(ckp_zone_is_name("a//b"));
    assert_false(ckp_zone_is_name("a/"));
    assert_false(ckp_zone_is_name("a b"));
    assert_false(ckp_zone_is_name("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                  "aaaaaaaaaaaaaaaaaaaaaa"));
}


/* --- who uses them ------------------------------------------------------------- */

static const char *
t_zone(void *data, const char *name, size_t *len)
{
    const t_tz_t *const  tz = data;

    *len = tz->len;

    return strcmp(name, "Europe/Berlin") == 0 ? tz->bytes : NULL;
}


static void
t_zoned(t_run_t *t, t_tz_t *tz, const char *text)
{
    memset(t, 0, sizeof(*t));
    t->now = 1784000000000;         /* 2026-07-14T03:33:20Z */
    t_doc(&t->d, text);
    assert_non_null(t->d.prog);
    t_berlin(tz, berlin);
    ckp_program_zones(t->d.prog, t_zone, tz);
    t->run = ckp_run_new(t->d.prog, "run");
    t_inputs(t, json_object());
    t_feed(t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t->rc, CKP_OK);
}


#define GIVES(what, want)                                                     \
    do {                                                                      \
        t_zoned(&t, &tz, T_GRAPH("p", "'p':{'type':'processing','next_node':" \
                "'end','operations':[{" what ",'output_variable':'r'}]},"     \
                T_END, ",'trigger':{'type':'scheduled','schedule':"           \
                "'0 0 * * *','timezone':'Europe/Berlin'}"));                  \
        assert_string_equal(t_var(&t, "r"), want);                            \
        t_run_over(&t);                                                       \
    } while (0)


static void
test_formats_and_stamps_know_zones_by_name(void **ctx)
{
    t_run_t  t;
    t_tz_t   tz;

    GIVES("'action':'calculate','expression':'format_date(\\u00222026-07-01T"
          "22:30:00Z\\u0022, \\u0022%F %T %z\\u0022, "
          "\\u0022Europe/Berlin\\u0022)'",
          "\"2026-07-02 00:30:00 +0200\"");
    GIVES("'action':'get_timestamp','timezone':'Europe/Berlin'",
          "\"2026-07-14T05:33:20+0200\"");
    GIVES("'action':'get_timestamp','timezone':'Europe/Berlin','format':'%H'",
          "\"05\"");
    GIVES("'action':'get_timestamp','timezone':'-05:00','format':'date'",
          "\"2026-07-13\"");
}


static void
test_today_is_the_trigger_s_date(void **ctx)
{
    t_run_t  t;
    t_tz_t   tz;

    memset(&t, 0, sizeof(t));
    t.now = 1784068200000;          /* 2026-07-14T22:30Z */
    t_doc(&t.d, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
                        "'operations':[{'action':'set_variable','variable':"
                        "'r','value':'{{today}}'}]}," T_END, ",'trigger':"
                        "{'type':'scheduled','schedule':'0 0 * * *',"
                        "'timezone':'Europe/Berlin'}"));
    t_berlin(&tz, berlin);
    ckp_program_zones(t.d.prog, t_zone, &tz);
    t.run = ckp_run_new(t.d.prog, "run");
    t_inputs(&t, json_object());
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_string_equal(t_var(&t, "r"), "\"2026-07-15\"");
    t_run_over(&t);
}


static void
test_a_zone_that_is_none_is_an_error(void **ctx)
{
    t_run_t  t;
    t_tz_t   tz;

    t_zoned(&t, &tz, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
            "'operations':[{'action':'get_timestamp','timezone':"
            "'Mars/Olympus'}]}," T_END, ""));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "ExpressionError");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_table_says_what_holds_between_its_changes),
        cmocka_unit_test(test_after_the_last_change_the_rule_holds),
        cmocka_unit_test(test_an_old_file_has_a_short_table),
        cmocka_unit_test(test_rules_are_those_of_posix),
        cmocka_unit_test(test_what_is_no_rule_is_refused),
        cmocka_unit_test(test_bytes_that_are_cut_or_wrong_never_harm),
        cmocka_unit_test(test_names_are_those_of_zones),
        cmocka_unit_test(test_formats_and_stamps_know_zones_by_name),
        cmocka_unit_test(test_today_is_the_trigger_s_date),
        cmocka_unit_test(test_a_zone_that_is_none_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
