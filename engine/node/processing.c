/*
 * processing: operations in order (spec/ckp.md 10.5).
 */

#include "node/node.h"
#include "node/parse.h"
#include "node/step.h"
#include "node/types.h"


/* Without a list the node itself is the one operation. */
static void
processing_single(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    static const char *const  keys[] = { "action", "params",
                                         "output_variable" };
    json_t *const             one = json_object();
    json_t                   *list = json_pack("{s:[O]}", "operations", one);
    ckp_at_t                  at = *ckp_parse_here(ps);

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *const  value = json_object_get(doc, keys[i]);

        if (value != NULL) {
            json_object_set(one, keys[i], value);
        }
    }

    json_decref(one);
    at.value = ckp_parse_keep(ps, list);

    if (at.value != NULL) {
        ckp_parse_steps(ps, &at, "operations", CKP_STEPS_OPERATIONS,
                        node->u.sequence);
    }
}


static ckp_code_t
processing_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    const ckp_at_t *const  at = ckp_parse_here(ps);
    const json_t *const    operations = json_object_get(doc, "operations");

    node->u.sequence = ckp_parse_alloc(ps, sizeof(ckp_sequence_t));

    if (node->u.sequence == NULL) {
        return CKP_E_NOMEM;
    }

    if (operations == NULL && json_object_get(doc, "action") != NULL) {
        processing_single(ps, doc, node);

    } else {
        ckp_parse_steps(ps, at, "operations", CKP_STEPS_OPERATIONS,
                        node->u.sequence);

        if (json_array_size(operations) == 0) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 111,
                                             .field = "operations" },
                          "the node has no operations");
        }
    }

    return ckp_parse_end(ps);
}


const ckp_node_ops_t  ckp_node_processing = {
    .type = "processing",
    .parse = processing_parse,
    .enter = ckp_steps_run,
    .wake = ckp_steps_wake,
};
