/*
 * Statements on who may ask: tokens, users, sessions.  Each lives in
 * sql/identity/ngx_lo_sql_<table>.c under its name here; the comment tells its
 * parameters.
 */

#ifndef NGX_LO_SQL_IDENTITY_H
#define NGX_LO_SQL_IDENTITY_H

#include "store/ngx_lo_store.h"

/* --- tokens (ngx_lo_sql_tokens.c) --------------------------------------------- */

/* hash, NULL -> token_id, identity, role, expires_at, last_used_at, hash,
 * user_role, user_active (NULL: no user has that name) */
extern const ngx_lo_stmt_t  ngx_lo_sql_token_found;

/* token_id, hash, name, prefix, role, identity, created_by, now, expires_at,
 * at most n that are not over; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_token_add;
extern const ngx_lo_stmt_t  ngx_lo_sql_token_get;       /* token_id */

/* identity or NULL: everybody's, limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_tokens;

/* token_id, identity or NULL: anybody's; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_token_del;
extern const ngx_lo_stmt_t  ngx_lo_sql_tokens_old;      /* over before */

/* token_id, now, not again after */
extern const ngx_lo_stmt_t  ngx_lo_sql_token_used;

/* --- users (ngx_lo_sql_users.c) ------------------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_user_named;      /* username */

#endif
