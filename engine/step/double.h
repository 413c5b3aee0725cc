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

/* Whether work of others is mocked; what a dry run's approvals decide. */
bool ckp_double_mocks(const ckp_fiber_t *f);
bool ckp_double_rejects(const ckp_fiber_t *f);

/* Whether something stands in for what others would give. */
bool ckp_double_stands(const ckp_fiber_t *f);

/*
 * After an error of data: what stands in for others was among what was given,
 * or is among the variables, so no author could have avoided it.  It is told,
 * the error is forgotten, and *result is what the work gives: [] of rows, else
 * null.  `given` is lent, NULL: nothing.
 */
ckp_code_t ckp_double_excuse(ckp_fiber_t *f, const json_t *given,
    json_t **result);

/*
 * What a child run takes over: new object {overrides?, mock, reject, base}, the
 * `doubles` of its kin (run/child.c).  base is put before its paths, which are
 * those of the run around it.  NULL: no memory.
 */
json_t *ckp_double_pass(ckp_fiber_t *f);

#endif
