/*
 * A line that is a path, then the text that it is looked for in.
 */

#include "fuzz.h"

#include "data/xpath.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char   page[] = "<div class='a b'><p id=x>1<b>2</b></p>"
                                 "<ul><li>a<li>b</ul><p>3</p></div>";
    const uint8_t      *rest;
    size_t              left;
    char *const         line = f_line(data, size, &rest, &left);
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_xpath_t *const  path = ckp_xpath_parse(line, &err);

    if (path != NULL) {
        ckp_err_t    own = CKP_ERR_INIT;
        json_t      *out = NULL;
        char *const  text = f_text(rest, left);

        (void) ckp_xpath_text(path, text, left, &out, &own);
        f_made(out);
        out = NULL;
        own = (ckp_err_t) CKP_ERR_INIT;
        (void) ckp_xpath_text(path, page, sizeof(page) - 1, &out, &own);
        f_made(out);
        free(text);
    }

    ckp_xpath_free(path);
    free(line);

    return 0;
}
