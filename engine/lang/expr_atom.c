/*
 * Primaries of an expression and what may follow them: literals, names, calls,
 * members, placeholders.
 */

#include <string.h>

#include "base/json.h"
#include "lang/expr_int.h"


static bool
atom_is_digit(char c)
{
    return c >= '0' && c <= '9';
}


/* Bytes of the name at the cursor: letters, digits, "_". */
static size_t
atom_name(const ckp_xp_t *p)
{
    size_t  n = 0;

    while (p->p + n < p->end
           && (atom_is_digit(p->p[n]) || p->p[n] == '_'
               || (p->p[n] >= 'a' && p->p[n] <= 'z')
               || (p->p[n] >= 'A' && p->p[n] <= 'Z')
               || (p->p[n] & 0x80) != 0))
    {
        n++;
    }

    return n;
}


static bool
atom_at(const ckp_xp_t *p, char c)
{
    return p->p < p->end && *p->p == c;
}


/* {{= expression }} within an expression is what a parenthesis is. */
static ckp_x_t *
atom_inner(ckp_xp_t *p)
{
    ckp_x_t *const  x = ckp_xp_expression(p);

    if (x == NULL) {
        return NULL;
    }

    return ckp_xp_take(p, "}}") ? x : ckp_xp_fail(p, "\"}}\" expected");
}


static ckp_x_t *
atom_hole(ckp_xp_t *p)
{
    ckp_x_t     *x;
    ckp_code_t   rc;
    size_t       used;

    p->p += 2;

    if (ckp_xp_take(p, "=")) {
        return atom_inner(p);
    }

    x = ckp_xp_node(p, CKP_X_HOLE);

    if (x == NULL) {
        return NULL;
    }

    x->hole = ckp_arena_alloc(p->arena, sizeof(ckp_hole_t));

    if (x->hole == NULL) {
        return ckp_xp_nomem(p);
    }

    rc = ckp_hole_parse(p->arena, p->p, (size_t) (p->end - p->p), &used,
                        x->hole);

    if (rc != CKP_OK) {
        return (rc == CKP_E_NOMEM) ? ckp_xp_nomem(p)
                                   : ckp_xp_fail(p, "malformed placeholder");
    }

    ckp_xp_own(p, x);
    p->p += used;

    return x;
}


/* expression { "," expression } up to `close`, into x. */
static ckp_x_t *
atom_items(ckp_xp_t *p, ckp_x_t *x, const char *close)
{
    if (x == NULL || ckp_xp_take(p, close)) {
        return x;
    }

    do {
        if (!ckp_xp_add(p, x, ckp_xp_expression(p), 0, NULL)) {
            return NULL;
        }
    } while (ckp_xp_take(p, ","));

    return ckp_xp_take(p, close) ? x : ckp_xp_fail(p, "\",\" or end expected");
}


static const char *
atom_key(ckp_xp_t *p)
{
    const char  *key = NULL;
    ckp_buf_t    b;

    ckp_xp_space(p);

    if (!atom_at(p, '"') && !atom_at(p, '\'')) {
        (void) ckp_xp_fail(p, "quoted member name expected");
        return NULL;
    }

    ckp_buf_init(&b, CKP_EXPR_TEXT_MAX);

    if (ckp_xp_quoted(p, &b)) {
        key = ckp_arena_strdup(p->arena, ckp_buf_str(&b));

        if (key == NULL) {
            (void) ckp_xp_nomem(p);
        }
    }

    ckp_buf_free(&b);

    return key;
}


static ckp_x_t *
atom_object(ckp_xp_t *p)
{
    ckp_x_t *const  x = ckp_xp_node(p, CKP_X_OBJECT);

    p->p++;

    if (x == NULL || ckp_xp_take(p, "}")) {
        return x;
    }

    do {
        const char *const  key = atom_key(p);

        if (key == NULL) {
            return NULL;
        }

        if (!ckp_xp_take(p, ":")) {
            return ckp_xp_fail(p, "\":\" expected");
        }

        if (!ckp_xp_add(p, x, ckp_xp_expression(p), 0, key)) {
            return NULL;
        }
    } while (ckp_xp_take(p, ","));

    return ckp_xp_take(p, "}") ? x : ckp_xp_fail(p, "\",\" or \"}\" expected");
}


/* The cursor stands behind "("; `first`: the one before the dot, or NULL. */
static ckp_x_t *
atom_call(ckp_xp_t *p, const char *name, size_t len, ckp_x_t *first)
{
    ckp_x_t  *x = ckp_xp_node(p, CKP_X_CALL);

    if (x == NULL || !ckp_xp_count(p)) {
        return NULL;
    }

    x->name = ckp_arena_strndup(p->arena, name, len);
    x->func = ckp_func_find(name, len);

    if (x->name == NULL) {
        return ckp_xp_nomem(p);
    }

    if (first != NULL && !ckp_xp_add(p, x, first, 0, NULL)) {
        return NULL;
    }

    x = atom_items(p, x, ")");

    if (x == NULL) {
        return NULL;
    }

    x->bad_call = x->func == NULL || x->n < x->func->min
                  || (x->n > x->func->max && x->func->max != 255);

    if (!x->bad_call && x->func->pattern != 0
        && !ckp_xp_pattern(p, x->kids[x->func->pattern - 1]))
    {
        return NULL;
    }

    return x;
}


static bool
atom_is(const char *name, size_t len, const char *word)
{
    size_t  i;

    for (i = 0; i < len && word[i] != '\0'; i++) {
        const char  c = (name[i] >= 'A' && name[i] <= 'Z')
                        ? (char) (name[i] | 0x20) : name[i];

        if (c != word[i]) {
            return false;
        }
    }

    return i == len && word[i] == '\0';
}


/* A word that stands alone for a value; NULL: it is a name. */
static json_t *
atom_word(const char *name, size_t len)
{
    if (atom_is(name, len, "true") || atom_is(name, len, "yes")) {
        return json_true();
    }

    if (atom_is(name, len, "false") || atom_is(name, len, "no")) {
        return json_false();
    }

    if (atom_is(name, len, "null") || atom_is(name, len, "none")) {
        return json_null();
    }

    return NULL;
}


static bool
atom_is_reserved(const char *name, size_t len)
{
    static const char *const  words[] = { "and", "or", "not", "in", "is",
                                          "if", "else", NULL };

    for (const char *const *w = words; *w != NULL; w++) {
        if (atom_is(name, len, *w)) {
            return true;
        }
    }

    return false;
}


static ckp_x_t *
atom_named(ckp_xp_t *p)
{
    const char *const  name = p->p;
    const size_t       len = atom_name(p);
    const char        *after;
    ckp_x_t           *x;

    p->p += len;
    after = p->p;

    if (!atom_at(p, '.') && !atom_at(p, '[')) {
        if (ckp_xp_take(p, "(")) {
            return atom_call(p, name, len, NULL);
        }

        p->p = after;

        json_t *const  word = atom_word(name, len);

        if (word != NULL) {
            return ckp_xp_const(p, word);
        }

        if (atom_is_reserved(name, len)) {
            p->p = name;
            return ckp_xp_fail(p, "operand expected");
        }
    }

    x = ckp_xp_node(p, CKP_X_PATH);

    if (x == NULL) {
        return NULL;
    }

    x->name = ckp_arena_strndup(p->arena, name, len);
    x->path = ckp_path_begin(p->arena, name, len);

    return (x->name == NULL || x->path == NULL) ? ckp_xp_nomem(p) : x;
}


static ckp_x_t *
atom_primary(ckp_xp_t *p)
{
    ckp_x_t  *x;

    ckp_xp_space(p);

    if (p->p == p->end) {
        return ckp_xp_fail(p, "operand expected");
    }

    switch (*p->p) {

    case '\'':
    case '"':
        return ckp_xp_string(p);

    case '(':
        p->p++;
        x = ckp_xp_expression(p);

        return (x == NULL || ckp_xp_take(p, ")"))
               ? x : ckp_xp_fail(p, "\")\" expected");

    case '[':
        p->p++;
        return atom_items(p, ckp_xp_node(p, CKP_X_LIST), "]");

    case '{':
        return (p->end - p->p >= 2 && p->p[1] == '{') ? atom_hole(p)
                                                      : atom_object(p);

    default:
        break;
    }

    if (atom_is_digit(*p->p)) {
        return ckp_xp_number(p);
    }

    return atom_name(p) != 0 ? atom_named(p)
                             : ckp_xp_fail(p, "operand expected");
}


static ckp_x_t *
atom_member(ckp_xp_t *p, ckp_x_t *base)
{
    const char *const  name = p->p + 1;
    size_t             len;
    ckp_x_t           *x;

    p->p++;
    len = atom_name(p);
    p->p += len;

    if (len == 0) {
        return ckp_xp_fail(p, "name expected after \".\"");
    }

    if (atom_at(p, '(')) {
        p->p++;
        return atom_call(p, name, len, base);
    }

    if (base->kind == CKP_X_PATH) {
        return ckp_path_add_name((ckp_path_t *) base->path, name, len)
               ? base : ckp_xp_nomem(p);
    }

    x = ckp_xp_node(p, CKP_X_MEMBER);

    if (!ckp_xp_count(p) || !ckp_xp_add(p, x, base, 0, NULL)) {
        return NULL;
    }

    x->name = ckp_arena_strndup(p->arena, name, len);

    return (x->name == NULL) ? ckp_xp_nomem(p) : x;
}


/* a[0] and a["x"] belong to the path, other indexes are evaluated. */
static ckp_x_t *
atom_index(ckp_xp_t *p, ckp_x_t *base)
{
    ckp_x_t  *key;
    ckp_x_t  *x;
    bool      added;

    p->p++;
    key = ckp_xp_expression(p);

    if (key == NULL) {
        return NULL;
    }

    if (!ckp_xp_take(p, "]")) {
        return ckp_xp_fail(p, "\"]\" expected");
    }

    if (base->kind == CKP_X_PATH && key->kind == CKP_X_CONST
        && (json_is_integer(key->value) || json_is_string(key->value)))
    {
        ckp_path_t *const  path = (ckp_path_t *) base->path;

        added = json_is_integer(key->value)
                ? ckp_path_add_index(path, json_integer_value(key->value))
                : ckp_path_add_key(path, json_string_value(key->value),
                                   json_string_length(key->value));

        return added ? base : ckp_xp_nomem(p);
    }

    x = ckp_xp_node(p, CKP_X_INDEX);

    return (ckp_xp_count(p) && ckp_xp_add(p, x, base, 0, NULL)
            && ckp_xp_add(p, x, key, 0, NULL)) ? x : NULL;
}


ckp_x_t *
ckp_xp_postfix(ckp_xp_t *p)
{
    ckp_x_t  *x = atom_primary(p);

    while (x != NULL && (atom_at(p, '.') || atom_at(p, '['))) {
        x = atom_at(p, '.') ? atom_member(p, x) : atom_index(p, x);
    }

    return x;
}
