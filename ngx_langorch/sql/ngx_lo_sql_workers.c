/*
 * Statements on workers' leases and on what a site does once.
 */

#include "store/ngx_lo_sql_api.h"


const ngx_lo_stmt_t  ngx_lo_sql_worker_renew = {
    "worker_renew",
    "INSERT INTO workers (owner, lease_until, boot_id) VALUES ($1, $2, $3)"
    " ON CONFLICT (owner) DO UPDATE SET lease_until = excluded.lease_until,"
    " boot_id = excluded.boot_id",
    "sis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_worker_gone = {
    "worker_gone",
    "DELETE FROM workers WHERE owner = $1",
    "s", -1
};


/* One that lasts longer than ours would is of a clock that was set back. */

const ngx_lo_stmt_t  ngx_lo_sql_duty_take = {
    "duty_take",
    "INSERT INTO duties (name, owner, until) VALUES ($1, $2, $3)"
    " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner,"
    " until = excluded.until"
    " WHERE duties.owner = excluded.owner OR duties.until <= $4"
    " OR duties.until > $3 + 60000",
    "ssii", 1
};


/* One of these that lasts longer than ours would is of a clock that was set
 * back, as above. */

#define NGX_LO_STUCK_COLUMNS                                                  \
    "r.run_id, r.procedure_id, r.procedure_version, r.last_node_id"

/* NOT IN is looked up in no index: the one by status is not what is meant. */

#define NGX_LO_STUCK_LIVES                                                    \
    " r.status NOT IN ('completed', 'failed', 'canceled', 'paused')"          \
    " AND r.queued = 0"

#define NGX_LO_STUCK_UNTOLD(now, latest)                                      \
    " AND NOT EXISTS (SELECT 1 FROM duties d"                                 \
    " WHERE d.name = 'stuck ' || r.run_id"                                    \
    " AND d.until > " now " AND d.until <= " latest " + 60000)"


/* Read in vain too often; the first condition is that of the index. */

const ngx_lo_stmt_t  ngx_lo_sql_stuck_shut = {
    "stuck_shut",
    "SELECT " NGX_LO_STUCK_COLUMNS ", 'the run cannot be loaded' AS error"
    " FROM runs r WHERE r.shut > 0 AND r.shut > 6 AND" NGX_LO_STUCK_LIVES
    NGX_LO_STUCK_UNTOLD("$1", "$2") " ORDER BY r.id LIMIT 20",
    "ii", -1
};


/* The alarm is long over; 0 says only that it is now, not since when. */

const ngx_lo_stmt_t  ngx_lo_sql_stuck_late[NGX_LO_SQL_STUCK_LATE] = {
    {
        "stuck_late_free",
        "SELECT " NGX_LO_STUCK_COLUMNS ", 'its timer is overdue' AS error"
        " FROM runs r WHERE r.owner IS NULL AND r.wake_at > 0"
        " AND r.wake_at < $3 AND" NGX_LO_STUCK_LIVES
        NGX_LO_STUCK_UNTOLD("$1", "$2") " ORDER BY r.wake_at LIMIT 20",
        "iii", -1
    },
    {
        "stuck_late_held",
        "SELECT " NGX_LO_STUCK_COLUMNS ", 'its timer is overdue' AS error"
        " FROM runs r WHERE r.owner IS NOT NULL AND r.wake_at > 0"
        " AND r.wake_at < $3 AND" NGX_LO_STUCK_LIVES
        NGX_LO_STUCK_UNTOLD("$1", "$2") " ORDER BY r.owner LIMIT 20",
        "iii", -1
    }
};


/* Those that are due at once and nobody's: who stays among them is stuck. */

const ngx_lo_stmt_t  ngx_lo_sql_stuck_due = {
    "stuck_due",
    "SELECT r.id, r.epoch, " NGX_LO_STUCK_COLUMNS
    ", 'its timer is overdue' AS error FROM runs r WHERE r.owner IS NULL"
    " AND r.wake_at = 0 AND" NGX_LO_STUCK_LIVES " ORDER BY r.id LIMIT 1000",
    "", -1
};


/*
 * Nobody has it, and it waits for nothing that is known.  There may be very
 * many that wait for something: so many of a status are looked at, from one on.
 */

#define NGX_LO_STUCK_SLICE                                                    \
    " FROM runs WHERE status = $1 AND (created_at, id) > ($2, $3)"            \
    " ORDER BY created_at, id LIMIT "

const ngx_lo_stmt_t  ngx_lo_sql_stuck_slice = {
    "stuck_slice",
    "SELECT created_at, id" NGX_LO_STUCK_SLICE "1 OFFSET 9999",
    "sii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_stuck_parked = {
    "stuck_parked",
    "SELECT " NGX_LO_STUCK_COLUMNS
    ", 'it waits for nothing that is known' AS error"
    " FROM (SELECT id AS run" NGX_LO_STUCK_SLICE "10000) s"
    " CROSS JOIN runs r ON r.id = s.run WHERE r.wake_at IS NULL"
    " AND r.owner IS NULL AND r.updated_at < $6 AND r.queued = 0"
    " AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.run = r.id"
    " AND a.status = 'pending')"
    " AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.run = r.id)"
    " AND NOT EXISTS (SELECT 1 FROM runs k"
    " WHERE k.parent_run_id = r.run_id"
    " AND k.status NOT IN ('completed', 'failed', 'canceled'))"
    NGX_LO_STUCK_UNTOLD("$4", "$5") " LIMIT 20",
    "siiiii", -1
};


/* Who was told of long ago may be told of again: nothing is kept of it. */

#define NGX_LO_STUCK_OVER                                                     \
    " FROM duties WHERE name > 'stuck ' AND name < 'stuck!'"                  \
    " AND until <= $1 LIMIT "

const ngx_lo_stmt_t  ngx_lo_sql_stuck_over = {
    "stuck_over",
    "SELECT 1 AS is_over" NGX_LO_STUCK_OVER "1",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_stuck_forget = {
    "stuck_forget",
    "DELETE FROM duties WHERE name IN (SELECT name" NGX_LO_STUCK_OVER "1000)",
    "i", -1
};


/* Who polls the agents is the one that does what a site does once. */

const ngx_lo_stmt_t  ngx_lo_sql_api_workers = {
    "api_workers",
    "SELECT w.owner, w.lease_until,"
    " EXISTS (SELECT 1 FROM duties d WHERE d.name = 'agent_poll'"
    " AND d.owner = w.owner) AS \"is_leader:b\","
    " (SELECT COUNT(*) FROM runs r WHERE r.owner = w.owner) AS runs_active"
    " FROM workers w ORDER BY w.lease_until DESC, w.owner LIMIT 1000",
    "", -1
};
