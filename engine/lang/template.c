/*
 * Templates: compiling a value once.  What has no placeholder is never copied.
 */

#include <string.h>

#include "base/json.h"
#include "lang/template_tree.h"

static ckp_code_t
template_nomem(ckp_err_t *err)
{
    return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
}


static ckp_code_t node_build(ckp_template_t *t, ckp_tnode_t *node,
    const json_t *value, size_t depth, ckp_err_t *err);


static ckp_tnode_t *
node_new(ckp_template_t *t, ckp_err_t *err)
{
    ckp_tnode_t *const  node = ckp_arena_alloc(t->arena, sizeof(ckp_tnode_t));

    if (node == NULL) {
        (void) template_nomem(err);
        return NULL;
    }

    node->next_owned = t->owned_nodes;
    t->owned_nodes = node;

    return node;
}


/*
 * A container whose members are all constant is constant itself, and is the
 * source's own when no escape was taken off below it.
 */
static void
node_fold(ckp_tnode_t *node, const json_t *value)
{
    size_t  i = 0;

    for (const ckp_tnode_t *kid = node->kids; kid != NULL; kid = kid->next) {
        const json_t *const  was = (kid->key != NULL)
                                   ? json_object_get(value, kid->key)
                                   : json_array_get(value, i++);

        if (kid->kind != CKP_TPL_CONST || kid->value != was) {
            return;
        }
    }

    node->kind = CKP_TPL_CONST;
    node->kids = NULL;
    node->value = json_incref((json_t *) value);
}


static ckp_code_t
node_array(ckp_template_t *t, ckp_tnode_t *node, const json_t *value,
    size_t depth, ckp_err_t *err)
{
    ckp_tnode_t    **tail = &node->kids;
    json_t     *element;
    size_t      i;
    ckp_code_t  rc;

    node->kind = CKP_TPL_ARRAY;

    json_array_foreach((json_t *) value, i, element) {
        ckp_tnode_t *const  kid = node_new(t, err);

        if (kid == NULL) {
            return CKP_E_NOMEM;
        }

        *tail = kid;
        tail = &kid->next;
        rc = node_build(t, kid, element, depth + 1, err);

        if (rc != CKP_OK) {
            return rc;
        }
    }

    node_fold(node, value);

    return CKP_OK;
}


static ckp_code_t
node_object(ckp_template_t *t, ckp_tnode_t *node, const json_t *value,
    size_t depth, ckp_err_t *err)
{
    ckp_tnode_t      **tail = &node->kids;
    const char   *key;
    json_t       *member;
    ckp_code_t    rc;

    node->kind = CKP_TPL_OBJECT;

    json_object_foreach((json_t *) value, key, member) {
        ckp_tnode_t *const  kid = node_new(t, err);

        if (kid == NULL) {
            return CKP_E_NOMEM;
        }

        *tail = kid;
        tail = &kid->next;
        kid->key = key;         /* the source is kept */
        rc = node_build(t, kid, member, depth + 1, err);

        if (rc != CKP_OK) {
            return rc;
        }
    }

    node_fold(node, value);

    return CKP_OK;
}


static ckp_code_t
node_build(ckp_template_t *t, ckp_tnode_t *node, const json_t *value,
    size_t depth, ckp_err_t *err)
{
    if (depth > CKP_JSON_DEPTH_HARD) {
        return ckp_fail(err, CKP_E_LIMIT, "", "template nested too deep");
    }

    if (json_is_string(value)) {
        return ckp_tpl_cut(t, node, value, err);
    }

    if (json_is_array(value)) {
        return node_array(t, node, value, depth, err);
    }

    if (json_is_object(value)) {
        return node_object(t, node, value, depth, err);
    }

    node->value = json_incref((json_t *) value);

    return CKP_OK;
}


static ckp_template_t *
template_new(const json_t *value, unsigned level, ckp_err_t *err)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    ckp_template_t     *t;

    t = (arena == NULL || value == NULL)
        ? NULL : ckp_arena_alloc(arena, sizeof(ckp_template_t));

    if (t == NULL) {
        ckp_arena_free(arena);
        (void) template_nomem(err);
        return NULL;
    }

    t->arena = arena;
    t->level = level;
    t->source = json_incref((json_t *) value);
    t->root = node_new(t, err);

    if (t->root == NULL || node_build(t, t->root, value, 0, err) != CKP_OK) {
        ckp_template_free(t);
        return NULL;
    }

    return t;
}


ckp_template_t *
ckp_template_new(const json_t *value, ckp_err_t *err)
{
    return template_new(value, 0, err);
}


ckp_template_t *
ckp_template_text_at(const char *text, unsigned level, ckp_err_t *err)
{
    json_t *const   value = json_string(text);
    ckp_template_t *t;

    if (level > CKP_LEVEL_MAX) {
        json_decref(value);
        (void) ckp_fail(err, CKP_E_INVALID, "",
                        "placeholders nested too deep");
        return NULL;
    }

    t = template_new(value, level, err);
    json_decref(value);

    return t;
}


ckp_template_t *
ckp_template_text(const char *text, ckp_err_t *err)
{
    return ckp_template_text_at(text, 0, err);
}


void
ckp_template_free(ckp_template_t *t)
{
    if (t == NULL) {
        return;
    }

    for (ckp_tnode_t *n = t->owned_nodes; n != NULL; n = n->next_owned) {
        json_decref(n->value);
    }

    for (ckp_piece_t *p = t->owned_pieces; p != NULL; p = p->next_owned) {
        ckp_hole_clear(&p->hole);
        ckp_expr_free(p->expr);
    }

    json_decref(t->source);
    ckp_arena_free(t->arena);
}


bool
ckp_template_is_constant(const ckp_template_t *t)
{
    return t->holes == 0;
}


const json_t *
ckp_template_source(const ckp_template_t *t)
{
    return t->source;
}


void
ckp_template_refs_in(const ckp_template_t *t, ckp_ref_pt visit, void *data,
    bool in_expr)
{
    for (const ckp_piece_t *p = t->owned_pieces; p != NULL; p = p->next_owned) {
        if (p->expr != NULL) {
            ckp_expr_refs(p->expr, visit, data);

        } else if (p->hole.path != NULL) {
            ckp_hole_refs(&p->hole, visit, data, in_expr);
        }
    }

    for (const ckp_note_t *note = t->notes; note != NULL; note = note->next) {
        visit(data, note->kind, note->name, NULL, in_expr);
    }
}


void
ckp_template_refs(const ckp_template_t *t, ckp_ref_pt visit, void *data)
{
    ckp_template_refs_in(t, visit, data, false);
}
