/*
 * Internal actions on values: arithmetic, conversion, hashes, checks.
 * Source: spec/ckp.md 13.2.
 */

#include "op/op_int.h"

#include <math.h>
#include <string.h>

#include "base/date_read.h"
#include "base/json.h"
#include "lang/schema.h"
#include "lang/value.h"


static json_t *
op_round(const json_t *v, int64_t digits)
{
    const double  scale = pow(10.0, (double) digits);
    const double  x = round(json_number_value(v) * scale) / scale;

    if (digits <= 0 && fabs(x) < 9e15) {
        return json_integer((json_int_t) x);
    }

    return json_real(x);
}


static ckp_code_t
op_calculate(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  formula = json_object_get(params, "expression");
    const int64_t        digits = ckp_json_int(params, "precision", -1);
    ckp_err_t            err = CKP_ERR_INIT;
    ckp_eval_t           ev;
    ckp_code_t           rc;

    if (json_is_number(formula)) {
        *result = json_incref((json_t *) formula);
        return CKP_OK;
    }

    const char *const  text = json_string_value(formula);

    if (text == NULL) {
        return ckp_fiber_raise(f, "ExpressionError", "expression is no text");
    }

    ckp_expr_t *const  expr = ckp_expr_parse(text, strlen(text), &err);

    if (expr == NULL) {
        return err.code == CKP_E_NOMEM ? err.code
               : ckp_fiber_raise(f, "ExpressionError", "%s", err.msg);
    }

    ckp_fiber_eval(f, &ev);

    const ckp_scope_t  own = { .get = ckp_scope_object_get,
                               .object = json_object_get(params, "variables"),
                               .outer = ev.scope };

    if (json_is_object(own.object)) {
        ev.scope = &own;
    }

    rc = ckp_expr_value(expr, &ev, result, &err);
    ckp_expr_free(expr);

    if (rc != CKP_OK) {
        return rc == CKP_E_NOMEM ? rc
               : ckp_fiber_raise(f, "ExpressionError", "%s", err.msg);
    }

    if (digits >= 0 && digits <= 15 && json_is_number(*result)) {
        json_t *const  rounded = op_round(*result, digits);

        json_decref(*result);
        *result = rounded;
    }

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


static json_t *
op_to_number(const json_t *v, bool whole)
{
    json_t  *n;

    if (json_is_boolean(v)) {
        return json_integer(json_is_true(v) ? 1 : 0);
    }

    if (!ckp_value_number(v, &n)) {
        return NULL;
    }

    if (whole && json_is_real(n)) {
        const double  x = trunc(json_real_value(n));

        json_decref(n);

        return fabs(x) < 9.2e18 ? json_integer((json_int_t) x) : NULL;
    }

    return n;
}


static json_t *
op_to_boolean(const json_t *v)
{
    return json_boolean(ckp_value_truthy(v));
}


static json_t *
op_to_kind(const json_t *v, bool object)
{
    json_t  *made = NULL;

    if (json_is_string(v)) {
        ckp_err_t  err = CKP_ERR_INIT;

        made = ckp_json_parse(json_string_value(v), json_string_length(v),
                              &err);

    } else {
        made = json_incref((json_t *) v);
    }

    if (object ? json_is_object(made) : json_is_array(made)) {
        return made;
    }

    json_decref(made);

    return !object && v != NULL && !json_is_null(v)
           ? json_pack("[O]", v) : NULL;
}


static json_t *
op_to_time(const json_t *v, const char *format, bool day)
{
    int64_t  ms;
    char     iso[CKP_TIME_LEN + 1];

    if (json_is_string(v) && format != NULL) {
        if (!ckp_date_read(json_string_value(v), format, &ms)) {
            return NULL;
        }

    } else if (json_is_integer(v)) {
        ms = json_integer_value(v);

    } else if (!json_is_string(v)
               || !ckp_time_parse(json_string_value(v), &ms))
    {
        return NULL;
    }

    ckp_time_text(ms, iso);

    return json_stringn(iso, day ? 10 : CKP_TIME_LEN);
}


static json_t *
op_to_json(const json_t *v)
{
    if (json_is_string(v)) {
        ckp_err_t  err = CKP_ERR_INIT;

        return ckp_json_parse(json_string_value(v), json_string_length(v),
                              &err);
    }

    return json_incref((json_t *) v);
}


static json_t *
op_convert(const json_t *v, const char *to, const char *format)
{
    if (strcmp(to, "string") == 0) {
        return ckp_op_text(v);
    }

    if (strcmp(to, "number") == 0 || strcmp(to, "integer") == 0) {
        return op_to_number(v, to[0] == 'i');
    }

    if (strcmp(to, "boolean") == 0) {
        return op_to_boolean(v);
    }

    if (strcmp(to, "array") == 0 || strcmp(to, "object") == 0) {
        return op_to_kind(v, to[0] == 'o');
    }

    if (strcmp(to, "date") == 0 || strcmp(to, "datetime") == 0) {
        return op_to_time(v, format, to[4] == '\0');
    }

    if (strcmp(to, "json") == 0) {
        return op_to_json(v);
    }

    return NULL;
}


static ckp_code_t
op_convert_type(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  v = ckp_op_source(f, params);
    const char *const    to = ckp_json_str(params, "target_type");
    const char *const    otherwise = ckp_json_str(params, "on_error");

    if (to == NULL) {
        return ckp_fiber_raise(f, "TypeMismatch", "no target_type is given");
    }

    *result = op_convert(v == NULL ? json_null() : v, to,
                         ckp_json_str(params, "format"));

    if (*result != NULL) {
        return CKP_OK;
    }

    if (otherwise != NULL && strcmp(otherwise, "null") == 0) {
        *result = json_null();
        return CKP_OK;
    }

    return ckp_fiber_raise(f, "TypeMismatch", "a %s does not become %.40s",
                           v == NULL ? "null" : ckp_value_type(v), to);
}


/* {valid, errors}, or an error when `on_invalid` does not say "return". */

static ckp_code_t
op_verdict(ckp_fiber_t *f, const json_t *params, json_t *errors,
    json_t **result)
{
    const char *const  on = ckp_json_str(params, "on_invalid");
    const bool         valid = json_array_size(errors) == 0;

    if (!valid && (on == NULL || strcmp(on, "return") != 0)) {
        const json_t *const  first = json_array_get(errors, 0);

        return ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:{s:o}}",
                   "type", "SchemaViolation",
                   "message", json_sprintf("%s: %s",
                                           ckp_json_str(first, "path"),
                                           ckp_json_str(first, "message")),
                   "details", "errors", errors));
    }

    *result = json_pack("{s:b, s:o}", "valid", valid, "errors", errors);

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


static ckp_code_t
op_validate_schema(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  v = ckp_op_source(f, params);
    const json_t *const  schema = json_object_get(params, "schema");
    json_t              *errors = NULL;
    ckp_err_t            err = CKP_ERR_INIT;
    const ckp_code_t     rc = ckp_schema_check(schema,
                                               v == NULL ? json_null() : v,
                                               &errors, &err);

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        return ckp_fiber_raise(f, "SchemaViolation", "%s", err.msg);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return op_verdict(f, params, errors, result);
}


static ckp_code_t
op_validate(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  config = json_object_get(params, "config");
    const json_t        *rules = json_object_get(params, "rules");
    const char *const    condition = ckp_json_str(params, "condition");
    json_t *const        errors = json_array();

    if (rules == NULL) {
        rules = json_object_get(config, "rules");
    }

    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *const  rule = json_array_get(rules, i);
        const char *const    field = ckp_json_str(rule, "field");
        json_t              *broken;

        if (field == NULL) {
            continue;
        }

        broken = ckp_op_rule_broken(rule, ckp_fiber_var_get(f, field),
                                    field);

        if (broken != NULL) {
            (void) json_array_append_new(errors, broken);
        }
    }

    if (condition != NULL) {
        ckp_err_t          err = CKP_ERR_INIT;
        ckp_eval_t         ev;
        bool               holds = false;
        ckp_expr_t *const  expr = ckp_expr_parse(condition, strlen(condition),
                                                 &err);

        if (expr == NULL) {
            json_decref(errors);
            return ckp_fiber_raise(f, "ExpressionError", "%s", err.msg);
        }

        ckp_fiber_eval(f, &ev);
        (void) ckp_expr_test(expr, &ev, &holds, &err);
        ckp_expr_free(expr);

        if (!holds) {
            (void) json_array_append_new(errors, json_pack("{s:s, s:s}",
                       "path", "", "message", "the condition does not hold"));
        }
    }

    return op_verdict(f, params, errors, result);
}


const ckp_op_t  ckp_ops_value[] = {
    { "calculate", " expression precision variables ", " expression ", true,
      false, op_calculate },
    { "convert_type", " source value data target_type format on_error ",
      " target_type ", true, false, op_convert_type },
    { "validate_schema", " source value data schema on_invalid ", " schema ",
      true, false, op_validate_schema },
    { "validate", " rules condition config on_invalid ", NULL, false, false,
      op_validate },
    { .action = NULL }
};
