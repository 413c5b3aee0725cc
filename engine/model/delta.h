/*
 * The delta of a turn: its operations, folded.
 */

#ifndef CKP_DELTA_H
#define CKP_DELTA_H

#include "model/state.h"

/*
 * What the operations of the turn come to, from the one with number `from` on
 * (a mark of the turn: ckp_state_mark): an array of [path, value] and [path].
 * A value that is put twice is told once, and what changes inside an
 * object that the turn put is seen there.  They are in the order in which
 * members came to be, so that who applies them gets the same texts.
 *
 * It becomes the JSON text in `b`, which is empty when nothing has changed.
 * CKP_OK or CKP_E_NOMEM.
 */
ckp_code_t ckp_delta_of(const ckp_state_t *s, size_t from, ckp_buf_t *b);

#endif
