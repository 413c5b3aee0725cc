/*
 * How a run begins, and the time it has.  Source: spec/ckp.md 3.4, 17.1, 31.2.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "node/step.h"


ckp_code_t
ckp_run_status(ckp_run_t *run, const char *status)
{
    const char *const  old = ckp_run_get_str(run, "status", NULL);
    const bool         was = old != NULL && strcmp(old, "running") == 0;
    const bool         is = strcmp(status, "running") == 0;
    ckp_code_t         rc = CKP_OK;

    if (old != NULL && strcmp(old, status) == 0) {
        return CKP_OK;
    }

    /* only time in `running` counts as active */

    if (was) {
        const int64_t  ms = run->now - ckp_run_get_int(run, "active", "since");

        rc = ckp_run_put(run, "active", "ms",
                         json_integer(ms + ckp_run_get_int(run, "active",
                                                           "ms")));
    }

    if (rc == CKP_OK && is) {
        rc = ckp_run_put(run, "active", "since", json_integer(run->now));
    }

    return rc == CKP_OK ? ckp_run_put(run, "status", NULL, json_string(status))
                        : rc;
}


int64_t
ckp_run_limit_at(const ckp_run_t *run, bool *deadline)
{
    const ckp_config_t *const  config = &run->prog->config;
    const char *const          status = ckp_run_get_str(run, "status", NULL);
    const int64_t              own = ckp_run_get_int(run, "active", "limit");
    const int64_t              limit = own != 0 ? own
                                       : config->timeout_ms != 0
                                         ? config->timeout_ms
                                         : CKP_RUN_MS;
    int64_t                    at = INT64_MAX;

    *deadline = false;

    if (status != NULL && strcmp(status, "running") == 0) {
        at = ckp_run_get_int(run, "active", "since") + limit
             - ckp_run_get_int(run, "active", "ms");
    }

    if (config->deadline_ms != 0 && ckp_run_get(run, "onf", NULL) == NULL) {
        const int64_t  wall = ckp_run_get_int(run, "base_at", NULL)
                              + config->deadline_ms;

        if (wall < at) {
            *deadline = true;
            return wall;
        }
    }

    return at;
}


/* --- the beginning ------------------------------------------------------ */

static ckp_code_t
end_validation_only(ckp_run_t *run)
{
    const ckp_place_t  at = { .type = "run_completed" };
    const ckp_code_t   rc = ckp_run_put(run, "outputs", NULL, json_object());

    return rc != CKP_OK ? rc
           : ckp_run_end(run, &at, "completed", json_pack("{s:{}, s:s, s:s}",
                       "outputs", "mode", "validation_only", "message",
                       "the procedure and its inputs are valid"));
}


/* What the run was born with must still fit its procedure. */
ckp_code_t
ckp_run_check(ckp_run_t *run)
{
    static const char  text[] = "the variables do not fit the procedure";
    const ckp_place_t  at = { .type = "error" };
    json_t            *missing = NULL;
    json_t            *errors = NULL;
    json_t            *error;
    ckp_code_t         rc;

    rc = ckp_program_recheck(run->prog, ckp_run_get(run, "vars", NULL),
                             &missing, &errors);

    if (rc != CKP_E_INVALID) {
        return rc;
    }

    rc = ckp_run_emit(run, &at, json_pack("{s:s, s:s, s:o*, s:o*}",
             "message", text, "type", "SchemaViolation",
             "missing_vars", json_array_size(missing) > 0 ? missing : NULL,
             "errors", json_object_size(errors) > 0 ? errors : NULL));

    if (json_array_size(missing) == 0) {
        json_decref(missing);
    }

    if (json_object_size(errors) == 0) {
        json_decref(errors);
    }

    error = ckp_error_new("SchemaViolation", text);

    if (rc == CKP_OK) {
        rc = error == NULL ? CKP_E_NOMEM : ckp_run_failed(run, NULL, error);
    }

    json_decref(error);

    return rc;
}


/* Before its first node, or where the saved state stood that it was born
 * with. */

static ckp_code_t
begin_place(ckp_run_t *run, const char *entry)
{
    const ckp_place_t  at = { .type = "execution_started" };
    ckp_code_t         rc = ckp_run_status(run, "running");

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "started_at", NULL, json_integer(run->now));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &at, json_pack("{s:s?, s:n}", "entry_node_id",
                                              entry, "resume_reason"));
    }

    if (rc == CKP_OK) {
        rc = ckp_run_secrets_fresh(run);
    }

    if (rc != CKP_OK || ckp_run_get(run, "from", NULL) != NULL) {
        return rc != CKP_OK ? rc : ckp_restore_begin(run);
    }

    return ckp_run_put(run, "fibers", "1", json_pack("{s:{s:s}, s:{}, s:i}",
                       "n", "id", entry, "vis", "hops", 0));
}


ckp_code_t
ckp_run_begin(ckp_run_t *run, const ckp_input_t *in)
{
    const json_t *const  top = json_object_get(ckp_run_get(run, "from",
                                                   "fibers"), "1");
    const bool           born = top != NULL;
    const char *const    mode = ckp_run_get_str(run, "meta",
                                                "execution_mode");
    const char *const    whole = run->prog->config.execution_mode;
    const char *const    entry = born
        ? ckp_arena_strdup(run->arena, ckp_json_str(json_object_get(top, "n"),
                                                    "id"))
        : run->prog->start->id;
    const ckp_place_t    place = { .node_id = entry };
    ckp_code_t           rc = begin_place(run, entry);

    if (rc == CKP_OK) {
        rc = ckp_run_check(run);
    }

    if (rc != CKP_OK || run->ended) {
        return rc;
    }

    if (strcmp(mode != NULL ? mode : whole != NULL ? whole : "",
               "validation_only") == 0)
    {
        return end_validation_only(run);
    }

    if (run->prog->config.save != CKP_SAVE_DISABLED) {
        rc = ckp_run_checkpoint(run, "start", &place, NULL, NULL);
    }

    return rc == CKP_OK && born ? ckp_resume_fibers(run, in) : rc;
}
