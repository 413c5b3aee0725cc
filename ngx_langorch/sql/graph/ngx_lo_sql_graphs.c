/*
 * Graphs, their versions, and who else may use them (spec/api.md 18).
 */

#include "sql/graph/ngx_lo_sql_graph_int.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_graph.h"

#define NGX_LO_GRAPH_COLUMNS                                                  \
    "g.graph_id AS id, g.name, g.description, g.owner_id, g.organization_id," \
    " v.version, g.is_template AS \"is_template:b\","                         \
    " g.is_public AS \"is_public:b\", g.is_active AS \"is_active:b\","        \
    " g.timeout_seconds, g.max_retries, g.on_error, g.scheduling,"            \
    " g.tags AS \"tags:j\", g.metadata AS \"metadata:j\","                    \
    " g.created_at AS \"created_at:t\", g.updated_at AS \"updated_at:t\","    \
    " v.node_count, v.edge_count"


const ngx_lo_stmt_t  ngx_lo_sql_graph_add = {
    "graph_add",
    "INSERT INTO graphs (graph_id, name, description, owner_id,"
    " organization_id, version, is_template, is_public, is_active,"
    " timeout_seconds, max_retries, on_error, scheduling, tags, metadata,"
    " created_at, rev) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15, 1)",
    "sssssiiiniss" "jji", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_put = {
    "graph_put",
    "UPDATE graphs SET name = $2, description = $3, organization_id = $5,"
    " version = $4, is_template = $6, is_public = $7, is_active = $8,"
    " timeout_seconds = $9, max_retries = $10, on_error = $11,"
    " scheduling = $12, tags = $13, metadata = $14, updated_at = $15,"
    " rev = rev + 1 WHERE graph_id = $1 AND rev = $16 AND deleted = 0",
    "sssisiiiniss" "jjii", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_version_add = {
    "graph_version_add",
    "INSERT INTO graph_versions (graph_id, version, nodes, edges, levels,"
    " doc_hash, node_count, edge_count, created_at, created_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    "sijjjsiiis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_get = {
    "graph_get",
    "SELECT " NGX_LO_GRAPH_COLUMNS ", v.nodes AS \"nodes:j\","
    " v.edges AS \"edges:j\", v.levels AS \"levels:j\", v.doc_hash, g.rev,"
    " g.version AS newest, " NGX_LO_GRANTED("$3", "$4", "$5") " AS granted"
    " FROM graphs g JOIN graph_versions v ON v.graph_id = g.graph_id"
    " AND v.version = coalesce($2, g.version)"
    " WHERE g.graph_id = $1 AND g.deleted = 0",
    "snsji", -1
};


/* $1 everything (0, 1), $2 who, $3 groups, $4 now, $5 is_public, $6 tags,
 * $7 search, $8 owner, $9 is_template, $10 limit, $11 offset */

const ngx_lo_stmt_t  ngx_lo_sql_graphs = {
    "graphs",
    "SELECT " NGX_LO_GRAPH_COLUMNS
    " FROM graphs g JOIN graph_versions v ON v.graph_id = g.graph_id"
    " AND v.version = g.version"
    " WHERE g.deleted = 0 AND g.is_active = 1"
    " AND ($1 = 1 OR g.owner_id = $2 OR g.is_public = 1 OR "
    NGX_LO_GRANTED("$2", "$3", "$4") " IS NOT NULL)"
    " AND ($5 IS NULL OR g.is_public = $5)"
    " AND ($6 IS NULL OR NOT EXISTS (SELECT 1 FROM json_each($6) t"
    " WHERE t.value NOT IN (SELECT value FROM json_each(g.tags))))"
    " AND ($7 IS NULL OR lower(g.name) LIKE $7 ESCAPE '\\'"
    " OR lower(g.description) LIKE $7 ESCAPE '\\')"
    " AND ($8 IS NULL OR g.owner_id = $8)"
    " AND ($9 IS NULL OR g.is_template = $9)"
    " ORDER BY g.id DESC LIMIT $10 OFFSET $11",
    "isjinjssnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_del = {
    "graph_del",
    "UPDATE graphs SET deleted = 1, updated_at = $2, rev = rev + 1"
    " WHERE graph_id = $1 AND deleted = 0 AND ($3 = 1 OR NOT EXISTS"
    " (SELECT 1 FROM runs WHERE procedure_id = $1 AND family = 'w'"
    " AND " NGX_LO_SQL_ALIVE("") "))",
    "sii", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_versions = {
    "graph_versions",
    "SELECT version, created_at AS \"created_at:t\", created_by, node_count,"
    " edge_count FROM graph_versions WHERE graph_id = $1"
    " ORDER BY version DESC",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_grants = {
    "graph_grants",
    "SELECT grant_id AS id, user_id, organization_id, permission, granted_by,"
    " granted_at AS \"granted_at:t\", expires_at AS \"expires_at:t\""
    " FROM graph_grants WHERE graph_id = $1 ORDER BY granted_at, grant_id",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_grant_add = {
    "graph_grant_add",
    "INSERT INTO graph_grants (grant_id, graph_id, user_id, organization_id,"
    " permission, granted_by, granted_at, expires_at)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE"
    " (SELECT COUNT(*) FROM graph_grants WHERE graph_id = $2) < $9",
    "ssssssini", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_graph_grant_del = {
    "graph_grant_del",
    "DELETE FROM graph_grants WHERE graph_id = $1 AND grant_id = $2",
    "ss", 1
};
