/*
 * Connection objects that clients cannot have: a quarter of this worker's, so
 * that runs go on when clients have taken all the others (design/reliability.md
 * 3 and 5).
 *
 * NGINX knows one list of free connections.  Those of the reserve are taken out
 * of it without a descriptor, and put back one by one, each just before NGINX
 * is asked to open a connection of ours.
 */

#ifndef NGX_LO_RESERVE_H
#define NGX_LO_RESERVE_H

#include "core/ngx_lo_core.h"

void ngx_lo_reserve_start(ngx_cycle_t *cycle);
void ngx_lo_reserve_stop(void);

/* Puts one back into the list, for the caller; 0: none is left. */
ngx_uint_t ngx_lo_reserve_give(void);

/* A connection of ours was closed: what is missing comes from the list. */
void ngx_lo_reserve_fill(void);

#endif
