/*
 * The place of the upstream carrier in NGINX's configuration: its variables,
 * its filters, and what its location has to be.
 */

#ifndef NGX_LO_CARRIER_H
#define NGX_LO_CARRIER_H

#include "core/ngx_lo_core.h"

/* Variables of the location: preconfiguration of the module. */
ngx_int_t ngx_lo_carrier_variables(ngx_conf_t *cf);

/* Filters, the dynamic upstream, and the checks: postconfiguration. */
ngx_int_t ngx_lo_carrier_init(ngx_conf_t *cf);

#endif
