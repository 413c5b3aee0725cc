/*
 * The catalogue of internal actions: every family's table, searched by name.
 */

#include "node/op_int.h"

#include <string.h>

static const ckp_op_t *const  op_families[] = {
    ckp_ops_flow, ckp_ops_value, ckp_ops_text, ckp_ops_parse, ckp_ops_comm
};


const ckp_op_t *
ckp_op_find(const char *action)
{
    for (size_t i = 0; i < sizeof(op_families) / sizeof(op_families[0]); i++) {
        for (const ckp_op_t *op = op_families[i]; op->action != NULL; op++) {
            if (strcmp(op->action, action) == 0) {
                return op;
            }
        }
    }

    return NULL;
}
