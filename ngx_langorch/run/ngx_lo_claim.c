/*
 * Claims: due runs under this worker's lease, loaded and handed to run/.
 *
 * Crash, reload, lost lease, failed commit and unknown commit are one path:
 * the row is free (or ours again), it is claimed, loaded, and fed RECOVER.
 */

#include "run/ngx_lo_run_int.h"

#define NGX_LO_CLAIM_CHILDREN_MAX  8   /* child procedures inside others */
#define NGX_LO_CLAIM_MAX   64       /* runs in one claim */


typedef struct {
    ngx_queue_t   inputs;           /* ngx_lo_input_t, fed after the load */
    ngx_lo_run_t *shelter;          /* calls under way; NULL: none */
    int64_t       id;               /* reload of one run; 0: due runs */
    json_t       *rows;             /* while documents are read */
    json_t       *states;
    json_t       *events;
    json_t       *inbox;
    json_t       *wanted;           /* hashes of child procedures to read */
    ngx_uint_t    rounds;           /* of reading children */
    unsigned      linked:1;         /* they were read: no more of it */
} ngx_lo_claim_t;


static struct {
    ngx_event_t   poll;
    ngx_uint_t    pending;          /* claims and releases under way */
    unsigned      claiming:1;
    unsigned      again:1;
    unsigned      stopped:1;
} ngx_lo_claims;


static void ngx_lo_claim_due(void);
static void ngx_lo_claim_done(ngx_lo_job_t *job, void *data);
static void ngx_lo_claim_load(ngx_lo_claim_t *cl);


static void
ngx_lo_claim_free(ngx_lo_claim_t *cl)
{
    ngx_queue_t     *q;
    ngx_lo_input_t  *in;

    while (!ngx_queue_empty(&cl->inputs)) {
        q = ngx_queue_head(&cl->inputs);
        ngx_queue_remove(q);

        in = ngx_queue_data(q, ngx_lo_input_t, queue);
        json_decref(in->data);
        ngx_free(in->ref);
        ngx_free(in);
    }

    ngx_lo_shelter_free(cl->shelter);
    json_decref(cl->rows);
    json_decref(cl->states);
    json_decref(cl->events);
    json_decref(cl->inbox);
    json_decref(cl->wanted);
    ngx_free(cl);
}


static ngx_lo_claim_t *
ngx_lo_claim_new(int64_t id)
{
    ngx_lo_claim_t  *cl;

    cl = ngx_calloc(sizeof(ngx_lo_claim_t), ngx_cycle->log);

    if (cl != NULL) {
        cl->id = id;
        ngx_queue_init(&cl->inputs);
    }

    return cl;
}


/* Submits the job that takes rows and reads what they are loaded from. */

static ngx_int_t
ngx_lo_claim_submit(ngx_lo_claim_t *cl)
{
    char           token[17];
    const char    *me;
    ngx_lo_job_t  *job;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return NGX_ERROR;
    }

    me = ngx_lo_worker_id();
    ngx_lo_rand_hex(token, 8);

    if (cl->id != 0) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_again, me,
                              (const char *) token, cl->id);
    } else {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_due, me,
                              (const char *) token, ngx_lo_now_ms(),
                              (int64_t) NGX_LO_CLAIM_MAX);
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_rows, me,
                          (const char *) token);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_states, me,
                          (const char *) token);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_events, me,
                          (const char *) token);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_inbox, me);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_next);

    ngx_lo_claims.pending++;
    ngx_lo_job_submit(job, ngx_lo_claim_done, cl);

    return NGX_OK;
}


static void
ngx_lo_claim_wake(int64_t next)
{
    int64_t     wait;
    ngx_msec_t  poll;

    if (ngx_lo_claims.stopped || ngx_lo_worker_quits()) {
        return;
    }

    poll = ngx_lo_conf()->poll_time;
    wait = (int64_t) poll;

    if (next != NGX_LO_NULL) {
        wait = next - ngx_lo_now_ms();
        wait = ngx_max(wait, 1);
        wait = ngx_min(wait, (int64_t) poll);
    }

    ngx_add_timer(&ngx_lo_claims.poll, (ngx_msec_t) wait);
}


/* Inbox rows of runs that are live here. */

static void
ngx_lo_claim_deliver(const json_t *inbox)
{
    size_t         i;
    json_t        *row;
    ngx_lo_run_t  *run;

    json_array_foreach(inbox, i, row) {
        run = ngx_lo_run_find(ckp_json_int(row, "run", 0));

        if (run != NULL) {
            ngx_lo_run_inbox(run, row);
            ngx_lo_run_post(run);
        }
    }
}


static int64_t
ngx_lo_claim_next_ms(const json_t *row)
{
    const json_t  *v = json_object_get(row, "next");

    return json_is_integer(v) ? (int64_t) json_integer_value(v) : NGX_LO_NULL;
}


static void
ngx_lo_claim_done(ngx_lo_job_t *job, void *data)
{
    int64_t          next;
    ngx_uint_t       more;
    ngx_lo_claim_t  *cl = data;

    ngx_lo_claims.pending--;

    if (cl->id == 0) {
        ngx_lo_claims.claiming = 0;
    }

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {

        /* the rows stay as they were: ours if we had them, or free */

        if (cl->id != 0 && !ngx_lo_claims.stopped) {
            ngx_lo_claim_release(cl->id, NGX_LO_NULL);
        }

        ngx_lo_claim_free(cl);
        ngx_lo_claim_wake(NGX_LO_NULL);
        return;
    }

    cl->rows = ngx_lo_job_rows_take(job, 1);
    cl->states = ngx_lo_job_rows_take(job, 2);
    cl->events = ngx_lo_job_rows_take(job, 3);
    cl->inbox = ngx_lo_job_rows_take(job, 4);

    next = ngx_lo_claim_next_ms(ngx_lo_job_row(job, 5));
    more = (json_array_size(cl->rows) == NGX_LO_CLAIM_MAX);

    ngx_lo_claim_deliver(cl->inbox);

    if (json_array_size(cl->rows) != 0) {
        ngx_lo_claim_load(cl);

    } else {
        ngx_lo_claim_free(cl);
    }

    if (more || ngx_lo_claims.again) {
        ngx_lo_claims.again = 0;
        ngx_lo_claim_due();
    }

    ngx_lo_claim_wake(next);
}


/* --- loading ---------------------------------------------------------------- */

static void
ngx_lo_claim_documents(ngx_lo_job_t *job, void *data)
{
    size_t           i;
    json_t          *row;
    const char      *hash, *body;
    ngx_lo_claim_t  *cl = data;

    ngx_lo_claims.pending--;

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

    ngx_lo_claims.pending++;
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
    ckp_event_t   ev;

    id = ckp_json_int(row, "id", 0);
    state = ngx_lo_claim_state(cl->states, id, &seq);

    run = state ? ckp_run_load(prog, ckp_json_str(row, "run_id"), state, err)
                : ckp_run_new(prog, ckp_json_str(row, "run_id"));

    if (run == NULL) {
        return NULL;
    }

    json_array_foreach(cl->events, i, e) {

        if (ckp_json_int(e, "run", 0) != id) {
            continue;
        }

        ngx_memzero(&ev, sizeof(ev));
        ev.seq = (uint32_t) ckp_json_int(e, "seq", 0);
        ev.at_ms = ckp_json_int(e, "created_at", 0);
        ev.type = ckp_json_str(e, "type");
        ev.path = ckp_json_str(e, "path");
        ev.delta = json_object_get(e, "delta");

        if (json_is_null(ev.delta)) {
            ev.delta = NULL;
        }

        if (ckp_run_apply(run, &ev, err) != CKP_OK) {
            ckp_run_free(run);
            return NULL;
        }
    }

    return run;
}


static void
ngx_lo_claim_inputs(ngx_lo_claim_t *cl, ngx_lo_run_t *run)
{
    size_t   i;
    json_t  *in;

    json_array_foreach(cl->inbox, i, in) {
        if (ckp_json_int(in, "run", 0) == run->id) {
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

    data = json_pack("{s:b, s:I}",
                     "crash", ckp_json_int(row, "crashed", 0) != 0,
                     "crashes",
                     (json_int_t) ckp_json_int(row, "crashes", 0));

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


/* Child procedures that the run is in; NGX_AGAIN: one is not compiled here. */

static ngx_int_t
ngx_lo_claim_link(ngx_lo_claim_t *cl, ckp_run_t *ckp, ckp_err_t *err)
{
    const char     *hash;
    ckp_program_t  *prog;

    while ((hash = ckp_run_want(ckp)) != NULL) {
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

    ngx_lo_claims.pending--;

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

    ngx_lo_claims.pending++;
    ngx_lo_job_submit(job, ngx_lo_claim_children, cl);

    return NGX_OK;
}


static void
ngx_lo_claim_one(ngx_lo_claim_t *cl, const json_t *row)
{
    int64_t         id, epoch;
    ckp_err_t       err = CKP_ERR_INIT;
    ngx_int_t       rc;
    ckp_run_t      *ckp;
    const char     *hash;
    ngx_lo_run_t   *run;
    ckp_program_t  *prog;

    id = ckp_json_int(row, "id", 0);
    epoch = ckp_json_int(row, "epoch", 0);
    hash = ckp_json_str(row, "doc_hash");

    if (ngx_lo_run_find(id) != NULL) {
        return;
    }

    prog = hash ? ngx_lo_program_get(hash) : NULL;
    ckp = prog ? ngx_lo_claim_build(cl, row, prog, &err) : NULL;
    rc = ckp ? ngx_lo_claim_link(cl, ckp, &err) : NGX_ERROR;

    if (rc == NGX_AGAIN) {
        ckp_run_free(ckp);      /* it is built again when they are read */
        return;
    }

    run = rc == NGX_OK ? ngx_lo_run_adopt(row, prog, ckp) : NULL;

    if (run == NULL) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "run %s: cannot be loaded: %s",
                      ckp_json_str(row, "run_id"),
                      prog ? err.msg : "its document does not compile");

        if (ckp != NULL) {
            ckp_run_free(ckp);
        }

        ngx_lo_claim_release(id, epoch);
        return;
    }

    ngx_lo_claim_recover(cl, run, row);
}


static void
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


/* --- taking and giving back ---------------------------------------------------- */

static void
ngx_lo_claim_due(void)
{
    ngx_lo_claim_t  *cl;

    if (ngx_lo_claims.claiming) {
        ngx_lo_claims.again = 1;
        return;
    }

    if (ngx_lo_claims.stopped || ngx_lo_worker_quits()
        || ngx_lo_run_count() >= ngx_lo_conf()->runs_max)
    {
        return;
    }

    cl = ngx_lo_claim_new(0);

    if (cl == NULL) {
        return;
    }

    ngx_lo_claims.claiming = 1;

    if (ngx_lo_claim_submit(cl) != NGX_OK) {
        ngx_lo_claims.claiming = 0;
        ngx_lo_claim_free(cl);
    }
}


void
ngx_lo_claim_look(void *data)
{
    (void) data;

    ngx_lo_claim_due();
}


static void
ngx_lo_claim_peeked(ngx_lo_job_t *job, void *data)
{
    int64_t  next;

    (void) data;

    ngx_lo_claims.pending--;
    next = NGX_LO_NULL;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_claim_deliver(ngx_lo_job_rows(job, 0));
        next = ngx_lo_claim_next_ms(ngx_lo_job_row(job, 1));

        if (next != NGX_LO_NULL && next <= ngx_lo_now_ms()) {
            ngx_lo_claim_due();
            next = NGX_LO_NULL;
        }
    }

    ngx_lo_claim_wake(next);
}


/* The poll reads; only when something is due does it write. */

static void
ngx_lo_claim_poll(ngx_event_t *ev)
{
    ngx_lo_job_t  *job;

    (void) ev;

    if (ngx_lo_claims.stopped || ngx_lo_worker_quits()) {
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 0) : NULL;

    if (job == NULL) {
        ngx_lo_claim_wake(NGX_LO_NULL);
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_inbox, ngx_lo_worker_id());
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_next);

    ngx_lo_claims.pending++;
    ngx_lo_job_submit(job, ngx_lo_claim_peeked, NULL);
}


void
ngx_lo_claim_reload(int64_t id, ngx_queue_t *inputs, ngx_lo_run_t *shelter)
{
    ngx_queue_t     *q;
    ngx_lo_claim_t  *cl;

    cl = ngx_lo_claim_new(id);

    if (cl == NULL) {
        ngx_lo_shelter_free(shelter);
        return;
    }

    cl->shelter = shelter;

    while (!ngx_queue_empty(inputs)) {
        q = ngx_queue_head(inputs);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&cl->inputs, q);
    }

    if (ngx_lo_claim_submit(cl) != NGX_OK) {
        ngx_lo_claim_free(cl);
        ngx_lo_claim_release(id, NGX_LO_NULL);
    }
}


typedef struct {
    ngx_event_t   timer;
    int64_t       id;
    int64_t       epoch;
} ngx_lo_release_t;


static void ngx_lo_claim_released(ngx_lo_job_t *job, void *data);


static void
ngx_lo_claim_release_try(ngx_event_t *ev)
{
    ngx_lo_job_t      *job;
    ngx_lo_release_t  *rel = ev->data;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        ngx_lo_claims.pending--;
        ngx_free(rel);
        return;
    }

    if (rel->epoch == NGX_LO_NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_release_own, rel->id,
                              ngx_lo_worker_id());
    } else {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_release, rel->id,
                              rel->epoch, (int64_t) 0, (int64_t) 0);
    }

    ngx_lo_job_submit(job, ngx_lo_claim_released, rel);
}


static void
ngx_lo_claim_released(ngx_lo_job_t *job, void *data)
{
    ngx_lo_release_t  *rel = data;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK && !ngx_lo_claims.stopped) {

        /* until then the row is ours and nobody drives it: try again */

        ngx_add_timer(&rel->timer, 1000);
        return;
    }

    ngx_lo_claims.pending--;
    ngx_free(rel);
}


void
ngx_lo_claim_release(int64_t id, int64_t epoch)
{
    ngx_lo_release_t  *rel;

    rel = ngx_calloc(sizeof(ngx_lo_release_t), ngx_cycle->log);

    if (rel == NULL) {
        return;
    }

    rel->id = id;
    rel->epoch = epoch;
    rel->timer.handler = ngx_lo_claim_release_try;
    rel->timer.data = rel;
    rel->timer.log = ngx_cycle->log;
    rel->timer.cancelable = 1;

    ngx_lo_claims.pending++;
    ngx_lo_claim_release_try(&rel->timer);
}


ngx_uint_t
ngx_lo_claim_pending(void)
{
    return ngx_lo_claims.pending + ngx_lo_lease_pending();
}


ngx_int_t
ngx_lo_claim_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_claims, sizeof(ngx_lo_claims));

    ngx_lo_claims.poll.handler = ngx_lo_claim_poll;
    ngx_lo_claims.poll.data = &ngx_lo_claims;
    ngx_lo_claims.poll.log = cycle->log;
    ngx_lo_claims.poll.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_RUNS, ngx_lo_claim_look, NULL);

    /* our lease is written before anything is claimed: jobs run in order */

    if (ngx_lo_lease_start(cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_add_timer(&ngx_lo_claims.poll, 1);

    return NGX_OK;
}


void
ngx_lo_claim_stop(void)
{
    ngx_lo_claims.stopped = 1;

    ngx_lo_lease_stop();

    if (ngx_lo_claims.poll.timer_set) {
        ngx_del_timer(&ngx_lo_claims.poll);
    }
}
