/*
 * The simulated host: feeds, commits, acts, dies, and begins again from what
 * was committed.
 */

#include "world.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_ROUNDS_MAX  20000
#define WORLD_FAULTY_FOR  400       /* rounds; then nothing goes wrong */


uint64_t
sim_rand(sim_rand_t *r)
{
    uint64_t  z = (r->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;

    return z ^ (z >> 31);
}


bool
sim_chance(sim_rand_t *r, unsigned percent)
{
    return sim_rand(r) % 100 < percent;
}


void
sim_broken(sim_t *w, const char *fmt, ...)
{
    va_list  args;

    if (w->broken[0] != '\0') {
        return;
    }

    va_start(args, fmt);
    (void) vsnprintf(w->broken, sizeof(w->broken), fmt, args);
    va_end(args);
}


bool
sim_fault(sim_t *w, int which)
{
    if (!sim_chance(&w->rand, w->faulty)) {
        return false;
    }

    w->faults[which]++;

    return true;
}


void
sim_seed(sim_t *w, uint8_t *seed)
{
    for (int i = 0; i < CKP_SEED_LEN; i++) {
        seed[i] = (uint8_t) sim_rand(&w->rand);
    }
}


void
sim_input(sim_t *w, ckp_input_kind_t kind, ckp_outcome_t outcome,
    const char *ref, json_t *data)
{
    sim_input_t  *in;

    if (w->ninputs == SIM_INPUTS_MAX) {
        sim_broken(w, "too many inputs wait");
        json_decref(data);
        return;
    }

    in = &w->inputs[w->ninputs++];

    *in = (sim_input_t) {
        .kind = kind, .outcome = outcome, .data = data,
        .durable = kind == CKP_IN_DECISION || kind == CKP_IN_CANCEL
                   || kind == CKP_IN_RESUME || kind == CKP_IN_CHILD
    };

    (void) snprintf(in->ref, sizeof(in->ref), "%s", ref);
}


static void
world_shift(sim_t *w, size_t i)
{
    json_decref(w->inputs[i].data);
    memmove(&w->inputs[i], &w->inputs[i + 1],
            (--w->ninputs - i) * sizeof(w->inputs[0]));
}


/* Memory is gone; what others were told to do may have been done. */

static void
world_die(sim_t *w, bool crash)
{
    ckp_run_free(w->run);
    w->run = NULL;
    w->died = w->died || crash;
    w->deaths++;
    sim_hang_up(w);
    json_array_clear(w->effects);

    for (size_t i = 0; i < w->ninputs; ) {
        if (w->inputs[i].durable) {
            i++;
        } else {
            world_shift(w, i);
        }
    }
}


/* Somebody has set the clock, by hours, to or fro; a run that is driven has an
 * even clock of its own, so that it is seen with the next load. */

static void
world_set_clock(sim_t *w)
{
    const int64_t  hours = 1 + (int64_t) (sim_rand(&w->rand) % 30);

    w->now_ms += (sim_chance(&w->rand, 50) ? hours : -hours) * 3600000;
}


static void
world_revive(sim_t *w)
{
    if (sim_fault(w, SIM_CLOCK_SET)) {
        world_set_clock(w);
    }

    w->run = sim_load(w);

    if (w->run == NULL || w->store.final) {
        return;
    }

    sim_input(w, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
              json_pack("{s:b, s:i}", "crash", w->died, "crashes", 0));

    /* before what waited in the inbox */

    const sim_input_t  in = w->inputs[w->ninputs - 1];

    memmove(&w->inputs[1], &w->inputs[0],
            (w->ninputs - 1) * sizeof(w->inputs[0]));
    w->inputs[0] = in;
    w->died = false;
}


/* Before all that waits. */

static void
world_first(sim_t *w, ckp_input_kind_t kind, const char *ref, json_t *data)
{
    sim_input(w, kind, CKP_OUTCOME_OK, ref, data);

    if (w->ninputs > 0) {
        const sim_input_t  in = w->inputs[w->ninputs - 1];

        memmove(&w->inputs[1], &w->inputs[0],
                (w->ninputs - 1) * sizeof(w->inputs[0]));
        w->inputs[0] = in;
    }
}


/* A slot was gone: read again, then tell it. */

static void
world_refused(sim_t *w, const char *path, size_t gone)
{
    json_t *const  alive = json_object();

    if (gone > 0) {
        world_shift(w, 0);      /* what led to it: asked again by the run */
    }

    for (size_t i = 0; i < w->ncalls; i++) {
        json_object_set_new(alive, w->calls[i].ref, json_true());
    }

    /* of several in one turn replies are kept, and rows: what was asked may
       never have been committed, and the run asks again */

    for (size_t i = w->ninputs; i-- > 0; ) {
        const ckp_input_kind_t  kind = w->inputs[i].kind;

        if (gone == 0 && kind != CKP_IN_REPLY && !w->inputs[i].durable) {
            world_shift(w, i);

        } else if (kind == CKP_IN_REPLY || kind == CKP_IN_ADMITTED) {
            json_object_set_new(alive, w->inputs[i].ref, json_true());
        }
    }

    ckp_run_free(w->run);
    w->run = sim_load(w);
    w->strangers = 0;

    /* calls of others are still under way: they alone are not sent again */

    world_first(w, CKP_IN_RECOVER, "", json_pack("{s:b, s:i, s:o}", "crash",
                0, "crashes", 0, "alive", alive));

    if (path[0] != '\0') {
        world_first(w, CKP_IN_REFUSED, path, NULL);
    }
}


static void
world_act(sim_t *w)
{
    while (json_array_size(w->effects) > 0 && w->run != NULL) {
        if (sim_fault(w, SIM_DIE_BEFORE_EFFECT)) {
            world_die(w, true);
            return;
        }

        json_t *const  fx = json_incref(json_array_get(w->effects, 0));

        json_array_remove(w->effects, 0);
        sim_effect(w, fx);
        json_decref(fx);
    }
}


static void
world_unchanged(sim_t *w, const json_t *before)
{
    json_t *const  after = ckp_run_save(w->run);

    if (!ckp_json_equal(before, after)) {
        sim_broken(w, "an input that was refused changed the state");
    }

    json_decref(after);
}


/* An input of the queue, which it stays in. */

static ckp_code_t
world_feed_one(sim_t *w, size_t i, ckp_turn_t *turn)
{
    const sim_input_t  in = w->inputs[i];
    uint8_t            seed[CKP_SEED_LEN];
    ckp_err_t          err = CKP_ERR_INIT;
    const ckp_input_t  input = {
        .kind = in.kind, .outcome = in.outcome, .now_ms = w->now_ms,
        .seed = seed, .ref = in.ref, .data = in.data
    };
    json_t *const      before = ckp_run_save(w->run);
    ckp_code_t         rc;

    sim_seed(w, seed);
    rc = ckp_run_feed(w->run, &input, turn, &err);

    if (rc == CKP_E_STATE) {
        world_unchanged(w, before);

    } else if (rc != CKP_OK) {
        sim_broken(w, "input %d: code %d: %s", (int) in.kind, (int) rc,
                   err.msg);

    /* what was with others is asked or sent again at once, not by a time-out */

    } else if (in.kind == CKP_IN_RECOVER && !turn->idle && turn->neffects == 0
               && json_object_size(json_object_get(in.data, "alive")) == 0)
    {
        sim_broken(w, "a recovered run waits for what nobody does");
    }

    json_decref(before);

    return rc;
}


/* A question that the host answers before the commit comes next. */

static void
world_admit_now(sim_t *w, size_t at)
{
    for (size_t i = 0; i < json_array_size(w->effects); ) {
        json_t *const  fx = json_array_get(w->effects, i);
        sim_input_t    in;

        if (ckp_json_int(fx, "kind", 0) != CKP_FX_ADMIT
            || ckp_json_bool(json_object_get(fx, "body"), "internal", false)
            || sim_chance(&w->joins, 20))
        {
            i++;
            continue;
        }

        sim_effect(w, fx);
        json_array_remove(w->effects, i);

        in = w->inputs[w->ninputs - 1];
        memmove(&w->inputs[at + 1], &w->inputs[at],
                (w->ninputs - 1 - at) * sizeof(w->inputs[0]));
        w->inputs[at] = in;
    }
}


/* Several inputs, one turn; how many: the first of the queue.  Those that do
 * not fit what those before made of the run are gone when that is committed. */

static size_t
world_feed_some(sim_t *w, ckp_turn_t *turn)
{
    const size_t  most = 1 + sim_rand(&w->joins) % 4;
    size_t        n = 0;
    bool          some = false;
    bool          fits;
    ckp_turn_t    one;
    ckp_turn_t    last = { .nevents = 0 };

    ckp_run_open(w->run);

    while (n < most && n < w->ninputs && w->broken[0] == '\0'
           && (n == 0 || w->inputs[n].kind != CKP_IN_RECOVER))
    {
        fits = world_feed_one(w, n++, &one) == CKP_OK;

        if (fits) {
            some = true;
            last = one;
            sim_keep_effects(w, &one);
            world_admit_now(w, n);
        }
    }

    if (ckp_run_close(w->run, turn) != CKP_OK) {
        sim_broken(w, "a turn does not close");
    }

    turn->wake_at_ms = last.wake_at_ms;
    turn->final = last.final;
    turn->idle = last.idle;

    for ( /* void */ ; !some && n > 0; n--) {
        world_shift(w, 0);
    }

    return n;
}


/* They were fed and not committed: inbox rows go with their turn, or stay. */

static void
world_lost(sim_t *w, size_t fed, bool committed)
{
    for (size_t i = fed; i-- > 0; ) {
        if (w->inputs[i].durable && committed) {
            world_shift(w, i);
        }
    }

    world_die(w, false);
}


static void
world_feed(sim_t *w)
{
    /* tidy: a crash between any two lines shows best in one place */

    const bool    start = w->inputs[0].kind == CKP_IN_START;
    const size_t  events = w->store.nevents;
    const bool    joins = w->joining && events > 0 && !w->alone;
    char          at[256] = "";
    size_t        fed = 1;
    ckp_turn_t    turn;

    w->alone = false;

    if (joins) {
        fed = world_feed_some(w, &turn);

    } else if (world_feed_one(w, 0, &turn) != CKP_OK) {
        world_shift(w, 0);
        return;
    }

    if (fed == 0 || w->broken[0] != '\0') {
        return;
    }

    if (sim_fault(w, SIM_DIE_BEFORE_COMMIT)) {
        world_die(w, true);
        return;
    }

    switch (sim_commit(w, &turn, at)) {

    case SIM_REFUSED:

        /* which of them it was shows when they come one by one */

        w->alone = fed > 1;
        json_array_clear(w->effects);
        world_refused(w, w->alone ? "" : at, w->alone ? 0 : 1);
        return;

    case SIM_LOST:
        world_lost(w, fed, w->store.nevents > events);
        return;

    case SIM_COMMITTED:
        while (fed-- > 0) {
            world_shift(w, 0);
        }

        sim_check_state(w);
        world_act(w);

        /* who makes a run does not drive it: the next claim does */

        if (start) {
            world_die(w, false);
            w->deaths--;
        }

        return;
    }
}


/* Somebody decides, or stops the run, or wants it tried again. */

static void
world_people(sim_t *w)
{
    const char  *id;
    json_t      *approval;

    json_object_foreach(w->store.approvals, id, approval) {
        const char *const  status = ckp_json_str(approval, "status");

        if (strcmp(status, "pending") == 0 && sim_chance(&w->rand, 60)) {
            const bool  yes = sim_chance(&w->rand, 60);

            w->faults[SIM_DECIDED]++;
            json_object_set_new(approval, "status",
                                json_string(yes ? "approved" : "rejected"));
            sim_input(w, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
                      json_pack("{s:s, s:s}", "decision",
                                yes ? "approved" : "rejected", "decided_by",
                                "ana"));
        }
    }

    if (!w->store.cancel && w->faulty > 0 && sim_chance(&w->rand, 1)) {
        w->faults[SIM_CANCELED]++;
        w->store.cancel = true;
        sim_input(w, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
                  json_pack("{s:s, s:s}", "reason", "enough", "actor",
                            "ana"));
    }
}


/* Nothing to feed: time goes on to whatever comes next. */

static void
world_wait(sim_t *w)
{
    int64_t  at = sim_next_reply(w);

    if (sim_next_kid(w) < at) {
        at = sim_next_kid(w);
    }

    if (w->store.wake_at_ms != 0 && w->store.wake_at_ms < at) {
        at = w->store.wake_at_ms;
    }

    /* a long wait is when a run is put away, and when hosts die unseen */

    if (sim_fault(w, SIM_DIE_AT_REST)) {
        world_die(w, sim_chance(&w->rand, 50));
        return;
    }

    if (at == INT64_MAX) {
        w->now_ms += 1000;
        return;
    }

    w->now_ms = at > w->now_ms ? at : w->now_ms;
    sim_replies(w);
    sim_kids(w);

    if (w->store.wake_at_ms != 0 && w->store.wake_at_ms <= w->now_ms) {
        sim_input(w, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
    }
}


static bool
world_over(sim_t *w)
{
    const sim_store_t *const  s = &w->store;
    const char               *last;

    if (!s->final) {
        return false;
    }

    sim_check_kids(w);
    last = ckp_json_str(s->events[s->nevents - 1], "type");

    if (strcmp(last, "run_completed") == 0 || w->retries == 0) {
        sim_check_end(w);

        return !sim_fork(w);
    }

    w->retries--;
    w->store.cancel = false;
    w->store.final = false;

    for (size_t i = w->ninputs; i-- > 0; ) {
        world_shift(w, i);      /* rows of a run that has ended are moot */
    }

    if (strcmp(last, "run_failed") == 0 && sim_chance(&w->rand, 80)
        && sim_back(w))
    {
        return false;
    }

    w->faults[SIM_RETRIED]++;
    sim_input(w, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
              json_pack("{s:s, s:s}", "kind", "retry", "actor", "ana"));

    return false;
}


void
sim_go(sim_t *w)
{
    for (int n = 0; n < WORLD_ROUNDS_MAX && w->broken[0] == '\0'; n++) {
        if (n == WORLD_FAULTY_FOR) {
            w->faulty = 0;
            w->strangers = 0;
        }

        if (world_over(w)) {
            break;
        }

        if (w->run == NULL) {
            world_revive(w);
            continue;
        }

        world_people(w);

        if (w->ninputs > 0) {
            world_feed(w);
        } else {
            world_wait(w);
        }
    }

    sim_check_end(w);
}


/* doc is stolen. */

static ckp_program_t *
world_compile(sim_t *w, json_t *doc)
{
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = ckp_compiler_new(diags);
    ckp_program_t         *prog = NULL;

    if (ckp_compiler_add(c, doc) == CKP_OK) {
        prog = ckp_compiler_finish(c);
    }

    if (prog == NULL) {
        json_t *const  all = ckp_diags_json(diags, 'e');
        char *const    text = ckp_json_text(all);

        sim_broken(w, "a document does not compile: %.400s", text);
        ckp_free(text);
        json_decref(all);
    }

    ckp_compiler_free(c);
    ckp_diags_free(diags);
    json_decref(doc);

    return prog;
}


void
sim_start(sim_t *w, uint64_t seed, bool joining)
{
    json_t       *vars = NULL;
    json_t       *errors = NULL;
    json_t *const inputs = json_object();
    ckp_err_t     err = CKP_ERR_INIT;

    *w = (sim_t) { .rand = { seed * 7919u + 1 }, .now_ms = 1700000000000,
                   .joins = { seed * 6271u + 5 }, .joining = joining };

    w->store.points = json_array();
    w->store.journal = json_object();
    w->store.did = json_object();
    w->store.leases = json_object();
    w->store.once = json_object();
    w->store.approvals = json_object();
    w->store.kids = json_object();
    w->effects = json_array();
    w->agent = json_object();
    w->keys = json_object();
    w->faulty = (unsigned) (sim_rand(&w->rand) % 3) * 4 + 2;
    w->retries = (unsigned) (sim_rand(&w->rand) % 3);
    w->forks = seed % 4 == 1 || seed % 4 == 2;
    w->id = "run";

    /* every other seed has a procedure of its own */

    if (seed % 2 == 0) {
        w->prog = world_compile(w, sim_doc((size_t) (seed / 2 % sim_docs())));

    } else {
        w->kid = world_compile(w, sim_grow(&w->rand, true));
        w->prog = world_compile(w, sim_grow(&w->rand, false));
    }

    if (w->prog == NULL) {
        json_decref(inputs);
        return;
    }

    if (ckp_program_inputs(w->prog, inputs, NULL, w->now_ms, &vars, &errors,
                           &err) != CKP_OK)
    {
        sim_broken(w, "inputs: %s", err.msg);
    }

    w->run = ckp_run_new(w->prog, w->id);

    if (w->kid != NULL) {
        (void) ckp_run_link(w->run, "kid", w->kid);
    }

    sim_input(w, CKP_IN_START, CKP_OUTCOME_OK, "",
              json_pack("{s:{s:s}, s:o, s:o}", "meta", "trigger_type",
                        "manual", "inputs", inputs, "vars", vars));
    w->inputs[0].durable = true;    /* the request is answered by this commit */
}


void
sim_forget(sim_t *w)
{
    while (w->ninputs > 0) {
        world_shift(w, 0);
    }

    sim_hang_up(w);
    json_array_clear(w->effects);
}


void
sim_end(sim_t *w)
{
    sim_forget(w);
    ckp_run_free(w->run);
    ckp_program_unref(w->prog);
    ckp_program_unref(w->kid);
    sim_store_free(&w->store);
    json_decref(w->effects);
    json_decref(w->agent);
    json_decref(w->keys);
    json_decref(w->done);
}
