/*
 * Statements on artifacts: what runs left, and what was sent to them.
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_ARTIFACT_COLUMNS                                               \
    "a.artifact_id, r.run_id, a.node_id, a.step_id, a.kind, a.uri, a.name,"   \
    " a.mime_type, a.size_bytes, a.created_at AS \"created_at:t\", a.sha256"  \
    " FROM artifacts a JOIN runs r ON r.id = a.run"

#define NGX_LO_FINAL  "('completed', 'failed', 'canceled')"


const ngx_lo_stmt_t  ngx_lo_sql_api_artifacts = {
    "api_artifacts",
    "SELECT " NGX_LO_ARTIFACT_COLUMNS " WHERE r.run_id = $1"
    " ORDER BY a.created_at, a.artifact_id LIMIT 10000",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_get = {
    "api_artifact_get",
    "SELECT " NGX_LO_ARTIFACT_COLUMNS
    " WHERE r.run_id = $1 AND a.artifact_id = $2",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_row = {
    "api_artifact_row",
    "SELECT " NGX_LO_ARTIFACT_COLUMNS
    " WHERE r.run_id = $1 AND a.uri = $2"
    " ORDER BY a.created_at, a.artifact_id LIMIT 1",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_at = {
    "api_artifact_at",
    "SELECT r.run_id, r.status, a.artifact_id, a.mime_type,"
    " (SELECT COUNT(*) FROM artifacts b WHERE b.run = r.id) AS n"
    " FROM runs r LEFT JOIN artifacts a ON a.run = r.id AND a.uri = $2"
    " WHERE r.run_id = $1 ORDER BY a.mime_type IS NULL, a.created_at LIMIT 1",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_again = {
    "api_artifact_again",
    "UPDATE artifacts SET kind = COALESCE($3, kind), name = $4,"
    " mime_type = $5, size_bytes = $6, sha256 = $7,"
    " node_id = COALESCE($8, node_id), step_id = COALESCE($9, step_id)"
    " WHERE run = (SELECT id FROM runs WHERE run_id = $1) AND uri = $2",
    "sssssisss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_add = {
    "api_artifact_add",
    "INSERT INTO artifacts (artifact_id, run, uri, kind, name, mime_type,"
    " size_bytes, sha256, node_id, step_id, created_at)"
    " SELECT $10, r.id, $2, COALESCE($3, 'file'), $4, $5, $6, $7, $8, $9, $11"
    " FROM runs r WHERE r.run_id = $1 AND NOT EXISTS (SELECT 1"
    " FROM artifacts a WHERE a.run = r.id AND a.uri = $2)",
    "sssssissssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_note = {
    "api_artifact_note",
    "INSERT INTO inbox (run, kind, ref, data, created_at)"
    " SELECT r.id, 'note', 'artifact_created', $2, $3"
    " FROM artifacts a JOIN runs r ON r.id = a.run"
    " WHERE a.artifact_id = $1 AND r.status NOT IN " NGX_LO_FINAL,
    "sji", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_noted = {
    "api_artifact_noted",
    "SELECT COUNT(*) AS n FROM inbox"
    " WHERE run = (SELECT id FROM runs WHERE run_id = $1)"
    " AND ref = 'artifact_created'",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_del = {
    "api_artifact_del",
    "DELETE FROM artifacts WHERE artifact_id = $2"
    " AND run = (SELECT id FROM runs WHERE run_id = $1)",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_others = {
    "api_artifact_others",
    "SELECT COUNT(*) AS n FROM artifacts"
    " WHERE run = (SELECT id FROM runs WHERE run_id = $1) AND uri = $2",
    "ss", -1
};
