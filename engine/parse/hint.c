/*
 * The closest name: what an author who mistyped probably meant.
 */

#include <string.h>

#include "compile/parse_int.h"

#define HINT_LEN_MAX  32


/* Names of about the same length, as long as there is time for comparing. */
static bool
hint_worth(ckp_near_t *near, size_t len)
{
    const size_t  wanted = strlen(near->wanted);

    if (wanted > HINT_LEN_MAX || len > HINT_LEN_MAX || len == 0
        || wanted > len + 3 || len > wanted + 3)
    {
        return false;
    }

    *near->compared += 1;

    return *near->compared <= CKP_COMPARED_MAX;
}


/* How many letters must change; both are no longer than HINT_LEN_MAX. */
static size_t
hint_distance(const char *a, size_t la, const char *b, size_t lb)
{
    size_t  row[HINT_LEN_MAX + 1];

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
ckp_near_init(ckp_parse_t *ps, ckp_near_t *near, const char *wanted)
{
    near->compared = &ps->compared;
    near->wanted = wanted;
    near->best = NULL;
    near->distance = strlen(wanted) / 3 + 2;    /* nothing farther is alike */
}


bool
ckp_near_is_cheap(const ckp_parse_t *ps, size_t n)
{
    return !ckp_parse_is_full(ps) && ps->compared < CKP_COMPARED_MAX
           && n <= CKP_NODES_MAX;
}


/* `candidate` need not end with NUL. */
static void
hint_try(ckp_near_t *near, const char *candidate, size_t len)
{
    size_t  distance;

    if (!hint_worth(near, len)) {
        return;
    }

    distance = hint_distance(near->wanted, strlen(near->wanted), candidate,
                             len);

    if (distance < near->distance) {
        near->distance = distance;
        near->best = candidate;
        near->best_len = len;
    }
}


void
ckp_near_try(ckp_near_t *near, const char *candidate)
{
    hint_try(near, candidate, strlen(candidate));
}


void
ckp_near_list(ckp_near_t *near, const char *list)
{
    const char  *p = (list == NULL) ? "" : list;

    while (*p != '\0') {
        const size_t  len = strcspn(p, " ");

        hint_try(near, p, len);
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
                            (int) near->best_len, near->best);
}
