/*
 * Sources of rows: what each is by its looks, and all of them in a row.
 */

#include "data/sheet.h"

#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/mem.h"
#include "data/csv.h"
#include "data/table.h"
#include "base/utf8.h"
#include "data/xlsx.h"
#include "lang/eval.h"
#include "lang/value.h"

#define SHEET_NAME_MAX  128

typedef struct {
    const ckp_sheet_how_t  *how;
    ckp_table_how_t         table;
    const char             *sheet;
    char                    own[SHEET_NAME_MAX];    /* of the range */
    json_t                 *rows;
    size_t                  bytes;
    unsigned                files;
    bool                    foreign;
    ckp_err_t              *err;
} sheets_t;

static ckp_code_t sheet_add(sheets_t *t, const json_t *source, unsigned depth);


/* --- rows --------------------------------------------------------------------- */


/* Rows (stolen) come to those before them. */
static ckp_code_t
sheet_take(sheets_t *t, json_t *rows)
{
    ckp_code_t  rc = CKP_OK;

    t->bytes += ckp_json_size(rows, CKP_EVAL_RESULT_MAX + 1);

    if (t->bytes > CKP_EVAL_RESULT_MAX) {
        rc = ckp_fail(t->err, CKP_E_LIMIT, "", "rows of more than %d bytes",
                      CKP_EVAL_RESULT_MAX);

    } else if (json_array_extend(t->rows, rows) != 0) {
        rc = ckp_fail(t->err, CKP_E_NOMEM, "", "no memory");
    }

    json_decref(rows);

    return rc;
}


static ckp_code_t
sheet_table(sheets_t *t, const json_t *rows)
{
    json_t *const  table = ckp_table_json(rows, &t->table, t->err);

    return table == NULL ? t->err->code : sheet_take(t, table);
}


static ckp_code_t
sheet_csv(sheets_t *t, const char *text, size_t len)
{
    ckp_csv_how_t      how = { .table = t->table };
    const char *const  end = memchr(text, '\n', len);
    const size_t       line = end == NULL ? len : (size_t) (end - text);
    json_t            *rows;

    if (memchr(text, ',', line) == NULL) {
        how.delimiter = memchr(text, ';', line) != NULL ? ";"
                        : memchr(text, '\t', line) != NULL ? "\t" : ",";
    }

    rows = ckp_csv_parse(text, len, &how, t->err);

    return rows == NULL ? t->err->code : sheet_take(t, rows);
}


/* --- files ----------------------------------------------------------------------- */


static ckp_code_t
sheet_one_more(sheets_t *t)
{
    return ++t->files <= CKP_SHEET_FILES_MAX ? CKP_OK
           : ckp_fail(t->err, CKP_E_LIMIT, "", "more than %d files",
                      CKP_SHEET_FILES_MAX);
}


static ckp_code_t
sheet_archive(sheets_t *t, const unsigned char *data, size_t len)
{
    json_t      *rows;
    ckp_code_t   rc;

    rows = ckp_xlsx_rows(data, len, t->sheet, t->err);
    rc = rows == NULL ? t->err->code : sheet_table(t, rows);
    json_decref(rows);

    return rc;
}


static ckp_code_t
sheet_foreign(sheets_t *t, const char *sentence)
{
    t->foreign = true;

    return ckp_fail(t->err, CKP_E_INVALID, "", "%s", sentence);
}


static ckp_code_t
sheet_base64(sheets_t *t, const char *text, size_t len)
{
    unsigned char *const  data = ckp_alloc(3 * (len / 4) + 6);
    size_t                n;
    ckp_code_t            rc = sheet_one_more(t);

    if (data == NULL || rc != CKP_OK) {
        ckp_free(data);
        return rc != CKP_OK ? rc
               : ckp_fail(t->err, CKP_E_NOMEM, "", "no memory");
    }

    if (!ckp_base64_read(text, len, data, &n)) {
        rc = ckp_fail(t->err, CKP_E_INVALID, "", "the file is no base64");

    } else if (n >= 4 && memcmp(data, "PK\3\4", 4) == 0) {
        rc = sheet_archive(t, data, n);

    } else {
        rc = sheet_foreign(t, "the file is no .xlsx");
    }

    ckp_free(data);

    return rc;
}


static bool
sheet_ends(const char *text, size_t len, const char *with)
{
    const size_t  n = strlen(with);
    char          end[8] = "";

    if (len < n || n >= sizeof(end)) {
        return false;
    }

    memcpy(end, text + len - n, n);
    end[n] = '\0';

    return ckp_fold_equal(end, with);
}


/* One line that looks like it. */
bool
ckp_sheet_is_name(const char *text, size_t len)
{
    return memchr(text, '\n', len) == NULL
           && (strstr(text, "://") != NULL || text[0] == '/'
               || strncmp(text, "artifacts/", 10) == 0
               || sheet_ends(text, len, ".xlsx")
               || sheet_ends(text, len, ".xlsm")
               || sheet_ends(text, len, ".xls")
               || sheet_ends(text, len, ".ods")
               || sheet_ends(text, len, ".csv"));
}


/* By what is in it. */
static ckp_code_t
sheet_bytes(sheets_t *t, const char *data, size_t len)
{
    if (len >= 4 && memcmp(data, "PK\3\4", 4) == 0) {
        return sheet_archive(t, (const unsigned char *) data, len);
    }

    if (memchr(data, '\0', len) != NULL || !ckp_utf8_holds(data, len)) {
        return sheet_foreign(t, "the file is neither .xlsx nor CSV");
    }

    return sheet_csv(t, data, len);
}


static ckp_code_t
sheet_file(sheets_t *t, const char *name)
{
    const char  *why = NULL;
    char        *data = NULL;
    size_t       len = 0;
    ckp_code_t   rc = sheet_one_more(t);

    if (rc != CKP_OK) {
        return rc;
    }

    if (t->how->file == NULL
        || !t->how->file(t->how->data, name, &data, &len, &why))
    {
        return sheet_foreign(t, "this file is not read here, only those of "
                             "the artifacts' folder, base64 and CSV text");
    }

    if (why != NULL) {
        return ckp_fail(t->err, CKP_E_INVALID, "", "%.120s: %s", name, why);
    }

    rc = sheet_bytes(t, data, len);
    ckp_free(data);

    return rc;
}


static ckp_code_t
sheet_text(sheets_t *t, const json_t *source)
{
    const char *const  text = json_string_value(source);
    const size_t       len = json_string_length(source);
    const char *const  data = strstr(text, ";base64,");

    if (strncmp(text, "data:", 5) == 0 && data != NULL) {
        return sheet_base64(t, data + 8, len - (size_t) (data + 8 - text));
    }

    /* how the first bytes of .xlsx and .xls look as base64 */

    if (strncmp(text, "UEsDB", 5) == 0 || strncmp(text, "0M8R4KGx", 8) == 0) {
        return sheet_base64(t, text, len);
    }

    return ckp_sheet_is_name(text, len) ? sheet_file(t, text)
                                        : sheet_csv(t, text, len);
}


/* --- arrays and objects ------------------------------------------------------------ */


static bool
sheet_all(const json_t *array, json_type type)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (json_typeof(json_array_get(array, i)) != type) {
            return false;
        }
    }

    return true;
}


/* Rows of cells: arrays in which there are no others. */
static bool
sheet_is_matrix(const json_t *array)
{
    if (!sheet_all(array, JSON_ARRAY)) {
        return false;
    }

    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *const  first = json_array_get(json_array_get(array, i),
                                                    0);

        if (json_is_array(first) || json_is_object(first)) {
            return false;
        }
    }

    return true;
}


static ckp_code_t
sheet_array(sheets_t *t, const json_t *array, unsigned depth)
{
    ckp_code_t  rc = CKP_OK;

    if (sheet_all(array, JSON_OBJECT)) {
        return sheet_take(t, json_incref((json_t *) array));
    }

    if (sheet_is_matrix(array)) {
        return sheet_table(t, array);
    }

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(array); i++) {
        rc = sheet_add(t, json_array_get(array, i), depth + 1);
    }

    return rc;
}


static ckp_code_t
sheet_add(sheets_t *t, const json_t *source, unsigned depth)
{
    const char  *name;
    json_t      *value;
    ckp_code_t   rc = CKP_OK;

    if (source == NULL || json_is_null(source)) {
        return CKP_OK;
    }

    if (json_is_string(source)) {
        return sheet_text(t, source);
    }

    if (depth > CKP_SHEET_NEST_MAX
        || !(json_is_array(source) || json_is_object(source)))
    {
        return ckp_fail(t->err, CKP_E_INVALID, "", "a %s is no spreadsheet",
                        ckp_value_type(source));
    }

    if (json_is_array(source)) {
        return sheet_array(t, source, depth);
    }

    json_object_foreach((json_t *) source, name, value) {
        rc = sheet_add(t, value, depth + 1);

        if (rc != CKP_OK) {
            break;
        }
    }

    return rc;
}


/* "Sheet!A1:C9", also "'My sheet'!A1". */
static void
sheet_range(sheets_t *t, const char *range)
{
    const char *const  mark = range == NULL ? NULL : strrchr(range, '!');
    size_t             len = mark == NULL ? 0 : (size_t) (mark - range);

    t->table.range = mark == NULL ? range : mark + 1;

    if (len >= 2 && range[0] == '\'' && range[len - 1] == '\'') {
        range++;
        len -= 2;
    }

    if (len > 0 && len < SHEET_NAME_MAX && t->sheet == NULL) {
        memcpy(t->own, range, len);
        t->sheet = t->own;
    }
}


ckp_code_t
ckp_sheet_read(const json_t *source, const ckp_sheet_how_t *how,
    json_t **out, bool *foreign, ckp_err_t *err)
{
    ckp_err_t   own = CKP_ERR_INIT;
    sheets_t    t = { .table = { .header = how->header, .skip_empty = true },
                      .sheet = how->sheet, .rows = json_array(), .how = how,
                      .err = err == NULL ? &own : err };
    ckp_code_t  rc;

    sheet_range(&t, how->range);
    rc = t.rows == NULL ? ckp_fail(t.err, CKP_E_NOMEM, "", "no memory")
                        : sheet_add(&t, source, 0);

    *foreign = t.foreign;
    *out = rc == CKP_OK ? t.rows : NULL;

    if (rc != CKP_OK) {
        json_decref(t.rows);
    }

    return rc;
}
