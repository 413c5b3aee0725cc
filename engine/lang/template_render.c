/*
 * Rendering: the tree of a template, and what a scope knows, to a value.
 */

#include <string.h>

#include "base/json.h"
#include "lang/template_tree.h"
#include "lang/value.h"

/* While one template is rendered. */
typedef struct {
    ckp_eval_t  *ev;
    size_t       room;              /* bytes of text that may still be made */
    ckp_err_t   *err;
} render_t;



static ckp_code_t
template_nomem(ckp_err_t *err)
{
    return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
}


/* Told is the path, without what is around it. */
static void
hole_tell(const render_t *r, const ckp_hole_t *hole)
{
    const char *const  begin = hole->source + strspn(hole->source, "{ \t\n");
    const size_t       len = strcspn(begin, "|} \t\n");
    char              *path = ckp_alloc(len + 1);

    if (path != NULL) {
        memcpy(path, begin, len);
        path[len] = '\0';
        r->ev->warn(r->ev->warn_data, CKP_WARN_TEMPLATE, path, "no value");
        ckp_free(path);
    }
}


/* A placeholder without value and default.  *out: what stands for it. */
static ckp_code_t
hole_missing(render_t *r, const ckp_hole_t *hole, json_t **out)
{
    if (r->ev->warn != NULL) {
        hole_tell(r, hole);
    }

    *out = json_null();

    switch (r->ev->missing) {

    case CKP_MISSING_EMPTY:
        break;

    case CKP_MISSING_KEEP:
        *out = json_string_nocheck(hole->source);
        break;

    case CKP_MISSING_ERROR:
        if (strcmp(ckp_path_first(hole->path), "error") != 0) {
            *out = NULL;
            return ckp_fail(r->err, CKP_E_INVALID, "", "%s has no value",
                            hole->source);
        }

        break;
    }

    return (*out == NULL) ? template_nomem(r->err) : CKP_OK;
}


static ckp_code_t
piece_value(render_t *r, const ckp_piece_t *piece, json_t **out)
{
    ckp_code_t  rc;

    if (piece->expr != NULL) {
        rc = ckp_expr_value(piece->expr, r->ev, out, r->err);
        r->ev->fault = rc == CKP_OK ? NULL : "ExpressionError";

        return rc;
    }

    rc = ckp_hole_value(&piece->hole, r->ev, out, r->err);

    if (rc == CKP_OK && *out == NULL) {
        return hole_missing(r, &piece->hole, out);
    }

    return rc;
}


static ckp_code_t
render_pieces(render_t *r, const ckp_piece_t *piece, ckp_buf_t *b)
{
    const size_t  before = b->len;

    for ( /* void */ ; piece != NULL; piece = piece->next) {
        if (piece->text != NULL) {
            ckp_buf_put(b, piece->text, piece->len);

        } else {
            json_t      *v = NULL;
            ckp_code_t   rc = piece_value(r, piece, &v);

            if (rc != CKP_OK) {
                return rc;
            }

            /* a default stands as it was written: 1.0 stays 1.0 */

            ckp_value_text(b, v == piece->hole.value && v != NULL
                              ? piece->hole.text : v);
            json_decref(v);
        }

        if (b->failed == CKP_E_NOMEM) {
            return template_nomem(r->err);
        }

        if (b->failed != CKP_OK || b->len - before > r->room) {
            r->ev->fault = "LimitExceeded";
            return ckp_fail(r->err, CKP_E_LIMIT, "",
                            "template gives more than %d bytes",
                            CKP_TEMPLATE_OUT_MAX);
        }
    }

    r->room -= b->len - before;

    return CKP_OK;
}


static ckp_code_t
render_text(render_t *r, const ckp_tnode_t *node, json_t **out)
{
    ckp_buf_t   b;
    ckp_code_t  rc;

    ckp_buf_init(&b, CKP_TEMPLATE_OUT_MAX);
    rc = render_pieces(r, node->pieces, &b);

    if (rc == CKP_OK) {
        *out = json_stringn_nocheck(ckp_buf_str(&b), b.len);
        rc = (*out == NULL) ? template_nomem(r->err) : CKP_OK;
    }

    ckp_buf_free(&b);

    return rc;
}


static ckp_code_t render_node(render_t *r, const ckp_tnode_t *node,
    json_t **out);


static ckp_code_t
render_kids(render_t *r, const ckp_tnode_t *node, json_t **out)
{
    const bool      is_array = (node->kind == CKP_TPL_ARRAY);
    json_t *const   made = is_array ? json_array() : json_object();
    ckp_code_t      rc = (made == NULL) ? template_nomem(r->err) : CKP_OK;

    for (const ckp_tnode_t *kid = node->kids; kid != NULL && rc == CKP_OK;
         kid = kid->next)
    {
        json_t  *v = NULL;
        int      failed;

        rc = render_node(r, kid, &v);

        if (rc != CKP_OK) {
            break;
        }

        failed = is_array ? json_array_append_new(made, v)
                          : json_object_set_new(made, kid->key, v);

        if (failed != 0) {
            rc = template_nomem(r->err);
        }
    }

    if (rc != CKP_OK) {
        json_decref(made);
        return rc;
    }

    *out = made;

    return CKP_OK;
}


static ckp_code_t
render_node(render_t *r, const ckp_tnode_t *node, json_t **out)
{
    switch (node->kind) {

    case CKP_TPL_CONST:
        *out = json_incref(node->value);
        return CKP_OK;

    case CKP_TPL_HOLE:
        return piece_value(r, node->pieces, out);

    case CKP_TPL_TEXT:
        return render_text(r, node, out);

    case CKP_TPL_ARRAY:
    case CKP_TPL_OBJECT:
        return render_kids(r, node, out);
    }

    return CKP_E_BUG;
}


ckp_code_t
ckp_template_render(const ckp_template_t *t, ckp_eval_t *ev, json_t **out,
    ckp_err_t *err)
{
    render_t  r = { .ev = ev, .room = CKP_TEMPLATE_OUT_MAX, .err = err };

    *out = NULL;

    return render_node(&r, t->root, out);
}


ckp_code_t
ckp_template_render_text(const ckp_template_t *t, ckp_eval_t *ev, ckp_buf_t *b,
    ckp_err_t *err)
{
    render_t     r = { .ev = ev, .room = CKP_TEMPLATE_OUT_MAX, .err = err };
    json_t      *v = NULL;
    ckp_code_t   rc;

    if (t->root->kind == CKP_TPL_TEXT || t->root->kind == CKP_TPL_HOLE) {
        return render_pieces(&r, t->root->pieces, b);
    }

    rc = render_node(&r, t->root, &v);

    if (rc == CKP_OK) {
        ckp_value_text(b, v);
        json_decref(v);
    }

    return (rc == CKP_OK) ? (ckp_code_t) b->failed : rc;
}
