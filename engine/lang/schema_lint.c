/*
 * A schema without a value: unknown keywords, references that lead nowhere,
 * patterns that do not compile, wrong types.
 */

#include <string.h>

#include "base/json.h"
#include "lang/regex.h"
#include "lang/schema_int.h"

#define LINT_DEPTH_MAX  64
#define LINT_PATH_MAX   4096

typedef struct {
    const json_t   *root;
    ckp_schema_pt   visit;
    void           *data;
    ckp_buf_t       path;
    unsigned        depth;
} lint_t;

/* What lies below a keyword. */
typedef enum {
    BELOW_NOTHING,
    BELOW_SCHEMA,
    BELOW_LIST,             /* an array of schemas */
    BELOW_MEMBERS           /* an object of schemas */
} below_t;

static void lint_schema(lint_t *l, const json_t *schema);


static below_t
lint_below(const char *keyword)
{
    static const struct {
        const char  *keyword;
        below_t      below;
    } table[] = {
        { "properties", BELOW_MEMBERS }, { "patternProperties", BELOW_MEMBERS },
        { "$defs", BELOW_MEMBERS }, { "definitions", BELOW_MEMBERS },
        { "prefixItems", BELOW_LIST }, { "allOf", BELOW_LIST },
        { "anyOf", BELOW_LIST }, { "oneOf", BELOW_LIST },
        { "items", BELOW_SCHEMA }, { "contains", BELOW_SCHEMA },
        { "additionalProperties", BELOW_SCHEMA }, { "not", BELOW_SCHEMA },
        { "if", BELOW_SCHEMA }, { "then", BELOW_SCHEMA },
        { "else", BELOW_SCHEMA },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].keyword, keyword) == 0) {
            return table[i].below;
        }
    }

    return BELOW_NOTHING;
}


static void
lint_say(lint_t *l, int number, const char *message)
{
    l->visit(l->data, number, ckp_buf_str(&l->path), message);
}


static size_t
lint_enter(lint_t *l, const char *token)
{
    const size_t  len = l->path.len;

    ckp_pointer_push(&l->path, token);

    return len;
}


static void
lint_leave(lint_t *l, size_t len)
{
    l->path.len = len;

    if (l->path.failed == CKP_E_LIMIT) {
        l->path.failed = CKP_OK;
    }

    if (l->path.data != NULL) {
        l->path.data[len] = '\0';
    }
}


static void
lint_pattern(lint_t *l, const char *pattern)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_regex_t *const  re = ckp_regex_new(pattern, false, NULL, &err);

    if (re == NULL && err.code != CKP_E_NOMEM) {
        lint_say(l, 221, err.msg);
    }

    ckp_regex_free(re);
}


static void
lint_list(lint_t *l, const json_t *list)
{
    json_t  *part;
    size_t   i;

    if (!json_is_array(list)) {
        lint_say(l, 227, "an array of schemas was expected");
        return;
    }

    json_array_foreach((json_t *) list, i, part) {
        const size_t  len = l->path.len;

        ckp_buf_printf(&l->path, "/%zu", i);
        lint_schema(l, part);
        lint_leave(l, len);
    }
}


static void
lint_members(lint_t *l, const json_t *object, bool patterns)
{
    const char  *key;
    json_t      *part;

    if (!json_is_object(object)) {
        lint_say(l, 227, "an object of schemas was expected");
        return;
    }

    json_object_foreach((json_t *) object, key, part) {
        const size_t  len = lint_enter(l, key);

        if (patterns) {
            lint_pattern(l, key);
        }

        lint_schema(l, part);
        lint_leave(l, len);
    }
}


/* One that leads to itself, by others or at once, never comes to a rule. */
static void
lint_ref(lint_t *l, const json_t *rule)
{
    for (unsigned hops = 0; hops < LINT_DEPTH_MAX; hops++) {
        const json_t *const  there = json_is_string(rule)
                                     ? ckp_sc_ref(l->root,
                                                  json_string_value(rule))
                                     : NULL;

        if (there == NULL) {
            lint_say(l, 227, "$ref leads nowhere");
            return;
        }

        rule = json_object_get(there, "$ref");

        if (rule == NULL) {
            return;
        }
    }

    lint_say(l, 227, "$ref leads back to itself");
}


/* A rule that looks at the value alone is tried on a null: what it says of the
 * schema it says of every value. */
static void
lint_rule(lint_t *l, const char *keyword, const json_t *schema,
    const json_t *rule)
{
    const ckp_sc_pt  check = ckp_sc_rule(keyword);
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_sc_t         c = { .root = l->root, .budget = 1, .err = &err };

    if (check != NULL && check(&c, schema, rule, json_null()) != CKP_OK
        && err.code == CKP_E_INVALID)
    {
        lint_say(l, 227, err.msg);
        return;
    }

    if (strcmp(keyword, "pattern") == 0 && json_is_string(rule)) {
        lint_pattern(l, json_string_value(rule));
    }

    if (strcmp(keyword, "$ref") == 0) {
        lint_ref(l, rule);
    }
}


static void
lint_keyword(lint_t *l, const json_t *schema, const char *keyword,
    const json_t *rule)
{
    const size_t  len = lint_enter(l, keyword);

    if (!ckp_sc_known(keyword)) {
        lint_say(l, 226, "unknown keyword");
    }

    switch (lint_below(keyword)) {

    case BELOW_NOTHING:
        lint_rule(l, keyword, schema, rule);
        break;

    case BELOW_SCHEMA:
        lint_schema(l, rule);
        break;

    case BELOW_LIST:
        lint_list(l, rule);
        break;

    case BELOW_MEMBERS:
        lint_members(l, rule, strcmp(keyword, "patternProperties") == 0);
        break;
    }

    lint_leave(l, len);
}


static void
lint_schema(lint_t *l, const json_t *schema)
{
    const char  *keyword;
    json_t      *rule;

    if (json_is_boolean(schema)) {
        return;
    }

    if (!json_is_object(schema)) {
        lint_say(l, 227, "a schema is an object, true or false");
        return;
    }

    if (l->depth == LINT_DEPTH_MAX) {
        lint_say(l, 227, "schema nested too deep");
        return;
    }

    l->depth++;

    json_object_foreach((json_t *) schema, keyword, rule) {
        lint_keyword(l, schema, keyword, rule);
    }

    l->depth--;
}


ckp_code_t
ckp_schema_lint(const json_t *schema, ckp_schema_pt visit, void *data)
{
    lint_t      l = { .root = schema, .visit = visit, .data = data };
    ckp_code_t  rc;

    ckp_buf_init(&l.path, LINT_PATH_MAX);
    lint_schema(&l, schema);
    rc = (l.path.failed == CKP_E_NOMEM) ? CKP_E_NOMEM : CKP_OK;
    ckp_buf_free(&l.path);

    return rc;
}
