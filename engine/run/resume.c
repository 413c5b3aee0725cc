/*
 * A run goes on because somebody wants it: tried again where it failed, let go
 * of, waiting no longer for a workflow.  From a saved state: restore.c.
 * Source: spec/ckp.md 21, 31.2; api.md 4.5, 4.6.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "node/step.h"
#include "step/delegate.h"
#include "step/shot.h"


/* --- what fibers were doing ------------------------------------------------ */

/* Types that have in their own state how far they have come. */

static bool
resume_is_steady(const ckp_fiber_t *f)
{
    static const char *const  types[] = { "loop", "parallel", "dag" };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(f->node->ops->type, types[i]) == 0) {
            return true;
        }
    }

    return false;
}


/*
 * One that asks has heard some of its frames before the run failed, well or
 * badly: they are not made again.  They have nothing with others any more, for
 * the run had ended.
 */

static ckp_code_t
resume_drop_heard(ckp_fiber_t *f)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(f->run, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_OK;

    /* a frame is younger than the one it is in */

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        const json_t *const  own = ckp_run_get(f->run, "fibers", ids[i]);
        const char *const    up = ckp_json_str(own, "up");
        const bool           here = up != NULL && strcmp(up, f->id) == 0
                                    && json_object_get(own, "det") == NULL
                                    && json_object_get(own, "owner") == NULL;

        if (up != NULL && (ckp_run_get(f->run, "fibers", up) == NULL
            || (here && !f->node->ops->awaits(f, ckp_json_str(own, "key")))))
        {
            rc = ckp_run_del(f->run, "fibers", ids[i]);
        }
    }

    return rc;
}


/*
 * A node of steps goes on with the one it was at, in the same visit, and so
 * does a question with the call it was at; one that nests knows what of it is
 * to be done.  Any other begins again, as another visit: what it did was
 * recorded.
 */

static bool
resume_keeps(const ckp_fiber_t *f, bool sound)
{
    const ckp_node_ops_t *const  ops = f->node->ops;
    const json_t *const          wake = ckp_fiber_own_get(f, "wake");

    if (ckp_fiber_get(f, "visit", NULL) == NULL || ckp_replay_waits(f)) {
        return false;
    }

    if (ops->enter == ckp_steps_run
        || (ops->resumes != NULL && ops->resumes(f)))
    {
        return true;
    }

    return ops->child != NULL && (ckp_fiber_frames(f) > 0
               || (sound && resume_is_steady(f)
                   && (wake == NULL || json_integer_value(wake) > 0)));
}


/*
 * What the step had with others is not its own any more, and nobody is told:
 * it may be another run's, or long over.  The node's time, which stood still
 * for a workflow, goes on.
 */

static ckp_code_t
resume_forget(ckp_fiber_t *f)
{
    static const char *const  out[] = { "call", "admit", "cb", "again", "busy",
                                        NULL };
    const char *const         ph = ckp_fiber_get_str(f, "step", "ph");
    const bool                held = json_object_get(ckp_fiber_get(f, "step",
                                         "dele"), "left") != NULL;
    ckp_code_t                rc = CKP_OK;
    bool                      with = false;

    for (size_t i = 0; ph != NULL && out[i] != NULL; i++) {
        with |= strcmp(ph, out[i]) == 0;
    }

    if (!with || ckp_shot_is(f)) {
        return CKP_OK;
    }

    if (held) {
        rc = ckp_fiber_put(f, "dl", NULL, json_integer(f->run->now));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "ph", json_string("gone"));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "amb", json_true());
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "cb");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "dele");
    }

    return rc == CKP_OK ? ckp_fiber_del(f, "step", "claim") : rc;
}


/* First pass: nothing of it is with others, and what begins again stands before
 * its node. */

static ckp_code_t
resume_reset(ckp_run_t *run, const char *id, bool sound)
{
    const char *const  hops[] = { "fibers", id, "hops", NULL };
    ckp_fiber_t        f;
    json_t            *kept;
    ckp_code_t         rc;

    ckp_fiber_open(&f, run, id);

    if (f.node == NULL) {
        return CKP_E_BUG;
    }

    rc = ckp_state_put(&run->state, hops, json_integer(0));

    if (rc == CKP_OK && f.node->ops->awaits != NULL) {
        rc = resume_drop_heard(&f);
    }

    if (rc != CKP_OK || ckp_fiber_get(&f, "park", NULL) != NULL
        || ckp_fiber_get(&f, "leave", NULL) != NULL)
    {
        return rc;
    }

    if (resume_keeps(&f, sound)) {
        rc = resume_forget(&f);

    } else {
        kept = sound ? json_incref(ckp_fiber_get(&f, "rn", NULL)) : NULL;
        rc = ckp_fiber_go(&f, f.node, kept);
    }

    ckp_fiber_close(&f);

    return rc;
}


/* The node was told to be over, or not told of at all; its time is that of a
 * node that begins. */

static ckp_code_t
resume_told(ckp_fiber_t *f)
{
    const ckp_node_t *const  node = f->node;
    ckp_code_t               rc;

    rc = ckp_fiber_emit(f, "node_started", json_pack("{s:s, s:s}",
                        "node_name", node->name, "node_type",
                        node->ops->type));

    if (rc == CKP_OK && ckp_fiber_get(f, "dleft", NULL) != NULL) {
        rc = ckp_fiber_put(f, "dl", NULL, json_integer(0));
        rc = rc == CKP_OK ? ckp_fiber_del(f, "dleft", NULL) : rc;
    }

    if (rc == CKP_OK && ckp_fiber_get(f, "dl", NULL) != NULL) {
        const int64_t  ms = node->timeout_ms != 0 ? node->timeout_ms
                            : node->timeout.node_ms;

        rc = ckp_fiber_put(f, "dl", NULL, json_integer(f->run->now + ms));
    }

    return rc == CKP_OK && ckp_fiber_get(f, "sl", NULL) != NULL
           ? ckp_sla_begin(f) : rc;
}


/* Second pass. */

static ckp_code_t
resume_fiber(ckp_run_t *run, const char *id, const ckp_input_t *in)
{
    const json_t  *leave;
    json_t        *result;
    ckp_fiber_t    f;
    bool           moves;
    ckp_code_t     rc = CKP_OK;

    ckp_fiber_open(&f, run, id);
    leave = ckp_fiber_get(&f, "leave", NULL);
    moves = ckp_fiber_own_get(&f, "wake") == NULL;

    if (leave != NULL) {
        result = json_incref(json_object_get(leave, "result"));
        rc = ckp_fiber_leave(&f, (ckp_to_t) ckp_json_int(leave, "to", 0),
                             json_is_null(result) ? NULL : result);
        json_decref(result);

    } else if (ckp_fiber_get(&f, "visit", NULL) != NULL) {
        rc = resume_told(&f);
        rc = rc == CKP_OK ? ckp_fiber_wake(&f, in) : rc;
        rc = rc == CKP_E_STATE ? CKP_OK : rc;

        /* one that was about to move does so, whatever it was told; not when
         * it has asked others now: it would ask them twice */

        if (rc == CKP_OK && moves && !run->ended
            && ckp_run_get(run, "fibers", id) != NULL
            && !ckp_fiber_in_flight(&f))
        {
            rc = ckp_fiber_own_del(&f, "wake");
        }
    }

    ckp_fiber_close(&f);

    return rc;
}


ckp_code_t
ckp_resume_fibers(ckp_run_t *run, const ckp_input_t *in)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    ckp_input_t        own = *in;
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_OK;

    own.kind = CKP_IN_RESUME;   /* a run that is born with it is recovered */

    for (size_t i = 0; rc == CKP_OK && !run->ended && i < n; i++) {
        rc = ckp_run_get(run, "fibers", ids[i]) == NULL ? CKP_OK
             : resume_fiber(run, ids[i], &own);
    }

    return rc;
}


ckp_code_t
ckp_resume_reset(ckp_run_t *run, bool sound)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_OK;

    json_object_clear(run->over);

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        rc = ckp_run_get(run, "fibers", ids[i]) == NULL ? CKP_OK
             : resume_reset(run, ids[i], sound);
    }

    return rc;
}


/* --- tried again ----------------------------------------------------------- */

bool
ckp_resume_is_parked(const json_t *fibers)
{
    const json_t *const  top = json_object_get(fibers, "1");

    return json_object_get(json_object_get(top, "n"), "park") != NULL;
}


json_t *
ckp_resume_stood(const json_t *resume)
{
    json_t *const  fibers = ckp_json_copy(resume);
    const char    *id;
    json_t        *fiber;

    json_object_foreach(fibers, id, fiber) {
        (void) json_object_del(fiber, "over");
    }

    return fibers;
}


ckp_code_t
ckp_resume_clock(ckp_run_t *run)
{
    ckp_code_t  rc = ckp_run_put(run, "base_at", NULL,
                                 json_integer(run->now));

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "active", NULL,
                 json_pack("{s:i, s:I}", "ms", 0, "since",
                           (json_int_t) run->now));
    }

    return rc == CKP_OK ? ckp_run_put(run, "status", NULL,
                                      json_string("running"))
                        : rc;
}


static ckp_code_t
resume_state(ckp_run_t *run)
{
    static const char *const  over[] = {
        "resume", "onf", "error", "ended_at", "outputs", "pause", "undo",
        "given", "stop", NULL
    };
    json_t *const  fibers = ckp_resume_stood(ckp_run_get(run, "resume",
                                                         NULL));
    const bool     parked = ckp_resume_is_parked(fibers);
    ckp_code_t     rc = ckp_run_put(run, "fibers", NULL, fibers);

    for (size_t i = 0; rc == CKP_OK && over[i] != NULL; i++) {
        rc = ckp_run_del(run, over[i], NULL);
    }

    if (rc == CKP_OK && !parked) {
        rc = ckp_run_del(run, "fin", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "attempt", NULL,
                 json_integer(1 + ckp_run_get_int(run, "attempt", NULL)));
    }

    return rc == CKP_OK ? ckp_resume_clock(run) : rc;
}


static ckp_code_t
resume_retry(ckp_run_t *run, const ckp_input_t *in)
{
    const char *const  status = ckp_run_get_str(run, "status", NULL);
    const ckp_place_t  asked = { .type = "run_retry_requested" };
    const ckp_place_t  resumed = { .type = "execution_resumed" };
    ckp_code_t         rc;

    if (status == NULL || (strcmp(status, "failed") != 0
                           && strcmp(status, "canceled") != 0))
    {
        return CKP_E_STATE;
    }

    rc = ckp_run_emit(run, &asked, json_pack("{s:s, s:O?}", "thread_id",
                      run->id, "actor", json_object_get(in->data, "actor")));

    /* it ended before it began: it begins now */

    if (rc == CKP_OK
        && json_object_size(ckp_run_get(run, "resume", NULL)) == 0)
    {
        rc = resume_state(run);
        return rc == CKP_OK ? ckp_run_begin(run, in) : rc;
    }

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &resumed, json_pack("{s:s?, s:s}",
                 "entry_node_id", ckp_run_get_str(run, "last", "node"),
                 "resume_reason", "retry_fallback"));
    }

    if (rc == CKP_OK) {
        rc = resume_state(run);
    }

    if (rc == CKP_OK) {
        rc = ckp_resume_reset(run, false);
    }

    return rc == CKP_OK ? ckp_resume_fibers(run, in) : rc;
}


/* --- let go ---------------------------------------------------------------- */

static ckp_code_t
resume_operator(ckp_run_t *run, const ckp_input_t *in)
{
    const ckp_place_t  at = { .type = "execution_resumed" };
    ckp_code_t         rc;

    if (ckp_run_get(run, "pause", NULL) == NULL || ckp_run_is_final(run)) {
        return CKP_E_STATE;
    }

    rc = ckp_run_del(run, "pause", NULL);

    if (rc == CKP_OK) {
        rc = ckp_restore_vars(run, json_object_get(in->data, "vars"));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_status(run, "running");
    }

    return rc != CKP_OK ? rc
           : ckp_run_emit(run, &at, json_pack("{s:s?, s:s}", "entry_node_id",
                              ckp_run_get_str(run, "last", "node"),
                              "resume_reason", "operator_resume"));
}


/* --- no longer waiting ------------------------------------------------------ */

/* The workflow is given up, and the agent is told; its step begins again with
 * the key it had, for nobody knows what became of the work. */

static ckp_code_t
resume_callback_of(ckp_run_t *run, const char *id, const ckp_input_t *in,
    bool *any)
{
    ckp_fiber_t  f;
    ckp_code_t   rc;

    ckp_fiber_open(&f, run, id);

    if (f.node == NULL || !ckp_delegate_is(&f)) {
        ckp_fiber_close(&f);
        return CKP_OK;
    }

    *any = true;
    rc = ckp_steps_abandon(&f);
    f.step = NULL;
    rc = rc == CKP_OK ? ckp_fiber_wake(&f, in) : rc;
    ckp_fiber_close(&f);

    return rc;
}


static ckp_code_t
resume_callback(ckp_run_t *run, const ckp_input_t *in)
{
    const char *const  status = ckp_run_get_str(run, "status", NULL);
    const ckp_place_t  at = { .type = "execution_resumed" };
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    bool               any = false;
    ckp_code_t         rc;

    if (ids == NULL || status == NULL || strcmp(status, "paused") != 0
        || ckp_run_get(run, "pause", NULL) != NULL)
    {
        return ids == NULL ? CKP_E_NOMEM : CKP_E_STATE;
    }

    rc = ckp_restore_vars(run, json_object_get(in->data, "vars"));

    if (rc == CKP_OK) {
        rc = ckp_run_status(run, "running");
    }

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &at, json_pack("{s:s?, s:s, s:s*}",
                 "entry_node_id", ckp_run_get_str(run, "last", "node"),
                 "resume_reason", "checkpoint_resume", "checkpoint_id",
                 ckp_run_get_str(run, "cp", NULL)));
    }

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        rc = resume_callback_of(run, ids[i], in, &any);
    }

    return rc == CKP_OK && !any ? CKP_E_STATE : rc;
}


ckp_code_t
ckp_run_resume(ckp_run_t *run, const ckp_input_t *in)
{
    const char *const  kind = ckp_json_str(in->data, "kind");

    if (kind == NULL) {
        return CKP_E_STATE;
    }

    if (strcmp(kind, "operator") == 0) {
        return resume_operator(run, in);
    }

    if (strcmp(kind, "callback") == 0) {
        return resume_callback(run, in);
    }

    if (strcmp(kind, "checkpoint") == 0) {
        return ckp_restore(run, in);
    }

    return strcmp(kind, "retry") == 0 ? resume_retry(run, in) : CKP_E_STATE;
}
