/*
 * API tokens as texts.
 */

#include "auth/ngx_lo_proof.h"

#include <openssl/rand.h>


ngx_int_t
ngx_lo_token_make(char out[NGX_LO_TOKEN_LEN + 1])
{
    u_char  bits[32], *p;

    if (RAND_bytes(bits, sizeof(bits)) != 1) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(out, NGX_LO_TOKEN_MARK, sizeof(NGX_LO_TOKEN_MARK) - 1);
    *ngx_hex_dump(p, bits, sizeof(bits)) = '\0';

    ngx_explicit_memzero(bits, sizeof(bits));

    return NGX_OK;
}


void
ngx_lo_token_hash(const char *text, size_t len,
    char out[2 * CKP_SHA256_LEN + 1])
{
    uint8_t  sum[CKP_SHA256_LEN];

    ckp_sha256(text, len, sum);
    ckp_hex(sum, sizeof(sum), out);
}


ngx_uint_t
ngx_lo_token_same(const char *a, const char *b)
{
    size_t  len;

    len = ngx_strlen(a);

    return len == ngx_strlen(b) && ckp_same(a, b, len);
}
