/*
 * The first administrator.
 */

#ifndef NGX_LO_ADMIN_H
#define NGX_LO_ADMIN_H

/* Makes the user that `langorch_admin` names, unless there is an active
 * administrator, or one of that name; a worker begins. */
void ngx_lo_admin_start(void);

#endif
