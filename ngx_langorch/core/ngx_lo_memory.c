/*
 * Memory of JSON values, of the engine and of SQLite: blocks that were freed
 * are kept, each thread its own, and given out again.  A row is made by a
 * thread that reads and dropped by the loop: what one thread has too much of it
 * leaves, a bundle at a time, where those that have none look.
 *
 * A step makes and drops hundreds of small values at once, far more than the C
 * library's own caches hold for a thread, and each page that SQLite takes or
 * drops would make that library tidy up.  A block is one of malloc() all its
 * life, whoever keeps it: values made in one thread may end in another, and
 * those that were made before this was switched on are as good.
 *
 * What malloc() refuses is counted (ckp_memory_refusals): what
 * leaves out a member that is not there does so with one that there was no
 * memory for.
 */

#include "core/ngx_lo_core.h"

#include <malloc.h>
#include <pthread.h>


#define NGX_LO_BLOCK_STEP    16         /* bytes between two sizes of malloc */
#define NGX_LO_BLOCK_FIRST   24         /* its smallest one on 64 bits */
#define NGX_LO_BLOCK_SMALL   16         /* sizes up to 264 bytes */
#define NGX_LO_BLOCK_SIZES   (NGX_LO_BLOCK_SMALL + 8)
#define NGX_LO_BUNDLE        64         /* blocks of a small size */
#define NGX_LO_BUNDLE_BYTES  (64 * 1024)    /* of a large one */
#define NGX_LO_HEAP_KEPT     (2 * 1024 * 1024)
#define NGX_LO_BUNDLES_BYTES  (256 * 1024)  /* left of a size, by all threads */

/* A sanitizer and valgrind have to see every block go. */

#if defined(__SANITIZE_ADDRESS__) || (NGX_DEBUG_PALLOC)                       \
    || (NGX_LO_KEEP_NO_BLOCKS) || !(NGX_PTR_SIZE == 8)
#define NGX_LO_BLOCKS_KEPT   0
#else
#define NGX_LO_BLOCKS_KEPT   1
#endif


#if (NGX_LO_BLOCKS_KEPT)

typedef struct ngx_lo_block_s  ngx_lo_block_t;

struct ngx_lo_block_s {
    ngx_lo_block_t  *next;
    ngx_lo_block_t  *bundle;        /* of the first of a bundle: the next one */
};

/* A thread has less than a bundle to give and take, and a whole one or none. */

typedef struct {
    ngx_lo_block_t  *first;
    ngx_uint_t       n;
    ngx_lo_block_t  *whole;
} ngx_lo_blocks_t;

typedef struct {
    pthread_mutex_t  mutex;
    ngx_lo_block_t  *first;
    ngx_uint_t       n;
} ngx_lo_bundles_t;


static __thread ngx_lo_blocks_t  ngx_lo_blocks[NGX_LO_BLOCK_SIZES]
    __attribute__((tls_model("initial-exec")));

static ngx_lo_bundles_t  ngx_lo_bundles[NGX_LO_BLOCK_SIZES] = {
    [0 ... NGX_LO_BLOCK_SIZES - 1] = { PTHREAD_MUTEX_INITIALIZER, NULL, 0 }
};

/* Sizes of malloc; the last but one holds a page of SQLite with what it has
 * around it. */

static const size_t  ngx_lo_block_large[NGX_LO_BLOCK_SIZES
                                        - NGX_LO_BLOCK_SMALL] = {
    392, 520, 776, 1032, 1544, 2056, 4616, 8712
};


static ngx_inline size_t
ngx_lo_block_size(size_t i)
{
    return i < NGX_LO_BLOCK_SMALL
           ? NGX_LO_BLOCK_FIRST + i * NGX_LO_BLOCK_STEP
           : ngx_lo_block_large[i - NGX_LO_BLOCK_SMALL];
}


/* The smallest that holds `size`; NGX_LO_BLOCK_SIZES: none. */

static __attribute__((noinline)) size_t
ngx_lo_block_for_large(size_t size)
{
    size_t  i;

    i = NGX_LO_BLOCK_SMALL;

    while (i < NGX_LO_BLOCK_SIZES
           && ngx_lo_block_large[i - NGX_LO_BLOCK_SMALL] < size)
    {
        i++;
    }

    return i;
}


static ngx_inline size_t
ngx_lo_block_for(size_t size)
{
    size_t  i;

    i = (size <= NGX_LO_BLOCK_FIRST) ? 0
        : (size - NGX_LO_BLOCK_FIRST + NGX_LO_BLOCK_STEP - 1)
          / NGX_LO_BLOCK_STEP;

    return i < NGX_LO_BLOCK_SMALL ? i : ngx_lo_block_for_large(size);
}


/* How many blocks of a size go together. */

static ngx_inline ngx_uint_t
ngx_lo_block_bundle(size_t i)
{
    return i < NGX_LO_BLOCK_SMALL
           ? NGX_LO_BUNDLE : NGX_LO_BUNDLE_BYTES / ngx_lo_block_size(i);
}


/* NULL: nobody left one. */

static ngx_lo_block_t *
ngx_lo_bundle_take(size_t i)
{
    ngx_lo_block_t    *block;
    ngx_lo_bundles_t  *left;

    left = &ngx_lo_bundles[i];

    /* one that comes at this moment is missed, and found the next time */

    if (__atomic_load_n(&left->first, __ATOMIC_RELAXED) == NULL) {
        return NULL;
    }

    (void) pthread_mutex_lock(&left->mutex);

    block = left->first;

    if (block != NULL) {
        __atomic_store_n(&left->first, block->bundle, __ATOMIC_RELAXED);
        left->n--;
    }

    (void) pthread_mutex_unlock(&left->mutex);

    return block;
}


static void
ngx_lo_bundle_leave(size_t i, ngx_lo_block_t *block)
{
    ngx_lo_block_t    *next;
    ngx_lo_bundles_t  *left;

    left = &ngx_lo_bundles[i];

    (void) pthread_mutex_lock(&left->mutex);

    if (left->n * ngx_lo_block_bundle(i) * ngx_lo_block_size(i)
        < NGX_LO_BUNDLES_BYTES)
    {
        block->bundle = left->first;
        __atomic_store_n(&left->first, block, __ATOMIC_RELAXED);
        left->n++;
        block = NULL;
    }

    (void) pthread_mutex_unlock(&left->mutex);

    for (/* there are enough */; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
}


/* Nothing of that size is at hand. */

static __attribute__((noinline)) void *
ngx_lo_memory_more(size_t i)
{
    ngx_lo_block_t   *block;
    ngx_lo_blocks_t  *kept;

    kept = &ngx_lo_blocks[i];
    block = kept->whole;
    kept->whole = NULL;

    if (block == NULL) {
        block = ngx_lo_bundle_take(i);
    }

    if (block == NULL) {
        return ckp_json_alloc(ngx_lo_block_size(i));
    }

    kept->n = ngx_lo_block_bundle(i) - 1;
    kept->first = block->next;

    return block;
}


void *
ngx_lo_memory_get(size_t size)
{
    size_t            i;
    ngx_lo_block_t   *block;
    ngx_lo_blocks_t  *kept;

    i = ngx_lo_block_for(size);

    if (i == NGX_LO_BLOCK_SIZES) {
        return ckp_json_alloc(size);
    }

    kept = &ngx_lo_blocks[i];
    block = kept->first;

    if (block == NULL) {
        return ngx_lo_memory_more(i);
    }

    kept->first = block->next;
    kept->n--;

    return block;
}


/* There is a bundle of them: it is set aside, or left to others. */

static __attribute__((noinline)) void
ngx_lo_memory_bundle(size_t i)
{
    ngx_lo_blocks_t  *kept;

    kept = &ngx_lo_blocks[i];

    if (kept->whole != NULL) {
        ngx_lo_bundle_leave(i, kept->whole);
    }

    kept->whole = kept->first;
    kept->first = NULL;
    kept->n = 0;
}


static ngx_inline void
ngx_lo_memory_keep(void *p, size_t i)
{
    ngx_lo_block_t   *block;
    ngx_lo_blocks_t  *kept;

    kept = &ngx_lo_blocks[i];

    if (kept->n == ngx_lo_block_bundle(i)) {
        ngx_lo_memory_bundle(i);
    }

    block = p;
    block->next = kept->first;
    kept->first = block;
    kept->n++;
}


/* A block belongs to the largest size that it can serve. */

void
ngx_lo_memory_put(void *p)
{
    size_t  i, size;

    if (p == NULL) {
        return;
    }

    size = malloc_usable_size(p);
    i = ngx_lo_block_for(size);

    if (i == NGX_LO_BLOCK_SIZES || size < NGX_LO_BLOCK_FIRST) {
        free(p);
        return;
    }

    if (ngx_lo_block_size(i) > size) {
        i--;
    }

    ngx_lo_memory_keep(p, i);
}


/* Whether malloc() makes of each small size what we make of it, so that a block
 * serves its size again whoever asked for it. */

static ngx_uint_t
ngx_lo_memory_agrees(void)
{
    void        *p;
    size_t       i;
    ngx_uint_t   agrees;

    agrees = 1;

    for (i = 1; i < NGX_LO_BLOCK_SMALL && agrees; i++) {
        p = malloc(ngx_lo_block_size(i - 1) + 1);
        agrees = (p != NULL && malloc_usable_size(p) >= ngx_lo_block_size(i));
        free(p);
    }

    return agrees;
}


/* The same without a look at the block; of a large size malloc() may have made
 * less than we. */

static void
ngx_lo_memory_put_of(void *p, size_t size)
{
    size_t  i;

    i = ngx_lo_block_for(size);

    if (i < NGX_LO_BLOCK_SMALL) {
        ngx_lo_memory_keep(p, i);

    } else {
        ngx_lo_memory_put(p);
    }
}

#else

void *
ngx_lo_memory_get(size_t size)
{
    return ckp_json_alloc(size);
}


void
ngx_lo_memory_put(void *p)
{
    ckp_free(p);
}

#endif


size_t
ngx_lo_memory_size(void *p)
{
    return malloc_usable_size(p);
}


/* Workers have the seed of their master, whose objects they have, too. */

void
ngx_lo_memory_seed(void)
{
    uint8_t             seed[CKP_SEED_LEN];
    uint64_t            n;
    static ngx_uint_t   done;

    if (!done) {
        ngx_lo_rand_seed(seed);
        ngx_memcpy(&n, seed, sizeof(n));
        json_object_seed(n);
        done = 1;
    }
}


void
ngx_lo_memory_start(void)
{
#if (NGX_LO_BLOCKS_KEPT)
    ckp_memory_from(ngx_lo_memory_get, ngx_lo_memory_put,
                    ngx_lo_memory_agrees() ? ngx_lo_memory_put_of : NULL);

    /* the end of a thread's heap comes and goes with each commit: what is below
     * this is not given back to be asked for again */

    (void) mallopt(M_TRIM_THRESHOLD, NGX_LO_HEAP_KEPT);
#endif
}
