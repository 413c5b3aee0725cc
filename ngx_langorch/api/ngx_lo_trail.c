/*
 * Who did it: the identity of a request, and its row in the audit.
 */

#include "api/ngx_lo_api.h"
#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "store/ngx_lo_sql.h"


static ngx_int_t ngx_lo_who_nobody(ngx_lo_api_t *api);
static ngx_uint_t ngx_lo_who_presented(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_who_denied(ngx_lo_api_t *api, const char *code,
    const char *what);


ngx_int_t
ngx_lo_api_who(ngx_lo_api_t *api)
{
    ngx_int_t  rc;

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

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_ABORT) {
        return ngx_lo_who_denied(api, "invalid_token",
                                 "Invalid or expired token");
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_lo_who_nobody(api);
        if (rc != NGX_OK) {
            return rc;
        }
    }

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


/*
 * Nobody vouches for the caller.  Of credentials of other kinds none can be
 * valid, so every mode but `off` refuses them.  Source: spec/api.md 1.6.
 */

static ngx_int_t
ngx_lo_who_nobody(ngx_lo_api_t *api)
{
    if (api->conf->identity == 0) {
        return NGX_OK;
    }

    if (ngx_lo_who_presented(api)) {
        return ngx_lo_who_denied(api, "invalid_token",
                                 "Invalid or expired token");
    }

    if (api->conf->identity != 1) {
        return ngx_lo_who_denied(api, "unauthenticated",
                                 "Authentication required");
    }

    api->who.role = NGX_LO_VIEWER;
    api->who.approves = 0;

    return NGX_OK;
}


ngx_uint_t
ngx_lo_api_is_open(const ngx_lo_api_t *api)
{
    return api->conf->identity == 0 && api->who.method == NULL;
}


static ngx_uint_t
ngx_lo_who_presented(ngx_lo_api_t *api)
{
    const char  *cookie;

    cookie = ngx_lo_api_header(api, "Cookie");

    return ngx_lo_api_header(api, "Authorization") != NULL
           || ngx_lo_api_header(api, "X-API-Key") != NULL
           || (cookie != NULL && strstr(cookie, "langorch_token=") != NULL);
}


static ngx_int_t
ngx_lo_who_denied(ngx_lo_api_t *api, const char *code, const char *what)
{
    if (ngx_lo_api_set(api, "WWW-Authenticate", "Bearer realm=\"langorch\"")
        == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 401, code, "%s", what);
}


ngx_int_t
ngx_lo_api_audit(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_trail_t *trail)
{
    char        *addr;
    ngx_int_t    rc;
    json_t      *meta;

    addr = ngx_lo_cstr(api->r->pool, &api->r->connection->addr_text);
    if (addr == NULL) {
        return NGX_ERROR;
    }

    meta = NULL;

    if (trail->meta != NULL) {
        meta = ckp_program_redact(NULL, trail->meta);
        if (meta == NULL) {
            return NGX_ERROR;
        }
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_audit_add, api->now_ms,
                        trail->category, trail->action, api->actor,
                        trail->description, trail->resource_type,
                        trail->resource_id, meta, addr, api->who.method,
                        api->request_id, trail->run, trail->procedure,
                        trail->hash);
    json_decref(meta);

    return rc;
}
