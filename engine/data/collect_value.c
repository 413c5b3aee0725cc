/*
 * Transformations of a value as it is: expression, template, json_path, parse.
 */

#include <string.h>

#include "data/collect_int.h"
#include "data/csv.h"
#include "data/fence.h"
#include "data/xml.h"
#include "lang/value.h"


/* --- expression and template ------------------------------------------------------ */


void
ckp_cc_expression(ckp_cc_t *c)
{
    c->t->main = ckp_cc_main(c, CKP_CPART_EXPR, NULL);
}


/* Without an expression the value itself. */
ckp_code_t
ckp_cr_expression(ckp_cr_t *r, const json_t *v, json_t **out)
{
    if (r->t->main == NULL) {
        *out = json_incref((json_t *) v);
        return CKP_OK;
    }

    return ckp_cr_field(r, r->t->main, NULL, out);
}


void
ckp_cc_template(ckp_cc_t *c)
{
    c->t->main = ckp_cc_main(c, CKP_CPART_TEXT, NULL);
}


/* A text whatever the template is; without one that of the value. */
ckp_code_t
ckp_cr_template(ckp_cr_t *r, const json_t *v, json_t **out)
{
    json_t      *made = json_incref((json_t *) v);
    ckp_buf_t    b;
    ckp_code_t   rc = CKP_OK;

    if (r->t->main != NULL) {
        json_decref(made);
        rc = ckp_cr_field(r, r->t->main, NULL, &made);
    }

    if (rc != CKP_OK || json_is_string(made)) {
        return ckp_cr_end(rc, made, out);
    }

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);
    ckp_value_text(&b, made);
    json_decref(made);

    if (b.failed == CKP_E_LIMIT) {
        rc = ckp_fail(r->err, CKP_E_LIMIT, "",
                      "a result of more than %d bytes", CKP_EVAL_RESULT_MAX);

    } else {
        *out = b.failed == CKP_OK
               ? json_stringn_nocheck(ckp_buf_str(&b), b.len) : NULL;
        rc = *out == NULL ? ckp_cr_nomem(r) : CKP_OK;
    }

    ckp_buf_free(&b);

    return rc;
}


/* --- json_path ---------------------------------------------------------------------- */


void
ckp_cc_json_path(ckp_cc_t *c)
{
    const json_t *const  text = c->want->expression;
    ckp_err_t            err = CKP_ERR_INIT;

    if (text == NULL || json_is_null(text)) {
        return;
    }

    if (!json_is_string(text)) {
        ckp_cc_say(c, 15, NULL, "", "a path must be a string");
        return;
    }

    if (json_string_length(text) == 0) {
        return;
    }

    c->t->path = ckp_jsonpath_parse(json_string_value(text), &err);

    if (c->t->path == NULL && err.code == CKP_E_NOMEM) {
        ckp_cc_nomem(c);

    } else if (c->t->path == NULL) {
        ckp_cc_say(c, 229, NULL, "", "%s", err.msg);
    }
}


/* A text is looked into as the JSON that it is. */
static ckp_code_t
value_of_text(ckp_cr_t *r, const json_t *v, json_t **out)
{
    size_t             len = json_string_length(v);
    const char *const  text = ckp_unfence(json_string_value(v), &len);
    ckp_err_t          err = CKP_ERR_INIT;

    *out = ckp_json_parse(text, len, &err);

    if (*out != NULL) {
        return CKP_OK;
    }

    return err.code == CKP_E_NOMEM ? ckp_cr_nomem(r)
           : ckp_cr_fail(r, "the source is no JSON: %s", err.msg);
}


ckp_code_t
ckp_cr_json_path(ckp_cr_t *r, const json_t *v, json_t **out)
{
    json_t     *value = NULL;
    ckp_code_t  rc = CKP_OK;

    if (json_is_string(v)) {
        rc = value_of_text(r, v, &value);

    } else {
        value = json_incref((json_t *) v);
    }

    if (rc == CKP_OK && r->t->path != NULL) {
        rc = ckp_jsonpath_find(r->t->path, value, out, r->err);
        json_decref(value);

        if (rc == CKP_OK && *out == NULL) {
            *out = json_null();
        }

        return rc;
    }

    return ckp_cr_end(rc, value, out);
}


/* --- parse ------------------------------------------------------------------------------ */


void
ckp_cc_parse(ckp_cc_t *c)
{
    ckp_cc_word(c, "format", " json csv xml ");
}


static ckp_code_t
parse_csv(ckp_cr_t *r, const char *text, size_t len, json_t **out)
{
    const json_t *const  params = r->in->params;
    const char *const    quote = ckp_json_str(params, "quote");
    ckp_csv_how_t        how = CKP_CSV_DEFAULT;
    ckp_err_t            err = CKP_ERR_INIT;

    how.delimiter = ckp_json_str(params, "delimiter");
    how.quote = quote == NULL ? '\0' : *quote;
    how.infer = ckp_json_bool(params, "infer_types", false);
    how.table.header = ckp_json_bool(params, "header", true);
    how.table.skip_empty = ckp_json_bool(params, "skip_empty", true);
    how.table.columns = json_object_get(params, "columns");

    if (!json_is_array(how.table.columns)) {
        how.table.columns = NULL;
    }

    *out = ckp_csv_parse(text, len, &how, &err);

    return *out != NULL ? CKP_OK
           : ckp_fail(r->err, err.code, "", "the source is no CSV: %s",
                      err.msg);
}


static ckp_code_t
parse_xml(ckp_cr_t *r, const char *text, size_t len, json_t **out)
{
    ckp_err_t  err = CKP_ERR_INIT;

    *out = ckp_xml_object(text, len, &err);

    return *out != NULL ? CKP_OK
           : ckp_fail(r->err, err.code, "", "the source is no XML: %s",
                      err.msg);
}


/* What is no text has been parsed already. */
ckp_code_t
ckp_cr_parse(ckp_cr_t *r, const json_t *v, json_t **out)
{
    const char *const  format = ckp_cr_text(r, "format", "json");
    size_t             len = json_string_length(v);
    const char        *text;

    if (!json_is_string(v)) {
        *out = json_incref((json_t *) v);
        return CKP_OK;
    }

    text = ckp_unfence(json_string_value(v), &len);

    if (strcmp(format, "csv") == 0) {
        return parse_csv(r, text, len, out);
    }

    if (strcmp(format, "xml") == 0) {
        return parse_xml(r, text, len, out);
    }

    return value_of_text(r, v, out);
}
