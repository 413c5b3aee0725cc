/*
 * One rule {field, type, required, validation} of the action `validate`: what
 * variables_schema says of a variable, asked of a value that the run has.
 * Source: spec/ckp.md 13.2, 3.2, 3.3.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/json.h"
#include "lang/regex.h"
#include "lang/schema.h"
#include "lang/value.h"


/* What a schema says of the value: its first sentence, or NULL. */

static json_t *
rule_by_schema(const json_t *schema, const json_t *value)
{
    json_t      *errors = NULL;
    json_t      *sentence = NULL;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   rc = ckp_schema_check(schema, value, &errors, &err);

    if (rc != CKP_OK) {
        sentence = json_sprintf("cannot be checked: %s", err.msg);

    } else if (json_array_size(errors) > 0) {
        sentence = json_incref(json_object_get(json_array_get(errors, 0),
                                               "message"));
    }

    json_decref(errors);

    return sentence;
}


static json_t *
rule_type(const char *type, const json_t *value)
{
    json_t  *schema;
    json_t  *sentence;

    if (type == NULL || strcmp(type, "any") == 0) {
        return NULL;
    }

    schema = json_pack("{s:s}", "type", strcmp(type, "password") == 0
                                        ? "string" : type);
    sentence = rule_by_schema(schema, value);
    json_decref(schema);

    return sentence;
}


/* Equal, or equal as texts. */

static json_t *
rule_allowed(const json_t *allowed, const json_t *value)
{
    json_t *const  text = ckp_op_text(value);
    const json_t  *one;
    size_t         i;
    bool           found = false;

    json_array_foreach((json_t *) allowed, i, one) {
        json_t *const  other = ckp_op_text(one);

        found = found || ckp_json_equal(one, value)
                || ckp_json_equal(text, other);
        json_decref(other);
    }

    json_decref(text);

    return found ? NULL : json_string("is none of the allowed values");
}


static json_t *
rule_regex(const char *pattern, const json_t *value)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_regex_t *const  re = ckp_regex_new(pattern, true, NULL, &err);
    ckp_span_t          span;
    size_t              n;

    if (re == NULL) {
        return json_sprintf("cannot be checked: %s", err.msg);
    }

    n = ckp_regex_match(re, json_string_value(value),
                        json_string_length(value), 0, &span, 1);
    ckp_regex_free(re);

    return n > 0 ? NULL : json_string("does not match the pattern");
}


/* The number itself, or how long the value is; NULL: it has no size. */

static json_t *
rule_size(const json_t *value)
{
    return json_is_number(value) ? json_incref((json_t *) value)
           : json_is_string(value)
           ? json_integer((json_int_t) ckp_text_length(
                              json_string_value(value),
                              json_string_length(value)))
           : json_is_array(value)
           ? json_integer((json_int_t) json_array_size(value)) : NULL;
}


static json_t *
rule_range(const json_t *limits, const json_t *value)
{
    const json_t *const  min = json_object_get(limits, "min");
    const json_t *const  max = json_object_get(limits, "max");
    const char *const    unit = json_is_string(value) ? " characters"
                                : json_is_array(value) ? " items" : "";
    json_t *const        size = rule_size(value);
    json_t              *sentence = NULL;
    int                  order;

    if (size != NULL && json_is_number(min)
        && ckp_value_order(size, min, &order) && order < 0)
    {
        sentence = json_sprintf("has less than %.17g%s",
                                json_number_value(min), unit);

    } else if (size != NULL && json_is_number(max)
               && ckp_value_order(size, max, &order) && order > 0)
    {
        sentence = json_sprintf("has more than %.17g%s",
                                json_number_value(max), unit);
    }

    json_decref(size);

    return sentence;
}


/* In the order of 3.4; the first that does not hold is told. */

static json_t *
rule_sentence(const json_t *rule, const json_t *value)
{
    const json_t *const  limits = json_object_get(rule, "validation");
    const json_t *const  allowed = json_object_get(limits, "allowed_values");
    const json_t *const  schema = json_object_get(limits, "schema");
    const char *const    regex = ckp_json_str(limits, "regex");
    const char *const    format = ckp_json_str(limits, "format");
    const char *const    text = json_string_value(value);
    json_t              *sentence = rule_type(ckp_json_str(rule, "type"),
                                              value);

    if (sentence == NULL && json_is_array(allowed)) {
        sentence = rule_allowed(allowed, value);
    }

    if (sentence == NULL && regex != NULL && text != NULL) {
        sentence = rule_regex(regex, value);
    }

    if (sentence == NULL) {
        sentence = rule_range(limits, value);
    }

    if (sentence == NULL && format != NULL && text != NULL
        && !ckp_format_holds(format, text))
    {
        sentence = json_sprintf("is no %.40s", format);
    }

    return sentence == NULL && schema != NULL ? rule_by_schema(schema, value)
                                              : sentence;
}


json_t *
ckp_op_rule_broken(const json_t *rule, const json_t *value, const char *field)
{
    json_t  *sentence;

    if (ckp_value_is_missing(value)) {
        return ckp_json_bool(rule, "required", false)
               ? json_pack("{s:s, s:s}", "path", field, "message",
                           "is required")
               : NULL;
    }

    sentence = rule_sentence(rule, value);

    return sentence == NULL ? NULL
           : json_pack("{s:s, s:o}", "path", field, "message", sentence);
}
