/*
 * One attempt of a step, between the files that make it: attempt.c (its
 * course), admit.c (who does it), attempt_send.c (what they are told).
 */

#ifndef CKP_ATTEMPT_H
#define CKP_ATTEMPT_H

#include "node/fiber.h"

/* n.step.ph */
bool ckp_attempt_is(const ckp_fiber_t *f, const char *ph);
ckp_code_t ckp_attempt_phase(ckp_fiber_t *f, const char *ph);

/* How long the call may take. */
int64_t ckp_attempt_ms(const ckp_fiber_t *f);

/* Whether an action of ours must be allowed to, too. */
bool ckp_attempt_asks(const ckp_fiber_t *f);

/* What all attempts share that have a limit in common: new object {key,
 * per_minute, wait_ms}. */
json_t *ckp_attempt_rate(ckp_fiber_t *f);

/* Asks who may do it, under n.step.ref. */
ckp_code_t ckp_attempt_ask(ckp_fiber_t *f);
ckp_code_t ckp_attempt_admitted(ckp_fiber_t *f, const json_t *data);

#define CKP_AFFINITY_MAX  256

/* Who did work of this step's channel before: an agent_id, lent, or NULL.  key
 * (CKP_AFFINITY_MAX + 1 bytes): what the run keeps it by. */
const json_t *ckp_attempt_preferred(const ckp_fiber_t *f, char *key);

/* No slot is free: told once, asked again after `wait_ms`. */
ckp_code_t ckp_attempt_busy(ckp_fiber_t *f, const json_t *saturated,
    int64_t wait_ms);

/* The call to n.step.agent, and the wait for its answer; or the call alone,
 * once more after a crash. */
ckp_code_t ckp_attempt_send(ckp_fiber_t *f);
ckp_code_t ckp_attempt_call(ckp_fiber_t *f);

/* An action of ours, or the call for it to the host; one of others. */
ckp_code_t ckp_attempt_internal(ckp_fiber_t *f);
ckp_code_t ckp_attempt_external(ckp_fiber_t *f);

/* Nobody waits for the call any more; its slot is free. */
ckp_code_t ckp_attempt_abort(ckp_fiber_t *f, bool late);
ckp_code_t ckp_attempt_release(ckp_fiber_t *f);
ckp_code_t ckp_attempt_unlease(ckp_fiber_t *f);

#endif
