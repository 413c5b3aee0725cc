/*
 * How a run ends badly: failed with on_failure and compensation before it, or
 * canceled.  Source: spec/ckp.md 15.6, 25, 31.2.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "node/ask.h"
#include "node/step.h"


/* --- giving up ---------------------------------------------------------- */

ckp_code_t
ckp_fiber_abandon(ckp_fiber_t *f, const char *reason)
{
    const char *const  ask = ckp_fiber_get_str(f, "ask", "id");
    ckp_code_t         rc = ckp_steps_abandon(f);

    f->step = NULL;

    if (rc == CKP_OK) {
        rc = ckp_replay_abandon(f);
    }

    if (rc == CKP_OK && f->node->ops->abandon != NULL) {
        rc = f->node->ops->abandon(f);
    }

    if (rc == CKP_OK && ask != NULL) {
        rc = ckp_fiber_write(f, "approval_end", json_pack("{s:s, s:s}",
                             "approval_id", ask, "status", "cancelled"));

        if (rc == CKP_OK) {
            rc = ckp_ask_waited(f, "cancelled");
        }

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


/* --- the end ------------------------------------------------------------ */

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
        rc = ckp_run_put(run, "resume", NULL, ckp_json_copy(fibers));
    }

    /* visits made since then count, or their paths would come twice */

    json_object_foreach(fibers, id, fiber) {
        const char *const  path[] = { "resume", id, "vis", NULL };

        if (rc == CKP_OK && keep && kept
            && ckp_run_get(run, "resume", id) != NULL)
        {
            rc = ckp_state_put(&run->state, path,
                     ckp_json_copy(json_object_get(fiber, "vis")));
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
        rc = ckp_sla_run_end(run);
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "ended_at", NULL, json_integer(run->now));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "agents", NULL, json_object());
    }

    if (rc == CKP_OK) {
        rc = ckp_aside_void(run, status);
    }

    if (rc == CKP_OK) {
        rc = ckp_child_tell(run, status);
    }

    if (rc != CKP_OK) {
        json_decref(payload);
        return rc;
    }

    rc = ckp_run_emit(run, at, payload);
    run->ended = true;

    /* one that never began has nothing to go back to */

    if (rc == CKP_OK && run->prog->config.save != CKP_SAVE_DISABLED
        && ckp_run_get(run, "started_at", NULL) != NULL)
    {
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


ckp_code_t
ckp_run_end_failed(ckp_run_t *run, const json_t *error,
    const json_t *second, const char *reason)
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
                     ckp_json_copy(ckp_run_get(run, "fibers", NULL)));

    if (rc == CKP_OK) {
        rc = ckp_run_abandon_all(run, NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "onf", NULL, json_pack("{s:s, s:o}", "node",
                         node->id, "err", ckp_json_copy(error)));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &at, json_pack("{s:s, s:o, s:s?}", "node_id",
                 node->id, "error", ckp_text_cut(text == NULL ? "" : text,
                                                 500),
                 "error_type", ckp_json_str(error, "type")));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_own_put(f, "err", ckp_json_copy(error));
    }

    if (rc == CKP_OK) {
        rc = ckp_state_put(&run->state, hops, json_integer(0));
    }

    return rc == CKP_OK ? ckp_fiber_go(f, node, NULL) : rc;
}


/* The run's own fiber only waits, at its node, which has been told to be over:
 * the last node of all may be one of a frame that runs beside. */

ckp_code_t
ckp_run_park(ckp_run_t *run)
{
    const char *const    n[] = { "fibers", "1", "n", NULL };
    const char *const    wake[] = { "fibers", "1", "wake", NULL };
    const json_t *const  own = json_object_get(ckp_run_get(run, "fibers", "1"),
                                               "n");
    const char          *id = ckp_json_str(own, "id");
    ckp_code_t           rc;

    if (id == NULL) {
        id = ckp_run_get_str(run, "last", "node");
    }

    rc = ckp_state_put(&run->state, n, json_pack("{s:s?, s:b}", "id", id,
                                                 "park", 1));

    return rc == CKP_OK ? ckp_state_put(&run->state, wake, json_integer(-1))
                        : rc;
}


/* What undoes a run sees why: its error, or that it was canceled. */

static ckp_code_t
end_bind_error(ckp_run_t *run, const json_t *then)
{
    const char *const    path[] = { "fibers", "1", "err", NULL };
    const json_t *const  error = json_object_get(then, "error");

    if (error != NULL) {
        return ckp_state_put(&run->state, path, ckp_json_copy(error));
    }

    return strcmp(ckp_json_str(then, "how"), "canceled") != 0 ? CKP_OK
           : ckp_state_put(&run->state, path,
                           ckp_error_new("RunCanceled", "the run is canceled"));
}


/* The run will fail, but first what it did is undone; *begun: it is. */

ckp_code_t
ckp_run_undo(ckp_run_t *run, const char *reason, json_t *then, bool *begun)
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
                         ckp_json_copy(ckp_run_get(run, "fibers", NULL)));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_abandon_all(run, "canceled");
    }

    if (rc == CKP_OK) {
        rc = ckp_run_status(run, "running");
    }

    if (rc == CKP_OK) {
        rc = ckp_run_park(run);
    }

    if (rc == CKP_OK) {
        rc = end_bind_error(run, then);
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
        rc = ckp_run_undo(run, "failure", json_pack("{s:s, s:O, s:O*, s:s*}",
                      "how", "failed", "error", error, "second", second,
                      "reason", reason), &begun);
    }

    return rc != CKP_OK || begun ? rc
           : ckp_run_end_failed(run, error, second, reason);
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

    if (rc == CKP_OK) {
        rc = ckp_child_stopped(run, in->data);
    }

    /* asked once more while it undoes: then that is enough */

    if (rc == CKP_OK && ckp_run_get(run, "undo", NULL) == NULL
        && run->prog->config.undo_canceled)
    {
        bool  begun = false;

        rc = ckp_run_undo(run, "cancel", json_pack("{s:s, s:O?, s:O?}", "how",
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
                         ckp_json_copy(ckp_run_get(run, "fibers", NULL)));
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


/* --- after compensation ------------------------------------------------- */

ckp_code_t
ckp_run_undone(ckp_run_t *run, const char *up, const json_t *then)
{
    const ckp_place_t  canceled = { .type = "run_canceled" };
    const char *const  how = ckp_json_str(then, "how");
    json_t *const      error = json_object_get(then, "error");
    ckp_fiber_t        f;
    ckp_code_t         rc;

    if (strcmp(how, "failed") == 0) {
        return ckp_run_end_failed(run, error, json_object_get(then, "second"),
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
        rc = ckp_run_terminated(run, &f, json_object_get(then, "message"));

    } else {
        rc = f.node == NULL ? CKP_E_BUG
             : ckp_json_bool(then, "handled", true)
               ? ckp_fiber_settle(&f, ckp_fiber_fail_json(&f,
                                              ckp_json_copy(error)))
               : ckp_fiber_settle(&f, ckp_node_failed(&f,
                                              ckp_json_copy(error)));
    }

    ckp_fiber_close(&f);

    return rc;
}
