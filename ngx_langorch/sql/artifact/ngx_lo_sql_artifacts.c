/*
 * What a sweep of the artifacts' folder asks: which runs are over for long.
 */

#include "store/ngx_lo_sql.h"

#define NGX_LO_SWEEP_OVER                                                     \
    "r.status IN ('completed', 'failed', 'canceled')"                         \
    " AND COALESCE(r.ended_at, r.updated_at, r.created_at) <= $2"


const ngx_lo_stmt_t  ngx_lo_sql_sweep_which = {
    "sweep_which",
    "SELECT n.value AS name, CASE WHEN r.id IS NULL THEN 'orphan'"
    " WHEN " NGX_LO_SWEEP_OVER " THEN 'over' ELSE 'kept' END AS state"
    " FROM json_each($1) n LEFT JOIN runs r ON r.run_id = n.value"
    " ORDER BY n.key",
    "ji", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_sweep_rows = {
    "sweep_rows",
    "DELETE FROM artifacts WHERE uri LIKE '/api/artifacts/%' AND run IN"
    " (SELECT r.id FROM json_each($1) n JOIN runs r ON r.run_id = n.value"
    " WHERE " NGX_LO_SWEEP_OVER ")",
    "ji", -1
};
