/*
 * Input to turn: which fiber it is for, all fibers driven to rest, the alarm,
 * the status.  What fails leaves the state as it was.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/step.h"


/* --- which fiber -------------------------------------------------------- */

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


/* The fiber that asked this question, or waits for this report. */

static ckp_code_t
feed_by_ref(ckp_run_t *run, const ckp_input_t *in, const char *what,
    const char *name)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);

    if (ids == NULL) {
        return CKP_E_NOMEM;
    }

    for (size_t i = 0; i < n; i++) {
        const json_t *const  own = ckp_run_get(run, "fibers", ids[i]);
        const json_t *const  at = json_object_get(json_object_get(own, "n"),
                                                  what);
        const char *const    ref = ckp_json_str(at, name);
        ckp_fiber_t          f;
        ckp_code_t           rc;

        if (ref != NULL && strcmp(ref, in->ref) == 0) {
            ckp_fiber_open(&f, run, ids[i]);
            rc = ckp_fiber_wake(&f, in);
            ckp_fiber_close(&f);

            return rc;
        }
    }

    return CKP_E_STATE;
}


/* --- time --------------------------------------------------------------- */

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
    ckp_fiber_close(&f);
    json_decref(error);

    return rc;
}


/* Round the fibers that are due, by age; those that are born meanwhile come in
 * the next round. */

typedef struct {
    int64_t      from;
    int64_t      last;
    const char  *id;
    bool         nomem;
} feed_walk_t;


static feed_walk_t
feed_walk(ckp_run_t *run)
{
    const bool           nomem = ckp_roster_look(run) != CKP_OK;
    const ckp_roster_t  *r = &run->roster;

    return (feed_walk_t) {
        .last = nomem || r->n == 0 ? 0 : r->rows[r->n - 1].id, .nomem = nomem
    };
}


static bool
feed_next(ckp_run_t *run, feed_walk_t *w, int64_t until)
{
    const ckp_roster_t *const  r = &run->roster;
    size_t                     i;

    if (w->nomem || ckp_roster_look(run) != CKP_OK) {
        w->nomem = true;
        return false;
    }

    i = ckp_roster_due(r, ckp_roster_place(r, w->from), until);

    if (i == r->n || r->rows[i].id > w->last) {
        return false;
    }

    w->from = r->rows[i].id + 1;
    w->id = ckp_arena_int(run->arena, r->rows[i].id);
    w->nomem = w->id == NULL;

    return !w->nomem;
}


static ckp_code_t
feed_tick(ckp_run_t *run, const ckp_input_t *in)
{
    bool               deadline;
    bool               due = false;
    const int64_t      limit = ckp_run_limit_at(run, &deadline);
    feed_walk_t        walk;
    ckp_code_t         rc = CKP_OK;

    if (limit <= run->now) {
        return feed_run_timeout(run, deadline);
    }

    if (ckp_child_budget_at(run) <= run->now) {
        return ckp_child_late(run);
    }

    if (ckp_undo_at(run) <= run->now) {
        return ckp_undo_tick(run);
    }

    if (ckp_aside_at(run) <= run->now) {
        due = true;
        rc = ckp_aside_tick(run);
    }

    if (rc == CKP_OK && ckp_sla_run_at(run) <= run->now) {
        due = true;
        rc = ckp_sla_run_tick(run);

        if (rc != CKP_OK || run->ended) {
            return rc;
        }
    }

    for (walk = feed_walk(run); rc == CKP_OK && !run->ended
                                && feed_next(run, &walk, run->now); )
    {
        const json_t *const  own = ckp_run_get(run, "fibers", walk.id);
        ckp_fiber_t          f;

        if (ckp_run_is_held(run, own)) {
            continue;
        }

        due = true;

        if (json_object_get(own, "wake") != NULL) {
            ckp_fiber_open(&f, run, walk.id);
            rc = ckp_fiber_wake(&f, in);
            ckp_fiber_close(&f);
        }
    }

    rc = walk.nomem ? CKP_E_NOMEM : rc;

    return rc != CKP_OK || due ? rc : CKP_E_STATE;
}


/* --- the kinds ---------------------------------------------------------- */

/* run_created, with what of `meta` it tells. */

static ckp_code_t
feed_created(ckp_run_t *run, json_t *meta)
{
    static const char *const  told[] = {
        "trigger_id", "parent_run_id", "retry_of_run_id", NULL
    };
    const ckp_place_t     at = { .type = "run_created" };
    json_t *const         payload = json_pack("{s:s?, s:s?, s:O?, s:O?, s:O?}",
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

    return ckp_run_emit(run, &at, payload);
}


/* Its variables, and what it was given. */

static ckp_code_t
feed_given(ckp_run_t *run, const json_t *data)
{
    const json_t *const  vars = json_object_get(data, "vars");
    const json_t *const  input = json_object_get(data, "inputs");
    ckp_code_t           rc;

    rc = ckp_run_put(run, "vars", NULL, json_is_object(vars)
                     ? ckp_json_copy(vars) : json_object());

    return rc != CKP_OK ? rc
           : ckp_run_put(run, "input", NULL, json_is_object(vars)
                         ? ckp_json_copy(vars)
                         : json_is_object(input) ? ckp_json_copy(input)
                         : json_object());
}


/* Of a child run: run/child.c. */

static ckp_code_t
feed_kin(ckp_run_t *run, const json_t *kin)
{
    return kin == NULL ? CKP_OK
           : ckp_run_put(run, "kin", NULL, ckp_json_copy(kin));
}


static ckp_code_t
feed_start(ckp_run_t *run, const ckp_input_t *in)
{
    static const char *const  empty[] = {
        "fibers", "counts", "keyed", "agents", "approval", "last", NULL
    };
    json_t *const         meta = json_object_get(in->data, "meta");
    const json_t *const   from = json_object_get(in->data, "from");
    const char           *entry;
    ckp_code_t            rc;

    if (ckp_run_get(run, "status", NULL) != NULL || run->seq != 0
        || (from != NULL
            && ckp_program_from(run->prog, json_object_get(from, "state"),
                                ckp_json_str(from, "node"), &entry, NULL)
               != CKP_OK))
    {
        return CKP_E_STATE;
    }

    /* first what its events are marked with */

    rc = ckp_run_put(run, "meta", NULL, json_is_object(meta)
                     ? ckp_json_copy(meta) : json_object());

    if (rc == CKP_OK) {
        rc = feed_created(run, meta);
    }

    for (size_t i = 0; rc == CKP_OK && empty[i] != NULL; i++) {
        rc = ckp_run_put(run, empty[i], NULL, json_object());
    }

    if (rc == CKP_OK) {
        rc = from != NULL ? ckp_restore_born(run, from)
                          : feed_given(run, in->data);
    }

    if (rc == CKP_OK) {
        rc = feed_kin(run, json_object_get(in->data, "kin"));
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
    const ckp_code_t     rc = ckp_aside_note(run, in);

    return rc != CKP_OK ? rc
           : ckp_run_emit(run, &at, json_is_object(payload)
                          ? ckp_json_copy(payload) : json_object());
}


/* It holds at the next step boundary; feed_rest tells when it does. */

static ckp_code_t
feed_pause(ckp_run_t *run, const ckp_input_t *in)
{
    if (ckp_run_get(run, "started_at", NULL) == NULL
        || ckp_run_get(run, "pause", NULL) != NULL)
    {
        return CKP_E_STATE;
    }

    return ckp_run_put(run, "pause", NULL, json_pack("{s:O?, s:O?}",
               "actor", json_object_get(in->data, "actor"),
               "reason", json_object_get(in->data, "reason")));
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
        return feed_by_ref(run, in, "ask", "id");

    case CKP_IN_CALLBACK:
        return feed_by_ref(run, in, "step", "cb");

    case CKP_IN_CHILD:
        return feed_by_ref(run, in, "child_run", "id");

    case CKP_IN_PAUSE:
        return feed_pause(run, in);

    case CKP_IN_REFUSED:
        return ckp_run_refused(run, in);

    case CKP_IN_NOTE:
        return feed_note(run, in);

    case CKP_IN_CANCEL:
        return ckp_run_cancel(run, in);

    case CKP_IN_START:
    case CKP_IN_RESUME:
        break;
    }

    return CKP_E_STATE;
}


/* --- afterwards --------------------------------------------------------- */

/*
 * Until all rest: a frame that ends or begins makes another one move, so the
 * round is gone again while anything moved.
 */

ckp_code_t
ckp_run_drive_all(ckp_run_t *run)
{
    ckp_code_t  rc = CKP_OK;
    bool        moved = ckp_run_get(run, "pause", NULL) == NULL;

    while (rc == CKP_OK && moved && !run->ended
           && run->work <= CKP_TURN_WORK_MAX)
    {
        feed_walk_t  walk = feed_walk(run);

        moved = false;

        while (rc == CKP_OK && !run->ended
               && feed_next(run, &walk, CKP_ROSTER_READY))
        {
            ckp_fiber_t  f;

            moved = true;
            ckp_fiber_open(&f, run, walk.id);
            rc = f.node == NULL ? CKP_E_BUG : ckp_fiber_drive(&f);
            ckp_fiber_close(&f);
        }

        rc = walk.nomem ? CKP_E_NOMEM : rc;
    }

    return rc;
}


static ckp_code_t
feed_close(ckp_run_t *run, ckp_turn_t *turn)
{
    ckp_turn_t  rest = { .idle = 1, .final = 1 };
    ckp_code_t  rc = CKP_OK;

    if (!ckp_run_is_final(run)) {
        rest = (ckp_turn_t) { .idle = 1 };
        rc = ckp_run_rest(run, &rest);
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
    const unsigned long  refusals = ckp_memory_refusals();
    ckp_input_t          own = *in;
    ckp_code_t           rc;

    *turn = (ckp_turn_t) { .nevents = 0 };
    own.ref = in->ref == NULL ? "" : in->ref;

    ckp_turn_begin(run, &own);
    rc = ckp_run_inherit(run);

    if (rc == CKP_OK) {
        rc = feed_kind(run, &own);
    }

    if (rc == CKP_OK && !run->ended && !ckp_run_is_final(run)) {
        rc = ckp_run_drive_all(run);
    }

    if (rc == CKP_OK) {
        rc = feed_close(run, turn);
    }

    run->in = NULL;

    /* whatever it came to for want of memory is not what it should be */

    if (ckp_memory_refusals() != refusals) {
        rc = CKP_E_NOMEM;
    }

    if (rc == CKP_OK) {
        return CKP_OK;
    }

    ckp_turn_undo(run);
    *turn = (ckp_turn_t) { .nevents = 0 };

    return ckp_fail(err, rc, "", rc == CKP_E_STATE
                    ? "the input does not fit the state"
                    : rc == CKP_E_NOMEM ? "no memory"
                    : "the turn broke an invariant");
}
