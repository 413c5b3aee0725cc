/*
 * The table of event types with their payload members: what is not in it cannot
 * be emitted.  Source: spec/ckp.md 32.
 */

#ifndef CKP_EVENT_H
#define CKP_EVENT_H

#include <stdbool.h>
#include "value/json.h"

typedef struct {
    const char  *type;
    const char  *members;       /* " a b c "; "*": any */
    bool         plain;         /* ids and numbers of ours: nothing to mask */
} ckp_event_type_t;

/* NULL: there is no such type. */
const ckp_event_type_t *ckp_event_type(const char *type);

/* The i-th of all types; NULL: there are no more. */
const char *ckp_event_name(size_t i);

/* true: every member is in the table, or one of those all events may have. */
bool ckp_event_fits(const ckp_event_type_t *type, const json_t *payload);

/*
 * A payload within CKP_PAYLOAD_MAX: itself, or a copy whose largest members are
 * cut and which has `truncated`: true.  Steals `payload`; NULL: no memory.
 */
json_t *ckp_event_cut(json_t *payload);

/* New string of at most `max` characters of `text`. */
json_t *ckp_text_cut(const char *text, size_t max);

#endif
