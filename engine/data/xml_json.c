/*
 * Trees as JSON: what `parse_xml` gives.
 */

#include "data/xml_int.h"

#include <string.h>

#include "base/json.h"
#include "lang/eval.h"

static json_t *xml_element(const ckp_xml_node_t *e);


/* The element's own texts as one; NULL: no memory. */
static json_t *
xml_own_text(const ckp_xml_node_t *e)
{
    ckp_buf_t  b;
    json_t    *text = NULL;

    ckp_buf_init(&b, CKP_JSON_STRING_MAX * 8);

    for (const ckp_xml_node_t *n = e->first; n != NULL; n = n->next) {
        if (n->name == NULL) {
            ckp_buf_put(&b, n->text, n->len);
        }
    }

    if (b.failed == CKP_OK) {
        size_t             len = b.len;
        const char *const  s = ckp_xml_trim(ckp_buf_str(&b), &len);

        text = json_stringn(s, len);
    }

    ckp_buf_free(&b);

    return text;
}


static bool
xml_attributes(const ckp_xml_node_t *e, json_t *o)
{
    for (const ckp_xml_attr_t *a = e->attrs; a != NULL; a = a->next) {
        ckp_buf_t  name;

        ckp_buf_init(&name, CKP_JSON_STRING_MAX);
        ckp_buf_puts(&name, "@");
        ckp_buf_puts(&name, a->name);

        const bool  set = name.failed == CKP_OK
                          && json_object_set_new(o, name.data,
                                                 json_string(a->value)) == 0;

        ckp_buf_free(&name);

        if (!set) {
            return false;
        }
    }

    return true;
}


/* Beside others of its name it stands in an array. */
static bool
xml_child(const ckp_xml_node_t *child, json_t *o)
{
    json_t *const  before = json_object_get(o, child->name);
    json_t *const  value = xml_element(child);

    if (value == NULL) {
        return false;
    }

    if (before == NULL) {
        return json_object_set_new(o, child->name, value) == 0;
    }

    /* values of elements are texts, objects and null, never arrays */

    if (json_is_array(before)) {
        return json_array_append_new(before, value) == 0;
    }

    return json_object_set_new(o, child->name,
                               json_pack("[O, o]", before, value)) == 0;
}


/* As deep as the tree, which the parser bounds. */
static json_t *
xml_element(const ckp_xml_node_t *e)
{
    json_t *const  text = xml_own_text(e);
    json_t        *o;
    bool           plain = e->attrs == NULL;
    bool           done;

    for (const ckp_xml_node_t *n = e->first; n != NULL; n = n->next) {
        plain = plain && n->name == NULL;
    }

    if (text == NULL || plain) {
        if (text != NULL && json_string_length(text) == 0) {
            json_decref(text);
            return json_null();
        }

        return text;
    }

    o = json_object();
    done = o != NULL && xml_attributes(e, o);

    for (const ckp_xml_node_t *n = e->first; done && n != NULL; n = n->next) {
        done = n->name == NULL || xml_child(n, o);
    }

    if (done && json_string_length(text) > 0) {
        done = json_object_set(o, "#text", text) == 0;
    }

    json_decref(text);

    if (!done) {
        json_decref(o);
        return NULL;
    }

    return o;
}


ckp_code_t
ckp_xml_json(const ckp_xml_t *doc, json_t **out, ckp_err_t *err)
{
    json_t *const  o = xml_element(&doc->top);

    *out = NULL;

    if (o == NULL) {
        return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    if (ckp_json_deeper(o, CKP_JSON_DEPTH_MAX)
        || ckp_json_size(o, CKP_EVAL_RESULT_MAX + 1) > CKP_EVAL_RESULT_MAX)
    {
        json_decref(o);
        return ckp_fail(err, CKP_E_LIMIT, "",
                        "a document of more than %d bytes or %d levels",
                        CKP_EVAL_RESULT_MAX, CKP_JSON_DEPTH_MAX);
    }

    *out = o;

    return CKP_OK;
}


json_t *
ckp_xml_object(const char *text, size_t len, ckp_err_t *err)
{
    ckp_xml_t *const  doc = ckp_xml_parse(text, len, err);
    json_t           *out = NULL;

    if (doc != NULL) {
        (void) ckp_xml_json(doc, &out, err);
    }

    ckp_xml_free(doc);

    return out;
}
