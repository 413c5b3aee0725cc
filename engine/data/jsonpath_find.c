/*
 * JSONPath: the search.  Segment by segment a list of places becomes the next
 * one, so that nothing recurses but the way down of "..", which is as deep as
 * the value.
 */

#include <string.h>

#include "base/json.h"
#include "data/jsonpath_int.h"
#include "lang/eval.h"
#include "lang/value.h"

/* Places in the value, lent by it. */
typedef struct {
    const json_t  **at;
    size_t          n;
    size_t          size;
} hits_t;

typedef struct {
    const json_t  *root;
    hits_t        *to;          /* where hits are put */
    uint32_t       looks;       /* left */
    ckp_code_t     rc;
} search_t;


static void
hits_add(search_t *s, const json_t *v)
{
    hits_t *const   h = s->to;
    const json_t  **more;

    if (v == NULL || s->rc != CKP_OK) {
        return;
    }

    if (h->n == h->size) {
        h->size = h->size == 0 ? 16 : 2 * h->size;
        more = ckp_alloc(h->size * sizeof(*more));

        if (more == NULL) {
            s->rc = CKP_E_NOMEM;
            return;
        }

        if (h->n > 0) {
            memcpy(more, h->at, h->n * sizeof(*more));
        }

        ckp_free(h->at);
        h->at = more;
    }

    h->at[h->n++] = v;
}


static bool
search_look(search_t *s)
{
    if (s->rc == CKP_OK && s->looks-- == 0) {
        s->looks = 0;
        s->rc = CKP_E_LIMIT;
    }

    return s->rc == CKP_OK;
}


static const json_t *
jp_element(const json_t *v, int64_t index)
{
    const int64_t  n = (int64_t) json_array_size(v);
    const int64_t  i = index < 0 ? n + index : index;

    return i < 0 || i >= n ? NULL : json_array_get(v, (size_t) i);
}


/* Along a definite path; NULL: nothing there. */
static const json_t *
jp_follow(const ckp_jp_seg_t *seg, const json_t *v)
{
    for ( /* void */ ; seg != NULL && v != NULL; seg = seg->next) {
        v = seg->kind == CKP_JP_NAME ? json_object_get(v, seg->name)
                                     : jp_element(v, seg->index);
    }

    return v;
}


/* --- filters ----------------------------------------------------------------- */


static const json_t *
operand_value(const search_t *s, const ckp_jp_operand_t *o, const json_t *here)
{
    return o->literal != NULL ? o->literal
                              : jp_follow(o->path, o->root ? s->root : here);
}


static bool
test_compare(const search_t *s, const ckp_jp_test_t *t, const json_t *here)
{
    const json_t *const  a = operand_value(s, &t->left, here);
    const json_t *const  b = operand_value(s, &t->right, here);
    int                  order;

    if (t->op == CKP_JP_EQ || t->op == CKP_JP_NE) {
        const bool  same = a == NULL || b == NULL ? a == b
                                                  : ckp_value_equal(a, b);

        return same == (t->op == CKP_JP_EQ);
    }

    if (a == NULL || b == NULL || !ckp_value_order(a, b, &order)) {
        return false;
    }

    return t->op == CKP_JP_LT ? order < 0
           : t->op == CKP_JP_LE ? order <= 0
           : t->op == CKP_JP_GT ? order > 0 : order >= 0;
}


/* As deep as the filter was written: the parser bounds it. */
static bool
test_holds(search_t *s, const ckp_jp_test_t *t, const json_t *here)
{
    if (!search_look(s)) {
        return false;
    }

    switch (t->op) {

    case CKP_JP_OR:
        return test_holds(s, t->a, here) || test_holds(s, t->b, here);

    case CKP_JP_AND:
        return test_holds(s, t->a, here) && test_holds(s, t->b, here);

    case CKP_JP_NOT:
        return !test_holds(s, t->a, here);

    case CKP_JP_THERE:
        return operand_value(s, &t->left, here) != NULL;

    case CKP_JP_EQ:
    case CKP_JP_NE:
    case CKP_JP_LT:
    case CKP_JP_LE:
    case CKP_JP_GT:
    case CKP_JP_GE:
        break;
    }

    return test_compare(s, t, here);
}


/* --- segments ----------------------------------------------------------------- */


static void
seg_child(search_t *s, const ckp_jp_seg_t *seg, const json_t *child)
{
    if (search_look(s)
        && (seg->kind == CKP_JP_ALL || test_holds(s, seg->filter, child)))
    {
        hits_add(s, child);
    }
}


static void
seg_children(search_t *s, const ckp_jp_seg_t *seg, const json_t *v)
{
    const char  *name;
    json_t      *child;
    size_t       i;

    if (json_is_array(v)) {
        json_array_foreach(v, i, child) {
            seg_child(s, seg, child);
        }

    } else if (json_is_object(v)) {
        json_object_foreach((json_t *) v, name, child) {
            seg_child(s, seg, child);
        }
    }
}


static void
seg_select(search_t *s, const ckp_jp_seg_t *seg, const json_t *v)
{
    switch (seg->kind) {

    case CKP_JP_NAME:
        hits_add(s, json_object_get(v, seg->name));
        break;

    case CKP_JP_INDEX:
        hits_add(s, jp_element(v, seg->index));
        break;

    case CKP_JP_ALL:
    case CKP_JP_FILTER:
        seg_children(s, seg, v);
        break;
    }
}


static void
seg_deep(search_t *s, const ckp_jp_seg_t *seg, const json_t *v, size_t depth)
{
    const char  *name;
    json_t      *child;
    size_t       i;

    if (!search_look(s)) {
        return;
    }

    if (depth > CKP_JSON_DEPTH_HARD) {
        s->rc = CKP_E_LIMIT;
        return;
    }

    seg_select(s, seg, v);

    if (json_is_array(v)) {
        json_array_foreach(v, i, child) {
            seg_deep(s, seg, child, depth + 1);
        }

    } else if (json_is_object(v)) {
        json_object_foreach((json_t *) v, name, child) {
            seg_deep(s, seg, child, depth + 1);
        }
    }
}


/* *list becomes the places that the segment leads to from those in it. */
static void
seg_run(search_t *s, const ckp_jp_seg_t *seg, hits_t *list)
{
    hits_t  found = { NULL, 0, 0 };

    s->to = &found;

    for (size_t i = 0; i < list->n && search_look(s); i++) {
        if (seg->deep) {
            seg_deep(s, seg, list->at[i], 0);

        } else {
            seg_select(s, seg, list->at[i]);
        }
    }

    ckp_free(list->at);
    *list = found;
}


/* --- results ------------------------------------------------------------------- */


static ckp_code_t
hits_array(const hits_t *list, json_t **out)
{
    json_t *const  array = json_array();
    size_t         size = 2;

    for (size_t i = 0; i < list->n; i++) {
        size += 1 + ckp_json_size(list->at[i], CKP_EVAL_RESULT_MAX);

        if (size > CKP_EVAL_RESULT_MAX) {
            json_decref(array);
            return CKP_E_LIMIT;
        }

        if (json_array_append(array, (json_t *) list->at[i]) != 0) {
            json_decref(array);
            return CKP_E_NOMEM;
        }
    }

    *out = array;

    return array == NULL ? CKP_E_NOMEM : CKP_OK;
}


ckp_code_t
ckp_jsonpath_find(const ckp_jsonpath_t *path, const json_t *value,
    json_t **out, ckp_err_t *err)
{
    hits_t    list = { NULL, 0, 0 };
    search_t  s = { .root = value, .to = &list,
                    .looks = CKP_JSONPATH_LOOKS_MAX };

    *out = NULL;

    if (path->definite) {
        *out = json_incref((json_t *) jp_follow(path->first, value));
        return CKP_OK;
    }

    hits_add(&s, value);

    for (const ckp_jp_seg_t *seg = path->first; seg != NULL && s.rc == CKP_OK;
         seg = seg->next)
    {
        seg_run(&s, seg, &list);
    }

    if (s.rc == CKP_OK) {
        s.rc = hits_array(&list, out);
    }

    ckp_free(list.at);

    if (s.rc == CKP_OK) {
        return CKP_OK;
    }

    return ckp_fail(err, s.rc, "", "the path %s",
                    s.rc == CKP_E_NOMEM ? "found no memory"
                    : "leads to too many places");
}
