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
    w->id = ckp_arena_printf(run->arena, "%lld", (long long) r->rows[i].id);
    w->nomem = w->id == NULL;

    return !w->nomem;
}


/* While an operator holds the run only others' deadlines count. */

static bool
feed_is_held(const ckp_run_t *run, const json_t *fiber)
{
    const json_t *const  n = json_object_get(fiber, "n");
    const char *const    ph = ckp_json_str(json_object_get(n, "step"), "ph");

    if (ckp_run_get(run, "pause", NULL) == NULL) {
        return false;
    }

    return json_object_get(fiber, "wake") == NULL
           || (json_object_get(n, "ask") == NULL
               && (ph == NULL || (strcmp(ph, "call") != 0
                                  && strcmp(ph, "cb") != 0)));
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

        if (feed_is_held(run, own)) {
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
    const ckp_code_t     rc = ckp_aside_note(run, in);

    return rc != CKP_OK ? rc
           : ckp_run_emit(run, &at, json_is_object(payload)
                          ? json_deep_copy(payload) : json_object());
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


/* What the fibers say together. */

typedef struct {
    int64_t  at;                /* the alarm */
    bool     asks;              /* for a person */
    bool     waits;             /* for a report or a child run */
    bool     moves;
    bool     out;               /* something is with others */
} feed_sum_t;


/* One fiber of a run that an operator holds: some deadlines count. */

static void
feed_fiber(ckp_run_t *run, const ckp_row_t *row, feed_sum_t *sum)
{
    char           id[24];
    const int64_t  at = row->wake == CKP_ROSTER_READY ? run->now : row->wake;

    (void) snprintf(id, sizeof(id), "%lld", (long long) row->id);

    if (row->gone || feed_is_held(run, ckp_run_get(run, "fibers", id))) {
        return;
    }

    sum->at = at < sum->at ? at : sum->at;

    if (row->wait == CKP_WAIT_APPROVAL) {
        sum->asks = true;

    } else if (row->wait <= CKP_WAIT_CALLBACK) {
        sum->waits = true;

    } else if (row->wake == CKP_ROSTER_READY
               || (row->held == 0 && !row->parked))
    {
        sum->moves = true;
        sum->out |= row->busy;
    }
}


static ckp_code_t
feed_sum(ckp_run_t *run, feed_sum_t *sum)
{
    const ckp_roster_t *const  r = &run->roster;
    int64_t                    first;

    if (ckp_roster_look(run) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    if (ckp_run_get(run, "pause", NULL) != NULL) {
        for (size_t i = 0; i < r->n; i++) {
            feed_fiber(run, &r->rows[i], sum);
        }

        return CKP_OK;
    }

    first = ckp_roster_first(r);
    sum->at = first == CKP_ROSTER_READY ? run->now : first;
    sum->asks = r->waits[CKP_WAIT_APPROVAL] > 0;
    sum->waits = r->waits[CKP_WAIT_CHILD] + r->waits[CKP_WAIT_CALLBACK] > 0;
    sum->moves = r->moves > 0;
    sum->out = r->busy > 0;

    return CKP_OK;
}


static const char *
feed_status(const ckp_run_t *run, const feed_sum_t *sum)
{
    if (ckp_run_get(run, "pause", NULL) != NULL) {
        return sum->out ? "running" : "paused";
    }

    return sum->moves ? "running" : sum->asks ? "waiting_approval"
           : sum->waits ? "paused" : "running";
}


/* An operator's pause has come to hold. */

static ckp_code_t
feed_paused(ckp_run_t *run)
{
    const ckp_place_t    at = { .type = "run_paused" };
    const json_t *const  pause = ckp_run_get(run, "pause", NULL);
    ckp_code_t           rc;

    if (pause == NULL || json_object_get(pause, "told") != NULL) {
        return CKP_OK;
    }

    rc = ckp_run_emit(run, &at, json_pack("{s:O?, s:O?}",
             "actor", json_object_get(pause, "actor"),
             "reason", json_object_get(pause, "reason")));

    return rc == CKP_OK ? ckp_run_put(run, "pause", "told", json_true()) : rc;
}


/* The status, the alarm, what is in flight. */

static ckp_code_t
feed_rest(ckp_run_t *run, ckp_turn_t *turn)
{
    feed_sum_t  sum = { .at = INT64_MAX };
    bool        deadline;
    ckp_code_t  rc = feed_sum(run, &sum);

    turn->idle = !sum.out;

    if (rc == CKP_OK && ckp_run_get(run, "started_at", NULL) != NULL) {
        const char *const  status = feed_status(run, &sum);

        rc = ckp_run_status(run, status);

        if (rc == CKP_OK && strcmp(status, "paused") == 0) {
            rc = feed_paused(run);
        }

        const int64_t  limit = ckp_run_limit_at(run, &deadline);

        const int64_t  late = ckp_sla_run_at(run);
        const int64_t  aside = ckp_aside_at(run);

        sum.at = limit < sum.at ? limit : sum.at;
        sum.at = aside < sum.at ? aside : sum.at;
        sum.at = late < sum.at ? late : sum.at;
        sum.at = ckp_undo_at(run) < sum.at ? ckp_undo_at(run) : sum.at;
    }

    turn->wake_at_ms = sum.at == INT64_MAX ? 0 : sum.at;

    return rc;
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
    const unsigned long  refusals = ckp_memory_refusals();
    const uint32_t       seq = run->seq;
    ckp_input_t          own = *in;
    ckp_code_t           rc;

    *turn = (ckp_turn_t) { .nevents = 0 };
    own.ref = in->ref == NULL ? "" : in->ref;

    rc = ckp_turn_begin(run, &own);

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

    ckp_turn_undo(run, seq);
    *turn = (ckp_turn_t) { .nevents = 0 };

    return ckp_fail(err, rc, "", rc == CKP_E_STATE
                    ? "the input does not fit the state"
                    : rc == CKP_E_NOMEM ? "no memory"
                    : "the turn broke an invariant");
}
