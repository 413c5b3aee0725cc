/*
 * Statements on approvals, and on what becomes of them.
 */

#include "store/ngx_lo_sql.h"

const ngx_lo_stmt_t  ngx_lo_sql_approvals_pending = {
    "approvals_pending",
    "SELECT COUNT(*) AS n FROM approvals WHERE status = 'pending'",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_approvals_pending_within = {
    "approvals_pending_within",
    "SELECT COUNT(*) AS n FROM approvals a JOIN runs r ON r.id = a.run"
    " WHERE a.status = 'pending'"
    " AND " NGX_LO_SQL_WITHIN("r.project_id", "$1"),
    "j", -1
};


/* Unless it is as the newest change has it. */

const ngx_lo_stmt_t  ngx_lo_sql_approval_change[] = {
    {
        "approval_change",
        "INSERT INTO approval_changes (approval_id, run, status, decided_by,"
        " decided_at, expires_at, approval_level)"
        " SELECT a.approval_id, a.run, a.status, a.decided_by, a.decided_at,"
        " a.expires_at, a.approval_level FROM approvals a"
        " WHERE a.approval_id = $1 AND NOT EXISTS"
        " (SELECT 1 FROM approval_changes c WHERE c.seq = a.change"
        " AND c.status = a.status"
        " AND coalesce(c.approval_level, '') = coalesce(a.approval_level, '')"
        " AND coalesce(c.expires_at, 0) = coalesce(a.expires_at, 0))", "s", -1
    },
    {
        "approval_change_newest",
        "UPDATE approvals SET change = (SELECT max(c.seq)"
        " FROM approval_changes c WHERE c.approval_id = $1)"
        " WHERE approval_id = $1", "s", -1
    }
};


/* Of a run that is over: also those it has not heard of. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_approvals_void[] = {
    {
        "turn_approvals_void_change",
        "INSERT INTO approval_changes (approval_id, run, status, decided_at,"
        " expires_at, approval_level)"
        " SELECT a.approval_id, a.run, 'cancelled', $2, a.expires_at,"
        " a.approval_level FROM approvals a"
        " WHERE a.run = $1 AND a.status = 'pending'", "ii", -1
    },
    {
        "turn_approvals_void",
        "UPDATE approvals SET status = 'cancelled', decided_at = $2,"
        " change = (SELECT max(c.seq) FROM approval_changes c"
        " WHERE c.approval_id = approvals.approval_id)"
        " WHERE run = $1 AND status = 'pending'", "ii", -1
    }
};
