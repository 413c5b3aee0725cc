/*
 * Who may ask, as the API shows and changes it: tokens, users, sessions
 * (spec/api.md 15).
 */

#ifndef NGX_LO_IDENTITY_H
#define NGX_LO_IDENTITY_H

#include "api/ngx_lo_api.h"

/* Both of them, of every route of this room. */
typedef ngx_int_t ngx_lo_identity_stage_t(ngx_lo_api_t *api,
    ngx_lo_job_t *job);

/* ngx_lo_tokens.c */
ngx_lo_identity_stage_t  ngx_lo_tokens_list_prepare;
ngx_lo_identity_stage_t  ngx_lo_tokens_list_render;
ngx_lo_identity_stage_t  ngx_lo_tokens_create_prepare;
ngx_lo_identity_stage_t  ngx_lo_tokens_create_render;
ngx_lo_identity_stage_t  ngx_lo_tokens_delete_prepare;
ngx_lo_identity_stage_t  ngx_lo_tokens_delete_render;

/* ngx_lo_me.c */
ngx_lo_identity_stage_t  ngx_lo_me_prepare;
ngx_lo_identity_stage_t  ngx_lo_me_render;

/* ngx_lo_login.c */
ngx_lo_identity_stage_t  ngx_lo_login_prepare;
ngx_lo_identity_stage_t  ngx_lo_login_render;
ngx_lo_identity_stage_t  ngx_lo_logout_prepare;
ngx_lo_identity_stage_t  ngx_lo_logout_render;

/* ngx_lo_own_password.c */
ngx_lo_identity_stage_t  ngx_lo_own_password_prepare;
ngx_lo_identity_stage_t  ngx_lo_own_password_render;

/* ngx_lo_users.c */
ngx_lo_identity_stage_t  ngx_lo_users_list_prepare;
ngx_lo_identity_stage_t  ngx_lo_users_list_render;
ngx_lo_identity_stage_t  ngx_lo_users_create_prepare;
ngx_lo_identity_stage_t  ngx_lo_users_create_render;
ngx_lo_identity_stage_t  ngx_lo_users_get_prepare;
ngx_lo_identity_stage_t  ngx_lo_users_get_render;
ngx_lo_identity_stage_t  ngx_lo_users_put_prepare;
ngx_lo_identity_stage_t  ngx_lo_users_put_render;
ngx_lo_identity_stage_t  ngx_lo_users_delete_prepare;
ngx_lo_identity_stage_t  ngx_lo_users_delete_render;

/* ngx_lo_sso.c */
ngx_lo_identity_stage_t  ngx_lo_sso_status_render;
ngx_lo_identity_stage_t  ngx_lo_sso_login_render;
ngx_lo_identity_stage_t  ngx_lo_sso_callback_prepare;
ngx_lo_identity_stage_t  ngx_lo_sso_callback_render;

/* --- what they share ----------------------------------------------------------- */

#define NGX_LO_USER_NAME  128           /* bytes */

/* An entry of the audit as the template has it, about `id`.  `meta` is stolen,
 * NULL: none. */
ngx_int_t ngx_lo_identity_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_trail_t *of, const char *id, json_t *meta);

/* Too many passwords are with threads: looks again in a moment, or has waited
 * long enough, 503. */
ngx_int_t ngx_lo_identity_wait(ngx_lo_api_t *api, ngx_lo_resume_pt again);

/* Tries at a password (ngx_lo_attempts.c): at a login, and of a user who has a
 * session at his own.  NGX_OK, or NGX_DONE, 429. */
ngx_int_t ngx_lo_attempts_login(ngx_lo_api_t *api, const char *username);
ngx_int_t ngx_lo_attempts_own(ngx_lo_api_t *api, const char *username);

/* It was the password: what the login took of the name's tries is given
 * back. */
void ngx_lo_attempts_good(ngx_lo_api_t *api, const char *username);

/* The answer's browser is one that this user came in with. */
ngx_int_t ngx_lo_attempts_known(ngx_lo_api_t *api, const char *username);

/* Looks at the member `password`, a new one, and leaves it in the body until it
 * is hashed. */
void ngx_lo_identity_password(ngx_lo_api_t *api, ngx_uint_t required);

/* The member `projects`, each once; NULL: it is absent or null.  What is wrong
 * with it is recorded.  And the answer where one of them is no project. */
const json_t *ngx_lo_identity_projects(ngx_lo_api_t *api);
ngx_int_t ngx_lo_identity_projects_unknown(ngx_lo_api_t *api);

/* The answer with a new session of the user, the row of
 * ngx_lo_sql_user_login. */
ngx_int_t ngx_lo_identity_begun(ngx_lo_api_t *api, const char *username,
    const json_t *user);

/* The answer of a site that cannot sign sessions. */
ngx_int_t ngx_lo_identity_keyless(ngx_lo_api_t *api);

/* A session of the user, the row of ngx_lo_sql_user_login: its token is
 * appended and is in the answer's cookie.  Whatever comes of it, the text is
 * wiped and freed by ngx_lo_identity_wipe. */
ngx_int_t ngx_lo_identity_session(ngx_lo_api_t *api, const char *username,
    const json_t *user, ckp_buf_t *token);
void ngx_lo_identity_wipe(ckp_buf_t *token);

/* Single sign-on (ngx_lo_sso.c, ngx_lo_oidc.c).  To an address, which is
 * copied: 302.  A session for the user, a row as above, and on to a path of
 * this site (NULL: the console). */
ngx_int_t ngx_lo_sso_to(ngx_lo_api_t *api, const char *url);
ngx_int_t ngx_lo_sso_enter(ngx_lo_api_t *api, const json_t *user,
    const char *to);

/* Where langorch_oidc is given: out to the provider, to come back to `from`
 * (NULL: the console); and back. */
ngx_int_t ngx_lo_oidc_login(ngx_lo_api_t *api, const char *from);
ngx_int_t ngx_lo_oidc_callback(ngx_lo_api_t *api, const char *code,
    const char *state);

/* 1: browsers reach the site over TLS, so a cookie is for that alone. */
ngx_uint_t ngx_lo_identity_is_secure(ngx_lo_api_t *api);

/* The cookie with a token, for so many seconds. */
ngx_int_t ngx_lo_identity_cookie(ngx_lo_api_t *api, const char *token,
    ngx_uint_t age);

#endif
