/*
 * Statements on settings that were changed while the site runs.
 */

#include "store/ngx_lo_sql_assets.h"


const ngx_lo_stmt_t  ngx_lo_sql_settings = {
    "settings",
    "SELECT key, value AS \"value:j\" FROM settings ORDER BY key",
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


/* Whether there is a secret of that name. */

const ngx_lo_stmt_t  ngx_lo_sql_setting_key = {
    "setting_key",
    "SELECT 1 AS known FROM secrets WHERE name = $1",
    "s", -1
};
