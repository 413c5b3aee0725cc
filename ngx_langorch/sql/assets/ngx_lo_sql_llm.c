/*
 * Statements on models: the site's profiles, and what runs have used.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_assets.h"


#define NGX_LO_PROFILE_TAG  "created_at || '-' || rev"

#define NGX_LO_PROFILE_COLUMNS                                                \
    "name, body AS \"body:j\", created_at AS \"created_at:t\","               \
    " updated_at AS \"updated_at:t\", " NGX_LO_PROFILE_TAG " AS _tag"


const ngx_lo_stmt_t  ngx_lo_sql_llm_profiles = {
    "llm_profiles",
    "SELECT " NGX_LO_PROFILE_COLUMNS " FROM llm_profiles ORDER BY name",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_llm_profile_get = {
    "llm_profile_get",
    "SELECT " NGX_LO_PROFILE_COLUMNS " FROM llm_profiles WHERE name = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_llm_profile_add = {
    "llm_profile_add",
    "INSERT INTO llm_profiles (name, body, created_at, updated_at, rev)"
    " VALUES ($1, $2, $3, $3, 1) ON CONFLICT (name) DO NOTHING",
    "sji", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_llm_profile_put = {
    "llm_profile_put",
    "UPDATE llm_profiles SET body = $2, updated_at = $3, rev = rev + 1"
    " WHERE name = $1 AND " NGX_LO_PROFILE_TAG " = $4",
    "sjis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_llm_profile_del = {
    "llm_profile_del",
    "DELETE FROM llm_profiles WHERE name = $1"
    " AND ($2 IS NULL OR " NGX_LO_PROFILE_TAG " = $2)",
    "ss", 1
};


/* There is one default at most. */

const ngx_lo_stmt_t  ngx_lo_sql_llm_profiles_plain = {
    "llm_profiles_plain",
    "UPDATE llm_profiles"
    " SET body = json_set(body, '$.is_default', json('false')),"
    " updated_at = $2, rev = rev + 1"
    " WHERE name <> $1 AND json_extract(body, '$.is_default') = 1",
    "si", -1
};


/*
 * What the timelines tell of calls: each that was answered is an llm_usage,
 * each that failed an llm_call_failed.  The 95th percentile is the least time
 * that 95 of 100 calls did not take longer than.
 */

const ngx_lo_stmt_t  ngx_lo_sql_llm_usage = {
    "llm_usage",
    "WITH calls AS ("
    "SELECT coalesce(CASE $3"
    " WHEN 'model' THEN json_extract(e.payload, '$.model')"
    " WHEN 'profile' THEN json_extract(e.payload, '$.profile')"
    " WHEN 'procedure' THEN r.procedure_id"
    " WHEN 'project' THEN r.project_id"
    " ELSE strftime('%Y-%m-%d', e.created_at / 1000, 'unixepoch') END, '')"
    " AS key, e.type = 'llm_call_failed' AS failed,"
    " json_extract(e.payload, '$.prompt_tokens') AS prompt,"
    " json_extract(e.payload, '$.completion_tokens') AS completion,"
    " json_extract(e.payload, '$.cost_usd') AS usd,"
    " json_extract(e.payload, '$.latency_ms') AS ms"
    " FROM events e JOIN runs r ON r.id = e.run"
    " WHERE e.type IN ('llm_usage', 'llm_call_failed')"
    " AND e.created_at >= $1 AND e.created_at < $2"
    " AND " NGX_LO_SQL_WITHIN("r.project_id", "$4") "),"
    " ranked AS ("
    "SELECT key, failed, prompt, completion, usd, ms,"
    " row_number() OVER (PARTITION BY key, failed ORDER BY ms) AS n,"
    " count(*) OVER (PARTITION BY key, failed) AS most FROM calls)"
    " SELECT key, count(*) AS calls, sum(failed) AS errors,"
    " coalesce(sum(prompt), 0) AS prompt_tokens,"
    " coalesce(sum(completion), 0) AS completion_tokens,"
    " coalesce(sum(usd), 0.0) AS cost_usd,"
    " coalesce(round(avg(CASE WHEN failed THEN NULL ELSE ms END), 1), 0.0)"
    " AS avg_latency_ms,"
    " coalesce(min(CASE WHEN NOT failed AND n * 100 >= most * 95 THEN ms END),"
    " 0) AS p95_latency_ms"
    " FROM ranked GROUP BY key ORDER BY key LIMIT 1000",
    "iisj", -1
};
