/*
 * Metrics: the table of all there are, and counting.  What they look like
 * outside is in ngx_lo_metric_text.c and ngx_lo_metric_summary.c.
 */

#include "core/ngx_lo_core_int.h"

#define NGX_LO_LOST_SAID  8         /* a minute and worker */


static void ngx_lo_metric_number(uint64_t *bits, double n, ngx_uint_t add);
static void ngx_lo_metric_seen(ngx_lo_histogram_t *h, double n);
static void ngx_lo_metric_into(ngx_lo_family_t *family, const char *labels,
    size_t len, double n);
static ngx_uint_t ngx_lo_metric_is_taken(const char *name,
    ckp_metric_kind_t kind);
static void ngx_lo_metric_lost(const char *name);


static const double  ngx_lo_run_buckets[] =
    { 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600, 0 };

static const double  ngx_lo_call_buckets[] =
    { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 0 };

static const double  ngx_lo_commit_buckets[] =
    { 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5,
      0 };

static const double  ngx_lo_wait_buckets[] =
    { 1, 10, 60, 300, 900, 3600, 14400, 86400, 259200, 604800, 0 };

/* What is measured there, nobody knows: from parts to ten thousands. */
const double  ngx_lo_own_buckets[] =
    { 0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 500, 1000, 10000,
      100000, 0 };


/* In the order of ngx_lo_metric_t; labels by name.  Source: spec/api.md 2. */

const ngx_lo_metric_info_t  ngx_lo_metrics[NGX_LO_M_N] = {

    { "run_started_total", "Runs that began executing",
      CKP_METRIC_COUNTER, { NULL }, NULL, NULL },

    { "run_completed_total", "Runs that reached a final status",
      CKP_METRIC_COUNTER, { "status" }, NULL, " completed failed canceled " },

    { "run_failures_total", "Runs that ended failed",
      CKP_METRIC_COUNTER, { NULL }, NULL, NULL },

    { "run_duration_seconds", "Wall time from start to final status",
      CKP_METRIC_HISTOGRAM, { "status" }, ngx_lo_run_buckets, NULL },

    { "step_execution_total", "Steps executed",
      CKP_METRIC_COUNTER, { "node_id", "status" }, NULL, NULL },

    { "step_timeout_total", "Steps that hit timeout_ms",
      CKP_METRIC_COUNTER, { "node_id", "step_id" }, NULL, NULL },

    { "retry_attempts_total", "Retries of steps",
      CKP_METRIC_COUNTER, { "node_id", "step_id" }, NULL, NULL },

    { "approval_wait_seconds", "Time from request to decision",
      CKP_METRIC_HISTOGRAM, { "outcome" }, ngx_lo_wait_buckets, NULL },

    { "callback_timeout_total", "Waits that expired",
      CKP_METRIC_COUNTER, { "callback_type" }, NULL, " workflow approval " },

    { "sla_breach_total", "SLA breaches of nodes",
      CKP_METRIC_COUNTER, { NULL }, NULL, NULL },

    { "trigger_fired_total", "Trigger deliveries by outcome",
      CKP_METRIC_COUNTER, { "outcome", "trigger_type" }, NULL, NULL },

    { "trigger_lag_seconds", "Due time to run creation",
      CKP_METRIC_HISTOGRAM, { "trigger_type" }, ngx_lo_run_buckets, NULL },

    { "pool_saturation_total", "Dispatches that found a pool full",
      CKP_METRIC_COUNTER, { "pool_id" }, NULL, NULL },

    { "agent_request_duration_seconds", "Calls to agents",
      CKP_METRIC_HISTOGRAM, { "channel", "outcome" }, ngx_lo_call_buckets,
      NULL },

    { "llm_requests_total", "LLM calls",
      CKP_METRIC_COUNTER, { "model", "outcome", "profile" }, NULL, NULL },

    { "llm_tokens_total", "Tokens used",
      CKP_METRIC_COUNTER, { "kind", "model", "profile" }, NULL, NULL },

    { "llm_latency_seconds", "LLM call time",
      CKP_METRIC_HISTOGRAM, { "model", "profile" }, ngx_lo_call_buckets,
      NULL },

    { "llm_cost_usd_total", "Estimated cost",
      CKP_METRIC_COUNTER, { "model", "profile" }, NULL, NULL },

    { "http_requests_total", "API requests by route pattern",
      CKP_METRIC_COUNTER, { "code", "method", "route" }, NULL, NULL },

    { "http_request_duration_seconds", "API request time",
      CKP_METRIC_HISTOGRAM, { "route" }, ngx_lo_call_buckets, NULL },

    { "sse_connections", "Open event streams",
      CKP_METRIC_GAUGE, { NULL }, NULL, NULL },

    { "ws_connections", "Open WebSockets",
      CKP_METRIC_GAUGE, { NULL }, NULL, NULL },

    { "store_commit_duration_seconds", "Store commits",
      CKP_METRIC_HISTOGRAM, { NULL }, ngx_lo_commit_buckets, NULL },

    { "store_busy_total", "Commits that had to wait for the writer",
      CKP_METRIC_COUNTER, { NULL }, NULL, NULL },

    { "engine_recovered_runs_total", "Runs resumed after a crash",
      CKP_METRIC_COUNTER, { NULL }, NULL, NULL },

    { "otlp_export_total", "Exports to the collector",
      CKP_METRIC_COUNTER, { "outcome", "signal" }, NULL, NULL }
};


/* --- at the start ------------------------------------------------------------- */


/* Those that are shown before anything happened. */

void
ngx_lo_metric_start(void)
{
    char                         label[64];
    const char                  *p, *values[1];
    ngx_uint_t                   m;
    const ngx_lo_metric_info_t  *info;

    for (m = 0; m < NGX_LO_M_N; m++) {
        info = &ngx_lo_metrics[m];

        if (info->kind == CKP_METRIC_GAUGE) {
            continue;
        }

        if (info->labels[0] == NULL && info->kind == CKP_METRIC_COUNTER) {
            ngx_lo_metric_add(m, NULL, 0);
        }

        for (p = info->always; p != NULL && *++p != '\0'; p = strchr(p, ' '))
        {
            (void) ngx_cpystrn((u_char *) label, (u_char *) p,
                               strcspn(p, " ") + 1);
            values[0] = label;
            ngx_lo_metric_add(m, values, 0);
        }
    }
}


/* --- counting ------------------------------------------------------------------ */


void
ngx_lo_metric_add(ngx_lo_metric_t m, const char *const *labels, double n)
{
    char            text[NGX_LO_LABELS_SIZE];
    size_t          len;
    ngx_lo_slot_t  *slot;

    if (ngx_lo_metrics[m].kind == CKP_METRIC_GAUGE) {

        /* it ends with the worker that counted it, however that ends */

        slot = ngx_lo_zone_slot();

        if (slot != NULL) {
            (void) __atomic_add_fetch(&slot->gauge[m], (int64_t) n,
                                      __ATOMIC_RELAXED);
        }

        return;
    }

    len = ngx_lo_labels_core(text, m, labels);
    ngx_lo_metric_put(m, text, len, n);
}


void
ngx_lo_metric_put(ngx_lo_metric_t m, const char *labels, size_t len, double n)
{
    ngx_lo_figures_t  *figures;

    figures = ngx_lo_figures();

    if (figures != NULL) {
        ngx_lo_metric_into(&figures->core[m], labels, len, n);
    }
}


void
ngx_lo_metric_put_own(const char *name, ckp_metric_kind_t kind,
    const char *labels, size_t len, double n)
{
    ngx_lo_family_t  *family;

    family = (ngx_lo_figures() == NULL) ? NULL : ngx_lo_family_own(name, kind);

    if (family == NULL) {
        ngx_lo_metric_lost(name);
        return;
    }

    ngx_lo_metric_into(family, labels, len, n);
}


/* There is no room for it, or it is of another kind already.  Who has many of
 * them is told of some. */

static void
ngx_lo_metric_lost(const char *name)
{
    static time_t      since;
    static ngx_uint_t  said;

    if (ngx_time() - since >= 60) {
        since = ngx_time();
        said = 0;
    }

    if (ngx_lo_figures() != NULL && said < NGX_LO_LOST_SAID) {
        said++;
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "custom metric \"%s\" is not counted: it has another"
                      " type already, or there is no room for it", name);
    }
}


static void
ngx_lo_metric_into(ngx_lo_family_t *family, const char *labels, size_t len,
    double n)
{
    ngx_uint_t           i;
    const double        *bounds;
    ngx_lo_series_t     *s;
    ngx_lo_histogram_t  *h;

    s = ngx_lo_series_get(family, labels, len);

    if (s == NULL) {

        if (family->own) {
            ngx_lo_metric_lost(family->name);
        }

        return;
    }

    h = s->histogram;

    if (h == NULL) {
        ngx_lo_metric_number(&s->value, n, family->kind == CKP_METRIC_COUNTER);
        return;
    }

    bounds = ngx_lo_family_bounds(family);

    for (i = 0; bounds[i] != 0 && n > bounds[i]; i++) { /* void */ }

    (void) __atomic_add_fetch(&h->buckets[i], 1, __ATOMIC_RELAXED);
    ngx_lo_metric_number(&h->sum, n, 1);
    ngx_lo_metric_seen(h, n);
}


/* add 0: it is n now. */

static void
ngx_lo_metric_number(uint64_t *bits, double n, ngx_uint_t add)
{
    double    d;
    uint64_t  old, new;

    old = __atomic_load_n(bits, __ATOMIC_RELAXED);

    do {
        ngx_memcpy(&d, &old, sizeof(d));
        d = add ? d + n : n;
        ngx_memcpy(&new, &d, sizeof(d));

    } while (!__atomic_compare_exchange_n(bits, &old, new, 0, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
}


/* The least and the most so far; workers that are at it together may forget
 * one of theirs, the next value mends it. */

static void
ngx_lo_metric_seen(ngx_lo_histogram_t *h, double n)
{
    if (!__atomic_load_n(&h->any, __ATOMIC_ACQUIRE)) {
        ngx_lo_metric_number(&h->min, n, 0);
        ngx_lo_metric_number(&h->max, n, 0);
        __atomic_store_n(&h->any, 1, __ATOMIC_RELEASE);
        return;
    }

    if (n < ngx_lo_number(&h->min)) {
        ngx_lo_metric_number(&h->min, n, 0);
    }

    if (n > ngx_lo_number(&h->max)) {
        ngx_lo_metric_number(&h->max, n, 0);
    }
}


int64_t
ngx_lo_metric_gauge(ngx_lo_metric_t m)
{
    int64_t         sum;
    ngx_uint_t      i;
    ngx_lo_zone_t  *zone;

    sum = 0;
    zone = ngx_lo_zone();

    for (i = 0; zone != NULL && i < NGX_LO_ZONE_SLOTS; i++) {
        if (zone->slots[i].pid != 0) {
            sum += __atomic_load_n(&zone->slots[i].gauge[m], __ATOMIC_RELAXED);
        }
    }

    return sum;
}


/* --- names ----------------------------------------------------------------------- */


ngx_int_t
ngx_lo_metric_find(const char *name)
{
    ngx_uint_t  m;

    for (m = 0; m < NGX_LO_M_N; m++) {
        if (ngx_strcmp(ngx_lo_metrics[m].name, name) == 0) {
            return (ngx_int_t) m;
        }
    }

    return NGX_DECLINED;
}


void
ngx_lo_metric_own_name(char *out, const char *name, ckp_metric_kind_t kind)
{
    size_t  at, n;
    u_char  c;

    at = sizeof("custom_") - 1;
    ngx_memcpy(out, "custom_", at);

    for (n = 0; name[n] != '\0' && n < NGX_LO_METRIC_NAME_MAX; n++) {
        c = (u_char) name[n];

        out[at + n] = ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                       || (c >= '0' && c <= '9') || c == ':') ? (char) c : '_';
    }

    out[at + n] = '\0';

    if (!ngx_lo_metric_is_taken(out + at, kind)) {
        ngx_memmove(out, out + at, n + 1);
    }
}


/* The i-th name that lines of a family begin with, in one format or the other;
 * 0: there are no more. */

static ngx_uint_t
ngx_lo_metric_line(char *out, const char *name, ckp_metric_kind_t kind,
    ngx_uint_t i)
{
    size_t                    len;
    static const char *const  counter[] = { "", "_total", "_created" };
    static const char *const  histogram[] = { "", "_bucket", "_sum", "_count",
                                              "_created" };

    len = ngx_strlen(name);

    if (kind == CKP_METRIC_COUNTER && len > 6
        && ngx_strcmp(name + len - 6, "_total") == 0)
    {
        len -= 6;
    }

    if (i >= (kind == CKP_METRIC_COUNTER ? 3u
              : kind == CKP_METRIC_HISTOGRAM ? 5u : 1u))
    {
        return 0;
    }

    ngx_memcpy(out, name, len);
    (void) strcpy(out + len, kind == CKP_METRIC_COUNTER ? counter[i]
                                                        : histogram[i]);

    return 1;
}


static ngx_uint_t
ngx_lo_metric_mixes(const char *name, ckp_metric_kind_t kind,
    const char *other, ckp_metric_kind_t other_kind)
{
    char        a[2 * NGX_LO_METRIC_NAME_MAX], b[2 * NGX_LO_METRIC_NAME_MAX];
    ngx_uint_t  i, k;

    if (ngx_strncmp(name, other, 3) != 0) {
        return 0;                       /* as nearly always */
    }

    for (i = 0; ngx_lo_metric_line(a, name, kind, i); i++) {
        for (k = 0; ngx_lo_metric_line(b, other, other_kind, k); k++) {
            if (ngx_strcmp(a, b) == 0) {
                return 1;
            }
        }
    }

    return 0;
}


static ngx_uint_t
ngx_lo_metric_is_taken(const char *name, ckp_metric_kind_t kind)
{
    size_t              i;
    static const char  *counted[] = { NGX_LO_COUNTED_GAUGES };

    for (i = 0; i < NGX_LO_M_N; i++) {
        if (ngx_lo_metric_mixes(name, kind, ngx_lo_metrics[i].name,
                                ngx_lo_metrics[i].kind))
        {
            return 1;
        }
    }

    for (i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
        if (ngx_lo_metric_mixes(name, kind, counted[i], CKP_METRIC_GAUGE)) {
            return 1;
        }
    }

    return 0;
}
