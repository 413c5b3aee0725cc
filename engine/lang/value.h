/*
 * What JSON values mean to templates and expressions: text, truth, numbers,
 * comparison.  Source: spec/ckp.md 6.3, 7.3, 7.4.
 */

#ifndef CKP_VALUE_H
#define CKP_VALUE_H

#include <stdbool.h>
#include <jansson.h>

#include "base/mem.h"

/* Appends the text form: strings as they are, null as nothing, numbers in
 * shortest round-trip form (integral reals without fraction), others as compact
 * JSON. */
void ckp_value_text(ckp_buf_t *b, const json_t *v);

bool ckp_value_truthy(const json_t *v);
bool ckp_value_is_empty(const json_t *v);           /* null, "", [], {} */

/* A number, or a string that is wholly a JSON number (space around ignored).
 * false: neither.  New reference in *out (json integer or real). */
bool ckp_value_number(const json_t *v, json_t **out);

/* The == of 7.4 with its coercions; ckp_json_equal is the === of it. */
bool ckp_value_equal(const json_t *a, const json_t *b);

/* -1, 0, 1 in *order; false: not comparable (the comparison is false). */
bool ckp_value_order(const json_t *a, const json_t *b, int *order);

bool ckp_value_contains(const json_t *whole, const json_t *part);

/* "string", "number", "integer" counts as number, "boolean", "null" ... */
const char *ckp_value_type(const json_t *v);

#endif
