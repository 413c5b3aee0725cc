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


static int
ngx_lo_slots_count(ngx_lo_db_t *db, const char *key, int64_t now, int64_t *n)
{
    int  rc;

    rc = SQLITE_OK;

    if (db->count == NULL) {
        rc = sqlite3_prepare_v3(db->db, ngx_lo_sql_slots_held.sql, -1,
                                SQLITE_PREPARE_PERSISTENT, &db->count, NULL);
    }

    if (rc != SQLITE_OK) {
        return rc;
    }

    (void) sqlite3_bind_text(db->count, 1, key, -1, SQLITE_STATIC);
    (void) sqlite3_bind_int64(db->count, 2, now);

    if (sqlite3_step(db->count) == SQLITE_ROW) {
        *n = sqlite3_column_int64(db->count, 0);
    }

    rc = sqlite3_reset(db->count);
    (void) sqlite3_clear_bindings(db->count);

    return rc;
}


int
ngx_lo_slots_look(ngx_lo_db_t *db, const char *key, int64_t now,
    int64_t limit, int64_t *n)
{
    int             rc;
    ngx_lo_held_t  *held;

    held = ngx_lo_slots_find(db, key);

    if (held != NULL && held->n >= 0 && held->n < limit) {
        *n = held->n++;
        return SQLITE_OK;
    }

    rc = ngx_lo_slots_count(db, key, now, n);

    if (held != NULL) {
        held->n = (rc == SQLITE_OK) ? *n + 1 : -1;
    }

    return rc;
}
