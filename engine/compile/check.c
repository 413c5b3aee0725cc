/*
 * The graph as a whole: what cannot be reached, where it stops without saying
 * so, where it never stops (spec/ckp.md 33).
 */

#include <string.h>

#include "compile/parse_int.h"
#include "llm/llm.h"
#include "node/verification.h"

#define CHECK_ROUNDS_MAX  64

typedef struct {
    ckp_parse_t    *ps;
    size_t          n;
    ckp_links_t   forth;
    ckp_links_t   back;
    bool           *reached;    /* from a root, by any edge */
    bool           *top;        /* the same without entering bodies */
    bool           *leaves;     /* the end of its frame can be reached */
    size_t         *stack;
} check_t;


static void
check_link(ckp_parse_t *ps, size_t n, bool back, ckp_links_t *links)
{
    size_t  *fill = ckp_parse_alloc(ps, (n + 1) * sizeof(size_t));

    links->first = ckp_parse_alloc(ps, (n + 1) * sizeof(size_t));
    links->to = ckp_parse_alloc(ps, ps->nedges * sizeof(size_t));
    links->inner = ckp_parse_alloc(ps, ps->nedges * sizeof(bool));

    if (ps->nomem) {
        return;
    }

    for (size_t i = 0; i < ps->nedges; i++) {
        if (ps->edges[i].from != SIZE_MAX) {
            links->first[(back ? ps->edges[i].to : ps->edges[i].from) + 1]++;
        }
    }

    for (size_t i = 0; i < n; i++) {
        links->first[i + 1] += links->first[i];
        fill[i] = links->first[i];
    }

    for (size_t i = 0; i < ps->nedges; i++) {
        const ckp_edge_t *const  edge = &ps->edges[i];

        if (edge->from != SIZE_MAX) {
            const size_t  at = fill[back ? edge->to : edge->from]++;

            links->to[at] = back ? edge->from : edge->to;
            links->inner[at] = edge->inner;
        }
    }
}


static void
check_walk(check_t *c, const ckp_links_t *links, size_t from, bool *seen,
    bool inside)
{
    size_t  depth = 0;

    if (seen[from]) {
        return;
    }

    seen[from] = true;
    c->stack[depth++] = from;

    while (depth > 0) {
        const size_t  at = c->stack[--depth];

        for (size_t i = links->first[at]; i < links->first[at + 1]; i++) {
            if (!seen[links->to[i]] && (inside || !links->inner[i])) {
                seen[links->to[i]] = true;
                c->stack[depth++] = links->to[i];
            }
        }
    }
}


static bool
check_goes(ckp_target_t to)
{
    return to.kind == CKP_TO_NODE;
}


/* Whether control may end at this node, in any way. */
static bool
check_is_exit(const ckp_node_t *node)
{
    if (node->ops == NULL) {
        return true;
    }

    if (strcmp(node->ops->type, "terminate") == 0) {
        return true;
    }

    if (strcmp(node->ops->type, "logic") == 0) {
        for (size_t i = 0; i < node->u.logic->nrules; i++) {
            if (!check_goes(node->u.logic->rules[i].next)) {
                return true;
            }
        }

        return !check_goes(node->u.logic->otherwise)
               && !node->u.logic->end_on_no_match;
    }

    if (strcmp(node->ops->type, "verification") == 0) {
        return ckp_verification_ends(node);
    }

    if (strcmp(node->ops->type, "human_approval") == 0) {
        return !check_goes(node->u.approval->on_reject)
               || (!check_goes(node->u.approval->on_approve)
                   && !check_goes(node->next));
    }

    return !check_goes(node->next);
}


/* Nothing follows, and nobody said that this is the end. */
static bool
check_is_dead_end(const ckp_node_t *node, const ckp_entry_t *entry)
{
    const json_t *const  written = json_object_get(entry->at.value,
                                                   "next_node");

    if (node->ops == NULL || node->next.kind != CKP_TO_NOTHING
        || json_is_string(written)      /* to no node: that is told */
        || ckp_alias_find(entry->at.value, entry->at.as, "next_node") != NULL)
    {
        return false;
    }

    if (strcmp(node->ops->type, "human_approval") == 0) {
        return node->u.approval->on_approve.kind == CKP_TO_NOTHING;
    }

    if (strcmp(node->ops->type, "verification") == 0) {
        return !ckp_verification_goes_on(node);
    }

    if (strcmp(node->ops->type, "llm_action") == 0) {
        return !node->u.llm->orchestrates;
    }

    return strcmp(node->ops->type, "terminate") != 0
           && strcmp(node->ops->type, "logic") != 0;
}


static void
check_tell(check_t *c, size_t i, int number, const char *what)
{
    const ckp_entry_t *const  entry = &c->ps->out.entries[i];

    c->ps->entry = entry;
    ckp_parse_say(c->ps, &(ckp_say_t) { .at = &entry->at, .number = number },
                  "%s", what);
    c->ps->entry = NULL;
}


/*
 * From a node that leads to no end: goes on, each time to a node from where
 * there is no way back, until there is always one.  That is the cycle; all that
 * lead into it are done with it.
 */
static void
check_cycle(check_t *c, size_t i)
{
    bool *const  ahead = ckp_parse_alloc(c->ps, c->n * sizeof(bool));
    bool *const  behind = ckp_parse_alloc(c->ps, c->n * sizeof(bool));
    size_t       next = i;

    if (c->ps->nomem) {
        return;
    }

    for (size_t round = 0; round < CHECK_ROUNDS_MAX; round++) {
        i = next;
        memset(ahead, 0, c->n * sizeof(bool));
        memset(behind, 0, c->n * sizeof(bool));
        check_walk(c, &c->forth, i, ahead, false);
        check_walk(c, &c->back, i, behind, false);

        for (size_t k = 0; k < c->n; k++) {
            next = (ahead[k] && !behind[k]) ? k : next;
        }

        if (next == i) {
            break;
        }
    }

    check_tell(c, i, 122, "no way leads out of the cycle that this node is in");

    for (size_t k = 0; k < c->n; k++) {
        c->leaves[k] = c->leaves[k] || behind[k];
    }
}


static void
check_nodes(check_t *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const ckp_node_t *const   node = &c->ps->prog->nodes[i];
        const ckp_entry_t *const  entry = &c->ps->out.entries[i];

        if (!c->reached[i]) {
            check_tell(c, i, 120, "no way leads to this node");

        } else if (c->top[i] && check_is_dead_end(node, entry)) {
            check_tell(c, i, 121, "nothing follows this node: the run ends "
                       "here as a success");
        }
    }

    for (size_t i = 0; i < c->n; i++) {
        if (c->reached[i] && !c->leaves[i]) {
            check_cycle(c, i);
        }
    }
}


static void
check_start(ckp_parse_t *ps, size_t *start)
{
    ckp_outline_t *const  out = &ps->out;
    ckp_at_t              at = out->start_at;
    ckp_near_t            near;

    *start = out->n;

    if (out->start == NULL) {
        const ckp_at_t *const  place = (out->form == 'A') ? &out->places[0]
                                                          : &out->root;

        ckp_parse_say(ps, &(ckp_say_t) {
                          .number = (at.value == NULL) ? 101 : 15,
                          .at = (at.value == NULL) ? place : &at,
                          .field = "start_node" },
                      (at.value == NULL) ? "there is no start node"
                                         : "the start node must be a string");
        return;
    }

    *start = ckp_outline_find(out, out->start);

    if (*start == out->n) {
        ckp_near_init(ps, &near, out->start);

        for (size_t i = 0; i < out->n; i++) {
            ckp_near_try(&near, out->entries[i].id);
        }

        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 101,
                          .code = "unknown_start_node", .field = "start_node",
                          .hint = ckp_near_hint(ps, &near) },
                      "start node '%.120s' is not a node", out->start);
        return;
    }

    ps->prog->start = &ps->prog->nodes[*start];
}


void
ckp_graph_check(ckp_parse_t *ps)
{
    check_t  c = { .ps = ps, .n = ps->out.n };
    size_t   start;

    if (c.n == 0) {
        return;
    }

    check_start(ps, &start);
    check_link(ps, c.n, false, &c.forth);
    check_link(ps, c.n, true, &c.back);
    c.reached = ckp_parse_alloc(ps, c.n * sizeof(bool));
    c.top = ckp_parse_alloc(ps, c.n * sizeof(bool));
    c.leaves = ckp_parse_alloc(ps, c.n * sizeof(bool));
    c.stack = ckp_parse_alloc(ps, c.n * sizeof(size_t));

    /* without a start everything would be unreachable: one word is enough */

    if (ps->nomem || start == c.n) {
        return;
    }

    check_walk(&c, &c.forth, start, c.reached, true);
    check_walk(&c, &c.forth, start, c.top, false);

    for (size_t i = 0; i < ps->nedges; i++) {
        if (ps->edges[i].from == SIZE_MAX) {
            check_walk(&c, &c.forth, ps->edges[i].to, c.reached, true);
            check_walk(&c, &c.forth, ps->edges[i].to, c.top, false);
        }
    }

    for (size_t i = 0; i < c.n; i++) {
        if (check_is_exit(&ps->prog->nodes[i])) {
            check_walk(&c, &c.back, i, c.leaves, false);
        }
    }

    check_nodes(&c);

    if (!ps->nomem) {
        ckp_bodies_check(ps, &c.forth, c.top);
    }
}
