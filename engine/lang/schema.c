/*
 * The JSON Schema subset: the walk over schema and value together.
 */

#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "lang/schema_int.h"

#define SCHEMA_DEPTH_MAX   256       /* values nest 64, each by a $ref or two */
#define SCHEMA_STEPS_MAX   200000
#define SCHEMA_ERRORS_MAX  100
#define SCHEMA_PATH_MAX    4096
#define SCHEMA_REF_MAX     1024

static ckp_code_t schema_walk(ckp_sc_t *c, const json_t *schema,
    const json_t *value);


ckp_code_t
ckp_sc_bad(ckp_sc_t *c, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) ckp_vfail(c->err, CKP_E_INVALID, "", fmt, args);
    va_end(args);

    return CKP_E_INVALID;
}


ckp_code_t
ckp_sc_wrong(ckp_sc_t *c, const char *fmt, ...)
{
    ckp_err_t  text = CKP_ERR_INIT;
    va_list    args;

    c->wrong++;

    if (c->errors == NULL || json_array_size(c->errors) >= SCHEMA_ERRORS_MAX) {
        return CKP_OK;
    }

    va_start(args, fmt);
    (void) ckp_vfail(&text, CKP_E_INVALID, "", fmt, args);
    va_end(args);

    return json_array_append_new(c->errors,
                                 json_pack("{s:s, s:s}", "path",
                                           ckp_buf_str(&c->path), "message",
                                           text.msg)) == 0
           ? CKP_OK : ckp_fail(c->err, CKP_E_NOMEM, "", "no memory");
}


ckp_code_t
ckp_sc_charge(ckp_sc_t *c, size_t steps)
{
    if (steps > c->budget) {
        c->budget = 0;
        return ckp_fail(c->err, CKP_E_LIMIT, "",
                        "schema takes more than %d steps", SCHEMA_STEPS_MAX);
    }

    c->budget -= (uint32_t) steps;

    return CKP_OK;
}


/* Whether the value holds, without telling why not. */
static ckp_code_t
schema_test(ckp_sc_t *c, const json_t *schema, const json_t *value,
    bool *holds)
{
    json_t *const  errors = c->errors;
    const size_t   wrong = c->wrong;
    ckp_code_t     rc;

    c->errors = NULL;
    rc = schema_walk(c, schema, value);
    *holds = (c->wrong == wrong);
    c->errors = errors;
    c->wrong = wrong;

    return rc;
}


/* Goes into a member or an element. */
static ckp_code_t
schema_below(ckp_sc_t *c, const json_t *schema, const json_t *value,
    const char *key, size_t index)
{
    const size_t  len = c->path.len;
    ckp_code_t    rc;

    /* a path that is too long is cut, not an error */

    if (key != NULL) {
        ckp_pointer_push(&c->path, key);

    } else {
        ckp_buf_printf(&c->path, "/%zu", index);
    }

    if (c->path.failed == CKP_E_NOMEM) {
        return ckp_fail(c->err, CKP_E_NOMEM, "", "no memory");
    }

    rc = schema_walk(c, schema, value);

    c->path.failed = CKP_OK;
    c->path.len = len;

    if (c->path.data != NULL) {
        c->path.data[len] = '\0';
    }

    return rc;
}


static ckp_code_t
schema_properties(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    const char  *key;
    json_t      *member;
    ckp_code_t   rc = CKP_OK;

    (void) schema;

    if (!json_is_object(rule)) {
        return ckp_sc_bad(c, "properties is no object");
    }

    json_object_foreach((json_t *) rule, key, member) {
        const json_t *const  v = json_object_get(value, key);

        if (v != NULL && rc == CKP_OK) {
            rc = schema_below(c, member, v, key, 0);
        }
    }

    return rc;
}


/* Is the member covered by properties or patternProperties? */
static ckp_code_t
schema_covers(ckp_sc_t *c, const json_t *schema, const char *key, bool *covers)
{
    const json_t *const  patterns = json_object_get(schema,
                                                    "patternProperties");
    const char          *pattern;
    json_t              *ignored;
    int                  found = 0;

    *covers = json_object_get(json_object_get(schema, "properties"), key)
              != NULL;

    if (*covers || !json_is_object(patterns)) {
        return CKP_OK;
    }

    json_object_foreach((json_t *) patterns, pattern, ignored) {
        found = ckp_sc_matches(c, pattern, key);

        if (found != 0) {
            break;
        }
    }

    *covers = (found == 1);

    return (found < 0) ? c->err->code : CKP_OK;
}


static ckp_code_t
schema_additional(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    const char  *key;
    json_t      *member;
    bool         covers = false;
    ckp_code_t   rc = CKP_OK;

    if (!json_is_object(value)) {
        return CKP_OK;
    }

    json_object_foreach((json_t *) value, key, member) {
        rc = schema_covers(c, schema, key, &covers);

        if (rc == CKP_OK && !covers) {
            rc = json_is_false(rule)
                 ? ckp_sc_wrong(c, "member \"%.100s\" is not allowed", key)
                 : schema_below(c, rule, member, key, 0);
        }

        if (rc != CKP_OK) {
            return rc;
        }
    }

    return CKP_OK;
}


static ckp_code_t
schema_patterns(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    const char  *pattern;
    const char  *key;
    json_t      *below;
    json_t      *member;
    ckp_code_t   rc = CKP_OK;

    (void) schema;

    if (!json_is_object(rule)) {
        return ckp_sc_bad(c, "patternProperties is no object");
    }

    json_object_foreach((json_t *) rule, pattern, below) {
        json_object_foreach((json_t *) value, key, member) {
            const int  found = ckp_sc_matches(c, pattern, key);

            if (found < 0) {
                return c->err->code;
            }

            if (found == 1 && rc == CKP_OK) {
                rc = schema_below(c, below, member, key, 0);
            }
        }
    }

    return rc;
}


static ckp_code_t
schema_prefix(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    json_t      *below;
    size_t       i;
    ckp_code_t   rc = CKP_OK;

    (void) schema;

    if (!json_is_array(rule)) {
        return ckp_sc_bad(c, "prefixItems is no array");
    }

    json_array_foreach((json_t *) rule, i, below) {
        const json_t *const  v = json_array_get(value, i);

        if (v != NULL && rc == CKP_OK) {
            rc = schema_below(c, below, v, NULL, i);
        }
    }

    return rc;
}


static ckp_code_t
schema_items(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    const size_t  from = json_array_size(json_object_get(schema,
                                                         "prefixItems"));
    json_t       *element;
    size_t        i;
    ckp_code_t    rc = CKP_OK;

    json_array_foreach((json_t *) value, i, element) {
        if (i >= from && rc == CKP_OK) {
            rc = schema_below(c, rule, element, NULL, i);
        }
    }

    return rc;
}


static ckp_code_t
schema_contains(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    json_t      *element;
    size_t       i;
    bool         holds = false;
    ckp_code_t   rc = CKP_OK;

    (void) schema;

    if (!json_is_array(value)) {
        return CKP_OK;
    }

    json_array_foreach((json_t *) value, i, element) {
        if (holds || rc != CKP_OK) {
            break;
        }

        rc = schema_test(c, rule, element, &holds);
    }

    if (rc == CKP_OK && !holds) {
        return ckp_sc_wrong(c, "no element is as the schema asks for");
    }

    return rc;
}


static ckp_code_t
schema_all_of(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    json_t      *part;
    size_t       i;
    ckp_code_t   rc = CKP_OK;

    (void) schema;

    if (!json_is_array(rule)) {
        return ckp_sc_bad(c, "allOf is no array");
    }

    json_array_foreach((json_t *) rule, i, part) {
        if (rc == CKP_OK) {
            rc = schema_walk(c, part, value);
        }
    }

    return rc;
}


static ckp_code_t
schema_count(ckp_sc_t *c, const json_t *rule, const json_t *value,
    const char *keyword, size_t *count)
{
    json_t      *part;
    size_t       i;
    bool         holds = false;
    ckp_code_t   rc = CKP_OK;

    *count = 0;

    if (!json_is_array(rule)) {
        return ckp_sc_bad(c, "%s is no array", keyword);
    }

    json_array_foreach((json_t *) rule, i, part) {
        if (rc == CKP_OK) {
            rc = schema_test(c, part, value, &holds);
            *count += (rc == CKP_OK && holds) ? 1 : 0;
        }
    }

    return rc;
}


static ckp_code_t
schema_any_of(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    size_t            count;
    const ckp_code_t  rc = schema_count(c, rule, value, "anyOf", &count);

    (void) schema;

    return (rc == CKP_OK && count == 0)
           ? ckp_sc_wrong(c, "none of the alternatives holds") : rc;
}


static ckp_code_t
schema_one_of(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    size_t            count;
    const ckp_code_t  rc = schema_count(c, rule, value, "oneOf", &count);

    (void) schema;

    return (rc == CKP_OK && count != 1)
           ? ckp_sc_wrong(c, "%zu of the alternatives hold, not one", count)
           : rc;
}


static ckp_code_t
schema_not(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    bool              holds = false;
    const ckp_code_t  rc = schema_test(c, rule, value, &holds);

    (void) schema;

    return (rc == CKP_OK && holds)
           ? ckp_sc_wrong(c, "is what the schema excludes") : rc;
}


static ckp_code_t
schema_if(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    bool              holds = false;
    const ckp_code_t  rc = schema_test(c, rule, value, &holds);
    const json_t     *next;

    if (rc != CKP_OK) {
        return rc;
    }

    next = json_object_get(schema, holds ? "then" : "else");

    return (next == NULL) ? CKP_OK : schema_walk(c, next, value);
}


static int
schema_hex(char c)
{
    return (c >= '0' && c <= '9') ? c - '0'
           : ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') ? (c | 0x20) - 'a' + 10
           : -1;
}


/* A fragment is a pointer with its own escapes: "#/$defs/a%20b". */
const json_t *
ckp_sc_ref(const json_t *root, const char *ref)
{
    char    pointer[SCHEMA_REF_MAX];
    size_t  n = 0;

    if (*ref != '#') {
        return NULL;
    }

    for (const char *p = ref + 1; *p != '\0'; p++) {
        if (n == sizeof(pointer) - 1) {
            return NULL;
        }

        if (*p != '%') {
            pointer[n++] = *p;
            continue;
        }

        if (schema_hex(p[1]) < 0 || schema_hex(p[2]) < 0) {
            return NULL;
        }

        pointer[n++] = (char) (schema_hex(p[1]) * 16 + schema_hex(p[2]));
        p += 2;
    }

    pointer[n] = '\0';

    return ckp_pointer_get(root, pointer);
}


static ckp_code_t
schema_ref(ckp_sc_t *c, const json_t *schema, const json_t *rule,
    const json_t *value)
{
    const char *const    ref = json_string_value(rule);
    const json_t *const  there = (ref == NULL) ? NULL
                                               : ckp_sc_ref(c->root, ref);

    (void) schema;

    if (there == NULL) {
        return ckp_sc_bad(c, "$ref \"%.100s\" leads nowhere",
                          ref == NULL ? "" : ref);
    }

    return schema_walk(c, there, value);
}


static const struct {
    const char  *keyword;
    ckp_sc_pt    check;
} schema_keywords[] = {
    { "$ref", schema_ref },
    { "properties", schema_properties },
    { "patternProperties", schema_patterns },
    { "additionalProperties", schema_additional },
    { "prefixItems", schema_prefix },
    { "items", schema_items },
    { "contains", schema_contains },
    { "allOf", schema_all_of },
    { "anyOf", schema_any_of },
    { "oneOf", schema_one_of },
    { "not", schema_not },
    { "if", schema_if },
};

#define SCHEMA_KEYWORDS                                                       \
    (sizeof(schema_keywords) / sizeof(schema_keywords[0]))


static ckp_sc_pt
schema_keyword(const char *keyword)
{
    for (size_t i = 0; i < SCHEMA_KEYWORDS; i++) {
        if (strcmp(schema_keywords[i].keyword, keyword) == 0) {
            return schema_keywords[i].check;
        }
    }

    return ckp_sc_rule(keyword);
}


bool
ckp_sc_known(const char *keyword)
{
    static const char *const  others[] = {
        "then", "else", "$defs", "definitions", "title", "description",
        "default", "examples", "$schema", "$id", "$comment", NULL
    };

    for (const char *const *k = others; *k != NULL; k++) {
        if (strcmp(*k, keyword) == 0) {
            return true;
        }
    }

    return schema_keyword(keyword) != NULL;
}


static ckp_code_t
schema_walk(ckp_sc_t *c, const json_t *schema, const json_t *value)
{
    const char  *keyword;
    json_t      *rule;
    ckp_code_t   rc = CKP_OK;

    if (json_is_boolean(schema)) {
        return json_is_true(schema) ? CKP_OK
                                    : ckp_sc_wrong(c, "is not allowed");
    }

    if (!json_is_object(schema)) {
        return ckp_sc_bad(c, "a schema is an object, true or false");
    }

    if (c->depth == SCHEMA_DEPTH_MAX) {
        return ckp_sc_bad(c, "schema nested or referred to too deep");
    }

    c->depth++;

    json_object_foreach((json_t *) schema, keyword, rule) {
        const ckp_sc_pt  check = schema_keyword(keyword);

        rc = ckp_sc_charge(c, 1);

        if (rc == CKP_OK && check != NULL) {
            rc = check(c, schema, rule, value);
        }

        if (rc != CKP_OK) {
            break;
        }
    }

    c->depth--;

    return rc;
}


ckp_code_t
ckp_schema_check(const json_t *schema, const json_t *value, json_t **errors,
    ckp_err_t *err)
{
    ckp_err_t   own = CKP_ERR_INIT;
    ckp_sc_t    c = { .root = schema, .budget = SCHEMA_STEPS_MAX,
                      .err = &own };
    ckp_code_t  rc;

    *errors = json_array();

    if (*errors == NULL) {
        return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    c.errors = *errors;
    ckp_buf_init(&c.path, SCHEMA_PATH_MAX);
    rc = schema_walk(&c, schema, value);
    ckp_buf_free(&c.path);
    ckp_sc_end(&c);

    if (rc != CKP_OK) {
        json_decref(*errors);
        *errors = NULL;
        (void) ckp_fail(err, rc, "", "%s", own.msg);
    }

    return rc;
}
