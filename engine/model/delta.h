/*
 * The delta of a turn: what was put and deleted, folded as it is recorded.  An
 * array of [path, value] and [path]; holes (null) are closed at the end.
 */

#ifndef CKP_DELTA_H
#define CKP_DELTA_H

#include "model/state.h"

/*
 * Adds an operation, or folds it into an earlier one: a value that is put twice
 * is told once, and what changes inside an object that this turn put is seen
 * there already.  The path is of n names; value NULL: a deletion.  All is lent.
 */
ckp_code_t ckp_delta_record(ckp_state_t *s, const char *const *names, size_t n,
    json_t *value);

/* The turn is over: closes holes, forgets what helped to find operations.
 * Takes no memory. */
void ckp_delta_close(ckp_state_t *s);
void ckp_delta_forget(ckp_state_t *s);

#endif
