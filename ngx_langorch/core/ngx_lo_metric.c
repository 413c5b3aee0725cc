/*
 * Metrics: the table of all there are, and their counters in the shared zone.
 * What they look like outside is in ngx_lo_metric_text.c.
 */

#include "core/ngx_lo_metric_int.h"


static ngx_lo_series_t *ngx_lo_metric_series(ngx_lo_metric_t m,
    const char *label);
static ngx_lo_series_t *ngx_lo_metric_find(ngx_lo_metric_t m,
    const char *label);
static ngx_uint_t ngx_lo_metric_is(const ngx_lo_series_t *s,
    const char *label);


static const double  ngx_lo_run_buckets[] =
    { 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600, 0 };

static const double  ngx_lo_call_buckets[] =
    { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 0 };

static const double  ngx_lo_commit_buckets[] =
    { 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5,
      0 };

static const double  ngx_lo_wait_buckets[] =
    { 1, 10, 60, 300, 900, 3600, 14400, 86400, 259200, 604800, 0 };


/* In the order of ngx_lo_metric_t.  Source: spec/api.md 2. */

const ngx_lo_metric_info_t  ngx_lo_metrics[NGX_LO_M_N] = {

    { "run_started_total", "Runs that began executing",
      NGX_LO_COUNTER, NULL, NULL },

    { "run_completed_total", "Runs that reached a final status",
      NGX_LO_COUNTER, "status", NULL },

    { "run_failures_total", "Runs that ended failed",
      NGX_LO_COUNTER, NULL, NULL },

    { "step_timeout_total", "Steps that hit timeout_ms",
      NGX_LO_COUNTER, NULL, NULL },

    { "step_execution_total", "Steps executed",
      NGX_LO_COUNTER, "status", NULL },

    { "retry_attempts_total", "Retries of steps",
      NGX_LO_COUNTER, NULL, NULL },

    { "callback_timeout_total", "Waits that expired",
      NGX_LO_COUNTER, "callback_type", NULL },

    { "engine_recovered_runs_total", "Runs resumed after a crash",
      NGX_LO_COUNTER, NULL, NULL },

    { "pool_saturation_total", "Dispatches that found a pool full",
      NGX_LO_COUNTER, "pool_id", NULL },

    { "http_requests_total", "API requests by status code",
      NGX_LO_COUNTER, "code", NULL },

    { "store_busy_total", "Commits that had to wait for the writer",
      NGX_LO_COUNTER, NULL, NULL },

    { "sse_connections", "Open streams",
      NGX_LO_GAUGE, NULL, NULL },

    { "run_duration_seconds", "Wall time from start to final status",
      NGX_LO_HISTOGRAM, "status", ngx_lo_run_buckets },

    { "agent_request_duration_seconds", "Calls to agents",
      NGX_LO_HISTOGRAM, "outcome", ngx_lo_call_buckets },

    { "http_request_duration_seconds", "API request time",
      NGX_LO_HISTOGRAM, "route", ngx_lo_call_buckets },

    { "store_commit_duration_seconds", "Store commits",
      NGX_LO_HISTOGRAM, NULL, ngx_lo_commit_buckets },

    { "approval_wait_seconds", "Time from request to decision",
      NGX_LO_HISTOGRAM, "outcome", ngx_lo_wait_buckets }
};


void
ngx_lo_metric_add(ngx_lo_metric_t m, const char *label, int64_t n)
{
    ngx_lo_slot_t    *slot;
    ngx_lo_series_t  *s;

    if (ngx_lo_metrics[m].type == NGX_LO_GAUGE) {

        /* it ends with the worker that counted it, however that ends */

        slot = ngx_lo_zone_slot();

        if (slot != NULL) {
            (void) __atomic_add_fetch(&slot->gauge[m], n, __ATOMIC_RELAXED);
        }

        return;
    }

    s = ngx_lo_metric_series(m, label);

    if (s != NULL) {
        (void) __atomic_add_fetch(&s->value, n, __ATOMIC_RELAXED);
    }
}


void
ngx_lo_metric_observe(ngx_lo_metric_t m, const char *label, double seconds)
{
    uint64_t          us, old;
    ngx_uint_t        i;
    const double     *bounds;
    ngx_lo_series_t  *s;

    s = ngx_lo_metric_series(m, label);
    bounds = ngx_lo_metrics[m].bounds;

    if (s == NULL || bounds == NULL || !(seconds >= 0 && seconds < 1e9)) {
        return;
    }

    for (i = 0; bounds[i] != 0 && seconds > bounds[i]; i++) { /* void */ }

    us = (uint64_t) (seconds * 1e6);

    (void) __atomic_add_fetch(&s->buckets[i], 1, __ATOMIC_RELAXED);
    (void) __atomic_add_fetch(&s->sum_us, us, __ATOMIC_RELAXED);

    old = __atomic_load_n(&s->max_us, __ATOMIC_RELAXED);

    while (us > old
           && !__atomic_compare_exchange_n(&s->max_us, &old, us, 0,
                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    {
        /* another worker was faster: old has its value */
    }

    /* one more than it is, so that 0 can mean "none yet" */

    us++;
    old = __atomic_load_n(&s->min_us, __ATOMIC_RELAXED);

    while ((old == 0 || us < old)
           && !__atomic_compare_exchange_n(&s->min_us, &old, us, 0,
                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    {
        /* as above */
    }
}


/* The series of a label; a new one when there is room, else `__other__`. */

static ngx_lo_series_t *
ngx_lo_metric_series(ngx_lo_metric_t m, const char *label)
{
    ngx_uint_t        i;
    ngx_lo_zone_t    *zone;
    ngx_lo_series_t  *s;

    zone = ngx_lo_zone();
    if (zone == NULL) {
        return NULL;
    }

    if (label == NULL || ngx_lo_metrics[m].label == NULL) {
        label = "";
    }

    s = ngx_lo_metric_find(m, label);
    if (s != NULL) {
        return s;
    }

    ngx_lo_zone_lock();

    s = ngx_lo_metric_find(m, label);

    for (i = 0; s == NULL; i++) {

        if (zone->series[m][i].used) {
            continue;
        }

        if (i == NGX_LO_SERIES_MAX - 1) {
            label = "__other__";
        }

        s = &zone->series[m][i];

        (void) ngx_cpystrn((u_char *) s->label, (u_char *) label,
                           NGX_LO_LABEL_MAX);
        __atomic_store_n(&s->used, 1, __ATOMIC_RELEASE);
    }

    ngx_lo_zone_unlock();

    return s;
}


/* Lends the series, the last one when all are taken; NULL: it is not there. */

static ngx_lo_series_t *
ngx_lo_metric_find(ngx_lo_metric_t m, const char *label)
{
    ngx_uint_t        i;
    ngx_lo_series_t  *s;

    s = ngx_lo_zone()->series[m];

    for (i = 0; i < NGX_LO_SERIES_MAX; i++) {

        if (!__atomic_load_n(&s[i].used, __ATOMIC_ACQUIRE)) {
            return NULL;
        }

        if (ngx_lo_metric_is(&s[i], label)) {
            return &s[i];
        }
    }

    return &s[NGX_LO_SERIES_MAX - 1];
}


static ngx_uint_t
ngx_lo_metric_is(const ngx_lo_series_t *s, const char *label)
{
    return ngx_strncmp(s->label, label, NGX_LO_LABEL_MAX - 1) == 0;
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
