/*
 * The one error of the engine: recording it, cut to fit.
 */

#include <stdio.h>
#include <string.h>

#include "base/err.h"


/* Takes an unfinished UTF-8 character off the end of a text that was cut. */
static void
err_trim(char *text, size_t size)
{
    size_t  n = strlen(text);
    size_t  back = 0;
    size_t  need;

    if (n + 1 < size || n == 0) {
        return;
    }

    while (back < n && back < 3
           && ((unsigned char) text[n - 1 - back] & 0xc0) == 0x80)
    {
        back++;
    }

    if (back == n) {
        return;
    }

    const unsigned char  lead = (unsigned char) text[n - 1 - back];

    need = (lead >= 0xf0) ? 3 : (lead >= 0xe0) ? 2 : (lead >= 0xc0) ? 1 : 0;

    if (back < need) {
        text[n - 1 - back] = '\0';
    }
}


ckp_code_t
ckp_vfail(ckp_err_t *err, ckp_code_t code, const char *at, const char *fmt,
    va_list args)
{
    if (err == NULL || err->code != CKP_OK) {
        return code;
    }

    err->code = code;

    (void) snprintf(err->at, sizeof(err->at), "%s", at == NULL ? "" : at);
    err_trim(err->at, sizeof(err->at));

    (void) vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    err_trim(err->msg, sizeof(err->msg));

    return code;
}


ckp_code_t
ckp_fail(ckp_err_t *err, ckp_code_t code, const char *at, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) ckp_vfail(err, code, at, fmt, args);
    va_end(args);

    return code;
}
