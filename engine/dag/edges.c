/*
 * dag: what waits for what, and the order that follows (spec/ckp.md 11.2,
 * 11.3).
 */

#include <string.h>

#include "dag/dag.h"

#define EDGES_SEARCH_MAX  50000000  /* edges looked at for complaints */

static const ckp_word_t  edges_on[] = {
    { "success", CKP_DAG_ON_SUCCESS }, { "failure", CKP_DAG_ON_FAILURE },
    { "settled", CKP_DAG_ON_SETTLED }, { NULL, 0 }
};


size_t
ckp_dag_read_find(const ckp_dag_read_t *r, const char *id)
{
    const json_t *const  at = id == NULL ? NULL : json_object_get(r->ids, id);

    return at == NULL ? CKP_DAG_NONE : (size_t) json_integer_value(at);
}


/* The task that the member `key` of the object names, or that the text is. */
static size_t
edges_task(ckp_dag_read_t *r, const ckp_at_t *at, const char *key)
{
    const char *const  id = key == NULL ? json_string_value(at->value)
                                        : ckp_parse_str(r->ps, at, key);
    const size_t       task = ckp_dag_read_find(r, id);

    if (task != CKP_DAG_NONE) {
        return task;
    }

    if (id == NULL && key != NULL && json_object_get(at->value, key) == NULL) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 18,
                                            .field = key },
                      "there is no '%s'", key);

    } else if (id != NULL) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 503,
                                            .field = key },
                      "there is no task '%.120s'", id);
    }

    return CKP_DAG_NONE;
}


static ckp_dag_edge_t *
edges_add(ckp_dag_read_t *r, const ckp_at_t *at, size_t from, size_t to)
{
    ckp_dag_t *const  dag = r->dag;
    const size_t      size = r->edges_size == 0 ? 64 : 2 * r->edges_size;
    ckp_dag_edge_t   *edges;

    if (dag->nedges == CKP_DAG_EDGES_MAX) {
        if (!r->full) {
            ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 6 },
                          "more than %d dependencies", CKP_DAG_EDGES_MAX);
        }

        r->full = true;
        return NULL;
    }

    if (dag->nedges == r->edges_size) {
        edges = ckp_parse_alloc(r->ps, size * sizeof(ckp_dag_edge_t));

        if (edges == NULL) {
            return NULL;
        }

        if (dag->nedges > 0) {
            memcpy(edges, dag->edges, dag->nedges * sizeof(ckp_dag_edge_t));
        }

        dag->edges = edges;
        r->edges_size = size;
    }

    edges = &dag->edges[dag->nedges++];
    *edges = (ckp_dag_edge_t) { .from = from, .to = to };

    return edges;
}


/* --- of a task ---------------------------------------------------------------- */


static void
edges_depends(ckp_dag_read_t *r, size_t task, ckp_at_t *at)
{
    const bool       plain = json_is_string(at->value);
    ckp_dag_edge_t  *edge;
    size_t           from;

    if (!plain && !json_is_object(at->value)) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 15,
                                            .field = "depends_on" },
                      "a dependency is a task id, or an object with 'task'");
        return;
    }

    from = edges_task(r, at, plain ? NULL : "task");
    edge = from == CKP_DAG_NONE ? NULL : edges_add(r, at, from, task);

    if (edge == NULL || plain) {
        return;
    }

    edge->on = (ckp_dag_on_t) ckp_parse_word(r->ps, at, "on", edges_on,
                                             CKP_DAG_ON_SUCCESS, 302);
    edge->condition = ckp_parse_expr_as(r->ps, at, "condition", CKP_BARE_FITS);
    ckp_parse_known(r->ps, at, " task condition on ", NULL);
}


static void
edges_of_task(ckp_dag_read_t *r, size_t task)
{
    ckp_at_t  list;
    ckp_at_t  at;

    if (!ckp_parse_find(r->ps, &r->places[task], "depends_on", &list)) {
        return;
    }

    if (json_is_string(list.value)) {
        edges_depends(r, task, &list);
        return;
    }

    if (!json_is_array(list.value)) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = &list, .number = 15,
                                            .field = "depends_on" },
                      "'depends_on' must be an array");
        return;
    }

    for (size_t i = 0; i < json_array_size(list.value) && !r->full; i++) {
        ckp_parse_element(&list, i, &at);
        edges_depends(r, task, &at);
    }
}


/* --- of the node ----------------------------------------------------------------- */


/* Whether the author wrote the same edge before, at `seen`. */
static bool
edges_seen(ckp_dag_read_t *r, json_t *seen, size_t from, size_t to,
    const json_t *edge)
{
    const bool     whole = ckp_parse_form(r->ps) == 'E';
    json_t *const  what = whole
        ? json_sprintf("%zu %zu", from, to)
        : json_sprintf("%zu %zu %s %s", from, to,
                       ckp_json_str(edge, "on") == NULL ? "success"
                       : ckp_json_str(edge, "on"),
                       ckp_json_str(edge, "condition") == NULL ? ""
                       : ckp_json_str(edge, "condition"));
    const char *const  text = json_string_value(what);
    const bool         again = text != NULL
                               && json_object_get(seen, text) != NULL;

    if (text == NULL || json_object_set_new(seen, text, json_true()) != 0) {
        r->nomem = true;
    }

    json_decref(what);

    return again;
}


static void
edges_edge(ckp_dag_read_t *r, const ckp_at_t *at, json_t *seen)
{
    ckp_parse_t *const  ps = r->ps;
    ckp_dag_edge_t     *edge;
    size_t              from;
    size_t              to;

    if (!json_is_object(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = "edges" },
                      "an edge must be an object");
        return;
    }

    from = edges_task(r, at, "from");
    to = edges_task(r, at, "to");

    if (from == CKP_DAG_NONE || to == CKP_DAG_NONE) {
        return;
    }

    if (edges_seen(r, seen, from, to, at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 514 },
                      "there is an edge from '%.100s' to '%.100s' already",
                      r->dag->tasks[from].id, r->dag->tasks[to].id);
        return;
    }

    edge = edges_add(r, at, from, to);

    if (edge == NULL) {
        return;
    }

    edge->on = (ckp_dag_on_t) ckp_parse_word(ps, at, "on", edges_on,
                                             CKP_DAG_ON_SUCCESS, 302);
    edge->is_default = ckp_parse_bool(ps, at, "is_default", false);
    edge->condition = ckp_parse_expr_as(ps, at, "condition", CKP_BARE_FITS);
    (void) ckp_parse_str(ps, at, "label");
    ckp_parse_known(ps, at, " from to condition on is_default label ", NULL);
}


static void
edges_list(ckp_dag_read_t *r)
{
    json_t *const  seen = json_object();
    ckp_at_t       list;
    ckp_at_t       at;

    if (seen == NULL) {
        r->nomem = true;
        return;
    }

    if (ckp_parse_array(r->ps, &r->at, "edges", &list)) {
        for (size_t i = 0; i < json_array_size(list.value) && !r->full; i++) {
            ckp_parse_element(&list, i, &at);
            edges_edge(r, &at, seen);
        }
    }

    json_decref(seen);
}


/* --- fallbacks ------------------------------------------------------------------- */


static void
edges_fallback(ckp_dag_read_t *r, size_t task)
{
    const ckp_at_t *const  at = &r->places[task];
    const char *const      id = ckp_parse_str(r->ps, at, "fallback_task");
    const size_t           other = ckp_dag_read_find(r, id);

    if (id == NULL) {
        return;
    }

    if (other == CKP_DAG_NONE || other == task) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 503,
                                            .field = "fallback_task" },
                      other == task ? "a task cannot stand in for itself"
                                    : "there is no task '%.120s'", id);
        return;
    }

    r->dag->tasks[task].fallback = other;
    r->dag->tasks[other].is_fallback = true;
}


/* A fallback that waits for nothing else waits for those it stands in for. */
static void
edges_spares(ckp_dag_read_t *r)
{
    ckp_dag_t *const  dag = r->dag;
    const size_t      nedges = dag->nedges;
    ckp_dag_edge_t   *edge;

    for (size_t i = 0; i < dag->ntasks; i++) {
        dag->tasks[i].spare = dag->tasks[i].is_fallback;
    }

    for (size_t i = 0; i < nedges; i++) {
        dag->tasks[dag->edges[i].to].spare = false;
    }

    for (size_t i = 0; i < dag->ntasks; i++) {
        const size_t  other = dag->tasks[i].fallback;

        if (other != CKP_DAG_NONE && dag->tasks[other].spare) {
            edge = edges_add(r, &r->places[i], i, other);

            if (edge != NULL) {
                edge->stands_in = true;
            }
        }
    }
}


void
ckp_dag_read_edges(ckp_dag_read_t *r)
{
    for (size_t i = 0; i < r->dag->ntasks; i++) {
        edges_of_task(r, i);
        edges_fallback(r, i);
    }

    edges_list(r);
    edges_spares(r);
}


/* --- order ------------------------------------------------------------------------- */


static void
edges_cycle(ckp_dag_read_t *r, const size_t *level, size_t *way)
{
    const ckp_dag_t *const  dag = r->dag;
    const size_t            n = ckp_dag_cycle(dag->ntasks, &dag->back, level,
                                              way);
    ckp_buf_t               b;

    ckp_buf_init(&b, 400);

    for (size_t i = 0; i <= n; i++) {
        ckp_buf_printf(&b, "%s%.80s", i == 0 ? "" : " -> ",
                       dag->tasks[way[i % n]].id);
    }

    ckp_parse_say(r->ps, &(ckp_say_t) { .at = &r->tasks, .number = 510 },
                  "the dependencies form a cycle: %s", ckp_buf_str(&b));
    ckp_buf_free(&b);
}


static bool
edges_room(ckp_dag_read_t *r)
{
    ckp_dag_t *const        dag = r->dag;
    const size_t            n = dag->ntasks;
    ckp_dag_links_t *const  links[] = { &dag->forth, &dag->back };

    for (size_t i = 0; i < 2; i++) {
        links[i]->first = ckp_parse_alloc(r->ps, (n + 1) * sizeof(size_t));
        links[i]->to = ckp_parse_alloc(r->ps, dag->nedges * sizeof(size_t));
        links[i]->edge = ckp_parse_alloc(r->ps, dag->nedges * sizeof(size_t));
    }

    r->pairs = ckp_parse_alloc(r->ps, dag->nedges * sizeof(ckp_dag_pair_t));
    r->upstream = ckp_parse_alloc(r->ps, n * sizeof(bool));
    r->scratch = ckp_parse_alloc(r->ps, (n + 1) * sizeof(size_t));
    dag->order = ckp_parse_alloc(r->ps, n * sizeof(size_t));
    dag->by_level = ckp_parse_alloc(r->ps, n * sizeof(size_t));
    dag->level_first = ckp_parse_alloc(r->ps, (n + 1) * sizeof(size_t));

    return ckp_parse_end(r->ps) == CKP_OK;
}


/* Level by level, in each of them as the document lists them. */
static void
edges_levels(ckp_dag_t *dag, const size_t *level)
{
    size_t  n = 0;

    for (size_t i = 0; i < dag->ntasks; i++) {
        dag->tasks[i].level = level[i];
        dag->nlevels = level[i] + 1 > dag->nlevels ? level[i] + 1
                                                   : dag->nlevels;
        dag->level_first[level[i] + 1]++;
    }

    for (size_t k = 0; k < dag->nlevels; k++) {
        dag->level_first[k + 1] += dag->level_first[k];
    }

    /* filled from the end, so that firsts come to stand where they belong */

    for (size_t i = dag->ntasks; i > 0; i--) {
        n = --dag->level_first[level[i - 1] + 1];
        dag->by_level[n] = i - 1;
    }

    for (size_t k = 0; k < dag->nlevels; k++) {
        dag->level_first[k] = dag->level_first[k + 1];
    }

    dag->level_first[dag->nlevels] = dag->ntasks;
}


static void
edges_pairs(ckp_dag_read_t *r)
{
    for (size_t i = 0; i < r->dag->nedges; i++) {
        r->pairs[i] = (ckp_dag_pair_t) { r->dag->edges[i].from,
                                         r->dag->edges[i].to };
    }
}


/* By target, so that tasks that one other makes ready are met in the order of
 * the document. */
static void
edges_sort(ckp_dag_read_t *r)
{
    ckp_dag_t *const       dag = r->dag;
    ckp_dag_edge_t *const  sorted = ckp_parse_alloc(r->ps, dag->nedges
                                                    * sizeof(ckp_dag_edge_t));

    edges_pairs(r);
    ckp_dag_link(dag->ntasks, r->pairs, dag->nedges, true, &dag->back);

    if (sorted == NULL) {
        return;
    }

    for (size_t i = 0; i < dag->nedges; i++) {
        sorted[i] = dag->edges[dag->back.edge[i]];
    }

    dag->edges = sorted;
    edges_pairs(r);
}


void
ckp_dag_read_order(ckp_dag_read_t *r)
{
    ckp_dag_t *const  dag = r->dag;
    size_t           *level;
    ckp_code_t        rc;

    if (!edges_room(r)) {
        return;
    }

    edges_sort(r);
    ckp_dag_link(dag->ntasks, r->pairs, dag->nedges, false, &dag->forth);
    ckp_dag_link(dag->ntasks, r->pairs, dag->nedges, true, &dag->back);

    for (size_t i = 0; i < dag->ntasks; i++) {
        dag->tasks[i].ndeps = dag->back.first[i + 1] - dag->back.first[i];
    }

    level = r->scratch;

    if (ckp_dag_sort(dag->ntasks, &dag->forth, dag->order, level, &rc)
        == dag->ntasks)
    {
        edges_levels(dag, level);
        return;
    }

    if (rc != CKP_OK) {
        r->nomem = true;
        return;
    }

    edges_cycle(r, level, dag->by_level);
}


bool
ckp_dag_is_upstream(ckp_dag_read_t *r, size_t of, size_t task)
{
    const ckp_dag_t *const  dag = r->dag;

    if (r->upstream_of != of) {
        r->searched += dag->nedges + dag->ntasks;

        if (r->searched > EDGES_SEARCH_MAX) {
            return true;        /* of no use to a person any more */
        }

        ckp_dag_ancestors(dag->ntasks, &dag->back, of, r->upstream,
                          r->scratch);
        r->upstream_of = of;
    }

    return r->upstream[task];
}
