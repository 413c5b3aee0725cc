/*
 * How an older file becomes a newer one: it gets the steps that it does not
 * know (ngx_lo_schema.c), in one transaction.
 */

#include "store/ngx_lo_store_int.h"


#define NGX_LO_SCHEMA_MAJOR  1


static ngx_int_t ngx_lo_schema_read(ngx_lo_db_t *db, int *rc, int64_t *step);
static int ngx_lo_schema_write(ngx_lo_db_t *db, int64_t step);


ngx_int_t
ngx_lo_schema_migrate(ngx_lo_db_t *db, int *rc)
{
    int64_t    step;
    ngx_int_t  made;

    *rc = ngx_lo_db_exec(db, "BEGIN IMMEDIATE");
    if (*rc != SQLITE_OK) {
        return NGX_ERROR;
    }

    made = ngx_lo_schema_read(db, rc, &step);

    if (made != NGX_OK) {
        (void) sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
        return made;
    }

    if (step >= (int64_t) ngx_lo_schema_nsteps) {

        /* nothing to do, or a newer version of ours was here: it only added */

        *rc = ngx_lo_db_exec(db, "ROLLBACK");
        return *rc == SQLITE_OK ? NGX_OK : NGX_ERROR;
    }

    while (*rc == SQLITE_OK && step < (int64_t) ngx_lo_schema_nsteps) {
        *rc = ngx_lo_db_exec(db, ngx_lo_schema_steps[step]);
        step++;
    }

    *rc = *rc ? *rc : ngx_lo_schema_write(db, step);
    *rc = *rc ? *rc : ngx_lo_db_exec(db, "COMMIT");

    if (*rc != SQLITE_OK) {
        (void) sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_schema_read(ngx_lo_db_t *db, int *rc, int64_t *step)
{
    int64_t  major;

    *rc = ngx_lo_db_exec(db, "CREATE TABLE IF NOT EXISTS meta ("
                             " key TEXT PRIMARY KEY, value TEXT)"
                             " WITHOUT ROWID");
    *rc = *rc ? *rc : ngx_lo_db_number(db, "SELECT value FROM meta"
                                     " WHERE key = 'schema_major'", &major);
    *rc = *rc ? *rc : ngx_lo_db_number(db, "SELECT value FROM meta"
                                     " WHERE key = 'schema_step'", step);

    if (*rc != SQLITE_OK) {
        return NGX_ERROR;
    }

    if (major > NGX_LO_SCHEMA_MAJOR) {
        (void) snprintf(db->error, NGX_LO_STORE_TEXT,
                        "the file has schema %lld, this version knows %d",
                        (long long) major, NGX_LO_SCHEMA_MAJOR);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static int
ngx_lo_schema_write(ngx_lo_db_t *db, int64_t step)
{
    char  sql[256];

    (void) snprintf(sql, sizeof(sql),
                    "INSERT OR REPLACE INTO meta (key, value) VALUES"
                    " ('schema_major', '%d'), ('schema_step', '%lld')",
                    NGX_LO_SCHEMA_MAJOR, (long long) step);

    return ngx_lo_db_exec(db, sql);
}
