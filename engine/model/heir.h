/*
 * inherit_context: what a procedure passes on to one that it calls, and the
 * called one with it.  Source: spec/ckp.md 10.10.
 *
 * A legacy is {missing_variables?, logging_level?, memory? (a scope), llm?,
 * secrets? {name: {ref, config}}}: settings only, never a value of a secret.
 * What the called procedure's document says itself goes before it.
 */

#ifndef CKP_HEIR_H
#define CKP_HEIR_H

#include "model/program.h"

/* What holds in it, its own legacy included: new object; NULL: no memory. */
json_t *ckp_program_legacy(const ckp_program_t *prog);

/*
 * The same procedure with a legacy (borrowed): nodes and all else are those of
 * `prog`, which it references.  NULL: no memory.
 */
ckp_program_t *ckp_program_heir(ckp_program_t *prog, const json_t *legacy);

#endif
