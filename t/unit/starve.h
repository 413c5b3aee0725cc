/*
 * Memory that runs out when a test says so: the linker puts these functions in
 * the place of malloc and its kin (LINK_<what> in t/Makefile), and jansson is
 * told to use them, too (json_set_alloc_funcs).
 */

#ifndef T_STARVE_H
#define T_STARVE_H

#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);

static long  good = -1;         /* allocations before one fails; -1: none do */
static bool  once;              /* that one alone; else all from then on */
static long  refused;           /* how many did */
static long  alive;             /* not freed yet */


static bool
is_refused(void)
{
    if (good == 0) {
        refused++;
        good = once ? -1 : 0;
        return true;
    }

    good -= good > 0 ? 1 : 0;

    return false;
}


void *
__wrap_malloc(size_t size)
{
    if (is_refused()) {
        return NULL;
    }

    alive++;

    return __real_malloc(size);
}


void *
__wrap_calloc(size_t n, size_t size)
{
    if (is_refused()) {
        return NULL;
    }

    alive++;

    return __real_calloc(n, size);
}


void *
__wrap_realloc(void *p, size_t size)
{
    if (is_refused()) {
        return NULL;
    }

    alive += p == NULL ? 1 : 0;

    return __real_realloc(p, size);
}


void
__wrap_free(void *p)
{
    alive -= p == NULL ? 0 : 1;
    __real_free(p);
}


#endif
