/*
 * Statements on drafts and releases of procedures.  Each lives in
 * sql/proc/ngx_lo_sql_<table>.c under its name here; the comment tells its
 * parameters.
 */

#ifndef NGX_LO_SQL_PROC_H
#define NGX_LO_SQL_PROC_H

#include "store/ngx_lo_store.h"

/* procedures.id: of a version that is gone */
extern const ngx_lo_stmt_t  ngx_lo_sql_procedure_words_gone;

/* --- drafts (ngx_lo_sql_drafts.c) --------------------------------------------- */

/* procedure_id, version -> _id (procedures.id), draft, updated_at, _tag */
extern const ngx_lo_stmt_t  ngx_lo_sql_draft_get;

/* procedures.id, body, tag, now; guarded: the version is there */
extern const ngx_lo_stmt_t  ngx_lo_sql_draft_put;

/* procedures.id, tag ("none": of no draft); guarded: it is still this one */
extern const ngx_lo_stmt_t  ngx_lo_sql_draft_same;
extern const ngx_lo_stmt_t  ngx_lo_sql_draft_del;       /* procedures.id */

/* --- releases (ngx_lo_sql_releases.c) ---------------------------------------- */

/* procedure_id, channel, version -> other active ones there, newest first */
extern const ngx_lo_stmt_t  ngx_lo_sql_release_active;

/* procedure_id, version, old content_hash, new content_hash, status, channel,
 * promoted_from_version, promoted_at, promoted_by, now; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_release_put;

/* procedure_id, version, old content_hash, new content_hash, status, now;
 * guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_release_status;

/* procedure_id, channel, version; guarded: no other one is active there */
extern const ngx_lo_stmt_t  ngx_lo_sql_release_alone;

/* procedure_id, channel, status: what the deployment that counted is now */
extern const ngx_lo_stmt_t  ngx_lo_sql_deployment_old;

/* deployment_id, procedure_id, action, target_channel, deployed_version,
 * replaced_version, deployed_by, deployed_at, reason */
extern const ngx_lo_stmt_t  ngx_lo_sql_deployment_add;

/* procedure_id, limit, offset: newest first */
extern const ngx_lo_stmt_t  ngx_lo_sql_deployments;

#endif
