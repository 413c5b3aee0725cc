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

/* --- where a post comes from (ngx_lo_webhook_source.c) ------------------------- */

typedef struct ngx_lo_source_s  ngx_lo_source_t;

/* 1: the text can be the name of a host. */
ngx_uint_t ngx_lo_source_is_name(const char *text);

/*
 * Whether the client's address, as NGINX knows it, is in the list (empty: any).
 * NGX_OK, NGX_DECLINED: it is, is not.  NGX_AGAIN: a name is looked up, *source
 * holds it, and the request goes on with `go_on`, which asks _more.  NGX_ERROR.
 */
ngx_int_t ngx_lo_source_look(ngx_lo_api_t *api, const json_t *allowed,
    ngx_lo_resume_pt go_on, ngx_lo_source_t **source);
ngx_int_t ngx_lo_source_more(ngx_lo_source_t *source);

/* What came: payload, headers, the inputs that it gives by itself, and what it
 * is when it comes again. */
ngx_int_t ngx_lo_webhook_read(ngx_lo_api_t *api, const json_t *settings,
    ngx_lo_fire_t *f);

#endif
