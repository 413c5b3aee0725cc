/*
 * What is over and too old goes, in slices: a slice takes little time whatever
 * there is, and each that changes nothing is the last.
 *
 * A run that is removed leaves at once, with its row; what it had follows.
 * Until then its number stands in `graves`, `fresh` while its row is going,
 * with `files` until its folder is gone.
 * Whoever adds a table with rows of runs adds it to ngx_lo_sql_sweep_graves.
 */

#include "store/ngx_lo_sql_control.h"

#define NGX_LO_FINAL  "('completed', 'failed', 'canceled')"
#define NGX_LO_DAY    "86400000"

/* $1 before, $2 the one state, or NULL. */
#define NGX_LO_OVER_BEFORE                                                    \
    " WHERE status IN (SELECT column1 FROM (VALUES ('completed'),"            \
    " ('failed'), ('canceled')) WHERE $2 IS NULL OR column1 = $2)"            \
    " AND created_at < $1 AND family IS NOT 'd'"

/* Those in front; the last statement takes away who has nothing left. */
#define NGX_LO_GRAVES                                                         \
    "(SELECT run FROM graves ORDER BY run LIMIT 50)"

#define NGX_LO_BURY                                                           \
    "INSERT OR IGNORE INTO graves (run, run_id, fresh)"                       \
    " SELECT id, run_id, 1 FROM runs"

/* Rows of a table with rowids that belong to them. */
#define NGX_LO_DIG(table, most)                                               \
    "DELETE FROM " table " WHERE rowid IN (SELECT t.rowid"                    \
    " FROM " NGX_LO_GRAVES " g JOIN " table " t ON t.run = g.run"             \
    " LIMIT " most ")"

/* The same by a key of run and another column.  In this order SQLite looks for
 * both of them in the index, else for the run alone. */
#define NGX_LO_DIG_BY(table, key, most)                                       \
    "DELETE FROM " table " WHERE (" key ", run) IN (SELECT t." key ", t.run"  \
    " FROM " NGX_LO_GRAVES " g JOIN " table " t ON t.run = g.run"             \
    " LIMIT " most ")"

#define NGX_LO_EMPTY(table)                                                   \
    " AND NOT EXISTS (SELECT 1 FROM " table " t WHERE t.run = graves.run)"


/* --- runs go ------------------------------------------------------------------ */


const ngx_lo_stmt_t  ngx_lo_sql_bury = {
    "bury",
    NGX_LO_BURY " WHERE run_id = $1 AND family IS NOT 'd'"
    " AND status IN " NGX_LO_FINAL,
    "s", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_bury_before = {
    "bury_before",
    NGX_LO_BURY NGX_LO_OVER_BEFORE " LIMIT $3",
    "isi", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_bury_old = {
    "bury_old",
    NGX_LO_BURY " INDEXED BY runs_old"
    " WHERE ended_at < $1 AND ended_at IS NOT NULL"
    " AND keep_days IS NULL AND status IN " NGX_LO_FINAL
    " ORDER BY ended_at LIMIT 200",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_bury_own = {
    "bury_own",
    NGX_LO_BURY " INDEXED BY runs_own"
    " WHERE keep_days > 0 AND ended_at IS NOT NULL"
    " AND ended_at + keep_days * " NGX_LO_DAY " < $1"
    " AND status IN " NGX_LO_FINAL " LIMIT 200",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_bury_told = {
    "bury_told",
    "INSERT INTO audit (ts, category, action, actor, description,"
    " resource_type, meta) SELECT $1, 'run', 'retention', 'system',"
    " 'Runs removed by age', 'run', '{\"deleted\":' || n || '}'"
    " FROM (SELECT count(*) AS n FROM graves WHERE fresh = 1) WHERE n > 0",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_bury_rows = {
    "bury_rows",
    "DELETE FROM runs WHERE id IN (SELECT run FROM graves WHERE fresh = 1)",
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_buried = {
    "buried",
    "UPDATE graves SET fresh = 0 WHERE fresh = 1",
    "", -1
};


/* The folders of artifacts go by the way. */

const ngx_lo_stmt_t  ngx_lo_sql_grave_files = {
    "grave_files",
    "SELECT run, run_id FROM graves WHERE files = 1 ORDER BY run LIMIT "
    NGX_LO_GRAVES_FILES,
    "", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_grave_filed = {
    "grave_filed",
    "UPDATE graves SET files = 0 WHERE run = $1",
    "i", -1
};


/* --- what they had --------------------------------------------------------------- */


const ngx_lo_stmt_t  ngx_lo_sql_sweep_graves[] = {
    { "sweep_events", NGX_LO_DIG("events", "500"), "", -1 },
    { "sweep_journal", NGX_LO_DIG_BY("journal", "path", "500"), "", -1 },
    { "sweep_checkpoints", NGX_LO_DIG("checkpoints", "20"), "", -1 },
    { "sweep_states", NGX_LO_DIG("states", "20"), "", -1 },
    { "sweep_changes", NGX_LO_DIG("approval_changes", "200"), "", -1 },
    { "sweep_inbox", NGX_LO_DIG("inbox", "50"), "", -1 },
    {
        "sweep_votes",
        "DELETE FROM votes WHERE (approval_id, who) IN"
        " (SELECT t.approval_id, t.who FROM " NGX_LO_GRAVES " g"
        " JOIN votes t ON t.run = g.run LIMIT 200)", "", -1
    },
    { "sweep_approvals", NGX_LO_DIG("approvals", "200"), "", -1 },
    {
        "sweep_leases",
        "DELETE FROM leases WHERE run IN " NGX_LO_GRAVES, "", -1
    },
    { "sweep_artifacts", NGX_LO_DIG("artifacts", "200"), "", -1 },
    { "sweep_delegations", NGX_LO_DIG_BY("delegations", "ref", "200"), "",
      -1 },
    {
        "sweep_results",
        "DELETE FROM results WHERE (scope, key) IN (SELECT t.scope, t.key"
        " FROM " NGX_LO_GRAVES " g JOIN results t ON t.run = g.run"
        " WHERE t.scope LIKE 'run:%' LIMIT 200)", "", -1
    },
    {
        "sweep_graves",
        "DELETE FROM graves WHERE run IN " NGX_LO_GRAVES
        " AND fresh = 0 AND files = 0"
        NGX_LO_EMPTY("events") NGX_LO_EMPTY("journal")
        NGX_LO_EMPTY("checkpoints") NGX_LO_EMPTY("states")
        NGX_LO_EMPTY("inbox") NGX_LO_EMPTY("votes")
        NGX_LO_EMPTY("approval_changes")
        NGX_LO_EMPTY("approvals")
        NGX_LO_EMPTY("artifacts")
        NGX_LO_EMPTY("delegations"), "", -1
    }
};


/* --- checkpoints of runs that stay ------------------------------------------------- */

/* Runs whose checkpoints are due, the first of them: they are marked when they
 * have none left, so the next ones come to the front. */

#define NGX_LO_SAVED_OLD                                                      \
    "(SELECT id FROM runs INDEXED BY runs_saved WHERE ended_at < $1"          \
    " AND ended_at IS NOT NULL"                                               \
    " AND saved_gone IS NULL AND save_days IS NULL"                           \
    " ORDER BY ended_at LIMIT 100)"

#define NGX_LO_SAVED_OWN                                                      \
    "(SELECT id FROM runs INDEXED BY runs_saved_own WHERE save_days > 0"      \
    " AND ended_at IS NOT NULL"                                               \
    " AND saved_gone IS NULL"                                                 \
    " AND ended_at + save_days * " NGX_LO_DAY " < $1 LIMIT 100)"

#define NGX_LO_UNSAVE(which)                                                  \
    "DELETE FROM checkpoints WHERE rowid IN (SELECT c.rowid"                  \
    " FROM " which " r JOIN checkpoints c ON c.run = r.id LIMIT 20)"

#define NGX_LO_UNSAVED(which)                                                 \
    "UPDATE runs SET saved_gone = 1 WHERE id IN " which                       \
    " AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.run = runs.id)"


const ngx_lo_stmt_t  ngx_lo_sql_unsave_old[] = {
    { "unsave_old", NGX_LO_UNSAVE(NGX_LO_SAVED_OLD), "i", -1 },
    { "unsaved_old", NGX_LO_UNSAVED(NGX_LO_SAVED_OLD), "i", -1 }
};


const ngx_lo_stmt_t  ngx_lo_sql_unsave_own[] = {
    { "unsave_own", NGX_LO_UNSAVE(NGX_LO_SAVED_OWN), "i", -1 },
    { "unsaved_own", NGX_LO_UNSAVED(NGX_LO_SAVED_OWN), "i", -1 }
};


/* --- the rest ------------------------------------------------------------------------ */


/* Around what removes audit rows: what they leave is no hole in the chain. */

const ngx_lo_stmt_t  ngx_lo_sql_ageing = {
    "ageing",
    "INSERT OR REPLACE INTO meta (key, value) VALUES ('audit_ageing', '1')",
    "", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_aged = {
    "aged",
    "DELETE FROM meta WHERE key = 'audit_ageing'",
    "", 1
};


/* The newest one stays: the next stands behind it. */

#define NGX_LO_AGE_OLD                                                        \
    "event_id < (SELECT max(event_id) FROM audit)"


const ngx_lo_stmt_t  ngx_lo_sql_age_audit = {
    "age_audit",
    "DELETE FROM audit WHERE event_id IN (SELECT event_id FROM audit"
    " WHERE keep_days IS NULL AND ts < $1 AND " NGX_LO_AGE_OLD
    " ORDER BY ts LIMIT 500)",
    "i", -1
};


/* Those that say how long, number by number: there are few of those, and along
 * the index none is looked at that stays. */

const ngx_lo_stmt_t  ngx_lo_sql_age_audit_own = {
    "age_audit_own",
    "WITH RECURSIVE said (days) AS (SELECT min(keep_days) FROM audit"
    " WHERE keep_days > 0 UNION ALL SELECT (SELECT min(keep_days) FROM audit"
    " WHERE keep_days > said.days) FROM said WHERE said.days IS NOT NULL)"
    " DELETE FROM audit WHERE event_id IN (SELECT a.event_id"
    " FROM said CROSS JOIN audit a WHERE a.keep_days = said.days"
    " AND a.ts < $1 - " NGX_LO_DAY " * CASE WHEN said.days < $2 THEN $2"
    " ELSE said.days END AND a." NGX_LO_AGE_OLD " LIMIT 500)",
    "ii", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_age_kept = {
    "age_kept",
    "DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency"
    " WHERE created_at <= $1 ORDER BY created_at LIMIT 500)",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_age_results = {
    "age_results",
    "DELETE FROM results WHERE (scope, key) IN (SELECT scope, key"
    " FROM results WHERE expires_at IS NOT NULL AND expires_at < $1"
    " ORDER BY expires_at LIMIT 500)",
    "i", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_age_memory = {
    "age_memory",
    "DELETE FROM memory WHERE (project, procedure, key, n) IN"
    " (SELECT project, procedure, key, n FROM memory"
    " WHERE expires_at IS NOT NULL AND expires_at <= $1"
    " ORDER BY expires_at LIMIT 500)",
    "i", -1
};


/* --- what a run's procedure wants ------------------------------------------------------ */


const ngx_lo_stmt_t  ngx_lo_sql_keep_days = {
    "keep_days",
    "UPDATE runs SET keep_days = $2, save_days = $3 WHERE id = $1",
    "inn", -1
};


/* --- before it is done ------------------------------------------------------------------ */


const ngx_lo_stmt_t  ngx_lo_sql_old_count = {
    "old_count",
    "SELECT status, count(*) AS n, min(created_at) AS \"oldest:t\","
    " max(created_at) AS \"newest:t\" FROM runs"
    NGX_LO_OVER_BEFORE " GROUP BY status ORDER BY status",
    "is", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_old_sample = {
    "old_sample",
    "SELECT run_id FROM runs" NGX_LO_OVER_BEFORE " LIMIT 20",
    "is", -1
};
