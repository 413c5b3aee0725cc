/*
 * Templates: a JSON value whose strings may hold {{placeholders}}, compiled
 * once, rendered many times.  Source: spec/ckp.md 6.
 */

#ifndef CKP_TEMPLATE_H
#define CKP_TEMPLATE_H

#include <stdbool.h>

#include "base/mem.h"
#include "lang/expr.h"

#define CKP_TEMPLATE_TEXT_MAX   (64 * 1024)
#define CKP_TEMPLATE_HOLES_MAX  1000
#define CKP_TEMPLATE_OUT_MAX    (256 * 1024)

typedef struct ckp_template_s  ckp_template_t;

/*
 * Compiles every string at any depth (member names never).  `value` is
 * borrowed and kept by reference.  CKP_E_LIMIT: too long or too many holes;
 * CKP_E_INVALID: a {{= }} with a syntax error.  A malformed "{{" is text.
 */
ckp_template_t *ckp_template_new(const json_t *value, ckp_err_t *err);
ckp_template_t *ckp_template_text(const char *text, ckp_err_t *err);
void ckp_template_free(ckp_template_t *t);

bool ckp_template_is_constant(const ckp_template_t *t);
void ckp_template_refs(const ckp_template_t *t, ckp_ref_pt visit, void *data);

/* The value that was compiled, lent. */
const json_t *ckp_template_source(const ckp_template_t *t);

/*
 * New reference in *out; constant parts are shared with the program, so the
 * result must not be changed, only replaced.  secrets.* renders as the string
 * "***REDACTED***" unless the scope binds `secrets`.
 * CKP_E_INVALID = TemplateError (or the ExpressionError of a {{= }}).
 */
ckp_code_t ckp_template_render(const ckp_template_t *t, ckp_eval_t *ev,
    json_t **out, ckp_err_t *err);

/* Renders to text (a string result; other types by ckp_value_text), appended
 * to `b`. */
ckp_code_t ckp_template_render_text(const ckp_template_t *t, ckp_eval_t *ev,
    ckp_buf_t *b, ckp_err_t *err);

#endif
