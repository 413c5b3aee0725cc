/*
 * Statements on the audit trail.
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_AUDIT_COLUMNS                                                  \
    "SELECT event_id, ts AS \"ts:t\", category, action, actor, description,"  \
    " resource_type, resource_id, meta AS \"meta:j\", source_ip,"             \
    " auth_method, request_id"

#define NGX_LO_AUDIT_WHERE                                                    \
    " FROM audit WHERE ($1 IS NULL OR category = $1)"                         \
    " AND ($2 IS NULL OR actor = $2) AND ($3 IS NULL OR action = $3)"         \
    " AND ($4 IS NULL OR resource_type = $4)"                                 \
    " AND ($5 IS NULL OR resource_id = $5)"                                   \
    " AND ($6 IS NULL OR lower(description) LIKE $6 ESCAPE '\\')"             \
    " AND ($7 IS NULL OR ts >= $7) AND ($8 IS NULL OR ts <= $8)"


const ngx_lo_stmt_t  ngx_lo_sql_audit_add = {
    "audit_add",
    "INSERT INTO audit (ts, category, action, actor, description,"
    " resource_type, resource_id, meta, source_ip, auth_method, request_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    "issssssjsss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_audit_desc = {
    "api_audit_desc",
    NGX_LO_AUDIT_COLUMNS NGX_LO_AUDIT_WHERE
    " AND ($9 IS NULL OR event_id < $9)"
    " ORDER BY event_id DESC LIMIT $10 OFFSET $11",
    "ssssssnnnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_audit_asc = {
    "api_audit_asc",
    NGX_LO_AUDIT_COLUMNS NGX_LO_AUDIT_WHERE
    " AND ($9 IS NULL OR event_id > $9)"
    " ORDER BY event_id LIMIT $10 OFFSET $11",
    "ssssssnnnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_audit_count = {
    "api_audit_count",
    "SELECT COUNT(*) AS n" NGX_LO_AUDIT_WHERE,
    "ssssssnn", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_audit_last = {
    "api_audit_last",
    "SELECT coalesce(MAX(event_id), 0) AS n FROM audit",
    "", -1
};
