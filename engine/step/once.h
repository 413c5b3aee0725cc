/*
 * Steps with a rendered key: what is known under it is not done again.
 * Source: spec/ckp.md 20.2, 20.3.
 *
 * Results of the run itself are in its state (keyed, keyh, keyf by key).  Those
 * of other runs, and the right to make one, are asked for with the admission:
 * n.step.claim is the scope then, n.step.hash the parameters'.
 */

#ifndef CKP_ONCE_H
#define CKP_ONCE_H

#include "node/fiber.h"

/* *known: this run knows the result or the failure; the step ended by it. */
ckp_code_t ckp_once_known(ckp_fiber_t *f, bool *known);

/* Somebody outside the run, or beside this fiber, may know. */
bool ckp_once_asks(const ckp_fiber_t *f);

/* What ADMIT says of it: new object.  NULL: nothing, or no memory. */
json_t *ckp_once_ask(ckp_fiber_t *f);

/* ADMITTED with a result or failure of another: *known, and the step ended. */
ckp_code_t ckp_once_answered(ckp_fiber_t *f, const json_t *data, bool *known);

/* The step ended; others may know it.  error: its failure, NULL: none. */
ckp_code_t ckp_once_done(ckp_fiber_t *f, json_t *result);
ckp_code_t ckp_once_failed(ckp_fiber_t *f, json_t *error);

/* Whoever waits for it waits no more. */
ckp_code_t ckp_once_gone(ckp_fiber_t *f);

#endif
