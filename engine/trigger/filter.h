/*
 * Which events a trigger wants.  Source: spec/ckp.md 5.4.
 */

#ifndef CKP_TRIGGER_FILTER_H
#define CKP_TRIGGER_FILTER_H

#include <stdbool.h>
#include <stdint.h>
#include "value/json.h"

/*
 * settings: of ckp_trigger_settings; event: {type?, message_id?, payload,
 * attributes?}.  What cannot be compared does not fit, nor does what there was
 * no memory for: who must not miss an event compares ckp_memory_refusals.
 */
bool ckp_trigger_wants(const json_t *settings, const json_t *event,
    int64_t now_ms);

#endif
