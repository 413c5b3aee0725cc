/*
 * CSV texts as rows.  Source: spec/ckp.md 13.3; RFC 4180.
 */

#ifndef CKP_CSV_H
#define CKP_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#include "base/err.h"
#include "data/table.h"

typedef struct {
    const char       *delimiter;    /* NULL: "," */
    char              quote;        /* 0: '"' */
    bool              infer;        /* cells without quotes that are wholly a
                                       number, true or false become that */
    ckp_table_how_t   table;
} ckp_csv_how_t;

/* What parse_csv does when it is told nothing. */
#define CKP_CSV_DEFAULT                                                       \
    { .table = { .header = true, .skip_empty = true } }

/*
 * New array of objects, or of arrays without names.  A byte order mark is
 * skipped.  CKP_E_INVALID: a quote does not end, or no such range;
 * CKP_E_LIMIT: the result is too large.
 */
json_t *ckp_csv_parse(const char *text, size_t len, const ckp_csv_how_t *how,
    ckp_err_t *err);

#endif
