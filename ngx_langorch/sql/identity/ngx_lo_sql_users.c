/*
 * Statements on users.
 */

#include "store/ngx_lo_sql_identity.h"


#define NGX_LO_USER_TAG  "created_at || '-' || rev"

#define NGX_LO_USER_COLUMNS                                                   \
    "user_id, username, email, full_name, role,"                              \
    " projects AS \"projects:j\","                                            \
    " is_active AS \"is_active:b\", sso_provider,"                            \
    " created_at AS \"created_at:t\","                                        \
    " updated_at AS \"updated_at:t\", " NGX_LO_USER_TAG " AS _tag"

#define NGX_LO_USER_GOVERNS                                                   \
    "role = 'admin' AND is_active = 1 AND projects IS NULL"

#define NGX_LO_USER_LAST                                                      \
    "(SELECT COUNT(*) FROM users WHERE " NGX_LO_USER_GOVERNS                  \
    " AND user_id <> $1) = 0"


const ngx_lo_stmt_t  ngx_lo_sql_user_named = {
    "user_named",
    "SELECT user_id, email, full_name FROM users WHERE username = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_login = {
    "user_login",
    "SELECT user_id, role, is_active, password FROM users WHERE username = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_users = {
    "users",
    "SELECT " NGX_LO_USER_COLUMNS " FROM users ORDER BY id LIMIT $1 OFFSET $2",
    "ii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_get = {
    "user_get",
    "SELECT " NGX_LO_USER_COLUMNS " FROM users WHERE user_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_taken = {
    "user_taken",
    "SELECT username = $1 AS name FROM users WHERE username = $1"
    " OR (lower(email) = lower($2) AND user_id <> coalesce($3, ''))"
    " ORDER BY username = $1 DESC LIMIT 1",
    "sss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_add = {
    "user_add",
    "INSERT INTO users (user_id, username, email, full_name, role, is_active,"
    " password, created_at, updated_at, rev, projects)"
    " VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $7, 1, $8)",
    "ssssssij", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_first = {
    "user_first",
    "INSERT INTO users (user_id, username, role, is_active, password,"
    " created_at, updated_at, rev)"
    " SELECT $1, $2, 'admin', 1, $3, $4, $4, 1 WHERE NOT EXISTS"
    " (SELECT 1 FROM users WHERE username = $2"
    " OR (" NGX_LO_USER_GOVERNS "))",
    "sssi", 1
};


/* He is the last administrator, and stays it. */

#define NGX_LO_USER_SSO_LAST                                                  \
    "(users.role = 'admin' AND users.is_active = 1"                           \
    " AND users.projects IS NULL AND NOT EXISTS (SELECT 1 FROM users o"       \
    " WHERE o.role = 'admin' AND o.is_active = 1 AND o.projects IS NULL"      \
    " AND o.username <> $2))"

const ngx_lo_stmt_t  ngx_lo_sql_user_sso = {
    "user_sso",
    "INSERT INTO users (user_id, username, role, is_active, sso_provider,"
    " created_at, updated_at, rev, projects)"
    " VALUES ($1, $2, $3, 1, $4, $5, $5, 1, $7)"
    " ON CONFLICT (username) DO UPDATE SET"
    " role = CASE WHEN " NGX_LO_USER_SSO_LAST
    " THEN users.role ELSE excluded.role END,"
    " projects = CASE WHEN $6 = 0 OR " NGX_LO_USER_SSO_LAST
    " THEN users.projects ELSE excluded.projects END,"
    " sso_provider = excluded.sso_provider, updated_at = excluded.updated_at,"
    " rev = users.rev + 1",
    "ssssiij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_not_last = {
    "user_not_last",
    "SELECT 1 AS n FROM users WHERE user_id = $1 AND NOT"
    " (" NGX_LO_USER_GOVERNS " AND $2 = 1 AND " NGX_LO_USER_LAST ")",
    "si", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_put = {
    "user_put",
    "UPDATE users SET full_name = CASE WHEN $2 = 1 THEN $3 ELSE full_name END,"
    " email = coalesce($4, email), role = coalesce($5, role),"
    " is_active = coalesce($6, is_active), password = coalesce($7, password),"
    " sessions_from = CASE WHEN $7 IS NULL THEN sessions_from"
    " ELSE $8 / 1000 END,"
    " projects = CASE WHEN $10 = 1 THEN $11 ELSE projects END,"
    " updated_at = $8, rev = rev + 1 WHERE user_id = $1"
    " AND ($9 IS NULL OR " NGX_LO_USER_TAG " = $9)",
    "sisssnsisij", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_password = {
    "user_password",
    "UPDATE users SET password = $2, sessions_from = $4 / 1000,"
    " updated_at = $4, rev = rev + 1 WHERE user_id = $1 AND password = $3"
    " AND is_active = 1",
    "sssi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_del = {
    "user_del",
    "DELETE FROM users WHERE user_id = $1"
    " AND ($2 IS NULL OR " NGX_LO_USER_TAG " = $2)",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_user_tokens_del = {
    "user_tokens_del",
    "DELETE FROM api_tokens WHERE identity = $1",
    "s", -1
};
