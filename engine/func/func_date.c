/*
 * Functions over dates: ISO texts, a bare date stays one as long as nothing
 * below the day is added to it.
 */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "func/func_int.h"

#define DATE_LEN      10
#define DATE_MS_MAX   253402300799999       /* the end of the year 9999 */
#define DATE_MS_MIN   (-62167219200000)     /* the begin of the year 0 */
#define DAY_MS        86400000

typedef enum {
    UNIT_MS,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_YEAR
} unit_t;

static const struct {
    const char  *one;
    const char  *many;
    int64_t      ms;            /* 0: as the calendar has it */
} date_units[] = {
    { "ms", "milliseconds", 1 }, { "second", "seconds", 1000 },
    { "minute", "minutes", 60000 }, { "hour", "hours", 3600000 },
    { "day", "days", DAY_MS }, { "week", "weeks", 7 * DAY_MS },
    { "month", "months", 0 }, { "year", "years", 0 },
};


int64_t
ckp_date_floor(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}


static ckp_code_t
date_check(ckp_xc_t *c, int64_t ms)
{
    return (ms < DATE_MS_MIN || ms > DATE_MS_MAX)
           ? ckp_x_fail(c, "date beyond the years 0 to 9999") : CKP_OK;
}


ckp_code_t
ckp_date_of(ckp_xc_t *c, const ckp_x_t *x, const json_t *v, int64_t *ms,
    bool *bare)
{
    *bare = false;

    if (json_is_number(v)) {
        const ckp_code_t  rc = ckp_func_whole(c, x, v, ms);

        return (rc == CKP_OK) ? date_check(c, *ms) : rc;
    }

    if (!json_is_string(v) || !ckp_time_parse(json_string_value(v), ms)) {
        return ckp_x_fail(c, "%s(): \"%.40s\" is no date", x->func->name,
                          json_is_string(v) ? json_string_value(v)
                                            : ckp_value_type(v));
    }

    *bare = json_string_length(v) == DATE_LEN;

    return date_check(c, *ms);
}


static ckp_code_t
date_unit(ckp_xc_t *c, const ckp_x_t *x, const json_t *v, unit_t *unit)
{
    const char *const  name = json_is_string(v) ? json_string_value(v) : "";

    for (unsigned i = 0; i <= UNIT_YEAR; i++) {
        if (ckp_fold_equal(name, date_units[i].one)
            || ckp_fold_equal(name, date_units[i].many))
        {
            *unit = (unit_t) i;
            return CKP_OK;
        }
    }

    return ckp_x_fail(c, "%s(): \"%.40s\" is no unit", x->func->name, name);
}


static ckp_code_t
date_give(ckp_xc_t *c, int64_t ms, bool bare, json_t **out)
{
    char  text[CKP_TIME_LEN + 1];

    if (date_check(c, ms) != CKP_OK) {
        return CKP_E_INVALID;
    }

    ckp_time_text(ms, text);

    return ckp_x_give(c, json_stringn(text, bare ? DATE_LEN : CKP_TIME_LEN),
                      out);
}


CKP_FUNC(now)
{
    (void) x;
    (void) args;

    return date_give(c, c->ev->now_ms, false, out);
}


CKP_FUNC(today)
{
    (void) x;
    (void) args;

    return date_give(c, c->ev->now_ms, true, out);
}


CKP_FUNC(timestamp)
{
    (void) x;
    (void) args;

    return ckp_x_give(c, json_integer(c->ev->now_ms), out);
}


/* The date part as it is written, whatever the offset behind it. */
CKP_FUNC(date)
{
    int64_t           ms;
    bool              bare;
    const ckp_code_t  rc = ckp_date_of(c, x, args[0], &ms, &bare);

    if (rc != CKP_OK) {
        return rc;
    }

    if (json_is_string(args[0])) {
        return ckp_x_give(c, json_stringn(json_string_value(args[0]),
                                          DATE_LEN), out);
    }

    return date_give(c, ms, true, out);
}


static int
date_month_days(int year, int month)
{
    return (int) (ckp_date_days(month == 12 ? year + 1 : year,
                                month == 12 ? 1 : month + 1, 1)
                  - ckp_date_days(year, month, 1));
}


/* The same day so many months on, or the last one of a shorter month. */
static int64_t
date_add_months(int64_t ms, int64_t months)
{
    const int64_t  days = ckp_date_floor(ms, DAY_MS);
    int            year;
    int            month;
    int            day;
    int64_t        count;
    int            last;

    ckp_date_civil(days, &year, &month, &day);

    count = (int64_t) year * 12 + month - 1 + months;
    year = (int) ckp_date_floor(count, 12);
    month = (int) (count - (int64_t) year * 12) + 1;
    last = date_month_days(year, month);

    return ckp_date_days(year, month, day > last ? last : day) * DAY_MS
           + (ms - days * DAY_MS);
}


CKP_FUNC(date_add)
{
    int64_t     ms;
    int64_t     n = 0;
    bool        bare;
    unit_t      unit = UNIT_MS;
    ckp_num_t   num = { .real = false };
    ckp_code_t  rc = ckp_date_of(c, x, args[0], &ms, &bare);

    rc = (rc == CKP_OK) ? date_unit(c, x, args[2], &unit) : rc;
    rc = (rc == CKP_OK) ? ckp_func_number(c, x, args[1], &num) : rc;
    rc = (rc == CKP_OK) ? ckp_func_whole(c, x, args[1], &n) : rc;

    if (rc != CKP_OK) {
        return rc;
    }

    /* 20,000 years are beyond both ends, in every unit */

    if (num.d * (double) (date_units[unit].ms == 0 ? 1 : date_units[unit].ms)
        > 6.4e14
        || num.d * (double) (date_units[unit].ms == 0 ? 1
                                                      : date_units[unit].ms)
        < -6.4e14 || (unit >= UNIT_MONTH && (n > 240000 || n < -240000)))
    {
        return ckp_x_fail(c, "date beyond the years 0 to 9999");
    }

    if (unit >= UNIT_MONTH) {
        ms = date_add_months(ms, unit == UNIT_YEAR ? 12 * n : n);

    } else {
        ms += (int64_t) (num.d * (double) date_units[unit].ms);
    }

    return date_give(c, ms, bare && unit >= UNIT_DAY && ms % DAY_MS == 0, out);
}


/* Whole months between, cut towards zero. */
static int64_t
date_months_between(int64_t a, int64_t b)
{
    int      year[2];
    int      month[2];
    int      day;
    int64_t  n;

    ckp_date_civil(ckp_date_floor(a, DAY_MS), &year[0], &month[0], &day);
    ckp_date_civil(ckp_date_floor(b, DAY_MS), &year[1], &month[1], &day);

    n = (int64_t) (year[0] - year[1]) * 12 + (month[0] - month[1]);

    if (n > 0 && date_add_months(b, n) > a) {
        n--;
    }

    if (n < 0 && date_add_months(b, n) < a) {
        n++;
    }

    return n;
}


CKP_FUNC(date_diff)
{
    int64_t     a;
    int64_t     b = 0;
    bool        bare;
    unit_t      unit = UNIT_MS;
    ckp_code_t  rc = ckp_date_of(c, x, args[0], &a, &bare);

    rc = (rc == CKP_OK) ? ckp_date_of(c, x, args[1], &b, &bare) : rc;
    rc = (rc == CKP_OK) ? date_unit(c, x, args[2], &unit) : rc;

    if (rc != CKP_OK) {
        return rc;
    }

    if (unit >= UNIT_MONTH) {
        return ckp_x_give(c, json_integer(date_months_between(a, b)
                                          / (unit == UNIT_YEAR ? 12 : 1)),
                          out);
    }

    return ckp_x_give(c, json_integer((a - b) / date_units[unit].ms), out);
}
