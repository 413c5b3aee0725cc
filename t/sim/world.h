/*
 * A world for one run: the real engine under a simulated host, store and agent,
 * with a clock of its own, that can die between any two lines of
 * design/architecture.md 6.
 *
 * The life of a round (world.c).
 *   load    checkpoint, later events, RECOVER       after each death
 *   feed    one input -> a turn                     may die: nothing happened
 *   commit  all of the turn or nothing (store.c)    may fail, or its answer may
 *                                                   be lost
 *   act     effects, one by one (agent.c)           may die between two
 */

#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "value/json.h"

#include "ckp.h"

#define SIM_EVENTS_MAX   4096
#define SIM_INPUTS_MAX   256
#define SIM_CALLS_MAX    256

enum {
    SIM_DIE_BEFORE_COMMIT,
    SIM_COMMIT_FAILS,
    SIM_COMMIT_UNKNOWN,
    SIM_DIE_BEFORE_EFFECT,
    SIM_REPLY_LOST,
    SIM_REPLY_TWICE,
    SIM_SLOT_LOST,
    SIM_DIE_AT_REST,
    SIM_CLOCK_SET,
    SIM_CANCELED,
    SIM_DECIDED,
    SIM_RETRIED,
    SIM_SET_BACK,
    SIM_BORN,                       /* with a state */
    SIM_FAULTS
};

/* Pseudo-random numbers of the schedule, not of the engine. */
typedef struct {
    uint64_t  state;
} sim_rand_t;

uint64_t sim_rand(sim_rand_t *r);
bool sim_chance(sim_rand_t *r, unsigned percent);

typedef struct {
    ckp_input_kind_t  kind;
    ckp_outcome_t     outcome;
    char              ref[256];     /* of a call, or a path */
    json_t           *data;
    bool              durable;      /* an inbox row: survives a death */
} sim_input_t;

typedef struct {
    char           ref[64];
    char           path[256];
    int64_t        at_ms;           /* when its reply comes */
    ckp_outcome_t  outcome;
    json_t        *data;
    bool           twice;
} sim_call_t;

/* What was committed: nothing else survives. */
typedef struct {
    json_t   *events[SIM_EVENTS_MAX];       /* {seq, type, path, ...} */
    size_t    nevents;
    json_t   *state;                /* the newest whole one; NULL: none */
    json_t   *point;                /* that of the newest of all */
    json_t   *points;               /* [{..., done: {path: seq}}]: rows of
                                       checkpoints, and what was done by then */
    json_t   *journal;              /* path -> {status, key} of its step */
    json_t   *did;                  /* path -> seq: steps that are done, as
                                       the state has it, and by which event */
    json_t   *leases;               /* path -> row */
    json_t   *once;                 /* "scope key" -> {path, status, result} */
    json_t   *approvals;            /* id -> row */
    json_t   *kids;                 /* child run -> {at, data, over,
                                       recalled} */
    int64_t   wake_at_ms;
    bool      final;
    bool      cancel;               /* the flag that guards every commit */
} sim_store_t;

typedef struct {
    sim_rand_t      rand;
    sim_rand_t      joins;          /* which inputs become one turn */
    bool            joining;
    bool            alone;          /* the next is a turn of its own */
    ckp_program_t  *prog;
    ckp_program_t  *kid;            /* the child procedure; NULL: none */
    ckp_run_t      *run;            /* NULL: nobody drives it */
    const char     *id;             /* of the run */
    int64_t         now_ms;
    sim_store_t     store;

    sim_input_t     inputs[SIM_INPUTS_MAX];
    size_t          ninputs;
    json_t         *effects;        /* committed, not performed yet */
    sim_call_t      calls[SIM_CALLS_MAX];
    size_t          ncalls;

    json_t         *agent;          /* key -> {calls, outcome, data} */
    json_t         *keys;           /* path -> {key, failed} */
    json_t         *done;           /* path -> true: before the point that it
                                       went back to; NULL: it did not */
    unsigned        strangers;      /* slots that others hold, now */
    unsigned        deaths;
    unsigned        unknowns;
    unsigned        faults[SIM_FAULTS];     /* how often each class fired */
    unsigned        retries;        /* RESUMEs asked for */
    unsigned        forks;          /* runs that may be born of this one */
    unsigned        faulty;         /* percent; 0: nothing goes wrong now */
    bool            died;           /* the next RECOVER tells of a crash */
    char            broken[512];    /* the invariant that did not hold; "" */
} sim_t;

/* Records the first invariant that is broken. */
void sim_broken(sim_t *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

bool sim_fault(sim_t *w, int which);

/* --- docs.c ------------------------------------------------------------------ */

size_t sim_docs(void);
json_t *sim_doc(size_t i);              /* new reference */

/* --- grow.c -------------------------------------------------------------- */

/* A random procedure; new reference.  kid: one that others call. */
json_t *sim_grow(sim_rand_t *r, bool kid);

/* --- world.c ----------------------------------------------------------------- */

/* joining: inputs that wait become one turn now and then, as in a host. */
void sim_start(sim_t *w, uint64_t seed, bool joining);
void sim_go(sim_t *w);                  /* until the run has ended for good */
void sim_end(sim_t *w);
void sim_input(sim_t *w, ckp_input_kind_t kind, ckp_outcome_t outcome,
    const char *ref, json_t *data);     /* data is stolen */
void sim_seed(sim_t *w, uint8_t *seed);
void sim_forget(sim_t *w);              /* inputs, effects, calls */

/* --- back.c ------------------------------------------------------------------ */

/* The checkpoint may be gone back to later. */
void sim_point(sim_t *w, const json_t *row);

/* A run that failed is set back to one of them; false: there is none. */
bool sim_back(sim_t *w);

/* The run is over for good, and another one is born with such a state. */
bool sim_fork(sim_t *w);

/* --- store.c ----------------------------------------------------------------- */

typedef enum {
    SIM_COMMITTED,
    SIM_REFUSED,                        /* the last slot was gone */
    SIM_LOST
} sim_commit_t;

/* A turn with the input it came from; refused: the lease's path in `at`. */
sim_commit_t sim_commit(sim_t *w, const ckp_turn_t *turn, char *at);

/* To be performed behind the commit. */
void sim_keep_effects(sim_t *w, const ckp_turn_t *turn);
ckp_run_t *sim_load(sim_t *w);
void sim_store_free(sim_store_t *s);

/* --- agent.c ----------------------------------------------------------------- */

/* Asks the model: what it answers, and when (model.c). */
void sim_model(sim_t *w, const json_t *fx, sim_call_t *call);

void sim_effect(sim_t *w, const json_t *fx);
void sim_replies(sim_t *w);             /* those whose time has come */
int64_t sim_next_reply(const sim_t *w); /* INT64_MAX: none */
void sim_hang_up(sim_t *w);

/* --- kids.c ------------------------------------------------------------------ */

void sim_kid_write(sim_t *w, const ckp_write_t *write);
void sim_kids(sim_t *w);                /* those whose time has come end */
int64_t sim_next_kid(const sim_t *w);   /* INT64_MAX: none */
void sim_check_kids(sim_t *w);          /* the run is over */

/* --- check.c ----------------------------------------------------------------- */

void sim_check_event(sim_t *w, const ckp_event_t *ev);
void sim_check_state(sim_t *w);
void sim_check_call(sim_t *w, const json_t *fx);
void sim_check_end(sim_t *w);
uint64_t sim_trace(const sim_t *w);

#endif
