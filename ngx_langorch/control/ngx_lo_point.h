/*
 * A point that a run goes on from: a checkpoint, the state before a node, with
 * values changed (spec/ckp.md 21; spec/api.md 4.5 to 4.7).
 *
 * The life of a point.
 *   asked    checkpoint_id, from_node, input_vars      ngx_lo_point_read
 *   read     with the run's row                        ngx_lo_point_add
 *   found    or 404, 409                               ngx_lo_point_found
 *   fits     what the program says of it, or 422       ngx_lo_point_fits
 */

#ifndef NGX_LO_POINT_H
#define NGX_LO_POINT_H

#include "api/ngx_lo_api.h"

typedef struct {
    const char    *checkpoint_id;
    const char    *from_node;
    const json_t  *given;           /* input_vars; NULL: none */
    const json_t  *row;             /* {checkpoint_id, state}; NULL: none */
    const json_t  *vars;            /* what of `given` changes; NULL: nothing */
    unsigned       any:1;           /* the run has checkpoints */
} ngx_lo_point_t;

/* Reads the body.  NULL: no memory. */
ngx_lo_point_t *ngx_lo_point_read(ngx_lo_api_t *api);

/* 1: one was asked for. */
ngx_uint_t ngx_lo_point_asked(const ngx_lo_point_t *p);

/* Adds two reads; without one that was asked for, the newest is read. */
ngx_int_t ngx_lo_point_add(const ngx_lo_point_t *p, ngx_lo_job_t *job,
    const char *run);

/* Their rows, the first of which is row `n` of the job; kept. */
ngx_int_t ngx_lo_point_take(ngx_lo_api_t *api, ngx_lo_point_t *p,
    const ngx_lo_job_t *job, ngx_uint_t n);

/* NGX_OK, or NGX_DONE with the refusal: there is none, nothing follows it, no
 * such node, values that do not fit.  Without a row only the values are looked
 * at; `inputs`: those of the run. */
ngx_int_t ngx_lo_point_fits(ngx_lo_api_t *api, ngx_lo_point_t *p,
    const ckp_program_t *prog, const json_t *inputs);

/* The node to go to, which is none of the point's own; NULL: go on there. */
const char *ngx_lo_point_node(const ngx_lo_point_t *p);

#endif
