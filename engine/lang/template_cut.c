/*
 * One string of a template, cut into text, placeholders and expressions.
 */

#include <string.h>

#include "base/json.h"
#include "lang/expr_int.h"
#include "lang/template_tree.h"

/* While one string is cut into pieces. */
typedef struct {
    ckp_template_t  *t;
    ckp_piece_t         *first;
    ckp_piece_t        **tail;
    ckp_buf_t        text;          /* literal text so far */
    bool             changed;       /* an escape was taken off */
    ckp_err_t       *err;
} cut_t;


static ckp_code_t
template_nomem(ckp_err_t *err)
{
    return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
}


static ckp_code_t
template_note(ckp_template_t *t, ckp_ref_t kind, const char *text, size_t len)
{
    ckp_note_t *const  note = ckp_arena_alloc(t->arena, sizeof(ckp_note_t));

    if (note == NULL) {
        return CKP_E_NOMEM;
    }

    note->kind = kind;
    note->name = ckp_arena_strndup(t->arena, text, len > 40 ? 40 : len);
    note->next = t->notes;
    t->notes = note;

    return (note->name == NULL) ? CKP_E_NOMEM : CKP_OK;
}


static size_t
template_name(const char *p, bool dots)
{
    size_t  n = 0;

    if (*p >= '0' && *p <= '9') {
        return 0;
    }

    while ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z')
           || (p[n] >= '0' && p[n] <= '9') || p[n] == '_'
           || (dots && p[n] == '.'))
    {
        n++;
    }

    return n;
}


/* ${name} anywhere, "@name" as the whole string: styles of other systems. */
static ckp_code_t
template_foreign(ckp_template_t *t, const char *s, size_t len)
{
    const char  *p = s;
    size_t       n;

    if (*s == '@') {
        n = template_name(s + 1, true);

        if (n != 0 && n + 1 == len) {
            return template_note(t, CKP_REF_FOREIGN, s, len);
        }
    }

    while ((p = strstr(p, "${")) != NULL) {
        n = template_name(p + 2, true);

        if (n != 0 && p[2 + n] == '}') {
            return template_note(t, CKP_REF_FOREIGN, p, n + 3);
        }

        p += 2;
    }

    return CKP_OK;
}


static ckp_piece_t *
cut_add(cut_t *c)
{
    ckp_piece_t *const  piece = ckp_arena_alloc(c->t->arena,
                                                sizeof(ckp_piece_t));

    if (piece == NULL) {
        (void) template_nomem(c->err);
        return NULL;
    }

    *c->tail = piece;
    c->tail = &piece->next;
    piece->next_owned = c->t->owned_pieces;
    c->t->owned_pieces = piece;

    return piece;
}


/* Literal text so far becomes a piece of its own. */
static ckp_code_t
cut_flush(cut_t *c)
{
    ckp_piece_t  *piece;

    if (c->text.failed != CKP_OK) {
        return template_nomem(c->err);
    }

    if (c->text.len == 0) {
        return CKP_OK;
    }

    piece = cut_add(c);

    if (piece == NULL) {
        return CKP_E_NOMEM;
    }

    piece->len = c->text.len;
    piece->text = ckp_arena_strndup(c->t->arena, c->text.data, c->text.len);
    c->text.len = 0;

    return (piece->text == NULL) ? template_nomem(c->err) : CKP_OK;
}


static ckp_code_t
cut_count(cut_t *c)
{
    if (++c->t->holes > CKP_TEMPLATE_HOLES_MAX) {
        return ckp_fail(c->err, CKP_E_LIMIT, "",
                        "more than %d placeholders in a template",
                        CKP_TEMPLATE_HOLES_MAX);
    }

    return cut_flush(c);
}


/* {{= expression }}; the parser finds its end. */
static ckp_code_t
cut_expr(cut_t *c, const char *p, const char *end, size_t *used)
{
    ckp_piece_t  *piece;
    size_t    n;

    const ckp_code_t  rc = cut_count(c);

    if (rc != CKP_OK) {
        return rc;
    }

    piece = cut_add(c);

    if (piece == NULL) {
        return CKP_E_NOMEM;
    }

    piece->expr = ckp_expr_parse_level(p, (size_t) (end - p), &n,
                                       c->t->level, c->err);

    if (piece->expr == NULL) {
        return CKP_E_INVALID;
    }

    *used = n + 2;

    return CKP_OK;
}


/* `p` stands behind "{{".  *used stays 0 when no placeholder begins here. */
static ckp_code_t
cut_hole(cut_t *c, const char *p, const char *end, size_t *used)
{
    const char  *q = p;
    ckp_hole_t   hole;
    ckp_code_t   rc;
    ckp_piece_t     *piece;

    *used = 0;

    while (q < end && (*q == ' ' || *q == '\t' || *q == '\r' || *q == '\n')) {
        q++;
    }

    if (q < end && *q == '=') {
        rc = cut_expr(c, q + 1, end, used);
        *used += (size_t) (q + 1 - p);
        return rc;
    }

    rc = ckp_hole_parse(c->t->arena, p, (size_t) (end - p), used, &hole);

    if (rc == CKP_E_INVALID) {
        *used = 0;
        rc = template_note(c->t, CKP_REF_MALFORMED, p - 2,
                           (size_t) (end - p + 2));
        return (rc == CKP_OK) ? CKP_OK : template_nomem(c->err);
    }

    if (rc != CKP_OK) {
        return template_nomem(c->err);
    }

    rc = cut_count(c);
    piece = (rc == CKP_OK) ? cut_add(c) : NULL;

    if (piece == NULL) {
        ckp_hole_clear(&hole);
        return (rc == CKP_OK) ? CKP_E_NOMEM : rc;
    }

    piece->hole = hole;

    return CKP_OK;
}


static ckp_code_t
cut_string(cut_t *c, const char *s, size_t len)
{
    const char *const  end = s + len;
    const char        *p = s;

    while (p < end) {
        const char *const  open = strstr(p, "{{");
        ckp_code_t         rc;
        size_t             used;

        if (open == NULL) {
            ckp_buf_put(&c->text, p, (size_t) (end - p));
            break;
        }

        if (open > p && open[-1] == '\\') {
            ckp_buf_put(&c->text, p, (size_t) (open - 1 - p));
            ckp_buf_put(&c->text, "{{", 2);
            c->changed = true;
            p = open + 2;
            continue;
        }

        ckp_buf_put(&c->text, p, (size_t) (open - p));
        rc = cut_hole(c, open + 2, end, &used);

        if (rc != CKP_OK) {
            return rc;
        }

        if (used == 0) {
            ckp_buf_put(&c->text, "{{", 2);
        }

        p = open + 2 + used;
    }

    return cut_flush(c);
}


static bool
piece_is_space(const ckp_piece_t *piece)
{
    return piece->text != NULL && strspn(piece->text, " \t\r\n") == piece->len;
}


/* The only placeholder of a string that has nothing but space around it. */
static ckp_piece_t *
cut_only(const cut_t *c)
{
    ckp_piece_t  *only = NULL;

    for (ckp_piece_t *piece = c->first; piece != NULL; piece = piece->next) {
        if (piece->text == NULL) {
            if (only != NULL) {
                return NULL;
            }

            only = piece;

        } else if (!piece_is_space(piece)) {
            return NULL;
        }
    }

    return only;
}


static bool
cut_has_holes(const cut_t *c)
{
    for (const ckp_piece_t *p = c->first; p != NULL; p = p->next) {
        if (p->text == NULL) {
            return true;
        }
    }

    return false;
}


static ckp_code_t
node_from_pieces(cut_t *c, ckp_tnode_t *node, const json_t *value)
{
    ckp_piece_t *const  only = cut_only(c);

    if (only != NULL) {
        node->kind = CKP_TPL_HOLE;
        node->pieces = only;
        return CKP_OK;
    }

    if (cut_has_holes(c)) {
        node->kind = CKP_TPL_TEXT;
        node->pieces = c->first;
        return CKP_OK;
    }

    node->value = (c->changed && c->first != NULL)
                  ? json_stringn_nocheck(c->first->text, c->first->len)
                  : json_incref((json_t *) value);

    return (node->value == NULL) ? template_nomem(c->err) : CKP_OK;
}


ckp_code_t
ckp_tpl_cut(ckp_template_t *t, ckp_tnode_t *node, const json_t *value,
    ckp_err_t *err)
{
    const char *const  s = json_string_value(value);
    const size_t       len = json_string_length(value);
    cut_t              c = { .t = t, .err = err };
    ckp_code_t         rc;

    if (template_foreign(t, s, len) != CKP_OK) {
        return template_nomem(err);
    }

    if (strstr(s, "{{") == NULL) {
        node->value = json_incref((json_t *) value);
        return CKP_OK;
    }

    if (len > CKP_TEMPLATE_TEXT_MAX) {
        return ckp_fail(err, CKP_E_LIMIT, "",
                        "template of %zu bytes, at most %d", len,
                        CKP_TEMPLATE_TEXT_MAX);
    }

    c.tail = &c.first;
    ckp_buf_init(&c.text, CKP_TEMPLATE_TEXT_MAX);

    rc = cut_string(&c, s, len);

    ckp_buf_free(&c.text);

    return (rc == CKP_OK) ? node_from_pieces(&c, node, value) : rc;
}
