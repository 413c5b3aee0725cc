/*
 * How a run begins and ends: complete, failed with on_failure before it,
 * canceled, out of time.  Source: spec/ckp.md 10.12, 15.6, 17.1, 31.2.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "node/step.h"


ckp_code_t
ckp_run_status(ckp_run_t *run, const char *status)
{
    const char *const  old = ckp_run_get_str(run, "status", NULL);
    const bool         was = old != NULL && strcmp(old, "running") == 0;
    const bool         is = strcmp(status, "running") == 0;
    ckp_code_t         rc = CKP_OK;

    if (old != NULL && strcmp(old, status) == 0) {
        return CKP_OK;
    }

    /* only time in `running` counts as active */

    if (was) {
        const int64_t  ms = run->now - ckp_run_get_int(run, "active", "since");

        rc = ckp_run_put(run, "active", "ms",
                         json_integer(ms + ckp_run_get_int(run, "active",
                                                           "ms")));
    }

    if (rc == CKP_OK && is) {
        rc = ckp_run_put(run, "active", "since", json_integer(run->now));
    }

    return rc == CKP_OK ? ckp_run_put(run, "status", NULL, json_string(status))
                        : rc;
}


int64_t
ckp_run_limit_at(const ckp_run_t *run, bool *deadline)
{
    const ckp_config_t *const  config = &run->prog->config;
    const char *const          status = ckp_run_get_str(run, "status", NULL);
    const int64_t              own = ckp_run_get_int(run, "active", "limit");
    const int64_t              limit = own != 0 ? own
                                       : config->timeout_ms != 0
                                         ? config->timeout_ms
                                         : 24LL * 3600 * 1000;
    int64_t                    at = INT64_MAX;

    *deadline = false;

    if (status != NULL && strcmp(status, "running") == 0) {
        at = ckp_run_get_int(run, "active", "since") + limit
             - ckp_run_get_int(run, "active", "ms");
    }

    if (config->deadline_ms != 0 && ckp_run_get(run, "onf", NULL) == NULL) {
        const int64_t  wall = ckp_run_get_int(run, "base_at", NULL)
                              + config->deadline_ms;

        if (wall < at) {
            *deadline = true;
            return wall;
        }
    }

    return at;
}


/* --- the beginning --------------------------------------------------------- */

static ckp_code_t
end_validation_only(ckp_run_t *run)
{
    const ckp_place_t  at = { .type = "run_completed" };

    return ckp_run_end(run, &at, "completed", json_pack("{s:{}, s:s, s:s}",
                       "outputs", "mode", "validation_only", "message",
                       "the procedure and its inputs are valid"));
}


/* What the run was born with must still fit its procedure. */
static ckp_code_t
begin_check(ckp_run_t *run)
{
    static const char  text[] = "the variables do not fit the procedure";
    const ckp_place_t  at = { .type = "error" };
    json_t            *missing = NULL;
    json_t            *errors = NULL;
    json_t            *error;
    ckp_code_t         rc;

    rc = ckp_program_recheck(run->prog, ckp_run_get(run, "vars", NULL),
                             &missing, &errors);

    if (rc != CKP_E_INVALID) {
        return rc;
    }

    rc = ckp_run_emit(run, &at, json_pack("{s:s, s:s, s:o*, s:o*}",
             "message", text, "type", "SchemaViolation",
             "missing_vars", json_array_size(missing) > 0 ? missing : NULL,
             "errors", json_object_size(errors) > 0 ? errors : NULL));

    if (json_array_size(missing) == 0) {
        json_decref(missing);
    }

    if (json_object_size(errors) == 0) {
        json_decref(errors);
    }

    error = ckp_error_new("SchemaViolation", text);

    if (rc == CKP_OK) {
        rc = error == NULL ? CKP_E_NOMEM : ckp_run_failed(run, NULL, error);
    }

    json_decref(error);

    return rc;
}


ckp_code_t
ckp_run_begin(ckp_run_t *run)
{
    const ckp_place_t  at = { .type = "execution_started" };
    const ckp_node_t  *start = run->prog->start;
    const char *const  mode = ckp_run_get_str(run, "meta", "execution_mode");
    const char *const  whole = run->prog->config.execution_mode;
    json_t *const      fiber = json_pack("{s:{s:s}, s:{}, s:i}", "n", "id",
                                         start->id, "vis", "hops", 0);
    ckp_code_t         rc = ckp_run_status(run, "running");

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "started_at", NULL, json_integer(run->now));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "fibers", "1", json_incref(fiber));
    }

    json_decref(fiber);

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &at, json_pack("{s:s, s:n}", "entry_node_id",
                                              start->id, "resume_reason"));
    }

    if (rc != CKP_OK) {
        return rc;
    }

    rc = begin_check(run);

    if (rc != CKP_OK || run->ended) {
        return rc;
    }

    if (strcmp(mode != NULL ? mode : whole != NULL ? whole : "",
               "validation_only") == 0)
    {
        return end_validation_only(run);
    }

    if (run->prog->config.save != CKP_SAVE_DISABLED) {
        const ckp_place_t  place = { .node_id = start->id };

        return ckp_run_checkpoint(run, "start", &place, NULL, NULL);
    }

    return CKP_OK;
}


/* --- giving up ---------------------------------------------------------------- */

ckp_code_t
ckp_fiber_abandon(ckp_fiber_t *f, const char *reason)
{
    const char *const  ask = ckp_fiber_get_str(f, "ask", "id");
    ckp_code_t         rc = ckp_steps_abandon(f);

    f->step = NULL;

    if (rc == CKP_OK && f->node->ops->abandon != NULL) {
        rc = f->node->ops->abandon(f);
    }

    if (rc == CKP_OK && ask != NULL) {
        rc = ckp_fiber_write(f, "approval_end", json_pack("{s:s, s:s}",
                             "approval_id", ask, "status", "cancelled"));

        if (rc == CKP_OK) {
            rc = ckp_fiber_emit(f, "approval_voided", json_pack("{s:s, s:s}",
                     "approval_id", ask, "reason",
                     reason == NULL ? "canceled" : reason));
        }

        if (rc == CKP_OK) {
            rc = ckp_fiber_del(f, "ask", NULL);
        }
    }

    if (rc == CKP_OK && reason != NULL
        && ckp_fiber_get(f, "visit", NULL) != NULL)
    {
        rc = ckp_fiber_emit(f, "node_canceled", json_pack("{s:s, s:s}",
                            "node_name", f->node->name, "reason", reason));
    }

    return rc;
}


/* --- the end ------------------------------------------------------------------- */

/* Where it stood, for a retry; the fibers themselves are over. */

static ckp_code_t
end_fibers(ckp_run_t *run, bool keep)
{
    json_t *const  fibers = ckp_run_get(run, "fibers", NULL);
    const bool     kept = ckp_run_get(run, "resume", NULL) != NULL;
    const char    *id;
    json_t        *fiber;
    ckp_code_t     rc = CKP_OK;

    if (keep && !kept && fibers != NULL) {
        rc = ckp_run_put(run, "resume", NULL, json_deep_copy(fibers));
    }

    /* visits made since then count, or their paths would come twice */

    json_object_foreach(fibers, id, fiber) {
        const char *const  path[] = { "resume", id, "vis", NULL };

        if (rc == CKP_OK && keep && kept
            && ckp_run_get(run, "resume", id) != NULL)
        {
            rc = ckp_state_put(&run->state, path,
                     json_deep_copy(json_object_get(fiber, "vis")));
        }
    }

    /* what others have in flight is given up */

    if (rc == CKP_OK) {
        rc = ckp_run_abandon_all(run, "canceled");
    }

    return rc == CKP_OK ? ckp_run_put(run, "fibers", NULL, json_object()) : rc;
}


ckp_code_t
ckp_run_end(ckp_run_t *run, const ckp_place_t *at, const char *status,
    json_t *payload)
{
    const bool         keep = strcmp(status, "completed") != 0;
    const ckp_place_t  place = { .node_id = ckp_run_get_str(run, "last",
                                                            "node") };
    ckp_code_t         rc = payload == NULL ? CKP_E_NOMEM
                            : ckp_run_status(run, status);

    if (rc == CKP_OK) {
        rc = end_fibers(run, keep);
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "ended_at", NULL, json_integer(run->now));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "agents", NULL, json_object());
    }

    if (rc != CKP_OK) {
        json_decref(payload);
        return rc;
    }

    rc = ckp_run_emit(run, at, payload);
    run->ended = true;

    if (rc == CKP_OK && run->prog->config.save != CKP_SAVE_DISABLED) {
        rc = ckp_run_checkpoint(run, "final", &place, NULL, NULL);
    }

    return rc;
}


static ckp_code_t
end_record_error(ckp_run_t *run, const json_t *error)
{
    const char *const  text = ckp_json_str(error, "message");

    return ckp_run_put(run, "error", NULL, json_pack("{s:o, s:o}",
               "text", ckp_text_cut(text == NULL ? "" : text,
                                    CKP_ERROR_MESSAGE_MAX),
               "object", ckp_program_redact(run->prog, error)));
}


static ckp_code_t
end_failed(ckp_run_t *run, const json_t *error, const json_t *second,
    const char *reason)
{
    const ckp_place_t  at = { .type = "run_failed" };
    const char *const  text = ckp_json_str(error, "message");
    const char *const  other = ckp_json_str(second, "message");
    ckp_code_t         rc = end_record_error(run, error);

    if (rc == CKP_OK) {
        const ckp_effect_t  fx = {
            .kind = CKP_FX_NOTIFY, .target = "host", .ref = "", .key = "",
            .body = json_pack("{s:s, s:s?}", "event", "run_failed", "error",
                              text)
        };

        rc = ckp_run_effect(run, &fx);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_run_end(run, &at, "failed",
               json_pack("{s:o, s:s?, s:s*, s:s*, s:o*}",
                   "error", ckp_text_cut(text == NULL ? "" : text,
                                         CKP_ERROR_MESSAGE_MAX),
                   "error_type", ckp_json_str(error, "type"),
                   "reason", reason,
                   "node_id", ckp_json_str(error, "node_id"),
                   "on_failure_error",
                   other == NULL ? NULL : ckp_text_cut(other, 500)));
}


/* Which errors of the engine on_failure still sees: 15.2, last row. */

static bool
end_is_routed(const json_t *error)
{
    static const char *const  never[] = {
        "RunCanceled", "EngineRestarted", "VariablesTooLarge", "CrashLoop"
    };
    const char *const  type = ckp_json_str(error, "type");

    for (size_t i = 0; type != NULL && i < sizeof(never) / sizeof(never[0]);
         i++)
    {
        if (strcmp(type, never[i]) == 0) {
            return false;
        }
    }

    return true;
}


/* Nothing more is done for a run that the engine itself gave up. */

static bool
end_is_hopeless(const json_t *error)
{
    const char *const  type = ckp_json_str(error, "type");

    return type != NULL && (strcmp(type, "CrashLoop") == 0
                            || strcmp(type, "LimitExceeded") == 0
                            || strcmp(type, "EngineRestarted") == 0);
}


/* on_failure begins: the failing fiber goes there, with the error bound. */

static ckp_code_t
end_on_failure(ckp_run_t *run, ckp_fiber_t *f, const json_t *error)
{
    const ckp_node_t *const  node = run->prog->config.on_failure.node;
    const char *const        text = ckp_json_str(error, "message");
    const ckp_place_t        at = { .type = "on_failure_invoked" };
    const char *const        hops[] = { "fibers", f->id, "hops", NULL };
    ckp_code_t               rc;

    rc = ckp_run_put(run, "resume", NULL,
                     json_deep_copy(ckp_run_get(run, "fibers", NULL)));

    if (rc == CKP_OK) {
        rc = ckp_run_abandon_all(run, NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "onf", NULL, json_pack("{s:s, s:o}", "node",
                         node->id, "err", json_deep_copy(error)));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &at, json_pack("{s:s, s:o, s:s?}", "node_id",
                 node->id, "error", ckp_text_cut(text == NULL ? "" : text,
                                                 500),
                 "error_type", ckp_json_str(error, "type")));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_own_put(f, "err", json_deep_copy(error));
    }

    if (rc == CKP_OK) {
        rc = ckp_state_put(&run->state, hops, json_integer(0));
    }

    return rc == CKP_OK ? ckp_fiber_go(f, node, NULL) : rc;
}


/* The run's own fiber only waits: its node has been told to be over. */

static ckp_code_t
end_parked(ckp_run_t *run)
{
    const char *const  n[] = { "fibers", "1", "n", NULL };
    const char *const  wake[] = { "fibers", "1", "wake", NULL };
    ckp_code_t         rc;

    rc = ckp_state_put(&run->state, n, json_pack("{s:s?, s:b}", "id",
                       ckp_run_get_str(run, "last", "node"), "park", 1));

    return rc == CKP_OK ? ckp_state_put(&run->state, wake, json_integer(-1))
                        : rc;
}


/* The run will fail, but first what it did is undone; *begun: it is. */

static ckp_code_t
end_undo(ckp_run_t *run, const char *reason, json_t *then, bool *begun)
{
    ckp_code_t  rc = CKP_OK;

    *begun = false;

    if (ckp_run_get_int(run, "nundo", NULL) == 0) {
        json_decref(then);
        return CKP_OK;
    }

    /* a retry goes on from where it stood before all that */

    if (ckp_run_get(run, "resume", NULL) == NULL) {
        rc = ckp_run_put(run, "resume", NULL,
                         json_deep_copy(ckp_run_get(run, "fibers", NULL)));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_abandon_all(run, "canceled");
    }

    if (rc == CKP_OK) {
        rc = ckp_run_status(run, "running");
    }

    if (rc == CKP_OK) {
        rc = end_parked(run);
    }

    if (rc != CKP_OK) {
        json_decref(then);
        return rc;
    }

    rc = ckp_undo_begin(run, "1", NULL, reason, then, begun);

    if (rc == CKP_OK && *begun && !run->ended) {
        const char *const  path[] = { "fibers", "1", "wake", NULL };

        rc = ckp_state_put(&run->state, path, json_integer(-1));
    }

    return rc;
}


static ckp_code_t
end_failing(ckp_run_t *run, const json_t *error, const json_t *second,
    const char *reason)
{
    bool        begun = false;
    ckp_code_t  rc = CKP_OK;

    if (run->prog->config.undo_failed && !end_is_hopeless(error)) {
        rc = end_undo(run, "failure", json_pack("{s:s, s:O, s:O*, s:s*}",
                      "how", "failed", "error", error, "second", second,
                      "reason", reason), &begun);
    }

    return rc != CKP_OK || begun ? rc : end_failed(run, error, second, reason);
}


ckp_code_t
ckp_run_failed(ckp_run_t *run, ckp_fiber_t *f, const json_t *error)
{
    json_t *const  first = json_incref(ckp_run_get(run, "onf", "err"));
    ckp_code_t     rc;

    if (first == NULL && f != NULL
        && run->prog->config.on_failure.kind == CKP_TO_NODE
        && end_is_routed(error))
    {
        ckp_fiber_t  top;

        if (ckp_fiber_is_top(f)) {
            return end_on_failure(run, f, error);
        }

        f->ready = CKP_FIBER_REST;
        ckp_fiber_open(&top, run, "1");
        rc = end_on_failure(run, &top, error);
        ckp_fiber_close(&top);

        return rc;
    }

    if (f != NULL) {
        f->ready = CKP_FIBER_REST;
        ckp_run_over(run, f->id, true);
    }

    rc = first == NULL ? end_failing(run, error, NULL, NULL)
                       : end_failing(run, first, error, NULL);
    json_decref(first);

    return rc;
}


/* All variables but those that are ours. */

static json_t *
end_outputs(ckp_run_t *run)
{
    json_t *const  all = json_object();
    const char    *name;
    json_t        *value;

    json_object_foreach(ckp_run_get(run, "vars", NULL), name, value) {
        if (strncmp(name, "__", 2) != 0
            && json_object_set(all, name, value) != 0)
        {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}


static ckp_code_t
end_completed(ckp_run_t *run, json_t *outputs, json_t *message,
    const char *mode)
{
    const ckp_place_t  at = { .type = "run_completed" };
    const char *const  by = ckp_run_get_str(run, "onf", "node");
    const bool         plain = strcmp(mode, "production") == 0
                               || strcmp(mode, "normal") == 0;

    return ckp_run_end(run, &at, "completed", json_pack("{s:o, s:s*, s:o*, "
                       "s:s*}", "outputs", outputs, "mode",
                       plain ? NULL : mode, "message", message,
                       "recovered_via", by));
}


/* A terminate that fails the run: on_failure is not asked. */

static ckp_code_t
end_terminated(ckp_run_t *run, ckp_fiber_t *f, const json_t *message)
{
    json_t *const      first = json_incref(ckp_run_get(run, "onf", "err"));
    const char *const  text = json_string_value(message);
    json_t *const      error = first != NULL ? json_incref(first)
        : json_pack("{s:s, s:s, s:s}", "type", "ProcedureFailure", "message",
                    text == NULL ? "the procedure ended as failed" : text,
                    "node_id", f->node->id);
    const ckp_code_t   rc = error == NULL ? CKP_E_NOMEM
                            : end_failed(run, error, NULL, "terminate");

    json_decref(error);
    json_decref(first);

    return rc;
}


/* All is done but for frames that run beside: the run waits for them. */

static ckp_code_t
end_park(ckp_fiber_t *f, json_t *outputs, json_t *message)
{
    ckp_run_t *const   run = f->run;
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    ckp_fiber_t        top;
    ckp_code_t         rc;

    rc = ids == NULL ? CKP_E_NOMEM
         : ckp_run_put(run, "fin", NULL, json_pack("{s:O?, s:O?}", "outputs",
                       outputs, "message", message));

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        const json_t *const  own = ckp_run_get(run, "fibers", ids[i]);

        if (own != NULL && ckp_json_str(own, "up") != NULL
            && strcmp(ckp_json_str(own, "up"), "1") == 0
            && json_object_get(own, "det") == NULL)
        {
            ckp_fiber_open(&top, run, "1");
            rc = ckp_fiber_reap_all(&top, "canceled");
            ckp_fiber_close(&top);
            break;
        }
    }

    return rc == CKP_OK ? end_parked(run) : rc;
}


ckp_code_t
ckp_run_settled(ckp_run_t *run)
{
    json_t *const  fin = ckp_run_get(run, "fin", NULL);
    ckp_fiber_t    top;
    json_t        *outputs;
    json_t        *message;
    ckp_code_t     rc;

    if (fin == NULL || ckp_run_has_detached(run)) {
        return CKP_OK;
    }

    outputs = json_incref(json_object_get(fin, "outputs"));
    message = json_incref(json_object_get(fin, "message"));

    ckp_fiber_open(&top, run, "1");
    ckp_run_over(run, "1", true);
    rc = ckp_run_del(run, "fin", NULL);
    rc = rc == CKP_OK ? end_completed(run, json_incref(outputs),
                                      json_is_null(message) ? NULL
                                      : json_incref(message),
                                      ckp_fiber_mode(&top))
                      : rc;
    ckp_fiber_close(&top);
    json_decref(outputs);
    json_decref(message);

    return rc;
}


static ckp_code_t
end_by(ckp_fiber_t *f, ckp_end_t end, json_t *outputs, json_t *message)
{
    ckp_run_t *const   run = f->run;
    const ckp_place_t  canceled = { .type = "run_canceled" };
    const bool         onf = ckp_run_get(run, "onf", NULL) != NULL;
    bool               begun = false;
    ckp_code_t         rc = CKP_OK;

    if (end != CKP_END_COMPLETED && f->node->u.terminate != NULL
        && strcmp(f->node->ops->type, "terminate") == 0
        && f->node->u.terminate->undo)
    {
        rc = end_undo(run, "terminate", json_pack("{s:s, s:i, s:O?, s:O?}",
                      "how", "ended", "end", (int) end, "message", message,
                      "error", ckp_run_get(run, "onf", "err")), &begun);

        if (rc != CKP_OK || begun) {
            return rc;
        }
    }

    if (end == CKP_END_COMPLETED) {
        return ckp_run_has_detached(run)
               ? end_park(f, outputs, message)
               : end_completed(run, json_incref(outputs), json_incref(message),
                               ckp_fiber_mode(f));
    }

    if (end == CKP_END_FAILED || onf) {
        return end_terminated(run, f, message);
    }

    return ckp_run_end(run, &canceled, "canceled", json_pack("{s:O?}",
                       "reason", message));
}


/* Both are borrowed. */

static ckp_code_t
end_sub(ckp_fiber_t *f, const char *sub, ckp_end_t end, const json_t *outputs,
    const json_t *message)
{
    ckp_child_t  child = {
        .end = end, .outputs = outputs, .message = json_string_value(message)
    };

    return ckp_frame_terminate(f, sub, &child);
}


ckp_code_t
ckp_fiber_finish(ckp_fiber_t *f, ckp_end_t end, json_t *outputs,
    json_t *message)
{
    ckp_run_t *const   run = f->run;
    const char *const  sub = ckp_frame_sub(f);
    json_t            *shown;
    ckp_code_t         rc;

    f->ready = CKP_FIBER_REST;
    ckp_run_over(run, f->id, true);

    if (sub != NULL) {
        rc = end_sub(f, sub, end, outputs, message);
        json_decref(outputs);
        json_decref(message);
        return rc;
    }

    if (outputs == NULL) {
        outputs = end_outputs(run);
    }

    shown = ckp_program_redact(run->prog, outputs);
    json_decref(outputs);

    rc = ckp_run_put(run, "outputs", NULL, json_incref(shown));

    if (rc == CKP_OK) {
        rc = end_by(f, end, shown, message);
    }

    json_decref(shown);
    json_decref(message);

    return rc;
}


ckp_code_t
ckp_run_cancel(ckp_run_t *run, const ckp_input_t *in)
{
    const ckp_place_t  asked = { .type = "run_cancel_requested" };
    const ckp_place_t  ended = { .type = "run_canceled" };
    json_t *const      actor = json_object_get(in->data, "actor");
    json_t *const      reason = json_object_get(in->data, "reason");
    ckp_code_t         rc;

    rc = ckp_run_emit(run, &asked, json_pack("{s:O?, s:O?}", "actor", actor,
                                             "reason", reason));

    /* asked once more while it undoes: then that is enough */

    if (rc == CKP_OK && ckp_run_get(run, "undo", NULL) == NULL
        && run->prog->config.undo_canceled)
    {
        bool  begun = false;

        rc = end_undo(run, "cancel", json_pack("{s:s, s:O?, s:O?}", "how",
                      "canceled", "reason", reason, "actor", actor), &begun);

        if (begun) {
            return rc;
        }
    }

    /* where it stood is kept before its calls are given up */

    if (rc == CKP_OK && ckp_run_get(run, "resume", NULL) == NULL
        && ckp_run_get(run, "fibers", NULL) != NULL)
    {
        rc = ckp_run_put(run, "resume", NULL,
                         json_deep_copy(ckp_run_get(run, "fibers", NULL)));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_abandon_all(run, "canceled");
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_run_end(run, &ended, "canceled", json_pack("{s:O?, s:O*}",
                       "reason", reason, "actor", actor));
}


/* --- after compensation ----------------------------------------------------------- */

ckp_code_t
ckp_run_undone(ckp_run_t *run, const char *up, const json_t *then)
{
    const ckp_place_t  canceled = { .type = "run_canceled" };
    const char *const  how = ckp_json_str(then, "how");
    json_t *const      error = json_object_get(then, "error");
    ckp_fiber_t        f;
    ckp_code_t         rc;

    if (strcmp(how, "failed") == 0) {
        return end_failed(run, error, json_object_get(then, "second"),
                          ckp_json_str(then, "reason"));
    }

    if (strcmp(how, "canceled") == 0) {
        return ckp_run_end(run, &canceled, "canceled", json_pack("{s:O?, "
                           "s:O*}", "reason", json_object_get(then, "reason"),
                           "actor", json_object_get(then, "actor")));
    }

    ckp_fiber_open(&f, run, up);

    if (strcmp(how, "ended") == 0
        && ckp_json_int(then, "end", 0) != CKP_END_FAILED)
    {
        rc = ckp_run_end(run, &canceled, "canceled", json_pack("{s:O?}",
                         "reason", json_object_get(then, "message")));

    } else if (strcmp(how, "ended") == 0) {
        rc = end_terminated(run, &f, json_object_get(then, "message"));

    } else {
        rc = f.node == NULL ? CKP_E_BUG
             : ckp_fiber_settle(&f, ckp_fiber_fail_json(&f,
                                            json_deep_copy(error)));
    }

    ckp_fiber_close(&f);

    return rc;
}
