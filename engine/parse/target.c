/*
 * Where control goes: the name of a node becomes the node, and an edge.
 * Also the names of variables that are written.
 */

#include <string.h>

#include "compile/parse_int.h"


/* One too many is told; behind it a hostile document's are not even kept. */

static void
target_edge(ckp_parse_t *ps, const ckp_at_t *at, size_t to)
{
    if (ps->nedges == CKP_EDGES_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 6,
                                         .field = at->key },
                      "more than %d ways from node to node", CKP_EDGES_MAX);
    }

    if (ps->nedges == ps->edges_size) {
        const size_t  size = (ps->edges_size == 0) ? 64 : 2 * ps->edges_size;
        ckp_edge_t   *edges;

        if (ps->nedges >= CKP_EDGES_MAX * 4) {
            return;
        }

        edges = ckp_parse_alloc(ps, size * sizeof(ckp_edge_t));

        if (edges == NULL) {
            return;
        }

        if (ps->nedges > 0) {
            memcpy(edges, ps->edges, ps->nedges * sizeof(ckp_edge_t));
        }

        ps->edges = edges;
        ps->edges_size = size;
    }

    const ckp_node_t *const  from = ps->owner == NULL ? ps->node : ps->owner;

    ps->edges[ps->nedges].from = (from == NULL) ? SIZE_MAX
                                 : (size_t) (from - ps->prog->nodes);
    ps->edges[ps->nedges].to = to;
    ps->edges[ps->nedges].inner = ps->inner || ps->owner != NULL;
    ps->nedges++;
}


static void
target_unknown(ckp_parse_t *ps, const ckp_at_t *at, const char *id)
{
    ckp_near_t  near;

    if (strstr(id, "{{") != NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 212,
                                         .field = at->key },
                      "a node is named, never computed");
    }

    ckp_near_init(ps, &near, id);

    for (size_t i = 0; ckp_near_is_cheap(ps, i) && i < ps->out.n; i++) {
        ckp_near_try(&near, ps->out.entries[i].id);
    }

    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .hint = ckp_near_hint(ps, &near),
                      .number = (at->key != NULL
                                 && strcmp(at->key, "on_failure") == 0
                                 && ps->node == NULL) ? 303 : 130,
                      .field = at->key },
                  "%s '%.120s' is not a node",
                  at->key == NULL ? "target" : at->key, id);
}


ckp_target_t
ckp_target_at(ckp_parse_t *ps, const ckp_at_t *at, const char *id)
{
    ckp_target_t  to = { CKP_TO_NOTHING, NULL };
    size_t        i;

    if (id[0] == '@') {
        const bool  ends = strcmp(id, "@end") == 0;
        const bool  breaks = strcmp(id, "@break") == 0;
        const bool  goes_on = strcmp(id, "@continue") == 0;

        if ((breaks || goes_on) && !ps->loops) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 133,
                                             .field = at->key },
                          "'%s' outside a loop", id);
        }

        if (ends || breaks || goes_on) {
            to.kind = ends ? CKP_TO_END
                      : breaks ? CKP_TO_BREAK : CKP_TO_CONTINUE;
            return to;
        }
    }

    i = ckp_outline_find(&ps->out, id);

    if (i == ps->out.n) {
        target_unknown(ps, at, id);
        return to;
    }

    to.kind = CKP_TO_NODE;
    to.node = &ps->prog->nodes[i];
    target_edge(ps, at, i);

    return to;
}


ckp_target_t
ckp_parse_target(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    const ckp_target_t  nothing = { CKP_TO_NOTHING, NULL };
    const char *const   id = ckp_parse_str(ps, at, key);
    ckp_at_t            out;
    ckp_diags_t *const  diags = ps->diags;

    if (id == NULL) {
        return nothing;
    }

    /* found before, and told then; now for its place alone */

    ps->diags = NULL;
    (void) ckp_parse_find(ps, at, key, &out);
    ps->diags = diags;

    if (id[0] == '\0') {
        return nothing;
    }

    return ckp_target_at(ps, &out, id);
}


ckp_target_t
ckp_parse_inner(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_target_t  to;

    ps->inner = true;
    to = ckp_parse_target(ps, at, key);
    ps->inner = false;

    return to;
}


const char *
ckp_parse_variable(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    const char *const  name = ckp_parse_str(ps, at, key);

    if (name == NULL || name[0] == '\0') {
        return NULL;
    }

    if (ckp_name_is_reserved(name)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 413,
                                         .field = key },
                      "'%.120s' is a reserved name", name);
        return NULL;
    }

    return name;
}
