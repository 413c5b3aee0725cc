/*
 * Statements on tool servers (MCP): what a dispatch knows of them.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_admit_servers = {
    "admit_servers",
    "SELECT server_id, name, base_url, protocol, secret_name,"
    " tools AS \"tools:j\", consecutive_failures, circuit_open_at"
    " FROM mcp_servers WHERE enabled = 1 ORDER BY name, server_id",
    "", -1
};


/* The fifth failure in a row opens the circuit. */

const ngx_lo_stmt_t  ngx_lo_sql_admit_server_failed = {
    "admit_server_failed",
    "UPDATE mcp_servers SET consecutive_failures = consecutive_failures + 1,"
    " status = 'offline', last_error = $3, updated_at = $2, circuit_open_at ="
    " CASE WHEN consecutive_failures + 1 >= 5 THEN $2 ELSE circuit_open_at END"
    " WHERE server_id = $1",
    "sis", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_admit_server_succeeded = {
    "admit_server_succeeded",
    "UPDATE mcp_servers SET consecutive_failures = 0, circuit_open_at = NULL,"
    " status = 'online', last_error = NULL, updated_at = $2"
    " WHERE server_id = $1",
    "si", -1
};
