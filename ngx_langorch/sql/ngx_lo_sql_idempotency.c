/*
 * Statements on the answers kept for Idempotency-Key.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_idempotency_add = {
    "idempotency_add",
    "INSERT INTO idempotency (scope, key, body_hash, status, response,"
    " location, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (scope, key) DO NOTHING",
    "sssijsi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_idempotency_get = {
    "idempotency_get",
    "SELECT body_hash, status, response AS \"response:j\", location"
    " FROM idempotency WHERE scope = $1 AND key = $2 AND created_at > $3",
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_idempotency_age = {
    "idempotency_age",
    "DELETE FROM idempotency WHERE created_at <= $1",
    "i", -1
};
