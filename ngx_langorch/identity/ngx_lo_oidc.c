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

#include "api/ngx_lo_front.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_jwt.h"
#include "auth/ngx_lo_keys.h"
#include "auth/ngx_lo_proof.h"
#include "identity/ngx_lo_identity.h"
#include "store/ngx_lo_sql_identity.h"
#include "wire/http.h"

#define NGX_LO_OIDC_COOKIE   "langorch_oidc"
#define NGX_LO_OIDC_MARK     "oidc:"        /* before what is signed */
#define NGX_LO_OIDC_SECONDS  600            /* for a login */
#define NGX_LO_OIDC_TEXT     8192
#define NGX_LO_OIDC_MS       10000
#define NGX_LO_OIDC_REPLY    (256 * 1024)


typedef struct {
    const json_t  *flow;            /* what the cookie has */
    const char    *code;
    const char    *token;           /* the identity token */
    unsigned       waited:1;        /* for newer keys */
} ngx_lo_oidc_login_t;


static ngx_int_t ngx_lo_oidc_cookie(ngx_lo_api_t *api, const char *value);
static ngx_int_t ngx_lo_oidc_seal(ngx_lo_api_t *api, json_t *flow);
static json_t *ngx_lo_oidc_open(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_oidc_back(ngx_lo_api_t *api, ckp_buf_t *b);
static ngx_int_t ngx_lo_oidc_ask(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_oidc_asked(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);
static ngx_int_t ngx_lo_oidc_judge(ngx_lo_api_t *api);
static void ngx_lo_oidc_keys(void *data);
static void ngx_lo_oidc_unkeys(void *waits);
static ngx_int_t ngx_lo_oidc_known(ngx_lo_api_t *api, const json_t *claims);
static ngx_int_t ngx_lo_oidc_done(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_oidc_bad(ngx_lo_api_t *api);


/* --- out ------------------------------------------------------------------------- */


ngx_int_t
ngx_lo_oidc_login(ngx_lo_api_t *api, const char *from)
{
    char                  state[33], nonce[33], verifier[65];
    uint8_t               sum[CKP_SHA256_LEN];
    json_t               *flow, *query;
    ngx_int_t             rc;
    ckp_buf_t             url, back, challenge;
    const ngx_lo_oidc_t  *o;

    if (!ngx_lo_jwt_ready()) {
        return ngx_lo_identity_keyless(api);
    }

    o = ngx_lo_auth_conf()->oidc;

    ngx_lo_rand_hex(state, 16);
    ngx_lo_rand_hex(nonce, 16);
    ngx_lo_rand_hex(verifier, 32);

    ckp_sha256(verifier, 64, sum);
    ckp_buf_init(&challenge, 128);
    ckp_base64_put(&challenge, sum, sizeof(sum), true);

    ckp_buf_init(&back, NGX_LO_OIDC_TEXT);
    rc = ngx_lo_oidc_back(api, &back);

    flow = json_pack("{s:s, s:s, s:s, s:s?, s:I}", "state", state, "nonce",
                     nonce, "verifier", verifier, "from", from, "until",
                     (json_int_t) api->now_ms + NGX_LO_OIDC_SECONDS * 1000);

    query = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                      "response_type", "code", "client_id", o->client,
                      "redirect_uri", ckp_buf_str(&back), "scope", o->scope,
                      "state", state, "nonce", nonce, "code_challenge",
                      ckp_buf_str(&challenge), "code_challenge_method",
                      "S256");

    ckp_buf_init(&url, NGX_LO_OIDC_TEXT);
    ckp_http_url(&url, o->authorize, query);

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


/* --- the cookie ------------------------------------------------------------------ */


/* No token of ours could be one of these: what is signed begins otherwise. */

static void
ngx_lo_oidc_sign(const char *text, size_t len, char out[65])
{
    uint8_t           sum[CKP_SHA256_LEN];
    ckp_buf_t         b;
    const ngx_str_t  *key;

    key = &ngx_lo_auth_conf()->secret;

    ckp_buf_init(&b, NGX_LO_OIDC_TEXT);
    ckp_buf_puts(&b, NGX_LO_OIDC_MARK);
    ckp_buf_put(&b, text, len);
    ckp_hmac_sha256(key->data, key->len, ckp_buf_str(&b), b.len, sum);
    ckp_hex(sum, sizeof(sum), out);
    ckp_buf_free(&b);
}


static ngx_int_t
ngx_lo_oidc_seal(ngx_lo_api_t *api, json_t *flow)
{
    char       *text, mac[65];
    ngx_int_t   rc;
    ckp_buf_t   b;

    text = ckp_json_text(flow);
    if (text == NULL) {
        return NGX_ERROR;
    }

    ckp_buf_init(&b, NGX_LO_OIDC_TEXT);
    ckp_base64_put(&b, (const uint8_t *) text, ngx_strlen(text), true);
    ckp_free(text);

    ngx_lo_oidc_sign(ckp_buf_str(&b), b.len, mac);
    ckp_buf_printf(&b, ".%s", mac);

    rc = (b.failed == CKP_OK) ? ngx_lo_oidc_cookie(api, ckp_buf_str(&b))
                              : NGX_ERROR;
    ckp_buf_free(&b);

    return rc;
}


/* It comes back from another site, so Strict would not do; "": it goes. */

static ngx_int_t
ngx_lo_oidc_cookie(ngx_lo_api_t *api, const char *value)
{
    u_char      *p;
    size_t       len;
    ngx_uint_t   secure;

    secure = ngx_lo_identity_is_secure(api);
    len = ngx_strlen(value) + api->conf->mount.len + 160;
    p = ngx_pnalloc(api->r->pool, len);

    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_snprintf(p, len - 1, NGX_LO_OIDC_COOKIE "=%s; HttpOnly; SameSite=Lax;"
                  " Path=%V/auth/sso; Max-Age=%d%s", value, &api->conf->mount,
                  *value ? NGX_LO_OIDC_SECONDS : 0,
                  secure ? "; Secure" : "") = '\0';

    return ngx_lo_api_set(api, "Set-Cookie", (const char *) p) == NGX_ERROR
           ? NGX_ERROR : NGX_OK;
}


/* What the cookie says, when the site said it and not long ago; new; NULL. */

static json_t *
ngx_lo_oidc_open(ngx_lo_api_t *api)
{
    char         mac[65];
    size_t       len, n;
    uint8_t     *bytes;
    json_t      *flow;
    ckp_err_t    err = CKP_ERR_INIT;
    const char  *text, *dot;

    text = ngx_lo_front_cookie(api, NGX_LO_OIDC_COOKIE);
    dot = (text != NULL) ? ngx_strchr(text, '.') : NULL;

    if (dot == NULL || ngx_strlen(text) > NGX_LO_OIDC_TEXT) {
        return NULL;
    }

    len = (size_t) (dot - text);
    ngx_lo_oidc_sign(text, len, mac);

    if (!ngx_lo_token_same(mac, dot + 1)) {
        return NULL;
    }

    bytes = ngx_pnalloc(api->r->pool, len + 4);

    if (bytes == NULL || !ckp_base64_read(text, len, bytes, &n)) {
        return NULL;
    }

    flow = ckp_json_parse((const char *) bytes, n, &err);

    if (ckp_json_int(flow, "until", 0) < api->now_ms) {
        json_decref(flow);
        return NULL;
    }

    return flow;
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


static ngx_int_t
ngx_lo_oidc_ask(ngx_lo_api_t *api)
{
    char                   *secret;
    json_t                 *form;
    ckp_buf_t               back, body;
    ngx_int_t               rc;
    ngx_lo_secret_lack_t    lack;
    const ngx_lo_oidc_t    *o;
    ngx_lo_oidc_login_t    *in;
    ngx_lo_call_request_t   rq;

    static const ngx_lo_call_header_t  heads[] = {
        { "Content-Type", "application/x-www-form-urlencoded" },
        { "Accept", "application/json" }
    };

    in = api->ctx;
    o = ngx_lo_auth_conf()->oidc;
    secret = (o->secret != NULL) ? ngx_lo_secret_named(o->secret, &lack)
                                 : NULL;

    if (o->secret != NULL && secret == NULL) {
        ngx_log_error(NGX_LOG_ERR, api->r->connection->log, 0,
                      "langorch: the secret \"%s\" of langorch_oidc has no"
                      " value", o->secret);
        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "Single sign-on is not available now");
    }

    ckp_buf_init(&back, NGX_LO_OIDC_TEXT);
    ckp_buf_init(&body, NGX_LO_OIDC_TEXT);
    rc = ngx_lo_oidc_back(api, &back);

    form = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s*}", "grant_type",
                     "authorization_code", "code", in->code, "redirect_uri",
                     ckp_buf_str(&back), "client_id", o->client,
                     "code_verifier", ckp_json_str(in->flow, "verifier"),
                     "client_secret", secret);
    ckp_http_form(&body, form);

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = o->token;
    rq.method = "POST";
    rq.headers = heads;
    rq.nheaders = 2;
    rq.body = ckp_buf_str(&body);
    rq.body_len = body.len;
    rq.timeout = NGX_LO_OIDC_MS;
    rq.reply_max = NGX_LO_OIDC_REPLY;
    rq.sealed = 1;

    rc = (rc != NGX_OK || form == NULL || body.failed != CKP_OK) ? NGX_ERROR
         : ngx_lo_api_call(api, &rq, ngx_lo_oidc_asked);

    json_decref(form);
    ngx_lo_secret_free(secret);
    ngx_lo_identity_wipe(&body);
    ckp_buf_free(&back);

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
                      ngx_lo_auth_conf()->oidc->token,
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
    json_t               *claims;
    const char           *nonce, *own;
    ngx_lo_keys_look_t   *look;
    ngx_lo_oidc_login_t  *in;

    in = api->ctx;
    claims = ngx_lo_api_keep(api, ngx_lo_jwt_identity(in->token,
                                                      api->now_ms));

    if (claims == NULL && !in->waited) {
        in->waited = 1;
        look = ngx_lo_keys_look(in->token, ngx_lo_oidc_keys, api);

        if (look != NULL) {
            return ngx_lo_api_wait(api, look, ngx_lo_oidc_unkeys);
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


static void
ngx_lo_oidc_unkeys(void *waits)
{
    ngx_lo_keys_look_end(waits);
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
    rc = (b.failed == CKP_OK) ? NGX_OK : NGX_ERROR;
    ckp_buf_free(&b);

    api->actor = name;
    api->who.name = name;
    api->who.method = "oidc";
    ngx_lo_uuid(id);

    job = ngx_lo_api_job(api, 1);

    if (job == NULL || rc != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_user_sso, (const char *) id, name,
                          ngx_lo_role_name(api->who.role), "oidc",
                          api->now_ms) != NGX_OK
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

    if (ngx_lo_oidc_cookie(api, "") != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_sso_enter(api, ngx_lo_job_row(job, 2),
                            ckp_json_str(in->flow, "from"));
}
