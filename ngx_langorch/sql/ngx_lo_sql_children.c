/*
 * Child runs: born in a turn of the run around them, which hears of their end
 * in its inbox (spec/ckp.md 10.10).
 */

#include "store/ngx_lo_sql.h"


/* A child run of that id is there when the same turn was made before: then it
 * stays as it is. */

const ngx_lo_stmt_t  ngx_lo_sql_child_add = {
    "child_add",
    "INSERT INTO runs (run_id, procedure_id, procedure_version, doc_hash,"
    " status, input_vars, input_raw, triggered_by, project_id, case_id,"
    " created_at, updated_at, execution_mode, created_by, parent_run_id, seq,"
    " attempt, active_ms, wake_at)"
    " VALUES ($1, $2, $3, $4, 'created', $5, $6, $7, $8, $9, $10, $10, $11,"
    " $12, $13, $14, 1, 0, 0) ON CONFLICT (run_id) DO NOTHING",
    "ssssjksssisssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_child_event = {
    "child_event",
    "INSERT INTO events (run, seq, created_at, type, path, payload, delta)"
    " SELECT id, $2, $3, $4, $5, $6, $7 FROM runs r WHERE run_id = $1"
    " AND NOT EXISTS (SELECT 1 FROM events WHERE run = r.id AND seq = $2)",
    "siissjt", -1
};


/* It has just been born, and there is no place for it. */

#define NGX_LO_NO_PLACE                                                       \
    "run_id = $1 AND epoch = 0 AND cancellation_requested = 0"                \
    " AND " NGX_LO_SQL_ALIVE("") " AND (SELECT count(*) FROM runs p"     \
    " WHERE p.place_key = $2 AND p.run_id <> $1"                              \
    " AND " NGX_LO_SQL_ALIVE("p.") ") >= $3"

const ngx_lo_stmt_t  ngx_lo_sql_child_full[2] = {
    {
        "child_full_tell",
        "INSERT INTO inbox (run, kind, ref, data, created_at)"
        " SELECT id, 'cancel', NULL, $4, $5 FROM runs"
        " WHERE " NGX_LO_NO_PLACE,
        "ssiji", -1
    },
    {
        "child_full",
        "UPDATE runs SET cancellation_requested = 1, wake_at = 0"
        " WHERE " NGX_LO_NO_PLACE,
        "ssi", -1
    }
};


/* One that is over tells again what it told. */

const ngx_lo_stmt_t  ngx_lo_sql_child_again = {
    "child_again",
    "INSERT INTO inbox (run, kind, ref, data, created_at)"
    " SELECT $2, 'child', run_id, told, $3 FROM runs"
    " WHERE run_id = $1 AND told IS NOT NULL"
    " AND status IN ('completed', 'failed', 'canceled')",
    "sii", -1
};


/* First the inbox, for the flag is what the second one sets. */

const ngx_lo_stmt_t  ngx_lo_sql_child_cancel[2] = {
    {
        "child_cancel_tell",
        "INSERT INTO inbox (run, kind, ref, data, created_at)"
        " SELECT id, 'cancel', NULL, $2, $3 FROM runs WHERE run_id = $1"
        " AND cancellation_requested = 0 AND " NGX_LO_SQL_ALIVE(""),
        "sji", -1
    },
    {
        "child_cancel",
        "UPDATE runs SET cancellation_requested = 1, wake_at = 0,"
        " updated_at = $2 WHERE run_id = $1 AND cancellation_requested = 0"
        " AND " NGX_LO_SQL_ALIVE(""),
        "si", -1
    }
};


/* The child's own row keeps what it told. */

const ngx_lo_stmt_t  ngx_lo_sql_child_told = {
    "child_told",
    "UPDATE runs SET told = $2 WHERE id = $1",
    "ik", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_child_tell[2] = {
    {
        "child_tell",
        "INSERT INTO inbox (run, kind, ref, data, created_at)"
        " SELECT id, 'child', $2, $3, $4 FROM runs WHERE run_id = $1"
        " AND " NGX_LO_SQL_ALIVE(""),
        "sski", -1
    },
    {
        "child_wake",
        "UPDATE runs SET wake_at = 0, updated_at = $2,"
        " status = CASE WHEN status = 'paused' AND waiting_for = 'child_run'"
        " THEN 'created' ELSE status END,"
        " priority = CASE WHEN status = 'paused' AND priority < 1"
        " THEN 1 ELSE priority END"
        " WHERE run_id = $1 AND " NGX_LO_SQL_ALIVE(""),
        "si", -1
    }
};


/* procedure, today: all its versions, newest first, and which of them run. */

const ngx_lo_stmt_t  ngx_lo_sql_child_versions = {
    "child_versions",
    "SELECT version, content_hash, release_channel, valid AS \"valid:b\","
    " CASE WHEN status IN ('deprecated', 'archived', 'inactive')"
    " OR (effective_date LIKE '____-__-__' AND effective_date > $2)"
    " THEN 0 ELSE 1 END AS \"runs:b\""
    " FROM procedures WHERE procedure_id = $1 ORDER BY id DESC LIMIT 1000",
    "ss", -1
};


/* hash -> what the import of that document chose for its children */

const ngx_lo_stmt_t  ngx_lo_sql_child_pins = {
    "child_pins",
    "SELECT pins AS \"pins:j\" FROM documents WHERE hash = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_child_pin = {
    "child_pin",
    "UPDATE documents SET pins = $2 WHERE hash = $1",
    "sj", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_child_pin_keep = {
    "child_pin_keep",
    "UPDATE documents SET pins = (SELECT pins FROM documents WHERE hash = $2)"
    " WHERE hash = $1"
    " AND EXISTS (SELECT 1 FROM documents WHERE hash = $2"
    " AND pins IS NOT NULL)",
    "ss", -1
};
