/*
 * Strings of JSON texts: UTF-8, and what escapes stand for.
 */

#include "base/json_read_int.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"


/* Four hexadecimal digits; -1: they are not. */

static int32_t
read_hex(const char *p, const char *end)
{
    int32_t  code = 0;

    if (end - p < 4) {
        return -1;
    }

    for (int i = 0; i < 4; i++) {
        const char  c = p[i];
        const int   digit = c >= '0' && c <= '9' ? c - '0'
                            : c >= 'a' && c <= 'f' ? c - 'a' + 10
                            : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

        if (digit < 0) {
            return -1;
        }

        code = code * 16 + digit;
    }

    return code;
}


static char *
read_utf8(char *o, int32_t code)
{
    if (code < 0x80) {
        *o++ = (char) code;

    } else if (code < 0x800) {
        *o++ = (char) (0xc0 | code >> 6);
        *o++ = (char) (0x80 | (code & 0x3f));

    } else if (code < 0x10000) {
        *o++ = (char) (0xe0 | code >> 12);
        *o++ = (char) (0x80 | (code >> 6 & 0x3f));
        *o++ = (char) (0x80 | (code & 0x3f));

    } else {
        *o++ = (char) (0xf0 | code >> 18);
        *o++ = (char) (0x80 | (code >> 12 & 0x3f));
        *o++ = (char) (0x80 | (code >> 6 & 0x3f));
        *o++ = (char) (0x80 | (code & 0x3f));
    }

    return o;
}


/* Behind "\u"; returns the bytes taken, 0: wrong. */

static size_t
read_unicode(ckp_read_t *r, const char *p, const char *end, char **out)
{
    int32_t  code = read_hex(p, end);
    size_t   used = 4;

    if (code >= 0xd800 && code < 0xdc00 && end - p >= 6 && p[4] == '\\'
        && p[5] == 'u')
    {
        const int32_t  low = read_hex(p + 6, end);

        code = low < 0xdc00 || low > 0xdfff
                   ? -1 : 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        used = 10;
    }

    if (code <= 0 || (code >= 0xd800 && code < 0xe000)) {
        (void) ckp_read_wrong(r, p - 2, code == 0 ? "NUL character"
                                              : "invalid Unicode escape");
        return 0;
    }

    *out = read_utf8(*out, code);

    return used;
}


/* What escapes stand for is never longer than they are. */

static bool
read_unescape(ckp_read_t *r, ckp_read_text_t *t)
{
    static const char  names[] = "\"\\/bfnrt";
    static const char  means[] = "\"\\/\b\f\n\r\t";
    const char        *p = t->p;
    const char *const  end = t->p + t->len;
    char              *out;

    t->made = ckp_alloc(t->len);
    out = t->made;

    while (out != NULL && p < end) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }

        const char *const  name = strchr(names, p[1]);

        if (name != NULL && p[1] != '\0') {
            *out++ = means[name - names];
            p += 2;
            continue;
        }

        if (p[1] != 'u') {
            return ckp_read_wrong(r, p, "unknown escape");
        }

        const size_t  used = read_unicode(r, p + 2, end, &out);

        if (used == 0) {
            return false;
        }

        p += 2 + used;
    }

    if (out == NULL) {
        return false;
    }

    t->p = t->made;
    t->len = (size_t) (out - t->made);

    return true;
}


/* Takes a character of more than one byte; false: it is none. */

static bool
read_wide(ckp_read_t *r)
{
    const unsigned char *const  p = (const unsigned char *) r->p;
    const size_t                left = (size_t) (r->end - r->p);
    const size_t                n = p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                    : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
                                    : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : 0;

    if (n == 0 || n > left) {
        return false;
    }

    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return false;
        }
    }

    /* no longer than it has to be, no half of a pair, not beyond the last */

    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)
        || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
    {
        return false;
    }

    r->p += n;

    return true;
}


bool
ckp_read_text(ckp_read_t *r, ckp_read_text_t *t)
{
    bool  escapes = false;

    t->p = r->p;
    t->made = NULL;

    while (r->p < r->end && *r->p != '"') {
        const unsigned char  c = (unsigned char) *r->p;

        if (c >= 0x80) {
            if (!read_wide(r)) {
                return ckp_read_wrong(r, r->p, "invalid UTF-8");
            }

            continue;
        }

        if (c < 0x20) {
            return ckp_read_wrong(r, r->p, "control character in a string");
        }

        if (c == '\\') {
            escapes = true;
            r->p++;

            if (r->p < r->end && (unsigned char) *r->p >= 0x80) {
                return ckp_read_wrong(r, r->p - 1, "unknown escape");
            }
        }

        r->p++;
    }

    if (r->p >= r->end) {
        return ckp_read_wrong(r, r->end, CKP_READ_END);
    }

    t->len = (size_t) (r->p - t->p);
    r->p++;

    return !escapes || read_unescape(r, t);
}
