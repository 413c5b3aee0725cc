/*
 * A sheet of a spreadsheet: its cells as rows.  Cells without a value make no
 * room, so that a format somewhere far away does not.
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "data/table.h"
#include "data/xlsx_int.h"
#include "data/xml_int.h"
#include "lang/value.h"

#define SHEET_COLUMNS_MAX  16384
#define SHEET_SERIAL_MAX   2958465      /* 9999-12-31 */
#define SHEET_DAYS_1900    25569        /* 1970-01-01 */
#define SHEET_DAYS_1904    24107
#define SHEET_SECONDS      86400

typedef struct {
    const ckp_xlsx_book_t  *book;
    json_t                 *rows;
    size_t                  row;        /* of the cell, from 0 */
    size_t                  column;     /* the same */
    size_t                  cells;
    size_t                  style;
    char                    type[16];   /* of the cell */
    ckp_buf_t               text;
    bool                    in_cell;
    bool                    in_value;
    bool                    has_value;
    unsigned                spoken;     /* depth in <rPh> */
    ckp_err_t              *err;
} sheet_t;


/* --- cells ----------------------------------------------------------------------- */


bool
ckp_xlsx_date(double serial, bool from_1904, json_t **out)
{
    int64_t    days = (int64_t) floor(serial);
    int64_t    seconds;
    int        year;
    int        month;
    int        day;
    char       text[40];
    ckp_buf_t  b;

    if (!(serial >= 0 && serial < SHEET_SERIAL_MAX + 1)) {
        return false;
    }

    seconds = (int64_t) llround((serial - (double) days) * SHEET_SECONDS);

    if (seconds == SHEET_SECONDS) {
        seconds = 0;
        days++;
    }

    ckp_buf_init(&b, sizeof(text));

    if (days > 0 || from_1904) {

        /* 1900-02-29, which never was, has a number, too */

        ckp_date_civil(from_1904 ? days - SHEET_DAYS_1904
                       : days - SHEET_DAYS_1900 + (days < 60 ? 1 : 0),
                       &year, &month, &day);
        ckp_buf_printf(&b, "%04d-%02d-%02d", year, month, day);
    }

    if (seconds > 0 || b.len == 0) {
        ckp_buf_printf(&b, "%s%02d:%02d:%02d", b.len > 0 ? "T" : "",
                       (int) (seconds / 3600), (int) (seconds / 60 % 60),
                       (int) (seconds % 60));
    }

    *out = b.failed == CKP_OK ? json_string(ckp_buf_str(&b)) : NULL;
    ckp_buf_free(&b);

    return true;
}


/* A number, a date by its style, or the text (stolen) when it is neither. */
static json_t *
cell_number(const sheet_t *t, json_t *text)
{
    ckp_num_t  number;
    json_t    *v;

    if (!ckp_num_of(text, &number)) {
        return text;
    }

    if (t->style >= t->book->ndates || !t->book->dates[t->style]
        || !ckp_xlsx_date(number.d, t->book->from_1904, &v))
    {
        v = ckp_num_json(&number);
    }

    json_decref(text);

    return v;
}


/* NULL: no memory. */
static json_t *
cell_value(const sheet_t *t)
{
    json_t *const      text = json_stringn(ckp_buf_str(&t->text), t->text.len);
    const char *const  s = json_string_value(text);
    json_t            *v;

    if (text == NULL) {
        return NULL;
    }

    if (strcmp(t->type, "s") == 0) {
        v = json_array_get(t->book->texts, (size_t) strtoul(s, NULL, 10));
        v = v == NULL ? json_null() : json_incref(v);
        json_decref(text);
        return v;
    }

    if (strcmp(t->type, "b") == 0) {
        v = json_boolean(s[0] == '1' || s[0] == 't');
        json_decref(text);
        return v;
    }

    return strcmp(t->type, "n") == 0 ? cell_number(t, text) : text;
}


static bool
sheet_wrong(sheet_t *t, ckp_code_t code, const char *sentence)
{
    (void) ckp_fail(t->err, code, "", "%s", sentence);

    return false;
}


static bool
sheet_put(sheet_t *t)
{
    json_t  *row;

    if (t->row >= CKP_TABLE_ROWS_MAX || t->column >= SHEET_COLUMNS_MAX) {
        return sheet_wrong(t, CKP_E_LIMIT, "a cell that is too far away");
    }

    while (json_array_size(t->rows) <= t->row) {
        if (json_array_append_new(t->rows, json_array()) != 0) {
            return sheet_wrong(t, CKP_E_NOMEM, "no memory");
        }
    }

    row = json_array_get(t->rows, t->row);

    while (json_array_size(row) <= t->column) {
        if (++t->cells > CKP_TABLE_CELLS_MAX) {
            return sheet_wrong(t, CKP_E_LIMIT, "a sheet of too many cells");
        }

        if (json_array_append_new(row, json_null()) != 0) {
            return sheet_wrong(t, CKP_E_NOMEM, "no memory");
        }
    }

    if (t->text.failed == CKP_E_LIMIT) {
        return sheet_wrong(t, CKP_E_LIMIT, "a cell that is too long");
    }

    return json_array_set_new(row, t->column, cell_value(t)) == 0
           || sheet_wrong(t, CKP_E_NOMEM, "no memory");
}


/* --- elements ------------------------------------------------------------------- */


/* "BC12": where the cell is. */
static void
cell_place(sheet_t *t, const char *ref)
{
    size_t       column = 0;
    const char  *p = ref;

    for ( /* void */ ; *p >= 'A' && *p <= 'Z'; p++) {
        column = column > SHEET_COLUMNS_MAX
                 ? column : column * 26 + (size_t) (*p - 'A' + 1);
    }

    const unsigned long  row = strtoul(p, NULL, 10);

    if (column > 0 && row > 0) {
        t->column = column - 1;
        t->row = row - 1;
    }
}


static void
cell_open(sheet_t *t, const char **attrs)
{
    const char *const  ref = ckp_xlsx_attr(attrs, "r");
    const char *const  style = ckp_xlsx_attr(attrs, "s");
    const char *const  type = ckp_xlsx_attr(attrs, "t");

    t->in_cell = true;
    t->has_value = false;
    t->text.len = 0;
    t->style = style == NULL ? 0 : strtoul(style, NULL, 10);
    t->type[0] = '\0';
    (void) strncat(t->type, type == NULL ? "n" : type, sizeof(t->type) - 1);

    if (ref != NULL) {
        cell_place(t, ref);
    }
}


static bool
sheet_open(void *data, const char *name, const char **attrs)
{
    sheet_t *const     t = data;
    const char *const  own = ckp_xlsx_name(name);

    if (strcmp(own, "row") == 0) {
        const char *const    ref = ckp_xlsx_attr(attrs, "r");
        const unsigned long  row = ref == NULL ? 0 : strtoul(ref, NULL, 10);

        t->row = row > 0 ? row - 1 : t->row;
        t->column = 0;

    } else if (strcmp(own, "c") == 0) {
        cell_open(t, attrs);

    } else if (strcmp(own, "rPh") == 0) {
        t->spoken++;

    } else if (t->in_cell && t->spoken == 0
               && (strcmp(own, "v") == 0 || strcmp(own, "t") == 0))
    {
        t->in_value = true;
        t->has_value = true;
    }

    return true;
}


static bool
sheet_text(void *data, const char *s, size_t len)
{
    sheet_t *const  t = data;

    if (t->in_value) {
        ckp_buf_put(&t->text, s, len);
    }

    return true;
}


static bool
sheet_close(void *data, const char *name)
{
    sheet_t *const     t = data;
    const char *const  own = ckp_xlsx_name(name);

    if (strcmp(own, "row") == 0) {
        t->row++;

    } else if (strcmp(own, "rPh") == 0) {
        t->spoken--;

    } else if (strcmp(own, "v") == 0 || strcmp(own, "t") == 0) {
        t->in_value = false;

    } else if (strcmp(own, "c") == 0) {
        const bool  put = !t->has_value || sheet_put(t);

        t->in_cell = false;
        t->column++;

        return put;
    }

    return true;
}


json_t *
ckp_xlsx_sheet(const char *xml, size_t len, const ckp_xlsx_book_t *book,
    ckp_err_t *err)
{
    static const ckp_xml_events_t  on = { sheet_open, sheet_text,
                                          sheet_close };
    sheet_t                        t = { .book = book, .rows = json_array(),
                                         .err = err };
    ckp_code_t                     rc;

    if (t.rows == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    ckp_buf_init(&t.text, CKP_JSON_STRING_MAX);
    rc = ckp_xml_walk(xml, len, &on, &t, err);
    ckp_buf_free(&t.text);

    if (rc != CKP_OK) {
        json_decref(t.rows);
        return NULL;
    }

    return t.rows;
}
