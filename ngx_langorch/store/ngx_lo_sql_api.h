/*
 * Statements of the HTTP routes: what people list, read, create and change.
 * Each lives in ngx_lo_sql_api_<table>.c under its name here; the comment tells
 * its parameters.
 */

#ifndef NGX_LO_SQL_API_H
#define NGX_LO_SQL_API_H

#include "store/ngx_lo_sql.h"

/* --- procedures (ngx_lo_sql_api_procedures.c) ------------------------------- */

/* procedure_id, version or "latest" -> all columns; body as "ckp_json:j" */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_get;

/* as above, with builder_draft and builder_draft_updated_at */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_show;

/* procedure_id, channel -> the active version there, as above */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_in;

/* procedure_id, version or NULL, channel or NULL, today -> what a start asks */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_run;

/* procedure_id, channel or NULL, today -> the same of each version */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_runs;

extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_versions;  /* id */

/* project_id, status, channel, search, metadata, tags so as ",a,b,", how many
 * they are, words of an intent so as ",pay,out,", latest only (0, 1), projects
 * that the reader is limited to, cursor's created_at (of `rank`: its _rank),
 * cursor's id, limit, offset; NULL: any */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_desc;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_asc;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_rank; /* best first */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedures_count;    /* -> n */

/* procedure_id, version, name, status, effective_date, description,
 * release_channel, project_id, content_hash, valid, tags, provenance,
 * retrieval_metadata, trigger, diagnostics, now, created_by, execution_mode,
 * search_text, metadata_text; guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_add;

/* as above, with the old content_hash in place of created_by; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_put;

/* What it is found by: procedure_id, version; and [[kind, phrase, word]] */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_words_del;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_words_add;

/* procedure_id, version, content_hash or NULL: any; guarded.  `idle`: also that
 * no run of it is active */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_del;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_procedure_del_idle;

/* --- runs (ngx_lo_sql_api_runs.c, ngx_lo_sql_api_run_list.c) ----------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_get;      /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_known;    /* run_id -> run_id */

/* run_id -> what a retry needs: procedure, doc_hash, raw inputs ... */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_origin;

/* run_id, procedure_id, procedure_version, doc_hash, status, inputs (redacted),
 * inputs (raw or NULL), trigger_type, triggered_by, project_id, case_id, now,
 * execution_mode, retry_of_run_id, created_by, seq, family, order_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_add;

/* run_id, now; guarded: not final / no cancel asked before */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_cancel;

/* run_id, now; guarded: failed or canceled */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_retry;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_pause;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_resume;

/* run_id, now: due at once */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_note;

/* --- workflows and orders (ngx_lo_sql_api_flows.c) -------------------------------- */

/* flow_id, name, definition, steps, doc_hash, now, created_by; guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_flow_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_flow_get;    /* flow_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_flows;       /* limit, offset */

/* order_id, amount, now; guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_order_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_order_get;   /* order_id */

/* order_id; guarded: it is there, and no run of it is active */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_flow_order_free;

/* order_id or NULL -> the active run of it, if any */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_flow_order_run;

/* status or NULL, order_id or NULL, limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_flow_runs;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_flow_run;    /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_flow_tasks;  /* run_id: its events */

/* --- tool servers (ngx_lo_sql_api_servers.c) ------------------------------------ */

extern const ngx_lo_stmt_t  ngx_lo_sql_api_server_get;      /* server_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_servers;     /* server_id or NULL */

/* server_id, name, base_url, protocol, secret_name, enabled, now; of `put` NULL
 * is unchanged; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_server_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_server_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_server_del;      /* guarded */

/* server_id, tools, now; server_id, why, now: how a look at them ended */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_server_tools;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_server_lost;

/* --- delegations (ngx_lo_sql_delegations.c) ------------------------------------ */

/* run_id, hash of a token -> run_status, status, ref, node_id, step_id; a row
 * for a run without such a token, too */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_delegation_get;

/* run_id, ref; guarded: open */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_delegation_answer;

/* run_id, now: due at once; `created` when it was paused for a callback */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_delegation_wake;

/* inbox rows of the run of kind callback: run_id, ref -> n not taken, status */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_delegation_taken;

/* The run list; see ngx_lo_run_filter_t in routes/.  What leads to the rows,
 * and how they come: newest first, oldest first, or as -> n. */

typedef enum {
    NGX_LO_RUNS_ANY,
    NGX_LO_RUNS_PARENT,
    NGX_LO_RUNS_CASE,
    NGX_LO_RUNS_PROJECT,
    NGX_LO_RUNS_PROCEDURE,
    NGX_LO_RUNS_STATE,
    NGX_LO_RUNS_TRIGGER,
    NGX_LO_RUNS_AMONG,          /* states */
    NGX_LO_RUNS_LIMITED,     /* projects that the reader is limited to */
    NGX_LO_RUNS_TEXT,
    NGX_LO_RUNS_N
} ngx_lo_runs_by_t;

#define NGX_LO_RUNS_COUNT  2

extern const ngx_lo_stmt_t  ngx_lo_sql_api_runs[NGX_LO_RUNS_N][3];

/* from, to: all of that time -> n, of indexes alone */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_runs_all_count;

/* --- inside of a run (ngx_lo_sql_api_events.c) ------------------------------- */

/* run_id, after event_id, types ",a,b," or NULL, node_id or NULL, limit */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_events;

/* run_id, after seq, limit -> with text payload, for streams */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_events_after;

/* run_id, event_id -> run_id, status, seq at that id, last event */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_stream_head;

extern const ngx_lo_stmt_t  ngx_lo_sql_api_checkpoints;         /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_checkpoint_get; /* run_id, id */

extern const ngx_lo_stmt_t  ngx_lo_sql_api_diag_journal;        /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_diag_words;          /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_diag_counts;         /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_diag_retries;        /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_diag_approvals;      /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_diag_calls;          /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_diag_error;          /* run_id */

/* --- artifacts (ngx_lo_sql_api_artifacts.c) ------------------------------------ */

extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifacts;       /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_get;    /* run_id, id */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_row;    /* run_id, uri */

/* run_id, uri -> run_id, status, artifact_id, mime_type, n of the run; a row
 * for a run without such an artifact, too */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_at;

/* run_id, uri, kind or NULL, name, mime_type, size_bytes, sha256, node_id,
 * step_id: those that are there; then one that is not: artifact_id, now, too */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_again;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_add;

/* artifact_id, data, now: its run hears of it, unless that is over; run_id -> n
 * not taken */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_note;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_noted;

/* run_id, artifact_id; guarded.  run_id, uri -> n rows */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_del;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_artifact_others;

/* --- approvals (ngx_lo_sql_api_approvals.c) ---------------------------------- */

/* id; also what nobody is shown: _creator of the run, _mapped, _aside */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approval_get;

/* id: one row, with a look at whether its run can read what it is told */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approval_hears;

/* status, run_id, procedure_id, projects; NULL: any; the list: and beyond which
 * created_at and id, limit, offset.  [0 any, 1 with a status, 2 with a
 * run_id][1: -> n] */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approvals[3][2];

/* approval_id, who, decision, level as it was judged; guarded: it is pending at
 * that level, its run is not over, who has not voted, and there is room */
#define NGX_LO_VOTES_MAX  "256"
extern const ngx_lo_stmt_t  ngx_lo_sql_api_vote_add;

/* approval_id, the vote as JSON; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_vote_show;

/* approval_id, status, decided_by, payload, comment, now, 1: whatever the votes
 * are; behind the vote.  Changes 1 row when that decides it */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approval_decide;

/* approval_id, kind, ref, data, now: into the inbox, if it is decided; by
 * `told`: however it stands */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approval_inbox;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approval_told;

/* approval_id, now: its run is due; `wake`: and goes on, if it is decided */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approval_wake;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approval_due;

/* approval_id, run_id, node_id, prompt, decision_type, options, context_data,
 * approval_level, now, expires_at; guarded: the run is not over, and there is
 * room */
#define NGX_LO_ASIDES_MAX  "100"
extern const ngx_lo_stmt_t  ngx_lo_sql_api_approval_add;

/* --- workers (ngx_lo_sql_workers.c) ------------------------------------------- */

/* -> owner, lease_until, is_leader, runs_active; newest heartbeat first */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_workers;

/* --- agents (ngx_lo_sql_api_agents.c) -------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_api_agent_get;           /* id, now */

/* channel, status, pool_id, now */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_agents;

/* agent_id, name, channel, base_url, concurrency_limit, resource_key, pool_id,
 * capabilities, now; guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_agent_add;

/* agent_id, name, base_url, status, concurrency_limit, pool_id, capabilities,
 * now; NULL: unchanged; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_agent_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_agent_del;           /* guarded */

/* agent_id, now, cpu, memory (numbers or NULL), status; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_agent_beat;

/* agent_id, circuit_open_at or NULL, now; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_agent_circuit;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_agent_circuits;  /* now -> name, n */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_agent_pools;         /* now */

/* --- leases (ngx_lo_sql_api_leases.c) ----------------------------------- */

/* resource_key, run_id, stale (0, 1), now, projects or NULL */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_leases;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_lease_get;           /* id, now */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_lease_run;   /* run -> 0, 1 row */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_leases_active;       /* now -> n */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_leases_within;   /* now, projects */

/* lease_id, actor, now: a note in the inbox of its run, if that is not over */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_lease_note;
extern const ngx_lo_stmt_t  ngx_lo_sql_api_lease_wake;          /* id, now */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_lease_noted; /* run -> n not taken */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_run_leases;      /* run_id, now */

/* --- audit (ngx_lo_sql_audit.c) -------------------------------------------------- */

/* category, actor, action, resource_type, resource_id, search, since, until;
 * NULL: any.  The list: and beyond which event_id, limit, offset.  [1: of one
 * resource_id][0 newest first, 1 oldest first, 2 -> n] */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_audit[2][3];
extern const ngx_lo_stmt_t  ngx_lo_sql_api_audit_last;  /* -> n: its number */

/* --- kept answers (ngx_lo_sql_idempotency.c) ------------------------------------- */

/* scope, key, body_hash, status, response, location, created_at; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_once_add;

/* scope, key, created after -> body_hash, status, response, location */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_once_get;

/* scope, key, created before: one that is too old makes room */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_once_old;

/* created before: some of those, so that they never are many */
extern const ngx_lo_stmt_t  ngx_lo_sql_api_once_age;

#endif
