/*
 * Runs of graphs, in the words of their family (spec/api.md 18.8 to 18.12).
 */

#include "sql/graph/ngx_lo_sql_graph_int.h"
#include "store/ngx_lo_sql_graph.h"

#define NGX_LO_GRAPH_STATUS                                                   \
    "CASE WHEN r.status = 'created' AND r.started_at IS NULL THEN 'pending'"  \
    " WHEN r.status = 'created' THEN 'running'"                               \
    " WHEN r.status = 'waiting_approval' THEN 'paused'"                       \
    " WHEN r.status = 'canceled' THEN 'cancelled' ELSE r.status END"

#define NGX_LO_GRAPH_RUN                                                      \
    "SELECT r.run_id AS id, r.procedure_id AS workflow_id,"                   \
    " CAST(r.procedure_version AS INTEGER) AS workflow_version, "             \
    NGX_LO_GRAPH_STATUS " AS status, r.triggered_by,"                         \
    " r.started_at AS \"started_at:t\", r.ended_at AS \"completed_at:t\","    \
    " r.error_message AS error, r.input_vars AS \"inputs:j\","                \
    " r.output_vars AS \"outputs:j\","                                        \
    " coalesce(r.estimated_cost_usd, 0.0) AS total_cost,"                     \
    " (SELECT COUNT(DISTINCT json_extract(e.payload, '$.task_id'))"           \
    " FROM events e WHERE e.run = r.id AND e.type = 'task_completed')"        \
    " AS nodes_completed, v.node_count AS nodes_total,"                       \
    " r.created_at AS \"created_at:t\", r.updated_at AS \"updated_at:t\","    \
    " r.status AS _status, g.owner_id, g.is_public AS \"is_public:b\","       \
    " " NGX_LO_GRANTED("$2", "$3", "$4") " AS granted"

#define NGX_LO_GRAPH_FROM                                                     \
    " FROM runs r JOIN graphs g ON g.graph_id = r.procedure_id"               \
    " JOIN graph_versions v ON v.graph_id = g.graph_id"                       \
    " AND v.version = CAST(r.procedure_version AS INTEGER)"


const ngx_lo_stmt_t  ngx_lo_sql_graph_run = {
    "graph_run",
    NGX_LO_GRAPH_RUN ", v.nodes AS \"nodes:j\", v.levels AS \"levels:j\""
    NGX_LO_GRAPH_FROM " WHERE r.run_id = $1 AND r.family = 'w'",
    "ssji", -1
};


/* $1 graph, $2 who, $3 groups, $4 now, $5 status, $6 limit, $7 offset */

const ngx_lo_stmt_t  ngx_lo_sql_graph_runs = {
    "graph_runs",
    NGX_LO_GRAPH_RUN NGX_LO_GRAPH_FROM
    " WHERE r.procedure_id = $1 AND r.family = 'w'"
    " AND ($5 IS NULL OR " NGX_LO_GRAPH_STATUS " = $5)"
    " ORDER BY r.created_at DESC, r.id DESC LIMIT $6 OFFSET $7",
    "ssjisii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_events = {
    "graph_events",
    "SELECT seq, type, created_at AS \"at:t\", node_id, attempt,"
    " payload AS \"payload:j\""
    " FROM events WHERE run = (SELECT id FROM runs WHERE run_id = $1)"
    " AND seq > $2 ORDER BY seq LIMIT $3",
    "sii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_tasks = {
    "graph_tasks",
    "SELECT type, created_at AS \"at:t\", payload AS \"payload:j\""
    " FROM events WHERE run = (SELECT id FROM runs WHERE run_id = $1)"
    " AND type IN ('task_started', 'task_completed', 'task_failed',"
    " 'task_retry', 'task_skipped', 'task_canceled') ORDER BY seq",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_last = {
    "graph_last",
    "SELECT coalesce(MAX(seq), 0) AS seq FROM events"
    " WHERE run = (SELECT id FROM runs WHERE run_id = $1)",
    "s", -1
};
