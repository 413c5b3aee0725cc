/*
 * Statements on what a site keeps for its procedures.  Each lives in
 * sql/assets/ngx_lo_sql_<table>.c under its name here; the comment tells its
 * parameters.  `tag` is the row's own or NULL: any.
 */

#ifndef NGX_LO_SQL_ASSETS_H
#define NGX_LO_SQL_ASSETS_H

#include "store/ngx_lo_store.h"

/* --- projects (ngx_lo_sql_projects.c) ---------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_projects;        /* limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_project_get;     /* project_id */

/* project_id, name, description, now */
extern const ngx_lo_stmt_t  ngx_lo_sql_project_add;

/* project_id, name or NULL: unchanged, description, 1: that is new, now, tag;
 * guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_project_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_project_del;     /* id, tag; guarded */

/* project_id, at most n; project_id */
extern const ngx_lo_stmt_t  ngx_lo_sql_project_runs_leave;
extern const ngx_lo_stmt_t  ngx_lo_sql_project_procedures_leave;

/* project_id, days, created from */
extern const ngx_lo_stmt_t  ngx_lo_sql_project_cost;

#endif
