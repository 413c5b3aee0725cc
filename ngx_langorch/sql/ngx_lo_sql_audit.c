/*
 * Statements on the audit trail.
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_AUDIT_COLUMNS                                                  \
    "SELECT event_id, ts AS \"ts:t\", category, action, actor, description,"  \
    " resource_type, resource_id, meta AS \"meta:j\", source_ip,"             \
    " auth_method, request_id, procedure_id, storage_location, prev, hash,"   \
    " gone_from, gone_prev"

/* What the first entry of a chain stands behind. */

#define NGX_LO_AUDIT_ROOT                                                     \
    "'0000000000000000000000000000000000000000000000000000000000000000'"

#define NGX_LO_AUDIT_REST                                                     \
    " AND ($1 IS NULL OR category = $1)"                                      \
    " AND ($2 IS NULL OR actor = $2) AND ($3 IS NULL OR action = $3)"         \
    " AND ($4 IS NULL OR resource_type = $4)"                                 \
    " AND ($5 IS NULL OR resource_id = $5)"                                   \
    " AND ($6 IS NULL OR lower(description) LIKE $6 ESCAPE '\\')"             \
    " AND ($7 IS NULL OR ts >= $7) AND ($8 IS NULL OR ts <= $8)"              \
    " AND ($9 IS NULL OR procedure_id = $9)"

/* In the order of the trail, from the cursor on: along all of it, or along what
 * is about one thing. */

#define NGX_LO_AUDIT_BY(name, leads)                                          \
    {                                                                         \
        {                                                                     \
            "api_audit_" name "desc",                                         \
            NGX_LO_AUDIT_COLUMNS " FROM audit WHERE " leads                   \
            "event_id < $10" NGX_LO_AUDIT_REST                                 \
            " ORDER BY event_id DESC LIMIT $11 OFFSET $12",                   \
            "ssssssnnsiii", -1                                                \
        },                                                                    \
        {                                                                     \
            "api_audit_" name "asc",                                          \
            NGX_LO_AUDIT_COLUMNS " FROM audit WHERE " leads                   \
            "event_id > $10" NGX_LO_AUDIT_REST                                 \
            " ORDER BY event_id LIMIT $11 OFFSET $12",                        \
            "ssssssnnsiii", -1                                                \
        },                                                                    \
        {                                                                     \
            "api_audit_" name "count",                                        \
            "SELECT COUNT(*) AS n FROM audit WHERE " leads "event_id > 0"     \
            NGX_LO_AUDIT_REST,                                                \
            "ssssssnns", -1                                                   \
        }                                                                     \
    }


/* The newest entry is never removed, so the next one is its neighbour. */

const ngx_lo_stmt_t  ngx_lo_sql_audit_add = {
    "audit_add",
    "INSERT INTO audit (event_id, ts, category, action, actor, description,"
    " resource_type, resource_id, meta, source_ip, auth_method, request_id,"
    " procedure_id, keep_days, storage_location, prev, hash)"
    " SELECT entry.id, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
    " coalesce($13, r.procedure_id), d.audit_days, d.audit_storage, entry.prev,"
    " lo_chain(entry.prev, entry.id, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " $11, coalesce($13, r.procedure_id), d.audit_storage)"
    " FROM (SELECT"
    " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0) + 1"
    " AS id,"
    " coalesce((SELECT hash FROM audit"
    " WHERE event_id = (SELECT max(event_id) FROM audit)),"
    " " NGX_LO_AUDIT_ROOT ") AS prev) AS entry"
    " LEFT JOIN runs r ON r.run_id = $12"
    " LEFT JOIN documents d ON d.hash = coalesce($14, r.doc_hash)",
    "issssssjssssss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_audit[2][3] = {
    NGX_LO_AUDIT_BY("", ""),
    NGX_LO_AUDIT_BY("of_", "resource_id = $5 AND ")
};


const ngx_lo_stmt_t  ngx_lo_sql_api_audit_last = {
    "api_audit_last",
    "SELECT coalesce(MAX(event_id), 0) AS n FROM audit",
    "", -1
};
