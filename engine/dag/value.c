/*
 * The smallest bodies of a task: `expression` and `noop` (spec/ckp.md 11.2).
 */

#include "dag/dag.h"


/* What there is to read is read with the task. */
static ckp_code_t
value_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    (void) doc;
    (void) node;

    return ckp_parse_end(ps);
}


static ckp_code_t
value_enter(ckp_fiber_t *f)
{
    const ckp_value_t *const  value = ckp_fiber_node(f)->u.value;
    const ckp_target_t        on = { .kind = CKP_TO_NOTHING };
    json_t                   *result = NULL;
    ckp_eval_t                ev;
    ckp_err_t                 err = CKP_ERR_INIT;
    ckp_code_t                rc = CKP_OK;

    if (value->expr != NULL) {
        ckp_fiber_eval(f, &ev);
        rc = ckp_expr_value(value->expr, &ev, &result, &err);
    }

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        return ckp_fiber_fail(f, "ExpressionError", "%s", err.msg);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_done(f, on, result);
    }

    json_decref(result);

    return rc;
}


/* Nothing of it ever waits: it was cut short, and is done once more. */
static ckp_code_t
value_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    return in == NULL || in->kind == CKP_IN_RESUME ? value_enter(f)
                                                   : CKP_E_STATE;
}


const ckp_node_ops_t  ckp_node_value = {
    .type = "expression",
    .parse = value_parse,
    .enter = value_enter,
    .wake = value_wake,
};
