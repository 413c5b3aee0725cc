/*
 * JSONPath over values, compiled once: $ .name ['name'] [n] [-n] [*] .. and
 * filters [?(@.a == 1 && !@.b)].  Comparisons are those of expressions (7.4); a
 * member that is not there equals nothing but another that is not there.
 * Source: spec/ckp.md 9.1.
 */

#ifndef CKP_JSONPATH_H
#define CKP_JSONPATH_H

#include <stdbool.h>
#include "value/json.h"

#include "base/err.h"

#define CKP_JSONPATH_TEXT_MAX   1024
#define CKP_JSONPATH_SEGS_MAX   64          /* filters' own included */
#define CKP_JSONPATH_TESTS_MAX  64          /* comparisons of all filters */
#define CKP_JSONPATH_LOOKS_MAX  1000000     /* values looked at in one search */

typedef struct ckp_jsonpath_s  ckp_jsonpath_t;

/* CKP_E_INVALID: no such path; the sentence ends with "at column N". */
ckp_jsonpath_t *ckp_jsonpath_parse(const char *text, ckp_err_t *err);
void ckp_jsonpath_free(ckp_jsonpath_t *path);

/* Names and indexes alone: it leads to one value or to none. */
bool ckp_jsonpath_is_definite(const ckp_jsonpath_t *path);

/*
 * New reference in *out: of a definite path what lies there, NULL when nothing
 * does; else the array of all hits in document order.
 * CKP_E_LIMIT: too many looks, or hits of more than CKP_EVAL_RESULT_MAX bytes.
 */
ckp_code_t ckp_jsonpath_find(const ckp_jsonpath_t *path, const json_t *value,
    json_t **out, ckp_err_t *err);

#endif
