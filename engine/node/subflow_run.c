/*
 * subflow: a child procedure in a run of its own (spec/ckp.md 10.10,
 * isolation).  It is born in the node's turn, and its end comes as an input; in
 * between the node only waits, unless it said that it does not.
 */

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/subflow_int.h"


/* Nobody waits for it: its id is all that there is to know. */

static ckp_code_t
run_left(ckp_fiber_t *f, const char *id)
{
    json_t *const  given = json_pack("{s:s}", "run_id", id);
    ckp_code_t     rc = given == NULL ? CKP_E_NOMEM
                        : ckp_fiber_last_put(f, "subflow_output",
                                             json_incref(given));

    if (rc == CKP_OK) {
        rc = ckp_fiber_done(f, (ckp_target_t) { CKP_TO_NOTHING, NULL },
                            given);
    }

    json_decref(given);

    return rc;
}


static ckp_code_t
run_wait(ckp_fiber_t *f, const char *id, const char *hash)
{
    ckp_code_t  rc;

    rc = ckp_fiber_put(f, "sub", NULL, json_pack("{s:s, s:s}", "ph", "run",
                       "hash", hash));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "child_run", NULL, json_pack("{s:s, s:s}", "id",
                           id, "hash", hash));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "node_paused", json_pack("{s:s, s:s}",
                            "node_name", ckp_fiber_node(f)->name, "reason",
                            "waiting"));
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


static ckp_code_t
run_begin(ckp_fiber_t *f, const ckp_program_t *prog, const ckp_bear_t *how)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    ckp_code_t                  rc = ckp_fiber_bear(f, how);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "subflow_started", json_pack("{s:s, s:s, s:s, "
                 "s:s}", "procedure_id", prog->procedure_id, "version",
                 prog->version, "requested_version", sub->version,
                 "child_run_id", how->id));
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return sub->awaited ? run_wait(f, how->id, how->hash)
                        : run_left(f, how->id);
}


ckp_code_t
ckp_subflow_bear(ckp_fiber_t *f, const char *hash)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    const ckp_program_t *const  prog = ckp_fiber_linked(f, hash);
    char                        id[CKP_UUID_LEN + 1];
    json_t                     *meta;
    json_t                     *in = NULL;
    json_t                     *vars = NULL;
    ckp_code_t                  rc;

    if (prog == NULL) {
        return CKP_E_BUG;
    }

    ckp_fiber_child_id(f, id);
    meta = ckp_fiber_child_meta(f, prog, id);
    rc = meta == NULL ? CKP_E_NOMEM
         : ckp_subflow_inputs(f, prog, meta, &in, &vars);

    if (rc == CKP_OK) {
        rc = run_begin(f, prog, &(ckp_bear_t) {
            .hash = hash, .id = id, .meta = meta, .inputs = in, .vars = vars,
            .budget_ms = ckp_fiber_node(f)->timeout_ms,
            .awaited = sub->awaited, .maps = sub->maps_out,
            .inherits = sub->inherit
        });
    }

    json_decref(vars);
    json_decref(in);
    json_decref(meta);

    return rc;
}


/* The whole run waited, perhaps: it goes on. */

static ckp_code_t
run_wakes(ckp_fiber_t *f)
{
    const char *const  status = json_string_value(ckp_fiber_run_get(f,
                                    "status", NULL));
    ckp_code_t         rc = ckp_fiber_del(f, "child_run", NULL);

    if (rc == CKP_OK && status != NULL && strcmp(status, "paused") == 0
        && ckp_fiber_run_get(f, "pause", NULL) == NULL)
    {
        rc = ckp_fiber_resumed(f, "callback_resume");
    }

    return rc;
}


ckp_code_t
ckp_subflow_told(ckp_fiber_t *f, const json_t *data)
{
    const char *const           hash = ckp_fiber_get_str(f, "sub", "hash");
    const ckp_program_t *const  prog = ckp_fiber_linked(f, hash);
    const char *const           status = ckp_json_str(data, "status");
    json_t                     *error = json_incref(json_object_get(data,
                                                                 "error"));
    ckp_code_t                  rc = prog == NULL ? CKP_E_BUG : run_wakes(f);

    if (rc == CKP_OK && status != NULL && strcmp(status, "completed") == 0) {
        json_decref(error);
        return ckp_subflow_outputs(f, prog, json_object_get(data, "vars"),
                                   json_object_get(data, "outputs"));
    }

    if (!json_is_object(error)) {
        json_decref(error);
        error = json_pack("{s:s, s:s}", "type", "ProcedureFailure", "message",
                          "the child run ended without a word");
    }

    if (rc == CKP_OK) {
        rc = error == NULL ? CKP_E_NOMEM : ckp_subflow_failed(f, prog, error);
    }

    json_decref(error);

    return rc;
}


ckp_code_t
ckp_subflow_recall(ckp_fiber_t *f)
{
    const char *const  id = ckp_fiber_get_str(f, "child_run", "id");
    ckp_code_t         rc = id == NULL ? CKP_OK
                            : ckp_fiber_recall(f, id, "the run around it left "
                                               "its node");

    return rc == CKP_OK ? ckp_fiber_del(f, "child_run", NULL) : rc;
}
