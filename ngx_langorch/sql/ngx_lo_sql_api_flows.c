/*
 * Workflows, their runs, and orders (spec/api.md 17).
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_FINAL  "('completed', 'failed', 'canceled')"

/* The status in the words of this family (spec/ckp.md 11.6). */

#define NGX_LO_FLOW_STATUS                                                    \
    "CASE WHEN r.status = 'completed' THEN 'completed'"                       \
    " WHEN r.status IN ('failed', 'canceled') THEN 'failed'"                  \
    " WHEN r.status = 'created' AND r.started_at IS NULL THEN 'pending'"      \
    " ELSE 'running' END"

#define NGX_LO_FLOW_RUN                                                       \
    "SELECT r.run_id AS id, r.procedure_id AS workflow_id,"                   \
    " f.name AS workflow_name, r.order_id, " NGX_LO_FLOW_STATUS " AS status," \
    " r.started_at AS \"started_at:t\", r.ended_at AS \"completed_at:t\""

#define NGX_LO_FLOW_FROM                                                      \
    " FROM runs r JOIN flows f ON f.flow_id = r.procedure_id"


const ngx_lo_stmt_t  ngx_lo_sql_api_flow_add = {
    "api_flow_add",
    "INSERT INTO flows (flow_id, name, definition, steps, doc_hash,"
    " created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    "ssjjsis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_flow_get = {
    "api_flow_get",
    "SELECT flow_id AS id, name, definition AS \"definition:j\","
    " created_at AS \"created_at:t\", steps AS \"steps:j\", doc_hash"
    " FROM flows WHERE flow_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_flows = {
    "api_flows",
    "SELECT flow_id AS id, name, created_at AS \"created_at:t\" FROM flows"
    " ORDER BY flows.id DESC LIMIT $1 OFFSET $2",
    "ii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_order_add = {
    "api_order_add",
    "INSERT INTO orders (order_id, status, amount, created_at, updated_at)"
    " VALUES ($1, 'pending', $2, $3, $3)",
    "sdi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_order_get = {
    "api_order_get",
    "SELECT order_id AS id, status, amount, created_at AS \"created_at:t\","
    " updated_at AS \"updated_at:t\" FROM orders WHERE order_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_flow_order_free = {
    "api_flow_order_free",
    "UPDATE orders SET order_id = order_id WHERE order_id = $1"
    " AND NOT EXISTS (SELECT 1 FROM runs WHERE order_id = $1"
    " AND status NOT IN " NGX_LO_FINAL ")",
    "s", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_flow_order_run = {
    "api_flow_order_run",
    "SELECT o.order_id, (SELECT run_id FROM runs WHERE order_id = o.order_id"
    " AND status NOT IN " NGX_LO_FINAL " LIMIT 1) AS run_id"
    " FROM orders o WHERE o.order_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_flow_runs = {
    "api_flow_runs",
    NGX_LO_FLOW_RUN NGX_LO_FLOW_FROM
    " WHERE r.family = 'd' AND ($1 IS NULL OR " NGX_LO_FLOW_STATUS " = $1)"
    " AND ($2 IS NULL OR r.order_id = $2)"
    " ORDER BY r.created_at DESC, r.id DESC LIMIT $3 OFFSET $4",
    "ssii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_flow_run = {
    "api_flow_run",
    NGX_LO_FLOW_RUN ", f.steps AS \"steps:j\"" NGX_LO_FLOW_FROM
    " WHERE r.run_id = $1 AND r.family = 'd'",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_flow_tasks = {
    "api_flow_tasks",
    "SELECT type, created_at AS \"at:t\", payload AS \"payload:j\""
    " FROM events WHERE run = (SELECT id FROM runs WHERE run_id = $1)"
    " AND type IN ('task_started', 'task_completed', 'task_failed',"
    " 'task_retry', 'task_canceled') ORDER BY seq",
    "s", -1
};
