/*
 * Graphs and their runs as clients see them (spec/api.md 18).
 */

#include "graph/ngx_lo_graph.h"

#include "ckp.h"


static int ngx_lo_graph_twice(json_t *v, const char *name, const char *again);
static void ngx_lo_graph_node_stop(const json_t *row, const json_t *list);
static json_t *ngx_lo_graph_node_new(const json_t *row, const char *node_id);
static void ngx_lo_graph_node_event(json_t *node, const json_t *ev);
static void ngx_lo_graph_node_end(json_t *node, const char *status,
    const json_t *ev);


json_t *
ngx_lo_graph_full(ngx_lo_api_t *api, const json_t *row)
{
    size_t   i;
    json_t  *v;

    static const char *const  inside[] = {
        "doc_hash", "rev", "newest", "granted"
    };

    v = json_copy((json_t *) row);

    for (i = 0; i < 4; i++) {
        (void) json_object_del(v, inside[i]);
    }

    if (v == NULL
        || json_object_set(v, "execution_levels",
                           json_object_get(row, "levels")) != 0
        || json_object_del(v, "levels") != 0
        || json_object_set_new(v, "permission",
               json_string(ngx_lo_graph_right(ngx_lo_graph_may(api, row))))
           != 0)
    {
        json_decref(v);
        return NULL;
    }

    return v;
}


/* --- runs -------------------------------------------------------------------- */


json_t *
ngx_lo_graph_run_json(const json_t *row)
{
    int      bad;
    size_t   i;
    json_t  *v, *inputs;

    static const char *const  inside[] = {
        "_status", "owner_id", "is_public", "granted", "nodes", "levels"
    };

    v = json_copy((json_t *) row);

    if (v == NULL) {
        return NULL;
    }

    for (i = 0; i < 6; i++) {
        (void) json_object_del(v, inside[i]);
    }

    inputs = json_object_get(v, "inputs");
    bad = json_is_object(inputs)
          ? 0 : json_object_set_new(v, "inputs", json_object());
    bad |= json_object_set(v, "outputs",
                           (json_t *) ngx_lo_graph_bare(
                               json_object_get(v, "outputs")));
    bad |= ngx_lo_graph_twice(v, "id", "run_id");
    bad |= ngx_lo_graph_twice(v, "error", "error_message");
    bad |= ngx_lo_graph_twice(v, "inputs", "input_data");
    bad |= ngx_lo_graph_twice(v, "outputs", "output_data");
    bad |= ngx_lo_graph_twice(v, "inputs", "context");

    if (bad) {
        json_decref(v);
        return NULL;
    }

    return v;
}


static int
ngx_lo_graph_twice(json_t *v, const char *name, const char *again)
{
    return json_object_set(v, again, json_object_get(v, name));
}


const json_t *
ngx_lo_graph_bare(const json_t *outputs)
{
    const json_t  *result;

    result = json_object_get(outputs, "result");

    return (json_object_size(outputs) == 1 && result != NULL
            && !json_is_object(result))
           ? result : outputs;
}


/* --- nodes of a run ------------------------------------------------------------ */


json_t *
ngx_lo_graph_nodes_json(const json_t *row, const json_t *events)
{
    int            bad;
    size_t         i;
    json_t        *list, *index, *node;
    const char    *id;
    const json_t  *v;

    list = json_array();
    index = json_object();
    bad = (list == NULL || index == NULL);

    json_array_foreach(events, i, v) {
        id = ckp_json_str(json_object_get(v, "payload"), "task_id");

        if (id == NULL) {
            continue;
        }

        node = json_object_get(index, id);

        if (node == NULL) {
            node = ngx_lo_graph_node_new(row, id);
            bad |= json_array_append_new(list, node);
            bad |= (node == NULL) || json_object_set(index, id, node);
        }

        ngx_lo_graph_node_event(node, v);
    }

    if (!json_is_null(json_object_get(row, "completed_at"))) {
        ngx_lo_graph_node_stop(row, list);
    }

    /* those that were not reached yet come last */

    json_array_foreach(json_object_get(row, "nodes"), i, v) {
        id = ckp_json_str(v, "node_id");

        if (id != NULL && json_object_get(index, id) == NULL) {
            bad |= json_array_append_new(list, ngx_lo_graph_node_new(row, id));
        }
    }

    json_decref(index);

    if (bad) {
        json_decref(list);
        return NULL;
    }

    return list;
}


/* What was under way when the run ended went no further. */

static void
ngx_lo_graph_node_stop(const json_t *row, const json_t *list)
{
    size_t       i;
    json_t      *node;
    const char  *status;

    json_array_foreach(list, i, node) {
        status = ckp_json_str(node, "status");

        if (status != NULL && strcmp(status, "running") == 0) {
            (void) json_object_set_new(node, "status",
                                       json_string("cancelled"));
            (void) json_object_set(node, "completed_at",
                                   json_object_get(row, "completed_at"));
        }
    }
}


static json_t *
ngx_lo_graph_node_new(const json_t *row, const char *node_id)
{
    const char  *run;

    run = ckp_json_str(row, "id");

    return json_pack("{s:o, s:s, s:s, s:s, s:i, s:i, s:n, s:n, s:n, s:n, s:n,"
                     " s:n, s:n, s:n, s:n, s:n, s:f}",
                     "id", ngx_lo_graph_node_run_id(run, node_id),
                     "workflow_run_id", run, "node_id", node_id,
                     "status", "pending", "attempt_number", 1,
                     "retry_count", 0, "started_at", "completed_at",
                     "duration_ms", "inputs", "input_data", "outputs",
                     "output_data", "error", "error_message",
                     "agent_response", "cost", 0.0);
}


static void
ngx_lo_graph_node_event(json_t *node, const json_t *ev)
{
    int64_t        n;
    const char    *type;
    const json_t  *payload;

    type = ckp_json_str(ev, "type");
    payload = json_object_get(ev, "payload");

    if (node == NULL || type == NULL) {
        return;
    }

    if (strcmp(type, "task_started") == 0) {
        (void) json_object_set_new(node, "status", json_string("running"));
        (void) json_object_set(node, "started_at", json_object_get(ev, "at"));
        (void) json_object_set(node, "inputs",
                               json_object_get(payload, "inputs"));
        (void) ngx_lo_graph_twice(node, "inputs", "input_data");

    } else if (strcmp(type, "task_retry") == 0) {
        n = ckp_json_int(node, "retry_count", 0) + 1;
        (void) json_object_set_new(node, "retry_count", json_integer(n));
        (void) json_object_set_new(node, "attempt_number",
                                   json_integer(n + 1));

    } else if (strcmp(type, "task_completed") == 0) {
        ngx_lo_graph_node_end(node, "completed", ev);

    } else if (strcmp(type, "task_failed") == 0) {
        ngx_lo_graph_node_end(node, "failed", ev);

    } else if (strcmp(type, "task_skipped") == 0) {
        ngx_lo_graph_node_end(node, "skipped", ev);

    } else if (strcmp(type, "task_canceled") == 0) {
        ngx_lo_graph_node_end(node, "cancelled", ev);
    }
}


static void
ngx_lo_graph_node_end(json_t *node, const char *status, const json_t *ev)
{
    const json_t  *payload, *output;

    payload = json_object_get(ev, "payload");
    output = json_object_get(payload, "output");

    (void) json_object_set_new(node, "status", json_string(status));
    (void) json_object_set(node, "completed_at", json_object_get(ev, "at"));
    (void) json_object_set_new(node, "duration_ms",
               json_object_get(payload, "duration_ms") != NULL
               ? json_incref(json_object_get(payload, "duration_ms"))
               : json_null());

    if (output != NULL) {
        (void) json_object_set(node, "outputs", (json_t *) output);
        (void) json_object_set(node, "output_data", (json_t *) output);
        (void) json_object_set(node, "agent_response", (json_t *) output);
    }

    if (json_is_string(json_object_get(payload, "error"))) {
        (void) json_object_set(node, "error",
                               json_object_get(payload, "error"));
        (void) ngx_lo_graph_twice(node, "error", "error_message");
    }

    (void) json_object_set_new(node, "cost",
               json_real(json_number_value(json_object_get(payload,
                                                           "cost_usd"))));
}


json_t *
ngx_lo_graph_node_run_id(const char *run_id, const char *node_id)
{
    char    id[37];
    size_t  len;
    u_char  text[1024];

    len = ngx_slprintf(text, text + sizeof(text), "%s/%s", run_id,
                       (node_id != NULL) ? node_id : "")
          - text;

    ngx_lo_uuid_of((const char *) text, len, id);

    return json_string(id);
}
