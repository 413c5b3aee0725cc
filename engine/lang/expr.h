/*
 * The one expression grammar.  Parsed once, evaluated without recursion on
 * anything a document can make deeper than 32.  Source: spec/ckp.md 7.
 */

#ifndef CKP_EXPR_H
#define CKP_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "lang/eval.h"

#define CKP_EXPR_TEXT_MAX   4096
#define CKP_EXPR_DEPTH_MAX  32
#define CKP_EXPR_OPS_MAX    1000

typedef struct ckp_expr_s  ckp_expr_t;

/* What the compiler wants to know of an expression or a template. */
typedef enum {
    CKP_REF_NAME,           /* a variable: first segment of a path */
    CKP_REF_DEFAULTED,      /* the same, with a default behind "|" */
    CKP_REF_BARE,           /* single bare name, direct operand of comparison */
    CKP_REF_SECRET,         /* secrets.<second> */
    CKP_REF_ASSIGN,         /* "=" used as comparison (CKP222) */
    CKP_REF_BAD_REGEX,      /* literal pattern that does not compile (CKP221) */
    CKP_REF_UNKNOWN_FUNC,   /* CKP224: name, or wrong argument count */
    CKP_REF_MALFORMED,      /* "{{" kept as text (CKP211) */
    CKP_REF_FOREIGN         /* ${...} or @name placeholder (CKP213) */
} ckp_ref_t;

/* The variable that such a finding reads, lent; NULL: it reads none.
 * {{vars.x}} and {{variables.x}} are x. */
const char *ckp_ref_variable(ckp_ref_t kind, const char *name,
    const char *second);

/* `in_expr`: found inside an expression (a condition or {{= }}). */
typedef void (*ckp_ref_pt)(void *data, ckp_ref_t kind, const char *name,
    const char *second, bool in_expr);

/*
 * CKP_E_INVALID: syntax error; the sentence ends with "at column N" (1-based).
 * Unknown functions and bad literal patterns parse: ckp_expr_refs tells them
 * and evaluating them is an error.
 */
ckp_expr_t *ckp_expr_parse(const char *text, size_t len, ckp_err_t *err);

/* As above, but stops before "}}" outside a string; *used = bytes taken. */
ckp_expr_t *ckp_expr_parse_embedded(const char *text, size_t len,
    size_t *used, ckp_err_t *err);
void ckp_expr_free(ckp_expr_t *expr);

void ckp_expr_refs(const ckp_expr_t *expr, ckp_ref_pt visit, void *data);
const char *ckp_expr_source(const ckp_expr_t *expr);

/* Whether some comparison in it cannot be true whatever its names stand for. */
bool ckp_expr_never(const ckp_expr_t *expr);

/*
 * The value: new reference in *out.  CKP_E_INVALID = ExpressionError,
 * CKP_E_LIMIT = budget or result size (also an ExpressionError).
 */
ckp_code_t ckp_expr_value(const ckp_expr_t *expr, ckp_eval_t *ev,
    json_t **out, ckp_err_t *err);

/*
 * The truth.  Errors make the comparison around them false and warn, unless
 * ev->strict; then they are returned.  Source: spec/ckp.md 7.7.
 */
ckp_code_t ckp_expr_test(const ckp_expr_t *expr, ckp_eval_t *ev, bool *holds,
    ckp_err_t *err);

#endif
