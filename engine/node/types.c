/*
 * The node types that this engine runs.
 */

#include <string.h>

#include "node/node.h"
#include "node/types.h"

const ckp_node_ops_t *const  ckp_node_types[] = {
    &ckp_node_sequence,
    &ckp_node_logic,
    &ckp_node_processing,
    &ckp_node_approval,
    &ckp_node_terminate,
    &ckp_node_dag,
    &ckp_node_loop,
    &ckp_node_parallel,
    &ckp_node_subflow,
    &ckp_node_verification,
    &ckp_node_transform,
    &ckp_node_llm,
    NULL
};


const ckp_node_ops_t *
ckp_node_type(const char *type)
{
    for (size_t i = 0; ckp_node_types[i] != NULL; i++) {
        if (strcmp(ckp_node_types[i]->type, type) == 0) {
            return ckp_node_types[i];
        }
    }

    return NULL;
}
