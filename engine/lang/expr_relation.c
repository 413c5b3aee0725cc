/*
 * Comparisons of the grammar: symbols, words, "is", emptiness, patterns.
 */

#include <string.h>

#include "base/json.h"
#include "lang/expr_int.h"

typedef struct {
    const char  *text;
    unsigned     op;
} op_row_t;

/* Longer ones first. */
static const op_row_t  relation_symbols[] = {
    { "===", CKP_OP_SAME }, { "!==", CKP_OP_SAME | CKP_OP_NOT },
    { "==", CKP_OP_EQ }, { "!=", CKP_OP_EQ | CKP_OP_NOT },
    { "<>", CKP_OP_EQ | CKP_OP_NOT }, { "<=", CKP_OP_LE },
    { ">=", CKP_OP_GE }, { "<", CKP_OP_LT }, { ">", CKP_OP_GT },
    { NULL, 0 }
};

static const op_row_t  relation_words[] = {
    { "contains", CKP_OP_CONTAINS },
    { "not_contains", CKP_OP_CONTAINS | CKP_OP_NOT },
    { "in", CKP_OP_IN }, { "not_in", CKP_OP_IN | CKP_OP_NOT },
    { "starts_with", CKP_OP_STARTS },
    { "not_starts_with", CKP_OP_STARTS | CKP_OP_NOT },
    { "ends_with", CKP_OP_ENDS },
    { "not_ends_with", CKP_OP_ENDS | CKP_OP_NOT },
    { "matches", CKP_OP_MATCHES },
    { "not_matches", CKP_OP_MATCHES | CKP_OP_NOT },
    { NULL, 0 }
};


/* A literal that is used as a pattern is compiled now; a bad one is told by
 * ckp_expr_refs.  false: no memory. */
bool
ckp_xp_pattern(ckp_xp_t *p, ckp_x_t *x)
{
    ckp_err_t  err = CKP_ERR_INIT;

    if (x->kind != CKP_X_CONST || !json_is_string(x->value)
        || x->regex != NULL)
    {
        return true;
    }

    x->regex = ckp_regex_new(json_string_value(x->value), false, NULL, &err);

    if (err.code == CKP_E_NOMEM) {
        (void) ckp_xp_nomem(p);
        return false;
    }

    if (x->regex == NULL) {
        x->bad_regex = true;
        x->name = ckp_arena_strdup(p->arena, err.msg);
    }

    return true;
}


static bool
relation_op_word(ckp_xp_t *p, unsigned *op)
{
    for (const op_row_t *row = relation_words; row->text != NULL; row++) {
        if (ckp_xp_word(p, row->text)) {
            *op = row->op;
            return true;
        }
    }

    return false;
}


static bool
relation_op(ckp_xp_t *p, unsigned *op, bool *assign)
{
    const char *const  before = p->p;

    for (const op_row_t *row = relation_symbols; row->text != NULL; row++) {
        if (ckp_xp_take(p, row->text)) {
            *op = row->op;
            return true;
        }
    }

    if (ckp_xp_take(p, "=")) {
        *op = CKP_OP_EQ;
        *assign = true;
        return true;
    }

    if (relation_op_word(p, op)) {
        return true;
    }

    if (ckp_xp_word(p, "not") && relation_op_word(p, op)) {
        *op ^= CKP_OP_NOT;
        return true;
    }

    p->p = before;

    return false;
}


/* A single bare name is its own spelling when nothing has that name. */
static ckp_x_t *
relation_operand(ckp_x_t *x)
{
    if (x != NULL && x->kind == CKP_X_PATH && ckp_path_depth(x->path) == 1) {
        x->bare = true;
    }

    return x;
}


static ckp_x_t *
relation_chain(ckp_xp_t *p, ckp_x_t *first)
{
    ckp_x_t  *x = NULL;
    unsigned  op;
    bool      assign = false;

    while (relation_op(p, &op, &assign)) {
        if (x == NULL) {
            x = ckp_xp_node(p, CKP_X_COMPARE);

            if (!ckp_xp_add(p, x, relation_operand(first), 0, NULL)) {
                return NULL;
            }
        }

        if (!ckp_xp_count(p)
            || !ckp_xp_add(p, x, relation_operand(ckp_xp_sum(p)), op, NULL))
        {
            return NULL;
        }

        if ((op & ~(unsigned) CKP_OP_NOT) == CKP_OP_MATCHES
            && !ckp_xp_pattern(p, x->kids[x->n - 1]))
        {
            return NULL;
        }

        x->assign = assign;
    }

    return (x != NULL) ? x : first;
}


/* is_empty, is_not_empty; -1: neither. */
static int
relation_empty_op(ckp_xp_t *p)
{
    return ckp_xp_word(p, "is_empty") ? 0
           : ckp_xp_word(p, "is_not_empty") ? 1 : -1;
}


/* "x is_empty false" asks the opposite; any other literal there is idle. */
static ckp_x_t *
relation_empty(ckp_xp_t *p, ckp_x_t *kid, bool negate)
{
    ckp_xp_space(p);

    if (ckp_xp_word(p, "false")) {
        negate = !negate;

    } else if (p->p < p->end
               && ((*p->p >= '0' && *p->p <= '9') || *p->p == '\''
                   || *p->p == '"'))
    {
        if (ckp_xp_postfix(p) == NULL) {
            return NULL;
        }

    } else if (!ckp_xp_word(p, "true") && !ckp_xp_word(p, "null")) {
        (void) ckp_xp_word(p, "none");
    }

    return ckp_xp_wrap(p, CKP_X_IS_EMPTY, negate, kid);
}


static ckp_x_t *
relation_is(ckp_xp_t *p, ckp_x_t *kid)
{
    const bool  negate = ckp_xp_word(p, "not");
    ckp_x_t    *x;

    if (ckp_xp_word(p, "null") || ckp_xp_word(p, "none")) {
        return ckp_xp_wrap(p, CKP_X_IS_NULL, negate, kid);
    }

    if (ckp_xp_word(p, "empty")) {
        return ckp_xp_wrap(p, CKP_X_IS_EMPTY, negate, kid);
    }

    x = ckp_xp_node(p, CKP_X_COMPARE);

    if (!ckp_xp_count(p) || !ckp_xp_add(p, x, relation_operand(kid), 0, NULL)
        || !ckp_xp_add(p, x, relation_operand(ckp_xp_sum(p)),
                       CKP_OP_EQ | (negate ? CKP_OP_NOT : 0U), NULL))
    {
        return NULL;
    }

    return x;
}


ckp_x_t *
ckp_xp_comparison(ckp_xp_t *p)
{
    int       empty = relation_empty_op(p);
    ckp_x_t  *first;

    if (empty >= 0) {
        return ckp_xp_wrap(p, CKP_X_IS_EMPTY, empty == 1, ckp_xp_sum(p));
    }

    first = ckp_xp_sum(p);

    if (first == NULL) {
        return NULL;
    }

    empty = relation_empty_op(p);

    if (empty >= 0) {
        return relation_empty(p, first, empty == 1);
    }

    if (ckp_xp_word(p, "is")) {
        return relation_is(p, first);
    }

    return relation_chain(p, first);
}
