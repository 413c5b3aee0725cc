/*
 * Statements on approvals.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_approvals_pending = {
    "approvals_pending",
    "SELECT COUNT(*) AS n FROM approvals WHERE status = 'pending'",
    "", -1
};
