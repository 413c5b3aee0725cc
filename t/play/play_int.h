/*
 * The inside of a played run.
 *
 *   play.c     the order of things: inputs, time, deaths
 *   compile.c  documents as programs
 *   script.c   what the script says to an event or a question
 *   answer.c   what others say to an effect
 *   judge.c    whether all came as it must
 *   match.c    whether one value is as another says
 */

#ifndef T_PLAY_INT_H
#define T_PLAY_INT_H

#include "play.h"

#include <stdint.h>

#define PLAY_NOW  1767603600000     /* 2026-01-05T09:00:00Z, a Monday */

/* Something that will be fed; a crash is fed to nobody. */
typedef struct {
    int64_t            at_ms;
    ckp_input_kind_t   kind;
    ckp_outcome_t      outcome;
    bool               crash;
    bool               durable;     /* an inbox row: survives a crash */
    char               ref[128];
    json_t            *data;
} play_in_t;

typedef struct {
    const play_case_t  *c;
    const json_t       *script;
    ckp_run_t          *run;
    play_in_t          *ins;        /* in the order in which they came */
    size_t              nins;
    size_t              size;
    json_t             *asked;      /* {key of a script: how often} */
    json_t             *happened;   /* {index in `at`: true} */
    json_t             *refs;       /* {ref of a call: path} */
    json_t             *events;     /* [{type, path, payload, at}] */
    json_t             *calls;
    json_t             *asks;
    json_t             *aborts;
    json_t             *notices;
    json_t             *metrics;
    json_t             *writes;
    json_t             *statuses;   /* one after the other */
    json_t             *refused;    /* inputs that do not fit; NULL: they do */
    int64_t             now_ms;
    int64_t             wake_ms;
    size_t              fed;
    uint8_t             seed[CKP_SEED_LEN];
    bool                forgets;    /* the second time */
    bool                began;
    bool                crashed;    /* before the effects of this turn */
    bool                final;
    bool                broken;
    char                delegation[64];
} play_t;

/* What is wrong; the run ends there. */
void play_wrong(play_t *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Something to be fed after `wait_ms`; data is stolen. */
play_in_t *play_later(play_t *p, ckp_input_kind_t kind, const char *ref,
    int64_t wait_ms, json_t *data);

/* The n-th of a list in the script, the last one stays; lent, or NULL. */
const json_t *play_turn_of(play_t *p, const char *list, const char *path,
    const char *action);

void play_point(play_t *p, json_t *data);        /* a resume from there */
void play_scripted(play_t *p);                  /* what is at a time */
void play_told(play_t *p, const ckp_event_t *ev);
void play_wrote(play_t *p, const ckp_write_t *w);
void play_effect(play_t *p, const ckp_effect_t *fx);
void play_measured(play_t *p, const ckp_metric_t *m);
void play_link(play_t *p, const char *id);

/* The path of a change of an order that is refused by who keeps it; NULL: there
 * is none. */
const char *play_refused(play_t *p, const ckp_turn_t *turn);

void play_judge(play_t *p);

#endif
