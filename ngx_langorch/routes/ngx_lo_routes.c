/*
 * THE table: every route, its least role, what projects mean for it, its two
 * functions, and what others are told of it.  GET /api/openapi.json, the role
 * of each request, the tests and the list in docs/api.md are made of it, or
 * held against it.
 *
 * It lies in parts by what routes are about.
 */

#include "routes/ngx_lo_routes_int.h"


static const struct {
    const ngx_lo_route_t  *rows;
    const ngx_uint_t      *n;
} ngx_lo_routes[] = {
    { ngx_lo_routes_procedures, &ngx_lo_routes_procedures_n },
    { ngx_lo_routes_runs, &ngx_lo_routes_runs_n },
    { ngx_lo_routes_site, &ngx_lo_routes_site_n },
    { ngx_lo_routes_flows, &ngx_lo_routes_flows_n }
};


const ngx_lo_route_t *
ngx_lo_routes_part(ngx_uint_t part, ngx_uint_t *n)
{
    if (part == sizeof(ngx_lo_routes) / sizeof(ngx_lo_routes[0])) {
        return NULL;
    }

    *n = *ngx_lo_routes[part].n;

    return ngx_lo_routes[part].rows;
}
