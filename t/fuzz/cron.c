/*
 * Any text as the schedule of a trigger.
 */

#include "fuzz.h"

#include "compile/parse_int.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const  text = f_text(data, size);
    const char  *why = NULL;
    int          number = 0;

    F_HOLDS(ckp_cron_check(text, &number, &why)
            || (why != NULL && number != 0));
    free(text);

    return 0;
}
