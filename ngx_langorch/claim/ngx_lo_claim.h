/*
 * What claiming and loading share: rows that were claimed together.
 */

#ifndef NGX_LO_CLAIM_H
#define NGX_LO_CLAIM_H

#include "run/ngx_lo_run_int.h"

typedef struct {
    ngx_queue_t   inputs;           /* ngx_lo_input_t, fed after the load */
    ngx_lo_run_t *shelter;          /* calls under way; NULL: none */
    int64_t       id;               /* reload of one run; 0: due runs */
    char          token[NGX_LO_CLAIM_LEN + 1];
    json_t       *rows;             /* while documents are read */
    json_t       *states;
    json_t       *events;
    json_t       *inbox;
    json_t       *wanted;           /* hashes of child procedures to read */
    ngx_uint_t    rounds;           /* of reading children */
    ngx_uint_t    room;             /* kept for it, of what may be driven */
    unsigned      linked:1;         /* they were read: no more of it */
} ngx_lo_claim_t;

/* Loads and drives all of it; frees cl, now or when documents were read. */
void ngx_lo_claim_load(ngx_lo_claim_t *cl);
void ngx_lo_claim_free(ngx_lo_claim_t *cl);

/* A job more, or less, that a worker that ends waits for. */
void ngx_lo_claim_under_way(int by);

/* A number for the row of a new run (ngx_lo_ids.c); NGX_LO_NULL: none is at
 * hand, and the store has to give it one. */
int64_t ngx_lo_ids_take(void);
void ngx_lo_ids_start(void);
void ngx_lo_ids_stop(void);

#endif
