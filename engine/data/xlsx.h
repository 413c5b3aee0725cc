/*
 * Spreadsheets (.xlsx): a zip of XML parts, read under limits.
 * Source: spec/ckp.md 13.3; design/reliability.md 6.
 */

#ifndef CKP_XLSX_H
#define CKP_XLSX_H

#include <stddef.h>
#include "value/json.h"

#include "base/err.h"

/*
 * New array of rows, arrays of cells (texts, numbers, booleans, null), from A1
 * on; a number formatted as a date is an ISO text.  `sheet` NULL: the first.
 * CKP_E_INVALID: no such file, or no such sheet; CKP_E_LIMIT: too large.
 */
json_t *ckp_xlsx_rows(const unsigned char *data, size_t len, const char *sheet,
    ckp_err_t *err);

#endif
