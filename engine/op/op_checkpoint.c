/*
 * restore_checkpoint: the run's variables become those of a checkpoint, and the
 * node may be left for another.  Source: spec/ckp.md 13.1, 21.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/json.h"
#include "node/frame.h"

#define CHECKPOINT_RESTORES_MAX  10


ckp_code_t
ckp_op_restore_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    const char *const  id = ckp_json_str(params, "checkpoint_id");
    const char *const  name = ckp_json_str(params, "name");
    const char *const  next = ckp_json_str(params, "next_node");

    (void) again;

    if ((id == NULL || *id == '\0') && (name == NULL || *name == '\0')) {
        return ckp_fiber_raise(f, "CheckpointNotFound",
                               "no checkpoint is named");
    }

    if (next != NULL && ckp_program_node(ckp_fiber_program(f), next) == NULL) {
        return ckp_fiber_raise(f, "TypeMismatch", "there is no node \"%.80s\"",
                               next);
    }

    *body = json_pack("{s:s, s:s*, s:s*}", "op", "checkpoint",
                      "checkpoint_id", id, "name", name);

    return *body == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* How often it was restored is counted past the restored state. */

static ckp_code_t
restore_count(ckp_fiber_t *f, const char *id)
{
    const int64_t  n = json_integer_value(ckp_fiber_run_get(f, "restores",
                                                            id));

    if (n >= CHECKPOINT_RESTORES_MAX) {
        return ckp_fiber_raise(f, "LimitExceeded",
                               "checkpoint %.40s was restored %d times", id,
                               CHECKPOINT_RESTORES_MAX);
    }

    return ckp_fiber_run_put(f, "restores", id, json_integer(n + 1));
}


/* A name that came later has no value then. */

static ckp_code_t
restore_vars(ckp_fiber_t *f, const json_t *vars)
{
    json_t *const  now = ckp_fiber_vars(f);
    const char    *name;
    json_t        *value;
    ckp_code_t     rc = now == NULL ? CKP_E_NOMEM : CKP_OK;

    json_object_foreach(now, name, value) {
        if (rc == CKP_OK && json_object_get(vars, name) == NULL
            && !json_is_null(value))
        {
            rc = ckp_fiber_var_set(f, name, json_null());
        }
    }

    json_object_foreach((json_t *) vars, name, value) {
        const json_t *const  old = json_object_get(now, name);

        if (rc == CKP_OK && (old == NULL || !json_equal(old, value))) {
            rc = ckp_fiber_var_set(f, name, ckp_json_copy(value));
        }
    }

    json_decref(now);

    return rc;
}


/* data {checkpoint_id, vars} */

ckp_code_t
ckp_op_restore_after(ckp_fiber_t *f, const json_t *params, const json_t *data,
    json_t **result)
{
    const char *const  id = ckp_json_str(data, "checkpoint_id");
    const char *const  next = ckp_json_str(params, "next_node");
    ckp_code_t         rc;

    if (id == NULL) {
        return ckp_fiber_raise(f, "CheckpointNotFound",
                               "there is no such checkpoint");
    }

    rc = restore_count(f, id);

    if (rc == CKP_OK) {
        rc = restore_vars(f, json_object_get(data, "vars"));
    }

    if (rc == CKP_OK && next != NULL) {
        rc = ckp_fiber_put(f, "jump", NULL, json_string(next));
    }

    *result = json_pack("{s:b, s:s}", "restored", 1, "checkpoint_id", id);

    return rc;
}


/* ask always has something to ask. */

static ckp_code_t
restore_run(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    (void) f;
    (void) params;
    (void) result;

    return CKP_E_BUG;
}


const ckp_op_t  ckp_ops_checkpoint[] = {
    { "restore_checkpoint", " name checkpoint_id next_node ",
      " name|checkpoint_id ", true, false, restore_run },
    { .action = NULL }
};
