/*
 * What robustness tests share: texts that a parser has never seen, made from a
 * seed, so that what fails can be made again.
 */

#ifndef T_FUZZ_H
#define T_FUZZ_H

#include <stdint.h>
#include <string.h>

typedef struct {
    uint64_t  state;
} t_fuzz_t;


static inline uint32_t
t_fuzz_next(t_fuzz_t *z)
{
    z->state += 0x9e3779b97f4a7c15u;

    uint64_t  x = z->state;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;

    return (uint32_t) (x >> 32);
}


/* Pieces of `words` (ends with NULL) and now and then any byte, in `out`, which
 * ends with NUL; its length. */
static inline size_t
t_fuzz_text(t_fuzz_t *z, const char *const *words, char *out, size_t size)
{
    const size_t  want = t_fuzz_next(z) % (size - 1);
    size_t        nwords = 0;
    size_t        len = 0;

    while (words[nwords] != NULL) {
        nwords++;
    }

    while (len < want) {
        if (t_fuzz_next(z) % 16 == 0) {
            out[len++] = (char) (1 + t_fuzz_next(z) % 255);
            continue;
        }

        const char *const  w = words[t_fuzz_next(z) % nwords];
        const size_t       n = strlen(w);

        if (len + n >= size) {
            break;
        }

        memcpy(out + len, w, n);
        len += n;
    }

    out[len] = '\0';

    return len;
}

#endif
