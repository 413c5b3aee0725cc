/*
 * What a login by OpenID Connect needs to remember while the browser is at the
 * provider: in a cookie that the site signs.
 */

#ifndef NGX_LO_OIDC_INT_H
#define NGX_LO_OIDC_INT_H

#include "identity/ngx_lo_identity.h"

#define NGX_LO_OIDC_SECONDS  600            /* for a login */
#define NGX_LO_OIDC_TEXT     8192           /* bytes of one */

/* The answer has the cookie.  NGX_ERROR: no memory, or too much. */
ngx_int_t ngx_lo_oidc_seal(ngx_lo_api_t *api, json_t *flow);

/* What the cookie says, when the site said it and not long ago; new; NULL. */
json_t *ngx_lo_oidc_open(ngx_lo_api_t *api);

/* The answer takes the cookie away. */
ngx_int_t ngx_lo_oidc_forget(ngx_lo_api_t *api);

#endif
