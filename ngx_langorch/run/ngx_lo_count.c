/*
 * What turns count: noted when they become a job, added to the site's figures
 * when that job is committed, forgotten when it is not.
 */

#include "run/ngx_lo_run_int.h"


struct ngx_lo_count_s {
    ngx_lo_count_t     *next;
    ngx_int_t           metric;     /* NGX_DECLINED: a custom one, by name */
    ckp_metric_kind_t   kind;
    double              value;
    size_t              len;
    char               *name;       /* behind the labels */
    char                labels[1];
};


static ngx_int_t ngx_lo_count_core(ngx_lo_run_t *run, ngx_lo_metric_t m,
    const char *const *labels, double n);


static ngx_lo_count_t *
ngx_lo_count_new(ngx_lo_run_t *run, const char *labels, size_t len,
    const char *name)
{
    size_t           n;
    ngx_lo_count_t  *c;

    n = ngx_strlen(name) + 1;
    c = ngx_alloc(sizeof(ngx_lo_count_t) + len + n, ngx_cycle->log);

    if (c == NULL) {
        return NULL;
    }

    ngx_memcpy(c->labels, labels, len);
    c->labels[len] = '\0';
    c->len = len;
    c->name = c->labels + len + 1;
    ngx_memcpy(c->name, name, n);

    c->next = run->counts;
    run->counts = c;

    return c;
}


static ngx_int_t
ngx_lo_count_core(ngx_lo_run_t *run, ngx_lo_metric_t m,
    const char *const *labels, double n)
{
    char             text[NGX_LO_LABELS_SIZE];
    size_t           len;
    ngx_lo_count_t  *c;

    len = ngx_lo_labels_core(text, m, labels);
    c = ngx_lo_count_new(run, text, len, "");

    if (c == NULL) {
        return NGX_ERROR;
    }

    c->metric = (ngx_int_t) m;
    c->value = n;

    return NGX_OK;
}


/* --- of an event ------------------------------------------------------------- */


/* A callback that did not come ended an attempt: tried again, or failed. */

static ngx_int_t
ngx_lo_count_waited(ngx_lo_run_t *run, const ckp_event_t *ev)
{
    const char  *error;

    error = ckp_json_str(ev->payload, "error_type");

    if (error == NULL || ngx_strcmp(error, "CallbackTimeout") != 0) {
        return NGX_OK;
    }

    return ngx_lo_count_core(run, NGX_LO_M_CALLBACK_TIMEOUT,
                             NGX_LO_LABELS("workflow"), 1);
}


static ngx_int_t
ngx_lo_count_step(ngx_lo_run_t *run, const ckp_event_t *ev)
{
    const char  *status;

    if (ngx_strcmp(ev->type, "step_timeout") == 0) {
        return ngx_lo_count_core(run, NGX_LO_M_STEP_TIMEOUT,
                                 NGX_LO_LABELS(ev->node_id, ev->step_id), 1);
    }

    if (ngx_strcmp(ev->type, "step_completed") == 0) {
        status = ckp_json_bool(ev->payload, "cached", false) ? "cached"
                                                             : "completed";

    } else if (ngx_strcmp(ev->type, "step_failed") == 0) {
        status = "failed";

    } else if (ngx_strcmp(ev->type, "step_skipped") == 0) {
        status = "skipped";

    } else {
        return NGX_OK;
    }

    if (ngx_lo_count_core(run, NGX_LO_M_STEP_EXECUTION,
                          NGX_LO_LABELS(ev->node_id, status), 1)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return status[0] == 'f' ? ngx_lo_count_waited(run, ev) : NGX_OK;
}


static ngx_int_t
ngx_lo_count_retry(ngx_lo_run_t *run, const ckp_event_t *ev)
{
    const char  *node;

    node = (ngx_strcmp(ev->type, "task_retry") == 0)
           ? ckp_json_str(ev->payload, "task_id") : ev->node_id;

    if (ngx_lo_count_core(run, NGX_LO_M_RETRY_ATTEMPTS,
                          NGX_LO_LABELS(node, ev->step_id), 1)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_count_waited(run, ev);
}


static ngx_int_t
ngx_lo_count_end(ngx_lo_run_t *run, const char *status)
{
    ckp_summary_t  sum;

    ckp_run_summary(run->ckp, &sum);

    if (ngx_lo_count_core(run, NGX_LO_M_RUN_COMPLETED, NGX_LO_LABELS(status),
                          1)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (status[0] == 'f'
        && ngx_lo_count_core(run, NGX_LO_M_RUN_FAILURES, NULL, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* one that was cancelled before it began took no time */

    return sum.started_at_ms == 0 ? NGX_OK
           : ngx_lo_count_core(run, NGX_LO_M_RUN_DURATION,
                               NGX_LO_LABELS(status),
                               (double) (sum.ended_at_ms - sum.started_at_ms)
                               / 1000);
}


static ngx_int_t
ngx_lo_count_other(ngx_lo_run_t *run, const ckp_event_t *ev)
{
    const char  *type = ev->type;

    if (ngx_strcmp(type, "execution_started") == 0) {
        return ngx_lo_count_core(run, NGX_LO_M_RUN_STARTED, NULL, 1);
    }

    if (ngx_strcmp(type, "run_completed") == 0
        || ngx_strcmp(type, "run_failed") == 0
        || ngx_strcmp(type, "run_canceled") == 0)
    {
        return ngx_lo_count_end(run, type + sizeof("run_") - 1);
    }

    if (ngx_strcmp(type, "task_retry") == 0
        || ngx_strcmp(type, "llm_retry") == 0)
    {
        return ngx_lo_count_retry(run, ev);
    }

    if (ngx_strcmp(type, "sla_breached") == 0 && ev->node_id != NULL) {
        return ngx_lo_count_core(run, NGX_LO_M_SLA_BREACH, NULL, 1);
    }

    if (ngx_strcmp(type, "pool_saturated") == 0) {
        return ngx_lo_count_core(run, NGX_LO_M_POOL_SATURATION,
                   NGX_LO_LABELS(ckp_json_str(ev->payload, "pool_id")), 1);
    }

    if (ngx_strcmp(type, "approval_expired") == 0) {
        return ngx_lo_count_core(run, NGX_LO_M_CALLBACK_TIMEOUT,
                                 NGX_LO_LABELS("approval"), 1);
    }

    return NGX_OK;
}


/* Most events are counted by nobody, and their first letter says so. */

ngx_int_t
ngx_lo_count_event(ngx_lo_run_t *run, const ckp_event_t *ev)
{
    switch (ev->type[0]) {

    case 's':

        if (ngx_strncmp(ev->type, "step_", 5) == 0) {
            return ngx_strcmp(ev->type, "step_retry") == 0
                   ? ngx_lo_count_retry(run, ev) : ngx_lo_count_step(run, ev);
        }

        return ngx_lo_count_other(run, ev);

    case 'a':
    case 'e':
    case 'l':
    case 'p':
    case 'r':
    case 't':
        return ngx_lo_count_other(run, ev);

    default:
        return NGX_OK;
    }
}


/* --- of the engine and of nodes ---------------------------------------------- */


static ngx_int_t
ngx_lo_count_family(ngx_lo_run_t *run, const ckp_metric_t *m)
{
    char             text[NGX_LO_LABELS_SIZE];
    size_t           len;
    ngx_int_t        at;
    ngx_lo_count_t  *c;

    at = ngx_lo_metric_find(m->name);

    if (at == NGX_DECLINED) {
        return NGX_OK;
    }

    len = ngx_lo_labels_named(text, (ngx_lo_metric_t) at, m->labels);
    c = ngx_lo_count_new(run, text, len, "");

    if (c == NULL) {
        return NGX_ERROR;
    }

    c->metric = at;
    c->value = m->value;

    return NGX_OK;
}


ngx_int_t
ngx_lo_count_metric(ngx_lo_run_t *run, const ckp_metric_t *m)
{
    char             text[NGX_LO_LABELS_SIZE];
    char             name[NGX_LO_METRIC_NAME_MAX + 16];
    size_t           len;
    ngx_lo_count_t  *c;

    if (!m->own) {
        return ngx_lo_count_family(run, m);
    }

    len = ngx_lo_labels_own(text, m->labels);
    ngx_lo_metric_own_name(name, m->name, m->kind);

    c = ngx_lo_count_new(run, text, len, name);

    if (c == NULL) {
        return NGX_ERROR;
    }

    c->metric = NGX_DECLINED;
    c->kind = m->kind;
    c->value = m->value;

    return NGX_OK;
}


/* --- the end of the commit ---------------------------------------------------- */


/* Oldest first again: the last word on a gauge is said last. */

static ngx_lo_count_t *
ngx_lo_counts_take(ngx_lo_run_t *run)
{
    ngx_lo_count_t  *c, *next, *oldest;

    oldest = NULL;

    for (c = run->counts; c != NULL; c = next) {
        next = c->next;
        c->next = oldest;
        oldest = c;
    }

    run->counts = NULL;

    return oldest;
}


void
ngx_lo_counts_hold(ngx_lo_run_t *run)
{
    ngx_lo_count_t  *c, *next;

    for (c = ngx_lo_counts_take(run); c != NULL; c = next) {
        next = c->next;

        if (c->metric == NGX_DECLINED) {
            ngx_lo_metric_put_own(c->name, c->kind, c->labels, c->len,
                                  c->value);
        } else {
            ngx_lo_metric_put((ngx_lo_metric_t) c->metric, c->labels, c->len,
                              c->value);
        }

        ngx_free(c);
    }
}


void
ngx_lo_counts_drop(ngx_lo_run_t *run)
{
    ngx_lo_count_t  *c, *next;

    for (c = ngx_lo_counts_take(run); c != NULL; c = next) {
        next = c->next;
        ngx_free(c);
    }
}
