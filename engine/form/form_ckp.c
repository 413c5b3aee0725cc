/*
 * Form A, the canonical one: workflow_graph {start_node, nodes: {id: node}}.
 */

#include "compile/parse_int.h"


/* At the root, too, it may stand, as flat lists name it. */

static bool
form_ckp_start_above(ckp_parse_t *ps, ckp_at_t *at)
{
    static const char *const  names[] = { "start_node_id", "entry" };

    for (size_t i = 0; i < 2; i++) {
        const json_t *const  v = json_object_get(ps->out.root.value, names[i]);

        if (json_is_string(v)) {
            *at = (ckp_at_t) { .up = &ps->out.root, .key = names[i],
                               .value = v };
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 91,
                                             .field = names[i],
                                             .hint = "start_node" },
                          "'%s' is another name of workflow_graph.start_node",
                          names[i]);
            return true;
        }
    }

    return false;
}


static void
form_ckp_start(ckp_parse_t *ps, const ckp_at_t *graph)
{
    ckp_at_t  at;

    if (!ckp_parse_find(ps, graph, "start_node", &at)
        && !form_ckp_start_above(ps, &at))
    {
        return;
    }

    ps->out.start_at = at;
    ps->out.start = json_string_value(at.value);    /* NULL: no string */
}


void
ckp_form_ckp(ckp_parse_t *ps)
{
    ckp_at_t *const  graph = &ps->out.places[0];
    ckp_at_t *const  nodes = &ps->out.places[1];
    const char      *id;
    const json_t    *node;

    if (!ckp_parse_object(ps, &ps->out.root, "workflow_graph", graph)) {
        return;
    }

    form_ckp_start(ps, graph);
    ckp_parse_known(ps, graph, " start_node nodes ", NULL);

    if (!ckp_parse_object(ps, graph, "nodes", nodes)) {
        return;
    }

    if (json_object_size(nodes->value) > CKP_NODES_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = nodes, .number = 6 },
                      "%zu nodes, at most %d",
                      json_object_size(nodes->value), CKP_NODES_MAX);
    }

    json_object_foreach((json_t *) nodes->value, id, node) {
        const ckp_at_t  at = { .up = nodes, .key = id, .value = node };

        if (ckp_is_note(id)) {
            continue;
        }

        if (!json_is_object(node)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 15 },
                          "node '%.120s' must be an object", id);
            continue;
        }

        (void) ckp_outline_add(ps, id, &at);
    }
}
