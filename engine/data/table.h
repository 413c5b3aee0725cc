/*
 * Rows of cells as they come from CSV texts and spreadsheets: cut to a range,
 * named by their first row.  Source: spec/ckp.md 13.3.
 */

#ifndef CKP_TABLE_H
#define CKP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#include "base/err.h"

#define CKP_TABLE_ROWS_MAX   100000
#define CKP_TABLE_CELLS_MAX  200000     /* of the result, names included */

typedef struct {
    bool           header;      /* the first row names the columns */
    bool           skip_empty;  /* rows whose cells are all "" or null */
    const json_t  *columns;     /* array of names, instead of the header's;
                                   NULL: none */
    const char    *range;       /* "A1:C9", "A:C", "2:9", "B2"; NULL: all */
} ckp_table_how_t;

/*
 * New array of the rows (an array of arrays, lent): objects when the columns
 * have names, else arrays.  A column without a name is column_<n>, a name used
 * before gets _2, _3 ...  Cells that are missing are null; those beyond the
 * names are left out when empty, else they are column_<n>.  The range "B2" goes
 * on to the end.
 * CKP_E_INVALID: no such range.  CKP_E_LIMIT: the result is too large.
 */
json_t *ckp_table_json(const json_t *rows, const ckp_table_how_t *how,
    ckp_err_t *err);

#endif
