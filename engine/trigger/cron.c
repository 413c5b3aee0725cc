/*
 * The text of a schedule: five fields in their ranges, or a word for them, and
 * at least one day that can come.
 */

#include "trigger/cron.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

typedef struct {
    unsigned            low;
    unsigned            high;
    const char *const  *names;      /* NULL: numbers alone */
    unsigned            first;      /* the number of names[0] */
    const char         *why;        /* it is another's field */
} cron_range_t;

static const char *const  cron_months[] = {
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT",
    "NOV", "DEC", NULL
};

static const char *const  cron_days[] = {
    "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", NULL
};

static const cron_range_t  cron_ranges[] = {
    { 0, 59, NULL, 0,
      "Cron schedule must have minutes of 0 to 59 in its first field" },
    { 0, 23, NULL, 0,
      "Cron schedule must have hours of 0 to 23 in its second field" },
    { 1, 31, NULL, 0,
      "Cron schedule must have days of 1 to 31 in its third field" },
    { 1, 12, cron_months, 1,
      "Cron schedule must have months of 1 to 12 or names of them in its fourth"
      " field" },
    { 0, 7, cron_days, 0,
      "Cron schedule must have weekdays of 0 to 7 or names of them in its fifth"
      " field" }
};

static const struct {
    const char  *word;
    const char  *text;
} cron_macros[] = {
    { "@hourly", "0 * * * *" },
    { "@daily", "0 0 * * *" },
    { "@midnight", "0 0 * * *" },
    { "@weekly", "0 0 * * 0" },
    { "@monthly", "0 0 1 * *" },
    { "@yearly", "0 0 1 1 *" },
    { "@annually", "0 0 1 1 *" },
    { NULL, NULL }
};


/* A number or a name in its range; *p goes behind it. */
static bool
cron_value(const char **p, const cron_range_t *range, unsigned *out)
{
    unsigned  n = 0;
    size_t    len = 0;

    for (size_t i = 0; range->names != NULL && range->names[i] != NULL; i++) {
        if (strncasecmp(*p, range->names[i], 3) == 0) {
            *p += 3;
            *out = range->first + (unsigned) i;
            return true;
        }
    }

    while (isdigit((unsigned char) (*p)[len]) && len < 3) {
        n = n * 10 + (unsigned) ((*p)[len] - '0');
        len++;
    }

    *p += len;
    *out = n;

    return len > 0 && n >= range->low && n <= range->high;
}


static bool
cron_step(const char **p, unsigned *step)
{
    const cron_range_t  any = { 1, 999, NULL, 0, NULL };

    *step = 1;

    if (**p != '/') {
        return true;
    }

    *p += 1;

    return cron_value(p, &any, step);
}


/* Names of days may wrap (FRI-MON); nothing else may descend. */
static bool
cron_item(const char **p, const cron_range_t *range, uint64_t *set)
{
    unsigned  from = range->low;
    unsigned  to = range->high;
    unsigned  step;

    if (**p == '*') {
        *p += 1;

    } else {
        if (!cron_value(p, range, &from)) {
            return false;
        }

        to = (**p == '/') ? range->high : from;

        if (**p == '-') {
            *p += 1;

            if (!cron_value(p, range, &to)) {
                return false;
            }
        }
    }

    if (!cron_step(p, &step)) {
        return false;
    }

    if (to < from) {
        if (range->names != cron_days) {
            return false;
        }

        to += 7;
    }

    for (unsigned i = from; i <= to; i += step) {
        *set |= (uint64_t) 1 << (range->names == cron_days ? i % 7 : i);
    }

    return true;
}


static bool
cron_field(const char **p, const cron_range_t *range, uint64_t *set)
{
    for ( ;; ) {
        if (!cron_item(p, range, set)) {
            return false;
        }

        if (**p != ',') {
            return **p == '\0' || isspace((unsigned char) **p);
        }

        *p += 1;
    }
}


/* 30 February and its like. */
static bool
cron_day_comes(uint64_t days, uint64_t months)
{
    static const unsigned  longest[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30,
                                         31, 30, 31 };

    for (unsigned m = 1; m <= 12; m++) {
        for (unsigned d = 1; d <= longest[m - 1]; d++) {
            if ((months >> m & 1) != 0 && (days >> d & 1) != 0) {
                return true;
            }
        }
    }

    return false;
}


static size_t
cron_count(const char *p)
{
    size_t  n = 0;

    for (p += strspn(p, " \t"); *p != '\0'; p += strspn(p, " \t")) {
        p += strcspn(p, " \t");
        n++;
    }

    return n;
}


static bool
cron_fields(ckp_cron_t *cron, const char *p, const char **why)
{
    uint64_t *const  sets[] = { &cron->minutes, &cron->hours, &cron->days,
                                &cron->months, &cron->weekdays };
    bool             any[5];

    if (cron_count(p) != 5) {
        *why = "Cron schedule must use exactly 5 fields in UTC";
        return false;
    }

    for (size_t i = 0; i < 5; i++) {
        p += strspn(p, " \t");
        any[i] = *p == '*';

        if (!cron_field(&p, &cron_ranges[i], sets[i])) {
            *why = cron_ranges[i].why;
            return false;
        }
    }

    cron->elapsed = any[0] && any[1];
    cron->any_day = any[2];
    cron->any_weekday = any[4];

    return true;
}


bool
ckp_cron_read(ckp_cron_t *cron, const char *text, int *number,
    const char **why)
{
    *number = 603;
    memset(cron, 0, sizeof(ckp_cron_t));

    if (strlen(text) > CKP_CRON_TEXT_MAX) {
        *why = "Cron schedule must be at most 128 bytes long";
        return false;
    }

    if (text[0] == '@') {
        size_t  i = 0;

        while (cron_macros[i].word != NULL
               && strcmp(cron_macros[i].word, text) != 0)
        {
            i++;
        }

        text = cron_macros[i].text;

        if (text == NULL) {
            *why = "Cron schedule has an unknown name behind its '@'";
            return false;
        }
    }

    if (!cron_fields(cron, text, why)) {
        return false;
    }

    if (cron->any_weekday && !cron_day_comes(cron->days, cron->months)) {
        *number = 604;
        *why = "Cron schedule never fires";
        return false;
    }

    return true;
}


bool
ckp_cron_has_day(const ckp_cron_t *cron, int month, int day, int weekday)
{
    const bool  by_day = (cron->days >> day & 1) != 0;
    const bool  by_weekday = (cron->weekdays >> weekday & 1) != 0;

    if ((cron->months >> month & 1) == 0) {
        return false;
    }

    return !cron->any_day && !cron->any_weekday ? by_day || by_weekday
                                                : by_day && by_weekday;
}
