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
    " r.status AS run_status, CASE WHEN r.family = 'w' THEN 'workflow'"       \
    " ELSE 'procedure' END AS run_kind, a.node_name,"                        \
    " r.procedure_id, a.approval_level, a.escalation_contact,"                \
    " CASE WHEN a.status = 'pending'"                                         \
    " AND " NGX_LO_SQL_ALIVE("r.")                \
    " THEN 1 ELSE 0 END AS \"can_decide:b\", a.path,"                         \
    " a.input_schema AS \"input_schema:j\", a.required_approvals,"            \
    " a.escalation_count, a.approvers AS \"approvers:j\","                    \
    " a.forbid_self AS \"forbid_self_approval:b\","                           \
    " '[' || coalesce(a.votes, '') || ']' AS \"votes:j\","                    \
    " r.created_by AS _creator, a.mapped AS \"_mapped:j\","                   \
    " a.aside AS \"_aside:b\""

/* What happens at one moment is ordered by id. */

#define NGX_LO_APPROVALS_BY(name, index, key)                                 \
    {                                                                         \
        {                                                                     \
            "api_approvals_" name,                                            \
            "SELECT a.rowid AS _id, " NGX_LO_APPROVAL_COLUMNS                 \
            NGX_LO_APPROVALS_FROM(index, key)                                 \
            " AND (a.created_at, a.rowid) < ($5, $6)"                         \
            " ORDER BY a.created_at DESC, a.rowid DESC LIMIT $7 OFFSET $8",   \
            "sssjiiii", -1                                                    \
        },                                                                    \
        {                                                                     \
            "api_approvals_" name "_count",                                   \
            "SELECT COUNT(*) AS n" NGX_LO_APPROVALS_FROM(index, key),         \
            "sssj", -1                                                        \
        }                                                                     \
    }

#define NGX_LO_APPROVALS_FROM(index, key)                                     \
    " FROM approvals a INDEXED BY " index " CROSS JOIN runs r"                \
    " WHERE r.id = a.run AND " key " AND ($1 IS NULL OR a.status = $1)"       \
    " AND ($3 IS NULL OR r.procedure_id = $3)"                                \
    " AND " NGX_LO_SQL_WITHIN("r.project_id", "$4")

#define NGX_LO_APPROVAL_INBOX                                                 \
    "INSERT INTO inbox (run, kind, ref, data, created_at)"                    \
    " SELECT a.run, $2, $3, " NGX_LO_WORD("$4", "$5") ", $6"                  \
    " FROM approvals a JOIN runs r ON r.id = a.run WHERE a.approval_id = $1"


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_get = {
    "api_approval_get",
    "SELECT " NGX_LO_APPROVAL_COLUMNS
    " FROM approvals a JOIN runs r ON r.id = a.run WHERE a.approval_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_hears = {
    "api_approval_hears",
    "SELECT r.seals AS \"_seals:j\" FROM approvals a"
    " JOIN runs r ON r.id = a.run WHERE a.approval_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_approvals[3][2] = {
    NGX_LO_APPROVALS_BY("any", "approvals_created", "a.created_at >= 0"),
    NGX_LO_APPROVALS_BY("in", "approvals_status", "a.status = $1"),
    NGX_LO_APPROVALS_BY("of", "approvals_run",
                        "a.run = (SELECT id FROM runs WHERE run_id = $2)")
};


/* --- deciding ------------------------------------------------------------- */


const ngx_lo_stmt_t  ngx_lo_sql_api_vote_add = {
    "api_vote_add",
    "INSERT INTO votes (approval_id, who, run, decision)"
    " SELECT a.approval_id, $2, a.run, $3 FROM approvals a"
    " JOIN runs r ON r.id = a.run"
    " WHERE a.approval_id = $1 AND a.status = 'pending'"
    " AND coalesce(a.approval_level, '') = coalesce($4, '')"
    " AND " NGX_LO_SQL_ALIVE("r.")
    " AND (SELECT count(*) FROM votes v WHERE v.approval_id = $1)"
    " < " NGX_LO_VOTES_MAX,
    "ssss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_vote_show = {
    "api_vote_show",
    "UPDATE approvals SET votes = coalesce(votes || ',', '') || $2"
    " WHERE approval_id = $1",
    "sj", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_decide = {
    "api_approval_decide",
    "UPDATE approvals SET status = $2, decided_by = $3, decision_payload = $4,"
    " comment = $5, decided_at = $6"
    " WHERE approval_id = $1 AND status = 'pending'"
    " AND ($7 = 1 OR (SELECT count(*) FROM votes v"
    " WHERE v.approval_id = $1 AND v.decision = $2)"
    " >= coalesce(required_approvals, 1))",
    "sssjsii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_inbox = {
    "api_approval_inbox",
    NGX_LO_APPROVAL_INBOX " AND a.status <> 'pending'",
    "sssKpi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_told = {
    "api_approval_told", NGX_LO_APPROVAL_INBOX, "sssKpi", 1
};


/* Ahead of new runs: who goes on was here before (spec/api.md 7). */

const ngx_lo_stmt_t  ngx_lo_sql_api_approval_wake = {
    "api_approval_wake",
    "UPDATE runs SET wake_at = 0, updated_at = $2,"
    " status = CASE WHEN status = 'waiting_approval' THEN 'created'"
    " ELSE status END,"
    " priority = CASE WHEN status = 'waiting_approval' AND priority < 1"
    " THEN 1 ELSE priority END"
    " WHERE id = (SELECT a.run FROM approvals a WHERE a.approval_id = $1"
    " AND a.status <> 'pending')"
    " AND " NGX_LO_SQL_ALIVE(""),
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_due = {
    "api_approval_due",
    "UPDATE runs SET wake_at = CASE WHEN queued = 1 THEN wake_at ELSE 0 END,"
    " updated_at = $2"
    " WHERE id = (SELECT a.run FROM approvals a WHERE a.approval_id = $1)"
    " AND " NGX_LO_SQL_ALIVE(""),
    "si", -1
};


/* --- asking beside a run ----------------------------------------------------- */


const ngx_lo_stmt_t  ngx_lo_sql_api_approval_add = {
    "api_approval_add",
    "INSERT INTO approvals (approval_id, run, node_id, node_name, path, prompt,"
    " decision_type, options, context_data, approval_level, status, created_at,"
    " expires_at, required_approvals, escalation_count, aside)"
    " SELECT $1, r.id, $3, $3, '', $4, $5, $6, $7, $8, 'pending', $9, $10, 1, 0,"
    " 1 FROM runs r WHERE r.run_id = $2"
    " AND " NGX_LO_SQL_ALIVE("r.")
    " AND (SELECT count(*) FROM approvals a WHERE a.run = r.id AND a.aside = 1"
    " AND a.status = 'pending') < " NGX_LO_ASIDES_MAX,
    "sssssjjsin", 1
};
