/*
 * Any text as JSON: what we read is what jansson reads, and of what neither
 * reads is told where it is wrong.  One with a NUL character is refused before
 * it is read, and so is one that nests too deeply.
 */

#include "fuzz.h"

#include "base/json.h"
#include "base/json_read.h"
#include "oracle/oracle.h"


static bool
f_is_deep(const char *text, size_t len)
{
    size_t  n = 0;

    for (size_t i = 0; i < len; i++) {
        n += text[i] == '[' || text[i] == '{';
    }

    return n > CKP_JSON_DEPTH_HARD;
}


/* Numbers are written in another way: what is read again is the same. */

static void
f_same(const json_t *ours, const char *theirs)
{
    ckp_err_t      err = CKP_ERR_INIT;
    char *const    text = ckp_json_text(ours);
    json_t *const  again = ckp_json_read(theirs, strlen(theirs), &err);
    char *const    other = ckp_json_text(again);

    F_HOLDS(ckp_json_equal(ours, again) && strcmp(text, other) == 0);
    ckp_free(text);
    ckp_free(other);
    json_decref(again);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const    text = f_text(data, size);
    const size_t   len = strlen(text);
    const bool     deep = f_is_deep(text, len);
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  ours = deep ? NULL : ckp_json_read(text, len, &err);
    char *const    theirs = deep ? NULL : oracle_read(text, len);

    F_HOLDS((theirs != NULL) == (ours != NULL));
    F_HOLDS(ours != NULL || deep
            || (err.code == CKP_E_INVALID && strstr(err.msg, " at line ")));

    if (ours != NULL) {
        f_same(ours, theirs);
    }

    json_decref(ours);
    free(theirs);
    free(text);

    return 0;
}
