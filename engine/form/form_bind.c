/*
 * Bindings and conditions of form E as templates and expressions.
 */

#include <ctype.h>
#include <string.h>

#include "form/form_bind.h"

#define BIND_TEXT_MAX  CKP_TEMPLATE_TEXT_MAX
#define BIND_ID_MAX    (4 * CKP_ID_MAX)         /* bytes of its characters */


/* --- JSON inside of texts ------------------------------------------------------- */


bool
ckp_bind_embedded(ckp_made_t *m, ckp_at_t *at)
{
    const char *const  text = json_string_value(at->value);
    ckp_err_t          err = CKP_ERR_INIT;
    const char        *p = text;
    json_t            *value;

    if (text == NULL) {
        return at->value != NULL && !json_is_null(at->value);
    }

    p += strspn(text, " \t\r\n");

    if (*p != '{' && *p != '[') {
        return true;
    }

    value = ckp_json_parse(text, json_string_length(at->value), &err);

    if (value == NULL && err.code == CKP_E_NOMEM) {
        m->ps->nomem = true;
        return false;
    }

    if (value == NULL) {
        ckp_parse_say(m->ps, &(ckp_say_t) { .at = at, .number = 513,
                                            .field = at->key },
                      "'%s' holds JSON that is none: %s",
                      at->key == NULL ? "text" : at->key, err.msg);
        return false;
    }

    at->value = ckp_parse_keep(m->ps, value);

    return at->value != NULL;
}


/* --- bindings ------------------------------------------------------------------------ */


/* As a string of the expression grammar. */
static void
bind_quote(ckp_buf_t *b, const char *text, size_t len)
{
    ckp_buf_puts(b, "\"");

    for (size_t i = 0; i < len; i++) {
        const unsigned char  c = (unsigned char) text[i];

        if (c == '"' || c == '\\') {
            ckp_buf_printf(b, "\\%c", c);

        } else if (c < 0x20) {
            ckp_buf_printf(b, "\\u%04x", c);

        } else {
            ckp_buf_put(b, text + i, 1);
        }
    }

    ckp_buf_puts(b, "\"");
}


/* Text that is no placeholder, whatever it looks like. */
static json_t *
bind_literal(ckp_made_t *m, const char *text, size_t len)
{
    ckp_buf_t  b;
    json_t    *value;

    ckp_buf_init(&b, 2 * CKP_JSON_STRING_MAX);

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '{' && i + 1 < len && text[i + 1] == '{'
            && (i == 0 || text[i - 1] != '{'))
        {
            ckp_buf_puts(&b, "\\");
        }

        ckp_buf_put(&b, text + i, 1);
    }

    value = b.failed == CKP_OK ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
    ckp_buf_free(&b);
    m->ps->nomem = m->ps->nomem || value == NULL;

    return value;
}


/* The longest node id that the text begins with, and that ends where a path
 * goes on; 0: none. */
static size_t
bind_node(const json_t *ids, const char *text)
{
    const size_t  len = strlen(text);
    char          id[BIND_ID_MAX + 1];

    for (size_t n = len < BIND_ID_MAX ? len : BIND_ID_MAX; n > 0; n--) {
        if (text[n] != '\0' && text[n] != '.' && text[n] != '[') {
            continue;
        }

        memcpy(id, text, n);
        id[n] = '\0';

        if (json_object_get(ids, id) != NULL) {
            return n;
        }
    }

    return 0;
}


/* "x" of "$x.y", when that looks like a name. */
static size_t
bind_name(const char *text)
{
    size_t  n = 0;

    if (!isalpha((unsigned char) text[0]) && text[0] != '_') {
        return 0;
    }

    while (isalnum((unsigned char) text[n]) || text[n] == '_'
           || text[n] == '-')
    {
        n++;
    }

    return n;
}


/* {{= value if it is there else "$x.y" }} */
static json_t *
bind_make(const char *text, const char *name, size_t len, bool node)
{
    const char *const  path = text + 1 + len + (text[1 + len] == '.');
    ckp_buf_t          of;
    ckp_buf_t          b;
    json_t            *value;

    ckp_buf_init(&of, BIND_TEXT_MAX);
    ckp_buf_init(&b, BIND_TEXT_MAX);

    if (node) {
        ckp_buf_puts(&of, "tasks[");
        bind_quote(&of, name, len);
        ckp_buf_puts(&of, "]");

    } else {
        ckp_buf_put(&of, name, len);
    }

    ckp_buf_printf(&b, "{{= %s(%s%s", *path == '\0' ? "" : "get",
                   ckp_buf_str(&of), node ? ".output" : "");

    if (*path != '\0') {
        ckp_buf_puts(&b, ", ");
        bind_quote(&b, path, strlen(path));
    }

    ckp_buf_puts(&b, ")");

    if (node || *path != '\0') {
        ckp_buf_puts(&b, " if ");
    }

    if (node) {
        ckp_buf_printf(&b, "%s.status == \"completed\"%s", ckp_buf_str(&of),
                       *path == '\0' ? "" : " and ");
    }

    if (*path != '\0') {
        ckp_buf_printf(&b, "has(%s%s, ", ckp_buf_str(&of),
                       node ? ".output" : "");
        bind_quote(&b, path, strlen(path));
        ckp_buf_puts(&b, ")");
    }

    if (node || *path != '\0') {
        ckp_buf_puts(&b, " else ");
        bind_quote(&b, text, strlen(text));
    }

    ckp_buf_puts(&b, " }}");
    value = b.failed == CKP_OK && of.failed == CKP_OK
            ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
    ckp_buf_free(&of);
    ckp_buf_free(&b);

    return value;
}


static json_t *
bind_text(ckp_made_t *m, const ckp_at_t *at, const json_t *ids)
{
    const char *const  text = json_string_value(at->value);
    const size_t       len = json_string_length(at->value);
    size_t             n;
    json_t            *value = NULL;

    if (text[0] != '$' || text[1] == '$') {
        return bind_literal(m, text + (text[0] == '$'), len - (text[0] == '$'));
    }

    n = bind_node(ids, text + 1);

    if (n > 0) {
        value = bind_make(text, text + 1, n, true);

    } else {
        n = bind_name(text + 1);

        if ((n == 7 && strncmp(text + 1, "context", 7) == 0)
            || (n == 5 && strncmp(text + 1, "input", 5) == 0))
        {
            value = bind_make(text, text + 1, n, false);

        } else if (n > 0 && text[1 + n] == '.') {
            ckp_parse_say(m->ps, &(ckp_say_t) { .at = at, .number = 504 },
                          "'%.160s' refers to no node: there is no '%.*s'",
                          text, (int) (n > 80 ? 80 : n), text + 1);
        }
    }

    return value != NULL ? value : bind_literal(m, text, len);
}


/* As deep as documents nest, which is bounded when they are parsed. */
json_t *
ckp_bind_value(ckp_made_t *m, const ckp_at_t *at, const json_t *ids)
{
    json_t        *made;
    const char    *key;
    const json_t  *member;
    size_t         i;
    int            bad;

    if (json_is_string(at->value)) {
        return bind_text(m, at, ids);
    }

    if (!json_is_array(at->value) && !json_is_object(at->value)) {
        return json_incref((json_t *) at->value);
    }

    made = json_is_array(at->value) ? json_array() : json_object();
    bad = made == NULL;

    json_array_foreach(at->value, i, member) {
        ckp_at_t  inner;

        ckp_parse_element(at, i, &inner);
        bad |= json_array_append_new(made, ckp_bind_value(m, &inner, ids));
    }

    json_object_foreach((json_t *) at->value, key, member) {
        const ckp_at_t  inner = { .up = at, .key = key, .value = member };

        bad |= json_object_set_new(made, key, ckp_bind_value(m, &inner, ids));
    }

    m->ps->nomem = m->ps->nomem || bad;
    ckp_parse_stands(m->ps, made, at);

    return made;
}


/* --- conditions ----------------------------------------------------------------------- */


/* "yes", True: a word for a truth.  -1: neither. */
static int
bind_truth(const json_t *value)
{
    static const char *const  words[] = { "false", "no", "true", "yes" };
    const char *const         text = json_string_value(value);

    if (json_is_boolean(value)) {
        return json_is_true(value);
    }

    for (size_t i = 0; text != NULL && i < 4; i++) {
        if (strlen(text) == strlen(words[i])) {
            size_t  k = 0;

            while (words[i][k] != '\0'
                   && tolower((unsigned char) text[k]) == words[i][k])
            {
                k++;
            }

            if (words[i][k] == '\0') {
                return i >= 2;
            }
        }
    }

    return -1;
}


static const char *
bind_operator(const char *word)
{
    static const struct {
        const char  *word;
        const char  *op;
    } words[] = {
        { "eq", "==" }, { "equals", "==" }, { "==", "==" }, { "=", "==" },
        { "ne", "!=" }, { "neq", "!=" }, { "not_equals", "!=" },
        { "!=", "!=" }, { "gt", ">" }, { "greater_than", ">" }, { ">", ">" },
        { "gte", ">=" }, { "ge", ">=" }, { ">=", ">=" }, { "lt", "<" },
        { "less_than", "<" }, { "<", "<" }, { "lte", "<=" }, { "le", "<=" },
        { "<=", "<=" }, { "contains", "contains" },
        { "not_contains", "not_contains" }, { "in", "in" },
        { "not_in", "not_in" }, { "starts_with", "starts_with" },
        { "ends_with", "ends_with" }, { "matches", "matches" },
    };

    for (size_t i = 0; word != NULL && i < sizeof(words) / sizeof(words[0]);
         i++)
    {
        if (strcmp(words[i].word, word) == 0) {
            return words[i].op;
        }
    }

    return NULL;
}


/* A value of JSON as the grammar writes it. */
static void
bind_json(ckp_buf_t *b, const json_t *value)
{
    const char    *key;
    const json_t  *member;
    size_t         i;
    size_t         n = 0;

    if (json_is_string(value)) {
        bind_quote(b, json_string_value(value), json_string_length(value));

    } else if (json_is_array(value)) {
        ckp_buf_puts(b, "[");

        json_array_foreach(value, i, member) {
            ckp_buf_puts(b, i == 0 ? "" : ", ");
            bind_json(b, member);
        }

        ckp_buf_puts(b, "]");

    } else if (json_is_object(value)) {
        ckp_buf_puts(b, "{");

        json_object_foreach((json_t *) value, key, member) {
            ckp_buf_puts(b, n++ == 0 ? "" : ", ");
            bind_quote(b, key, strlen(key));
            ckp_buf_puts(b, ": ");
            bind_json(b, member);
        }

        ckp_buf_puts(b, "}");

    } else {
        ckp_json_put(b, value);
    }
}


/* {field, operator, value}: of the source's output. */
static json_t *
bind_comparison(ckp_made_t *m, const ckp_at_t *at)
{
    const char *const    field = ckp_json_str(at->value, "field");
    const char *const    word = ckp_json_str(at->value, "operator");
    const char *const    op = word == NULL ? "==" : bind_operator(word);
    const json_t *const  value = json_object_get(at->value, "value");
    ckp_buf_t            b;
    json_t              *text = NULL;

    if (field == NULL || op == NULL) {
        ckp_parse_say(m->ps, &(ckp_say_t) { .at = at, .number = 220 },
                      field == NULL
                      ? "a condition is a text, {expression} or {field, "
                        "operator, value}"
                      : "'%.60s' is no operator", word == NULL ? "" : word);
        return NULL;
    }

    ckp_buf_init(&b, BIND_TEXT_MAX);
    ckp_buf_puts(&b, "get(output, ");
    bind_quote(&b, field, strlen(field));
    ckp_buf_printf(&b, ") %s ", op);

    if (value == NULL) {
        ckp_buf_puts(&b, "null");

    } else {
        bind_json(&b, value);
    }

    if (b.failed == CKP_E_LIMIT) {
        ckp_parse_say(m->ps, &(ckp_say_t) { .at = at, .number = 6 },
                      "a condition longer than %d bytes", BIND_TEXT_MAX);

    } else {
        text = b.failed == CKP_OK ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
        m->ps->nomem = m->ps->nomem || text == NULL;
    }

    ckp_buf_free(&b);

    return text;
}


static json_t *
bind_tested(int truth)
{
    return json_string(truth == 1 ? "condition_result"
                                  : "not condition_result");
}


json_t *
ckp_bind_condition(ckp_made_t *m, const ckp_at_t *edge, bool from_condition)
{
    ckp_at_t  at;
    int       truth;

    if (!ckp_parse_find(m->ps, edge, "condition", &at)
        || (json_is_string(at.value) && json_string_length(at.value) == 0))
    {
        truth = bind_truth(json_object_get(edge->value, "label"));

        return from_condition && truth >= 0 ? bind_tested(truth) : NULL;
    }

    if (!ckp_bind_embedded(m, &at)) {
        return NULL;
    }

    if (json_is_object(at.value)
        && json_object_get(at.value, "expression") != NULL)
    {
        (void) ckp_parse_find(m->ps, &at, "expression", &at);
    }

    truth = bind_truth(at.value);

    if (from_condition && truth >= 0) {
        return bind_tested(truth);
    }

    if (json_is_object(at.value)) {
        return bind_comparison(m, &at);
    }

    return json_incref((json_t *) at.value);
}
