/*
 * The graph that the console draws: nodes breadth first with positions, edges
 * with labels (spec/api.md 3.5).  A document that does not compile is drawn as
 * far as it can be understood.
 */

#include <ctype.h>
#include <string.h>

#include "study/draw_int.h"

#define DRAW_LABEL  40

typedef struct {
    size_t       from;
    size_t       to;
    const char  *label;
    bool         animated;
    size_t       next;          /* of the same node; SIZE_MAX: none */
} draw_edge_t;

typedef struct {
    ckp_parse_t  *ps;
    draw_edge_t  *edges;
    size_t        nedges;
    size_t        size;
    size_t        from;         /* the node that is being looked at */
    size_t       *first;        /* its edges, in order; SIZE_MAX: none */
    size_t       *last;
    size_t       *order;        /* nodes as they are listed */
    size_t       *level;        /* distance from the start; SIZE_MAX: none */
    size_t        norder;
} draw_t;


/* --- edges ------------------------------------------------------------------- */


/* At most so many characters, not bytes, of a condition. */
static const char *
draw_cut(ckp_parse_t *ps, const char *text)
{
    size_t  bytes = 0;
    size_t  chars = 0;

    while (text[bytes] != '\0') {
        if (((unsigned char) text[bytes] & 0xc0) != 0x80
            && chars++ == DRAW_LABEL)
        {
            break;
        }

        bytes++;
    }

    if (text[bytes] == '\0') {
        return text;
    }

    text = ckp_arena_strndup(ps->arena, text, bytes);

    return (text == NULL) ? "" : text;
}


static void
draw_lead(ckp_parse_t *ps, void *data, const ckp_at_t *at, const char *label,
    bool inner)
{
    draw_t *const  d = data;
    const size_t   to = ckp_outline_find(&ps->out,
                                         json_string_value(at->value));

    (void) inner;

    /* a node that the form made is drawn as part of its owner */

    if (to == ps->out.n || ps->out.entries[to].owner != SIZE_MAX
        || d->nedges >= CKP_EDGES_MAX)
    {
        return;
    }

    if (d->nedges == d->size) {
        const size_t        size = (d->size == 0) ? 64 : 2 * d->size;
        draw_edge_t *const  edges = ckp_parse_alloc(ps,
                                        size * sizeof(draw_edge_t));

        if (edges == NULL) {
            return;
        }

        if (d->nedges > 0) {
            memcpy(edges, d->edges, d->nedges * sizeof(draw_edge_t));
        }

        d->edges = edges;
        d->size = size;
    }

    d->edges[d->nedges] = (draw_edge_t) {
        .from = d->from, .to = to, .label = draw_cut(ps, label),
        .animated = label[0] != '\0', .next = SIZE_MAX
    };

    if (d->first[d->from] == SIZE_MAX) {
        d->first[d->from] = d->nedges;

    } else {
        d->edges[d->last[d->from]].next = d->nedges;
    }

    d->last[d->from] = d->nedges++;
}


/* --- order ---------------------------------------------------------------------- */


static void
draw_reach(draw_t *d, size_t start)
{
    size_t  next = d->norder;

    d->level[start] = 0;
    d->order[d->norder++] = start;

    while (next < d->norder) {
        const size_t  at = d->order[next++];

        for (size_t i = d->first[at]; i != SIZE_MAX; i = d->edges[i].next) {
            const size_t  to = d->edges[i].to;

            if (d->level[to] == SIZE_MAX) {
                d->level[to] = d->level[at] + 1;
                d->order[d->norder++] = to;
            }
        }
    }
}


/* Unreached nodes stand below all others, in the order of the document. */
static void
draw_order(draw_t *d)
{
    const ckp_outline_t *const  out = &d->ps->out;
    size_t                      lowest = 0;

    for (size_t i = 0; i < out->n; i++) {
        d->level[i] = SIZE_MAX;
    }

    if (out->start != NULL && ckp_outline_find(out, out->start) < out->n) {
        draw_reach(d, ckp_outline_find(out, out->start));
    }

    for (size_t i = 0; i < d->norder; i++) {
        if (d->level[d->order[i]] + 1 > lowest) {
            lowest = d->level[d->order[i]] + 1;
        }
    }

    for (size_t i = 0; i < out->n; i++) {
        if (d->level[i] == SIZE_MAX && out->entries[i].owner == SIZE_MAX) {
            d->level[i] = lowest;
            d->order[d->norder++] = i;
        }
    }
}


/* --- nodes ------------------------------------------------------------------------ */


const char *
ckp_draw_color(const char *type)
{
    static const struct {
        const char  *type;
        const char  *color;
    } colors[] = {
        { "sequence", "#3B82F6" }, { "logic", "#F59E0B" },
        { "loop", "#8B5CF6" }, { "parallel", "#06B6D4" },
        { "human_approval", "#EF4444" }, { "llm_action", "#10B981" },
        { "processing", "#6366F1" }, { "verification", "#F97316" },
        { "transform", "#EC4899" }, { "subflow", "#14B8A6" },
        { "terminate", "#6B7280" }, { "dag", "#0EA5E9" },
    };

    for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++) {
        if (strcmp(colors[i].type, type) == 0) {
            return colors[i].color;
        }
    }

    return "#9CA3AF";
}


/* check_vendor becomes "Check Vendor". */
static const char *
draw_title(ckp_parse_t *ps, const char *id)
{
    char *const  title = ckp_arena_strdup(ps->arena, id);
    bool         first = true;

    for (char *p = title; p != NULL && *p != '\0'; p++) {
        if (*p == '_') {
            *p = ' ';
        }

        if (first && (unsigned char) *p < 0x80) {
            *p = (char) toupper((unsigned char) *p);
        }

        first = !isalnum((unsigned char) *p) && (unsigned char) *p < 0x80;
    }

    return (title == NULL) ? id : title;
}


const char *
ckp_draw_label(ckp_parse_t *ps, const json_t *node, const char *id)
{
    const char *const  keys[] = { "description", "name" };

    for (size_t i = 0; i < 2; i++) {
        const char *const  text = ckp_json_str(node, keys[i]);

        if (text != NULL && text[0] != '\0') {
            return text;
        }
    }

    return draw_title(ps, id);
}


json_int_t
ckp_draw_steps(const json_t *node)
{
    static const char *const  lists[] = { "steps", "operations" };

    for (size_t i = 0; i < 2; i++) {
        const json_t *const  list = json_object_get(node, lists[i]);

        if (json_is_array(list)) {
            return (json_int_t) json_array_size(list);
        }
    }

    return 0;
}


static json_t *
draw_node(draw_t *d, size_t i, size_t across)
{
    ckp_parse_t *const        ps = d->ps;
    const ckp_entry_t *const  entry = &ps->out.entries[i];
    const char               *type = entry->type;
    const bool                start = ps->out.start != NULL
                                      && strcmp(ps->out.start, entry->id) == 0;
    const bool                leads = d->first[i] != SIZE_MAX;

    if (type == NULL) {
        type = (entry->written == NULL) ? "unknown" : entry->written;
    }

    return json_pack("{s:s, s:s, s:{s:i, s:i}, s:{s:s, s:s?, s:s, s:s?, s:s,"
                     " s:b, s:b, s:I}}",
                     "id", entry->id, "type", type,
                     "position", "x", (int) across * CKP_DRAW_ACROSS,
                     "y", (int) d->level[i] * CKP_DRAW_DOWN,
                     "data", "label", ckp_draw_label(ps, entry->at.value,
                                                entry->id),
                     "description", ckp_json_str(entry->at.value,
                                                 "description"),
                     "nodeType", type,
                     "agent", ckp_json_str(entry->at.value, "agent"),
                     "color", ckp_draw_color(type),
                     "isStart", start, "isEnd", !leads && !start,
                     "stepCount", ckp_draw_steps(entry->at.value));
}


/* --- the whole ------------------------------------------------------------------------ */


static int
draw_nodes(draw_t *d, json_t *nodes)
{
    size_t *const  filled = ckp_parse_alloc(d->ps, (d->ps->out.n + 1)
                                                   * sizeof(size_t));
    int            bad = 0;

    for (size_t k = 0; filled != NULL && k < d->norder; k++) {
        const size_t  i = d->order[k];

        bad |= json_array_append_new(nodes,
                                     draw_node(d, i, filled[d->level[i]]++));
    }

    return bad;
}


int
ckp_draw_edge(ckp_drawing_t *to, const char *source, const char *target,
    json_t *label)
{
    const bool  animated = json_string_length(label) > 0;

    return json_array_append_new(to->edges,
               json_pack("{s:o, s:s, s:s, s:o, s:b}",
                         "id", json_sprintf("e%zu", ++to->nedges),
                         "source", source, "target", target, "label", label,
                         "animated", animated));
}


static int
draw_edges(const draw_t *d, ckp_drawing_t *to)
{
    const ckp_entry_t *const  entries = d->ps->out.entries;
    int                       bad = 0;

    for (size_t k = 0; k < d->norder; k++) {
        for (size_t i = d->first[d->order[k]]; i != SIZE_MAX;
             i = d->edges[i].next)
        {
            const draw_edge_t *const  edge = &d->edges[i];

            bad |= ckp_draw_edge(to, entries[edge->from].id,
                                 entries[edge->to].id,
                                 json_string(edge->label));
        }
    }

    return bad;
}


/* Tasks follow all nodes, dag after dag. */
static int
draw_tasks(const draw_t *d, ckp_drawing_t *to)
{
    const size_t  n = json_array_size(to->nodes);
    int           bad = 0;

    for (size_t k = 0; k < d->norder; k++) {
        const size_t  row = d->level[d->order[k]] + 1;

        to->below = row > to->below ? row : to->below;
    }

    for (size_t k = 0; k < d->norder && k < n; k++) {
        const ckp_entry_t *const  entry = &d->ps->out.entries[d->order[k]];

        if (entry->type != NULL && strcmp(entry->type, "dag") == 0) {
            bad |= ckp_draw_dag(to, entry,
                       json_object_get(json_array_get(to->nodes, k), "data"));
        }
    }

    return bad;
}


static json_t *
draw_all(draw_t *d)
{
    ckp_parse_t *const  ps = d->ps;
    ckp_drawing_t       to = { .ps = ps, .nodes = json_array(),
                               .edges = json_array() };

    d->order = ckp_parse_alloc(ps, ps->out.n * sizeof(size_t));
    d->level = ckp_parse_alloc(ps, ps->out.n * sizeof(size_t));
    d->first = ckp_parse_alloc(ps, ps->out.n * sizeof(size_t));
    d->last = ckp_parse_alloc(ps, ps->out.n * sizeof(size_t));

    for (size_t i = 0; d->first != NULL && i < ps->out.n; i++) {
        d->first[i] = SIZE_MAX;
    }

    for (size_t i = 0; !ps->nomem && i < ps->out.n; i++) {
        const size_t  owner = ps->out.entries[i].owner;

        d->from = (owner == SIZE_MAX) ? i : owner;
        ckp_leads(ps, &ps->out.entries[i], draw_lead, d);
    }

    if (!ps->nomem) {
        draw_order(d);

        if (draw_nodes(d, to.nodes) == 0 && draw_edges(d, &to) == 0
            && draw_tasks(d, &to) == 0 && !ps->nomem)
        {
            return json_pack("{s:o, s:o}", "nodes", to.nodes, "edges",
                             to.edges);
        }
    }

    json_decref(to.nodes);
    json_decref(to.edges);

    return NULL;
}


json_t *
ckp_document_graph(const json_t *doc)
{
    const unsigned long  refusals = ckp_memory_refusals();
    ckp_parse_t          ps;
    draw_t               d = { .ps = &ps };
    json_t              *graph = NULL;

    if (ckp_form_look(&ps, doc)) {
        graph = draw_all(&d);
    }

    ckp_form_close(&ps);

    return ckp_json_whole(graph, refusals);
}
