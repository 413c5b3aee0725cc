/*
 * Runs that are given back: until their row says so nobody drives them, so it
 * is tried until it is done.
 */

#include "run/ngx_lo_run_int.h"


static struct {
    ngx_uint_t    pending;          /* jobs under way, or waiting to be tried */
    unsigned      stopped:1;
} ngx_lo_releases;


typedef struct {
    ngx_event_t   timer;
    int64_t       id;
    int64_t       epoch;
    ngx_uint_t    shut;
    char          claim[NGX_LO_CLAIM_LEN + 1];      /* of many, or "" */
} ngx_lo_release_t;


static void ngx_lo_release_done(ngx_lo_job_t *job, void *data);


static void
ngx_lo_release_try(ngx_event_t *ev)
{
    ngx_lo_job_t      *job;
    ngx_lo_release_t  *rel = ev->data;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        ngx_lo_releases.pending--;
        ngx_free(rel);
        return;
    }

    if (rel->claim[0] != '\0') {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_release_claim,
                              ngx_lo_worker_id(), (const char *) rel->claim);

    } else if (rel->epoch == NGX_LO_NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_release_own, rel->id,
                              ngx_lo_worker_id());

    } else if (rel->shut) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_shut, rel->id, rel->epoch,
                              ngx_lo_now_ms());

    } else {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_release, rel->id,
                              rel->epoch, (int64_t) 0, (int64_t) 0);
    }

    ngx_lo_job_submit(job, ngx_lo_release_done, rel);
}


static void
ngx_lo_release_done(ngx_lo_job_t *job, void *data)
{
    ngx_lo_release_t  *rel = data;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK && !ngx_lo_releases.stopped) {

        /* until then the row is ours and nobody drives it: try again */

        ngx_add_timer(&rel->timer, 1000);
        return;
    }

    ngx_lo_releases.pending--;
    ngx_free(rel);
}


/* One that is filled in and tried then; NULL: no memory. */

static ngx_lo_release_t *
ngx_lo_release_new(void)
{
    ngx_lo_release_t  *rel;

    rel = ngx_calloc(sizeof(ngx_lo_release_t), ngx_cycle->log);

    if (rel == NULL) {
        return NULL;
    }

    rel->timer.handler = ngx_lo_release_try;
    rel->timer.data = rel;
    rel->timer.log = ngx_cycle->log;
    rel->timer.cancelable = 1;

    ngx_lo_releases.pending++;

    return rel;
}


static void
ngx_lo_release_add(int64_t id, int64_t epoch, ngx_uint_t shut)
{
    ngx_lo_release_t  *rel;

    rel = ngx_lo_release_new();

    if (rel == NULL) {
        return;
    }

    rel->id = id;
    rel->epoch = epoch;
    rel->shut = shut;
    ngx_lo_release_try(&rel->timer);
}


void
ngx_lo_claim_undo(const char *claim)
{
    ngx_lo_release_t  *rel;

    rel = ngx_lo_release_new();

    if (rel != NULL) {
        (void) ngx_cpystrn((u_char *) rel->claim, (u_char *) claim,
                           sizeof(rel->claim));
        ngx_lo_release_try(&rel->timer);
    }
}


static void
ngx_lo_release_gone(ngx_lo_job_t *job, void *data)
{
    (void) job;
    (void) data;
}


void
ngx_lo_claim_release(int64_t id, int64_t epoch)
{
    ngx_lo_release_add(id, epoch, 0);
}


void
ngx_lo_claim_shut(int64_t id, int64_t epoch)
{
    ngx_lo_release_add(id, epoch, 1);
}


void
ngx_lo_release_start(void)
{
    ngx_lo_job_t  *job;

    ngx_memzero(&ngx_lo_releases, sizeof(ngx_lo_releases));

    /* what nobody could load yet, this worker may be able to */

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_unshut, ngx_lo_now_ms());
        ngx_lo_job_submit(job, ngx_lo_release_gone, NULL);
        ngx_lo_job_forget(job);
    }
}


void
ngx_lo_release_stop(void)
{
    ngx_lo_releases.stopped = 1;
}


ngx_uint_t
ngx_lo_release_pending(void)
{
    return ngx_lo_releases.pending;
}
