/*
 * Statements of agent workflows (spec/api.md 18); each lives in
 * sql/graph/ngx_lo_sql_<table>.c, and the comment tells its parameters.
 */

#ifndef NGX_LO_SQL_GRAPH_H
#define NGX_LO_SQL_GRAPH_H

#include "store/ngx_lo_store.h"

/* --- graphs (ngx_lo_sql_graphs.c) ------------------------------------------- */

/* graph_id, name, description, owner_id, organization_id, is_template,
 * is_public, is_active, timeout_seconds, max_retries, on_error, scheduling,
 * tags, metadata, now; guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_add;

/* as above, with the version in place of owner_id, and the rev it was read
 * with; guarded: nobody changed it since */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_put;

/* graph_id, version, nodes, edges, levels, doc_hash, how many nodes, edges,
 * now, who; guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_version_add;

/* graph_id, version or NULL: newest, who, the groups of who, now */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_get;
extern const ngx_lo_stmt_t  ngx_lo_sql_graphs;          /* see there */

/* graph_id, now, also with active runs (0, 1); guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_del;
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_versions;  /* graph_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_grants;    /* graph_id */

/* grant_id, graph_id, user_id, organization_id, permission, granted_by, now,
 * expires_at, how many at most; guarded: there is room */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_grant_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_grant_del; /* ids; guarded */

/* --- runs (ngx_lo_sql_graph_runs.c) ------------------------------------------ */

extern const ngx_lo_stmt_t  ngx_lo_sql_graph_run;       /* run_id, who,
                                                            groups, now */

/* graph_id, who, groups, now, status, limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_runs;

/* run_id, after seq, limit */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_events;
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_tasks;     /* run_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_last;      /* run_id: {seq} */

/* --- templates (ngx_lo_sql_graph_templates.c) -------------------------------- */

/* template_id, name, description, category, icon, example_input,
 * example_output, required_capabilities, [estimated_cost,
 * estimated_duration_seconds], is_official, created_by, now, template_data;
 * guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_template_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_template;  /* template_id */

/* category, is_official, limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_templates;

/* template_id: one use more */
extern const ngx_lo_stmt_t  ngx_lo_sql_graph_template_used;

#endif
