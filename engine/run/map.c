/*
 * Output mappings: what a result gives to variables.  Texts are read as JSON or
 * XML once for all mappings of a result.  Source: spec/ckp.md 9.1.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "data/fence.h"
#include "data/jsonpath.h"
#include "data/xpath.h"
#include "lang/path.h"
#include "lang/regex.h"
#include "model/limits.h"
#include "op/op_int.h"
#include "step/double.h"

typedef struct {
    ckp_fiber_t   *f;
    const json_t  *result;
    const json_t  *meta;        /* NULL: no LLM */
    json_t        *values;      /* variable -> what it gets */
    json_t        *parsed;      /* the result as JSON */
    ckp_xml_t     *doc;         /* the result as XML */
    bool           parse_tried;
    bool           doc_tried;
    ckp_err_t      parse_err;   /* why there is no `parsed` */
    ckp_err_t      doc_err;
    ckp_err_t      err;         /* why the mapping at hand finds nothing */
} map_t;


/* --- readings of the result --------------------------------------------- */


/* Lent; NULL: it is no JSON, as m->err says. */
static const json_t *
map_json(map_t *m)
{
    if (!json_is_string(m->result)) {
        return m->result;
    }

    if (!m->parse_tried) {
        size_t             len = json_string_length(m->result);
        const char *const  text = ckp_unfence(json_string_value(m->result),
                                              &len);

        m->parse_tried = true;
        m->parsed = ckp_json_parse(text, len, &m->parse_err);
    }

    if (m->parsed == NULL) {
        m->err = m->parse_err;
    }

    return m->parsed;
}


static const ckp_xml_t *
map_doc(map_t *m)
{
    if (!json_is_string(m->result)) {
        (void) ckp_fail(&m->err, CKP_E_INVALID, "", "the result is no text");
        return NULL;
    }

    if (!m->doc_tried) {
        size_t             len = json_string_length(m->result);
        const char *const  text = ckp_unfence(json_string_value(m->result),
                                              &len);

        m->doc_tried = true;
        m->doc = ckp_xml_read(text, len, &m->doc_err);
    }

    if (m->doc == NULL) {
        m->err = m->doc_err;
    }

    return m->doc;
}


/* --- kinds: each gives a new reference, or NULL, and m->err may say why - */


static json_t *
map_path(map_t *m, const ckp_mapping_t *map)
{
    const json_t *const  value = map_json(m);

    if (value == NULL) {
        return NULL;
    }

    return map->path == NULL ? json_incref((json_t *) value)
                             : ckp_path_below(map->path, value);
}


static json_t *
map_jsonpath(map_t *m, const ckp_mapping_t *map)
{
    const json_t *const  value = map->jsonpath == NULL ? NULL : map_json(m);
    json_t              *found = NULL;

    if (value != NULL) {
        (void) ckp_jsonpath_find(map->jsonpath, value, &found, &m->err);
    }

    return found;
}


static json_t *
map_xpath(map_t *m, const ckp_mapping_t *map)
{
    const ckp_xml_t *const  doc = map->xpath == NULL ? NULL : map_doc(m);
    json_t                 *found = NULL;

    if (doc != NULL) {
        (void) ckp_xpath_find(map->xpath, doc, &found, &m->err);
    }

    return found;
}


static json_t *
map_regex(map_t *m, const ckp_mapping_t *map)
{
    json_t *const  text = ckp_op_text(m->result);
    json_t        *found = NULL;
    ckp_span_t     spans[2];
    bool           limited = false;

    if (text == NULL) {
        (void) ckp_fail(&m->err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    if (map->regex != NULL) {
        const char *const  s = json_string_value(text);
        const size_t       n = ckp_regex_try(map->regex, s,
                                             json_string_length(text), 0,
                                             spans, 2, &limited);
        const size_t       g = n > 1 && spans[1].start != SIZE_MAX ? 1 : 0;

        if (n > 0 && spans[g].start <= spans[g].end) {
            found = json_stringn(s + spans[g].start,
                                 spans[g].end - spans[g].start);
        }
    }

    if (limited) {
        (void) ckp_fail(&m->err, CKP_E_LIMIT, "",
                        "the text or the search is too long");
    }

    json_decref(text);

    return found;
}


/* Of an LLM what it is said beside the text, else a member. */
static json_t *
map_meta(map_t *m, const ckp_mapping_t *map)
{
    return json_incref(json_object_get(m->meta != NULL ? m->meta : m->result,
                                       map->mapping));
}


static json_t *
map_member(map_t *m, const ckp_mapping_t *map)
{
    json_t *const  member = json_object_get(m->result, map->mapping);

    return json_incref(member != NULL ? member : (json_t *) m->result);
}


static json_t *
map_find(map_t *m, const ckp_mapping_t *map)
{
    switch (map->kind) {

    case CKP_MAP_VALUE:
        break;

    case CKP_MAP_WHOLE:
        return json_incref((json_t *) m->result);

    case CKP_MAP_JSON:
        return map_path(m, map);

    case CKP_MAP_JSONPATH:
        return map_jsonpath(m, map);

    case CKP_MAP_REGEX:
        return map_regex(m, map);

    case CKP_MAP_XPATH:
        return map_xpath(m, map);

    case CKP_MAP_META:
        return map_meta(m, map);

    case CKP_MAP_MEMBER:
        return map_member(m, map);
    }

    return NULL;
}


/* A template sees `result`, then the variables mapped before it. */
static ckp_code_t
map_render(map_t *m, const ckp_mapping_t *map, json_t **out)
{
    json_t *const  holder = json_pack("{s:O}", "result", m->result);
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_eval_t     ev;
    ckp_code_t     rc;

    if (holder == NULL) {
        return CKP_E_NOMEM;
    }

    const ckp_scope_t  before = { .get = ckp_scope_object_get,
                                  .object = m->values,
                                  .outer = ckp_fiber_scope(m->f) };
    const ckp_scope_t  own = { .get = ckp_scope_object_get, .object = holder,
                               .outer = &before };

    ckp_fiber_eval(m->f, &ev);
    ev.scope = &own;
    rc = ckp_template_render(map->value, &ev, out, &err);
    json_decref(holder);

    return ckp_fiber_rendered(m->f, rc, &ev, "", &err);
}


/* --- all mappings of a result ------------------------------------------- */


/* What becomes of a variable whose mapping found nothing; *out stays NULL when
 * it is left alone. */
static ckp_code_t
map_unmet(map_t *m, const ckp_mapping_t *map, json_t **out)
{
    const char *const  why = m->err.msg[0] != '\0' ? m->err.msg
                                                   : "nothing was found";
    const ckp_code_t   rc = ckp_fiber_emit(m->f, "output_mapping_failed",
                                json_pack("{s:s, s:s, s:s}",
                                          "variable", map->variable,
                                          "mapping", map->mapping,
                                          "message", why));

    if (rc != CKP_OK || map->unmet == CKP_UNMET_KEEP) {
        return rc;
    }

    /* a stand-in has no members: that is nobody's fault */

    if (map->unmet == CKP_UNMET_FAIL && !ckp_double_stands(m->f)) {
        return ckp_fiber_raise(m->f, "TransformError", "output \"%.60s\": %s",
                               map->variable, why);
    }

    *out = map->otherwise == NULL ? json_null() : json_incref(map->otherwise);

    return CKP_OK;
}


static ckp_code_t
map_one(map_t *m, const ckp_mapping_t *map)
{
    json_t      *value = NULL;
    ckp_code_t   rc = CKP_OK;

    m->err = (ckp_err_t) CKP_ERR_INIT;

    if (map->mapping == NULL) {
        rc = map_render(m, map, &value);

    } else {
        value = map_find(m, map);

        if (value == NULL && m->err.code == CKP_E_NOMEM) {
            rc = CKP_E_NOMEM;

        } else if (value == NULL) {
            rc = map_unmet(m, map, &value);
        }
    }

    if (rc != CKP_OK || value == NULL) {
        json_decref(value);
        return rc;
    }

    return json_object_set_new(m->values, map->variable, value) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


ckp_code_t
ckp_fiber_map_values(ckp_fiber_t *f, const ckp_mapping_t *maps, size_t n,
    const json_t *result, const json_t *meta, json_t **out)
{
    map_t       m = { .f = f, .meta = meta, .values = json_object(),
                      .result = result == NULL ? json_null() : result };
    ckp_code_t  rc = m.values == NULL ? CKP_E_NOMEM : CKP_OK;

    for (size_t i = 0; i < n && rc == CKP_OK; i++) {
        rc = map_one(&m, &maps[i]);
    }

    json_decref(m.parsed);
    ckp_xml_free(m.doc);

    if (rc != CKP_OK) {
        json_decref(m.values);
        m.values = NULL;
    }

    *out = m.values;

    return rc;
}


ckp_code_t
ckp_fiber_map_meta(ckp_fiber_t *f, const ckp_mapping_t *maps, size_t n,
    const json_t *result, const json_t *meta)
{
    const char  *name;
    json_t      *value;
    json_t      *values;
    ckp_code_t   rc = n == 0 ? CKP_OK
                      : ckp_fiber_map_values(f, maps, n, result, meta,
                                             &values);

    if (rc != CKP_OK || n == 0) {
        return rc;
    }

    json_object_foreach(values, name, value) {
        rc = ckp_fiber_var_set(f, name, json_incref(value));

        if (rc != CKP_OK) {
            break;
        }
    }

    json_decref(values);

    return rc;
}


ckp_code_t
ckp_fiber_map(ckp_fiber_t *f, const ckp_mapping_t *maps, size_t n,
    const json_t *result)
{
    return ckp_fiber_map_meta(f, maps, n, result, NULL);
}
