/*
 * The world of a played run: the order in which it is fed, a clock that jumps
 * to whatever comes next, and deaths.
 */

#include "play_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAY_INPUTS_MAX   400000
#define PLAY_FORGETS_MAX  600       /* inputs of a second playing */


void
play_wrong(play_t *p, const char *fmt, ...)
{
    va_list  args;
    char     text[4096];

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    p->broken = true;
    p->c->wrong(p->c->data, text);
}


play_in_t *
play_later(play_t *p, ckp_input_kind_t kind, const char *ref, int64_t wait_ms,
    json_t *data)
{
    play_in_t  *in;

    if (p->nins == p->size) {
        p->size = p->size == 0 ? 64 : 2 * p->size;
        p->ins = realloc(p->ins, p->size * sizeof(*p->ins));
    }

    in = &p->ins[p->nins++];
    *in = (play_in_t) { .at_ms = p->now_ms + wait_ms, .kind = kind,
                        .outcome = CKP_OUTCOME_OK, .data = data };
    in->durable = kind != CKP_IN_REPLY && kind != CKP_IN_ADMITTED;
    (void) snprintf(in->ref, sizeof(in->ref), "%s", ref);

    return in;
}


/* A child procedure is linked by the hash of its document: here its name. */

void
play_link(play_t *p, const char *id)
{
    const json_t *const  doc = json_object_get(p->c->kids, id);
    json_t              *list = NULL;
    ckp_program_t *const prog = play_compile(doc, NULL, &list);

    if (prog == NULL) {
        char *const  text = ckp_json_text(list);

        play_wrong(p, "the child %s does not compile: %s", id, text);
        ckp_free(text);

    } else {
        (void) ckp_run_link(p->run, id, prog);
    }

    json_decref(list);
    ckp_program_unref(prog);
}


/* --- deaths ------------------------------------------------------------------- */

/* The run is forgotten, and loaded from what it was; saved is stolen. */

static void
play_load(play_t *p, json_t *saved)
{
    ckp_err_t      err = CKP_ERR_INIT;
    const char    *want;
    ckp_run_t     *run;

    run = ckp_run_load(p->c->prog, "run", saved, &err);
    json_decref(saved);

    if (run == NULL) {
        play_wrong(p, "what was saved is not loaded: %s", err.msg);
        return;
    }

    ckp_run_free(p->run);
    p->run = run;
    ckp_run_site(run, json_object_get(p->script, "site"));

    for (int n = 0; n < 64 && (want = ckp_run_want(run)) != NULL; n++) {
        char  id[256];

        (void) snprintf(id, sizeof(id), "%s", want);
        play_link(p, id);
    }
}


/* Calls and answers are lost; rows are not.  `crashes`: so many of workers, one
 * after the other, while the run was at one place. */

static void
play_die(play_t *p, int64_t crashes)
{
    size_t  kept = 0;

    for (size_t i = 0; i < p->nins; i++) {
        if (p->ins[i].durable && p->ins[i].kind != CKP_IN_TICK) {
            p->ins[kept++] = p->ins[i];

        } else {
            json_decref(p->ins[i].data);
        }
    }

    p->nins = kept;
    play_load(p, ckp_run_save(p->run));
    play_later(p, CKP_IN_RECOVER, "", 0,
               json_pack("{s:b, s:I}", "crash", 1, "crashes",
                         (json_int_t) crashes));

    /* before what waited in the inbox */

    const play_in_t  last = p->ins[p->nins - 1];

    memmove(&p->ins[1], &p->ins[0], (p->nins - 1) * sizeof(last));
    p->ins[0] = last;
}


/* --- turns -------------------------------------------------------------------- */

static void
play_status(play_t *p)
{
    const size_t         n = json_array_size(p->statuses);
    const json_t *const  last = n == 0 ? NULL
                                : json_array_get(p->statuses, n - 1);
    ckp_summary_t        sum;

    ckp_run_summary(p->run, &sum);

    if (last == NULL || strcmp(json_string_value(last), sum.status) != 0) {
        json_array_append_new(p->statuses, json_string(sum.status));
    }
}



static void
play_took(play_t *p, const ckp_turn_t *turn)
{
    p->wake_ms = turn->wake_at_ms;
    p->final = turn->final;
    play_status(p);

    for (size_t i = 0; i < turn->nwrites; i++) {
        play_wrote(p, &turn->writes[i]);
    }

    for (size_t i = 0; i < turn->nevents; i++) {
        play_told(p, &turn->events[i]);
    }

    for (size_t i = 0; i < turn->nmetrics; i++) {
        play_measured(p, &turn->metrics[i]);
    }

    if (p->crashed) {
        p->crashed = false;
        play_die(p, 1);
        return;
    }

    for (size_t i = 0; i < turn->neffects; i++) {
        play_effect(p, &turn->effects[i]);
    }
}


static bool play_feed(play_t *p, const play_in_t *in);

/* What came of the turn is refused as a whole: it is as it was before. */

static bool
play_back(play_t *p, json_t *before, const char *path)
{
    play_in_t   in = { .kind = CKP_IN_REFUSED,
                       .data = json_pack("{s:b}", "order", 1) };
    bool        good;

    (void) snprintf(in.ref, sizeof(in.ref), "%s", path);
    play_load(p, before);
    good = play_feed(p, &in)
           && play_feed(p, &(play_in_t) { .kind = CKP_IN_RECOVER });
    json_decref(in.data);

    return good;
}


/* data is borrowed. */

static bool
play_feed(play_t *p, const play_in_t *in)
{
    json_t            *before = NULL;
    const char        *path;
    ckp_turn_t         turn;
    ckp_err_t          err = CKP_ERR_INIT;
    const ckp_input_t  input = { .kind = in->kind, .outcome = in->outcome,
                                 .now_ms = p->now_ms, .seed = p->seed,
                                 .ref = in->ref, .data = in->data };
    ckp_code_t         rc;

    if (p->forgets && p->began) {
        play_load(p, ckp_run_save(p->run));
    }

    if (in->kind == CKP_IN_REPLY && ckp_json_str(in->data, "hash") != NULL) {
        play_link(p, ckp_json_str(in->data, "hash"));
    }

    for (int i = 0; i < 4 && ++p->seed[i] == 0; i++) {
        continue;
    }

    if (p->began && json_object_get(p->script, "refuses") != NULL) {
        before = ckp_run_save(p->run);
    }

    p->fed++;
    rc = ckp_run_feed(p->run, &input, &turn, &err);

    path = rc == CKP_OK && before != NULL ? play_refused(p, &turn) : NULL;

    if (path != NULL) {
        return play_back(p, before, path);
    }

    json_decref(before);

    if (rc == CKP_E_STATE) {
        return true;
    }

    if (rc != CKP_OK) {
        play_wrong(p, "input %d gives code %d: %s", (int) in->kind, (int) rc,
                   err.msg);
        return false;
    }

    play_took(p, &turn);

    return !p->broken;
}


/* --- time --------------------------------------------------------------------- */

/* The oldest of those that are due first. */

static size_t
play_first(const play_t *p)
{
    size_t  first = 0;

    for (size_t i = 1; i < p->nins; i++) {
        first = p->ins[i].at_ms < p->ins[first].at_ms ? i : first;
    }

    return first;
}


static bool
play_take(play_t *p, size_t i)
{
    const play_in_t  in = p->ins[i];
    bool             good;

    memmove(&p->ins[i], &p->ins[i + 1], (--p->nins - i) * sizeof(in));

    if (in.crash) {
        play_die(p, ckp_json_int(in.data, "crashes", 1));
        good = !p->broken;

    } else {
        play_point(p, in.data);
        good = play_feed(p, &in);
    }

    json_decref(in.data);

    return good;
}


/* False: nothing comes any more. */

static bool
play_step(play_t *p)
{
    const size_t   i = play_first(p);
    const int64_t  at = p->nins == 0 ? INT64_MAX : p->ins[i].at_ms;
    int64_t        wake = p->final || p->wake_ms == 0 ? INT64_MAX
                                                      : p->wake_ms;

    if (at == INT64_MAX && wake == INT64_MAX) {
        return false;
    }

    if (at <= p->now_ms || at < wake) {
        p->now_ms = at > p->now_ms ? at : p->now_ms;
        return play_take(p, i);
    }

    p->now_ms = wake > p->now_ms ? wake : p->now_ms;

    return play_feed(p, &(play_in_t) { .kind = CKP_IN_TICK });
}


/* --- the whole ------------------------------------------------------------------ */

static bool
play_start(play_t *p)
{
    json_t *const  meta = json_pack("{s:s}", "trigger_type", "manual");
    json_t        *inputs = json_object_get(p->script, "inputs");
    json_t        *vars = NULL;
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_code_t     rc;
    bool           good;
    play_in_t      in = { .kind = CKP_IN_START };

    inputs = inputs == NULL ? json_object() : json_incref(inputs);
    json_object_update(meta, json_object_get(p->script, "meta"));
    rc = ckp_program_inputs(p->c->prog, inputs, meta, p->now_ms, &vars,
                            &p->refused, &err);

    if (rc == CKP_E_INVALID) {
        json_decref(meta);
        json_decref(inputs);
        return false;
    }

    if (json_object_get(p->script, "vars") != NULL) {
        json_object_update(vars, json_object_get(p->script, "vars"));
    }

    in.data = json_pack("{s:o, s:o, s:o}", "meta", meta, "inputs", inputs,
                        "vars", vars);
    good = play_feed(p, &in);
    json_decref(in.data);
    p->began = true;
    play_scripted(p);

    return good && play_feed(p, &(play_in_t) { .kind = CKP_IN_RECOVER });
}


static void
play_open(play_t *p, const play_case_t *c)
{
    *p = (play_t) { .c = c, .script = c->script, .now_ms = PLAY_NOW };

    p->run = ckp_run_new(c->prog, "run");
    ckp_run_site(p->run, json_object_get(p->script, "site"));
    p->asked = json_object();
    p->happened = json_object();
    p->refs = json_object();
    p->events = json_array();
    p->calls = json_array();
    p->asks = json_array();
    p->aborts = json_array();
    p->notices = json_array();
    p->metrics = json_array();
    p->writes = json_array();
    p->statuses = json_array();
}


static void
play_go(play_t *p)
{
    const size_t  most = p->forgets ? PLAY_FORGETS_MAX : PLAY_INPUTS_MAX;

    if (!play_start(p)) {
        return;
    }

    while (p->fed < most && !p->broken && play_step(p)) {
        continue;
    }

    if (p->fed == PLAY_INPUTS_MAX) {
        play_wrong(p, "it does not end after %d inputs", PLAY_INPUTS_MAX);
    }
}


static void
play_close(play_t *p)
{
    json_t *const  all[] = { p->asked, p->happened, p->refs, p->events,
                             p->calls, p->asks, p->aborts, p->notices,
                             p->metrics, p->writes, p->statuses,
                             p->refused };

    for (size_t i = 0; i < p->nins; i++) {
        json_decref(p->ins[i].data);
    }

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        json_decref(all[i]);
    }

    free(p->ins);
    ckp_run_free(p->run);
}


/* What the second one tells as far as it went is what the first one told. */

static void
play_compare(play_t *first, const play_t *again)
{
    const size_t  n = json_array_size(again->events);

    if (again->fed < PLAY_FORGETS_MAX
        && n != json_array_size(first->events))
    {
        play_wrong(first, "loaded anew before each input it tells %zu events,"
                   " not %zu", n, json_array_size(first->events));
        return;
    }

    for (size_t i = 0; i < n; i++) {
        json_t *const  a = json_array_get(first->events, i);
        json_t *const  b = json_array_get(again->events, i);

        if (!ckp_json_equal(a, b)) {
            char *const  ta = ckp_json_text(a);
            char *const  tb = ckp_json_text(b);

            play_wrong(first, "loaded anew before each input it tells\n  %s\n"
                       "not\n  %s", tb, ta);
            ckp_free(ta);
            ckp_free(tb);
            return;
        }
    }
}


void
play_case(const play_case_t *c)
{
    play_t  first;
    play_t  again;

    play_open(&first, c);
    play_go(&first);

    if (!first.broken) {
        play_judge(&first);
    }

    if (!first.broken && first.refused == NULL) {
        play_open(&again, c);
        again.forgets = true;
        play_go(&again);

        if (!again.broken) {
            play_compare(&first, &again);
        }

        play_close(&again);
    }

    play_close(&first);
}
