/*
 * Claimed runs are loaded: their documents and those of the procedures they are
 * in, the newest state and the events behind it; then they are fed RECOVER, or
 * what waited for them.
 */

#include "claim/ngx_lo_claim.h"

#define NGX_LO_CLAIM_CHILDREN_MAX  8   /* child procedures inside others */
#define NGX_LO_CLAIM_TELL_MS       60000


static void
ngx_lo_claim_documents(ngx_lo_job_t *job, void *data)
{
    size_t           i;
    json_t          *row;
    const char      *hash, *body;
    ngx_lo_claim_t  *cl = data;

    ngx_lo_claim_under_way(-1);

    for (i = 0; ngx_lo_job_rc(job) == NGX_LO_JOB_OK
                && i < json_array_size(cl->rows); i++)
    {
        row = json_array_get(cl->rows, i);
        hash = ckp_json_str(row, "doc_hash");

        if (hash == NULL || ngx_lo_program_get(hash) != NULL) {
            continue;
        }

        body = ckp_json_str(ngx_lo_job_row(job, i), "body");

        if (body != NULL) {
            (void) ngx_lo_program_compile(hash, body, ngx_strlen(body));
        }
    }

    json_object_set_new(json_array_get(cl->rows, 0), "documents", json_true());
    ngx_lo_claim_load(cl);
}


/* Programs that are not compiled here are read and compiled first. */

static ngx_uint_t
ngx_lo_claim_wants(ngx_lo_claim_t *cl)
{
    size_t         i;
    json_t        *row;
    ngx_uint_t     missing;
    const char    *hash;
    ngx_lo_job_t  *job;

    if (json_object_get(json_array_get(cl->rows, 0), "documents") != NULL) {
        return 0;
    }

    missing = 0;

    json_array_foreach(cl->rows, i, row) {
        hash = ckp_json_str(row, "doc_hash");
        missing += (hash != NULL && ngx_lo_program_get(hash) == NULL);
    }

    job = missing ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        return 0;
    }

    json_array_foreach(cl->rows, i, row) {
        hash = ckp_json_str(row, "doc_hash");
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_document,
                              hash ? hash : "");
    }

    ngx_lo_claim_under_way(1);
    ngx_lo_job_submit(job, ngx_lo_claim_documents, cl);

    return 1;
}


static json_t *
ngx_lo_claim_state(const json_t *states, int64_t id, uint32_t *seq)
{
    size_t    i;
    json_t   *row, *best;

    best = NULL;
    *seq = 0;

    json_array_foreach(states, i, row) {

        if (ckp_json_int(row, "run", 0) == id
            && (best == NULL || ckp_json_int(row, "seq", 0) >= (int64_t) *seq))
        {
            best = json_object_get(row, "state");
            *seq = (uint32_t) ckp_json_int(row, "seq", 0);
        }
    }

    return best;
}


/* Whether something of the run cannot be opened: it waits for the key; or is
 * damaged: it waits for nothing. */

static ngx_uint_t
ngx_lo_claim_has(const ngx_lo_claim_t *cl, int64_t id,
    ngx_uint_t (*look)(const json_t *v))
{
    size_t   i, k;
    json_t  *row;

    const json_t  *all[] = { cl->states, cl->events, cl->inbox };

    static const char *const  names[] = { "state", "delta", "data" };

    for (i = 0; i < 3; i++) {
        json_array_foreach(all[i], k, row) {
            if (ckp_json_int(row, "run", 0) == id
                && look(json_object_get(row, names[i])))
            {
                return 1;
            }
        }
    }

    return 0;
}


/* Checkpoint and later events give the state again; NULL: err says why. */

static ckp_run_t *
ngx_lo_claim_build(ngx_lo_claim_t *cl, const json_t *row, ckp_program_t *prog,
    ckp_err_t *err)
{
    size_t        i;
    json_t       *e, *state;
    int64_t       id;
    uint32_t      seq;
    ckp_run_t    *run;
    json_t       *delta;

    id = ckp_json_int(row, "id", 0);
    state = ngx_lo_claim_state(cl->states, id, &seq);

    if (ngx_lo_claim_has(cl, id, ngx_lo_store_is_shut)) {
        (void) ckp_fail(err, CKP_E_INVALID, "",
                        "it is sealed, and not under the key of the site");
        return NULL;
    }

    run = state ? ckp_run_load(prog, ckp_json_str(row, "run_id"), state, err)
                : ckp_run_new(prog, ckp_json_str(row, "run_id"));

    if (run == NULL) {
        return NULL;
    }

    json_array_foreach(cl->events, i, e) {

        if (ckp_json_int(e, "run", 0) != id) {
            continue;
        }

        delta = json_object_get(e, "delta");

        if (ckp_run_apply(run, (uint32_t) ckp_json_int(e, "seq", 0),
                          json_is_null(delta) ? NULL : delta, err)
            != CKP_OK)
        {
            ckp_run_free(run);
            return NULL;
        }
    }

    return run;
}


/* A worker that begins knows what the directive says before it knows what an
 * administrator does: that comes with the row. */

static int64_t
ngx_lo_claim_crashes(const json_t *row)
{
    return ngx_lo_setting_said("worker_max_attempts")
           ? (int64_t) ngx_lo_conf()->crashes_max
           : ckp_json_int(row, "crashes_max", CKP_CRASHES_MAX);
}


/*
 * One whose state nobody reads: it is damaged, or has taken workers down so
 * often that it is let alone.  It ends with its next turn, as what it is.
 */
static ckp_run_t *
ngx_lo_claim_bare(const ngx_lo_claim_t *cl, const json_t *row,
    ckp_program_t *prog)
{
    if (!ngx_lo_claim_has(cl, ckp_json_int(row, "id", 0),
                          ngx_lo_store_is_damaged)
        && (ckp_json_int(row, "crashed", 0) != NGX_LO_CRASHED_LOADED
            || ckp_json_int(row, "crashes", 0) < ngx_lo_claim_crashes(row)))
    {
        return NULL;
    }

    return ckp_run_bare(prog, ckp_json_str(row, "run_id"),
                        (uint32_t) ckp_json_int(row, "seq", 0),
                        ckp_json_int(row, "started_at", 0),
                        ckp_json_str(row, "parent_run_id"));
}


static void
ngx_lo_claim_inputs(ngx_lo_claim_t *cl, ngx_lo_run_t *run)
{
    size_t   i;
    json_t  *in;

    json_array_foreach(cl->inbox, i, in) {
        if (ckp_json_int(in, "run", 0) == run->id
            && !ngx_lo_store_is_damaged(json_object_get(in, "data")))
        {
            ngx_lo_run_inbox(run, in);
        }
    }

    ngx_lo_run_next(run);
}


static void
ngx_lo_claim_recover(ngx_lo_claim_t *cl, ngx_lo_run_t *run, const json_t *row)
{
    json_t       *data;
    ngx_queue_t  *q;
    ngx_uint_t    mine;

    mine = (cl->id == run->id);

    while (mine && !ngx_queue_empty(&cl->inputs)) {
        q = ngx_queue_head(&cl->inputs);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&run->inputs, q);
    }

    data = json_pack("{s:b, s:I, s:I, s:b}",
                     "crash", ckp_json_int(row, "crashed", 0) != 0,
                     "crashes",
                     (json_int_t) ckp_json_int(row, "crashes", 0),
                     "crashes_max", (json_int_t) ngx_lo_claim_crashes(row),
                     "damaged",
                     ngx_lo_claim_has(cl, run->id, ngx_lo_store_is_damaged));

    if (ckp_json_int(row, "crashed", 0) != 0) {
        ngx_lo_metric_add(NGX_LO_M_RECOVERED_RUNS, NULL, 1);
    }

    /* what is under way still, or was answered, is not repeated */

    if (mine && cl->shelter != NULL) {
        (void) json_object_set_new(data, "alive",
                                   ngx_lo_shelter_alive(cl->shelter));
    }

    ngx_lo_run_input(run, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", data, 0);

    if (mine && cl->shelter != NULL) {
        ngx_lo_shelter_leave(cl->shelter, run);
        cl->shelter = NULL;
    }

    ngx_lo_claim_inputs(cl, run);
}


/* The next child procedure that the run is in, or will be when it has read what
 * waits for it; NULL: none is missing. */

static const char *
ngx_lo_claim_missing(ngx_lo_claim_t *cl, ckp_run_t *ckp, int64_t id)
{
    size_t       i;
    json_t      *in;
    const char  *hash;

    hash = ckp_run_want(ckp);

    json_array_foreach(cl->inbox, i, in) {
        if (hash == NULL && ckp_json_int(in, "run", 0) == id) {
            hash = ckp_run_want_of(ckp,
                                   json_object_get(json_object_get(in, "data"),
                                                   "state"));
        }
    }

    return hash;
}


/* NGX_AGAIN: one is not compiled here. */

static ngx_int_t
ngx_lo_claim_link(ngx_lo_claim_t *cl, ckp_run_t *ckp, int64_t id,
    ckp_err_t *err)
{
    const char     *hash;
    ckp_program_t  *prog;

    while ((hash = ngx_lo_claim_missing(cl, ckp, id)) != NULL) {
        prog = ngx_lo_program_get(hash);

        if (prog == NULL) {

            if (cl->linked) {
                (void) ckp_fail(err, CKP_E_INVALID, "",
                                "child document %s does not compile", hash);
                return NGX_ERROR;
            }

            if (cl->wanted == NULL) {
                cl->wanted = json_array();
            }

            (void) json_array_append_new(cl->wanted, json_string(hash));
            return NGX_AGAIN;
        }

        if (ckp_run_link(ckp, hash, prog) != CKP_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_lo_claim_children(ngx_lo_job_t *job, void *data)
{
    size_t           i;
    json_t          *hash;
    const char      *body;
    ngx_lo_claim_t  *cl = data;

    ngx_lo_claim_under_way(-1);

    json_array_foreach(cl->wanted, i, hash) {
        body = ngx_lo_job_rc(job) == NGX_LO_JOB_OK
               ? ckp_json_str(ngx_lo_job_row(job, i), "body") : NULL;

        if (body != NULL) {
            (void) ngx_lo_program_compile(json_string_value(hash), body,
                                          ngx_strlen(body));
        }
    }

    json_decref(cl->wanted);
    cl->wanted = NULL;

    /* a child of a child may be wanted next: as deep as they are nested */

    cl->linked = ++cl->rounds > NGX_LO_CLAIM_CHILDREN_MAX;
    ngx_lo_claim_load(cl);
}


static ngx_int_t
ngx_lo_claim_read_children(ngx_lo_claim_t *cl)
{
    size_t         i;
    json_t        *hash;
    ngx_lo_job_t  *job;

    job = ngx_lo_job_new(ngx_lo_store(), 0);

    if (job == NULL) {
        return NGX_ERROR;
    }

    json_array_foreach(cl->wanted, i, hash) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_document,
                              json_string_value(hash));
    }

    ngx_lo_claim_under_way(1);
    ngx_lo_job_submit(job, ngx_lo_claim_children, cl);

    return NGX_OK;
}


/* Many may have the same reason, each time that they are looked at: one line a
 * minute says so. */

static void
ngx_lo_claim_failed(const char *run, const char *why)
{
    static ngx_uint_t  more, told;
    static ngx_msec_t  told_at;

    if (told && ngx_current_msec - told_at < NGX_LO_CLAIM_TELL_MS) {
        more++;
        return;
    }

    ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                  "run %s: cannot be loaded: %s (and so it was %ui times since"
                  " that was told last)", run, why, more);

    told = 1;
    told_at = ngx_current_msec;
    more = 0;
}


static void
ngx_lo_claim_one(ngx_lo_claim_t *cl, const json_t *row)
{
    int64_t         id, epoch;
    ckp_err_t       err = CKP_ERR_INIT;
    ngx_int_t       rc;
    ckp_run_t      *ckp;
    const char     *hash;
    ngx_uint_t      bare;
    ngx_lo_run_t   *run;
    ckp_program_t  *prog;

    id = ckp_json_int(row, "id", 0);
    epoch = ckp_json_int(row, "epoch", 0);
    hash = ckp_json_str(row, "doc_hash");

    if (ngx_lo_run_find(id) != NULL) {
        return;
    }

    prog = hash ? ngx_lo_program_get(hash) : NULL;
    ckp = prog ? ngx_lo_claim_bare(cl, row, prog) : NULL;
    bare = (ckp != NULL);
    rc = NGX_OK;

    if (prog == NULL) {
        rc = NGX_ERROR;

    } else if (ckp == NULL) {
        ngx_lo_zone_feeding(-id);

        ckp = ngx_lo_claim_build(cl, row, prog, &err);
        rc = ckp ? ngx_lo_claim_link(cl, ckp, id, &err) : NGX_ERROR;

        ngx_lo_zone_feeding(0);
    }

    if (rc == NGX_AGAIN) {
        ckp_run_free(ckp);      /* it is built again when they are read */
        return;
    }

    run = rc == NGX_OK ? ngx_lo_run_adopt(row, prog, ckp) : NULL;

    if (run == NULL) {
        ngx_lo_claim_failed(ckp_json_str(row, "run_id"),
                            prog ? err.msg
                                 : "its document does not compile");

        if (ckp != NULL) {
            ckp_run_free(ckp);
        }

        ngx_lo_claim_shut(id, epoch);
        return;
    }

    run->bare = (bare != 0);
    ngx_lo_claim_recover(cl, run, row);
}


void
ngx_lo_claim_load(ngx_lo_claim_t *cl)
{
    size_t   i;
    json_t  *row;

    if (ngx_lo_claim_wants(cl)) {
        return;
    }

    json_array_foreach(cl->rows, i, row) {
        ngx_lo_claim_one(cl, row);
    }

    if (cl->wanted != NULL) {

        if (ngx_lo_claim_read_children(cl) == NGX_OK) {
            return;
        }

        /* no memory: somebody else may drive them */

        json_array_foreach(cl->rows, i, row) {
            if (ngx_lo_run_find(ckp_json_int(row, "id", 0)) == NULL) {
                ngx_lo_claim_release(ckp_json_int(row, "id", 0),
                                     ckp_json_int(row, "epoch", 0));
            }
        }
    }

    ngx_lo_claim_free(cl);
}
