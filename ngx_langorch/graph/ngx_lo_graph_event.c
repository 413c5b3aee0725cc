/*
 * A run's events in the words of this family (spec/api.md 18.12, spec/ckp.md
 * 11.7); those that it has no word for are not told.
 */

#include "graph/ngx_lo_graph.h"

#include "ckp.h"


typedef json_t *(*ngx_lo_graph_data_pt)(const json_t *row, const json_t *p);


static json_t *ngx_lo_graph_said_start(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_level(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_level_end(const json_t *row,
    const json_t *p);
static json_t *ngx_lo_graph_said_node(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_node_end(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_retry(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_failed(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_skipped(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_calling(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_waiting(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_decided(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_nothing(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_reason(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_end(const json_t *row, const json_t *p);
static json_t *ngx_lo_graph_said_broken(const json_t *row, const json_t *p);


static const struct {
    const char            *type;
    const char            *said;
    ngx_lo_graph_data_pt   data;
} ngx_lo_graph_words[] = {
    { "execution_started", "workflow_started", ngx_lo_graph_said_start },
    { "level_started", "level_started", ngx_lo_graph_said_level },
    { "level_completed", "level_completed", ngx_lo_graph_said_level_end },
    { "task_started", "node_started", ngx_lo_graph_said_node },
    { "task_completed", "node_completed", ngx_lo_graph_said_node_end },
    { "task_retry", "node_retry", ngx_lo_graph_said_retry },
    { "task_failed", "node_failed", ngx_lo_graph_said_failed },
    { "task_skipped", "node_skipped", ngx_lo_graph_said_skipped },
    { "step_dispatched", "agent_calling", ngx_lo_graph_said_calling },
    { "approval_requested", "human_gate_waiting", ngx_lo_graph_said_waiting },
    { "approval_decision_received", "human_gate_decided",
      ngx_lo_graph_said_decided },
    { "run_cancel_requested", "workflow_cancelling",
      ngx_lo_graph_said_nothing },
    { "run_canceled", "workflow_cancelled", ngx_lo_graph_said_reason },
    { "run_completed", "workflow_completed", ngx_lo_graph_said_end },
    { "run_failed", "workflow_failed", ngx_lo_graph_said_broken }
};


json_t *
ngx_lo_graph_event(const json_t *row, const json_t *ev, ngx_uint_t *skip)
{
    json_t        *data, *payload;
    const char    *type;
    ngx_uint_t     i;

    type = ckp_json_str(ev, "type");
    *skip = 0;

    for (i = 0; i < sizeof(ngx_lo_graph_words) / sizeof(ngx_lo_graph_words[0]);
         i++)
    {
        if (type == NULL || strcmp(ngx_lo_graph_words[i].type, type) != 0) {
            continue;
        }

        /* an event of a node has its id beside its payload */

        payload = json_copy(json_object_get(ev, "payload"));
        payload = (payload != NULL) ? payload : json_object();

        if (json_object_get(payload, "task_id") == NULL) {
            (void) json_object_set(payload, "task_id",
                                   json_object_get(ev, "node_id"));
        }

        data = ngx_lo_graph_words[i].data(row, payload);
        json_decref(payload);

        return json_pack("{s:s, s:O, s:o, s:O, s:O}",
                         "type", ngx_lo_graph_words[i].said,
                         "workflow_run_id", json_object_get(row, "id"),
                         "data", data, "timestamp", json_object_get(ev, "at"),
                         "seq", json_object_get(ev, "seq"));
    }

    *skip = 1;

    return NULL;
}


/* A member of the payload, or null. */

static json_t *
ngx_lo_graph_of(const json_t *p, const char *name)
{
    json_t  *v;

    v = json_object_get(p, name);

    return (v != NULL) ? json_incref(v) : json_null();
}


/* A member of the node that the payload is about, or null. */

static json_t *
ngx_lo_graph_of_node(const json_t *row, const json_t *p, const char *name)
{
    size_t         i;
    const char    *id, *own;
    const json_t  *node;

    id = ckp_json_str(p, "task_id");

    json_array_foreach(json_object_get(row, "nodes"), i, node) {
        own = ckp_json_str(node, "node_id");

        if (id != NULL && own != NULL && strcmp(own, id) == 0) {
            return ngx_lo_graph_of(node, name);
        }
    }

    return json_null();
}


static json_t *
ngx_lo_graph_run_id(const json_t *row, const json_t *p)
{
    return ngx_lo_graph_node_run_id(ckp_json_str(row, "id"),
                                    ckp_json_str(p, "task_id"));
}


static json_t *
ngx_lo_graph_said_start(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o}", "workflow_run_id",
                     ngx_lo_graph_of(row, "id"), "workflow_id",
                     ngx_lo_graph_of(row, "workflow_id"), "workflow_version",
                     ngx_lo_graph_of(row, "workflow_version"));
}


static json_t *
ngx_lo_graph_said_level(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o}", "level", ngx_lo_graph_of(p, "level"),
                     "nodes", ngx_lo_graph_of(p, "tasks"), "total_levels",
                     ngx_lo_graph_of(p, "total_levels"));
}


static json_t *
ngx_lo_graph_said_level_end(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o}", "level", ngx_lo_graph_of(p, "level"),
                     "nodes_completed", ngx_lo_graph_of(p, "completed"),
                     "nodes_failed", ngx_lo_graph_of(p, "failed"));
}


static json_t *
ngx_lo_graph_said_node(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o}", "node_id",
                     ngx_lo_graph_of(p, "task_id"), "node_type",
                     ngx_lo_graph_of_node(row, p, "node_type"), "node_run_id",
                     ngx_lo_graph_run_id(row, p));
}


static json_t *
ngx_lo_graph_said_node_end(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "node_id",
                     ngx_lo_graph_of(p, "task_id"), "node_run_id",
                     ngx_lo_graph_run_id(row, p), "output",
                     ngx_lo_graph_of(p, "output"), "cost",
                     ngx_lo_graph_of(p, "cost_usd"), "duration_ms",
                     ngx_lo_graph_of(p, "duration_ms"));
}


static json_t *
ngx_lo_graph_said_retry(const json_t *row, const json_t *p)
{
    json_int_t  ms;

    ms = ckp_json_int(p, "delay_ms", 0);

    return json_pack("{s:o, s:o, s:o, s:f, s:o}", "node_id",
                     ngx_lo_graph_of(p, "task_id"), "attempt",
                     ngx_lo_graph_of(p, "attempt"), "max_retries",
                     ngx_lo_graph_of(p, "max_attempts"), "retry_in_seconds",
                     (double) ms / 1000, "error", ngx_lo_graph_of(p, "error"));
}


static json_t *
ngx_lo_graph_said_failed(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "node_id",
                     ngx_lo_graph_of(p, "task_id"), "node_run_id",
                     ngx_lo_graph_run_id(row, p), "error",
                     ngx_lo_graph_of(p, "error"), "attempts",
                     ngx_lo_graph_of(p, "attempts"));
}


static json_t *
ngx_lo_graph_said_skipped(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o}", "node_id", ngx_lo_graph_of(p, "task_id"),
                     "reason", ngx_lo_graph_of(p, "reason"));
}


static json_t *
ngx_lo_graph_said_calling(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "node_id",
                     ngx_lo_graph_of(p, "task_id"), "agent_id",
                     ngx_lo_graph_of(p, "agent_id"), "action",
                     ngx_lo_graph_of(p, "action"), "input",
                     ngx_lo_graph_of_node(row, p, "inputs"));
}


static json_t *
ngx_lo_graph_said_waiting(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "node_id",
                     ngx_lo_graph_of(p, "task_id"), "prompt",
                     ngx_lo_graph_of(p, "prompt"), "input",
                     ngx_lo_graph_of_node(row, p, "inputs"), "approval_id",
                     ngx_lo_graph_of(p, "approval_id"));
}


static json_t *
ngx_lo_graph_said_decided(const json_t *row, const json_t *p)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "node_id",
                     ngx_lo_graph_of(p, "task_id"), "approval_id",
                     ngx_lo_graph_of(p, "approval_id"), "decision",
                     ngx_lo_graph_of(p, "decision"), "decided_by",
                     ngx_lo_graph_of(p, "decided_by"));
}


static json_t *
ngx_lo_graph_said_nothing(const json_t *row, const json_t *p)
{
    return json_object();
}


static json_t *
ngx_lo_graph_said_reason(const json_t *row, const json_t *p)
{
    return json_pack("{s:o}", "reason", ngx_lo_graph_of(p, "reason"));
}


static json_t *
ngx_lo_graph_said_end(const json_t *row, const json_t *p)
{
    return json_pack("{s:O, s:o}", "output",
                     ngx_lo_graph_bare(json_object_get(p, "outputs")),
                     "total_cost", ngx_lo_graph_of(row, "total_cost"));
}


static json_t *
ngx_lo_graph_said_broken(const json_t *row, const json_t *p)
{
    return json_pack("{s:o}", "error", ngx_lo_graph_of(p, "error"));
}
