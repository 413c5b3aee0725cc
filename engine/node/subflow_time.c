/*
 * subflow: how long a child procedure inside the run may take (spec/ckp.md
 * 10.10, 17.1).  The node's timeout_ms and the child's own count while
 * something in it moves; its deadline_ms counts always.
 */

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/subflow_int.h"


/* When it rings next; CKP_NO_TIME: never. */

static int64_t
clock_at(const json_t *cl)
{
    static const char *const  names[] = { "node", "own", "wall" };
    const bool                held = json_object_get(cl, "held") != NULL;
    int64_t                   at = CKP_NO_TIME;

    for (size_t i = held ? 2 : 0; i < 3; i++) {
        const int64_t  ms = ckp_json_int(cl, names[i], CKP_NO_TIME);

        at = ms < at ? ms : at;
    }

    return at;
}


/* cl is stolen. */

static ckp_code_t
clock_put(ckp_fiber_t *f, json_t *cl)
{
    const int64_t     at = clock_at(cl);
    const ckp_code_t  rc = cl == NULL ? CKP_E_NOMEM
                           : ckp_fiber_put(f, "sub", "cl", cl);

    return rc == CKP_OK ? ckp_fiber_sleep(f, at) : rc;
}


static int
clock_set(json_t *cl, const char *name, int64_t now, int64_t ms)
{
    return ms == 0 ? 0 : json_object_set_new(cl, name,
                                             json_integer(now + ms));
}


/* What a document does not say of its time, runs have for themselves alone. */

ckp_code_t
ckp_subflow_clock(ckp_fiber_t *f, const ckp_program_t *prog)
{
    const int64_t  now = ckp_fiber_now(f);
    const int64_t  own = prog->config.timeout_ms;
    json_t *const  cl = json_object();
    int            bad = cl == NULL;

    bad |= clock_set(cl, "node", now, ckp_fiber_node(f)->timeout_ms);
    bad |= clock_set(cl, "own", now, own == CKP_RUN_MS ? 0 : own);
    bad |= clock_set(cl, "wall", now, prog->config.deadline_ms);

    if (bad != 0) {
        json_decref(cl);
        return CKP_E_NOMEM;
    }

    if (json_object_size(cl) == 0) {
        json_decref(cl);
        return ckp_fiber_sleep(f, CKP_NO_TIME);
    }

    return clock_put(f, cl);
}


ckp_code_t
ckp_subflow_moves(ckp_fiber_t *f, bool moves)
{
    const json_t *const  old = ckp_fiber_get(f, "sub", "cl");
    const json_t *const  held = json_object_get(old, "held");
    const int64_t        now = ckp_fiber_now(f);
    json_t              *cl;
    int                  bad;

    if (old == NULL || moves == (held == NULL)) {
        return CKP_OK;
    }

    cl = json_copy((json_t *) old);
    bad = cl == NULL;

    if (!moves) {
        bad |= json_object_set_new(cl, "held", json_integer(now));

    } else {
        const int64_t  stood = now - json_integer_value(held);

        for (size_t i = 0; i < 2; i++) {
            const char *const  name = i == 0 ? "node" : "own";
            const int64_t      at = ckp_json_int(cl, name, 0);

            bad |= at != 0 && json_object_set_new(cl, name,
                                  json_integer(at + stood)) != 0;
        }

        (void) json_object_del(cl, "held");
    }

    if (bad != 0) {
        json_decref(cl);
        return CKP_E_NOMEM;
    }

    return clock_put(f, cl);
}


/* --- it is late ------------------------------------------------------------ */

/* The node's own patience: the child is given up. */

static ckp_code_t
late_node(ckp_fiber_t *f, const ckp_program_t *prog)
{
    json_t *const  error = json_pack("{s:s, s:s}", "type", "TimeoutError",
                                     "message",
                                     "the child procedure took too long");
    ckp_code_t     rc = error == NULL ? CKP_E_NOMEM
                        : ckp_fiber_reap_all(f, "timeout");

    rc = rc == CKP_OK ? ckp_subflow_failed(f, prog, error) : rc;
    json_decref(error);

    return rc;
}


/* What its own document allows: it fails by itself, and its on_failure has a
 * little time of its own. */

static ckp_code_t
late_own(ckp_fiber_t *f, bool deadline)
{
    const json_t *const  old = ckp_fiber_get(f, "sub", "cl");
    const int64_t        end = ckp_fiber_now(f) + CKP_FAILURE_MS;
    json_t *const        error = json_pack("{s:s, s:s}", "type", "RunTimeout",
                                     "message", deadline
                                     ? "the procedure's deadline has passed"
                                     : "the procedure's time is over");
    json_t *const        cl = json_copy((json_t *) old);
    ckp_code_t           rc;

    (void) json_object_del(cl, "wall");

    if (error == NULL
        || json_object_set_new(cl, "own", json_integer(end)) != 0)
    {
        json_decref(error);
        json_decref(cl);
        return CKP_E_NOMEM;
    }

    rc = clock_put(f, cl);
    rc = rc == CKP_OK ? ckp_frame_fail(f, "sub", error) : rc;
    json_decref(error);

    return rc;
}


ckp_code_t
ckp_subflow_late(ckp_fiber_t *f)
{
    const char *const           hash = ckp_fiber_get_str(f, "sub", "hash");
    const ckp_program_t *const  prog = ckp_fiber_linked(f, hash);
    const json_t *const         cl = ckp_fiber_get(f, "sub", "cl");
    const int64_t               now = ckp_fiber_now(f);
    const bool                  held = json_object_get(cl, "held") != NULL;

    if (prog == NULL) {
        return CKP_E_BUG;
    }

    if (!held && ckp_json_int(cl, "node", CKP_NO_TIME) <= now) {
        return late_node(f, prog);
    }

    if (!held && ckp_json_int(cl, "own", CKP_NO_TIME) <= now) {
        return late_own(f, false);
    }

    return ckp_json_int(cl, "wall", CKP_NO_TIME) <= now ? late_own(f, true)
                                                        : CKP_E_STATE;
}
