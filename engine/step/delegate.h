/*
 * Workflows of agents: a step is delegated, and a callback brings its end.
 * Source: spec/ckp.md 14.3, api.md 4.12.
 *
 * The life of a delegation.
 *   begun      a ref, a row without tokens                ckp_delegate_begin
 *   posted     "call": at most three times, each with a token of its own
 *   rest       "again" between them, "cb" once it was accepted
 *   answered   progress, success, failure                 CKP_IN_CALLBACK
 *   given up   its time is over, or the run's             ckp_delegate_end
 *
 * n.step.cb is its ref; n.step.dele {n, tok, left}: how often it was posted,
 * the hashes of its tokens, what the node's time limit had left when it began
 * to wait.
 */

#ifndef CKP_DELEGATE_H
#define CKP_DELEGATE_H

#include "node/fiber.h"

/* Whether the attempt is one of these. */
bool ckp_delegate_is(const ckp_fiber_t *f);

/* n.step.agent was admitted: does it want to run this step on its own? */
bool ckp_delegate_wanted(const ckp_fiber_t *f);
ckp_code_t ckp_delegate_begin(ckp_fiber_t *f);

/* What a call to a workflow says, from what any call says (stolen): new
 * object, NULL: no memory.  Of a delegation: with a fresh token, whose hash is
 * written. */
json_t *ckp_delegate_params(ckp_fiber_t *f, json_t *params);

/* The answer to a POST; in NULL: none came in time. */
ckp_code_t ckp_delegate_replied(ckp_fiber_t *f, const ckp_input_t *in);

/* It is to be posted again. */
ckp_code_t ckp_delegate_posted(ckp_fiber_t *f);

/* CKP_IN_CALLBACK, and the tick that says that none came. */
ckp_code_t ckp_delegate_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* It is given up; the agent is told. */
ckp_code_t ckp_delegate_end(ckp_fiber_t *f);

#endif
