/*
 * From the commit that makes a run to its first turn, in one worker.
 */

#include "claim/ngx_lo_born.h"
#include "run/ngx_lo_run_int.h"

/* With so many runs more than the worker with the fewest, others take them. */
#define NGX_LO_BORN_AHEAD  32


typedef struct {
    char            run_id[40];
    char            hash[72];
    int64_t         now_ms;
    ngx_uint_t      row;
    ckp_program_t  *prog;
    ckp_run_t      *ckp;            /* NULL: it has a live run now */
} ngx_lo_newborn_t;


static ngx_uint_t  ngx_lo_newborns;


ngx_uint_t
ngx_lo_born_pending(void)
{
    return ngx_lo_newborns;
}


const char *
ngx_lo_born_owner(const ngx_lo_job_t *job)
{
    ngx_uint_t  n;

    n = ngx_lo_run_count();

    if (ngx_lo_worker_quits() || ngx_lo_job_is_watched(job)
        || ngx_lo_claim_room() == 0
        || n > ngx_lo_zone_runs_least() + NGX_LO_BORN_AHEAD)
    {
        return NULL;
    }

    return ngx_lo_worker_id();
}


static void
ngx_lo_newborn_free(ngx_lo_newborn_t *b)
{
    if (b->ckp != NULL) {
        ckp_run_free(b->ckp);
    }

    ckp_program_unref(b->prog);
    ngx_free(b);

    ngx_lo_newborns--;
}


/* As one that was claimed and loaded: its state is that of its first events. */

static ngx_lo_run_t *
ngx_lo_newborn_adopt(ngx_lo_newborn_t *b, int64_t id)
{
    json_t        *row;
    ngx_lo_run_t  *run;

    row = json_pack("{s:I, s:s, s:i, s:s, s:I}", "id", (json_int_t) id,
                    "run_id", b->run_id, "epoch", 1, "doc_hash", b->hash,
                    "created_at", (json_int_t) b->now_ms);

    run = (row != NULL) ? ngx_lo_run_adopt(row, b->prog, b->ckp) : NULL;
    json_decref(row);

    if (run != NULL) {
        b->ckp = NULL;
    }

    return run;
}


static void
ngx_lo_newborn_begin(ngx_lo_newborn_t *b, int64_t id)
{
    json_t        *data;
    ngx_lo_run_t  *run;

    run = ngx_lo_worker_quits() ? NULL : ngx_lo_newborn_adopt(b, id);

    if (run == NULL) {
        ngx_lo_claim_release(id, 1);
        return;
    }

    data = json_pack("{s:b, s:i}", "crash", 0, "crashes", 0);
    ngx_lo_run_input(run, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", data, 0);

    /* whoever asked for it is answered first */

    ngx_lo_run_post(run);
}


static void
ngx_lo_newborn_committed(ngx_lo_job_t *job, void *data)
{
    int64_t            id;
    ngx_lo_newborn_t  *b = data;

    switch (ngx_lo_job_rc(job)) {

    case NGX_LO_JOB_OK:
        id = ckp_json_int(ngx_lo_job_row(job, b->row), "id", 0);
        ngx_lo_newborn_begin(b, id);
        break;

    case NGX_LO_JOB_UNKNOWN:

        /* if it is there it is ours, and nobody drives it */

        ngx_lo_claim_release_born(b->run_id);
        break;

    case NGX_LO_JOB_GUARD:
    case NGX_LO_JOB_BUSY:
    case NGX_LO_JOB_ERROR:
        break;
    }

    ngx_lo_newborn_free(b);
}


ngx_int_t
ngx_lo_born_watch(ngx_lo_job_t *job, const ngx_lo_born_t *born,
    ckp_program_t *prog, ckp_run_t *ckp)
{
    ngx_lo_newborn_t  *b;

    b = ngx_calloc(sizeof(ngx_lo_newborn_t), ngx_cycle->log);

    if (b == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpystrn((u_char *) b->run_id, (u_char *) born->run_id,
                       sizeof(b->run_id));
    (void) ngx_cpystrn((u_char *) b->hash, (u_char *) born->hash,
                       sizeof(b->hash));
    b->now_ms = born->now_ms;
    b->row = born->row;
    b->prog = ckp_program_ref(prog);
    b->ckp = ckp;

    ngx_lo_newborns++;
    ngx_lo_job_watch(job, ngx_lo_newborn_committed, b);

    return NGX_OK;
}
