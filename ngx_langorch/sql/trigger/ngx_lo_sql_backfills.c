/*
 * Backfills: the slots of a schedule between two times, fired one after the
 * other.  `next_at` is the slot that is next, `due_at` when it is tried.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_trigger.h"

#define NGX_LO_BACKFILL_OPEN  "status IN ('running', 'paused')"

#define NGX_LO_BACKFILL_ACTIVE                                                \
    "(SELECT count(*) FROM runs r WHERE r.procedure_id = b.procedure_id"      \
    " AND r.procedure_version = b.version"                                    \
    " AND " NGX_LO_SQL_ALIVE("r.")                                            \
    " AND r.triggered_by = 'backfill:' || b.backfill_id)"

#define NGX_LO_BACKFILL_COLUMNS                                               \
    "SELECT b.backfill_id, b.procedure_id, b.version, b.status, b.reason,"    \
    " json_extract(b.settings, '$.schedule') AS schedule,"                    \
    " coalesce(json_extract(b.settings, '$.timezone'), 'UTC') AS timezone,"   \
    " b.from_at AS \"from:t\", b.to_at AS \"to:t\", b.max_parallel,"          \
    " b.total, b.fired, b.skipped, " NGX_LO_BACKFILL_ACTIVE " AS active,"     \
    " b.next_at AS \"next_slot:t\", b.created_by,"                            \
    " b.created_at AS \"created_at:t\", b.updated_at AS \"updated_at:t\","    \
    " b.ended_at AS \"ended_at:t\" FROM backfills b"                          \
    " WHERE b.procedure_id = $1 AND b.version = $2"


const ngx_lo_stmt_t  ngx_lo_sql_backfill_add = {
    "backfill_add",
    "INSERT INTO backfills (backfill_id, procedure_id, version, trigger,"
    " self, settings, status, from_at, to_at, next_at, due_at, max_parallel,"
    " total, created_by, created_at, updated_at)"
    " SELECT $1, $2, $3, $4, $5, $6, 'running', $7, $8, $9, $13, $10, $11,"
    " $12, $13, $13 WHERE NOT EXISTS (SELECT 1 FROM backfills"
    " WHERE procedure_id = $2 AND version = $3 AND " NGX_LO_BACKFILL_OPEN ")",
    "sssisjiiiiisi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfill_old = {
    "backfill_old",
    "DELETE FROM backfills WHERE procedure_id = $1 AND version = $2"
    " AND ended_at IS NOT NULL AND id <= (SELECT id FROM backfills"
    " WHERE procedure_id = $1 AND version = $2"
    " ORDER BY id DESC LIMIT 1 OFFSET 100)",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfills = {
    "backfills",
    NGX_LO_BACKFILL_COLUMNS " ORDER BY b.id DESC LIMIT $3",
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfill_get = {
    "backfill_get",
    NGX_LO_BACKFILL_COLUMNS " AND b.backfill_id = $3",
    "sss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfill_set = {
    "backfill_set",
    "UPDATE backfills SET status = $4, reason = NULL, due_at = $5,"
    " updated_at = $5, ended_at = CASE $4 WHEN 'canceled' THEN $5 END"
    " WHERE procedure_id = $1 AND version = $2 AND backfill_id = $3"
    " AND " NGX_LO_BACKFILL_OPEN,
    "ssssi", 1
};


/* One that has as many runs as it may is looked at again soon. */

const ngx_lo_stmt_t  ngx_lo_sql_backfill_due = {
    "backfill_due",
    "SELECT b.id AS backfill, b.backfill_id, b.procedure_id, b.version,"
    " b.trigger AS id, b.self, b.settings AS \"settings:j\", b.next_at,"
    " b.to_at, b.created_by, max(b.due_at, CASE WHEN "
    NGX_LO_BACKFILL_ACTIVE " < b.max_parallel THEN 0 ELSE $2 END) AS due_at"
    " FROM backfills b WHERE b.status = 'running'"
    " ORDER BY b.due_at LIMIT $1",
    "ii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfill_fired = {
    "backfill_fired",
    "UPDATE backfills AS b SET next_at = $3, fired = fired + 1,"
    " due_at = $4, updated_at = $4,"
    " status = CASE WHEN $3 IS NULL THEN 'completed' ELSE status END,"
    " ended_at = CASE WHEN $3 IS NULL THEN $4 END"
    " WHERE b.id = $1 AND b.next_at = $2 AND b.status = 'running'"
    " AND " NGX_LO_BACKFILL_ACTIVE " < b.max_parallel",
    "iini", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfill_skipped = {
    "backfill_skipped",
    "UPDATE backfills SET next_at = $3, skipped = skipped + 1,"
    " due_at = $4, updated_at = $4,"
    " status = CASE WHEN $3 IS NULL THEN 'completed' ELSE status END,"
    " ended_at = CASE WHEN $3 IS NULL THEN $4 END"
    " WHERE id = $1 AND next_at = $2 AND status = 'running'",
    "iini", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfill_later = {
    "backfill_later",
    "UPDATE backfills SET due_at = $3 WHERE id = $1 AND next_at = $2"
    " AND status = 'running'",
    "iii", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfill_stop = {
    "backfill_stop",
    "UPDATE backfills SET status = 'paused', reason = $3, updated_at = $4"
    " WHERE id = $1 AND next_at = $2 AND status = 'running'",
    "iisi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfill_slot = {
    "backfill_slot",
    "DELETE FROM trigger_history WHERE procedure_id = $1 AND version = $2"
    " AND due_at = $3 AND outcome <> 'fired'",
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_backfills_gone = {
    "backfills_gone",
    "DELETE FROM backfills WHERE procedure_id = $1 AND version = $2",
    "ss", -1
};
