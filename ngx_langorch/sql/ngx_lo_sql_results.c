/*
 * Statements on results by key: who may make one, and what it became
 * (spec/ckp.md 20.2).
 */

#include "store/ngx_lo_sql.h"


/* The key is free, or ours already, or whoever had it is over; a result that is
 * too old, or a failure that nobody wants, frees it, too. */

const ngx_lo_stmt_t  ngx_lo_sql_admit_claim = {
    "admit_claim",
    "INSERT INTO results (scope, key, run, path, status, hash, updated_at)"
    " VALUES ($1, $2, $3, $4, 'started', $5, $6)"
    " ON CONFLICT (scope, key) DO UPDATE SET run = excluded.run,"
    " path = excluded.path, status = 'started', hash = excluded.hash,"
    " result = NULL, updated_at = excluded.updated_at, expires_at = NULL"
    " WHERE (results.status = 'started' AND results.run = excluded.run"
    " AND results.path = excluded.path)"
    " OR (results.status = 'started' AND results.run NOT IN"
    " (SELECT id FROM runs WHERE id = results.run"
    " AND " NGX_LO_SQL_ALIVE("") "))"
    " OR (results.status <> 'started' AND results.updated_at <= $7)"
    " OR (results.status = 'failed' AND $8 = 0)",
    "ssissiii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_admit_claimed = {
    "admit_claimed",
    "SELECT o.run, o.path, o.status, o.hash, o.result AS \"result:j\","
    " (SELECT run_id FROM runs WHERE id = o.run) AS source_run_id"
    " FROM results o WHERE o.scope = $1 AND o.key = $2",
    "ss", -1
};


/* The right may have been given back, by a run that failed and was tried again;
 * who has it meanwhile keeps it. */

const ngx_lo_stmt_t  ngx_lo_sql_turn_once = {
    "turn_once",
    "INSERT INTO results (scope, key, run, path, status, result, updated_at,"
    " expires_at, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (scope, key) DO UPDATE SET status = excluded.status,"
    " result = excluded.result, updated_at = excluded.updated_at,"
    " expires_at = excluded.expires_at, hash = excluded.hash"
    " WHERE results.run = excluded.run AND results.path = excluded.path",
    "ssisskins", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_once_gone = {
    "turn_once_gone",
    "DELETE FROM results WHERE scope = $1 AND key = $2 AND run = $3"
    " AND path = $4 AND status = 'started'",
    "ssis", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_turn_once_old = {
    "turn_once_old",
    "DELETE FROM results WHERE expires_at IS NOT NULL AND expires_at < $1",
    "i", -1
};
