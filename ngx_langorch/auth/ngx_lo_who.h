/*
 * Who asks (spec/api.md 1.6, 1.7): a name that NGINX vouches for, and what it
 * may do.  NGINX knows it from Basic authentication, a client certificate, a
 * token that another module checked, or whoever auth_request asked; we are told
 * by a variable, and by another one of the groups the caller is in.
 */

#ifndef NGX_LO_WHO_H
#define NGX_LO_WHO_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "auth/ngx_lo_role.h"
#include "core/ngx_lo_core.h"

#define NGX_LO_WHO_MAX  255         /* bytes of a name */

typedef struct {
    const char  *name;
    const char  *method;            /* "variable"; NULL: nobody vouches */
    ngx_str_t    groups;            /* as the variable has them */
    ngx_uint_t   role;              /* the highest */
    const json_t  *projects;        /* to which it is limited; NULL: the whole
                                       site; lent (wire/projects.h) */
    unsigned     approves:1;        /* also where approving is apart */
} ngx_lo_who_t;

/*
 * What the site's variables say of the caller.  NGX_OK: `who` is filled;
 * NGX_DECLINED: nothing, or no variable is configured; NGX_ABORT: a name that
 * is none; NGX_ERROR: no memory.
 */
ngx_int_t ngx_lo_who_find(ngx_http_request_t *r, const ngx_lo_loc_conf_t *conf,
    ngx_lo_who_t *who);

/* What the site's variable says of its projects, empty when it says nothing.
 * NGX_OK; NGX_DECLINED: no variable is configured; NGX_ERROR: no memory. */
ngx_int_t ngx_lo_who_said(ngx_http_request_t *r, const ngx_lo_loc_conf_t *conf,
    ngx_str_t *projects);

/* The caller has that role, and what it includes. */
void ngx_lo_who_as(ngx_lo_who_t *who, const ngx_lo_loc_conf_t *conf,
    ngx_uint_t role);

/* The highest role among these groups, by the site's map; `approver` counts
 * beside the others.  The text is lent for as long as `who` is. */
void ngx_lo_who_grouped(ngx_lo_who_t *who, const ngx_lo_loc_conf_t *conf,
    const ngx_str_t *groups);

/* 1: a text that may be somebody's name. */
ngx_uint_t ngx_lo_who_is_name(const ngx_str_t *name);

/* 1: the caller has that role.  Approving is a role beside the others where
 * `langorch_separation` is on. */
ngx_uint_t ngx_lo_who_is(const ngx_lo_who_t *who, ngx_uint_t role);

/* 1: the caller is in that group, by the name the variable has for it. */
ngx_uint_t ngx_lo_who_in(const ngx_lo_who_t *who, const char *group);

/* All of them, as a list of texts.  New; NULL: no memory. */
json_t *ngx_lo_who_groups(const ngx_lo_who_t *who);

#endif
