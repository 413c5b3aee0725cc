/*
 * Statements on projects.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_assets.h"


#define NGX_LO_PROJECT_COLUMNS                                                \
    "project_id, name, description, created_at AS \"created_at:t\","          \
    " created_at || '-' || rev AS _tag"

#define NGX_LO_PROJECT_TAG  "created_at || '-' || rev"


const ngx_lo_stmt_t  ngx_lo_sql_projects = {
    "projects",
    "SELECT " NGX_LO_PROJECT_COLUMNS " FROM projects"
    " WHERE " NGX_LO_SQL_WITHIN("project_id", "$3")
    " ORDER BY name, project_id LIMIT $1 OFFSET $2",
    "iij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_project_get = {
    "project_get",
    "SELECT " NGX_LO_PROJECT_COLUMNS " FROM projects WHERE project_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_project_add = {
    "project_add",
    "INSERT INTO projects (project_id, name, description, created_at,"
    " updated_at, rev) VALUES ($1, $2, $3, $4, $4, 1)",
    "sssi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_project_put = {
    "project_put",
    "UPDATE projects SET name = coalesce($2, name),"
    " description = CASE WHEN $4 = 1 THEN $3 ELSE description END,"
    " updated_at = $5, rev = rev + 1 WHERE project_id = $1"
    " AND ($6 IS NULL OR " NGX_LO_PROJECT_TAG " = $6)",
    "sssiis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_project_del = {
    "project_del",
    "DELETE FROM projects WHERE project_id = $1"
    " AND ($2 IS NULL OR " NGX_LO_PROJECT_TAG " = $2)",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_project_runs_leave = {
    "project_runs_leave",
    "UPDATE runs SET project_id = NULL WHERE id IN"
    " (SELECT id FROM runs WHERE project_id = $1 LIMIT $2)",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_project_procedures_leave = {
    "project_procedures_leave",
    "UPDATE procedures SET project_id = NULL WHERE project_id = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_project_cost = {
    "project_cost",
    "SELECT $1 AS project_id, $2 AS period_days, COUNT(*) AS run_count,"
    " coalesce(SUM(total_prompt_tokens), 0) AS total_prompt_tokens,"
    " coalesce(SUM(total_completion_tokens), 0) AS total_completion_tokens,"
    " coalesce(SUM(estimated_cost_usd), 0.0) AS estimated_cost_usd"
    " FROM runs WHERE project_id = $1 AND created_at >= $3",
    "sii", -1
};
