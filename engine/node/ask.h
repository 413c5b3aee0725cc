/*
 * A question to a person at work: what human_approval does when it runs.  Its
 * reading of the document is in approval.c.
 */

#ifndef CKP_ASK_H
#define CKP_ASK_H

#include "node/fiber.h"

#define CKP_ASK_TIMEOUT  "system:timeout"   /* who decides when nobody did */

ckp_code_t ckp_ask_enter(ckp_fiber_t *f);
ckp_code_t ckp_ask_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* --- between ask.c and expire.c ---------------------------------------------- */

/*
 * Takes the decision: record, variables, the way on.  `resumed`: a person's
 * (execution_resumed is told).
 */
ckp_code_t ckp_ask_decide(ckp_fiber_t *f, const json_t *data, bool resumed);

/* It waits no more: how long it did is counted.  outcome: approved, rejected,
 * timeout, cancelled. */
ckp_code_t ckp_ask_waited(ckp_fiber_t *f, const char *outcome);

/* The alarm of a pending question: its expiry or its next reminder. */
ckp_code_t ckp_ask_wait(ckp_fiber_t *f);

/* The alarm has come. */
ckp_code_t ckp_ask_expired(ckp_fiber_t *f);

#endif
