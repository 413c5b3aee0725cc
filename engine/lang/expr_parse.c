/*
 * The grammar of spec/ckp.md 7.1 down to unary operators, by descent.
 */

#include <string.h>

#include "base/json.h"
#include "lang/expr_int.h"
#include "lang/value.h"

ckp_x_t *
ckp_xp_fail(ckp_xp_t *p, const char *what)
{
    const size_t  bytes = (size_t) (p->p - p->start);

    (void) ckp_fail(p->err, CKP_E_INVALID, "", "%s at column %zu", what,
                    ckp_text_length(p->start, bytes) + 1);

    return NULL;
}


ckp_x_t *
ckp_xp_nomem(ckp_xp_t *p)
{
    (void) ckp_fail(p->err, CKP_E_NOMEM, "", "no memory");

    return NULL;
}


ckp_x_t *
ckp_xp_node(ckp_xp_t *p, ckp_x_kind_t kind)
{
    ckp_x_t *const  x = ckp_arena_alloc(p->arena, sizeof(ckp_x_t));

    if (x == NULL) {
        return ckp_xp_nomem(p);
    }

    x->kind = kind;
    x->height = 1;

    return x;
}


static bool
parse_room(ckp_xp_t *p, ckp_x_t *x)
{
    const size_t   size = (x->size == 0) ? 2 : 2 * x->size;
    ckp_x_t      **kids = ckp_arena_alloc(p->arena, size * sizeof(*kids));
    uint8_t       *ops = ckp_arena_alloc(p->arena, size);
    const char   **names = ckp_arena_alloc(p->arena, size * sizeof(*names));

    if (kids == NULL || ops == NULL || names == NULL) {
        (void) ckp_xp_nomem(p);
        return false;
    }

    if (x->n != 0) {
        memcpy(kids, x->kids, x->n * sizeof(*kids));
        memcpy(ops, x->ops, x->n);
        memcpy(names, x->names, x->n * sizeof(*names));
    }

    x->kids = kids;
    x->ops = ops;
    x->names = names;
    x->size = size;

    return true;
}


/* Adds a child; `op` stands before it, `name` is its key in an object. */
bool
ckp_xp_add(ckp_xp_t *p, ckp_x_t *x, ckp_x_t *kid, unsigned op,
    const char *name)
{
    if (x == NULL || kid == NULL || (x->n == x->size && !parse_room(p, x))) {
        return false;
    }

    if (kid->height >= CKP_EXPR_DEPTH_MAX) {
        (void) ckp_xp_fail(p, "expression nested too deep");
        return false;
    }

    x->kids[x->n] = kid;
    x->names[x->n] = name;

    if (x->n > 0) {
        x->ops[x->n - 1] = (uint8_t) op;
    }

    x->n++;

    if (x->height <= kid->height) {
        x->height = kid->height + 1;
    }

    return true;
}


void
ckp_xp_own(ckp_xp_t *p, ckp_x_t *x)
{
    x->next_owned = p->expr->owned;
    p->expr->owned = x;
}


void
ckp_xp_space(ckp_xp_t *p)
{
    while (p->p < p->end && (*p->p == ' ' || *p->p == '\t' || *p->p == '\r'
                             || *p->p == '\n'))
    {
        p->p++;
    }
}


bool
ckp_xp_take(ckp_xp_t *p, const char *symbol)
{
    const size_t  n = strlen(symbol);

    ckp_xp_space(p);

    if ((size_t) (p->end - p->p) < n || memcmp(p->p, symbol, n) != 0) {
        return false;
    }

    p->p += n;

    return true;
}


static bool
parse_is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}


/* A keyword, in any case; `word` is in lower case. */
bool
ckp_xp_word(ckp_xp_t *p, const char *word)
{
    const char  *q;

    ckp_xp_space(p);

    for (q = p->p; *word != '\0'; word++, q++) {
        if (q == p->end) {
            return false;
        }

        const char  c = (*q >= 'A' && *q <= 'Z') ? (char) (*q | 0x20) : *q;

        if (c != *word) {
            return false;
        }
    }

    if (q < p->end && parse_is_name(*q)) {
        return false;
    }

    p->p = q;

    return true;
}


bool
ckp_xp_enter(ckp_xp_t *p)
{
    if (p->depth == CKP_EXPR_DEPTH_MAX) {
        (void) ckp_xp_fail(p, "expression nested too deep");
        return false;
    }

    p->depth++;

    return true;
}


bool
ckp_xp_count(ckp_xp_t *p)
{
    if (++p->ops > CKP_EXPR_OPS_MAX) {
        (void) ckp_xp_fail(p, "too many operators");
        return false;
    }

    return true;
}


static ckp_x_t *parse_or(ckp_xp_t *p);
static ckp_x_t *parse_not(ckp_xp_t *p);
static ckp_x_t *parse_factor(ckp_xp_t *p);


static ckp_x_t *
parse_if(ckp_xp_t *p, ckp_x_t *holds, ckp_x_t *then, ckp_x_t *otherwise)
{
    ckp_x_t *const  x = ckp_xp_node(p, CKP_X_IF);

    return (ckp_xp_add(p, x, holds, 0, NULL) && ckp_xp_add(p, x, then, 0, NULL)
            && ckp_xp_add(p, x, otherwise, 0, NULL)) ? x : NULL;
}


static ckp_x_t *
parse_ternary(ckp_xp_t *p)
{
    ckp_x_t *const  first = parse_or(p);
    ckp_x_t        *second;

    if (first == NULL) {
        return NULL;
    }

    if (ckp_xp_word(p, "if")) {
        second = ckp_xp_count(p) ? parse_or(p) : NULL;

        if (second == NULL) {
            return NULL;
        }

        return ckp_xp_word(p, "else")
               ? parse_if(p, second, first, ckp_xp_expression(p))
               : ckp_xp_fail(p, "\"else\" expected");
    }

    if (ckp_xp_take(p, "?")) {
        second = ckp_xp_count(p) ? ckp_xp_expression(p) : NULL;

        if (second == NULL) {
            return NULL;
        }

        return ckp_xp_take(p, ":")
               ? parse_if(p, first, second, ckp_xp_expression(p))
               : ckp_xp_fail(p, "\":\" expected");
    }

    return first;
}


ckp_x_t *
ckp_xp_expression(ckp_xp_t *p)
{
    ckp_x_t  *x;

    if (!ckp_xp_enter(p)) {
        return NULL;
    }

    x = parse_ternary(p);
    p->depth--;

    return x;
}


/* kid { (word | symbol) kid }, as one node. */
static ckp_x_t *
parse_logic(ckp_xp_t *p, ckp_x_kind_t kind, const char *word,
    const char *symbol, ckp_x_t *(*next)(ckp_xp_t *p))
{
    ckp_x_t  *first = next(p);
    ckp_x_t  *x = NULL;

    while (first != NULL && (ckp_xp_word(p, word) || ckp_xp_take(p, symbol))) {
        if (x == NULL) {
            x = ckp_xp_node(p, kind);

            if (!ckp_xp_add(p, x, first, 0, NULL)) {
                return NULL;
            }
        }

        if (!ckp_xp_count(p) || !ckp_xp_add(p, x, next(p), 0, NULL)) {
            return NULL;
        }
    }

    return (x != NULL) ? x : first;
}


static ckp_x_t *
parse_and(ckp_xp_t *p)
{
    return parse_logic(p, CKP_X_AND, "and", "&&", parse_not);
}


static ckp_x_t *
parse_or(ckp_xp_t *p)
{
    return parse_logic(p, CKP_X_OR, "or", "||", parse_and);
}


static ckp_x_t *
parse_sum_part(ckp_xp_t *p)
{
    ckp_x_t  *first = parse_factor(p);
    ckp_x_t  *x = NULL;

    while (first != NULL) {
        unsigned  op;

        ckp_xp_space(p);

        if (p->end - p->p >= 2 && p->p[0] == '*' && p->p[1] == '*') {
            break;
        }

        if (ckp_xp_take(p, "*")) {
            op = CKP_OP_MUL;

        } else if (ckp_xp_take(p, "//")) {
            op = CKP_OP_FLOORDIV;

        } else if (ckp_xp_take(p, "/")) {
            op = CKP_OP_DIV;

        } else if (ckp_xp_take(p, "%")) {
            op = CKP_OP_MOD;

        } else {
            break;
        }

        if (x == NULL) {
            x = ckp_xp_node(p, CKP_X_ARITH);

            if (!ckp_xp_add(p, x, first, 0, NULL)) {
                return NULL;
            }
        }

        if (!ckp_xp_count(p) || !ckp_xp_add(p, x, parse_factor(p), op, NULL)) {
            return NULL;
        }
    }

    return (x != NULL) ? x : first;
}


ckp_x_t *
ckp_xp_sum(ckp_xp_t *p)
{
    ckp_x_t  *first = parse_sum_part(p);
    ckp_x_t  *x = NULL;

    while (first != NULL) {
        unsigned  op;

        if (ckp_xp_take(p, "+")) {
            op = CKP_OP_ADD;

        } else if (ckp_xp_take(p, "-")) {
            op = CKP_OP_SUB;

        } else {
            break;
        }

        if (x == NULL) {
            x = ckp_xp_node(p, CKP_X_ARITH);

            if (!ckp_xp_add(p, x, first, 0, NULL)) {
                return NULL;
            }
        }

        if (!ckp_xp_count(p)
            || !ckp_xp_add(p, x, parse_sum_part(p), op, NULL))
        {
            return NULL;
        }
    }

    return (x != NULL) ? x : first;
}


ckp_x_t *
ckp_xp_wrap(ckp_xp_t *p, ckp_x_kind_t kind, bool negate, ckp_x_t *kid)
{
    ckp_x_t *const  x = ckp_xp_node(p, kind);

    if (!ckp_xp_count(p) || !ckp_xp_add(p, x, kid, 0, NULL)) {
        return NULL;
    }

    x->negate = negate;

    return x;
}


static bool
parse_not_op(ckp_xp_t *p)
{
    if (ckp_xp_word(p, "not")) {
        return true;
    }

    if (p->end - p->p >= 2 && p->p[0] == '!' && p->p[1] == '=') {
        return false;
    }

    return ckp_xp_take(p, "!");
}


static ckp_x_t *
parse_not(ckp_xp_t *p)
{
    ckp_x_t  *x;

    if (!parse_not_op(p)) {
        return ckp_xp_comparison(p);
    }

    if (!ckp_xp_enter(p)) {
        return NULL;
    }

    x = ckp_xp_wrap(p, CKP_X_NOT, false, parse_not(p));
    p->depth--;

    return x;
}


static ckp_x_t *
parse_power(ckp_xp_t *p)
{
    ckp_x_t *const  base = ckp_xp_postfix(p);
    ckp_x_t        *x;
    bool            added;

    if (base == NULL || !(ckp_xp_take(p, "**") || ckp_xp_take(p, "^"))) {
        return base;
    }

    if (!ckp_xp_count(p) || !ckp_xp_enter(p)) {
        return NULL;
    }

    x = ckp_xp_node(p, CKP_X_POWER);
    added = ckp_xp_add(p, x, base, 0, NULL)
            && ckp_xp_add(p, x, parse_factor(p), 0, NULL);
    p->depth--;

    return added ? x : NULL;
}


static ckp_x_t *
parse_factor(ckp_xp_t *p)
{
    const bool  minus = ckp_xp_take(p, "-");
    ckp_x_t    *x;

    if (!minus && !ckp_xp_take(p, "+")) {
        return parse_power(p);
    }

    if (!ckp_xp_enter(p)) {
        return NULL;
    }

    x = ckp_xp_wrap(p, minus ? CKP_X_MINUS : CKP_X_PLUS, false,
                   parse_factor(p));
    p->depth--;

    return x;
}
