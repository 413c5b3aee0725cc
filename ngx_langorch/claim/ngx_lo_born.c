/*
 * From the job that makes a run to its first turn, in one worker.  The turn is
 * made when that job is queued, and queued behind it: jobs run in order, so
 * both are mostly of one group, with one sync.  Should the first of them fail,
 * the guard of the other misses: there is no such row.
 */

#include "claim/ngx_lo_born.h"
#include "claim/ngx_lo_claim.h"

/* With so many runs more than the worker with the fewest, others take them. */
#define NGX_LO_BORN_AHEAD  32


typedef struct {
    ngx_event_t     queued;         /* posted: when the job has been queued */
    int64_t         id;
    ngx_lo_job_t   *job;
} ngx_lo_newborn_t;


const char *
ngx_lo_born_owner(const ngx_lo_job_t *job, int64_t *id)
{
    ngx_uint_t  n;

    n = ngx_lo_run_count();

    if (ngx_lo_worker_quits() || ngx_lo_job_is_watched(job)
        || ngx_lo_claim_room() == 0
        || n > ngx_lo_zone_runs_least() + NGX_LO_BORN_AHEAD)
    {
        return NULL;
    }

    *id = ngx_lo_ids_take();

    return (*id != NGX_LO_NULL) ? ngx_lo_worker_id() : NULL;
}


/* As one that was claimed and loaded: its state is that of its first events. */

static ngx_lo_run_t *
ngx_lo_newborn_adopt(const ngx_lo_born_t *b, ckp_program_t *prog,
    ckp_run_t *ckp)
{
    json_t        *row, *data;
    ngx_lo_run_t  *run;

    row = json_pack("{s:I, s:s, s:i, s:s, s:I}", "id", (json_int_t) b->id,
                    "run_id", b->run_id, "epoch", 1, "doc_hash", b->hash,
                    "created_at", (json_int_t) b->now_ms);

    run = (row != NULL) ? ngx_lo_run_adopt(row, prog, ckp) : NULL;
    json_decref(row);

    if (run != NULL) {
        run->unborn = 1;
        data = json_pack("{s:b, s:i}", "crash", 0, "crashes", 0);
        ngx_lo_run_input(run, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", data, 0);
    }

    return run;
}


/* Whoever queues the job later has its first turn wait for the commit. */

static void
ngx_lo_newborn_queued(ngx_event_t *ev)
{
    ngx_lo_run_t      *run;
    ngx_lo_newborn_t  *b = ev->data;

    if (!ngx_lo_job_is_queued(b->job)) {
        return;
    }

    run = ngx_lo_run_find(b->id);

    if (run != NULL) {
        run->unborn = 0;
        ngx_lo_run_next(run);
    }
}


static void
ngx_lo_newborn_committed(ngx_lo_job_t *job, void *data)
{
    ngx_lo_run_t      *run;
    ngx_lo_newborn_t  *b = data;

    /* one that was given up meanwhile has given its row back */

    run = ngx_lo_run_find(b->id);

    if (run != NULL) {
        ngx_lo_run_born(run, ngx_lo_job_rc(job));
    }

    if (b->queued.posted) {
        ngx_delete_posted_event(&b->queued);
    }

    ngx_free(b);
}


ngx_int_t
ngx_lo_born_watch(ngx_lo_job_t *job, const ngx_lo_born_t *born,
    ckp_program_t *prog, ckp_run_t *ckp)
{
    ngx_lo_newborn_t  *b;

    b = ngx_calloc(sizeof(ngx_lo_newborn_t), ngx_cycle->log);

    if (b == NULL || ngx_lo_newborn_adopt(born, prog, ckp) == NULL) {
        ngx_free(b);
        return NGX_ERROR;
    }

    b->id = born->id;
    b->job = job;
    b->queued.handler = ngx_lo_newborn_queued;
    b->queued.data = b;
    b->queued.log = ngx_cycle->log;

    ngx_lo_job_watch(job, ngx_lo_newborn_committed, b);
    ngx_post_event(&b->queued, &ngx_posted_events);

    return NGX_OK;
}
