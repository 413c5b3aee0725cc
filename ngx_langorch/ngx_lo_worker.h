/*
 * What a worker process of ours owns, in which order it starts and ends.
 *
 * The life of a worker.
 *   starts   zone slot, bell, store, calls, streams, runs   ngx_lo_worker_start
 *   works    driven by the event loop alone
 *   drains   told by NGINX's shutdown: nothing is claimed, streams close, runs
 *            are handed over; it stays until they are, or the drain time ends
 *   ends     runs, calls, store, bell, zone slot             ngx_lo_worker_end
 *
 * Without `langorch_store`, and in NGINX's helper processes, none of it.
 */

#ifndef NGX_LO_WORKER_H
#define NGX_LO_WORKER_H

#include "core/ngx_lo_core.h"

ngx_int_t ngx_lo_worker_start(ngx_cycle_t *cycle);
void ngx_lo_worker_end(ngx_cycle_t *cycle);

#endif
