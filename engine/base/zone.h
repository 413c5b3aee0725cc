/*
 * Time zones from the bytes of a TZif file (RFC 8536).  Who has the bytes is
 * the host: ckp_zone_pt in base/clock.h.
 */

#ifndef CKP_ZONE_H
#define CKP_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKP_ZONE_NAME_MAX  64

/*
 * The offset from UTC at an instant, in seconds, east is positive.  Versions 1
 * to 4; after the last transition the rule at the end of the file holds.
 *
 * false: the bytes are no TZif file.
 */
bool ckp_zone_offset(const char *tzif, size_t len, int64_t at_ms,
    int32_t *seconds);

/* The same by a rule like "CET-1CEST,M3.5.0,M10.5.0/3".  false: it is none. */
bool ckp_zone_rule(const char *rule, size_t len, int64_t at_ms,
    int32_t *seconds);

/* Could this name a zone: letters, digits, _ - + and / between parts. */
bool ckp_zone_is_name(const char *name);

#endif
