/*
 * Going on after a pause of the whole: a run that was loaded, one whose write
 * was refused.  Source: spec/ckp.md 8.5, 31.2; design/architecture.md 7.
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


/* What was with others is asked or sent again; what can move, moves.  So does
 * what waits for a slot when the clock was set back: nobody waits so long. */

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
            && (ckp_fiber_in_flight(&f) || (f.node != NULL
                && ckp_steps_stranded(&f, json_integer_value(
                       ckp_fiber_own_get(&f, "wake"))))))
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
    const int64_t  most = ckp_json_int(in->data, "crashes_max",
                                       CKP_CRASHES_MAX);
    ckp_code_t     rc;

    if (ckp_run_get(run, "started_at", NULL) == NULL) {
        return ckp_run_begin(run, in);
    }

    if (ckp_json_bool(in->data, "damaged", false)) {
        return recover_fail(run, "InternalError", "its stored state is damaged:"
                            " it cannot be read");
    }

    if (crash && crashes >= most) {
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


/* --- a write that was refused -------------------------------------------- */

ckp_code_t
ckp_run_refused(ckp_run_t *run, const ckp_input_t *in)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_E_STATE;

    for (size_t i = 0; rc == CKP_E_STATE && ids != NULL && i < n; i++) {
        ckp_fiber_t  f;

        ckp_fiber_open(&f, run, ids[i]);

        if (f.node != NULL && ckp_steps_want(&f)) {
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
