/*
 * Statements on checkpoints.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_checkpoint_add = {
    "checkpoint_add",
    "INSERT INTO checkpoints (run, checkpoint_id, parent_id, seq, node_id,"
    " path, reason, name, state, created_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    "ississssji", 1
};
