/*
 * The text of a schedule, read once: which minutes, hours and days it means.
 * Source: spec/ckp.md 5.2.
 */

#ifndef CKP_TRIGGER_CRON_H
#define CKP_TRIGGER_CRON_H

#include <stdbool.h>
#include <stdint.h>
#include "value/json.h"

#define CKP_CRON_TEXT_MAX  128

/* Bit n of a set is minute n, hour n ... */

typedef struct {
    uint64_t  minutes;          /* 0-59 */
    uint64_t  hours;            /* 0-23 */
    uint64_t  days;             /* of the month, 1-31 */
    uint64_t  months;           /* 1-12 */
    uint64_t  weekdays;         /* 0-6, Sunday is 0 */
    bool      any_day;          /* the field begins with "*" */
    bool      any_weekday;
    bool      elapsed;          /* minute and hour begin with "*": it goes by
                                   time that passes, not by what clocks show */
} ckp_cron_t;

/*
 * Reads five fields or a macro.  false: it is none, *number is the diagnostic
 * (603, or 604: it never fires), *why a static sentence of the API
 * (spec/api.md 11.3).
 */
bool ckp_cron_read(ckp_cron_t *cron, const char *text, int *number,
    const char **why);

/* Does it fire on that day; weekday 0 is Sunday.  When both fields of days are
 * restricted, either is enough. */
bool ckp_cron_has_day(const ckp_cron_t *cron, int month, int day, int weekday);

/* What it means, as a sentence for people: new text; NULL: no memory, or it is
 * no schedule. */
json_t *ckp_cron_describe(const char *text, const char *zone);

#endif
