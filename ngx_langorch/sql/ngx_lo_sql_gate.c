/*
 * How many runs of a key are active, and which start repeats another
 * (spec/ckp.md 26.1, 26.2).
 *
 * A run that waits for a place is `created`, with `queued` set and no alarm; so
 * nobody claims it.  It has a place from the statement on that clears `queued`.
 * All of this is decided inside the transaction that makes or ends a run: two
 * starts never see the same place.
 */

#include "store/ngx_lo_sql.h"

/* How many of the key have a place. */
#define NGX_LO_PLACED(key)                                                    \
    "(SELECT count(*) FROM runs p WHERE p.place_key = " key                   \
    " AND p.queued = 0 AND " NGX_LO_SQL_ALIVE("p.") ")"

/* Those that are not on their way out, oldest first; as many as are too many
 * with the new one. */
#define NGX_LO_TOO_MANY                                                       \
    "(SELECT p.id FROM runs p WHERE p.place_key = $2"                         \
    " AND p.cancellation_requested = 0 AND p.run_id <> $1"                    \
    " AND " NGX_LO_SQL_ALIVE("p.") " ORDER BY p.id LIMIT max(0,"         \
    " (SELECT count(*) FROM runs q WHERE q.place_key = $2"                    \
    " AND q.cancellation_requested = 0 AND " NGX_LO_SQL_ALIVE("q.") ") - $3))"


const ngx_lo_stmt_t  ngx_lo_sql_gate_new = {
    "gate_new",
    "SELECT 1 AS new WHERE NOT EXISTS (SELECT 1 FROM runs r"
    " WHERE r.dedupe_key = $1 AND r.created_at > $2"
    " AND ($3 IS NULL OR $3 LIKE '%,' || r.status || ',%'))",
    "sis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_gate_twin = {
    "gate_twin",
    "SELECT r.run_id FROM runs r"
    " WHERE r.dedupe_key = $1 AND r.created_at > $2"
    " AND ($3 IS NULL OR $3 LIKE '%,' || r.status || ',%')"
    " ORDER BY r.created_at DESC, r.id DESC LIMIT 1",
    "sis", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_gate_free = {
    "gate_free",
    "SELECT 1 AS free WHERE (SELECT count(*) FROM runs p"
    " WHERE p.place_key = $1 AND " NGX_LO_SQL_ALIVE("p.") ") < $2",
    "si", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_gate_keys = {
    "gate_keys",
    "UPDATE runs SET place_key = $2, place_max = $3, dedupe_key = $4"
    " WHERE run_id = $1",
    "ssns", 1
};


/* Also one that is free has those before it that were told to wait. */

const ngx_lo_stmt_t  ngx_lo_sql_gate_wait = {
    "gate_wait",
    "UPDATE runs SET queued = 1, wake_at = NULL"
    " WHERE run_id = $1 AND place_key IS NOT NULL"
    " AND ((SELECT count(*) FROM runs p WHERE p.place_key = runs.place_key"
    " AND p.queued = 0 AND p.id <> runs.id"
    " AND " NGX_LO_SQL_ALIVE("p.") ") >= place_max"
    " OR EXISTS (SELECT 1 FROM runs p WHERE p.place_key = runs.place_key"
    " AND p.queued = 1 AND p.id <> runs.id AND p.cancellation_requested = 0"
    " AND " NGX_LO_SQL_ALIVE("p.") "))",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_gate_next = {
    "gate_next",
    "UPDATE runs SET queued = 0, wake_at = 0 WHERE id IN"
    " (SELECT n.id FROM runs n WHERE n.place_key = $1 AND n.queued = 1"
    " AND n.cancellation_requested = 0 AND " NGX_LO_SQL_ALIVE("n.")
    " AND n.place_max > " NGX_LO_PLACED("$1")
    " ORDER BY n.priority DESC, n.id"
    " LIMIT max(0, coalesce((SELECT h.place_max FROM runs h"
    " WHERE h.place_key = $1 AND h.queued = 1"
    " AND h.cancellation_requested = 0 AND " NGX_LO_SQL_ALIVE("h.")
    " ORDER BY h.priority DESC, h.id LIMIT 1), 0)"
    " - " NGX_LO_PLACED("$1") "))",
    "s", -1
};


/* The word first: the flag would hide whom it is for. */

const ngx_lo_stmt_t  ngx_lo_sql_gate_evict[] = {
    {
        "gate_evict_word",
        "INSERT INTO inbox (run, kind, data, created_at)"
        " SELECT r.id, 'cancel', $5, $4 FROM runs r"
        " WHERE r.id IN " NGX_LO_TOO_MANY,
        "ssiij", -1
    },
    {
        "gate_evict",
        "UPDATE runs SET cancellation_requested = 1, wake_at = 0,"
        " updated_at = $4 WHERE id IN " NGX_LO_TOO_MANY,
        "ssii", -1
    }
};


const ngx_lo_stmt_t  ngx_lo_sql_gate_skip = {
    "gate_skip",
    "UPDATE runs SET status = 'canceled', cancellation_requested = 1,"
    " ended_at = $2, wake_at = NULL,"
    " seq = (SELECT max(e.seq) FROM events e WHERE e.run = runs.id)"
    " WHERE run_id = $1",
    "si", 1
};
