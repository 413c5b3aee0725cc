/*
 * Some tests try the same thing with very many inputs.  Where an instruction
 * takes forty times as long (run-units says so), a part of them has to do: all
 * are tried by the other flavours.
 */

#ifndef T_SLOW_H
#define T_SLOW_H

#include <stdlib.h>

/* How many inputs there are for one that is tried: 1, or nth. */
static inline unsigned
t_each(unsigned nth)
{
    return getenv("UNIT_SLOW") != NULL ? nth : 1;
}

/* Leaves out a test whose megabytes take too long there. */
#define T_NOT_WHEN_SLOW()                                                     \
    do {                                                                      \
        if (getenv("UNIT_SLOW") != NULL) {                                    \
            skip();                                                           \
        }                                                                     \
    } while (0)

#endif
