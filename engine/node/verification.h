/*
 * What the graph of a procedure must know of a verification.
 */

#ifndef CKP_VERIFICATION_H
#define CKP_VERIFICATION_H

#include <stdbool.h>

#include "model/program.h"

/* It may end the run, or its frame: by a check that fails, or because nothing
 * follows. */
bool ckp_verification_ends(const ckp_node_t *node);

/* A node follows when all checks hold. */
bool ckp_verification_goes_on(const ckp_node_t *node);

#endif
