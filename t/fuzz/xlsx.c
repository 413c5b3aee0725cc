/*
 * Any bytes as an archive and as a workbook.
 */

#include "fuzz.h"

#include "data/xlsx.h"
#include "data/zip.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *const  own = (unsigned char *) f_text(data, size);
    ckp_err_t             err = CKP_ERR_INIT;
    ckp_zip_t *const      zip = ckp_zip_open(own, size, &err);

    if (zip != NULL) {
        size_t  len;

        (void) ckp_zip_has(zip, "xl/workbook.xml");
        err = (ckp_err_t) CKP_ERR_INIT;
        ckp_free(ckp_zip_read(zip, "xl/workbook.xml", &len, &err));
    }

    ckp_zip_free(zip);
    err = (ckp_err_t) CKP_ERR_INIT;
    f_made(ckp_xlsx_rows(own, size, NULL, &err));
    err = (ckp_err_t) CKP_ERR_INIT;
    f_made(ckp_xlsx_rows(own, size, "Second", &err));
    free(own);

    return 0;
}
