/*
 * What the site says of credentials that it checks itself.
 */

#ifndef NGX_LO_AUTH_CONF_H
#define NGX_LO_AUTH_CONF_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "auth/ngx_lo_jwks.h"
#include "auth/ngx_lo_password.h"

#define NGX_LO_AUTH_SECRET_LEAST  32    /* bytes */

/* An identity provider whose code flow the site takes part in; texts end with a
 * NUL. */
typedef struct {
    const char  *issuer;
    const char  *client;
    const char  *secret;            /* the name of the client's secret; NULL */
    const char  *authorize;         /* addresses; NULL: the provider says it */
    const char  *token;
    const char  *scope;
    const char  *name;              /* the claim that is the user's name */
    const char  *groups;            /* the claim with groups; NULL: as ever */
} ngx_lo_oidc_t;

typedef struct {
    ngx_str_t    secret;            /* langorch_jwt_secret; empty: none */
    ngx_lo_jwks_t  *keys;           /* langorch_jwt_keys; NULL: none */
    const char     *keys_url;       /* the same, an address; NULL: none */
    ngx_msec_t      keys_valid;     /* how long what comes from there counts */
    ngx_lo_oidc_t  *oidc;           /* langorch_oidc; NULL: none */
    ngx_str_t    issuer;            /* langorch_jwt_issuer; empty: whoever */
    ngx_str_t    audience;          /* langorch_jwt_audience; the same */
    ngx_str_t    claim;             /* langorch_jwt_roles; empty: none */
    ngx_str_t    projects;          /* langorch_jwt_projects; empty: none */
    ngx_str_t    sso;               /* langorch_sso; empty: none */
    ngx_str_t    admin;             /* langorch_admin: name; empty: none */
    char         admin_stored[NGX_LO_PASSWORD_STORED];  /* of its password */
} ngx_lo_auth_conf_t;

/* Of this worker; never NULL.  Its texts end with a NUL. */
const ngx_lo_auth_conf_t *ngx_lo_auth_conf(void);

/* 1: an address that begins with https:// or is this machine's: what proves who
 * somebody is may come from there. */
ngx_uint_t ngx_lo_auth_is_safe(const ngx_str_t *s);

#endif
