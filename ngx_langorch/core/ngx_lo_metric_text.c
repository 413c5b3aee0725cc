/*
 * Metrics as others read them: Prometheus text 0.0.4, and the summary of the
 * API (spec/api.md 2).
 */

#include "core/ngx_lo_metric_int.h"

#include <nginx.h>


#define NGX_LO_METRIC_TEXT_MAX  (4 * 1024 * 1024)


/* A gauge counted in the store by whoever asks for the text. */
typedef struct {
    const char  *name;
    const char  *help;
    const char  *label;     /* NULL: a number; else an object {label: n} */
} ngx_lo_gauge_t;


static void ngx_lo_metric_family(ckp_buf_t *b, const char *name,
    const char *help, const char *type);
static void ngx_lo_metric_shared(ckp_buf_t *b, ngx_lo_metric_t m);
static void ngx_lo_metric_histogram(ckp_buf_t *b,
    const ngx_lo_metric_info_t *info, const ngx_lo_series_t *s);
static void ngx_lo_metric_counted(ckp_buf_t *b, const ngx_lo_gauge_t *g,
    const json_t *value);
static void ngx_lo_metric_labels(ckp_buf_t *b, const char *name,
    const char *value, const char *le);
static void ngx_lo_metric_escaped(ckp_buf_t *b, const char *value);
static void ngx_lo_summary_shared(json_t *counters, json_t *histograms,
    ngx_lo_metric_t m);
static json_t *ngx_lo_summary_histogram(const ngx_lo_series_t *s,
    const double *bounds);
static void ngx_lo_summary_counted(json_t *gauges, const ngx_lo_gauge_t *g,
    const json_t *value);
static void ngx_lo_summary_key(char *out, size_t size, const char *name,
    const char *label, const char *value);
static uint64_t ngx_lo_metric_count(const ngx_lo_series_t *s);


static const ngx_lo_gauge_t  ngx_lo_gauges[] = {
    { "runs_active", "Runs not in a final status", "status" },
    { "approvals_pending", "Approvals waiting", NULL },
    { "leases_active", "Unreleased, unexpired leases", NULL },
    { "queue_depth", "Waiting items", "queue_type" }
};

#define NGX_LO_GAUGES_N  (sizeof(ngx_lo_gauges) / sizeof(ngx_lo_gauges[0]))


/* --- Prometheus --------------------------------------------------------------- */


ngx_int_t
ngx_lo_metric_text(ngx_pool_t *pool, const json_t *gauges, ngx_str_t *out)
{
    ckp_buf_t   b;
    ngx_int_t   rc;
    ngx_uint_t  i;

    ckp_buf_init(&b, NGX_LO_METRIC_TEXT_MAX);

    for (i = 0; i < NGX_LO_M_N; i++) {
        ngx_lo_metric_shared(&b, i);
    }

    for (i = 0; i < NGX_LO_GAUGES_N; i++) {
        ngx_lo_metric_counted(&b, &ngx_lo_gauges[i],
                              json_object_get(gauges, ngx_lo_gauges[i].name));
    }

    ngx_lo_metric_family(&b, "build_info", "Build", "gauge");
    ckp_buf_puts(&b, "langorch_build_info{version=\"" NGX_LO_VERSION
                     "\",nginx=\"" NGINX_VERSION "\"} 1\n");

    rc = NGX_ERROR;
    out->len = b.len;
    out->data = (b.failed == CKP_OK) ? ngx_pnalloc(pool, b.len) : NULL;

    if (out->data != NULL) {
        ngx_memcpy(out->data, b.data, b.len);
        rc = NGX_OK;
    }

    ckp_buf_free(&b);

    return rc;
}


static void
ngx_lo_metric_family(ckp_buf_t *b, const char *name, const char *help,
    const char *type)
{
    ckp_buf_printf(b, "# HELP langorch_%s %s\n# TYPE langorch_%s %s\n",
                   name, help, name, type);
}


static void
ngx_lo_metric_shared(ckp_buf_t *b, ngx_lo_metric_t m)
{
    ngx_uint_t                   i;
    ngx_lo_zone_t               *zone;
    const ngx_lo_series_t       *s;
    const ngx_lo_metric_info_t  *info;
    static const char           *types[] = { "counter", "gauge", "histogram" };

    zone = ngx_lo_zone();
    info = &ngx_lo_metrics[m];

    ngx_lo_metric_family(b, info->name, info->help, types[info->type]);

    if (info->type == NGX_LO_GAUGE) {
        ckp_buf_printf(b, "langorch_%s %lld\n", info->name,
                       (long long) ngx_lo_metric_gauge(m));
        return;
    }

    for (i = 0; zone != NULL && i < NGX_LO_SERIES_MAX; i++) {
        s = &zone->series[m][i];

        if (!__atomic_load_n(&s->used, __ATOMIC_ACQUIRE)) {
            break;
        }

        if (info->type == NGX_LO_HISTOGRAM) {
            ngx_lo_metric_histogram(b, info, s);
            continue;
        }

        ckp_buf_printf(b, "langorch_%s", info->name);
        ngx_lo_metric_labels(b, info->label, s->label, NULL);
        ckp_buf_printf(b, " %lld\n", (long long) s->value);
    }

    /* a counter that never counted is 0, not absent */

    if (i == 0 && info->type == NGX_LO_COUNTER && info->label == NULL) {
        ckp_buf_printf(b, "langorch_%s 0\n", info->name);
    }
}


static void
ngx_lo_metric_histogram(ckp_buf_t *b, const ngx_lo_metric_info_t *info,
    const ngx_lo_series_t *s)
{
    char        le[32];
    uint64_t    sum;
    ngx_uint_t  i;

    sum = 0;

    for (i = 0; /* void */ ; i++) {
        sum += s->buckets[i];

        if (info->bounds[i] != 0) {
            (void) snprintf(le, sizeof(le), "%g", info->bounds[i]);
        } else {
            (void) snprintf(le, sizeof(le), "+Inf");
        }

        ckp_buf_printf(b, "langorch_%s_bucket", info->name);
        ngx_lo_metric_labels(b, info->label, s->label, le);
        ckp_buf_printf(b, " %llu\n", (unsigned long long) sum);

        if (info->bounds[i] == 0) {
            break;
        }
    }

    ckp_buf_printf(b, "langorch_%s_sum", info->name);
    ngx_lo_metric_labels(b, info->label, s->label, NULL);
    ckp_buf_printf(b, " %.6f\n", (double) s->sum_us / 1e6);

    ckp_buf_printf(b, "langorch_%s_count", info->name);
    ngx_lo_metric_labels(b, info->label, s->label, NULL);
    ckp_buf_printf(b, " %llu\n", (unsigned long long) sum);
}


static void
ngx_lo_metric_counted(ckp_buf_t *b, const ngx_lo_gauge_t *g,
    const json_t *value)
{
    void        *at;
    json_t      *object;

    ngx_lo_metric_family(b, g->name, g->help, "gauge");

    if (g->label == NULL) {
        if (json_is_integer(value)) {
            ckp_buf_printf(b, "langorch_%s %lld\n", g->name,
                           (long long) json_integer_value(value));
        }

        return;
    }

    object = (json_t *) value;

    for (at = json_object_iter(object); at != NULL;
         at = json_object_iter_next(object, at))
    {
        ckp_buf_printf(b, "langorch_%s", g->name);
        ngx_lo_metric_labels(b, g->label, json_object_iter_key(at), NULL);
        ckp_buf_printf(b, " %lld\n", (long long)
                       json_integer_value(json_object_iter_value(at)));
    }
}


static void
ngx_lo_metric_labels(ckp_buf_t *b, const char *name, const char *value,
    const char *le)
{
    ngx_uint_t  labelled;

    labelled = (name != NULL && value[0] != '\0');

    if (!labelled && le == NULL) {
        return;
    }

    ckp_buf_puts(b, "{");

    if (labelled) {
        ckp_buf_printf(b, "%s=\"", name);
        ngx_lo_metric_escaped(b, value);
        ckp_buf_puts(b, le == NULL ? "\"" : "\",");
    }

    if (le != NULL) {
        ckp_buf_printf(b, "le=\"%s\"", le);
    }

    ckp_buf_puts(b, "}");
}


static void
ngx_lo_metric_escaped(ckp_buf_t *b, const char *value)
{
    for ( /* void */ ; *value != '\0'; value++) {
        switch (*value) {

        case '\\':
            ckp_buf_puts(b, "\\\\");
            break;

        case '"':
            ckp_buf_puts(b, "\\\"");
            break;

        case '\n':
            ckp_buf_puts(b, "\\n");
            break;

        default:
            ckp_buf_put(b, value, 1);
        }
    }
}


/* --- the summary of the API ----------------------------------------------------- */


json_t *
ngx_lo_metric_summary(const json_t *gauges)
{
    json_t      *counters, *numbers, *histograms, *summary;
    ngx_uint_t   i;

    counters = json_object();
    numbers = json_object();
    histograms = json_object();
    summary = json_object();

    if (counters == NULL || numbers == NULL || histograms == NULL
        || summary == NULL)
    {
        json_decref(counters);
        json_decref(numbers);
        json_decref(histograms);
        json_decref(summary);
        return NULL;
    }

    for (i = 0; i < NGX_LO_M_N; i++) {

        if (ngx_lo_metrics[i].type == NGX_LO_GAUGE) {
            (void) json_object_set_new(numbers, ngx_lo_metrics[i].name,
                                       json_integer(ngx_lo_metric_gauge(i)));
            continue;
        }

        ngx_lo_summary_shared(counters, histograms, i);
    }

    for (i = 0; i < NGX_LO_GAUGES_N; i++) {
        ngx_lo_summary_counted(numbers, &ngx_lo_gauges[i],
                               json_object_get(gauges, ngx_lo_gauges[i].name));
    }

    (void) json_object_set_new(summary, "counters", counters);
    (void) json_object_set_new(summary, "gauges", numbers);
    (void) json_object_set_new(summary, "histograms", histograms);

    return summary;
}


static void
ngx_lo_summary_shared(json_t *counters, json_t *histograms, ngx_lo_metric_t m)
{
    char                         key[192];
    ngx_uint_t                   i;
    ngx_lo_zone_t               *zone;
    const ngx_lo_series_t       *s;
    const ngx_lo_metric_info_t  *info;

    zone = ngx_lo_zone();
    info = &ngx_lo_metrics[m];

    for (i = 0; zone != NULL && i < NGX_LO_SERIES_MAX; i++) {
        s = &zone->series[m][i];

        if (!__atomic_load_n(&s->used, __ATOMIC_ACQUIRE)) {
            return;
        }

        ngx_lo_summary_key(key, sizeof(key), info->name, info->label,
                           s->label);

        if (info->type == NGX_LO_HISTOGRAM) {
            (void) json_object_set_new(histograms, key,
                                 ngx_lo_summary_histogram(s, info->bounds));
        } else {
            (void) json_object_set_new(counters, key, json_integer(s->value));
        }
    }
}


/* The 95th percentile is the upper bound of the bucket that it falls into. */

static json_t *
ngx_lo_summary_histogram(const ngx_lo_series_t *s, const double *bounds)
{
    double      sum, max, p95;
    uint64_t    count, seen;
    ngx_uint_t  i;

    count = ngx_lo_metric_count(s);
    sum = (double) s->sum_us / 1e6;
    max = (double) s->max_us / 1e6;
    p95 = max;
    seen = 0;

    for (i = 0; bounds[i] != 0; i++) {
        seen += s->buckets[i];

        if ((double) seen >= 0.95 * (double) count) {
            p95 = ngx_min(bounds[i], max);
            break;
        }
    }

    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f}",
                     "count", (json_int_t) count, "sum", sum,
                     "min", s->min_us == 0 ? 0.0
                                           : (double) (s->min_us - 1) / 1e6,
                     "max", max,
                     "avg", count == 0 ? 0.0 : sum / (double) count,
                     "p95", p95);
}


static void
ngx_lo_summary_counted(json_t *gauges, const ngx_lo_gauge_t *g,
    const json_t *value)
{
    char     key[192];
    void    *at;
    json_t  *object;

    if (g->label == NULL) {
        if (json_is_integer(value)) {
            (void) json_object_set_new(gauges, g->name,
                                 json_integer(json_integer_value(value)));
        }

        return;
    }

    object = (json_t *) value;

    for (at = json_object_iter(object); at != NULL;
         at = json_object_iter_next(object, at))
    {
        ngx_lo_summary_key(key, sizeof(key), g->name, g->label,
                           json_object_iter_key(at));

        (void) json_object_set(gauges, key, json_object_iter_value(at));
    }
}


static void
ngx_lo_summary_key(char *out, size_t size, const char *name, const char *label,
    const char *value)
{
    if (label == NULL || value[0] == '\0') {
        (void) snprintf(out, size, "%s", name);
        return;
    }

    (void) snprintf(out, size, "%s{%s=%s}", name, label, value);
}


static uint64_t
ngx_lo_metric_count(const ngx_lo_series_t *s)
{
    uint64_t    count;
    ngx_uint_t  i;

    count = 0;

    for (i = 0; i < NGX_LO_BUCKETS_MAX; i++) {
        count += s->buckets[i];
    }

    return count;
}
