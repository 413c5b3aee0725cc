/*
 * Events that are pushed: CloudEvents 1.0, structured and binary, or an
 * envelope of our own.  Source: spec/ckp.md 5.4.
 */

#ifndef CKP_TRIGGER_EVENT_H
#define CKP_TRIGGER_EVENT_H

#include <stddef.h>
#include "value/json.h"

/*
 * New object {type?, message_id?, payload, attributes}.  `heads`: the request's
 * headers by their names in lower case.  The message_id of a CloudEvent is its
 * source and id together, its attributes are all but its data.
 *
 * NULL: *why is a static sentence, or NULL: no memory.
 */
json_t *ckp_event_read(const json_t *heads, const char *body, size_t len,
    const char **why);

#endif
