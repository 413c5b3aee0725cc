/*
 * format_date: what strftime does, without a locale and without a zone of the
 * machine.
 */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"
#include "func/func_int.h"

#define DAY_MS      86400000
#define FORMAT_MAX  4096

static const char *const  date_months[] = {
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December"
};

static const char *const  date_days[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
    "Saturday"
};

/* An instant taken apart. */
typedef struct {
    int64_t  ms;                /* local, as if it were UTC */
    int64_t  days;
    int32_t  offset_s;          /* east of UTC */
    int      year;
    int      month;
    int      day;
    int      hour;
    int      minute;
    int      second;
    int      milli;
    int      weekday;           /* 0 is Sunday */
    int      yearday;           /* 1 .. 366 */
} civil_t;


/* "UTC", "Z", "+02:00", "-0530" */
static bool
date_offset(const char *zone, int *minutes)
{
    static const char  shape[] = "+00:00";
    const char        *p = zone + 1;
    int                digits[4];
    int                n = 0;

    *minutes = 0;

    if (ckp_fold_equal(zone, "utc") || ckp_fold_equal(zone, "z")
        || ckp_fold_equal(zone, "gmt") || *zone == '\0')
    {
        return true;
    }

    if ((*zone != '+' && *zone != '-') || strlen(zone) > sizeof(shape) - 1) {
        return false;
    }

    for ( /* void */ ; *p != '\0'; p++) {
        if (*p == ':' && n == 2) {
            continue;
        }

        if (*p < '0' || *p > '9' || n == 4) {
            return false;
        }

        digits[n++] = *p - '0';
    }

    if (n != 4 && n != 2) {
        return false;
    }

    *minutes = (digits[0] * 10 + digits[1]) * 60;
    *minutes += (n == 4) ? digits[2] * 10 + digits[3] : 0;
    *minutes = (*zone == '-') ? -*minutes : *minutes;

    return *minutes < 24 * 60 && *minutes > -24 * 60;
}


bool
ckp_date_zone(const ckp_eval_t *ev, const char *name, int64_t ms,
    int32_t *seconds)
{
    const char  *bytes;
    size_t       len = 0;
    int          minutes;

    if (date_offset(name, &minutes)) {
        *seconds = minutes * 60;
        return true;
    }

    bytes = ev->zone == NULL || !ckp_zone_is_name(name)
            ? NULL : ev->zone(ev->zone_data, name, &len);

    return bytes != NULL && ckp_zone_offset(bytes, len, ms, seconds);
}


static void
civil_fill(civil_t *t, int64_t ms, int32_t offset_s)
{
    int64_t  rest;

    t->offset_s = offset_s;
    t->ms = ms + (int64_t) offset_s * 1000;
    t->days = ckp_date_floor(t->ms, DAY_MS);
    rest = t->ms - t->days * DAY_MS;

    ckp_date_civil(t->days, &t->year, &t->month, &t->day);

    t->hour = (int) (rest / 3600000);
    t->minute = (int) (rest / 60000 % 60);
    t->second = (int) (rest / 1000 % 60);
    t->milli = (int) (rest % 1000);

    /* 1970-01-01 was a Thursday */

    t->weekday = (int) (((t->days + 4) % 7 + 7) % 7);
    t->yearday = (int) (t->days - ckp_date_days(t->year, 1, 1)) + 1;
}


/* The ISO week; its year is that of its Thursday. */
static int
civil_week(const civil_t *t, int *year)
{
    const int64_t  thursday = t->days - (t->weekday + 6) % 7 + 3;
    int            month;
    int            day;

    ckp_date_civil(thursday, year, &month, &day);

    return (int) ((thursday - ckp_date_days(*year, 1, 1)) / 7) + 1;
}


static int
civil_hour12(const civil_t *t)
{
    return (t->hour % 12 == 0) ? 12 : t->hour % 12;
}


static void
format_zone(ckp_buf_t *b, const civil_t *t)
{
    const int  minutes = abs(t->offset_s) / 60;

    ckp_buf_printf(b, "%c%02d%02d", t->offset_s < 0 ? '-' : '+',
                   minutes / 60, minutes % 60);
}


/* Letters that stand for several others. */
static const char *
format_long(char letter)
{
    switch (letter) {

    case 'F':
        return "%Y-%m-%d";

    case 'T':
    case 'X':
        return "%H:%M:%S";

    case 'R':
        return "%H:%M";

    case 'D':
    case 'x':
        return "%m/%d/%y";

    case 'r':
        return "%I:%M:%S %p";

    case 'c':
        return "%a %b %e %H:%M:%S %Y";

    default:
        return NULL;
    }
}


/* Numbers: *value and how many digits; 0: the letter is none of them. */
static int
format_number(char letter, const civil_t *t, int *value)
{
    int  year;

    /* tidy: one flat switch over the letters */

    switch (letter) {

    case 'Y':
        *value = t->year;
        return 4;

    case 'C':
        *value = t->year / 100;
        return 2;

    case 'y':
        *value = t->year % 100;
        return 2;

    case 'm':
        *value = t->month;
        return 2;

    case 'd':
        *value = t->day;
        return 2;

    case 'H':
        *value = t->hour;
        return 2;

    case 'I':
        *value = civil_hour12(t);
        return 2;

    case 'M':
        *value = t->minute;
        return 2;

    case 'S':
        *value = t->second;
        return 2;

    case 'j':
        *value = t->yearday;
        return 3;

    case 'u':
        *value = (t->weekday == 0) ? 7 : t->weekday;
        return 1;

    case 'w':
        *value = t->weekday;
        return 1;

    case 'V':
        *value = civil_week(t, &year);
        return 2;

    case 'G':
        (void) civil_week(t, value);
        return 4;

    case 'U':
        *value = (t->yearday + 6 - t->weekday) / 7;
        return 2;

    case 'W':
        *value = (t->yearday + 6 - (t->weekday + 6) % 7) / 7;
        return 2;

    case 'f':
        *value = t->milli * 1000;
        return 6;

    default:
        return 0;
    }
}


static bool
format_word(ckp_buf_t *b, char letter, const civil_t *t)
{
    /* tidy: one flat switch over the letters */

    switch (letter) {

    case 'B':
        ckp_buf_puts(b, date_months[t->month - 1]);
        return true;

    case 'b':
    case 'h':
        ckp_buf_put(b, date_months[t->month - 1], 3);
        return true;

    case 'A':
        ckp_buf_puts(b, date_days[t->weekday]);
        return true;

    case 'a':
        ckp_buf_put(b, date_days[t->weekday], 3);
        return true;

    case 'p':
        ckp_buf_puts(b, t->hour < 12 ? "AM" : "PM");
        return true;

    case 'P':
        ckp_buf_puts(b, t->hour < 12 ? "am" : "pm");
        return true;

    case 'e':
        ckp_buf_printf(b, "%2d", t->day);
        return true;

    case 'k':
        ckp_buf_printf(b, "%2d", t->hour);
        return true;

    case 'l':
        ckp_buf_printf(b, "%2d", civil_hour12(t));
        return true;

    case 's':
        ckp_buf_printf(b, "%lld",
                       (long long) ckp_date_floor(t->ms
                                              - (int64_t) t->offset_s * 1000,
                                              1000));
        return true;

    case 'z':
        format_zone(b, t);
        return true;

    case 'Z':
        if (t->offset_s == 0) {
            ckp_buf_puts(b, "UTC");
        } else {
            format_zone(b, t);
        }

        return true;

    case 'n':
        ckp_buf_puts(b, "\n");
        return true;

    case 't':
        ckp_buf_puts(b, "\t");
        return true;

    case '%':
        ckp_buf_puts(b, "%");
        return true;

    default:
        return false;
    }
}


/* What is not known stands as it was written. */
static void
format_date(ckp_buf_t *b, const char *format, const civil_t *t)
{
    for (const char *p = format; *p != '\0'; p++) {
        int  value = 0;

        if (*p != '%' || p[1] == '\0') {
            ckp_buf_put(b, p, 1);
            continue;
        }

        p++;

        /* "%-d" is a number without zeros before it */

        const bool         plain = (*p == '-' && p[1] != '\0');
        const char         letter = plain ? p[1] : *p;
        const int          digits = format_number(letter, t, &value);
        const char *const  longer = plain ? NULL : format_long(letter);

        if (digits != 0) {
            ckp_buf_printf(b, "%0*d", plain ? 1 : digits, value);

        } else if (longer != NULL) {
            format_date(b, longer, t);

        } else if (plain || !format_word(b, letter, t)) {
            ckp_buf_put(b, "%", 1);
            ckp_buf_put(b, p, plain ? 2 : 1);
        }

        p += plain ? 1 : 0;
    }
}


CKP_FUNC(format_date)
{
    int64_t     ms;
    bool        bare;
    int32_t     seconds = 0;
    civil_t     t;
    ckp_buf_t   b;
    ckp_code_t  rc = ckp_date_of(c, x, args[0], &ms, &bare);

    if (rc != CKP_OK) {
        return rc;
    }

    if (!json_is_string(args[1])) {
        return ckp_x_fail(c, "format_date() needs a format");
    }

    if (x->n == 3 && !json_is_null(args[2])
        && (!json_is_string(args[2])
            || !ckp_date_zone(c->ev, json_string_value(args[2]), ms,
                              &seconds)))
    {
        return ckp_x_fail(c, "format_date(): unknown time zone \"%.64s\"",
                          json_is_string(args[2])
                          ? json_string_value(args[2]) : "");
    }

    civil_fill(&t, ms, seconds);
    ckp_buf_init(&b, FORMAT_MAX);
    format_date(&b, json_string_value(args[1]), &t);

    return ckp_x_text(c, &b, out);
}
