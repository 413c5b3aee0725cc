/*
 * When a schedule fires: the instants ("slots") that a cron text means in a
 * time zone, and what becomes of those that nobody was there for.
 * Source: spec/ckp.md 5.2.
 */

#ifndef CKP_TRIGGER_SLOT_H
#define CKP_TRIGGER_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trigger/cron.h"

#define CKP_SLOT_YEARS_MAX   8          /* how far ahead is looked */
#define CKP_SLOT_COUNT_MAX   1000       /* missed ones that are counted */
#define CKP_SLOT_WINDOW_MAX  (31 * 86400)   /* seconds */

typedef struct {
    ckp_cron_t   cron;
    const char  *tzif;                  /* bytes of the zone; NULL: UTC */
    size_t       len;
} ckp_schedule_t;

/*
 * The first slot after an instant; both in ms.  A local time that the zone
 * skips is the first instant behind the gap; one that it repeats is its first
 * occurrence, unless the schedule goes by time that passes.
 *
 * false: there is none within CKP_SLOT_YEARS_MAX.
 */
bool ckp_slot_next(const ckp_schedule_t *s, int64_t after_ms, int64_t *at_ms);

typedef enum {
    CKP_CATCHUP_NONE,
    CKP_CATCHUP_ONE,                    /* the last of what was missed */
    CKP_CATCHUP_ALL
} ckp_catchup_t;

typedef struct {
    int64_t        grace_ms;            /* late by no more: fires */
    ckp_catchup_t  catchup;
    int64_t        window_ms;           /* older ones are not caught up */
} ckp_misfire_t;

typedef struct {
    bool      fires;
    int64_t   at_ms;                    /* that slot */
    unsigned  missed;                   /* slots before it that do not fire; at
                                           CKP_SLOT_COUNT_MAX: or more */
    int64_t   missed_from_ms;           /* the first and the last of them */
    int64_t   missed_to_ms;
    int64_t   next_ms;                  /* what comes after that; -1: none */
} ckp_due_t;

/*
 * What is to be done at `now` about the slot that was due next, and about those
 * behind it that are over as well: one of them fires, and next_ms, which may be
 * over too, is asked about again.
 */
void ckp_slot_due(const ckp_schedule_t *s, const ckp_misfire_t *m,
    int64_t due_ms, int64_t now_ms, ckp_due_t *out);

#endif
