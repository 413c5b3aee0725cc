/*
 * subflow: another procedure runs, in variables of its own, inside this run in
 * a frame of its own or as a run of its own (spec/ckp.md 10.10).
 */

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "step/double.h"
#include "node/step.h"
#include "node/subflow_int.h"
#include "node/types.h"


bool
ckp_subflow_is(const ckp_fiber_t *f, const char *ph)
{
    const char *const  own = ckp_fiber_get_str(f, "sub", "ph");

    return own != NULL && strcmp(own, ph) == 0;
}


static ckp_code_t
subflow_phase(ckp_fiber_t *f, const char *ph)
{
    return ckp_fiber_put(f, "sub", "ph", json_string(ph));
}


/* Where the version that this run uses of the child is kept.  What was chosen
 * at an import belongs to the document that was imported. */

static const char *
subflow_pin(ckp_fiber_t *f)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const char *const           by = ckp_fiber_hash(f);

    return sub->pin != CKP_SUB_PIN_IMPORT
           ? ckp_fiber_printf(f, "%s@%s", sub->procedure_id, sub->version)
           : ckp_fiber_printf(f, "%s/%s@%s", by == NULL ? "" : by,
                              sub->procedure_id, sub->version);
}


/* --- finding it ------------------------------------------------------------ */

static ckp_code_t
subflow_ask(ckp_fiber_t *f)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const ckp_effect_t          fx = {
        .kind = CKP_FX_CALL, .target = "host",
        .ref = ckp_fiber_get_str(f, "sub", "ref"), .key = "",
        .timeout_ms = CKP_SUBFLOW_FIND_MS,
        .body = json_pack("{s:s, s:s, s:s, s:O?, s:b, s:s*}",
                          "op", "procedure", "procedure_id",
                          sub->procedure_id, "version", sub->version, "hash",
                          ckp_fiber_get(f, "sub", "hash"), "imported",
                          sub->pin == CKP_SUB_PIN_IMPORT, "by",
                          ckp_fiber_hash(f))
    };

    return ckp_fiber_effect(f, &fx);
}


static ckp_code_t
subflow_find(ckp_fiber_t *f, const json_t *pin)
{
    const char *const  ref = ckp_fiber_ref(f);
    const int64_t      until = ckp_fiber_now(f) + CKP_SUBFLOW_FIND_MS;
    ckp_code_t         rc = ref == NULL ? CKP_E_NOMEM
        : ckp_fiber_put(f, "sub", NULL, json_pack("{s:s, s:s, s:O*}", "ph",
                        "find", "ref", ref, "hash",
                        json_object_get(pin, "hash")));

    if (rc == CKP_OK) {
        rc = subflow_ask(f);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
}


/* --- starting ------------------------------------------------------------------- */

static ckp_code_t
subflow_inline(ckp_fiber_t *f, const char *hash)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const ckp_program_t *const  prog = ckp_fiber_linked(f, hash);
    json_t                     *in = NULL;
    json_t                     *vars = NULL;
    ckp_code_t                  rc;

    if (prog == NULL) {
        return CKP_E_BUG;
    }

    rc = ckp_subflow_inputs(f, prog, ckp_fiber_run_get(f, "meta", NULL), &in,
                            &vars);
    json_decref(in);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "sub", NULL, json_pack("{s:s, s:s}", "ph", "in",
                                                     "hash", hash));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "subflow_started", json_pack("{s:s, s:s, s:s}",
                 "procedure_id", prog->procedure_id, "version", prog->version,
                 "requested_version", sub->version));
    }

    if (rc != CKP_OK) {
        json_decref(vars);
        return rc;
    }

    rc = ckp_fiber_fork(f, &(ckp_fork_t) {
        .kind = CKP_FRAME_SUB, .key = "sub", .start = prog->start,
        .prog = hash, .vars = vars, .input = ckp_json_copy(vars),
        .inherits = sub->inherit
    });

    return rc == CKP_OK ? ckp_subflow_clock(f, prog) : rc;
}


static ckp_code_t
subflow_start(ckp_fiber_t *f, const char *hash)
{
    return ckp_fiber_node(f)->u.subflow->apart ? ckp_subflow_bear(f, hash)
                                               : subflow_inline(f, hash);
}


/* Test data stand for the child's outputs. */

static ckp_code_t
subflow_doubled(ckp_fiber_t *f, const json_t *value)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const json_t *const         error = json_object_get(value, "__error__");
    ckp_program_t               fake = {
        .procedure_id = sub->procedure_id, .version = sub->version
    };

    if (json_is_object(error)) {
        return ckp_fiber_raise_json(f, json_pack("{s:s, s:s, s:O}", "type",
                   "SubflowFailed", "message", "the test data say so",
                   "cause", error));
    }

    return ckp_subflow_outputs(f, &fake, value, value);
}


static ckp_code_t
subflow_enter(ckp_fiber_t *f)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const json_t *const         known = ckp_double_node(f);
    json_t                     *pin = NULL;
    const char                 *hash;
    unsigned                    depth;

    if (known != NULL) {
        return subflow_doubled(f, known);
    }

    if (ckp_fiber_is_inside(f, sub->procedure_id, &depth)) {
        return ckp_fiber_raise(f, "RecursiveSubflow", "'%s' is running "
                               "already, around this node",
                               sub->procedure_id);
    }

    if (depth >= CKP_SUBFLOWS_MAX) {
        return ckp_fiber_raise(f, "LimitExceeded", "child procedures are "
                               "nested deeper than %d", CKP_SUBFLOWS_MAX);
    }

    if (sub->pin != CKP_SUB_FLOATING) {
        const char *const  name = subflow_pin(f);

        if (name == NULL) {
            return CKP_E_NOMEM;
        }

        pin = ckp_fiber_run_get(f, "pins", name);
    }

    hash = ckp_json_str(pin, "hash");

    return hash != NULL && ckp_fiber_linked(f, hash) != NULL
           ? subflow_start(f, hash) : subflow_find(f, pin);
}


static ckp_code_t
subflow_found(ckp_fiber_t *f, const ckp_input_t *in)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const char *const           hash = ckp_json_str(in->data, "hash");
    const char *const           text = ckp_json_str(in->data, "message");
    const char *const           name = subflow_pin(f);
    ckp_code_t                  rc = CKP_OK;

    if (in->outcome != CKP_OUTCOME_OK || hash == NULL) {
        return ckp_fiber_raise(f, "SubflowFailed", "'%s' version '%s': %s",
                               sub->procedure_id, sub->version,
                               text == NULL ? "not found" : text);
    }

    /* a host links it first; the author hears of one that did not */

    if (ckp_fiber_linked(f, hash) == NULL) {
        return ckp_fiber_raise(f, "SubflowFailed", "'%s' version '%s': its "
                               "program is not at hand", sub->procedure_id,
                               sub->version);
    }

    if (sub->pin != CKP_SUB_FLOATING) {
        rc = name == NULL ? CKP_E_NOMEM
             : ckp_fiber_run_put(f, "pins", name, json_pack("{s:s, s:O?}",
                   "hash", hash, "version", json_object_get(in->data,
                                                            "version")));
    }

    return rc == CKP_OK ? subflow_start(f, hash) : rc;
}


/* --- it has ended --------------------------------------------------------------------- */

static const char *
subflow_word(ckp_sub_failure_t failure)
{
    return failure == CKP_SUB_RETRY ? "retry"
           : failure == CKP_SUB_CONTINUE ? "continue" : "fail_parent";
}


/* Another visit of the node, after a pause; *again: it will come. */

static ckp_code_t
subflow_retry(ckp_fiber_t *f, const ckp_program_t *prog,
    const json_t *error, bool *again)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const uint32_t              n = 1 + (uint32_t) ckp_fiber_get_int(f, "rn",
                                                                     "sub");
    json_t                     *kept;
    int64_t                     ms;
    ckp_code_t                  rc;

    *again = sub->failure == CKP_SUB_RETRY && n < sub->retry.max_attempts;

    if (!*again) {
        return CKP_OK;
    }

    ms = ckp_backoff_jitter_ms(&sub->retry, n, 0, ckp_fiber_run_id(f),
                               ckp_fiber_node_path(f));
    kept = ckp_fiber_get(f, "rn", NULL) == NULL ? json_object()
           : json_copy(ckp_fiber_get(f, "rn", NULL));

    if (kept == NULL
        || json_object_set_new(kept, "sub", json_integer(n)) != 0)
    {
        json_decref(kept);
        return CKP_E_NOMEM;
    }

    rc = ckp_fiber_emit(f, "subflow_retry", json_pack("{s:s, s:s, s:I, s:I, "
             "s:o}", "procedure_id", prog->procedure_id, "version",
             prog->version, "attempt", (json_int_t) n + 1, "delay_ms",
             (json_int_t) ms, "error", ckp_error_text(error)));

    if (rc != CKP_OK) {
        json_decref(kept);
        return rc;
    }

    rc = ckp_fiber_put(f, "rn", NULL, kept);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "sub", NULL, json_pack("{s:s, s:O}", "ph",
                           "pause", "err", error));
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, ckp_fiber_now(f) + ms) : rc;
}


ckp_code_t
ckp_subflow_failed(ckp_fiber_t *f, const ckp_program_t *prog,
    const json_t *error)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const char *const           text = ckp_json_str(error, "message");
    bool                        again = false;
    json_t                     *given;
    ckp_code_t                  rc;

    rc = ckp_fiber_emit(f, "subflow_failed", json_pack("{s:s, s:s, s:s, s:o, "
             "s:s?}", "procedure_id", prog->procedure_id, "version",
             prog->version, "on_failure", subflow_word(sub->failure),
             "error", ckp_error_text(error), "error_type",
             ckp_json_str(error, "type")));

    if (rc == CKP_OK) {
        rc = subflow_retry(f, prog, error, &again);
    }

    if (rc != CKP_OK || again) {
        return rc;
    }

    if (sub->failure != CKP_SUB_CONTINUE) {
        return ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:O}", "type",
                   "SubflowFailed", "message",
                   json_sprintf("'%s': %s", prog->procedure_id,
                                text == NULL ? "failed" : text),
                   "cause", error));
    }

    given = json_pack("{s:O}", "error", error);

    if (given == NULL) {
        return CKP_E_NOMEM;
    }

    rc = ckp_fiber_last_put(f, "subflow_output", json_incref(given));

    if (rc == CKP_OK) {
        rc = ckp_fiber_done(f, (ckp_target_t) { CKP_TO_NOTHING, NULL },
                            given);
    }

    json_decref(given);

    return rc;
}


static ckp_code_t
subflow_child(ckp_fiber_t *f, const ckp_child_t *child)
{
    const char *const           hash = ckp_fiber_get_str(f, "sub", "hash");
    const ckp_program_t *const  prog = ckp_fiber_linked(f, hash);
    json_t                     *error;
    ckp_code_t                  rc;

    if (prog == NULL) {
        return CKP_E_BUG;
    }

    if (child->how == CKP_CHILD_FAILED) {
        return ckp_subflow_failed(f, prog, child->error);
    }

    if (child->how != CKP_CHILD_TERMINATED
        || child->end == CKP_END_COMPLETED)
    {
        return ckp_subflow_outputs(f, prog, child->vars, child->outputs);
    }

    error = json_pack("{s:s, s:s}", "type", "ProcedureFailure", "message",
                      child->message != NULL ? child->message
                      : child->end == CKP_END_FAILED
                        ? "the procedure ended as failed"
                        : "the procedure ended as canceled");
    rc = error == NULL ? CKP_E_NOMEM : ckp_subflow_failed(f, prog, error);
    json_decref(error);

    return rc;
}


/* --- waking ------------------------------------------------------------------------------ */

static ckp_code_t
subflow_once_more(ckp_fiber_t *f)
{
    json_t *const     error = json_incref(ckp_fiber_get(f, "sub", "err"));
    const ckp_code_t  rc = ckp_fiber_restart(f, "retry", error);

    json_decref(error);

    return rc;
}


static ckp_code_t
subflow_find_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  ref = ckp_fiber_get_str(f, "sub", "ref");

    if (in->kind == CKP_IN_RECOVER) {
        return ckp_json_bool(json_object_get(in->data, "alive"), ref, false)
               ? CKP_OK : subflow_ask(f);
    }

    if (in->kind == CKP_IN_REPLY && ref != NULL && strcmp(ref, in->ref) == 0) {
        return subflow_found(f, in);
    }

    return in->kind != CKP_IN_TICK ? CKP_E_STATE
           : ckp_fiber_raise(f, "SubflowFailed", "the child procedure was "
                             "not found in time");
}


/* The child that stood goes on by itself; its time begins anew. */

static ckp_code_t
subflow_resumed(ckp_fiber_t *f)
{
    const char *const           hash = ckp_fiber_get_str(f, "sub", "hash");
    const ckp_program_t *const  prog = hash == NULL ? NULL
                                       : ckp_fiber_linked(f, hash);

    return ckp_subflow_is(f, "in") && prog != NULL
           ? ckp_subflow_clock(f, prog) : CKP_OK;
}


static ckp_code_t
subflow_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    if (in == NULL) {
        return CKP_E_BUG;
    }

    if (in->kind == CKP_IN_RESUME) {
        return subflow_resumed(f);
    }

    if (ckp_subflow_is(f, "find")) {
        return subflow_find_wake(f, in);
    }

    if (in->kind == CKP_IN_CHILD && ckp_subflow_is(f, "run")) {
        return ckp_subflow_told(f, in->data);
    }

    if (in->kind != CKP_IN_TICK) {
        return CKP_E_STATE;
    }

    return ckp_subflow_is(f, "pause") ? subflow_once_more(f)
           : ckp_subflow_is(f, "in") ? ckp_subflow_late(f) : CKP_E_STATE;
}


static bool
subflow_busy(const ckp_fiber_t *f)
{
    return ckp_subflow_is(f, "find");
}


static ckp_code_t
subflow_abandon(ckp_fiber_t *f)
{
    const ckp_code_t  rc = ckp_subflow_recall(f);

    return rc == CKP_OK && (ckp_subflow_is(f, "find")
                            || ckp_subflow_is(f, "run"))
           ? subflow_phase(f, "gone") : rc;
}


const ckp_node_ops_t  ckp_node_subflow = {
    .type = "subflow",
    .parse = ckp_subflow_parse,
    .enter = subflow_enter,
    .wake = subflow_wake,
    .busy = subflow_busy,
    .abandon = subflow_abandon,
    .child = subflow_child,
    .moves = ckp_subflow_moves,
};
