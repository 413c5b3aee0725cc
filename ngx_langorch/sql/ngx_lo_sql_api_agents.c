/*
 * What the routes ask and change of agents.
 */

#include "store/ngx_lo_sql_api.h"

/* `now` is $2 of one agent, $4 of the list; the circuit is half open 300 s
 * after it opened (spec/api.md 8). */

#define NGX_LO_AGENT_COLUMNS(now)                                             \
    "agent_id, name, channel, base_url, status, concurrency_limit,"           \
    " resource_key, pool_id, capabilities AS \"capabilities:j\","             \
    " consecutive_failures, circuit_open_at AS \"circuit_open_at:t\","        \
    " last_heartbeat_at AS \"last_heartbeat_at:t\","                          \
    " updated_at AS \"updated_at:t\","                                        \
    " CASE WHEN circuit_open_at IS NULL THEN 'closed'"                        \
    " WHEN circuit_open_at + 300000 > " now " THEN 'open'"                    \
    " ELSE 'half_open' END AS circuit_state,"                                 \
    " (SELECT COUNT(*) FROM leases l WHERE l.resource_key ="                  \
    " agents.resource_key AND l.agent_id = agents.agent_id"                   \
    " AND l.released_at IS NULL AND l.expires_at > " now ")"                  \
    " AS active_leases,"                                                      \
    " cpu_percent, memory_percent, last_error"


const ngx_lo_stmt_t  ngx_lo_sql_api_agent_get = {
    "api_agent_get",
    "SELECT " NGX_LO_AGENT_COLUMNS("$2") " FROM agents WHERE agent_id = $1",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_agents = {
    "api_agents",
    "SELECT " NGX_LO_AGENT_COLUMNS("$4") " FROM agents"
    " WHERE ($1 IS NULL OR lower(channel) = lower($1))"
    " AND ($2 IS NULL OR status = $2) AND ($3 IS NULL OR pool_id = $3)"
    " ORDER BY name, agent_id LIMIT 10000",
    "sssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_agent_add = {
    "api_agent_add",
    "INSERT INTO agents (agent_id, name, channel, base_url, status,"
    " concurrency_limit, resource_key, pool_id, capabilities,"
    " consecutive_failures, updated_at, pool_counter)"
    " VALUES ($1, $2, $3, $4, 'online', $5, $6, $7, $8, 0, $9, 0)"
    " ON CONFLICT (agent_id) DO NOTHING",
    "ssssissji", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_agent_put = {
    "api_agent_put",
    "UPDATE agents SET name = coalesce($2, name),"
    " base_url = coalesce($3, base_url), status = coalesce($4, status),"
    " concurrency_limit = coalesce($5, concurrency_limit),"
    " pool_id = coalesce($6, pool_id),"
    " capabilities = coalesce($7, capabilities), updated_at = $8"
    " WHERE agent_id = $1",
    "ssssnsji", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_agent_del = {
    "api_agent_del",
    "DELETE FROM agents WHERE agent_id = $1",
    "s", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_agent_beat = {
    "api_agent_beat",
    "UPDATE agents SET last_heartbeat_at = $2, updated_at = $2,"
    " cpu_percent = coalesce(CAST($3 AS REAL), cpu_percent),"
    " memory_percent = coalesce(CAST($4 AS REAL), memory_percent),"
    " status = $5,"
    " consecutive_failures ="
    " CASE WHEN $5 = 'online' THEN 0 ELSE consecutive_failures END,"
    " circuit_open_at ="
    " CASE WHEN $5 = 'online' THEN NULL ELSE circuit_open_at END"
    " WHERE agent_id = $1",
    "sijjs", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_agent_circuit = {
    "api_agent_circuit",
    "UPDATE agents SET circuit_open_at = $2, updated_at = $3,"
    " consecutive_failures = CASE WHEN $2 IS NULL THEN 0"
    " ELSE consecutive_failures END WHERE agent_id = $1",
    "sni", 1
};


/* Agents that share a resource_key share its slots: counted once. */

const ngx_lo_stmt_t  ngx_lo_sql_api_agent_pools = {
    "api_agent_pools",
    "SELECT pool_id, channel, status, concurrency_limit, resource_key,"
    " CASE WHEN circuit_open_at + 300000 > $1 THEN 1 ELSE 0 END"
    " AS \"open:b\","
    " (SELECT COUNT(*) FROM leases l WHERE l.resource_key ="
    " agents.resource_key AND l.released_at IS NULL AND l.expires_at > $1)"
    " AS held"
    " FROM agents ORDER BY channel, pool_id, agent_id LIMIT 10000",
    "i", -1
};


/* 1 while nobody is sent there: as of `now`, $1. */

const ngx_lo_stmt_t  ngx_lo_sql_api_agent_circuits = {
    "api_agent_circuits",
    "SELECT agent_id AS name,"
    " CASE WHEN circuit_open_at + 300000 > $1 THEN 1 ELSE 0 END AS n"
    " FROM agents ORDER BY agent_id LIMIT 1000",
    "i", -1
};
