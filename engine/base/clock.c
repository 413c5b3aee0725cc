/*
 * Time without a clock; ids and random numbers from a seed.
 */

#include <string.h>

#include "base/clock.h"
#include "base/sha.h"

#define DAY_MS      86400000
#define YEAR_MAX    9999


/* Floors, for days and times before 1970. */
static int64_t
clock_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}


/*
 * Years are counted from March, so that the leap day is the last of its year;
 * 719468 days lie between 0000-03-01 and 1970-01-01.
 */
void
ckp_date_civil(int64_t days, int *year, int *month, int *day)
{
    const int64_t  z = days + 719468;
    const int64_t  era = clock_div(z, 146097);
    const int64_t  doe = z - era * 146097;
    const int64_t  yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t  doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t  mp = (5 * doy + 2) / 153;

    *day = (int) (doy - (153 * mp + 2) / 5 + 1);
    *month = (int) (mp < 10 ? mp + 3 : mp - 9);
    *year = (int) (yoe + era * 400 + (*month <= 2 ? 1 : 0));
}


int64_t
ckp_date_days(int year, int month, int day)
{
    const int64_t  y = (int64_t) year - (month <= 2 ? 1 : 0);
    const int64_t  era = clock_div(y, 400);
    const int64_t  yoe = y - era * 400;
    const int64_t  mp = (month > 2) ? month - 3 : month + 9;
    const int64_t  doy = (153 * mp + 2) / 5 + day - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}


/* Writes `n` decimal digits of v. */
static char *
clock_digits(char *p, int64_t v, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        p[i] = (char) ('0' + v % 10);
        v /= 10;
    }

    return p + n;
}


void
ckp_time_text(int64_t ms, char *out)
{
    int64_t  days = clock_div(ms, DAY_MS);
    int64_t  rest = ms - days * DAY_MS;
    int      year;
    int      month;
    int      day;
    char    *p = out;

    ckp_date_civil(days, &year, &month, &day);

    /* the text has four digits for the year: the ends of time are its ends */

    if (year < 0 || year > YEAR_MAX) {
        (void) strcpy(out, year < 0 ? "0000-01-01T00:00:00.000Z"
                                    : "9999-12-31T23:59:59.999Z");
        return;
    }

    p = clock_digits(p, year, 4);
    *p++ = '-';
    p = clock_digits(p, month, 2);
    *p++ = '-';
    p = clock_digits(p, day, 2);
    *p++ = 'T';
    p = clock_digits(p, rest / 3600000, 2);
    *p++ = ':';
    p = clock_digits(p, rest / 60000 % 60, 2);
    *p++ = ':';
    p = clock_digits(p, rest / 1000 % 60, 2);
    *p++ = '.';
    p = clock_digits(p, rest % 1000, 3);
    *p++ = 'Z';
    *p = '\0';
}


/* Reads exactly n digits; -1: there are fewer. */
static int
clock_read(const char **text, int n)
{
    const char  *p = *text;
    int          v = 0;

    for (int i = 0; i < n; i++, p++) {
        if (*p < '0' || *p > '9') {
            return -1;
        }

        v = v * 10 + (*p - '0');
    }

    *text = p;

    return v;
}


static bool
clock_expect(const char **text, char c)
{
    if (**text != c) {
        return false;
    }

    (*text)++;

    return true;
}


static int
clock_month_days(int year, int month)
{
    static const int  days[] = { 31, 28, 31, 30, 31, 30,
                                 31, 31, 30, 31, 30, 31 };
    const bool        leap = (year % 4 == 0 && year % 100 != 0)
                             || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}


static bool
clock_read_date(const char **p, int64_t *ms)
{
    int  year;
    int  month;
    int  day;

    year = clock_read(p, 4);

    if (year < 0 || !clock_expect(p, '-')) {
        return false;
    }

    month = clock_read(p, 2);

    if (month < 1 || month > 12 || !clock_expect(p, '-')) {
        return false;
    }

    day = clock_read(p, 2);

    if (day < 1 || day > clock_month_days(year, month)) {
        return false;
    }

    *ms = ckp_date_days(year, month, day) * DAY_MS;

    return true;
}


/* ".123456": any number of digits, cut to milliseconds. */
static bool
clock_read_fraction(const char **text, int64_t *ms)
{
    const char  *p = *text;
    int64_t      scale = 100;

    if (*p != '.' && *p != ',') {
        return true;
    }

    p++;

    if (*p < '0' || *p > '9') {
        return false;
    }

    for ( /* void */ ; *p >= '0' && *p <= '9'; p++) {
        *ms += (*p - '0') * scale;
        scale /= 10;
    }

    *text = p;

    return true;
}


static bool
clock_read_time(const char **p, int64_t *ms)
{
    int  hour;
    int  minute;
    int  second = 0;

    hour = clock_read(p, 2);

    if (hour < 0 || hour > 23 || !clock_expect(p, ':')) {
        return false;
    }

    minute = clock_read(p, 2);

    if (minute < 0 || minute > 59) {
        return false;
    }

    if (**p == ':') {
        (*p)++;
        second = clock_read(p, 2);

        /* 60 is a leap second: the first instant of the next minute */

        if (second < 0 || second > 60) {
            return false;
        }
    }

    *ms += ((int64_t) hour * 3600 + minute * 60 + second) * 1000;

    return clock_read_fraction(p, ms);
}


static bool
clock_read_offset(const char **p, int64_t *ms)
{
    int      hours;
    int      minutes;
    int64_t  sign;

    if (**p == 'Z' || **p == 'z') {
        (*p)++;
        return true;
    }

    if (**p != '+' && **p != '-') {
        return true;
    }

    sign = (**p == '+') ? -1 : 1;
    (*p)++;
    hours = clock_read(p, 2);

    if (hours < 0 || hours > 23) {
        return false;
    }

    if (**p == ':') {
        (*p)++;
    }

    minutes = clock_read(p, 2);

    if (minutes < 0 || minutes > 59) {
        return false;
    }

    *ms += sign * ((int64_t) hours * 3600 + minutes * 60) * 1000;

    return true;
}


bool
ckp_time_parse(const char *text, int64_t *ms)
{
    const char  *p = text;
    int64_t      t;

    if (!clock_read_date(&p, &t)) {
        return false;
    }

    if (*p == '\0') {
        *ms = t;
        return true;
    }

    if (*p != 'T' && *p != 't' && *p != ' ') {
        return false;
    }

    p++;

    if (!clock_read_time(&p, &t) || !clock_read_offset(&p, &t) || *p != '\0') {
        return false;
    }

    *ms = t;

    return true;
}


void
ckp_rand_init(ckp_rand_t *r, const uint8_t seed[CKP_SEED_LEN])
{
    memcpy(r->seed, seed, CKP_SEED_LEN);
    memset(r->block, 0, sizeof(r->block));
    r->counter = 0;
    r->used = sizeof(r->block);
}


static void
rand_block(ckp_rand_t *r)
{
    uint8_t  text[CKP_SEED_LEN + 8];

    memcpy(text, r->seed, CKP_SEED_LEN);

    for (unsigned i = 0; i < 8; i++) {
        text[CKP_SEED_LEN + i] = (uint8_t) (r->counter >> (8 * i));
    }

    ckp_sha256(text, sizeof(text), r->block);
    r->counter++;
    r->used = 0;
}


static void
rand_bytes(ckp_rand_t *r, uint8_t *out, size_t n)
{
    while (n > 0) {
        if (r->used == sizeof(r->block)) {
            rand_block(r);
        }

        const size_t  left = sizeof(r->block) - r->used;
        const size_t  some = n < left ? n : left;

        memcpy(out, r->block + r->used, some);
        r->used += (unsigned) some;
        out += some;
        n -= some;
    }
}


uint64_t
ckp_rand_u64(ckp_rand_t *r)
{
    uint8_t   bytes[8];
    uint64_t  v = 0;

    rand_bytes(r, bytes, sizeof(bytes));

    for (size_t i = 0; i < sizeof(bytes); i++) {
        v = v << 8 | bytes[i];
    }

    return v;
}


double
ckp_rand_unit(ckp_rand_t *r)
{
    return (double) (ckp_rand_u64(r) >> 11) / 9007199254740992.0;   /* 2^53 */
}


static void
uuid_text(uint8_t id[16], int version, char *out)
{
    static const uint8_t  groups[] = { 4, 2, 2, 2, 6 };
    char                 *p = out;

    id[6] = (uint8_t) ((id[6] & 0x0f) | (version << 4));
    id[8] = (uint8_t) ((id[8] & 0x3f) | 0x80);

    for (size_t i = 0; i < sizeof(groups); i++) {
        if (i != 0) {
            *p++ = '-';
        }

        ckp_hex(id, groups[i], p);
        id += groups[i];
        p += 2 * groups[i];
    }
}


void
ckp_uuid4(ckp_rand_t *r, char *out)
{
    uint8_t  id[16];

    rand_bytes(r, id, sizeof(id));

    uuid_text(id, 4, out);
}


void
ckp_uuid7_of(const uint8_t *random, int64_t now_ms, char *out)
{
    uint8_t  id[16];

    for (unsigned i = 0; i < 6; i++) {
        id[i] = (uint8_t) ((uint64_t) now_ms >> (40 - 8 * i));
    }

    memcpy(id + 6, random, sizeof(id) - 6);
    uuid_text(id, 7, out);
}


void
ckp_uuid7(ckp_rand_t *r, int64_t now_ms, char *out)
{
    uint8_t  random[CKP_UUID7_RANDOM];

    rand_bytes(r, random, sizeof(random));
    ckp_uuid7_of(random, now_ms, out);
}


void
ckp_uuid8(const char *name, char *out)
{
    uint8_t  sum[CKP_SHA256_LEN];

    ckp_sha256(name, strlen(name), sum);
    uuid_text(sum, 8, out);
}
