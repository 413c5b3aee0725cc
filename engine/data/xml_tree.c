/*
 * Trees: made from events, one element, attribute or text at a time.
 */

#include "data/xml_int.h"

#include <string.h>

#include "base/json.h"


bool
ckp_xml_tree_init(ckp_xml_tree_t *t, ckp_err_t *err)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    ckp_xml_t          *doc;

    *t = (ckp_xml_tree_t) { .err = err };

    if (arena == NULL) {
        goto failed;
    }

    doc = ckp_arena_alloc(arena, sizeof(ckp_xml_t));

    if (doc == NULL) {
        ckp_arena_free(arena);
        goto failed;
    }

    doc->arena = arena;
    doc->top.name = "";
    t->doc = doc;
    t->at = &doc->top;
    ckp_buf_init(&t->text, CKP_JSON_STRING_MAX * 8);

    return true;

failed:

    (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");

    return false;
}


/* Memory of the tree; NULL: failed. */
static void *
tree_alloc(ckp_xml_tree_t *t, size_t size)
{
    void *const  p = t->failed ? NULL : ckp_arena_alloc(t->doc->arena, size);

    if (p == NULL && !t->failed) {
        t->failed = true;
        (void) ckp_fail(t->err, CKP_E_NOMEM, "", "no memory");
    }

    return p;
}


static const char *
tree_copy(ckp_xml_tree_t *t, const char *s, size_t len)
{
    char *const  copy = tree_alloc(t, len + 1);

    if (copy != NULL && len > 0) {
        memcpy(copy, s, len);
    }

    return copy;
}


/* The next place in the document's order. */
static bool
tree_count(ckp_xml_tree_t *t, uint32_t *order)
{
    if (!t->failed && t->nodes == CKP_XML_NODES_MAX) {
        t->failed = true;
        (void) ckp_fail(t->err, CKP_E_LIMIT, "",
                        "more than %d elements, attributes and texts",
                        CKP_XML_NODES_MAX);
    }

    *order = ++t->nodes;

    return !t->failed;
}


static ckp_xml_node_t *
tree_add(ckp_xml_tree_t *t)
{
    ckp_xml_node_t  *node;
    uint32_t         order;

    if (!tree_count(t, &order)) {
        return NULL;
    }

    node = tree_alloc(t, sizeof(ckp_xml_node_t));

    if (node == NULL) {
        return NULL;
    }

    node->order = order;
    node->up = t->at;

    if (t->at->last == NULL) {
        t->at->first = node;

    } else {
        t->at->last->next = node;
    }

    t->at->last = node;

    return node;
}


/* What was collected becomes a text. */
static void
tree_flush(ckp_xml_tree_t *t)
{
    if (t->text.failed != CKP_OK && !t->failed) {
        t->failed = true;
        (void) ckp_fail(t->err, (ckp_code_t) t->text.failed, "",
                        "a text that is too long");
    }

    if (t->failed || t->text.len == 0) {
        return;
    }

    const char *const      text = tree_copy(t, t->text.data, t->text.len);
    ckp_xml_node_t *const  node = text == NULL ? NULL : tree_add(t);

    if (node != NULL) {
        node->text = text;
        node->len = t->text.len;
    }

    t->text.len = 0;
}


void
ckp_xml_tree_open(ckp_xml_tree_t *t, const char *name, size_t len)
{
    ckp_xml_node_t  *node;

    tree_flush(t);

    if (!t->failed && t->depth == CKP_XML_DEPTH_MAX) {
        t->failed = true;
        (void) ckp_fail(t->err, CKP_E_LIMIT, "", "elements %d deep, at most %d",
                        CKP_XML_DEPTH_MAX + 1, CKP_XML_DEPTH_MAX);
        return;
    }

    const char *const  own = tree_copy(t, name, len);

    node = own == NULL ? NULL : tree_add(t);

    if (node != NULL) {
        node->name = own;
        t->at = node;
        t->attr = NULL;
        t->depth++;
    }
}


void
ckp_xml_tree_attr(ckp_xml_tree_t *t, const char *name, size_t name_len,
    const char *value, size_t value_len)
{
    ckp_xml_attr_t *const  attr = tree_alloc(t, sizeof(ckp_xml_attr_t));

    if (attr == NULL || !tree_count(t, &attr->order)) {
        return;
    }

    attr->name = tree_copy(t, name, name_len);
    attr->value = tree_copy(t, value, value_len);

    if (t->failed) {
        return;
    }

    if (t->attr == NULL) {
        t->at->attrs = attr;

    } else {
        t->attr->next = attr;
    }

    t->attr = attr;
}


void
ckp_xml_tree_text(ckp_xml_tree_t *t, const char *s, size_t len)
{
    ckp_buf_put(&t->text, s, len);
}


void
ckp_xml_tree_close(ckp_xml_tree_t *t)
{
    tree_flush(t);

    if (!t->failed && t->at->up != NULL) {
        t->at = t->at->up;
        t->depth--;
    }
}


ckp_xml_t *
ckp_xml_tree_end(ckp_xml_tree_t *t)
{
    tree_flush(t);
    ckp_buf_free(&t->text);

    if (t->failed) {
        ckp_xml_free(t->doc);
        return NULL;
    }

    return t->doc;
}


/* --- of a well-formed text ---------------------------------------------------- */


static bool
tree_on_open(void *data, const char *name, const char **attrs)
{
    ckp_xml_tree_t *const  t = data;

    ckp_xml_tree_open(t, name, strlen(name));

    for ( /* void */ ; attrs[0] != NULL; attrs += 2) {
        ckp_xml_tree_attr(t, attrs[0], strlen(attrs[0]), attrs[1],
                          strlen(attrs[1]));
    }

    return !t->failed;
}


static bool
tree_on_text(void *data, const char *s, size_t len)
{
    ckp_xml_tree_text(data, s, len);

    return true;
}


static bool
tree_on_close(void *data, const char *name)
{
    ckp_xml_tree_t *const  t = data;

    (void) name;
    ckp_xml_tree_close(t);

    return !t->failed;
}


ckp_xml_t *
ckp_xml_parse(const char *text, size_t len, ckp_err_t *err)
{
    static const ckp_xml_events_t  on = { tree_on_open, tree_on_text,
                                          tree_on_close };
    ckp_err_t                      own = CKP_ERR_INIT;
    ckp_xml_tree_t                 t;

    err = err == NULL ? &own : err;

    if (!ckp_xml_tree_init(&t, err)) {
        return NULL;
    }

    if (ckp_xml_walk(text, len, &on, &t, err) != CKP_OK) {
        t.failed = true;
    }

    return ckp_xml_tree_end(&t);
}


ckp_xml_t *
ckp_xml_read(const char *text, size_t len, ckp_err_t *err)
{
    ckp_err_t   own = CKP_ERR_INIT;
    ckp_xml_t  *doc;

    if (memchr(text, '<', len) == NULL) {
        (void) ckp_fail(err, CKP_E_INVALID, "", "the text has no tags");
        return NULL;
    }

    doc = ckp_xml_parse(text, len, &own);

    if (doc == NULL && own.code == CKP_E_INVALID) {
        return ckp_html_parse(text, len, err);
    }

    if (doc == NULL) {
        (void) ckp_fail(err, own.code, "", "%s", own.msg);
    }

    return doc;
}


void
ckp_xml_free(ckp_xml_t *doc)
{
    if (doc != NULL) {
        ckp_arena_free(doc->arena);     /* the document itself is in there */
    }
}


const char *
ckp_xml_trim(const char *s, size_t *len)
{
    const char *const  space = " \t\r\n";
    const char        *end = s + *len;

    while (s < end && *s != '\0' && strchr(space, *s) != NULL) {
        s++;
    }

    while (end > s && end[-1] != '\0' && strchr(space, end[-1]) != NULL) {
        end--;
    }

    *len = (size_t) (end - s);

    return s;
}
