/*
 * How a text is read when data of persons are looked for in it: digits of other
 * scripts, wide letters, other dashes and spaces are those of ASCII, and what
 * nobody sees is not there.  A model reads them so, too.
 */

#include "llm/llm.h"

#include <string.h>

#define FOLD_NOTHING  -1                /* nobody sees it */


/* The zeros of scripts whose ten digits follow each other. */

static const uint32_t  fold_zeros[] = {
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6,
    0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810
};


/* What it is read as: one of ASCII, FOLD_NOTHING, or itself. */

static int32_t
fold_char(uint32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e) {
        return (int32_t) (c - 0xfee0);
    }

    if (c >= 0x1d7ce && c <= 0x1d7ff) {
        return (int32_t) ('0' + (c - 0x1d7ce) % 10);
    }

    if (c == 0xad || (c >= 0x200b && c <= 0x200d) || c == 0x2060
        || c == 0xfeff || c == 0x180e)
    {
        return FOLD_NOTHING;
    }

    if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f
        || c == 0x205f || c == 0x3000)
    {
        return ' ';
    }

    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe58
        || c == 0xfe63)
    {
        return '-';
    }

    for (size_t i = 0; i < sizeof(fold_zeros) / sizeof(fold_zeros[0]); i++) {
        if (c >= fold_zeros[i] && c < fold_zeros[i] + 10) {
            return (int32_t) ('0' + c - fold_zeros[i]);
        }
    }

    return (int32_t) c;
}


/* How many bytes the character has that begins there, and which it is; 1 and
 * itself when it is none. */

static size_t
fold_read(const char *s, size_t len, uint32_t *c)
{
    const unsigned char *const  u = (const unsigned char *) s;
    const size_t                n = u[0] < 0x80 ? 1 : u[0] >= 0xf0 ? 4
                                    : u[0] >= 0xe0 ? 3 : 2;

    *c = u[0];

    if (n == 1 || n > len) {
        return 1;
    }

    *c = n == 4 ? u[0] & 0x07u : n == 3 ? u[0] & 0x0fu : u[0] & 0x1fu;

    for (size_t i = 1; i < n; i++) {
        *c = (*c << 6) | (u[i] & 0x3fu);
    }

    return n;
}


static bool
fold_needs(const char *s, size_t len)
{
    for (size_t i = 0; i < len; ) {
        uint32_t      c;
        const size_t  n = fold_read(s + i, len - i, &c);

        if (n > 1 && fold_char(c) != (int32_t) c) {
            return true;
        }

        i += n;
    }

    return false;
}


static void
fold_fill(ckp_fold_t *fold, const char *s, size_t len)
{
    size_t  out = 0;

    for (size_t i = 0; i < len; ) {
        uint32_t       c;
        const size_t   n = fold_read(s + i, len - i, &c);
        const int32_t  as = n > 1 ? fold_char(c) : (int32_t) c;

        if (n > 1 && as != (int32_t) c) {
            if (as != FOLD_NOTHING) {
                fold->at[out] = (uint32_t) i;
                fold->text[out++] = (char) as;
            }

        } else {
            for (size_t k = 0; k < n; k++) {
                fold->at[out] = (uint32_t) (i + k);
                fold->text[out++] = s[i + k];
            }
        }

        i += n;
    }

    fold->at[out] = (uint32_t) len;
    fold->at[0] = 0;
    fold->text[out] = '\0';
    fold->len = out;
}


ckp_code_t
ckp_fold_new(ckp_fold_t *fold, const char *text, size_t len)
{
    memset(fold, 0, sizeof(*fold));

    if (len >= UINT32_MAX || !fold_needs(text, len)) {
        return CKP_OK;
    }

    fold->text = ckp_alloc(len + 1);
    fold->at = ckp_alloc((len + 1) * sizeof(uint32_t));

    if (fold->text == NULL || fold->at == NULL) {
        ckp_fold_free(fold);
        return CKP_E_NOMEM;
    }

    fold_fill(fold, text, len);

    return CKP_OK;
}


void
ckp_fold_free(ckp_fold_t *fold)
{
    ckp_free(fold->text);
    ckp_free(fold->at);
    memset(fold, 0, sizeof(*fold));
}
