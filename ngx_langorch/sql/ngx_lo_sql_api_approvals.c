/*
 * What the routes ask and change of approvals.
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_APPROVAL_COLUMNS                                               \
    "a.approval_id, r.run_id, a.node_id, a.prompt, a.decision_type,"          \
    " a.options AS \"options:j\", a.context_data AS \"context_data:j\","      \
    " a.status, a.decided_by, a.decision_payload AS \"decision_payload:j\","  \
    " a.comment, a.created_at AS \"created_at:t\","                           \
    " a.decided_at AS \"decided_at:t\", a.expires_at AS \"expires_at:t\","    \
    " r.status AS run_status, 'procedure' AS run_kind, a.node_name,"          \
    " r.procedure_id, a.approval_level, a.escalation_contact,"                \
    " CASE WHEN a.status = 'pending'"                                         \
    " AND r.status NOT IN ('completed', 'failed', 'canceled')"                \
    " THEN 1 ELSE 0 END AS \"can_decide:b\", a.path,"                         \
    " a.input_schema AS \"input_schema:j\", a.required_approvals,"            \
    " a.escalation_count"

#define NGX_LO_APPROVALS_FROM                                                 \
    " FROM approvals a JOIN runs r ON r.id = a.run"                           \
    " WHERE ($1 IS NULL OR a.status = $1)"                                    \
    " AND ($2 IS NULL OR a.run = (SELECT id FROM runs WHERE run_id = $2))"    \
    " AND ($3 IS NULL OR r.procedure_id = $3)"


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_get = {
    "api_approval_get",
    "SELECT " NGX_LO_APPROVAL_COLUMNS
    " FROM approvals a JOIN runs r ON r.id = a.run WHERE a.approval_id = $1",
    "s", -1
};


/* What happens at one moment is ordered by id: its first part is the time. */

const ngx_lo_stmt_t  ngx_lo_sql_api_approvals = {
    "api_approvals",
    "SELECT a.rowid AS _id, " NGX_LO_APPROVAL_COLUMNS NGX_LO_APPROVALS_FROM
    " AND ($4 IS NULL OR a.created_at < $4"
    " OR (a.created_at = $4 AND a.rowid < $5))"
    " ORDER BY a.created_at DESC, a.rowid DESC LIMIT $6 OFFSET $7",
    "sssnnii", -1
};


/* One run has few: its index first. */

const ngx_lo_stmt_t  ngx_lo_sql_api_approvals_of = {
    "api_approvals_of",
    "SELECT a.rowid AS _id, " NGX_LO_APPROVAL_COLUMNS
    " FROM approvals a JOIN runs r ON r.id = a.run"
    " WHERE a.run = (SELECT id FROM runs WHERE run_id = $2)"
    " AND ($1 IS NULL OR a.status = $1)"
    " AND ($3 IS NULL OR r.procedure_id = $3)"
    " AND ($4 IS NULL OR a.created_at < $4"
    " OR (a.created_at = $4 AND a.rowid < $5))"
    " ORDER BY a.created_at DESC, a.rowid DESC LIMIT $6 OFFSET $7",
    "sssnnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_approvals_count = {
    "api_approvals_count",
    "SELECT COUNT(*) AS n" NGX_LO_APPROVALS_FROM,
    "sss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_decide = {
    "api_approval_decide",
    "UPDATE approvals SET status = $2, decided_by = $3, decision_payload = $4,"
    " comment = $5, decided_at = $6"
    " WHERE approval_id = $1 AND status = 'pending'",
    "sssjsi", 1
};
