/*
 * Single sign-on is NGINX's: it asks somebody, and knows the caller by a
 * variable afterwards.  Here such a caller becomes a user with a session
 * (spec/api.md 15.3).
 */

#include "api/ngx_lo_reply.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_within.h"
#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_jwt.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_identity.h"
#include "store/ngx_lo_sql_identity.h"

#define NGX_LO_SSO_FROM  2048           /* bytes of a path to come back to */


static ngx_int_t ngx_lo_sso_off(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_sso_stranger(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_sso_status_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b}", "sso_enabled",
                                     ngx_lo_auth_conf()->sso.len != 0
                                     || ngx_lo_auth_conf()->oidc != NULL));
}


static ngx_int_t
ngx_lo_sso_off(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 400, "bad_request", "SSO is not enabled");
}


ngx_int_t
ngx_lo_sso_to(ngx_lo_api_t *api, const char *url)
{
    u_char  *copy;
    size_t   len;

    len = ngx_strlen(url);
    copy = ngx_pnalloc(api->r->pool, len + 1);

    if (copy == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(copy, url, len + 1);

    if (ngx_lo_api_set(api, "Location", (const char *) copy) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_empty(api, NGX_HTTP_MOVED_TEMPORARILY);
}


/* --- out ------------------------------------------------------------------------ */


/* A path of this site: browsers read "//" and "/\" as another one. */

static ngx_uint_t
ngx_lo_sso_is_path(const char *from)
{
    return from != NULL && from[0] == '/' && from[1] != '/' && from[1] != '\\'
           && ngx_strlen(from) <= NGX_LO_SSO_FROM;
}


ngx_int_t
ngx_lo_sso_login_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    u_char           *url, *p;
    size_t            len;
    const char       *from;
    const ngx_str_t  *start;

    (void) job;

    start = &ngx_lo_auth_conf()->sso;
    from = ngx_lo_query_str(api, "from");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_auth_conf()->oidc != NULL) {
        return ngx_lo_oidc_login(api, ngx_lo_sso_is_path(from) ? from : NULL);
    }

    if (start->len == 0) {
        return ngx_lo_sso_off(api);
    }

    if (!ngx_lo_sso_is_path(from)) {
        return ngx_lo_sso_to(api, (const char *) start->data);
    }

    len = ngx_strlen(from);
    url = ngx_pnalloc(api->r->pool, start->len + sizeof("?from=") + 3 * len);

    if (url == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(url, "%V%sfrom=", start,
                    ngx_strchr(start->data, '?') ? "&" : "?");
    p = (u_char *) ngx_escape_uri(p, (u_char *) from, len,
                                  NGX_ESCAPE_URI_COMPONENT);
    *p = '\0';

    return ngx_lo_sso_to(api, (const char *) url);
}


/* --- back ------------------------------------------------------------------------- */


ngx_int_t
ngx_lo_sso_callback_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char         id[37];
    ngx_int_t    rc;
    const char  *code, *state;

    static const ngx_lo_trail_t  came = {
        .category = "auth", .action = "login", .resource_type = "user",
        .description = "A session began by single sign-on"
    };

    code = ngx_lo_query_str(api, "code");
    state = ngx_lo_query_str(api, "state");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_auth_conf()->oidc != NULL) {
        return ngx_lo_oidc_callback(api, code, state);
    }

    if (ngx_lo_auth_conf()->sso.len == 0) {
        return ngx_lo_sso_off(api);
    }

    if (!ngx_lo_jwt_ready()) {
        return ngx_lo_identity_keyless(api);
    }

    rc = ngx_lo_who_find(api->r, api->conf, &api->who);

    if (rc == NGX_OK) {
        rc = ngx_lo_within_said(api);
    }

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc != NGX_OK || ngx_strlen(api->who.name) > NGX_LO_USER_NAME) {
        return ngx_lo_sso_stranger(api);
    }

    api->actor = api->who.name;
    ngx_lo_uuid(id);

    if (ngx_lo_job_add(job, &ngx_lo_sql_user_sso, (const char *) id,
                       api->actor, ngx_lo_role_name(api->who.role), "nginx",
                       api->now_ms,
                       (int64_t) (api->conf->projects != NGX_CONF_UNSET),
                       api->who.projects) != NGX_OK
        || ngx_lo_identity_trail(api, job, &came, api->actor, NULL) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_user_login, api->actor);
}


static ngx_int_t
ngx_lo_sso_stranger(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 400, "bad_request",
                              "Invalid or expired SSO state");
}


ngx_int_t
ngx_lo_sso_callback_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_sso_enter(api, ngx_lo_job_row(job, 2), NULL);
}


/* The console lies beside the API: /ui/ beside /api. */

static const char *
ngx_lo_sso_home(ngx_lo_api_t *api)
{
    u_char     *url;
    ngx_str_t   mount;

    static const ngx_str_t  api_of = ngx_string("/api");

    mount = api->conf->mount;

    if (mount.len >= api_of.len
        && ngx_memcmp(mount.data + mount.len - api_of.len, api_of.data,
                      api_of.len) == 0)
    {
        mount.len -= api_of.len;
    }

    url = ngx_pnalloc(api->r->pool, mount.len + sizeof("/ui/"));

    if (url != NULL) {
        *ngx_sprintf(url, "%V/ui/", &mount) = '\0';
    }

    return (const char *) url;
}


ngx_int_t
ngx_lo_sso_enter(ngx_lo_api_t *api, const json_t *user, const char *to)
{
    ngx_int_t  rc;
    ckp_buf_t  b;

    ngx_lo_proof_changed();

    if (ckp_json_int(user, "is_active", 0) == 0) {
        return ngx_lo_sso_stranger(api);
    }

    to = (to != NULL) ? to : ngx_lo_sso_home(api);

    if (to == NULL) {
        return NGX_ERROR;
    }

    ckp_buf_init(&b, CKP_JWT_MAX);
    rc = ngx_lo_identity_session(api, api->actor, user, &b);
    ngx_lo_identity_wipe(&b);

    return (rc != NGX_ERROR) ? ngx_lo_sso_to(api, to) : NGX_ERROR;
}
