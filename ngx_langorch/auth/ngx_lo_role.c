/*
 * Names of roles.
 */

#include "auth/ngx_lo_role.h"


static const char *const  ngx_lo_role_names[] = {
    "nobody", "public", "viewer", "approver", "operator", "manager", "admin"
};


const char *
ngx_lo_role_name(ngx_uint_t role)
{
    return role <= NGX_LO_ADMIN ? ngx_lo_role_names[role] : "nobody";
}


ngx_uint_t
ngx_lo_role_of(const char *name, size_t len)
{
    ngx_uint_t  i;

    for (i = NGX_LO_VIEWER; i <= NGX_LO_ADMIN; i++) {
        if (ngx_strlen(ngx_lo_role_names[i]) == len
            && ngx_strncmp(ngx_lo_role_names[i], name, len) == 0)
        {
            return i;
        }
    }

    return NGX_LO_NOBODY;
}
