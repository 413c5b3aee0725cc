/*
 * The JSON Schema subset of spec/ckp.md 10.11 and the named formats of 3.3.
 */

#ifndef CKP_SCHEMA_H
#define CKP_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#include "base/err.h"

/*
 * Checks `value`.  *errors becomes a new array of {path, message} (empty: it
 * holds).  CKP_E_INVALID: the schema itself is wrong.
 */
ckp_code_t ckp_schema_check(const json_t *schema, const json_t *value,
    json_t **errors, ckp_err_t *err);

/*
 * What a compiler says about a schema: `number` is that of the catalogue, 226
 * unknown keyword, 227 invalid schema, 221 invalid pattern.  `pointer` leads
 * into the schema and lives during the visit only.
 */
typedef void (*ckp_schema_pt)(void *data, int number, const char *pointer,
    const char *message);

ckp_code_t ckp_schema_lint(const json_t *schema, ckp_schema_pt visit,
    void *data);

/* email uri date date-time uuid ipv4 ipv6; unknown formats hold. */
bool ckp_format_known(const char *format);
bool ckp_format_holds(const char *format, const char *text);

#endif
