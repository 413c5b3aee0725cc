/*
 * A profile of a model, as its routes share it.
 */

#ifndef NGX_LO_PROFILE_H
#define NGX_LO_PROFILE_H

#include "api/ngx_lo_api.h"

#define NGX_LO_PROFILE_NAME  256
#define NGX_LO_PROFILE_MASK  "***REDACTED***"

/* Members of spec/api.md 13 but for the name, in its order; ends with NULL. */
extern const char *const  ngx_lo_profile_members[];

/*
 * `old` (NULL: a new one) with what the body has; null takes a member away.
 * The value is the request's.  What is wrong is recorded.  NULL: no memory.
 */
json_t *ngx_lo_profile_read(ngx_lo_api_t *api, const json_t *old);

#endif
