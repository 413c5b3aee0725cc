/*
 * Statements on releases: which version is active in which channel, and how it
 * came there.
 */

#include "store/ngx_lo_sql_proc.h"

#define NGX_LO_ACTIVE_OTHERS                                                  \
    " FROM procedures WHERE procedure_id = $1 AND release_channel = $2"       \
    " AND version <> $3 AND status = 'active'"


const ngx_lo_stmt_t  ngx_lo_sql_release_active = {
    "release_active",
    "SELECT version, content_hash,"
    " (SELECT body FROM documents WHERE hash = content_hash) AS \"ckp_json:j\""
    NGX_LO_ACTIVE_OTHERS " ORDER BY id DESC LIMIT 1000",
    "sss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_release_put = {
    "release_put",
    "UPDATE procedures SET content_hash = $4, status = $5,"
    " release_channel = $6, promoted_from_version = $7, promoted_at = $8,"
    " promoted_by = $9, updated_at = $10"
    " WHERE procedure_id = $1 AND version = $2 AND content_hash = $3",
    "sssssssnsi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_release_status = {
    "release_status",
    "UPDATE procedures SET content_hash = $4, status = $5, updated_at = $6"
    " WHERE procedure_id = $1 AND version = $2 AND content_hash = $3",
    "sssssi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_release_alone = {
    "release_alone",
    "SELECT 1 AS n WHERE NOT EXISTS (SELECT 1" NGX_LO_ACTIVE_OTHERS ")",
    "sss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_deployment_old = {
    "deployment_old",
    "UPDATE deployments SET status = $3 WHERE procedure_id = $1"
    " AND target_channel = $2 AND status = 'active'",
    "sss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_deployment_add = {
    "deployment_add",
    "INSERT INTO deployments (deployment_id, procedure_id, action,"
    " target_channel, deployed_version, replaced_version, deployed_by,"
    " deployed_at, reason, status)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active')",
    "sssssssis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_deployments = {
    "deployments",
    "SELECT deployment_id, action, target_channel, deployed_version,"
    " replaced_version, deployed_by, deployed_at AS \"deployed_at:t\", reason,"
    " status FROM deployments WHERE procedure_id = $1"
    " ORDER BY id DESC LIMIT $2 OFFSET $3",
    "sii", -1
};
