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

#endif
