/*
 * Statements of a firing: may it be, was it already, and what became of it.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_trigger.h"


#define NGX_LO_TRIGGER_FIRES                                                  \
    "SELECT t.id, t.procedure_id, t.version, t.type,"                         \
    " t.enabled AS \"enabled:b\", t.settings AS \"settings:j\", t.self,"      \
    " t.next_fire_at, t.rev FROM triggers t"


const ngx_lo_stmt_t  ngx_lo_sql_trigger_of = {
    "trigger_of",
    NGX_LO_TRIGGER_FIRES
    " WHERE t.procedure_id = $1 AND t.version = $2",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_hook = {
    "trigger_hook",
    NGX_LO_TRIGGER_FIRES
    " WHERE t.procedure_id = $1 AND t.type = 'webhook' AND t.enabled = 1"
    " ORDER BY t.updated_at DESC, t.id DESC LIMIT 1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_clock = {
    "trigger_clock",
    NGX_LO_TRIGGER_FIRES
    " WHERE t.enabled = 1 AND t.next_fire_at IS NOT NULL"
    " ORDER BY t.next_fire_at LIMIT $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_advance = {
    "trigger_advance",
    "UPDATE triggers SET next_fire_at = $4 WHERE id = $1 AND rev = $2"
    " AND next_fire_at = $3 AND enabled = 1",
    "iiin", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_free = {
    "trigger_free",
    "SELECT 1 AS free WHERE (SELECT count(*) FROM (SELECT 1 FROM runs"
    " WHERE procedure_id = $1 AND procedure_version = $2"
    " AND " NGX_LO_SQL_ALIVE("") " LIMIT $3)) < $3",
    "ssi", 1
};


/* The window begins anew when the same comes again after its end. */

const ngx_lo_stmt_t  ngx_lo_sql_trigger_see = {
    "trigger_see",
    "INSERT INTO trigger_seen (procedure_id, identity, run_id, expires_at)"
    " VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (procedure_id, identity) DO UPDATE SET"
    " run_id = excluded.run_id, expires_at = excluded.expires_at"
    " WHERE trigger_seen.expires_at <= $5",
    "sssii", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_seen = {
    "trigger_seen",
    "SELECT run_id FROM trigger_seen WHERE procedure_id = $1"
    " AND identity = $2 AND expires_at > $3",
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_forget = {
    "trigger_forget",
    "DELETE FROM trigger_seen WHERE (procedure_id, identity) IN"
    " (SELECT procedure_id, identity FROM trigger_seen"
    " WHERE expires_at <= $1 ORDER BY expires_at LIMIT 16)",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_fired = {
    "trigger_fired",
    "UPDATE triggers SET last_fired_at = $3, last_run_id = $4"
    " WHERE procedure_id = $1 AND version = $2",
    "ssis", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_history_add = {
    "trigger_history_add",
    "INSERT INTO trigger_history (procedure_id, version, ts, trigger_type,"
    " source, outcome, run_id, payload_hash, detail, due_at, lag_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    "ssissssssnn", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_history_trim = {
    "trigger_history_trim",
    "DELETE FROM trigger_history WHERE procedure_id = $1 AND version = $2"
    " AND id <= (SELECT id FROM trigger_history WHERE procedure_id = $1"
    " AND version = $2 ORDER BY id DESC LIMIT 1 OFFSET 10000)"
    " AND (due_at IS NULL OR due_at < $3)",
    "ssi", -1
};


#define NGX_LO_TRIGGER_HISTORY                                                \
    " FROM trigger_history WHERE procedure_id = $1 AND version = $2"          \
    " AND ($3 IS NULL OR outcome = $3)"

#define NGX_LO_TRIGGER_HAPPENED                                               \
    "SELECT id, ts AS \"ts:t\", trigger_type, source, outcome, run_id,"       \
    " payload_hash, detail, due_at AS \"due_at:t\", lag_ms"                   \
    NGX_LO_TRIGGER_HISTORY

const ngx_lo_stmt_t  ngx_lo_sql_trigger_history[3] = {
    {
        "trigger_history",
        NGX_LO_TRIGGER_HAPPENED
        " AND id < $4 ORDER BY id DESC LIMIT $5 OFFSET $6",
        "sssiii", -1
    },
    {
        "trigger_history_oldest",
        NGX_LO_TRIGGER_HAPPENED
        " AND id > $4 ORDER BY id LIMIT $5 OFFSET $6",
        "sssiii", -1
    },
    {
        "trigger_history_count",
        "SELECT count(*) AS n" NGX_LO_TRIGGER_HISTORY,
        "sss", -1
    }
};
