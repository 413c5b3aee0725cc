/*
 * Statements on the audit trail.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_audit_add = {
    "audit_add",
    "INSERT INTO audit (ts, category, action, actor, description,"
    " resource_type, resource_id, meta, source_ip, auth_method, request_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    "issssssjsss", 1
};
