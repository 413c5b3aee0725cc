/*
 * UTF-8, character by character.
 */

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#include "value/json.h"


/* Bytes of the character at `p`; 0: it is none. */
static size_t
utf8_char(const unsigned char *p, size_t left)
{
    static const uint32_t  least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const size_t           n = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0
                               : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3
                               : p[0] < 0xf8 ? 4 : 0;
    uint32_t               code;

    if (n < 2 || n > left) {
        return n > left ? 0 : n;
    }

    code = p[0] & (0x7fu >> n);

    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }

        code = code << 6 | (p[i] & 0x3fu);
    }

    return code < least[n] || code > 0x10ffff
           || (code >= 0xd800 && code < 0xe000) ? 0 : n;
}


bool
ckp_utf8_holds(const char *s, size_t len)
{
    const unsigned char  *p = (const unsigned char *) s;

    while (len > 0) {
        uint64_t  eight;

        /* nearly all of it is ASCII */

        if (len >= 8) {
            memcpy(&eight, p, 8);

            if ((eight & 0x8080808080808080) == 0) {
                p += 8;
                len -= 8;
                continue;
            }

        } else if ((json_head((const char *) p, len) & 0x8080808080808080)
                   == 0)
        {
            return true;
        }

        const size_t  n = utf8_char(p, len);

        if (n == 0) {
            return false;
        }

        p += n;
        len -= n;
    }

    return true;
}


bool
ckp_utf8_names(const char *s, size_t most)
{
    size_t  n = 0;

    for ( /* void */ ; *s != '\0'; s++) {
        const unsigned char  c = (unsigned char) *s;

        if (c < 0x20 || c == 0x7f) {
            return false;
        }

        n += ((c & 0xc0) != 0x80) ? 1 : 0;
    }

    return n > 0 && n <= most;
}
