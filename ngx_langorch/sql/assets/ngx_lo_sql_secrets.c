/*
 * Statements on secrets.  None of them gives a sealed text to a route: that is
 * for who uses the secret, alone.
 */

#include "store/ngx_lo_sql_assets.h"


#define NGX_LO_SECRET_TAG  "created_at || '-' || rev"

#define NGX_LO_SECRET_COLUMNS                                                 \
    "secret_id, name, description, provider_hint, tags AS \"tags:j\","        \
    " created_by, created_at AS \"created_at:t\","                            \
    " updated_at AS \"updated_at:t\", version,"                               \
    " last_used_at AS \"last_used_at:t\","                                    \
    " (SELECT json_group_array(procedure_id) FROM"                            \
    " (SELECT procedure_id FROM secret_uses u WHERE u.name = secrets.name"    \
    " ORDER BY procedure_id LIMIT 100)) AS \"used_by:j\","                    \
    " sealed IS NOT NULL AS \"_kept:b\", " NGX_LO_SECRET_TAG " AS _tag"


const ngx_lo_stmt_t  ngx_lo_sql_secrets = {
    "secrets",
    "SELECT " NGX_LO_SECRET_COLUMNS " FROM secrets"
    " ORDER BY name LIMIT $1 OFFSET $2",
    "ii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_secret_get = {
    "secret_get",
    "SELECT " NGX_LO_SECRET_COLUMNS " FROM secrets WHERE name = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_secret_add = {
    "secret_add",
    "INSERT INTO secrets (secret_id, name, description, provider_hint, tags,"
    " sealed, key_id, created_by, created_at, updated_at, version, rev)"
    " VALUES ($1, $2, $3, $4, coalesce($5, '[]'), $6, $7, $8, $9, $9, 1, 1)"
    " ON CONFLICT (name) DO NOTHING",
    "ssssjsssi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_secret_put = {
    "secret_put",
    "UPDATE secrets SET"
    " description = CASE WHEN $3 = 1 THEN $2 ELSE description END,"
    " provider_hint = coalesce($4, provider_hint),"
    " tags = coalesce($5, tags), sealed = coalesce($6, sealed),"
    " key_id = CASE WHEN $6 IS NULL THEN key_id ELSE $7 END,"
    " version = version + CASE WHEN $6 IS NULL THEN 0 ELSE 1 END,"
    " updated_at = $8, rev = rev + 1 WHERE name = $1"
    " AND ($9 IS NULL OR " NGX_LO_SECRET_TAG " = $9)",
    "ssisjssis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_secret_del = {
    "secret_del",
    "DELETE FROM secrets WHERE name = $1"
    " AND ($2 IS NULL OR " NGX_LO_SECRET_TAG " = $2)",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_secret_unused = {
    "secret_unused",
    "DELETE FROM secret_uses WHERE name = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_secrets_foreign = {
    "secrets_foreign",
    "SELECT COUNT(*) AS n FROM secrets"
    " WHERE sealed IS NOT NULL AND key_id <> $1",
    "s", -1
};


/* What a compilation asks of the environment. */

const ngx_lo_stmt_t  ngx_lo_sql_secrets_there = {
    "secrets_there",
    "SELECT name, provider_hint, key_id FROM secrets LIMIT 10000",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_secrets_named = {
    "secrets_named",
    "SELECT secret_id, name, provider_hint, sealed, key_id FROM secrets"
    " WHERE name IN (SELECT value FROM json_each($1))",
    "j", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_secret_used = {
    "secret_used",
    "UPDATE secrets SET last_used_at = $2 WHERE name = $1",
    "si", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_secret_user = {
    "secret_user",
    "INSERT INTO secret_uses (name, procedure_id, last_used_at)"
    " SELECT name, $2, $3 FROM secrets WHERE name = $1"
    " ON CONFLICT (name, procedure_id) DO UPDATE SET"
    " last_used_at = excluded.last_used_at",
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_grant_run = {
    "grant_run",
    "SELECT run_id FROM runs WHERE run_id = $1 AND status <> 'completed'"
    " AND status <> 'failed' AND status <> 'canceled'",
    "s", -1
};
