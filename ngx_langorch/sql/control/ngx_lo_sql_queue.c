/*
 * Runs by state, those that are next, and runs by id for many at once.
 */

#include "store/ngx_lo_sql_control.h"


/* One state after the other: each is counted in the index alone. */

const ngx_lo_stmt_t  ngx_lo_sql_queue_depth = {
    "queue_depth",
    "WITH every (status) AS (VALUES ('created'), ('running'),"
    " ('waiting_approval'), ('paused'), ('completed'), ('failed'),"
    " ('canceled'))"
    " SELECT e.status, (SELECT count(*) FROM runs r"
    " WHERE r.status = e.status) AS n FROM every e",
    "", -1
};


/* Of projects alone: their runs are read. */

const ngx_lo_stmt_t  ngx_lo_sql_queue_depth_within = {
    "queue_depth_within",
    "WITH every (status) AS (VALUES ('created'), ('running'),"
    " ('waiting_approval'), ('paused'), ('completed'), ('failed'),"
    " ('canceled')), mine (status, n) AS (SELECT status, count(*) FROM runs"
    " INDEXED BY runs_project"
    " WHERE project_id IN (SELECT value FROM json_each($1)) GROUP BY status)"
    " SELECT e.status, coalesce(m.n, 0) AS n FROM every e"
    " LEFT JOIN mine m ON m.status = e.status",
    "j", -1
};


/* Projects, the most attempts.  Due first, whoever has them: who is picked up
 * is locked by a worker.  A crash that a run is to blame for counts as an
 * attempt. */

const ngx_lo_stmt_t  ngx_lo_sql_queue_next = {
    "queue_next",
    "SELECT run_id AS job_id, run_id, status, priority,"
    " crashes + 1 AS attempts, $2 AS max_attempts,"
    " coalesce(nullif(wake_at, 0), updated_at) AS \"available_at:t\","
    " owner AS locked_by FROM runs WHERE owner IS NULL"
    " AND wake_at IS NOT NULL AND (queued = 0 OR cancellation_requested = 1)"
    " AND " NGX_LO_SQL_WITHIN("project_id", "$1")
    " ORDER BY wake_at LIMIT 20",
    "ji", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_bulk_run = {
    "bulk_run",
    "SELECT run_id, procedure_id, procedure_version, status,"
    " cancellation_requested AS \"asked:b\" FROM runs"
    " WHERE run_id = $1 AND family IS NOT 'd'"
    " AND " NGX_LO_SQL_WITHIN("project_id", "$2"),
    "sj", -1
};
