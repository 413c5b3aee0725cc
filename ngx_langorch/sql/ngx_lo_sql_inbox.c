/*
 * Statements on the inboxes of runs.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_inbox_add = {
    "inbox_add",
    "INSERT INTO inbox (run, kind, ref, data, created_at)"
    " SELECT id, $2, $3, $4, $5 FROM runs WHERE run_id = $1",
    "sssKi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_inbox_del = {
    "inbox_del",
    "DELETE FROM inbox WHERE id = $1",
    "i", 1
};
