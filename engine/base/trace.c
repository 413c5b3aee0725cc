/*
 * Trace context: reading it, making ids.
 */

#include "base/trace.h"

#include <string.h>



static int
trace_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}


/* `len` hex digits in lower case; *any: one of them is not zero. */

static bool
trace_hex(const char *text, unsigned len, char *out, bool *any)
{
    static const char  hex[] = "0123456789abcdef";

    *any = false;

    for (unsigned i = 0; i < len; i++) {
        const int  d = trace_digit(text[i]);

        if (d < 0) {
            return false;
        }

        *any = *any || d != 0;
        out[i] = hex[d];
    }

    out[len] = '\0';

    return true;
}


bool
ckp_trace_id_read(const char *text, unsigned len, char *out)
{
    bool  any;

    return text != NULL && strlen(text) == len
           && trace_hex(text, len, out, &any) && any;
}


bool
ckp_trace_read(const char *text, ckp_trace_t *out)
{
    const size_t  len = text == NULL ? 0 : strlen(text);
    char          version[3];
    bool          some;
    bool          trace;
    bool          span;

    if (len < CKP_PARENT_LEN || text[2] != '-' || text[35] != '-'
        || text[52] != '-' || !trace_hex(text, 2, version, &some)
        || !trace_hex(text + 3, CKP_TRACE_LEN, out->trace, &trace)
        || !trace_hex(text + 36, CKP_SPAN_LEN, out->span, &span)
        || !trace_hex(text + 53, 2, out->flags, &some))
    {
        return false;
    }

    if (strcmp(version, "ff") == 0 || !trace || !span) {
        return false;
    }

    return len == CKP_PARENT_LEN
           || (strcmp(version, "00") != 0 && text[CKP_PARENT_LEN] == '-');
}


/* --- making ---------------------------------------------------------------- */

/*
 * Ids are to differ, not to keep a secret, and one is made for every call: so
 * they are mixed (FNV-1a, then the finaliser of SplitMix64), not digested.
 */

static uint64_t
trace_mix(uint64_t x, const char *s)
{
    for (; *s != '\0'; s++) {
        x = (x ^ (unsigned char) *s) * 0x100000001b3;
    }

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;

    return x ^ (x >> 31);
}


/* 16 hex digits; all zero would be none at all */

static void
trace_put(uint64_t x, char *out)
{
    static const char  hex[] = "0123456789abcdef";

    x = x == 0 ? 1 : x;

    for (unsigned i = 16; i > 0; i--, x >>= 4) {
        out[i - 1] = hex[x & 15];
    }

    out[16] = '\0';
}


void
ckp_trace_make(const char *run_id, char out[CKP_TRACE_LEN + 1])
{
    const uint64_t  x = trace_mix(0xcbf29ce484222325, run_id);

    trace_put(x, out);
    trace_put(trace_mix(x, run_id), out + 16);
}


void
ckp_trace_make_span(const char *run_id, const char *path, uint32_t attempt,
    char out[CKP_SPAN_LEN + 1])
{
    const uint64_t  x = trace_mix(0x84222325cbf29ce4, run_id);

    trace_put(trace_mix(trace_mix(x, path) + attempt, ""), out);
}


/* A part of it, at most `max` bytes, and what comes behind: each call of an
 * agent has one, so without a format. */

static char *
trace_part(char *to, const char *part, size_t max, char behind)
{
    const char *const  end = memchr(part, '\0', max);
    const size_t       len = end == NULL ? max : (size_t) (end - part);

    memcpy(to, part, len);
    to[len] = behind;

    return to + len + 1;
}


void
ckp_trace_text(const ckp_trace_t *t, char out[CKP_PARENT_LEN + 1])
{
    char  *to = trace_part(out, "00", 2, '-');

    to = trace_part(to, t->trace, CKP_TRACE_LEN, '-');
    to = trace_part(to, t->span, CKP_SPAN_LEN, '-');
    (void) trace_part(to, t->flags, 2, '\0');
}
