/*
 * Statements on settings that were changed while the site runs.
 */

#include "store/ngx_lo_sql_assets.h"


const ngx_lo_stmt_t  ngx_lo_sql_settings = {
    "settings",
    "SELECT key, value AS \"value:j\" FROM settings ORDER BY key",
    "", -1
};


/* Of what workers keep copies of. */

const ngx_lo_stmt_t  ngx_lo_sql_numbers = {
    "numbers",
    "SELECT kept, n FROM numbers",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_setting_put = {
    "setting_put",
    "INSERT INTO settings (key, value, updated_at, updated_by)"
    " VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value,"
    " updated_at = excluded.updated_at, updated_by = excluded.updated_by",
    "sjis", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_setting_del = {
    "setting_del",
    "DELETE FROM settings WHERE key = $1",
    "s", -1
};


/* The secret that is the key of the site's model, and whether the site keeps
 * it: the one of that name, or the one that was set here. */

const ngx_lo_stmt_t  ngx_lo_sql_setting_key = {
    "setting_key",
    "SELECT n.name, EXISTS (SELECT 1 FROM secrets s WHERE s.name = n.name)"
    " AS \"known:b\" FROM (SELECT coalesce($1, (SELECT"
    " json_extract(value, '$') FROM settings WHERE key = 'llm_api_key'))"
    " AS name) AS n",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_setting_unkey = {
    "setting_unkey",
    "DELETE FROM secrets WHERE name = $1",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_setting_secret = {
    "setting_secret",
    "INSERT INTO secrets (secret_id, name, description, provider_hint, tags,"
    " sealed, key_id, created_by, created_at, updated_at, version, rev)"
    " VALUES ($1, $2, 'The key of the site''s model', 'db', '[]', $3, $4, $5,"
    " $6, $6, 1, 1) ON CONFLICT (name) DO UPDATE SET"
    " secret_id = excluded.secret_id, provider_hint = 'db',"
    " sealed = excluded.sealed, key_id = excluded.key_id,"
    " updated_at = excluded.updated_at, version = version + 1, rev = rev + 1",
    "sssssi", 1
};
