/*
 * The table of write kinds: the rows a turn may change beside its events.
 * Source: engine/ckp.h (ckp_write_t).
 */

#ifndef CKP_WRITE_H
#define CKP_WRITE_H

#include <stdbool.h>
#include "value/json.h"

/* The kind's own spelling, static; NULL: there is no such kind. */
const char *ckp_write_kind(const char *table);

/* true: the row has every member that its kind must have. */
bool ckp_write_fits(const char *table, const json_t *row);

#endif
