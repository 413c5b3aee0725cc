/*
 * What the routes ask and change of one run.
 */

#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_api_int.h"

const ngx_lo_stmt_t  ngx_lo_sql_api_run_get = {
    "api_run_get",
    "SELECT " NGX_LO_RUN_COLUMNS " FROM runs WHERE run_id = $1"
    " AND family IS NOT 'd'",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_run_known = {
    "api_run_known",
    "SELECT run_id, status FROM runs WHERE run_id = $1"
    " AND family IS NOT 'd'",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_run_origin = {
    "api_run_origin",
    "SELECT run_id, procedure_id, procedure_version, doc_hash, status,"
    " coalesce(input_raw, input_vars) AS \"inputs:j\", project_id, case_id,"
    " execution_mode FROM runs WHERE run_id = $1",
    "s", -1
};


/* With an owner it is claimed from its first moment (epoch 1), and has a number
 * that was reserved (claim_ids). */

const ngx_lo_stmt_t  ngx_lo_sql_api_run_add = {
    "api_run_add",
    "INSERT INTO runs (run_id, procedure_id, procedure_version, doc_hash,"
    " status, input_vars, input_raw, trigger_type, triggered_by, project_id,"
    " case_id, created_at, updated_at, execution_mode, retry_of_run_id,"
    " created_by, seq, family, order_id, attempt, active_ms, wake_at, owner,"
    " epoch, id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
    " $12, $13, $14, $15, $16, $17, $18, 1, 0, 0, $19, $19 IS NOT NULL, $20)",
    "sssssjkssssisssisssn", 1
};


/* The flag is what the guard of every turn tests, so no turn that did not see
 * it commits any more (reliability.md G11). */

const ngx_lo_stmt_t  ngx_lo_sql_api_run_cancel = {
    "api_run_cancel",
    "UPDATE runs SET cancellation_requested = 1, wake_at = 0, updated_at = $2"
    " WHERE run_id = $1 AND cancellation_requested = 0"
    " AND " NGX_LO_SQL_ALIVE(""),
    "si", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_run_retry = {
    "api_run_retry",
    "UPDATE runs SET status = 'created', error_message = NULL, error = NULL,"
    " ended_at = NULL, attempt = attempt + 1, cancellation_requested = 0,"
    " crashes = 0, queued = 0, saved_gone = NULL, wake_at = 0,"
    " priority = CASE WHEN priority < 1 THEN 1 ELSE priority END,"
    " updated_at = $2"
    " WHERE run_id = $1 AND status IN ('failed', 'canceled')",
    "si", 1
};


/* Not one that an operator holds already. */

const ngx_lo_stmt_t  ngx_lo_sql_api_run_pause = {
    "api_run_pause",
    "UPDATE runs SET wake_at = 0, updated_at = $2 WHERE run_id = $1"
    " AND status IN ('running', 'waiting_approval', 'paused')"
    " AND (waiting_for IS NULL OR waiting_for <> 'operator')",
    "si", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_run_resume = {
    "api_run_resume",
    "UPDATE runs SET status = 'created', waiting_for = NULL, wake_at = 0,"
    " updated_at = $2 WHERE run_id = $1 AND status = 'paused'"
    " AND waiting_for = 'operator'",
    "si", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_run_note = {
    "api_run_note",
    "UPDATE runs SET wake_at = CASE WHEN queued = 1 THEN wake_at ELSE 0 END,"
    " updated_at = $2 WHERE run_id = $1"
    " AND " NGX_LO_SQL_ALIVE(""),
    "si", -1
};
