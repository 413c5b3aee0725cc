/*
 * Trace context: reading it, making ids.
 */

#include "base/trace.h"

#include <stdio.h>
#include <string.h>

#include "base/sha.h"


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

static void
trace_make(const char *of, const char *run_id, char *out, unsigned len)
{
    uint8_t  sum[CKP_SHA256_LEN];
    char     hex[2 * CKP_SHA256_LEN + 1];

    ckp_hmac_sha256(run_id, strlen(run_id), of, strlen(of), sum);
    ckp_hex(sum, sizeof(sum), hex);
    memcpy(out, hex, len);
    out[len] = '\0';

    /* all zero would be none at all */

    if (strspn(out, "0") == len) {
        out[len - 1] = '1';
    }
}


void
ckp_trace_make(const char *run_id, char out[CKP_TRACE_LEN + 1])
{
    trace_make("trace", run_id, out, CKP_TRACE_LEN);
}


void
ckp_trace_make_span(const char *run_id, const char *path, uint32_t attempt,
    char out[CKP_SPAN_LEN + 1])
{
    uint8_t  sum[CKP_SHA256_LEN];
    char     of[2 * CKP_SHA256_LEN + 32];

    ckp_sha256(path, strlen(path), sum);
    ckp_hex(sum, sizeof(sum), of);
    (void) snprintf(of + 2 * CKP_SHA256_LEN, 32, ":%u", (unsigned) attempt);
    trace_make(of, run_id, out, CKP_SPAN_LEN);
}


void
ckp_trace_text(const ckp_trace_t *t, char out[CKP_PARENT_LEN + 1])
{
    (void) snprintf(out, CKP_PARENT_LEN + 1, "00-%.32s-%.16s-%.2s", t->trace,
                    t->span, t->flags);
}
