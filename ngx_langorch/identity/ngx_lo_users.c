/*
 * Users of the site, who have a password here (spec/api.md 15.5).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "auth/ngx_lo_password.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_identity.h"
#include "store/ngx_lo_sql_identity.h"

#define NGX_LO_USER_EMAIL  320
#define NGX_LO_USER_FULL   256
#define NGX_LO_USER_ROLES  "viewer|approver|operator|manager|admin"


typedef struct {
    char         id[37];
    const char  *username;
    const char  *email;
    const char  *full_name;
    const char  *role;
    const char  *tag;
    int64_t      active;                /* NGX_LO_NULL: not said */
    const json_t  *projects;            /* NULL: the whole site */
    char         stored[NGX_LO_PASSWORD_STORED];    /* "": no other */
} ngx_lo_user_t;


static ngx_int_t ngx_lo_user_read(ngx_lo_api_t *api, ngx_lo_user_t *u,
    ngx_uint_t required);
static ngx_int_t ngx_lo_user_is_taken(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_user_hash(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_user_hashed(ngx_lo_api_t *api, ngx_lo_disk_t *d);
static ngx_int_t ngx_lo_user_write(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_user_change(ngx_lo_api_t *api, ngx_lo_user_t *u);
static ngx_int_t ngx_lo_user_made(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_user_unmade(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_user_changed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_user_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_user_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_user_404(ngx_lo_api_t *api);


static const ngx_lo_trail_t  ngx_lo_user_trails[] = {
    { .category = "user_mgmt", .action = "create", .resource_type = "user",
      .description = "A user was made" },
    { .category = "user_mgmt", .action = "update", .resource_type = "user",
      .description = "A user was changed" },
    { .category = "user_mgmt", .action = "delete", .resource_type = "user",
      .description = "A user was deleted" }
};


/* --- shown -------------------------------------------------------------------- */


ngx_int_t
ngx_lo_users_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  limit, offset;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_users, limit, offset);
}


ngx_int_t
ngx_lo_users_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_asset_list(api, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_users_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_user_get,
                          ngx_lo_api_seg(api, "user_id"));
}


/* Who may not see others is not told which there are; and who is limited to
 * projects may not. */

ngx_int_t
ngx_lo_users_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *name;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    name = ckp_json_str(row, "username");

    if ((!ngx_lo_who_is(&api->who, NGX_LO_MANAGER)
         || api->who.projects != NULL)
        && (name == NULL || ngx_strcmp(name, api->actor) != 0))
    {
        return ngx_lo_api_problem(api, 403, "forbidden", "Forbidden");
    }

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_OK, row, NULL)
                         : ngx_lo_user_404(api);
}


/* --- made and changed ------------------------------------------------------------ */


static ngx_int_t
ngx_lo_user_read(ngx_lo_api_t *api, ngx_lo_user_t *u, ngx_uint_t required)
{
    ngx_str_t  name;

    if (required) {
        u->username = ngx_lo_input_str(api, "username", NGX_LO_REQUIRED,
                                       NGX_LO_USER_NAME);
    }

    if (u->username != NULL) {
        name.data = (u_char *) u->username;
        name.len = ngx_strlen(u->username);

        if (!ngx_lo_who_is_name(&name)) {
            ngx_lo_input_wrong(api, "body", "username", "value_error",
                               "Must be a name that a caller can have");
        }
    }

    u->email = ngx_lo_input_str(api, "email", required, NGX_LO_USER_EMAIL);
    u->full_name = ngx_lo_input_str(api, "full_name", NGX_LO_OPTIONAL,
                                    NGX_LO_USER_FULL);
    u->role = ngx_lo_input_word(api, "role", NGX_LO_USER_ROLES);
    u->active = NGX_LO_NULL;

    if (u->email != NULL && strchr(u->email, '@') == NULL
        && !ngx_lo_input_failed(api))
    {
        ngx_lo_input_wrong(api, "body", "email", "value_error",
                           "Must be an address with an @ in it");
    }

    if (!required
        && json_is_boolean(json_object_get(api->body, "is_active")))
    {
        u->active = (int64_t) ngx_lo_input_bool(api, "is_active", 1);

    } else if (!required) {
        (void) ngx_lo_input_bool(api, "is_active", 1);
    }

    ngx_lo_identity_password(api, required);
    u->projects = ngx_lo_identity_projects(api);

    return ngx_lo_input_failed(api) ? ngx_lo_input_problem(api) : NGX_OK;
}


/* It stays in the body until it is hashed. */

void
ngx_lo_identity_password(ngx_lo_api_t *api, ngx_uint_t required)
{
    size_t       n;
    const char  *p;

    p = ngx_lo_input_str(api, "password", required, NGX_LO_PASSWORD_MOST);

    for (n = 0; p != NULL && *p != '\0'; p++) {
        n += ((*p & 0xc0) != 0x80);
    }

    if (p != NULL && n < NGX_LO_PASSWORD_LEAST) {
        ngx_lo_input_wrong(api, "body", "password", "too_short",
                           "Must have at least 8 characters");
    }
}


ngx_int_t
ngx_lo_users_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t       rc;
    ngx_lo_user_t  *u;

    u = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_user_t));
    if (u == NULL) {
        return NGX_ERROR;
    }

    api->ctx = u;
    ngx_lo_uuid(u->id);
    rc = ngx_lo_user_read(api, u, NGX_LO_REQUIRED);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_user_taken,
                                           u->username, u->email, NULL)
                          : rc;
}


ngx_int_t
ngx_lo_users_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_user_is_taken(api, row)
                         : ngx_lo_user_hash(api);
}


/* A sentence, and beside it where in the body, as for a wrong shape. */

static ngx_int_t
ngx_lo_user_is_taken(ngx_lo_api_t *api, const json_t *row)
{
    json_t         *detail;
    ngx_uint_t      name;
    ngx_lo_user_t  *u;

    u = api->ctx;
    name = (ckp_json_int(row, "name", 0) != 0);
    detail = json_sprintf("%s '%s' already exists", name ? "Username" : "Email",
                          name ? u->username : u->email);

    ngx_lo_input_wrong(api, "body", name ? "username" : "email", "value_error",
                       "Somebody else has it");

    return ngx_lo_input_refused(api, detail);
}


ngx_int_t
ngx_lo_users_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t       rc;
    ngx_lo_user_t  *u;

    u = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_user_t));
    if (u == NULL) {
        return NGX_ERROR;
    }

    api->ctx = u;
    rc = ngx_lo_user_read(api, u, NGX_LO_OPTIONAL);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_users_get_prepare(api, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_user_taken, NULL, u->email,
                          ngx_lo_api_seg(api, "user_id"));
}


/* Changed or deleted: what there is, and whether it is what was read. */

static ngx_int_t
ngx_lo_user_found(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_lo_user_t *u)
{
    ngx_int_t      rc;
    const json_t  *row;

    row = ngx_lo_api_keep(api, json_incref((json_t *)
                                           ngx_lo_job_row(job, 0)));

    if (row == NULL) {
        return ngx_lo_user_404(api);
    }

    rc = ngx_lo_asset_match(api, row);

    if (rc == NGX_OK) {
        u->username = ckp_json_str(row, "username");
        u->tag = ngx_lo_asset_guard(api, row);
    }

    return rc;
}


ngx_int_t
ngx_lo_users_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t       rc;
    ngx_lo_user_t  *u;

    u = api->ctx;
    rc = ngx_lo_user_found(api, job, u);

    if (rc != NGX_OK) {
        return rc;
    }

    if (u->email != NULL && ngx_lo_job_row(job, 1) != NULL) {
        return ngx_lo_user_is_taken(api, ngx_lo_job_row(job, 1));
    }

    return (ckp_json_str(api->body, "password") != NULL)
           ? ngx_lo_user_hash(api) : ngx_lo_user_write(api);
}


static ngx_int_t
ngx_lo_user_hash(ngx_lo_api_t *api)
{
    ngx_lo_password_t  *p;

    if (ngx_lo_password_busy()) {
        return ngx_lo_identity_wait(api, ngx_lo_user_hash);
    }

    p = ngx_lo_password_make(ckp_json_str(api->body, "password"));
    ngx_lo_asset_wipe(api, "password");

    return ngx_lo_api_disk(api, (ngx_lo_disk_t *) p, ngx_lo_user_hashed);
}


static ngx_int_t
ngx_lo_user_hashed(ngx_lo_api_t *api, ngx_lo_disk_t *d)
{
    ngx_lo_user_t      *u;
    ngx_lo_password_t  *p = (ngx_lo_password_t *) d;

    if (p->failed) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "There is no memory for the request");
    }

    u = api->ctx;
    ngx_memcpy(u->stored, p->stored, sizeof(u->stored));

    return ngx_lo_user_write(api);
}


static ngx_int_t
ngx_lo_user_write(ngx_lo_api_t *api)
{
    const char     *id;
    ngx_lo_job_t   *job;
    ngx_lo_user_t  *u;

    u = api->ctx;

    if (api->route->method == NGX_HTTP_PUT) {
        return ngx_lo_user_change(api, u);
    }

    id = u->id;
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_user_add, id, u->username,
                          u->email, u->full_name, u->role ? u->role : "viewer",
                          (const char *) u->stored, api->now_ms, u->projects)
           != NGX_OK
        || ngx_lo_identity_trail(api, job, &ngx_lo_user_trails[0], u->username,
                                 json_pack("{s:s, s:O?}", "role",
                                           u->role ? u->role : "viewer",
                                           "projects", u->projects))
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_user_get, id) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_within_known, u->projects)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_user_unmade);

    return ngx_lo_api_then(api, job, ngx_lo_user_made);
}


/* What the audit is told of a change. */

static json_t *
ngx_lo_user_meta(ngx_lo_api_t *api, const ngx_lo_user_t *u)
{
    json_t  *meta;

    meta = json_pack("{s:s?, s:o?, s:b}", "role", u->role, "is_active",
                     u->active == NGX_LO_NULL ? NULL
                                              : json_boolean(u->active != 0),
                     "credentials", u->stored[0] != '\0');

    if (meta != NULL && ngx_lo_asset_says(api, "projects")
        && json_object_set_new(meta, "projects",
                               u->projects ? json_copy((json_t *) u->projects)
                                           : json_null()) != 0)
    {
        json_decref(meta);
        return NULL;
    }

    return meta;
}


static ngx_int_t
ngx_lo_user_change(ngx_lo_api_t *api, ngx_lo_user_t *u)
{
    const char    *id;
    ngx_uint_t     less;
    ngx_lo_job_t  *job;

    id = ngx_lo_api_seg(api, "user_id");
    less = (u->active == 0 || u->projects != NULL
            || (u->role != NULL && ngx_strcmp(u->role, "admin") != 0));
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_user_not_last, id, (int64_t) less)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_user_put, id,
                          (int64_t) ngx_lo_asset_says(api, "full_name"),
                          u->full_name, u->email, u->role, u->active,
                          u->stored[0] ? (const char *) u->stored : NULL,
                          api->now_ms, u->tag, (int64_t)
                          ngx_lo_asset_says(api, "projects"), u->projects)
           != NGX_OK
        || ngx_lo_identity_trail(api, job, &ngx_lo_user_trails[1], u->username,
                                 ngx_lo_user_meta(api, u)) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_user_get, id) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_within_known, u->projects)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_user_missed);

    return ngx_lo_api_then(api, job, ngx_lo_user_changed);
}


static ngx_int_t
ngx_lo_user_made(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char           *path;
    const json_t   *row;
    ngx_lo_user_t  *u;

    u = api->ctx;
    row = ngx_lo_job_row(job, 2);
    path = ngx_lo_api_path(api, "users", u->id, NULL);

    /* a token of that name is worth what the user is, from now on */

    ngx_lo_proof_changed();

    if (row == NULL || path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_asset_answer(api, NGX_HTTP_CREATED, row, NULL);
}


/* The last statement looks at projects; another made the same user. */

static ngx_int_t
ngx_lo_user_unmade(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return (ngx_lo_job_guard(job) > 1)
           ? ngx_lo_identity_projects_unknown(api)
           : ngx_lo_api_problem(api, 409, "conflict",
                                "It was changed at the same moment");
}


static ngx_int_t
ngx_lo_user_changed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_proof_changed();

    return ngx_lo_asset_answer(api, NGX_HTTP_OK, ngx_lo_job_row(job, 3), NULL);
}


/* The first statement counts administrators, the second looks at the tag, the
 * last one at projects. */

static ngx_int_t
ngx_lo_user_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    if (ngx_lo_job_guard(job) == 0) {
        return ngx_lo_api_problem(api, 400, "bad_request",
                                  "Cannot delete the last admin user");
    }

    if (ngx_lo_job_guard(job) > 1) {
        return ngx_lo_identity_projects_unknown(api);
    }

    return ngx_lo_api_header(api, "If-Match") ? ngx_lo_asset_412(api)
                                              : ngx_lo_user_404(api);
}


static ngx_int_t
ngx_lo_user_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "User not found");
}


/* --- removed ----------------------------------------------------------------------- */


ngx_int_t
ngx_lo_users_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_users_get_prepare(api, job);
}


ngx_int_t
ngx_lo_users_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t       rc;
    const char     *id;
    ngx_lo_user_t  *u;

    u = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_user_t));
    if (u == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_user_found(api, job, u);

    if (rc != NGX_OK) {
        return rc;
    }

    id = ngx_lo_api_seg(api, "user_id");
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_user_not_last, id, (int64_t) 1)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_user_del, id, u->tag) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_user_tokens_del, u->username)
           != NGX_OK
        || ngx_lo_identity_trail(api, job, &ngx_lo_user_trails[2], u->username,
                                 NULL) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_user_missed);

    return ngx_lo_api_then(api, job, ngx_lo_user_gone);
}


static ngx_int_t
ngx_lo_user_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_proof_changed();

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
