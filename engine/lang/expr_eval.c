/*
 * Evaluating: the tree and a scope give a value, or an ExpressionError.
 */

#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "lang/expr_int.h"
#include "lang/value.h"


ckp_code_t
ckp_x_fail(ckp_xc_t *c, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) ckp_vfail(c->err, CKP_E_INVALID, "", fmt, args);
    va_end(args);

    return CKP_E_INVALID;
}


ckp_code_t
ckp_x_nomem(ckp_xc_t *c)
{
    return ckp_fail(c->err, CKP_E_NOMEM, "", "no memory");
}


/* What was made, or that it could not be. */
ckp_code_t
ckp_x_give(ckp_xc_t *c, json_t *made, json_t **out)
{
    *out = made;

    return (made == NULL) ? ckp_x_nomem(c) : CKP_OK;
}


ckp_code_t
ckp_x_charge(ckp_xc_t *c, size_t bytes)
{
    return ckp_eval_step(c->ev, (uint32_t) (bytes / CKP_STEP_BYTES), c->err);
}


/* Scalars are free; of a large value no more is counted than can be paid. */
ckp_code_t
ckp_x_charge_value(ckp_xc_t *c, const json_t *v)
{
    const size_t  most = ((size_t) c->ev->budget + 1) * CKP_STEP_BYTES;

    if (json_is_string(v)) {
        return ckp_x_charge(c, json_string_length(v));
    }

    if (!json_is_array(v) && !json_is_object(v)) {
        return CKP_OK;
    }

    return ckp_x_charge(c, ckp_json_size(v, most));
}


/* The text in b becomes the value; b is freed. */
ckp_code_t
ckp_x_text(ckp_xc_t *c, ckp_buf_t *b, json_t **out)
{
    ckp_code_t  rc;

    *out = NULL;

    if (b->failed == CKP_E_LIMIT) {
        rc = ckp_fail(c->err, CKP_E_LIMIT, "", "text of more than %zu bytes",
                      b->max);

    } else if (b->failed != CKP_OK) {
        rc = ckp_x_nomem(c);

    } else {
        rc = ckp_x_charge(c, b->len);

        if (rc == CKP_OK) {
            rc = ckp_x_give(c, json_stringn_nocheck(ckp_buf_str(b), b->len),
                            out);
        }
    }

    ckp_buf_free(b);

    return rc;
}


/* `missing` of templates does not count here: an unbound path is null. */
static ckp_code_t
eval_path(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    const unsigned long  refusals = ckp_memory_refusals();
    json_t *const        v = ckp_path_resolve_counted(x->path, c->ev);

    /* what there was no memory for is not unbound */

    if (v == NULL && ckp_memory_refusals() != refusals) {
        return ckp_x_nomem(c);
    }

    if (v == NULL && c->ev->budget == 0) {
        return ckp_eval_step(c->ev, 1, c->err);
    }

    if (v == NULL) {
        return ckp_x_give(c, x->bare ? json_string_nocheck(x->name)
                                     : json_null(), out);
    }

    *out = v;

    return CKP_OK;
}


static ckp_code_t
eval_hole(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    const ckp_code_t  rc = ckp_hole_value(x->hole, c->ev, out, c->err);

    if (rc == CKP_OK && *out == NULL) {
        *out = json_null();
    }

    return rc;
}


static ckp_code_t
eval_text(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    const ckp_missing_t  missing = c->ev->missing;
    ckp_buf_t            b;
    ckp_code_t           rc;

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);

    c->ev->missing = CKP_MISSING_EMPTY;
    rc = ckp_template_render_text(x->text, c->ev, &b, c->err);
    c->ev->missing = missing;

    if (rc != CKP_OK) {
        ckp_buf_free(&b);
        return rc;
    }

    return ckp_x_text(c, &b, out);
}


static ckp_code_t
eval_list(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    json_t *const  list = json_array();
    ckp_code_t     rc = (list == NULL) ? ckp_x_nomem(c) : CKP_OK;

    for (size_t i = 0; i < x->n && rc == CKP_OK; i++) {
        json_t  *v;

        rc = ckp_x_eval(c, x->kids[i], &v);

        if (rc == CKP_OK && json_array_append_new(list, v) != 0) {
            rc = ckp_x_nomem(c);
        }
    }

    if (rc != CKP_OK) {
        json_decref(list);
        return rc;
    }

    *out = list;

    return CKP_OK;
}


static ckp_code_t
eval_object(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    json_t *const  object = json_object();
    ckp_code_t     rc = (object == NULL) ? ckp_x_nomem(c) : CKP_OK;

    for (size_t i = 0; i < x->n && rc == CKP_OK; i++) {
        json_t  *v;

        rc = ckp_x_eval(c, x->kids[i], &v);

        if (rc == CKP_OK
            && json_object_set_new(object, x->names[i], v) != 0)
        {
            rc = ckp_x_nomem(c);
        }
    }

    if (rc != CKP_OK) {
        json_decref(object);
        return rc;
    }

    *out = object;

    return CKP_OK;
}


static ckp_code_t
eval_truth(ckp_xc_t *c, const ckp_x_t *x, bool *holds)
{
    json_t            *v;
    const ckp_code_t   rc = ckp_x_eval(c, x, &v);

    if (rc == CKP_OK) {
        *holds = ckp_value_truthy(v);
        json_decref(v);
    }

    return rc;
}


static ckp_code_t
eval_logic(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    const bool  stop = (x->kind == CKP_X_OR);
    bool        holds = !stop;
    ckp_code_t  rc = CKP_OK;

    for (size_t i = 0; i < x->n && rc == CKP_OK && holds != stop; i++) {
        rc = eval_truth(c, x->kids[i], &holds);
    }

    *out = (rc == CKP_OK) ? json_boolean(holds) : NULL;

    return rc;
}


static ckp_code_t
eval_not(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    bool              holds = false;
    const ckp_code_t  rc = eval_truth(c, x->kids[0], &holds);

    *out = (rc == CKP_OK) ? json_boolean(!holds) : NULL;

    return rc;
}


static ckp_code_t
eval_if(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    bool              holds = false;
    const ckp_code_t  rc = eval_truth(c, x->kids[0], &holds);

    return (rc == CKP_OK) ? ckp_x_eval(c, x->kids[holds ? 1 : 2], out) : rc;
}


static ckp_code_t
eval_member(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    json_t            *base;
    const ckp_code_t   rc = ckp_x_eval(c, x->kids[0], &base);
    json_t            *v;

    if (rc != CKP_OK) {
        return rc;
    }

    v = ckp_value_member(base, x->name);
    json_decref(base);
    *out = (v == NULL) ? json_null() : v;

    return CKP_OK;
}


static json_t *
index_value(const json_t *base, const json_t *key)
{
    ckp_num_t  num;

    if (json_is_array(base)) {
        if (!ckp_num_of(key, &num)
            || num.d < -1e9 || num.d > 1e9)
        {
            return NULL;
        }

        return ckp_value_element(base, (int64_t) num.d);
    }

    return json_is_string(key)
           ? json_incref(json_object_get(base, json_string_value(key))) : NULL;
}


static ckp_code_t
eval_index(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    json_t      *base;
    json_t      *key;
    ckp_code_t   rc = ckp_x_eval(c, x->kids[0], &base);

    if (rc != CKP_OK) {
        return rc;
    }

    rc = ckp_x_eval(c, x->kids[1], &key);

    if (rc == CKP_OK) {
        json_t *const  v = index_value(base, key);

        *out = (v == NULL) ? json_null() : v;
        json_decref(key);
    }

    json_decref(base);

    return rc;
}


static ckp_code_t
eval_compare(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    bool              holds = false;
    const ckp_code_t  rc = ckp_x_compare(c, x, &holds);

    *out = (rc == CKP_OK) ? json_boolean(holds) : NULL;

    return rc;
}


/* tidy: one flat switch over the kinds */
ckp_code_t
ckp_x_eval(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    *out = NULL;

    if (ckp_eval_step(c->ev, 1, c->err) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    switch (x->kind) {

    case CKP_X_CONST:
        *out = json_incref(x->value);
        return CKP_OK;

    case CKP_X_PATH:
        return eval_path(c, x, out);

    case CKP_X_HOLE:
        return eval_hole(c, x, out);

    case CKP_X_TEXT:
        return eval_text(c, x, out);

    case CKP_X_LIST:
        return eval_list(c, x, out);

    case CKP_X_OBJECT:
        return eval_object(c, x, out);

    case CKP_X_NOT:
        return eval_not(c, x, out);

    case CKP_X_AND:
    case CKP_X_OR:
        return eval_logic(c, x, out);

    case CKP_X_MINUS:
    case CKP_X_PLUS:
        return ckp_x_sign(c, x, out);

    case CKP_X_ARITH:
        return ckp_x_arith(c, x, out);

    case CKP_X_POWER:
        return ckp_x_power(c, x, out);

    case CKP_X_COMPARE:
    case CKP_X_IS_NULL:
    case CKP_X_IS_EMPTY:
        return eval_compare(c, x, out);

    case CKP_X_IF:
        return eval_if(c, x, out);

    case CKP_X_CALL:
        return ckp_x_call(c, x, out);

    case CKP_X_MEMBER:
        return eval_member(c, x, out);

    case CKP_X_INDEX:
        return eval_index(c, x, out);
    }

    return CKP_E_BUG;
}


ckp_code_t
ckp_expr_value(const ckp_expr_t *expr, ckp_eval_t *ev, json_t **out,
    ckp_err_t *err)
{
    ckp_xc_t    c = { .ev = ev, .expr = expr, .err = err };
    ckp_code_t  rc;

    rc = ckp_x_eval(&c, expr->root, out);

    /* what is only looked up is as large as it was */

    if (rc != CKP_OK || expr->root->kind == CKP_X_PATH
        || (!json_is_array(*out) && !json_is_object(*out)
            && !json_is_string(*out)))
    {
        return rc;
    }

    if (ckp_json_size(*out, CKP_EVAL_RESULT_MAX + 2) > CKP_EVAL_RESULT_MAX) {
        json_decref(*out);
        *out = NULL;
        return ckp_fail(err, CKP_E_LIMIT, "", "value of more than %d bytes",
                        CKP_EVAL_RESULT_MAX);
    }

    return CKP_OK;
}


ckp_code_t
ckp_expr_test(const ckp_expr_t *expr, ckp_eval_t *ev, bool *holds,
    ckp_err_t *err)
{
    ckp_err_t    inner = CKP_ERR_INIT;
    ckp_xc_t     c = { .ev = ev, .expr = expr, .err = &inner,
                       .lenient = !ev->strict };
    ckp_code_t   rc;

    *holds = expr->verdict > 0;

    if (expr->verdict != 0) {
        return CKP_OK;
    }

    rc = eval_truth(&c, expr->root, holds);

    if (rc == CKP_OK) {
        return CKP_OK;
    }

    *holds = false;

    if (rc == CKP_E_NOMEM || rc == CKP_E_BUG || ev->strict) {
        return ckp_fail(err, rc, inner.at, "%s", inner.msg);
    }

    if (ev->warn != NULL) {
        ev->warn(ev->warn_data, CKP_WARN_EXPRESSION, expr->source, inner.msg);
    }

    return CKP_OK;
}
