/*
 * Arithmetic: spec/ckp.md 7.5.  Integers stay integers while they are exact.
 */

#include <math.h>

#include "base/json.h"
#include "lang/expr_int.h"
#include "lang/value.h"


ckp_code_t
ckp_x_real(ckp_xc_t *c, double d, json_t **out)
{
    ckp_num_t  num = { .real = true };

    if (!isfinite(d)) {
        return ckp_x_fail(c, "number out of range");
    }

    num.d = (d == floor(d) && fabs(d) < 1e15) ? d : ckp_num_settle(d);

    return ckp_x_give(c, ckp_num_json(&num), out);
}


static ckp_code_t
arith_operand(ckp_xc_t *c, const json_t *v, const char *op, ckp_num_t *num)
{
    if (ckp_num_of(v, num)) {
        return CKP_OK;
    }

    return ckp_x_fail(c, "%s of %s is no number", op,
                      json_is_null(v) ? "null" : ckp_value_type(v));
}


static ckp_code_t
arith_divide(ckp_xc_t *c, unsigned op, const ckp_num_t *a, const ckp_num_t *b,
    json_t **out)
{
    double  q;

    if (!(b->d < 0) && !(b->d > 0)) {
        return ckp_x_fail(c, "division by zero");
    }

    if (!a->real && !b->real && !(a->i == INT64_MIN && b->i == -1)) {
        const int64_t  rest = a->i % b->i;
        const int64_t  wrong = (rest != 0 && (rest < 0) != (b->i < 0)) ? 1 : 0;

        if (op == CKP_OP_MOD) {
            return ckp_x_give(c, json_integer(rest + wrong * b->i), out);
        }

        if (op == CKP_OP_FLOORDIV || rest == 0) {
            return ckp_x_give(c, json_integer(a->i / b->i - wrong), out);
        }
    }

    if (op == CKP_OP_DIV) {
        return ckp_x_real(c, a->d / b->d, out);
    }

    if (op == CKP_OP_FLOORDIV) {
        return ckp_x_real(c, floor(a->d / b->d), out);
    }

    q = fmod(a->d, b->d);

    if ((q < 0 && b->d > 0) || (q > 0 && b->d < 0)) {
        q += b->d;
    }

    return ckp_x_real(c, q, out);
}


static ckp_code_t
arith_numbers(ckp_xc_t *c, unsigned op, const ckp_num_t *a, const ckp_num_t *b,
    json_t **out)
{
    const bool  real = a->real || b->real;
    int64_t     i = 0;
    bool        over = real;
    double      d = 0;

    if (op == CKP_OP_ADD) {
        over = real || __builtin_add_overflow(a->i, b->i, &i);
        d = a->d + b->d;

    } else if (op == CKP_OP_SUB) {
        over = real || __builtin_sub_overflow(a->i, b->i, &i);
        d = a->d - b->d;

    } else if (op == CKP_OP_MUL) {
        over = real || __builtin_mul_overflow(a->i, b->i, &i);
        d = a->d * b->d;

    } else {
        return arith_divide(c, op, a, b, out);
    }

    return over ? ckp_x_real(c, d, out) : ckp_x_give(c, json_integer(i), out);
}


static ckp_code_t
arith_join(ckp_xc_t *c, const json_t *a, const json_t *b, json_t **out)
{
    json_t  *list;

    if (ckp_eval_step(c->ev, (uint32_t) (json_array_size(a)
                                         + json_array_size(b)), c->err)
        != CKP_OK)
    {
        return CKP_E_LIMIT;
    }

    list = json_copy((json_t *) a);

    if (list == NULL || json_array_extend(list, (json_t *) b) != 0) {
        json_decref(list);
        return ckp_x_nomem(c);
    }

    *out = list;

    return CKP_OK;
}


static ckp_code_t
arith_add(ckp_xc_t *c, const json_t *a, const json_t *b, json_t **out)
{
    ckp_num_t  x;
    ckp_num_t  y;
    ckp_buf_t  text;

    if (ckp_num_of(a, &x) && ckp_num_of(b, &y)) {
        return arith_numbers(c, CKP_OP_ADD, &x, &y, out);
    }

    if (json_is_array(a) && json_is_array(b)) {
        return arith_join(c, a, b, out);
    }

    if (json_is_null(a) || json_is_null(b)) {
        return ckp_x_fail(c, "an operand of + is null");
    }

    ckp_buf_init(&text, CKP_EVAL_RESULT_MAX);
    ckp_value_text(&text, a);
    ckp_value_text(&text, b);

    return ckp_x_text(c, &text, out);
}


static ckp_code_t
arith_apply(ckp_xc_t *c, unsigned op, const json_t *a, const json_t *b,
    json_t **out)
{
    static const char *const  names[] = { "+", "-", "*", "/", "//", "%" };
    ckp_num_t                 x;
    ckp_num_t                 y;

    if (op == CKP_OP_ADD) {
        return arith_add(c, a, b, out);
    }

    if (arith_operand(c, a, names[op], &x) != CKP_OK
        || arith_operand(c, b, names[op], &y) != CKP_OK)
    {
        return CKP_E_INVALID;
    }

    return arith_numbers(c, op, &x, &y, out);
}


ckp_code_t
ckp_x_arith(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    json_t      *left;
    ckp_code_t   rc = ckp_x_eval(c, x->kids[0], &left);

    for (size_t i = 1; i < x->n && rc == CKP_OK; i++) {
        json_t  *right = NULL;
        json_t  *made = NULL;

        rc = ckp_x_eval(c, x->kids[i], &right);

        if (rc == CKP_OK) {
            rc = arith_apply(c, x->ops[i - 1], left, right, &made);
        }

        json_decref(right);
        json_decref(left);
        left = made;
    }

    *out = left;

    return rc;
}


/* Whole powers of integers by squaring, as long as they fit. */
static bool
power_whole(int64_t base, int64_t n, int64_t *out)
{
    int64_t  result = 1;

    while (n > 0) {
        if ((n & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
            return false;
        }

        n >>= 1;

        if (n > 0 && __builtin_mul_overflow(base, base, &base)) {
            return false;
        }
    }

    *out = result;

    return true;
}


static ckp_code_t
power_apply(ckp_xc_t *c, const json_t *base, const json_t *exponent,
    json_t **out)
{
    ckp_num_t  a;
    ckp_num_t  b;
    int64_t    whole;

    if (arith_operand(c, base, "**", &a) != CKP_OK
        || arith_operand(c, exponent, "**", &b) != CKP_OK)
    {
        return CKP_E_INVALID;
    }

    if (!a.real && !b.real && b.i >= 0 && power_whole(a.i, b.i, &whole)) {
        return ckp_x_give(c, json_integer(whole), out);
    }

    if (!(a.d < 0) && !(a.d > 0) && b.d < 0) {
        return ckp_x_fail(c, "division by zero");
    }

    return ckp_x_real(c, pow(a.d, b.d), out);
}


ckp_code_t
ckp_x_power(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    json_t      *base;
    json_t      *exponent = NULL;
    ckp_code_t   rc = ckp_x_eval(c, x->kids[0], &base);

    if (rc == CKP_OK) {
        rc = ckp_x_eval(c, x->kids[1], &exponent);
    }

    if (rc == CKP_OK) {
        rc = power_apply(c, base, exponent, out);
    }

    json_decref(base);
    json_decref(exponent);

    return rc;
}


ckp_code_t
ckp_x_sign(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    const ckp_num_t    zero = { .real = false };
    const bool         minus = x->kind == CKP_X_MINUS;
    json_t            *v;
    ckp_code_t         rc = ckp_x_eval(c, x->kids[0], &v);
    ckp_num_t          num;

    if (rc != CKP_OK) {
        return rc;
    }

    rc = arith_operand(c, v, minus ? "-" : "+", &num);
    json_decref(v);

    if (rc != CKP_OK) {
        return rc;
    }

    if (num.real) {
        return ckp_x_give(c, json_real(minus ? -num.d : num.d), out);
    }

    return arith_numbers(c, minus ? CKP_OP_SUB : CKP_OP_ADD, &zero, &num, out);
}
