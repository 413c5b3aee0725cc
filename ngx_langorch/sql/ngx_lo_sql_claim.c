/*
 * Taking runs: due rows under a worker's lease, and all that a claimed run is
 * loaded from.  A claim's token ties the rows of one job together.
 */

#include "store/ngx_lo_sql.h"


/* One that waits for a place is nobody's, unless it is to be cancelled. */
#define NGX_LO_MAY_GO  " AND (queued = 0 OR cancellation_requested = 1)"


/* owner, claim, now, how many */

const ngx_lo_stmt_t  ngx_lo_sql_claim_due = {
    "claim_due",
    "UPDATE runs SET owner = $1, claim = $2, epoch = epoch + 1"
    " WHERE id IN (SELECT id FROM runs WHERE owner IS NULL"
    " AND wake_at IS NOT NULL AND wake_at <= $3" NGX_LO_MAY_GO
    " ORDER BY wake_at LIMIT $4)",
    "ssii", -1
};


/* One run of ours whose state was thrown away: the same owner, a new epoch. */

const ngx_lo_stmt_t  ngx_lo_sql_claim_again = {
    "claim_again",
    "UPDATE runs SET claim = $2, epoch = epoch + 1"
    " WHERE id = $3 AND owner = $1",
    "ssi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_claim_rows = {
    "claim_rows",
    "SELECT id, run_id, epoch, doc_hash, status, cancellation_requested,"
    " crashes, crashed, created_at, place_key, shut, seq, started_at,"
    " parent_run_id, (SELECT json_extract(value, '$') FROM settings"
    " WHERE key = 'worker_max_attempts') AS crashes_max FROM runs"
    " WHERE owner = $1 AND claim = $2",
    "ss", -1
};


/* The newest saved state: a checkpoint that is whole, or one that no event
 * tells.  Events lead on from there. */

#define NGX_LO_CLAIM_WHOLE                                                    \
    "(SELECT seq FROM checkpoints WHERE run = r.id AND part IS NULL"          \
    " ORDER BY seq DESC LIMIT 1)"

const ngx_lo_stmt_t  ngx_lo_sql_claim_states = {
    "claim_states",
    "SELECT r.id AS run, c.seq, c.state AS \"state:s\" FROM runs r"
    " JOIN checkpoints c ON c.run = r.id AND c.part IS NULL"
    " AND c.seq = " NGX_LO_CLAIM_WHOLE
    " WHERE r.owner = $1 AND r.claim = $2"
    " UNION ALL"
    " SELECT r.id, s.seq, s.state FROM runs r JOIN states s ON s.run = r.id"
    " WHERE r.owner = $1 AND r.claim = $2",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_claim_events = {
    "claim_events",
    "SELECT e.run, e.seq, e.created_at, e.type, e.path, e.delta AS \"delta:s\""
    " FROM runs r JOIN events e ON e.run = r.id AND e.seq >"
    " max(coalesce(" NGX_LO_CLAIM_WHOLE ", 0),"
    " coalesce((SELECT seq FROM states WHERE run = r.id), 0))"
    " WHERE r.owner = $1 AND r.claim = $2 ORDER BY r.id, e.seq",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_claim_inbox = {
    "claim_inbox",
    "SELECT i.id AS inbox_id, i.run, i.kind, i.ref, i.data AS \"data:w\""
    " FROM inbox i CROSS JOIN runs r ON r.id = i.run"
    " WHERE r.owner = $1 ORDER BY i.id",
    "s", -1
};


/* -> due (0 or 1 row), next: when the earliest free run wants to wake */

const ngx_lo_stmt_t  ngx_lo_sql_claim_next = {
    "claim_next",
    "SELECT min(wake_at) AS next FROM runs"
    " WHERE owner IS NULL AND wake_at IS NOT NULL" NGX_LO_MAY_GO,
    "", -1
};


/* id, epoch, wake_at, crashes to add */

const ngx_lo_stmt_t  ngx_lo_sql_claim_release = {
    "claim_release",
    "UPDATE runs SET owner = NULL, crashes = crashes + $4,"
    " wake_at = CASE WHEN status IN ('completed', 'failed', 'canceled')"
    " AND NOT EXISTS (SELECT 1 FROM inbox WHERE run = $1) THEN NULL"
    " ELSE $3 END WHERE id = $1 AND epoch = $2",
    "iiii", -1
};


/* id, epoch, now: one that cannot be loaded is looked at again after a pause,
 * twice as long each time, and a minute at most; sooner when it is told
 * something. */

const ngx_lo_stmt_t  ngx_lo_sql_claim_shut = {
    "claim_shut",
    "UPDATE runs SET owner = NULL, shut = shut + 1, wake_at = $3"
    " + CASE WHEN shut < 6 THEN 1000 * (1 << shut) ELSE 60000 END"
    " WHERE id = $1 AND epoch = $2",
    "iii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_claim_opened = {
    "claim_opened",
    "UPDATE runs SET shut = 0 WHERE id = $1",
    "i", -1
};


/* now: those are looked at once by each worker that begins: its key, or what it
 * compiles, may be another than that of the one before. */

const ngx_lo_stmt_t  ngx_lo_sql_claim_unshut = {
    "claim_unshut",
    "UPDATE runs SET wake_at = 0 WHERE id IN (SELECT id FROM runs"
    " WHERE shut > 0) AND owner IS NULL AND wake_at > $1",
    "i", -1
};


/* The runs of a worker that is gone are free again, and due. */

const ngx_lo_stmt_t  ngx_lo_sql_claim_bury = {
    "claim_bury",
    "UPDATE runs SET owner = NULL, crashed = 1, wake_at = 0 WHERE owner = $1",
    "s", -1
};


/* boot ms, boot id: workers whose lease ran out, or of another boot */

const ngx_lo_stmt_t  ngx_lo_sql_claim_expire_runs = {
    "claim_expire_runs",
    "UPDATE runs SET owner = NULL, crashed = 1, wake_at = 0 WHERE owner IN"
    " (SELECT owner FROM workers WHERE lease_until < $1 OR boot_id <> $2)",
    "is", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_claim_expire_workers = {
    "claim_expire_workers",
    "DELETE FROM workers WHERE lease_until < $1 OR boot_id <> $2",
    "is", -1
};


/* A worker that slept until others ended its lease may take runs before it has
 * another, and die then: nothing tells of it but its rows. */

const ngx_lo_stmt_t  ngx_lo_sql_claim_orphans = {
    "claim_orphans",
    "UPDATE runs SET owner = NULL, crashed = 1, wake_at = 0"
    " WHERE owner IS NOT NULL AND owner NOT IN (SELECT owner FROM workers)",
    "", -1
};


/* id, 1: its worker died of it while it was fed; 2: while it was loaded, now,
 * for how many ms it rests, or NULL: as a setting says, which a worker that
 * begins does not know yet.  One that is over stays so. */

const ngx_lo_stmt_t  ngx_lo_sql_claim_culprit = {
    "claim_culprit",
    "UPDATE runs SET crashes = crashes + 1, crashed = $2,"
    " wake_at = CASE WHEN wake_at IS NULL OR rest.ms = 0 THEN wake_at"
    " ELSE $3 + rest.ms END FROM (SELECT CAST(coalesce($4, (SELECT 1000 *"
    " json_extract(value, '$') FROM settings"
    " WHERE key = 'worker_retry_delay_seconds'), 0) AS INTEGER) AS ms) AS rest"
    " WHERE id = $1",
    "iiin", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_claim_workers = {
    "claim_workers",
    "SELECT owner FROM workers",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_admit_agents = {
    "admit_agents",
    "SELECT agent_id, name, channel, base_url, status, concurrency_limit,"
    " resource_key, pool_id, capabilities AS \"capabilities:j\","
    " consecutive_failures, circuit_open_at FROM agents"
    " ORDER BY pool_id, name, agent_id",
    "", -1
};


/* agent_id, now, why; the third failure in a row opens the circuit */

const ngx_lo_stmt_t  ngx_lo_sql_admit_failed = {
    "admit_failed",
    "UPDATE agents SET consecutive_failures = consecutive_failures + 1,"
    " last_error = $3, updated_at = $2, circuit_open_at ="
    " CASE WHEN consecutive_failures + 1 >= 3 THEN $2 ELSE circuit_open_at END"
    " WHERE agent_id = $1",
    "sis", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_admit_succeeded = {
    "admit_succeeded",
    "UPDATE agents SET consecutive_failures = 0, circuit_open_at = NULL,"
    " last_error = NULL, updated_at = $2 WHERE agent_id = $1",
    "si", -1
};


/* agent_id, status, now, why or NULL: what a health poll found */

const ngx_lo_stmt_t  ngx_lo_sql_admit_polled = {
    "admit_polled",
    "UPDATE agents SET status = $2, last_error = $4, updated_at = $3,"
    " consecutive_failures ="
    " CASE WHEN $4 IS NULL THEN 0 ELSE consecutive_failures + 1 END,"
    " circuit_open_at = CASE WHEN $4 IS NULL THEN NULL"
    " WHEN consecutive_failures + 1 >= 3 AND circuit_open_at IS NULL THEN $3"
    " ELSE circuit_open_at END WHERE agent_id = $1",
    "ssis", -1
};


/* The text, not the value: it is compiled where it is read when it is large
 * (ngx_lo_store_compiler), else by who asked. */

const ngx_lo_stmt_t  ngx_lo_sql_claim_document = {
    "claim_document",
    "SELECT hash, body AS \"body:d\" FROM documents WHERE hash = $1",
    "s", -1
};


/* id, owner: a row of ours whose epoch is not known any more */

const ngx_lo_stmt_t  ngx_lo_sql_claim_release_own = {
    "claim_release_own",
    "UPDATE runs SET owner = NULL, wake_at = 0 WHERE id = $1 AND owner = $2",
    "is", -1
};


/* Numbers for the rows of runs; the store counts on behind them.  -> last */

const ngx_lo_stmt_t  ngx_lo_sql_claim_ids[NGX_LO_SQL_CLAIM_IDS] = {
    {
        "claim_ids_first",
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'runs', 0 WHERE NOT"
        " EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'runs')",
        "", -1
    },
    {
        "claim_ids",
        "UPDATE sqlite_sequence SET seq = seq + $1 WHERE name = 'runs'"
        " RETURNING seq AS last",
        "i", 1
    }
};


/* now, and what it was by the clock before: those were due already */

const ngx_lo_stmt_t  ngx_lo_sql_claim_set_back = {
    "claim_set_back",
    "UPDATE runs SET wake_at = 0 WHERE owner IS NULL AND wake_at > $1"
    " AND wake_at <= $2",
    "ii", -1
};


/* owner, claim: rows that a claim took, should it have been committed */

const ngx_lo_stmt_t  ngx_lo_sql_claim_release_claim = {
    "claim_release_claim",
    "UPDATE runs SET owner = NULL, wake_at = 0 WHERE owner = $1"
    " AND claim = $2",
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_claim_release_all = {
    "claim_release_all",
    "UPDATE runs SET owner = NULL, wake_at = 0 WHERE owner = $1",
    "s", -1
};
