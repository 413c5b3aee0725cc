/*
 * sequence: steps in order, then what must hold (spec/ckp.md 10.1).
 */

#include "node/node.h"
#include "node/parse.h"
#include "node/step.h"
#include "node/types.h"
#include "node/validate.h"


static ckp_code_t
sequence_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    const ckp_at_t *const  at = ckp_parse_here(ps);

    node->u.sequence = ckp_parse_alloc(ps, sizeof(ckp_sequence_t));

    if (node->u.sequence == NULL) {
        return CKP_E_NOMEM;
    }

    ckp_parse_steps(ps, at, "steps", CKP_STEPS_SEQUENCE, node->u.sequence);

    if (json_array_size(json_object_get(doc, "steps")) == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 111,
                                         .field = "steps" },
                      "the node has no steps");
    }

    node->u.sequence->validations = ckp_validations_parse(ps, at,
                                        "validations", NULL, node->agent);
    node->u.sequence->keeps |= node->u.sequence->validations != NULL;

    return ckp_parse_end(ps);
}


const ckp_node_ops_t  ckp_node_sequence = {
    .type = "sequence",
    .parse = sequence_parse,
    .enter = ckp_steps_run,
    .wake = ckp_steps_wake,
};
