/*
 * Runs that are driven from their birth on: whoever writes a run's row drives
 * it, without the claim and the reading that another worker would need
 * (docs/decisions/0030), and its first turn goes to the store behind it
 * (0053).
 */

#ifndef NGX_LO_BORN_H
#define NGX_LO_BORN_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ckp.h"
#include "store/ngx_lo_store.h"

typedef struct {
    const char  *run_id;
    const char  *hash;          /* of its document */
    int64_t      now_ms;        /* its created_at */
    int64_t      id;            /* of its row; NGX_LO_NULL: the store gives it
                                   one */
} ngx_lo_born_t;

/*
 * The owner to write into the row of a run of which `job` will be the first
 * commit, and in `id` the row's number; NULL: it is for whoever claims it.
 * Then ngx_lo_born_watch has to follow.
 */
const char *ngx_lo_born_owner(const ngx_lo_job_t *job, int64_t *id);

/*
 * Takes `ckp`, which was fed START and whose turn is in `job`: the run goes on
 * here, whoever asked for it is gone or not, unless the job fails.  Texts are
 * copied.  NGX_ERROR: no memory, and `ckp` is still the caller's.
 */
ngx_int_t ngx_lo_born_watch(ngx_lo_job_t *job, const ngx_lo_born_t *b,
    ckp_program_t *prog, ckp_run_t *ckp);

#endif
