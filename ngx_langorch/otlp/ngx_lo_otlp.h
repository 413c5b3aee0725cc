/*
 * What runs did, told to a collector by OTLP over HTTP, as JSON (docs/api.md,
 * Traces).
 *
 * The life of a batch.
 *   taken   one worker of the site has the duty, and knows how far it came
 *   read    the next events of all runs, from the store       off the loop
 *   made    spans of what ended, a log record of each event
 *   sent    traces, then logs; what a collector cannot take now is sent again
 *   marked  how far it came
 *
 * Runs do not know of it: the store is the queue.  Figures are sent apart.
 */

#ifndef NGX_LO_OTLP_H
#define NGX_LO_OTLP_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ckp.h"

typedef struct {
    const char  *url;               /* without /v1/... and slashes at its end */
    const char  *environment;       /* NULL: none */
    const char  *secret;            /* the name of the header's value; NULL */
    const char  *header;            /* "Authorization" */
} ngx_lo_otlp_conf_t;

/* NULL: there is no collector. */
const ngx_lo_otlp_conf_t *ngx_lo_otlp_conf(void);

void ngx_lo_otlp_start(ngx_cycle_t *cycle);
void ngx_lo_otlp_stop(void);

/* --- what is sent (ngx_lo_otlp_make.c) ----------------------------------------- */

/* Of rows of ngx_lo_sql_otlp_events: the body for /v1/traces, for /v1/logs.
 * New text, ckp_free; NULL: nothing of that kind, or no memory. */
char *ngx_lo_otlp_traces(const json_t *rows);
char *ngx_lo_otlp_logs(const json_t *rows);

/* Of a summary (ngx_lo_metric_summary), at that time: for /v1/metrics. */
char *ngx_lo_otlp_metrics(const json_t *summary, int64_t now_ms);

#endif
