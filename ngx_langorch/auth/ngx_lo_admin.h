/*
 * The first administrator.
 */

#ifndef NGX_LO_ADMIN_H
#define NGX_LO_ADMIN_H

#include <ngx_config.h>
#include <ngx_core.h>

/* Makes the user that `langorch_admin` names, unless there is an active
 * administrator, or one of that name; a worker begins. */
void ngx_lo_admin_start(void);
void ngx_lo_admin_stop(void);

/* It is not known yet whether that user is there: nobody can log in as him. */
ngx_uint_t ngx_lo_admin_pending(void);

#endif
