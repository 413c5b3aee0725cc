/*
 * Statements on delegations: workflows that agents run on their own.
 */

#include "store/ngx_lo_sql_api.h"


const ngx_lo_stmt_t  ngx_lo_sql_turn_delegation = {
    "turn_delegation",
    "INSERT INTO delegations (run, ref, path, node_id, step_id, tokens, status,"
    " created_at) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)"
    " ON CONFLICT (run, ref) DO UPDATE SET tokens = excluded.tokens",
    "issssji", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_delegation_old = {
    "turn_delegation_old",
    "UPDATE delegations SET status = 'repeated'"
    " WHERE run = $1 AND ref <> $2 AND path = $3",
    "iss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_delegation_end = {
    "turn_delegation_end",
    "UPDATE delegations SET status = $3"
    " WHERE run = $1 AND ref = $2 AND status = 'open'",
    "iss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_delegation_get = {
    "api_delegation_get",
    "SELECT r.run_id, r.status AS run_status, d.status, d.ref, d.node_id,"
    " d.step_id, r.seals AS \"_seals:j\" FROM runs r"
    " LEFT JOIN delegations d ON d.run = r.id"
    " AND d.tokens LIKE '%\"' || $2 || '\"%' WHERE r.run_id = $1",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_delegation_answer = {
    "api_delegation_answer",
    "UPDATE delegations SET status = 'answered'"
    " WHERE run = (SELECT id FROM runs WHERE run_id = $1"
    " AND " NGX_LO_SQL_ALIVE("") ")"
    " AND ref = $2 AND status = 'open'",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_delegation_wake = {
    "api_delegation_wake",
    "UPDATE runs SET wake_at = 0, updated_at = $2,"
    " priority = CASE WHEN status = 'paused' AND priority < 1 THEN 1"
    " ELSE priority END,"
    " status = CASE WHEN status = 'paused' THEN 'created' ELSE status END"
    " WHERE run_id = $1"
    " AND " NGX_LO_SQL_ALIVE(""),
    "si", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_delegation_taken = {
    "api_delegation_taken",
    "SELECT r.status AS run_status, (SELECT count(*) FROM inbox i"
    " WHERE i.run = r.id AND i.kind = 'callback' AND i.ref = $2) AS n"
    " FROM runs r WHERE r.run_id = $1",
    "ss", -1
};
