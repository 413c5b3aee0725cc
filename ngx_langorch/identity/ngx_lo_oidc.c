/*
 * The code flow of OpenID Connect, with PKCE, by the site itself
 * (langorch_oidc).
 *
 * The life of a login.
 *   out     state, nonce and verifier go along in a cookie that the site signs;
 *           the provider gets the state, and hashes of the rest
 *   back    the state is that of the cookie, so it is the same browser
 *   asked   the provider gives an identity token for the code and the verifier
 *   known   one of its keys signed that, for us, for this login: a user of the
 *           site with a session
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "api/ngx_lo_within.h"
#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_issuer.h"
#include "auth/ngx_lo_jwt.h"
#include "auth/ngx_lo_keys.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_oidc_int.h"
#include "store/ngx_lo_sql_identity.h"
#include "wire/http.h"

#define NGX_LO_OIDC_MS       10000
#define NGX_LO_OIDC_REPLY    (256 * 1024)


typedef struct {
    const char        *from;        /* where to come back to; NULL */
    const json_t      *flow;        /* what the cookie has */
    const char        *code;
    const char        *token;       /* the identity token */
    ngx_lo_resume_pt   again;       /* when the provider said where it is */
    unsigned           asked:1;     /* it was */
    unsigned           waited:1;    /* for newer keys */
} ngx_lo_oidc_login_t;


static ngx_int_t ngx_lo_oidc_out(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_oidc_where(ngx_lo_api_t *api, ngx_lo_resume_pt again);
static void ngx_lo_oidc_told(void *data);
static void ngx_lo_oidc_unwait(void *waits);
static ngx_int_t ngx_lo_oidc_back(ngx_lo_api_t *api, ckp_buf_t *b);
static ngx_int_t ngx_lo_oidc_ask(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_oidc_asked(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);
static ngx_int_t ngx_lo_oidc_judge(ngx_lo_api_t *api);
static void ngx_lo_oidc_keys(void *data);
static ngx_int_t ngx_lo_oidc_known(ngx_lo_api_t *api, const json_t *claims);
static ngx_int_t ngx_lo_oidc_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_oidc_bad(ngx_lo_api_t *api);


/* --- out ------------------------------------------------------------------------- */


ngx_int_t
ngx_lo_oidc_login(ngx_lo_api_t *api, const char *from)
{
    ngx_lo_oidc_login_t  *in;

    in = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_oidc_login_t));

    if (in == NULL) {
        return NGX_ERROR;
    }

    api->ctx = in;
    in->from = from;

    if (!ngx_lo_jwt_ready()) {
        return ngx_lo_identity_keyless(api);
    }

    return ngx_lo_oidc_out(api);
}


static ngx_int_t
ngx_lo_oidc_out(ngx_lo_api_t *api)
{
    char                    state[33], nonce[33], verifier[65];
    uint8_t                 sum[CKP_SHA256_LEN];
    json_t                 *flow, *query;
    ngx_int_t               rc;
    ckp_buf_t               url, back, challenge;
    const ngx_lo_oidc_t    *o;
    const ngx_lo_issuer_t  *at;
    ngx_lo_oidc_login_t    *in;

    in = api->ctx;
    o = ngx_lo_auth_conf()->oidc;
    at = ngx_lo_issuer();

    if (at == NULL) {
        return ngx_lo_oidc_where(api, ngx_lo_oidc_out);
    }

    ngx_lo_rand_hex(state, 16);
    ngx_lo_rand_hex(nonce, 16);
    ngx_lo_rand_hex(verifier, 32);

    ckp_sha256(verifier, 64, sum);
    ckp_buf_init(&challenge, 128);
    ckp_base64_put(&challenge, sum, sizeof(sum), true);

    ckp_buf_init(&back, NGX_LO_OIDC_TEXT);
    rc = ngx_lo_oidc_back(api, &back);

    flow = json_pack("{s:s, s:s, s:s, s:s?, s:I}", "state", state, "nonce",
                     nonce, "verifier", verifier, "from", in->from, "until",
                     (json_int_t) api->now_ms + NGX_LO_OIDC_SECONDS * 1000);

    query = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                      "response_type", "code", "client_id", o->client,
                      "redirect_uri", ckp_buf_str(&back), "scope", o->scope,
                      "state", state, "nonce", nonce, "code_challenge",
                      ckp_buf_str(&challenge), "code_challenge_method",
                      "S256");

    ckp_buf_init(&url, NGX_LO_OIDC_TEXT);
    ckp_http_url(&url, at->authorize, query);

    rc = (rc != NGX_OK || flow == NULL || query == NULL
          || url.failed != CKP_OK || challenge.failed != CKP_OK)
         ? NGX_ERROR : ngx_lo_oidc_seal(api, flow);

    if (rc == NGX_OK) {
        rc = ngx_lo_sso_to(api, ckp_buf_str(&url));
    }

    json_decref(flow);
    json_decref(query);
    ckp_buf_free(&url);
    ckp_buf_free(&back);
    ckp_buf_free(&challenge);

    return rc;
}


/* The provider has not said yet where it is: once, that is waited for. */

static ngx_int_t
ngx_lo_oidc_where(ngx_lo_api_t *api, ngx_lo_resume_pt again)
{
    ngx_lo_oidc_login_t    *in;
    ngx_lo_fetched_look_t  *look;

    in = api->ctx;
    look = in->asked ? NULL : ngx_lo_issuer_look(ngx_lo_oidc_told, api);

    if (look == NULL) {
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "Single sign-on is not available now");
    }

    in->asked = 1;
    in->again = again;

    return ngx_lo_api_wait(api, look, ngx_lo_oidc_unwait);
}


static void
ngx_lo_oidc_told(void *data)
{
    ngx_lo_api_t         *api = data;
    ngx_lo_oidc_login_t  *in;

    in = api->ctx;
    ngx_lo_api_over(api, in->again);
}


static void
ngx_lo_oidc_unwait(void *waits)
{
    ngx_lo_fetched_look_end(waits);
}


/* Where the provider sends the browser: as the site is called from outside. */

static ngx_int_t
ngx_lo_oidc_back(ngx_lo_api_t *api, ckp_buf_t *b)
{
    ngx_str_t  base;

    if (ngx_lo_api_base(api, &base) != NGX_OK) {
        return NGX_ERROR;
    }

    ckp_buf_put(b, (const char *) base.data, base.len);
    ckp_buf_put(b, (const char *) api->conf->mount.data,
                api->conf->mount.len);
    ckp_buf_puts(b, "/auth/sso/callback");

    return (b->failed == CKP_OK) ? NGX_OK : NGX_ERROR;
}


/* --- back ------------------------------------------------------------------------ */


static ngx_int_t
ngx_lo_oidc_bad(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 400, "bad_request",
                              "Invalid or expired SSO state");
}


ngx_int_t
ngx_lo_oidc_callback(ngx_lo_api_t *api, const char *code, const char *state)
{
    json_t               *names;
    ngx_int_t             rc;
    const char           *own;
    const ngx_lo_oidc_t  *o;
    ngx_lo_oidc_login_t  *in;

    o = ngx_lo_auth_conf()->oidc;
    in = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_oidc_login_t));

    if (in == NULL) {
        return NGX_ERROR;
    }

    api->ctx = in;
    in->code = code;

    if (!ngx_lo_jwt_ready()) {
        return ngx_lo_identity_keyless(api);
    }

    in->flow = ngx_lo_api_keep(api, ngx_lo_oidc_open(api));
    own = ckp_json_str(in->flow, "state");

    if (in->code == NULL || state == NULL || own == NULL
        || !ngx_lo_token_same(own, state))
    {
        return ngx_lo_oidc_bad(api);
    }

    if (o->secret == NULL) {
        return ngx_lo_oidc_ask(api);
    }

    names = json_pack("[s]", o->secret);
    rc = (names != NULL) ? ngx_lo_api_secrets(api, names, ngx_lo_oidc_ask)
                         : NGX_ERROR;
    json_decref(names);

    return rc;
}


/* --- asked ------------------------------------------------------------------------ */


/* Id and secret of the client, each as a form has it (RFC 6749, 2.3.1), with a
 * colon between. */

static void
ngx_lo_oidc_basic(const char *client, const char *secret, ckp_buf_t *out)
{
    char       *p;
    json_t     *both;
    ckp_buf_t   plain;

    both = json_pack("{s:s}", client, secret);
    ckp_buf_init(&plain, NGX_LO_OIDC_TEXT);
    ckp_http_form(&plain, both);

    p = (both != NULL) ? ngx_strchr(ckp_buf_str(&plain), '=') : NULL;

    if (p == NULL || plain.failed != CKP_OK) {
        out->failed = CKP_E_NOMEM;

    } else {
        *p = ':';
        ckp_http_basic(out, NULL, ckp_buf_str(&plain));
    }

    json_decref(both);
    ngx_lo_identity_wipe(&plain);
}


/* What is asked for; `secret` NULL: the client proves itself elsewhere. */

static ngx_int_t
ngx_lo_oidc_form(ngx_lo_api_t *api, const char *secret, ckp_buf_t *body)
{
    json_t               *form;
    ngx_int_t             rc;
    ckp_buf_t             back;
    ngx_lo_oidc_login_t  *in;

    in = api->ctx;
    ckp_buf_init(&back, NGX_LO_OIDC_TEXT);
    rc = ngx_lo_oidc_back(api, &back);

    form = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s*}", "grant_type",
                     "authorization_code", "code", in->code, "redirect_uri",
                     ckp_buf_str(&back), "client_id",
                     ngx_lo_auth_conf()->oidc->client,
                     "code_verifier", ckp_json_str(in->flow, "verifier"),
                     "client_secret", secret);
    ckp_http_form(body, form);

    rc = (rc == NGX_OK && form != NULL && body->failed == CKP_OK) ? NGX_OK
                                                                   : NGX_ERROR;
    json_decref(form);
    ckp_buf_free(&back);

    return rc;
}


static ngx_int_t
ngx_lo_oidc_ask(ngx_lo_api_t *api)
{
    char                    *secret;
    ckp_buf_t                body, proof;
    ngx_int_t                rc;
    ngx_lo_secret_lack_t     lack;
    const ngx_lo_oidc_t     *o;
    const ngx_lo_issuer_t   *at;
    ngx_lo_call_request_t    rq;

    ngx_lo_call_header_t  heads[] = {
        { "Content-Type", "application/x-www-form-urlencoded" },
        { "Accept", "application/json" },
        { "Authorization", NULL }
    };

    o = ngx_lo_auth_conf()->oidc;
    at = ngx_lo_issuer();

    if (at == NULL) {
        return ngx_lo_oidc_where(api, ngx_lo_oidc_ask);
    }

    secret = (o->secret != NULL) ? ngx_lo_secret_named(o->secret, &lack)
                                 : NULL;

    if (o->secret != NULL && secret == NULL) {
        ngx_log_error(NGX_LOG_ERR, api->r->connection->log, 0,
                      "langorch: the secret \"%s\" of langorch_oidc has no"
                      " value", o->secret);
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "Single sign-on is not available now");
    }

    ckp_buf_init(&body, NGX_LO_OIDC_TEXT);
    ckp_buf_init(&proof, NGX_LO_OIDC_TEXT);

    if (at->basic && secret != NULL) {
        ngx_lo_oidc_basic(o->client, secret, &proof);
    }

    rc = ngx_lo_oidc_form(api, (proof.len == 0) ? secret : NULL, &body);
    heads[2].value = ckp_buf_str(&proof);

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = at->token;
    rq.method = "POST";
    rq.headers = heads;
    rq.nheaders = (proof.len != 0) ? 3 : 2;
    rq.body = ckp_buf_str(&body);
    rq.body_len = body.len;
    rq.timeout = NGX_LO_OIDC_MS;
    rq.reply_max = NGX_LO_OIDC_REPLY;
    rq.sealed = 1;

    rc = (rc != NGX_OK || proof.failed != CKP_OK) ? NGX_ERROR
         : ngx_lo_api_call(api, &rq, ngx_lo_oidc_asked);

    ngx_lo_secret_free(secret);
    ngx_lo_identity_wipe(&body);
    ngx_lo_identity_wipe(&proof);

    return rc;
}


static ngx_int_t
ngx_lo_oidc_asked(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    json_t               *answer;
    ckp_err_t             err = CKP_ERR_INIT;
    ngx_lo_oidc_login_t  *in;

    in = api->ctx;

    if (reply->outcome != CKP_OUTCOME_OK || reply->status >= 500) {
        ngx_log_error(NGX_LOG_ERR, api->r->connection->log, 0,
                      "langorch: no token from \"%s\": %s",
                      ngx_lo_auth_conf()->oidc->issuer,
                      reply->why ? reply->why : "its status");
        return ngx_lo_api_problem(api, 502, "bad_gateway",
                                  "The identity provider does not answer");
    }

    answer = ngx_lo_api_keep(api,
                             ckp_json_parse((const char *) reply->body.data,
                                            reply->body.len, &err));
    in->token = ckp_json_str(answer, "id_token");

    if (reply->status != 200 || in->token == NULL) {
        return ngx_lo_oidc_bad(api);
    }

    return ngx_lo_oidc_judge(api);
}


static ngx_int_t
ngx_lo_oidc_judge(ngx_lo_api_t *api)
{
    json_t                 *claims;
    const char             *nonce, *own;
    ngx_lo_oidc_login_t    *in;
    ngx_lo_fetched_look_t  *look;

    in = api->ctx;
    claims = ngx_lo_api_keep(api, ngx_lo_jwt_identity(in->token,
                                                      api->now_ms));

    if (claims == NULL && !in->waited) {
        in->waited = 1;
        look = ngx_lo_keys_look(in->token, 1, ngx_lo_oidc_keys, api);

        if (look != NULL) {
            return ngx_lo_api_wait(api, look, ngx_lo_oidc_unwait);
        }
    }

    nonce = ckp_json_str(claims, "nonce");
    own = ckp_json_str(in->flow, "nonce");

    if (nonce == NULL || own == NULL || !ngx_lo_token_same(nonce, own)) {
        return ngx_lo_oidc_bad(api);
    }

    return ngx_lo_oidc_known(api, claims);
}


static void
ngx_lo_oidc_keys(void *data)
{
    ngx_lo_api_over(data, ngx_lo_oidc_judge);
}


/* --- known ------------------------------------------------------------------------ */


/* An address that nobody proved is nobody's name. */

static const char *
ngx_lo_oidc_name(const json_t *claims)
{
    const char           *name;
    const ngx_lo_oidc_t  *o;

    o = ngx_lo_auth_conf()->oidc;
    name = ckp_json_str(claims, o->name);

    if (name != NULL && ngx_strcmp(o->name, "email") == 0
        && !ckp_json_bool(claims, "email_verified", false))
    {
        return NULL;
    }

    return (name != NULL && *name != '\0') ? name : NULL;
}


static ngx_int_t
ngx_lo_oidc_known(ngx_lo_api_t *api, const json_t *claims)
{
    char           id[37];
    ckp_buf_t      b;
    ngx_int_t      rc;
    ngx_str_t      text;
    const char    *name;
    ngx_lo_job_t  *job;

    static const ngx_lo_trail_t  came = {
        .category = "auth", .action = "login", .resource_type = "user",
        .description = "A session began by single sign-on"
    };

    name = ngx_lo_oidc_name(claims);
    text.data = (u_char *) name;
    text.len = (name != NULL) ? ngx_strlen(name) : 0;

    if (name == NULL || text.len > NGX_LO_USER_NAME
        || !ngx_lo_who_is_name(&text))
    {
        return ngx_lo_oidc_bad(api);
    }

    ckp_buf_init(&b, CKP_JWT_MAX);
    ckp_jwt_roles(claims, ngx_lo_auth_conf()->oidc->groups, &b);
    text.data = (u_char *) ckp_buf_str(&b);
    text.len = b.len;
    ngx_lo_who_grouped(&api->who, api->conf, &text);
    ngx_str_null(&api->who.groups);
    rc = (b.failed == CKP_OK) ? ngx_lo_within_claim(api, claims) : NGX_ERROR;
    ckp_buf_free(&b);

    if (rc == NGX_ABORT) {
        return ngx_lo_oidc_bad(api);
    }

    api->actor = name;
    api->who.name = name;
    api->who.method = "oidc";
    ngx_lo_uuid(id);

    job = ngx_lo_api_job(api, 1);

    if (job == NULL || rc != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_user_sso, (const char *) id, name,
                          ngx_lo_role_name(api->who.role), "oidc",
                          api->now_ms,
                          (int64_t) (ngx_lo_auth_conf()->projects.len != 0),
                          api->who.projects) != NGX_OK
        || ngx_lo_identity_trail(api, job, &came, name, NULL) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_user_login, name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_oidc_done);
}


static ngx_int_t
ngx_lo_oidc_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_oidc_login_t  *in;

    in = api->ctx;

    if (ngx_lo_oidc_forget(api) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_sso_enter(api, ngx_lo_job_row(job, 2),
                            ckp_json_str(in->flow, "from"));
}
