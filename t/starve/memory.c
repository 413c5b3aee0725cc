/*
 * Memory as the engine and its tests get it (the linker puts these functions in
 * the place of malloc and its kin), and a list of what is not freed.
 */

#include "value/json.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unwind.h>

#include "base/json.h"
#include "base/mem.h"
#include "starve.h"

#define BLOCKS  (1 << 19)               /* more are not looked at */
#define PLACES  (1 << 20)               /* a power of 2 */
#define TRACES  (1 << 22)

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);

extern const char  __start_ckp_text[], __stop_ckp_text[];
extern const char  __start_starve_text[], __stop_starve_text[];
extern const char  __executable_start[], end[];

/* All of these are mapped, so that no leak is reached through them. */

static starve_block_t  *blocks;
static size_t           nblocks;
static size_t           nyoung;
static bool             frozen;
static uint32_t        *places;         /* by address: which block, from 1 */
static uintptr_t       *traces;

static long             good = -1;      /* requests before one is refused */
static bool             once;
static bool             young;
static bool             traced;
static long             asked;
static long             refused;
static uintptr_t        refusal[STARVE_TRACE];
static long             refused_in;     /* starve_entries, then */

/* Calls of the engine by the test; the program `entries` made who counts. */
extern long             starve_entries;
long                    starve_entries;

/* Who asks base/mem.c, or values, for what they ask us for; OTHERS: nobody. */
static starve_whose_t   through = STARVE_OTHERS;


/* --- whose ------------------------------------------------------------------- */

static bool
within(uintptr_t p, const char *from, const char *to)
{
    return p >= (uintptr_t) from && p < (uintptr_t) to;
}


starve_whose_t
starve_whose(uintptr_t code)
{
    return within(code, __start_ckp_text, __stop_ckp_text) ? STARVE_ENGINES
           : within(code, __start_starve_text, __stop_starve_text)
             ? STARVE_OURS
           : within(code, __executable_start, end) ? STARVE_TESTS
           : STARVE_OTHERS;
}


typedef struct {
    uintptr_t  *trace;
    size_t      n;
    size_t      max;
} walk_t;


static _Unwind_Reason_Code
walk_frame(struct _Unwind_Context *frame, void *data)
{
    walk_t *const         w = data;
    const uintptr_t       at = _Unwind_GetIP(frame);
    const starve_whose_t  whose = starve_whose(at);

    if (whose == STARVE_ENGINES || whose == STARVE_TESTS) {
        w->trace[w->n++] = at;
    }

    return w->n == w->max ? _URC_END_OF_STACK : _URC_NO_REASON;
}


void
starve_trace(uintptr_t *trace, size_t n)
{
    walk_t  w = { .trace = trace, .max = n };

    memset(trace, 0, n * sizeof(*trace));
    (void) _Unwind_Backtrace(walk_frame, &w);
}


/* They ask for the engine, or for the test. */

static void *
starve_get(size_t size)
{
    uintptr_t  first;
    void      *p;

    starve_trace(&first, 1);
    through = starve_whose(first);
    through = through == STARVE_OTHERS ? STARVE_ENGINES : through;
    p = ckp_json_alloc(size);
    through = STARVE_OTHERS;

    return p;
}


/* --- what is not freed ------------------------------------------------------- */

static size_t
place_of(uintptr_t at)
{
    return ((at >> 4) * 0x9e3779b97f4a7c15u >> 32) % PLACES;
}


/* Where it stands in `places`, or the free place where it would. */

static size_t
place_find(uintptr_t at)
{
    size_t  i = place_of(at);

    while (places[i] != 0 && blocks[places[i] - 1].at != at) {
        i = (i + 1) % PLACES;
    }

    return i;
}


/* Those that stand behind it because it stood there move up. */

static void
place_empty(size_t hole)
{
    size_t  i = hole;

    for ( ; ; ) {
        i = (i + 1) % PLACES;

        if (places[i] == 0) {
            break;
        }

        const size_t  home = place_of(blocks[places[i] - 1].at);

        if ((i - home) % PLACES >= (i - hole) % PLACES) {
            places[hole] = places[i];
            hole = i;
        }
    }

    places[hole] = 0;
}


static void
block_add(void *p, size_t size)
{
    if (p == NULL || nblocks == BLOCKS || frozen) {
        return;
    }

    blocks[nblocks] = (starve_block_t) { .at = (uintptr_t) p, .size = size,
                                         .young = young };

    if (traced) {
        blocks[nblocks].trace = traces;
        traces += STARVE_TRACE;
        starve_trace(blocks[nblocks].trace, STARVE_TRACE);
    }

    nyoung += young;
    places[place_find((uintptr_t) p)] = (uint32_t) ++nblocks;
}


static void
block_drop(void *p)
{
    const size_t  place = place_find((uintptr_t) p);
    const size_t  n = places[place];

    if (p == NULL || n == 0 || frozen) {
        return;
    }

    nyoung -= blocks[n - 1].young;
    place_empty(place);

    if (n < nblocks) {
        places[place_find(blocks[nblocks - 1].at)] = (uint32_t) n;
        blocks[n - 1] = blocks[nblocks - 1];
    }

    nblocks--;
}


static int
block_order(const void *a, const void *b)
{
    const uintptr_t  x = ((const starve_block_t *) a)->at;
    const uintptr_t  y = ((const starve_block_t *) b)->at;

    return x < y ? -1 : x > y;
}


size_t
starve_young(void)
{
    return nyoung;
}


starve_block_t *
starve_blocks(size_t *n)
{
    *n = nblocks;
    frozen = true;
    qsort(blocks, *n, sizeof(*blocks), block_order);

    return blocks;
}


/* --- asked for --------------------------------------------------------------- */

static bool
is_refused(uintptr_t from)
{
    const starve_whose_t  whose = through != STARVE_OTHERS ? through
                                  : starve_whose(from);

    if (whose != STARVE_ENGINES) {
        return false;
    }

    asked++;

    if (good == 0) {
        if (refused++ == 0) {
            starve_trace(refusal, STARVE_TRACE);
            refused_in = starve_entries;
        }

        good = once ? -1 : 0;
        return true;
    }

    good -= good > 0 ? 1 : 0;

    return false;
}


#define FROM  ((uintptr_t) __builtin_return_address(0))

void *
__wrap_malloc(size_t size)
{
    void *const  p = is_refused(FROM) ? NULL : __real_malloc(size);

    block_add(p, size);

    return p;
}


void *
__wrap_calloc(size_t n, size_t size)
{
    void *const  p = is_refused(FROM) ? NULL : __real_calloc(n, size);

    block_add(p, n * size);

    return p;
}


void *
__wrap_realloc(void *old, size_t size)
{
    void  *p;

    if (is_refused(FROM)) {
        return NULL;
    }

    p = __real_realloc(old, size);

    if (p != NULL) {
        block_drop(old);
        block_add(p, size);
    }

    return p;
}


void
__wrap_free(void *p)
{
    block_drop(p);
    __real_free(p);
}


/* --- the tries --------------------------------------------------------------- */

static void *
mapped(size_t size)
{
    void *const  p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? (abort(), NULL) : p;
}


/* Before main: what it makes is on the list, too. */

void __attribute__((constructor))
starve_memory_open(void)
{
    blocks = mapped(BLOCKS * sizeof(*blocks));
    places = mapped(PLACES * sizeof(*places));
    traces = mapped(TRACES * STARVE_TRACE * sizeof(*traces));
    ckp_memory_from(starve_get, __wrap_free, NULL);
}


void
starve_memory_begin(long n, bool alone, bool trace)
{
    asked = 0;
    refused = 0;
    young = true;
    traced = trace;
    once = alone;
    good = n;
}


void
starve_memory_end(void)
{
    good = -1;
}


long
starve_asked(void)
{
    return asked;
}


long
starve_refused(void)
{
    return refused;
}


const uintptr_t *
starve_refusal(void)
{
    return refusal;
}


bool
starve_is_answer(void)
{
    return refused > 0 && starve_entries > 0 && starve_entries == refused_in;
}
