/*
 * Comparisons: spec/ckp.md 7.4.  In a test an error inside one makes it false
 * (7.7), and this is the place where it stops.
 */

#include <string.h>

#include "base/json.h"
#include "lang/expr_int.h"
#include "lang/value.h"

#define MATCHES_LIMIT_STEPS  10000


static void
compare_warn(const ckp_xc_t *c, ckp_warn_t kind, const char *message)
{
    if (c->ev->warn != NULL) {
        c->ev->warn(c->ev->warn_data, kind, c->expr->source, message);
    }
}


static bool
compare_order(const ckp_xc_t *c, unsigned op, const json_t *a,
    const json_t *b)
{
    int  order;

    if (!ckp_value_order(a, b, &order)) {
        compare_warn(c, CKP_WARN_COMPARISON,
                     "values that have no order are compared");
        return false;
    }

    return (op == CKP_OP_LT) ? order < 0
           : (op == CKP_OP_LE) ? order <= 0
           : (op == CKP_OP_GT) ? order > 0 : order >= 0;
}


bool
ckp_value_edge(ckp_op_t op, const json_t *a, const json_t *b)
{
    ckp_buf_t  whole;
    ckp_buf_t  part;
    bool       holds;

    if (json_is_null(a) || json_is_null(b)) {
        return false;
    }

    ckp_buf_init(&whole, CKP_JSON_STRING_MAX);
    ckp_buf_init(&part, CKP_JSON_STRING_MAX);
    ckp_value_text(&whole, a);
    ckp_value_text(&part, b);

    holds = whole.failed == CKP_OK && part.failed == CKP_OK
            && part.len <= whole.len
            && memcmp(ckp_buf_str(&whole)
                      + (op == CKP_OP_ENDS ? whole.len - part.len : 0),
                      ckp_buf_str(&part), part.len) == 0;

    ckp_buf_free(&whole);
    ckp_buf_free(&part);

    return holds;
}


/* The pattern of a literal was compiled with the expression. */
static ckp_code_t
matches_regex(ckp_xc_t *c, const ckp_x_t *pattern, const json_t *value,
    ckp_regex_t **made)
{
    ckp_err_t  err = CKP_ERR_INIT;

    *made = NULL;

    if (pattern->regex != NULL) {
        return CKP_OK;
    }

    if (!json_is_string(value)) {
        return ckp_x_fail(c, "regular expression is no string but %s",
                          ckp_value_type(value));
    }

    *made = ckp_regex_new(json_string_value(value), false, NULL, &err);

    if (*made == NULL) {
        return ckp_fail(c->err, err.code, "", "%s", err.msg);
    }

    return CKP_OK;
}


/* A limit means "does not match", costs, and is told. */
static ckp_code_t
matches_run(ckp_xc_t *c, const ckp_regex_t *re, const char *s, size_t len,
    ckp_span_t *spans, size_t nspans, size_t *found)
{
    bool  limited;

    if (ckp_x_charge(c, len) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    *found = ckp_regex_try(re, s, len, 0, spans, nspans, &limited);

    if (!limited) {
        return CKP_OK;
    }

    compare_warn(c, CKP_WARN_EXPRESSION,
                 "regular expression reached its limit");

    return ckp_eval_step(c->ev, MATCHES_LIMIT_STEPS, c->err);
}


/* tidy: what a match takes cannot be fewer */
ckp_code_t
ckp_x_matches(ckp_xc_t *c, const json_t *subject, const ckp_x_t *pattern,
    const json_t *value, ckp_span_t *spans, size_t nspans, size_t *found)
{
    ckp_regex_t  *made;
    ckp_buf_t     text;
    ckp_code_t    rc = matches_regex(c, pattern, value, &made);

    *found = 0;

    if (rc != CKP_OK) {
        return rc;
    }

    ckp_buf_init(&text, CKP_REGEX_SUBJECT_MAX);

    if (!json_is_string(subject)) {
        ckp_value_text(&text, subject);
    }

    if (text.failed == CKP_OK) {
        rc = matches_run(c, made != NULL ? made : pattern->regex,
                         json_is_string(subject) ? json_string_value(subject)
                                                 : ckp_buf_str(&text),
                         json_is_string(subject) ? json_string_length(subject)
                                                 : text.len,
                         spans, nspans, found);
    }

    ckp_buf_free(&text);
    ckp_regex_free(made);

    return rc;
}


static ckp_code_t
compare_two(ckp_xc_t *c, unsigned op, const json_t *a, const ckp_x_t *right,
    const json_t *b, bool *holds)
{
    size_t      found;
    ckp_code_t  rc;

    if (ckp_x_charge_value(c, a) != CKP_OK
        || ckp_x_charge_value(c, b) != CKP_OK)
    {
        return CKP_E_LIMIT;
    }

    switch ((ckp_op_t) (op & ~(unsigned) CKP_OP_NOT)) {

    case CKP_OP_EQ:
        *holds = ckp_value_equal(a, b);
        break;

    case CKP_OP_SAME:
        *holds = ckp_json_equal(a, b);
        break;

    case CKP_OP_LT:
    case CKP_OP_LE:
    case CKP_OP_GT:
    case CKP_OP_GE:
        *holds = compare_order(c, op & ~(unsigned) CKP_OP_NOT, a, b);
        break;

    case CKP_OP_CONTAINS:
        *holds = ckp_value_contains(a, b);
        break;

    case CKP_OP_IN:
        *holds = ckp_value_contains(b, a);
        break;

    case CKP_OP_STARTS:
    case CKP_OP_ENDS:
        *holds = ckp_value_edge((ckp_op_t) (op & ~(unsigned) CKP_OP_NOT), a,
                                b);
        break;

    case CKP_OP_MATCHES:
        rc = ckp_x_matches(c, a, right, b, NULL, 0, &found);

        if (rc != CKP_OK) {
            return rc;
        }

        *holds = found != 0;
        break;

    case CKP_OP_ADD:
    case CKP_OP_SUB:
    case CKP_OP_MUL:
    case CKP_OP_DIV:
    case CKP_OP_FLOORDIV:
    case CKP_OP_MOD:
        return CKP_E_BUG;
    }

    if ((op & CKP_OP_NOT) != 0) {
        *holds = !*holds;
    }

    return CKP_OK;
}


/* a < b < c: each operand is evaluated once, and none behind a false pair. */
static ckp_code_t
compare_chain(ckp_xc_t *c, const ckp_x_t *x, bool *holds)
{
    json_t      *left;
    ckp_code_t   rc = ckp_x_eval(c, x->kids[0], &left);

    *holds = true;

    for (size_t i = 1; i < x->n && rc == CKP_OK && *holds; i++) {
        json_t  *right;

        rc = ckp_x_eval(c, x->kids[i], &right);

        if (rc == CKP_OK) {
            rc = compare_two(c, x->ops[i - 1], left, x->kids[i], right,
                             holds);
        }

        json_decref(left);
        left = right;
    }

    json_decref(left);

    return rc;
}


static ckp_code_t
compare_state(ckp_xc_t *c, const ckp_x_t *x, bool *holds)
{
    json_t            *v;
    const ckp_code_t   rc = ckp_x_eval(c, x->kids[0], &v);

    if (rc == CKP_OK) {
        *holds = (x->kind == CKP_X_IS_NULL) ? json_is_null(v)
                                            : ckp_value_is_empty(v);
        *holds = (*holds != x->negate);
        json_decref(v);
    }

    return rc;
}


ckp_code_t
ckp_x_compare(ckp_xc_t *c, const ckp_x_t *x, bool *holds)
{
    ckp_code_t (*const  run)(ckp_xc_t *, const ckp_x_t *, bool *)
                            = (x->kind == CKP_X_COMPARE) ? compare_chain
                                                         : compare_state;
    ckp_err_t           inner = CKP_ERR_INIT;
    ckp_err_t *const    outer = c->err;
    ckp_code_t          rc;

    if (!c->lenient) {
        return run(c, x, holds);
    }

    c->err = &inner;
    rc = run(c, x, holds);
    c->err = outer;

    if (rc == CKP_OK) {
        return CKP_OK;
    }

    /* out of steps or memory the whole expression is lost */

    if (rc == CKP_E_NOMEM || rc == CKP_E_BUG || c->ev->budget == 0) {
        return ckp_fail(outer, rc, inner.at, "%s", inner.msg);
    }

    compare_warn(c, CKP_WARN_EXPRESSION, inner.msg);
    *holds = false;

    return CKP_OK;
}


/* --- never true, whatever its names stand for (33) -------------------------- */

/* As deep as expressions nest, which is bounded when they are parsed. */
static bool
never_is_constant(const ckp_x_t *x)
{
    const bool  made = x->kind == CKP_X_LIST || x->kind == CKP_X_OBJECT
                       || x->kind == CKP_X_MINUS || x->kind == CKP_X_PLUS
                       || x->kind == CKP_X_ARITH || x->kind == CKP_X_POWER;

    if (x->kind == CKP_X_CONST) {
        return true;
    }

    for (size_t i = 0; made && i < x->n; i++) {
        if (!never_is_constant(x->kids[i])) {
            return false;
        }
    }

    return made;
}


/* null, true, lists and objects are neither less nor more than anything. */
static bool
never_has_order(const ckp_x_t *x)
{
    if (x->kind == CKP_X_LIST || x->kind == CKP_X_OBJECT) {
        return true;
    }

    return x->kind == CKP_X_CONST
           && (json_is_null(x->value) || json_is_boolean(x->value)
               || json_is_array(x->value) || json_is_object(x->value));
}


static bool
never_pair(const ckp_expr_t *expr, const ckp_x_t *x, size_t i)
{
    const uint8_t  op = x->ops[i - 1];    /* before kids[i] */
    ckp_x_t       *kids[2] = { x->kids[i - 1], x->kids[i] };
    uint8_t        ops[1] = { op };
    ckp_x_t        pair = { .kind = CKP_X_COMPARE, .n = 2, .kids = kids,
                            .ops = ops };
    ckp_eval_t     ev = { .budget = CKP_EVAL_STEPS_MAX };
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_xc_t       c = { .ev = &ev, .expr = expr, .err = &err,
                         .lenient = true };
    bool           holds = true;

    if ((op == CKP_OP_LT || op == CKP_OP_LE || op == CKP_OP_GT
         || op == CKP_OP_GE)
        && (never_has_order(kids[0]) || never_has_order(kids[1])))
    {
        return true;
    }

    return never_is_constant(kids[0]) && never_is_constant(kids[1])
           && ckp_x_compare(&c, &pair, &holds) == CKP_OK && !holds;
}


static bool
never_node(const ckp_expr_t *expr, const ckp_x_t *x)
{
    for (size_t i = 0; i < x->n; i++) {
        if ((x->kind == CKP_X_COMPARE && i > 0 && never_pair(expr, x, i))
            || never_node(expr, x->kids[i]))
        {
            return true;
        }
    }

    return false;
}


bool
ckp_expr_never(const ckp_expr_t *expr)
{
    return expr->verdict == 0 && never_node(expr, expr->root);
}
