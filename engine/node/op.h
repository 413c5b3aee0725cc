/*
 * Internal actions: the catalogue of spec/ckp.md 13, a family a file
 * (op_value.c, op_flow.c ...), found through op.c.
 */

#ifndef CKP_OP_H
#define CKP_OP_H

#include "node/node.h"

struct ckp_op_s {
    const char   *action;       /* "set_variable" */
    const char   *params;       /* known parameters: " name value variables " */
    const char   *required;     /* each of these must be there: " message ", or
                                   alternatives "a|b"; NULL: none */
    bool          always;       /* bound to the engine whatever the agent */
    bool          native;       /* used when no agent offers it */

    /*
     * params: rendered object, lent.  CKP_OK: *result is a new reference.
     * CKP_E_INVALID: the error was recorded by ckp_fiber_raise.  A waiting op
     * (`wait`) returns CKP_OK after ckp_fiber_sleep, with *result = what the
     * step gives once the time has come.
     */
    ckp_code_t  (*run)(ckp_fiber_t *f, const json_t *params, json_t **result);
};

const ckp_op_t *ckp_op_find(const char *action);         /* NULL: external */

/* What some actions need beside `run`; the table is in op.c. */
typedef struct {
    const char   *action;
    const char   *target;       /* of CKP_FX_CALL: "http", "host" ... */
    bool          secrets;      /* its parameters may carry some */

    /*
     * CKP_OK: *body = what CKP_FX_CALL says, or NULL: nobody need be asked,
     * `run` does it.  `again`: the same call once more after a crash; what
     * there was to tell is told.  NULL: nobody is ever asked.
     */
    ckp_code_t  (*ask)(ckp_fiber_t *f, const json_t *params, bool again,
                       json_t **body);

    /*
     * What becomes of the host's answer, or of `run`'s result when its time has
     * come (`data`, lent).  NULL: data.result; the result as it is.
     */
    ckp_code_t  (*after)(ckp_fiber_t *f, const json_t *params,
                         const json_t *data, json_t **result);
} ckp_hosted_t;

/* NULL: `run` is all there is. */
const ckp_hosted_t *ckp_op_hosted(const ckp_op_t *op);

#endif
