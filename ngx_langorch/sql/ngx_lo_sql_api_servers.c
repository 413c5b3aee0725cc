/*
 * What the routes ask and change of tool servers (MCP).
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_SERVER_COLUMNS                                                 \
    "server_id, name, base_url, protocol, secret_name,"                       \
    " enabled AS \"enabled:b\", status, tools AS \"tools:j\", tools_at,"      \
    " last_error, updated_at AS \"updated_at:t\""


const ngx_lo_stmt_t  ngx_lo_sql_api_server_get = {
    "api_server_get",
    "SELECT " NGX_LO_SERVER_COLUMNS " FROM mcp_servers WHERE server_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_servers = {
    "api_servers",
    "SELECT " NGX_LO_SERVER_COLUMNS " FROM mcp_servers"
    " WHERE $1 IS NULL OR server_id = $1 ORDER BY name, server_id LIMIT 1000",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_server_add = {
    "api_server_add",
    "INSERT INTO mcp_servers (server_id, name, base_url, protocol,"
    " secret_name, enabled, status, created_at, updated_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, 'unknown', $7, $7)",
    "sssssii", 1
};


/* Another address is another server: what was known of it is not known now. */

const ngx_lo_stmt_t  ngx_lo_sql_api_server_put = {
    "api_server_put",
    "UPDATE mcp_servers SET name = coalesce($2, name),"
    " status = CASE WHEN $3 IS NULL AND $4 IS NULL THEN status"
    " ELSE 'unknown' END,"
    " tools = CASE WHEN $3 IS NULL AND $4 IS NULL THEN tools END,"
    " tools_at = CASE WHEN $3 IS NULL AND $4 IS NULL THEN tools_at END,"
    " consecutive_failures = 0, circuit_open_at = NULL, last_error = NULL,"
    " base_url = coalesce($3, base_url), protocol = coalesce($4, protocol),"
    " secret_name = coalesce($5, secret_name),"
    " enabled = coalesce($6, enabled), updated_at = $7 WHERE server_id = $1",
    "sssssni", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_server_del = {
    "api_server_del",
    "DELETE FROM mcp_servers WHERE server_id = $1",
    "s", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_server_tools = {
    "api_server_tools",
    "UPDATE mcp_servers SET tools = $2, tools_at = $3, status = 'online',"
    " last_error = NULL, consecutive_failures = 0, circuit_open_at = NULL,"
    " updated_at = $3 WHERE server_id = $1",
    "sji", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_server_lost = {
    "api_server_lost",
    "UPDATE mcp_servers SET status = 'offline', last_error = $2,"
    " updated_at = $3 WHERE server_id = $1",
    "ssi", -1
};
