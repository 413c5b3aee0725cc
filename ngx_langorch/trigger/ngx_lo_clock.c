/*
 * The clock of triggers.  One timer of each worker waits for the slot that
 * comes next, whichever trigger has it; all workers try, and the transaction
 * that makes the run moves the trigger on to its next slot, which only one can
 * (spec/ckp.md 5.2, reliability.md G6).  A lost bell costs NGX_LO_CLOCK_WAIT.
 */

#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_backfill.h"
#include "trigger/ngx_lo_fire_int.h"
#include "trigger/ngx_lo_listen.h"
#include "trigger/ngx_lo_trigger.h"
#include "trigger/ngx_lo_watch.h"

#define NGX_LO_CLOCK_ROWS   32          /* slots that are fired at a time */
#define NGX_LO_CLOCK_WAIT   30000       /* ms until it looks anyway */
#define NGX_LO_CLOCK_PAUSE  1000        /* after something failed */
#define NGX_LO_CLOCK_SECOND 1000LL
#define NGX_LO_CLOCK_FULL   250         /* ms until a run of a backfill may have
                                           ended */


static struct {
    ngx_event_t   timer;
    ngx_uint_t    firing;           /* under way */
    unsigned      looking:1;
    unsigned      again:1;          /* somebody rang meanwhile */
    unsigned      failed:1;
    unsigned      stopped:1;
} ngx_lo_clock;


static void ngx_lo_clock_look(void *data);
static void ngx_lo_clock_looked(ngx_lo_job_t *job, void *data);
static int64_t ngx_lo_clock_rows(const json_t *rows, const char *member,
    int64_t now, void (*due)(const json_t *row, int64_t now));
static void ngx_lo_clock_due_row(const json_t *row, int64_t now);
static void ngx_lo_clock_hear(const json_t *row, int64_t now);
static void ngx_lo_clock_backfill(const json_t *row, int64_t now);
static void ngx_lo_clock_fire(const json_t *row, int64_t now);
static ngx_int_t ngx_lo_clock_due(const json_t *row, int64_t now,
    ckp_due_t *due);
static void ngx_lo_clock_fired(ngx_lo_fire_t *f, void *data);
static void ngx_lo_clock_skip(ngx_lo_fire_t *f);
static void ngx_lo_clock_skipped(ngx_lo_job_t *job, void *data);
static void ngx_lo_clock_wait(ngx_msec_t ms);


static void
ngx_lo_clock_tick(ngx_event_t *ev)
{
    (void) ev;

    ngx_lo_clock_look(NULL);
}


void
ngx_lo_clock_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_clock, sizeof(ngx_lo_clock));

    ngx_lo_clock.timer.handler = ngx_lo_clock_tick;
    ngx_lo_clock.timer.data = &ngx_lo_clock;
    ngx_lo_clock.timer.log = cycle->log;
    ngx_lo_clock.timer.cancelable = 1;

    ngx_lo_bell_listen(NGX_LO_BELL_TRIGGERS, ngx_lo_clock_look, NULL);
    ngx_lo_clock_wait(1);
}


void
ngx_lo_clock_stop(void)
{
    ngx_lo_clock.stopped = 1;

    if (ngx_lo_clock.timer.timer_set) {
        ngx_del_timer(&ngx_lo_clock.timer);
    }
}


static void
ngx_lo_clock_wait(ngx_msec_t ms)
{
    if (!ngx_lo_clock.stopped) {
        ngx_add_timer(&ngx_lo_clock.timer, ms);
    }
}


/* --- what is due --------------------------------------------------------------- */


static void
ngx_lo_clock_look(void *data)
{
    ngx_lo_job_t  *job;

    (void) data;

    if (ngx_lo_clock.stopped || ngx_lo_worker_quits()) {
        return;
    }

    if (ngx_lo_clock.looking || ngx_lo_clock.firing > 0) {
        ngx_lo_clock.again = 1;
        return;
    }

    job = ngx_lo_fire_job(0);

    if (job == NULL) {
        ngx_lo_clock_wait(NGX_LO_CLOCK_PAUSE);
        return;
    }

    ngx_lo_clock.looking = 1;
    ngx_lo_clock.again = 0;
    ngx_lo_clock.failed = 0;

    (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_clock,
                          (int64_t) NGX_LO_CLOCK_ROWS);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_queue,
                          (int64_t) NGX_LO_CLOCK_ROWS);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_backfill_due,
                          (int64_t) NGX_LO_CLOCK_ROWS,
                          ngx_lo_now_ms() + NGX_LO_CLOCK_FULL);
    ngx_lo_job_submit(job, ngx_lo_clock_looked, NULL);
}


static void
ngx_lo_clock_looked(ngx_lo_job_t *job, void *data)
{
    int64_t  now, next, at;

    (void) data;

    ngx_lo_clock.looking = 0;

    if (ngx_lo_clock.stopped) {
        return;
    }

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        ngx_lo_clock_wait(NGX_LO_CLOCK_PAUSE);
        return;
    }

    /* this one counts, so that none of them is the last one yet */

    now = ngx_lo_now_ms();
    ngx_lo_clock.firing++;

    next = ngx_lo_clock_rows(ngx_lo_job_rows(job, 0), "next_fire_at", now,
                             ngx_lo_clock_due_row);
    at = ngx_lo_clock_rows(ngx_lo_job_rows(job, 1), "due_at", now,
                           ngx_lo_clock_hear);

    next = ngx_min(next, at);
    at = ngx_lo_clock_rows(ngx_lo_job_rows(job, 2), "due_at", now,
                           ngx_lo_clock_backfill);

    ngx_lo_clock_wait((ngx_msec_t) (ngx_min(next, at) - now));

    /* nothing was due: this one was not either */

    if (--ngx_lo_clock.firing == 0 && ngx_lo_clock.again) {
        ngx_lo_clock_look(NULL);
    }
}


/* What is due is done; when the next one is. */

static int64_t
ngx_lo_clock_rows(const json_t *rows, const char *member, int64_t now,
    void (*due)(const json_t *row, int64_t now))
{
    size_t    i;
    json_t   *row;
    int64_t   at, next;

    next = now + NGX_LO_CLOCK_WAIT;

    json_array_foreach(rows, i, row) {
        at = ckp_json_int(row, member, 0);

        if (at <= now) {
            due(row, now);

        } else if (at < next) {
            next = at;
        }
    }

    return next;
}


/* Files are looked at, a schedule fires. */

static void
ngx_lo_clock_due_row(const json_t *row, int64_t now)
{
    const char  *type;

    type = ckp_json_str(row, "type");

    if (type == NULL || strcmp(type, "file_watch") != 0) {
        ngx_lo_clock_fire(row, now);
        return;
    }

    ngx_lo_clock.firing++;

    if (ngx_lo_watch_look(row, now) != NGX_OK) {
        ngx_lo_clock_over(1);
    }
}


/* An event is on its way to a trigger, which may not want it. */

static void
ngx_lo_clock_hear(const json_t *row, int64_t now)
{
    ngx_uint_t      unwanted;
    ngx_lo_job_t   *job;
    ngx_lo_fire_t  *f;

    ngx_lo_clock.firing++;
    f = ngx_lo_listen_fire(row, now, &unwanted);

    if (f != NULL) {
        if (ngx_lo_fire_start(f, ngx_lo_clock_fired, NULL) != NGX_OK) {
            ngx_lo_clock_over(1);
        }

        return;
    }

    job = unwanted ? ngx_lo_fire_job(1) : NULL;

    if (job == NULL) {
        ngx_lo_clock_over(1);
        return;
    }

    (void) ngx_lo_listen_done(job, ckp_json_int(row, "queued", 0), now);
    ngx_lo_job_submit(job, ngx_lo_clock_skipped, NULL);
}


/* The next slot of a backfill. */

static void
ngx_lo_clock_backfill(const json_t *row, int64_t now)
{
    ngx_lo_fire_t  *f;

    ngx_lo_clock.firing++;
    f = ngx_lo_backfill_fire(row);

    if (f == NULL) {
        ngx_lo_clock_over(1);

    } else if (f->unfit) {
        f->b.now_ms = now;
        f->done = ngx_lo_clock_fired;
        ngx_lo_fire_refuse(f, NGX_LO_FIRE_ERROR);

    } else if (ngx_lo_fire_start(f, ngx_lo_clock_fired, NULL) != NGX_OK) {
        ngx_lo_clock_over(1);
    }
}


/* One of its slots fires, or those that are over were missed. */

static void
ngx_lo_clock_fire(const json_t *row, int64_t now)
{
    char            text[CKP_TIME_LEN + 1], last[CKP_TIME_LEN + 1];
    ckp_due_t       due;
    ngx_lo_fire_t  *f;

    f = ngx_lo_fire_new();

    if (f == NULL) {
        ngx_lo_clock.failed = 1;
        return;
    }

    ngx_lo_clock.firing++;

    f->procedure_id = ngx_lo_fire_text(f, ckp_json_str(row, "procedure_id"));
    f->version = ngx_lo_fire_text(f, ckp_json_str(row, "version"));
    f->row = json_incref((json_t *) row);
    f->type = "scheduled";
    f->by = "scheduler";
    f->actor = "scheduler";
    f->source = ckp_json_str(json_object_get(row, "settings"), "schedule");
    f->came = json_object();

    if (ngx_lo_clock_due(row, now, &due) != NGX_OK) {
        f->missed = "The schedule cannot be read any more";
        f->missed_at = ckp_json_int(row, "next_fire_at", 0);
    }

    f->next_at = (due.next_ms >= 0) ? due.next_ms : NGX_LO_NULL;

    if (due.missed > 0) {
        ckp_time_text(due.missed_from_ms, text);
        ckp_time_text(due.missed_to_ms, last);
        ngx_lo_fire_say(f, "%u%s due times from %s to %s were missed",
                        due.missed, due.missed >= CKP_SLOT_COUNT_MAX
                                    ? " or more" : "", text, last);
        f->missed = ngx_lo_fire_text(f, f->detail);
        f->missed_at = due.missed_to_ms;
    }

    if (!due.fires) {
        ngx_lo_clock_skip(f);
        return;
    }

    f->due_at = due.at_ms;
    ckp_time_text(due.at_ms, text);
    (void) json_object_set_new(f->came, "scheduled_for", json_string(text));

    if (ngx_lo_fire_start(f, ngx_lo_clock_fired, NULL) != NGX_OK) {
        ngx_lo_clock_over(1);
    }
}


static ngx_int_t
ngx_lo_clock_due(const json_t *row, int64_t now, ckp_due_t *due)
{
    int64_t          window;
    const char      *word;
    const json_t    *settings;
    ckp_misfire_t    m;
    ckp_schedule_t   s;

    ngx_memzero(due, sizeof(ckp_due_t));
    due->next_ms = -1;
    settings = json_object_get(row, "settings");

    if (ngx_lo_trigger_schedule(settings, &s) != NGX_OK) {
        return NGX_DECLINED;
    }

    word = ckp_json_str(settings, "catchup");
    window = ckp_json_int(settings, "catchup_window_seconds", 86400);

    m.grace_ms = ckp_json_int(settings, "misfire_grace_seconds", 120)
                 * NGX_LO_CLOCK_SECOND;
    m.window_ms = ngx_min(window, CKP_SLOT_WINDOW_MAX) * NGX_LO_CLOCK_SECOND;
    m.catchup = (word == NULL) ? CKP_CATCHUP_NONE
                : (strcmp(word, "all") == 0) ? CKP_CATCHUP_ALL
                : (strcmp(word, "one") == 0) ? CKP_CATCHUP_ONE
                                             : CKP_CATCHUP_NONE;

    ckp_slot_due(&s, &m, ckp_json_int(row, "next_fire_at", 0), now, due);

    return NGX_OK;
}


/* --- over ---------------------------------------------------------------------- */


/* All that was due is too old: the history says so, and the next one counts. */

static void
ngx_lo_clock_skip(ngx_lo_fire_t *f)
{
    ngx_lo_job_t  *job;

    f->b.now_ms = ngx_lo_now_ms();
    job = ngx_lo_fire_job(1);

    if (job == NULL || ngx_lo_fire_slot(f, job) != NGX_OK) {
        ngx_lo_job_free(job);
        ngx_lo_fire_free(f);
        ngx_lo_clock_over(1);
        return;
    }

    ngx_lo_fire_free(f);
    ngx_lo_job_submit(job, ngx_lo_clock_skipped, NULL);
}


static void
ngx_lo_clock_skipped(ngx_lo_job_t *job, void *data)
{
    (void) data;

    ngx_lo_clock_over(ngx_lo_job_rc(job) != NGX_LO_JOB_OK
                     && ngx_lo_job_rc(job) != NGX_LO_JOB_GUARD);
}


static void
ngx_lo_clock_fired(ngx_lo_fire_t *f, void *data)
{
    (void) data;

    ngx_lo_clock_over(f->outcome == NGX_LO_FIRE_BUSY
                     || f->outcome == NGX_LO_FIRE_ERROR);
}


/* When the last of them is over, the next look: there may be more that is due,
 * and what failed is tried again after a pause. */

void
ngx_lo_clock_over(ngx_uint_t failed)
{
    if (failed) {
        ngx_lo_clock.failed = 1;
    }

    if (--ngx_lo_clock.firing > 0 || ngx_lo_clock.stopped) {
        return;
    }

    ngx_lo_clock_wait(ngx_lo_clock.failed ? NGX_LO_CLOCK_PAUSE : 1);
}
