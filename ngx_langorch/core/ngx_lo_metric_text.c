/*
 * Metrics as scrapers read them: Prometheus text 0.0.4 and OpenMetrics 1.0
 * (spec/api.md 2).  They differ in the names of counters, in how bounds are
 * written and in the end.
 */

#include "core/ngx_lo_core_int.h"

#include <math.h>
#include <nginx.h>


/* two times NGX_LO_LINES_MAX, with names, labels and a number each */
#define NGX_LO_METRIC_TEXT_MAX  (64 * 1024 * 1024)


/* A gauge counted in the store by whoever asks for the text. */
typedef struct {
    const char  *name;
    const char  *help;
    const char  *label;     /* NULL: a number; else an object {label: n} */
} ngx_lo_gauge_t;

/* A text in the making. */
typedef struct {
    ckp_buf_t    b;
    ngx_uint_t   open;      /* OpenMetrics */
} ngx_lo_scrape_t;


static void ngx_lo_scrape_head(ngx_lo_scrape_t *t, const char *name,
    const char *help, ckp_metric_kind_t kind);
static void ngx_lo_scrape_core(ngx_lo_scrape_t *t, ngx_lo_metric_t m);
static void ngx_lo_scrape_family(ngx_lo_scrape_t *t, const char *name,
    const ngx_lo_family_t *family);
static void ngx_lo_scrape_histogram(ngx_lo_scrape_t *t, const char *name,
    const ngx_lo_series_t *s);
static void ngx_lo_scrape_line(ngx_lo_scrape_t *t, const char *name,
    const char *tail, const char *labels);
static void ngx_lo_scrape_number(ngx_lo_scrape_t *t, double n);
static void ngx_lo_scrape_counted(ngx_lo_scrape_t *t, const ngx_lo_gauge_t *g,
    const json_t *value);


static const ngx_lo_gauge_t  ngx_lo_gauges[] = {
    { "runs_active", "Runs not in a final status", "status" },
    { "approvals_pending", "Approvals waiting", NULL },
    { "leases_active", "Unreleased, unexpired leases", NULL },
    { "queue_depth", "Waiting items", "queue_type" },
    { "agent_circuit_open", "1 while the circuit is open", "agent_id" }
};

#define NGX_LO_GAUGES_N  (sizeof(ngx_lo_gauges) / sizeof(ngx_lo_gauges[0]))


ngx_int_t
ngx_lo_metric_text(ngx_pool_t *pool, const json_t *gauges, ngx_uint_t open,
    ngx_str_t *out)
{
    ngx_int_t               rc;
    ngx_uint_t              i;
    ngx_lo_scrape_t         t;
    const ngx_lo_family_t  *f;

    ckp_buf_init(&t.b, NGX_LO_METRIC_TEXT_MAX);
    t.open = open;

    for (i = 0; i < NGX_LO_M_N; i++) {
        ngx_lo_scrape_core(&t, i);
    }

    for (i = 0; i < NGX_LO_GAUGES_N; i++) {
        ngx_lo_scrape_counted(&t, &ngx_lo_gauges[i],
                              json_object_get(gauges, ngx_lo_gauges[i].name));
    }

    ngx_lo_scrape_head(&t, "build_info", "Build", CKP_METRIC_GAUGE);
    ckp_buf_puts(&t.b, "langorch_build_info{nginx=\"" NGINX_VERSION
                       "\",version=\"" NGX_LO_VERSION "\"} 1\n");

    for (f = ngx_lo_family_first(); f != NULL; f = ngx_lo_family_next(f)) {
        ngx_lo_scrape_head(&t, f->name, "Custom metric of procedures",
                           f->kind);
        ngx_lo_scrape_family(&t, f->name, f);
    }

    if (open) {
        ckp_buf_puts(&t.b, "# EOF\n");
    }

    rc = NGX_ERROR;
    out->len = t.b.len;
    out->data = (t.b.failed == CKP_OK) ? ngx_pnalloc(pool, t.b.len) : NULL;

    if (out->data != NULL) {
        ngx_memcpy(out->data, t.b.data, t.b.len);
        rc = NGX_OK;
    }

    ckp_buf_free(&t.b);

    return rc;
}


/* Without the end that only the lines of a counter have in OpenMetrics. */

static size_t
ngx_lo_scrape_base(const char *name, ckp_metric_kind_t kind)
{
    size_t  len;

    len = ngx_strlen(name);

    return (kind == CKP_METRIC_COUNTER && len > 6
            && ngx_strcmp(name + len - 6, "_total") == 0) ? len - 6 : len;
}


/* A counter that another custom family has the name of is of no known type in
 * OpenMetrics: so its lines are as they are written. */

static ngx_uint_t
ngx_lo_scrape_is_unknown(const char *name)
{
    size_t                  len;
    const ngx_lo_family_t  *f;

    len = ngx_lo_scrape_base(name, CKP_METRIC_COUNTER);

    for (f = ngx_lo_family_first(); f != NULL; f = ngx_lo_family_next(f)) {

        if (ngx_strcmp(f->name, name) != 0
            && ngx_lo_scrape_base(f->name, f->kind) == len
            && ngx_strncmp(f->name, name, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static void
ngx_lo_scrape_head(ngx_lo_scrape_t *t, const char *name, const char *help,
    ckp_metric_kind_t kind)
{
    int                       len;
    const char               *type;
    static const char *const  types[] = { "counter", "gauge", "histogram" };

    len = (int) ngx_strlen(name);
    type = types[kind];

    if (t->open && kind == CKP_METRIC_COUNTER) {

        if (ngx_lo_scrape_is_unknown(name)) {
            type = "unknown";

        } else {
            len = (int) ngx_lo_scrape_base(name, kind);
        }
    }

    ckp_buf_printf(&t->b, "# HELP langorch_%.*s %s\n# TYPE langorch_%.*s %s\n",
                   len, name, help, len, name, type);
}


static void
ngx_lo_scrape_core(ngx_lo_scrape_t *t, ngx_lo_metric_t m)
{
    ngx_lo_figures_t            *figures;
    const ngx_lo_metric_info_t  *info;

    info = &ngx_lo_metrics[m];
    figures = ngx_lo_figures();

    ngx_lo_scrape_head(t, info->name, info->help, info->kind);

    if (info->kind == CKP_METRIC_GAUGE) {
        ngx_lo_scrape_line(t, info->name, "", "");
        ngx_lo_scrape_number(t, (double) ngx_lo_metric_gauge(m));
        return;
    }

    if (figures != NULL) {
        ngx_lo_scrape_family(t, info->name, &figures->core[m]);
    }
}


static void
ngx_lo_scrape_family(ngx_lo_scrape_t *t, const char *name,
    const ngx_lo_family_t *family)
{
    const char             *tail;
    const ngx_lo_series_t  *s;

    tail = (t->open && family->kind == CKP_METRIC_COUNTER
            && ngx_lo_scrape_base(name, CKP_METRIC_COUNTER)
               == ngx_strlen(name)
            && !ngx_lo_scrape_is_unknown(name)) ? "_total" : "";

    for (s = ngx_lo_series_first(family);
         s != NULL;
         s = ngx_lo_series_next(s))
    {
        if (s->histogram != NULL) {
            ngx_lo_scrape_histogram(t, name, s);
            continue;
        }

        ngx_lo_scrape_line(t, name, tail, s->labels);
        ngx_lo_scrape_number(t, ngx_lo_number(&s->value));
    }
}


static void
ngx_lo_scrape_histogram(ngx_lo_scrape_t *t, const char *name,
    const ngx_lo_series_t *s)
{
    char           bound[32];
    uint64_t       count;
    ngx_uint_t     i;
    const double  *bounds;

    count = 0;
    bounds = ngx_lo_family_bounds(s->family);

    for (i = 0; /* void */ ; i++) {
        count += __atomic_load_n(&s->histogram->buckets[i], __ATOMIC_RELAXED);

        if (bounds[i] == 0) {
            break;
        }

        (void) snprintf(bound, sizeof(bound), "%.12g%s", bounds[i],
                        t->open && bounds[i] == floor(bounds[i]) ? ".0" : "");

        ckp_buf_printf(&t->b, "langorch_%s_bucket{%s%sle=\"%s\"} %llu\n", name,
                       s->labels, s->len ? "," : "", bound,
                       (unsigned long long) count);
    }

    ckp_buf_printf(&t->b, "langorch_%s_bucket{%s%sle=\"+Inf\"} %llu\n", name,
                   s->labels, s->len ? "," : "", (unsigned long long) count);

    ngx_lo_scrape_line(t, name, "_sum", s->labels);
    ngx_lo_scrape_number(t, ngx_lo_number(&s->histogram->sum));

    ngx_lo_scrape_line(t, name, "_count", s->labels);
    ngx_lo_scrape_number(t, (double) count);
}


static void
ngx_lo_scrape_line(ngx_lo_scrape_t *t, const char *name, const char *tail,
    const char *labels)
{
    ckp_buf_puts(&t->b, "langorch_");
    ckp_buf_puts(&t->b, name);
    ckp_buf_puts(&t->b, tail);

    if (labels[0] != '\0') {
        ckp_buf_puts(&t->b, "{");
        ckp_buf_puts(&t->b, labels);
        ckp_buf_puts(&t->b, "}");
    }
}


static void
ngx_lo_scrape_number(ngx_lo_scrape_t *t, double n)
{
    if (n == floor(n) && fabs(n) < 9007199254740992.0) {
        ckp_buf_printf(&t->b, " %lld\n", (long long) n);
        return;
    }

    ckp_buf_printf(&t->b, " %.15g\n", n);
}


/* --- counted in the store ---------------------------------------------------- */


static void
ngx_lo_scrape_counted(ngx_lo_scrape_t *t, const ngx_lo_gauge_t *g,
    const json_t *value)
{
    char         labels[NGX_LO_LABELS_SIZE];
    void        *at;
    json_t      *object, *one;

    ngx_lo_scrape_head(t, g->name, g->help, CKP_METRIC_GAUGE);

    if (g->label == NULL) {
        if (json_is_integer(value)) {
            ngx_lo_scrape_line(t, g->name, "", "");
            ngx_lo_scrape_number(t, json_number_value(value));
        }

        return;
    }

    object = (json_t *) value;

    for (at = json_object_iter(object); at != NULL;
         at = json_object_iter_next(object, at))
    {
        one = json_pack("{s:s}", g->label, json_object_iter_key(at));
        (void) ngx_lo_labels_own(labels, one);
        json_decref(one);

        ngx_lo_scrape_line(t, g->name, "", labels);
        ngx_lo_scrape_number(t,
                           json_number_value(json_object_iter_value(at)));
    }
}
