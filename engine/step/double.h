/*
 * Test doubles of steps: overrides, dry runs, mocks.  Source: spec/ckp.md 27.
 */

#ifndef CKP_DOUBLE_H
#define CKP_DOUBLE_H

#include "node/fiber.h"

/*
 * When something stands in for the step's attempt, it is taken: *doubled, and
 * the step is done or failed (CKP_E_INVALID: the override raised).
 */
ckp_code_t ckp_double_step(ckp_fiber_t *f, bool *doubled);

/* The pause of an override ("double") is over. */
ckp_code_t ckp_double_rested(ckp_fiber_t *f);

/* The override of the node as a whole; lent, NULL: none. */
const json_t *ckp_double_node(ckp_fiber_t *f);

#endif
