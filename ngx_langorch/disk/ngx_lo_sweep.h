/*
 * Cleaning the folder of artifacts: what runs left that are over for long, and
 * what has no run any more.
 *
 * The life of a sweep.
 *   tidy     uploads and rubbish that somebody left half way    in a thread
 *   slice    some hundred names are read                        in a thread
 *   asked    which of their runs are over, and since when; the rows of those
 *            that go are deleted                                the store
 *   removed  their bytes                                        in a thread
 *   ...      until there are no more names, or its time is over
 *   done     who asked is told
 */

#ifndef NGX_LO_SWEEP_H
#define NGX_LO_SWEEP_H

#include "disk/ngx_lo_disk.h"

typedef struct ngx_lo_sweep_s  ngx_lo_sweep_t;

typedef struct {
    json_t      *deleted;       /* run ids; lent during the call */
    int64_t      freed;         /* bytes */
    int64_t      skipped;       /* runs that stay */
    ngx_uint_t   more;          /* its time was over before its work was */
    ngx_uint_t   failed;        /* the store did not answer */
} ngx_lo_sweep_sum_t;

typedef void (*ngx_lo_sweep_pt)(const ngx_lo_sweep_sum_t *sum, void *data);

/*
 * What ended `days` ago or earlier goes; 0: all that is over.  What belongs to
 * no run goes when it is as old, and an hour at least.  NULL: no memory.
 */
ngx_lo_sweep_t *ngx_lo_sweep_start(int64_t days, ngx_msec_t budget,
    ngx_lo_sweep_pt done, void *data);

/* Who asked has left: it ends with the step that it is at. */
void ngx_lo_sweep_forget(void *sweep);

#endif
