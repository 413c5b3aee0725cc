/*
 * Roles, in order: each includes those below it (spec/api.md 1.7).
 */

#ifndef NGX_LO_ROLE_H
#define NGX_LO_ROLE_H

#include <ngx_config.h>
#include <ngx_core.h>

#define NGX_LO_NOBODY     0         /* no role was written down: 403 */
#define NGX_LO_PUBLIC     1         /* no credential needed */
#define NGX_LO_VIEWER     2
#define NGX_LO_APPROVER   3
#define NGX_LO_OPERATOR   4
#define NGX_LO_MANAGER    5
#define NGX_LO_ADMIN      6

/* "viewer" ... "admin", also "nobody" and "public". */
const char *ngx_lo_role_name(ngx_uint_t role);

/* The role of that name, from viewer on; NGX_LO_NOBODY: there is none. */
ngx_uint_t ngx_lo_role_of(const char *name, size_t len);

#endif
