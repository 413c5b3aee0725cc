/*
 * Screenshots by the agent of a step: of its failure, or of its end.
 * Source: spec/ckp.md 12.1, 15.5.
 *
 * Best effort: whatever becomes of the call, the step goes on where it was.
 * n.step.shot {then, err} is it, and what follows: "fail" (handlers of the
 * step's failure), "act" (the handler at work), "done" (the next step); false
 * once it is over.  The call is n.step.ref in phase "call".
 */

#ifndef CKP_SHOT_H
#define CKP_SHOT_H

#include "node/fiber.h"

/*
 * *taken: the agent is asked for one, and the step goes on with `then` when it
 * answered or 10 s are over.  error is borrowed, NULL: none.
 */
ckp_code_t ckp_shot_take(ckp_fiber_t *f, const char *then, json_t *error,
    bool *taken);

bool ckp_shot_is(const ckp_fiber_t *f);

/* The phase of a step's state as it was before a screenshot; ph: as it is. */
const char *ckp_shot_before(const json_t *step, const char *ph);
ckp_code_t ckp_shot_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* It is given up; the step is what it was before it. */
ckp_code_t ckp_shot_end(ckp_fiber_t *f);

#endif
