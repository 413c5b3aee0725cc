/*
 * What an action of ours cannot read goes to an agent that says it can.
 * n.step.abroad: the error that it goes with.  Source: spec/ckp.md 13.3
 * (parse_excel_data).
 */

#ifndef CKP_ABROAD_H
#define CKP_ABROAD_H

#include "node/fiber.h"

bool ckp_abroad_is(const ckp_fiber_t *f);

/* What was raised is such an error (*goes), which is taken then. */
ckp_code_t ckp_abroad_try(ckp_fiber_t *f, bool *goes);

/* Nobody can: the error is raised again. */
void ckp_abroad_back(ckp_fiber_t *f);

#endif
