/*
 * XPath: the search.  Step by step a list of hits becomes the next one, sorted
 * by its place in the document and without repetition.  Nothing recurses.
 */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "data/xml_int.h"
#include "data/xpath_int.h"
#include "lang/eval.h"

/* An element, one of its attributes, or a text. */
typedef struct {
    const ckp_xml_node_t  *node;
    const ckp_xml_attr_t  *attr;        /* NULL: the node itself */
} hit_t;

typedef struct {
    hit_t   *at;
    size_t   n;
    size_t   size;
} hits_t;

typedef struct {
    uint32_t    looks;                  /* left */
    ckp_code_t  rc;
    ckp_buf_t   text;                   /* of the element looked at last */
} search_t;


static bool
search_look(search_t *s, size_t cost)
{
    if (s->rc == CKP_OK && s->looks < cost) {
        s->looks = 0;
        s->rc = CKP_E_LIMIT;
    }

    s->looks -= s->rc == CKP_OK ? (uint32_t) cost : 0;

    return s->rc == CKP_OK;
}


static void
hits_add(search_t *s, hits_t *h, hit_t hit)
{
    hit_t  *more;

    if (!search_look(s, 1)) {
        return;
    }

    if (h->n == h->size) {
        h->size = h->size == 0 ? 16 : 2 * h->size;
        more = ckp_alloc(h->size * sizeof(hit_t));

        if (more == NULL) {
            s->rc = CKP_E_NOMEM;
            return;
        }

        if (h->n > 0) {
            memcpy(more, h->at, h->n * sizeof(hit_t));
        }

        ckp_free(h->at);
        h->at = more;
    }

    h->at[h->n++] = hit;
}


static uint32_t
hit_order(const hit_t *h)
{
    return h->attr == NULL ? h->node->order : h->attr->order;
}


static int
hits_compare(const void *a, const void *b)
{
    const uint32_t  x = hit_order(a);
    const uint32_t  y = hit_order(b);

    return (x > y) - (x < y);
}


static void
hits_settle(hits_t *h)
{
    size_t  kept = 0;

    if (h->n < 2) {
        return;
    }

    qsort(h->at, h->n, sizeof(hit_t), hits_compare);

    for (size_t i = 0; i < h->n; i++) {
        if (kept == 0 || hit_order(&h->at[kept - 1]) != hit_order(&h->at[i])) {
            h->at[kept++] = h->at[i];
        }
    }

    h->n = kept;
}


/* --- walking ------------------------------------------------------------------- */


/* What comes after `n` in the document, below `top`; NULL: nothing. */
static const ckp_xml_node_t *
node_next(const ckp_xml_node_t *n, const ckp_xml_node_t *top)
{
    if (n->first != NULL) {
        return n->first;
    }

    while (n != top && n->next == NULL) {
        n = n->up;
    }

    return n == top ? NULL : n->next;
}


/* The text of a hit, lent until the next one is asked for, trimmed but for an
 * attribute. */
static const char *
hit_text(search_t *s, const hit_t *h, size_t *len)
{
    if (h->attr != NULL) {
        *len = strlen(h->attr->value);
        return h->attr->value;
    }

    if (h->node->name == NULL) {
        *len = h->node->len;
        return ckp_xml_trim(h->node->text, len);
    }

    s->text.len = 0;

    for (const ckp_xml_node_t *n = node_next(h->node, h->node); n != NULL
         && search_look(s, 1 + n->len / 64); n = node_next(n, h->node))
    {
        if (n->name == NULL) {
            ckp_buf_put(&s->text, n->text, n->len);
        }
    }

    if (s->text.failed != CKP_OK && s->rc == CKP_OK) {
        s->rc = (ckp_code_t) s->text.failed;
    }

    *len = s->text.len;

    return ckp_xml_trim(ckp_buf_str(&s->text), len);
}


static bool
node_is(const ckp_xml_node_t *n, ckp_xp_what_t what, const char *name)
{
    size_t  len = n->len;

    if (what == CKP_XP_TEXT) {
        (void) ckp_xml_trim(n->text == NULL ? "" : n->text, &len);
        return n->name == NULL && len > 0;
    }

    return n->name != NULL && (name == NULL || strcmp(n->name, name) == 0);
}


/* --- tests ------------------------------------------------------------------------ */


static bool
text_contains(const char *s, size_t len, const ckp_xp_test_t *t)
{
    for (size_t i = 0; i + t->len <= len; i++) {
        if (memcmp(s + i, t->value, t->len) == 0) {
            return true;
        }
    }

    return false;
}


static bool
test_text(search_t *s, const ckp_xp_test_t *t, const hit_t *h)
{
    size_t       len;
    const char  *text;

    if (t->op == CKP_XP_THERE) {
        return search_look(s, 1);
    }

    text = hit_text(s, h, &len);

    if (t->op == CKP_XP_CONTAINS) {
        return search_look(s, 1 + len / 64 + len / 1024 * t->len)
               && text_contains(text, len, t);
    }

    if (t->op == CKP_XP_STARTS) {
        return len >= t->len && memcmp(text, t->value, t->len) == 0;
    }

    return (len == t->len && memcmp(text, t->value, len) == 0)
           == (t->op == CKP_XP_EQ);
}


/* It holds when it does for one of the places it is about. */
static bool
test_holds(search_t *s, const ckp_xp_test_t *t, const hit_t *h)
{
    if (t->what == CKP_XP_SELF) {
        return test_text(s, t, h);
    }

    /* attributes and texts have neither attributes nor children */

    if (h->attr != NULL || h->node->name == NULL) {
        return false;
    }

    if (t->what == CKP_XP_ATTR) {
        for (const ckp_xml_attr_t *a = h->node->attrs; a != NULL
             && search_look(s, 1); a = a->next)
        {
            const hit_t  at = { h->node, a };

            if ((t->name == NULL || strcmp(a->name, t->name) == 0)
                && test_text(s, t, &at))
            {
                return true;
            }
        }

        return false;
    }

    for (const ckp_xml_node_t *n = h->node->first; n != NULL
         && search_look(s, 1); n = n->next)
    {
        const hit_t  at = { n, NULL };

        if (node_is(n, t->what, t->name) && test_text(s, t, &at)) {
            return true;
        }
    }

    return false;
}


/* Those from `from` on that the tests leave; each counts what the one before
 * it left. */
static void
tests_run(search_t *s, const ckp_xp_step_t *step, hits_t *h, size_t from)
{
    for (const ckp_xp_test_t *t = step->tests; t != NULL; t = t->next) {
        const size_t  n = h->n - from;
        size_t        kept = from;

        for (size_t i = 0; i < n && s->rc == CKP_OK; i++) {
            const hit_t  hit = h->at[from + i];
            const bool   holds = t->op == CKP_XP_NTH
                                 ? t->n == (int64_t) i + 1
                                 : t->op == CKP_XP_LAST ? i + 1 == n
                                 : test_holds(s, t, &hit);

            if (holds) {
                h->at[kept++] = hit;
            }
        }

        h->n = kept;
    }
}


/* --- steps ------------------------------------------------------------------------- */


static void
step_attributes(search_t *s, const ckp_xp_step_t *step,
    const ckp_xml_node_t *node, hits_t *to)
{
    for (const ckp_xml_attr_t *a = node->attrs; a != NULL && search_look(s, 1);
         a = a->next)
    {
        if (step->name == NULL || strcmp(a->name, step->name) == 0) {
            hits_add(s, to, (hit_t) { node, a });
        }
    }
}


/* The step from one element (or the document). */
static void
step_from(search_t *s, const ckp_xp_step_t *step, const ckp_xml_node_t *node,
    hits_t *to)
{
    const size_t  from = to->n;

    switch (step->what) {

    case CKP_XP_SELF:
        hits_add(s, to, (hit_t) { node, NULL });
        break;

    case CKP_XP_ATTR:
        step_attributes(s, step, node, to);
        break;

    case CKP_XP_CHILD:
    case CKP_XP_TEXT:
        for (const ckp_xml_node_t *n = node->first; n != NULL
             && search_look(s, 1); n = n->next)
        {
            if (node_is(n, step->what, step->name)) {
                hits_add(s, to, (hit_t) { n, NULL });
            }
        }

        break;
    }

    tests_run(s, step, to, from);
}


static void
step_run(search_t *s, const ckp_xp_step_t *step, hits_t *list)
{
    hits_t  found = { NULL, 0, 0 };

    for (size_t i = 0; i < list->n && search_look(s, 1); i++) {
        const ckp_xml_node_t *const  top = list->at[i].node;

        step_from(s, step, top, &found);

        for (const ckp_xml_node_t *n = !step->deep ? NULL : node_next(top, top);
             n != NULL && search_look(s, 1); n = node_next(n, top))
        {
            if (n->name != NULL) {
                step_from(s, step, n, &found);
            }
        }
    }

    hits_settle(&found);
    ckp_free(list->at);
    *list = found;
}


/* --- results --------------------------------------------------------------------- */


static json_t *
hits_texts(search_t *s, const hits_t *list)
{
    json_t *const  texts = json_array();
    size_t         bytes = 2;

    for (size_t i = 0; i < list->n && s->rc == CKP_OK; i++) {
        size_t             len;
        const char *const  text = hit_text(s, &list->at[i], &len);

        bytes += 3 + len;

        if (bytes > CKP_EVAL_RESULT_MAX) {
            s->rc = CKP_E_LIMIT;

        } else if (json_array_append_new(texts, json_stringn(text, len)) != 0) {
            s->rc = CKP_E_NOMEM;
        }
    }

    return texts;
}


ckp_code_t
ckp_xpath_find(const ckp_xpath_t *path, const ckp_xml_t *doc, json_t **out,
    ckp_err_t *err)
{
    search_t  s = { .looks = CKP_XPATH_LOOKS_MAX };
    hits_t    list = { NULL, 0, 0 };

    *out = NULL;
    ckp_buf_init(&s.text, CKP_JSON_STRING_MAX * 8);
    hits_add(&s, &list, (hit_t) { &doc->top, NULL });

    for (const ckp_xp_step_t *step = path->first;
         step != NULL && s.rc == CKP_OK; step = step->next)
    {
        step_run(&s, step, &list);
    }

    json_t *const  texts = s.rc == CKP_OK && list.n > 0 ? hits_texts(&s, &list)
                                                        : NULL;

    ckp_free(list.at);
    ckp_buf_free(&s.text);

    if (s.rc != CKP_OK) {
        json_decref(texts);
        return ckp_fail(err, s.rc, "", "the path %s", s.rc == CKP_E_NOMEM
                        ? "found no memory" : "leads to too much text");
    }

    if (json_array_size(texts) == 1) {
        *out = json_incref(json_array_get(texts, 0));
        json_decref(texts);

    } else {
        *out = texts;
    }

    return CKP_OK;
}


ckp_code_t
ckp_xpath_text(const ckp_xpath_t *path, const char *text, size_t len,
    json_t **out, ckp_err_t *err)
{
    ckp_err_t         own = CKP_ERR_INIT;
    ckp_xml_t *const  doc = ckp_xml_read(text, len, &own);
    ckp_code_t        rc;

    *out = NULL;

    if (doc == NULL) {
        return own.code == CKP_E_INVALID
               ? CKP_OK : ckp_fail(err, own.code, "", "%s", own.msg);
    }

    rc = ckp_xpath_find(path, doc, out, err);
    ckp_xml_free(doc);

    return rc;
}
