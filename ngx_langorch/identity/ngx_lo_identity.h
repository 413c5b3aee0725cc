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

/* One entry of the audit.  `meta` is stolen, NULL: none. */
ngx_int_t ngx_lo_identity_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *category, const char *action, const char *description,
    const char *id, json_t *meta);

#endif
