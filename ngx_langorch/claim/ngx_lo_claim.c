/*
 * Claims: due runs under this worker's lease, loaded and handed to run/.
 *
 * Crash, reload, lost lease, failed commit and unknown commit are one path:
 * the row is free (or ours again), it is claimed, loaded, and fed RECOVER.
 */

#include "claim/ngx_lo_born.h"
#include "claim/ngx_lo_claim.h"

#define NGX_LO_CLAIM_MAX   64       /* runs in one claim */
#define NGX_LO_CLAIM_STEP  2000     /* ms: the clock was set, not drawn */


static struct {
    ngx_event_t   poll;
    ngx_uint_t    pending;          /* claims and releases under way */
    ngx_uint_t    room;             /* that claims may need */
    int64_t       offset_ms;        /* of the clock, when we looked last */
    unsigned      claiming:1;
    unsigned      again:1;
    unsigned      stopped:1;
} ngx_lo_claims;


static void ngx_lo_claim_due(void);
static void ngx_lo_claim_done(ngx_lo_job_t *job, void *data);


void
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

    ngx_lo_claims.room -= cl->room;

    ngx_lo_shelter_free(cl->shelter);
    json_decref(cl->rows);
    json_decref(cl->states);
    json_decref(cl->events);
    json_decref(cl->inbox);
    json_decref(cl->wanted);
    ngx_free(cl);
}


void
ngx_lo_claim_under_way(int by)
{
    ngx_lo_claims.pending += by;
}


/* For `room` runs, or the one of that id. */

static ngx_lo_claim_t *
ngx_lo_claim_new(int64_t id, ngx_uint_t room)
{
    ngx_lo_claim_t  *cl;

    cl = ngx_calloc(sizeof(ngx_lo_claim_t), ngx_cycle->log);

    if (cl != NULL) {
        cl->id = id;
        cl->room = room;
        ngx_lo_claims.room += room;
        ngx_queue_init(&cl->inputs);
    }

    return cl;
}


/* Submits the job that takes rows and reads what they are loaded from. */

static ngx_int_t
ngx_lo_claim_submit(ngx_lo_claim_t *cl)
{
    const char    *me, *token;
    ngx_lo_job_t  *job;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return NGX_ERROR;
    }

    me = ngx_lo_worker_id();
    ngx_lo_rand_hex(cl->token, NGX_LO_CLAIM_LEN / 2);
    token = cl->token;

    if (cl->id != 0) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_again, me, token,
                              cl->id);
    } else {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_due, me, token,
                              ngx_lo_now_ms(), (int64_t) cl->room);
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_rows, me, token);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_states, me, token);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_events, me, token);
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

        } else if (ngx_lo_job_rc(job) == NGX_LO_JOB_UNKNOWN) {
            ngx_lo_claim_undo(cl->token);
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
    more = (cl->id == 0 && json_array_size(cl->rows) == cl->room);

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


/* --- taking and giving back ---------------------------------------------------- */

ngx_uint_t
ngx_lo_claim_room(void)
{
    ngx_uint_t  n;

    n = ngx_lo_run_count() + ngx_lo_claims.room;

    return ngx_lo_conf()->runs_max > n ? ngx_lo_conf()->runs_max - n : 0;
}


void
ngx_lo_claim_left(ngx_uint_t n)
{
    if (n + 1 == ngx_lo_conf()->runs_max) {
        ngx_lo_claim_wake(ngx_lo_now_ms());
    }
}


static void
ngx_lo_claim_due(void)
{
    ngx_uint_t       room;
    ngx_lo_claim_t  *cl;

    if (ngx_lo_claims.claiming) {
        ngx_lo_claims.again = 1;
        return;
    }

    room = ngx_min(ngx_lo_claim_room(), NGX_LO_CLAIM_MAX);

    if (ngx_lo_claims.stopped || ngx_lo_worker_quits() || room == 0) {
        return;
    }

    cl = ngx_lo_claim_new(0, room);

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


static void
ngx_lo_claim_woke(ngx_lo_job_t *job, void *data)
{
    ngx_lo_claims.pending--;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    } else {
        ngx_lo_claims.offset_ms += (intptr_t) data;     /* found out again */
    }
}


/*
 * When the clock was set back, what was due stays due: runs that nobody had
 * room for would wait for hours otherwise.  Who waits for a date goes by the
 * new clock; triggers look at once which slots are due by it.
 */
static void
ngx_lo_claim_clock(void)
{
    int64_t        offset, step;
    ngx_lo_job_t  *job;

    offset = ngx_lo_clock_offset();
    step = offset - ngx_lo_claims.offset_ms;
    ngx_lo_claims.offset_ms = offset;

    if (step > -NGX_LO_CLAIM_STEP && step < NGX_LO_CLAIM_STEP) {
        return;
    }

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "langorch: the clock was set by %L ms", step);

    ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 1);

    job = (step < 0 && ngx_lo_store()) ? ngx_lo_job_new(ngx_lo_store(), 1)
                                       : NULL;

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_set_back,
                              ngx_lo_now_ms(), ngx_lo_now_ms() - step);
        ngx_lo_claims.pending++;
        ngx_lo_job_submit(job, ngx_lo_claim_woke, (void *) (intptr_t) -step);
    }
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

    ngx_lo_claim_clock();

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

    cl = ngx_lo_claim_new(id, 1);

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


ngx_uint_t
ngx_lo_claim_pending(void)
{
    return ngx_lo_claims.pending + ngx_lo_release_pending()
           + ngx_lo_lease_pending();
}


ngx_int_t
ngx_lo_claim_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_claims, sizeof(ngx_lo_claims));
    ngx_lo_claims.offset_ms = ngx_lo_clock_offset();
    ngx_lo_release_start();

    ngx_lo_claims.poll.handler = ngx_lo_claim_poll;
    ngx_lo_claims.poll.data = &ngx_lo_claims;
    ngx_lo_claims.poll.log = cycle->log;
    ngx_lo_claims.poll.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_RUNS, ngx_lo_claim_look, NULL);

    /* our lease is written before anything is claimed: jobs run in order */

    if (ngx_lo_lease_start(cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_ids_start();
    ngx_add_timer(&ngx_lo_claims.poll, 1);

    return NGX_OK;
}


void
ngx_lo_claim_stop(void)
{
    ngx_lo_claims.stopped = 1;

    ngx_lo_ids_stop();
    ngx_lo_release_stop();
    ngx_lo_lease_stop();

    if (ngx_lo_claims.poll.timer_set) {
        ngx_del_timer(&ngx_lo_claims.poll);
    }
}
