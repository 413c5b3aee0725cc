/*
 * Text for C, and random bytes.
 */

#include "core/ngx_lo_core.h"

#include <sys/random.h>


char *
ngx_lo_cstr(ngx_pool_t *pool, const ngx_str_t *s)
{
    char  *out;

    out = ngx_pnalloc(pool, s->len + 1);
    if (out == NULL) {
        return NULL;
    }

    ngx_memcpy(out, s->data, s->len);
    out[s->len] = '\0';

    return out;
}


void
ngx_lo_rand_seed(uint8_t seed[32])
{
    size_t   n;
    ssize_t  got;

    for (n = 0; n < 32; n += (size_t) got) {
        got = getrandom(seed + n, 32 - n, 0);

        /* 32 bytes at once fail only when a signal comes before the kernel's
         * pool is ready */

        if (got < 0) {
            got = 0;
        }
    }
}


void
ngx_lo_rand_hex(char *out, size_t n)
{
    size_t   i, part;
    uint8_t  seed[32];

    for (i = 0; i < n; i += part) {
        part = ngx_min(n - i, sizeof(seed));

        ngx_lo_rand_seed(seed);
        ngx_hex_dump((u_char *) out + 2 * i, seed, part);
    }

    out[2 * n] = '\0';
}


void
ngx_lo_uuid(char out[37])
{
    uint8_t     seed[32];
    ckp_rand_t  rand;

    ngx_lo_rand_seed(seed);
    ckp_rand_init(&rand, seed);
    ckp_uuid7(&rand, ngx_lo_now_ms(), out);
}
