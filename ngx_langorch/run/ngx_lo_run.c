/*
 * Live runs: feed, commit, act, drop.  From submit to completion the run is
 * busy and further inputs wait in its queue, so no input meets a state that is
 * not yet durable and no effect starts before its event is.
 */

#include "run/ngx_lo_run_int.h"


static struct {
    ngx_rbtree_t       tree;
    ngx_rbtree_node_t  sentinel;
    ngx_uint_t         n;
    unsigned           quits:1;
} ngx_lo_runs;


static int64_t ngx_lo_run_now(const ngx_lo_run_t *run);
static void ngx_lo_run_committed(ngx_lo_job_t *job, void *data);
static void ngx_lo_run_hold(ngx_lo_run_t *run, ngx_lo_job_t *job);
static void ngx_lo_run_held(ngx_lo_run_t *run);
static void ngx_lo_run_drop(ngx_lo_run_t *run, const char *why);


ngx_uint_t
ngx_lo_run_count(void)
{
    return ngx_lo_runs.n;
}


ngx_lo_run_t *
ngx_lo_run_find(int64_t id)
{
    ngx_rbtree_node_t  *node;

    node = ngx_lo_runs.tree.root;

    while (node != ngx_lo_runs.tree.sentinel) {

        if (node->key == (ngx_rbtree_key_t) id) {
            return (ngx_lo_run_t *) node;
        }

        node = ((ngx_rbtree_key_t) id < node->key) ? node->left : node->right;
    }

    return NULL;
}


/*
 * What time it is for a run in memory: it began as that of the day, and goes on
 * evenly.  Its deadlines are durations, and whoever sets the clock meanwhile
 * ends no call and delays no retry (reliability.md G15).
 */
static int64_t
ngx_lo_run_now(const ngx_lo_run_t *run)
{
    return ngx_lo_boot_ms() + run->offset_ms;
}


static void
ngx_lo_run_timer(ngx_event_t *ev)
{
    ngx_lo_run_t  *run = ev->data;

    if (run->held != NULL) {
        ngx_lo_run_held(run);
        return;
    }

    if (!run->busy && ngx_queue_empty(&run->inputs)
        && run->wake_at_ms != 0 && run->wake_at_ms <= ngx_lo_run_now(run))
    {
        run->wake_at_ms = 0;
        ngx_lo_run_input(run, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL, 0);
    }

    ngx_lo_run_next(run);
}


void
ngx_lo_run_post(ngx_lo_run_t *run)
{
    if (run->busy) {
        return;                 /* ngx_lo_run_committed looks for itself */
    }

    if (run->timer.timer_set) {
        ngx_del_timer(&run->timer);
    }

    if (!run->timer.posted) {
        ngx_post_event(&run->timer, &ngx_posted_events);
    }
}


void
ngx_lo_runs_go_on(void)
{
    ngx_lo_run_t       *run;
    ngx_rbtree_node_t  *node;

    if (ngx_lo_runs.n == 0) {
        return;
    }

    for (node = ngx_rbtree_min(ngx_lo_runs.tree.root, &ngx_lo_runs.sentinel);
         node != NULL;
         node = ngx_rbtree_next(&ngx_lo_runs.tree, node))
    {
        run = (ngx_lo_run_t *) node;

        if (!ngx_queue_empty(&run->inputs) && run->held == NULL) {
            ngx_lo_run_post(run);
        }
    }
}


/* Sets the alarm of a run that stays in memory. */

static void
ngx_lo_run_arm(ngx_lo_run_t *run)
{
    int64_t  wait;

    if (run->timer.posted) {
        return;
    }

    if (run->wake_at_ms == 0) {

        if (run->timer.timer_set) {
            ngx_del_timer(&run->timer);
        }

        return;
    }

    wait = run->wake_at_ms - ngx_lo_run_now(run);

    if (wait <= 0) {
        ngx_lo_run_post(run);
        return;
    }

    /* a day at most: the loop's clock has 32 bits of ms on some systems */

    ngx_add_timer(&run->timer, (ngx_msec_t) ngx_min(wait, 86400000));
}


ngx_lo_run_t *
ngx_lo_run_adopt(const json_t *row, ckp_program_t *prog, ckp_run_t *ckp)
{
    ngx_lo_run_t  *run;

    run = ngx_calloc(sizeof(ngx_lo_run_t), ngx_cycle->log);

    if (run == NULL) {
        return NULL;
    }

    run->id = ckp_json_int(row, "id", 0);
    run->epoch = ckp_json_int(row, "epoch", 0);
    run->cancel = ckp_json_int(row, "cancellation_requested", 0);
    run->created_ms = ckp_json_int(row, "created_at", 0);
    run->offset_ms = ngx_lo_clock_offset();
    run->shut = (ckp_json_int(row, "shut", 0) != 0);
    run->ckp = ckp;
    run->prog = ckp_program_ref(prog);

    ngx_cpystrn((u_char *) run->run_id, (u_char *) ckp_json_str(row, "run_id"),
                sizeof(run->run_id));
    ngx_cpystrn((u_char *) run->hash, (u_char *) ckp_json_str(row, "doc_hash"),
                sizeof(run->hash));

    if (ckp_json_str(row, "place_key") != NULL) {
        ngx_cpystrn((u_char *) run->place,
                    (u_char *) ckp_json_str(row, "place_key"),
                    sizeof(run->place));
    }

    ngx_queue_init(&run->inputs);
    ngx_queue_init(&run->fed);
    ngx_queue_init(&run->effects);
    ngx_queue_init(&run->calls);

    run->timer.handler = ngx_lo_run_timer;
    run->timer.data = run;
    run->timer.log = ngx_cycle->log;
    run->timer.cancelable = 1;

    run->node.key = (ngx_rbtree_key_t) run->id;
    ngx_rbtree_insert(&ngx_lo_runs.tree, &run->node);
    ngx_lo_zone_runs(++ngx_lo_runs.n);

    return run;
}


/*
 * Feeds one input into the turn.  NGX_DECLINED: it did not fit the state;
 * NGX_ERROR: the run must be read again.
 */

static ngx_int_t
ngx_lo_run_feed(ngx_lo_run_t *run, ngx_lo_input_t *in)
{
    size_t         i;
    uint8_t        seed[CKP_SEED_LEN];
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_turn_t     turn;
    ckp_code_t     code;
    ckp_input_t    input;
    unsigned long  refusals;

    refusals = ckp_memory_refusals();
    ngx_lo_rand_seed(seed);

    ngx_memzero(&input, sizeof(input));
    input.kind = in->kind;
    input.outcome = in->outcome;
    input.now_ms = ngx_lo_run_now(run);
    input.seed = seed;
    input.ref = in->ref;
    input.data = in->data;
    input.traced = ngx_lo_conf()->trace;
    input.agent_ms = (uint32_t) ngx_lo_conf()->agent_timeout;
    input.slot_ms = (uint32_t) ngx_lo_conf()->lease_wait;
    ngx_memzero(&turn, sizeof(turn));
    ckp_run_site(run->ckp, ngx_lo_site_models());

    ngx_lo_zone_feeding(run->id);
    code = ckp_run_feed(run->ckp, &input, &turn, &err);
    ngx_lo_zone_feeding(0);

    if (code == CKP_E_STATE) {
        return NGX_DECLINED;
    }

    if (code != CKP_OK) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "run %s: input %d: code %d: %s", run->run_id,
                      (int) in->kind, (int) code, err.msg);
        return NGX_ERROR;
    }

    for (i = 0; i < turn.neffects; i++) {
        if (ngx_lo_effect_add(run, &turn.effects[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    run->wake_at_ms = turn.wake_at_ms;
    run->idle = turn.idle;
    run->final = turn.final;

    return ckp_memory_refusals() == refusals ? NGX_OK : NGX_ERROR;
}


/* Whether the row can be given back with this commit. */

static ngx_uint_t
ngx_lo_run_may_go(ngx_lo_run_t *run, int64_t now)
{
    if (!ngx_queue_empty(&run->inputs)) {
        return 0;
    }

    if (run->final) {
        return 1;
    }

    if (!ngx_queue_empty(&run->calls)) {
        return 0;
    }

    if (ngx_lo_runs.quits) {
        return 1;
    }

    return run->idle && ngx_queue_empty(&run->effects)
           && (run->wake_at_ms == 0
               || run->wake_at_ms - now > NGX_LO_NEAR_MS);
}


/*
 * All inputs that wait, up to a bound, become one turn, and that a job.
 * NGX_DECLINED: nothing to commit.
 */

static ngx_int_t
ngx_lo_run_turn(ngx_lo_run_t *run, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_uint_t       n, added;
    ckp_code_t       code;
    ckp_turn_t       turn;
    ngx_queue_t     *q;
    ngx_lo_input_t  *in;

    added = 0;
    ckp_run_open(run->ckp);

    for (n = 0; n < NGX_LO_TURNS_MAX; n++) {

        if (ngx_queue_empty(&run->inputs)) {
            break;
        }

        q = ngx_queue_head(&run->inputs);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&run->fed, q);

        in = ngx_queue_data(q, ngx_lo_input_t, queue);
        rc = ngx_lo_run_feed(run, in);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (in->inbox_id != 0) {
            (void) ngx_lo_job_add(job, &ngx_lo_sql_inbox_del, in->inbox_id);
            added = 1;
        }

        if (rc == NGX_OK) {
            added = 1;
            ngx_lo_effects_admit(run);
        }

        /* what comes next may be refused, too, and must not take this along */

        if (in->kind == CKP_IN_REFUSED) {
            break;
        }
    }

    ngx_lo_zone_feeding(run->id);
    code = ckp_run_close(run->ckp, &turn);
    ngx_lo_zone_feeding(0);

    if (code != CKP_OK
        || ngx_lo_commit_turn(run, job, &turn, ngx_lo_run_now(run)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return added ? NGX_OK : NGX_DECLINED;
}


/* Nothing to feed: wait here, or let go of what no longer needs us. */

static void
ngx_lo_run_rest(ngx_lo_run_t *run)
{
    if (run->final
        || (ngx_lo_runs.quits && ngx_queue_empty(&run->calls)))
    {
        ngx_lo_run_drop(run, NULL);
        return;
    }

    ngx_lo_run_arm(run);
}


void
ngx_lo_run_next(ngx_lo_run_t *run)
{
    int64_t        now;
    ngx_int_t      rc;
    ngx_lo_job_t  *job;

    if (run->busy || run->dropping || run->unborn) {
        return;
    }

    if (run->again) {
        ngx_lo_run_drop(run, "inputs were lost");
        return;
    }

    if (ngx_queue_empty(&run->inputs)) {
        ngx_lo_run_rest(run);
        return;
    }

    if (!ngx_lo_site_fresh()) {
        return;                 /* ngx_lo_runs_go_on comes back */
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        ngx_lo_run_drop(run, "no job");
        return;
    }

    json_decref(run->guards);
    run->guards = NULL;
    run->leases = 0;

    rc = ngx_lo_run_turn(run, job);

    if (rc == NGX_DECLINED) {
        ngx_lo_job_free(job);
        ngx_lo_inputs_free(&run->fed);

        if (!ngx_queue_empty(&run->inputs)) {
            ngx_lo_run_post(run);
            return;
        }

        ngx_lo_run_rest(run);
        return;
    }

    now = ngx_lo_run_now(run);
    run->released = ngx_lo_run_may_go(run, now);

    if (rc != NGX_OK
        || ngx_lo_commit_row(run, job, run->released, now) != NGX_OK)
    {
        ngx_lo_job_free(job);
        ngx_lo_run_drop(run, "turn");
        return;
    }

    run->busy = 1;

    ngx_lo_job_submit(job, ngx_lo_run_committed, run);
}


static void
ngx_lo_run_committed(ngx_lo_job_t *job, void *data)
{
    ngx_lo_run_t  *run = data;

    run->busy = 0;

    switch (ngx_lo_job_rc(job)) {

    case NGX_LO_JOB_OK:
        run->ours_ms = ngx_lo_job_held_ms(job);
        ngx_lo_counts_hold(run);
        ngx_lo_inputs_free(&run->fed);
        ngx_lo_bell_ring(run->kin ? NGX_LO_BELL_STREAMS|NGX_LO_BELL_RUNS
                                  : NGX_LO_BELL_STREAMS, 0);
        run->kin = 0;

        if (run->heard > 0 && ngx_lo_job_count(job, run->heard - 1) > 0) {
            ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);
        }

        run->heard = 0;

        if (run->final && run->place[0] != '\0') {
            ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);
        }

        if (run->released && !run->dropping) {
            ngx_lo_effects_tell(run);
            ngx_lo_run_free(run);
            return;
        }

        if (run->dropping) {
            run->dropping = 0;
            ngx_lo_run_drop(run, NULL);
            return;
        }

        if (!ngx_lo_runs.quits) {
            ngx_lo_effects_perform(run);
        }

        ngx_lo_run_next(run);
        return;

    case NGX_LO_JOB_GUARD:
        ngx_lo_run_missed(run, job);
        return;

    case NGX_LO_JOB_BUSY:
        ngx_lo_run_hold(run, job);
        return;

    case NGX_LO_JOB_ERROR:
    case NGX_LO_JOB_UNKNOWN:

        /* not committed, or not known to be: the next claim reads the truth */

        run->dropping = 0;
        ngx_lo_run_drop(run, "commit");
    }
}


/*
 * It was surely not committed, and what was fed is not lost: the same job again
 * when the store is back.  Whoever took the run meanwhile changed its epoch,
 * and whoever cancelled it the flag: then the guard misses.
 */

static void
ngx_lo_run_hold(ngx_lo_run_t *run, ngx_lo_job_t *job)
{
    if (run->dropping || ngx_lo_runs.quits) {
        run->dropping = 0;
        ngx_lo_run_drop(run, NULL);
        return;
    }

    ngx_lo_job_keep(job);

    run->busy = 1;
    run->held = job;

    ngx_add_timer(&run->timer, NGX_LO_HOLD_MS);
}


static void
ngx_lo_run_held(ngx_lo_run_t *run)
{
    ngx_lo_job_t  *job;

    job = run->held;
    run->held = NULL;

    ngx_lo_job_submit(job, ngx_lo_run_committed, run);
}


void
ngx_lo_run_born(ngx_lo_run_t *run, ngx_lo_job_rc_t rc)
{
    run->unborn = 0;

    switch (rc) {

    case NGX_LO_JOB_OK:

        if (ngx_lo_runs.quits && !run->busy) {
            ngx_lo_run_drop(run, NULL);
            return;
        }

        ngx_lo_run_post(run);
        return;

    case NGX_LO_JOB_UNKNOWN:

        /* if its row is there it is ours */

        ngx_lo_run_drop(run, "birth");
        return;

    case NGX_LO_JOB_GUARD:
    case NGX_LO_JOB_BUSY:
    case NGX_LO_JOB_ERROR:

        /* there is no such row: of a turn under way the guard misses */

        if (!run->busy) {
            ngx_lo_run_free(run);
        }
    }
}


/* Throws the run away and gives its row back. */

static void
ngx_lo_run_drop(ngx_lo_run_t *run, const char *why)
{
    int64_t  id, epoch;

    if (why != NULL) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "run %s: dropped: %s", run->run_id, why);
    }

    if (run->busy && run->held == NULL) {
        run->dropping = 1;      /* ngx_lo_run_committed comes back to it */
        return;
    }

    id = run->id;
    epoch = run->epoch;

    ngx_lo_run_free(run);
    ngx_lo_claim_release(id, epoch);
}


void
ngx_lo_run_free(ngx_lo_run_t *run)
{
    ngx_lo_effects_abort(run);
    ngx_lo_counts_drop(run);

    ngx_lo_inputs_free(&run->inputs);
    ngx_lo_inputs_free(&run->fed);

    if (run->timer.timer_set) {
        ngx_del_timer(&run->timer);
    }

    if (run->timer.posted) {
        ngx_delete_posted_event(&run->timer);
    }

    ngx_rbtree_delete(&ngx_lo_runs.tree, &run->node);
    ngx_lo_zone_runs(--ngx_lo_runs.n);
    ngx_lo_claim_left(ngx_lo_runs.n);

    ngx_lo_job_free(run->held);
    json_decref(run->guards);
    ckp_run_free(run->ckp);
    ckp_program_unref(run->prog);
    ngx_free(run);
}


static void
ngx_lo_run_each(void (*act)(ngx_lo_run_t *run))
{
    ngx_uint_t          i, n;
    ngx_lo_run_t      **all;
    ngx_rbtree_node_t  *node;

    n = ngx_lo_runs.n;
    all = n ? ngx_alloc(n * sizeof(ngx_lo_run_t *), ngx_cycle->log) : NULL;

    if (all == NULL) {
        return;
    }

    i = 0;

    for (node = ngx_rbtree_min(ngx_lo_runs.tree.root,
                               ngx_lo_runs.tree.sentinel);
         node != NULL && i < n;
         node = ngx_rbtree_next(&ngx_lo_runs.tree, node))
    {
        all[i++] = (ngx_lo_run_t *) node;
    }

    for (n = 0; n < i; n++) {
        act(all[n]);
    }

    ngx_free(all);
}


static void
ngx_lo_run_hand_over(ngx_lo_run_t *run)
{
    if (run->held != NULL
        || (!run->busy && !run->unborn && ngx_queue_empty(&run->calls)))
    {
        ngx_lo_run_drop(run, NULL);
    }
}


static void
ngx_lo_run_abandon(ngx_lo_run_t *run)
{
    if (!run->busy || run->held != NULL) {
        ngx_lo_run_drop(run, NULL);
    }
}


ngx_int_t
ngx_lo_run_start(ngx_cycle_t *cycle)
{
    ngx_rbtree_init(&ngx_lo_runs.tree, &ngx_lo_runs.sentinel,
                    ngx_rbtree_insert_value);
    ngx_lo_runs.n = 0;
    ngx_lo_runs.quits = 0;

    if (ngx_lo_admit_start() != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_claim_start(cycle);
}


void
ngx_lo_run_quit(void)
{
    ngx_lo_runs.quits = 1;
    ngx_lo_run_each(ngx_lo_run_hand_over);
}


ngx_uint_t
ngx_lo_run_idle(void)
{
    return ngx_lo_runs.n == 0 && ngx_lo_claim_pending() == 0;
}


void
ngx_lo_run_stop(ngx_cycle_t *cycle)
{
    (void) cycle;

    ngx_lo_runs.quits = 1;
    ngx_lo_run_each(ngx_lo_run_abandon);
    ngx_lo_claim_stop();
    ngx_lo_alerts_stop();
    ngx_lo_admit_stop();
    ngx_lo_site_stop();
    ngx_lo_program_clear();
}
