/*
 * Texts that a browser keeps for the site, signed by it.
 */

#ifndef NGX_LO_COOKIE_H
#define NGX_LO_COOKIE_H

#include "api/ngx_lo_api.h"

#define NGX_LO_COOKIE_TEXT  8192            /* bytes of one */

/*
 * The value of a cookie that says `what`, which has a member `until` (ms), for
 * what the mark names.  `out` is begun here and freed by the caller, always.
 * NGX_ERROR: no memory, or too much.
 */
ngx_int_t ngx_lo_cookie_seal(const char *mark, const json_t *what,
    ckp_buf_t *out);

/* What the cookie of that name says, when the site said it for that and its
 * time is not over; new; NULL: it does not. */
json_t *ngx_lo_cookie_open(ngx_lo_api_t *api, const char *name,
    const char *mark);

#endif
