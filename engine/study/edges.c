/*
 * Where each node leads, and why; and the way through the graph, breadth first
 * (spec/api.md 3.10).
 */

#include <string.h>

#include "dag/dag.h"
#include "node/node.h"
#include "study/study_int.h"


/* --- collecting ------------------------------------------------------------------ */

static void
edges_add(ckp_study_t *s, size_t from, size_t to, const char *condition)
{
    if (s->nedges == s->size) {
        const size_t             size = s->size == 0 ? 64 : 2 * s->size;
        ckp_study_edge_t *const  edges = ckp_alloc(size
                                                   * sizeof(*edges));

        if (edges == NULL || s->nedges >= 4 * CKP_EDGES_MAX) {
            s->nomem = s->nomem || edges == NULL;
            ckp_free(edges);
            return;
        }

        if (s->nedges > 0) {
            memcpy(edges, s->edges, s->nedges * sizeof(*edges));
        }

        ckp_free(s->edges);
        s->edges = edges;
        s->size = size;
    }

    s->edges[s->nedges++] = (ckp_study_edge_t) { from, to, condition };
}


static bool
edges_is(const ckp_study_t *s, size_t i, const char *type)
{
    return s->ps.out.entries[i].type != NULL
           && strcmp(s->ps.out.entries[i].type, type) == 0;
}


/* The words of an explanation for those of a drawing. */
static const char *
edges_word(const ckp_study_t *s, const ckp_at_t *at, const char *label)
{
    static const char *const  words[][3] = {
        { "human_approval", "approve", "approved" },
        { "human_approval", "reject", "rejected" },
        { "human_approval", "timeout", "timeout" },
        { "loop", "loop body", "loop_body" },
    };
    const bool                next = at->key != NULL
                                     && strncmp(at->key, "next", 4) == 0
                                     && at->up == &s->ps.out
                                                      .entries[s->from].at;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (edges_is(s, s->from, words[i][0])
            && strcmp(label, words[i][1]) == 0)
        {
            return words[i][2];
        }
    }

    if (next && edges_is(s, s->from, "loop")) {
        return "loop_exit";
    }

    if (next && edges_is(s, s->from, "parallel")) {
        return "parallel_join";
    }

    /* an option's route, or that of a check, has no word of its own */

    return label[0] == '\0' || edges_is(s, s->from, "verification")
           || edges_is(s, s->from, "human_approval") ? NULL : label;
}


static void
edges_lead(ckp_parse_t *ps, void *data, const ckp_at_t *at, const char *label,
    bool inner)
{
    ckp_study_t *const  s = data;
    const char *const   id = json_string_value(at->value);
    const size_t        to = ckp_outline_find(&ps->out, id);
    const char *const   word = edges_word(s, at, label);

    (void) inner;

    if (to < ps->out.n) {
        edges_add(s, s->from, to, word);

    } else if (strcmp(id, "@end") == 0) {
        edges_add(s, s->from, CKP_STUDY_END, word);
    }
}


static size_t
edges_place(const ckp_study_t *s, ckp_target_t to)
{
    return to.kind == CKP_TO_NODE ? (size_t) (to.node - s->prog->nodes)
                                  : CKP_STUDY_END;
}


/* "error:<type>", kept as long as the look. */
static const char *
edges_error(ckp_study_t *s, const char *type)
{
    const char *const  text = ckp_arena_printf(s->ps.arena, "error:%s", type);

    s->nomem = s->nomem || text == NULL;

    return text;
}


static void
edges_handlers(ckp_study_t *s, const ckp_handler_t *list, size_t n)
{
    for (size_t i = 0; list != NULL && i < n; i++) {
        if (list[i].fallback.kind != CKP_TO_NOTHING) {
            edges_add(s, s->from, edges_place(s, list[i].fallback),
                      edges_error(s, list[i].ntypes == 0 ? "*"
                                                         : list[i].types[0]));
        }
    }
}


static void
edges_step(void *data, const ckp_each_t *at)
{
    ckp_study_t *const       s = data;
    const ckp_step_t *const  step = at->step;
    const ckp_timeout_t     *own = &at->node->timeout;

    edges_handlers(s, step->handlers, step->nhandlers);

    if (step->timeout.escalate_to.kind == CKP_TO_NODE
        && step->timeout.escalate_to.node != own->escalate_to.node)
    {
        edges_add(s, s->from, edges_place(s, step->timeout.escalate_to),
                  "timeout");
    }
}


/* What is not the ordinary way: errors, times, service levels. */
static void
edges_otherwise(ckp_study_t *s, const ckp_node_t *node)
{
    const ckp_entry_t *const  entry = &s->ps.out.entries[s->from];
    const json_t *const       sla = json_object_get(entry->at.value, "sla");
    const char *const         to = ckp_json_str(sla, "escalation_handler");

    for (size_t i = 0; i < node->non_error; i++) {
        edges_add(s, s->from, edges_place(s, node->on_error[i].to),
                  edges_error(s, node->on_error[i].type));
    }

    edges_handlers(s, node->handlers, node->nhandlers);
    ckp_each_step(node, edges_step, s);

    if (node->timeout.escalate_to.kind == CKP_TO_NODE) {
        edges_add(s, s->from, edges_place(s, node->timeout.escalate_to),
                  "timeout");
    }

    if (to != NULL && ckp_outline_find(&s->ps.out, to) < s->ps.out.n) {
        edges_add(s, s->from, ckp_outline_find(&s->ps.out, to), "sla");
    }
}


/* The ordinary ways of one node; without any it is an end. */
static void
edges_node(ckp_study_t *s, size_t i)
{
    const size_t  before = s->nedges;
    bool          goes_on = false;

    s->from = i;
    ckp_leads(&s->ps, &s->ps.out.entries[i], edges_lead, s);

    /* a body or a branch is no successor */

    for (size_t k = before; k < s->nedges; k++) {
        const char *const  word = s->edges[k].condition;

        goes_on = goes_on || word == NULL
                  || (strcmp(word, "loop_body") != 0
                      && (!edges_is(s, i, "parallel")
                          || strcmp(word, "parallel_join") == 0));
    }

    if (!goes_on) {
        edges_add(s, i, CKP_STUDY_END, edges_is(s, i, "loop") ? "loop_exit"
                  : edges_is(s, i, "parallel") ? "parallel_join" : NULL);
    }

    edges_otherwise(s, &s->prog->nodes[i]);
}


void
ckp_study_edges(ckp_study_t *s)
{
    const ckp_target_t  rescue = s->prog->config.on_failure;

    for (size_t i = 0; i < s->ps.out.n && i < s->prog->nnodes; i++) {
        edges_node(s, i);
    }

    if (rescue.kind == CKP_TO_NODE) {
        edges_add(s, CKP_STUDY_RUN, edges_place(s, rescue), "on_failure");
    }

    s->nomem = s->nomem || s->ps.nomem;
}


/* --- telling ------------------------------------------------------------------------ */

static json_t *
edges_one(const char *from, const char *to, const char *condition)
{
    return json_pack("{s:s, s:s, s:s?}", "from", from, "to", to, "condition",
                     condition);
}


/* Of a dag: "<dag>.<task>" after "<dag>.<dependency>". */
static int
edges_tasks(const ckp_study_t *s, const ckp_node_t *node, json_t *list)
{
    const ckp_dag_t *const  dag = node->u.dag;
    int                     bad = 0;

    for (size_t i = 0; dag != NULL && i < dag->nedges; i++) {
        const char *const  from = dag->tasks[dag->edges[i].from].id;
        const char *const  to = dag->tasks[dag->edges[i].to].id;
        json_t *const      a = json_sprintf("%s.%s", node->id, from);
        json_t *const      b = json_sprintf("%s.%s", node->id, to);
        json_t *const      why = json_sprintf("task:%s", from);

        bad |= json_array_append_new(list, edges_one(json_string_value(a),
                   json_string_value(b), json_string_value(why)));
        json_decref(a);
        json_decref(b);
        json_decref(why);
    }

    (void) s;

    return bad;
}


json_t *
ckp_study_edges_json(const ckp_study_t *s)
{
    json_t *const  list = json_array();
    int            bad = list == NULL;

    for (size_t i = 0; i < s->nedges; i++) {
        const ckp_study_edge_t *const  e = &s->edges[i];

        bad |= json_array_append_new(list, edges_one(
                   e->from == CKP_STUDY_RUN ? "__run__"
                                            : s->prog->nodes[e->from].id,
                   e->to == CKP_STUDY_END ? "__end__"
                                          : s->prog->nodes[e->to].id,
                   e->condition));
    }

    for (size_t i = 0; i < s->prog->nnodes; i++) {
        const ckp_node_t *const  node = &s->prog->nodes[i];

        if (node->ops != NULL && strcmp(node->ops->type, "dag") == 0) {
            bad |= edges_tasks(s, node, list);
        }
    }

    return ckp_study_whole(list, bad);
}


/* --- the way through ------------------------------------------------------------------- */

/* Its successors, each once, in the order told. */
static json_t *
edges_next(const ckp_study_t *s, const size_t *first, size_t i)
{
    json_t *const  set = json_object();
    json_t *const  list = json_array();
    const char    *id;
    json_t        *mark;
    int            bad = set == NULL || list == NULL;

    for (size_t k = first[i]; k < s->nedges && s->edges[k].from == i; k++) {
        if (s->edges[k].to != CKP_STUDY_END) {
            bad |= json_object_set_new(set, s->prog->nodes[s->edges[k].to].id,
                                       json_true());
        }
    }

    json_object_foreach(set, id, mark) {
        bad |= json_array_append_new(list, json_string(id));
    }

    json_decref(set);

    return ckp_study_whole(list, bad);
}


static int
edges_visit(const ckp_study_t *s, const size_t *first, size_t i, json_t *trace)
{
    json_t *const  next = edges_next(s, first, i);
    const bool     last = edges_is(s, i, "terminate")
                          || json_array_size(next) == 0;

    return json_array_append_new(trace, json_pack("{s:s, s:s, s:o, s:b}",
               "node_id", s->prog->nodes[i].id,
               "type", s->ps.out.entries[i].type == NULL ? ""
                       : s->ps.out.entries[i].type,
               "next_nodes", next, "is_terminal", last));
}


/* From the start, then from on_failure. */
static int
edges_walk(const ckp_study_t *s, size_t *work, json_t *trace)
{
    const size_t   n = s->prog->nnodes;
    size_t *const  first = work;
    size_t *const  queue = work + n;
    size_t *const  seen = work + 2 * n;
    size_t         head = 0;
    size_t         tail = 0;
    int            bad = 0;

    for (size_t i = 0; i < n; i++) {
        first[i] = s->nedges;
    }

    for (size_t k = s->nedges; k-- > 0; ) {
        if (s->edges[k].from != CKP_STUDY_RUN) {
            first[s->edges[k].from] = k;
        }
    }

    queue[tail++] = (size_t) (s->prog->start - s->prog->nodes);
    seen[queue[0]] = 1;

    for (int pass = 0; pass < 2; pass++) {
        while (head < tail) {
            const size_t  i = queue[head++];

            bad |= edges_visit(s, first, i, trace);

            for (size_t k = first[i]; k < s->nedges && s->edges[k].from == i;
                 k++)
            {
                const size_t  to = s->edges[k].to;

                if (to != CKP_STUDY_END && !seen[to]) {
                    seen[to] = 1;
                    queue[tail++] = to;
                }
            }
        }

        if (pass == 0 && s->nedges > 0
            && s->edges[s->nedges - 1].from == CKP_STUDY_RUN
            && !seen[s->edges[s->nedges - 1].to])
        {
            seen[s->edges[s->nedges - 1].to] = 1;
            queue[tail++] = s->edges[s->nedges - 1].to;
        }
    }

    return bad;
}


json_t *
ckp_study_trace(const ckp_study_t *s)
{
    json_t *const  trace = json_array();
    size_t *const  work = ckp_calloc((3 * s->prog->nnodes + 1)
                                     * sizeof(size_t));
    const int      bad = work == NULL || trace == NULL
                         || edges_walk(s, work, trace) != 0;

    ckp_free(work);

    return ckp_study_whole(trace, bad);
}
