/*
 * What became of watched files between two looks.  Source: spec/ckp.md 5.5.
 */

#ifndef CKP_TRIGGER_WATCH_H
#define CKP_TRIGGER_WATCH_H

#include <stdint.h>
#include "value/json.h"

/*
 * settings: of ckp_trigger_settings.  known: [{path, mtime, size, since,
 * pending?: "created" | "modified"}] of the look before; seen: [{path, mtime,
 * size}] of this one.  Times are ms.  New object
 *   events  [{path, event, mtime, size, since}]
 *   rows    as `known`: those that are new or became others
 *   gone    [path]
 * A change is told when the file has been as it is for `stable_seconds`; what
 * is gone at once.  NULL: no memory.
 */
json_t *ckp_watch_compare(const json_t *settings, const json_t *known,
    const json_t *seen, int64_t now_ms);

#endif
