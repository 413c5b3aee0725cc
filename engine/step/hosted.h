/*
 * Attempts of actions whose work is the host's (op.h: ask, after).
 *
 * The life of such an attempt.
 *   asked    ref, CKP_FX_CALL to the op's target   ckp_hosted_start
 *   rest     n.step {ph: "call", host: true, ref, until}
 *   again    the same call after a crash                    ckp_hosted_repeat
 *   answered what the answer makes of the step            ckp_hosted_answered
 */

#ifndef CKP_HOSTED_H
#define CKP_HOSTED_H

#include "node/fiber.h"

/* *asked: the call is on its way and the fiber rests; else the op's `run` is
 * what there is to do.  CKP_E_INVALID: raised. */
ckp_code_t ckp_hosted_start(ckp_fiber_t *f, const json_t *params, bool *asked);

/* For CKP_IN_RECOVER. */
ckp_code_t ckp_hosted_repeat(ckp_fiber_t *f);

/* Whether the attempt in flight is one of these. */
bool ckp_hosted_is(const ckp_fiber_t *f);

/* How long it may take. */
int64_t ckp_hosted_ms(const ckp_fiber_t *f);

/* The host's answer: the step is done, or its attempt failed. */
ckp_code_t ckp_hosted_answered(ckp_fiber_t *f, const json_t *data);

/* The time of an action of ours has come; result: what `run` gave, lent. */
ckp_code_t ckp_hosted_rested(ckp_fiber_t *f, json_t *result);

/* Of any call with the step's parameters: what it carries of secrets (out NULL:
 * not wanted), and, on its first way out, secret_accessed. */
ckp_code_t ckp_hosted_secrets(ckp_fiber_t *f, bool tell, json_t **out);

#endif
