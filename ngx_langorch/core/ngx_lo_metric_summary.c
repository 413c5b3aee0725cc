/*
 * Metrics as the API sums them up: counters, gauges, histograms by key
 * (spec/api.md 2, GET /api/runs/metrics/summary).
 */

#include "core/ngx_lo_core_int.h"


#define NGX_LO_SUMMARY_KEY_MAX  (2 * NGX_LO_LABELS_SIZE)


typedef struct {
    json_t  *counters;
    json_t  *gauges;
    json_t  *histograms;
} ngx_lo_summary_t;


static void ngx_lo_summary_family(ngx_lo_summary_t *sum, const char *name,
    const ngx_lo_family_t *family);
static void ngx_lo_summary_put(json_t *into, const char *name,
    const char *labels, json_t *value);
static json_t *ngx_lo_summary_number(double n);
static json_t *ngx_lo_summary_histogram(const ngx_lo_series_t *s);
static void ngx_lo_summary_counted(json_t *gauges, const char *name,
    const char *label, const json_t *value);


/* The store's, with the label that is behind their members. */

static const char *const  ngx_lo_summary_gauges[][2] = {
    { "runs_active", "status" }, { "approvals_pending", NULL },
    { "leases_active", NULL }, { "queue_depth", "queue_type" },
    { "agent_circuit_open", "agent_id" }
};


json_t *
ngx_lo_metric_summary(const json_t *gauges, ngx_uint_t counted)
{
    json_t                 *summary;
    ngx_uint_t              i;
    ngx_lo_figures_t       *figures;
    ngx_lo_summary_t        sum;
    const ngx_lo_family_t  *f;

    sum.counters = json_object();
    sum.gauges = json_object();
    sum.histograms = json_object();
    figures = ngx_lo_figures();

    for (i = 0; counted && i < NGX_LO_M_N; i++) {

        if (ngx_lo_metrics[i].kind == CKP_METRIC_GAUGE) {
            ngx_lo_summary_put(sum.gauges, ngx_lo_metrics[i].name, "",
                               json_integer(ngx_lo_metric_gauge(i)));

        } else if (figures != NULL) {
            ngx_lo_summary_family(&sum, ngx_lo_metrics[i].name,
                                  &figures->core[i]);
        }
    }

    f = counted ? ngx_lo_family_first() : NULL;

    for ( /* void */ ; f != NULL; f = ngx_lo_family_next(f)) {
        ngx_lo_summary_family(&sum, f->name, f);
    }

    for (i = 0; i < sizeof(ngx_lo_summary_gauges)
                    / sizeof(ngx_lo_summary_gauges[0]); i++)
    {
        ngx_lo_summary_counted(sum.gauges, ngx_lo_summary_gauges[i][0],
                               ngx_lo_summary_gauges[i][1],
                               json_object_get(gauges,
                                              ngx_lo_summary_gauges[i][0]));
    }

    summary = json_pack("{s:o, s:o, s:o}", "counters", sum.counters, "gauges",
                        sum.gauges, "histograms", sum.histograms);

    return summary;
}


static void
ngx_lo_summary_family(ngx_lo_summary_t *sum, const char *name,
    const ngx_lo_family_t *family)
{
    const ngx_lo_series_t  *s;

    for (s = ngx_lo_series_first(family);
         s != NULL;
         s = ngx_lo_series_next(s))
    {
        if (s->histogram != NULL) {
            ngx_lo_summary_put(sum->histograms, name, s->labels,
                               ngx_lo_summary_histogram(s));
            continue;
        }

        ngx_lo_summary_put(family->kind == CKP_METRIC_COUNTER ? sum->counters
                                                              : sum->gauges,
                           name, s->labels,
                           ngx_lo_summary_number(ngx_lo_number(&s->value)));
    }
}


static void
ngx_lo_summary_put(json_t *into, const char *name, const char *labels,
    json_t *value)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, NGX_LO_SUMMARY_KEY_MAX);
    ckp_buf_puts(&b, name);
    ngx_lo_labels_plain(&b, labels);

    if (json_object_set_new(into, ckp_buf_str(&b), value) != 0) {
        /* without memory it is left out */
    }

    ckp_buf_free(&b);
}


static json_t *
ngx_lo_summary_number(double n)
{
    return (n == (double) (int64_t) n) ? json_integer((json_int_t) n)
                                       : json_real(n);
}


/* The 95th percentile is the upper bound of the bucket that it falls into. */

static json_t *
ngx_lo_summary_histogram(const ngx_lo_series_t *s)
{
    double                     sum, min, max, p95;
    uint64_t                   count, seen, buckets[NGX_LO_BUCKETS_MAX];
    ngx_uint_t                 i;
    const double              *bounds;
    const ngx_lo_histogram_t  *h;

    h = s->histogram;
    bounds = ngx_lo_family_bounds(s->family);
    count = 0;

    for (i = 0; i < NGX_LO_BUCKETS_MAX; i++) {
        buckets[i] = __atomic_load_n(&h->buckets[i], __ATOMIC_RELAXED);
        count += buckets[i];
    }

    sum = ngx_lo_number(&h->sum);
    min = ngx_lo_number(&h->min);
    max = ngx_lo_number(&h->max);
    p95 = max;
    seen = 0;

    for (i = 0; bounds[i] != 0; i++) {
        seen += buckets[i];

        if ((double) seen >= 0.95 * (double) count) {
            p95 = ngx_min(bounds[i], max);
            break;
        }
    }

    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f}",
                     "count", (json_int_t) count, "sum", sum, "min", min,
                     "max", max, "avg", count == 0 ? 0.0 : sum / (double) count,
                     "p95", p95);
}


static void
ngx_lo_summary_counted(json_t *gauges, const char *name, const char *label,
    const json_t *value)
{
    char     labels[NGX_LO_LABELS_SIZE];
    void    *at;
    json_t  *object, *one;

    if (label == NULL) {

        if (json_is_integer(value)) {
            ngx_lo_summary_put(gauges, name, "", json_incref((json_t *) value));
        }

        return;
    }

    object = (json_t *) value;

    for (at = json_object_iter(object); at != NULL;
         at = json_object_iter_next(object, at))
    {
        one = json_pack("{s:s}", label, json_object_iter_key(at));
        (void) ngx_lo_labels_own(labels, one);
        json_decref(one);

        ngx_lo_summary_put(gauges, name, labels,
                           json_incref(json_object_iter_value(at)));
    }
}
