/*
 * Statements on triggers.  Each lives in sql/trigger/ngx_lo_sql_<table>.c under
 * its name here; the comment tells its parameters.  `tag` is the row's own or
 * NULL: any.
 */

#ifndef NGX_LO_SQL_TRIGGER_H
#define NGX_LO_SQL_TRIGGER_H

#include "store/ngx_lo_store.h"

/* --- registrations (ngx_lo_sql_triggers.c) ----------------------------------- */

/* type or NULL, enabled 0, 1 or NGX_LO_NULL, procedure_id or NULL, limit,
 * offset, projects that the reader is limited to or NULL */
extern const ngx_lo_stmt_t  ngx_lo_sql_triggers;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_get;     /* procedure, version */

/* procedure_id, version, type, enabled, settings, origin, self, source,
 * next_fire_at, now: made, or replaced.  The same of a document, which leaves
 * what an operator said, and what is as it would be, as it is: no row then. */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_sync;

/* procedure_id, version, now, tag; guarded.  procedure_id, version, tag; the
 * second is guarded. */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_disable;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_del;

/* procedure_id, version: with its document */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_gone;

/* Those of documents that have no trigger any more, or are gone. */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_orphans;

/* after id, limit: documents that have a trigger, and what is registered */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_blocks;

/* procedure_id, version: the block of one */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_block;

/* --- firing (ngx_lo_sql_firings.c) --------------------------------------------- */

/* procedure_id, version: with what a run of it needs to know */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_of;

/* procedure_id: the enabled webhook that was changed last */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_hook;

/* procedure_id, version, max; guarded: fewer runs of it are active */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_free;

/* limit: those that a clock fires, the next one first */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_clock;

/* id, rev, next_fire_at, the one after it; guarded: it is still so */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_advance;

/* procedure_id, identity, run_id, expires_at, now; guarded: it is new */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_see;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_seen;    /* procedure, identity,
                                                           now */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_forget;  /* now */

/* procedure_id, version, now, run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_fired;

/* procedure_id, version, now, type, source, outcome, run_id, payload_hash,
 * detail, due_at, lag_ms; guarded: the slot has no row */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_history_add;

/* procedure_id, version: all but the newest go, but for slots of late, of which
 * the first is the parameter: due_at */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_history_trim;

/* procedure_id, version, outcome or NULL, beyond id, limit, offset: newest
 * first; oldest first; the first three: how many */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_history[3];

/* --- events (ngx_lo_sql_trigger_queue.c) --------------------------------------- */

/* source, projects or NULL: who listens, of procedures in those; the same with
 * what is told, for each of them: key, source, type, message_id, payload,
 * attributes, now, projects or NULL */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_listeners;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_tell;

/* run, "run.completed" ..., approval_id or NULL, now: what became true of a run
 * that no event began */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_hear;

/* limit: what is to be delivered, the next one first, each with its trigger */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_queue;

/* id; guarded: it was not delivered yet.  id, when, due_at: later; guarded: it
 * was due then.  Told before. */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_queue_done;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_queue_later;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_queue_old;

/* --- backfills (ngx_lo_sql_backfills.c) ---------------------------------------- */

/* backfill_id, procedure_id, version, trigger, self, settings, from, to, first
 * slot, max_parallel, total, created_by, now; guarded: the trigger has no other
 * that is open */
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_old;    /* procedure, version */
extern const ngx_lo_stmt_t  ngx_lo_sql_backfills;       /* the same, limit */
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_get;    /* the same, id */

/* procedure_id, version, id, status, now; guarded: it is open */
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_set;

/* limit, when one is looked at again that has as many runs as it may */
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_due;

/* row, slot, the slot after it or NGX_LO_NULL, now; guarded: it is at that slot
 * and runs, and (the first) another run may */
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_fired;
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_skipped;

/* row, slot, when; row, slot, reason, now; guarded as well */
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_later;
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_stop;

/* procedure_id, version, slot: its line, unless it was fired */
extern const ngx_lo_stmt_t  ngx_lo_sql_backfill_slot;
extern const ngx_lo_stmt_t  ngx_lo_sql_backfills_gone;  /* procedure, version */

/* --- watched files (ngx_lo_sql_trigger_files.c) -------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_files;   /* trigger */

/* trigger, when: its next look is then, if it is not sooner */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_sooner;

/* trigger, [{path, mtime, size, since?, pending?}]; trigger, [path] */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_gone;
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_drop;  /* trigger: all */

extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_lost;  /* of no trigger */

/* trigger, "" or "!", rev, now; guarded: it was another, or none */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_mark;

/* trigger, now, [{path, event, mtime, size, since}] */
extern const ngx_lo_stmt_t  ngx_lo_sql_trigger_files_tell;

#endif
