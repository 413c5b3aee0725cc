/*
 * Bytes to base64 and back.
 */

#include "base/base64.h"

#include <string.h>


void
ckp_base64_put(ckp_buf_t *b, const uint8_t *data, size_t len, bool url)
{
    static const char  digits[2][65] = {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    };
    const char *const  d = digits[url ? 1 : 0];

    for (size_t i = 0; i < len; i += 3) {
        const size_t    left = len - i;
        const uint32_t  v = (uint32_t) data[i] << 16
                            | (left > 1 ? (uint32_t) data[i + 1] << 8 : 0)
                            | (left > 2 ? (uint32_t) data[i + 2] : 0);
        const char      out[4] = { d[v >> 18], d[v >> 12 & 63],
                                   left > 1 ? d[v >> 6 & 63] : '=',
                                   left > 2 ? d[v & 63] : '=' };

        ckp_buf_put(b, out, url && left < 3 ? left + 1 : 4);
    }
}


static int
base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }

    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }

    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }

    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}


bool
ckp_base64_read(const char *text, size_t len, uint8_t *out, size_t *n)
{
    uint32_t  bits = 0;
    int       have = 0;
    size_t    pads = 0;

    *n = 0;

    for (size_t i = 0; i < len; i++) {
        const int  v = base64_value(text[i]);

        if (text[i] != '\0' && strchr(" \t\r\n", text[i]) != NULL) {
            continue;
        }

        if (text[i] == '=') {
            pads++;
            continue;
        }

        if (v < 0 || pads > 0) {
            return false;
        }

        bits = bits << 6 | (uint32_t) v;
        have += 6;

        if (have >= 8) {
            have -= 8;
            out[(*n)++] = (uint8_t) (bits >> have);
        }
    }

    return have != 6 && pads <= 2;
}
