/*
 * Spreadsheets of kinds that only others know, and what comes of them.
 */

#include "step/abroad.h"

#include <string.h>

#include "base/json.h"
#include "node/step.h"
#include "step/double.h"


bool
ckp_abroad_is(const ckp_fiber_t *f)
{
    return ckp_fiber_get(f, "step", "abroad") != NULL;
}


ckp_code_t
ckp_abroad_try(ckp_fiber_t *f, bool *goes)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        type = ckp_json_str(ckp_fiber_raised(f), "type");

    *goes = step->op != NULL && type != NULL
            && strcmp(step->op->action, "parse_excel_data") == 0
            && strcmp(type, "UnsupportedFormat") == 0
            && !ckp_abroad_is(f) && !ckp_double_stands(f);

    return *goes ? ckp_fiber_put(f, "step", "abroad", ckp_fiber_error_take(f))
                 : CKP_OK;
}


void
ckp_abroad_back(ckp_fiber_t *f)
{
    const json_t *const  error = ckp_fiber_get(f, "step", "abroad");

    (void) ckp_fiber_raise_json(f, ckp_json_copy(error));
}
