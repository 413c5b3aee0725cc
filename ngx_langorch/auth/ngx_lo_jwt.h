/*
 * JSON Web Tokens of this site: signed, and believed.  One key has one
 * algorithm, whatever a token says of itself (spec/api.md 1.6, 15.1).
 */

#ifndef NGX_LO_JWT_H
#define NGX_LO_JWT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "value/json.h"

#include "ckp.h"
#include "wire/jwt.h"

/* 1: the site can sign (langorch_jwt_secret). */
ngx_uint_t ngx_lo_jwt_ready(void);

/*
 * The claims of a token that somebody signed whom the site trusts, and that are
 * true now: new; NULL: it is none.
 */
json_t *ngx_lo_jwt_claims(const char *text, size_t len, int64_t now_ms);

/* The same of an identity token for the client of langorch_oidc, which only the
 * provider can have signed. */
json_t *ngx_lo_jwt_identity(const char *text, int64_t now_ms);

/* Appends a token with these claims; where the site names issuer or audience,
 * with those, too.  NGX_ERROR: no memory, or the site cannot sign. */
ngx_int_t ngx_lo_jwt_sign(json_t *claims, ckp_buf_t *out);

/* Appends the roles that are claimed, with commas between. */
void ngx_lo_jwt_roles(const json_t *claims, ckp_buf_t *out);

#endif
