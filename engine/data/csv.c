/*
 * CSV: cells, rows, then a table of them.
 */

#include "data/csv.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "lang/value.h"

typedef struct {
    const char  *p;
    const char  *end;
    const char  *delimiter;
    size_t       delimiter_len;
    char         quote;
    bool         infer;
    size_t       cells;
    size_t       row;           /* from 1 */
    ckp_err_t   *err;
} csv_t;


static bool
csv_at_delimiter(const csv_t *c)
{
    return (size_t) (c->end - c->p) >= c->delimiter_len
           && memcmp(c->p, c->delimiter, c->delimiter_len) == 0;
}


static bool
csv_at_line_end(const csv_t *c)
{
    return c->p == c->end || *c->p == '\n' || *c->p == '\r';
}


/* The inside of a quoted cell, its quotes taken. */
static ckp_code_t
csv_quoted(csv_t *c, ckp_buf_t *b)
{
    c->p++;

    while (c->p < c->end) {
        const char *const  q = memchr(c->p, c->quote,
                                      (size_t) (c->end - c->p));

        if (q == NULL) {
            break;
        }

        ckp_buf_put(b, c->p, (size_t) (q - c->p));
        c->p = q + 1;

        if (c->p == c->end || *c->p != c->quote) {
            return CKP_OK;
        }

        ckp_buf_put(b, c->p++, 1);
    }

    return ckp_fail(c->err, CKP_E_INVALID, "",
                    "a quote in row %zu does not end", c->row);
}


/* `text` is stolen; NULL: no memory. */
static json_t *
csv_inferred(json_t *text)
{
    const char *const  s = json_string_value(text);
    ckp_num_t          number;
    json_t            *value;

    if (ckp_num_of(text, &number)) {
        value = ckp_num_json(&number);
        json_decref(text);
        return value;
    }

    if (ckp_fold_equal(s, "true") || ckp_fold_equal(s, "false")) {
        value = json_boolean(s[0] == 't' || s[0] == 'T');
        json_decref(text);
        return value;
    }

    return text;
}


/* One cell and what ends it.  NULL: err says why. */
static json_t *
csv_cell(csv_t *c, bool *last)
{
    const bool  quoted = !csv_at_line_end(c) && *c->p == c->quote;
    json_t     *v = NULL;
    ckp_buf_t   b;

    ckp_buf_init(&b, CKP_JSON_STRING_MAX);

    if (quoted && csv_quoted(c, &b) != CKP_OK) {
        goto done;
    }

    const char *const  from = c->p;

    while (!csv_at_line_end(c) && !csv_at_delimiter(c)) {
        c->p++;
    }

    ckp_buf_put(&b, from, (size_t) (c->p - from));
    *last = csv_at_line_end(c);

    if (!*last) {
        c->p += c->delimiter_len;

    } else {
        c->p += c->p < c->end && *c->p == '\r' ? 1 : 0;
        c->p += c->p < c->end && *c->p == '\n' ? 1 : 0;
    }

    if (b.failed != CKP_OK) {
        (void) ckp_fail(c->err, (ckp_code_t) b.failed, "",
                        "a cell that is too long");
        goto done;
    }

    v = json_stringn_nocheck(ckp_buf_str(&b), b.len);

    if (v != NULL && c->infer && !quoted) {
        v = csv_inferred(v);
    }

done:

    ckp_buf_free(&b);

    return v;
}


static json_t *
csv_row(csv_t *c)
{
    json_t *const  row = json_array();
    bool           last = false;

    while (!last) {
        if (++c->cells > CKP_TABLE_CELLS_MAX) {
            (void) ckp_fail(c->err, CKP_E_LIMIT, "", "more than %d cells",
                            CKP_TABLE_CELLS_MAX);
            goto failed;
        }

        if (json_array_append_new(row, csv_cell(c, &last)) != 0) {
            (void) ckp_fail(c->err, CKP_E_NOMEM, "", "no memory");
            goto failed;
        }
    }

    return row;

failed:

    json_decref(row);

    return NULL;
}


static bool
csv_is_blank(const json_t *row)
{
    for (size_t i = 0; i < json_array_size(row); i++) {
        if (json_string_length(json_array_get(row, i)) > 0) {
            return false;
        }
    }

    return true;
}


/* All rows as arrays; names stay texts whatever they look like. */
static json_t *
csv_rows(csv_t *c, const ckp_csv_how_t *how)
{
    json_t *const  rows = json_array();
    bool           header = how->table.header;

    while (c->p < c->end) {
        c->infer = how->infer && !header;
        c->row++;

        json_t *const  row = csv_row(c);

        if (row == NULL) {
            json_decref(rows);
            return NULL;
        }

        header = header && how->table.skip_empty && csv_is_blank(row);

        if (json_array_append_new(rows, row) != 0) {
            json_decref(rows);
            return NULL;
        }
    }

    return rows;
}


json_t *
ckp_csv_parse(const char *text, size_t len, const ckp_csv_how_t *how,
    ckp_err_t *err)
{
    csv_t    c = { .p = text, .end = text + len, .err = err,
                   .quote = how->quote == '\0' ? '"' : how->quote };
    json_t  *rows;
    json_t  *table;

    c.delimiter = how->delimiter == NULL || how->delimiter[0] == '\0'
                  ? "," : how->delimiter;
    c.delimiter_len = strlen(c.delimiter);

    if (!ckp_utf8_holds(text, len)) {
        (void) ckp_fail(err, CKP_E_INVALID, "", "the text is no UTF-8");
        return NULL;
    }

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        c.p += 3;
    }

    rows = csv_rows(&c, how);

    if (rows == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    table = ckp_table_json(rows, &how->table, err);
    json_decref(rows);

    return table;
}
