/*
 * What the routes ask and change of procedures.
 */

#include "store/ngx_lo_sql_api.h"

#define NGX_LO_PROCEDURE_COLUMNS                                              \
    "id, procedure_id, version, name, status, effective_date, description,"   \
    " release_channel, promoted_from_version,"                                \
    " promoted_at AS \"promoted_at:t\", promoted_by, project_id,"             \
    " created_at AS \"created_at:t\", updated_at AS \"updated_at:t\","        \
    " created_by, content_hash, valid AS \"valid:b\", tags AS \"tags:j\""

#define NGX_LO_PROCEDURE_DETAIL                                               \
    NGX_LO_PROCEDURE_COLUMNS                                                  \
    ", (SELECT body FROM documents WHERE hash = content_hash)"                \
    " AS \"ckp_json:j\","                                                     \
    " provenance AS \"provenance:j\","                                        \
    " retrieval_metadata AS \"retrieval_metadata:j\","                        \
    " trigger AS \"trigger:j\", diagnostics AS \"diagnostics:j\""


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_get = {
    "api_procedure_get",
    "SELECT " NGX_LO_PROCEDURE_DETAIL " FROM procedures"
    " WHERE procedure_id = $1 AND ($2 = 'latest' OR version = $2)"
    " ORDER BY id DESC LIMIT 1",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_in = {
    "api_procedure_in",
    "SELECT " NGX_LO_PROCEDURE_DETAIL " FROM procedures"
    " WHERE procedure_id = $1 AND release_channel = $2 AND status = 'active'"
    " ORDER BY id DESC LIMIT 1",
    "ss", -1
};


#define NGX_LO_PROCEDURE_MATCHES                                              \
    "procedure_id = $1 AND ($2 IS NULL OR version = $2)"                      \
    " AND ($3 IS NULL OR (release_channel = $3 AND status = 'active'))"

#define NGX_LO_PROCEDURE_RUNS                                                 \
    "CASE WHEN status IN ('deprecated', 'archived', 'inactive')"              \
    " OR (effective_date LIKE '____-__-__' AND effective_date > $4)"          \
    " THEN 0 ELSE 1 END = 1"

/* The newest that may run; when none may, the newest, which then says why not
 * (spec/ckp.md 2). */

const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_run = {
    "api_procedure_run",
    "SELECT procedure_id, version, status, effective_date, project_id,"
    " content_hash, valid AS \"valid:b\", execution_mode,"
    " CASE WHEN status IN ('deprecated', 'archived', 'inactive')"
    " THEN 1 ELSE 0 END AS \"refused:b\","
    " CASE WHEN effective_date LIKE '____-__-__' AND effective_date > $4"
    " THEN 1 ELSE 0 END AS \"early:b\""
    " FROM procedures WHERE id = coalesce("
    "(SELECT max(id) FROM procedures WHERE " NGX_LO_PROCEDURE_MATCHES
    " AND " NGX_LO_PROCEDURE_RUNS "),"
    " (SELECT max(id) FROM procedures WHERE " NGX_LO_PROCEDURE_MATCHES "))",
    "ssss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_versions = {
    "api_procedure_versions",
    "SELECT " NGX_LO_PROCEDURE_COLUMNS " FROM procedures"
    " WHERE procedure_id = $1 ORDER BY id DESC LIMIT 1000",
    "s", -1
};


/* A line break separates what is searched, and no search has one. */

#define NGX_LO_PROCEDURES_WHERE                                               \
    " FROM procedures WHERE ($1 IS NULL OR project_id = $1)"                  \
    " AND ($2 IS NULL OR status = $2)"                                        \
    " AND ($3 IS NULL OR release_channel = $3)"                               \
    " AND ($4 IS NULL OR lower(procedure_id || '\n' || coalesce(name, '')"    \
    " || '\n' || coalesce(description, '')"                                   \
    " || '\n' || coalesce(retrieval_metadata ->> 'domain', '')"               \
    " || '\n' || coalesce(retrieval_metadata ->> 'business_domain', '')"      \
    " || '\n' || coalesce(retrieval_metadata ->> 'intents', '')"              \
    " || '\n' || coalesce(retrieval_metadata ->> 'primary_intents', '')"      \
    " || '\n' || coalesce(retrieval_metadata ->> 'keywords', '')"             \
    " || '\n' || coalesce(tags, '')) LIKE $4 ESCAPE '\\')"                    \
    " AND ($5 IS NULL OR lower(retrieval_metadata) LIKE $5 ESCAPE '\\')"      \
    " AND ($6 IS NULL OR tags LIKE $6 ESCAPE '\\')"                           \
    " AND ($7 IS NULL OR tags LIKE $7 ESCAPE '\\')"                           \
    " AND ($8 IS NULL OR tags LIKE $8 ESCAPE '\\')"                           \
    " AND ($9 IS NULL OR tags LIKE $9 ESCAPE '\\')"                           \
    " AND ($10 = 0 OR id = (SELECT MAX(q.id) FROM procedures q"               \
    " WHERE q.procedure_id = procedures.procedure_id))"


const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_desc = {
    "api_procedures_desc",
    "SELECT id AS _id, " NGX_LO_PROCEDURE_COLUMNS NGX_LO_PROCEDURES_WHERE
    " AND ($11 IS NULL OR created_at < $11"
    " OR (created_at = $11 AND id < $12))"
    " ORDER BY created_at DESC, id DESC LIMIT $13 OFFSET $14",
    "sssssssssinnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_asc = {
    "api_procedures_asc",
    "SELECT id AS _id, " NGX_LO_PROCEDURE_COLUMNS NGX_LO_PROCEDURES_WHERE
    " AND ($11 IS NULL OR created_at > $11"
    " OR (created_at = $11 AND id > $12))"
    " ORDER BY created_at, id LIMIT $13 OFFSET $14",
    "sssssssssinnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_count = {
    "api_procedures_count",
    "SELECT COUNT(*) AS n" NGX_LO_PROCEDURES_WHERE,
    "sssssssssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_add = {
    "api_procedure_add",
    "INSERT INTO procedures (procedure_id, version, name, status,"
    " effective_date, description, release_channel, project_id, content_hash,"
    " valid, tags, provenance, retrieval_metadata, trigger, diagnostics,"
    " created_at, updated_at, created_by, execution_mode)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
    " $16, $16, $17, $18) ON CONFLICT (procedure_id, version) DO NOTHING",
    "sssssssssijjjjjiss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_put = {
    "api_procedure_put",
    "UPDATE procedures SET name = $3, status = $4, effective_date = $5,"
    " description = $6, release_channel = $7, project_id = $8,"
    " content_hash = $9, valid = $10, tags = $11, provenance = $12,"
    " retrieval_metadata = $13, trigger = $14, diagnostics = $15,"
    " updated_at = $16, execution_mode = $18"
    " WHERE procedure_id = $1 AND version = $2 AND content_hash = $17",
    "sssssssssijjjjjiss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_status = {
    "api_procedure_status",
    "UPDATE procedures SET status = $3, content_hash = $4, updated_at = $5"
    " WHERE procedure_id = $1 AND version = $2 AND content_hash = $6",
    "ssssis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_del = {
    "api_procedure_del",
    "DELETE FROM procedures WHERE procedure_id = $1 AND version = $2",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_del_idle = {
    "api_procedure_del_idle",
    "DELETE FROM procedures WHERE procedure_id = $1 AND version = $2"
    " AND NOT EXISTS (SELECT 1 FROM runs WHERE procedure_id = $1"
    " AND procedure_version = $2"
    " AND status NOT IN ('completed', 'failed', 'canceled'))",
    "ss", 1
};
