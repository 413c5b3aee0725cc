/*
 * Text for C, and random bytes.
 */

#include "core/ngx_lo_core.h"

#include <sys/random.h>


#define NGX_LO_RAND_KEPT  8         /* seeds */


#define NGX_LO_TEXT_KEPT  (256 * 1024)      /* bytes, for the next text */


char *
ngx_lo_cstr(ngx_pool_t *pool, const ngx_str_t *s)
{
    char  *out;

    out = ngx_pnalloc(pool, s->len + 1);
    if (out == NULL) {
        return NULL;
    }

    if (s->len > 0) {
        ngx_memcpy(out, s->data, s->len);   /* an empty one may have no data */
    }

    out[s->len] = '\0';

    return out;
}


const ckp_buf_t *
ngx_lo_json_lend(const json_t *v)
{
    static ckp_buf_t  text;

    /* a buffer that grows anew for each text costs more than the text */

    if (text.max == 0) {
        ckp_buf_init(&text, SIZE_MAX / 4);

    } else if (text.size > NGX_LO_TEXT_KEPT) {
        ckp_buf_free(&text);
    }

    text.len = 0;
    text.failed = CKP_OK;

    ckp_json_put(&text, v);

    return text.failed == CKP_OK ? &text : NULL;
}


ngx_int_t
ngx_lo_json_text(ngx_pool_t *pool, const json_t *v, ngx_str_t *out)
{
    const ckp_buf_t  *text;

    text = ngx_lo_json_lend(v);
    if (text == NULL) {
        return NGX_ERROR;
    }

    out->len = text->len;
    out->data = ngx_pnalloc(pool, text->len);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(out->data, text->data, text->len);

    return NGX_OK;
}


static void
ngx_lo_rand_fill(uint8_t *bytes, size_t n)
{
    size_t   done;
    ssize_t  got;

    for (done = 0; done < n; done += (size_t) got) {
        got = getrandom(bytes + done, n - done, 0);

        /* so few at once fail only when a signal comes before the kernel's
         * pool is ready */

        if (got < 0) {
            got = 0;
        }
    }
}


/* Asked for with each turn: some at a time, each thread its own.  Those that
 * were given out are nowhere else, and a fork has none of its parent's. */

void
ngx_lo_rand_seed(uint8_t seed[32])
{
    static __thread uint8_t    kept[32 * NGX_LO_RAND_KEPT]
        __attribute__((tls_model("initial-exec")));
    static __thread size_t     left
        __attribute__((tls_model("initial-exec")));
    static __thread ngx_pid_t  pid
        __attribute__((tls_model("initial-exec")));

    if (left == 0 || pid != ngx_pid) {
        ngx_lo_rand_fill(kept, sizeof(kept));
        left = NGX_LO_RAND_KEPT;
        pid = ngx_pid;
    }

    left--;
    ngx_memcpy(seed, kept + 32 * left, 32);
    ngx_explicit_memzero(kept + 32 * left, 32);
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
    uint8_t  seed[32];

    ngx_lo_rand_seed(seed);
    ckp_uuid7_of(seed, ngx_lo_now_ms(), out);
}


void
ngx_lo_lease_id(char out[37], int64_t run)
{
    size_t             i;
    static const char  hex[] = "0123456789abcdef";

    ngx_lo_uuid(out);

    for (i = 13; i-- > 0; /* void */) {
        if (i != 8) {
            out[i] = hex[run & 15];
            run >>= 4;
        }
    }

    out[14] = '8';
}


int64_t
ngx_lo_lease_run(const char *id)
{
    size_t    i;
    int64_t   run;
    ngx_int_t digit;

    if (ngx_strlen(id) != 36 || id[14] != '8') {
        return 0;
    }

    run = 0;

    for (i = 0; i < 13; i++) {
        if (i == 8) {
            continue;
        }

        digit = ngx_hextoi((u_char *) &id[i], 1);

        if (digit == NGX_ERROR) {
            return 0;
        }

        run = run * 16 + digit;
    }

    return run;
}


void
ngx_lo_uuid_of(const char *text, size_t len, char out[37])
{
    char    hex[2 * CKP_SHA256_LEN + 1];
    u_char  sha[CKP_SHA256_LEN];

    ckp_sha256(text, len, sha);
    sha[6] = (sha[6] & 0x0f) | 0x80;
    sha[8] = (sha[8] & 0x3f) | 0x80;
    ckp_hex(sha, sizeof(sha), hex);

    *ngx_sprintf((u_char *) out, "%*s-%*s-%*s-%*s-%*s", (size_t) 8, hex,
                 (size_t) 4, hex + 8, (size_t) 4, hex + 12, (size_t) 4,
                 hex + 16, (size_t) 12, hex + 20) = '\0';
}
