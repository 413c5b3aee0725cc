/*
 * Statements on documents and procedures.
 */

#include "store/ngx_lo_sql.h"


/* The same text twice is one document. */

const ngx_lo_stmt_t  ngx_lo_sql_document_put = {
    "document_put",
    "INSERT INTO documents (hash, body, audit_days, audit_storage)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING",
    "ssns", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_document_moved = {
    "document_moved",
    "INSERT INTO documents (hash, body, audit_days, audit_storage)"
    " SELECT $1, $2, audit_days, audit_storage FROM documents WHERE hash = $3"
    " ON CONFLICT (hash) DO NOTHING",
    "sss", -1
};
