/*
 * The upstream whose peer is the call's: any address that policy allowed, with
 * idle connections kept for those who come again.
 *
 * An idle connection is used again for the same address, port and scheme, and
 * with TLS for the same name only.
 */

#ifndef NGX_LO_PEERS_H
#define NGX_LO_PEERS_H

#include "core/ngx_lo_core.h"

#define NGX_LO_PEERS_NAME  "langorch"

/* The directive, for an upstream block called NGX_LO_PEERS_NAME. */
char *ngx_lo_peers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Makes that upstream, unless the site has such a block. */
ngx_int_t ngx_lo_peers_init(ngx_conf_t *cf);

void ngx_lo_peers_start(ngx_cycle_t *cycle);

/* Is there a connection for one more call, if need be in place of an idle one?
 * 0: none. */
ngx_uint_t ngx_lo_peers_make_room(void);

#endif
