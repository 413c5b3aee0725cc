/*
 * A schedule as a sentence: "At 09:00 on MON-FRI, Europe/Berlin".  What has no
 * shorter words is told by its field.
 */

#include "trigger/cron.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define DESCRIBE_MAX  1024

typedef struct {
    char  minute[CKP_CRON_TEXT_MAX + 1];
    char  hour[CKP_CRON_TEXT_MAX + 1];
    char  day[CKP_CRON_TEXT_MAX + 1];
    char  month[CKP_CRON_TEXT_MAX + 1];
    char  weekday[CKP_CRON_TEXT_MAX + 1];
} describe_t;


static bool
describe_split(const char *text, describe_t *d)
{
    char *const  fields[] = { d->minute, d->hour, d->day, d->month,
                              d->weekday };

    for (size_t i = 0; i < 5; i++) {
        size_t  len;

        text += strspn(text, " \t");
        len = strcspn(text, " \t");
        memcpy(fields[i], text, len);
        fields[i][len] = '\0';
        text += len;
    }

    return d->weekday[0] != '\0';
}


static bool
describe_is_number(const char *field)
{
    return strspn(field, "0123456789") == strlen(field);
}


/* "every minute", "every 5 minutes", "at minute 5,10". */

static void
describe_unit(ckp_buf_t *b, const char *field, const char *unit)
{
    if (strcmp(field, "*") == 0) {
        ckp_buf_printf(b, "every %s", unit);

    } else if (strncmp(field, "*/", 2) == 0 && strchr(field, ',') == NULL) {
        ckp_buf_printf(b, "every %s %ss", field + 2, unit);

    } else {
        ckp_buf_printf(b, "at %s %s", unit, field);
    }
}


static void
describe_time(ckp_buf_t *b, const describe_t *d)
{
    if (describe_is_number(d->minute) && describe_is_number(d->hour)) {
        ckp_buf_printf(b, "at %02d:%02d", atoi(d->hour), atoi(d->minute));
        return;
    }

    describe_unit(b, d->minute, "minute");

    if (strcmp(d->hour, "*") != 0 || describe_is_number(d->minute)) {
        ckp_buf_puts(b, " of ");
        describe_unit(b, d->hour, "hour");
    }
}


static void
describe_days(ckp_buf_t *b, const describe_t *d)
{
    const bool  days = strcmp(d->day, "*") != 0;
    const bool  weekdays = strcmp(d->weekday, "*") != 0;
    const bool  either = d->day[0] != '*' && d->weekday[0] != '*';

    if (days) {
        ckp_buf_printf(b, " on day %s of the month", d->day);
    }

    if (weekdays) {
        ckp_buf_printf(b, "%s on weekday %s", !days ? "" : either ? " or"
                                                                  : " and",
                       d->weekday);
    }

    if (strcmp(d->month, "*") != 0) {
        ckp_buf_printf(b, " in month %s", d->month);
    }
}


json_t *
ckp_cron_describe(const char *text, const char *zone)
{
    ckp_cron_t   cron;
    describe_t   d;
    const char  *why;
    int          number;
    ckp_buf_t    b;
    json_t      *v;

    if (!ckp_cron_read(&cron, text, &number, &why)) {
        return NULL;
    }

    ckp_buf_init(&b, DESCRIBE_MAX);

    if (text[0] == '@') {
        ckp_buf_puts(&b, strcmp(text, "@annually") == 0 ? "yearly"
                         : strcmp(text, "@midnight") == 0 ? "daily"
                                                          : text + 1);

    } else if (describe_split(text, &d)) {
        describe_time(&b, &d);
        describe_days(&b, &d);
    }

    ckp_buf_printf(&b, ", %s", zone);
    v = json_string(ckp_buf_str(&b));
    ckp_buf_free(&b);

    return v;
}
