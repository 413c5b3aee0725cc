/*
 * Checking a value against a schema, for the files of it.
 *   schema        the walk: keyword by keyword, references, combinations
 *   schema_rule   keywords that look at the value alone
 *   schema_lint   a schema without a value
 */

#ifndef CKP_SCHEMA_INT_H
#define CKP_SCHEMA_INT_H

#include <stdint.h>

#include "base/mem.h"
#include "lang/regex.h"
#include "lang/schema.h"

#define CKP_SC_PATTERNS  8

typedef struct {
    const json_t  *root;            /* for $ref */
    json_t        *errors;          /* NULL: only whether it holds */
    size_t         wrong;           /* violations so far */
    ckp_buf_t      path;            /* of the value */
    uint32_t       budget;
    unsigned       depth;
    ckp_err_t     *err;
    const char    *patterns[CKP_SC_PATTERNS];       /* by address */
    ckp_regex_t   *regexes[CKP_SC_PATTERNS];
    unsigned       next_pattern;
} ckp_sc_t;

/* The value breaks a rule. */
ckp_code_t ckp_sc_wrong(ckp_sc_t *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The schema is wrong. */
ckp_code_t ckp_sc_bad(ckp_sc_t *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One keyword of a schema object: `rule` is its value. */
typedef ckp_code_t (*ckp_sc_pt)(ckp_sc_t *c, const json_t *schema,
    const json_t *rule, const json_t *value);

/* The row of a keyword in schema_rule's table, or NULL. */
ckp_sc_pt ckp_sc_rule(const char *keyword);

/* Whether the keyword belongs to the subset at all. */
bool ckp_sc_known(const char *keyword);

/* 1, 0; -1: the pattern is wrong, and c->err says why. */
int ckp_sc_matches(ckp_sc_t *c, const char *pattern, const char *text);

/* Ends the patterns that were compiled on the way. */
void ckp_sc_end(ckp_sc_t *c);

ckp_code_t ckp_sc_charge(ckp_sc_t *c, size_t steps);

/* Lends what a local "$ref" leads to, or NULL. */
const json_t *ckp_sc_ref(const json_t *root, const char *ref);

#endif
