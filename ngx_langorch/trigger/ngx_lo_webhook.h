/*
 * Posts from elsewhere: what their files share.
 */

#ifndef NGX_LO_WEBHOOK_H
#define NGX_LO_WEBHOOK_H

#include "trigger/ngx_lo_fire.h"

#define NGX_LO_HOOK_RATE  600           /* a minute, of a procedure */
#define NGX_LO_HOOK_KEY   320           /* a name of a rate, with an id in it */

/* "webhook:<address>"; the request's memory, NULL: none. */
const char *ngx_lo_webhook_name(ngx_lo_api_t *api);

/* The request's headers without those that prove who somebody is, and without
 * `own`, where a trigger has a header of its own for that (NULL: none): new
 * object; NULL: no memory. */
json_t *ngx_lo_webhook_heads(ngx_lo_api_t *api, const char *own);

/* The header that has the credential; NULL: the trigger names none. */
const char *ngx_lo_webhook_own(const json_t *settings);

/* What came: payload, headers, the inputs that it gives by itself, and what it
 * is when it comes again. */
ngx_int_t ngx_lo_webhook_read(ngx_lo_api_t *api, const json_t *settings,
    ngx_lo_fire_t *f);

#endif
