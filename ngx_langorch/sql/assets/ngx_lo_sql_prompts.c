/*
 * Statements on prompts.  A version never changes; `description` and `tags` of
 * the prompt are those of its newest one.
 */

#include "store/ngx_lo_sql_assets.h"


#define NGX_LO_PROMPT_TAG  "p.created_at || '-' || p.rev"

#define NGX_LO_PROMPT_USED  "coalesce(p.active_version, p.latest_version)"


const ngx_lo_stmt_t  ngx_lo_sql_prompts = {
    "prompts",
    "SELECT name, latest_version, active_version, description,"
    " tags AS \"tags:j\", updated_at AS \"updated_at:t\" FROM prompts"
    " WHERE ($1 IS NULL OR lower(name) LIKE $1 ESCAPE '\\'"
    " OR lower(description) LIKE $1 ESCAPE '\\')"
    " AND ($2 IS NULL OR EXISTS"
    " (SELECT 1 FROM json_each(prompts.tags) WHERE value = $2))"
    " ORDER BY name LIMIT $3 OFFSET $4",
    "ssii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_get = {
    "prompt_get",
    "SELECT p.name, v.version, v.body AS \"body:j\", v.created_by,"
    " v.created_at AS \"created_at:t\","
    " v.version = " NGX_LO_PROMPT_USED " AS \"active:b\","
    " p.latest_version AS _latest, " NGX_LO_PROMPT_USED " AS _used,"
    " " NGX_LO_PROMPT_TAG " AS _tag"
    " FROM prompts p JOIN prompt_versions v ON v.name = p.name"
    " AND v.version = coalesce($2, " NGX_LO_PROMPT_USED ")"
    " WHERE p.name = $1",
    "sn", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_versions = {
    "prompt_versions",
    "SELECT p.name, v.version,"
    " json_extract(v.body, '$.description') AS description,"
    " coalesce(json_extract(v.body, '$.tags'), '[]') AS \"tags:j\","
    " json_extract(v.body, '$.model') AS model,"
    " json_extract(v.body, '$.profile') AS profile,"
    " v.created_by, v.created_at AS \"created_at:t\","
    " v.version = " NGX_LO_PROMPT_USED " AS \"active:b\","
    " (SELECT json_group_array(label) FROM prompt_labels l"
    " WHERE l.name = v.name AND l.version = v.version) AS \"labels:j\""
    " FROM prompts p JOIN prompt_versions v ON v.name = p.name"
    " WHERE p.name = $1 ORDER BY v.version DESC LIMIT $2 OFFSET $3",
    "sii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_add = {
    "prompt_add",
    "INSERT INTO prompts (name, latest_version, description, tags,"
    " created_at, updated_at, rev) VALUES ($1, 1, $2, coalesce($3, '[]'),"
    " $4, $4, 1) ON CONFLICT (name) DO NOTHING",
    "ssji", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_put = {
    "prompt_put",
    "UPDATE prompts AS p SET latest_version = latest_version + 1,"
    " description = $3, tags = coalesce($4, '[]'), updated_at = $5,"
    " rev = rev + 1"
    " WHERE p.name = $1 AND " NGX_LO_PROMPT_TAG " = $2",
    "sssji", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_version_add = {
    "prompt_version_add",
    "INSERT INTO prompt_versions (name, version, body, created_by, created_at)"
    " SELECT name, latest_version, $2, $3, $4 FROM prompts WHERE name = $1",
    "sjsi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_activate = {
    "prompt_activate",
    "UPDATE prompts AS p SET active_version = $2, updated_at = $3,"
    " rev = rev + 1"
    " WHERE p.name = $1 AND ($4 IS NULL OR " NGX_LO_PROMPT_TAG " = $4)"
    " AND EXISTS (SELECT 1 FROM prompt_versions v"
    " WHERE v.name = $1 AND v.version = $2)",
    "siis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_del = {
    "prompt_del",
    "DELETE FROM prompts AS p WHERE p.name = $1"
    " AND ($2 IS NULL OR " NGX_LO_PROMPT_TAG " = $2)",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_versions_del = {
    "prompt_versions_del",
    "DELETE FROM prompt_versions WHERE name = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_labels = {
    "prompt_labels",
    "SELECT label, version, updated_by, updated_at AS \"updated_at:t\""
    " FROM prompt_labels WHERE name = $1 AND ($2 IS NULL OR label = $2)"
    " ORDER BY label",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_labelled = {
    "prompt_labelled",
    "SELECT v.name, v.version, v.body AS \"body:j\""
    " FROM prompt_labels l JOIN prompt_versions v ON v.name = l.name"
    " AND v.version = l.version WHERE l.name = $1 AND l.label = $2",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_touch = {
    "prompt_touch",
    "UPDATE prompts AS p SET rev = rev + 1, updated_at = $3"
    " WHERE p.name = $1 AND ($2 IS NULL OR " NGX_LO_PROMPT_TAG " = $2)",
    "ssi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_label_put = {
    "prompt_label_put",
    "INSERT INTO prompt_labels (name, label, version, updated_by, updated_at)"
    " SELECT name, $2, version, $4, $5 FROM prompt_versions"
    " WHERE name = $1 AND version = $3"
    " ON CONFLICT (name, label) DO UPDATE SET version = excluded.version,"
    " updated_by = excluded.updated_by, updated_at = excluded.updated_at",
    "ssisi", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_label_del = {
    "prompt_label_del",
    "DELETE FROM prompt_labels WHERE name = $1 AND label = $2",
    "ss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_labels_del = {
    "prompt_labels_del",
    "DELETE FROM prompt_labels WHERE name = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_prompt_label_user = {
    "prompt_label_user",
    "SELECT procedure_id, version FROM procedures"
    " JOIN documents ON hash = content_hash"
    " WHERE instr(body, '\"prompt_ref\":\"' || $1 || '@' || $2 || '\"') > 0"
    " AND coalesce(json_type(body, '$.prompt_templates.\"' || $1 || '\"'), '')"
    " <> 'object' ORDER BY procedure_id, version LIMIT 1",
    "ss", -1
};


/* A document that names it and has none of that name itself. */

const ngx_lo_stmt_t  ngx_lo_sql_prompt_user = {
    "prompt_user",
    "SELECT procedure_id, version FROM procedures"
    " JOIN documents ON hash = content_hash"
    " WHERE (instr(body, '\"prompt_ref\":\"' || $1 || '\"') > 0"
    " OR instr(body, '\"prompt_ref\":\"' || $1 || '@') > 0)"
    " AND coalesce(json_type(body, '$.prompt_templates.\"' || $1 || '\"'), '')"
    " <> 'object' ORDER BY procedure_id, version LIMIT 1",
    "s", -1
};


/* What a compilation asks of the environment. */

const ngx_lo_stmt_t  ngx_lo_sql_prompts_there = {
    "prompts_there",
    "SELECT name, json_group_array(CAST(version AS TEXT)) AS \"versions:j\""
    " FROM (SELECT name, version FROM (SELECT name, version"
    " FROM prompt_versions LIMIT 20000)"
    " UNION ALL SELECT name, label FROM prompt_labels)"
    " GROUP BY name",
    "", -1
};
