/*
 * What a node measures and reports (spec/ckp.md 19.1).
 */

#include <string.h>

#include "compile/parse_int.h"


/* Hex digits alone, so many, and not all zero; a template may be anything. */
static bool
telemetry_is_id(const char *text, size_t len)
{
    bool  any = false;

    if (strstr(text, "{{") != NULL) {
        return true;
    }

    if (strlen(text) != len || strspn(text, "0123456789abcdefABCDEF") != len) {
        return false;
    }

    for (size_t i = 0; i < len; i++) {
        any = any || text[i] != '0';
    }

    return any;
}


static void
telemetry_id(ckp_parse_t *ps, const ckp_at_t *at, const char *key, size_t len)
{
    const char *const  text = ckp_parse_str(ps, at, key);

    if (text != NULL && !telemetry_is_id(text, len)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 433,
                                         .field = key },
                      "'%s' must be %zu hex digits that are not all zero: one "
                      "is generated", key, len);
    }

    (void) ckp_parse_template(ps, at, key, CKP_SECRET_WARNS);
}


void
ckp_telemetry_check(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t  out;
    ckp_at_t  metrics;

    if (!ckp_parse_object(ps, at, "telemetry", &out)) {
        return;
    }

    (void) ckp_parse_bool(ps, &out, "track_duration", false);
    (void) ckp_parse_bool(ps, &out, "track_retries", false);
    telemetry_id(ps, &out, "trace_id", 32);
    telemetry_id(ps, &out, "span_id", 16);

    if (ckp_parse_find(ps, &out, "custom_metrics", &metrics)
        && !json_is_object(metrics.value))
    {
        (void) ckp_parse_array(ps, &out, "custom_metrics", &metrics);
    }

    ckp_parse_known(ps, &out, " track_duration track_retries trace_id span_id"
                    " custom_metrics ", NULL);
}
