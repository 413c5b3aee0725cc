/*
 * What stands before every route: who may ask from elsewhere (CORS), how often,
 * and how long it took (spec/api.md 1.12, 1.13, 1.16).
 */

#ifndef NGX_LO_FRONT_H
#define NGX_LO_FRONT_H

#include "api/ngx_lo_api.h"

/* NGX_OK, or NGX_DONE: the caller asked more often than it may, 429. */
ngx_int_t ngx_lo_front_rate(ngx_lo_api_t *api);

/* Takes one of `most` a minute under the key.  As above. */
ngx_int_t ngx_lo_front_limit(ngx_lo_api_t *api, const char *key,
    ngx_uint_t most);

/* Headers of the answer for a page of another origin, and the time it took;
 * NGX_DONE, or NGX_ERROR: no memory. */
ngx_int_t ngx_lo_front_headers(ngx_lo_api_t *api);

/* Headers of the answer to a browser that asks whether it may ask; nothing when
 * that is no such question, or it may not.  As above. */
ngx_int_t ngx_lo_front_preflight(ngx_lo_api_t *api);

/* The value of a cookie of that name, the first (ngx_lo_caller.c); NULL: there
 * is none. */
const char *ngx_lo_front_cookie(ngx_lo_api_t *api, const char *name);

/* 1: no page of an origin that the site does not name is behind the request.
 * Browsers ask nobody before they open a WebSocket, and send cookies along: so
 * the server has to look. */
ngx_uint_t ngx_lo_front_trusts(ngx_lo_api_t *api);

#endif
