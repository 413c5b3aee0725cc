/*
 * Statements on registrations: one for each version of a procedure.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_trigger.h"


#define NGX_LO_TRIGGER_TAG  "created_at || '-' || rev"

#define NGX_LO_TRIGGER_SAYS(name)                                             \
    "json_extract(settings, '$." name "')"

/* The Trigger of spec/api.md 11. */

#define NGX_LO_TRIGGER_COLUMNS                                                \
    "id, procedure_id, version, type AS trigger_type,"                        \
    " " NGX_LO_TRIGGER_SAYS("schedule") " AS schedule,"                       \
    " " NGX_LO_TRIGGER_SAYS("webhook_secret") " AS webhook_secret,"           \
    " " NGX_LO_TRIGGER_SAYS("event_source") " AS event_source,"               \
    " " NGX_LO_TRIGGER_SAYS("dedupe_window_seconds")                          \
    " AS dedupe_window_seconds,"                                              \
    " " NGX_LO_TRIGGER_SAYS("max_concurrent_runs") " AS max_concurrent_runs," \
    " enabled AS \"enabled:b\", created_at AS \"created_at:t\","              \
    " updated_at AS \"updated_at:t\","                                        \
    " coalesce(" NGX_LO_TRIGGER_SAYS("timezone") ", 'UTC') AS timezone,"      \
    " " NGX_LO_TRIGGER_SAYS("allowed_sources") " AS \"allowed_sources:j\","   \
    " " NGX_LO_TRIGGER_SAYS("input_mapping") " AS \"input_mapping:j\","       \
    " CASE WHEN enabled = 1 AND type = 'scheduled' THEN next_fire_at END"     \
    " AS \"next_fire_at:t\","                                                 \
    " last_fired_at AS \"last_fired_at:t\", last_run_id,"                     \
    " " NGX_LO_TRIGGER_TAG " AS _tag"


const ngx_lo_stmt_t  ngx_lo_sql_triggers = {
    "triggers",
    "SELECT " NGX_LO_TRIGGER_COLUMNS " FROM triggers"
    " WHERE ($1 IS NULL OR type = $1) AND ($2 IS NULL OR enabled = $2)"
    " AND ($3 IS NULL OR procedure_id = $3)"
    " AND " NGX_LO_SQL_PROCEDURE_WITHIN("triggers.procedure_id", "$6")
    " ORDER BY procedure_id, version LIMIT $4 OFFSET $5",
    "snsiij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_get = {
    "trigger_get",
    "SELECT " NGX_LO_TRIGGER_COLUMNS " FROM triggers"
    " WHERE procedure_id = $1 AND version = $2",
    "ss", -1
};


#define NGX_LO_TRIGGER_PUT                                                    \
    "INSERT INTO triggers (procedure_id, version, type, enabled, settings,"   \
    " origin, self, source, next_fire_at, created_at, updated_at, rev)"       \
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1)"               \
    " ON CONFLICT (procedure_id, version) DO UPDATE SET"                      \
    " type = excluded.type, enabled = excluded.enabled,"                      \
    " settings = excluded.settings, origin = excluded.origin,"                \
    " self = coalesce(excluded.self, triggers.self),"                         \
    " source = excluded.source, next_fire_at = excluded.next_fire_at,"        \
    " updated_at = excluded.updated_at, rev = triggers.rev + 1"

const ngx_lo_stmt_t  ngx_lo_sql_trigger_put = {
    "trigger_put",
    NGX_LO_TRIGGER_PUT,
    "sssijsssni", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_sync = {
    "trigger_sync",
    NGX_LO_TRIGGER_PUT
    " WHERE triggers.origin = 'document'"
    " AND triggers.settings <> excluded.settings",
    "sssijsssni", -1
};


/* It is the operator's word from now on: no document enables it again. */

const ngx_lo_stmt_t  ngx_lo_sql_trigger_disable = {
    "trigger_disable",
    "UPDATE triggers SET enabled = 0, origin = 'api', updated_at = $3,"
    " rev = rev + 1 WHERE procedure_id = $1 AND version = $2"
    " AND ($4 IS NULL OR " NGX_LO_TRIGGER_TAG " = $4)",
    "ssis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_del = {
    "trigger_del",
    "DELETE FROM triggers WHERE procedure_id = $1 AND version = $2"
    " AND ($3 IS NULL OR " NGX_LO_TRIGGER_TAG " = $3)",
    "sss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_gone = {
    "trigger_gone",
    "DELETE FROM triggers WHERE procedure_id = $1 AND version = $2",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_orphans = {
    "trigger_orphans",
    "DELETE FROM triggers WHERE origin = 'document' AND NOT EXISTS"
    " (SELECT 1 FROM procedures p WHERE p.procedure_id = triggers.procedure_id"
    " AND p.version = triggers.version"
    " AND coalesce(json_extract(p.trigger, '$.type'), 'manual') <> 'manual')",
    "", -1
};


#define NGX_LO_TRIGGER_BLOCK                                                  \
    "SELECT p.id, p.procedure_id, p.version, p.trigger AS \"trigger:j\","     \
    " t.origin, t.settings AS \"settings:j\" FROM procedures p"               \
    " LEFT JOIN triggers t ON t.procedure_id = p.procedure_id"                \
    " AND t.version = p.version"

const ngx_lo_stmt_t  ngx_lo_sql_trigger_blocks = {
    "trigger_blocks",
    NGX_LO_TRIGGER_BLOCK
    " WHERE p.id > $1 AND json_type(p.trigger) = 'object'"
    " ORDER BY p.id LIMIT $2",
    "ii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_block = {
    "trigger_block",
    NGX_LO_TRIGGER_BLOCK
    " WHERE p.procedure_id = $1 AND p.version = $2",
    "ss", -1
};
