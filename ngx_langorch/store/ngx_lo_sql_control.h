/*
 * Statements of what people and the clock do to runs: resume points, many runs
 * at once, the queue, ageing out.  Each lives in sql/control/.
 */

#ifndef NGX_LO_SQL_CONTROL_H
#define NGX_LO_SQL_CONTROL_H

#include "store/ngx_lo_sql.h"

/* --- resume points (ngx_lo_sql_points.c) ------------------------------------ */

/* run_id -> run_id, status, waiting_for, doc_hash, inputs:j */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_run;

/* The state of a checkpoint -> checkpoint_id, state:p.
 * run_id, checkpoint_id; run_id, node_id: the last one before the node's last
 * visit; run_id: the newest */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_by_id;
extern const ngx_lo_stmt_t  ngx_lo_sql_point_before;
extern const ngx_lo_stmt_t  ngx_lo_sql_point_newest;

/* run_id -> n checkpoints (0 or 1), node_id: was it visited (0 or 1) */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_any;

/* run_id, now, status: guarded: that one, failed or paused
 * run_id, now: guarded: paused for a workflow */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_back;
extern const ngx_lo_stmt_t  ngx_lo_sql_point_callback;

/* run_id, {kind, actor, node?, vars?}, checkpoint_id, now: the word in the
 * inbox, with the state in it; guarded: the checkpoint is there */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_word;

/* --- many runs, the queue (ngx_lo_sql_queue.c) ---------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_queue_depth;     /* -> status, n */
extern const ngx_lo_stmt_t  ngx_lo_sql_queue_depth_within;  /* projects */
/* projects or NULL, the most attempts */
extern const ngx_lo_stmt_t  ngx_lo_sql_queue_next;

/* run_id, projects or NULL: any -> what is needed to cancel or remove it;
 * asked:b */
extern const ngx_lo_stmt_t  ngx_lo_sql_bulk_run;

/* --- removing and ageing out (ngx_lo_sql_sweep.c) ------------------------------ */

/* Runs that go with this job, as many as these say; then their rows.
 * run_id: guarded: it is over; created before, status or NULL, how many; ended
 * before: those whose procedure says nothing; now: the others */
extern const ngx_lo_stmt_t  ngx_lo_sql_bury;
extern const ngx_lo_stmt_t  ngx_lo_sql_bury_before;
extern const ngx_lo_stmt_t  ngx_lo_sql_bury_old;
extern const ngx_lo_stmt_t  ngx_lo_sql_bury_own;
extern const ngx_lo_stmt_t  ngx_lo_sql_bury_told;        /* now: the audit */
extern const ngx_lo_stmt_t  ngx_lo_sql_bury_rows;
extern const ngx_lo_stmt_t  ngx_lo_sql_buried;

/* A slice of what runs had that went */
extern const ngx_lo_stmt_t  ngx_lo_sql_sweep_graves[];

/* -> run, run_id of some whose folders are to go; run: it has gone */
#define NGX_LO_GRAVES_FILES  "50"
#define NGX_LO_GRAVES_FILES_N  50

extern const ngx_lo_stmt_t  ngx_lo_sql_grave_files;
extern const ngx_lo_stmt_t  ngx_lo_sql_grave_filed;
#define NGX_LO_SQL_SWEEP_N  13

/* A slice of checkpoints; runs that have none left are marked.  ended before;
 * now: of procedures that say how long */
extern const ngx_lo_stmt_t  ngx_lo_sql_unsave_old[2];
extern const ngx_lo_stmt_t  ngx_lo_sql_unsave_own[2];

/* A slice of what is older than: audit rows, kept answers, results by key,
 * memory */
extern const ngx_lo_stmt_t  ngx_lo_sql_ageing;      /* before audit rows go */
extern const ngx_lo_stmt_t  ngx_lo_sql_aged;        /* and after */
extern const ngx_lo_stmt_t  ngx_lo_sql_age_audit;
/* now, days that none goes before: audit rows that say how long they stay */
extern const ngx_lo_stmt_t  ngx_lo_sql_age_audit_own;
extern const ngx_lo_stmt_t  ngx_lo_sql_age_kept;
extern const ngx_lo_stmt_t  ngx_lo_sql_age_results;
extern const ngx_lo_stmt_t  ngx_lo_sql_age_memory;

/* id, keep_days or NULL, save_days or NULL */
extern const ngx_lo_stmt_t  ngx_lo_sql_keep_days;

/* created before, status or NULL -> status, n, oldest:t, newest:t; run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_old_count;
extern const ngx_lo_stmt_t  ngx_lo_sql_old_sample;

/* --- what a collector was told (ngx_lo_sql_otlp.c) ------------------------------ */

/* From now on, when nobody was told yet; -> at, last: event_ids */
extern const ngx_lo_stmt_t  ngx_lo_sql_otlp_mark;
extern const ngx_lo_stmt_t  ngx_lo_sql_otlp_marked;

/* after event_id -> 512 events, with what of them a collector is told */
extern const ngx_lo_stmt_t  ngx_lo_sql_otlp_events;
extern const ngx_lo_stmt_t  ngx_lo_sql_otlp_done;       /* up to event_id */

#endif
