/*
 * What the routes ask of the inside of a run: events, checkpoints, diagnosis.
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_RUN_ID  "(SELECT id FROM runs WHERE run_id = $1)"


const ngx_lo_stmt_t  ngx_lo_sql_api_events = {
    "api_events",
    "SELECT event_id, seq, $1 AS run_id, created_at AS \"created_at:t\","
    " type AS event_type, node_id, step_id, attempt, payload AS \"payload:j\""
    " FROM events WHERE run = " NGX_LO_RUN_ID " AND event_id > $2"
    " AND ($3 IS NULL OR $3 LIKE '%,' || type || ',%')"
    " AND ($4 IS NULL OR node_id = $4)"
    " ORDER BY seq LIMIT $5",
    "sissi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_events_after = {
    "api_events_after",
    "SELECT event_id, seq, $1 AS run_id, created_at AS \"created_at:t\","
    " type AS event_type, node_id, step_id, attempt, payload AS \"payload:j\""
    " FROM events WHERE run = " NGX_LO_RUN_ID " AND seq > $2"
    " ORDER BY seq LIMIT $3",
    "sii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_stream_head = {
    "api_stream_head",
    "SELECT run_id, status,"
    " (SELECT MAX(seq) FROM events WHERE run = runs.id AND event_id <= $2)"
    " AS seq,"
    " (SELECT MAX(event_id) FROM events WHERE run = runs.id) AS last_id"
    " FROM runs WHERE run_id = $1",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_checkpoints = {
    "api_checkpoints",
    "SELECT checkpoint_id, $1 AS thread_id,"
    " parent_id AS parent_checkpoint_id, seq AS step, NULL AS writes,"
    " created_at AS \"created_at:t\", node_id, path, name, reason"
    " FROM checkpoints WHERE run = " NGX_LO_RUN_ID
    " ORDER BY seq DESC, created_at DESC LIMIT 1000",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_checkpoint_get = {
    "api_checkpoint_get",
    "SELECT c.checkpoint_id, r.run_id AS thread_id, r.doc_hash, c.seq,"
    " c.parent_id, c.node_id, c.path, c.reason, c.name,"
    " c.created_at AS \"created_at:t\", " NGX_LO_CHAIN " AS \"state:p\""
    " FROM checkpoints c JOIN runs r ON r.id = c.run"
    " WHERE r.run_id = $1 AND c.checkpoint_id = $2"
    " AND " NGX_LO_CHAIN " IS NOT NULL",
    "ss", -1
};


/*
 * Of a step its events tell what became of it: the last of them (with max
 * SQLite takes the other columns from the row that has it).  A node that asks a
 * model has a row of the journal, and so have the steps of runs of older
 * versions.
 */

const ngx_lo_stmt_t  ngx_lo_sql_api_diag_journal = {
    "api_diag_journal",
    "WITH told AS MATERIALIZED (SELECT seq, path, node_id, step_id, type,"
    " created_at, payload FROM events WHERE run = " NGX_LO_RUN_ID
    " AND type IN ('step_started', 'workflow_delegated', 'step_completed',"
    " 'step_failed', 'step_skipped')),"
    " keys AS (SELECT path, max(seq), payload ->> 'key' AS key FROM told"
    " WHERE type = 'step_started' GROUP BY path),"
    " reused AS (SELECT DISTINCT path FROM told"
    " WHERE type = 'step_completed' AND payload ->> 'cached'),"
    " all_of AS (SELECT path, node_id, step_id, key, status,"
    " status = 'completed' AS known, updated_at FROM journal"
    " WHERE run = " NGX_LO_RUN_ID
    " UNION ALL SELECT path, node_id, step_id, key, CASE type"
    " WHEN 'workflow_delegated' THEN 'delegated' ELSE substr(type, 6) END,"
    " type = 'step_completed', at FROM (SELECT path, node_id, step_id, type,"
    " created_at AS at, max(seq) FROM told GROUP BY path)"
    " LEFT JOIN keys USING (path) WHERE path NOT IN"
    " (SELECT path FROM journal WHERE run = " NGX_LO_RUN_ID "))"
    " SELECT node_id, step_id, key AS idempotency_key, status,"
    " known AS \"has_cached_result:b\", updated_at AS \"updated_at:t\","
    " CASE WHEN status = 'skipped' THEN 'skipped'"
    " WHEN path IN (SELECT path FROM reused) THEN 'reused'"
    " ELSE 'executed' END AS decision"
    " FROM all_of ORDER BY updated_at, path LIMIT 1000",
    "s", -1
};


/* What a question to a model was and gave, where the procedure keeps it: a line
 * of the journal that has the name of its node twice. */

const ngx_lo_stmt_t  ngx_lo_sql_api_diag_words = {
    "api_diag_words",
    "SELECT node_id, path, updated_at AS \"at:t\", result AS \"result:j\""
    " FROM journal WHERE run = " NGX_LO_RUN_ID " AND node_id = step_id"
    " AND status = 'completed' AND length(result) BETWEEN 1 AND 131072"
    " ORDER BY updated_at DESC, path LIMIT 20",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_diag_counts = {
    "api_diag_counts",
    "SELECT r.run_id, r.status, r.last_node_id, r.last_step_id, r.waiting_for,"
    " r.updated_at AS \"updated_at:t\","
    " (SELECT COUNT(*) FROM events WHERE run = r.id) AS total_events,"
    " (SELECT COUNT(*) FROM events WHERE run = r.id AND (type = 'error'"
    " OR type LIKE '%failed' OR type LIKE '%error' OR type LIKE '%timeout'))"
    " AS error_events,"
    " EXISTS (SELECT 1 FROM events WHERE run = r.id AND type IN"
    " ('step_retry', 'llm_retry', 'run_retry_requested'))"
    " AS \"has_retry_event:b\","
    " (SELECT COUNT(*) FROM checkpoints WHERE run = r.id) AS checkpoints,"
    " coalesce(r.total_prompt_tokens, 0) AS prompt_tokens,"
    " coalesce(r.total_completion_tokens, 0) AS completion_tokens,"
    " coalesce(r.estimated_cost_usd, 0) AS cost_usd,"
    " (SELECT COUNT(*) FROM events WHERE run = r.id"
    " AND type = 'llm_call_completed') AS llm_calls"
    " FROM runs r WHERE r.run_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_diag_retries = {
    "api_diag_retries",
    "SELECT node_id, step_id, payload AS \"payload:j\","
    " created_at AS \"at:t\" FROM events"
    " WHERE run = " NGX_LO_RUN_ID " AND type IN ('step_retry', 'llm_retry')"
    " ORDER BY seq LIMIT 1000",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_diag_approvals = {
    "api_diag_approvals",
    "SELECT approval_id FROM approvals INDEXED BY approvals_run"
    " WHERE run = " NGX_LO_RUN_ID " AND status = 'pending'"
    " ORDER BY created_at, approval_id LIMIT 1000",
    "s", -1
};


/* A call is what happens at its path from one dispatch to what comes next. */

const ngx_lo_stmt_t  ngx_lo_sql_api_diag_calls = {
    "api_diag_calls",
    "WITH calls AS (SELECT type, payload ->> 'agent_id' AS agent_id,"
    " lead(type) OVER w AS outcome,"
    " lead(created_at) OVER w - created_at AS ms"
    " FROM events WHERE run = " NGX_LO_RUN_ID " AND type IN"
    " ('step_dispatched', 'step_completed', 'step_retry', 'step_failed')"
    " WINDOW w AS (PARTITION BY path ORDER BY seq))"
    " SELECT agent_id, count(*) AS calls, coalesce(sum(outcome IN"
    " ('step_retry', 'step_failed')), 0) AS errors,"
    " coalesce(avg(ms), 0) AS avg_ms FROM calls"
    " WHERE type = 'step_dispatched' AND agent_id IS NOT NULL"
    " GROUP BY agent_id ORDER BY agent_id",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_diag_error = {
    "api_diag_error",
    "SELECT error AS \"error:j\", error_message, status, last_node_id,"
    " last_step_id FROM runs WHERE run_id = $1",
    "s", -1
};
