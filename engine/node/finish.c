/*
 * What a terminate does, in order: cleanup, error actions, outputs, the audit
 * record, the end of the run.  Source: spec/ckp.md 10.12.
 */

#include "node/terminate.h"

#include <string.h>

#include "base/json.h"
#include "op/op_int.h"
#include "node/step.h"


static ckp_code_t
finish_list(ckp_fiber_t *f, const char *list)
{
    ckp_code_t  rc = ckp_fiber_put(f, "list", NULL, json_string(list));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "at", NULL, json_integer(0));
    }

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


ckp_code_t
ckp_terminate_enter(ckp_fiber_t *f)
{
    return finish_list(f, "clean");
}


ckp_code_t
ckp_terminate_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    return ckp_steps_wake(f, in);
}


/* Outputs are variables, too; a name that is reserved is only an output. */

static ckp_code_t
finish_outputs(ckp_fiber_t *f, json_t **outputs)
{
    const ckp_terminate_t *const  end = ckp_fiber_node(f)->u.terminate;
    const char                   *name;
    json_t                       *value;
    ckp_code_t                    rc;

    if (end->outputs == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_render(f, end->outputs, outputs);

    json_object_foreach(*outputs, name, value) {
        if (rc == CKP_OK && strncmp(name, "__", 2) != 0
            && strcmp(name, "secrets") != 0)
        {
            rc = ckp_fiber_var_set(f, name, json_incref(value));
        }
    }

    return rc;
}


static ckp_code_t
finish_audit(ckp_fiber_t *f)
{
    const ckp_terminate_t *const  end = ckp_fiber_node(f)->u.terminate;
    json_t                       *record = NULL;
    ckp_code_t                    rc;

    if (end->audit == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_render(f, end->audit, &record);

    if (rc == CKP_OK && !json_is_object(record)) {
        record = json_pack("{s:o}", "value", record);

    } else if (rc == CKP_OK) {
        json_t *const  own = json_copy(record);     /* it may be given a path */

        json_decref(record);
        record = own;
    }

    return rc == CKP_OK ? ckp_fiber_emit(f, "final_audit_log", record) : rc;
}


static ckp_code_t
finish_message(ckp_fiber_t *f, json_t **message)
{
    const ckp_terminate_t *const  end = ckp_fiber_node(f)->u.terminate;
    json_t                       *value = NULL;
    ckp_code_t                    rc;

    if (end->message == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_render(f, end->message, &value);

    if (rc == CKP_OK) {
        *message = ckp_op_text(value);
        rc = *message == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    json_decref(value);

    return rc;
}


static ckp_code_t
finish_run(ckp_fiber_t *f, bool known)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    const int64_t            t0 = ckp_fiber_get_int(f, "t0", NULL);
    json_t                  *outputs = NULL;
    json_t                  *message = NULL;
    ckp_code_t               rc = finish_outputs(f, &outputs);

    if (rc == CKP_OK) {
        rc = finish_audit(f);
    }

    if (rc == CKP_OK) {
        rc = finish_message(f, &message);
    }

    if (rc == CKP_OK && !known) {
        rc = ckp_fiber_measured(f, NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "node_completed",
                 json_pack("{s:s, s:n, s:I, s:o*}", "node_name", node->name,
                     "next_node", "duration_ms",
                     (json_int_t) (ckp_fiber_now(f) - t0),
                     "cached", known ? json_true() : NULL));
    }

    if (rc != CKP_OK) {
        json_decref(outputs);
        json_decref(message);
        return rc;
    }

    return ckp_fiber_finish(f, node->u.terminate->status, outputs, message);
}


ckp_code_t
ckp_terminate_went(ckp_fiber_t *f, const char *list)
{
    const ckp_terminate_t *const  end = ckp_fiber_node(f)->u.terminate;

    if (strcmp(list, "clean") == 0 && end->status == CKP_END_FAILED
        && end->nerror_actions > 0)
    {
        return finish_list(f, "error");
    }

    return finish_run(f, false);
}


ckp_code_t
ckp_terminate_known(ckp_fiber_t *f)
{
    return finish_run(f, true);
}
