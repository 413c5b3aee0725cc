/*
 * A line that is a path, then the value that it is looked for in.
 */

#include "fuzz.h"

#include "data/jsonpath.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t         *rest;
    size_t                 left;
    char *const            line = f_line(data, size, &rest, &left);
    ckp_err_t              err = CKP_ERR_INIT;
    ckp_jsonpath_t *const  path = ckp_jsonpath_parse(line, &err);

    if (path != NULL) {
        ckp_err_t      own = CKP_ERR_INIT;
        json_t        *v = ckp_json_parse((const char *) rest, left, &own);
        json_t        *out = NULL;

        if (v == NULL) {
            v = f_json("{'a':[1,{'b':null,'x':'y'}],'rows':[{'a':1,'b':'x'},"
                       "{'a':2.5}],'x':{'x':{'x':[]}}}");
        }

        (void) ckp_jsonpath_is_definite(path);
        (void) ckp_jsonpath_find(path, v, &out, &own);
        f_made(out);
        json_decref(v);
    }

    ckp_jsonpath_free(path);
    free(line);

    return 0;
}
