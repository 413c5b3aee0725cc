/*
 * What lies within the projects that somebody is limited to: a JSON list; NULL:
 * the whole site.  Each finds its object by its own key, and looks at one
 * project.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_identity.h"


const ngx_lo_stmt_t  ngx_lo_sql_within_run = {
    "within_run",
    "SELECT 1 AS n FROM runs WHERE run_id = $1"
    " AND " NGX_LO_SQL_WITHIN("project_id", "$2"),
    "sj", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_within_procedure = {
    "within_procedure",
    "SELECT 1 AS n WHERE " NGX_LO_SQL_PROCEDURE_WITHIN("$1", "$2"),
    "sj", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_within_approval = {
    "within_approval",
    "SELECT 1 AS n FROM approvals a JOIN runs r ON r.id = a.run"
    " WHERE a.approval_id = $1"
    " AND " NGX_LO_SQL_WITHIN("r.project_id", "$2"),
    "sj", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_within_lease = {
    "within_lease",
    "SELECT 1 AS n FROM runs WHERE id = $1"
    " AND " NGX_LO_SQL_WITHIN("project_id", "$2"),
    "ij", -1
};


/* Versions elsewhere: a name that others have is theirs. */

const ngx_lo_stmt_t  ngx_lo_sql_within_name = {
    "within_name",
    "SELECT 1 AS n FROM procedures WHERE procedure_id = $1"
    " AND NOT " NGX_LO_SQL_WITHIN("coalesce(project_id, '')", "$2")
    " LIMIT 1",
    "sj", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_within_free = {
    "within_free",
    "SELECT 1 AS n WHERE NOT EXISTS (SELECT 1 FROM procedures"
    " WHERE procedure_id = $1"
    " AND NOT " NGX_LO_SQL_WITHIN("coalesce(project_id, '')", "$2") ")",
    "sj", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_within_known = {
    "within_known",
    "SELECT 1 AS n WHERE NOT EXISTS (SELECT 1 FROM json_each($1)"
    " WHERE value NOT IN (SELECT project_id FROM projects))",
    "j", 1
};
