/*
 * Comparisons that no value of any variable makes true: what stands in them is
 * constant, or one side has no order (spec/ckp.md 7.4, 33).
 */

#include "lang/expr_int.h"


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
