/*
 * Going on after a pause of the whole: a run that was loaded, one that is tried
 * again, one whose write was refused.  Source: spec/ckp.md 8.5, 31.2;
 * design/architecture.md 7.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/step.h"


static json_t *
recover_interrupted(ckp_run_t *run)
{
    json_t *const      paths = json_array();
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);

    for (size_t i = 0; ids != NULL && i < n; i++) {
        ckp_fiber_t  f;

        ckp_fiber_open(&f, run, ids[i]);

        if (f.node != NULL && ckp_fiber_in_flight(&f)) {
            if (ckp_steps_in_flight(&f)) {
                ckp_fiber_at_step(&f, ckp_step_at(&f));
            }

            (void) json_array_append_new(paths,
                                         json_string(ckp_fiber_path(&f)));
        }

        ckp_fiber_close(&f);
    }

    return paths;
}


static ckp_code_t
recover_fail(ckp_run_t *run, const char *type, const char *message)
{
    json_t *const  error = ckp_error_new(type, message);
    ckp_code_t     rc;

    if (error == NULL) {
        return CKP_E_NOMEM;
    }

    rc = ckp_run_abandon_all(run, "interrupted");

    if (rc == CKP_OK) {
        rc = ckp_run_failed(run, NULL, error);
    }

    json_decref(error);

    return rc;
}


static ckp_code_t
recover_told(ckp_run_t *run)
{
    const ckp_place_t  at = { .type = "execution_resumed" };
    json_t            *paths = recover_interrupted(run);

    if (json_array_size(paths) == 0) {
        json_decref(paths);
        paths = NULL;
    }

    return ckp_run_emit(run, &at, json_pack("{s:s?, s:s, s:o*}",
               "entry_node_id", ckp_run_get_str(run, "last", "node"),
               "resume_reason", "crash_recovery", "interrupted", paths));
}


/* What was with others is asked or sent again; what can move, moves. */

static ckp_code_t
recover_fibers(ckp_run_t *run, const ckp_input_t *in)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        ckp_fiber_t  f;

        ckp_fiber_open(&f, run, ids[i]);

        if (rc == CKP_OK && f.ready == CKP_FIBER_REST
            && ckp_fiber_in_flight(&f))
        {
            rc = ckp_fiber_wake(&f, in);
        }

        ckp_fiber_close(&f);
    }

    return rc;
}


ckp_code_t
ckp_run_recover(ckp_run_t *run, const ckp_input_t *in)
{
    const bool     crash = ckp_json_bool(in->data, "crash", false);
    const int64_t  crashes = ckp_json_int(in->data, "crashes", 0);
    ckp_code_t     rc;

    if (ckp_run_get(run, "started_at", NULL) == NULL) {
        return ckp_run_begin(run);
    }

    if (crash && crashes >= CKP_CRASHES_MAX) {
        return recover_fail(run, "CrashLoop", "the run's step has taken a "
                            "worker down too often");
    }

    if (crash && !run->prog->config.resume_on_failure) {
        return recover_fail(run, "EngineRestarted", "the run was interrupted "
                            "and may not be resumed");
    }

    rc = crash ? recover_told(run) : CKP_OK;

    return rc == CKP_OK ? recover_fibers(run, in) : rc;
}


/* --- once more ---------------------------------------------------------- */

static ckp_code_t
resume_state(ckp_run_t *run)
{
    static const char *const  over[] = {
        "resume", "onf", "error", "ended_at", "outputs", "fin", "pause",
        "undo", "given", "stop", NULL
    };
    json_t *const  fibers = json_deep_copy(ckp_run_get(run, "resume", NULL));
    const char    *id;
    json_t        *fiber;
    ckp_code_t     rc;

    json_object_foreach(fibers, id, fiber) {
        (void) json_object_del(fiber, "over");
    }

    rc = ckp_run_put(run, "fibers", NULL, fibers);

    for (size_t i = 0; rc == CKP_OK && over[i] != NULL; i++) {
        rc = ckp_run_del(run, over[i], NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "attempt", NULL,
                 json_integer(1 + ckp_run_get_int(run, "attempt", NULL)));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "base_at", NULL, json_integer(run->now));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "active", NULL,
                 json_pack("{s:i, s:I}", "ms", 0, "since",
                           (json_int_t) run->now));
    }

    return rc == CKP_OK ? ckp_run_put(run, "status", NULL,
                                      json_string("running"))
                        : rc;
}


/* The node was told to be over; now it is not. */

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

    return rc;
}


/*
 * A node of steps goes on with the one that failed, in the same visit, and so
 * does a question with the call that failed; one that nests knows what of it is
 * to be done.  Any other begins again, as another visit: what it did was
 * recorded.
 */

static ckp_code_t
resume_fiber(ckp_run_t *run, const char *id, const ckp_input_t *in)
{
    const char *const  hops[] = { "fibers", id, "hops", NULL };
    ckp_fiber_t        f;
    ckp_code_t         rc;

    ckp_fiber_open(&f, run, id);

    if (f.node == NULL) {
        return CKP_E_BUG;
    }

    rc = ckp_state_put(&run->state, hops, json_integer(0));

    if (rc == CKP_OK && ckp_fiber_get(&f, "visit", NULL) != NULL
        && !ckp_replay_waits(&f)
        && (f.node->ops->enter == ckp_steps_run
            || (f.node->ops->resumes != NULL && f.node->ops->resumes(&f))
            || (f.node->ops->child != NULL && ckp_fiber_frames(&f) > 0)))
    {
        rc = resume_told(&f);
        rc = rc == CKP_OK ? ckp_fiber_wake(&f, in) : rc;
        rc = rc == CKP_E_STATE ? CKP_OK : rc;

    } else if (rc == CKP_OK) {
        rc = ckp_fiber_go(&f, f.node, NULL);
    }

    ckp_fiber_close(&f);

    return rc;
}


/* An operator lets go of a run that was held: 31.2. */

static ckp_code_t
resume_operator(ckp_run_t *run, const ckp_input_t *in)
{
    const ckp_place_t  at = { .type = "execution_resumed" };
    ckp_code_t         rc;

    (void) in;

    if (ckp_run_get(run, "pause", NULL) == NULL || ckp_run_is_final(run)) {
        return CKP_E_STATE;
    }

    rc = ckp_run_del(run, "pause", NULL);

    if (rc == CKP_OK) {
        rc = ckp_run_status(run, "running");
    }

    return rc != CKP_OK ? rc
           : ckp_run_emit(run, &at, json_pack("{s:s?, s:s}", "entry_node_id",
                              ckp_run_get_str(run, "last", "node"),
                              "resume_reason", "operator_resume"));
}


ckp_code_t
ckp_run_resume(ckp_run_t *run, const ckp_input_t *in)
{
    const char *const  status = ckp_run_get_str(run, "status", NULL);
    const char *const  kind = ckp_json_str(in->data, "kind");
    const ckp_place_t  asked = { .type = "run_retry_requested" };
    const ckp_place_t  resumed = { .type = "execution_resumed" };
    const char       **ids;
    size_t             n;
    ckp_code_t         rc;

    if (kind != NULL && strcmp(kind, "operator") == 0) {
        return resume_operator(run, in);
    }

    if (status == NULL || kind == NULL || strcmp(kind, "retry") != 0
        || (strcmp(status, "failed") != 0 && strcmp(status, "canceled") != 0))
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
        return rc == CKP_OK ? ckp_run_begin(run) : rc;
    }

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &resumed, json_pack("{s:s?, s:s}",
                 "entry_node_id", ckp_run_get_str(run, "last", "node"),
                 "resume_reason", "retry_fallback"));
    }

    if (rc == CKP_OK) {
        rc = resume_state(run);
    }

    ids = ckp_run_fiber_ids(run, &n);
    rc = rc == CKP_OK && ids == NULL ? CKP_E_NOMEM : rc;

    for (size_t i = 0; rc == CKP_OK && !run->ended && i < n; i++) {
        rc = ckp_run_get(run, "fibers", ids[i]) == NULL ? CKP_OK
             : resume_fiber(run, ids[i], in);
    }

    return rc;
}


ckp_code_t
ckp_run_refused(ckp_run_t *run, const ckp_input_t *in)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_E_STATE;

    for (size_t i = 0; rc == CKP_E_STATE && ids != NULL && i < n; i++) {
        ckp_fiber_t  f;

        ckp_fiber_open(&f, run, ids[i]);

        if (f.node != NULL && ckp_steps_in_flight(&f)) {
            ckp_fiber_at_step(&f, ckp_step_at(&f));

            if (strcmp(ckp_fiber_path(&f), in->ref) == 0) {
                rc = ckp_fiber_wake(&f, in);
            }
        }

        ckp_fiber_close(&f);
    }

    /* an action of ours that has not begun, as the state is: it will ask, and
     * in one turn as often as it was refused */

    return rc == CKP_E_STATE && ckp_json_bool(in->data, "order", false)
           ? ckp_run_put(run, "refused", in->ref,
                         json_integer(1 + json_integer_value(
                                          ckp_run_get(run, "refused",
                                                      in->ref)))) : rc;
}
