/*
 * Statements on the inboxes of runs.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_inbox_add = {
    "inbox_add",
    "INSERT INTO inbox (run, kind, ref, data, created_at)"
    " SELECT r.id, $2, $3, " NGX_LO_WORD("$4", "$5") ", $6 FROM runs r"
    " WHERE r.run_id = $1",
    "sssKpi", 1
};


/* Where nothing of it can be a variable's. */

const ngx_lo_stmt_t  ngx_lo_sql_inbox_say = {
    "inbox_say",
    "INSERT INTO inbox (run, kind, ref, data, created_at)"
    " SELECT id, $2, $3, $4, $5 FROM runs WHERE run_id = $1",
    "sssji", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_inbox_del = {
    "inbox_del",
    "DELETE FROM inbox WHERE id = $1",
    "i", 1
};
