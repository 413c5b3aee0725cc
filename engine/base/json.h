/*
 * JSON for everyone: the one parser with its limits, typed getters, canonical
 * text, pointers and sizes.  Source: design/reliability.md 4 and 6 (JSON).
 */

#ifndef CKP_JSON_H
#define CKP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "value/json.h"

#include "base/err.h"
#include "base/mem.h"

#define CKP_JSON_DEPTH_MAX    64
#define CKP_JSON_VALUES_MAX   200000
#define CKP_JSON_KEY_MAX      1024
#define CKP_JSON_STRING_MAX   (1024 * 1024)

/*
 * Parses a whole text: first a scan for depth, count, key and string sizes and
 * NUL, then our own reader (base/json_read.h).  No BOM, no trailing text, no
 * name twice, no integers beyond 64 bits, no numbers that overflow.  NULL: err
 * says what and where (line and column in the sentence).  CKP_E_INVALID
 * malformed, CKP_E_LIMIT beyond a bound.
 */
json_t *ckp_json_parse(const char *text, size_t len, ckp_err_t *err);

/*
 * The same under other bounds, for stored state (values of a run lie deeper in
 * it than in the body they came with).  A duplicate name is told by a sentence
 * that begins with CKP_JSON_DUPLICATE, in both.
 */

#define CKP_JSON_DUPLICATE   "duplicate member name"
#define CKP_JSON_DEPTH_HARD  512

typedef struct {
    size_t  depth;              /* at most CKP_JSON_DEPTH_HARD */
    size_t  values;
    size_t  key;                /* bytes */
    size_t  string;             /* bytes */
} ckp_json_limits_t;

json_t *ckp_json_parse_within(const char *text, size_t len,
    const ckp_json_limits_t *limits, ckp_err_t *err);

/* Whether a value nests deeper than `max` arrays and objects. */
bool ckp_json_deeper(const json_t *v, size_t max);

/* Compact text, members in their order; shortest round-trip numbers, integral
 * reals keep ".0".  free() with ckp_free; NULL: no memory, or deeper than
 * CKP_JSON_DEPTH_HARD. */
char *ckp_json_text(const json_t *v);

/* Appends the same text to `b`. */
void ckp_json_put(ckp_buf_t *b, const json_t *v);

/* Appends a member as it stands in the text of its object, and a comma. */
void ckp_json_put_member(ckp_buf_t *b, const json_member_t *m);

/* Appends UTF-8 as a JSON string. */
void ckp_json_put_string(ckp_buf_t *b, const char *s, size_t len);

/* Appends ["a","b"] of "a\0b\0", of which there are `len` bytes, not none. */
void ckp_json_put_names(ckp_buf_t *b, const char *names, size_t len);

/* Shortest text that reads back as the same number: "0.1", "1e+21", "5". */

#define CKP_REAL_LEN  32

void ckp_real_text(double d, char out[CKP_REAL_LEN]);

/* An integer as decimal digits with a NUL.  How long it is. */
#define CKP_INT_LEN  24
size_t ckp_int_text(int64_t i, char out[CKP_INT_LEN]);

/* The same with at most `digits` significant digits (1 to 17). */
void ckp_real_round(double d, int digits, char out[CKP_REAL_LEN]);

/* The same with a line for each item, each level two columns to the right. */
char *ckp_json_indented(const json_t *v);

/* Key-sorted compact text, for hashes.  As above. */
char *ckp_json_canonical(const json_t *v);

/* Lends the text of a member or NULL, when it is no string or not there.  The
 * others give `otherwise` then; an integral real is an integer too. */
static inline const char *
ckp_json_str(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

int64_t ckp_json_int(const json_t *o, const char *key, int64_t otherwise);
double ckp_json_num(const json_t *o, const char *key, double otherwise);
bool ckp_json_bool(const json_t *o, const char *key, bool otherwise);

/*
 * A copy whose objects and arrays are its own; scalars, which nobody changes in
 * place, are shared.  New reference; NULL: v is NULL, no memory, or deeper than
 * CKP_JSON_DEPTH_HARD.
 */
json_t *ckp_json_copy(const json_t *v);

/* A value that was made since then, whole or not at all: NULL (it is freed)
 * when memory was refused meanwhile (base/mem.h). */
json_t *ckp_json_whole(json_t *v, unsigned long since);

/* Deep equality; 1 equals 1.0; objects are order-free. */
bool ckp_json_equal(const json_t *a, const json_t *b);

/* Bytes of the compact text, counted without making it; stops at `max`. */
size_t ckp_json_size(const json_t *v, size_t max);

/* Appends "/token" with RFC 6901 escapes to a pointer in `b`. */
void ckp_pointer_push(ckp_buf_t *b, const char *token);

/* Resolves an RFC 6901 pointer; lends the value or NULL. */
json_t *ckp_pointer_get(const json_t *doc, const char *pointer);

/* How many times JSON text nests deeper than recursion may go is bounded by
 * CKP_JSON_DEPTH_MAX, so helpers may recurse over values that were parsed. */

#endif
