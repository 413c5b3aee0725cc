/*
 * The closest name: what an author who mistyped probably meant.
 */

#include <string.h>

#include "compile/parse_int.h"

#define HINT_LEN_MAX  48


/* How many letters must change, or SIZE_MAX when the names are too unlike to
 * be worth counting. */
static size_t
hint_distance(const char *a, const char *b)
{
    const size_t  la = strlen(a);
    const size_t  lb = strlen(b);
    size_t        row[HINT_LEN_MAX + 1];

    if (la > HINT_LEN_MAX || lb > HINT_LEN_MAX || la > lb + 3 || lb > la + 3) {
        return SIZE_MAX;
    }

    for (size_t k = 0; k <= lb; k++) {
        row[k] = k;
    }

    for (size_t i = 1; i <= la; i++) {
        size_t  corner = row[0];

        row[0] = i;

        for (size_t k = 1; k <= lb; k++) {
            const size_t  change = corner + (a[i - 1] == b[k - 1] ? 0 : 1);
            size_t        best = row[k] + 1;

            if (row[k - 1] + 1 < best) {
                best = row[k - 1] + 1;
            }

            if (change < best) {
                best = change;
            }

            corner = row[k];
            row[k] = best;
        }
    }

    return row[lb];
}


void
ckp_near_init(ckp_near_t *near, const char *wanted)
{
    near->wanted = wanted;
    near->best = NULL;
    near->distance = strlen(wanted) / 3 + 2;    /* nothing farther is alike */
}


void
ckp_near_try(ckp_near_t *near, const char *candidate)
{
    const size_t  distance = hint_distance(near->wanted, candidate);

    if (distance < near->distance) {
        near->distance = distance;
        near->best = candidate;
    }
}


void
ckp_near_list(ckp_near_t *near, const char *list)
{
    const char  *p = (list == NULL) ? "" : list;

    while (*p != '\0') {
        char          word[HINT_LEN_MAX + 1];
        const size_t  len = strcspn(p, " ");

        if (len > 0 && len <= HINT_LEN_MAX) {
            size_t  distance;

            memcpy(word, p, len);
            word[len] = '\0';
            distance = hint_distance(near->wanted, word);

            if (distance < near->distance) {
                near->distance = distance;
                near->best = p;         /* ends with a space, not with NUL */
            }
        }

        p += len + (p[len] == ' ');
    }
}


const char *
ckp_near_hint(ckp_parse_t *ps, const ckp_near_t *near)
{
    if (near->best == NULL || ps->diags == NULL) {
        return NULL;
    }

    return ckp_arena_printf(ps->arena, "did you mean '%.*s'?",
                            (int) strcspn(near->best, " "), near->best);
}
