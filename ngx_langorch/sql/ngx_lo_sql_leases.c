/*
 * Statements on leases of agents' slots.
 */

#include "store/ngx_lo_sql.h"


/* One that was released already changes no row, and that is no error. */

const ngx_lo_stmt_t  ngx_lo_sql_lease_release = {
    "lease_release",
    "DELETE FROM leases WHERE lease_id = $1",
    "s", -1
};
