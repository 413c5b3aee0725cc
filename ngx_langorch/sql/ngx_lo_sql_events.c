/*
 * Statements on the events of runs.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_event_add = {
    "event_add",
    "INSERT INTO events (run, seq, created_at, type, path, node_id, step_id,"
    " attempt, payload, delta)"
    " SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10"
    " FROM runs WHERE run_id = $1",
    "siissssnjt", 1
};
