/*
 * How many leases of a resource are held, known to who writes.  Nobody else
 * writes while its transaction is open, so what was counted once is the most
 * that can be held until it takes one more: the leases of a group are counted
 * together.  What is given back or runs out meanwhile is not seen here; before
 * a resource counts as full it is counted anew.
 */

#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_store_int.h"


static ngx_lo_held_t *
ngx_lo_slots_find(ngx_lo_db_t *db, const char *key)
{
    ngx_uint_t  i;

    for (i = 0; i < db->nheld; i++) {
        if (strcmp(db->held[i].key, key) == 0) {
            return &db->held[i];
        }
    }

    if (strlen(key) >= sizeof(db->held[0].key) || i == NGX_LO_HELD_MAX) {
        return NULL;
    }

    (void) strcpy(db->held[i].key, key);
    db->held[i].n = -1;
    db->nheld++;

    return &db->held[i];
}


/* *n: what the statement counts; *handle: prepared when it is needed first. */

static int
ngx_lo_slots_count(ngx_lo_db_t *db, sqlite3_stmt **handle,
    const ngx_lo_stmt_t *stmt, const ngx_lo_slot_t *slot, int64_t *n)
{
    int  rc;

    rc = SQLITE_OK;

    if (*handle == NULL) {
        rc = sqlite3_prepare_v3(db->db, stmt->sql, -1,
                                SQLITE_PREPARE_PERSISTENT, handle, NULL);
    }

    if (rc != SQLITE_OK) {
        return rc;
    }

    (void) sqlite3_bind_text(*handle, 1, slot->resource, -1, SQLITE_STATIC);
    (void) sqlite3_bind_int64(*handle, 2, slot->now);

    if (stmt == &ngx_lo_sql_slots_own) {
        (void) sqlite3_bind_int64(*handle, 3, slot->run);
        (void) sqlite3_bind_text(*handle, 4, slot->path, -1, SQLITE_STATIC);
    }

    if (sqlite3_step(*handle) == SQLITE_ROW) {
        *n = sqlite3_column_int64(*handle, 0);
    }

    rc = sqlite3_reset(*handle);
    (void) sqlite3_clear_bindings(*handle);

    return rc;
}


int
ngx_lo_slots_look(ngx_lo_db_t *db, const ngx_lo_slot_t *slot, int64_t *n)
{
    int             rc;
    int64_t         own;
    ngx_lo_held_t  *held;

    held = ngx_lo_slots_find(db, slot->resource);

    if (held != NULL && held->n >= 0 && held->n < slot->limit) {
        *n = held->n++;
        return SQLITE_OK;
    }

    rc = ngx_lo_slots_count(db, &db->held_by_all, &ngx_lo_sql_slots_held, slot,
                            n);

    if (held != NULL) {
        held->n = (rc == SQLITE_OK) ? *n + 1 : -1;
    }

    if (rc != SQLITE_OK || *n < slot->limit) {
        return rc;
    }

    /* a run that comes back to its own path takes its own lease again, so a
     * crash never waits for the dead */

    own = 0;
    rc = ngx_lo_slots_count(db, &db->held_by_us, &ngx_lo_sql_slots_own, slot,
                            &own);

    if (own > 0) {
        *n = -1;
    }

    return rc;
}
