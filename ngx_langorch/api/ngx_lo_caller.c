/*
 * Who asks: the first credential of a request that there is, and what it is
 * worth (spec/api.md 1.6, 1.7).
 */

#include "api/ngx_lo_api.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "auth/ngx_lo_proof.h"
#include "store/ngx_lo_sql_identity.h"


typedef enum {
    NGX_LO_CALLER_NONE,
    NGX_LO_CALLER_WRONG,            /* it can be nobody's */
    NGX_LO_CALLER_TOKEN
} ngx_lo_caller_kind_t;


typedef struct {
    ngx_lo_caller_kind_t   kind;
    const char            *text;
    char                   hash[2 * CKP_SHA256_LEN + 1];
    const json_t          *row;     /* what the store says of it */
    ngx_lo_resume_pt       known;
} ngx_lo_caller_t;


static ngx_int_t ngx_lo_caller_may(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_caller_nobody(ngx_lo_api_t *api);
static void ngx_lo_caller_presents(ngx_lo_api_t *api, ngx_lo_caller_t *caller);
static ngx_int_t ngx_lo_caller_prove(ngx_lo_api_t *api);
static void ngx_lo_caller_looked(void *data, const json_t *row,
    ngx_uint_t failed);
static ngx_int_t ngx_lo_caller_unknown(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_caller_proved(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_caller_token(ngx_lo_api_t *api,
    const ngx_lo_caller_t *caller);
static void ngx_lo_caller_forget(void *waits);
static ngx_int_t ngx_lo_caller_denied(ngx_lo_api_t *api, const char *code,
    const char *what);
static ngx_int_t ngx_lo_caller_invalid(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_api_who(ngx_lo_api_t *api, ngx_lo_resume_pt known)
{
    ngx_int_t         rc;
    ngx_lo_caller_t  *caller;

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
        return ngx_lo_caller_may(api);
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
    api->caller = caller;

    return ngx_lo_caller_prove(api);
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


static void
ngx_lo_caller_presents(ngx_lo_api_t *api, ngx_lo_caller_t *caller)
{
    size_t       len;
    const char  *text, *cookie;

    text = ngx_lo_api_header(api, "Authorization");
    len = 0;

    if (text != NULL
        && ngx_strncasecmp((u_char *) text, (u_char *) "bearer", 6) == 0
        && (text[6] == ' ' || text[6] == '\0'))
    {
        len = 6 + strspn(text + 6, " ");
    }

    if (text != NULL && len == 0 && api->conf->identity == 0) {
        text = NULL;                    /* nobody here asked for that */
    }

    text = (text != NULL) ? text + len : ngx_lo_api_header(api, "X-API-Key");

    cookie = ngx_lo_api_header(api, "Cookie");

    if (text == NULL
        && (cookie == NULL || strstr(cookie, "langorch_token=") == NULL))
    {
        return;
    }

    caller->text = text;
    caller->kind = (text != NULL && ngx_strlen(text) == NGX_LO_TOKEN_LEN
                    && ngx_strncmp(text, NGX_LO_TOKEN_MARK,
                                   sizeof(NGX_LO_TOKEN_MARK) - 1) == 0)
                   ? NGX_LO_CALLER_TOKEN : NGX_LO_CALLER_WRONG;
}


/* --- what it is worth ----------------------------------------------------------- */


static ngx_int_t
ngx_lo_caller_prove(ngx_lo_api_t *api)
{
    ngx_lo_look_t    *look;
    ngx_lo_caller_t  *caller;

    caller = api->caller;
    ngx_lo_caller_presents(api, caller);

    switch (caller->kind) {

    case NGX_LO_CALLER_NONE:
        return ngx_lo_caller_nobody(api);

    case NGX_LO_CALLER_WRONG:
        return ngx_lo_caller_invalid(api);

    case NGX_LO_CALLER_TOKEN:
        break;
    }

    ngx_lo_token_hash(caller->text, NGX_LO_TOKEN_LEN, caller->hash);
    caller->row = ngx_lo_proof_row(caller->hash);

    if (caller->row != NULL) {
        return ngx_lo_caller_token(api, caller);
    }

    look = ngx_lo_proof_look(caller->hash, &ngx_lo_sql_token_found,
                             caller->hash, NULL);

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
    rc = ngx_lo_caller_token(api, caller);

    return (rc == NGX_OK) ? caller->known(api) : rc;
}


static void
ngx_lo_caller_forget(void *waits)
{
    ngx_lo_proof_end(waits);
}


/*
 * The token's role, and no more than its owner has by now, where the site knows
 * the owner.
 */

static ngx_int_t
ngx_lo_caller_token(ngx_lo_api_t *api, const ngx_lo_caller_t *caller)
{
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

    return ngx_lo_caller_may(api);
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
