/*
 * A date by its format, letter by letter.
 */

#include "base/date_read.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

#define DAY_MS  86400000

typedef struct {
    const char  *p;
    int          year;
    int          month;
    int          day;
    int          yearday;           /* 0: not given */
    int          hour;
    int          minute;
    int          second;
    int          milli;
    int          offset_min;
    int          half;              /* 12: PM, 0: AM, -1: not given */
    bool         instant;           /* %s gave it whole */
    int64_t      ms;
} read_t;


/* At most `most` digits, their value within the two. */

static bool
read_number(read_t *r, int most, int low, int high, int *out)
{
    int  n = 0;
    int  digits = 0;

    while (digits < most && isdigit((unsigned char) *r->p)) {
        n = n * 10 + (*r->p++ - '0');
        digits++;
    }

    *out = n;

    return digits > 0 && n >= low && n <= high;
}


static bool
read_month(read_t *r)
{
    static const char *const  names[] = {
        "January", "February", "March", "April", "May", "June", "July",
        "August", "September", "October", "November", "December"
    };

    for (int i = 0; i < 12; i++) {
        const size_t  whole = strlen(names[i]);

        if (strncasecmp(r->p, names[i], 3) == 0) {
            r->p += strncasecmp(r->p, names[i], whole) == 0 ? whole : 3;
            r->month = i + 1;
            return true;
        }
    }

    return false;
}


static bool
read_fraction(read_t *r)
{
    int  scale = 100;

    if (!isdigit((unsigned char) *r->p)) {
        return false;
    }

    for (r->milli = 0; isdigit((unsigned char) *r->p); r->p++) {
        r->milli += (*r->p - '0') * scale;
        scale /= 10;
    }

    return true;
}


/* Z, +hhmm, +hh:mm */

static bool
read_zone(read_t *r)
{
    const int  sign = *r->p == '-' ? -1 : 1;
    int        hours;
    int        minutes;

    if (*r->p == 'Z' || *r->p == 'z') {
        r->p++;
        return true;
    }

    if (*r->p != '+' && *r->p != '-') {
        return false;
    }

    r->p++;

    if (!read_number(r, 2, 0, 23, &hours)) {
        return false;
    }

    r->p += *r->p == ':' ? 1 : 0;

    if (!read_number(r, 2, 0, 59, &minutes)) {
        return false;
    }

    r->offset_min = sign * (hours * 60 + minutes);

    return true;
}


static bool
read_half(read_t *r)
{
    if (strncasecmp(r->p, "am", 2) != 0 && strncasecmp(r->p, "pm", 2) != 0) {
        return false;
    }

    r->half = tolower((unsigned char) *r->p) == 'p' ? 12 : 0;
    r->p += 2;

    return true;
}


static bool
read_instant(read_t *r)
{
    int  digits = 0;

    for (r->ms = 0; isdigit((unsigned char) *r->p) && digits < 12; digits++) {
        r->ms = r->ms * 10 + (*r->p++ - '0');
    }

    r->ms *= 1000;
    r->instant = true;

    return digits > 0;
}


static bool read_all(read_t *r, const char *format);


static bool
read_letter(read_t *r, char letter)
{
    /* tidy: one flat switch over the letters */

    switch (letter) {

    case 'Y':
        return read_number(r, 4, 0, 9999, &r->year);

    case 'y':
        if (!read_number(r, 2, 0, 99, &r->year)) {
            return false;
        }

        r->year += r->year < 69 ? 2000 : 1900;
        return true;

    case 'm':
        return read_number(r, 2, 1, 12, &r->month);

    case 'd':
    case 'e':
        r->p += *r->p == ' ' ? 1 : 0;
        return read_number(r, 2, 1, 31, &r->day);

    case 'j':
        return read_number(r, 3, 1, 366, &r->yearday);

    case 'b':
    case 'B':
    case 'h':
        return read_month(r);

    case 'H':
        return read_number(r, 2, 0, 23, &r->hour);

    case 'I':
        return read_number(r, 2, 1, 12, &r->hour);

    case 'p':
        return read_half(r);

    case 'M':
        return read_number(r, 2, 0, 59, &r->minute);

    case 'S':
        return read_number(r, 2, 0, 60, &r->second);

    case 'f':
        return read_fraction(r);

    case 'z':
        return read_zone(r);

    case 's':
        return read_instant(r);

    case 'F':
        return read_all(r, "%Y-%m-%d");

    case 'T':
        return read_all(r, "%H:%M:%S");

    case 'R':
        return read_all(r, "%H:%M");

    case '%':
        return *r->p++ == '%';

    default:
        return false;
    }
}


static bool
read_all(read_t *r, const char *format)
{
    for (const char *p = format; *p != '\0'; p++) {
        if (isspace((unsigned char) *p)) {
            while (isspace((unsigned char) *r->p)) {
                r->p++;
            }

        } else if (*p == '%' && p[1] != '\0') {
            if (!read_letter(r, *++p)) {
                return false;
            }

        } else if (*r->p++ != *p) {
            return false;
        }
    }

    return true;
}


bool
ckp_date_read(const char *text, const char *format, int64_t *ms)
{
    read_t   r = { .p = text, .year = 1970, .month = 1, .day = 1, .half = -1 };
    int      year;
    int      month;
    int      day;
    int64_t  days;

    if (!read_all(&r, format) || *r.p != '\0') {
        return false;
    }

    if (r.instant) {
        *ms = r.ms;
        return true;
    }

    if (r.yearday > 0) {
        days = ckp_date_days(r.year, 1, 1) + r.yearday - 1;
        ckp_date_civil(days, &year, &month, &day);

        if (year != r.year) {
            return false;
        }

    } else {
        days = ckp_date_days(r.year, r.month, r.day);
        ckp_date_civil(days, &year, &month, &day);

        if (month != r.month || day != r.day) {
            return false;
        }
    }

    if (r.half >= 0) {
        r.hour = r.hour % 12 + r.half;
    }

    *ms = days * DAY_MS + ((r.hour * 60 + r.minute - r.offset_min) * 60
                           + r.second) * (int64_t) 1000 + r.milli;

    return true;
}
