/*
 * The question who may do an attempt, from its beginning to its answer.
 *
 * A question is asked anew whenever something that held it is over, so what it
 * passed already is kept in the effect: the right to its key, and since when it
 * waits for a token.
 */

#include "run/ngx_lo_admit.h"


static json_t *
ngx_lo_admit_error(const char *type, const char *message)
{
    return json_pack("{s:{s:s, s:s}}", "error", "type", type, "message",
                     message);
}


/* Nobody at all, or nobody now: that is another thing to look for. */

static json_t *
ngx_lo_admit_nobody(const ngx_lo_want_t *want)
{
    u_char       msg[512];
    const char  *agent, *why;

    why = "";
    agent = want->agents ? ngx_lo_roster_shut(want, &why) : NULL;

    *ngx_snprintf(msg, sizeof(msg) - 1,
                  "No executor registered for channel='%s', action='%s'"
                  "%s%s%s%s",
                  want->channel ? want->channel : "none", want->action,
                  agent ? ": agent '" : "", agent ? agent : "",
                  agent ? "' " : "", agent ? why : "") = '\0';

    return ngx_lo_admit_error("NoExecutorError", (char *) msg);
}


/* First the run learns that it waits, then the question itself is held. */

static json_t *
ngx_lo_admit_hold(ngx_lo_effect_t *e, ngx_lo_slots_t *slots, json_t *data)
{
    if (!ckp_json_bool(e->body, "saturated", false)) {
        (void) json_object_set_new(data, "wait_ms", json_integer(1));
        (void) json_object_set(data, "saturated",
                               json_object_get(data, "agent"));
        (void) json_object_del(data, "agent");
        return data;
    }

    json_decref(data);

    if (ngx_current_msec - e->asked >= ngx_lo_conf()->lease_wait) {
        return ngx_lo_admit_error("ResourceBusy",
                                  "all slots of the agent are taken");
    }

    ngx_lo_slots_wait(slots, e);

    return NULL;
}


/* --- limits of the run and of all --------------------------------------------- */

/* Others than the site itself: what limits of calls are about. */

static ngx_uint_t
ngx_lo_admit_is_outside(const ngx_lo_effect_t *e)
{
    ngx_uint_t  i;

    static const char *const  targets[] = { "agent", "mcp", "llm", "http" };

    for (i = 0; e->kind == CKP_FX_CALL && e->target != NULL
                && i < sizeof(targets) / sizeof(targets[0]); i++)
    {
        if (ngx_strcmp(targets[i], e->target) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Calls of the run under way or about to be, and questions that were here
 * before: they go first. */

static ngx_uint_t
ngx_lo_admit_crowded(const ngx_lo_effect_t *e, int64_t max)
{
    int64_t                 n;
    ngx_uint_t              i;
    ngx_queue_t            *q;
    const ngx_queue_t      *all[2];
    const ngx_lo_input_t   *in;
    const ngx_lo_effect_t  *other;

    n = 0;
    all[0] = &e->run->calls;
    all[1] = &e->run->effects;

    for (i = 0; i < 2; i++) {
        for (q = ngx_queue_head(all[i]); q != all[i]; q = ngx_queue_next(q)) {
            other = ngx_queue_data(q, ngx_lo_effect_t, queue);

            if (other == e) {
                continue;
            }

            n += (ngx_lo_admit_is_outside(other)
                  || (other->parked && other->number < e->number));
        }
    }

    for (q = ngx_queue_head(&e->run->inputs);
         q != &e->run->inputs;
         q = ngx_queue_next(q))
    {
        in = ngx_queue_data(q, ngx_lo_input_t, queue);

        n += (in->kind == CKP_IN_ADMITTED
              && (json_object_get(in->data, "agent") != NULL
                  || json_object_get(in->data, "native") != NULL));
    }

    return n >= max;
}


/* NGX_OK, NGX_AGAIN: not yet, NGX_DECLINED: too long.  One that waits has its
 * token already: it is asked about nothing but the time. */

static ngx_int_t
ngx_lo_admit_token(ngx_lo_effect_t *e, ngx_uint_t commit)
{
    json_t      *rate;
    int64_t      limit;
    ngx_msec_t   wait, most;

    rate = json_object_get(e->body, "rate");
    limit = ckp_json_int(rate, "per_minute", 0);

    if (rate == NULL || limit < 1) {
        return NGX_OK;
    }

    if (e->token) {
        wait = e->token_at - ngx_current_msec;

        if ((ngx_msec_int_t) wait <= 0) {
            return NGX_OK;
        }

        ngx_lo_admit_later(e, wait);
        return NGX_AGAIN;
    }

    most = commit ? 0 : (ngx_msec_t) ckp_json_int(rate, "wait_ms", 0);
    wait = ngx_lo_rate_reserve(ckp_json_str(rate, "key"), limit, most);

    if (wait == NGX_LO_RATE_NEVER && commit) {
        return NGX_AGAIN;
    }

    e->token = (wait != NGX_LO_RATE_NEVER);

    if (wait == 0) {
        e->token_at = ngx_current_msec;
        return NGX_OK;
    }

    e->limited = 1;
    e->limited_at = ngx_current_msec;

    if (wait == NGX_LO_RATE_NEVER) {
        return NGX_DECLINED;
    }

    e->token_at = ngx_current_msec + wait;
    ngx_lo_admit_later(e, wait);

    return NGX_AGAIN;
}


/* What the timeline says of a wait for a token. */

static json_t *
ngx_lo_admit_waited(const ngx_lo_effect_t *e, json_t *data)
{
    if (e->limited && data != NULL) {
        (void) json_object_set_new(data, "rate",
                   json_pack("{s:I, s:I}", "limit", (json_int_t)
                       ckp_json_int(json_object_get(e->body, "rate"),
                                    "per_minute", 0),
                       "waited_ms",
                       (json_int_t) (ngx_current_msec - e->limited_at)));
    }

    return data;
}


/* The last gate; data is stolen. */

static json_t *
ngx_lo_admit_pass(ngx_lo_effect_t *e, json_t *data, ngx_uint_t commit)
{
    switch (ngx_lo_admit_token(e, commit)) {

    case NGX_OK:
        e->token = 0;           /* used */
        return ngx_lo_admit_waited(e, data);

    case NGX_DECLINED:
        json_decref(data);
        return ngx_lo_admit_waited(e,
                   ngx_lo_admit_error("RateLimitExceeded",
                                      "too many requests in a minute"));

    default:
        json_decref(data);
        return NULL;
    }
}


/* --- the question ---------------------------------------------------------------- */

static json_t *
ngx_lo_admit_whom(ngx_lo_effect_t *e, ngx_uint_t commit)
{
    json_t          *data;
    ngx_uint_t       full;
    const char      *executor;
    ngx_lo_want_t    want;
    ngx_lo_slots_t  *slots;

    executor = ckp_json_str(e->body, "executor");

    ngx_memzero(&want, sizeof(want));
    want.channel = ckp_json_str(e->body, "channel");
    want.action = ckp_json_str(e->body, "action");
    want.action = want.action ? want.action : "";
    want.affinity = ckp_json_str(e->body, "affinity");
    want.agents = executor == NULL || ngx_strcmp(executor, "agent") == 0;
    want.servers = executor == NULL || ngx_strcmp(executor, "mcp") == 0;
    want.commit = commit;

    if (want.channel != NULL && want.channel[0] == '\0') {
        want.channel = NULL;
    }

    data = ngx_lo_roster_find(&want, &slots, &full);

    if (data == NULL) {
        if (ckp_json_bool(e->body, "native", false) && want.agents) {

            /* what asks nobody takes nothing from those who do */

            data = json_pack("{s:b}", "native", 1);

            return ckp_json_bool(e->body, "outside", false)
                   ? ngx_lo_admit_pass(e, data, commit) : data;
        }

        if (ngx_lo_roster_newer(e)) {

            if (!commit) {
                ngx_lo_roster_wait(e);
            }

            return NULL;
        }

        return ngx_lo_admit_nobody(&want);
    }

    if (full) {
        if (commit || slots == NULL) {
            json_decref(data);
            return NULL;
        }

        return ngx_lo_admit_hold(e, slots, data);
    }

    return ngx_lo_admit_pass(e, data, commit);
}


json_t *
ngx_lo_admit_ask(ngx_lo_effect_t *e, ngx_uint_t commit)
{
    int64_t  max;

    if (!ngx_lo_roster_known()) {

        if (!commit) {
            ngx_lo_roster_wait(e);
        }

        return NULL;
    }

    if (json_object_get(e->body, "idempotency") != NULL && !e->claimed) {

        if (!commit) {
            ngx_lo_result_claim(e);
        }

        return NULL;
    }

    if (json_object_get(e->body, "budget") != NULL && !e->reserved) {

        if (!commit) {
            ngx_lo_budget_reserve(e);
        }

        return NULL;
    }

    max = ckp_json_int(e->body, "max_concurrent", 0);

    if (max > 0 && ngx_lo_admit_crowded(e, max)) {
        e->parked = 1;
        return NULL;
    }

    e->parked = 0;

    if (ckp_json_bool(e->body, "internal", false)) {
        return ngx_lo_admit_pass(e, json_pack("{s:b, s:O*}", "native", 1,
                                              "budget", e->budget), commit);
    }

    return ngx_lo_admit_whom(e, commit);
}


void
ngx_lo_admit_answer(ngx_lo_effect_t *e, json_t *data)
{
    ngx_lo_run_t  *run = e->run;

    ngx_lo_run_input(run, CKP_IN_ADMITTED, CKP_OUTCOME_OK, e->ref, data, 0);
    ngx_lo_effect_free(e);

    /* at once: its CALL takes the slot before the next one asks */

    ngx_lo_run_next(run);
}


ngx_int_t
ngx_lo_admit_again(ngx_lo_effect_t *e)
{
    json_t  *data;

    data = ngx_lo_admit_ask(e, 0);

    if (data == NULL) {
        return NGX_AGAIN;
    }

    ngx_lo_admit_answer(e, data);

    return NGX_OK;
}


static void
ngx_lo_admit_timer(ngx_event_t *ev)
{
    (void) ngx_lo_admit_again(ev->data);
}


void
ngx_lo_admit_later(ngx_lo_effect_t *e, ngx_msec_t ms)
{
    e->timer.handler = ngx_lo_admit_timer;
    e->timer.data = e;

    ngx_add_timer(&e->timer, ms);
}


void
ngx_lo_admit_forget(ngx_lo_effect_t *e)
{
    const json_t  *rate;

    if (e->held) {
        e->held = 0;
        ngx_queue_remove(&e->waiting);
    }

    if (e->timer.timer_set) {
        ngx_del_timer(&e->timer);
    }

    if (e->token) {
        rate = json_object_get(e->body, "rate");
        e->token = 0;

        ngx_lo_rate_give(ckp_json_str(rate, "key"),
                         ckp_json_int(rate, "per_minute", 0));
    }

    if (e->job != NULL) {
        ngx_lo_job_forget(e->job);
        e->job = NULL;
    }
}


/* A call of the run has ended: the questions that waited for it, in order. */

void
ngx_lo_admit_parked(ngx_lo_run_t *run)
{
    json_t           *data;
    ngx_queue_t      *q, *next;
    ngx_lo_effect_t  *e;

    for (q = ngx_queue_head(&run->calls);
         q != ngx_queue_sentinel(&run->calls);
         q = next)
    {
        next = ngx_queue_next(q);
        e = ngx_queue_data(q, ngx_lo_effect_t, queue);

        if (!e->parked) {
            continue;
        }

        data = ngx_lo_admit_ask(e, 0);

        if (data != NULL) {
            ngx_lo_run_input(run, CKP_IN_ADMITTED, CKP_OUTCOME_OK, e->ref,
                             data, 0);
            ngx_lo_effect_free(e);
        }
    }
}


ngx_int_t
ngx_lo_admit_start(void)
{
    return ngx_lo_roster_start();
}


void
ngx_lo_admit_stop(void)
{
    ngx_lo_slots_clear();
    ngx_lo_roster_stop();
}
