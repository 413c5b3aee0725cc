/*
 * Where a run and its places stand in a trace: the run's own trace, or that of
 * who asked for it; spans by path and attempt; what a node says instead.
 * Source: spec/api.md 1.16, spec/ckp.md 19.1, 19.2.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"


void
ckp_run_trace(const ckp_run_t *run, const ckp_place_t *at, ckp_trace_t *out)
{
    const char *const  parent = ckp_run_get_str(run, "meta", "traceparent");
    const char *const  path = at->path == NULL ? "" : at->path;

    if (!ckp_trace_read(parent, out)) {
        ckp_trace_make(run->id, out->trace);
        memcpy(out->flags, "01", sizeof(out->flags));
    }

    ckp_trace_make_span(run->id, path, at->attempt, out->span);

    if (at->trace != NULL) {
        (void) ckp_trace_id_read(at->trace, CKP_TRACE_LEN, out->trace);
    }

    if (at->span != NULL) {
        (void) ckp_trace_id_read(at->span, CKP_SPAN_LEN, out->span);
    }
}


/* The id that the template gives; what is none is told, and one is made. */

static ckp_code_t
trace_own(ckp_fiber_t *f, const ckp_template_t *t, const char *name,
    unsigned len)
{
    const bool   whole = strcmp(name, "t") == 0;
    char         id[CKP_TRACE_LEN + 1];
    ckp_eval_t   ev;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_buf_t    b;
    ckp_code_t   rc;

    if (t == NULL) {
        return CKP_OK;
    }

    ckp_fiber_eval(f, &ev);
    ckp_buf_init(&b, CKP_TEMPLATE_OUT_MAX);
    rc = ckp_template_render_text(t, &ev, &b, &err);

    if (rc == CKP_OK && ckp_trace_id_read(ckp_buf_str(&b), len, id)) {
        rc = ckp_fiber_put(f, "tr", name, json_string(id));

    } else if (rc != CKP_E_NOMEM) {
        rc = ckp_fiber_emit(f, "expression_warning",
                 json_pack("{s:s, s:o, s:s}",
                     "expression", whole ? "trace_id" : "span_id", "message",
                     json_sprintf("no %u hex digits: one is generated", len),
                     "where", whole ? "telemetry.trace_id"
                                    : "telemetry.span_id"));
    }

    ckp_buf_free(&b);

    return rc;
}


ckp_code_t
ckp_fiber_trace(ckp_fiber_t *f)
{
    const ckp_telemetry_t *const  own = f->node->telemetry;
    ckp_code_t                    rc;

    if (own == NULL) {
        return CKP_OK;
    }

    rc = trace_own(f, own->trace_id, "t", CKP_TRACE_LEN);

    return rc == CKP_OK ? trace_own(f, own->span_id, "s", CKP_SPAN_LEN) : rc;
}
