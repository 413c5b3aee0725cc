/*
 * What procedures keep beyond a run: memory, entry by entry (0: what was set,
 * 1 ... : what was appended), and checkpoints by name.
 */

#include "store/ngx_lo_sql.h"


#define NGX_LO_MEMORY_ROW  " WHERE project = $1 AND procedure = $2 AND key = $3"


const ngx_lo_stmt_t  ngx_lo_sql_memory_age = {
    "memory_age",
    "DELETE FROM memory WHERE expires_at IS NOT NULL AND expires_at <= $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_memory_clear = {
    "memory_clear",
    "DELETE FROM memory" NGX_LO_MEMORY_ROW,
    "sss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_memory_set = {
    "memory_set",
    "INSERT INTO memory (project, procedure, key, n, value, expires_at,"
    " updated_at) VALUES ($1, $2, $3, 0, $4, $5, $6)",
    "ssskni", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_memory_append = {
    "memory_append",
    "INSERT INTO memory (project, procedure, key, n, value, most, updated_at)"
    " SELECT $1, $2, $3, coalesce(max(n), 0) + 1, $4, $5, $6 FROM memory"
    NGX_LO_MEMORY_ROW,
    "ssskni", 1
};


/* The entry that was set goes as one. */

const ngx_lo_stmt_t  ngx_lo_sql_memory_trim = {
    "memory_trim",
    "DELETE FROM memory" NGX_LO_MEMORY_ROW
    " AND n <= (SELECT max(n) FROM memory" NGX_LO_MEMORY_ROW ") - $4",
    "sssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_memory_renew = {
    "memory_renew",
    "UPDATE memory SET expires_at = $4" NGX_LO_MEMORY_ROW,
    "sssn", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_memory_get = {
    "memory_get",
    "SELECT n, value AS \"value:j\", most FROM memory" NGX_LO_MEMORY_ROW
    " AND (expires_at IS NULL OR expires_at > $4) ORDER BY n",
    "sssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_kept_checkpoint = {
    "kept_checkpoint",
    "SELECT checkpoint_id, " NGX_LO_CHAIN " AS \"state:p\" FROM checkpoints c"
    " WHERE " NGX_LO_CHAIN " IS NOT NULL AND c.rowid = (SELECT rowid"
    " FROM checkpoints WHERE run = $1"
    " AND (checkpoint_id = $2 OR ($2 IS NULL AND name = $3))"
    " ORDER BY seq DESC, rowid DESC LIMIT 1)",
    "iss", -1
};
