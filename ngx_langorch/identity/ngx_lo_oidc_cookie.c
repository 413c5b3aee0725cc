/*
 * The cookie of a login that is under way.
 */

#include "api/ngx_lo_reply.h"
#include "identity/ngx_lo_cookie.h"
#include "identity/ngx_lo_oidc_int.h"

#define NGX_LO_OIDC_COOKIE   "langorch_oidc"
#define NGX_LO_OIDC_MARK     "oidc:"        /* before what is signed */


static ngx_int_t ngx_lo_oidc_cookie(ngx_lo_api_t *api, const char *value);


ngx_int_t
ngx_lo_oidc_seal(ngx_lo_api_t *api, json_t *flow)
{
    ngx_int_t  rc;
    ckp_buf_t  b;

    rc = ngx_lo_cookie_seal(NGX_LO_OIDC_MARK, flow, &b);

    if (rc == NGX_OK) {
        rc = ngx_lo_oidc_cookie(api, ckp_buf_str(&b));
    }

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


json_t *
ngx_lo_oidc_open(ngx_lo_api_t *api)
{
    return ngx_lo_cookie_open(api, NGX_LO_OIDC_COOKIE, NGX_LO_OIDC_MARK);
}


ngx_int_t
ngx_lo_oidc_forget(ngx_lo_api_t *api)
{
    return ngx_lo_oidc_cookie(api, "");
}
