/*
 * The end of a turn: what the fibers say together, which gives the status, the
 * alarm, and whether anything is in flight.  Source: spec/ckp.md 17.1, 31.1.
 */

#include "run/run_int.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"


/* While an operator holds the run only others' deadlines count. */

bool
ckp_run_is_held(const ckp_run_t *run, const json_t *fiber)
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


/* What the fibers say together. */

typedef struct {
    int64_t  at;                /* the alarm */
    bool     asks;              /* for a person */
    bool     waits;             /* for a report or a child run */
    bool     moves;
    bool     out;               /* something is with others */
} rest_sum_t;


/* One fiber of a run that an operator holds: some deadlines count. */

static void
rest_fiber(ckp_run_t *run, const ckp_row_t *row, rest_sum_t *sum)
{
    char           id[24];
    const int64_t  at = row->wake == CKP_ROSTER_READY ? run->now : row->wake;

    (void) snprintf(id, sizeof(id), "%lld", (long long) row->id);

    if (row->gone || ckp_run_is_held(run, ckp_run_get(run, "fibers", id))) {
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
rest_sum(ckp_run_t *run, rest_sum_t *sum)
{
    const ckp_roster_t *const  r = &run->roster;
    int64_t                    first;

    if (ckp_roster_look(run) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    if (ckp_run_get(run, "pause", NULL) != NULL) {
        for (size_t i = 0; i < r->n; i++) {
            rest_fiber(run, &r->rows[i], sum);
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
rest_status(const ckp_run_t *run, const rest_sum_t *sum)
{
    if (ckp_run_get(run, "pause", NULL) != NULL) {
        return sum->out ? "running" : "paused";
    }

    return sum->moves ? "running" : sum->asks ? "waiting_approval"
           : sum->waits ? "paused" : "running";
}


/* An operator's pause has come to hold. */

static ckp_code_t
rest_paused(ckp_run_t *run)
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


/* --- clocks of nodes around frames ----------------------------------------- */

/* The fiber of a row moves, and so do those around it. */

static void
rest_mark(const ckp_roster_t *r, const ckp_row_t *row, bool *moves)
{
    while (row != NULL && !moves[row - r->rows]) {
        const size_t  up = ckp_roster_place(r, row->up);

        moves[row - r->rows] = true;
        row = up < r->n && r->rows[up].id == row->up ? &r->rows[up] : NULL;
    }
}


/* Which fibers move, or have frames that do: in the arena; NULL: no memory. */

static bool *
rest_moving(ckp_run_t *run)
{
    const ckp_roster_t *const  r = &run->roster;
    const bool                 pause = ckp_run_get(run, "pause", NULL) != NULL;
    bool *const                moves = ckp_arena_alloc(run->arena,
                                                       r->n * sizeof(bool));
    char                       id[24];

    for (size_t i = 0; moves != NULL && i < r->n; i++) {
        const ckp_row_t *const  row = &r->rows[i];

        if (row->gone || !ckp_roster_moves(row)) {
            continue;
        }

        (void) snprintf(id, sizeof(id), "%lld", (long long) row->id);

        if (!pause || !ckp_run_is_held(run, ckp_run_get(run, "fibers", id))) {
            rest_mark(r, row, moves);
        }
    }

    return moves;
}


/*
 * How long a node around frames may take (17.1).  n.dl: when its time is over;
 * n.dleft: what was left of it when it began to stand still, instead.
 */

/* When its fiber wakes for another reason than the agreement of 18. */

static int64_t
rest_patience_wake(const ckp_fiber_t *f)
{
    const json_t *const  rest = ckp_fiber_own_get(f, "rest");
    const json_t *const  wake = rest != NULL ? rest
                                : ckp_fiber_own_get(f, "wake");
    const int64_t        at = json_integer_value(wake);

    return wake == NULL || at < 0 ? CKP_NO_TIME : at;
}


static ckp_code_t
rest_patience_hold(ckp_fiber_t *f, int64_t dl)
{
    ckp_code_t  rc = ckp_fiber_put(f, "dleft", NULL,
                                   json_integer(dl - f->run->now));

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "dl", NULL);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


static ckp_code_t
rest_patience_go_on(ckp_fiber_t *f, int64_t left)
{
    const int64_t  at = rest_patience_wake(f);
    ckp_code_t     rc = ckp_fiber_put(f, "dl", NULL,
                                      json_integer(f->run->now + left));

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "dleft", NULL);
    }

    return rc == CKP_OK && ckp_fiber_own_get(f, "wake") != NULL
           ? ckp_fiber_sleep(f, at) : rc;
}


/* Whether anything inside moves, or all of it waits for others. */

static ckp_code_t
rest_patience(ckp_fiber_t *f, bool moves)
{
    const int64_t  dl = ckp_fiber_get_int(f, "dl", NULL);

    if (moves && ckp_fiber_get(f, "dleft", NULL) != NULL) {
        return rest_patience_go_on(f, ckp_fiber_get_int(f, "dleft", NULL));
    }

    /* who has something else to wake for is not only waiting */

    if (!moves && dl != 0 && rest_patience_wake(f) == dl) {
        return rest_patience_hold(f, dl);
    }

    return CKP_OK;
}


/* The nodes around child procedures and other frames hear whether these move:
 * their clocks stand still while all inside waits. */

static ckp_code_t
rest_clocks(ckp_run_t *run)
{
    const ckp_roster_t *const  r = &run->roster;
    const bool                *moves;
    ckp_code_t                 rc = ckp_roster_look(run);

    if (rc != CKP_OK || r->timed == 0) {
        return rc;
    }

    moves = rest_moving(run);
    rc = moves == NULL ? CKP_E_NOMEM : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < r->n; i++) {
        char         id[24];
        ckp_fiber_t  f;

        if (r->rows[i].gone || !r->rows[i].timed) {
            continue;
        }

        (void) snprintf(id, sizeof(id), "%lld", (long long) r->rows[i].id);
        ckp_fiber_open(&f, run, id);

        if (f.node != NULL && f.node->ops->moves != NULL) {
            rc = f.node->ops->moves(&f, moves[i]);

        } else if (f.node != NULL && (r->rows[i].held > 0 || moves[i])) {
            rc = rest_patience(&f, moves[i]);
        }

        ckp_fiber_close(&f);
    }

    return rc;
}


/* --- all of it --------------------------------------------------------------- */

/* The time of the run as a whole. */

static ckp_code_t
rest_limits(ckp_run_t *run, rest_sum_t *sum)
{
    const char *const  status = rest_status(run, sum);
    ckp_code_t         rc = ckp_run_status(run, status);
    bool               deadline;

    if (rc == CKP_OK && strcmp(status, "paused") == 0) {
        rc = rest_paused(run);
    }

    const int64_t  ends[] = {
        ckp_run_limit_at(run, &deadline), ckp_sla_run_at(run),
        ckp_aside_at(run), ckp_undo_at(run), ckp_child_budget_at(run)
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        sum->at = ends[i] < sum->at ? ends[i] : sum->at;
    }

    return rc;
}


/* The status, the alarm, what is in flight. */

ckp_code_t
ckp_run_rest(ckp_run_t *run, ckp_turn_t *turn)
{
    rest_sum_t  sum = { .at = INT64_MAX };
    ckp_code_t  rc = rest_clocks(run);

    if (rc == CKP_OK) {
        rc = rest_sum(run, &sum);
    }

    turn->idle = !sum.out;

    if (rc == CKP_OK && ckp_run_get(run, "started_at", NULL) != NULL) {
        rc = rest_limits(run, &sum);
    }

    turn->wake_at_ms = sum.at == INT64_MAX ? 0 : sum.at;

    return rc;
}
