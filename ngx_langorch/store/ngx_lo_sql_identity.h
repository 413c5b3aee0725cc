/*
 * Statements on who may ask: tokens, users, sessions.  Each lives in
 * sql/identity/ngx_lo_sql_<table>.c under its name here; the comment tells its
 * parameters.
 */

#ifndef NGX_LO_SQL_IDENTITY_H
#define NGX_LO_SQL_IDENTITY_H

#include "store/ngx_lo_store.h"

/* --- tokens (ngx_lo_sql_tokens.c) --------------------------------------------- */

/* hash, NULL -> token_id, identity, role, projects, expires_at, last_used_at,
 * hash, user_role, user_projects, user_active (NULL: no user has that name) */
extern const ngx_lo_stmt_t  ngx_lo_sql_token_found;

/* token_id, hash, name, prefix, role, identity, created_by, now, expires_at,
 * at most n that are not over, projects or NULL; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_token_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_token_get;       /* token_id */

/* identity or NULL: everybody's, limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_tokens;

/* token_id, identity or NULL: anybody's; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_token_del;
extern const ngx_lo_stmt_t  ngx_lo_sql_tokens_old;      /* over before */

/* token_id, now, not again after */
extern const ngx_lo_stmt_t  ngx_lo_sql_token_used;

/* --- sessions (ngx_lo_sql_sessions.c) -------------------------------------------- */

/* jti, username -> ended, user_id, role, projects, is_active (NULL: no such
 * user), sessions_from: the second before which one of his sessions is over */
extern const ngx_lo_stmt_t  ngx_lo_sql_session_found;
extern const ngx_lo_stmt_t  ngx_lo_sql_session_end;     /* jti, until */
extern const ngx_lo_stmt_t  ngx_lo_sql_session_old;     /* before */

/* --- users (ngx_lo_sql_users.c) ------------------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_user_named;      /* username */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_login;      /* username */
extern const ngx_lo_stmt_t  ngx_lo_sql_users;           /* limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_get;        /* user_id */

/* username or NULL, email or NULL, user_id that may have it -> name: 1, the
 * username is taken; 0, the address */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_taken;

/* user_id, username, email, full_name, role, password, now, projects or NULL;
 * guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_add;

/* user_id, username, password, now; guarded: there is no administrator of the
 * whole site */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_first;

/* user_id, username, role, provider, now, 1: somebody says his projects, those
 * or NULL: new, or what somebody else says of him by now; the last
 * administrator stays one */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_sso;

/* user_id, 1: he is to be no active administrator of the whole site; guarded:
 * another one is */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_not_last;

/* user_id, 1: the full name is new, full_name, email, role, is_active, password
 * (NULL: as it was), now, tag or NULL, 1: projects are new, those or NULL;
 * guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_put;

/* user_id, password, the one before, now; guarded.  Sessions from before now
 * (of user_put, too) are over. */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_password;
extern const ngx_lo_stmt_t  ngx_lo_sql_user_del;        /* id, tag; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_user_tokens_del; /* username */

/* --- the projects of somebody (ngx_lo_sql_within.c) ------------------------------ */

/* What it is, a list of projects -> a row: it lies in one of them.  run_id;
 * procedure_id: all its versions do; approval_id; runs.id */
extern const ngx_lo_stmt_t  ngx_lo_sql_within_run;
extern const ngx_lo_stmt_t  ngx_lo_sql_within_procedure;
extern const ngx_lo_stmt_t  ngx_lo_sql_within_approval;
extern const ngx_lo_stmt_t  ngx_lo_sql_within_lease;

/* procedure_id, a list or NULL -> a row: there is a version outside of it; the
 * same where a version is written; guarded: there is none */
extern const ngx_lo_stmt_t  ngx_lo_sql_within_name;
extern const ngx_lo_stmt_t  ngx_lo_sql_within_free;

/* a list or NULL; guarded: there are such projects */
extern const ngx_lo_stmt_t  ngx_lo_sql_within_known;

/* --- links and deputies (ngx_lo_sql_links.c) ------------------------------------ */

#define NGX_LO_LINKS_MAX     "50"       /* of a question, that can be used */
#define NGX_LO_DEPUTIES_MAX  "20"       /* of one, that are not over */

/* link_id, hash, approval_id, identity, role, groups or NULL, shown_hash,
 * created_by, now, expires_at; guarded: it is pending, and there is room */
extern const ngx_lo_stmt_t  ngx_lo_sql_link_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_links_old;       /* over before */

/* hash -> what was put in, used_at, user_role, user_active (NULL: no user; 0
 * also where the question is of none of his projects) */
extern const ngx_lo_stmt_t  ngx_lo_sql_link_get;
extern const ngx_lo_stmt_t  ngx_lo_sql_link_use;        /* hash, now; guarded */

/* approval_id, identity or NULL: anybody's, now: they can be used no more */
extern const ngx_lo_stmt_t  ngx_lo_sql_links_end;

/* deputy, now -> who, groups: for whom he may answer */
extern const ngx_lo_stmt_t  ngx_lo_sql_deputy_of;

/* one of both or NULL: everybody's, now */
extern const ngx_lo_stmt_t  ngx_lo_sql_deputies;
extern const ngx_lo_stmt_t  ngx_lo_sql_deputy_get;      /* deputy_id */

/* deputy_id, who, deputy, groups or NULL, from, until, reason, created_by, now;
 * guarded: there is room */
extern const ngx_lo_stmt_t  ngx_lo_sql_deputy_add;

/* deputy_id, one of both or NULL: anybody's; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_deputy_del;
extern const ngx_lo_stmt_t  ngx_lo_sql_deputies_old;    /* over before */

#endif
