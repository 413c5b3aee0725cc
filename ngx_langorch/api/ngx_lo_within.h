/*
 * The projects that a caller is limited to: whence they come, and what of the
 * site is there for somebody who is (docs/api.md, Project scopes).
 *
 * The life of a limit.
 *   known      each credential narrows it            ngx_lo_within_kept and kin
 *   refused    what is for the whole site alone: 403 ngx_lo_caller.c
 *   looked     the object that the request names, before its route sees it; one
 *              outside is hidden: its id becomes one that nothing has
 *   kept to    the other routes ask for it           ngx_lo_api_projects
 */

#ifndef NGX_LO_WITHIN_H
#define NGX_LO_WITHIN_H

#include "api/ngx_lo_api.h"

/*
 * What the site's variable says; what the claim of a token from elsewhere does,
 * where the site names one; and what a row of ours has in that member (a list;
 * NULL or null: nothing).  Each narrows what was known before.
 *
 * NGX_OK; NGX_ABORT: it is no set of projects, and then nobody knows what the
 * caller may see; NGX_ERROR: no memory.
 */
ngx_int_t ngx_lo_within_said(ngx_lo_api_t *api);
ngx_int_t ngx_lo_within_claim(ngx_lo_api_t *api, const json_t *claims);
ngx_int_t ngx_lo_within_kept(ngx_lo_api_t *api, const json_t *row,
    const char *member);

/*
 * Looks at what a limited caller names, then goes on with `begin`.  NGX_OK: a
 * look begins; NGX_DECLINED: there is nothing to look at; NGX_DONE: the answer;
 * NGX_ERROR.
 */
ngx_int_t ngx_lo_within_look(ngx_lo_api_t *api, ngx_lo_resume_pt begin);

/* The route was prepared: one that was to keep to the projects has asked for
 * them.  NGX_OK, or the answer, 500: nobody is told what he must not know. */
ngx_int_t ngx_lo_within_heeded(ngx_lo_api_t *api);

/* The set in an order of its own, and whether the object was hidden, as a text
 * that tells one from the other: what is kept for one is none of the other's.
 * "": the whole site. */
void ngx_lo_within_mark(const ngx_lo_api_t *api,
    char out[2 * CKP_SHA256_LEN + 1]);

#endif
