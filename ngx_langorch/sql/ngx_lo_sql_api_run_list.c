/*
 * The list of runs, by the index that serves the filter best.
 *
 * $1 procedure_id, $2 version, $3 project_id, $4 case_id, $5 status: ",a,b,"
 * or the one, $6 trigger_type, $7 parent_run_id, $8 from, $9 to, $10 prefix of
 * run_id, $11 part of procedure_id (both or none), $12 cursor's created_at,
 * $13 cursor's id, $14 limit, $15 offset.
 */

#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_api_int.h"

#define NGX_LO_RUNS_PROCEDURE  "($1 IS NULL OR procedure_id = $1)"
#define NGX_LO_RUNS_STATUS                                                    \
    "($5 IS NULL OR $5 LIKE '%,' || status || ',%')"

#define NGX_LO_RUNS_PARENT  "($7 IS NULL OR parent_run_id = $7)"

#define NGX_LO_RUNS_WHERE(procedure, status, parent)                          \
    " FROM runs WHERE family IS NOT 'd' AND " procedure " AND " status        \
    " AND " parent                                                            \
    " AND ($2 IS NULL OR procedure_version = $2)"                             \
    " AND ($3 IS NULL OR project_id = $3)"                                    \
    " AND ($4 IS NULL OR case_id = $4)"                                       \
    " AND ($6 IS NULL OR trigger_type = $6)"                                  \
    " AND ($8 IS NULL OR created_at >= $8)"                                   \
    " AND ($9 IS NULL OR created_at <= $9)"                                   \
    " AND ($10 IS NULL OR run_id LIKE $10 ESCAPE '\\'"                        \
    " OR lower(procedure_id) LIKE $11 ESCAPE '\\')"

#define NGX_LO_RUNS_TYPES  "sssssssnnss"

#define NGX_LO_RUNS_DESC(where)                                               \
    "SELECT id AS _id, " NGX_LO_RUN_COLUMNS where                             \
    " AND ($12 IS NULL OR created_at < $12"                                   \
    " OR (created_at = $12 AND id < $13))"                                    \
    " ORDER BY created_at DESC, id DESC LIMIT $14 OFFSET $15",                \
    NGX_LO_RUNS_TYPES "nnii", -1

#define NGX_LO_RUNS_ASC(where)                                                \
    "SELECT id AS _id, " NGX_LO_RUN_COLUMNS where                             \
    " AND ($12 IS NULL OR created_at > $12"                                   \
    " OR (created_at = $12 AND id > $13))"                                    \
    " ORDER BY created_at, id LIMIT $14 OFFSET $15",                          \
    NGX_LO_RUNS_TYPES "nnii", -1

#define NGX_LO_RUNS_COUNT(where)                                              \
    "SELECT COUNT(*) AS n" where, NGX_LO_RUNS_TYPES, -1

#define NGX_LO_RUNS_ANY                                                       \
    NGX_LO_RUNS_WHERE(NGX_LO_RUNS_PROCEDURE, NGX_LO_RUNS_STATUS,              \
                      NGX_LO_RUNS_PARENT)
#define NGX_LO_RUNS_OF                                                        \
    NGX_LO_RUNS_WHERE("procedure_id = $1", NGX_LO_RUNS_STATUS,                \
                      NGX_LO_RUNS_PARENT)
#define NGX_LO_RUNS_IN                                                        \
    NGX_LO_RUNS_WHERE(NGX_LO_RUNS_PROCEDURE, "status = $5", NGX_LO_RUNS_PARENT)
#define NGX_LO_RUNS_UNDER                                                     \
    NGX_LO_RUNS_WHERE(NGX_LO_RUNS_PROCEDURE, NGX_LO_RUNS_STATUS,              \
                      "parent_run_id = $7")


const ngx_lo_stmt_t  ngx_lo_sql_api_runs[NGX_LO_SQL_API_RUNS][2] = {
    {
        { "api_runs_desc", NGX_LO_RUNS_DESC(NGX_LO_RUNS_ANY) },
        { "api_runs_asc", NGX_LO_RUNS_ASC(NGX_LO_RUNS_ANY) }
    },
    {
        { "api_runs_of_desc", NGX_LO_RUNS_DESC(NGX_LO_RUNS_OF) },
        { "api_runs_of_asc", NGX_LO_RUNS_ASC(NGX_LO_RUNS_OF) }
    },
    {
        { "api_runs_in_desc", NGX_LO_RUNS_DESC(NGX_LO_RUNS_IN) },
        { "api_runs_in_asc", NGX_LO_RUNS_ASC(NGX_LO_RUNS_IN) }
    },
    {
        { "api_runs_under_desc", NGX_LO_RUNS_DESC(NGX_LO_RUNS_UNDER) },
        { "api_runs_under_asc", NGX_LO_RUNS_ASC(NGX_LO_RUNS_UNDER) }
    }
};


const ngx_lo_stmt_t  ngx_lo_sql_api_runs_count[NGX_LO_SQL_API_RUNS] = {
    { "api_runs_count", NGX_LO_RUNS_COUNT(NGX_LO_RUNS_ANY) },
    { "api_runs_of_count", NGX_LO_RUNS_COUNT(NGX_LO_RUNS_OF) },
    { "api_runs_in_count", NGX_LO_RUNS_COUNT(NGX_LO_RUNS_IN) },
    { "api_runs_under_count", NGX_LO_RUNS_COUNT(NGX_LO_RUNS_UNDER) }
};
