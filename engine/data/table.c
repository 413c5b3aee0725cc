/*
 * Rows of cells: a range of them, under names.
 */

#include "data/table.h"

#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "lang/eval.h"
#include "lang/value.h"

#define TABLE_NAME_MAX  CKP_JSON_KEY_MAX

/* Inclusive, from 0. */
typedef struct {
    size_t  row;
    size_t  row_last;
    size_t  column;
    size_t  column_last;
} range_t;

typedef struct {
    range_t       range;
    json_t       *names;        /* NULL: there are none */
    json_t       *rows;         /* the result */
    size_t        cells;
    size_t        bytes;
    ckp_err_t    *err;
} table_t;


/* --- ranges ------------------------------------------------------------------- */


/* "BC" and "12" of "BC12"; what is not there stays SIZE_MAX. */
static const char *
range_corner(const char *p, size_t *row, size_t *column)
{
    size_t  n = 0;

    *row = SIZE_MAX;
    *column = SIZE_MAX;

    while (*p == ' ' || *p == '$') {
        p++;
    }

    for ( /* void */ ; ((*p | 32) >= 'a' && (*p | 32) <= 'z') && n < 20000;
         p++)
    {
        n = n * 26 + (size_t) ((*p | 32) - 'a' + 1);
        *column = n - 1;
    }

    p += *p == '$' ? 1 : 0;
    n = 0;

    for ( /* void */ ; *p >= '0' && *p <= '9' && n < 10000000; p++) {
        n = n * 10 + (size_t) (*p - '0');
        *row = n - 1;
    }

    while (*p == ' ') {
        p++;
    }

    return p;
}


static ckp_code_t
range_read(const char *text, range_t *r, ckp_err_t *err)
{
    const char  *p;

    *r = (range_t) { 0, SIZE_MAX, 0, SIZE_MAX };

    if (text == NULL || *text == '\0') {
        return CKP_OK;
    }

    p = range_corner(text, &r->row, &r->column);

    /* "B2" alone: from there on */

    if (*p == '\0' && r->row != SIZE_MAX && r->column != SIZE_MAX) {
        return CKP_OK;
    }

    const bool  rows = r->row != SIZE_MAX;
    const bool  columns = r->column != SIZE_MAX;

    if (*p != ':' || !(rows || columns)) {
        goto wrong;
    }

    p = range_corner(p + 1, &r->row_last, &r->column_last);

    if (*p != '\0' || rows != (r->row_last != SIZE_MAX)
        || columns != (r->column_last != SIZE_MAX))
    {
        goto wrong;
    }

    r->row = rows ? r->row : 0;
    r->column = columns ? r->column : 0;

    if (r->row <= r->row_last && r->column <= r->column_last) {
        return CKP_OK;
    }

wrong:

    return ckp_fail(err, CKP_E_INVALID, "", "\"%.60s\" is no range of cells",
                    text);
}


/* The cells of the row in the range, lent or new; NULL: no memory. */
static json_t *
range_cells(const range_t *r, const json_t *row)
{
    json_t  *cells;
    size_t   last = json_array_size(row);

    if (r->column == 0 && r->column_last >= last) {
        return json_incref((json_t *) row);
    }

    cells = json_array();
    last = r->column_last < last ? r->column_last + 1 : last;

    for (size_t i = r->column; i < last; i++) {
        if (json_array_append(cells, json_array_get(row, i)) != 0) {
            json_decref(cells);
            return NULL;
        }
    }

    return cells;
}


/* --- names ----------------------------------------------------------------------- */


static void
name_text(ckp_buf_t *b, const json_t *cell, size_t i)
{
    ckp_buf_init(b, TABLE_NAME_MAX);

    if (cell != NULL) {
        ckp_value_text(b, cell);
    }

    /* names of members hold no NUL */

    b->len = strlen(ckp_buf_str(b));

    if (b->len == 0) {
        ckp_buf_printf(b, "column_%zu", i + 1);
    }
}


/* Puts the name into `b` that no other column has: "a", then "a_2" ...
 * `used` has for each name the number that was tried last. */
static ckp_code_t
name_own(json_t *used, ckp_buf_t *b)
{
    json_t *const  count = json_object_get(used, ckp_buf_str(b));
    const size_t   len = b->len;
    json_int_t     n = json_integer_value(count);

    if (count == NULL) {
        return json_object_set_new(used, ckp_buf_str(b), json_integer(1)) == 0
               ? CKP_OK : CKP_E_NOMEM;
    }

    do {
        b->len = len;
        ckp_buf_printf(b, "_%lld", (long long) ++n);

        if (b->failed != CKP_OK) {
            return (ckp_code_t) b->failed;
        }

    } while (json_object_get(used, ckp_buf_str(b)) != NULL);

    if (json_object_setn_new(used, ckp_buf_str(b), len, json_integer(n)) != 0)
    {
        return CKP_E_NOMEM;
    }

    return json_object_set_new(used, ckp_buf_str(b), json_integer(1)) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


/* Column names from cells; NULL: err says why. */
static json_t *
names_new(const json_t *cells, ckp_err_t *err)
{
    json_t *const  used = json_object();
    json_t *const  names = json_array();
    ckp_code_t     rc = used == NULL || names == NULL ? CKP_E_NOMEM : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(cells); i++) {
        ckp_buf_t  b;

        name_text(&b, json_array_get(cells, i), i);
        rc = b.failed == CKP_OK ? name_own(used, &b) : (ckp_code_t) b.failed;

        if (rc == CKP_OK
            && json_array_append_new(names, json_stringn(b.data, b.len)) != 0)
        {
            rc = CKP_E_NOMEM;
        }

        ckp_buf_free(&b);
    }

    json_decref(used);

    if (rc != CKP_OK) {
        json_decref(names);
        (void) ckp_fail(err, rc, "", rc == CKP_E_NOMEM ? "no memory"
                        : "a column's name is longer than %d bytes",
                        TABLE_NAME_MAX);
        return NULL;
    }

    return names;
}


/* --- rows ------------------------------------------------------------------------- */


static bool
cell_is_empty(const json_t *cell)
{
    return cell == NULL || json_is_null(cell)
           || (json_is_string(cell) && json_string_length(cell) == 0);
}


static bool
row_is_empty(const json_t *cells)
{
    for (size_t i = 0; i < json_array_size(cells); i++) {
        if (!cell_is_empty(json_array_get(cells, i))) {
            return false;
        }
    }

    return true;
}


static ckp_code_t
table_count(table_t *t, const char *name, const json_t *cell)
{
    t->cells++;
    t->bytes += 4 + (name == NULL ? 0 : strlen(name))
                + ckp_json_size(cell, CKP_EVAL_RESULT_MAX);

    if (t->cells > CKP_TABLE_CELLS_MAX || t->bytes > CKP_EVAL_RESULT_MAX) {
        return ckp_fail(t->err, CKP_E_LIMIT, "",
                        "a table of more than %d cells or %d bytes",
                        CKP_TABLE_CELLS_MAX, CKP_EVAL_RESULT_MAX);
    }

    return CKP_OK;
}


static ckp_code_t
row_put(table_t *t, json_t *row, size_t i, const json_t *cell)
{
    const char  *name = json_string_value(json_array_get(t->names, i));
    char         own[32];
    ckp_buf_t    b;

    if (name == NULL) {
        if (cell_is_empty(cell)) {
            return CKP_OK;
        }

        ckp_buf_init(&b, sizeof(own));
        ckp_buf_printf(&b, "column_%zu", i + 1);
        (void) strncpy(own, ckp_buf_str(&b), sizeof(own) - 1);
        own[sizeof(own) - 1] = '\0';
        ckp_buf_free(&b);
        name = own;
    }

    if (table_count(t, name, cell) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    return json_object_set(row, name, (json_t *) cell) == 0 ? CKP_OK
                                                            : CKP_E_NOMEM;
}


static ckp_code_t
row_named(table_t *t, const json_t *cells, json_t *row)
{
    const size_t  names = json_array_size(t->names);
    const size_t  given = json_array_size(cells);
    const size_t  n = names > given ? names : given;
    ckp_code_t    rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        const json_t *const  cell = json_array_get(cells, i);

        rc = row_put(t, row, i, cell == NULL ? json_null() : cell);
    }

    return rc;
}


static ckp_code_t
table_add(table_t *t, json_t *cells)
{
    ckp_code_t  rc = CKP_OK;
    json_t     *row;

    if (json_array_size(t->rows) >= CKP_TABLE_ROWS_MAX) {
        return ckp_fail(t->err, CKP_E_LIMIT, "", "more than %d rows",
                        CKP_TABLE_ROWS_MAX);
    }

    if (t->names == NULL) {
        for (size_t i = 0; rc == CKP_OK && i < json_array_size(cells); i++) {
            rc = table_count(t, NULL, json_array_get(cells, i));
        }

        row = json_incref(cells);

    } else {
        row = json_object();
        rc = row == NULL ? CKP_E_NOMEM : row_named(t, cells, row);
    }

    if (rc != CKP_OK) {
        json_decref(row);
        return rc;
    }

    return json_array_append_new(t->rows, row) == 0 ? CKP_OK : CKP_E_NOMEM;
}


/* *header: the next row with something in it is the header. */
static ckp_code_t
table_row(table_t *t, const ckp_table_how_t *how, json_t *cells, bool *header)
{
    if (how->skip_empty && row_is_empty(cells)) {
        return CKP_OK;
    }

    if (!*header) {
        return table_add(t, cells);
    }

    *header = false;

    if (t->names == NULL) {
        t->names = names_new(cells, t->err);

        return t->names == NULL ? t->err->code : CKP_OK;
    }

    return CKP_OK;
}


static ckp_code_t
table_fill(table_t *t, const json_t *rows, const ckp_table_how_t *how)
{
    bool        header = how->header;
    ckp_code_t  rc = range_read(how->range, &t->range, t->err);

    if (rc == CKP_OK && how->columns != NULL) {
        t->names = names_new(how->columns, t->err);
        rc = t->names == NULL ? t->err->code : CKP_OK;
    }

    for (size_t i = t->range.row; rc == CKP_OK && i < json_array_size(rows)
         && i <= t->range.row_last; i++)
    {
        json_t *const  cells = range_cells(&t->range, json_array_get(rows, i));

        rc = cells == NULL ? CKP_E_NOMEM : table_row(t, how, cells, &header);
        json_decref(cells);
    }

    return rc;
}


json_t *
ckp_table_json(const json_t *rows, const ckp_table_how_t *how, ckp_err_t *err)
{
    table_t     t = { .rows = json_array(), .err = err };
    ckp_code_t  rc = t.rows == NULL ? CKP_E_NOMEM : table_fill(&t, rows, how);

    json_decref(t.names);

    if (rc != CKP_OK) {
        json_decref(t.rows);
        (void) ckp_fail(err, rc, "", "no memory");
        return NULL;
    }

    return t.rows;
}
