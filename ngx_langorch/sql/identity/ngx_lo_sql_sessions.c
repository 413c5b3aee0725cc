/*
 * Statements on sessions, which are nothing but texts that were signed: those
 * that were ended before their time are written down.
 */

#include "store/ngx_lo_sql_identity.h"


const ngx_lo_stmt_t  ngx_lo_sql_session_found = {
    "session_found",
    "SELECT EXISTS (SELECT 1 FROM sessions_ended WHERE jti = $1) AS ended,"
    " u.user_id AS user_id, u.role AS role, u.is_active AS is_active,"
    " u.sessions_from AS sessions_from, u.projects AS \"projects:j\""
    " FROM (SELECT 1 AS n) LEFT JOIN users u ON u.username = $2",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_session_end = {
    "session_end",
    "INSERT INTO sessions_ended (jti, expires_at) VALUES ($1, $2)"
    " ON CONFLICT (jti) DO NOTHING",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_session_old = {
    "session_old",
    "DELETE FROM sessions_ended WHERE jti IN"
    " (SELECT jti FROM sessions_ended WHERE expires_at < $1 LIMIT 100)",
    "i", -1
};
