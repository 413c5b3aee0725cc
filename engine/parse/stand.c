/*
 * Values that the compiler made of others: where the author wrote those.  A
 * table by identity, which is only ever asked for one value, never walked, so
 * that nothing depends on where values lie in memory.
 */

#include <string.h>

#include "compile/parse_int.h"

#define STAND_SIZE_MIN  256

typedef struct ckp_stand_s {
    const json_t  *value;       /* NULL: free */
    const char    *pointer;
} stand_t;


static size_t
stand_place(const stand_t *table, size_t size, const json_t *value)
{
    uint64_t  h = (uint64_t) (uintptr_t) value;
    size_t    at;

    h = (h >> 4) * 0x9e3779b97f4a7c15u;
    at = (size_t) (h >> 20) & (size - 1);

    while (table[at].value != NULL && table[at].value != value) {
        at = (at + 1) & (size - 1);
    }

    return at;
}


static bool
stand_grow(ckp_parse_t *ps)
{
    const size_t  size = ps->stands_size == 0 ? STAND_SIZE_MIN
                                              : 2 * ps->stands_size;
    stand_t      *table;

    if (2 * (ps->nstands + 1) <= ps->stands_size) {
        return true;
    }

    table = ckp_parse_alloc(ps, size * sizeof(stand_t));

    if (table == NULL) {
        return false;
    }

    for (size_t i = 0; i < ps->stands_size; i++) {
        const stand_t *const  old = &ps->stands[i];

        if (old->value != NULL) {
            table[stand_place(table, size, old->value)] = *old;
        }
    }

    ps->stands = table;
    ps->stands_size = size;

    return true;
}


void
ckp_parse_stands(ckp_parse_t *ps, const json_t *value, const ckp_at_t *at)
{
    const char  *pointer;
    stand_t     *stand;

    /* null, true and false are one value each, wherever they stand */

    if (value == NULL || json_is_null(value) || json_is_boolean(value)
        || ps->nomem)
    {
        return;
    }

    pointer = ckp_at_text(ps, at);

    if (pointer == NULL || !stand_grow(ps)) {
        return;
    }

    stand = &ps->stands[stand_place(ps->stands, ps->stands_size, value)];
    ps->nstands += stand->value == NULL;
    stand->value = value;
    stand->pointer = pointer;
}


const char *
ckp_stand_for(const ckp_parse_t *ps, const json_t *value)
{
    size_t  at;

    if (ps->nstands == 0 || value == NULL) {
        return NULL;
    }

    at = stand_place(ps->stands, ps->stands_size, value);

    return ps->stands[at].pointer;
}
