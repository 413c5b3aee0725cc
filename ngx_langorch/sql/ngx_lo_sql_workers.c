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


/*
 * Nothing will move these: the alarm is long over, or the document cannot be
 * read any more, or nobody has the run and it waits for nothing that is known.
 */

const ngx_lo_stmt_t  ngx_lo_sql_stuck = {
    "stuck",
    "SELECT r.run_id, r.procedure_id, r.procedure_version, r.last_node_id,"
    " CASE WHEN r.shut > 6 THEN 'the run cannot be loaded'"
    " WHEN r.wake_at IS NOT NULL THEN 'its timer is overdue'"
    " ELSE 'it waits for nothing that is known' END AS error"
    " FROM runs r WHERE r.status IN ('created', 'running',"
    " 'waiting_approval') AND r.queued = 0 AND (r.shut > 6 OR r.wake_at < $1"
    " OR (r.wake_at IS NULL AND r.owner IS NULL AND r.updated_at < $1"
    " AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.run = r.id"
    " AND a.status = 'pending')"
    " AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.run = r.id)"
    " AND NOT EXISTS (SELECT 1 FROM runs k"
    " WHERE k.parent_run_id = r.run_id"
    " AND k.status NOT IN ('completed', 'failed', 'canceled'))))"
    " ORDER BY r.id LIMIT 20",
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
