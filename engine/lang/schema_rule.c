/*
 * Keywords of a schema that look at one value and nothing below it.
 */

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "lang/regex.h"
#include "lang/schema_int.h"
#include "lang/value.h"

#define RULE_UNIQUE_MAX   2000      /* elements that are compared */
#define RULE_UNIQUE_STEP  32        /* comparisons */
#define RULE_MATCH_STEPS  4


static bool
rule_is_type(const char *type, const json_t *v)
{
    if (strcmp(type, "integer") == 0) {
        return json_is_integer(v)
               || (json_is_real(v)
                   && floor(json_real_value(v)) >= json_real_value(v));
    }

    return strcmp(type, ckp_value_type(v)) == 0;
}


static bool
rule_known_type(const json_t *type)
{
    static const char *const  types[] = { "string", "number", "integer",
                                          "boolean", "array", "object",
                                          "null", NULL };

    for (const char *const *t = types; json_is_string(type) && *t; t++) {
        if (strcmp(*t, json_string_value(type)) == 0) {
            return true;
        }
    }

    return false;
}


static ckp_code_t
rule_type(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    const size_t  n = json_is_array(rule) ? json_array_size(rule) : 1;
    bool          holds = false;

    (void) schema;

    if (n == 0) {
        return ckp_sc_bad(c, "no type is named");
    }

    for (size_t i = 0; i < n; i++) {
        const json_t *const  type = json_is_array(rule)
                                    ? json_array_get(rule, i) : rule;

        if (!rule_known_type(type)) {
            return ckp_sc_bad(c, "unknown type");
        }

        holds = holds || rule_is_type(json_string_value(type), value);
    }

    if (holds) {
        return CKP_OK;
    }

    return ckp_sc_wrong(c, "is %s, expected %s", ckp_value_type(value),
                        json_is_array(rule) ? "another type"
                                            : json_string_value(rule));
}


static ckp_code_t
rule_enum(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    json_t  *allowed;
    size_t   i;

    (void) schema;

    if (!json_is_array(rule)) {
        return ckp_sc_bad(c, "enum is no array");
    }

    json_array_foreach((json_t *) rule, i, allowed) {
        if (ckp_json_equal(allowed, value)) {
            return CKP_OK;
        }
    }

    return ckp_sc_wrong(c, "is none of the allowed values");
}


static ckp_code_t
rule_const(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    (void) schema;

    return ckp_json_equal(rule, value)
           ? CKP_OK : ckp_sc_wrong(c, "is not the required value");
}


static ckp_code_t
rule_required(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    json_t      *name;
    size_t       i;
    ckp_code_t   rc = CKP_OK;

    (void) schema;

    if (!json_is_array(rule)) {
        return ckp_sc_bad(c, "required is no array");
    }

    json_array_foreach((json_t *) rule, i, name) {
        if (!json_is_string(name)) {
            return ckp_sc_bad(c, "required names a member by no string");
        }

        if (rc == CKP_OK && json_is_object(value)
            && json_object_get(value, json_string_value(name)) == NULL)
        {
            rc = ckp_sc_wrong(c, "member \"%.100s\" is missing",
                              json_string_value(name));
        }
    }

    return rc;
}


/* Sizes: at least or at most so many of something. */
static ckp_code_t
rule_size(ckp_sc_t *c, const json_t *rule, bool applies, size_t size,
    bool least, const char *what)    /* tidy: called by RULE_SIZE alone */
{
    ckp_num_t  bound;

    if (!json_is_number(rule) || !ckp_num_of(rule, &bound) || bound.d < 0) {
        return ckp_sc_bad(c, "bound of %s is no number from 0 on", what);
    }

    if (!applies
        || (least ? (double) size >= bound.d : (double) size <= bound.d))
    {
        return CKP_OK;
    }

    return ckp_sc_wrong(c, "has %zu %s, at %s %g", size, what,
                        least ? "least" : "most", bound.d);
}


#define RULE_SIZE(name, is_type, size, least, what)                           \
    static ckp_code_t                                                         \
    name(ckp_sc_t *c, const json_t *schema, const json_t *rule,               \
        const json_t *value)                                                  \
    {                                                                         \
        (void) schema;                                                        \
                                                                              \
        return rule_size(c, rule, is_type(value), size, least, what);         \
    }


static size_t
rule_length(const json_t *v)
{
    return ckp_text_length(json_string_value(v), json_string_length(v));
}


RULE_SIZE(rule_min_length, json_is_string, rule_length(value), true,
          "characters")
RULE_SIZE(rule_max_length, json_is_string, rule_length(value), false,
          "characters")
RULE_SIZE(rule_min_items, json_is_array, json_array_size(value), true,
          "elements")
RULE_SIZE(rule_max_items, json_is_array, json_array_size(value), false,
          "elements")
RULE_SIZE(rule_min_properties, json_is_object, json_object_size(value), true,
          "members")
RULE_SIZE(rule_max_properties, json_is_object, json_object_size(value), false,
          "members")


/* Bounds of numbers: `sign` 1 for a least, `open` when it is excluded. */
static ckp_code_t
rule_bound(ckp_sc_t *c, const json_t *rule, const json_t *value, int sign,
    bool open)
{
    ckp_num_t  bound;
    ckp_num_t  num;
    int        order;

    if (!json_is_number(rule) || !ckp_num_of(rule, &bound)) {
        return ckp_sc_bad(c, "bound is no number");
    }

    if (!json_is_number(value) || !ckp_num_of(value, &num)) {
        return CKP_OK;
    }

    order = sign * ckp_num_order(&num, &bound);

    if (order > 0 || (order == 0 && !open)) {
        return CKP_OK;
    }

    return ckp_sc_wrong(c, "is %s%s than %.15g",
                        open ? "not " : "",
                        (sign > 0) == open ? "greater" : "less", bound.d);
}


#define RULE_BOUND(name, sign, open)                                          \
    static ckp_code_t                                                         \
    name(ckp_sc_t *c, const json_t *schema, const json_t *rule,               \
        const json_t *value)                                                  \
    {                                                                         \
        (void) schema;                                                        \
                                                                              \
        return rule_bound(c, rule, value, sign, open);                        \
    }


RULE_BOUND(rule_minimum, 1, false)
RULE_BOUND(rule_maximum, -1, false)
RULE_BOUND(rule_above, 1, true)
RULE_BOUND(rule_below, -1, true)


static ckp_code_t
rule_multiple(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    ckp_num_t  by;
    ckp_num_t  num;
    double     q;

    (void) schema;

    if (!json_is_number(rule) || !ckp_num_of(rule, &by) || !(by.d > 0)) {
        return ckp_sc_bad(c, "multipleOf is no number above 0");
    }

    if (!json_is_number(value) || !ckp_num_of(value, &num)) {
        return CKP_OK;
    }

    if (!num.real && !by.real) {
        return (num.i % by.i == 0)
               ? CKP_OK : ckp_sc_wrong(c, "is no multiple of %.15g", by.d);
    }

    /* 0.3 is three times 0.1, whatever their bits say */

    q = num.d / by.d;

    return (fabs(q - round(q)) <= 1e-9 * fmax(1, fabs(q)))
           ? CKP_OK : ckp_sc_wrong(c, "is no multiple of %.15g", by.d);
}


/* The few patterns of a schema are compiled once for all its values. */
static const ckp_regex_t *
rule_regex(ckp_sc_t *c, const char *pattern)
{
    ckp_regex_t  *re;

    for (unsigned i = 0; i < CKP_SC_PATTERNS; i++) {
        if (c->patterns[i] == pattern) {
            return c->regexes[i];
        }
    }

    re = ckp_regex_new(pattern, false, NULL, c->err);

    if (re != NULL) {
        const unsigned  at = c->next_pattern++ % CKP_SC_PATTERNS;

        ckp_regex_free(c->regexes[at]);
        c->regexes[at] = re;
        c->patterns[at] = pattern;
    }

    return re;
}


int
ckp_sc_matches(ckp_sc_t *c, const char *pattern, const char *text)
{
    const ckp_regex_t *const  re = rule_regex(c, pattern);
    const size_t              len = strlen(text);

    if (re == NULL || ckp_sc_charge(c, RULE_MATCH_STEPS + len / 16) != CKP_OK)
    {
        return -1;
    }

    return ckp_regex_match(re, text, len, 0, NULL, 0) != 0 ? 1 : 0;
}


void
ckp_sc_end(ckp_sc_t *c)
{
    for (unsigned i = 0; i < CKP_SC_PATTERNS; i++) {
        ckp_regex_free(c->regexes[i]);
        c->regexes[i] = NULL;
        c->patterns[i] = NULL;
    }
}


static ckp_code_t
rule_pattern(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    int  found;

    (void) schema;

    if (!json_is_string(rule)) {
        return ckp_sc_bad(c, "pattern is no string");
    }

    if (!json_is_string(value)) {
        return CKP_OK;
    }

    found = ckp_sc_matches(c, json_string_value(rule),
                           json_string_value(value));

    return (found < 0) ? c->err->code
           : (found == 1) ? CKP_OK
           : ckp_sc_wrong(c, "does not match \"%.100s\"",
                          json_string_value(rule));
}


static ckp_code_t
rule_format(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    (void) schema;

    if (!json_is_string(rule)) {
        return ckp_sc_bad(c, "format is no string");
    }

    if (!json_is_string(value)
        || ckp_format_holds(json_string_value(rule), json_string_value(value)))
    {
        return CKP_OK;
    }

    return ckp_sc_wrong(c, "is no %.40s", json_string_value(rule));
}


static ckp_code_t
rule_unique(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    const size_t  n = json_array_size(value);

    (void) schema;

    if (!json_is_boolean(rule)) {
        return ckp_sc_bad(c, "uniqueItems is neither true nor false");
    }

    if (json_is_false(rule)) {
        return CKP_OK;
    }

    if (n > RULE_UNIQUE_MAX) {
        return ckp_fail(c->err, CKP_E_LIMIT, "",
                        "uniqueItems over %zu elements, at most %d", n,
                        RULE_UNIQUE_MAX);
    }

    if (ckp_sc_charge(c, n * n / RULE_UNIQUE_STEP) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (ckp_json_equal(json_array_get(value, i),
                               json_array_get(value, k)))
            {
                return ckp_sc_wrong(c, "elements %zu and %zu are equal", k, i);
            }
        }
    }

    return CKP_OK;
}


static const struct {
    const char  *keyword;
    ckp_sc_pt    check;
} rule_table[] = {
    { "type", rule_type },
    { "enum", rule_enum },
    { "const", rule_const },
    { "required", rule_required },
    { "minLength", rule_min_length },
    { "maxLength", rule_max_length },
    { "pattern", rule_pattern },
    { "format", rule_format },
    { "minimum", rule_minimum },
    { "maximum", rule_maximum },
    { "exclusiveMinimum", rule_above },
    { "exclusiveMaximum", rule_below },
    { "multipleOf", rule_multiple },
    { "minItems", rule_min_items },
    { "maxItems", rule_max_items },
    { "uniqueItems", rule_unique },
    { "minProperties", rule_min_properties },
    { "maxProperties", rule_max_properties },
};


ckp_sc_pt
ckp_sc_rule(const char *keyword)
{
    for (size_t i = 0; i < sizeof(rule_table) / sizeof(rule_table[0]); i++) {
        if (strcmp(rule_table[i].keyword, keyword) == 0) {
            return rule_table[i].check;
        }
    }

    return NULL;
}
