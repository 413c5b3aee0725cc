/*
 * Where the provider of logins is asked (langorch_oidc): as the directive says,
 * else as the provider itself publishes it (OpenID Connect Discovery 1.0, 4).
 */

#ifndef NGX_LO_ISSUER_H
#define NGX_LO_ISSUER_H

#include "auth/ngx_lo_fetched.h"

typedef struct {
    const char  *authorize;         /* addresses */
    const char  *token;
    unsigned     basic:1;           /* the client proves itself in a header, not
                                       in the form */
} ngx_lo_issuer_t;

void ngx_lo_issuer_start(void);
void ngx_lo_issuer_stop(void);

/* Lent until the loop turns; NULL: it is not known yet, or there is none. */
const ngx_lo_issuer_t *ngx_lo_issuer(void);

/* Waits until it may be known.  NULL: nothing to wait for; or no memory. */
ngx_lo_fetched_look_t *ngx_lo_issuer_look(ngx_lo_fetched_pt done, void *data);

#endif
