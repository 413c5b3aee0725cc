/*
 * API tokens: made, listed, revoked (spec/api.md 15.4).  The token itself is in
 * one answer and nowhere else.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_identity.h"
#include "store/ngx_lo_sql_identity.h"
#include "wire/projects.h"

#define NGX_LO_TOKEN_NAME   128
#define NGX_LO_TOKEN_MOST   100         /* of one identity, that are not over */
#define NGX_LO_TOKEN_ROLES  "viewer|approver|operator|manager|admin"
#define NGX_LO_DAY_MS       86400000


typedef struct {
    char         id[37];
    char         text[NGX_LO_TOKEN_LEN + 1];
    char         hash[2 * CKP_SHA256_LEN + 1];
    char         prefix[NGX_LO_TOKEN_PREFIX + 1];
    const char  *name;
    const char  *role;
    const char  *identity;
    int64_t      expires_at;
    const json_t  *said;                /* projects; NULL: not said */
    const json_t  *projects;            /* that it has; NULL: the whole site */
} ngx_lo_token_made_t;


static ngx_int_t ngx_lo_token_read(ngx_lo_api_t *api, ngx_lo_token_made_t *t);
static ngx_int_t ngx_lo_token_may(ngx_lo_api_t *api, ngx_lo_token_made_t *t);
static ngx_int_t ngx_lo_token_within(ngx_lo_api_t *api,
    ngx_lo_token_made_t *t);
static ngx_int_t ngx_lo_token_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_token_404(ngx_lo_api_t *api, ngx_lo_job_t *job);


static const ngx_lo_trail_t  ngx_lo_token_trails[] = {
    { .category = "auth", .action = "token_create", .resource_type = "token",
      .description = "A token was made" },
    { .category = "auth", .action = "token_revoke", .resource_type = "token",
      .description = "A token was revoked" }
};


/* --- shown ------------------------------------------------------------------- */


/* NULL: everybody's. */

static const char *
ngx_lo_tokens_whose(ngx_lo_api_t *api)
{
    return ngx_lo_api_governs(api) ? NULL : api->actor;
}


ngx_int_t
ngx_lo_tokens_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  limit, offset;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_tokens, ngx_lo_tokens_whose(api),
                          limit, offset);
}


ngx_int_t
ngx_lo_tokens_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


/* --- made -------------------------------------------------------------------- */


static ngx_int_t
ngx_lo_token_read(ngx_lo_api_t *api, ngx_lo_token_made_t *t)
{
    int64_t    days;
    ngx_str_t  whose;

    t->name = ngx_lo_input_str(api, "name", NGX_LO_REQUIRED,
                               NGX_LO_TOKEN_NAME);
    t->role = ngx_lo_input_word(api, "role", NGX_LO_TOKEN_ROLES);
    t->identity = ngx_lo_input_str(api, "identity", NGX_LO_OPTIONAL,
                                   NGX_LO_WHO_MAX);
    days = ngx_lo_input_int(api, "expires_in_days", 1, 365, 90);
    t->said = ngx_lo_identity_projects(api);

    if (t->identity != NULL) {
        whose.data = (u_char *) t->identity;
        whose.len = ngx_strlen(t->identity);

        if (whose.len == 0 || !ngx_lo_who_is_name(&whose)) {
            ngx_lo_input_wrong(api, "body", "identity", "value_error",
                               "Must be a name that a caller can have");
        }
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    t->expires_at = api->now_ms + days * NGX_LO_DAY_MS;

    return ngx_lo_token_may(api, t);
}


/* For oneself, and not with more than one has. */

static ngx_int_t
ngx_lo_token_may(ngx_lo_api_t *api, ngx_lo_token_made_t *t)
{
    ngx_uint_t  role;

    if (t->identity == NULL) {
        t->identity = api->actor;

    } else if (!ngx_lo_api_governs(api)
               && ngx_strcmp(t->identity, api->actor) != 0)
    {
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "Role 'admin' or higher is required");
    }

    if (t->role == NULL) {
        t->role = ngx_lo_role_name(api->who.role);
        return ngx_lo_token_within(api, t);
    }

    role = ngx_lo_role_of(t->role, ngx_strlen(t->role));

    return ngx_lo_who_is(&api->who, role) ? ngx_lo_token_within(api, t)
           : ngx_lo_api_problem(api, 403, "forbidden",
                                "Role '%s' or higher is required", t->role);
}


/* Nor for other projects than one's own. */

static ngx_int_t
ngx_lo_token_within(ngx_lo_api_t *api, ngx_lo_token_made_t *t)
{
    t->projects = t->said ? t->said : api->who.projects;

    if (ckp_projects_within(t->projects, api->who.projects)) {
        return NGX_OK;
    }

    ngx_lo_input_wrong(api, "body", "projects", "scope",
                       "Has one that the caller is not limited to");

    return ngx_lo_input_forbidden(api, "A token sees no more projects than who"
                                       " makes it");
}


ngx_int_t
ngx_lo_tokens_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t             rc;
    ngx_lo_token_made_t  *t;

    t = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_token_made_t));
    if (t == NULL) {
        return NGX_ERROR;
    }

    api->ctx = t;
    rc = ngx_lo_token_read(api, t);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_token_make(t->text) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_uuid(t->id);
    ngx_lo_token_hash(t->text, NGX_LO_TOKEN_LEN, t->hash);
    ngx_memcpy(t->prefix, t->text, NGX_LO_TOKEN_PREFIX);

    if (ngx_lo_job_add(job, &ngx_lo_sql_tokens_old,
                       api->now_ms - 30 * (int64_t) NGX_LO_DAY_MS) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_token_add, (const char *) t->id,
                          (const char *) t->hash, t->name,
                          (const char *) t->prefix, t->role, t->identity,
                          api->actor, api->now_ms, t->expires_at,
                          (int64_t) NGX_LO_TOKEN_MOST, t->projects) != NGX_OK
        || ngx_lo_identity_trail(api, job, &ngx_lo_token_trails[0], t->id,
                                 json_pack("{s:s, s:s, s:s, s:O?}", "name",
                                           t->name, "role", t->role,
                                           "identity", t->identity,
                                           "projects", t->projects)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_token_missed);

    if (ngx_lo_job_add(job, &ngx_lo_sql_token_get, (const char *) t->id)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_within_known, t->said);
}


ngx_int_t
ngx_lo_tokens_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char                 *path;
    json_t               *made;
    ngx_lo_token_made_t  *t;

    t = api->ctx;
    made = json_copy((json_t *) ngx_lo_job_row(job, 3));
    path = ngx_lo_api_path(api, "auth/tokens", t->id, NULL);

    if (path == NULL
        || json_object_del(made, "last_used_at") != 0
        || json_object_set_new(made, "token", json_string(t->text)) != 0
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        json_decref(made);
        return NGX_ERROR;
    }

    ngx_explicit_memzero(t->text, sizeof(t->text));

    return ngx_lo_api_json(api, NGX_HTTP_CREATED, made);
}


/* The second statement counts tokens, the last one looks at projects. */

static ngx_int_t
ngx_lo_token_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_job_guard(job) != 1) {
        return ngx_lo_identity_projects_unknown(api);
    }

    return ngx_lo_api_problem(api, 409, "conflict",
                              "One identity has at most %d tokens",
                              NGX_LO_TOKEN_MOST);
}


/* --- revoked ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_tokens_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *id;

    id = ngx_lo_api_seg(api, "token_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_token_del, id,
                       ngx_lo_tokens_whose(api)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_token_404);

    return ngx_lo_identity_trail(api, job, &ngx_lo_token_trails[1], id, NULL);
}


ngx_int_t
ngx_lo_tokens_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_proof_changed();

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}


static ngx_int_t
ngx_lo_token_404(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_problem(api, 404, "not_found", "Token not found");
}
