/*
 * Statements on API tokens.
 */

#include "store/ngx_lo_sql_identity.h"


#define NGX_LO_TOKEN_COLUMNS                                                  \
    "token_id, name, prefix, role, identity, projects AS \"projects:j\","     \
    " created_at AS \"created_at:t\", expires_at AS \"expires_at:t\","        \
    " last_used_at AS \"last_used_at:t\""


const ngx_lo_stmt_t  ngx_lo_sql_token_found = {
    "token_found",
    "SELECT t.token_id AS token_id, t.identity AS identity, t.role AS role,"
    " t.expires_at AS expires_at, t.last_used_at AS last_used_at,"
    " t.hash AS hash, t.projects AS \"projects:j\", u.role AS user_role,"
    " u.is_active AS user_active, u.projects AS \"user_projects:j\""
    " FROM api_tokens t LEFT JOIN users u ON u.username = t.identity"
    " WHERE t.hash = $1 AND $2 IS NULL",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_token_add = {
    "token_add",
    "INSERT INTO api_tokens (token_id, hash, name, prefix, role, identity,"
    " created_by, created_at, expires_at, projects)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $11"
    " WHERE (SELECT COUNT(*) FROM api_tokens WHERE identity = $6"
    " AND expires_at > $8) < $10",
    "sssssssiiij", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_token_get = {
    "token_get",
    "SELECT " NGX_LO_TOKEN_COLUMNS " FROM api_tokens WHERE token_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_tokens = {
    "tokens",
    "SELECT " NGX_LO_TOKEN_COLUMNS " FROM api_tokens"
    " WHERE $1 IS NULL OR identity = $1 ORDER BY id LIMIT $2 OFFSET $3",
    "sii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_token_del = {
    "token_del",
    "DELETE FROM api_tokens WHERE token_id = $1"
    " AND ($2 IS NULL OR identity = $2)",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_tokens_old = {
    "tokens_old",
    "DELETE FROM api_tokens WHERE id IN"
    " (SELECT id FROM api_tokens WHERE expires_at < $1 LIMIT 100)",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_token_used = {
    "token_used",
    "UPDATE api_tokens SET last_used_at = $2 WHERE token_id = $1"
    " AND (last_used_at IS NULL OR last_used_at < $3)",
    "sii", -1
};
