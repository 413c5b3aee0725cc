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
    json_t *const  paths = json_array();
    const char    *id;
    json_t        *fiber;

    json_object_foreach(ckp_run_get(run, "fibers", NULL), id, fiber) {
        ckp_fiber_t  f;

        ckp_fiber_open(&f, run, id);

        if (f.node != NULL && ckp_steps_in_flight(&f)) {
            ckp_fiber_at_step(&f, ckp_step_at(&f));
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
    json_t *const  fibers = json_copy(ckp_run_get(run, "fibers", NULL));
    const char    *id;
    json_t        *fiber;
    ckp_code_t     rc = CKP_OK;

    json_object_foreach(fibers, id, fiber) {
        ckp_fiber_t  f;

        ckp_fiber_open(&f, run, id);

        if (rc == CKP_OK && f.ready == CKP_FIBER_REST
            && ckp_steps_in_flight(&f))
        {
            rc = ckp_fiber_wake(&f, in);
        }

        ckp_fiber_close(&f);
    }

    json_decref(fibers);

    return rc == CKP_OK ? ckp_run_drive_all(run) : rc;
}


ckp_code_t
ckp_run_recover(ckp_run_t *run, const ckp_input_t *in)
{
    const bool     crash = ckp_json_bool(in->data, "crash", false);
    const int64_t  crashes = ckp_json_int(in->data, "crashes", 0);
    ckp_code_t     rc;

    if (ckp_run_get(run, "started_at", NULL) == NULL) {
        rc = ckp_run_begin(run);

        return rc == CKP_OK && !run->ended ? ckp_run_drive_all(run) : rc;
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


/* --- once more --------------------------------------------------------------- */

static ckp_code_t
resume_state(ckp_run_t *run)
{
    static const char *const  over[] = {
        "resume", "onf", "error", "ended_at", "outputs", NULL
    };
    json_t *const  fibers = json_deep_copy(ckp_run_get(run, "resume", NULL));
    ckp_code_t     rc = ckp_run_put(run, "fibers", NULL, fibers);

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


/* A node of steps goes on with the one that failed, in the same visit. */

static ckp_code_t
resume_steps(ckp_fiber_t *f, const ckp_input_t *in)
{
    const ckp_node_t *const  node = f->node;
    ckp_code_t               rc;

    rc = ckp_fiber_emit(f, "node_started", json_pack("{s:s, s:s}",
                        "node_name", node->name, "node_type",
                        node->ops->type));

    if (rc == CKP_OK && ckp_fiber_get(f, "dl", NULL) != NULL) {
        const int64_t  ms = node->timeout_ms != 0 ? node->timeout_ms
                            : node->timeout.node_ms;

        rc = ckp_fiber_put(f, "dl", NULL, json_integer(f->run->now + ms));
    }

    return rc == CKP_OK ? ckp_fiber_wake(f, in) : rc;
}


/* Any other begins again, as another visit: what it did was recorded. */

static ckp_code_t
resume_fiber(ckp_run_t *run, const char *id, const ckp_input_t *in)
{
    const char *const  hops[] = { "fibers", id, "frames", "0", "hops", NULL };
    ckp_fiber_t        f;
    ckp_code_t         rc;

    ckp_fiber_open(&f, run, id);

    if (f.node == NULL) {
        return CKP_E_BUG;
    }

    rc = ckp_state_put(&run->state, hops, json_integer(0));

    if (rc == CKP_OK && ckp_fiber_get(&f, "visit", NULL) != NULL
        && f.node->ops->enter == ckp_steps_run)
    {
        rc = resume_steps(&f, in);

    } else if (rc == CKP_OK) {
        rc = ckp_fiber_go(&f, f.node, NULL);
        rc = rc == CKP_OK ? ckp_fiber_drive(&f) : rc;
    }

    ckp_fiber_close(&f);

    return rc;
}


ckp_code_t
ckp_run_resume(ckp_run_t *run, const ckp_input_t *in)
{
    const char *const  status = ckp_run_get_str(run, "status", NULL);
    const char *const  kind = ckp_json_str(in->data, "kind");
    const ckp_place_t  asked = { .type = "run_retry_requested" };
    const ckp_place_t  resumed = { .type = "execution_resumed" };
    json_t            *fibers;
    const char        *id;
    json_t            *fiber;
    ckp_code_t         rc;

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
        rc = rc == CKP_OK ? ckp_run_begin(run) : rc;

        return rc == CKP_OK && !run->ended ? ckp_run_drive_all(run) : rc;
    }

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &resumed, json_pack("{s:s?, s:s}",
                 "entry_node_id", ckp_run_get_str(run, "last", "node"),
                 "resume_reason", "retry_fallback"));
    }

    if (rc == CKP_OK) {
        rc = resume_state(run);
    }

    fibers = json_copy(ckp_run_get(run, "fibers", NULL));

    json_object_foreach(fibers, id, fiber) {
        if (rc == CKP_OK && !run->ended) {
            rc = resume_fiber(run, id, in);
        }
    }

    json_decref(fibers);

    return rc;
}


ckp_code_t
ckp_run_refused(ckp_run_t *run, const ckp_input_t *in)
{
    json_t *const  fibers = json_copy(ckp_run_get(run, "fibers", NULL));
    const char    *id;
    json_t        *fiber;
    ckp_code_t     rc = CKP_E_STATE;

    json_object_foreach(fibers, id, fiber) {
        ckp_fiber_t  f;

        ckp_fiber_open(&f, run, id);

        if (rc == CKP_E_STATE && f.node != NULL && ckp_steps_in_flight(&f)) {
            ckp_fiber_at_step(&f, ckp_step_at(&f));

            if (strcmp(ckp_fiber_path(&f), in->ref) == 0) {
                rc = ckp_fiber_wake(&f, in);
            }
        }

        ckp_fiber_close(&f);
    }

    json_decref(fibers);

    return rc;
}
