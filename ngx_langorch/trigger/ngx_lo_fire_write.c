/*
 * The transaction of a firing, and what becomes of it.
 */

#include "run/ngx_lo_program.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_backfill.h"
#include "trigger/ngx_lo_fire_int.h"
#include "trigger/ngx_lo_listen.h"

#include <stdarg.h>

#define NGX_LO_FIRE_TRIES     8
#define NGX_LO_FIRE_KEEP_MS   (40LL * 86400 * 1000)     /* slots */
#define NGX_LO_FIRE_LATER     2000      /* ms until an event comes again */
#define NGX_LO_FIRE_PATIENCE  86400000LL
#define NGX_LO_FIRE_TRIM      64        /* one of so many tidies up */


static ngx_int_t ngx_lo_fire_guards(ngx_lo_fire_t *f, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_fire_rows(ngx_lo_fire_t *f, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_fire_trail(ngx_lo_fire_t *f, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_fire_feed(ngx_lo_fire_t *f, ngx_lo_job_t *job,
    ckp_program_t *prog, const json_t *start);
static void ngx_lo_fire_written(ngx_lo_job_t *job, void *data);
static void ngx_lo_fire_missed(ngx_lo_fire_t *f, ngx_lo_job_t *job);
static void ngx_lo_fire_pass(ngx_lo_fire_t *f);
static void ngx_lo_fire_again(ngx_lo_fire_t *f);
static void ngx_lo_fire_twin(ngx_lo_fire_t *f, ngx_uint_t gate);
static void ngx_lo_fire_twinned(ngx_lo_job_t *job, void *data);
static void ngx_lo_fire_later(ngx_lo_fire_t *f, ngx_lo_job_t *job);
static void ngx_lo_fire_noted(ngx_lo_job_t *job, void *data);


static const char *const  ngx_lo_fire_words[] = {
    "fired", "deduped", "concurrency_limited", "not_runnable",
    "invalid_inputs", "error", "error", "error", "error"
};


void
ngx_lo_fire_say(ngx_lo_fire_t *f, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(f->detail, sizeof(f->detail), fmt, args);
    va_end(args);
}


ngx_lo_job_t *
ngx_lo_fire_job(ngx_uint_t write)
{
    return ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), write) : NULL;
}


void
ngx_lo_fire_submit(ngx_lo_fire_t *f, ngx_lo_job_t *job,
    ngx_lo_job_done_pt done)
{
    if (job == NULL) {
        ngx_lo_fire_end(f, NGX_LO_FIRE_ERROR);
        return;
    }

    f->job = job;
    ngx_lo_job_submit(job, done, f);
}


ngx_uint_t
ngx_lo_fire_failed(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    switch (ngx_lo_job_rc(job)) {

    case NGX_LO_JOB_OK:
        return 0;

    case NGX_LO_JOB_BUSY:
        ngx_lo_fire_end(f, NGX_LO_FIRE_BUSY);
        return 1;

    case NGX_LO_JOB_GUARD:
    case NGX_LO_JOB_ERROR:
    case NGX_LO_JOB_UNKNOWN:
        break;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "trigger of \"%s\" %s: the store failed: %s",
                  f->procedure_id, f->version, ngx_lo_job_error(job));
    ngx_lo_fire_end(f, NGX_LO_FIRE_ERROR);

    return 1;
}


/* --- the transaction ---------------------------------------------------------- */


ngx_int_t
ngx_lo_fire_write(ngx_lo_fire_t *f, ckp_program_t *prog, const json_t *start)
{
    json_t        *gate;
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_code_t     code;
    ngx_lo_job_t  *job;

    code = ckp_program_gate(prog, start, f->b.now_ms, &gate, &err);

    if (code != CKP_OK) {
        ngx_lo_fire_say(f, "%s", err.msg);
        return (code == CKP_E_INVALID || code == CKP_E_LIMIT) ? NGX_DECLINED
                                                              : NGX_ERROR;
    }

    json_decref(f->b.gate.gate);
    f->b.gate.gate = gate;

    job = ngx_lo_fire_job(1);

    if (job == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_fire_guards(f, job) != NGX_OK
        || ngx_lo_fire_feed(f, job, prog, start) != NGX_OK
        || ngx_lo_fire_rows(f, job) != NGX_OK)
    {
        ngx_lo_job_free(job);
        return NGX_ERROR;
    }

    ngx_lo_fire_submit(f, job, ngx_lo_fire_written);

    return NGX_OK;
}


/* In the order in which a refusal is told: the slot, the repetition, the limit
 * of the trigger, those of the procedure. */

static ngx_int_t
ngx_lo_fire_guards(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    int64_t        window, most;
    const json_t  *settings;

    settings = json_object_get(f->row, "settings");
    window = ckp_json_int(settings, "dedupe_window_seconds", 0) * 1000;
    most = ckp_json_int(settings, "max_concurrent_runs", 0);

    f->at_seen = f->at_free = 0;

    if (ngx_lo_fire_slot(f, job) != NGX_OK) {
        return NGX_ERROR;
    }

    if (f->also != NULL && f->also(f, job) != NGX_OK) {
        return NGX_ERROR;
    }

    if (window > 0 && f->identity != NULL) {
        f->at_seen = ngx_lo_job_len(job) + 1;

        if (ngx_lo_job_add(job, &ngx_lo_sql_trigger_see, f->procedure_id,
                           f->identity, (const char *) f->b.run_id,
                           f->b.now_ms + window, f->b.now_ms)
            != NGX_OK
            || ngx_lo_job_add(job, &ngx_lo_sql_trigger_forget, f->b.now_ms)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (most > 0) {
        f->at_free = ngx_lo_job_len(job) + 1;

        if (ngx_lo_job_add(job, &ngx_lo_sql_trigger_free, f->procedure_id,
                           f->version, most) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_lo_gate_before(&f->b.gate, job, f->b.now_ms);
}


static ngx_int_t
ngx_lo_fire_feed(ngx_lo_fire_t *f, ngx_lo_job_t *job, ckp_program_t *prog,
    const json_t *start)
{
    ngx_int_t    rc;
    json_t      *shown;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_run_t   *run;
    ckp_turn_t   turn;

    run = ckp_run_new(prog, f->b.run_id);
    shown = ngx_lo_birth_shown(f->b.inputs, prog);
    rc = NGX_ERROR;
    f->b.kept = 0;

    if (run != NULL && shown != NULL
        && ngx_lo_birth_feed(&f->b, run, start, &turn, &err) == CKP_OK)
    {
        f->b.shown = shown;
        rc = ngx_lo_birth_put(&f->b, job, run, prog, &turn);
        f->b.shown = NULL;

    } else {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "run %s of \"%s\" cannot begin: %s", f->b.run_id,
                      f->procedure_id, err.msg);
    }

    json_decref(shown);

    if (run != NULL && !f->b.kept) {
        ckp_run_free(run);
    }

    return rc;
}


static ngx_int_t
ngx_lo_fire_rows(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    if (f->backfill != 0 && ngx_lo_backfill_slot(f, job) != NGX_OK) {
        return NGX_ERROR;
    }

    f->at_note = ngx_lo_job_len(job) + 1;

    if (ngx_lo_fire_note(f, job, "fired", f->b.run_id, NULL) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_trigger_fired, f->procedure_id,
                          f->version, f->b.now_ms,
                          (const char *) f->b.run_id)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_fire_trail(f, job);
}


ngx_int_t
ngx_lo_fire_slot(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    int64_t    due;
    ngx_int_t  rc;

    if (f->queued != 0) {
        return ngx_lo_listen_done(job, f->queued, f->b.now_ms);
    }

    if (f->backfill != 0) {
        return ngx_lo_backfill_step(f, job, f->outcome == NGX_LO_FIRE_LOST);
    }

    if (f->next_at == 0) {
        return NGX_OK;
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_trigger_advance,
                        ckp_json_int(f->row, "id", 0),
                        ckp_json_int(f->row, "rev", 0),
                        ckp_json_int(f->row, "next_fire_at", 0), f->next_at);

    if (rc != NGX_OK || f->missed == NULL) {
        return rc;
    }

    due = f->due_at;
    f->due_at = f->missed_at;
    rc = ngx_lo_fire_note(f, job, "error", NULL, f->missed);
    f->due_at = due;

    return rc;
}


static ngx_int_t
ngx_lo_fire_trail(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    json_t     *meta;
    ngx_int_t   rc;

    meta = json_pack("{s:s, s:s, s:s, s:s, s:O*}", "procedure_id",
                     f->procedure_id, "version", f->version, "trigger_type",
                     f->type, "triggered_by", f->by, "trigger_id",
                     json_object_get(f->row, "id"));

    if (meta == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_audit_add, f->b.now_ms, "run",
                        "create", f->actor, "Run created by a trigger", "run",
                        (const char *) f->b.run_id, meta, f->address,
                        f->method, f->request_id, (const char *) f->b.run_id,
                        f->procedure_id, f->b.hash);
    json_decref(meta);

    return rc;
}


ngx_int_t
ngx_lo_fire_note(ngx_lo_fire_t *f, ngx_lo_job_t *job, const char *outcome,
    const char *run_id, const char *detail)
{
    uint8_t  seed[CKP_SEED_LEN];
    int64_t  now, lag;

    now = f->b.now_ms;
    lag = (f->due_at != NGX_LO_NULL && f->backfill == 0) ? now - f->due_at
                                                         : NGX_LO_NULL;

    if (ngx_lo_job_add(job, &ngx_lo_sql_trigger_history_add, f->procedure_id,
                       f->version, now, f->type, f->source, outcome, run_id,
                       f->payload_hash, detail, f->due_at, lag)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_rand_seed(seed);

    if (seed[0] % NGX_LO_FIRE_TRIM != 0) {
        return NGX_OK;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_history_trim,
                          f->procedure_id, f->version,
                          now - NGX_LO_FIRE_KEEP_MS);
}


/* --- what became of it ---------------------------------------------------------- */


static void
ngx_lo_fire_written(ngx_lo_job_t *job, void *data)
{
    ngx_lo_fire_t  *f = data;

    f->job = NULL;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_GUARD) {
        ngx_lo_fire_missed(f, job);
        return;
    }

    if (ngx_lo_fire_failed(f, job)) {
        return;
    }

    if (!f->b.kept) {
        ngx_lo_bell_ring(NGX_LO_BELL_RUNS, f->b.gate.gate == NULL
                         || json_object_size(f->b.gate.gate) == 0);
    }

    if (f->b.gate.skipped) {
        ngx_lo_metric_add(NGX_LO_M_RUN_COMPLETED, NGX_LO_LABELS("canceled"),
                          1);
    }

    ngx_lo_fire_end(f, NGX_LO_FIRED);
}


static void
ngx_lo_fire_missed(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    ngx_uint_t  guard;

    guard = ngx_lo_job_guard(job) + 1;

    if (guard == f->at_seen) {
        ngx_lo_fire_twin(f, 0);
        return;
    }

    if (guard == f->at_free) {
        ngx_lo_fire_say(f, "Procedure %s version %s has as many active runs"
                        " as its trigger may start", f->procedure_id,
                        f->version);
        ngx_lo_fire_refuse(f, NGX_LO_FIRE_FULL);
        return;
    }

    if (guard == f->at_note && (f->next_at != 0 || f->backfill != 0)) {
        ngx_lo_fire_pass(f);
        return;
    }

    switch (ngx_lo_gate_missed(&f->b.gate, job)) {

    case NGX_LO_GATE_TWIN:
        ngx_lo_fire_twin(f, 1);
        return;

    case NGX_LO_GATE_FULL:

        if (strcmp(ngx_lo_gate_on_limit(&f->b.gate), "skip") == 0) {
            f->b.gate.skipped = 1;
            ngx_lo_fire_again(f);
            return;
        }

        ngx_lo_fire_say(f, "Procedure %s has as many active runs as it may",
                        f->procedure_id);
        ngx_lo_fire_refuse(f, NGX_LO_FIRE_FULL);
        return;

    case NGX_LO_GATE_OTHER:
        break;
    }

    ngx_lo_fire_end(f, NGX_LO_FIRE_LOST);
}


/* The slot has its line already, of an earlier registration: on to the next. */

static void
ngx_lo_fire_pass(ngx_lo_fire_t *f)
{
    ngx_lo_job_t  *job;

    f->missed = NULL;
    f->outcome = NGX_LO_FIRE_LOST;
    job = ngx_lo_fire_job(1);

    if (job != NULL) {
        (void) ngx_lo_fire_slot(f, job);
    }

    ngx_lo_fire_submit(f, job, ngx_lo_fire_noted);
}


/* What was in the way is gone, or the run will not begin: once more. */

static void
ngx_lo_fire_again(ngx_lo_fire_t *f)
{
    ckp_program_t  *prog;

    prog = ngx_lo_program_get(f->b.hash);

    if (prog == NULL || ++f->tries > NGX_LO_FIRE_TRIES) {
        ngx_lo_fire_end(f, NGX_LO_FIRE_BUSY);
        return;
    }

    ngx_lo_fire_bear(f, prog);
}


/* Which run does it repeat? */

static void
ngx_lo_fire_twin(ngx_lo_fire_t *f, ngx_uint_t gate)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_fire_job(0);

    if (job != NULL && gate) {
        (void) ngx_lo_gate_twin(&f->b.gate, job, f->b.now_ms);

    } else if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_seen, f->procedure_id,
                              f->identity, f->b.now_ms);
    }

    ngx_lo_fire_submit(f, job, ngx_lo_fire_twinned);
}


static void
ngx_lo_fire_twinned(ngx_lo_job_t *job, void *data)
{
    ngx_lo_fire_t  *f = data;

    const char  *run;

    f->job = NULL;

    if (ngx_lo_fire_failed(f, job)) {
        return;
    }

    run = ckp_json_str(ngx_lo_job_row(job, 0), "run_id");

    /* gone in between: then there is none that it repeats */

    if (run == NULL) {
        ngx_lo_fire_again(f);
        return;
    }

    ngx_cpystrn((u_char *) f->twin, (u_char *) run, sizeof(f->twin));
    ngx_lo_fire_say(f, "Run %s was started by the same", f->twin);
    ngx_lo_fire_refuse(f, NGX_LO_FIRE_DEDUPED);
}


void
ngx_lo_fire_refuse(ngx_lo_fire_t *f, ngx_lo_fire_outcome_t outcome)
{
    ngx_lo_job_t  *job;

    f->outcome = outcome;
    job = ngx_lo_fire_job(1);

    if (job != NULL && f->queued != 0 && outcome == NGX_LO_FIRE_FULL
        && f->b.now_ms - f->told_at < NGX_LO_FIRE_PATIENCE)
    {
        ngx_lo_fire_later(f, job);

    } else if (job != NULL && f->backfill != 0) {
        (void) ngx_lo_backfill_refused(f, job, outcome);

    } else if (job != NULL) {
        (void) ngx_lo_fire_slot(f, job);
        (void) ngx_lo_fire_note(f, job, ngx_lo_fire_words[outcome],
                                f->twin[0] ? f->twin : NULL, f->detail);
    }

    ngx_lo_fire_submit(f, job, ngx_lo_fire_noted);
}


/* An event that finds no free run comes again; the history has it once. */

static void
ngx_lo_fire_later(ngx_lo_fire_t *f, ngx_lo_job_t *job)
{
    (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_queue_later, f->queued,
                          f->b.now_ms + NGX_LO_FIRE_LATER,
                          ckp_json_int(f->row, "due_at", 0));

    if (!f->later) {
        (void) ngx_lo_fire_note(f, job, ngx_lo_fire_words[NGX_LO_FIRE_FULL],
                                NULL, f->detail);
    }
}


static void
ngx_lo_fire_noted(ngx_lo_job_t *job, void *data)
{
    ngx_lo_fire_t  *f = data;

    f->job = NULL;

    /* missed: another worker noted the slot */

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_GUARD) {
        ngx_lo_fire_end(f, NGX_LO_FIRE_LOST);

    } else if (!ngx_lo_fire_failed(f, job)) {
        ngx_lo_fire_end(f, f->outcome);
    }
}


void
ngx_lo_fire_end(ngx_lo_fire_t *f, ngx_lo_fire_outcome_t outcome)
{
    f->outcome = outcome;

    if (outcome != NGX_LO_FIRE_LOST && outcome != NGX_LO_FIRE_UNKNOWN
        && outcome != NGX_LO_FIRE_BUSY)
    {
        ngx_lo_metric_add(NGX_LO_M_TRIGGER_FIRED,
                          NGX_LO_LABELS(ngx_lo_fire_words[outcome], f->type),
                          1);
    }

    if (outcome == NGX_LO_FIRED && f->due_at != NGX_LO_NULL
        && f->backfill == 0)
    {
        ngx_lo_metric_add(NGX_LO_M_TRIGGER_LAG, NGX_LO_LABELS(f->type),
                          (double) (ngx_lo_now_ms() - f->due_at) / 1000);
    }

    if (f->done != NULL) {
        f->done(f, f->data);
    }

    ngx_lo_fire_free(f);
}
