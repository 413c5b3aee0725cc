/*
 * Functions: the table, and how one is called.
 */

#include <math.h>
#include <string.h>

#include "func/func_int.h"

#define FUNC_MANY       255
#define FUNC_ARGS_FAST  8
#define FUNC_WHOLE_MAX  1e15

/* name, least and most arguments, lazy, field, pattern, body */
static const ckp_func_t  func_table[] = {
    { "len", 1, 1, false, true, 0, ckp_func_count },
    { "length", 1, 1, false, true, 0, ckp_func_count },
    { "count", 1, 2, false, true, 0, ckp_func_count },
    { "sum", 1, 2, false, true, 0, ckp_func_sum },
    { "avg", 1, 2, false, true, 0, ckp_func_avg },
    { "min", 1, FUNC_MANY, false, true, 0, ckp_func_min },
    { "max", 1, FUNC_MANY, false, true, 0, ckp_func_max },
    { "first", 1, 1, false, false, 0, ckp_func_first },
    { "last", 1, 1, false, false, 0, ckp_func_last },
    { "pluck", 2, 2, false, true, 0, ckp_func_pluck },
    { "unique", 1, 1, false, false, 0, ckp_func_unique },
    { "sorted", 1, 2, false, true, 0, ckp_func_sorted },
    { "reversed", 1, 1, false, false, 0, ckp_func_reversed },
    { "flatten", 1, 2, false, false, 0, ckp_func_flatten },
    { "range", 1, 3, false, false, 0, ckp_func_range },
    { "join", 1, 2, false, false, 0, ckp_func_join },
    { "keys", 1, 1, false, false, 0, ckp_func_keys },
    { "values", 1, 1, false, false, 0, ckp_func_values },
    { "items", 1, 1, false, false, 0, ckp_func_items },
    { "get", 2, 3, false, false, 0, ckp_func_get },
    { "has", 2, 2, false, false, 0, ckp_func_has },
    { "coalesce", 1, FUNC_MANY, true, false, 0, ckp_func_coalesce },
    { "default", 2, 2, true, false, 0, ckp_func_default },
    { "if", 2, 3, true, false, 0, ckp_func_if },
    { "type", 1, 1, false, false, 0, ckp_func_type },
    { "is_number", 1, 1, false, false, 0, ckp_func_is_number },
    { "is_string", 1, 1, false, false, 0, ckp_func_is_string },
    { "json", 1, 1, false, false, 0, ckp_func_json },
    { "to_json", 1, 1, false, false, 0, ckp_func_to_json },
    { "str", 1, 1, false, false, 0, ckp_func_str },
    { "lower", 1, 1, false, false, 0, ckp_func_lower },
    { "upper", 1, 1, false, false, 0, ckp_func_upper },
    { "trim", 1, 1, false, false, 0, ckp_func_trim },
    { "strip", 1, 1, false, false, 0, ckp_func_trim },
    { "replace", 3, 3, false, false, 0, ckp_func_replace },
    { "split", 1, 2, false, false, 0, ckp_func_split },
    { "substring", 2, 3, false, false, 0, ckp_func_substring },
    { "concat", 1, FUNC_MANY, false, false, 0, ckp_func_concat },
    { "starts_with", 2, 2, false, false, 0, ckp_func_starts_with },
    { "startswith", 2, 2, false, false, 0, ckp_func_starts_with },
    { "ends_with", 2, 2, false, false, 0, ckp_func_ends_with },
    { "endswith", 2, 2, false, false, 0, ckp_func_ends_with },
    { "contains", 2, 2, false, false, 0, ckp_func_contains },
    { "matches", 2, 2, false, false, 2, ckp_func_matches },
    { "regex", 2, 3, false, false, 2, ckp_func_regex },
    { "hash", 1, 2, false, false, 0, ckp_func_hash },
    { "uuid", 0, 0, false, false, 0, ckp_func_uuid },
    { "abs", 1, 1, false, false, 0, ckp_func_abs },
    { "round", 1, 2, false, false, 0, ckp_func_round },
    { "floor", 1, 1, false, false, 0, ckp_func_floor },
    { "ceil", 1, 1, false, false, 0, ckp_func_ceil },
    { "int", 1, 1, false, false, 0, ckp_func_int },
    { "float", 1, 1, false, false, 0, ckp_func_float },
    { "number", 1, 1, false, false, 0, ckp_func_float },
    { "bool", 1, 1, false, false, 0, ckp_func_bool },
    { "now", 0, 0, false, false, 0, ckp_func_now },
    { "today", 0, 0, false, false, 0, ckp_func_today },
    { "timestamp", 0, 0, false, false, 0, ckp_func_timestamp },
    { "date", 1, 1, false, false, 0, ckp_func_date },
    { "date_add", 3, 3, false, false, 0, ckp_func_date_add },
    { "date_diff", 3, 3, false, false, 0, ckp_func_date_diff },
    { "format_date", 2, 3, false, false, 0, ckp_func_format_date },
};


const ckp_func_t *
ckp_func_find(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(func_table) / sizeof(func_table[0]); i++) {
        if (strlen(func_table[i].name) == len
            && memcmp(func_table[i].name, name, len) == 0)
        {
            return &func_table[i];
        }
    }

    return NULL;
}


static ckp_code_t
func_args(ckp_xc_t *c, const ckp_x_t *x, json_t **args)
{
    ckp_code_t  rc = CKP_OK;

    if (x->func->lazy) {
        return CKP_OK;
    }

    for (size_t i = 0; i < x->n && rc == CKP_OK; i++) {
        if (x->func->field && i == 1 && x->n == 2) {
            continue;
        }

        rc = ckp_x_eval(c, x->kids[i], &args[i]);
    }

    return rc;
}


static ckp_code_t
func_wrong(ckp_xc_t *c, const ckp_x_t *x)
{
    if (x->func == NULL) {
        return ckp_x_fail(c, "unknown function \"%.64s\"", x->name);
    }

    return ckp_x_fail(c, "%s() with %zu arguments", x->func->name, x->n);
}


ckp_code_t
ckp_x_call(ckp_xc_t *c, const ckp_x_t *x, json_t **out)
{
    json_t       *fast[FUNC_ARGS_FAST] = { NULL };
    json_t      **args = fast;
    ckp_code_t    rc;

    if (x->bad_call) {
        return func_wrong(c, x);
    }

    if (x->n > FUNC_ARGS_FAST) {
        args = ckp_calloc(x->n * sizeof(json_t *));

        if (args == NULL) {
            return ckp_x_nomem(c);
        }
    }

    rc = func_args(c, x, args);

    if (rc == CKP_OK) {
        rc = x->func->call(c, x, args, out);
    }

    for (size_t i = 0; i < x->n; i++) {
        json_decref(args[i]);
    }

    if (args != fast) {
        ckp_free(args);
    }

    return rc;
}


ckp_code_t
ckp_func_number(ckp_xc_t *c, const ckp_x_t *x, const json_t *v,
    ckp_num_t *num)
{
    if (ckp_num_of(v, num)) {
        return CKP_OK;
    }

    return ckp_x_fail(c, "%s() of %s that is no number", x->func->name,
                      ckp_value_type(v));
}


ckp_code_t
ckp_func_whole(ckp_xc_t *c, const ckp_x_t *x, const json_t *v, int64_t *i)
{
    ckp_num_t         num;
    const ckp_code_t  rc = ckp_func_number(c, x, v, &num);

    if (rc != CKP_OK) {
        return rc;
    }

    if (fabs(num.d) > FUNC_WHOLE_MAX) {
        return ckp_x_fail(c, "%s() of a number that is too large",
                          x->func->name);
    }

    *i = num.real ? (int64_t) num.d : num.i;

    return CKP_OK;
}
