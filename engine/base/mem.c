/*
 * Memory of the engine.  Blocks of an arena grow from small to 64 KiB, so that
 * a short expression costs little and a large document few calls.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

#define ARENA_FIRST  512
#define ARENA_BLOCK  (64 * 1024)
#define ARENA_ALIGN  (sizeof(max_align_t) > 16 ? 16 : sizeof(max_align_t))
#define BUF_FIRST    256

typedef struct arena_block_s  arena_block_t;

struct arena_block_s {
    arena_block_t  *next;
    size_t          size;           /* bytes that follow the header */
    size_t          used;
    size_t          pad;            /* keeps the bytes aligned to 16 */
};

/* The first block follows this header in the same allocation. */
struct ckp_arena_s {
    arena_block_t  *last;           /* where allocation goes on */
    size_t          next_size;
    arena_block_t   first;
};


static _Thread_local unsigned long  refusals;

static void *(*host_get)(size_t size);      /* NULL: malloc(), free() */
static void (*host_put)(void *p);
static void (*host_put_of)(void *p, size_t size);


void
ckp_memory_refused(void)
{
    refusals++;
}


unsigned long
ckp_memory_refusals(void)
{
    return refusals;
}


/* What was asked of the C library, or that there is none. */
static void *
mem_got(void *p)
{
    if (p == NULL) {
        ckp_memory_refused();
    }

    return p;
}


void *
ckp_json_alloc(size_t size)
{
    return mem_got(malloc(size));
}


void
ckp_memory_from(void *(*get)(size_t size), void (*put)(void *p),
    void (*put_of)(void *p, size_t size))
{
    host_get = get;
    host_put = put;
    host_put_of = put_of;
}


void *
ckp_alloc(size_t size)
{
    if (host_get != NULL) {
        return host_get(size);
    }

    return mem_got(malloc(size == 0 ? 1 : size));
}


void *
ckp_calloc(size_t size)
{
    void *const  p = ckp_alloc(size);

    return p == NULL ? NULL : memset(p, 0, size);
}


void
ckp_free(void *p)
{
    if (host_put != NULL) {
        host_put(p);

    } else {
        free(p);
    }
}


void
ckp_free_of(void *p, size_t size)
{
    if (host_put_of != NULL) {
        host_put_of(p, size);

    } else {
        ckp_free(p);
    }
}


void
ckp_overwrite(void *p, size_t n)
{
    volatile unsigned char  *at = p;

    while (n-- > 0) {
        *at++ = 0;
    }
}


bool
ckp_same(const void *a, const void *b, size_t n)
{
    const volatile unsigned char  *p = a;
    const volatile unsigned char  *q = b;
    unsigned                       differ = 0;

    while (n-- > 0) {
        differ |= (unsigned) (*p++ ^ *q++);
    }

    return differ == 0;
}


ckp_arena_t *
ckp_arena_new(void)
{
    return ckp_arena_new_of(ARENA_FIRST);
}


/* The size of the second block, with its header. */
static size_t
arena_second(size_t first)
{
    return (first < 2 * ARENA_FIRST) ? 2 * ARENA_FIRST : first;
}


ckp_arena_t *
ckp_arena_new_of(size_t first)
{
    const size_t        size = (first < ARENA_BLOCK) ? first : ARENA_BLOCK;
    ckp_arena_t *const  a = ckp_alloc(sizeof(ckp_arena_t) + size);

    if (a == NULL) {
        return NULL;
    }

    a->last = &a->first;
    a->next_size = arena_second(size);
    a->first.next = NULL;
    a->first.size = size;
    a->first.used = 0;
    a->first.pad = 0;

    return a;
}


static void
arena_drop_rest(ckp_arena_t *a)
{
    arena_block_t  *block = a->first.next;

    while (block != NULL) {
        arena_block_t *const  next = block->next;

        ckp_free(block);
        block = next;
    }

    a->first.next = NULL;
    a->last = &a->first;
    a->next_size = arena_second(a->first.size);
}


void
ckp_arena_free(ckp_arena_t *a)
{
    if (a != NULL) {
        arena_drop_rest(a);
        ckp_free(a);
    }
}


void
ckp_arena_reset(ckp_arena_t *a)
{
    arena_drop_rest(a);
    a->first.used = 0;
}


static arena_block_t *
arena_grow(ckp_arena_t *a, size_t need)
{
    const size_t    room = a->next_size - sizeof(arena_block_t);
    const size_t    size = (need > room) ? need : room;
    arena_block_t  *block;

    if (size > SIZE_MAX - sizeof(arena_block_t)) {
        return NULL;
    }

    block = ckp_alloc(sizeof(arena_block_t) + size);

    if (block == NULL) {
        return NULL;
    }

    block->next = NULL;
    block->size = size;
    block->used = 0;
    block->pad = 0;

    a->last->next = block;
    a->last = block;

    if (a->next_size < ARENA_BLOCK) {
        a->next_size *= 2;
    }

    return block;
}


/* Not zeroed. */
static void *
arena_take(ckp_arena_t *a, size_t size)
{
    arena_block_t  *block = a->last;
    size_t          need;
    char           *p;

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    need = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;

    if (need > block->size - block->used) {
        block = arena_grow(a, need);

        if (block == NULL) {
            return NULL;
        }
    }

    p = (char *) (block + 1) + block->used;
    block->used += need;

    return p;
}


void *
ckp_arena_alloc(ckp_arena_t *a, size_t size)
{
    void *const  p = arena_take(a, size);

    return p == NULL ? NULL : memset(p, 0, size);
}


char *
ckp_arena_strndup(ckp_arena_t *a, const char *s, size_t n)
{
    char *const  p = arena_take(a, n + 1);

    if (p == NULL) {
        return NULL;
    }

    if (n != 0) {
        memcpy(p, s, n);
    }

    p[n] = '\0';

    return p;
}


char *
ckp_arena_strdup(ckp_arena_t *a, const char *s)
{
    return ckp_arena_strndup(a, s, strlen(s));
}


char *
ckp_arena_join(ckp_arena_t *a, const char *head, char c, const char *tail)
{
    const size_t  len = strlen(head);
    const size_t  rest = strlen(tail);
    char *const   p = ckp_arena_alloc(a, len + rest + 2);

    if (p != NULL) {
        memcpy(p, head, len);
        p[len] = c;
        memcpy(p + len + 1, tail, rest + 1);
    }

    return p;
}


char *
ckp_arena_printf(ckp_arena_t *a, const char *fmt, ...)
{
    va_list  args;
    char     text[256];         /* nearly all are short: made once */
    char    *p;
    int      n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    if (n < 0) {
        return NULL;
    }

    if ((size_t) n < sizeof(text)) {
        return ckp_arena_strndup(a, text, (size_t) n);
    }

    p = ckp_arena_alloc(a, (size_t) n + 1);

    if (p == NULL) {
        return NULL;
    }

    va_start(args, fmt);
    (void) vsnprintf(p, (size_t) n + 1, fmt, args);
    va_end(args);

    return p;
}


void
ckp_buf_init(ckp_buf_t *b, size_t max)
{
    b->data = NULL;
    b->len = 0;
    b->size = 0;
    b->max = max;
    b->failed = CKP_OK;
}


void
ckp_buf_free(ckp_buf_t *b)
{
    free(b->data);
    ckp_buf_init(b, b->max);
}


/* Room for n more bytes and the NUL; false: b->failed says why. */
static bool
buf_room(ckp_buf_t *b, size_t n)
{
    size_t  size;
    char   *data;

    if (b->failed != CKP_OK) {
        return false;
    }

    if (n > b->max - b->len) {
        b->failed = CKP_E_LIMIT;
        return false;
    }

    if (b->len + n < b->size) {
        return true;
    }

    size = (b->size == 0) ? BUF_FIRST : b->size;

    while (size <= b->len + n) {
        size = (size > SIZE_MAX / 2) ? b->len + n + 1 : 2 * size;
    }

    data = mem_got(realloc(b->data, size));

    if (data == NULL) {
        b->failed = CKP_E_NOMEM;
        return false;
    }

    b->data = data;
    b->size = size;

    return true;
}


void
ckp_buf_put_far(ckp_buf_t *b, const char *s, size_t n)
{
    if (!buf_room(b, n)) {
        return;
    }

    if (n != 0) {
        memcpy(b->data + b->len, s, n);
    }

    b->len += n;
    b->data[b->len] = '\0';
}


char *
ckp_buf_space(ckp_buf_t *b, size_t n)
{
    return buf_room(b, n) ? b->data + b->len : NULL;
}


void
ckp_buf_puts(ckp_buf_t *b, const char *s)
{
    ckp_buf_put(b, s, strlen(s));
}


void
ckp_buf_printf(ckp_buf_t *b, const char *fmt, ...)
{
    va_list  args;
    int      n;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);

    if (n < 0 || !buf_room(b, (size_t) n)) {
        return;
    }

    va_start(args, fmt);
    (void) vsnprintf(b->data + b->len, (size_t) n + 1, fmt, args);
    va_end(args);

    b->len += (size_t) n;
}


const char *
ckp_buf_str(const ckp_buf_t *b)
{
    return (b->data == NULL) ? "" : b->data;
}
