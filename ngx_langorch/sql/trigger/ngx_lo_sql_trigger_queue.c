/*
 * Events on their way to triggers: a row for each trigger that listens.  One
 * that was delivered stays a while, so that what is told again is known.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_trigger.h"

#define NGX_LO_LISTENS                                                        \
    " t.type = 'event' AND t.enabled = 1 AND t.source = "


const ngx_lo_stmt_t  ngx_lo_sql_trigger_listeners = {
    "trigger_listeners",
    "SELECT t.settings AS \"settings:j\" FROM triggers t WHERE"
    NGX_LO_LISTENS "$1"
    " AND " NGX_LO_SQL_PROCEDURE_WITHIN("t.procedure_id", "$2") " LIMIT 1000",
    "sj", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_tell = {
    "trigger_tell",
    "INSERT INTO trigger_queue (key, trigger, type, message_id, payload,"
    " attributes, created_at, due_at)"
    " SELECT $1, t.id, $3, coalesce($4, $1), $5, $6, $7, $7 FROM triggers t"
    " WHERE" NGX_LO_LISTENS "$2"
    " AND " NGX_LO_SQL_PROCEDURE_WITHIN("t.procedure_id", "$8") " LIMIT 1000"
    " ON CONFLICT (key, trigger) DO NOTHING",
    "ssssKjij", -1
};


/* What an event began tells nobody of its end, or there would be none of it. */

const ngx_lo_stmt_t  ngx_lo_sql_trigger_hear = {
    "trigger_hear",
    "INSERT INTO trigger_queue (key, trigger, type, message_id, payload,"
    " created_at, due_at)"
    " SELECT $2 || ' ' || r.run_id || ' ' || coalesce($3, r.attempt), t.id,"
    " $2, $2 || ' ' || r.run_id || ' ' || coalesce($3, r.attempt),"
    " json_object('run_id', r.run_id, 'procedure_id', r.procedure_id,"
    " 'procedure_version', r.procedure_version, 'status', r.status,"
    " 'project_id', r.project_id, 'error_message', r.error_message,"
    " 'approval_id', $3), $4, $4 FROM triggers t, runs r"
    " WHERE r.id = $1 AND" NGX_LO_LISTENS "'internal://' || $2"
    " AND coalesce(r.trigger_type, '') <> 'event'"
    " AND r.procedure_id <> t.procedure_id"
    " ON CONFLICT (key, trigger) DO NOTHING",
    "issi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_queue = {
    "trigger_queue",
    "SELECT q.id AS queued, q.type AS event_type, q.message_id,"
    " q.payload AS \"payload:j\", q.attributes AS \"attributes:j\","
    " q.created_at, q.due_at, t.id, t.procedure_id, t.version, t.type,"
    " coalesce(t.enabled, 0) AS \"enabled:b\","
    " t.settings AS \"settings:j\", t.self"
    " FROM trigger_queue q LEFT JOIN triggers t ON t.id = q.trigger"
    " WHERE q.due_at IS NOT NULL ORDER BY q.due_at LIMIT $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_queue_done = {
    "trigger_queue_done",
    "UPDATE trigger_queue SET due_at = NULL, payload = NULL"
    " WHERE id = $1 AND due_at IS NOT NULL",
    "i", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_queue_later = {
    "trigger_queue_later",
    "UPDATE trigger_queue SET due_at = $2"
    " WHERE id = $1 AND due_at = $3",
    "iii", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_queue_old = {
    "trigger_queue_old",
    "DELETE FROM trigger_queue WHERE id IN (SELECT id FROM trigger_queue"
    " WHERE due_at IS NULL AND created_at < $1 ORDER BY created_at LIMIT 16)",
    "i", -1
};
