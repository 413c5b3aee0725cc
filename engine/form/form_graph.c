/*
 * Form E: nodes and edges become one dag node (spec/ckp.md 11.7).  A node of it
 * is made in form_graph_node.c.
 */

#include "form/form_graph.h"

#include <math.h>
#include <string.h>

#include "form/form_bind.h"

#define GRAPH_SECONDS_MAX  1e9

const char *const  ckp_graph_id[] = { "node_id", "id", NULL };
const char *const  ckp_graph_type[] = { "node_type", "type", NULL };

static const char *const  graph_from[] = { "from_node_id", "source_id",
                                           "source", "from", NULL };
static const char *const  graph_to[] = { "to_node_id", "target_id", "target",
                                         "to", NULL };

static const char  graph_edge_known[] =
    " id edge_id from_node_id source_id source from to_node_id target_id"
    " target to condition label is_default metadata ";


bool
ckp_graph_find(ckp_graph_t *g, const ckp_at_t *at, const char *const *keys,
    ckp_at_t *out)
{
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (ckp_parse_find(g->m.ps, at, keys[i], out)) {
            return true;
        }
    }

    return false;
}


const char *
ckp_graph_text(ckp_graph_t *g, const ckp_at_t *at, const char *const *keys)
{
    ckp_at_t  out;

    return ckp_graph_find(g, at, keys, &out) ? json_string_value(out.value)
                                             : NULL;
}


json_t *
ckp_graph_ms(ckp_graph_t *g, const ckp_at_t *at, const char *key)
{
    ckp_at_t  out;
    double    seconds;

    if (!ckp_parse_find(g->m.ps, at, key, &out)) {
        return NULL;
    }

    seconds = json_number_value(out.value);

    if (!json_is_number(out.value) || seconds < 0
        || seconds > GRAPH_SECONDS_MAX)
    {
        ckp_parse_say(g->m.ps, &(ckp_say_t) { .at = &out, .field = key,
                          .number = json_is_number(out.value) ? 314 : 15 },
                      "'%s' must be seconds, 0 or more", key);
        return NULL;
    }

    return json_integer((json_int_t) floor(seconds * 1000.0 + 0.5));
}


/* Ids first: bindings may refer to nodes that come later. */
static void
graph_ids(ckp_graph_t *g, const ckp_at_t *list)
{
    ckp_parse_t *const  ps = g->m.ps;
    ckp_at_t            node;
    ckp_at_t            at;

    for (size_t i = 0; i < json_array_size(list->value); i++) {
        const char  *id;
        const char  *type;

        ckp_parse_element(list, i, &node);

        if (!json_is_object(node.value)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &node, .number = 15,
                                             .field = "nodes" },
                          "a node must be an object");
            continue;
        }

        id = ckp_graph_text(g, &node, ckp_graph_id);
        type = ckp_graph_text(g, &node, ckp_graph_type);

        if (!ckp_graph_find(g, &node, ckp_graph_id, &at)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &node, .number = 18,
                                             .field = "node_id" },
                          "a node without 'node_id'");

        } else if (id != NULL
                   && json_object_set_new(g->ids, id,
                          json_string(type == NULL ? "" : type)) != 0)
        {
            ps->nomem = true;
        }
    }
}


/* --- edges ------------------------------------------------------------------------------- */


static void
graph_touch(ckp_graph_t *g, const char *id)
{
    if (id != NULL && json_object_set_new(g->touched, id, json_true()) != 0) {
        g->m.ps->nomem = true;
    }
}


static json_t *
graph_edge(ckp_graph_t *g, const ckp_at_t *at)
{
    ckp_parse_t *const  ps = g->m.ps;
    json_t *const       edge = json_object();
    const char         *type;
    json_t             *condition;
    ckp_at_t            out;

    if (ckp_graph_find(g, at, graph_from, &out)) {
        ckp_made_copy(&g->m, edge, "from", &out);
    }

    if (ckp_graph_find(g, at, graph_to, &out)) {
        ckp_made_copy(&g->m, edge, "to", &out);
    }

    type = ckp_json_str(g->ids, json_object_get(edge, "from") == NULL ? ""
                        : json_is_string(json_object_get(edge, "from"))
                          ? ckp_json_str(edge, "from") : "");
    graph_touch(g, ckp_json_str(edge, "from"));
    graph_touch(g, ckp_json_str(edge, "to"));
    g->nedges++;

    if (ckp_parse_bool(ps, at, "is_default", false)) {
        ckp_made_set(&g->m, edge, "is_default", json_true(), NULL);
        return edge;
    }

    if (ckp_parse_find(ps, at, "label", &out) && json_is_string(out.value)) {
        ckp_made_copy(&g->m, edge, "label", &out);
    }

    condition = ckp_bind_condition(&g->m, at, type != NULL
                                              && strcmp(type, "condition")
                                                 == 0);

    if (condition != NULL) {
        (void) ckp_parse_find(ps, at, "condition", &out);
        ckp_made_set(&g->m, edge, "condition", condition, &out);
    }

    return edge;
}


static void
graph_edges(ckp_graph_t *g)
{
    json_t *const  edges = json_array();
    ckp_at_t       list;
    ckp_at_t       at;

    if (edges == NULL
        || !ckp_parse_array(g->m.ps, &g->m.root, "edges", &list))
    {
        g->m.ps->nomem = g->m.ps->nomem || edges == NULL;
        json_decref(edges);
        return;
    }

    for (size_t i = 0; i < json_array_size(list.value); i++) {
        json_t  *edge;

        ckp_parse_element(&list, i, &at);

        if (!json_is_object(at.value)) {
            ckp_parse_say(g->m.ps, &(ckp_say_t) { .at = &at, .number = 15,
                                                  .field = "edges" },
                          "an edge must be an object");
            continue;
        }

        edge = graph_edge(g, &at);
        ckp_parse_stands(g->m.ps, edge, &at);
        ckp_parse_known(g->m.ps, &at, graph_edge_known, NULL);

        if (edge == NULL || json_array_append_new(edges, edge) != 0) {
            g->m.ps->nomem = true;
        }
    }

    ckp_made_set(&g->m, g->m.dag, "edges", edges, &list);
}


/* A node that nothing leads to or from, beside others that are connected. */
static void
graph_isolated(ckp_graph_t *g, const ckp_at_t *list)
{
    ckp_at_t  node;
    ckp_at_t  at;

    for (size_t i = 0; i < json_array_size(list->value); i++) {
        ckp_parse_element(list, i, &node);

        if (ckp_parse_find(g->m.ps, &node, "fallback_node_id", &at)) {
            graph_touch(g, json_string_value(at.value));
        }
    }

    for (size_t i = 0; g->nedges > 0 && i < json_array_size(list->value); i++)
    {
        const char  *id;

        ckp_parse_element(list, i, &node);
        id = ckp_graph_text(g, &node, ckp_graph_id);

        if (id != NULL && json_object_get(g->touched, id) == NULL) {
            ckp_parse_say(g->m.ps, &(ckp_say_t) { .at = &node,
                                                  .number = 515 },
                          "no edge leads to or from node '%.120s'", id);
        }
    }
}


/* --- the document ---------------------------------------------------------------------- */


static void
graph_settings(ckp_graph_t *g)
{
    static const char *const  kept[] = { "scheduling", "max_parallel",
                                         "on_error" };
    static const char *const  texts[] = { "metadata", "tags" };
    ckp_parse_t *const        ps = g->m.ps;
    const char *const         on_error = ckp_parse_str(ps, &g->m.root,
                                                       "on_error");
    json_t *const             config = json_object_get(g->m.doc,
                                                       "global_config");
    json_t *const             ms = ckp_graph_ms(g, &g->m.root,
                                                "timeout_seconds");
    ckp_at_t                  at;

    g->retries = ckp_parse_int(ps, &g->m.root, "max_retries", 0, 3, 310);
    g->rolls_back = on_error != NULL && strcmp(on_error, "rollback") == 0;

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (ckp_parse_find(ps, &g->m.root, kept[i], &at)) {
            ckp_made_copy(&g->m, g->m.dag, kept[i], &at);
        }
    }

    if (on_error == NULL || strcmp(on_error, "fail") == 0) {
        ckp_made_set(&g->m, g->m.dag, "cancel_running_on_fail", json_true(),
                     NULL);
    }

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (ckp_parse_find(ps, &g->m.root, texts[i], &at)
            && ckp_bind_embedded(&g->m, &at))
        {
            ckp_made_copy(&g->m, g->m.doc, texts[i], &at);
        }
    }

    if (ms != NULL) {
        json_t *const  own = json_is_object(config) ? json_copy(config)
                                                    : json_object();

        ckp_made_set(&g->m, own, "timeout_ms", ms, NULL);
        ckp_made_set(&g->m, g->m.doc, "global_config", own, NULL);
    }
}


static void
graph_all(ckp_graph_t *g)
{
    ckp_parse_t *const  ps = g->m.ps;
    ckp_at_t            list;
    ckp_at_t            at;

    graph_settings(g);
    ckp_made_set(&g->m, g->m.dag, "output_variable", json_string("result"),
                 NULL);
    ckp_made_set(&g->m, g->m.dag, "$wrap", json_true(), NULL);

    if (!ckp_parse_array(ps, &g->m.root, "nodes", &list)) {
        return;
    }

    ckp_parse_stands(ps, g->m.tasks, &list);
    graph_ids(g, &list);

    for (size_t i = 0; i < json_array_size(list.value) && !ps->nomem; i++) {
        ckp_parse_element(&list, i, &at);
        ckp_graph_node(g, &at);
    }

    graph_edges(g);
    graph_isolated(g, &list);
}


void
ckp_form_graph(ckp_parse_t *ps)
{
    ckp_graph_t  g = { .nedges = 0 };

    if (!ckp_made_begin(&g.m, ps, " nodes edges timeout_seconds max_retries"
                        " on_error scheduling max_parallel "))
    {
        return;
    }

    g.ids = json_object();
    g.touched = json_object();

    if (g.ids == NULL || g.touched == NULL) {
        ps->nomem = true;

    } else {
        graph_all(&g);
    }

    ckp_made_finish(&g.m, json_pack("{s:s, s:s}", "type", "terminate",
                                    "$outputs", "{{result}}"));
    json_decref(g.ids);
    json_decref(g.touched);
    ckp_form_ckp(ps);
}
