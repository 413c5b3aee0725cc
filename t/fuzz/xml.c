/*
 * Any text as XML, as HTML, and as whichever of the two it is.
 */

#include "fuzz.h"

#include "data/fence.h"
#include "data/xml.h"


static void
xml_tree(ckp_xml_t *doc)
{
    ckp_err_t   err = CKP_ERR_INIT;
    json_t     *out = NULL;

    if (doc != NULL) {
        (void) ckp_xml_json(doc, &out, &err);
        f_made(out);
    }

    ckp_xml_free(doc);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const  text = f_text(data, size);
    size_t       len = size;
    ckp_err_t    err = CKP_ERR_INIT;

    xml_tree(ckp_xml_parse(text, size, &err));
    err = (ckp_err_t) CKP_ERR_INIT;
    xml_tree(ckp_html_parse(text, size, &err));
    err = (ckp_err_t) CKP_ERR_INIT;
    xml_tree(ckp_xml_read(text, size, &err));
    err = (ckp_err_t) CKP_ERR_INIT;
    f_made(ckp_xml_object(text, size, &err));
    F_HOLDS(ckp_unfence(text, &len) + len <= text + size);
    free(text);

    return 0;
}
