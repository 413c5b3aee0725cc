/*
 * Internal actions that read texts into values: JSON, CSV, XML.
 * Source: spec/ckp.md 13.3.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/json.h"
#include "data/csv.h"
#include "data/fence.h"
#include "data/jsonpath.h"
#include "data/xpath.h"
#include "lang/path.h"


/* Memory that ran out is no ParseError. */
static ckp_code_t
op_unread(ckp_fiber_t *f, const ckp_err_t *err)
{
    return err->code == CKP_E_NOMEM ? CKP_E_NOMEM
           : ckp_fiber_raise(f, "ParseError", "%s", err->msg);
}


/* The text of a source, without a code fence.  NULL: raised. */
static const char *
op_read_text(ckp_fiber_t *f, const json_t *params, size_t *len, ckp_code_t *rc)
{
    const json_t *const  v = ckp_op_source(f, params);

    if (!json_is_string(v)) {
        *rc = ckp_fiber_raise(f, "TypeMismatch", "the source is no text");
        return NULL;
    }

    *len = json_string_length(v);

    return ckp_unfence(json_string_value(v), len);
}


/* A string parameter that is not empty, or NULL. */
static const char *
op_read_param(const json_t *params, const char *name)
{
    const char *const  s = ckp_json_str(params, name);

    return s == NULL || *s == '\0' ? NULL : s;
}


/* --- paths ----------------------------------------------------------------------- */


static ckp_code_t
op_at_jsonpath(const json_t *value, const char *path, json_t **at,
    ckp_err_t *err)
{
    ckp_jsonpath_t *const  p = ckp_jsonpath_parse(path, err);
    const ckp_code_t       rc = p == NULL ? err->code
                                : ckp_jsonpath_find(p, value, at, err);

    ckp_jsonpath_free(p);

    return rc;
}


static ckp_code_t
op_at_dotted(const json_t *value, const char *path, json_t **at,
    ckp_err_t *err)
{
    const size_t       len = strlen(path);
    size_t             used;
    ckp_path_t *const  p = ckp_path_parse(path, len, &used, err);
    ckp_code_t         rc = CKP_OK;

    if (p == NULL) {
        return err->code;
    }

    if (used < len) {
        rc = ckp_fail(err, CKP_E_INVALID, "", "\"%.80s\" is no path", path);

    } else {
        *at = ckp_path_below(p, value);
    }

    ckp_path_free(p);

    return rc;
}


/* What lies at the parameter `path` of a value (stolen), dotted or JSONPath;
 * null when nothing does. */
static ckp_code_t
op_at(ckp_fiber_t *f, const json_t *params, json_t *value, json_t **result)
{
    const char *const  path = op_read_param(params, "path");
    ckp_err_t          err = CKP_ERR_INIT;
    json_t            *at = NULL;
    ckp_code_t         rc;

    if (path == NULL) {
        *result = value;
        return CKP_OK;
    }

    rc = path[0] == '$' ? op_at_jsonpath(value, path, &at, &err)
                        : op_at_dotted(value, path, &at, &err);
    json_decref(value);

    if (rc != CKP_OK) {
        return op_unread(f, &err);
    }

    *result = at == NULL ? json_null() : at;

    return CKP_OK;
}


/* --- JSON --------------------------------------------------------------------------- */


static ckp_code_t
op_parse_json(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  v = ckp_op_source(f, params);
    const char *const    on = op_read_param(params, "on_invalid");
    ckp_err_t            err = CKP_ERR_INIT;
    json_t              *value;

    if (!json_is_string(v)) {
        value = v == NULL ? json_null() : json_incref((json_t *) v);
        return op_at(f, params, value, result);
    }

    size_t             len = json_string_length(v);
    const char *const  text = ckp_unfence(json_string_value(v), &len);

    value = ckp_json_parse(text, len, &err);

    if (value != NULL) {
        return op_at(f, params, value, result);
    }

    if (on == NULL || err.code == CKP_E_NOMEM
        || (strcmp(on, "null") != 0 && strcmp(on, "keep") != 0))
    {
        return op_unread(f, &err);
    }

    *result = on[0] == 'n' ? json_null() : json_incref((json_t *) v);

    return CKP_OK;
}


/* --- CSV ----------------------------------------------------------------------------- */


/* The names of columns: an array, or a text "a,b".  NULL: there are none. */
static json_t *
op_csv_columns(const json_t *params, ckp_err_t *err)
{
    static const ckp_csv_how_t  how = { .delimiter = NULL };
    json_t *const               given = json_object_get(params, "columns");
    json_t                     *rows;
    json_t                     *names;

    if (json_is_array(given)) {
        return json_incref(given);
    }

    if (!json_is_string(given) || json_string_length(given) == 0) {
        return NULL;
    }

    rows = ckp_csv_parse(json_string_value(given), json_string_length(given),
                         &how, err);
    names = json_incref(json_array_get(rows, 0));
    json_decref(rows);

    return names;
}


static ckp_code_t
op_parse_csv(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  delimiter = op_read_param(params, "delimiter");
    const char *const  quote = op_read_param(params, "quote");
    ckp_code_t         rc = CKP_OK;
    ckp_err_t          err = CKP_ERR_INIT;
    size_t             len;
    const char *const  text = op_read_text(f, params, &len, &rc);
    ckp_csv_how_t      how = CKP_CSV_DEFAULT;

    if (text == NULL) {
        return rc;
    }

    if (quote != NULL && (quote[1] != '\0' || (*quote & 0x80) != 0)) {
        return ckp_fiber_raise(f, "ParseError",
                               "the quote is no single ASCII character");
    }

    how.delimiter = delimiter != NULL && strcmp(delimiter, "\\t") == 0
                    ? "\t" : delimiter;
    how.quote = quote == NULL ? '"' : *quote;
    how.infer = ckp_json_bool(params, "infer_types", false);
    how.table.header = ckp_json_bool(params, "header", true);
    how.table.skip_empty = ckp_json_bool(params, "skip_empty", true);

    json_t *const  columns = op_csv_columns(params, &err);

    how.table.columns = columns;
    *result = err.code != CKP_OK ? NULL : ckp_csv_parse(text, len, &how, &err);
    json_decref(columns);

    return *result == NULL ? op_unread(f, &err) : CKP_OK;
}


/* --- XML ------------------------------------------------------------------------------ */


static ckp_code_t
op_xml_find(const char *text, size_t len, const char *path, json_t **result,
    ckp_err_t *err)
{
    ckp_xpath_t *const  p = ckp_xpath_parse(path, err);
    ckp_xml_t *const    doc = p == NULL ? NULL : ckp_xml_parse(text, len, err);
    const ckp_code_t    rc = doc == NULL ? err->code
                             : ckp_xpath_find(p, doc, result, err);

    ckp_xml_free(doc);
    ckp_xpath_free(p);

    return rc;
}


static ckp_code_t
op_parse_xml(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  mode = op_read_param(params, "mode");
    const char *const  path = op_read_param(params, "path");
    ckp_code_t         rc = CKP_OK;
    ckp_err_t          err = CKP_ERR_INIT;
    size_t             len;
    const char *const  text = op_read_text(f, params, &len, &rc);

    if (text == NULL) {
        return rc;
    }

    if (mode == NULL || strcmp(mode, "object") == 0) {
        json_t *const  value = ckp_xml_object(text, len, &err);

        return value == NULL ? op_unread(f, &err)
                             : op_at(f, params, value, result);
    }

    if (strcmp(mode, "xpath") != 0) {
        return ckp_fiber_raise(f, "ParseError",
                               "the mode \"%.40s\" is neither object nor "
                               "xpath", mode);
    }

    if (path == NULL) {
        return ckp_fiber_raise(f, "ParseError", "mode xpath needs a path");
    }

    *result = NULL;

    if (op_xml_find(text, len, path, result, &err) != CKP_OK) {
        return op_unread(f, &err);
    }

    if (*result == NULL) {
        *result = json_null();
    }

    return CKP_OK;
}


const ckp_op_t  ckp_ops_parse[] = {
    { "parse_json", " source value data path on_invalid ",
      " source|value|data ", true, false, op_parse_json },
    { "parse_csv", " source value data delimiter header columns quote "
      "infer_types skip_empty ", " source|value|data ", true, false,
      op_parse_csv },
    { "parse_xml", " source value data mode path ", " source|value|data ",
      true, false, op_parse_xml },
    { .action = NULL }
};
