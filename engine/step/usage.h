/*
 * What calls cost: summed over the run.  Source: spec/ckp.md 14.2, 23.7.
 */

#ifndef CKP_USAGE_H
#define CKP_USAGE_H

#include "node/fiber.h"

/*
 * Adds what an answer says of itself, {cost?, cost_usd?, usage?: {prompt_tokens
 * or input_tokens, completion_tokens or output_tokens}}, to counts {cost, pt,
 * ct} of the run.  What is no number, or negative, counts for nothing.
 */
ckp_code_t ckp_usage_add(ckp_fiber_t *f, const json_t *answer);

#endif
