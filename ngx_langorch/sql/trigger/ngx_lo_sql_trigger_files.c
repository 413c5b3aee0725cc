/*
 * Watched files as they were at the last look.  Rows with the paths "" and "!"
 * are none: of which registration (its rev) the first look was, and that it was
 * told what is wrong.
 */

#include "store/ngx_lo_sql_trigger.h"


const ngx_lo_stmt_t  ngx_lo_sql_trigger_files = {
    "trigger_files",
    "SELECT path, mtime, size, since, pending FROM trigger_files"
    " WHERE trigger = $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_sooner = {
    "trigger_sooner",
    "UPDATE triggers SET next_fire_at = $2 WHERE id = $1 AND enabled = 1"
    " AND type = 'file_watch' AND next_fire_at > $2",
    "ii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_put = {
    "trigger_files_put",
    "INSERT INTO trigger_files (trigger, path, mtime, size, since, pending)"
    " SELECT $1, json_extract(value, '$.path'),"
    " json_extract(value, '$.mtime'), json_extract(value, '$.size'),"
    " coalesce(json_extract(value, '$.since'), 0),"
    " json_extract(value, '$.pending') FROM json_each($2) WHERE true"
    " ON CONFLICT (trigger, path) DO UPDATE SET mtime = excluded.mtime,"
    " size = excluded.size, since = excluded.since,"
    " pending = excluded.pending",
    "ij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_gone = {
    "trigger_files_gone",
    "DELETE FROM trigger_files WHERE trigger = $1"
    " AND path IN (SELECT value FROM json_each($2))",
    "ij", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_drop = {
    "trigger_files_drop",
    "DELETE FROM trigger_files WHERE trigger = $1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_lost = {
    "trigger_files_lost",
    "DELETE FROM trigger_files WHERE trigger NOT IN (SELECT id FROM triggers)",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_mark = {
    "trigger_files_mark",
    "INSERT INTO trigger_files (trigger, path, mtime, size, since)"
    " VALUES ($1, $2, 0, $3, $4)"
    " ON CONFLICT (trigger, path) DO UPDATE SET size = excluded.size,"
    " since = excluded.since WHERE trigger_files.size <> excluded.size",
    "isii", 1
};


/* The payload's times are seconds. */

const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_tell = {
    "trigger_files_tell",
    "INSERT INTO trigger_queue (key, trigger, type, payload, created_at,"
    " due_at)"
    " SELECT 'file ' || json_extract(value, '$.event')"
    " || ' ' || json_extract(value, '$.mtime')"
    " || ' ' || json_extract(value, '$.size')"
    " || ' ' || json_extract(value, '$.since')"
    " || ' ' || json_extract(value, '$.path'),"
    " $1, json_extract(value, '$.event'), json_object("
    "'path', json_extract(value, '$.path'),"
    " 'event', json_extract(value, '$.event'),"
    " 'mtime', json_extract(value, '$.mtime') / 1000,"
    " 'size', json_extract(value, '$.size')), $2, $2"
    " FROM json_each($3) WHERE true"
    " ON CONFLICT (key, trigger) DO NOTHING",
    "iij", -1
};
