/*
 * A byte of options, then any text as CSV.
 */

#include "fuzz.h"

#include "data/csv.h"
#include "data/sheet.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const  ranges[] = { NULL, "A1:B9", "B2:B2", "A:C" };
    static const char *const  delimiters[] = { NULL, ";", "\t", "::" };
    ckp_csv_how_t             how = CKP_CSV_DEFAULT;
    ckp_sheet_how_t           sheet = { .header = true };
    ckp_err_t                 err = CKP_ERR_INIT;
    json_t                   *out = NULL;
    json_t                   *v;
    bool                      foreign;
    char                     *text;

    if (size == 0) {
        return 0;
    }

    how.delimiter = delimiters[data[0] & 3];
    how.table.range = ranges[data[0] >> 2 & 3];
    how.table.header = (data[0] & 16) == 0;
    how.table.skip_empty = (data[0] & 32) == 0;
    how.infer = (data[0] & 64) != 0;
    sheet.range = how.table.range;
    text = f_text(data + 1, size - 1);
    f_made(ckp_csv_parse(text, size - 1, &how, &err));

    v = json_stringn(text, size - 1);       /* NULL: no UTF-8 */
    err = (ckp_err_t) CKP_ERR_INIT;

    if (v != NULL && ckp_sheet_read(v, &sheet, &out, &foreign, &err) == CKP_OK)
    {
        f_made(out);
    }

    json_decref(v);
    free(text);

    return 0;
}
