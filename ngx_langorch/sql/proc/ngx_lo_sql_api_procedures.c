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

/* With what is being edited, which may be as large as the document. */

#define NGX_LO_PROCEDURE_SHOWN                                                \
    NGX_LO_PROCEDURE_DETAIL                                                   \
    ", (SELECT pins FROM documents WHERE hash = content_hash)"                \
    " AS \"subflow_pins:j\","                                                 \
    " (SELECT body FROM drafts WHERE procedure = procedures.id)"             \
    " AS \"builder_draft:j\","                                                \
    " (SELECT updated_at FROM drafts WHERE procedure = procedures.id)"        \
    " AS \"builder_draft_updated_at:t\""


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_get = {
    "api_procedure_get",
    "SELECT " NGX_LO_PROCEDURE_DETAIL " FROM procedures"
    " WHERE procedure_id = $1 AND ($2 = 'latest' OR version = $2)"
    " ORDER BY id DESC LIMIT 1",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_show = {
    "api_procedure_show",
    "SELECT " NGX_LO_PROCEDURE_SHOWN " FROM procedures"
    " WHERE procedure_id = $1 AND ($2 = 'latest' OR version = $2)"
    " ORDER BY id DESC LIMIT 1",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_in = {
    "api_procedure_in",
    "SELECT " NGX_LO_PROCEDURE_SHOWN " FROM procedures"
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

#define NGX_LO_PROCEDURE_START(today)                                         \
    "SELECT procedure_id, version, status, effective_date, project_id,"       \
    " content_hash, valid AS \"valid:b\", execution_mode,"                    \
    " CASE WHEN status IN ('deprecated', 'archived', 'inactive')"             \
    " THEN 1 ELSE 0 END AS \"refused:b\","                                    \
    " CASE WHEN effective_date LIKE '____-__-__'"                             \
    " AND effective_date > " today " THEN 1 ELSE 0 END AS \"early:b\""        \
    " FROM procedures"

/* The newest that may run; when none may, the newest, which then says why not
 * (spec/ckp.md 2). */

const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_run = {
    "api_procedure_run",
    NGX_LO_PROCEDURE_START("$4") " WHERE id = coalesce("
    "(SELECT max(id) FROM procedures WHERE " NGX_LO_PROCEDURE_MATCHES
    " AND " NGX_LO_PROCEDURE_RUNS "),"
    " (SELECT max(id) FROM procedures WHERE " NGX_LO_PROCEDURE_MATCHES "))",
    "ssss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_runs = {
    "api_procedure_runs",
    NGX_LO_PROCEDURE_START("$3") " WHERE procedure_id = $1"
    " AND ($2 IS NULL OR (release_channel = $2 AND status = 'active'))"
    " ORDER BY id DESC LIMIT 1000",
    "sss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_versions = {
    "api_procedure_versions",
    "SELECT " NGX_LO_PROCEDURE_COLUMNS " FROM procedures"
    " WHERE procedure_id = $1 ORDER BY id DESC LIMIT 1000",
    "s", -1
};


/*
 * What the list asks for.  Words and tags lie in procedure_words (what it is
 * found by, made at the import); lists of words come as ",pay,out,", so that a
 * look into the text finds a whole word.
 */

#define NGX_LO_PROCEDURE_SCORE                                                \
    "(SELECT COUNT(DISTINCT w.word) FROM procedure_words w"                   \
    " WHERE w.procedure = procedures.id AND w.kind = 'w'"                     \
    " AND instr($8, ',' || w.word || ',') > 0)"

#define NGX_LO_PROCEDURES_WHERE                                               \
    " FROM procedures WHERE ($1 IS NULL OR project_id = $1)"                  \
    " AND ($2 IS NULL OR status = $2)"                                        \
    " AND ($3 IS NULL OR release_channel = $3)"                               \
    " AND ($4 IS NULL OR search_text LIKE $4 ESCAPE '\\')"                    \
    " AND ($5 IS NULL OR metadata_text LIKE $5 ESCAPE '\\')"                  \
    " AND ($6 IS NULL OR $7 = (SELECT COUNT(DISTINCT w.word)"                 \
    " FROM procedure_words w WHERE w.procedure = procedures.id"               \
    " AND w.kind = 't' AND instr(w.word, ',') = 0"                            \
    " AND instr($6, ',' || w.word || ',') > 0))"                              \
    " AND ($8 IS NULL OR (" NGX_LO_PROCEDURE_SCORE " > 0"                     \
    " AND NOT EXISTS (SELECT 1 FROM procedure_words w"                        \
    " WHERE w.procedure = procedures.id AND w.kind = '-' GROUP BY w.phrase"   \
    " HAVING MIN(CASE WHEN instr($8, ',' || w.word || ',') > 0"               \
    " THEN 1 ELSE 0 END) = 1)))"                                              \
    " AND ($9 = 0 OR id = (SELECT MAX(q.id) FROM procedures q"                \
    " WHERE q.procedure_id = procedures.procedure_id))"                       \
    " AND " NGX_LO_SQL_PROCEDURE_WITHIN("procedures.procedure_id", "$10")


const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_desc = {
    "api_procedures_desc",
    "SELECT id AS _id, " NGX_LO_PROCEDURE_COLUMNS NGX_LO_PROCEDURES_WHERE
    " AND ($11 IS NULL OR created_at < $11"
    " OR (created_at = $11 AND id < $12))"
    " ORDER BY created_at DESC, id DESC LIMIT $13 OFFSET $14",
    "ssssssisijnnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_asc = {
    "api_procedures_asc",
    "SELECT id AS _id, " NGX_LO_PROCEDURE_COLUMNS NGX_LO_PROCEDURES_WHERE
    " AND ($11 IS NULL OR created_at > $11"
    " OR (created_at = $11 AND id > $12))"
    " ORDER BY created_at, id LIMIT $13 OFFSET $14",
    "ssssssisijnnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_rank = {
    "api_procedures_rank",
    "SELECT id AS _id, " NGX_LO_PROCEDURE_SCORE " AS _rank, "
    NGX_LO_PROCEDURE_COLUMNS NGX_LO_PROCEDURES_WHERE
    " AND ($11 IS NULL OR " NGX_LO_PROCEDURE_SCORE " < $11"
    " OR (" NGX_LO_PROCEDURE_SCORE " = $11 AND id < $12))"
    " ORDER BY _rank DESC, id DESC LIMIT $13 OFFSET $14",
    "ssssssisijnnii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_count = {
    "api_procedures_count",
    "SELECT COUNT(*) AS n" NGX_LO_PROCEDURES_WHERE,
    "ssssssisij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_add = {
    "api_procedure_add",
    "INSERT INTO procedures (procedure_id, version, name, status,"
    " effective_date, description, release_channel, project_id, content_hash,"
    " valid, tags, provenance, retrieval_metadata, trigger, diagnostics,"
    " created_at, updated_at, created_by, execution_mode, search_text,"
    " metadata_text)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
    " $16, $16, $17, $18, $19, $20)"
    " ON CONFLICT (procedure_id, version) DO NOTHING",
    "sssssssssijjjjjissss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_put = {
    "api_procedure_put",
    "UPDATE procedures SET name = $3, status = $4, effective_date = $5,"
    " description = $6, release_channel = $7, project_id = $8,"
    " content_hash = $9, valid = $10, tags = $11, provenance = $12,"
    " retrieval_metadata = $13, trigger = $14, diagnostics = $15,"
    " updated_at = $16, execution_mode = $18, search_text = $19,"
    " metadata_text = $20"
    " WHERE procedure_id = $1 AND version = $2 AND content_hash = $17",
    "sssssssssijjjjjissss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_words_del = {
    "api_words_del",
    "DELETE FROM procedure_words WHERE procedure ="
    " (SELECT id FROM procedures WHERE procedure_id = $1 AND version = $2)",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_words_add = {
    "api_words_add",
    "INSERT INTO procedure_words (procedure, kind, phrase, word)"
    " SELECT p.id, j.value ->> 0, j.value ->> 1, j.value ->> 2"
    " FROM procedures p, json_each($3) j"
    " WHERE p.procedure_id = $1 AND p.version = $2",
    "ssj", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_del = {
    "api_procedure_del",
    "DELETE FROM procedures WHERE procedure_id = $1 AND version = $2"
    " AND ($3 IS NULL OR content_hash = $3)",
    "sss", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_del_idle = {
    "api_procedure_del_idle",
    "DELETE FROM procedures WHERE procedure_id = $1 AND version = $2"
    " AND ($3 IS NULL OR content_hash = $3)"
    " AND NOT EXISTS (SELECT 1 FROM runs WHERE procedure_id = $1"
    " AND procedure_version = $2"
    " AND " NGX_LO_SQL_ALIVE("") ")",
    "sss", 1
};
