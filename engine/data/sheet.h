/*
 * What counts as a spreadsheet: rows as they are, CSV texts, .xlsx as base64,
 * and arrays or objects of such.  Source: spec/ckp.md 13.3.
 */

#ifndef CKP_SHEET_H
#define CKP_SHEET_H

#include <stdbool.h>
#include "value/json.h"

#include "base/err.h"

#define CKP_SHEET_NEST_MAX   4      /* arrays and objects around sources */
#define CKP_SHEET_FILES_MAX  16     /* files read for one result */

typedef struct {
    const char  *sheet;             /* NULL: the first */
    bool         header;
    const char  *range;             /* "A1:C9", "Sheet!A1:C9"; NULL: all */

    /*
     * The bytes of a file by its name: true, and *bytes is ckp_alloc()ed or
     * *why says why there are none (static); false: it is none of ours.  NULL:
     * no file is read.
     */
    bool       (*file)(void *data, const char *name, char **bytes,
                       size_t *len, const char **why);
    void        *data;
} ckp_sheet_how_t;

/*
 * New array of all rows of all sources.  Arrays of objects stay as they are;
 * arrays of arrays, CSV texts (cells divided by ",", or ";" or a tab when the
 * first line has none) and sheets become objects under their header.
 * CKP_E_INVALID: no such thing; *foreign: a file or a format that is read
 * elsewhere.  CKP_E_LIMIT: too large.
 */
ckp_code_t ckp_sheet_read(const json_t *source, const ckp_sheet_how_t *how,
    json_t **out, bool *foreign, ckp_err_t *err);

/* Whether a text is read as the name of a file, not as CSV. */
bool ckp_sheet_is_name(const char *text, size_t len);

#endif
