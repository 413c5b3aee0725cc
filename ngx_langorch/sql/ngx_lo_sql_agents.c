/*
 * Statements on agents.
 */

#include "store/ngx_lo_sql.h"


const ngx_lo_stmt_t  ngx_lo_sql_agents_n = {
    "agents_n",
    "SELECT COUNT(*) AS n FROM agents",
    "", -1
};
