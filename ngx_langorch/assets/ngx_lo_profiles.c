/*
 * The site's profiles of models: how a model is asked (spec/api.md 13,
 * spec/ckp.md 23.2).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "assets/ngx_lo_profile.h"
#include "egress/ngx_lo_breaker.h"
#include "routes/ngx_lo_agents.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_PROFILES_MAX  200


static ngx_int_t ngx_lo_profile_404(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_profile_names(ngx_lo_api_t *api, const json_t *rows,
    const char *name, const json_t *body);
static ngx_int_t ngx_lo_profile_add(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_profile_write(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const json_t *row);
static ngx_int_t ngx_lo_profile_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *name);
static ngx_int_t ngx_lo_profile_made(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_profile_changed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_profile_exists(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_profile_lost(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_profile_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);


static ngx_int_t
ngx_lo_profile_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Profile '%s' not found",
                              ngx_lo_api_seg(api, "name"));
}


/* --- shown --------------------------------------------------------------------- */


/* As this worker's calls to the address find it. */

static const char *
ngx_lo_profile_circuit(ngx_lo_api_t *api, const json_t *body)
{
    char        *url;
    const char  *base;

    base = ckp_json_str(body, "base_url");
    url = base ? (char *) base : ngx_lo_cstr(api->r->pool,
                                             &ngx_lo_conf()->llm_url);

    return url ? ngx_lo_breaker_state(url) : "closed";
}


static json_t *
ngx_lo_profile_shown(ngx_lo_api_t *api, const json_t *row)
{
    size_t         i;
    json_t        *v, *own, *masked;
    const char    *name;
    const json_t  *body;

    body = json_object_get(row, "body");
    v = json_pack("{s:O}", "name", json_object_get(row, "name"));

    for (i = 0; ngx_lo_profile_members[i] != NULL; i++) {
        name = ngx_lo_profile_members[i];
        own = json_object_get(body, name);

        (void) json_object_set(v, name, own ? own : json_null());
    }

    masked = json_object();

    json_object_foreach(json_object_get(body, "extra_headers"), name, own) {
        (void) json_object_set_new(masked, name,
                                   json_string(NGX_LO_PROFILE_MASK));
    }

    if (json_object_size(masked) > 0) {
        (void) json_object_set(v, "extra_headers", masked);
    }

    json_decref(masked);

    (void) json_object_set_new(v, "circuit_state",
                               json_string(ngx_lo_profile_circuit(api, body)));
    (void) json_object_set(v, "created_at", json_object_get(row,
                                                            "created_at"));
    (void) json_object_set(v, "updated_at", json_object_get(row,
                                                            "updated_at"));

    return v;
}


ngx_int_t
ngx_lo_profiles_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) api;

    return ngx_lo_job_add(job, &ngx_lo_sql_llm_profiles);
}


ngx_int_t
ngx_lo_profiles_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t   i;
    json_t  *all, *row;

    all = json_array();

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        (void) json_array_append_new(all, ngx_lo_profile_shown(api, row));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, all);
}


ngx_int_t
ngx_lo_profiles_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_llm_profile_get,
                          ngx_lo_api_seg(api, "name"));
}


ngx_int_t
ngx_lo_profiles_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_OK, row,
                                               ngx_lo_profile_shown(api, row))
                         : ngx_lo_profile_404(api);
}


/* --- made and changed -------------------------------------------------------------- */


static const json_t *
ngx_lo_profile_row(const json_t *rows, const char *name)
{
    size_t       i;
    json_t      *row;
    const char  *own;

    json_array_foreach(rows, i, row) {
        own = ckp_json_str(row, "name");

        if (own != NULL && ngx_strcmp(own, name) == 0) {
            return row;
        }
    }

    return NULL;
}


/* Each is gone to once. */

static void
ngx_lo_profile_go(json_t *way, json_t *name)
{
    size_t   i;
    json_t  *known;

    json_array_foreach(way, i, known) {
        if (json_equal(known, name)) {
            return;
        }
    }

    (void) json_array_append(way, name);
}


/* Those it falls back to are there, and none of them leads back to it. */

static ngx_int_t
ngx_lo_profile_names(ngx_lo_api_t *api, const json_t *rows, const char *name,
    const json_t *body)
{
    size_t         i, n;
    json_t        *next, *way;
    const char    *to;

    way = ngx_lo_api_keep(api, json_array());

    json_array_foreach(json_object_get(body, "fallbacks"), i, next) {
        to = json_string_value(next);

        if (ngx_strcmp(to, name) != 0 && ngx_lo_profile_row(rows, to) == NULL)
        {
            ngx_lo_input_wrong_at(api, json_pack("[s, s, I]", "body",
                                                 "fallbacks", (json_int_t) i),
                                  "not_found", "There is no such profile");
        }

        ngx_lo_profile_go(way, next);
    }

    for (n = 0; n < json_array_size(way); n++) {
        to = json_string_value(json_array_get(way, n));

        if (ngx_strcmp(to, name) == 0) {
            ngx_lo_input_wrong(api, "body", "fallbacks", "cycle",
                               "Leads back to the profile itself");
            break;
        }

        body = json_object_get(ngx_lo_profile_row(rows, to), "body");

        json_array_foreach(json_object_get(body, "fallbacks"), i, next) {
            ngx_lo_profile_go(way, next);
        }
    }

    return ngx_lo_input_failed(api) ? ngx_lo_input_problem(api) : NGX_OK;
}


/* What was wrong was told.  Where it is, when that is said: an address that may
 * be called, as far as one can tell without asking for names. */

static ngx_int_t
ngx_lo_profile_target(ngx_lo_api_t *api)
{
    ngx_int_t    rc;
    const char  *url;

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    url = ckp_json_str(api->body, "base_url");
    rc = (url != NULL) ? ngx_lo_agent_target(api, "body", url) : NGX_OK;

    return (rc == NGX_OK && ngx_lo_input_failed(api))
           ? ngx_lo_input_problem(api) : rc;
}


ngx_int_t
ngx_lo_profiles_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t    rc;
    const char  *name;

    name = ngx_lo_input_str(api, "name", NGX_LO_REQUIRED,
                            NGX_LO_PROFILE_NAME);

    if (name != NULL && !ngx_lo_text_is_id(name, "_.-", NGX_LO_PROFILE_NAME)) {
        ngx_lo_input_wrong(api, "body", "name", "name",
                           "Must begin with a letter or digit, and have"
                           " letters, digits and _ . - only");
    }

    api->ctx = ngx_lo_profile_read(api, NULL);
    rc = ngx_lo_profile_target(api);

    if (rc != NGX_OK) {
        return rc;
    }

    return (api->ctx != NULL) ? ngx_lo_job_add(job, &ngx_lo_sql_llm_profiles)
                              : NGX_ERROR;
}


ngx_int_t
ngx_lo_profiles_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const char    *name;
    const json_t  *rows;

    name = ngx_lo_input_str(api, "name", NGX_LO_REQUIRED,
                            NGX_LO_PROFILE_NAME);
    rows = ngx_lo_job_rows(job, 0);

    if (ngx_lo_profile_row(rows, name) != NULL) {
        return ngx_lo_profile_exists(api, job);
    }

    if (json_array_size(rows) >= NGX_LO_PROFILES_MAX) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "There are %d profiles, which is the limit",
                                  NGX_LO_PROFILES_MAX);
    }

    rc = ngx_lo_profile_names(api, rows, name, api->ctx);

    return (rc == NGX_OK) ? ngx_lo_profile_add(api, ngx_lo_api_job(api, 1))
                          : rc;
}


static ngx_int_t
ngx_lo_profile_add(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *name;
    const json_t  *body;

    name = ngx_lo_input_str(api, "name", NGX_LO_REQUIRED,
                            NGX_LO_PROFILE_NAME);
    body = api->ctx;

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_llm_profile_add, name, body,
                          api->now_ms) != NGX_OK
        || ngx_lo_profile_trail(api, job, name) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_llm_profile_get, name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ckp_json_bool(body, "is_default", false)
        && ngx_lo_job_add(job, &ngx_lo_sql_llm_profiles_plain, name,
                          api->now_ms) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_profile_exists);

    return ngx_lo_api_then(api, job, ngx_lo_profile_made);
}


static ngx_int_t
ngx_lo_profile_made(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char          *path;
    const json_t  *row;

    ngx_lo_zone_kept_changed(NGX_LO_KEPT_MODELS);

    row = ngx_lo_job_row(job, 2);
    path = ngx_lo_api_path(api, "llm", "profiles", ckp_json_str(row, "name"));

    if (row == NULL || path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_asset_answer(api, NGX_HTTP_CREATED, row,
                               ngx_lo_profile_shown(api, row));
}


static ngx_int_t
ngx_lo_profile_exists(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_problem(api, 409, "conflict",
                              "Profile '%s' exists already",
                              ngx_lo_input_str(api, "name", NGX_LO_REQUIRED,
                                               NGX_LO_PROFILE_NAME));
}


ngx_int_t
ngx_lo_profiles_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) api;

    return ngx_lo_job_add(job, &ngx_lo_sql_llm_profiles);
}


ngx_int_t
ngx_lo_profiles_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const char    *name;
    const json_t  *rows, *row;

    name = ngx_lo_api_seg(api, "name");
    rows = ngx_lo_job_rows(job, 0);
    row = ngx_lo_profile_row(rows, name);

    if (row == NULL) {
        return ngx_lo_profile_404(api);
    }

    api->ctx = ngx_lo_profile_read(api, json_object_get(row, "body"));
    rc = ngx_lo_profile_target(api);

    if (rc != NGX_OK) {
        return rc;
    }

    rc = api->ctx ? ngx_lo_asset_match(api, row) : NGX_ERROR;

    if (rc == NGX_OK) {
        rc = ngx_lo_profile_names(api, rows, name, api->ctx);
    }

    return (rc == NGX_OK) ? ngx_lo_profile_write(api, ngx_lo_api_job(api, 1),
                                                 row)
                          : rc;
}


static ngx_int_t
ngx_lo_profile_write(ngx_lo_api_t *api, ngx_lo_job_t *job, const json_t *row)
{
    const char    *name;
    const json_t  *body;

    name = ngx_lo_api_seg(api, "name");
    body = api->ctx;

    /* guarded in any case: what was not sent is that of the row */

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_llm_profile_put, name, body,
                          api->now_ms, ckp_json_str(row, "_tag")) != NGX_OK
        || ngx_lo_profile_trail(api, job, name) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_llm_profile_get, name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ckp_json_bool(body, "is_default", false)
        && ngx_lo_job_add(job, &ngx_lo_sql_llm_profiles_plain, name,
                          api->now_ms) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_profile_lost);

    return ngx_lo_api_then(api, job, ngx_lo_profile_changed);
}


static ngx_int_t
ngx_lo_profile_changed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    ngx_lo_zone_kept_changed(NGX_LO_KEPT_MODELS);
    row = ngx_lo_job_row(job, 2);

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_OK, row,
                                               ngx_lo_profile_shown(api, row))
                         : NGX_ERROR;
}


static ngx_int_t
ngx_lo_profile_lost(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_header(api, "If-Match")
           ? ngx_lo_asset_412(api)
           : ngx_lo_api_problem(api, 409, "conflict",
                                "The profile was changed at the same time");
}


/* Which members were sent, never what they are. */

static ngx_int_t
ngx_lo_profile_trail(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *name)
{
    json_t      *members, *value;
    ngx_int_t    rc;
    const char  *member;

    ngx_lo_trail_t  trail = {
        .category = "llm", .resource_type = "llm_profile",
        .resource_id = name
    };

    members = json_array();

    json_object_foreach((json_t *) api->body, member, value) {
        (void) json_array_append_new(members, json_string(member));
    }

    switch (api->route->method) {

    case NGX_HTTP_POST:
        trail.action = "create";
        trail.description = "Profile created";
        break;

    case NGX_HTTP_PUT:
        trail.action = "update";
        trail.description = "Profile changed";
        break;

    default:
        trail.action = "delete";
        trail.description = "Profile deleted";
    }

    trail.meta = json_pack("{s:o}", "members", members);
    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref((json_t *) trail.meta);

    return rc;
}


/* --- removed ------------------------------------------------------------------------ */


ngx_int_t
ngx_lo_profiles_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_profiles_put_prepare(api, job);
}


/* One that falls back to it; NULL: none. */

static const json_t *
ngx_lo_profile_user(const json_t *rows, const char *name)
{
    size_t         i, k;
    json_t        *row, *to;
    const json_t  *list;

    json_array_foreach(rows, i, row) {
        list = json_object_get(json_object_get(row, "body"), "fallbacks");

        json_array_foreach(list, k, to) {
            if (ngx_strcmp(json_string_value(to), name) == 0) {
                return row;
            }
        }
    }

    return NULL;
}


ngx_int_t
ngx_lo_profiles_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const char    *name;
    const json_t  *rows, *row, *user;

    name = ngx_lo_api_seg(api, "name");
    rows = ngx_lo_job_rows(job, 0);
    row = ngx_lo_profile_row(rows, name);

    if (row == NULL) {
        return ngx_lo_profile_404(api);
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    user = ngx_lo_profile_user(rows, name);

    if (user != NULL) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "Profile '%s' falls back to it",
                                  ckp_json_str(user, "name"));
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_llm_profile_del, name,
                          ngx_lo_asset_guard(api, row)) != NGX_OK
        || ngx_lo_profile_trail(api, job, name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_profile_lost);

    return ngx_lo_api_then(api, job, ngx_lo_profile_gone);
}


static ngx_int_t
ngx_lo_profile_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_zone_kept_changed(NGX_LO_KEPT_MODELS);

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
