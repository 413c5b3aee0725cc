/*
 * What a fired run is given: constants, what came, or what a mapping makes of
 * it.  Source: spec/ckp.md 5.1.
 */

#ifndef CKP_TRIGGER_INPUTS_H
#define CKP_TRIGGER_INPUTS_H

#include <stdbool.h>
#include <stdint.h>
#include "value/json.h"

#include "base/clock.h"
#include "base/err.h"

/*
 * settings: of ckp_trigger_settings, or NULL (nothing is mapped); `trigger`:
 * what came {id, type, payload, attributes, headers, scheduled_for,
 * received_at}; `given`: the inputs that the type gives by itself, an object or
 * NULL.  *out is a new object.  CKP_E_INVALID: a template could not be
 * rendered, err says which.
 */
ckp_code_t ckp_trigger_inputs(const json_t *settings, const json_t *trigger,
    const json_t *given, int64_t now_ms, json_t **out, ckp_err_t *err);

#endif
