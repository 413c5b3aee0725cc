/*
 * The end of a run at work; its reading of the document is in terminate.c.
 */

#ifndef CKP_TERMINATE_H
#define CKP_TERMINATE_H

#include "node/fiber.h"

ckp_code_t ckp_terminate_enter(ckp_fiber_t *f);
ckp_code_t ckp_terminate_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* `list` ("clean" or "error") has been gone through. */
ckp_code_t ckp_terminate_went(ckp_fiber_t *f, const char *list);

/* Its actions were done under the same key: the run ends without them. */
ckp_code_t ckp_terminate_known(ckp_fiber_t *f);

#endif
