/*
 * A body being read: ngx_lo_flow_read.c looks at its shape,
 * ngx_lo_flow_document.c makes the document of it.
 */

#ifndef NGX_LO_FLOW_INT_H
#define NGX_LO_FLOW_INT_H

#include "flow/ngx_lo_flow.h"

typedef struct {
    ngx_lo_api_t  *api;
    json_t        *definition;      /* kept by the request */
    json_t        *steps;           /* of the definition */
    json_t        *ids;             /* {id: true} */
    ngx_uint_t     failed;          /* no memory */
} ngx_lo_flow_read_t;

/* A number of `config`. */
typedef struct {
    const char    *name;
    double         max;
    ngx_uint_t     whole;
    double         otherwise;
} ngx_lo_flow_number_t;

/* Members, ids, dependencies: what is wrong is recorded.  NGX_OK, NGX_ERROR. */
ngx_int_t ngx_lo_flow_shape(ngx_lo_api_t *api, ngx_lo_flow_read_t *fr);

/* Records it; both are stolen. */
void ngx_lo_flow_say(ngx_lo_flow_read_t *fr, json_t *loc, json_t *msg);

#endif
