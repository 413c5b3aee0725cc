/*
 * Texts without the code fence around them.
 */

#include <stdbool.h>
#include <string.h>

#include "data/fence.h"

#define FENCE      "```"
#define FENCE_LEN  3


static bool
fence_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


const char *
ckp_unfence(const char *text, size_t *len)
{
    const char  *p = text;
    const char  *end = text + *len;

    while (p < end && fence_is_space(*p)) {
        p++;
    }

    while (end > p && fence_is_space(end[-1])) {
        end--;
    }

    if (end - p >= 2 * FENCE_LEN && memcmp(p, FENCE, FENCE_LEN) == 0
        && memcmp(end - FENCE_LEN, FENCE, FENCE_LEN) == 0)
    {
        /* behind the opening fence its language may stand */

        const char *const  line = memchr(p, '\n', (size_t) (end - p));

        end -= FENCE_LEN;
        p = line != NULL && line < end ? line + 1 : p + FENCE_LEN;
    }

    *len = (size_t) (end - p);

    return p;
}
