/*
 * Input to turn: which fiber it is for, all fibers driven to rest, the alarm,
 * the status.  What fails leaves the state as it was.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/step.h"


/* --- which fiber ----------------------------------------------------------- */

/* The fiber's id is the part of an effect's ref before its colon. */

static ckp_code_t
feed_effect(ckp_run_t *run, const ckp_input_t *in)
{
    const char *const  colon = strchr(in->ref, ':');
    const char        *id;
    ckp_fiber_t        f;
    ckp_code_t         rc;

    if (colon == NULL) {
        return CKP_E_STATE;
    }

    id = ckp_arena_strndup(run->arena, in->ref, (size_t) (colon - in->ref));

    if (id == NULL) {
        return CKP_E_NOMEM;
    }

    if (ckp_run_get(run, "fibers", id) == NULL) {
        return CKP_E_STATE;
    }

    ckp_fiber_open(&f, run, id);
    rc = ckp_fiber_wake(&f, in);
    ckp_fiber_close(&f);

    return rc;
}


static ckp_code_t
feed_decision(ckp_run_t *run, const ckp_input_t *in)
{
    json_t *const  fibers = ckp_run_get(run, "fibers", NULL);
    const char    *id;
    json_t        *fiber;

    json_object_foreach(fibers, id, fiber) {
        const json_t *const  n = json_object_get(fiber, "n");
        const char *const    ask = ckp_json_str(json_object_get(n, "ask"),
                                                "id");

        if (ask != NULL && strcmp(ask, in->ref) == 0) {
            char *const  own = ckp_arena_strdup(run->arena, id);
            ckp_fiber_t  f;
            ckp_code_t   rc;

            if (own == NULL) {
                return CKP_E_NOMEM;
            }

            ckp_fiber_open(&f, run, own);
            rc = ckp_fiber_wake(&f, in);
            ckp_fiber_close(&f);

            return rc;
        }
    }

    return CKP_E_STATE;
}


/* --- time ------------------------------------------------------------------- */

static ckp_code_t
feed_run_timeout(ckp_run_t *run, bool deadline)
{
    const ckp_place_t  at = { .type = "run_timeout" };
    const int64_t      ms = deadline ? run->prog->config.deadline_ms
                                     : run->prog->config.timeout_ms;
    json_t            *error;
    ckp_fiber_t        f;
    ckp_code_t         rc;

    rc = ckp_run_emit(run, &at, json_pack("{s:I, s:s}", "timeout_ms",
             (json_int_t) ms, "kind", deadline ? "deadline" : "active"));

    if (rc == CKP_OK) {
        rc = ckp_run_abandon_all(run, "timeout");
    }

    if (rc == CKP_OK) {
        rc = ckp_run_status(run, "running");
    }

    /* on_failure has a little time of its own */

    if (rc == CKP_OK) {
        const int64_t  spent = ckp_run_get_int(run, "active", "ms") + run->now
                               - ckp_run_get_int(run, "active", "since");

        rc = ckp_run_put(run, "active", "limit",
                         json_integer(spent + CKP_FAILURE_MS));
    }

    error = ckp_error_new("RunTimeout", deadline
                          ? "the run's deadline has passed"
                          : "the run's time is over");

    if (rc != CKP_OK || error == NULL) {
        json_decref(error);
        return rc != CKP_OK ? rc : CKP_E_NOMEM;
    }

    ckp_fiber_open(&f, run, "1");
    f.ready = CKP_FIBER_REST;
    rc = ckp_run_failed(run, f.node == NULL ? NULL : &f, error);

    if (rc == CKP_OK) {
        rc = ckp_fiber_drive(&f);
    }

    ckp_fiber_close(&f);
    json_decref(error);

    return rc;
}


static ckp_code_t
feed_tick(ckp_run_t *run, const ckp_input_t *in)
{
    bool           deadline;
    bool           due = false;
    const int64_t  limit = ckp_run_limit_at(run, &deadline);
    json_t        *fibers;
    const char    *id;
    json_t        *fiber;
    ckp_code_t     rc = CKP_OK;

    if (limit <= run->now) {
        return feed_run_timeout(run, deadline);
    }

    fibers = json_copy(ckp_run_get(run, "fibers", NULL));

    json_object_foreach(fibers, id, fiber) {
        const json_t *const  wake = json_object_get(fiber, "wake");
        const int64_t        at = json_integer_value(wake);
        ckp_fiber_t          f;

        if (wake != NULL && (at < 0 || at > run->now)) {
            continue;
        }

        due = true;

        ckp_fiber_open(&f, run, id);
        rc = wake == NULL ? ckp_fiber_drive(&f) : ckp_fiber_wake(&f, in);
        ckp_fiber_close(&f);

        if (rc != CKP_OK || run->ended) {
            break;
        }
    }

    json_decref(fibers);

    return rc != CKP_OK || due ? rc : CKP_E_STATE;
}


/* --- the kinds ---------------------------------------------------------------- */

static ckp_code_t
feed_start(ckp_run_t *run, const ckp_input_t *in)
{
    /* tidy: one flat list of what a run begins with */

    static const char *const  empty[] = {
        "fibers", "counts", "keyed", "agents", "approval", "last", NULL
    };
    static const char *const  told[] = {
        "trigger_id", "parent_run_id", "retry_of_run_id", NULL
    };
    const ckp_place_t     at = { .type = "run_created" };
    json_t *const         meta = json_object_get(in->data, "meta");
    const json_t *const   vars = json_object_get(in->data, "vars");
    json_t *const         input = json_object_get(in->data, "inputs");
    json_t               *payload;
    ckp_code_t            rc;

    if (ckp_run_get(run, "status", NULL) != NULL || run->seq != 0) {
        return CKP_E_STATE;
    }

    payload = json_pack("{s:s?, s:s?, s:O?, s:O?, s:O?}",
                  "procedure_id", run->prog->procedure_id,
                  "procedure_version", run->prog->version,
                  "trigger_type", json_object_get(meta, "trigger_type"),
                  "triggered_by", json_object_get(meta, "triggered_by"),
                  "actor", json_object_get(meta, "actor"));

    for (size_t i = 0; told[i] != NULL; i++) {
        json_t *const  v = json_object_get(meta, told[i]);

        if (v != NULL && !json_is_null(v)) {
            (void) json_object_set(payload, told[i], v);
        }
    }

    rc = ckp_run_emit(run, &at, payload);

    for (size_t i = 0; rc == CKP_OK && empty[i] != NULL; i++) {
        rc = ckp_run_put(run, empty[i], NULL, json_object());
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "meta", NULL, json_is_object(meta)
                         ? json_deep_copy(meta) : json_object());
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "vars", NULL, json_is_object(vars)
                         ? json_deep_copy(vars) : json_object());
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "input", NULL, json_is_object(vars)
                         ? json_deep_copy(vars)
                         : json_is_object(input) ? json_deep_copy(input)
                         : json_object());
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "active", NULL,
                         json_pack("{s:i, s:i}", "ms", 0, "since", 0));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "attempt", NULL, json_integer(1));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "base_at", NULL, json_integer(run->now));
    }

    return rc == CKP_OK ? ckp_run_put(run, "status", NULL,
                                      json_string("created"))
                        : rc;
}


static ckp_code_t
feed_note(ckp_run_t *run, const ckp_input_t *in)
{
    const json_t *const  payload = json_object_get(in->data, "payload");
    const char *const    node = ckp_json_str(in->data, "node_id");
    const char *const    step = ckp_json_str(in->data, "step_id");
    const ckp_place_t    at = {
        .type = in->ref,
        .node_id = node == NULL ? NULL : ckp_arena_strdup(run->arena, node),
        .step_id = step == NULL ? NULL : ckp_arena_strdup(run->arena, step)
    };

    return ckp_run_emit(run, &at, json_is_object(payload)
                        ? json_deep_copy(payload) : json_object());
}


static ckp_code_t
feed_kind(ckp_run_t *run, const ckp_input_t *in)
{
    const bool  created = ckp_run_get(run, "status", NULL) != NULL;

    if (in->kind == CKP_IN_START) {
        return feed_start(run, in);
    }

    if (!created) {
        return CKP_E_STATE;
    }

    if (in->kind == CKP_IN_RESUME) {
        return ckp_run_resume(run, in);
    }

    if (ckp_run_is_final(run)) {
        return CKP_E_STATE;
    }

    switch (in->kind) {

    case CKP_IN_RECOVER:
        return ckp_run_recover(run, in);

    case CKP_IN_TICK:
        return feed_tick(run, in);

    case CKP_IN_ADMITTED:
    case CKP_IN_REPLY:
        return feed_effect(run, in);

    case CKP_IN_DECISION:
        return feed_decision(run, in);

    case CKP_IN_REFUSED:
        return ckp_run_refused(run, in);

    case CKP_IN_NOTE:
        return feed_note(run, in);

    case CKP_IN_CANCEL:
        return ckp_run_cancel(run, in);

    case CKP_IN_CALLBACK:
    case CKP_IN_PAUSE:
    case CKP_IN_START:
    case CKP_IN_RESUME:
        break;
    }

    return CKP_E_STATE;
}


/* --- afterwards ------------------------------------------------------------------ */

ckp_code_t
ckp_run_drive_all(ckp_run_t *run)
{
    json_t *const  fibers = json_copy(ckp_run_get(run, "fibers", NULL));
    const char    *id;
    json_t        *fiber;
    ckp_code_t     rc = CKP_OK;

    json_object_foreach(fibers, id, fiber) {
        ckp_fiber_t  f;

        if (json_object_get(fiber, "wake") != NULL || rc != CKP_OK
            || run->ended)
        {
            continue;
        }

        ckp_fiber_open(&f, run, id);
        rc = ckp_fiber_drive(&f);
        ckp_fiber_close(&f);
    }

    json_decref(fibers);

    return rc;
}


/* What the fibers say together: the status, the alarm, what is in flight. */

static ckp_code_t
feed_rest(ckp_run_t *run, ckp_turn_t *turn)
{
    json_t *const  fibers = ckp_run_get(run, "fibers", NULL);
    const char    *id;
    json_t        *fiber;
    bool           asks = false;
    bool           moves = false;
    bool           deadline;
    int64_t        at = INT64_MAX;

    turn->idle = 1;

    json_object_foreach(fibers, id, fiber) {
        const json_t *const  n = json_object_get(fiber, "n");
        const json_t *const  wake = json_object_get(fiber, "wake");
        const int64_t        ms = wake == NULL ? run->now
                                               : json_integer_value(wake);
        const char *const    ph = ckp_json_str(json_object_get(n, "step"),
                                               "ph");

        if (ms >= 0 && ms < at) {
            at = ms;
        }

        if (json_object_get(n, "ask") != NULL) {
            asks = true;
            continue;
        }

        moves = true;

        if (ph != NULL && (strcmp(ph, "call") == 0
                           || strcmp(ph, "admit") == 0))
        {
            turn->idle = 0;
        }
    }

    if (ckp_run_get(run, "started_at", NULL) != NULL) {
        const ckp_code_t  rc = ckp_run_status(run, asks && !moves
                                              ? "waiting_approval"
                                              : "running");

        if (rc != CKP_OK) {
            return rc;
        }

        const int64_t  limit = ckp_run_limit_at(run, &deadline);

        at = limit < at ? limit : at;
    }

    turn->wake_at_ms = at == INT64_MAX ? 0 : at;

    return CKP_OK;
}


static ckp_code_t
feed_close(ckp_run_t *run, ckp_turn_t *turn)
{
    ckp_turn_t  rest = { .idle = 1, .final = 1 };
    ckp_code_t  rc = CKP_OK;

    if (!ckp_run_is_final(run)) {
        rest = (ckp_turn_t) { .idle = 1 };
        rc = feed_rest(run, &rest);
    }

    if (rc == CKP_OK) {
        rc = ckp_turn_end(run, turn);
    }

    turn->wake_at_ms = rest.wake_at_ms;
    turn->final = rest.final;
    turn->idle = rest.idle;

    return rc;
}


ckp_code_t
ckp_run_feed(ckp_run_t *run, const ckp_input_t *in, ckp_turn_t *turn,
    ckp_err_t *err)
{
    const uint32_t  seq = run->seq;
    ckp_input_t     own = *in;
    ckp_code_t      rc;

    *turn = (ckp_turn_t) { .nevents = 0 };
    own.ref = in->ref == NULL ? "" : in->ref;

    rc = ckp_turn_begin(run, &own);

    if (rc == CKP_OK) {
        rc = feed_kind(run, &own);
    }

    if (rc == CKP_OK) {
        rc = feed_close(run, turn);
    }

    run->in = NULL;

    if (rc == CKP_OK) {
        return CKP_OK;
    }

    ckp_turn_undo(run, seq);
    *turn = (ckp_turn_t) { .nevents = 0 };

    return ckp_fail(err, rc, "", rc == CKP_E_STATE
                    ? "the input does not fit the state"
                    : rc == CKP_E_NOMEM ? "no memory"
                    : "the turn broke an invariant");
}
