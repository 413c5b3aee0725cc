/*
 * Expressions: parsing a whole text, its references, its end.
 */

#include <string.h>

#include "lang/expr_int.h"
#include "lang/value.h"


static void
expr_release(ckp_x_t *x)
{
    json_decref(x->value);
    ckp_template_free(x->text);
    ckp_regex_free(x->regex);

    if (x->hole != NULL) {
        ckp_hole_clear(x->hole);
    }
}


void
ckp_expr_free(ckp_expr_t *expr)
{
    if (expr == NULL) {
        return;
    }

    for (ckp_x_t *x = expr->owned; x != NULL; x = x->next_owned) {
        expr_release(x);
    }

    ckp_arena_free(expr->arena);
}


static ckp_expr_t *
expr_new(ckp_err_t *err)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    ckp_expr_t         *expr;

    expr = (arena == NULL) ? NULL
                           : ckp_arena_alloc(arena, sizeof(ckp_expr_t));

    if (expr == NULL) {
        ckp_arena_free(arena);
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    expr->arena = arena;

    return expr;
}


/* The cursor stands where the expression ends: is that the end? */
static bool
expr_ends(ckp_xp_t *p, bool embedded)
{
    ckp_xp_space(p);

    if (embedded) {
        if (p->end - p->p >= 2 && p->p[0] == '}' && p->p[1] == '}') {
            return true;
        }

        (void) ckp_xp_fail(p, "\"}}\" expected");
        return false;
    }

    if (p->p < p->end) {
        (void) ckp_xp_fail(p, "end of the expression expected");
        return false;
    }

    return true;
}


static ckp_expr_t *
expr_parse(const char *text, size_t len, bool embedded, size_t *used,
    unsigned level, ckp_err_t *err)
{
    ckp_xp_t  p = { .start = text, .p = text, .end = text + len,
                    .level = level, .err = err };
    bool      good;

    if (!embedded && len > CKP_EXPR_TEXT_MAX) {
        (void) ckp_fail(err, CKP_E_INVALID, "",
                        "expression of %zu bytes, at most %d at column 1",
                        len, CKP_EXPR_TEXT_MAX);
        return NULL;
    }

    p.expr = expr_new(err);

    if (p.expr == NULL) {
        return NULL;
    }

    p.arena = p.expr->arena;
    p.expr->root = ckp_xp_expression(&p);
    good = p.expr->root != NULL && expr_ends(&p, embedded);

    *used = (size_t) (p.p - text);

    if (good && *used > CKP_EXPR_TEXT_MAX) {
        (void) ckp_xp_fail(&p, "expression is too long");
        good = false;
    }

    if (good) {
        p.expr->source = ckp_arena_strndup(p.arena, text, *used);
        good = p.expr->source != NULL || ckp_xp_nomem(&p) != NULL;
    }

    if (!good) {
        ckp_expr_free(p.expr);
        return NULL;
    }

    return p.expr;
}


ckp_expr_t *
ckp_expr_parse(const char *text, size_t len, ckp_err_t *err)
{
    size_t             used;
    ckp_expr_t *const  expr = expr_parse(text, len, false, &used, 0, err);
    const char        *name;

    if (expr == NULL) {
        return NULL;
    }

    /* as a whole condition these two are words, not names */

    if (expr->root->kind == CKP_X_PATH && ckp_path_depth(expr->root->path) == 1)
    {
        name = ckp_path_first(expr->root->path);

        if (ckp_fold_equal(name, "always")) {
            expr->verdict = 1;

        } else if (ckp_fold_equal(name, "never")) {
            expr->verdict = -1;
        }
    }

    return expr;
}


ckp_expr_t *
ckp_expr_parse_level(const char *text, size_t len, size_t *used,
    unsigned level, ckp_err_t *err)
{
    *used = 0;

    return expr_parse(text, len, true, used, level, err);
}


ckp_expr_t *
ckp_expr_parse_embedded(const char *text, size_t len, size_t *used,
    ckp_err_t *err)
{
    return ckp_expr_parse_level(text, len, used, 0, err);
}


const char *
ckp_expr_source(const ckp_expr_t *expr)
{
    return expr->source;
}


/* `quiet`: names are members of elements, which nobody declares. */
typedef struct {
    ckp_ref_pt   visit;
    void        *data;
    bool         quiet;
} refs_t;


static void
refs_path(const refs_t *r, const ckp_x_t *x)
{
    const char *const  first = ckp_path_first(x->path);

    if (strcmp(first, "secrets") == 0) {
        r->visit(r->data, CKP_REF_SECRET, first, ckp_path_second(x->path),
                 true);
        return;
    }

    if (!r->quiet) {
        r->visit(r->data, x->bare ? CKP_REF_BARE : CKP_REF_NAME, first,
                 ckp_path_second(x->path), true);
    }
}


static void refs_node(const refs_t *r, const ckp_x_t *x);


static void
refs_kids(const refs_t *r, const ckp_x_t *x)
{
    const bool    field = x->kind == CKP_X_CALL && !x->bad_call
                          && x->func->field && x->n == 2;
    const refs_t  quiet = { r->visit, r->data, true };

    for (size_t i = 0; i < x->n; i++) {
        refs_node(field && i == 1 ? &quiet : r, x->kids[i]);
    }
}


static void
refs_node(const refs_t *r, const ckp_x_t *x)
{
    if (x->kind == CKP_X_PATH) {
        refs_path(r, x);

    } else if (x->kind == CKP_X_HOLE) {
        ckp_hole_refs(x->hole, r->visit, r->data, true);

    } else if (x->kind == CKP_X_TEXT) {
        ckp_template_refs_in(x->text, r->visit, r->data, true);
    }

    if (x->assign) {
        r->visit(r->data, CKP_REF_ASSIGN, "=", NULL, true);
    }

    if (x->bad_regex) {
        r->visit(r->data, CKP_REF_BAD_REGEX, json_string_value(x->value),
                 x->name, true);
    }

    if (x->bad_call) {
        r->visit(r->data, CKP_REF_UNKNOWN_FUNC, x->name,
                 x->func == NULL ? NULL : "arguments", true);
    }

    refs_kids(r, x);
}


void
ckp_expr_refs(const ckp_expr_t *expr, ckp_ref_pt visit, void *data)
{
    const refs_t  r = { visit, data, false };

    if (expr->verdict == 0) {
        refs_node(&r, expr->root);
    }
}


const char *
ckp_ref_variable(ckp_ref_t kind, const char *name, const char *second)
{
    if (name == NULL || (kind != CKP_REF_NAME && kind != CKP_REF_DEFAULTED
                         && kind != CKP_REF_BARE))
    {
        return NULL;
    }

    if (second != NULL && (strcmp(name, "vars") == 0
                           || strcmp(name, "variables") == 0))
    {
        return second;
    }

    return name;
}
