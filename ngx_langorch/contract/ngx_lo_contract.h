/*
 * What the server tells of its own interface: OpenAPI, JSON Schema.
 */

#ifndef NGX_LO_CONTRACT_H
#define NGX_LO_CONTRACT_H

#include "api/ngx_lo_api.h"
#include "api/ngx_lo_told.h"

/* JSON Schema (2020-12) of a type in the words of ngx_lo_told.h; the empty one
 * is text.  New value; NULL: no memory. */
json_t *ngx_lo_schema_type(const char *type, size_t len);

/* Schema of a shape, which refers to others as "#/components/schemas/<name>".
 * New value; NULL: no memory. */
json_t *ngx_lo_schema_shape(const ngx_lo_shape_t *shape);

/* The value of a default, by its type.  New value; NULL: no memory. */
json_t *ngx_lo_schema_default(const ngx_lo_told_t *t);

#endif
