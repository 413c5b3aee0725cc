/*
 * Statements on runs.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_runs_active = {
    "runs_active",
    "SELECT status AS name, COUNT(*) AS n FROM runs"
    " WHERE status IN ('created', 'running', 'waiting_approval',"
    " 'paused')"
    " GROUP BY status ORDER BY status",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_runs_active_within = {
    "runs_active_within",
    "SELECT status AS name, COUNT(*) AS n FROM runs"
    " WHERE status IN ('created', 'running', 'waiting_approval',"
    " 'paused') AND " NGX_LO_SQL_WITHIN("project_id", "$1")
    " GROUP BY status ORDER BY status",
    "j", -1
};
