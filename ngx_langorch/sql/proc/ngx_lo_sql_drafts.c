/*
 * Statements on drafts: what of a version is being edited.
 */

#include "store/ngx_lo_sql_proc.h"


const ngx_lo_stmt_t  ngx_lo_sql_procedure_words_gone = {
    "procedure_words_gone",
    "DELETE FROM procedure_words WHERE procedure = $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_draft_get = {
    "draft_get",
    "SELECT p.id AS _id, p.procedure_id, p.version, d.body AS \"draft:j\","
    " d.updated_at AS \"updated_at:t\", d.tag AS _tag,"
    " p.content_hash AS _hash FROM procedures p"
    " LEFT JOIN drafts d ON d.procedure = p.id"
    " WHERE p.procedure_id = $1 AND p.version = $2",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_draft_same = {
    "draft_same",
    "SELECT 1 AS n WHERE $2 = coalesce("
    "(SELECT tag FROM drafts WHERE procedure = $1), 'none')",
    "is", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_draft_put = {
    "draft_put",
    "INSERT INTO drafts (procedure, body, tag, updated_at)"
    " SELECT id, $2, $3, $4 FROM procedures WHERE id = $1"
    " ON CONFLICT (procedure) DO UPDATE SET body = excluded.body,"
    " tag = excluded.tag, updated_at = excluded.updated_at",
    "issi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_draft_del = {
    "draft_del",
    "DELETE FROM drafts WHERE procedure = $1",
    "i", -1
};
