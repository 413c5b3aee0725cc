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

/* The state of a checkpoint -> checkpoint_id, state:j.
 * run_id, checkpoint_id; run_id, node_id: the last one before the node's last
 * visit; run_id: the newest */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_by_id;
extern const ngx_lo_stmt_t  ngx_lo_sql_point_before;
extern const ngx_lo_stmt_t  ngx_lo_sql_point_newest;

/* run_id -> n checkpoints (0 or 1), node_id: was it visited (0 or 1) */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_any;

/* run_id, now; guarded: failed or paused / paused for a workflow */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_back;
extern const ngx_lo_stmt_t  ngx_lo_sql_point_callback;

/* run_id, {kind, actor, node?, vars?}, checkpoint_id, now: the word in the
 * inbox, with the state in it; guarded: the checkpoint is there */
extern const ngx_lo_stmt_t  ngx_lo_sql_point_word;

#endif
