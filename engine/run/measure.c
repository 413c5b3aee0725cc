/*
 * What is counted, and what a node measures of its own once it is complete.
 * That never fails the node: what cannot be evaluated is told and left out.
 * Source: spec/ckp.md 19.1.
 */

#include "run/run_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "lang/value.h"
#include "op/op_int.h"

/* One metric at work. */
typedef struct {
    ckp_fiber_t          *f;
    const ckp_measure_t  *m;
    size_t                i;        /* its place in the list */
    json_t               *holder;   /* {result} */
} measure_t;


/* The reason is told; the metric is left out. */

static ckp_code_t
measure_wrong(const measure_t *w, const char *member, const char *why)
{
    return ckp_fiber_emit(w->f, "expression_warning",
               json_pack("{s:s, s:s, s:o}", "expression", w->m->name,
                         "message", why, "where",
                         json_sprintf("telemetry.custom_metrics[%zu].%s",
                                      w->i, member)));
}


/* *out NULL: it could not be rendered, which was told. */

static ckp_code_t
measure_render(const measure_t *w, const ckp_template_t *t, const char *member,
    json_t **out)
{
    const ckp_scope_t  own = { .get = ckp_scope_object_get,
                               .object = w->holder,
                               .outer = ckp_fiber_scope(w->f) };
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_eval_t         ev;
    ckp_code_t         rc;

    *out = NULL;
    ckp_fiber_eval(w->f, &ev);
    ev.scope = &own;
    rc = ckp_template_render(t, &ev, out, &err);

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT
           ? measure_wrong(w, member, err.msg) : rc;
}


static ckp_code_t
measure_holds(const measure_t *w, bool *holds)
{
    const ckp_scope_t  own = { .get = ckp_scope_object_get,
                               .object = w->holder,
                               .outer = ckp_fiber_scope(w->f) };
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_eval_t         ev;
    ckp_code_t         rc;

    *holds = true;

    if (w->m->when == NULL) {
        return CKP_OK;
    }

    ckp_fiber_eval(w->f, &ev);
    ev.scope = &own;
    rc = ckp_expr_test(w->m->when, &ev, holds, &err);

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        *holds = false;
        return measure_wrong(w, "when", err.msg);
    }

    return rc;
}


/* *holds false: it is no number, or one that a counter cannot take. */

static ckp_code_t
measure_value(const measure_t *w, double *value, bool *holds)
{
    json_t      *v;
    ckp_num_t    number;
    ckp_code_t   rc;

    *value = 1;

    if (w->m->value == NULL) {
        return CKP_OK;
    }

    rc = measure_render(w, w->m->value, "value", &v);

    if (rc != CKP_OK || v == NULL) {
        *holds = false;
        return rc;
    }

    *holds = ckp_num_of(v, &number) && isfinite(number.d)
             && (number.d >= 0 || w->m->kind != CKP_METRIC_COUNTER);
    *value = *holds ? number.d : 0;
    json_decref(v);

    return *holds ? CKP_OK
           : measure_wrong(w, "value", w->m->kind == CKP_METRIC_COUNTER
                           ? "it is no number of 0 or more"
                           : "it is no number");
}


/* Texts; what readers of the run may not see is masked. */

static ckp_code_t
measure_labels(const measure_t *w, json_t **out, bool *holds)
{
    json_t      *all;
    json_t      *shown;
    const char  *name;
    json_t      *value;
    ckp_code_t   rc;

    *out = NULL;

    if (w->m->labels == NULL) {
        return CKP_OK;
    }

    rc = measure_render(w, w->m->labels, "labels", &all);

    if (rc != CKP_OK || all == NULL) {
        *holds = false;
        return rc;
    }

    shown = ckp_program_redact(w->f->prog, all);
    json_decref(all);
    *out = shown == NULL ? NULL : json_object();

    json_object_foreach(shown, name, value) {
        (void) json_object_set_new(*out, name, json_is_null(value)
                                   ? json_string("") : ckp_op_text(value));
    }

    json_decref(shown);

    return *out == NULL ? CKP_E_NOMEM : CKP_OK;
}


static ckp_code_t
measure_one(const measure_t *w)
{
    ckp_metric_t  metric = { .name = w->m->name, .kind = w->m->kind,
                             .own = true };
    bool          holds;
    ckp_code_t    rc = measure_holds(w, &holds);

    if (rc == CKP_OK && holds) {
        rc = measure_value(w, &metric.value, &holds);
    }

    if (rc == CKP_OK && holds) {
        rc = measure_labels(w, &metric.labels, &holds);
    }

    if (rc != CKP_OK || !holds) {
        json_decref(metric.labels);
        return rc;
    }

    return ckp_run_metric(w->f->run, &metric);
}


ckp_code_t
ckp_fiber_measured(ckp_fiber_t *f, const json_t *result)
{
    const ckp_telemetry_t *const  own = f->node->telemetry;
    measure_t                     w = { .f = f };
    ckp_code_t                    rc = CKP_OK;

    if (own == NULL || own->nmeasures == 0) {
        return CKP_OK;
    }

    w.holder = json_pack("{s:O?}", "result", result);

    if (w.holder == NULL) {
        return CKP_E_NOMEM;
    }

    for (; rc == CKP_OK && w.i < own->nmeasures; w.i++) {
        w.m = &own->measures[w.i];
        rc = measure_one(&w);
    }

    json_decref(w.holder);

    return rc;
}


/* --- the engine's own ---------------------------------------------------------- */

ckp_code_t
ckp_fiber_metric(ckp_fiber_t *f, const ckp_metric_t *m)
{
    return ckp_run_metric(f->run, m);
}


ckp_code_t
ckp_fiber_retried(ckp_fiber_t *f)
{
    const int64_t  n = 1 + ckp_fiber_get_int(f, "rt", NULL);
    ckp_code_t     rc = ckp_fiber_count(f, "retries");

    return rc == CKP_OK && f->node->telemetry != NULL
           && f->node->telemetry->retries
           ? ckp_fiber_put(f, "rt", NULL, json_integer(n)) : rc;
}
