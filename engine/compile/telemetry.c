/*
 * What a node measures and reports (spec/ckp.md 19.1).
 */

#include <string.h>

#include "base/json.h"
#include "base/trace.h"
#include "compile/parse_int.h"

#define TELEMETRY_METRICS_MAX  64
#define TELEMETRY_LABELS_MAX   16
#define TELEMETRY_NAME_MAX     128


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


static ckp_template_t *
telemetry_id(ckp_parse_t *ps, const ckp_at_t *at, const char *key, size_t len)
{
    const char *const  text = ckp_parse_str(ps, at, key);

    if (text != NULL && !telemetry_is_id(text, len)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 433,
                                         .field = key },
                      "'%s' must be %zu hex digits that are not all zero: one "
                      "is generated", key, len);
        return NULL;
    }

    return ckp_parse_template(ps, at, key, CKP_SECRET_WARNS);
}


/* --- metrics ---------------------------------------------------------------- */

typedef struct {
    ckp_parse_t      *ps;
    ckp_telemetry_t  *own;
    size_t            size;         /* of own->measures */
} telemetry_t;


/* A place for one more; NULL: there is none, or it has no name (told). */
static ckp_measure_t *
telemetry_named(telemetry_t *t, const ckp_at_t *at, const char *name)
{
    const size_t  len = name == NULL ? 0 : strlen(name);

    if (len == 0 || len > TELEMETRY_NAME_MAX) {
        ckp_parse_say(t->ps, &(ckp_say_t) { .at = at, .field = "name",
                                  .number = name == NULL ? 18 : 17 },
                      len > 0 ? "the name of a metric has at most %d bytes"
                              : "a metric has a name of 1 to %d bytes",
                      TELEMETRY_NAME_MAX);
        return NULL;
    }

    if (t->own->nmeasures == t->size) {
        return NULL;
    }

    t->own->measures[t->own->nmeasures].name = name;

    return &t->own->measures[t->own->nmeasures++];
}


/* A number, or a template that gives one; null and true are 1. */
static void
telemetry_value(telemetry_t *t, const ckp_at_t *at, ckp_measure_t *m)
{
    const json_t *const  v = at->value;

    if (v == NULL || json_is_null(v) || json_is_true(v)) {
        return;
    }

    if (!json_is_number(v) && !json_is_string(v)) {
        ckp_parse_say(t->ps, &(ckp_say_t) { .at = at, .number = 15,
                                            .field = at->key },
                      "'%.120s' must be a number or a template", at->key);
        return;
    }

    m->value = ckp_template_at(t->ps, at, v, CKP_WITH_RESULT);

    if (json_is_string(v) && m->value != NULL
        && ckp_template_is_constant(m->value))
    {
        ckp_parse_say(t->ps, &(ckp_say_t) { .at = at, .number = 15,
                                            .field = at->key },
                      "'%.120s' must be a number or a template", at->key);
    }
}


static void
telemetry_labels(telemetry_t *t, const ckp_at_t *at, ckp_measure_t *m)
{
    ckp_at_t  out;

    if (!ckp_parse_object(t->ps, at, "labels", &out)) {
        return;
    }

    if (json_object_size(out.value) > TELEMETRY_LABELS_MAX) {
        ckp_parse_say(t->ps, &(ckp_say_t) { .at = &out, .number = 6,
                                            .field = "labels" },
                      "%zu labels, at most %d", json_object_size(out.value),
                      TELEMETRY_LABELS_MAX);
        return;
    }

    m->labels = ckp_template_at(t->ps, &out, out.value, CKP_WITH_RESULT);
}


/* An object that says all of one metric. */
static void
telemetry_one(telemetry_t *t, const ckp_at_t *at, const char *name)
{
    static const ckp_word_t  kinds[] = {
        { "counter", CKP_METRIC_COUNTER }, { "gauge", CKP_METRIC_GAUGE },
        { "histogram", CKP_METRIC_HISTOGRAM }, { NULL, 0 }
    };
    const ckp_at_t           own = { .up = at->up, .key = at->key,
                                     .index = at->index, .value = at->value,
                                     .as = CKP_AS_OTHER };
    ckp_measure_t *const     m = telemetry_named(t, at, name);
    ckp_at_t                 out;

    if (m == NULL) {
        return;
    }

    m->kind = (ckp_metric_kind_t) ckp_parse_word(t->ps, &own, "type", kinds,
                                      CKP_METRIC_COUNTER, 302);

    if (ckp_parse_find(t->ps, &own, "value", &out)) {
        telemetry_value(t, &out, m);
    }

    telemetry_labels(t, &own, m);

    if (ckp_parse_find(t->ps, &own, "when", &out)) {
        m->when = ckp_expr_at(t->ps, &out, CKP_WITH_RESULT);
    }

    ckp_parse_known(t->ps, &own, " name value type labels when metric_type ",
                    NULL);
}


/* {name: value}, when it has no word of ours. */
static void
telemetry_members(telemetry_t *t, const ckp_at_t *at)
{
    const char     *name;
    const json_t   *value;
    ckp_measure_t  *m;

    json_object_foreach((json_t *) at->value, name, value) {
        const ckp_at_t  out = { .up = at, .key = name, .value = value };

        if (ckp_is_note(name)) {
            continue;
        }

        if (json_is_object(value)) {
            telemetry_one(t, &out, name);

        } else if ((m = telemetry_named(t, &out, name)) != NULL) {
            telemetry_value(t, &out, m);
        }
    }
}


static void
telemetry_list(telemetry_t *t, const ckp_at_t *at)
{
    for (size_t i = 0; i < json_array_size(at->value); i++) {
        ckp_at_t  out;

        ckp_parse_element(at, i, &out);

        if (json_is_string(out.value)) {
            (void) telemetry_named(t, &out, json_string_value(out.value));

        } else if (json_is_object(out.value)) {
            telemetry_one(t, &out, ckp_json_str(out.value, "name"));

        } else {
            ckp_parse_say(t->ps, &(ckp_say_t) { .at = &out, .number = 15,
                                                .field = "custom_metrics" },
                          "a metric is a name or an object");
        }
    }
}


/* Every spelling of 19.1: a name, a list, one object, or {name: value}. */
static void
telemetry_metrics(telemetry_t *t, const ckp_at_t *at)
{
    const json_t *const  v = at->value;
    const char *const    named = ckp_json_str(v, "name");
    const char *const    typed = ckp_json_str(v, "metric_type");

    t->size = json_is_array(v) ? json_array_size(v)
              : json_is_object(v) ? json_object_size(v) : 1;

    if (t->size > TELEMETRY_METRICS_MAX) {
        ckp_parse_say(t->ps, &(ckp_say_t) { .at = at, .number = 6,
                                            .field = "custom_metrics" },
                      "%zu metrics, at most %d", t->size,
                      TELEMETRY_METRICS_MAX);
        return;
    }

    t->own->measures = ckp_parse_alloc(t->ps, (t->size + 1)
                                              * sizeof(ckp_measure_t));

    if (t->own->measures == NULL) {
        return;
    }

    if (json_is_string(v)) {
        (void) telemetry_named(t, at, json_string_value(v));

    } else if (json_is_array(v)) {
        telemetry_list(t, at);

    } else if (!json_is_object(v)) {
        ckp_parse_say(t->ps, &(ckp_say_t) { .at = at, .number = 15,
                                            .field = "custom_metrics" },
                      "'custom_metrics' must be a list or an object");

    } else if (named != NULL || typed != NULL) {
        telemetry_one(t, at, named != NULL ? named : typed);

    } else {
        telemetry_members(t, at);
    }
}


const ckp_telemetry_t *
ckp_telemetry_read(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_telemetry_t *const  own = ckp_parse_alloc(ps, sizeof(ckp_telemetry_t));
    telemetry_t             t = { .ps = ps, .own = own };
    ckp_at_t                out;
    ckp_at_t                metrics;

    if (own == NULL || !ckp_parse_object(ps, at, "telemetry", &out)) {
        return NULL;
    }

    own->duration = ckp_parse_bool(ps, &out, "track_duration", false);
    own->retries = ckp_parse_bool(ps, &out, "track_retries", false);
    own->trace_id = telemetry_id(ps, &out, "trace_id", CKP_TRACE_LEN);
    own->span_id = telemetry_id(ps, &out, "span_id", CKP_SPAN_LEN);

    if (ckp_parse_find(ps, &out, "custom_metrics", &metrics)) {
        telemetry_metrics(&t, &metrics);
    }

    ckp_parse_known(ps, &out, " track_duration track_retries trace_id span_id"
                    " custom_metrics ", NULL);

    return ps->prog->config.telemetry ? own : NULL;
}
