/*
 * A value becomes one of its variable's type, or does not (spec/ckp.md 3.4,
 * point 4).
 */

#include "compile/parse_int.h"
#include "lang/value.h"

#define COERCE_TEXT_MAX  64         /* a number or a boolean as text */


static bool
coerce_whole(const json_t *number)
{
    const double  d = json_number_value(number);

    return json_is_integer(number)
           || (d >= -9.2e18 && d <= 9.2e18 && d == (double) (int64_t) d);
}


static json_t *
coerce_number(const ckp_var_t *var, const json_t *value)
{
    json_t  *number = NULL;

    if (json_is_number(value)) {
        number = json_incref((json_t *) value);

    } else if (!json_is_string(value) || !ckp_value_number(value, &number)) {
        return NULL;
    }

    if (var->type == CKP_TYPE_INTEGER && !coerce_whole(number)) {
        json_decref(number);
        return NULL;
    }

    return number;
}


static json_t *
coerce_text(const ckp_var_t *var, const json_t *value)
{
    ckp_buf_t  b;
    json_t    *text;

    if (json_is_string(value)) {
        return json_incref((json_t *) value);
    }

    if (!var->coerce || (!json_is_number(value) && !json_is_boolean(value))) {
        return NULL;
    }

    ckp_buf_init(&b, COERCE_TEXT_MAX);
    ckp_value_text(&b, value);
    text = json_string(ckp_buf_str(&b));
    ckp_buf_free(&b);

    return text;
}


static json_t *
coerce_boolean(const ckp_var_t *var, const json_t *value)
{
    const char *const  text = json_string_value(value);

    if (json_is_boolean(value)) {
        return json_incref((json_t *) value);
    }

    if (!var->coerce || text == NULL) {
        return NULL;
    }

    return ckp_fold_equal(text, "true") ? json_true()
           : ckp_fold_equal(text, "false") ? json_false() : NULL;
}


static json_t *
coerce_tree(const ckp_var_t *var, const json_t *value)
{
    const char *const  text = json_string_value(value);
    ckp_err_t          err = CKP_ERR_INIT;
    json_t            *tree = NULL;

    if (text != NULL && var->coerce) {
        tree = ckp_json_parse(text, json_string_length(value), &err);

    } else {
        tree = json_incref((json_t *) value);
    }

    if (tree != NULL && json_is_array(tree) == (var->type == CKP_TYPE_ARRAY)
        && (json_is_array(tree) || json_is_object(tree)))
    {
        return tree;
    }

    json_decref(tree);

    return NULL;
}


json_t *
ckp_var_coerce(const ckp_var_t *var, const json_t *value,
    const char **sentence)
{
    json_t  *typed = NULL;

    switch (var->type) {

    case CKP_TYPE_ANY:
        return json_incref((json_t *) value);

    case CKP_TYPE_STRING:
    case CKP_TYPE_PASSWORD:
        typed = coerce_text(var, value);
        *sentence = "Must be a string";
        break;

    case CKP_TYPE_NUMBER:
        typed = coerce_number(var, value);
        *sentence = "Must be a number";
        break;

    case CKP_TYPE_INTEGER:
        typed = coerce_number(var, value);
        *sentence = "Must be an integer";
        break;

    case CKP_TYPE_BOOLEAN:
        typed = coerce_boolean(var, value);
        *sentence = "Must be a boolean (true/false)";
        break;

    case CKP_TYPE_ARRAY:
        typed = coerce_tree(var, value);
        *sentence = "Must be a valid array";
        break;

    case CKP_TYPE_OBJECT:
        typed = coerce_tree(var, value);
        *sentence = "Must be a valid object";
        break;
    }

    return typed;
}
