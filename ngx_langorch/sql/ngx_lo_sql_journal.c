/*
 * Statements on the journal: recorded results of steps.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_journal_put = {
    "journal_put",
    "INSERT INTO journal (run, path, node_id, step_id, key, status, attempts,"
    " result, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (run, path) DO UPDATE SET key = excluded.key,"
    " status = excluded.status, attempts = excluded.attempts,"
    " result = excluded.result, updated_at = excluded.updated_at",
    "isssssiji", 1
};
