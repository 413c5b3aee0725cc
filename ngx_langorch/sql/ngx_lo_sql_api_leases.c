/*
 * What the routes ask of leases; answers that are kept.
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_LEASE_COLUMNS(now)                                             \
    "l.lease_id, l.resource_key, r.run_id, l.node_id, l.step_id,"             \
    " l.acquired_at AS \"acquired_at:t\", l.expires_at AS \"expires_at:t\","  \
    " l.released_at AS \"released_at:t\","                                    \
    " CASE WHEN l.released_at IS NULL AND l.expires_at > " now                \
    " THEN 1 ELSE 0 END AS \"is_active:b\""                                   \
    " FROM leases l JOIN runs r ON r.id = l.run"


const ngx_lo_stmt_t  ngx_lo_sql_api_leases = {
    "api_leases",
    "SELECT " NGX_LO_LEASE_COLUMNS("$4")
    " WHERE l.released_at IS NULL"
    " AND ($1 IS NULL OR l.resource_key = $1)"
    " AND ($2 IS NULL OR r.run_id = $2)"
    " AND CASE WHEN l.expires_at > $4 THEN 0 ELSE 1 END = $3"
    " AND " NGX_LO_SQL_WITHIN("r.project_id", "$5")
    " ORDER BY l.acquired_at DESC, l.lease_id DESC LIMIT 10000",
    "ssiij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_lease_get = {
    "api_lease_get",
    "SELECT " NGX_LO_LEASE_COLUMNS("$2") " WHERE l.lease_id = $1",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_lease_run = {
    "api_lease_run",
    "SELECT 1 AS known FROM runs WHERE id = $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_leases_active = {
    "api_leases_active",
    "SELECT COUNT(*) AS n FROM leases"
    " WHERE released_at IS NULL AND expires_at > $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_leases_within = {
    "api_leases_within",
    "SELECT COUNT(*) AS n FROM leases l JOIN runs r ON r.id = l.run"
    " WHERE l.released_at IS NULL AND l.expires_at > $1"
    " AND " NGX_LO_SQL_WITHIN("r.project_id", "$2"),
    "ij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_lease_note = {
    "api_lease_note",
    "INSERT INTO inbox (run, kind, ref, data, created_at)"
    " SELECT l.run, 'note', 'lease_force_released',"
    " json_object('node_id', l.node_id, 'step_id', l.step_id, 'payload',"
    " json_object('lease_id', l.lease_id, 'resource_key', l.resource_key,"
    " 'actor', $2)), $3"
    " FROM leases l JOIN runs r ON r.id = l.run"
    " WHERE l.lease_id = $1 AND l.released_at IS NULL"
    " AND " NGX_LO_SQL_ALIVE("r."),
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_lease_wake = {
    "api_lease_wake",
    "UPDATE runs SET wake_at = 0, updated_at = $2"
    " WHERE id = (SELECT run FROM leases WHERE lease_id = $1)"
    " AND " NGX_LO_SQL_ALIVE(""),
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_lease_noted = {
    "api_lease_noted",
    "SELECT COUNT(*) AS n FROM inbox WHERE run = $1"
    " AND ref = 'lease_force_released'",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_run_leases = {
    "api_run_leases",
    "SELECT l.lease_id, l.resource_key, l.node_id, l.step_id,"
    " l.acquired_at AS \"acquired_at:t\", l.expires_at AS \"expires_at:t\","
    " l.released_at AS \"released_at:t\","
    " CASE WHEN l.expires_at > $2 THEN 1 ELSE 0 END AS \"is_active:b\""
    " FROM leases l WHERE l.run = (SELECT id FROM runs WHERE run_id = $1)"
    " AND l.released_at IS NULL ORDER BY l.acquired_at, l.lease_id LIMIT 1000",
    "si", -1
};
