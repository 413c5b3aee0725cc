/*
 * The tasks of a dag as the console draws them (spec/ckp.md 34).  Read from the
 * document alone, so that one that does not compile is drawn as well.
 */

#include <string.h>

#include "base/json.h"
#include "study/draw_int.h"
#include "dag/plan.h"
#include "model/event.h"

#define DRAW_TASKS_MAX   2000
#define DRAW_LABEL_MAX   40

typedef struct {
    const char    *id;
    const json_t  *doc;
    bool           leads;       /* some edge begins there */
    bool           waits;       /* some edge ends there */
} draw_task_t;

typedef struct {
    ckp_drawing_t    *d;
    const char       *dag;      /* its id */
    draw_task_t      *tasks;
    size_t            n;
    json_t           *index;    /* id -> position; owned */
    ckp_dag_pair_t   *pairs;
    json_t           *labels;   /* of the pairs; owned */
    size_t            npairs;
    ckp_dag_links_t   forth;
    size_t           *order;
    size_t           *level;
    size_t            norder;
} draw_dag_t;


/* --- what there is ------------------------------------------------------------- */


static void
dag_task(draw_dag_t *g, const char *id, const json_t *doc)
{
    if (id == NULL) {
        id = ckp_json_str(doc, "task_id");
    }

    if (id == NULL) {
        id = ckp_json_str(doc, "id");
    }

    if (id == NULL || *id == '\0' || g->n >= DRAW_TASKS_MAX
        || !json_is_object(doc) || json_object_get(g->index, id) != NULL
        || json_object_set_new(g->index, id, json_integer((json_int_t) g->n))
           != 0)
    {
        return;
    }

    g->tasks[g->n++] = (draw_task_t) { .id = id, .doc = doc };
}


static void
dag_tasks(draw_dag_t *g, const json_t *tasks)
{
    const char    *id;
    const json_t  *doc;
    size_t         i;

    json_array_foreach(tasks, i, doc) {
        dag_task(g, NULL, doc);
    }

    json_object_foreach((json_t *) tasks, id, doc) {
        if (!ckp_is_note(id)) {
            dag_task(g, id, doc);
        }
    }
}


static void
dag_pair(draw_dag_t *g, const char *from, const char *to, const json_t *edge)
{
    const json_t *const  a = json_object_get(g->index,
                                             from == NULL ? "" : from);
    const json_t *const  b = json_object_get(g->index, to == NULL ? "" : to);
    const char *const    condition = ckp_json_str(edge, "condition");
    const char          *label = ckp_json_str(edge, "label");

    if (a == NULL || b == NULL || g->npairs >= CKP_EDGES_MAX) {
        return;
    }

    if (label == NULL) {
        label = condition != NULL ? condition
                : ckp_json_bool(edge, "is_default", false) ? "default" : "";
    }

    if (json_array_append_new(g->labels, ckp_text_cut(label, DRAW_LABEL_MAX))
        != 0)
    {
        return;
    }

    g->pairs[g->npairs++] = (ckp_dag_pair_t) {
        (size_t) json_integer_value(a), (size_t) json_integer_value(b)
    };
    g->tasks[json_integer_value(a)].leads = true;
    g->tasks[json_integer_value(b)].waits = true;
}


/* Fallbacks that wait for nothing else come behind those they stand in for. */
static void
dag_fallbacks(draw_dag_t *g)
{
    json_t *const  edge = json_pack("{s:s}", "label", "fallback");
    const size_t   npairs = g->npairs;

    for (size_t i = 0; i < g->n; i++) {
        const char *const    id = ckp_json_str(g->tasks[i].doc,
                                               "fallback_task");
        const json_t *const  to = json_object_get(g->index,
                                                  id == NULL ? "" : id);
        const size_t         at = (size_t) json_integer_value(to);
        bool                 own = to == NULL;

        for (size_t k = 0; !own && g->tasks[at].waits && k < npairs; k++) {
            own = g->pairs[k].to == at;
        }

        if (!own) {
            dag_pair(g, g->tasks[i].id, id, edge);
        }
    }

    json_decref(edge);
}


static void
dag_pairs(draw_dag_t *g, const json_t *node)
{
    const json_t  *one;
    size_t         k;

    for (size_t i = 0; i < g->n; i++) {
        const json_t *const  list = json_object_get(g->tasks[i].doc,
                                                    "depends_on");

        if (json_is_string(list)) {
            dag_pair(g, json_string_value(list), g->tasks[i].id, NULL);
        }

        json_array_foreach(list, k, one) {
            dag_pair(g, json_is_string(one) ? json_string_value(one)
                                            : ckp_json_str(one, "task"),
                     g->tasks[i].id, one);
        }
    }

    json_array_foreach(json_object_get(node, "edges"), k, one) {
        dag_pair(g, ckp_json_str(one, "from"), ckp_json_str(one, "to"), one);
    }

    dag_fallbacks(g);
}


/* Tasks in a cycle come last, in the order of the document. */
static bool
dag_order(draw_dag_t *g)
{
    ckp_parse_t *const  ps = g->d->ps;
    size_t              last = 0;
    ckp_code_t          rc;

    g->forth.first = ckp_parse_alloc(ps, (g->n + 1) * sizeof(size_t));
    g->forth.to = ckp_parse_alloc(ps, g->npairs * sizeof(size_t));
    g->forth.edge = ckp_parse_alloc(ps, g->npairs * sizeof(size_t));
    g->order = ckp_parse_alloc(ps, g->n * sizeof(size_t));
    g->level = ckp_parse_alloc(ps, g->n * sizeof(size_t));

    if (ps->nomem) {
        return false;
    }

    ckp_dag_link(g->n, g->pairs, g->npairs, false, &g->forth);
    g->norder = ckp_dag_sort(g->n, &g->forth, g->order, g->level, &rc);

    for (size_t i = 0; i < g->norder; i++) {
        const size_t  level = g->level[g->order[i]];

        last = level + 1 > last ? level + 1 : last;
    }

    for (size_t i = 0; i < g->n; i++) {
        if (g->level[i] == SIZE_MAX) {
            g->order[g->norder++] = i;
            g->level[i] = last;
        }
    }

    return rc == CKP_OK;
}


/* --- what is drawn ---------------------------------------------------------------- */


static const char *
dag_type(const json_t *task)
{
    static const struct {
        const char  *body;
        const char  *type;
    } types[] = {
        { "step", "sequence" }, { "steps", "sequence" },
        { "llm", "llm_action" }, { "approval", "human_approval" },
        { "subflow", "subflow" },
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (json_object_get(task, types[i].body) != NULL) {
            return types[i].type;
        }
    }

    return "processing";
}


static json_t *
dag_id(const draw_dag_t *g, size_t i)
{
    return json_sprintf("%s.%s", g->dag, g->tasks[i].id);
}


static int
dag_node(draw_dag_t *g, size_t i, size_t across)
{
    const json_t *const  doc = g->tasks[i].doc;
    const char *const    type = dag_type(doc);
    const json_t *const  step = json_object_get(doc, "step");

    return json_array_append_new(g->d->nodes,
               json_pack("{s:o, s:s, s:{s:i, s:i}, s:{s:s, s:s?, s:s, s:s?,"
                         " s:s, s:b, s:b, s:I}}",
                         "id", dag_id(g, i), "type", type,
                         "position", "x", (int) across * CKP_DRAW_ACROSS,
                         "y", (int) (g->d->below + g->level[i])
                              * CKP_DRAW_DOWN,
                         "data", "label",
                         ckp_draw_label(g->d->ps, doc, g->tasks[i].id),
                         "description", ckp_json_str(doc, "description"),
                         "nodeType", type, "agent",
                         ckp_json_str(step, "agent"),
                         "color", ckp_draw_color(type),
                         "isStart", 0, "isEnd", !g->tasks[i].leads,
                         "stepCount", step != NULL ? 1
                                                   : ckp_draw_steps(doc)));
}


/* The rows of a dag, each filled from the left. */
static int
dag_nodes(draw_dag_t *g, json_t *data)
{
    json_t *const  order = json_array();
    json_t *const  levels = json_array();
    int            bad = order == NULL || levels == NULL;

    for (size_t k = 0; !bad && k < g->norder; k++) {
        const size_t  i = g->order[k];

        while (json_array_size(levels) <= g->level[i] && !bad) {
            bad = json_array_append_new(levels, json_array());
        }

        json_t *const  row = json_array_get(levels, g->level[i]);

        bad |= dag_node(g, i, json_array_size(row));
        bad |= json_array_append_new(row, json_string(g->tasks[i].id));
        bad |= json_array_append_new(order, json_string(g->tasks[i].id));
    }

    g->d->below += json_array_size(levels);
    bad |= json_object_set_new(data, "order", order);
    bad |= json_object_set_new(data, "levels", levels);

    return bad ? -1 : 0;
}


static int
dag_edges(draw_dag_t *g)
{
    int  bad = 0;

    for (size_t k = 0; k < g->npairs; k++) {
        json_t *const  from = dag_id(g, g->pairs[k].from);
        json_t *const  to = dag_id(g, g->pairs[k].to);

        bad |= ckp_draw_edge(g->d, json_string_value(from),
                   json_string_value(to),
                   json_incref(json_array_get(g->labels, k)));
        json_decref(from);
        json_decref(to);
    }

    return bad;
}


int
ckp_draw_dag(ckp_drawing_t *d, const ckp_entry_t *entry, json_t *data)
{
    const json_t *const  node = entry->at.value;
    const json_t *const  tasks = json_object_get(node, "tasks");
    const size_t         most = json_array_size(tasks)
                                + json_object_size(tasks);
    draw_dag_t           g = { .d = d, .dag = entry->id };
    int                  bad;

    g.index = json_object();
    g.labels = json_array();
    g.tasks = ckp_parse_alloc(d->ps, most * sizeof(draw_task_t));
    g.pairs = ckp_parse_alloc(d->ps, CKP_EDGES_MAX * sizeof(ckp_dag_pair_t));
    bad = d->ps->nomem || g.index == NULL || g.labels == NULL;

    if (!bad) {
        dag_tasks(&g, tasks);
        dag_pairs(&g, node);
        bad = !dag_order(&g) || dag_nodes(&g, data) != 0 || dag_edges(&g) != 0;
    }

    json_decref(g.index);
    json_decref(g.labels);

    return bad ? -1 : 0;
}
