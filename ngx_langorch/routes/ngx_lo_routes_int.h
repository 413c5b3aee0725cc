/*
 * The parts of the table of routes, and the words that its rows are written in.
 */

#ifndef NGX_LO_ROUTES_INT_H
#define NGX_LO_ROUTES_INT_H

#include "api/ngx_lo_route.h"
#include "routes/ngx_lo_routes.h"

#define R  NGX_LO_READ
#define W  NGX_LO_WRITE
#define B  NGX_LO_BODY
#define D  (NGX_LO_BODY|NGX_LO_DOCUMENT)
#define T  NGX_LO_TAGGED
#define O  NGX_LO_ONCE

#define OPEN      NGX_LO_SCOPE_OPEN
#define SITE      NGX_LO_SCOPE_SITE
#define OWN       NGX_LO_SCOPE_OWN
#define WITHIN    NGX_LO_SCOPE_WITHIN
#define OF_RUN    NGX_LO_SCOPE_RUN
#define OF_PROC   NGX_LO_SCOPE_PROCEDURE
#define OF_ASK    NGX_LO_SCOPE_APPROVAL
#define OF_LEASE  NGX_LO_SCOPE_LEASE
#define OF_PROJ   NGX_LO_SCOPE_PROJECT

/* What ngx_lo_page_read reads. */
#define PAGE(least, otherwise)                                                \
    "limit:" least "-1000=" otherwise                                         \
    " offset:0-=0 cursor order:asc|desc=desc total:bool=false"

#define GO(name)    ngx_lo_##name##_prepare, ngx_lo_##name##_render
#define SAY(name)   NULL, ngx_lo_##name##_render

#define L  NGX_LO_FAMILY_L
#define F  NGX_LO_FAMILY_D
#define G  NGX_LO_FAMILY_W

extern const ngx_lo_route_t  ngx_lo_routes_procedures[];
extern const ngx_uint_t      ngx_lo_routes_procedures_n;
extern const ngx_lo_route_t  ngx_lo_routes_runs[];
extern const ngx_uint_t      ngx_lo_routes_runs_n;
extern const ngx_lo_route_t  ngx_lo_routes_site[];
extern const ngx_uint_t      ngx_lo_routes_site_n;
extern const ngx_lo_route_t  ngx_lo_routes_flows[];
extern const ngx_uint_t      ngx_lo_routes_flows_n;

#endif
