/*
 * Resume points: saved states that a run goes on from, or another is born with
 * (spec/ckp.md 21).
 */

#include "store/ngx_lo_sql_control.h"

#define NGX_LO_RUN_ID  "(SELECT id FROM runs WHERE run_id = $1)"

/* One whose state is gone is no point any more. */

#define NGX_LO_POINT(which)                                                   \
    "SELECT checkpoint_id, " NGX_LO_CHAIN " AS \"state:p\""                   \
    " FROM checkpoints c WHERE " NGX_LO_CHAIN " IS NOT NULL AND c.rowid ="    \
    " (SELECT rowid FROM checkpoints WHERE run = " NGX_LO_RUN_ID which        \
    " ORDER BY seq DESC, rowid DESC LIMIT 1)"


const ngx_lo_stmt_t  ngx_lo_sql_point_run = {
    "point_run",
    "SELECT run_id, status, waiting_for, doc_hash,"
    " coalesce(input_raw, input_vars) AS \"inputs:j\","
    " seals AS \"_seals:j\""
    " FROM runs WHERE run_id = $1 AND family IS NOT 'd'",
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_point_by_id = {
    "point_by_id",
    NGX_LO_POINT(" AND checkpoint_id = $2"),
    "ss", -1
};


/* When the run had been set back before that visit, states of what came before
 * are no states of it, but for the one that it was set back to. */

const ngx_lo_stmt_t  ngx_lo_sql_point_before = {
    "point_before",
    "WITH visit (seq) AS (SELECT seq FROM events"
    " WHERE run = " NGX_LO_RUN_ID " AND type = 'node_started'"
    " AND node_id = $2 ORDER BY seq DESC LIMIT 1),"
    " back (seq, id) AS (SELECT seq, payload ->> 'checkpoint_id' FROM events"
    " WHERE run = " NGX_LO_RUN_ID " AND type = 'execution_resumed'"
    " AND seq < (SELECT seq FROM visit)"
    " AND payload ->> 'checkpoint_id' IS NOT NULL"
    " ORDER BY seq DESC LIMIT 1) "
    NGX_LO_POINT(" AND seq < (SELECT seq FROM visit)"
                 " AND (seq >= coalesce((SELECT seq FROM back), 0)"
                 " OR checkpoint_id = (SELECT id FROM back))"),
    "ss", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_point_newest = {
    "point_newest",
    NGX_LO_POINT(""),
    "s", -1
};


const ngx_lo_stmt_t  ngx_lo_sql_point_any = {
    "point_any",
    "SELECT EXISTS (SELECT 1 FROM checkpoints WHERE run = " NGX_LO_RUN_ID
    ") AS n",
    "s", -1
};


/* Another attempt when it was over, the same when it only waited.  It goes
 * before those that have not begun. */

const ngx_lo_stmt_t  ngx_lo_sql_point_back = {
    "point_back",
    "UPDATE runs SET attempt = attempt"
    " + CASE WHEN status = 'failed' THEN 1 ELSE 0 END, status = 'created',"
    " waiting_for = NULL, error_message = NULL, error = NULL,"
    " ended_at = NULL, output_vars = NULL, cancellation_requested = 0,"
    " crashes = 0, queued = 0, saved_gone = NULL, wake_at = 0,"
    " priority = CASE WHEN priority < 1 THEN 1 ELSE priority END,"
    " updated_at = $2"
    " WHERE run_id = $1 AND status = $3 AND (status = 'failed'"
    " OR (status = 'paused' AND cancellation_requested = 0))",
    "sis", 1
};


const ngx_lo_stmt_t  ngx_lo_sql_point_callback = {
    "point_callback",
    "UPDATE runs SET status = 'created', waiting_for = NULL, wake_at = 0,"
    " updated_at = $2 WHERE run_id = $1 AND status = 'paused'"
    " AND waiting_for = 'callback'",
    "si", 1
};


/* Texts are put together, so that no number in the state is written anew; what
 * is sealed stands in a text of its own. */

#define NGX_LO_POINT_SAID(word)                                               \
    "CASE WHEN substr(" word ", 1, 1) = '!' THEN '{\"!word\":\"' || " word    \
    " || '\"' ELSE substr(" word ", 1, length(" word ") - 1) END"

const ngx_lo_stmt_t  ngx_lo_sql_point_word = {
    "point_word",
    "INSERT INTO inbox (run, kind, data, created_at)"
    " SELECT c.run, 'resume', "
    NGX_LO_POINT_SAID("(" NGX_LO_WORD("$2", "$3") ")")
    " || ',\"checkpoint_id\":\"' || c.checkpoint_id || '\",\"state\":'"
    " || " NGX_LO_CHAIN " || '}', $5 FROM runs r"
    " JOIN checkpoints c ON c.run = r.id"
    " WHERE r.run_id = $1 AND c.checkpoint_id = $4"
    " AND " NGX_LO_CHAIN " IS NOT NULL",
    "sKpsi", 1
};
