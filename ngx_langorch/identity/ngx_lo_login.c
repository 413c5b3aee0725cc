/*
 * Sessions: begun with a password, ended before their time (spec/api.md 15.1).
 */

#include "api/ngx_lo_front.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_jwt.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_identity.h"
#include "store/ngx_lo_sql_identity.h"

#define NGX_LO_LOGIN_WAIT_MS  20000     /* for a thread */
#define NGX_LO_LOGIN_LOOK_MS  50
#define NGX_LO_LOGOUT_MOST    INT64_C(253402300799000)  /* the year 9999 */


typedef struct {
    const char    *username;
    const json_t  *user;                /* NULL: nobody */
} ngx_lo_login_t;


static ngx_int_t ngx_lo_login_ask(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_login_asked(ngx_lo_api_t *api, ngx_lo_disk_t *d);
static ngx_int_t ngx_lo_login_failed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_login_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_logout_done(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* --- in ------------------------------------------------------------------------ */


ngx_int_t
ngx_lo_login_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_login_t  *in;

    in = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_login_t));
    if (in == NULL) {
        return NGX_ERROR;
    }

    api->ctx = in;
    in->username = ngx_lo_input_str(api, "username", NGX_LO_REQUIRED,
                                    NGX_LO_USER_NAME);
    (void) ngx_lo_input_str(api, "password", NGX_LO_REQUIRED,
                            NGX_LO_PASSWORD_MOST);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (!ngx_lo_jwt_ready()) {
        return ngx_lo_identity_keyless(api);
    }

    rc = ngx_lo_attempts_login(api, in->username);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_user_login,
                                           in->username) : rc;
}


ngx_int_t
ngx_lo_login_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_login_t  *in;

    in = api->ctx;
    in->user = ngx_lo_api_keep(api, json_incref((json_t *)
                                                ngx_lo_job_row(job, 0)));

    return ngx_lo_login_ask(api);
}


/* Nobody's password takes as long as somebody's. */

static ngx_int_t
ngx_lo_login_ask(ngx_lo_api_t *api)
{
    ngx_lo_login_t     *in;
    ngx_lo_password_t  *p;

    in = api->ctx;

    if (ngx_lo_password_busy()) {
        return ngx_lo_identity_wait(api, ngx_lo_login_ask);
    }

    p = ngx_lo_password_check(ckp_json_str(api->body, "password"),
                              ckp_json_str(in->user, "password"));
    ngx_lo_asset_wipe(api, "password");

    return ngx_lo_api_disk(api, (ngx_lo_disk_t *) p, ngx_lo_login_asked);
}


ngx_int_t
ngx_lo_identity_wait(ngx_lo_api_t *api, ngx_lo_resume_pt again)
{
    if ((ngx_msec_t) (ngx_current_msec - api->started)
        > NGX_LO_LOGIN_WAIT_MS)
    {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "Too many passwords at once");
    }

    return ngx_lo_api_sleep(api, NGX_LO_LOGIN_LOOK_MS, again);
}


static ngx_int_t
ngx_lo_login_asked(ngx_lo_api_t *api, ngx_lo_disk_t *d)
{
    ngx_uint_t          good;
    ngx_lo_job_t       *job;
    ngx_lo_login_t     *in;
    ngx_lo_password_t  *p = (ngx_lo_password_t *) d;

    static const ngx_lo_trail_t  came = {
        .category = "auth", .action = "login", .resource_type = "user",
        .description = "A session began"
    };

    static const ngx_lo_trail_t  failed = {
        .category = "auth", .action = "login_failed", .resource_type = "user",
        .description = "A wrong name or password"
    };

    in = api->ctx;

    if (p->failed) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "There is no memory for the request");
    }

    good = p->same && ckp_json_int(in->user, "is_active", 0) != 0;

    if (!good && !ngx_lo_api_denial(api)) {
        return ngx_lo_login_failed(api, NULL);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "The store is not available");
    }

    if (good) {
        api->actor = in->username;
        api->who.method = "password";
    }

    if (ngx_lo_identity_trail(api, job, good ? &came : &failed, in->username,
                              NULL) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, good ? ngx_lo_login_done
                                          : ngx_lo_login_failed);
}


static ngx_int_t
ngx_lo_login_failed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    if (ngx_lo_api_set(api, "WWW-Authenticate", "Bearer realm=\"langorch\"")
        == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 401, "unauthenticated",
                              "Invalid username or password");
}


ngx_int_t
ngx_lo_identity_keyless(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 400, "bad_request",
                              "This site has no key to sign sessions with");
}


ngx_int_t
ngx_lo_identity_session(ngx_lo_api_t *api, const char *username,
    const json_t *user, ckp_buf_t *token)
{
    char         jti[37];
    json_t      *claims;
    int64_t      now, age;
    ngx_int_t    rc;

    now = api->now_ms / 1000;
    age = (int64_t) ngx_lo_conf()->session_time / 1000;
    ngx_lo_uuid(jti);

    claims = json_pack("{s:s, s:s?, s:[s?], s:I, s:I, s:s}", "sub", username,
                       "uid", ckp_json_str(user, "user_id"), "roles",
                       ckp_json_str(user, "role"), "iat", (json_int_t) now,
                       "exp", (json_int_t) (now + age), "jti", jti);

    rc = (claims != NULL) ? ngx_lo_jwt_sign(claims, token) : NGX_ERROR;
    json_decref(claims);

    return (rc == NGX_OK) ? ngx_lo_identity_cookie(api, ckp_buf_str(token),
                                                   (ngx_uint_t) age)
                          : NGX_ERROR;
}


void
ngx_lo_identity_wipe(ckp_buf_t *token)
{
    if (token->data != NULL) {
        ngx_explicit_memzero(token->data, token->len);
    }

    ckp_buf_free(token);
}


static ngx_int_t
ngx_lo_login_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_login_t  *in;

    (void) job;

    in = api->ctx;
    ngx_lo_attempts_good(api, in->username);

    return ngx_lo_identity_begun(api, in->username, in->user);
}


ngx_int_t
ngx_lo_identity_begun(ngx_lo_api_t *api, const char *username,
    const json_t *user)
{
    ngx_int_t  rc;
    ckp_buf_t  b;

    ckp_buf_init(&b, CKP_JWT_MAX);
    rc = ngx_lo_identity_session(api, username, user, &b);

    if (rc != NGX_ERROR) {
        rc = ngx_lo_attempts_known(api, username);
    }

    if (rc != NGX_ERROR) {
        rc = ngx_lo_api_json(api, NGX_HTTP_OK,
                 json_pack("{s:s, s:s, s:I, s:s, s:[s?]}", "access_token",
                           ckp_buf_str(&b), "token_type", "bearer",
                           "expires_in",
                           (json_int_t) ngx_lo_conf()->session_time / 1000,
                           "identity", username, "roles",
                           ckp_json_str(user, "role")));
    }

    ngx_lo_identity_wipe(&b);

    return rc;
}


ngx_uint_t
ngx_lo_identity_is_secure(ngx_lo_api_t *api)
{
    ngx_str_t  *base;

    base = &ngx_lo_conf()->base_url;

#if (NGX_HTTP_SSL)
    if (api->r->connection->ssl != NULL) {
        return 1;
    }
#endif

    return base->len > 6 && ngx_strncmp(base->data, "https:", 6) == 0;
}


ngx_int_t
ngx_lo_identity_cookie(ngx_lo_api_t *api, const char *token, ngx_uint_t age)
{
    u_char      *p;
    size_t       len;
    ngx_uint_t   secure;

    secure = ngx_lo_identity_is_secure(api);
    len = ngx_strlen(token) + 128;
    p = ngx_pnalloc(api->r->pool, len);

    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_snprintf(p, len - 1, NGX_LO_COOKIE "=%s; HttpOnly; SameSite=Strict;"
                  " Path=/; Max-Age=%ui%s", token, age,
                  secure ? "; Secure" : "") = '\0';

    return ngx_lo_api_set(api, "Set-Cookie", (const char *) p);
}


/* --- out ------------------------------------------------------------------------ */


/* When the session would be nobody's by itself, leeway and all. */

static int64_t
ngx_lo_logout_until(const json_t *claims)
{
    double  ms;

    ms = (json_number_value(json_object_get(claims, "exp")) + 120) * 1000;

    return (ms < (double) NGX_LO_LOGOUT_MOST) ? (int64_t) ms
                                              : NGX_LO_LOGOUT_MOST;
}


/* Whoever holds a session may end it; without one there is nothing to end. */

ngx_int_t
ngx_lo_logout_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *text, *jti;
    const json_t  *claims;

    static const ngx_lo_trail_t  left = {
        .category = "auth", .action = "logout", .resource_type = "user",
        .description = "A session was ended"
    };

    (void) job;

    text = ngx_lo_api_bearer(api);

    if (text == NULL) {
        text = ngx_lo_api_cookie(api);

        if (text != NULL && ngx_lo_api_is_forged(api)) {
            return ngx_lo_api_forged(api);
        }
    }

    claims = (text != NULL)
             ? ngx_lo_api_keep(api, ngx_lo_jwt_claims(text, ngx_strlen(text),
                                                      api->now_ms))
             : NULL;
    jti = ckp_json_str(claims, "jti");

    if (jti == NULL) {
        return NGX_OK;
    }

    api->actor = ckp_json_str(claims, "sub");
    api->who.method = "jwt";
    job = ngx_lo_api_job(api, 1);

    if (job == NULL) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "The store is not available");
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_session_old, api->now_ms) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_session_end, jti,
                          ngx_lo_logout_until(claims)) != NGX_OK
        || ngx_lo_identity_trail(api, job, &left, api->actor, NULL) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_logout_done);
}


static ngx_int_t
ngx_lo_logout_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    ngx_lo_proof_changed();

    return ngx_lo_logout_render(api, NULL);
}


ngx_int_t
ngx_lo_logout_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    if (ngx_lo_identity_cookie(api, "", 0) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
