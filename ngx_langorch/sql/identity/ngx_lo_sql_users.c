/*
 * Statements on users.
 */

#include "store/ngx_lo_sql_identity.h"


const ngx_lo_stmt_t  ngx_lo_sql_user_named = {
    "user_named",
    "SELECT user_id, email, full_name FROM users WHERE username = $1",
    "s", -1
};
