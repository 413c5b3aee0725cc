/*
 * The lines of a comparison; see lines.c.
 */

#ifndef CKP_DIFF_INT_H
#define CKP_DIFF_INT_H

#include "value/json.h"

/* The value, or NULL once memory ran out for a part of it. */
static inline json_t *
ckp_diff_whole(json_t *v, int bad)
{
    if (bad != 0) {
        json_decref(v);
        return NULL;
    }

    return v;
}


/* The most lines that are shown, of both documents together. */
#define CKP_DIFF_LINES_MAX  50000

/*
 * New array of {kind: same | add | del, a, b, text}, line numbers from 1, of
 * both documents printed with two spaces and sorted members.  JSON null: there
 * are too many lines.  NULL: no memory.
 */
json_t *ckp_diff_lines(const json_t *from, const json_t *to);

#endif
