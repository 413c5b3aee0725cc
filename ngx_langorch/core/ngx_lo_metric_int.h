/*
 * The table of metrics, for those who count and those who print.
 */

#ifndef NGX_LO_METRIC_INT_H
#define NGX_LO_METRIC_INT_H

#include "core/ngx_lo_core_int.h"

typedef enum {
    NGX_LO_COUNTER,
    NGX_LO_GAUGE,
    NGX_LO_HISTOGRAM
} ngx_lo_metric_type_t;

typedef struct {
    const char            *name;        /* without "langorch_" */
    const char            *help;
    ngx_lo_metric_type_t   type;
    const char            *label;       /* NULL: has none */
    const double          *bounds;      /* rising, 0 ends; at most 15 */
} ngx_lo_metric_info_t;

extern const ngx_lo_metric_info_t  ngx_lo_metrics[NGX_LO_M_N];

/* Summed over workers that live. */
int64_t ngx_lo_metric_gauge(ngx_lo_metric_t m);

#endif
