/*
 * One's own password: who knows the old one gives another, and all sessions but
 * a new one end (docs/api.md, Users).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "auth/ngx_lo_password.h"
#include "auth/ngx_lo_jwt.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_identity.h"
#include "store/ngx_lo_sql_identity.h"


typedef struct {
    const json_t  *user;
    char           stored[NGX_LO_PASSWORD_STORED];
} ngx_lo_own_password_t;


static ngx_int_t ngx_lo_own_ask(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_own_asked(ngx_lo_api_t *api, ngx_lo_disk_t *d);
static ngx_int_t ngx_lo_own_wrong(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_own_told(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_own_make(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_own_made(ngx_lo_api_t *api, ngx_lo_disk_t *d);
static ngx_int_t ngx_lo_own_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_own_failed(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_own_password_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t               rc;
    ngx_lo_own_password_t  *own;

    own = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_own_password_t));
    if (own == NULL) {
        return NGX_ERROR;
    }

    api->ctx = own;

    (void) ngx_lo_input_str(api, "current_password", NGX_LO_REQUIRED,
                            NGX_LO_PASSWORD_MOST);
    ngx_lo_identity_password(api, NGX_LO_REQUIRED);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (!ngx_lo_jwt_ready()) {
        return ngx_lo_identity_keyless(api);
    }

    /* whoever found a session open may not guess here, either */

    rc = ngx_lo_attempts_own(api, api->actor);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_user_login,
                                           api->actor) : rc;
}


ngx_int_t
ngx_lo_own_password_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_own_password_t  *own;

    own = api->ctx;
    own->user = ngx_lo_api_keep(api, json_incref((json_t *)
                                                 ngx_lo_job_row(job, 0)));

    if (ckp_json_str(own->user, "password") == NULL) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "The caller has no password here");
    }

    return ngx_lo_own_ask(api);
}


/* --- the old one --------------------------------------------------------------- */


static ngx_int_t
ngx_lo_own_ask(ngx_lo_api_t *api)
{
    ngx_lo_password_t      *p;
    ngx_lo_own_password_t  *own;

    own = api->ctx;

    if (ngx_lo_password_busy()) {
        return ngx_lo_identity_wait(api, ngx_lo_own_ask);
    }

    p = ngx_lo_password_check(ckp_json_str(api->body, "current_password"),
                              ckp_json_str(own->user, "password"));
    ngx_lo_asset_wipe(api, "current_password");

    return ngx_lo_api_disk(api, (ngx_lo_disk_t *) p, ngx_lo_own_asked);
}


static ngx_int_t
ngx_lo_own_asked(ngx_lo_api_t *api, ngx_lo_disk_t *d)
{
    ngx_lo_password_t  *p = (ngx_lo_password_t *) d;

    if (p->failed) {
        return ngx_lo_own_failed(api);
    }

    return p->same ? ngx_lo_own_make(api) : ngx_lo_own_wrong(api);
}


static ngx_int_t
ngx_lo_own_failed(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 503, "unavailable",
                              "There is no memory for the request");
}


static ngx_int_t
ngx_lo_own_wrong(ngx_lo_api_t *api)
{
    ngx_lo_job_t  *job;

    static const ngx_lo_trail_t  failed = {
        .category = "auth", .action = "password_failed",
        .resource_type = "user", .description = "A wrong password"
    };

    ngx_lo_asset_wipe(api, "password");

    if (!ngx_lo_api_denial(api)) {
        return ngx_lo_own_told(api, NULL);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_identity_trail(api, job, &failed, api->actor, NULL)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_own_told);
}


static ngx_int_t
ngx_lo_own_told(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    api->denied = 1;            /* the audit has it by another word */

    return ngx_lo_api_problem(api, 403, "forbidden",
                              "The current password is another one");
}


/* --- the new one ---------------------------------------------------------------- */


static ngx_int_t
ngx_lo_own_make(ngx_lo_api_t *api)
{
    ngx_lo_password_t  *p;

    if (ngx_lo_password_busy()) {
        return ngx_lo_identity_wait(api, ngx_lo_own_make);
    }

    p = ngx_lo_password_make(ckp_json_str(api->body, "password"));
    ngx_lo_asset_wipe(api, "password");

    return ngx_lo_api_disk(api, (ngx_lo_disk_t *) p, ngx_lo_own_made);
}


static ngx_int_t
ngx_lo_own_made(ngx_lo_api_t *api, ngx_lo_disk_t *d)
{
    ngx_lo_job_t           *job;
    ngx_lo_password_t      *p = (ngx_lo_password_t *) d;
    ngx_lo_own_password_t  *own;

    static const ngx_lo_trail_t  changed = {
        .category = "user_mgmt", .action = "password",
        .resource_type = "user", .description = "A password was changed"
    };

    if (p->failed) {
        return ngx_lo_own_failed(api);
    }

    own = api->ctx;
    ngx_memcpy(own->stored, p->stored, sizeof(own->stored));
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_user_password,
                          ckp_json_str(own->user, "user_id"),
                          (const char *) own->stored,
                          ckp_json_str(own->user, "password"), api->now_ms)
           != NGX_OK
        || ngx_lo_identity_trail(api, job, &changed, api->actor, NULL)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_own_done);
}


static ngx_int_t
ngx_lo_own_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_own_password_t  *own;

    (void) job;

    own = api->ctx;
    ngx_lo_proof_changed();

    return ngx_lo_identity_begun(api, api->actor, own->user);
}
