/*
 * What is reached, as a garbage collector would mark it: any word that looks
 * like an address into a block is one.  So a block that nobody reaches leaked.
 */

#include <stdlib.h>

#include "starve.h"

extern char  __data_start[], end[];

static starve_block_t  *blocks;
static size_t           nblocks;
static size_t          *todo;           /* blocks that are to be looked into */
static size_t           ntodo;


static starve_block_t *
block_at(uintptr_t p)
{
    size_t  from = 0;
    size_t  to = nblocks;

    while (from < to) {
        const size_t  mid = (from + to) / 2;

        if (p < blocks[mid].at) {
            to = mid;

        } else if (p > blocks[mid].at + blocks[mid].size) {
            from = mid + 1;

        } else {
            return &blocks[mid];
        }
    }

    return NULL;
}


/* Reads what no variable of C stands for: redzones of the stack, too. */

static void __attribute__((no_sanitize("address")))
look_into(uintptr_t from, uintptr_t to)
{
    from = (from + sizeof(uintptr_t) - 1) / sizeof(uintptr_t)
           * sizeof(uintptr_t);

    for ( ; from + sizeof(uintptr_t) <= to; from += sizeof(uintptr_t)) {
        starve_block_t *const  b = block_at(*(const uintptr_t *) from);

        if (b != NULL && !b->reached) {
            b->reached = true;
            todo[ntodo++] = (size_t) (b - blocks);
        }
    }
}


const starve_block_t *
starve_unreached(const starve_root_t *roots, size_t n)
{
    if (starve_young() == 0) {
        return NULL;
    }

    blocks = starve_blocks(&nblocks);
    todo = calloc(nblocks + 1, sizeof(*todo));
    ntodo = 0;
    look_into((uintptr_t) __data_start, (uintptr_t) end);

    for (size_t i = 0; i < n; i++) {
        look_into((uintptr_t) roots[i].from, (uintptr_t) roots[i].to);
    }

    while (ntodo > 0) {
        const starve_block_t *const  b = &blocks[todo[--ntodo]];

        look_into(b->at, b->at + b->size);
    }

    for (size_t i = 0; i < nblocks; i++) {
        if (blocks[i].young && !blocks[i].reached) {
            return &blocks[i];
        }
    }

    return NULL;
}
