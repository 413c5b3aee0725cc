/*
 * Statements on what a collector was told.
 */

#include "store/ngx_lo_sql_control.h"

#define NGX_LO_OTLP_OF(member)  "json_extract(e.payload, '$." member "')"

/* The event that began what this one ends, not too far back. */

#define NGX_LO_OTLP_BEGAN(ends, begins)                                       \
    " WHEN e.type IN (" ends ") THEN (SELECT s.created_at FROM events s"      \
    " WHERE s.run = e.run AND s.seq < e.seq AND s.seq > e.seq - 1000"         \
    " AND s.type = '" begins "' AND s.path IS e.path"                         \
    " ORDER BY s.seq DESC LIMIT 1)"


const ngx_lo_stmt_t  ngx_lo_sql_otlp_mark = {
    "otlp_mark",
    "INSERT INTO meta (key, value)"
    " SELECT 'otlp_event', coalesce(max(event_id), 0) FROM events WHERE true"
    " ON CONFLICT (key) DO NOTHING",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_otlp_marked = {
    "otlp_marked",
    "SELECT CAST(value AS INTEGER) AS at,"
    " (SELECT coalesce(max(event_id), 0) FROM events) AS last"
    " FROM meta WHERE key = 'otlp_event'",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_otlp_events = {
    "otlp_events",
    "SELECT e.event_id, e.seq, e.created_at AS at, e.type, e.path, e.node_id,"
    " e.step_id, e.attempt, r.run_id, r.procedure_id, r.procedure_version,"
    " r.trigger_type, coalesce(r.started_at, r.created_at) AS run_began, "
    NGX_LO_OTLP_OF("_trace_id") " AS trace, "
    NGX_LO_OTLP_OF("_span_id") " AS span, "
    NGX_LO_OTLP_OF("action") " AS action, "
    NGX_LO_OTLP_OF("error_type") " AS error_type, "
    " substr(" NGX_LO_OTLP_OF("error") ", 1, 1000) AS error,"
    " substr(" NGX_LO_OTLP_OF("message") ", 1, 1000) AS message, "
    NGX_LO_OTLP_OF("model_used") " AS model, "
    NGX_LO_OTLP_OF("prompt_tokens") " AS prompt_tokens, "
    NGX_LO_OTLP_OF("completion_tokens") " AS completion_tokens,"
    " CASE e.type WHEN 'step_completed' THEN " NGX_LO_OTLP_OF("duration_ms")
    " WHEN 'llm_call_completed' THEN " NGX_LO_OTLP_OF("latency_ms")
    " END AS ms, CASE"
    NGX_LO_OTLP_BEGAN("'step_failed', 'step_completed'", "step_started")
    NGX_LO_OTLP_BEGAN("'node_completed', 'node_error'", "node_started")
    NGX_LO_OTLP_BEGAN("'llm_call_failed'", "llm_call_started")
    " END AS began"
    " FROM events e LEFT JOIN runs r ON r.id = e.run"
    " WHERE e.event_id > $1 AND json_valid(e.payload)"
    " ORDER BY e.event_id LIMIT 512",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_otlp_done = {
    "otlp_done",
    "UPDATE meta SET value = $1 WHERE key = 'otlp_event'"
    " AND CAST(value AS INTEGER) < $1",
    "i", -1
};
