/*
 * Numbers for rows of runs, known before the row is: reserved in the store,
 * many at once.  Those that a worker has left when it ends are nobody's.
 */

#include "claim/ngx_lo_claim.h"

#define NGX_LO_IDS  4096            /* seconds of births, in one commit */


static struct {
    int64_t        next;
    int64_t        left;
    int64_t        spare;           /* the first of as many more; 0: none */
    ngx_lo_job_t  *job;             /* that reserves them; NULL: none */
} ngx_lo_ids;


static void
ngx_lo_ids_got(ngx_lo_job_t *job, void *data)
{
    int64_t  last;

    (void) data;

    ngx_lo_ids.job = NULL;
    last = ckp_json_int(ngx_lo_job_row(job, NGX_LO_SQL_CLAIM_IDS - 1), "last",
                        0);

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK && last >= NGX_LO_IDS) {
        ngx_lo_ids.spare = last - NGX_LO_IDS + 1;
    }
}


static void
ngx_lo_ids_ask(void)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_ids[0]);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_ids[1], (int64_t) NGX_LO_IDS);

    ngx_lo_ids.job = job;
    ngx_lo_job_submit(job, ngx_lo_ids_got, NULL);
}


int64_t
ngx_lo_ids_take(void)
{
    if (ngx_lo_ids.left == 0 && ngx_lo_ids.spare != 0) {
        ngx_lo_ids.next = ngx_lo_ids.spare;
        ngx_lo_ids.left = NGX_LO_IDS;
        ngx_lo_ids.spare = 0;
    }

    if (ngx_lo_ids.left < NGX_LO_IDS / 2 && ngx_lo_ids.spare == 0
        && ngx_lo_ids.job == NULL)
    {
        ngx_lo_ids_ask();
    }

    if (ngx_lo_ids.left == 0) {
        return NGX_LO_NULL;
    }

    ngx_lo_ids.left--;

    return ngx_lo_ids.next++;
}


void
ngx_lo_ids_start(void)
{
    ngx_memzero(&ngx_lo_ids, sizeof(ngx_lo_ids));
    ngx_lo_ids_ask();
}


void
ngx_lo_ids_stop(void)
{
    if (ngx_lo_ids.job != NULL) {
        ngx_lo_job_forget(ngx_lo_ids.job);
        ngx_lo_ids.job = NULL;
    }

    ngx_lo_ids.left = 0;
    ngx_lo_ids.spare = 0;
}
