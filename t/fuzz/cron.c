/*
 * Any text as the schedule of a trigger, and when it fires.
 */

#include "fuzz.h"

#include "trigger/slot.h"

#define NOW  1767225600000


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const     text = f_text(data, size);
    const char     *why = NULL;
    ckp_schedule_t  s = { .tzif = NULL };
    ckp_due_t       due;
    int             number = 0;
    int64_t         at;

    if (!ckp_cron_read(&s.cron, text, &number, &why)) {
        F_HOLDS(why != NULL && number != 0);

    /* an 8th of January that is a Sunday may be eleven years away: no slot */

    } else if (ckp_slot_next(&s, NOW, &at)) {
        F_HOLDS(at > NOW && at % 60000 == 0);

        ckp_slot_due(&s, &(ckp_misfire_t) { .grace_ms = 120000 }, at,
                     at + 86400000, &due);

        F_HOLDS((due.next_ms > at || due.next_ms == -1)
                && (!due.fires || due.at_ms >= at));
    }

    free(text);

    return 0;
}
