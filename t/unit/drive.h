/*
 * What tests of runs share: a document from a text (as in doc.h), its run, the
 * inputs fed by hand, and what a turn said as a text.
 */

#ifndef T_DRIVE_H
#define T_DRIVE_H

#include "doc.h"
#include "point.h"

typedef struct {
    t_doc_t     d;
    ckp_run_t  *run;
    ckp_turn_t  turn;
    ckp_code_t  rc;
    ckp_err_t   err;
    int64_t     now;
    uint8_t     seed[CKP_SEED_LEN];
    char        story[65536];    /* event types of the last turn */
    char        ref[64];        /* of the last admit or call */
    char        key[300];
} t_run_t;

#define T_SEQ(steps)                                                          \
    "'a':{'type':'sequence','agent':'W','next_node':'end','steps':[" steps    \
    "]}"


static inline void
t_story(t_run_t *t)
{
    t->story[0] = '\0';

    for (size_t i = 0; i < t->turn.nevents; i++) {
        strcat(t->story, i == 0 ? "" : " ");
        strcat(t->story, t->turn.events[i].type);
    }

    for (size_t i = 0; i < t->turn.neffects; i++) {
        const ckp_effect_t *const  fx = &t->turn.effects[i];

        if (fx->kind == CKP_FX_ADMIT || fx->kind == CKP_FX_CALL) {
            snprintf(t->ref, sizeof(t->ref), "%s", fx->ref);
            snprintf(t->key, sizeof(t->key), "%s", fx->key);
        }
    }
}


/* data is stolen. */
static inline void
t_feed(t_run_t *t, ckp_input_kind_t kind, ckp_outcome_t outcome,
    const char *ref, json_t *data)
{
    char               own[64];
    const ckp_input_t  in = { .kind = kind, .outcome = outcome,
                              .now_ms = t->now, .seed = t->seed, .ref = own,
                              .data = data };

    snprintf(own, sizeof(own), "%s", ref);
    t->err = (ckp_err_t) CKP_ERR_INIT;
    t->seed[0]++;
    t->rc = ckp_run_feed(t->run, &in, &t->turn, &t->err);
    json_decref(data);
    t_story(t);
}


static inline void
t_inputs(t_run_t *t, json_t *inputs)
{
    json_t     *vars = NULL;
    json_t     *errors = NULL;
    ckp_err_t   err = CKP_ERR_INIT;

    assert_int_equal(ckp_program_inputs(t->d.prog, inputs, NULL, t->now,
                                        &vars, &errors, &err), CKP_OK);
    t_feed(t, CKP_IN_START, CKP_OUTCOME_OK, "",
           json_pack("{s:{s:s}, s:o, s:o}", "meta", "trigger_type", "manual",
                     "inputs", inputs, "vars", vars));
    assert_int_equal(t->rc, CKP_OK);
}


/* Compiles, starts, begins. */
static inline void
t_run(t_run_t *t, const char *text)
{
    memset(t, 0, sizeof(*t));
    t->now = 1700000000000;
    t_doc(&t->d, text);

    if (t->d.prog == NULL) {
        char *const  s = ckp_json_text(t->d.list);

        fail_msg("%s", s);
    }

    t->run = ckp_run_new(t->d.prog, "run");
    t_inputs(t, json_object());
    t_feed(t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t->rc, CKP_OK);
}


static inline void
t_run_over(t_run_t *t)
{
    ckp_run_free(t->run);
    t_doc_free(&t->d);
}


static inline void
t_admit(t_run_t *t)
{
    t_feed(t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:{s:s, s:s, s:s, s:i}}", "agent", "agent_id", "w1",
                     "base_url", "http://w", "resource_key", "w1",
                     "concurrency_limit", 2));
}


/* result is stolen. */
static inline void
t_ok(t_run_t *t, json_t *result)
{
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:o}", "result", result));
}


static inline void
t_failed(t_run_t *t, ckp_outcome_t outcome, const char *type,
    const char *message)
{
    t_feed(t, CKP_IN_REPLY, outcome, t->ref,
           json_pack("{s:s, s:s}", "type", type, "message", message));
}


/* Time goes on to the alarm. */
static inline void
t_tick(t_run_t *t)
{
    assert_true(t->turn.wake_at_ms > 0);
    t->now = t->turn.wake_at_ms > t->now ? t->turn.wake_at_ms : t->now;
    t_feed(t, CKP_IN_TICK, CKP_OUTCOME_OK, "", NULL);
}


static inline const ckp_event_t *
t_event(const t_run_t *t, const char *type)
{
    for (size_t i = 0; i < t->turn.nevents; i++) {
        if (strcmp(t->turn.events[i].type, type) == 0) {
            return &t->turn.events[i];
        }
    }

    fail_msg("no event %s in: %s", type, t->story);

    return NULL;
}


static inline const char *
t_said(const t_run_t *t, const char *type, const char *member)
{
    const char *const  s = ckp_json_str(t_event(t, type)->payload, member);

    return s == NULL ? "" : s;
}


static inline size_t
t_count(const t_run_t *t, ckp_effect_kind_t kind)
{
    size_t  n = 0;

    for (size_t i = 0; i < t->turn.neffects; i++) {
        n += t->turn.effects[i].kind == kind ? 1 : 0;
    }

    return n;
}


/* One call is ended, because its time is over. */
static inline bool
t_is_late(const t_run_t *t)
{
    assert_int_equal(t_count(t, CKP_FX_ABORT), 1);

    for (size_t i = 0; i < t->turn.neffects; i++) {
        if (t->turn.effects[i].kind == CKP_FX_ABORT) {
            return ckp_json_bool(t->turn.effects[i].body, "late", false);
        }
    }

    return false;
}


static inline const json_t *
t_row(const t_run_t *t, const char *table)
{
    for (size_t i = 0; i < t->turn.nwrites; i++) {
        if (strcmp(t->turn.writes[i].table, table) == 0) {
            return t->turn.writes[i].row;
        }
    }

    return NULL;
}


static inline const char *
t_status(const t_run_t *t)
{
    ckp_summary_t  sum;

    ckp_run_summary(t->run, &sum);

    return sum.status;
}


/* A variable of the run as JSON text; "" when it is unbound. */
static inline const char *
t_var(const t_run_t *t, const char *name)
{
    static char    text[4096];
    json_t *const  state = ckp_run_save(t->run);
    json_t *const  v = json_object_get(json_object_get(state, "vars"), name);

    text[0] = '\0';

    if (v != NULL) {
        char *const  s = ckp_json_text(v);

        snprintf(text, sizeof(text), "%s", s);
        ckp_free(s);
    }

    json_decref(state);

    return text;
}


/* State of the turn's checkpoint in row `at` of its writes: new reference. */
static inline json_t *
t_point(const t_run_t *t, size_t at)
{
    ckp_err_t   err = CKP_ERR_INIT;
    json_t     *whole = NULL;

    for (size_t i = 0; i <= at; i++) {
        const ckp_write_t *const  w = &t->turn.writes[i];
        json_t *const             before = whole;

        if (strcmp(w->table, "checkpoint") == 0) {
            whole = t_point_whole(before, w->row, &err);
            json_decref(before);
            assert_non_null(whole);
        }
    }

    return whole;
}

#endif
