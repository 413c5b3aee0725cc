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


const ngx_lo_stmt_t  ngx_lo_sql_push_changes_tail = {
    "push_changes_tail",
    "SELECT coalesce(max(seq), 0) AS tail FROM approval_changes",
    "", -1
};


#define NGX_LO_CHANGE_COLUMNS                                                 \
    "SELECT c.seq AS _seq, a.approval_id, r.run_id, a.node_id, a.prompt,"     \
    " c.status, c.decided_by, c.decided_at AS \"decided_at:t\","              \
    " c.expires_at AS \"expires_at:t\", a.created_at AS \"created_at:t\","    \
    " c.approval_level"


const ngx_lo_stmt_t  ngx_lo_sql_push_pending = {
    "push_pending",
    NGX_LO_CHANGE_COLUMNS " FROM approvals a"
    " JOIN approval_changes c ON c.seq = a.change JOIN runs r ON r.id = a.run"
    " WHERE a.status = 'pending' AND a.change > $1 AND a.change <= $2"
    " AND " NGX_LO_SQL_WITHIN("r.project_id", "$4")
    " ORDER BY a.change LIMIT $3",
    "iiij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_push_changes = {
    "push_changes",
    NGX_LO_CHANGE_COLUMNS " FROM approval_changes c"
    " JOIN approvals a ON a.approval_id = c.approval_id"
    " JOIN runs r ON r.id = c.run"
    " WHERE c.seq > $1 ORDER BY c.seq LIMIT $2",
    "ii", -1
};


/* The same for somebody who is limited to projects: of what is outside of them
 * the number alone, so that the next look begins behind it. */

const ngx_lo_stmt_t  ngx_lo_sql_push_changes_within = {
    "push_changes_within",
    "WITH next (seq, id, run) AS (SELECT c.seq, c.approval_id, c.run"
    " FROM approval_changes c WHERE c.seq > $1 ORDER BY c.seq LIMIT $2)"
    " " NGX_LO_CHANGE_COLUMNS " FROM next n"
    " JOIN approval_changes c ON c.seq = n.seq"
    " JOIN approvals a ON a.approval_id = n.id"
    " JOIN runs r ON r.id = n.run"
    " WHERE " NGX_LO_SQL_WITHIN("r.project_id", "$3")
    " ORDER BY c.seq",
    "iij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_push_changes_upto = {
    "push_changes_upto",
    "SELECT max(seq) AS seq, count(*) AS n FROM (SELECT seq"
    " FROM approval_changes WHERE seq > $1 ORDER BY seq LIMIT $2)",
    "ii", -1
};
