/*
 * Every unit test once more, with memory that is refused.
 *
 * A program of t/unit is linked with these files instead of cmocka's runner.
 * For each of its tests:
 *   count   how often the engine asks for memory when it gets it   runner.c
 *   refuse  in a child process: the n-th time, or from then on     memory.c
 *   judge   the test passes, or ends with a failed assertion:      judge.c
 *           that moment nothing may be left that nobody has        reach.c
 *
 * What the test itself allocates is never refused: it is the engine that is
 * tried.  The Makefile gives each of the three a section of code of its own, so
 * that an address tells whose it is.
 */

#ifndef T_STARVE_STARVE_H
#define T_STARVE_STARVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STARVE_TRACE  16        /* frames of the engine and of the test */

typedef struct {
    uintptr_t   at;
    size_t      size;
    bool        young;          /* made in this child */
    bool        reached;
    uintptr_t  *trace;          /* who made it; NULL: nobody wanted to know */
} starve_block_t;

typedef enum {
    STARVE_OTHERS,              /* libraries */
    STARVE_TESTS,
    STARVE_ENGINES,
    STARVE_OURS
} starve_whose_t;

/* --- memory.c --- */

void starve_memory_open(void);

/* From here on blocks are young, and the n-th request of the engine (from 0) is
 * refused; n < 0: none.  `once`: that one alone. */
void starve_memory_begin(long n, bool once, bool trace);
void starve_memory_end(void);           /* nothing is refused any more */
long starve_asked(void);
long starve_refused(void);

/* How many young blocks are not freed. */
size_t starve_young(void);

/* All blocks, sorted by their address; what is made or freed from here on is
 * not on the list. */
starve_block_t *starve_blocks(size_t *n);

/* Where the first refusal happened. */
const uintptr_t *starve_refusal(void);

/* Nothing was asked of the engine since the call in which memory was refused
 * first: what it said is the answer of that call. */
bool starve_is_answer(void);

starve_whose_t starve_whose(uintptr_t code);

/* Return addresses from here outwards, without ours and those of libraries;
 * 0 behind the last.  The first one only when n is 1. */
void starve_trace(uintptr_t *trace, size_t n);

/* --- reach.c --- */

/* A part of memory in which addresses of blocks are looked for. */
typedef struct {
    const void  *from;
    const void  *to;
} starve_root_t;

/* What the globals and the parts reach is marked; returns the first young block
 * that nobody reaches, NULL: there is none. */
const starve_block_t *starve_unreached(const starve_root_t *roots, size_t n);

/* --- judge.c --- */

typedef enum {
    STARVE_PASSED,              /* ended well */
    STARVE_FAILED,              /* with an assertion that failed */
    STARVE_SKIPPED,             /* what it needs is not there */
    STARVE_BAD = 40
} starve_verdict_t;

/* Whatever ends this process from now on is judged; `base`: the stack's. */
void starve_judge_open(const void *base, bool has_lsan);
void starve_judge(starve_verdict_t verdict) __attribute__((noreturn));
void starve_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void starve_say_trace(const char *what, const uintptr_t *trace);

#endif
