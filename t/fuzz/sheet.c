/*
 * A byte that names a part, then any text as that part of a workbook: what
 * checksums of archives keep a fuzzer from.
 */

#include "fuzz.h"

#include "data/xlsx_int.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ckp_xlsx_book_t  book = { .texts = NULL };
    ckp_err_t        err = CKP_ERR_INIT;
    char            *text;

    if (size == 0) {
        return 0;
    }

    text = f_text(data + 1, --size);

    if (data[0] % 3 == 0) {
        f_made(ckp_xlsx_texts(text, size, &err));

    } else if (data[0] % 3 == 1) {
        (void) ckp_xlsx_styles(text, size, &book, &err);
        ckp_free(book.dates);

    } else {
        f_made(ckp_xlsx_sheet(text, size, &book, &err));
    }

    free(text);

    return 0;
}
