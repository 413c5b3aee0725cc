/*
 * Any text as JSON: what we read is what jansson reads, and of what neither
 * reads is told where it is wrong.  One with a NUL character is refused before
 * it is read, and so is one that nests too deeply.
 */

#include "fuzz.h"

#include "base/json.h"
#include "base/json_read.h"


static bool
f_is_deep(const char *text, size_t len)
{
    size_t  n = 0;

    for (size_t i = 0; i < len; i++) {
        n += text[i] == '[' || text[i] == '{';
    }

    return n > CKP_JSON_DEPTH_HARD;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const    text = f_text(data, size);
    const size_t   len = strlen(text);
    const bool     deep = f_is_deep(text, len);
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  ours = deep ? NULL : ckp_json_read(text, len, &err);
    json_t *const  theirs = deep ? NULL
                            : json_loadb(text, len, JSON_REJECT_DUPLICATES
                                         | JSON_DECODE_ANY, NULL);

    F_HOLDS((theirs != NULL) == (ours != NULL));
    F_HOLDS(ours != NULL || deep
            || (err.code == CKP_E_INVALID && strstr(err.msg, " at line ")));

    if (ours != NULL) {
        char *const  a = json_dumps(ours, JSON_ENCODE_ANY | JSON_COMPACT);
        char *const  b = json_dumps(theirs, JSON_ENCODE_ANY | JSON_COMPACT);

        F_HOLDS(json_equal(ours, theirs) && strcmp(a, b) == 0);
        free(a);
        free(b);
    }

    json_decref(ours);
    json_decref(theirs);
    free(text);

    return 0;
}
