/*
 * The making of a document of form A: root, graph, one dag node and its tasks.
 */

#include <math.h>
#include <string.h>

#include "form/form_made.h"


void
ckp_made_set(ckp_made_t *m, json_t *object, const char *key, json_t *value,
    const ckp_at_t *at)
{
    if (object == NULL) {
        json_decref(value);
        return;
    }

    if (value == NULL || json_object_set_new(object, key, value) != 0) {
        m->ps->nomem = true;
        return;
    }

    if (at != NULL) {
        ckp_parse_stands(m->ps, value, at);
    }
}


void
ckp_made_copy(ckp_made_t *m, json_t *object, const char *key,
    const ckp_at_t *at)
{
    ckp_made_set(m, object, key, json_incref((json_t *) at->value), at);
}


static void
made_copy_root(ckp_made_t *m, const char *but)
{
    const char    *key;
    const json_t  *value;

    json_object_foreach((json_t *) m->root.value, key, value) {
        const ckp_at_t  at = { .up = &m->root, .key = key, .value = value };

        if (!ckp_word_in(but, key)) {
            ckp_made_copy(m, m->doc, key, &at);
        }
    }
}


bool
ckp_made_begin(ckp_made_t *m, ckp_parse_t *ps, const char *but)
{
    *m = (ckp_made_t) { .ps = ps, .root = ps->out.root };
    m->doc = json_object();
    m->dag = json_pack("{s:s, s:s, s:[]}", "type", "dag", "next_node", "end",
                       "tasks");
    m->tasks = json_object_get(m->dag, "tasks");

    if (m->doc == NULL || m->dag == NULL) {
        json_decref(m->doc);
        json_decref(m->dag);
        ps->nomem = true;
        return false;
    }

    made_copy_root(m, but);

    return true;
}


void
ckp_made_finish(ckp_made_t *m, json_t *end)
{
    ckp_parse_t *const  ps = m->ps;
    json_t             *graph;
    json_t             *nodes;

    ckp_parse_stands(ps, m->dag, &m->root);
    ckp_parse_stands(ps, end, &m->root);
    nodes = json_pack("{s:o, s:o}", "main", m->dag, "end", end);
    ckp_parse_stands(ps, nodes, &m->root);
    graph = json_pack("{s:s, s:o}", "start_node", "main", "nodes", nodes);
    ckp_made_set(m, m->doc, "workflow_graph", graph, &m->root);

    if (ckp_program_own_json(ps->prog, m->doc) == NULL) {
        ps->nomem = true;
        return;
    }

    ps->out.root.value = m->doc;
}


json_t *
ckp_made_task(ckp_made_t *m, const ckp_at_t *at)
{
    json_t *const  task = json_object();

    if (task == NULL || json_array_append_new(m->tasks, task) != 0) {
        m->ps->nomem = true;
        return NULL;
    }

    ckp_parse_stands(m->ps, task, at);

    return task;
}


json_t *
ckp_made_ms(double seconds)
{
    const double  ms = seconds * 1000.0;
    const double  whole = floor(ms + 0.5);

    return fabs(ms - whole) < 1e-6 && whole < 9e15
           ? json_integer((json_int_t) whole) : json_real(ms);
}
