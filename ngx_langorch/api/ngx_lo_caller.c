/*
 * Who asks: the first credential of a request that there is, and what it is
 * worth (spec/api.md 1.6, 1.7).
 */

#include "api/ngx_lo_api_int.h"
#include "api/ngx_lo_front.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "api/ngx_lo_within.h"
#include "auth/ngx_lo_jwt.h"
#include "auth/ngx_lo_keys.h"
#include "auth/ngx_lo_proof.h"
#include "store/ngx_lo_sql_identity.h"


typedef enum {
    NGX_LO_CALLER_NONE,
    NGX_LO_CALLER_WRONG,            /* it can be nobody's */
    NGX_LO_CALLER_TOKEN,
    NGX_LO_CALLER_SESSION
} ngx_lo_caller_kind_t;


typedef struct {
    ngx_lo_caller_kind_t   kind;
    const char            *text;
    const char            *method;
    const char            *asked;   /* what the address has */
    json_t                *claims;  /* of a session; lent */
    char                   hash[2 * CKP_SHA256_LEN + 1];    /* names it */
    const json_t          *row;     /* what the store says of it */
    ngx_lo_resume_pt       known;
    unsigned               waited:1;        /* for newer keys */
} ngx_lo_caller_t;


static ngx_int_t ngx_lo_caller_may(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_caller_in(ngx_lo_api_t *api, ngx_int_t narrowed);
static ngx_int_t ngx_lo_caller_nobody(ngx_lo_api_t *api);
static void ngx_lo_caller_presents(ngx_lo_api_t *api, ngx_lo_caller_t *caller);
static ngx_int_t ngx_lo_caller_prove(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_caller_look(ngx_lo_api_t *api,
    const ngx_lo_stmt_t *stmt, const char *first, const char *second);
static ngx_int_t ngx_lo_caller_claims(ngx_lo_api_t *api,
    ngx_lo_caller_t *caller);
static ngx_int_t ngx_lo_caller_newer(ngx_lo_api_t *api,
    ngx_lo_caller_t *caller);
static void ngx_lo_caller_keys(void *data);
static void ngx_lo_caller_unkeys(void *waits);
static ngx_int_t ngx_lo_caller_again(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_caller_worth(ngx_lo_api_t *api,
    const ngx_lo_caller_t *caller);
static void ngx_lo_caller_looked(void *data, const json_t *row,
    ngx_uint_t failed);
static ngx_int_t ngx_lo_caller_unknown(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_caller_proved(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_caller_token(ngx_lo_api_t *api,
    const ngx_lo_caller_t *caller);
static ngx_int_t ngx_lo_caller_session(ngx_lo_api_t *api,
    const ngx_lo_caller_t *caller);
static ngx_int_t ngx_lo_caller_claimed(ngx_lo_api_t *api,
    const json_t *claims);
static void ngx_lo_caller_forget(void *waits);
static ngx_int_t ngx_lo_caller_denied(ngx_lo_api_t *api, const char *code,
    const char *what);
static ngx_int_t ngx_lo_caller_invalid(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_api_who(ngx_lo_api_t *api, ngx_lo_resume_pt known)
{
    ngx_int_t         rc;
    const char       *asked;
    ngx_lo_caller_t  *caller;

    asked = ngx_lo_asked(api);
    api->who.role = NGX_LO_ADMIN;
    api->who.approves = 1;

    if (api->route->role == NGX_LO_PUBLIC) {
        return NGX_OK;
    }

    if (api->route->flags & NGX_LO_TOKEN) {
        api->token = ngx_lo_query_str(api, "token");

        if (api->token != NULL) {
            api->actor = "callback token";
            api->who.role = NGX_LO_PUBLIC;
            api->who.approves = 0;
            return NGX_OK;
        }
    }

    rc = ngx_lo_who_find(api->r, api->conf, &api->who);

    if (rc == NGX_OK) {
        return ngx_lo_caller_in(api, ngx_lo_within_said(api));
    }

    if (rc == NGX_ABORT) {
        return ngx_lo_caller_invalid(api);
    }

    caller = (rc == NGX_DECLINED) ? ngx_pcalloc(api->r->pool,
                                                sizeof(ngx_lo_caller_t))
                                  : NULL;

    if (caller == NULL) {
        return NGX_ERROR;
    }

    caller->known = known;
    caller->asked = asked;
    api->caller = caller;

    return ngx_lo_caller_prove(api);
}


/* Whose projects are known; one whom something malformed limits is nobody. */

static ngx_int_t
ngx_lo_caller_in(ngx_lo_api_t *api, ngx_int_t narrowed)
{
    return (narrowed == NGX_OK) ? ngx_lo_caller_may(api)
           : (narrowed == NGX_ABORT) ? ngx_lo_caller_invalid(api) : NGX_ERROR;
}


/* Somebody, or nobody who may: is it enough for the route? */

static ngx_int_t
ngx_lo_caller_may(ngx_lo_api_t *api)
{
    api->actor = api->who.name;

    if (api->route->role == NGX_LO_NOBODY
        || !ngx_lo_who_is(&api->who, api->route->role))
    {
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "Role '%s' or higher is required",
                                  ngx_lo_role_name(api->route->role));
    }

    if (api->who.projects != NULL && api->route->scope <= NGX_LO_SCOPE_SITE
        && api->route->scope != NGX_LO_SCOPE_OPEN)
    {
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "This is for those of the whole site, and"
                                  " the caller is limited to projects");
    }

    return NGX_OK;
}


/* Nobody vouches for the caller, and nothing was presented. */

static ngx_int_t
ngx_lo_caller_nobody(ngx_lo_api_t *api)
{
    if (api->conf->identity == 0) {
        return ngx_lo_caller_may(api);
    }

    if (api->conf->identity != 1) {
        return ngx_lo_caller_denied(api, "unauthenticated",
                                    "Authentication required");
    }

    api->who.role = NGX_LO_VIEWER;
    api->who.approves = 0;

    return ngx_lo_caller_may(api);
}


ngx_uint_t
ngx_lo_api_is_open(const ngx_lo_api_t *api)
{
    return api->conf->identity == 0 && api->who.method == NULL;
}


/* --- what is presented -------------------------------------------------------- */


const char *
ngx_lo_api_bearer(ngx_lo_api_t *api)
{
    const char  *text;

    text = ngx_lo_api_header(api, "Authorization");

    if (text != NULL
        && ngx_strncasecmp((u_char *) text, (u_char *) "bearer", 6) == 0
        && (text[6] == ' ' || text[6] == '\0'))
    {
        return text + 6 + strspn(text + 6, " ");
    }

    return (api->conf->identity == 0) ? NULL : text;
}


const char *
ngx_lo_api_cookie(ngx_lo_api_t *api)
{
    return ngx_lo_front_cookie(api, NGX_LO_COOKIE);
}


const char *
ngx_lo_front_cookie(ngx_lo_api_t *api, const char *name)
{
    size_t       len, n;
    ngx_str_t    value;
    const char  *p;

    n = ngx_strlen(name);

    for (p = ngx_lo_api_header(api, "Cookie"); p != NULL && *p != '\0';
         p += strspn(p, "; "))
    {
        len = strcspn(p, ";");

        if (len > n && p[n] == '=' && ngx_strncmp(p, name, n) == 0) {
            value.data = (u_char *) p + n + 1;
            value.len = len - n - 1;

            return ngx_lo_cstr(api->r->pool, &value);
        }

        p += len;
    }

    return NULL;
}


ngx_uint_t
ngx_lo_api_is_forged(ngx_lo_api_t *api)
{
    const char  *with;

    if (api->r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_OPTIONS)) {
        return 0;
    }

    with = ngx_lo_api_header(api, "X-Requested-With");

    return (with == NULL || ngx_strcmp(with, "langorch") != 0)
           && (ngx_lo_api_header(api, "Origin") == NULL
               || !ngx_lo_front_trusts(api));
}


ngx_int_t
ngx_lo_api_forged(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 403, "csrf",
                              "A request with the cookie alone has to come"
                              " from a page of this site");
}


static void
ngx_lo_caller_presents(ngx_lo_api_t *api, ngx_lo_caller_t *caller)
{
    const char  *text;
    ngx_uint_t   session;

    session = 1;
    caller->method = "jwt";
    text = ngx_lo_api_bearer(api);

    if (text == NULL) {
        text = ngx_lo_api_header(api, "X-API-Key");
        session = (text == NULL);
    }

    if (text == NULL) {
        text = ngx_lo_api_cookie(api);
        caller->method = "cookie";
    }

    if (text == NULL) {
        text = caller->asked;
        caller->method = "access_token";
    }

    if (text == NULL) {
        return;
    }

    caller->text = text;

    if (ngx_strncmp(text, NGX_LO_TOKEN_MARK, sizeof(NGX_LO_TOKEN_MARK) - 1)
        == 0)
    {
        caller->kind = (ngx_strlen(text) == NGX_LO_TOKEN_LEN)
                       ? NGX_LO_CALLER_TOKEN : NGX_LO_CALLER_WRONG;
        return;
    }

    caller->kind = session ? NGX_LO_CALLER_SESSION : NGX_LO_CALLER_WRONG;
}


/* --- what it is worth ----------------------------------------------------------- */


static ngx_int_t
ngx_lo_caller_prove(ngx_lo_api_t *api)
{
    ngx_lo_caller_t  *caller;

    caller = api->caller;
    ngx_lo_caller_presents(api, caller);

    switch (caller->kind) {

    case NGX_LO_CALLER_NONE:
        return ngx_lo_caller_nobody(api);

    case NGX_LO_CALLER_WRONG:
        return ngx_lo_caller_invalid(api);

    case NGX_LO_CALLER_SESSION:
        return ngx_lo_caller_claims(api, caller);

    case NGX_LO_CALLER_TOKEN:
        break;
    }

    ngx_lo_token_hash(caller->text, NGX_LO_TOKEN_LEN, caller->hash);

    return ngx_lo_caller_look(api, &ngx_lo_sql_token_found, caller->hash,
                              NULL);
}


static ngx_int_t
ngx_lo_caller_claims(ngx_lo_api_t *api, ngx_lo_caller_t *caller)
{
    u_char      *name;
    size_t       len;
    ngx_str_t    who;
    const char  *jti, *sub;

    caller->claims = ngx_lo_api_keep(api,
                         ngx_lo_jwt_claims(caller->text,
                                           ngx_strlen(caller->text),
                                           api->now_ms));
    sub = ckp_json_str(caller->claims, "sub");

    if (sub == NULL) {
        return ngx_lo_caller_newer(api, caller);
    }

    who.data = (u_char *) sub;
    who.len = ngx_strlen(sub);

    if (!ngx_lo_who_is_name(&who)) {
        return ngx_lo_caller_invalid(api);
    }

    if (caller->method[0] == 'c' && ngx_lo_api_is_forged(api)) {
        return ngx_lo_api_forged(api);
    }

    jti = ckp_json_str(caller->claims, "jti");
    jti = jti ? jti : "";
    len = ngx_strlen(jti) + who.len + 1;

    name = ngx_pnalloc(api->r->pool, len);
    if (name == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(name, "%s\n%V", jti, &who);
    ngx_lo_token_hash((char *) name, len, caller->hash);

    return ngx_lo_caller_look(api, &ngx_lo_sql_session_found, jti, sub);
}


/* Nobody whom we know signed it; the provider may have newer keys. */

static ngx_int_t
ngx_lo_caller_newer(ngx_lo_api_t *api, ngx_lo_caller_t *caller)
{
    ngx_lo_fetched_look_t  *look;

    look = caller->waited ? NULL
           : ngx_lo_keys_look(caller->text, 0, ngx_lo_caller_keys, api);

    if (look == NULL) {
        return ngx_lo_caller_invalid(api);
    }

    caller->waited = 1;

    return ngx_lo_api_wait(api, look, ngx_lo_caller_unkeys);
}


static void
ngx_lo_caller_keys(void *data)
{
    ngx_lo_api_over(data, ngx_lo_caller_again);
}


static void
ngx_lo_caller_unkeys(void *waits)
{
    ngx_lo_fetched_look_end(waits);
}


static ngx_int_t
ngx_lo_caller_again(ngx_lo_api_t *api)
{
    ngx_int_t         rc;
    ngx_lo_caller_t  *caller;

    caller = api->caller;
    rc = ngx_lo_caller_claims(api, caller);

    return (rc == NGX_OK) ? caller->known(api) : rc;
}


/* What the store says of it, kept or to be waited for. */

static ngx_int_t
ngx_lo_caller_look(ngx_lo_api_t *api, const ngx_lo_stmt_t *stmt,
    const char *first, const char *second)
{
    ngx_lo_look_t    *look;
    ngx_lo_caller_t  *caller;

    caller = api->caller;
    caller->row = ngx_lo_proof_row(caller->hash);

    if (caller->row != NULL) {
        return ngx_lo_caller_worth(api, caller);
    }

    look = ngx_lo_proof_look(caller->hash, stmt, first, second);

    if (look == NULL) {
        return ngx_lo_caller_unknown(api);
    }

    ngx_lo_proof_wait(look, ngx_lo_caller_looked, api);

    return ngx_lo_api_wait(api, look, ngx_lo_caller_forget);
}


static void
ngx_lo_caller_looked(void *data, const json_t *row, ngx_uint_t failed)
{
    ngx_lo_api_t     *api = data;
    ngx_lo_caller_t  *caller;

    caller = api->caller;
    caller->row = ngx_lo_api_keep(api, json_incref((json_t *) row));

    ngx_lo_api_over(api, failed ? ngx_lo_caller_unknown
                                : ngx_lo_caller_proved);
}


static ngx_int_t
ngx_lo_caller_unknown(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 503, "unavailable",
                              "The store is not available");
}


static ngx_int_t
ngx_lo_caller_proved(ngx_lo_api_t *api)
{
    ngx_int_t         rc;
    ngx_lo_caller_t  *caller;

    caller = api->caller;
    rc = ngx_lo_caller_worth(api, caller);

    return (rc == NGX_OK) ? caller->known(api) : rc;
}


static void
ngx_lo_caller_forget(void *waits)
{
    ngx_lo_proof_end(waits);
}


static ngx_int_t
ngx_lo_caller_worth(ngx_lo_api_t *api, const ngx_lo_caller_t *caller)
{
    return (caller->kind == NGX_LO_CALLER_TOKEN)
           ? ngx_lo_caller_token(api, caller)
           : ngx_lo_caller_session(api, caller);
}


/*
 * A session of a user of the site is worth what the user is by now.  Others,
 * who are signed for elsewhere, have the roles that are claimed; but nobody who
 * was switched off here comes in that way, and nobody who is limited to
 * projects here sees others that way.
 */

static ngx_int_t
ngx_lo_caller_session(ngx_lo_api_t *api, const ngx_lo_caller_t *caller)
{
    ngx_int_t      rc;
    ngx_uint_t     ours;
    const char    *uid, *user, *role;
    const json_t  *row;

    row = caller->row;
    uid = ckp_json_str(caller->claims, "uid");
    user = ckp_json_str(row, "user_id");
    role = ckp_json_str(row, "role");
    ours = (json_object_get(caller->claims, "uid") != NULL);

    if (row == NULL || ckp_json_int(row, "ended", 1) != 0
        || (ours && json_number_value(json_object_get(caller->claims, "iat"))
                    < (double) ckp_json_int(row, "sessions_from", 0))
        || (user != NULL && ckp_json_int(row, "is_active", 0) == 0)
        || (ours && (uid == NULL || user == NULL || role == NULL
                     || ngx_strcmp(uid, user) != 0)))
    {
        return ngx_lo_caller_invalid(api);
    }

    api->who.method = caller->method;
    api->who.name = ckp_json_str(caller->claims, "sub");

    rc = ngx_lo_within_kept(api, row, "projects");

    if (!ours) {
        return (rc == NGX_OK) ? ngx_lo_caller_claimed(api, caller->claims)
                              : ngx_lo_caller_in(api, rc);
    }

    ngx_lo_who_as(&api->who, api->conf,
                  ngx_lo_role_of(role, ngx_strlen(role)));

    return ngx_lo_caller_in(api, rc);
}


static ngx_int_t
ngx_lo_caller_claimed(ngx_lo_api_t *api, const json_t *claims)
{
    ngx_str_t   groups;
    ngx_int_t   rc;
    ckp_buf_t   b;

    ckp_buf_init(&b, CKP_JWT_MAX);
    ngx_lo_jwt_roles(claims, &b);

    rc = NGX_ERROR;
    groups.len = b.len;
    groups.data = (b.failed == CKP_OK) ? ngx_pnalloc(api->r->pool, b.len + 1)
                                       : NULL;

    if (groups.data != NULL) {
        ngx_memcpy(groups.data, ckp_buf_str(&b), b.len);
        ngx_lo_who_grouped(&api->who, api->conf, &groups);
        rc = ngx_lo_caller_in(api, ngx_lo_within_claim(api, claims));
    }

    ckp_buf_free(&b);

    return rc;
}


/*
 * The token's role and projects, and no more than its owner has by now, where
 * the site knows the owner.
 */

static ngx_int_t
ngx_lo_caller_token(ngx_lo_api_t *api, const ngx_lo_caller_t *caller)
{
    ngx_int_t      rc;
    ngx_uint_t     role, approves;
    const char    *hash, *own, *name;
    const json_t  *row;
    ngx_lo_who_t  *who;

    who = &api->who;
    row = caller->row;
    hash = ckp_json_str(row, "hash");
    own = ckp_json_str(row, "user_role");
    name = ckp_json_str(row, "role");

    if (hash == NULL || name == NULL
        || !ngx_lo_token_same(hash, caller->hash)
        || ckp_json_int(row, "expires_at", 0) <= api->now_ms
        || (own != NULL && ckp_json_int(row, "user_active", 0) == 0))
    {
        return ngx_lo_caller_invalid(api);
    }

    role = ngx_lo_role_of(name, ngx_strlen(name));
    approves = 1;

    if (own != NULL) {
        ngx_lo_who_as(who, api->conf, ngx_lo_role_of(own, ngx_strlen(own)));
        approves = who->approves;
        role = ngx_min(role, who->role);
    }

    ngx_lo_who_as(who, api->conf, role);

    who->approves = (who->approves && approves) ? 1 : 0;
    who->method = "api_token";
    who->name = json_string_value(ngx_lo_api_keep(api,
                    json_incref(json_object_get(row, "identity"))));

    if (who->name == NULL) {
        return NGX_ERROR;
    }

    ngx_lo_proof_used(row);

    rc = ngx_lo_within_kept(api, row, "projects");

    if (rc == NGX_OK) {
        rc = ngx_lo_within_kept(api, row, "user_projects");
    }

    return ngx_lo_caller_in(api, rc);
}


/* --- refused ---------------------------------------------------------------------- */


static ngx_int_t
ngx_lo_caller_invalid(ngx_lo_api_t *api)
{
    api->who.role = NGX_LO_NOBODY;

    return ngx_lo_caller_denied(api, "invalid_token",
                                "Invalid or expired token");
}


static ngx_int_t
ngx_lo_caller_denied(ngx_lo_api_t *api, const char *code, const char *what)
{
    if (ngx_lo_api_set(api, "WWW-Authenticate", "Bearer realm=\"langorch\"")
        == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 401, code, "%s", what);
}
