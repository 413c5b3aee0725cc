/*
 * What a turn of a run writes.
 */

#include "store/ngx_lo_sql.h"


/*
 * Events of one job go in together: a statement has a price of its own.  With
 * OR FAIL SQLite keeps no copies of pages to undo half of a statement; what
 * fails half way is undone with its job.
 */

const ngx_lo_stmt_t  ngx_lo_sql_turn_event = {
    "turn_event",
    "INSERT OR FAIL INTO events (run, seq, created_at, type, path, node_id,"
    " step_id, attempt, payload, delta) VALUES",
    "iiilsssnjt", NGX_LO_EACH
};


/* Of a node that asks a model. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_journal = {
    "turn_journal",
    "INSERT INTO journal (run, path, node_id, step_id, key, status, attempts,"
    " result, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (run, path) DO UPDATE SET key = excluded.key,"
    " status = excluded.status, attempts = excluded.attempts,"
    " result = excluded.result, updated_at = excluded.updated_at",
    "isssssiki", 1
};


/* Guarded: of $10 slots $11 are taken from us; who writes sets it
 * (ngx_lo_slots.c).  It reads no table, so SQLite needs none of its own. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_lease = {
    "turn_lease",
    "INSERT OR REPLACE INTO leases (lease_id, resource_key, agent_id, run,"
    " path, node_id, step_id, acquired_at, expires_at)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE $11 < $10",
    "sssisssiiii", 1
};


/* resource_key, now */

const ngx_lo_stmt_t  ngx_lo_sql_slots_held = {
    "slots_held",
    "SELECT count(*) FROM leases WHERE resource_key = $1"
    " AND released_at IS NULL AND expires_at > $2",
    "si", -1
};


/* resource_key, now, run, path */

const ngx_lo_stmt_t  ngx_lo_sql_slots_own = {
    "slots_own",
    "SELECT count(*) FROM leases WHERE resource_key = $1"
    " AND released_at IS NULL AND expires_at > $2 AND run = $3 AND path = $4",
    "siis", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_lease_release = {
    "turn_lease_release",
    "DELETE FROM leases WHERE resource_key = $1 AND run = $2 AND path = $3",
    "sis", -1
};


/* All that a run holds, whose state does not tell. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_leases_gone = {
    "turn_leases_gone",
    "DELETE FROM leases WHERE run = $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_approval = {
    "turn_approval",
    "INSERT INTO approvals (approval_id, run, node_id, node_name, path, prompt,"
    " decision_type, options, context_data, approval_level, status, created_at,"
    " expires_at, input_schema, required_approvals, escalation_count,"
    " escalation_contact, approvers, forbid_self, mapped)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', $11, $12,"
    " $13, $14, 0, $15, $16, $17, $18)",
    "sisssssjjsinjisjij", 1
};


/* Guarded: who decided meanwhile was first, and the run has to hear it. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_approval_end = {
    "turn_approval_end",
    "UPDATE approvals SET status = $2, decided_by = $3, decided_at = $4"
    " WHERE approval_id = $1 AND status = 'pending'",
    "sssi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_approval_void = {
    "turn_approval_void",
    "UPDATE approvals SET status = 'cancelled', decided_at = $2"
    " WHERE approval_id = $1 AND status = 'pending'",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_approval_extend = {
    "turn_approval_extend",
    "UPDATE approvals SET approval_level = coalesce($2, approval_level),"
    " expires_at = $3, escalation_count = $4"
    " WHERE approval_id = $1 AND status = 'pending'",
    "ssni", 1
};


/* One for each node that was left. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_point = {
    "turn_point",
    "INSERT OR FAIL INTO checkpoints (run, checkpoint_id, parent_id, seq,"
    " node_id, path, reason, name, state, created_at, part) VALUES",
    "ississsstin", NGX_LO_EACH
};


/* A state that no event tells; one a run, not shown as a checkpoint. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_state = {
    "turn_state",
    "INSERT INTO states (run, seq, state, updated_at) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (run) DO UPDATE SET seq = excluded.seq,"
    " state = excluded.state, updated_at = excluded.updated_at",
    "iiki", 1
};


/* What was known of these bytes when they were uploaded holds for them. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_artifact = {
    "turn_artifact",
    "INSERT INTO artifacts (artifact_id, run, node_id, step_id, kind, uri,"
    " name, mime_type, size_bytes, created_at, sha256)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, COALESCE($8, MAX(mime_type)),"
    " COALESCE($9, MAX(size_bytes)), $10, MAX(sha256)"
    " FROM artifacts WHERE run = $2 AND uri = $6",
    "sissssssni", 1
};


/* Guarded: the order is there, in that state, and of an amount. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_order = {
    "turn_order",
    "UPDATE orders SET status = $3, updated_at = $4"
    " WHERE order_id = $1 AND status = $2 AND amount > 0",
    "sssi", 1
};


#define NGX_LO_TURN_COLUMNS                                                   \
    "seq = $5, output_vars = $6, started_at = $7,"                            \
    " ended_at = $8, last_node_id = $9, last_step_id = $10,"                  \
    " error_message = $11, error = $12, active_ms = $13, attempt = $14,"      \
    " waiting_for = $15, updated_at = $17, crashed = 0,"                      \
    " total_prompt_tokens = $18, total_completion_tokens = $19,"              \
    " estimated_cost_usd = nullif($20, 0.0), seals = $21,"


/* Guarded: still ours, and no cancel that this turn has not seen. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_keep = {
    "turn_keep",
    "UPDATE runs SET status = $4, " NGX_LO_TURN_COLUMNS
    " wake_at = $16"
    " WHERE id = $1 AND epoch = $2 AND cancellation_requested = $3",
    "iiisijnnsssjiisninndk", 1
};


/* The same of a run that was running and is: who does not name the status does
 * not move the row in the index by status either. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_running = {
    "turn_running",
    "UPDATE runs SET " NGX_LO_TURN_COLUMNS
    " wake_at = $16"
    " WHERE id = $1 AND epoch = $2 AND cancellation_requested = $3",
    "iiisijnnsssjiisninndk", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_release = {
    "turn_release",
    "UPDATE runs SET status = $4, " NGX_LO_TURN_COLUMNS
    " owner = NULL, wake_at = CASE WHEN EXISTS"
    " (SELECT 1 FROM inbox WHERE run = $1) THEN 0 ELSE $16 END"
    " WHERE id = $1 AND epoch = $2 AND cancellation_requested = $3",
    "iiisijnnsssjiisninndk", 1
};
