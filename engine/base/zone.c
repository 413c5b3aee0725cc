/*
 * TZif: a table of transitions, and a rule for the time after them.
 */

#include "base/zone.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"

#define ZONE_HEAD    44
#define ZONE_MAX     100000         /* entries of any kind */
#define ZONE_DAY     86400
#define ZONE_HOURS   167            /* a rule's time of day, either side */


/* --- rules ---------------------------------------------------------------------- */

typedef struct {
    const char  *p;
    const char  *end;
} text_t;

typedef enum {
    RULE_JULIAN,                    /* J1 .. J365: no 29 February */
    RULE_DAY,                       /* 0 .. 365 */
    RULE_WEEK                       /* Mm.w.d */
} rule_kind_t;

typedef struct {
    rule_kind_t  kind;
    int          month;
    int          week;
    int          day;
    int32_t      time;              /* seconds of local time */
} rule_t;


static bool
rule_is(text_t *t, char c)
{
    if (t->p < t->end && *t->p == c) {
        t->p++;
        return true;
    }

    return false;
}


static bool
rule_number(text_t *t, int most, int *n)
{
    const char *const  from = t->p;

    *n = 0;

    while (t->p < t->end && isdigit((unsigned char) *t->p) && *n <= most) {
        *n = *n * 10 + (*t->p++ - '0');
    }

    return t->p > from && *n <= most;
}


/* "CET", or "<+03>": at least three characters */

static bool
rule_name(text_t *t)
{
    const char *const  from = t->p;

    if (rule_is(t, '<')) {
        while (t->p < t->end && *t->p != '>') {
            t->p++;
        }

        return rule_is(t, '>');
    }

    while (t->p < t->end && isalpha((unsigned char) *t->p)) {
        t->p++;
    }

    return t->p - from >= 3;
}


/* [+-]hh[:mm[:ss]] */

static bool
rule_time(text_t *t, int32_t *seconds)
{
    const bool  minus = rule_is(t, '-');
    int         n[3] = { 0, 0, 0 };

    if (!minus) {
        (void) rule_is(t, '+');
    }

    if (!rule_number(t, ZONE_HOURS, &n[0])
        || (rule_is(t, ':') && !rule_number(t, 59, &n[1]))
        || (t->p < t->end && *t->p == ':'
            && (t->p++, !rule_number(t, 59, &n[2]))))
    {
        return false;
    }

    *seconds = (n[0] * 3600 + n[1] * 60 + n[2]) * (minus ? -1 : 1);

    return true;
}


static bool
rule_date(text_t *t, rule_t *r)
{
    r->time = 7200;

    if (rule_is(t, 'J')) {
        r->kind = RULE_JULIAN;

        if (!rule_number(t, 365, &r->day) || r->day < 1) {
            return false;
        }

    } else if (rule_is(t, 'M')) {
        r->kind = RULE_WEEK;

        if (!rule_number(t, 12, &r->month) || r->month < 1 || !rule_is(t, '.')
            || !rule_number(t, 5, &r->week) || r->week < 1 || !rule_is(t, '.')
            || !rule_number(t, 6, &r->day))
        {
            return false;
        }

    } else {
        r->kind = RULE_DAY;

        if (!rule_number(t, 365, &r->day)) {
            return false;
        }
    }

    return !rule_is(t, '/') || rule_time(t, &r->time);
}


/* The day of the year `y` that a rule means, as days since 1970. */

static int64_t
rule_day(const rule_t *r, int y)
{
    const int64_t  first = ckp_date_days(y, 1, 1);
    const bool     leap = ckp_date_days(y + 1, 1, 1) - first == 366;

    if (r->kind == RULE_DAY) {
        return first + r->day;
    }

    if (r->kind == RULE_JULIAN) {
        return first + r->day - 1 + (leap && r->day > 59 ? 1 : 0);
    }

    const int64_t  month = ckp_date_days(y, r->month, 1);
    const int64_t  next = r->month == 12 ? ckp_date_days(y + 1, 1, 1)
                          : ckp_date_days(y, r->month + 1, 1);

    /* 1970-01-01 was a Thursday: 4 */

    const int      weekday = (int) (((month + 4) % 7 + 7) % 7);
    int64_t        day = month + (r->day - weekday + 7) % 7
                         + 7 * (r->week - 1);

    while (day >= next) {
        day -= 7;
    }

    return day;
}


static int
rule_year(int64_t s)
{
    const int64_t  days = s / ZONE_DAY - (s % ZONE_DAY < 0 ? 1 : 0);
    int            year;
    int            month;
    int            day;

    ckp_date_civil(days, &year, &month, &day);

    return year;
}


bool
ckp_zone_rule(const char *rule, size_t len, int64_t at_ms, int32_t *seconds)
{
    const int64_t  at = at_ms / 1000 - (at_ms % 1000 < 0 ? 1 : 0);
    text_t         t = { rule, rule + len };
    rule_t         begin;
    rule_t         end;
    int32_t        standard;
    int32_t        summer;

    if (!rule_name(&t) || !rule_time(&t, &standard)) {
        return false;
    }

    /* POSIX counts west of Greenwich */

    standard = -standard;
    *seconds = standard;

    if (t.p == t.end) {
        return true;
    }

    if (!rule_name(&t)) {
        return false;
    }

    summer = -(standard + 3600);

    if (t.p < t.end && *t.p != ',' && !rule_time(&t, &summer)) {
        return false;
    }

    summer = -summer;

    if (!rule_is(&t, ',') || !rule_date(&t, &begin) || !rule_is(&t, ',')
        || !rule_date(&t, &end) || t.p != t.end)
    {
        return false;
    }

    const int      year = rule_year(at + standard);
    const int64_t  from = rule_day(&begin, year) * ZONE_DAY + begin.time
                          - standard;
    const int64_t  to = rule_day(&end, year) * ZONE_DAY + end.time - summer;

    /* in the south summer goes over the new year */

    if (from < to ? at >= from && at < to : at >= from || at < to) {
        *seconds = summer;
    }

    return true;
}


/* --- tables ----------------------------------------------------------------------- */

typedef struct {
    const uint8_t  *times;
    const uint8_t  *kinds;
    const uint8_t  *types;
    const uint8_t  *after;          /* behind all of it */
    uint32_t        ntimes;
    uint32_t        ntypes;
    size_t          width;          /* bytes of a time */
} zone_t;


static uint32_t
zone_u32(const uint8_t *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16
           | (uint32_t) p[2] << 8 | p[3];
}


static int64_t
zone_time(const zone_t *z, uint32_t i)
{
    const uint8_t *const  p = z->times + (size_t) i * z->width;

    return z->width == 4 ? (int32_t) zone_u32(p)
           : (int64_t) ((uint64_t) zone_u32(p) << 32 | zone_u32(p + 4));
}


/* One header and its data, with times of `width` bytes. */

static bool
zone_block(const uint8_t *p, const uint8_t *end, size_t width, zone_t *z)
{
    uint32_t  n[6];     /* isutc, isstd, leap, time, type, char */

    if (end - p < ZONE_HEAD || memcmp(p, "TZif", 4) != 0) {
        return false;
    }

    for (int i = 0; i < 6; i++) {
        n[i] = zone_u32(p + 20 + 4 * i);

        if (n[i] > ZONE_MAX) {
            return false;
        }
    }

    *z = (zone_t) { .ntimes = n[3], .ntypes = n[4], .width = width };
    z->times = p + ZONE_HEAD;
    z->kinds = z->times + (size_t) n[3] * width;
    z->types = z->kinds + n[3];
    z->after = z->types + (size_t) n[4] * 6 + n[5]
               + (size_t) n[2] * (width + 4) + n[1] + n[0];

    if (z->after > end || n[4] == 0) {
        return false;
    }

    for (uint32_t i = 0; i < n[3]; i++) {
        if (z->kinds[i] >= n[4]) {
            return false;
        }
    }

    return true;
}


/* Before the first transition the first type holds (RFC 8536, 3.2). */

static int32_t
zone_look(const zone_t *z, int64_t at)
{
    uint32_t  low = 0;
    uint32_t  high = z->ntimes;
    uint32_t  kind = 0;

    while (low < high) {
        const uint32_t  mid = (low + high) / 2;

        if (zone_time(z, mid) <= at) {
            low = mid + 1;

        } else {
            high = mid;
        }
    }

    if (low > 0) {
        kind = z->kinds[low - 1];
    }

    return (int32_t) zone_u32(z->types + (size_t) kind * 6);
}


bool
ckp_zone_offset(const char *tzif, size_t len, int64_t at_ms, int32_t *seconds)
{
    const int64_t         at = at_ms / 1000 - (at_ms % 1000 < 0 ? 1 : 0);
    const uint8_t *const  p = (const uint8_t *) tzif;
    const uint8_t *const  end = p + len;
    zone_t                z;

    if (!zone_block(p, end, 4, &z)) {
        return false;
    }

    if (p[4] < '2') {
        *seconds = zone_look(&z, at);
        return true;
    }

    if (!zone_block(z.after, end, 8, &z)) {
        return false;
    }

    if ((z.ntimes == 0 || at >= zone_time(&z, z.ntimes - 1))
        && end - z.after > 2 && *z.after == '\n')
    {
        const uint8_t *const  rule = z.after + 1;
        const uint8_t *const  eol = memchr(rule, '\n', (size_t) (end - rule));

        if (eol != NULL && eol > rule
            && ckp_zone_rule((const char *) rule, (size_t) (eol - rule),
                             at_ms, seconds))
        {
            return true;
        }
    }

    *seconds = zone_look(&z, at);

    return true;
}


bool
ckp_zone_is_name(const char *name)
{
    size_t  n;

    for (n = 0; name[n] != '\0'; n++) {
        const char  c = name[n];

        if (!isalnum((unsigned char) c) && strchr("_-+/", c) == NULL) {
            return false;
        }

        if (c == '/' && (n == 0 || name[n - 1] == '/' || name[n + 1] == '\0'))
        {
            return false;
        }
    }

    return n > 0 && n <= CKP_ZONE_NAME_MAX;
}
