/*
 * What a run does when a guard of its turn has missed.
 */

#include "run/ngx_lo_run_int.h"


/*
 * A guard missed: the epoch is another's, a cancel came, or an agent's last
 * slot is gone.  Our state is ahead of the truth, so it is read again, and what
 * was fed is fed again; calls of committed steps go on meanwhile.
 */

static void
ngx_lo_run_reload(ngx_lo_run_t *run, const char *refused)
{
    int64_t          id;
    ngx_queue_t      inputs;
    ngx_lo_run_t    *shelter;
    ngx_lo_input_t  *in;

    ngx_queue_init(&inputs);

    /* else the same turn would be made again, and refused again */

    if (refused != NULL) {
        in = ngx_lo_input_new(CKP_IN_REFUSED, refused,
                              json_pack("{s:b}", "order", 1));
        if (in != NULL) {
            ngx_queue_insert_tail(&inputs, &in->queue);
        }
    }

    id = run->id;
    shelter = ngx_lo_shelter_new(run);
    ngx_lo_run_free(run);
    ngx_lo_claim_reload(id, &inputs, shelter);
}


/* The path of the order whose guard missed; NULL: it was none. */

static const char *
ngx_lo_run_refused(ngx_lo_run_t *run, ngx_uint_t guard)
{
    size_t   i;
    json_t  *g;

    json_array_foreach(run->guards, i, g) {
        if (json_integer_value(json_array_get(g, 0)) == (json_int_t) guard) {
            return json_string_value(json_array_get(g, 1));
        }
    }

    return NULL;
}


void
ngx_lo_run_missed(ngx_lo_run_t *run, ngx_lo_job_t *job)
{
    json_t           *body;
    ngx_queue_t      *q;
    ngx_lo_effect_t  *e;

    if (run->leases != 0 && ngx_lo_job_guard(job) + 1 >= run->leases) {

        for (q = ngx_queue_head(&run->effects);
             q != ngx_queue_sentinel(&run->effects);
             q = ngx_queue_next(q))
        {
            e = ngx_queue_data(q, ngx_lo_effect_t, queue);
            body = json_object_get(e->body, "agent");

            if (e->kind == CKP_FX_CALL
                && ckp_json_str(body, "resource_key") != NULL)
            {
                ngx_lo_admit_full(ckp_json_str(body, "resource_key"));
            }
        }
    }

    ngx_lo_run_reload(run, ngx_lo_run_refused(run, ngx_lo_job_guard(job)));
}
