/*
 * What a site keeps for its procedures: projects, secrets, profiles of models,
 * prompts.  Each has a file of routes here; this is what they share.
 *
 * Their rows have a member `_tag`, which grows with each change and is never
 * shown: it is the ETag (spec/api.md 1.10).
 */

#ifndef NGX_LO_ASSET_H
#define NGX_LO_ASSET_H

#include "api/ngx_lo_api.h"

/* Both of them, of every route of this room. */
typedef ngx_int_t ngx_lo_asset_stage_t(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* ngx_lo_projects.c */
ngx_lo_asset_stage_t  ngx_lo_projects_list_prepare;
ngx_lo_asset_stage_t  ngx_lo_projects_list_render;
ngx_lo_asset_stage_t  ngx_lo_projects_create_prepare;
ngx_lo_asset_stage_t  ngx_lo_projects_create_render;
ngx_lo_asset_stage_t  ngx_lo_projects_get_prepare;
ngx_lo_asset_stage_t  ngx_lo_projects_get_render;
ngx_lo_asset_stage_t  ngx_lo_projects_put_prepare;
ngx_lo_asset_stage_t  ngx_lo_projects_put_render;
ngx_lo_asset_stage_t  ngx_lo_projects_delete_prepare;
ngx_lo_asset_stage_t  ngx_lo_projects_delete_render;
ngx_lo_asset_stage_t  ngx_lo_projects_cost_prepare;
ngx_lo_asset_stage_t  ngx_lo_projects_cost_render;

/* ngx_lo_secrets.c */
ngx_lo_asset_stage_t  ngx_lo_secrets_list_prepare;
ngx_lo_asset_stage_t  ngx_lo_secrets_list_render;
ngx_lo_asset_stage_t  ngx_lo_secrets_providers_prepare;
ngx_lo_asset_stage_t  ngx_lo_secrets_providers_render;
ngx_lo_asset_stage_t  ngx_lo_secrets_create_prepare;
ngx_lo_asset_stage_t  ngx_lo_secrets_create_render;
ngx_lo_asset_stage_t  ngx_lo_secrets_get_prepare;
ngx_lo_asset_stage_t  ngx_lo_secrets_get_render;
ngx_lo_asset_stage_t  ngx_lo_secrets_put_prepare;
ngx_lo_asset_stage_t  ngx_lo_secrets_put_render;
ngx_lo_asset_stage_t  ngx_lo_secrets_delete_prepare;
ngx_lo_asset_stage_t  ngx_lo_secrets_delete_render;

/* 503: there is no key to seal values with. */
ngx_int_t ngx_lo_secret_locked(ngx_lo_api_t *api);

/* ngx_lo_credentials.c */
ngx_lo_asset_stage_t  ngx_lo_credentials_prepare;
ngx_lo_asset_stage_t  ngx_lo_credentials_render;

/* ngx_lo_prompts.c */
ngx_lo_asset_stage_t  ngx_lo_prompts_list_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompts_list_render;
ngx_lo_asset_stage_t  ngx_lo_prompts_create_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompts_create_render;
ngx_lo_asset_stage_t  ngx_lo_prompts_get_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompts_get_render;
ngx_lo_asset_stage_t  ngx_lo_prompts_put_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompts_put_render;
ngx_lo_asset_stage_t  ngx_lo_prompts_delete_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompts_delete_render;
ngx_lo_asset_stage_t  ngx_lo_prompts_versions_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompts_versions_render;
ngx_lo_asset_stage_t  ngx_lo_prompts_activate_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompts_activate_render;

/* ngx_lo_prompt_labels.c */
ngx_lo_asset_stage_t  ngx_lo_prompt_labels_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompt_labels_render;
ngx_lo_asset_stage_t  ngx_lo_prompt_label_put_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompt_label_put_render;
ngx_lo_asset_stage_t  ngx_lo_prompt_label_delete_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompt_label_delete_render;

/* ngx_lo_prompt_show.c */
ngx_lo_asset_stage_t  ngx_lo_prompts_render_prepare;
ngx_lo_asset_stage_t  ngx_lo_prompts_render_render;

/* Whether the prompt of the body compiles; otherwise it is recorded what is
 * wrong with it, or NGX_ERROR: no memory. */
ngx_int_t ngx_lo_prompt_check(ngx_lo_api_t *api, const json_t *prompt);

/* The row of ngx_lo_sql_prompt_get as it is shown: new reference. */
json_t *ngx_lo_prompt_shown(const json_t *row);
ngx_int_t ngx_lo_prompt_404(ngx_lo_api_t *api);

/* What somebody else changed meanwhile: 412 with If-Match, else 409. */
ngx_int_t ngx_lo_prompt_lost(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* The audit row of what a prompt means; versions: 0 is none. */
typedef struct {
    const char  *name;
    const char  *label;             /* that was moved; NULL: none */
    const char  *action;
    const char  *description;
    int64_t      from;
    int64_t      to;
} ngx_lo_prompt_move_t;

ngx_int_t ngx_lo_prompt_moved(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_prompt_move_t *move);

/* ngx_lo_profiles.c, ngx_lo_profile_test.c */
ngx_lo_asset_stage_t  ngx_lo_profiles_list_prepare;
ngx_lo_asset_stage_t  ngx_lo_profiles_list_render;
ngx_lo_asset_stage_t  ngx_lo_profiles_create_prepare;
ngx_lo_asset_stage_t  ngx_lo_profiles_create_render;
ngx_lo_asset_stage_t  ngx_lo_profiles_get_prepare;
ngx_lo_asset_stage_t  ngx_lo_profiles_get_render;
ngx_lo_asset_stage_t  ngx_lo_profiles_put_prepare;
ngx_lo_asset_stage_t  ngx_lo_profiles_put_render;
ngx_lo_asset_stage_t  ngx_lo_profiles_delete_prepare;
ngx_lo_asset_stage_t  ngx_lo_profiles_delete_render;
ngx_lo_asset_stage_t  ngx_lo_profiles_test_prepare;
ngx_lo_asset_stage_t  ngx_lo_profiles_test_render;
ngx_lo_asset_stage_t  ngx_lo_config_llm_prepare;
ngx_lo_asset_stage_t  ngx_lo_config_llm_render;

/* ngx_lo_config.c, ngx_lo_config_patch.c */
ngx_lo_asset_stage_t  ngx_lo_config_get_prepare;
ngx_lo_asset_stage_t  ngx_lo_config_get_render;
ngx_lo_asset_stage_t  ngx_lo_config_patch_prepare;
ngx_lo_asset_stage_t  ngx_lo_config_patch_render;

/* Adds two statements, and makes of their rows, the first of which is `first`,
 * what GET shows: new value, NULL: no memory. */
ngx_int_t ngx_lo_config_read(ngx_lo_job_t *job);
json_t *ngx_lo_config_json(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t first);

/* 1: a directive names the secret that is the key of the site's model. */
ngx_uint_t ngx_lo_config_key_fixed(void);

/* What a setting is, by the rows of ngx_lo_sql_settings: new value. */
json_t *ngx_lo_config_value(const char *key, const json_t *rows);

/* ngx_lo_config_test.c */
ngx_lo_asset_stage_t  ngx_lo_config_alert_prepare;
ngx_lo_asset_stage_t  ngx_lo_config_alert_render;

/* ngx_lo_budgets.c */
ngx_lo_asset_stage_t  ngx_lo_budgets_list_prepare;
ngx_lo_asset_stage_t  ngx_lo_budgets_list_render;
ngx_lo_asset_stage_t  ngx_lo_budgets_put_prepare;
ngx_lo_asset_stage_t  ngx_lo_budgets_put_render;
ngx_lo_asset_stage_t  ngx_lo_budgets_delete_prepare;
ngx_lo_asset_stage_t  ngx_lo_budgets_delete_render;

/* ngx_lo_costs.c */
ngx_lo_asset_stage_t  ngx_lo_costs_prepare;
ngx_lo_asset_stage_t  ngx_lo_costs_render;

/* ngx_lo_usage.c */
ngx_lo_asset_stage_t  ngx_lo_usage_prepare;
ngx_lo_asset_stage_t  ngx_lo_usage_render;

/* The answer for a project that is not there. */
ngx_int_t ngx_lo_project_404(ngx_lo_api_t *api);

/* --- what they share (ngx_lo_asset.c) --------------------------------------- */

/*
 * The answer that shows the row, without `_tag` and with its ETag; 304 for a
 * GET that has it.  `shown` is stolen; NULL: a copy of the row.
 */
ngx_int_t ngx_lo_asset_answer(ngx_lo_api_t *api, ngx_uint_t status,
    const json_t *row, json_t *shown);

/* All rows, each without `_tag`.  `rows` is stolen. */
ngx_int_t ngx_lo_asset_list(ngx_lo_api_t *api, json_t *rows);

/* NGX_OK, or NGX_DONE: If-Match does not have the row's tag, 412. */
ngx_int_t ngx_lo_asset_match(ngx_lo_api_t *api, const json_t *row);

/* The same when it was found with the change itself. */
ngx_int_t ngx_lo_asset_412(ngx_lo_api_t *api);

/* For a change that is guarded by the tag the row had: nothing but If-Match
 * makes it a condition.  NULL: there is none. */
const char *ngx_lo_asset_guard(ngx_lo_api_t *api, const json_t *row);

/* The audit row; `meta` is stolen, NULL: none. */
ngx_int_t ngx_lo_asset_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *category, const char *id, json_t *meta);

/* The member is there, null or not. */
ngx_uint_t ngx_lo_asset_says(const ngx_lo_api_t *api, const char *name);

/* Overwrites a text of the body, and the bytes that the body came in. */
void ngx_lo_asset_wipe(ngx_lo_api_t *api, const char *name);

/* An array of texts of at most `bytes` each, at most `n`; NULL: absent, or none
 * of that kind, which is recorded. */
const json_t *ngx_lo_asset_texts(ngx_lo_api_t *api, const char *name, size_t n,
    size_t bytes);

#endif
