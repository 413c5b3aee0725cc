/*
 * Who leads to whom among the procedures that were found.
 */

#include "refer/refer.h"

/* Sets of what is called, by whom it is called at last. */

uint64_t
ckp_refers_reach(const ckp_refers_t *c, uint64_t from)
{
    uint64_t  all = from;
    uint64_t  before;

    do {
        before = all;

        for (size_t i = 0; i < c->n; i++) {
            if ((all >> i & 1) != 0) {
                all |= c->list[i].calls;
            }
        }
    } while (all != before);

    return all;
}


/* The shortest way from one of `from` to one of `to`: *path gets places, the
 * first one first.  Returns how many; 0: there is none. */

size_t
ckp_refers_way(const ckp_refers_t *c, uint64_t from, uint64_t to, size_t *path)
{
    size_t    above[REFER_WANTED_MAX];
    size_t    queue[REFER_WANTED_MAX];
    uint64_t  seen = from;
    size_t    head = 0;
    size_t    tail = 0;
    size_t    n = 0;
    size_t    at;

    for (size_t i = 0; i < c->n; i++) {
        if ((from >> i & 1) != 0) {
            above[i] = REFER_WANTED_MAX;
            queue[tail++] = i;
        }
    }

    while (head < tail && (to >> queue[head] & 1) == 0) {
        at = queue[head++];

        for (size_t i = 0; i < c->n; i++) {
            if ((c->list[at].calls >> i & 1) != 0 && (seen >> i & 1) == 0) {
                seen |= (uint64_t) 1 << i;
                above[i] = at;
                queue[tail++] = i;
            }
        }
    }

    if (head == tail) {
        return 0;
    }

    for (at = queue[head]; at != REFER_WANTED_MAX; at = above[at]) {
        path[n++] = at;
    }

    for (size_t i = 0; i < n / 2; i++) {
        const size_t  other = path[i];

        path[i] = path[n - 1 - i];
        path[n - 1 - i] = other;
    }

    return n;
}
