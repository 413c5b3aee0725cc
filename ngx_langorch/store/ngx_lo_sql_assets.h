/*
 * Statements on what a site keeps for its procedures.  Each lives in
 * sql/assets/ngx_lo_sql_<table>.c under its name here; the comment tells its
 * parameters.  `tag` is the row's own or NULL: any.
 */

#ifndef NGX_LO_SQL_ASSETS_H
#define NGX_LO_SQL_ASSETS_H

#include "store/ngx_lo_store.h"

/* --- settings (ngx_lo_sql_settings.c) ---------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_settings;
extern const ngx_lo_stmt_t  ngx_lo_sql_numbers;         /* -> kept, n */
/* key, value, now, who */
extern const ngx_lo_stmt_t  ngx_lo_sql_setting_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_setting_del;     /* key */
/* secret's name, or NULL: the one that was set -> name, known:b */
extern const ngx_lo_stmt_t  ngx_lo_sql_setting_key;
/* secret_id, name, sealed, key_id, actor, now; and removed again: name */
extern const ngx_lo_stmt_t  ngx_lo_sql_setting_secret;
extern const ngx_lo_stmt_t  ngx_lo_sql_setting_unkey;

/* --- projects (ngx_lo_sql_projects.c) ---------------------------------------- */

/* limit, offset, those that the reader is limited to or NULL */
extern const ngx_lo_stmt_t  ngx_lo_sql_projects;
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

/* --- secrets (ngx_lo_sql_secrets.c) -------------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_secrets;         /* limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_secret_get;      /* name */

/* secret_id, name, description, provider_hint, tags, sealed, key_id (both or
 * neither NULL), created_by, now; guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_secret_add;

/* name, description, 1: that is new, provider_hint, tags, sealed (NULL:
 * unchanged, each of them), key_id, now, tag; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_secret_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_secret_del;  /* name, tag; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_secret_unused;   /* name */

/* key_id -> n: sealed under others */
extern const ngx_lo_stmt_t  ngx_lo_sql_secrets_foreign;
extern const ngx_lo_stmt_t  ngx_lo_sql_secrets_there;   /* all, without texts */

/* names, a list -> their sealed texts */
extern const ngx_lo_stmt_t  ngx_lo_sql_secrets_named;

/* name, now; name, procedure_id, now */
extern const ngx_lo_stmt_t  ngx_lo_sql_secret_used;
extern const ngx_lo_stmt_t  ngx_lo_sql_secret_user;

/* run_id: a row while the run is not over */
extern const ngx_lo_stmt_t  ngx_lo_sql_grant_run;

/* --- prompts (ngx_lo_sql_prompts.c) ---------------------------------------------- */

/* LIKE or NULL, tag or NULL, limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompts;

/* name, version or NGX_LO_NULL: the one that its name means */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_get;

/* name, limit, offset */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_versions;

/* name, description, tags, now; guarded: new.  Then its first version */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_add;

/* name, tag (there is one), description, tags, now; guarded.  Then: */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_put;

/* name, body, created_by, now: it is of the number that the prompt says */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_version_add;

/* name, version, now, tag; guarded: both are there */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_activate;

extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_del;  /* name, tag; guarded */

/* name, label; label NULL: all of them */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_labels;

/* name, label: as prompt_get */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_labelled;

/* name, tag (NULL: whatever it is), now; guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_touch;

/* name, label, version, by, now; guarded: the version is there */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_label_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_label_del;    /* name, label */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_label_user;   /* name, label */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_labels_del;   /* name */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_versions_del;     /* name */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompt_user;     /* name */
extern const ngx_lo_stmt_t  ngx_lo_sql_prompts_there;   /* name, versions */

/* --- models (ngx_lo_sql_llm.c) ----------------------------------------------------- */

extern const ngx_lo_stmt_t  ngx_lo_sql_llm_profiles;        /* all of them */
extern const ngx_lo_stmt_t  ngx_lo_sql_llm_profile_get;     /* name */

/* name, body, now; guarded: new */
extern const ngx_lo_stmt_t  ngx_lo_sql_llm_profile_add;

/* name, body, now, tag (there is one); guarded */
extern const ngx_lo_stmt_t  ngx_lo_sql_llm_profile_put;
extern const ngx_lo_stmt_t  ngx_lo_sql_llm_profile_del; /* name, tag; guarded */

/* name, now: all others are no default */
extern const ngx_lo_stmt_t  ngx_lo_sql_llm_profiles_plain;

/* from, to, "model", "profile" ..., projects or NULL: all */
extern const ngx_lo_stmt_t  ngx_lo_sql_llm_usage;

/* --- budgets (ngx_lo_sql_budgets.c) ------------------------------------------------ */

/*
 * All of a reservation, each with key, runs.id, profile (or NULL), billionths
 * of a US dollar, 1: somebody allowed more, now, "2024-02-17", "2024-02".  Rows
 * of RESERVE_TOLD {budget, scope, subject, spent_usd, limit_usd, over, ask,
 * warn}, what is against it first; one is over: nothing was reserved.
 */
#define NGX_LO_SQL_RESERVE       7
#define NGX_LO_SQL_RESERVE_TOLD  5
extern const ngx_lo_stmt_t  ngx_lo_sql_budget_reserve[NGX_LO_SQL_RESERVE];

/* key, what it came to */
extern const ngx_lo_stmt_t  ngx_lo_sql_budget_settle[2];

/* NULL, day, month, projects: of those and of their procedures; NULL: all */
extern const ngx_lo_stmt_t  ngx_lo_sql_budgets;
extern const ngx_lo_stmt_t  ngx_lo_sql_budget_get;  /* name, day, month */
extern const ngx_lo_stmt_t  ngx_lo_sql_budgets_any; /* a row: there is one */

/* name, scope, target, period, limit, stop (NGX_LO_NULL), warn, ask, enabled,
 * description, now; guarded: not too many */
extern const ngx_lo_stmt_t  ngx_lo_sql_budget_put;

/* name; the first is guarded: it is there */
#define NGX_LO_SQL_BUDGET_DEL  3
extern const ngx_lo_stmt_t  ngx_lo_sql_budget_del[NGX_LO_SQL_BUDGET_DEL];

#endif
