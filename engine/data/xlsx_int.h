/*
 * Spreadsheets for the files of this room.
 *   xlsx         the archive: which part is which sheet
 *   xlsx_parts   shared texts and styles
 *   xlsx_sheet   a sheet -> rows
 */

#ifndef CKP_XLSX_INT_H
#define CKP_XLSX_INT_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#include "base/err.h"

#define CKP_XLSX_STYLES_MAX  10000

/* What a sheet's cells refer to. */
typedef struct {
    json_t         *texts;      /* array of strings */
    unsigned char  *dates;      /* by style: whether its numbers are dates */
    size_t          ndates;
    bool            from_1904;
} ckp_xlsx_book_t;

/* Array of the strings of xl/sharedStrings.xml; NULL: err. */
json_t *ckp_xlsx_texts(const char *xml, size_t len, ckp_err_t *err);

/* Fills dates and ndates from xl/styles.xml. */
ckp_code_t ckp_xlsx_styles(const char *xml, size_t len, ckp_xlsx_book_t *book,
    ckp_err_t *err);

/* Rows of a xl/worksheets/sheet*.xml; NULL: err. */
json_t *ckp_xlsx_sheet(const char *xml, size_t len,
    const ckp_xlsx_book_t *book, ckp_err_t *err);

/* A day's number (days since 1899-12-30, or 1904-01-01) as a new ISO text in
 * *out (NULL: no memory).  false: no such day. */
bool ckp_xlsx_date(double serial, bool from_1904, json_t **out);

/* A name without its prefix, a value of name, value ... NULL. */
const char *ckp_xlsx_name(const char *name);
const char *ckp_xlsx_attr(const char **attrs, const char *name);

#endif
