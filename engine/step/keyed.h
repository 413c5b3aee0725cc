/*
 * What is known under a key, whoever has it: a step (step/once.h) or a whole
 * node (run/replay.c).  Source: spec/ckp.md 20.2, 20.3.
 *
 * Results of the run itself are in its state.  Those of other runs, and the
 * right to make one, are asked for by an ADMIT.
 */

#ifndef CKP_KEYED_H
#define CKP_KEYED_H

#include "node/fiber.h"

/* Whose key it is; made where it is used, all lent. */
typedef struct {
    ckp_fiber_t       *f;
    const ckp_once_t  *policy;
    const char        *path;
    const char        *at;          /* n[at] has it: {key, hash, claim}; claim:
                                       the scope that others were asked in */
    const char        *kind;        /* behind a scope: steps and nodes may have
                                       the same keys; "" for steps */
    const char        *results;     /* members of the run's state, by key */
    const char        *failures;
    const char        *hashes;
    int64_t            wait_ms;     /* how long it waits for who is at it */
} ckp_keyed_t;

const char *ckp_keyed_key(const ckp_keyed_t *k);

/* n[at].hash: what it is done with, in short. */
ckp_code_t ckp_keyed_hash(const ckp_keyed_t *k, const json_t *with);

/* What this run knows; lent.  NULL: nothing, or *failure (when wanted). */
json_t *ckp_keyed_known(const ckp_keyed_t *k, json_t **failure);

/* The key is the identity: that it was done with something else (`hash`, NULL:
 * this run's own) is told, no more.  source: a run's id; NULL: this one. */
ckp_code_t ckp_keyed_compare(const ckp_keyed_t *k, const json_t *hash,
    const json_t *source);

/* The failure of before as an error of here and now, which no other try mends:
 * new object. */
json_t *ckp_keyed_error(const json_t *failure);

/* Somebody outside the run, or beside this fiber, may know. */
bool ckp_keyed_asks(const ckp_keyed_t *k);

/* n[at].claim, unless it is there. */
ckp_code_t ckp_keyed_claim(const ckp_keyed_t *k);

/* `idempotency` of an ADMIT, claimed: new object; NULL: no memory. */
json_t *ckp_keyed_ask(const ckp_keyed_t *k);

/* It ended; whoever waits, or comes later, may know.  `value` is borrowed. */
ckp_code_t ckp_keyed_done(const ckp_keyed_t *k, json_t *result);
ckp_code_t ckp_keyed_failed(const ckp_keyed_t *k, json_t *error);

/* Whoever waits for it waits no more. */
ckp_code_t ckp_keyed_gone(const ckp_keyed_t *k);

#endif
