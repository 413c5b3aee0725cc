/*
 * Every statement of the project, by table family.  Each lives in
 * ngx_lo_sql_<table>.c under its name here.
 */

#ifndef NGX_LO_SQL_H
#define NGX_LO_SQL_H

#include "store/ngx_lo_store.h"

/*
 * A run that has not ended; r: the name it goes by with a dot, or "".  As the
 * conditions of runs_place and runs_alive have it, and not with IN: for that
 * SQLite builds a table each time it looks.
 */

#define NGX_LO_SQL_ALIVE(r)                                                   \
    r "status <> 'completed' AND " r "status <> 'failed' AND "                \
    r "status <> 'canceled'"

/*
 * What lies within projects: $n is a JSON list of them, or NULL, the whole
 * site.  A procedure lies where all its versions do, because one of them is
 * taken for another: by who names none, and by a channel.
 */

#define NGX_LO_SQL_WITHIN(project, n)                                         \
    "(" n " IS NULL OR " project " IN (SELECT value FROM json_each(" n ")))"

#define NGX_LO_SQL_PROCEDURE_WITHIN(id, n)                                    \
    "(" n " IS NULL OR (EXISTS (SELECT 1 FROM procedures o"                   \
    " WHERE o.procedure_id = " id ")"                                         \
    " AND NOT EXISTS (SELECT 1 FROM procedures o"                             \
    " WHERE o.procedure_id = " id " AND (o.project_id IS NULL"                \
    " OR o.project_id NOT IN (SELECT value FROM json_each(" n "))))))"

/* --- documents, procedures (ngx_lo_sql_procedures.c) ----------------------- */

/* hash, body, what its audit_config says: days, storage_location */
/*
 * The state of a checkpoint `c`, as a list for ckp_state_whole: of the newest
 * whole one, of what each row since has changed, and of what stands beside it
 * in its own row.  What is sealed is a text in it.  NULL: the whole one is
 * gone, which retention takes first.
 */
#define NGX_LO_CHAIN                                                          \
    "(SELECT '[' || group_concat(CASE WHEN substr(state, 1, 1) = '!'"         \
    " THEN '\"' || state || '\"' ELSE state END)"                             \
    " || CASE WHEN c.part THEN ',[[[\"cp\"],\"' || c.checkpoint_id"            \
    " || '\"],[[\"seq\"],' || c.seq || ']]' ELSE '' END || ']'"                \
    " FROM (SELECT state FROM checkpoints p"                                  \
    " WHERE p.run = c.run AND p.rowid <= c.rowid"                             \
    " AND p.rowid >= (SELECT w.rowid FROM checkpoints w WHERE w.run = c.run"  \
    " AND w.rowid <= c.rowid AND w.part IS NULL"                              \
    " ORDER BY w.rowid DESC LIMIT 1)"                                         \
    " ORDER BY p.rowid))"

extern const ngx_lo_stmt_t  ngx_lo_sql_document_put;
/* hash, body, hash of one that says the same of it */
extern const ngx_lo_stmt_t  ngx_lo_sql_document_moved;

/* --- events (ngx_lo_sql_events.c) ------------------------------------------ */

/* run_id, seq, created_at, type, path, node_id, step_id, attempt, payload,
 * delta; by run_id, so that it can follow the INSERT of the run */
extern const ngx_lo_stmt_t  ngx_lo_sql_event_add;

/* --- inbox (ngx_lo_sql_inbox.c) -------------------------------------------- */

/* run_id, kind, ref, data, created_at; guarded: the run is there */
extern const ngx_lo_stmt_t  ngx_lo_sql_inbox_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_inbox_say;
extern const ngx_lo_stmt_t  ngx_lo_sql_inbox_del;        /* id; guarded */

/* --- leases (ngx_lo_sql_leases.c) ------------------------------------------ */

/* lease_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_lease_release;

/* --- approvals (ngx_lo_sql_approvals.c) ------------------------------------ */

extern const ngx_lo_stmt_t  ngx_lo_sql_approvals_pending;   /* -> n */
extern const ngx_lo_stmt_t  ngx_lo_sql_approvals_pending_within; /* projects */

/* approval_id: behind whatever changes its status, level or expiry, in this
 * order; nothing when nothing did */
#define NGX_LO_SQL_CHANGE_N  2
extern const ngx_lo_stmt_t  ngx_lo_sql_approval_change[NGX_LO_SQL_CHANGE_N];

/* run, now: all that are pending are void */
extern const ngx_lo_stmt_t
    ngx_lo_sql_turn_approvals_void[NGX_LO_SQL_CHANGE_N];

/* --- artifacts (ngx_lo_sql_artifacts.c) ------------------------------------- */

/* names of runs, ended before -> name, state: orphan, over, kept, in their
 * order; the rows of those that are over go */
extern const ngx_lo_stmt_t  ngx_lo_sql_sweep_which;
extern const ngx_lo_stmt_t  ngx_lo_sql_sweep_rows;

/* --- runs (ngx_lo_sql_runs.c) ---------------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_runs_active;   /* -> name (status), n */
extern const ngx_lo_stmt_t  ngx_lo_sql_runs_active_within;      /* projects */

/* --- audit (ngx_lo_sql_audit.c) -------------------------------------------- */

/* ts, category, action, actor, description, resource_type, resource_id, meta,
 * source_ip, auth_method, request_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_audit_add;

/* --- workers, duties (ngx_lo_sql_workers.c) -------------------------------- */

/* owner, lease_until, boot_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_worker_renew;
extern const ngx_lo_stmt_t  ngx_lo_sql_worker_gone;      /* owner */

/* name, owner, until, now; guarded: the duty is free or ours */
extern const ngx_lo_stmt_t  ngx_lo_sql_duty_take;

/*
 * Runs that nothing moves -> run_id, procedure_id, procedure_version,
 * last_node_id, error; at most 20, and none that was told of: now, the latest
 * `until` of a duty that is taken now, and then
 */
extern const ngx_lo_stmt_t  ngx_lo_sql_stuck_shut;

#define NGX_LO_SQL_STUCK_LATE  2
/* before when their alarm was */
extern const ngx_lo_stmt_t  ngx_lo_sql_stuck_late[NGX_LO_SQL_STUCK_LATE];

/* -> id, epoch besides; told of or not, at most 1000 in their order */
extern const ngx_lo_stmt_t  ngx_lo_sql_stuck_due;

/* status; created_at and id of the one before; then as said, and before when
 * their last change was: among the next 10000 of that status */
extern const ngx_lo_stmt_t  ngx_lo_sql_stuck_parked;

/* status, created_at, id -> created_at, id of the last of those; no row: there
 * are fewer */
extern const ngx_lo_stmt_t  ngx_lo_sql_stuck_slice;

/* now: whether duties of runs are over -> is_over; away with these */
extern const ngx_lo_stmt_t  ngx_lo_sql_stuck_over;
extern const ngx_lo_stmt_t  ngx_lo_sql_stuck_forget;

/* --- what a turn writes (ngx_lo_sql_turn.c) -------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_turn_event;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_journal;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_point;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_lease;
extern const ngx_lo_stmt_t  ngx_lo_sql_slots_held;
extern const ngx_lo_stmt_t  ngx_lo_sql_slots_own;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_lease_release;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_leases_gone;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_approval;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_approval_end;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_approval_void;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_approval_extend;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_state;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_artifact;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_order;

/* scope, key, run, path, status, result, now, expires_at or NULL; scope, key,
 * run, path; now: what nobody wants any more (ngx_lo_sql_results.c) */
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_once;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_once_gone;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_once_old;

/* scope, key, run, path, hash, now, results older than this count for nothing,
 * 1: failures do; then scope, key -> run, path, status, hash, result:j,
 * source_run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_claim;
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_claimed;

/* run, ref, path, node_id, step_id, tokens, now; then: run, ref, path */
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_delegation;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_delegation_old;

/* run, ref, status */
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_delegation_end;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_keep;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_running;
extern const ngx_lo_stmt_t  ngx_lo_sql_turn_release;

/* --- child runs (ngx_lo_sql_children.c) ------------------------------------------ */

/* run_id, procedure_id, version, hash, shown, raw, triggered_by, project_id,
 * case_id, now, mode, created_by, parent's run_id, events */
extern const ngx_lo_stmt_t  ngx_lo_sql_child_add;

/* run_id, seq, at, type, path, payload, delta; if it is not there */
extern const ngx_lo_stmt_t  ngx_lo_sql_child_event;
extern const ngx_lo_stmt_t  ngx_lo_sql_child_again; /* run_id, parent, now */

/* run_id, place key, max, data, now; run_id, place key, max: of one that was
 * born in this job, if there is no place for it */
extern const ngx_lo_stmt_t  ngx_lo_sql_child_full[2];

/* run_id, data, now; run_id, now: if it is not over nor told already */
extern const ngx_lo_stmt_t  ngx_lo_sql_child_cancel[2];
extern const ngx_lo_stmt_t  ngx_lo_sql_child_told;  /* id, data; guarded */

/* parent's run_id, run_id, data, now; parent's run_id, now: if it is there and
 * not over */
extern const ngx_lo_stmt_t  ngx_lo_sql_child_tell[2];
extern const ngx_lo_stmt_t  ngx_lo_sql_child_versions;  /* procedure, today */
extern const ngx_lo_stmt_t  ngx_lo_sql_child_pins;      /* hash -> pins:j */
extern const ngx_lo_stmt_t  ngx_lo_sql_child_pin;       /* hash, pins */
extern const ngx_lo_stmt_t  ngx_lo_sql_child_pin_keep;  /* hash, of whom */

/* --- what procedures keep beyond a run (ngx_lo_sql_kept.c) ----------------------- */

/* project, procedure, key; a write ages out what is over first */
extern const ngx_lo_stmt_t  ngx_lo_sql_memory_age;       /* now */
extern const ngx_lo_stmt_t  ngx_lo_sql_memory_clear;

/* ..., value, expires_at, now; the n-th entry; appended: max_items, too */
extern const ngx_lo_stmt_t  ngx_lo_sql_memory_set;
extern const ngx_lo_stmt_t  ngx_lo_sql_memory_append;
extern const ngx_lo_stmt_t  ngx_lo_sql_memory_trim;      /* ..., max_items */
extern const ngx_lo_stmt_t  ngx_lo_sql_memory_renew;     /* ..., expires_at */

/* ..., now -> n, value:j, most */
extern const ngx_lo_stmt_t  ngx_lo_sql_memory_get;

/* run, checkpoint_id, name -> checkpoint_id, state:p of the newest */
extern const ngx_lo_stmt_t  ngx_lo_sql_kept_checkpoint;

/* --- what a start has to pass (ngx_lo_sql_gate.c) -------------------------------- */

/* dedupe_key, created after, statuses ",a,b," or NULL; new: guarded, there is
 * none; twin -> run_id of the newest */
extern const ngx_lo_stmt_t  ngx_lo_sql_gate_new;
extern const ngx_lo_stmt_t  ngx_lo_sql_gate_twin;

/* place_key, how many at most; guarded: there are fewer, waiting or not */
extern const ngx_lo_stmt_t  ngx_lo_sql_gate_free;

/* run_id, place_key, place_max, dedupe_key; each may be NULL */
extern const ngx_lo_stmt_t  ngx_lo_sql_gate_keys;

/* run_id: of a run that became active in this transaction.  It waits when its
 * places are taken; changes 1 row then */
extern const ngx_lo_stmt_t  ngx_lo_sql_gate_wait;

/* place_key: whoever waits longest has the places that are free now */
extern const ngx_lo_stmt_t  ngx_lo_sql_gate_next;

/* run_id of the new one, place_key, place_max, now [, data of CANCEL] */
#define NGX_LO_SQL_GATE_EVICT_N  2
extern const ngx_lo_stmt_t  ngx_lo_sql_gate_evict[NGX_LO_SQL_GATE_EVICT_N];

/* run_id, now: it never begins; behind its events */
extern const ngx_lo_stmt_t  ngx_lo_sql_gate_skip;

/* --- claims and admission (ngx_lo_sql_claim.c) ----------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_claim_due;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_again;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_rows;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_states;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_events;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_inbox;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_next;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_release;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_shut;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_opened;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_unshut;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_bury;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_expire_runs;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_expire_workers;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_culprit;   /* after claim_bury */
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_orphans;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_workers;

#define NGX_LO_SQL_CLAIM_IDS  2

/* how many; the last gives {last}, the largest of them */
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_ids[NGX_LO_SQL_CLAIM_IDS];

extern const ngx_lo_stmt_t  ngx_lo_sql_claim_document;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_release_own;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_set_back;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_release_claim;
extern const ngx_lo_stmt_t  ngx_lo_sql_claim_release_all;
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_agents;
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_servers;   /* enabled ones */

/* server_id, now, why; server_id, now */
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_server_failed;
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_server_succeeded;
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_failed;
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_succeeded;
extern const ngx_lo_stmt_t  ngx_lo_sql_admit_polled;

/* --- streams (ngx_lo_sql_push.c) -------------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_push_tail;
extern const ngx_lo_stmt_t  ngx_lo_sql_push_runs;

/* -> tail: the newest change of an approval */
extern const ngx_lo_stmt_t  ngx_lo_sql_push_changes_tail;

/* after seq, up to seq, limit, projects or NULL: the newest change of each
 * approval that is pending; after seq, limit: every change -> _seq and what is
 * shown; the same of these projects; and how far that looked -> seq, n */
extern const ngx_lo_stmt_t  ngx_lo_sql_push_pending;
extern const ngx_lo_stmt_t  ngx_lo_sql_push_changes;
extern const ngx_lo_stmt_t  ngx_lo_sql_push_changes_within;
extern const ngx_lo_stmt_t  ngx_lo_sql_push_changes_upto;

#endif
