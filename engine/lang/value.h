/*
 * What JSON values mean to templates and expressions: text, truth, numbers,
 * comparison.  Source: spec/ckp.md 6.3, 7.3, 7.4.
 */

#ifndef CKP_VALUE_H
#define CKP_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include "value/json.h"

#include "base/mem.h"

/* Appends the text form: strings as they are, null as nothing, numbers in
 * shortest round-trip form (integral reals without fraction), others as compact
 * JSON. */
void ckp_value_text(ckp_buf_t *b, const json_t *v);

bool ckp_value_truthy(const json_t *v);
bool ckp_value_is_empty(const json_t *v);           /* null, "", [], {} */
bool ckp_value_is_missing(const json_t *v);         /* absent, null, blank */

/* A number, or a string that is wholly a JSON number (space around ignored).
 * false: neither.  New reference in *out (json integer or real). */
bool ckp_value_number(const json_t *v, json_t **out);

/* A number without a JSON value around it. */

typedef struct {
    bool     real;
    int64_t  i;                 /* when not real */
    double   d;                 /* always */
} ckp_num_t;

/* As ckp_value_number. */
bool ckp_num_of(const json_t *v, ckp_num_t *num);

/* As JSON; an integral real within 64 bits becomes an integer.  NULL: no memory
 * or not finite. */
json_t *ckp_num_json(const ckp_num_t *num);

/*
 * 7 * 1.05 is 7.3500000000000005 in binary; who reads 7.35 is right.  A value
 * that has at most 12 digits when its last bits are rounded away becomes that
 * decimal; 1/3 keeps all of its bits.
 */
double ckp_num_settle(double d);

/* -1, 0, 1, exact also between 64-bit integers and reals. */
int ckp_num_order(const ckp_num_t *a, const ckp_num_t *b);

/* The == of 7.4 with its coercions; ckp_json_equal is the === of it. */
bool ckp_value_equal(const json_t *a, const json_t *b);

/* -1, 0, 1 in *order; false: not comparable (the comparison is false). */
bool ckp_value_order(const json_t *a, const json_t *b, int *order);

bool ckp_value_contains(const json_t *whole, const json_t *part);

/* "string", "number", "integer" counts as number, "boolean", "null" ... */
const char *ckp_value_type(const json_t *v);

/* Whether `s` is `word` in any case (ASCII). */
bool ckp_fold_equal(const char *s, const char *word);

/* Characters of a UTF-8 text, and where the n-th begins (len: beyond it). */
size_t ckp_text_length(const char *s, size_t len);
size_t ckp_text_offset(const char *s, size_t len, size_t n);

/* Appends one character as UTF-8. */
void ckp_text_put(ckp_buf_t *b, uint32_t code);

#endif
