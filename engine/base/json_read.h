/*
 * JSON texts, read into values.
 */

#ifndef CKP_BASE_JSON_READ_H
#define CKP_BASE_JSON_READ_H

#include <stddef.h>
#include "value/json.h"

#include "base/err.h"

#include "base/err.h"

/*
 * The value of a text (RFC 8259; no name twice, no U+0000, integers of 64 bits,
 * numbers that have a double), new; not deeper than CKP_JSON_DEPTH_HARD.
 *
 * NULL: CKP_E_INVALID, what is wrong and at which line and column, or
 * CKP_E_NOMEM.
 */
json_t *ckp_json_read(const char *text, size_t len, ckp_err_t *err);

/* Says what is wrong at a place of a text, both counted from 1 and columns in
 * characters; returns `code`. */
ckp_code_t ckp_json_fail(ckp_err_t *err, ckp_code_t code, const char *text,
    const char *at, const char *what);

#endif
