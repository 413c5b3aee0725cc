/*
 * Memory of the engine: the one place that calls malloc, an arena that ends at
 * once, and text that knows its maximum.
 */

#ifndef CKP_MEM_H
#define CKP_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *ckp_alloc(size_t size);           /* NULL: no memory; not zeroed */
void *ckp_calloc(size_t size);          /* zeroed */
void ckp_free(void *p);                 /* NULL is fine */
void ckp_free_of(void *p, size_t size); /* one that `size` was asked for */

/* Makes bytes that were secret zero, whatever a compiler thinks of it. */
void ckp_overwrite(void *p, size_t n);

/* Whether n bytes are the same.  It looks at all of them, so that its time does
 * not tell where they differ: what proves who somebody is (passwords, tokens,
 * signatures, hashes of these) is compared by nothing else; t/tidy looks. */
bool ckp_same(const void *a, const void *b, size_t n);

/*
 * Memory that was refused, counted for each thread.  Much of what runs out of
 * memory cannot tell it: a member that is not there and one that there was no
 * memory for look the same.  So work that must be whole asks whether the count
 * has moved meanwhile.
 */
void ckp_memory_refused(void);
unsigned long ckp_memory_refusals(void);
void *ckp_json_alloc(size_t size);      /* NULL, after it was counted */

/*
 * From now on blocks are the host's: `get` gives one of malloc() or NULL, after
 * it told what was refused; `put` takes any of malloc(), also of before, and
 * NULL; `put_of` (NULL: by `put`) any but NULL, and the size that was asked
 * for.  They are called by all threads.  Before the first one starts.
 */
void ckp_memory_from(void *(*get)(size_t size), void (*put)(void *p),
    void (*put_of)(void *p, size_t size));

/* Hands out zeroed, aligned memory that lives until the arena ends. */

typedef struct ckp_arena_s  ckp_arena_t;

ckp_arena_t *ckp_arena_new(void);
ckp_arena_t *ckp_arena_new_of(size_t first);    /* bytes of its first block */
void ckp_arena_free(ckp_arena_t *a);
void *ckp_arena_alloc(ckp_arena_t *a, size_t size);
char *ckp_arena_strdup(ckp_arena_t *a, const char *s);
char *ckp_arena_strndup(ckp_arena_t *a, const char *s, size_t n);
char *ckp_arena_printf(ckp_arena_t *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "<head><c><tail>", and a number: what each step is named with. */
char *ckp_arena_join(ckp_arena_t *a, const char *head, char c,
    const char *tail);
char *ckp_arena_int(ckp_arena_t *a, int64_t n);

/* Empties the arena but keeps its first block. */
void ckp_arena_reset(ckp_arena_t *a);

/*
 * Growing text.  The first failure (no memory, or more than `max` bytes) stays
 * inside; ask once at the end: failed is CKP_OK, CKP_E_NOMEM or CKP_E_LIMIT.
 */

typedef struct {
    char    *data;          /* always ends with NUL once something was put */
    size_t   len;
    size_t   size;
    size_t   max;
    int      failed;        /* a ckp_code_t */
} ckp_buf_t;

void ckp_buf_init(ckp_buf_t *b, size_t max);
void ckp_buf_free(ckp_buf_t *b);
void ckp_buf_put_far(ckp_buf_t *b, const char *s, size_t n);


/* Nearly always there is room. */

static inline void
ckp_buf_put(ckp_buf_t *b, const char *s, size_t n)
{
    if (n == 0 || n >= b->size - b->len || n > b->max - b->len
        || b->failed != 0)
    {
        ckp_buf_put_far(b, s, n);
        return;
    }

    memcpy(b->data + b->len, s, n);
    b->len += n;
    b->data[b->len] = '\0';
}


/* Where n bytes and a NUL fit behind what is there; who writes them adds to
 * b->len.  NULL: b->failed says why. */
char *ckp_buf_space(ckp_buf_t *b, size_t n);
void ckp_buf_puts(ckp_buf_t *b, const char *s);
void ckp_buf_printf(ckp_buf_t *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const char *ckp_buf_str(const ckp_buf_t *b);     /* "" when empty */

#endif
