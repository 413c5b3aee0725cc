/*
 * Validations: what must hold after the steps of a sequence, or before one
 * step.  Source: spec/ckp.md 15.7.
 *
 * The life of a validation.
 *   read     of the node or the step                     ckp_validations_parse
 *   judged   its list in order               ckp_validate_node, _step
 *   asking   an agent must look first: a step of its own, in a list of its own
 *            ("val"), then it is judged again            ckp_validate_went
 *   over     all hold, or the word of one that does not is done
 *
 * Its state is n.v {i, at, list, step, res, err}: the validation that asks, the
 * place to come back to, the answer.  n.vn counts what was asked in this visit,
 * n.rn the restarts of the node ("v:" and the validation's place).
 */

#ifndef CKP_VALIDATE_H
#define CKP_VALIDATE_H

#include "node/fiber.h"
#include "node/parse.h"

/*
 * Reads the member `key` of the object at `at`: one object or a list.
 * owner: the step's id, NULL: they are of the node.  agent: who is asked, NULL:
 * nobody can be.  NULL: there are none.
 */
const ckp_validations_t *ckp_validations_parse(ckp_parse_t *ps,
    const ckp_at_t *at, const char *key, const char *owner,
    const char *agent);

/*
 * Of the fiber's node once its steps are over, of its step before the first
 * attempt.  *holds: the caller goes on.  Otherwise all is done, or will be: the
 * caller returns what this returned.
 */
ckp_code_t ckp_validate_node(ckp_fiber_t *f, bool *holds);
ckp_code_t ckp_validate_step(ckp_fiber_t *f, bool *holds);

/* The step that asks, which is all of the list "val"; NULL: none. */
const ckp_step_t *ckp_validate_asks(const ckp_fiber_t *f);

/* It gave that (borrowed), or failed so. */
ckp_code_t ckp_validate_answered(ckp_fiber_t *f, json_t *result);
ckp_code_t ckp_validate_refused(ckp_fiber_t *f, const json_t *error);

/* The list "val" is over: back to what was being judged. */
ckp_code_t ckp_validate_went(ckp_fiber_t *f);

/* The same, but the answer is not wanted any more. */
ckp_code_t ckp_validate_drop(ckp_fiber_t *f);

#endif
