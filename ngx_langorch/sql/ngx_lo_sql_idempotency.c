/*
 * Statements on the answers kept for Idempotency-Key.
 */

#include "store/ngx_lo_sql_api.h"


const ngx_lo_stmt_t  ngx_lo_sql_api_once_add = {
    "api_once_add",
    "INSERT INTO idempotency (scope, key, body_hash, status, response,"
    " location, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (scope, key) DO NOTHING",
    "sssissi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_once_get = {
    "api_once_get",
    "SELECT body_hash, status, response, location"
    " FROM idempotency WHERE scope = $1 AND key = $2 AND created_at > $3",
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_once_old = {
    "api_once_old",
    "DELETE FROM idempotency"
    " WHERE scope = $1 AND key = $2 AND created_at <= $3",
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_once_age = {
    "api_once_age",
    "DELETE FROM idempotency WHERE (scope, key) IN ("
    "SELECT scope, key FROM idempotency WHERE created_at <= $1"
    " ORDER BY created_at LIMIT 16)",
    "i", -1
};
