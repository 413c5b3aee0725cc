/*
 * Events as spans and log records, figures as metrics, in the JSON of OTLP.
 */

#include "core/ngx_lo_core.h"
#include "otlp/ngx_lo_otlp.h"

#define NGX_LO_SPAN_INTERNAL  1
#define NGX_LO_SPAN_CLIENT    3
#define NGX_LO_SPAN_ERROR     2
#define NGX_LO_CUMULATIVE     2


/* What an event ends; which of them are errors. */

typedef enum {
    NGX_LO_ENDS_NOTHING,
    NGX_LO_ENDS_RUN,
    NGX_LO_ENDS_NODE,
    NGX_LO_ENDS_STEP,
    NGX_LO_ENDS_CALL
} ngx_lo_ends_t;


static const struct {
    const char     *type;
    ngx_lo_ends_t   ends;
    ngx_uint_t      error;
} ngx_lo_otlp_ends[] = {
    { "run_completed", NGX_LO_ENDS_RUN, 0 },
    { "run_failed", NGX_LO_ENDS_RUN, 1 },
    { "run_canceled", NGX_LO_ENDS_RUN, 0 },
    { "node_completed", NGX_LO_ENDS_NODE, 0 },
    { "node_error", NGX_LO_ENDS_NODE, 1 },
    { "step_completed", NGX_LO_ENDS_STEP, 0 },
    { "step_failed", NGX_LO_ENDS_STEP, 1 },
    { "llm_call_completed", NGX_LO_ENDS_CALL, 0 },
    { "llm_call_failed", NGX_LO_ENDS_CALL, 1 }
};


static json_t *ngx_lo_otlp_span(const json_t *row, ngx_uint_t what);
static json_t *ngx_lo_otlp_record(const json_t *row);
static char *ngx_lo_otlp_body(const char *resource, const char *scope,
    const char *items, json_t *list);
static void ngx_lo_otlp_points(json_t *list, const json_t *of,
    const char *kind, int64_t now_ms);


/* --- attributes ---------------------------------------------------------------- */


static void
ngx_lo_otlp_text(json_t *list, const char *key, const char *value)
{
    if (value != NULL && *value != '\0') {
        (void) json_array_append_new(list,
                   json_pack("{s:s, s:{s:s}}", "key", key, "value",
                             "stringValue", value));
    }
}


/* 64-bit integers are texts in this JSON. */

static void
ngx_lo_otlp_number(json_t *list, const char *key, const json_t *v)
{
    char  text[32];

    if (json_is_integer(v)) {
        (void) snprintf(text, sizeof(text), "%lld",
                        (long long) json_integer_value(v));
        (void) json_array_append_new(list,
                   json_pack("{s:s, s:{s:s}}", "key", key, "value",
                             "intValue", text));
    }
}


static json_t *
ngx_lo_otlp_nanos(int64_t ms)
{
    char  text[32];

    (void) snprintf(text, sizeof(text), "%lld000000",
                    (long long) ngx_max(ms, 0));

    return json_string(text);
}


static json_t *
ngx_lo_otlp_about(const json_t *row)
{
    json_t      *list;
    ngx_uint_t   i;

    static const char *const  texts[] = {
        "run_id", "procedure_id", "procedure_version", "trigger_type",
        "node_id", "step_id", "action", "path"
    };

    list = json_array();

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ngx_lo_otlp_text(list, texts[i], ckp_json_str(row, texts[i]));
    }

    ngx_lo_otlp_number(list, "attempt", json_object_get(row, "attempt"));
    ngx_lo_otlp_text(list, "error.type", ckp_json_str(row, "error_type"));
    ngx_lo_otlp_text(list, "gen_ai.request.model", ckp_json_str(row, "model"));
    ngx_lo_otlp_number(list, "gen_ai.usage.input_tokens",
                       json_object_get(row, "prompt_tokens"));
    ngx_lo_otlp_number(list, "gen_ai.usage.output_tokens",
                       json_object_get(row, "completion_tokens"));

    return list;
}


/* --- traces -------------------------------------------------------------------- */


char *
ngx_lo_otlp_traces(const json_t *rows)
{
    size_t        i;
    json_t       *row, *spans;
    ngx_uint_t    k;
    const char   *type;

    spans = json_array();

    json_array_foreach(rows, i, row) {

        type = ckp_json_str(row, "type");

        for (k = 0; type != NULL && k < sizeof(ngx_lo_otlp_ends)
                                        / sizeof(ngx_lo_otlp_ends[0]); k++)
        {
            if (strcmp(type, ngx_lo_otlp_ends[k].type) == 0
                && ckp_json_str(row, "trace") != NULL
                && ckp_json_str(row, "span") != NULL)
            {
                (void) json_array_append_new(spans, ngx_lo_otlp_span(row, k));
            }
        }
    }

    return ngx_lo_otlp_body("resourceSpans", "scopeSpans", "spans", spans);
}


/* What is around a place: the path without its last part, and without the
 * number of the round that this is in. */

static void
ngx_lo_otlp_around(const char *path, char *out, size_t size)
{
    char    *end;
    size_t   len;

    out[0] = '\0';
    len = (path != NULL) ? strlen(path) : 0;

    if (len >= size) {
        return;
    }

    memcpy(out, path ? path : "", len + 1);
    end = strrchr(out, '/');
    *(end != NULL ? end : out) = '\0';

    len = strlen(out);

    if (len > 0 && out[len - 1] == ']') {
        end = strrchr(out, '[');

        if (end != NULL) {
            *end = '\0';
        }
    }
}


/* When it began: what it says of its own time, else its first event. */

static int64_t
ngx_lo_otlp_began(const json_t *row, ngx_lo_ends_t ends, int64_t at)
{
    int64_t  ms, began;

    ms = ckp_json_int(row, "ms", -1);

    if (ms >= 0) {
        return at - ms;
    }

    began = ckp_json_int(row, ends == NGX_LO_ENDS_RUN ? "run_began" : "began",
                         at);

    return ngx_min(began, at);
}


static json_t *
ngx_lo_otlp_span(const json_t *row, ngx_uint_t what)
{
    char            name[600], around[1024], parent[CKP_SPAN_LEN + 1];
    json_t         *span;
    int64_t         at;
    const char     *of;
    ngx_lo_ends_t   ends;

    ends = ngx_lo_otlp_ends[what].ends;
    at = ckp_json_int(row, "at", 0);
    of = ckp_json_str(row, ends == NGX_LO_ENDS_STEP ? "step_id"
                           : ends == NGX_LO_ENDS_CALL ? "model" : "node_id");

    (void) snprintf(name, sizeof(name), "%s%s",
                    ends == NGX_LO_ENDS_RUN ? "execute_run"
                    : ends == NGX_LO_ENDS_NODE ? "node "
                    : ends == NGX_LO_ENDS_STEP ? "step " : "chat ",
                    ends == NGX_LO_ENDS_RUN || of == NULL ? "" : of);

    parent[0] = '\0';

    if (ends != NGX_LO_ENDS_RUN) {
        ngx_lo_otlp_around(ckp_json_str(row, "path"), around, sizeof(around));
        ckp_trace_make_span(ckp_json_str(row, "run_id"),
                            ends == NGX_LO_ENDS_CALL
                            ? ckp_json_str(row, "path") : around, 0, parent);
    }

    span = json_pack("{s:s, s:s, s:s, s:i, s:o, s:o, s:o}",
                     "traceId", ckp_json_str(row, "trace"),
                     "spanId", ckp_json_str(row, "span"),
                     "name", name,
                     "kind", (ends == NGX_LO_ENDS_STEP
                              || ends == NGX_LO_ENDS_CALL)
                             ? NGX_LO_SPAN_CLIENT : NGX_LO_SPAN_INTERNAL,
                     "startTimeUnixNano",
                     ngx_lo_otlp_nanos(ngx_lo_otlp_began(row, ends, at)),
                     "endTimeUnixNano", ngx_lo_otlp_nanos(at),
                     "attributes", ngx_lo_otlp_about(row));

    if (parent[0] != '\0') {
        (void) json_object_set_new(span, "parentSpanId", json_string(parent));
    }

    if (ngx_lo_otlp_ends[what].error) {
        (void) json_object_set_new(span, "status",
                   json_pack("{s:i, s:s}", "code", NGX_LO_SPAN_ERROR,
                             "message", ckp_json_str(row, "error")
                                        ? ckp_json_str(row, "error") : ""));
    }

    return span;
}


/* --- logs ---------------------------------------------------------------------- */


char *
ngx_lo_otlp_logs(const json_t *rows)
{
    size_t   i;
    json_t  *row, *records;

    records = json_array();

    json_array_foreach(rows, i, row) {
        if (ckp_json_str(row, "run_id") != NULL) {
            (void) json_array_append_new(records, ngx_lo_otlp_record(row));
        }
    }

    return ngx_lo_otlp_body("resourceLogs", "scopeLogs", "logRecords",
                            records);
}


static json_t *
ngx_lo_otlp_record(const json_t *row)
{
    json_t      *record, *about;
    ngx_uint_t   bad;
    const char  *type, *trace, *span;

    type = ckp_json_str(row, "type");
    type = (type != NULL) ? type : "";
    trace = ckp_json_str(row, "trace");
    span = ckp_json_str(row, "span");
    bad = (strstr(type, "failed") != NULL || strstr(type, "error") != NULL);

    about = ngx_lo_otlp_about(row);
    ngx_lo_otlp_text(about, "error", ckp_json_str(row, "error"));
    ngx_lo_otlp_text(about, "message", ckp_json_str(row, "message"));
    ngx_lo_otlp_number(about, "seq", json_object_get(row, "seq"));

    record = json_pack("{s:o, s:i, s:s, s:{s:s}, s:o}",
                       "timeUnixNano",
                       ngx_lo_otlp_nanos(ckp_json_int(row, "at", 0)),
                       "severityNumber", bad ? 17 : 9,
                       "severityText", bad ? "ERROR" : "INFO",
                       "body", "stringValue", type,
                       "attributes", about);

    if (trace != NULL && span != NULL) {
        (void) json_object_set_new(record, "traceId", json_string(trace));
        (void) json_object_set_new(record, "spanId", json_string(span));
    }

    return record;
}


/* --- metrics ------------------------------------------------------------------- */


char *
ngx_lo_otlp_metrics(const json_t *summary, int64_t now_ms)
{
    json_t  *list;

    list = json_array();

    ngx_lo_otlp_points(list, json_object_get(summary, "counters"), "sum",
                       now_ms);
    ngx_lo_otlp_points(list, json_object_get(summary, "gauges"), "gauge",
                       now_ms);
    ngx_lo_otlp_points(list, json_object_get(summary, "histograms"),
                       "histogram", now_ms);

    return ngx_lo_otlp_body("resourceMetrics", "scopeMetrics", "metrics",
                            list);
}


/* "name{a=b,c=d}": the name is cut off, the labels are attributes. */

static json_t *
ngx_lo_otlp_labels(char *key)
{
    char    *p, *end, *eq;
    json_t  *list;

    list = json_array();
    p = strchr(key, '{');

    if (p == NULL) {
        return list;
    }

    *p++ = '\0';

    for ( ; *p != '\0' && *p != '}'; p = end) {

        end = p + strcspn(p, ",}");
        eq = memchr(p, '=', (size_t) (end - p));

        if (*end != '\0') {
            *end++ = '\0';
        }

        if (eq != NULL) {
            *eq = '\0';
            ngx_lo_otlp_text(list, p, eq + 1);
        }
    }

    return list;
}


static json_t *
ngx_lo_otlp_point(const json_t *v, json_t *labels, int64_t now_ms)
{
    char     count[32];
    json_t  *point;

    if (!json_is_object(v)) {
        return json_pack("{s:o, s:o, s:f}", "attributes", labels,
                         "timeUnixNano", ngx_lo_otlp_nanos(now_ms),
                         "asDouble", json_number_value(v));
    }

    (void) snprintf(count, sizeof(count), "%lld",
                    (long long) ckp_json_int(v, "count", 0));

    point = json_pack("{s:o, s:o, s:s, s:f, s:[s], s:[]}", "attributes",
                      labels, "timeUnixNano", ngx_lo_otlp_nanos(now_ms),
                      "count", count, "sum",
                      json_number_value(json_object_get(v, "sum")),
                      "bucketCounts", count, "explicitBounds");

    (void) json_object_set(point, "min", json_object_get(v, "min"));
    (void) json_object_set(point, "max", json_object_get(v, "max"));

    return point;
}


static void
ngx_lo_otlp_points(json_t *list, const json_t *of, const char *kind,
    int64_t now_ms)
{
    char         name[1024];
    json_t      *v, *labels, *data, *metric;
    const char  *key;

    json_object_foreach((json_t *) of, key, v) {

        (void) snprintf(name, sizeof(name), "langorch_%s", key);
        labels = ngx_lo_otlp_labels(name);

        data = json_pack("{s:[o]}", "dataPoints",
                         ngx_lo_otlp_point(v, labels, now_ms));

        if (strcmp(kind, "gauge") != 0) {
            (void) json_object_set_new(data, "aggregationTemporality",
                                       json_integer(NGX_LO_CUMULATIVE));
        }

        if (strcmp(kind, "sum") == 0) {
            (void) json_object_set_new(data, "isMonotonic", json_true());
        }

        metric = json_pack("{s:s, s:o}", "name", name, kind, data);
        (void) json_array_append_new(list, metric);
    }
}


/* --- around it ----------------------------------------------------------------- */


/* Steals the list; NULL when it is empty. */

static char *
ngx_lo_otlp_body(const char *resource, const char *scope, const char *items,
    json_t *list)
{
    char                      *text;
    json_t                    *body, *about;
    ngx_lo_main_conf_t        *mcf;
    const ngx_lo_otlp_conf_t  *o;

    if (json_array_size(list) == 0) {
        json_decref(list);
        return NULL;
    }

    o = ngx_lo_otlp_conf();
    mcf = ngx_lo_conf();

    about = json_array();
    ngx_lo_otlp_text(about, "service.name", "langorch");
    ngx_lo_otlp_text(about, "service.version", NGX_LO_VERSION);
    ngx_lo_otlp_text(about, "deployment.environment", o->environment);

    (void) json_array_append_new(about,
               json_pack("{s:s, s:{s:o}}", "key", "service.instance.id",
                         "value", "stringValue",
                         json_stringn((char *) mcf->node_id.data,
                                      mcf->node_id.len)));

    body = json_pack("{s:[{s:{s:o}, s:[{s:{s:s, s:s}, s:o}]}]}",
                     resource, "resource", "attributes", about, scope,
                     "scope", "name", "langorch", "version", NGX_LO_VERSION,
                     items, list);

    text = (body != NULL) ? ckp_json_text(body) : NULL;
    json_decref(body);

    return text;
}
