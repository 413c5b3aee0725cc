/*
 * What the streams of a worker follow.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_push_tail = {
    "push_tail",
    "SELECT coalesce(max(event_id), 0) AS tail FROM events",
    "", -1
};


/* after -> run_id: runs with events that are newer.  DISTINCT inside would make
 * SQLite read the whole index for it. */

const ngx_lo_stmt_t  ngx_lo_sql_push_runs = {
    "push_runs",
    "SELECT run_id FROM runs WHERE id IN"
    " (SELECT run FROM events WHERE event_id > $1)",
    "i", -1
};
