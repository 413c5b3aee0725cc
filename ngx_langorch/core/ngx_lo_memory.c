/*
 * Memory of JSON values: small blocks that were freed are kept, each thread its
 * own, and given out again.
 *
 * A step makes and drops hundreds of small values at once, far more than the C
 * library's own caches hold for a thread.  A block is one of malloc() all its
 * life, whoever keeps it: values made in one thread may end in another, and
 * those that were made before this was switched on are as good.
 *
 * What malloc() refuses is counted (ckp_memory_refusals): jansson does not tell
 * a member that is not there from one that there was no memory for.
 */

#include "core/ngx_lo_core.h"

#include <malloc.h>


#define NGX_LO_BLOCK_STEP    16         /* bytes between two sizes of malloc */
#define NGX_LO_BLOCK_FIRST   24         /* its smallest one on 64 bits */
#define NGX_LO_BLOCK_SIZES   16         /* up to 264 bytes: objects, pairs */
#define NGX_LO_BLOCKS_MAX    512        /* kept of a size: 0.7 MiB at most */

/* A sanitizer has to see every block go. */

#if defined(__SANITIZE_ADDRESS__) || (NGX_DEBUG_PALLOC) || !(NGX_PTR_SIZE == 8)
#define NGX_LO_BLOCKS_KEPT   0
#else
#define NGX_LO_BLOCKS_KEPT   1
#endif


#if (NGX_LO_BLOCKS_KEPT)

typedef struct ngx_lo_block_s  ngx_lo_block_t;

struct ngx_lo_block_s {
    ngx_lo_block_t  *next;
};

typedef struct {
    ngx_lo_block_t  *first;
    ngx_uint_t       n;
} ngx_lo_blocks_t;


static void *ngx_lo_memory_alloc(size_t size);
static void ngx_lo_memory_free(void *p);


static __thread ngx_lo_blocks_t  ngx_lo_blocks[NGX_LO_BLOCK_SIZES]
    __attribute__((tls_model("initial-exec")));


static void *
ngx_lo_memory_alloc(size_t size)
{
    size_t            i;
    ngx_lo_block_t   *block;
    ngx_lo_blocks_t  *kept;

    i = (size <= NGX_LO_BLOCK_FIRST)
        ? 0
        : (size - NGX_LO_BLOCK_FIRST + NGX_LO_BLOCK_STEP - 1)
          / NGX_LO_BLOCK_STEP;

    if (i >= NGX_LO_BLOCK_SIZES) {
        return ckp_json_alloc(size);
    }

    kept = &ngx_lo_blocks[i];
    block = kept->first;

    if (block == NULL) {
        return ckp_json_alloc(NGX_LO_BLOCK_FIRST + i * NGX_LO_BLOCK_STEP);
    }

    kept->first = block->next;
    kept->n--;

    return block;
}


/* A block belongs to the largest size that it can serve. */

static void
ngx_lo_memory_free(void *p)
{
    size_t            i, size;
    ngx_lo_block_t   *block;
    ngx_lo_blocks_t  *kept;

    if (p == NULL) {
        return;
    }

    size = malloc_usable_size(p);
    i = (size - NGX_LO_BLOCK_FIRST) / NGX_LO_BLOCK_STEP;

    if (size < NGX_LO_BLOCK_FIRST || i >= NGX_LO_BLOCK_SIZES
        || ngx_lo_blocks[i].n >= NGX_LO_BLOCKS_MAX)
    {
        free(p);
        return;
    }

    kept = &ngx_lo_blocks[i];

    block = p;
    block->next = kept->first;
    kept->first = block;
    kept->n++;
}

#endif


void
ngx_lo_memory_start(void)
{
#if (NGX_LO_BLOCKS_KEPT)
    json_set_alloc_funcs(ngx_lo_memory_alloc, ngx_lo_memory_free);
#else
    json_set_alloc_funcs(ckp_json_alloc, ckp_free);
#endif
}
